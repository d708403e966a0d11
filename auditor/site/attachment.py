"""Where readers and points of sale are plugged in: selectors of the inventory found in the model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from auditor.capture import Failure
from auditor.inventory import Selector
from auditor.model import Bss, Device, Fact, Span, Stated, Unknown, spans_of
from auditor.site.cables import severed
from auditor.site.candidates import candidates, proposed
from auditor.site.segments import Segment
from auditor.site.sightings import Sighting, decisive, sightings


@dataclass(frozen=True, slots=True)
class Attachment:
    """One segment, and the enabled BSSs through which the selected devices may reach it by Wi-Fi.

    With an SSID given these are the BSSs of that SSID, otherwise all of the segment's. `unseen` says which parts of
    the segment's devices may have more and were not captured.
    """

    segment: Segment
    bsses: tuple[Bss, ...]
    unseen: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """What an end of a path is attached with: Wi-Fi, a cable, or, if nobody says, maybe either."""

    wireless: bool
    wired: bool


def attach(
    selector: Selector,
    segments: tuple[Segment, ...],
    devices: tuple[Device, ...],
    missing: tuple[Failure, ...],
    beside: Callable[[], tuple[Segment, ...]] = tuple,
) -> Fact[Attachment]:
    """Find the one segment that all keys of a selector agree on; several or none are `Unknown`, never a guess.

    What to do then names candidates, in order of trust; `beside` tells where the other kind of clients is declared. A
    MAC address alone is looked for wherever the devices have seen it.
    """
    if selector.is_empty:
        return Unknown("mobile readers have no network of their own", settle="declare pos; its network is theirs")
    found = list(segments)
    tried: list[str] = []
    spans: tuple[Span, ...] = ()
    if selector.ssid is not None:
        stray = _stray(selector.ssid, segments, devices)
        if stray is not None:
            return stray
        carriers = [
            bss for segment in segments for bss in segment.bsses if bss.may_be_on and _ssid(bss) == selector.ssid
        ]
        spans += spans_of(*(bss.ssid for bss in carriers))
        names = {(bss.device, bss.key) for bss in carriers}
        found = [s for s in found if any((bss.device, bss.key) in names for bss in s.bsses)]
        tried.append(f"SSID '{selector.ssid}'")
    if selector.vlan is not None:
        found = [s for s in found if not isinstance(s.vlan, Unknown) and s.vlan.value == selector.vlan]
        tried.append(f"VLAN {selector.vlan}")
    if selector.subnet is not None:
        wanted = selector.subnet
        found = [s for s in found if isinstance(wanted, IPv4Network) and _has_subnet(s, wanted)]
        tried.append(f"subnet {wanted}")
    if selector.ip is not None:
        address = selector.ip
        found = [s for s in found if isinstance(address, IPv4Address) and s.holds(address)]
        tried.append(f"address {address}")
    seen: tuple[Sighting, ...] = ()
    if not tried:
        seen = _seen(selector, segments, devices)
        found = [s for s in found if any(each.segment is s for each in seen)]
        spans += spans_of(*(each.fact for each in seen))
        tried.append(f"MAC address {selector.mac or selector.mac_ethernet or ''}")
    words = " and ".join(tried)
    if len(found) == 1:
        if (cut := severed(found[0], devices)) is not None:
            return cut
        return Stated(_attachment(found[0], selector, devices), spans or found[0].subnets.spans)
    if not found:
        # Of a shared device whose BSSs of this site are not told apart, all were left out.
        unseen = [hole for device in devices if selector.ssid and not device.bsses.items for hole in device.bsses.holes]
        instead = proposed(candidates(selector, segments, devices, beside=beside()))
        return Unknown(
            f"{words} is on no audited device",
            settle="; ".join(filter(None, (_settle_none(selector, segments, devices, missing), instead))),
            near=spans_of(*unseen, *(bss.enabled for bss in _off(selector.ssid, devices))),
        )
    unknown = _several(words, found, selector, seen, spans)
    instead = proposed(candidates(selector, segments, devices, among=tuple(found), beside=beside()))
    return replace(unknown, settle="; ".join(filter(None, (unknown.settle, instead))))


def _several(
    what: str, found: list[Segment], selector: Selector, seen: tuple[Sighting, ...], spans: tuple[Span, ...]
) -> Unknown:
    """Say which networks a selector is on, by which devices, and what would make it one."""
    if seen:
        signs = ((segment, [each.words for each in seen if each.segment is segment]) for segment in found)
        places = (f"{_told_apart(segment)}, by {' and '.join(dict.fromkeys(words))}" for segment, words in signs)
        settle = "see where it is now, or add ssid, vlan or subnet to the selector"
        return Unknown(f"{what} is in more than one network: {'; '.join(places)}", spans, settle)
    apart = "; ".join(dict.fromkeys(segment.uncarried for segment in found if segment.uncarried))
    if apart:
        names = ", ".join(map(_told_apart, found))
        why = f"{what} is on networks that do not meet: {names}; {apart}"
        return Unknown(why, spans, "let the port that leads to the other devices carry the VLAN, on both sides")
    places = (f"{_told_apart(segment)} on {', '.join(_carrying(segment, selector))}" for segment in found)
    lines = spans or spans_of(*(segment.subnets if selector.vlan is None else segment.vlan for segment in found))
    return Unknown(
        f"{what} is on more than one network: {'; '.join(places)}", lines, "add vlan or subnet to the selector"
    )


def _carrying(segment: Segment, selector: Selector) -> tuple[str, ...]:
    """The devices by which a selector is in a network: those with its SSID, or with an address there."""
    if selector.ssid is not None:
        return tuple(dict.fromkeys(bss.device for bss in segment.bsses if _ssid(bss) == selector.ssid))
    addressed = [i for i in segment.interfaces if not isinstance(i.addresses, Unknown) and i.addresses.value]
    if selector.vlan is None and addressed:
        return tuple(dict.fromkeys(interface.device for interface in addressed))
    return segment.devices


def _seen(selector: Selector, segments: tuple[Segment, ...], devices: tuple[Device, ...]) -> tuple[Sighting, ...]:
    """The signs of a MAC address that count; those of the wired one if there are none of the first."""
    for mac in (selector.mac, selector.mac_ethernet):
        if mac is not None and (found := decisive(sightings(mac, segments, devices))):
            return found
    return ()


def _told_apart(segment: Segment) -> str:
    """A network among others, of which several may have one subnet, or one VLAN id on different bridges."""
    return segment.key if segment.name == segment.key else f"{segment.name} ({segment.key})"


def _off(ssid: str | None, devices: tuple[Device, ...]) -> list[Bss]:
    """The BSSs of an SSID that are certainly off."""
    return [bss for device in devices for bss in device.bsses if ssid and _ssid(bss) == ssid and not bss.may_be_on]


def _stray(ssid: str, segments: tuple[Segment, ...], devices: tuple[Device, ...]) -> Unknown | None:
    """A BSS of the SSID that joins no network of its device: stations there may get nowhere."""
    placed = {(bss.device, bss.key) for segment in segments for bss in segment.bsses}
    for device in devices:
        for bss in device.bsses:
            if bss.may_be_on and _ssid(bss) == ssid and (device.name, bss.key) not in placed:
                if bss.local_vlan is not None:
                    return _adrift(bss, bss.local_vlan)
                if isinstance(bss.networks, Unknown):
                    return bss.networks
                return Unknown(
                    f"SSID '{ssid}' is on {device.name} (BSS '{bss.key}'), but joins no network that was captured",
                    spans_of(bss.networks, bss.ssid),
                    f"capture the network configuration of {device.name}, or correct the network of '{bss.key}'",
                )
    return None


def _adrift(bss: Bss, vlan: Fact[int | None]) -> Unknown:
    """Why it cannot be told where stations of a BSS are whose access points switch their frames themselves."""
    if isinstance(vlan, Unknown):
        return vlan
    where = "untagged" if vlan.value is None else f"in VLAN {vlan.value}"
    why = f"access points put the stations of '{bss.key}' on their own ports, {where}"
    if vlan.value is None:
        settle = "name the VLAN in the profile of the controller, or audit the switch that the access points are on"
        return Unknown(f"{why}; which network of the shop that is, no configuration says", vlan.spans, settle)
    settle = "let one trunk carry that VLAN between the devices that have it, if it is meant to be one network"
    return Unknown(f"{why}, and more than one network of the audited devices of the shop has it", vlan.spans, settle)


def _attachment(segment: Segment, selector: Selector, devices: tuple[Device, ...]) -> Attachment:
    bsses = tuple(bss for bss in segment.bsses if bss.may_be_on)
    if selector.ssid is not None:
        bsses = tuple(bss for bss in bsses if _ssid(bss) == selector.ssid)
    # One whose wireless part is missing altogether may be a router without any.
    names = {*segment.devices, *(bss.device for bss in bsses)}
    near = (device for device in devices if device.name in names and (device.bsses.items or not bsses))
    holes = [hole for device in near for hole in device.bsses.holes]
    # Which networks a controller joins its access points' radios to is not in their own configuration.
    holes += [radio.hole for device in devices for radio in device.controlled_radios]
    return Attachment(segment, bsses, tuple(dict.fromkeys(holes)))


def _ssid(bss: Bss) -> str | None:
    return None if isinstance(bss.ssid, Unknown) else bss.ssid.value


def _has_subnet(segment: Segment, wanted: IPv4Network) -> bool:
    return not isinstance(segment.subnets, Unknown) and any(net.overlaps(wanted) for net in segment.subnets.value)


def _settle_none(
    selector: Selector, segments: tuple[Segment, ...], devices: tuple[Device, ...], missing: tuple[Failure, ...]
) -> str:
    """Say what to do: obtain what is missing, or correct the selector; candidates are named, never taken."""
    if missing:
        return f"audit {', '.join(sorted(failure.device for failure in missing))} as well"
    unseen = [hole for device in devices for hole in device.interfaces.holes if hole.settle]
    if unseen and not segments:
        return f"{unseen[0].settle}; without it no network of this shop is known"
    if selector.ssid is not None:
        ssids = sorted({s for segment in segments for bss in segment.bsses if (s := _ssid(bss)) and bss.may_be_on})
        if _off(selector.ssid, devices):
            return f"SSID '{selector.ssid}' is configured but switched off; enable it, or correct the inventory"
        if selector.ssid in ssids:
            return f"SSID '{selector.ssid}' is there, but not where the other keys say; correct one of them"
        return f"correct ssid in the inventory; SSIDs here: {', '.join(ssids) or 'none'}"
    names = [segment.name for segment in segments if segment.subnets.spans]
    return f"correct the selector in the inventory; networks here: {', '.join(names) or 'none'}"
