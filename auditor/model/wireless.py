"""Radios and BSSs (an SSID on one radio), in the words of IEEE 802.11."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address

from auditor.model.facts import Fact, Listed, Stated, Unknown


class Band(StrEnum):
    """Frequency band of a radio."""

    GHZ_2_4 = "2.4 GHz"
    GHZ_5 = "5 GHz"
    GHZ_6 = "6 GHz"
    GHZ_60 = "60 GHz"


class Phy(StrEnum):
    """Newest PHY that a radio offers."""

    LEGACY = "802.11a/b/g"
    N = "802.11n"
    AC = "802.11ac"
    AX = "802.11ax"
    BE = "802.11be"

    @property
    def includes_ax(self) -> bool:
        return self in (Phy.AX, Phy.BE)


class Akm(StrEnum):
    """How a station authenticates: the AKM suite together with the generation of WPA that carries it."""

    OPEN = "open"
    OWE = "OWE"
    WEP = "WEP"
    WPA_PSK = "WPA-Personal"
    WPA2_PSK = "WPA2-Personal"
    WPA3_SAE = "WPA3-Personal"
    WPA_EAP = "WPA-Enterprise"
    WPA2_EAP = "WPA2-Enterprise"
    WPA3_EAP = "WPA3-Enterprise"
    WPA3_EAP_192 = "WPA3-Enterprise 192-bit"


class Cipher(StrEnum):
    """Pairwise cipher."""

    TKIP = "TKIP"
    CCMP = "CCMP-128"
    CCMP_256 = "CCMP-256"
    GCMP = "GCMP-128"
    GCMP_256 = "GCMP-256"


class Pmf(StrEnum):
    """Protected management frames (802.11w)."""

    DISABLED = "disabled"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Passphrase(StrEnum):
    """What is known of a pre-shared key without showing it.

    HIDDEN: the stations have to know one, and the device does not show to this login whether one is set, or which.
    """

    USABLE = "usable"
    ABSENT = "absent"
    UNUSABLE = "unusable"
    EXTERNAL = "per station or from RADIUS"
    HIDDEN = "not shown to this login"


class IsolationScope(StrEnum):
    """How far an access point keeps its stations apart; 802.11 defines no such thing, each vendor its own."""

    NONE = "none"
    SAME_BSS = "same_bss"
    SAME_SSID = "same_ssid"
    SAME_AP = "same_ap"
    ALL_WIRELESS = "all_wireless"
    ALL_LAN_EXCEPT_GATEWAY = "all_lan_except_gateway"


class MacPolicy(StrEnum):
    """What a list of MAC addresses on a BSS does."""

    OFF = "off"
    ALLOW_LISTED = "allow"
    DENY_LISTED = "deny"


@dataclass(frozen=True, slots=True)
class Radio:
    """One radio. `ax_required` means that stations without 802.11ax are refused."""

    device: str
    key: str
    enabled: Fact[bool]
    band: Fact[Band]
    phy: Fact[Phy]
    width: Fact[int]
    ax_required: Fact[bool]


@dataclass(frozen=True, slots=True)
class ControlledRadio:
    """A radio that carries what a controller tells it, and no SSID of its own.

    `system` is what controller and access point speak, as in `Bss.given_by`. `controllers` are the addresses that the
    access point asks; none: it finds the controller by itself. `hole` is that of its device's BSSs, which a controller
    that is audited fills.
    """

    device: str
    key: str
    system: str
    controllers: Fact[tuple[IPv4Address, ...]]
    hole: Unknown


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a controller, by the name that an inventory gives it, and whether it carries a BSS.

    A part is what access points are assigned to, such as a policy tag or a site tag (Catalyst 9800). `only` where a BSS
    is in one part of this kind alone, as in the policy tag that makes it, and nothing else has the name.
    """

    key: str
    carries: Fact[bool]
    only: bool = False


ENCRYPTED = "encrypted "
"""How `Bss.passphrase_identity` begins where a device shows keys encrypted: equal keys may then have other tokens."""

_NOT_COMPARED = Unknown("whether the passphrase is that of other access points was not read")
_NOT_SO: Fact[bool] = Stated(False, ())


@dataclass(frozen=True, slots=True)
class Bss:
    """One SSID on one radio.

    `networks` are the keys of the interfaces whose segment the stations join. `phy`, `band` and `enabled`
    are the product of radio and BSS. `port_isolated` is bridge port isolation: no frames to other isolated
    ports of the same bridge; with `relays_itself` frames between its own stations never come to that bridge.
    Timers are durations; None: no such timer. `idle_timeout` counts only if it disconnects a station for being
    silent (an access point that polls first has none). `passphrase_identity` is equal where the pre-shared key is:
    a token, never the key; '' if there is no key. `given_by` is the system (CAPsMAN, CAPWAP) by which a controller
    gives it to its access points; '' if the device carries it itself. `parts` are those of the controller that carry
    it, its holes say why there may be more; none: the device has no parts, or the BSS is the same in all of them.
    `local_vlan` is the VLAN in which an access point that switches the frames of its stations itself (FlexConnect local
    switching) puts them on its own port (value None: untagged), and then `networks` do not count; None: they enter the
    network at this device. `leases_only`: only stations that got a lease pass, so none with an address set by hand.
    `filtered`: whether a filter stands between its stations and all else, beside those of its device; where one does,
    it is `Unknown`, as what it lets through was not read.
    """

    device: str
    key: str
    radio: str
    ssid: Fact[str]
    enabled: Fact[bool]
    networks: Fact[tuple[str, ...]]
    band: Fact[Band]
    phy: Fact[Phy]
    ax_required: Fact[bool]
    akms: Fact[frozenset[Akm]]
    ciphers: Fact[frozenset[Cipher]]
    pmf: Fact[Pmf]
    passphrase: Fact[Passphrase]
    isolation: Fact[IsolationScope]
    port_isolated: Fact[bool]
    fast_transition: Fact[bool]
    mac_policy: Fact[MacPolicy]
    mac_list: Fact[tuple[str, ...]]
    station_limit: Fact[int | None]
    idle_timeout: Fact[timedelta | None]
    session_timeout: Fact[timedelta | None]
    reauth_period: Fact[timedelta | None]
    passphrase_identity: Fact[str] = _NOT_COMPARED
    relays_itself: bool = False
    given_by: str = ""
    parts: Listed[Part] = field(default_factory=Listed)
    local_vlan: Fact[int | None] | None = None
    leases_only: Fact[bool] = _NOT_SO
    filtered: Fact[bool] = _NOT_SO

    @property
    def may_be_on(self) -> bool:
        """Whether it is on, or nobody knows."""
        return isinstance(self.enabled, Unknown) or self.enabled.value


@dataclass(frozen=True, slots=True)
class StationState:
    """One associated station: signal in dBm, signal-to-noise ratio in dB."""

    device: str
    key: str
    mac: str
    bss: Fact[str]
    signal: Fact[int]
    snr: Fact[int]
