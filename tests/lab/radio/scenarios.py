"""The scenarios: a hostapd.conf, the two stations that come, and the rules that must fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SSID, PASSPHRASE = "SHOP-POS", "throwaway test"
READER, POS = "02:00:00:00:01:00", "02:00:00:00:02:00"
"""The addresses that the simulated radios have."""

MAIN, DENIED, DHCP = "/etc/hostapd/hostapd.conf", "/etc/hostapd/hostapd.deny", "/etc/dnsmasq.conf"


@dataclass(frozen=True, slots=True)
class Station:
    """What a station knows. With everything it takes what the access point offers, the best first, or nothing.

    `pmf` and `sae`: it knows protected management frames and WPA3.
    """

    pmf: bool = True
    sae: bool = True
    ssid: str = SSID

    def configuration(self, name: str) -> str:
        """Its wpa_supplicant.conf: the protected network first, the same one without a password if there is none."""
        akms = "WPA-PSK WPA-PSK-SHA256 SAE" if self.sae else "WPA-PSK"
        return (
            f"ctrl_interface=/run/wpa-{name}\nsae_pwe=2\n"
            f'network={{\n\tssid="{self.ssid}"\n\tscan_freq=2437\n\tkey_mgmt={akms}\n\tpsk="{PASSPHRASE}"\n'
            f"\tieee80211w={int(self.pmf)}\n\tpriority=2\n}}\n"
            f'network={{\n\tssid="{self.ssid}"\n\tscan_freq=2437\n\tkey_mgmt=NONE\n}}\n'
        )


NEW = Station()
OLD = Station(pmf=False, sae=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One access point, two stations, and all rules of the comparison that must fail.

    `fault` says what is wrong, '' if nothing is. `by_hand` are the rules that still fail with all that is emitted.
    The point of sale joins first, then the reader.
    """

    name: str
    fault: str
    hostapd: str
    fails: frozenset[str] = frozenset()
    by_hand: frozenset[str] = frozenset()
    reader: Station = NEW
    pos: Station = NEW
    model: str = "stripe-s700"
    lease: str = "24h"
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def configuration(self) -> dict[str, str]:
        """The files of the access point that an audit reads."""
        return {MAIN: self.hostapd, DHCP: _DHCP.format(lease=self.lease), **self.files}

    @property
    def stations(self) -> dict[str, str]:
        """The files of the stations."""
        stations = {"sta1": self.reader, "sta2": self.pos}
        return {f"/etc/stations/{name}.conf": station.configuration(name) for name, station in stations.items()}


_DHCP = """\
port=0
interface=br-lan
bind-interfaces
dhcp-authoritative
no-ping
user=root
dhcp-range=192.168.10.100,192.168.10.200,255.255.255.0,{lease}
"""

_RADIO = """\
interface=wlan0
bridge=br-lan
driver=nl80211
ctrl_interface=/run/hostapd
hw_mode=g
channel=6
ieee80211n=1
wmm_enabled=1
"""
_AX = "ieee80211ax=1\n"
_NAME = f"ssid={SSID}\n"
_KEY = f"wpa_passphrase={PASSPHRASE}\n"
_WPA2 = "wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\n" + _KEY
_WPA3 = "wpa=2\nwpa_key_mgmt=SAE\nrsn_pairwise=CCMP\nieee80211w=2\n" + _KEY
_BOTH = "wpa=2\nwpa_key_mgmt=WPA-PSK SAE\nrsn_pairwise=CCMP\nieee80211w=1\n" + _KEY
_OPEN = frozenset({"wifi-open"})
_GUESTS = "ssid=GUEST\nwpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\n" + _KEY
_SECOND = "\nbss=wlan0_1\nbssid=42:00:00:00:00:00\nbridge=br-lan\nctrl_interface=/run/hostapd\n"

SCENARIOS = (
    Scenario("wpa2", "", _RADIO + _NAME + _WPA2),
    Scenario("wpa3-only", "", _RADIO + _NAME + _WPA3),
    Scenario("transition", "", _RADIO + _NAME + _BOTH),
    Scenario("transition-old-reader", "", _RADIO + _NAME + _BOTH, reader=OLD, model="verifone-p400"),
    Scenario("no-key", "no `wpa` line", _RADIO + _NAME, _OPEN, _OPEN),
    Scenario(
        "wpa-banana",
        "`wpa=banana` is read as 0",
        _RADIO + _NAME + _WPA2.replace("wpa=2", "wpa=banana"),
        _OPEN,
        _OPEN,
    ),
    Scenario(
        "wpa3-only-old-reader",
        "the reader knows WPA2 only",
        _RADIO + _NAME + _WPA3,
        frozenset({"wifi-p400-encryption"}),
        reader=OLD,
        model="verifone-p400",
    ),
    Scenario(
        "pmf-required",
        "WPA2 with protected management frames for all",
        _RADIO + _NAME + _WPA2 + "ieee80211w=2\n",
        frozenset({"wifi-pmf"}),
        reader=OLD,
        model="verifone-p400",
    ),
    Scenario("ax", "`ieee80211ax=1`", _RADIO + _AX + _NAME + _WPA2, frozenset({"wifi-ax"})),
    Scenario("ax-not-here", "", _RADIO + _AX + _NAME + _WPA2 + "disable_11ax=1\n"),
    Scenario(
        "isolated",
        "`ap_isolate=1`",
        _RADIO + _NAME + _WPA2 + "ap_isolate=1\n",
        frozenset({"station-isolation"}),
    ),
    Scenario(
        "isolated-wpa3-ax",
        "`ap_isolate=1` and `ieee80211ax=1`",
        _RADIO + _AX + _NAME + _WPA3 + "ap_isolate=1\n",
        frozenset({"station-isolation", "wifi-ax"}),
    ),
    Scenario("isolation-said-twice", "", _RADIO + _NAME + _WPA2 + "ap_isolate=1\nap_isolate=0\n"),
    Scenario("guests-isolated-first", "", _RADIO + _GUESTS + "ap_isolate=1\n" + _SECOND + _NAME + _WPA2),
    Scenario(
        "second-bss-isolated",
        "`ap_isolate=1` in the second BSS, the guests' first one has none",
        _RADIO + _GUESTS + _SECOND + _NAME + _WPA2 + "ap_isolate=1\n",
        frozenset({"station-isolation"}),
    ),
    Scenario(
        "till-on-another-ssid",
        "",
        _RADIO + _NAME + _WPA2 + "ap_isolate=1\n" + _SECOND + _GUESTS,
        pos=Station(ssid="GUEST"),
    ),
    Scenario(
        "second-bss-open",
        "the second BSS takes no `wpa` from the first",
        _RADIO + _GUESTS + _SECOND + _NAME,
        _OPEN,
        _OPEN,
    ),
    Scenario(
        "tkip",
        "without `rsn_pairwise` the cipher is TKIP",
        _RADIO.replace("ieee80211n=1\n", "") + _NAME + "wpa=2\nwpa_key_mgmt=WPA-PSK\n" + _KEY,
        frozenset({"wifi-tkip"}),
    ),
    Scenario(
        "tkip-and-ax",
        "with TKIP 802.11n and 802.11ax are given up",
        _RADIO + _AX + _NAME + "wpa=2\nwpa_key_mgmt=WPA-PSK\n" + _KEY,
        frozenset({"wifi-tkip"}),
        frozenset({"wifi-tkip"}),
    ),
    Scenario(
        "denied",
        "the reader is on the list of refused addresses",
        _RADIO + _NAME + _WPA2 + f"macaddr_acl=0\ndeny_mac_file={DENIED}\n",
        frozenset({"wifi-mac-filter"}),
        files={DENIED: f"02:00:00:00:09:00\n{READER}\n"},
    ),
    Scenario(
        "one-station-only",
        "`max_num_sta=1`: the point of sale takes the only place",
        _RADIO + _NAME + _WPA2 + "max_num_sta=1\n",
        frozenset({"wifi-station-limit"}),
        frozenset({"wifi-station-limit"}),
    ),
    Scenario(
        "short-lease",
        "a lease of one hour",
        _RADIO + _NAME + _WPA2,
        frozenset({"dhcp-lease-too-short"}),
        lease="1h",
    ),
)
