"""Whether what a device of the site asks by itself gets there: a resolver that may ask nobody answers nobody."""

from ipaddress import IPv4Address

from auditor.model import Device, Interface, Unknown
from auditor.site.addresses import Addresses
from auditor.site.egress import Egress, to_device
from auditor.site.filters import Interval
from auditor.site.hops import Hop, Passage, decisive
from auditor.site.leg_hops import Packets, filters_of, translations
from auditor.site.neighbourhood import First, Neighbourhood
from auditor.site.routing import End, Way, ways
from auditor.site.segments import Segment


def outward(
    device: Device,
    address: IPv4Address,
    around: Neighbourhood,
    *,
    protocol: str,
    port: int,
    clients: Addresses | None = None,
) -> Egress | None:
    """Follow what a device sends to an address outside, or of another device, by the filters that it meets.

    `clients` are those whose packets it sends elsewhere than they are addressed to, if they are not its own.

    None: no filter stops it, or not on every way. Its own filters are left out, since those for forwarded packets do
    not see what it sends itself.
    """
    start = next((each for each in device.interfaces if _own(each)), None)
    if start is None:
        return None
    there: tuple[Interval, ...] = ((int(address), int(address)),)
    owners = [each for each in around.owners.get(address, ()) if each.device != device.name]
    goal = around.places.get((owners[0].device, owners[0].key)) if len(owners) == 1 else None
    if owners and goal is None:
        return None
    found = ways(First((start,), told=True), goal, there, around)
    judged = [_filters(way, there, around, protocol, port, _sources(way, clients, around)) for way in found]
    if goal is not None:
        server = around.tables[owners[0].device].device
        judged = [
            (
                *hops,
                *_heard(way, hops, goal, server, address, around, protocol, port, _sources(way, clients, around)),
            )
            for way, hops in zip(found, judged, strict=True)
        ]
    stops = [decisive(hops) for hops in judged]
    for passage in (Passage.BLOCKED, Passage.UNKNOWN):
        if stops and all(stop is not None and stop.passage in (Passage.BLOCKED, passage) for stop in stops):
            stop = next(stop for stop in stops if stop is not None and stop.passage is passage)
            return Egress(passage, stop.device, judged[stops.index(stop)], stop.fact, found[stops.index(stop)].legs)
    return None


def _sources(way: Way, clients: Addresses | None, around: Neighbourhood) -> Addresses:
    """The address by which packets leave their first device, or those of clients where it does not translate them."""
    if not way.legs:
        return Addresses(())
    if not way.legs:
        return clients or Addresses(())
    first = way.legs[0]
    if clients is not None and not translations(around.tables[first.device].device, first):
        return clients
    return Addresses(_own(around.tables[first.device].interface(first.leaving)))


def _filters(
    way: Way, there: tuple[Interval, ...], around: Neighbourhood, protocol: str, port: int, sources: Addresses
) -> tuple[Hop, ...]:
    hops: list[Hop] = []
    translated = False
    for index, leg in enumerate(way.legs):
        device = around.tables[leg.device].device
        if index:
            hops += filters_of(device, leg, Packets(sources, there, protocol, port, translated))
        translated = translated or bool(translations(device, leg))
    return tuple(hops)


def _heard(
    way: Way,
    before: tuple[Hop, ...],
    goal: Segment,
    server: Device,
    address: IPv4Address,
    around: Neighbourhood,
    protocol: str,
    port: int,
    sources: Addresses,
) -> tuple[Hop, ...]:
    """The filter of a server for what is for itself; nothing where the packets do not come, or come translated."""
    if way.end is not End.ARRIVED or decisive(before) is not None:
        return ()
    if any(translations(around.tables[leg.device].device, leg) for leg in way.legs[1:]):
        return ()
    found = to_device(goal, server, address, protocol=protocol, port=port, sources=sources)
    return () if found is None else found.hops


def _own(interface: Interface | None) -> tuple[Interval, ...]:
    """The addresses of an interface; none if they are not known."""
    if interface is None or isinstance(interface.addresses, Unknown):
        return ()
    return tuple((int(each.ip), int(each.ip)) for each in interface.addresses.value if not each.ip.is_loopback)
