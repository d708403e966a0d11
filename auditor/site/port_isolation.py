"""Bridge port isolation: two isolated ports of one bridge never exchange frames.

The stations of one BSS share its port. Which Ethernet port a wired device uses is in no configuration, so a
port counts only if all ports of the segment on that device are alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditor.model import Bss, Device, Fact, Listed, Port, Unknown, combine, known_like
from auditor.site.hops import Hop, HopKind, Passage
from auditor.site.ports import ports_of
from auditor.site.segments import Segment

_WHICH_PORT = "name the wired device's port to the person who checks this: some ports are isolated, others are not"


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the path as a device sees it: behind these BSSs of its own, or somewhere behind its ports."""

    bsses: tuple[Bss, ...]
    cable: bool


def port_isolation(
    segment: Segment,
    devices: tuple[Device, ...],
    wifi_from: tuple[Bss, ...],
    wifi_to: tuple[Bss, ...],
    *,
    from_cable: bool,
    to_cable: bool,
) -> tuple[Hop, ...]:
    """Return a hop for each thing that bridge port isolation may keep apart, device by device.

    An end that may use Wi-Fi or a cable is judged by its Wi-Fi; what would block only its cable is unknown.
    """
    hops: list[Hop] = []
    for device in devices:
        if device.name not in segment.devices:
            continue
        source, target = _end(wifi_from, device, from_cable), _end(wifi_to, device, to_cable)
        ports = ports_of(segment, (device,))
        hops += _between_bsses(source.bsses, target.bsses)
        isolated = _isolated_ports(ports)
        doubt = (bool(wifi_from) and from_cable) or (bool(wifi_to) and to_cable)
        if target.cable and isolated is not None:
            hops += (_to_cable(bss, isolated, doubt=bool(wifi_to) and to_cable) for bss in source.bsses)
        if source.cable and isolated is not None:
            hops += (_to_cable(bss, isolated, doubt=bool(wifi_from) and from_cable) for bss in target.bsses)
        if source.cable and target.cable:
            hops += _between_ports(device, ports, doubt=doubt)
    return tuple(hops)


def _end(bsses: tuple[Bss, ...], device: Device, cable: bool) -> _End:
    """Stations of other access points come in by a port, as wired devices do."""
    own = tuple(bss for bss in bsses if bss.device == device.name)
    return _End(own, cable or len(own) < len(bsses))


def _between_bsses(sources: tuple[Bss, ...], targets: tuple[Bss, ...]) -> Iterator[Hop]:
    """A BSS that hands frames between its own stations to its bridge has them refused if its port is isolated."""
    for bss in dict.fromkeys(sources + targets):
        others = targets if bss in sources else sources
        if not others:
            continue
        match bss.port_isolated:
            case Unknown() as unknown:
                yield _bss_hop(bss, Passage.UNKNOWN, unknown)
            case known:
                both = known.value and any(_meets_at_bridge(bss, other) for other in others)
                yield _bss_hop(bss, Passage.BLOCKED if both else Passage.OPEN, known)


def _meets_at_bridge(bss: Bss, other: Bss) -> bool:
    """Whether an isolated port refuses frames between stations of these two."""
    return not bss.relays_itself if other == bss else _is_isolated(other)


def _is_isolated(bss: Bss) -> bool:
    return not isinstance(bss.port_isolated, Unknown) and bss.port_isolated.value


def _isolated_ports(ports: Listed[Port]) -> Fact[bool] | None:
    """Whether the port of a wired device is isolated: all are, none is, or it depends; None without any port."""
    if ports.holes:
        return ports.holes[0]
    if not ports.items:
        return None
    facts = [port.isolated for port in ports]
    known = [fact for fact in facts if not isinstance(fact, Unknown)]
    if len(known) < len(facts):
        return combine(lambda *values: any(values), *facts)
    if len({fact.value for fact in known}) == 1:
        return known_like(known[0].value, *known)
    marked = [fact for fact in known if fact.value]
    return Unknown("only some Ethernet ports are isolated", marked[0].spans, _WHICH_PORT)


def _to_cable(bss: Bss, isolated: Fact[bool], *, doubt: bool) -> Hop:
    both = combine(lambda one, other: one and other, bss.port_isolated, isolated)
    for fact in (bss.port_isolated, isolated):
        if not isinstance(fact, Unknown) and not fact.value:
            return _bss_hop(bss, Passage.OPEN, fact)
    match both:
        case Unknown() as unknown:
            return _bss_hop(bss, Passage.UNKNOWN, unknown)
        case known if doubt:
            return _bss_hop(bss, Passage.UNKNOWN, _depends(known))
        case known:
            return _bss_hop(bss, Passage.BLOCKED, known)


def _between_ports(device: Device, ports: Listed[Port], *, doubt: bool) -> Iterator[Hop]:
    """Two wired devices: behind one port they always reach each other, so one isolated port does no harm."""
    if ports.holes:
        yield _port_hop(device, "", Passage.UNKNOWN, ports.holes[0])
        return
    may_be = [port for port in ports if isinstance(port.isolated, Unknown) or port.isolated.value]
    if len(may_be) < 2:
        for port in ports.items[:1]:
            yield _port_hop(device, port.key, Passage.OPEN, port.isolated)
        return
    for port in may_be:
        match port.isolated:
            case Unknown() as unknown:
                yield _port_hop(device, port.key, Passage.UNKNOWN, unknown)
            case known if len(may_be) < len(ports):
                why = "only some Ethernet ports are isolated"
                yield _port_hop(device, port.key, Passage.UNKNOWN, Unknown(why, known.spans, _WHICH_PORT))
            case known if doubt:
                yield _port_hop(device, port.key, Passage.UNKNOWN, _depends(known))
            case known:
                yield _port_hop(device, port.key, Passage.BLOCKED, known)


def _depends(fact: Fact[bool]) -> Unknown:
    why = "Ethernet ports are isolated, and it is not declared whether both ends use Wi-Fi"
    return Unknown(why, fact.spans, "add ssid, or for readers connection, to their entry in the inventory")


def _bss_hop(bss: Bss, passage: Passage, fact: Fact[Any]) -> Hop:
    return Hop(HopKind.PORT_ISOLATION, bss.device, bss.key, passage, fact)


def _port_hop(device: Device, key: str, passage: Passage, fact: Fact[Any]) -> Hop:
    return Hop(HopKind.PORT_ISOLATION, device.name, key, passage, fact)
