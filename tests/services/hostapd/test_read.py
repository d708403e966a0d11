"""What hostapd.conf says, setting by setting."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import (
    Akm,
    Assumed,
    Band,
    Cipher,
    IsolationScope,
    MacPolicy,
    Passphrase,
    Phy,
    Pmf,
    Stated,
    Unknown,
)
from auditor.services.hostapd import MAIN, SERVICE
from auditor.syntax.hostapd_conf import parse
from tests.judges import hostapd
from tests.judges.rooted import why_not
from tests.services.hostapd.access_point import HEALTHY, RADIO, bss_of, host, instance_of, radio_of, read, value

JUDGED = pytest.mark.skipif(bool(why_not("hostapd")), reason=why_not("hostapd"))
ASKS = "BSS wlan0 asks a RADIUS server about each MAC address (macaddr_acl), whose list is not visible here"
NOWHERE = "interface br-nowhere, which the stations join, is not among those of the host"


@JUDGED
def test_the_healthy_file_is_one_that_hostapd_takes() -> None:
    assert hostapd.complaint({MAIN: HEALTHY}, MAIN) == ""


def test_a_healthy_file_leaves_nothing_open() -> None:
    at = host({MAIN: HEALTHY, "commands/stations-wlan0.txt": ""})
    part = SERVICE.read(at, instance_of())
    assert not part.bsses.holes
    assert not part.radios.holes
    assert not part.stations.holes
    facts = [fact for item in (*part.bsses, *part.radios) for fact in _facts(item)]
    assert [fact.why for fact in facts if isinstance(fact, Unknown)] == []
    assert not any(coverage.unknown for coverage in at.reading.coverage())


def _facts(item: object) -> list[object]:
    return [getattr(item, name) for name in type(item).__dataclass_fields__]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("lines", "akms"),
    [
        ("", {Akm.OPEN}),
        ("wpa=banana\nwpa_passphrase=a made-up secret", {Akm.OPEN}),
        ("wpa=2\nwpa_passphrase=a made-up secret", {Akm.WPA2_PSK}),
        ("wpa=2 # with a remark\nwpa_passphrase=a made-up secret", {Akm.WPA2_PSK}),
        ("wpa=1\nwpa_passphrase=a made-up secret", {Akm.WPA_PSK}),
        ("wpa=3\nwpa_passphrase=a made-up secret", {Akm.WPA_PSK, Akm.WPA2_PSK}),
        ("wpa=2\nwpa=0\nwpa_passphrase=a made-up secret", {Akm.OPEN}),
        ("wpa=2\nwpa_key_mgmt=SAE\nsae_password=x\nieee80211w=2", {Akm.WPA3_SAE}),
        ("wpa=2\nwpa_key_mgmt=WPA-PSK SAE\nwpa_passphrase=a made-up secret", {Akm.WPA2_PSK, Akm.WPA3_SAE}),
        ("wpa=2\nwpa_key_mgmt=OWE\nieee80211w=2", {Akm.OWE}),
        ("wpa=2\nieee8021x=1\nwpa_key_mgmt=WPA-EAP\nauth_server_addr=192.0.2.1", {Akm.WPA2_EAP}),
        ("wpa=2\nieee8021x=1\nwpa_key_mgmt=WPA-EAP-SUITE-B-192\nauth_server_addr=192.0.2.1", {Akm.WPA3_EAP_192}),
        ('wep_key0="abcde"', {Akm.WEP}),
    ],
)
@JUDGED
def test_akms(lines: str, akms: set[Akm]) -> None:
    text = f"{RADIO}ssid=shop\n{lines}\n"
    assert hostapd.complaint({MAIN: text}, MAIN) == ""
    assert value(bss_of(text).akms) == akms


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("wpa=4\nwpa_passphrase=a made-up secret", "neither WPA nor WPA2"),
        ("wpa=2\nwpa_key_mgmt=WPA-EAP", "ieee8021x is off"),
        ("wpa=2\nwpa_key_mgmt=SAE\nsae_password=x", "without protected management frames"),
        ("wpa=2\nwpa_key_mgmt=SAE\nsae_password=x\nieee80211w=2\nsae_pwe=1", "hash-to-element"),
        ("wpa=2\nwpa_key_mgmt=FT-PSK\nwpa_passphrase=a made-up secret\nnas_identifier=ap", "without 802.11r"),
        ("wpa=2\nwpa_passphrase=a made-up secret\nauth_algs=2", "shared key only"),
    ],
)
@JUDGED
def test_what_hostapd_takes_and_stations_cannot_use_is_unknown(lines: str, why: str) -> None:
    text = f"{RADIO}ssid=shop\n{lines}\n"
    assert hostapd.complaint({MAIN: text}, MAIN) == ""
    akms = bss_of(text).akms
    assert isinstance(akms, Unknown)
    assert why in akms.why


@pytest.mark.parametrize(
    ("lines", "ciphers"),
    [
        ("wpa=2", {Cipher.TKIP}),
        ("wpa=2\nwpa_pairwise=CCMP", {Cipher.CCMP}),
        ("wpa=2\nwpa_pairwise=TKIP\nrsn_pairwise=CCMP", {Cipher.CCMP}),
        ("wpa=3\nrsn_pairwise=CCMP", {Cipher.CCMP, Cipher.TKIP}),
        ("wpa=2\nrsn_pairwise=CCMP\tGCMP-256", {Cipher.CCMP, Cipher.GCMP_256}),
        ("wpa=0\nwpa_pairwise=TKIP", set()),
    ],
)
def test_ciphers(lines: str, ciphers: set[Cipher]) -> None:
    assert value(bss_of(f"{RADIO}ssid=shop\nwpa_passphrase=a made-up secret\n{lines}\n").ciphers) == ciphers


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("ap_isolate=1", "isolation", IsolationScope.SAME_BSS),
        ("ap_isolate=0", "isolation", IsolationScope.NONE),
        ("per_sta_vif=1", "isolation", "BSS wlan0 gives each station an interface of its own (per_sta_vif)"),
        ("ieee80211w=2", "pmf", Pmf.REQUIRED),
        ("ieee80211w=1", "pmf", Pmf.OPTIONAL),
        ("", "pmf", Pmf.DISABLED),
        ("max_num_sta=12", "station_limit", 12),
        ("", "station_limit", 2007),
        ("skip_inactivity_poll=1", "idle_timeout", timedelta(seconds=300)),
        ("skip_inactivity_poll=1\nap_max_inactivity=60", "idle_timeout", timedelta(seconds=60)),
        ("ap_max_inactivity=60", "idle_timeout", None),
        ("eap_reauth_period=60", "reauth_period", None),
        ("", "session_timeout", None),
        ("macaddr_acl=2", "mac_policy", ASKS),
        ("start_disabled=1", "enabled", "BSS wlan0 waits until it is switched on (start_disabled)"),
        ("", "enabled", True),
        ("", "fast_transition", False),
        ("wpa_key_mgmt=WPA-PSK FT-PSK\nnas_identifier=ap", "fast_transition", True),
        ("", "passphrase", Passphrase.USABLE),
        ('ssid2="café"', "ssid", "café"),
        ("ssid2=63616665", "ssid", "cafe"),
        ('ssid2=P"a\\x62"', "ssid", "ab"),
        ("ssid= two  blanks ", "ssid", " two  blanks "),
        ("", "networks", ("br-lan",)),
        ("bridge=br-guest", "networks", ("br-guest",)),
        ("bridge=br-nowhere", "networks", NOWHERE),
        ("dynamic_vlan=1", "networks", "BSS wlan0 lets the RADIUS server choose the VLAN of a station (dynamic_vlan)"),
        ("disable_11ac=1", "phy", Phy.N),
        ("ieee80211ax=1", "phy", Phy.AX),
        ("ieee80211ax=1\ndisable_11ax=1", "phy", Phy.AC),
        ("ieee80211ax=1\nieee80211be=1", "phy", Phy.BE),
        ("ieee80211be=1", "phy", Phy.AC),
        ("rsn_pairwise=TKIP", "phy", Phy.LEGACY),
        ("hw_mode=b\nieee80211ac=0", "phy", Phy.LEGACY),
        ("wpa_passphrase=a made-up secret\r", "passphrase", Passphrase.UNUSABLE),
        ("wpa=0\nwep_key0=0123456789", "phy", Phy.LEGACY),
        ("op_class=134\nieee80211ax=1", "band", Band.GHZ_6),
        ("hw_mode=g", "band", Band.GHZ_2_4),
        ("ieee80211ax=1\nrequire_he=1", "ax_required", True),
        ("require_he=1", "ax_required", False),
        ("ieee80211ax=1\nieee80211be=1\nbss_require_eht=1", "ax_required", True),
        ("ieee80211ax=1\nbss_require_eht=1", "ax_required", False),
        ("", "port_isolated", False),
    ],
)
def test_settings(line: str, name: str, expected: object) -> None:
    assert value(getattr(bss_of(f"{HEALTHY}{line}\n"), name)) == expected


@pytest.mark.parametrize(
    ("lines", "width"),
    [
        ("", 20),
        ("ht_capab=[HT40+]", 40),
        ("vht_oper_chwidth=1", 80),
        ("ieee80211ax=1\nhe_oper_chwidth=2", 160),
        ("ieee80211ax=1\nop_class=133", 80),
    ],
)
def test_width(lines: str, width: int) -> None:
    assert value(radio_of(f"{HEALTHY}{lines}\n").width) == width


def test_evidence_names_the_line_or_the_default() -> None:
    bss = bss_of(HEALTHY)
    assert isinstance(bss.akms, Stated)
    assert {span.first for span in bss.akms.spans} == {10, 11}
    assert isinstance(bss.isolation, Assumed)
    assert bss.isolation.because.entry == "hostapd.ap_isolate"


def test_every_bss_begins_with_the_defaults() -> None:
    part = read(f"{HEALTHY}ap_isolate=1\nieee80211ax=1\nbss=wlan0_1\nssid=guest\nbridge=br-guest\n")
    first, second = part.bsses
    assert (first.key, second.key, second.radio) == ("wlan0", "wlan0_1", "wlan0")
    assert (value(second.akms), value(second.isolation)) == ({Akm.OPEN}, IsolationScope.NONE)
    assert value(second.networks) == ("br-guest",)
    assert (value(second.phy), value(second.band)) == (Phy.AX, Band.GHZ_5)


def test_settings_of_the_radio_count_wherever_they_stand() -> None:
    part = read("ssid=shop\nbss=wlan0_1\nssid=guest\ninterface=wlan0\nhw_mode=a\nieee80211ax=1\n")
    assert [bss.key for bss in part.bsses] == ["wlan0", "wlan0_1"]
    assert {value(bss.phy) for bss in part.bsses} == {Phy.AX}


def test_lists_of_addresses() -> None:
    files = {
        "/etc/hostapd/hostapd.accept": "# readers\n02:00:00:00:00:01\n02:00:00:00:00:02 30\n-02:00:00:00:00:01\n",
        "/etc/hostapd/hostapd.deny": "02:00:00:00:00:02\n02:00:00:00:00:0A\n",
    }
    accept = f"{HEALTHY}macaddr_acl=1\naccept_mac_file=/etc/hostapd/hostapd.accept\n"
    bss = bss_of(accept, files=files)
    assert (value(bss.mac_policy), value(bss.mac_list)) == (MacPolicy.ALLOW_LISTED, ("02:00:00:00:00:02",))
    both = f"{HEALTHY}deny_mac_file=/etc/hostapd/hostapd.deny\naccept_mac_file=/etc/hostapd/hostapd.accept\n"
    bss = bss_of(both, files=files)
    assert (value(bss.mac_policy), value(bss.mac_list)) == (MacPolicy.DENY_LISTED, ("02:00:00:00:00:0a",))
    assert isinstance(bss_of(accept).mac_list, Unknown)


def test_radius_may_end_sessions() -> None:
    enterprise = f"{RADIO}ssid=shop\nwpa=2\nieee8021x=1\nwpa_key_mgmt=WPA-EAP\nauth_server_addr=192.0.2.1\n"
    bss = bss_of(enterprise)
    assert isinstance(bss.session_timeout, Unknown)
    assert value(bss.reauth_period) == timedelta(seconds=3600)
    assert value(bss_of(f"{enterprise}eap_reauth_period=0\n").reauth_period) is None


@pytest.mark.parametrize("driver", ["wired", "none"])
def test_without_a_radio_there_is_no_wifi(driver: str) -> None:
    part = read(HEALTHY.replace("nl80211", driver))
    assert not part.bsses.items
    assert not part.radios.items
    assert not part.bsses.holes


def test_not_running_is_off() -> None:
    off = Stated(False, ())
    (bss,) = read(f"{HEALTHY}typo=1\n", instance=instance_of(running=off)).bsses
    assert bss.enabled is off


def test_one_instance_may_read_several_files() -> None:
    files = {MAIN: HEALTHY, "/etc/hostapd/wlan1.conf": HEALTHY.replace("wlan0", "wlan1")}
    arguments = ("-B", "-P", "/run/hostapd.pid", MAIN, "/etc/hostapd/wlan1.conf")
    part = SERVICE.read(host(files), instance_of(*arguments))
    assert [radio.key for radio in part.radios] == ["wlan0", "wlan1"]
    assert SERVICE.main_file(arguments) == MAIN
    assert [include.path for include in SERVICE.includes(MAIN, HEALTHY, arguments)] == ["/etc/hostapd/wlan1.conf"]


def test_a_file_that_was_not_captured_is_a_hole() -> None:
    part = SERVICE.read(host({}), instance_of())
    assert part.bsses.holes
    assert part.radios.holes


def test_generated_files_may_hold_keys_of_their_own() -> None:
    path = "/var/run/hostapd-phy0.conf"
    at = host({path: f"{HEALTHY}vendor_key=1\nap_isolate=1\n"})
    (bss,) = SERVICE.read(at, instance_of(file=path)).bsses
    assert value(bss.enabled) is True
    assert isinstance(bss.isolation, Unknown)
    assert [line.keywords for each in at.reading.coverage() for line in each.unknown] == ["vendor_key"]


STATIONS = """02:00:00:00:00:21
flags=[AUTH][ASSOC][AUTHORIZED]
aid=1
signal=-61
02:00:00:00:00:22
flags=[AUTH]
signal=-70
02:00:00:00:00:23
flags=[AUTH][ASSOC]
"""


def test_stations() -> None:
    part = SERVICE.read(host({MAIN: HEALTHY, "commands/stations-wlan0.txt": STATIONS}), instance_of())
    first, second = part.stations
    assert (first.mac, value(first.signal), value(first.bss)) == ("02:00:00:00:00:21", -61, "wlan0")
    assert second.mac == "02:00:00:00:00:23"
    assert isinstance(second.signal, Unknown)
    broken = SERVICE.read(host({MAIN: HEALTHY, "commands/stations-wlan0.txt": "FAIL\n"}), instance_of())
    assert broken.stations.holes


def test_a_running_hostapd_whose_file_it_would_refuse_is_said_so() -> None:
    running = replace(instance_of(), pid=7)
    (told,) = read(f"{HEALTHY}typo=1\n", instance=running).disagreements
    assert "hostapd runs" in str(value(told))
    assert read(HEALTHY, instance=running).disagreements == ()


def test_files_of_single_bsses_share_the_radio_of_the_first() -> None:
    files = {"/etc/hostapd/a.conf": HEALTHY, "/etc/hostapd/b.conf": HEALTHY.replace("wlan0", "wlan0_1")}
    arguments = ("-b", "phy0:/etc/hostapd/a.conf", "-bphy0:/etc/hostapd/b.conf")
    first, second = SERVICE.read(host(files), instance_of(*arguments, file="/etc/hostapd/a.conf")).bsses
    assert value(first.phy) is Phy.AC
    assert isinstance(second.phy, Unknown)


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("hostapd.conf", "", MAIN),
        ("wlan1.conf", HEALTHY, "/etc/hostapd/wlan1.conf"),
        ("var/run/hostapd-phy0.conf", HEALTHY, "/var/run/hostapd-phy0.conf"),
        ("etc/hostapd/hostapd.accept", "", "/etc/hostapd/hostapd.accept"),
        ("dnsmasq.conf", "interface=br-lan\n", None),
        ("etc/dnsmasq.conf", "interface=br-lan\n", None),
    ],
)
def test_files_of_a_saved_capture_are_recognised(name: str, text: str, path: str | None) -> None:
    assert SERVICE.owns(name, text) == path


@given(st.lists(st.one_of(st.sampled_from(f"{HEALTHY}bss=wlan0_1\nwpa\n".split("\n")), st.text(max_size=12))))
def test_any_text_is_read_and_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    at = host({MAIN: text})
    part = SERVICE.read(at, instance_of())
    assert len({bss.key for bss in part.bsses}) == len(part.bsses) == len(parse(text).sections)
    (coverage,) = at.reading.coverage()
    shown = text.split("\n")
    assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(shown) - (not shown[-1])
