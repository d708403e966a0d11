"""Bridge port isolation between clients and their router: who is cut off from everything, not from neighbours alone.

A port to the router is left out of isolation where somebody meant only neighbours; if it is isolated as well, clients
behind other isolated ports get no address and reach nobody.
"""

from auditor.model import Bss, Device, Fact, Known, Listed, Port, Unknown, combine
from auditor.site.bridge_filters import Sides
from auditor.site.cables import port_to
from auditor.site.hops import Hop, HopKind, Passage
from auditor.site.plugs import narrowed
from auditor.site.port_isolation import both_isolated
from auditor.site.ports import ports_of
from auditor.site.segments import Segment


def cut_off(segment: Segment, devices: tuple[Device, ...], clients: Sides, routers: frozenset[str]) -> tuple[Hop, ...]:
    """Return a hop for each BSS or port of clients that isolation keeps from the way to their router.

    Where several ports of a device may lead there, only if all of them are isolated is anybody cut off. What a router
    does with frames that are for itself, isolation does not concern.
    """
    here = frozenset(segment.devices)
    between = [each for each in devices if each.name in here and each.name not in routers]
    ports = {each.name: ports_of(segment, (each,)) for each in between}
    switches = [name for name, listed in ports.items() if listed.items]
    switches += [each.name for each in devices if each.name in here & routers and _has_ports(segment, each)]
    hops: list[Hop] = []
    for device in between:
        own = ports[device.name]
        if not own.holes and any(_may_be(port.isolated) for port in own):
            hops += _at(device, own, segment, devices, clients, routers, alone=switches == [device.name])
    return tuple(hops)


def _at(
    device: Device,
    ports: Listed[Port],
    segment: Segment,
    devices: tuple[Device, ...],
    clients: Sides,
    routers: frozenset[str],
    *,
    alone: bool,
) -> list[Hop]:
    """The hops of one device. `alone`: wired clients can be behind no other one."""
    ends = [each for each in devices if each.name in routers]
    leading = port_to(device, ends[0], segment, devices) if len(ends) == 1 else None
    ways = [port for port in ports if leading is None or port.key == leading.key]
    # Frames that access points put on ports of their own are not in the bridge of their controller.
    own = (bss for bss in clients.bsses if bss.device == device.name and bss.local_vlan is None)
    radios = ((bss, _lost(bss, ways)) for bss in own)
    hops = [_cut(device, bss, ways, certain=True) for bss, lost in radios if lost is not False]
    plugged = narrowed(ports, device.name, clients.behind)
    if plugged is ports and (clients.bsses or not clients.cable):
        return hops
    found = [(port, _lost(port, ways)) for port in plugged]
    if any(lost is False for _, lost in found):
        return hops
    certain = alone or plugged is not ports
    return hops + [_cut(device, port, ways, certain=certain) for port, _ in found]


def _has_ports(segment: Segment, router: Device) -> bool:
    """Whether clients may be plugged into their router: it has more ports than the one towards a switch."""
    ports = ports_of(segment, (router,))
    return bool(ports.holes) or len(ports.items) > 1


def _may_be(fact: Fact[bool]) -> bool:
    return isinstance(fact, Unknown) or fact.value


def _lost(end: Bss | Port, ways: list[Port]) -> bool | None:
    """Whether all ports by which frames may leave are closed for an end; None if that is not known."""
    answers = [both_isolated(end, way) for way in ways if way.key != end.key]
    if not answers or False in answers:
        return False
    return None if None in answers else True


def _cut(device: Device, end: Bss | Port, ways: list[Port], *, certain: bool) -> Hop:
    own = end.port_isolated if isinstance(end, Bss) else end.isolated
    fact = combine(lambda *values: all(values), own, *(way.isolated for way in ways if way.key != end.key))
    if isinstance(fact, Unknown):
        return Hop(HopKind.PORT_ISOLATION, device.name, end.key, Passage.UNKNOWN, fact)
    if not certain:
        return Hop(HopKind.PORT_ISOLATION, device.name, end.key, Passage.UNKNOWN, _somewhere(fact))
    return Hop(HopKind.PORT_ISOLATION, device.name, end.key, Passage.BLOCKED, fact)


def _somewhere(fact: Known[bool]) -> Unknown:
    why = "all ports of a switch are isolated, its way to the router too, and who is plugged in there is not known"
    return Unknown(why, fact.spans, "declare the MAC addresses of wired devices, and capture the switch's table")
