"""Networks that a selector may mean, where it does not resolve: proposed in order of trust, never taken."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from auditor.inventory import Selector
from auditor.inventory.wizard import quoted
from auditor.model import Bss, Device, Fact, Unknown
from auditor.site.segments import Segment
from auditor.site.sightings import Trust, sightings

_MOST = 3
_WORDS = (
    "till",
    "terminal",
    "payment",
    "kasse",
    "caisse",
    "cassa",
    "caja",
    "kassa",
    "stripe",
    "reader",
    "checkout",
    "cashdesk",
)
_WHOLE_WORDS = frozenset({"pos", "epos", "eftpos", "pay", "tpv", "tpe"})
"""Short ones count only if nothing stands around them: `post` and `payroll` speak of other things."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a selector could say instead: keys as an inventory has them, why, where, and the lines behind it."""

    trust: Trust
    keys: tuple[tuple[str, str], ...]
    why: str
    where: str
    fact: Fact[Any]

    @property
    def selector(self) -> str:
        """Its keys as they are written into an inventory: `ssid: SHOP-POS, vlan: 30`."""
        return ", ".join(
            f"{key}: {value if key in ('vlan', 'subnet', 'ip') else quoted(value)}" for key, value in self.keys
        )

    def __str__(self) -> str:
        line = next(iter(self.fact.spans), None)
        told = [self.why, self.where, *([str(line)] if line is not None else ())]
        return f"{self.selector} ({'; '.join(part for part in told if part)})"


def speaks_for_it(name: str) -> bool:
    """Say whether a name has a word in it that people use for points of sale and card readers."""
    words = [word.rstrip("0123456789") for word in re.split(r"[\W_]+", name.lower())]
    return any(word in _WHOLE_WORDS or word.startswith(_WORDS) for word in words)


def proposed(found: Iterable[Candidate]) -> str:
    """Say which candidates there are, ready to be copied into an inventory; '' if there is none."""
    listed = tuple(found)[:_MOST]
    return f"candidates, likeliest first: {'; '.join(map(str, listed))}" if listed else ""


def candidates(
    selector: Selector,
    segments: tuple[Segment, ...],
    devices: tuple[Device, ...],
    *,
    among: tuple[Segment, ...] | None = None,
    beside: tuple[Segment, ...] = (),
) -> tuple[Candidate, ...]:
    """Return what a selector may mean that finds no network, or (`among`) several.

    Order of trust: where its MAC address is seen now, or was; the reservation for it; the network that the other
    kind of clients is declared in (`beside`: readers for points of sale, and the other way round); names that speak for
    it; the only network with Wi-Fi, or the only one inside.
    """
    inside = tuple(each for each in (segments if among is None else among) if not each.is_uplink)
    apart = among is not None
    found = sorted(_all(selector, inside, devices, beside, apart=apart), key=lambda each: each.trust)
    # One network is proposed once, for its best reason.
    best: dict[tuple[tuple[str, str], ...], Candidate] = {}
    for each in found:
        if each.keys != _own(selector):
            best.setdefault(each.keys, each)
    return tuple(best.values())


def _all(
    selector: Selector,
    inside: tuple[Segment, ...],
    devices: tuple[Device, ...],
    beside: tuple[Segment, ...],
    *,
    apart: bool,
) -> Iterator[Candidate]:
    def of(segment: Segment, trust: Trust, why: str, fact: Fact[Any], *, ssid: bool = False) -> Iterator[Candidate]:
        keys = _keys(segment, selector, inside, apart=apart, ssid=ssid)
        if keys:
            yield Candidate(
                trust, keys, why, _where(segment, () if keys[0][0] != "ssid" else _named(segment, keys)), fact
            )

    for mac in (selector.mac, selector.mac_ethernet):
        for each in sightings(mac, inside, devices) if mac else ():
            yield from of(each.segment, each.trust, each.words, each.fact)
    for segment in (each for each in inside if any(each.key == other.key for other in beside)):
        yield from of(segment, Trust.DECLARED, "other clients are declared there", segment.subnets, ssid=True)
    yield from _by_name(selector, inside, devices, apart=apart)
    wireless = [segment for segment in inside if any(bss.may_be_on for bss in segment.bsses)]
    for what, few in (("the only network with Wi-Fi", wireless), ("the only network inside", list(inside))):
        if len(few) == 1 and not apart:
            yield from of(few[0], Trust.ONLY, what, few[0].subnets, ssid=True)


def _by_name(
    selector: Selector, inside: tuple[Segment, ...], devices: tuple[Device, ...], *, apart: bool
) -> Iterator[Candidate]:
    """SSIDs, interfaces and DHCP scopes whose names speak for it, or are written like the SSID that is wanted."""
    for segment in inside:
        on = [(bss, ssid) for bss in segment.bsses if bss.may_be_on and (ssid := _ssid(bss)) is not None]
        alike = get_close_matches(selector.ssid or "", [ssid for _, ssid in on], cutoff=0.8) if selector.ssid else []
        for bss, ssid in on if not apart else ():
            if ssid in alike or speaks_for_it(ssid):
                why = "written nearly alike" if ssid in alike else "its name"
                several = sum(any(_ssid(b) == ssid and b.may_be_on for b in each.bsses) for each in inside) > 1
                network = _network(segment, inside) if several else ()
                yield Candidate(
                    Trust.NAMED,
                    (("ssid", ssid), *network),
                    why,
                    _where(segment, _named(segment, (("ssid", ssid),))),
                    bss.ssid,
                )
        for name, fact in _names(segment, devices):
            if speaks_for_it(name) and (keys := _keys(segment, selector, inside, apart=apart, ssid=False)):
                yield Candidate(Trust.NAMED, keys, f"named '{name}'", _where(segment, ()), fact)


def _names(segment: Segment, devices: tuple[Device, ...]) -> Iterator[tuple[str, Fact[Any]]]:
    """What devices call a network: the keys of their interfaces, and of the DHCP scopes on these."""
    keys = {(each.device, each.key) for each in segment.interfaces}
    for interface in segment.interfaces:
        yield interface.key, interface.link
    for device in devices:
        for scope in device.dhcp_scopes:
            if not isinstance(scope.interface, Unknown) and (device.name, scope.interface.value) in keys:
                yield scope.key, scope.interface


def _keys(
    segment: Segment, selector: Selector, inside: tuple[Segment, ...], *, apart: bool, ssid: bool
) -> tuple[tuple[str, str], ...]:
    """What selects a network: its VLAN or subnet, behind what the selector says already (`apart`), or its one SSID."""
    network = _network(segment, inside)
    if apart:
        return (*_own(selector), *network) if network else ()
    if ssid and selector.ssid is not None:
        names = {name for bss in segment.bsses if bss.may_be_on and (name := _ssid(bss)) is not None}
        if len(names) == 1:
            return (("ssid", names.pop()),)
    return network


def _network(segment: Segment, inside: tuple[Segment, ...]) -> tuple[tuple[str, str], ...]:
    """A key that selects a network and none beside it: its VLAN if it has one, else its subnet."""
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    same = [each for each in inside if not isinstance(each.vlan, Unknown) and each.vlan.value == vlan]
    if vlan is not None and len(same) == 1:
        return (("vlan", str(vlan)),)
    for network in () if isinstance(segment.subnets, Unknown) else segment.subnets.value:
        others = [each for each in inside if each is not segment and not isinstance(each.subnets, Unknown)]
        if not any(network.overlaps(other) for each in others for other in each.subnets.value):  # type: ignore[union-attr]
            return (("subnet", str(network)),)
    return ()


def _own(selector: Selector) -> tuple[tuple[str, str], ...]:
    """What a selector says itself."""
    given = {
        "ssid": selector.ssid,
        "vlan": selector.vlan,
        "subnet": selector.subnet,
        "mac": selector.mac,
        "mac_ethernet": selector.mac_ethernet,
        "ip": selector.ip,
    }
    return tuple((key, str(value)) for key, value in given.items() if value is not None)


def _named(segment: Segment, keys: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The devices that carry the SSID of a candidate in its network."""
    return tuple(dict.fromkeys(bss.device for bss in segment.bsses if bss.may_be_on and _ssid(bss) == keys[0][1]))


def _where(segment: Segment, carriers: tuple[str, ...]) -> str:
    """Where a network is, in words: `on ap1, ap2, VLAN 30, 192.168.30.0/24`."""
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    subnets = () if isinstance(segment.subnets, Unknown) else segment.subnets.value
    parts = [", ".join(carriers or segment.devices[:3]), f"VLAN {vlan}" if vlan is not None else ""]
    return f"on {', '.join(part for part in (*parts, *map(str, subnets)) if part)}"


def _ssid(bss: Bss) -> str | None:
    return None if isinstance(bss.ssid, Unknown) else bss.ssid.value


def ssids_by_trust(device: Device) -> tuple[str, ...]:
    """The SSIDs of a device for somebody to choose from: those that are on first, of these those that speak for it."""
    on = {ssid for bss in device.bsses if bss.may_be_on and (ssid := _ssid(bss)) is not None}
    every = dict.fromkeys(ssid for bss in device.bsses if (ssid := _ssid(bss)) is not None)
    return tuple(sorted(every, key=lambda ssid: (ssid not in on, not speaks_for_it(ssid))))


def subnets_by_trust(device: Device) -> tuple[str, ...]:
    """The inside subnets of a device for somebody to choose from: those whose interfaces' names speak for it first."""
    inside = [each for each in device.interfaces if isinstance(each.uplink, Unknown) or not each.uplink.value]
    found = [
        (not speaks_for_it(each.key), str(address.network))
        for each in inside
        if not isinstance(each.addresses, Unknown)
        for address in each.addresses.value
    ]
    return tuple(dict.fromkeys(subnet for _, subnet in sorted(found, key=lambda pair: pair[0])))
