"""Cables between devices: no configuration tells where one leads, but a switch learns who is behind which port.

Switches learn addresses (IEEE 802.1Q, section 8.7), and neighbours tell each other who they are (LLDP, CDP). A VLAN
that is missing on the port behind which the rest of its network is ends there, though both sides have it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.model import Device, Fact, Interface, Port, Unknown, spans_of
from auditor.site.link_neighbours import Cable, Known, addresses_of, cables, named
from auditor.site.segments import Segment


@dataclass(frozen=True, slots=True)
class Cut:
    """A port that does not carry a VLAN to the device behind it, which carries it on `far`.

    `has_vlan`: the device of the port has the VLAN; if not, it stands between two that have it. `seen` is the state
    that shows who is behind the port.
    """

    vlan: int
    device: str
    port: Port
    has_vlan: bool
    behind: str
    far: Port
    seen: Fact[Any]

    @property
    def why(self) -> str:
        return f"port {self.port.key} of {self.device}, behind which {self.behind} is, does not carry VLAN {self.vlan}"

    @property
    def facts(self) -> tuple[Fact[Any], ...]:
        """The lines of both ports, and the state that joins them."""
        return (self.port.links, self.far.links, self.seen)

    @property
    def is_trunk(self) -> bool:
        """Whether both ports carry several networks, so that each tags all of them but one."""
        return all(
            not isinstance(port.links, Unknown) and len(set(port.links.value)) > 1 for port in (self.port, self.far)
        )


def severed(segment: Segment, devices: tuple[Device, ...]) -> Unknown | None:
    """Say which port does not carry a tagged network between two audited devices of it; None if none is known.

    A device counts if it has an address in the network or an SSID that joins it.
    """
    cut = next(iter(cuts(segment, devices)), None)
    if cut is None:
        return None
    settle = f"let that port carry VLAN {cut.vlan} on both sides, if the network is meant to be one"
    return Unknown(f"{segment.name} is not one network: {cut.why}", spans_of(cut.port.links), settle)


def cuts(segment: Segment, devices: tuple[Device, ...]) -> tuple[Cut, ...]:
    """Return the ports that keep audited devices of a tagged network apart, each once."""
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    if vlan is None or not any(device.learned.items or device.link_neighbours.items for device in devices):
        return ()
    known = Known.of(devices)
    listed = (*_between_ends(segment, vlan, known), *_at_cables(segment, vlan, known), *_shut_in(segment, vlan, known))
    return tuple({(cut.device, cut.port.key): cut for cut in reversed(listed)}.values())[::-1]


def cables_seen(segment: Segment, devices: tuple[Device, ...]) -> tuple[Fact[Any], ...]:
    """The state that shows cables between audited devices which certainly carry a tagged network at both ends."""
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    if vlan is None:
        return ()
    known = Known.of(devices)
    found: list[Fact[Any]] = []
    for cable in cables(known):
        here = {cable.device.name, cable.other.name} & set(segment.devices)
        if here and _carries(cable.device, vlan, cable.port) and _carries(cable.other, vlan, cable.far):
            found.append(cable.seen)
    ends = _ends(segment, known)
    for switch in devices:
        for end in ends if switch.learned.items else ():
            behind = end.behind(switch, known)
            if behind is not None and _carries(switch, vlan, behind[0]):
                found.append(behind[2])
    return tuple(dict.fromkeys(found))


def _between_ends(segment: Segment, vlan: int, known: Known) -> Iterator[Cut]:
    """Ports of switches behind which an end is."""
    ends = _ends(segment, known) if len(segment.devices) > 1 else ()
    for switch in known.devices if ends else ():
        if not switch.learned.items and not switch.link_neighbours.items:
            continue
        behind = {end.device.name: found for end in ends if (found := end.behind(switch, known)) is not None}
        for name, (port, far, seen) in behind.items():
            if isinstance(port.links, Unknown) or _names(switch, vlan) & set(port.links.value):
                continue
            others = any(each.key != port.key for each, _, _ in behind.values())
            if others or _carries_elsewhere(switch, segment, vlan):
                yield Cut(vlan, switch.name, port, bool(_names(switch, vlan)), name, far, seen)


def _at_cables(segment: Segment, vlan: int, known: Known) -> Iterator[Cut]:
    """Ends of cables between two devices that both use a VLAN, of which one alone carries it there.

    Another way between the two excuses it: several cables, or a chain of them by way of others.
    """
    listed = cables(known)
    pairs = Counter(frozenset((cable.device.name, cable.other.name)) for cable in listed)
    for cable in listed:
        one, other = cable.device, cable.other
        here = not {one.name, other.name}.isdisjoint(segment.devices)
        # Each cable is listed once from each end.
        if not here or pairs[frozenset((one.name, other.name))] > 2:
            continue
        lacking = _carries(one, vlan, cable.port) is False and _carries(other, vlan, cable.far)
        used = lacking and _uses(one, vlan, cable.port) and _uses(other, vlan, cable.far)
        if used and not _joined(one.name, other.name, vlan, listed):
            yield Cut(vlan, one.name, cable.port, True, other.name, cable.far, cable.seen)


def _shut_in(segment: Segment, vlan: int, known: Known) -> Iterator[Cut]:
    """Ports of devices that carry a VLAN of their own nowhere, though the switch before their one cable does."""
    for end in known.devices:
        if end.name not in segment.devices or end.ports.holes or not _names(end, vlan):
            continue
        if any(_carries(end, vlan, port) is not False for port in end.ports):
            continue
        for switch in known.devices:
            found = None if switch is end or not switch.learned.items else _seen_from(switch, end, known)
            if found is None:
                continue
            near, far, seen = found
            if _carries(switch, vlan, near) and _uses(switch, vlan, near) and _uses(end, vlan, far):
                yield Cut(vlan, end.name, far, True, switch.name, near, seen)


def _seen_from(switch: Device, end: Device, known: Known) -> tuple[Port, Port, Fact[Any]] | None:
    """The port behind which all addresses of a device with one cable were learned, the cable's other end, and a row."""
    addressed = [each for each in end.interfaces if any(addresses_of([each]))]
    ends = _ports_of(end, addressed)
    macs = known.macs_of(end, addressed)
    seen = {p.value: p for each in switch.learned if each.mac in macs and not isinstance(p := each.port, Unknown)}
    if len(ends) != 1 or len(seen) != 1:
        return None
    near, far = named(switch, next(iter(seen))), named(end, next(iter(ends)))
    return (near, far, seen[near.key]) if near is not None and far is not None else None


def _carries(device: Device, vlan: int, port: Port) -> bool | None:
    """Whether a port carries a VLAN of its device; None if its networks are not known."""
    return None if isinstance(port.links, Unknown) else bool(_names(device, vlan) & set(port.links.value))


def _uses(device: Device, vlan: int, besides: Port) -> bool:
    """Whether anybody but the cable at one port may be in a VLAN of a device: itself, an SSID, or another port."""
    own = [i for i in device.interfaces if not isinstance(i.vlan, Unknown) and i.vlan.value == vlan]
    keys = {interface.key for interface in own}
    radio = any(not isinstance(b.networks, Unknown) and keys & set(b.networks.value) for b in device.bsses)
    ports = any(_carries(device, vlan, port) for port in device.ports if port.key != besides.key)
    return bool(own) and (any(addresses_of(own)) or radio or ports)


def _joined(start: str, end: str, vlan: int, cables: Iterable[Cable]) -> bool:
    """Whether known cables that carry a VLAN at both ends lead from one device to another."""
    edges: dict[str, set[str]] = {}
    for each in cables:
        if _carries(each.device, vlan, each.port) and _carries(each.other, vlan, each.far):
            edges.setdefault(each.device.name, set()).add(each.other.name)
            edges.setdefault(each.other.name, set()).add(each.device.name)
    reached, new = {start}, {start}
    while new:
        new = {name for each in new for name in edges.get(each, ())} - reached
        reached |= new
    return end in reached


def _ends(segment: Segment, known: Known) -> tuple["_End", ...]:
    """The devices with an address or an SSID in a segment that are in it by one cable."""
    reached = (_End.of(device, segment, known) for device in known.devices if _matters(device, segment))
    return tuple(end for end in reached if end is not None)


def _matters(device: Device, segment: Segment) -> bool:
    addressed = any(
        interface.device == device.name and not isinstance(interface.addresses, Unknown) and interface.addresses.value
        for interface in segment.interfaces
    )
    return addressed or any(bss.device == device.name for bss in segment.bsses)


def port_to(switch: Device, end: Device, segment: Segment, devices: tuple[Device, ...]) -> Port | None:
    """Return the port of a switch behind which another device is in the segment, by one cable; None if not known.

    Learned addresses tell it, or that device is the neighbour at the port.
    """
    known = Known.of(devices)
    reached = _End.of(end, segment, known)
    found = None if reached is None else reached.behind(switch, known)
    return None if found is None else found[0]


def ports_to(
    switch: Device, ends: Iterable[Device], segment: Segment, devices: tuple[Device, ...]
) -> tuple[tuple[Port, Fact[Any]], ...]:
    """Return the ports of a switch behind which other devices are in the segment, with what shows it; those known."""
    known = Known.of(devices)
    wanted = {end.name for end in ends}
    reached = [each for each in _ends(segment, known) if each.device.name in wanted]
    found = [each.behind(switch, known) for each in reached if each.device is not switch]
    return tuple((near, seen) for near, _, seen in filter(None, found))


@dataclass(frozen=True, slots=True)
class _End:
    """A device that is in a segment by one cable: its port, and the MAC addresses that others know for it there."""

    device: Device
    port: Port
    macs: frozenset[str]

    @classmethod
    def of(cls, device: Device, segment: Segment, known: Known) -> "_End | None":
        own = [interface for interface in device.interfaces if interface in segment.interfaces]
        keys = _ports_of(device, own)
        port = named(device, next(iter(keys))) if len(keys) == 1 else None
        if port is None:
            return None
        same = [each for each in device.interfaces if _ports_of(device, [each]) == keys]
        return cls(device, port, known.macs_of(device, same))

    def behind(self, switch: Device, known: Known) -> tuple[Port, Port, Fact[Any]] | None:
        """The ports at both ends of the way from a switch, and the state that shows it."""
        if switch is self.device:
            return None
        rows = [each.port for each in switch.learned if each.mac in self.macs]
        if not rows and switch.link_neighbours.items:
            rows = [told.port for _, other, told in known.neighbours_of(switch) if other is self.device]
        seen = {port.value: port for port in reversed(rows) if not isinstance(port, Unknown)}
        near = named(switch, next(iter(seen))) if len(seen) == 1 else None
        return (near, self.port, seen[near.key]) if near is not None else None


def _ports_of(device: Device, interfaces: list[Interface]) -> frozenset[str]:
    """The ports of a device that carry some networks; none if it is not known of all ports."""
    links = {each.link.value for each in interfaces if not isinstance(each.link, Unknown)}
    if device.ports.holes or any(isinstance(port.links, Unknown) for port in device.ports):
        return frozenset()
    return frozenset(
        port.key for port in device.ports if not isinstance(port.links, Unknown) and links & set(port.links.value)
    )


def _names(device: Device, vlan: int) -> set[str]:
    """What a device calls a VLAN in its ports; nothing if it does not have it."""
    return {
        each.link.value
        for each in device.interfaces
        if not isinstance(each.vlan, Unknown) and each.vlan.value == vlan and not isinstance(each.link, Unknown)
    }


def _carries_elsewhere(switch: Device, segment: Segment, vlan: int) -> bool:
    """Whether any port of the switch is in the network, so that somebody may be plugged in there."""
    names = _names(switch, vlan) if switch.name in segment.devices else set()
    return any(not isinstance(port.links, Unknown) and names & set(port.links.value) for port in switch.ports)
