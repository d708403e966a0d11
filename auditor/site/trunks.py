"""Whether audited switches have trunks enough for a VLAN: where no state tells who is behind which port, counting may.

Cables that join some devices to one network are at least one fewer than the devices (a tree, IEEE 802.1Q, section 7),
and each has two ends. Where the trunks that carry a VLAN have fewer ends than that, though those that carry another
VLAN join the same devices, the VLAN is missing on one of them, or something that nobody audited carries it.
"""

from dataclasses import dataclass

from auditor.model import Device, Port, Span, Unknown, spans_of
from auditor.site.segments import Segment


@dataclass(frozen=True, slots=True)
class _Member:
    """A device that is in a tagged network by trunks."""

    device: Device
    trunks: tuple[Port, ...]
    has_hosts: bool
    doubtful: tuple[Port, ...] = ()


def too_few_trunks(
    segment: Segment, segments: tuple[Segment, ...], devices: tuple[Device, ...], elsewhere: frozenset[str]
) -> Unknown | None:
    """Say that the trunks of a tagged network cannot join its devices, though those of another network can."""
    here = tuple(device for device in devices if device.name not in elsewhere)
    closed = _too_few_without(segment, here)
    if closed is not None:
        return closed
    members = _members(segment, here)
    if members is None or _suffice(members):
        return None
    needed = {each.device.name for each in members if each.has_hosts}
    for other in segments:
        around = None if other.key == segment.key else _members(other, here)
        if around is None or len(around) < 3 or not _suffice(around):
            continue
        if needed <= {each.device.name for each in around} and not _own_ways(members, around):
            return _doubt(segment, other, members, around)
    return None


def _members(segment: Segment, devices: tuple[Device, ...]) -> tuple[_Member, ...] | None:
    """The devices that are in a tagged network by trunks; None if it has no tag or ports of a device are not known."""
    if isinstance(segment.vlan, Unknown) or segment.vlan.value is None or segment.uncarried:
        return None
    found: list[_Member] = []
    for device in devices:
        own = [each for each in segment.interfaces if each.device == device.name]
        if not own:
            continue
        if device.ports.holes or any(isinstance(port.links, Unknown) for port in device.ports):
            return None
        links = {each.link.value for each in own if not isinstance(each.link, Unknown)}
        trunks = tuple(port for port in device.ports if _is_trunk(port, links))
        hosts = any(bss.device == device.name for bss in segment.bsses)
        hosts = hosts or any(not isinstance(each.addresses, Unknown) and each.addresses.value for each in own)
        if trunks and (hosts or len(trunks) > 1):
            found.append(_Member(device, trunks, hosts))
    return tuple(found)


def _too_few_without(segment: Segment, devices: tuple[Device, ...]) -> Unknown | None:
    """Say that the trunks of a tagged network are enough only with some that may carry nothing."""
    if isinstance(segment.vlan, Unknown) or segment.vlan.value is None or segment.uncarried:
        return None
    if any(device.ports.holes for device in devices if device.name in segment.devices):
        return None
    members = tuple(each for device in devices if (each := _member_in_doubt(segment, device)) is not None)
    trunks, needed = sum(len(each.trunks) for each in members), 2 * (len(members) - 1)
    doubtful = [(each.device, port) for each in members for port in each.doubtful]
    if trunks >= needed or trunks + len(doubtful) < needed:
        return None
    ports = ", ".join(
        f"{port.key} of {device.name} ({'shut' if port in device.shut_ports.items else 'may be no trunk'})"
        for device, port in doubtful[:4]
    )
    names = ", ".join(each.device.name for each in members if each.has_hosts)
    why = f"the trunks that carry {segment.name} are enough to join {names} only with {ports}"
    settle = "switch that port on or make it a trunk, or add LLDP neighbours of the switch, which show what is behind"
    return Unknown(why, spans_of(*(port.links for _, port in doubtful)), settle)


def _member_in_doubt(segment: Segment, device: Device) -> _Member | None:
    """A device with its trunks, and with those that are shut or may be none; None if it needs no trunk."""
    own = [each for each in segment.interfaces if each.device == device.name]
    links = {each.link.value for each in own if not isinstance(each.link, Unknown)}
    trunks = tuple(port for port in device.ports if _is_trunk(port, links))
    doubtful = tuple(port for port in device.shut_ports if _is_trunk(port, links))
    doubtful += tuple(port for port in device.ports if _may_be_trunk(port, links))
    hosts = any(bss.device == device.name for bss in segment.bsses)
    hosts = hosts or any(not isinstance(each.addresses, Unknown) and each.addresses.value for each in own)
    # Behind a port that carries this network alone are hosts; that counts where all trunks are in doubt.
    hosts = hosts or (not trunks and any(_is_access(port, links) for port in device.ports))
    if not own or not (trunks or (doubtful and hosts)) or not (hosts or len(trunks) + len(doubtful) > 1):
        return None
    return _Member(device, trunks, hosts, doubtful)


def _is_access(port: Port, links: set[str]) -> bool:
    return not isinstance(port.links, Unknown) and len(port.links.value) == 1 and port.links.value[0] in links


def _may_be_trunk(port: Port, links: set[str]) -> bool:
    """Whether one of the few things that a port may carry is a network among others."""
    could_be = port.links.could_be if isinstance(port.links, Unknown) else ()
    return any(len(each) > 1 and not links.isdisjoint(each) for each in could_be)


def _is_trunk(port: Port, links: set[str]) -> bool:
    """Whether a port carries a network among others, so that it is tagged there."""
    return not isinstance(port.links, Unknown) and len(port.links.value) > 1 and not links.isdisjoint(port.links.value)


def _suffice(members: tuple[_Member, ...]) -> bool:
    return sum(len(each.trunks) for each in members) >= 2 * (len(members) - 1)


def _own_ways(members: tuple[_Member, ...], around: tuple[_Member, ...]) -> bool:
    """Whether a device has a trunk that is in the first network alone: a cable of its own may lead elsewhere."""
    others = {(each.device.name, port.key) for each in around for port in each.trunks}
    return any((each.device.name, port.key) not in others for each in members for port in each.trunks)


def _doubt(segment: Segment, other: Segment, members: tuple[_Member, ...], around: tuple[_Member, ...]) -> Unknown:
    carrying = {(each.device.name, port.key) for each in members for port in each.trunks}
    lacking = [
        (each.device.name, port) for each in around for port in each.trunks
        if len(each.trunks) > 1 and (each.device.name, port.key) not in carrying
    ]  # fmt: skip
    near: tuple[Span, ...] = spans_of(*(port.links for _, port in lacking))
    ports = ", ".join(f"{port.key} of {name}" for name, port in lacking[:4]) or "a switch"
    names = ", ".join(each.device.name for each in members if each.has_hosts)
    why = (
        f"too few trunks carry {segment.name} to join {names}, while enough carry {other.name}: "
        f"{ports} may lack the VLAN"
    )
    settle = "let the trunk between them carry it, or add LLDP neighbours of the switch, which show what is behind"
    return Unknown(why, near, settle)
