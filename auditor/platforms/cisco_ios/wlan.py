"""The WLANs of a Catalyst 9800: one BSS for each WLAN profile, policy tag and band.

A WLAN is on the air where a policy tag maps it to a policy profile, an access point has that tag, and WLAN, profile and
band are not shut. Source: Cisco, "Catalyst 9800 Series Wireless Controllers, Configuration Model"; YANG,
Cisco-IOS-XE-wireless-wlan-cfg.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.model import (
    Band,
    Bss,
    Fact,
    IsolationScope,
    Listed,
    Pmf,
    Radio,
    Stated,
    Unknown,
    combine,
    known_like,
)
from auditor.platforms.cisco_ios import wireless_bands, wlan_security
from auditor.platforms.cisco_ios.blocks import Block, true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.wireless_bands import WirelessBand
from auditor.platforms.cisco_ios.wireless_controller import Controller, Mapped, controller
from auditor.platforms.cisco_ios.wireless_policy import Policy, Vlans
from auditor.platforms.cisco_ios.wlan_security import Security
from auditor.services.reading import printable

GIVEN_BY = "CAPWAP"
_LOWER = frozenset({Band.GHZ_2_4, Band.GHZ_5})
_RADIO_WORDS = {
    "24ghz": frozenset({Band.GHZ_2_4}),
    "5ghz": frozenset({Band.GHZ_5}),
    "6ghz": frozenset({Band.GHZ_6}),
    "all": _LOWER,
    "a": frozenset({Band.GHZ_5}),
    "ag": _LOWER,
    "bg": frozenset({Band.GHZ_2_4}),
    "g": frozenset({Band.GHZ_2_4}),
}
"""What `radio policy dot11 5ghz`, and `radio dot11a` of older releases, say."""


def read(config: Config, vlans: Vlans) -> tuple[Listed[Radio], Listed[Bss]]:
    """Read the radios and BSSs that a controller gives its access points; none, for what is no controller."""
    found = controller(config)
    if found is None:
        return Listed((), config.holes()), Listed((), config.holes())
    profiles = {each.block.head: _OnAir.of(config, each.block) for each in found.wlans}
    bsses = tuple(bss for each in found.mapped for bss in _bsses(found, each, profiles[each.wlan.block.head], vlans))
    bsses += tuple(
        off for each in found.unmapped for off in _nowhere(found, each, profiles[each.wlan.block.head], vlans)
    )
    used = {bss.radio for bss in bsses}
    radios = tuple(wireless_bands.radio(config, band) for band in found.bands if band.word in used)
    return Listed(radios, found.holes), Listed(bsses, found.holes)


# -- BSSs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OnAir:
    """What a WLAN profile says by itself, whatever tag and policy profile it is mapped to."""

    security: Security
    bands: Fact[frozenset[Band]]
    up: Fact[bool]
    ax: Fact[bool]
    station_limit: Fact[int | None]

    @classmethod
    def of(cls, config: Config, wlan: Block) -> "_OnAir":
        security = wlan_security.read(config, wlan)
        up = combine(lambda shut: not shut, wlan.flag("shutdown", "wlan.shutdown"))
        bands = _in_bands(config, wlan, security)
        return cls(security, bands, up, _ax(config, wlan), _station_limit(config, wlan))


def _bsses(found: Controller, mapped: Mapped, on_air: _OnAir, vlans: Vlans) -> Iterator[Bss]:
    """The BSSs of one mapping, which differ by what their band has."""
    bands = on_air.bands
    each: Bss | None = None
    for band in found.bands:
        if band.band not in (_LOWER if isinstance(bands, Unknown) else bands.value):
            continue
        if each is None:
            each = _bss(found, mapped, on_air, band, vlans)
        allowed = bands if isinstance(bands, Unknown) else known_like(True, bands)
        said = bands.near if isinstance(bands, Unknown) else bands.spans
        tagged = found.tags.carried(mapped.tag)
        each = replace(
            each,
            key=f"{mapped.key} {band.word}",
            radio=band.word,
            enabled=_all_of(
                on_air.up,
                mapped.policy.enabled(),
                band.enabled,
                tagged,
                allowed,
                found.rf.up(found.tags, mapped.tag, band.word),
            ),
            band=Stated(band.band, said),
            phy=band.phy(on_air.ax),
            ax_required=Stated(band.band is Band.GHZ_6, said),
            station_limit=_smaller(on_air.station_limit, found.rf.station_limit(found.tags, mapped.tag, band.word)),
        )
        yield each


def _nowhere(found: Controller, mapped: Mapped, on_air: _OnAir, vlans: Vlans) -> Iterator[Bss]:
    """The BSSs of a WLAN that no policy tag maps: it is off, whatever else it says."""
    off, nothing = Stated(False, (mapped.wlan.block.header,)), Stated((), (mapped.wlan.block.header,))
    for each in _bsses(found, mapped, on_air, vlans):
        yield replace(each, enabled=off, networks=nothing, parts=Listed(), local_vlan=None)


def _bss(found: Controller, mapped: Mapped, on_air: _OnAir, band: WirelessBand, vlans: Vlans) -> Bss:
    """A BSS as it is in the first of its bands."""
    header, policy, security = mapped.wlan.block.header, mapped.policy, on_air.security
    landing = found.sites.landing(policy, vlans, found.tags, mapped.tag, policy.elsewhere(security.asks_radius))
    tagged = found.tags.carried(mapped.tag)
    return Bss(
        device=found.config.device,
        key=mapped.key,
        radio=band.word,
        ssid=mapped.wlan.ssid,
        enabled=on_air.up,
        # Where nobody knows whether there is such an access point, that is to be settled first.
        networks=tagged if isinstance(landing.networks, Unknown) and isinstance(tagged, Unknown) else landing.networks,
        band=Stated(band.band, (header,)),
        phy=band.phy(on_air.ax),
        ax_required=Stated(False, (header,)),
        akms=security.akms,
        ciphers=security.ciphers,
        pmf=security.pmf,
        passphrase=security.passphrase,
        isolation=policy.isolates() or _isolation(found, mapped.wlan.block, policy, mapped.tag),
        port_isolated=Stated(False, (header,)),
        fast_transition=security.fast_transition,
        mac_policy=security.mac_policy,
        mac_list=security.mac_list,
        station_limit=on_air.station_limit,
        idle_timeout=policy.idle_timeout(security.asks_radius),
        session_timeout=policy.session_timeout(security.asks_radius),
        # What repeats the authentication is the session timeout, which counts as the end of the session.
        reauth_period=Stated(None, (header,)),
        passphrase_identity=security.identity,
        given_by=GIVEN_BY,
        parts=found.tags.parts(mapped.tag),
        local_vlan=landing.local_vlan,
        leases_only=policy.leases_only(),
        filtered=found.sites.filtered(policy, found.tags, mapped.tag) or policy.filtered(),
    )


def _all_of(*facts: Fact[bool]) -> Fact[bool]:
    """Whether all hold; one that certainly does not decides."""
    for fact in facts:
        if not isinstance(fact, Unknown) and not fact.value:
            return known_like(False, fact)
    unknown = next((fact for fact in facts if isinstance(fact, Unknown)), None)
    return unknown or combine(lambda *_: True, *facts)


def _in_bands(config: Config, wlan: Block, security: Security) -> Fact[frozenset[Band]]:
    """The bands of a WLAN: those of its lines, else all; 6 GHz only with WPA3 alone and protected management frames."""
    lines = (*wlan.lines("radio policy dot11"), *wlan.lines("radio policy"), *wlan.lines("radio"))
    if not lines:
        doubt = wlan.unsaid("radio policy")
        return doubt or _without_policy(config, wlan, security)
    found: set[Band] = set()
    for line in wlan.lines("radio"):
        words = [word.removeprefix("dot11") for word in line.words if word not in ("policy", "dot11")]
        if not words or words[0] not in _RADIO_WORDS:
            why = f"'radio {printable(line.rest, 20)}' of {wlan.title} is not understood"
            return Unknown(why, (line.span,), "see `show wlan name`")
        found |= _RADIO_WORDS[words[0]]
    return Stated(frozenset(found), tuple(line.span for line in wlan.lines("radio")))


def _without_policy(config: Config, wlan: Block, security: Security) -> Fact[frozenset[Band]]:
    there = config.default("ap dot11 6ghz.exists", true_false, wlan.header)
    only_wpa3 = wlan.said("security wpa wpa2")
    fits = only_wpa3 is not None and only_wpa3.no and not isinstance(security.pmf, Unknown)
    fits = fits and not isinstance(security.pmf, Unknown) and security.pmf.value is Pmf.REQUIRED
    sixth = fits and not isinstance(there, Unknown) and there.value
    return Stated(_LOWER | {Band.GHZ_6} if sixth else _LOWER, (wlan.header,))


def _ax(config: Config, wlan: Block) -> Fact[bool]:
    """Whether a WLAN has 802.11ax where its band has; `no dot11ax` is there since 17.5."""
    line = next((line for line in reversed(wlan.each("dot11ax")) if not line.rest), None)
    if line is not None:
        return Stated(not line.no, (line.span,))
    return wlan.unsaid("dot11ax") or config.default("wlan.dot11ax", true_false, wlan.header)


def _isolation(found: Controller, wlan: Block, policy: Policy, tag: str) -> Fact[IsolationScope]:
    """`peer-blocking` is about stations of one WLAN, on all access points, or on the same one in local switching.

    `forward-upstream` leaves it to the switch; access points that switch frames themselves drop them then, too. Source:
    Cisco Catalyst 9800 configuration guide, "Peer-to-Peer Client Support".
    """
    line = wlan.said("peer-blocking")
    if line is None or line.no:
        none: Fact[IsolationScope] = Stated(IsolationScope.NONE, (line.span,)) if line is not None else _unblocked(wlan)
        return none
    if line.rest == "drop":
        return Stated(IsolationScope.SAME_SSID, (line.span,))
    if line.rest == "forward-upstream":
        central = policy.central()
        if not isinstance(central, Unknown) and not central.value:
            sites = {site: found.sites.is_flex(site) for site in found.tags.sites(tag)}
            if sites and all(not isinstance(on, Unknown) and on.value for on in sites.values()):
                return known_like(IsolationScope.SAME_SSID, Stated(True, (line.span,)), central)
        why = f"{wlan.title} hands frames between its stations to the switch, which seldom sends them back"
    else:
        why = f"{wlan.title} keeps stations apart by groups (peer-blocking {printable(line.rest, 20)})"
    could_be = (IsolationScope.NONE, IsolationScope.SAME_SSID)
    return Unknown(why, (line.span,), "write `no peer-blocking`, or try it with two stations", could_be)


def _unblocked(wlan: Block) -> Fact[IsolationScope]:
    return wlan.unsaid("peer-blocking") or wlan.config.default("wlan.peer-blocking", IsolationScope, wlan.header)


def _station_limit(config: Config, wlan: Block) -> Fact[int | None]:
    """The smallest of the limits for the WLAN, for an access point, and for a radio; 0: no such limit."""
    facts: list[Fact[int]] = []
    for kind in ("", "ap", "radio"):
        words = f"client association limit {kind}".strip()
        said = reversed(wlan.each(words))
        line = next((each for each in said if each.rest.isdecimal() or (each.no and not each.rest)), None)
        if line is not None and not line.no:
            facts.append(config.converted(line.rest, _count, line.span, what=words))
            continue
        doubt = wlan.unsaid(words)
        facts.append(doubt or config.default(f"wlan.{words}", _count, wlan.header))
    return combine(lambda *limits: min((limit for limit in limits if limit), default=None), *facts)


def _smaller(one: Fact[int | None], other: Fact[int | None]) -> Fact[int | None]:
    """The smaller of two limits; the other one is no evidence where it is not there."""
    if not isinstance(other, Unknown) and other.value is None:
        return one
    return combine(lambda *limits: min((limit for limit in limits if limit), default=None), one, other)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise ValueError("no number")
    return int(text)
