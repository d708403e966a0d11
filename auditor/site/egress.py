"""Whether clients of a segment may reach a host on the internet, or a router's own services."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from typing import Any

from auditor.capture import Failure
from auditor.model import Device, Fact, Interface, Listed, Unknown, spans_of
from auditor.site.addresses import Addresses, whole
from auditor.site.answers import lost_answers
from auditor.site.crossing import PRIVATE
from auditor.site.filter_hops import filter_hops
from auditor.site.filters import Interval, Question, interval
from auditor.site.forwarding import cut, size, words_of
from auditor.site.frames import between_routers
from auditor.site.hops import Hop, HopKind, Leg, Passage, decisive
from auditor.site.leg_hops import Packets, filters_of, translations
from auditor.site.neighbourhood import Neighbourhood, first_routers, neighbourhood, passes_nothing
from auditor.site.routing import End, Way, ways
from auditor.site.segments import Segment, segments_of

_NOT_INTERNET = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)


def _between(networks: tuple[str, ...]) -> tuple[Interval, ...]:
    """The intervals between networks that stand in order."""
    edges = [interval(IPv4Network(network)) for network in networks]
    return tuple((last + 1, first - 1) for (_, last), (first, _) in pairwise(edges) if last + 1 < first)


INTERNET: tuple[Interval, ...] = _between(_NOT_INTERNET)
"""Where a host can be whose addresses are not published: all unicast space that is not special (RFC 6890)."""


_SMALL = 16
"""A network of the shop with a prefix at least as long hides no noticeable part of the internet."""


def internet(around: Neighbourhood) -> tuple[Interval, ...]:
    """Where hosts can be but for public addresses that networks of the shop use themselves, behind no uplink."""
    left = INTERNET
    for table in around.tables.values():
        for each in table.device.interfaces:
            if isinstance(each.addresses, Unknown) or isinstance(each.uplink, Unknown) or each.uplink.value:
                continue
            for network in (address.network for address in each.addresses.value):
                if network.prefixlen >= _SMALL and not any(network.subnet_of(block) for block in PRIVATE):
                    left = cut(left, interval(network))[1]
    return left


@dataclass(frozen=True, slots=True)
class Egress:
    """The answer, with its hops; `gateway` is '' if no audited device leads to the internet.

    `legs` are the routers that packets pass on their way out, in order, as far as it is known.
    """

    passage: Passage
    gateway: str
    hops: tuple[Hop, ...]
    fact: Fact[Any]
    legs: tuple[Leg, ...] = ()

    @property
    def decisive(self) -> Hop | None:
        """The hop that decides; None if all are open."""
        return decisive(self.hops)


def egress(
    segment: Segment,
    devices: tuple[Device, ...],
    missing: tuple[Failure, ...],
    *,
    networks: tuple[IPv4Network, ...],
    protocol: str,
    port: int | None,
    sources: Addresses | None = None,
    routers_told: frozenset[IPv4Address] = frozenset(),
    around: Neighbourhood | None = None,
    host: str = "",
    found: tuple[Way, ...] | None = None,
    destinations: tuple[Interval, ...] = (),
) -> Egress:
    """Follow packets from a segment to hosts in `networks` (empty: a host somewhere on the internet).

    `host` is the name of the one host that is meant, for filters that hold names.
    `routers_told` are the addresses that clients are told to leave by; without any, each gateway may be the one.
    Without `sources` any address of the segment counts. `around` is the site, indexed. `found` are the `ways_out` to
    these networks, and `destinations` the networks as intervals (or `internet`), if somebody has looked already: they
    are the same for every protocol and port.
    """
    area = around or neighbourhood(devices, segments_of(devices))
    destinations = destinations or tuple(map(interval, networks)) or internet(area)
    if found is None:
        found = ways(first_routers(segment, routers_told, area), None, destinations, area)
    if not any(_leads_somewhere(way, area) for way in found):
        return Egress(Passage.UNKNOWN, "", (), _no_gateway(segment, devices, missing, routers_told))
    asked = Packets(sources or whole(segment), destinations, protocol, port, host=host)
    judged = [way_out(way, asked, devices, area) + lost_answers(way, segment, asked.sources, area) for way in found]
    passages: dict[str, Passage] = {}
    for way, hops in zip(found, judged, strict=True):
        passage = _passage(hops, somewhere=not networks)
        label = f"{way.legs[-1].leaving} of {way.at}" if way.end is End.OUT else way.at or "another router"
        passages[label] = passage if passages.get(label, passage) is passage else Passage.UNKNOWN
        if passage is Passage.BLOCKED and way.sure:
            return Egress(passage, way.at, tuple(hops), hops[0].fact, way.legs)
    every = tuple(hop for hops in judged for hop in hops)
    gateway, legs = found[0].at, found[0].legs
    if len(set(passages.values())) == 1:
        return Egress(next(iter(passages.values())), gateway, every, every[0].fact, legs)
    for way, hops in zip(found, judged, strict=True):
        doubt = decisive(tuple(hops))
        if doubt is not None and isinstance(doubt.fact, Unknown):
            return Egress(Passage.UNKNOWN, way.at, tuple(hops), doubt.fact, way.legs)
    return Egress(Passage.UNKNOWN, gateway, (), _disagree(passages, list(every)), legs)


def _leads_somewhere(way: Way, around: Neighbourhood) -> bool:
    """Whether an audited router sends packets on, or drops them: not a host that hands nothing on.

    What is not known of an uplink itself, the question for the uplinks says.
    """
    if way.legs:
        return True
    if not way.at or passes_nothing(around.tables[way.at].device):
        return False
    return way.end is End.DROPPED or (way.end is End.UNKNOWN and way.fact not in around.tables[way.at].hidden)


def way_out(way: Way, packets: Packets, devices: tuple[Device, ...], around: Neighbourhood) -> list[Hop]:
    """All that packets meet on one way out: filters within bridges between routers, those of the routers, its end."""
    hops: list[Hop] = []
    sent = replace(packets, destinations=way.destinations)
    for index, leg in enumerate(way.legs):
        device = around.tables[leg.device].device
        if index:
            before = way.legs[index - 1]
            between = around.places.get((before.device, before.leaving))
            hops += () if between is None else between_routers(
                between, devices, sent.sources.possible, sent.destinations,
                protocol=sent.protocol, port=sent.port, routers=(before.device, leg.device),
            )  # fmt: skip
        found = filters_of(device, leg, sent)
        if not found and leg.uplink:
            why = f"the packet filter of {device.name} says nothing about what comes in by {leg.entering}"
            found = [Hop(HopKind.FILTER, device.name, "", Passage.UNKNOWN, Unknown(why), leg.entering, leg.leaving)]
        hops += found
        sent = replace(sent, translated=sent.translated or bool(translations(device, leg)))
    return hops + _end(way, packets, translated=sent.translated)


def _end(way: Way, packets: Packets, *, translated: bool) -> list[Hop]:
    """The hop where a way out is lost; none if it leads to the internet."""
    fact: Fact[Any] = way.fact
    if way.end is End.OUT:
        if translated or way.next_hop is None or not any(way.next_hop in block for block in PRIVATE):
            return []
        # A private address that nobody translates needs a router further out that does, and knows the way back.
        why = f"{way.fact.value}, which is no audited device" if not isinstance(way.fact, Unknown) else way.fact.why
        fact = Unknown(why, way.fact.spans, f"audit the device at {way.next_hop}, or declare egress")
    elif way.end is End.NO_ROUTE and not isinstance(fact, Unknown):
        fact = Unknown(fact.value, fact.spans, "add the firewall as a device, or declare egress")
    elif way.end is End.DROPPED and not isinstance(fact, Unknown):
        share = size(way.destinations) / size(packets.destinations)
        subset = "" if share >= 1 else words_of(way.destinations)
        return [Hop(HopKind.ROUTER, way.at, "", Passage.BLOCKED, fact, subset=subset, share=share)]
    return [Hop(HopKind.ROUTER, way.at, "", Passage.UNKNOWN, fact)]


def beyond(before: tuple[Hop, ...], found: Egress, *, somewhere: bool) -> Egress:
    """What becomes of packets that meet hops before their router; `somewhere`: as in a host on the internet."""
    stopping = decisive(before)
    if stopping is None or found.passage is Passage.BLOCKED:
        return found
    passage = _passage(list(before), somewhere=somewhere)
    if passage is found.passage:
        return found
    return replace(found, passage=passage, hops=(*before, *found.hops), fact=stopping.fact)


def reached(before: tuple[Hop, ...], found: Egress | None, server: str) -> Egress | None:
    """What becomes of packets to a server; `found` None: once they are at its device, nothing there stops them."""
    stopping = decisive(before)
    if stopping is None:
        return found
    if found is not None:
        return beyond(before, found, somewhere=False)
    return Egress(_passage(list(before), somewhere=False), server, before, stopping.fact)


def _no_gateway(
    segment: Segment,
    devices: tuple[Device, ...],
    missing: tuple[Failure, ...],
    told: frozenset[IPv4Address],
) -> Unknown:
    """Name what was not audited: devices of the inventory, or a router that clients are told."""
    if names := ", ".join(sorted(failure.device for failure in missing)):
        return Unknown(f"{names} was not audited", settle=f"audit {names}, or declare egress")
    settle = "add the firewall as a device, or declare egress"
    if told and not routers(segment, devices, told):
        words = ", ".join(map(str, sorted(told)))
        return Unknown(f"clients of {segment.name} leave by {words}, which is no audited device", settle=settle)
    return Unknown(f"no audited device leads from {segment.name} to the internet", settle=settle)


def _disagree(answers: dict[str, Passage], hops: list[Hop]) -> Unknown:
    """Some ways out are open and others are not; which one is taken, no configuration tells."""
    words = ", ".join(f"{way}: {passage.value}" for way, passage in answers.items())
    why = f"the way out is not the same by every uplink ({words})"
    closed = [hop.fact for hop in hops if hop.passage is not Passage.OPEN]
    return Unknown(why, spans_of(*closed))


def _passage(hops: list[Hop], *, somewhere: bool) -> Passage:
    """The answer over one uplink; of a host that is `somewhere`, a partly blocked internet tells nothing."""
    if any(hop.passage is Passage.BLOCKED and not (hop.subset and somewhere and not hop.shut_in) for hop in hops):
        return Passage.BLOCKED
    return Passage.OPEN if all(hop.passage is Passage.OPEN for hop in hops) else Passage.UNKNOWN


def ways_out(
    segment: Segment,
    devices: tuple[Device, ...],
    told: frozenset[IPv4Address] = frozenset(),
    around: Neighbourhood | None = None,
    networks: tuple[IPv4Network, ...] = (),
) -> tuple[Way, ...]:
    """Return the ways by which clients of a segment may leave for the internet, as far as they are known.

    `networks` are those that they want to reach there, none: a host that may be anywhere.
    """
    area = around or neighbourhood(devices, segments_of(devices))
    destinations = tuple(map(interval, networks)) or internet(area)
    return ways(first_routers(segment, told, area), None, destinations, area)


def uplinks(
    segment: Segment,
    devices: tuple[Device, ...],
    named: frozenset[IPv4Address] = frozenset(),
    around: Neighbourhood | None = None,
    known_ways: tuple[Way, ...] | None = None,
) -> Listed[Interface]:
    """Return the interfaces by which routers of a segment lead to the internet; a hole is one that may.

    Where an uplink leads to an audited router, the uplinks of that one count instead. Interfaces that are switched off
    are items too, since they say where the way out would be. `known_ways` are the `ways_out` if those are known.
    """
    area = around or neighbourhood(devices, segments_of(devices))
    found_ways = ways_out(segment, devices, named, area) if known_ways is None else known_ways
    onward = {(leg.device, leg.leaving) for way in found_ways for leg in way.legs if not leg.uplink}
    further = {leg.device: leg.entering for way in found_ways for leg in way.legs[1:]}
    own = {device.name: device for device in routers(segment, devices, named)}
    found: list[Interface] = []
    lost = [way for way in found_ways if way.at and not passes_nothing(area.tables[way.at].device)]
    holes = [way.fact for way in lost if way.end is End.UNKNOWN and isinstance(way.fact, Unknown)]
    for device in (*own.values(), *(each for each in devices if each.name in further and each.name not in own)):
        holes.extend(device.interfaces.holes)
        for interface in device.interfaces:
            if interface in segment.interfaces or further.get(device.name) == interface.key:
                continue
            if isinstance(interface.uplink, Unknown):
                holes.append(interface.uplink)
            elif interface.uplink.value:
                found += () if (device.name, interface.key) in onward else (interface,)
            elif isinstance(interface.address_source, Unknown):
                holes.append(interface.address_source)
    return Listed(tuple(found), tuple(holes))


def routers(
    segment: Segment, devices: tuple[Device, ...], named: frozenset[IPv4Address] = frozenset()
) -> tuple[Device, ...]:
    """Return the devices that have an IPv4 address in a segment: one that clients are told, if any is told."""
    own: dict[str, set[IPv4Address]] = {}
    for interface in segment.interfaces:
        if not isinstance(interface.addresses, Unknown):
            own.setdefault(interface.device, set()).update(address.ip for address in interface.addresses.value)
    return tuple(device for device in devices if (mine := own.get(device.name)) and (mine & named if named else True))


def to_dhcp_server(segment: Segment, device: Device) -> Egress | None:
    """Follow the first question of a DHCP client, which has no address yet and asks everybody (RFC 2131, 4.1)."""
    return to_device(
        segment, device, IPv4Address("255.255.255.255"), protocol="udp", port=67, sources=Addresses(((0, 0),))
    )


def to_device(
    segment: Segment,
    device: Device,
    address: IPv4Address,
    *,
    protocol: str,
    port: int | None,
    sources: Addresses | None = None,
) -> Egress | None:
    """Follow packets from a segment to an address of a router in it; None if the device is not in the segment.

    Such packets meet the input filter; between hosts of one segment there is none.
    """
    keys = [i.key for i in segment.interfaces if i.device == device.name]
    if not keys:
        return None
    if device.input_filters.holes:
        return Egress(Passage.UNKNOWN, device.name, (), device.input_filters.holes[0])
    clients = sources or whole(segment)
    destination = ((int(address), int(address)),)
    question = Question(keys[0], None, clients.possible, destination, protocol, port, clients.certain)
    hops = filter_hops(device, question, device.input_filters.items)
    if not hops:
        why = f"the packet filter of {device.name} says nothing about {segment.name}"
        return Egress(Passage.UNKNOWN, device.name, (), Unknown(why))
    return Egress(_passage(hops, somewhere=False), device.name, tuple(hops), hops[0].fact)
