"""Bridge port isolation: two isolated ports of one bridge never exchange frames.

The stations of one BSS share its port. Which Ethernet port a wired device uses is in no configuration, so a
port counts only if all ports of the segment on that device are alike, or if a table of addresses shows who is where.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditor.model import Bss, Device, Fact, Listed, Port, Unknown, combine, known_like, spans_of
from auditor.site.hops import Hop, HopKind, Passage
from auditor.site.plugs import Plug, narrowed
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
    from_plugs: tuple[Plug, ...] = (),
    to_plugs: tuple[Plug, ...] = (),
) -> tuple[Hop, ...]:
    """Return a hop for each thing that bridge port isolation may keep apart, device by device.

    An end that may use Wi-Fi or a cable is judged by its Wi-Fi; what would block only its cable is unknown. Plugs are
    the ports behind which wired ends are known to be.
    """
    hops: list[Hop] = []
    here, own_from, own_to = frozenset(segment.devices), _by_device(wifi_from), _by_device(wifi_to)
    for device in devices:
        if device.name not in here:
            continue
        source = _end(own_from.get(device.name, ()), wifi_from, from_cable)
        target = _end(own_to.get(device.name, ()), wifi_to, to_cable)
        ports = ports_of(segment, (device,))
        hops += _between_bsses(source.bsses, target.bsses)
        sources, targets = narrowed(ports, device.name, from_plugs), narrowed(ports, device.name, to_plugs)
        doubt = (bool(wifi_from) and from_cable) or (bool(wifi_to) and to_cable)
        isolated = _isolated_ports(targets)
        if target.cable and isolated is not None:
            hops += (_to_cable(bss, isolated, doubt=bool(wifi_to) and to_cable) for bss in source.bsses)
        isolated = _isolated_ports(sources)
        if source.cable and isolated is not None:
            hops += (_to_cable(bss, isolated, doubt=bool(wifi_from) and from_cable) for bss in target.bsses)
        if source.cable and target.cable:
            known = sources is not ports or targets is not ports
            pairs = _between_plugs(device, sources, targets, doubt=doubt, all_known=ports not in (sources, targets))
            hops += pairs if known else _between_ports(device, ports, doubt=doubt)
    return tuple(hops)


def _by_device(bsses: tuple[Bss, ...]) -> dict[str, tuple[Bss, ...]]:
    """The BSSs of each device."""
    found: dict[str, list[Bss]] = {}
    for bss in bsses:
        found.setdefault(bss.device, []).append(bss)
    return {name: tuple(own) for name, own in found.items()}


def _end(own: tuple[Bss, ...], bsses: tuple[Bss, ...], cable: bool) -> _End:
    """Stations of other access points come in by a port, as wired devices do."""
    return _End(own, cable or len(own) < len(bsses))


def _between_bsses(sources: tuple[Bss, ...], targets: tuple[Bss, ...]) -> Iterator[Hop]:
    """A BSS that hands frames between its own stations to its bridge has them refused if its port is isolated."""
    for bss in _once_each(sources + targets):
        others = targets if bss in sources else sources
        if not others:
            continue
        match bss.port_isolated:
            case Unknown() as unknown:
                yield _bss_hop(bss, Passage.UNKNOWN, unknown)
            case known:
                both = known.value and any(_meets_at_bridge(bss, other) for other in others)
                yield _bss_hop(bss, Passage.BLOCKED if both else Passage.OPEN, known)


def _once_each(bsses: tuple[Bss, ...]) -> list[Bss]:
    """Each BSS once; those of one device are few, and to compare them costs less than to hash all that is in them."""
    found: list[Bss] = []
    for bss in bsses:
        if bss not in found:
            found.append(bss)
    return found


def _meets_at_bridge(bss: Bss, other: Bss) -> bool:
    """Whether an isolated port refuses frames between stations of these two."""
    return not bss.relays_itself if other == bss else _is_isolated(other)


def _is_isolated(end: Bss | Port) -> bool:
    fact = end.port_isolated if isinstance(end, Bss) else end.isolated
    return not isinstance(fact, Unknown) and fact.value


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


def _between_plugs(
    device: Device, sources: Listed[Port], targets: Listed[Port], *, doubt: bool, all_known: bool
) -> Iterator[Hop]:
    """Two wired devices, of which one at least is behind a known port. `all_known`: so is the other."""
    if holes := (*sources.holes, *targets.holes):
        yield _port_hop(device, "", Passage.UNKNOWN, holes[0])
        return
    pairs = [(one, other) for one in sources for other in targets if one.key != other.key]
    apart = [pair for pair in pairs if both_isolated(*pair)]
    ends = {port.key: port for pair in apart for port in pair}
    if apart and (all_known or len(apart) == len(pairs)):
        for port in ends.values():
            fact: Fact[bool] = _depends(port.isolated) if doubt else port.isolated
            yield _port_hop(device, port.key, Passage.UNKNOWN if doubt else Passage.BLOCKED, fact)
        return
    unclear = [pair for pair in pairs if both_isolated(*pair) is None]
    if not apart and not unclear:
        chosen = next((port for pair in pairs for port in pair if not _is_isolated(port)), None)
        port = chosen or next(iter((*sources, *targets)))
        yield _port_hop(device, port.key, Passage.OPEN, port.isolated)
        return
    port, _ = next(iter((*apart, *unclear)))
    why = Unknown("only some Ethernet ports are isolated", spans_of(port.isolated), _WHICH_PORT)
    fact = next((each.isolated for each in (*sources, *targets) if isinstance(each.isolated, Unknown)), why)
    yield _port_hop(device, port.key, Passage.UNKNOWN, fact)


def both_isolated(one: Bss | Port, other: Port) -> bool | None:
    """Whether frames between two ports of a bridge are refused; None if that is not known."""
    facts = [each.port_isolated if isinstance(each, Bss) else each.isolated for each in (one, other)]
    known = [fact.value for fact in facts if not isinstance(fact, Unknown)]
    if not all(known):
        return False
    return True if len(known) == len(facts) else None


def _depends(fact: Fact[bool]) -> Unknown:
    why = "Ethernet ports are isolated, and it is not declared whether both ends use Wi-Fi"
    return Unknown(why, fact.spans, "add ssid, or for readers connection, to their entry in the inventory")


def _bss_hop(bss: Bss, passage: Passage, fact: Fact[Any]) -> Hop:
    return Hop(HopKind.PORT_ISOLATION, bss.device, bss.key, passage, fact)


def _port_hop(device: Device, key: str, passage: Passage, fact: Fact[Any]) -> Hop:
    return Hop(HopKind.PORT_ISOLATION, device.name, key, passage, fact)
