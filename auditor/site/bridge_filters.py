"""Packet filters within a bridge: they see frames between two of its ports, which no router ever sees.

Behind which port a wired client is no configuration tells. So all pairs of ports that the two ends may use are asked;
only if all of them agree is the answer certain.
"""

from dataclasses import dataclass, replace

from auditor.model import Bss, Device, Interface, Unknown, spans_of
from auditor.site.addresses import Addresses
from auditor.site.filter_hops import filter_hops
from auditor.site.filters import Question
from auditor.site.hops import Hop, HopKind, Passage, decisive
from auditor.site.plugs import Plug
from auditor.site.ports import ports_of
from auditor.site.segments import Segment

_ARP = "arp"
_WHICH_PORT = (
    "declare ssid or connection of readers and points of sale; if a cable is meant, name its port to the person who "
    "checks this: the filter differs from port to port"
)


@dataclass(frozen=True, slots=True)
class Sides:
    """One end of a way within a segment: the BSSs that it may use, whether a cable too, and its addresses.

    `behind` are the ports of devices that are known to have it there.
    """

    bsses: tuple[Bss, ...]
    cable: bool
    addresses: Addresses
    behind: tuple[Plug, ...] = ()


def bridge_filters(
    segment: Segment, devices: tuple[Device, ...], source: Sides, target: Sides, *, protocol: str, port: int | None
) -> tuple[Hop, ...]:
    """Return a hop for each filter within a bridge that may stop frames between two ends, device by device."""
    hops: list[Hop] = []
    for device in devices:
        if device.name in segment.devices and (device.bridge_filters.items or device.bridge_filters.holes):
            hops += _through(segment, device, source, target, protocol, port)
    return tuple(hops)


def _through(
    segment: Segment, device: Device, source: Sides, target: Sides, protocol: str, port: int | None
) -> list[Hop]:
    ports = ports_of(segment, (device,))
    behind = tuple(each.key for each in ports)
    pairs = [
        (one, other) for one in _keys(device, source, behind) for other in _keys(device, target, behind) if one != other
    ]
    holes = (*device.bridge_filters.holes, *(ports.holes if pairs or not behind else ()))
    if holes and (pairs or ports.holes):
        return [Hop(HopKind.BRIDGE_FILTER, device.name, "", Passage.UNKNOWN, holes[0])]
    names = frozenset(name for i in segment.interfaces if i.device == device.name for name in (i.key, _link(i)))
    question = Question(
        "", None, source.addresses.possible, target.addresses.possible, protocol, port, source.addresses.certain, names
    )
    asked = [_asked(device, replace(question, entering=one, leaving=other)) for one, other in pairs]
    return _joined(device, asked)


def _keys(device: Device, side: Sides, ports: tuple[str, ...]) -> tuple[str, ...]:
    """The ports of a device that an end may be behind: those of its BSSs, or any other if it comes by a cable."""
    behind = tuple(plug.port for plug in side.behind if plug.device == device.name)
    if behind:
        return behind
    own = tuple(bss.key for bss in side.bsses if bss.device == device.name)
    wired = side.cable or len(own) < len(side.bsses)
    radios = {bss.key for bss in device.bsses}
    return tuple(dict.fromkeys((*own, *(key for key in ports if wired and key not in radios))))


def _link(interface: Interface) -> str:
    """The bridge below an interface; a VLAN of it is named `br-lan.30`."""
    return interface.key if isinstance(interface.link, Unknown) else interface.link.value.partition(".")[0]


def _asked(device: Device, question: Question) -> list[Hop]:
    """The connection itself, and ARP, without which it never begins; ARP knows no ports."""
    filters = device.bridge_filters.items
    first = filter_hops(device, question, filters, HopKind.BRIDGE_FILTER)
    return first + filter_hops(device, replace(question, protocol=_ARP, port=None), filters, HopKind.BRIDGE_FILTER)


def _joined(device: Device, asked: list[list[Hop]]) -> list[Hop]:
    """One answer for all pairs of ports: that of the first, if all agree; it names ports only if there is one pair.

    Where all are stopped, each filter that stops some is named, since all of them have to be opened.
    """
    if not asked:
        return []
    several = len(asked) > 1
    worst = [decisive(tuple(hops)) for hops in asked]
    passages = {hop.passage if hop is not None else Passage.OPEN for hop in worst}
    if passages == {Passage.BLOCKED}:
        stopping: dict[str, Hop] = {}
        for hop in (each for hops in asked for each in hops if each.passage is Passage.BLOCKED):
            stopping.setdefault(hop.item, hop)
        return [replace(hop, entering="", leaving="") if several else hop for hop in stopping.values()]
    if len(passages) == 1:
        first = worst[0] if worst[0] is not None else next(iter(asked[0]), None)
        return [] if first is None else [replace(first, entering="", leaving="") if several else first]
    stopped = next(hop for hop in worst if hop is not None)
    why = f"a filter within the bridge of {device.name} stops frames between some ports only"
    return [replace(stopped, passage=Passage.UNKNOWN, fact=Unknown(why, spans_of(stopped.fact), _WHICH_PORT))]
