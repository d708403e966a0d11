"""Whether packets get to a server of the site that stands in another network than those who ask it.

Routers on the way, their filters, and the filter of the server itself; address translation is no obstacle. Answers must
find back.
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

from auditor.model import Device, Fact, Interface, Stated, Unknown, known_like, spans_of
from auditor.site.addresses import Addresses
from auditor.site.bridge_filters import Sides
from auditor.site.crossing import Crossed, Crossing, crossed
from auditor.site.egress import Egress, to_device
from auditor.site.filters import Interval
from auditor.site.forwarding import EVERYWHERE
from auditor.site.hops import Hop, HopKind, Passage
from auditor.site.leg_hops import Packets, filters_of
from auditor.site.neighbourhood import First, Neighbourhood
from auditor.site.routing import End, ways
from auditor.site.segments import Segment


def to_server(
    segment: Segment,
    clients: Sides,
    told: frozenset[IPv4Address],
    server: tuple[Device, Interface],
    address: IPv4Address,
    devices: tuple[Device, ...],
    around: Neighbourhood,
    *,
    protocol: str,
    port: int | None,
) -> Egress | None:
    """Follow packets of clients to an address of a server in another network; None if it has no network of the site.

    `told` are the routers that clients are told.
    """
    device, interface = server
    goal = around.places.get((device.name, interface.key))
    if goal is None:
        return None
    asked = _asked(segment, goal, clients, address, devices, around, protocol, port)
    found = crossed(replace(asked, told=told, told_back=_routers_of(device, around, clients.addresses.possible)))
    hops = (
        found.hops if found.translated else (*found.hops, *_without_route(device, segment, clients.addresses, around))
    )
    return _with_input(found, hops, device, goal, address, clients.addresses, protocol, port)


def from_relay(
    segment: Segment,
    relay: Device,
    server: tuple[Device, Interface],
    address: IPv4Address,
    devices: tuple[Device, ...],
    around: Neighbourhood,
    *,
    hears_past_filters: bool,
) -> Egress | None:
    """Follow a request for an address from a relay in a segment to a server; None if nothing is between them.

    A relay sends from its address in the network of the clients or from the one by which the packet leaves (RFC 1542,
    section 4.1.1, leaves that open), to port 67; where filters treat the two differently, nothing is certain. What it
    sends itself does not pass its filters for others.
    """
    device, interface = server
    goal = around.places.get((device.name, interface.key))
    own = tuple(each for each in relay.interfaces if each in segment.interfaces)
    sources = _single(_addresses(own))
    if goal is None or device.name == relay.name or not sources.possible:
        return None
    if any(each in goal.interfaces for each in relay.interfaces):
        leaving = tuple(each.key for each in relay.interfaces if each in goal.interfaces)
        found, hops = Crossed(()), _answers(segment, _addresses(own), interface, around)
        hops = tuple(map(_own_frames, hops)) if hears_past_filters else hops
    else:
        asked = _asked(segment, goal, Sides((), cable=False, addresses=sources), address, devices, around, "udp", 67)
        told = frozenset(each.ip for each in _addresses(own))
        found = crossed(replace(asked, told=told, told_back=_routers_of(device, around, sources.possible)))
        hops = _sent_by(relay, found.hops)
        leaving = tuple(leg.leaving for leg in found.legs[:1])
    there = _egress(device, hops, found)
    if not hears_past_filters:
        there = _with_input(found, hops, device, goal, address, sources, "udp", 67)
    other = _single(_addresses(tuple(each for each in relay.interfaces if each.key in leaving)))
    if not other.possible or there.passage is Passage.UNKNOWN:
        return there
    by_other = _filters(found, other, address, around)
    again = _egress(device, by_other, found)
    if not hears_past_filters:
        again = _with_input(found, by_other, device, goal, address, other, "udp", 67)
    stopped = tuple(hop for hop in there.hops if hop.kind is HopKind.FILTER and hop.passage is not Passage.OPEN)
    if (again.passage is Passage.OPEN) == (not stopped):
        return there
    why = f"a filter stops requests of {relay.name} from one of its addresses only, and by which it sends is not known"
    facts = (hop.fact for hop in (*stopped, *again.hops) if hop.passage is not Passage.OPEN)
    settle = f"let requests of all addresses of {relay.name} pass to {address}, port 67"
    return replace(there, passage=Passage.UNKNOWN, fact=Unknown(why, spans_of(*facts), settle))


def _filters(found: Crossed, sources: Addresses, address: IPv4Address, around: Neighbourhood) -> tuple[Hop, ...]:
    """The filters of the routers behind a relay, for what comes from another address of it."""
    packets = Packets(sources, ((int(address), int(address)),), "udp", 67)
    legs = found.legs[1:]
    return tuple(hop for leg in legs for hop in filters_of(around.tables[leg.device].device, leg, packets))


def _asked(
    segment: Segment,
    goal: Segment,
    sender: Sides,
    address: IPv4Address,
    devices: tuple[Device, ...],
    around: Neighbourhood,
    protocol: str,
    port: int | None,
) -> Crossing:
    there = Sides((), cable=True, addresses=Addresses(((int(address), int(address)),), (address,)))
    return Crossing(segment, goal, sender, there, protocol, port, devices, around)


def _sent_by(relay: Device, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """Leave out what only packets of others meet: frames before the relay, and its filter for forwarded packets."""
    start = next((index for index, hop in enumerate(hops) if hop.device == relay.name), 0)
    return tuple(hop for hop in hops[start:] if not (hop.kind is HopKind.FILTER and hop.device == relay.name))


def _own_frames(hop: Hop) -> Hop:
    """A server that reads and writes frames itself may answer whoever brought the question, without a route (tried)."""
    if isinstance(hop.fact, Unknown):
        return hop
    why = f"{hop.fact.value}, but it may answer by the way that the question came"
    settle = f"give {hop.device} a route there, or see that clients get an address"
    return replace(hop, passage=Passage.UNKNOWN, fact=Unknown(why, hop.fact.spans, settle))


def _answers(
    segment: Segment, own: tuple[IPv4Interface, ...], interface: Interface, around: Neighbourhood
) -> tuple[Hop, ...]:
    """Whether answers of a server find the address of a relay in the clients' network (RFC 2131, section 4.1)."""
    starts, sure = _own_way(around.tables[interface.device].device, interface, around)
    if not sure:
        return ()
    found = ways(First(starts, told=True), segment, _single(own).possible, around)
    lost = [way for way in found if way.end is not End.ARRIVED]
    if not lost or len(lost) < len(found):
        return ()
    fact, name = lost[0].fact, interface.device
    if lost[0].end in (End.NO_ROUTE, End.DROPPED) and not isinstance(fact, Unknown):
        words = known_like(f"its answers do not find {segment.name}: {fact.value}", fact)
        return (Hop(HopKind.ROUTER, name, "", Passage.BLOCKED, words),)
    why = fact.why if isinstance(fact, Unknown) else fact.value
    doubt = Unknown(f"whether answers of {name} find {segment.name} is not known: {why}", spans_of(fact))
    return (Hop(HopKind.ROUTER, name, "", Passage.UNKNOWN, doubt),)


def _own_way(device: Device, interface: Interface, around: Neighbourhood) -> tuple[tuple[Interface, ...], bool]:
    """Where the way of what a server sends begins: at its gateway for itself, if it has one, which is no route.

    False: there may be one, and who it is is not known.
    """
    if any(network == EVERYWHERE for network, _ in around.tables[device.name].ranks):
        return (interface,), True
    for each in device.interfaces:
        if isinstance(each.gateway, Unknown):
            return (), False
        if each.gateway.value is not None:
            owners = [
                i for address, listed in around.owners.items() if str(address) == each.gateway.value for i in listed
            ]
            return ((owners[0],), True) if len(owners) == 1 else ((), False)
    return (interface,), True


def _without_route(device: Device, segment: Segment, clients: Addresses, around: Neighbourhood) -> tuple[Hop, ...]:
    """Whether a server has no route at all to those who ask it, so that it cannot answer."""
    table = around.tables[device.name]
    for_itself = any(isinstance(each.gateway, Unknown) or each.gateway.value for each in device.interfaces)
    if not clients.possible or for_itself or any(choice.entries for choice in table.choices(clients.possible)):
        return ()
    why = f"{device.name} has no route to {segment.name}, so that its answers do not come back"
    unread = next(iter((*table.holes, *table.hidden)), table.may_learn)
    if unread is not None:
        settle = unread.settle or f"look at the routing table of {device.name}"
        doubt = Unknown(f"{why}, unless by one that was not read: {unread.why}", unread.near, settle)
        return (Hop(HopKind.ROUTER, device.name, "", Passage.UNKNOWN, doubt),)
    own = tuple(each.addresses for each in device.interfaces if not isinstance(each.addresses, Unknown))
    return (Hop(HopKind.ROUTER, device.name, "", Passage.BLOCKED, Stated(why, spans_of(*own))),)


def _with_input(
    found: Crossed,
    hops: tuple[Hop, ...],
    device: Device,
    goal: Segment,
    address: IPv4Address,
    sources: Addresses,
    protocol: str,
    port: int | None,
) -> Egress:
    there = to_device(goal, device, address, protocol=protocol, port=port, sources=sources)
    if there is None:
        return _egress(device, hops, found)
    if not there.hops and there.passage is not Passage.OPEN:
        doubt = Hop(HopKind.FILTER, device.name, "", there.passage, there.fact)
        return _egress(device, (*hops, doubt), found)
    return _egress(device, (*hops, *there.hops), found)


def _egress(device: Device, hops: tuple[Hop, ...], found: Crossed) -> Egress:
    counting = tuple(hop for hop in hops if hop.kind is not HopKind.SOURCE_NAT)
    passages = {hop.passage for hop in counting}
    passage = next((each for each in (Passage.BLOCKED, Passage.UNKNOWN) if each in passages), Passage.OPEN)
    fact: Fact[Any] = counting[0].fact if counting else Stated(device.name, ())
    return Egress(passage, device.name, counting, fact, found.legs)


def _routers_of(device: Device, around: Neighbourhood, clients: tuple[Interval, ...]) -> frozenset[IPv4Address]:
    """The next hops by which a server answers clients, as its own routes say; none if that is not known."""
    table = around.tables[device.name]
    return frozenset(
        entry.gateway
        for choice in table.choices(clients)
        for entry in choice.entries
        if entry.gateway is not None and entry.doubt is None
    )


def _addresses(interfaces: tuple[Interface, ...]) -> tuple[IPv4Interface, ...]:
    known = (each.addresses for each in interfaces)
    return tuple(address for fact in known if not isinstance(fact, Unknown) for address in fact.value)


def _single(addresses: tuple[IPv4Interface, ...]) -> Addresses:
    return Addresses(tuple(dict.fromkeys((int(each.ip), int(each.ip)) for each in addresses)))
