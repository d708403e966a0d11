"""Whether clients of a segment may reach a host on the internet, or a router's own services."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from typing import Any

from auditor.capture import Failure
from auditor.model import Device, Fact, Interface, Listed, Unknown, spans_of
from auditor.site.addresses import Addresses, whole
from auditor.site.bridge_filters import Sides, bridge_filters
from auditor.site.cables import port_to
from auditor.site.filter_hops import filter_hops
from auditor.site.filters import Interval, Question, interval
from auditor.site.hops import Hop, Passage, decisive
from auditor.site.paths import addresses_on
from auditor.site.segments import Segment
from auditor.site.station_filters import station_filters

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


@dataclass(frozen=True, slots=True)
class Egress:
    """The answer, with its hops; `gateway` is '' if no audited device leads to the internet."""

    passage: Passage
    gateway: str
    hops: tuple[Hop, ...]
    fact: Fact[Any]

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
    port: int,
    sources: Addresses | None = None,
    routers_told: frozenset[IPv4Address] = frozenset(),
) -> Egress:
    """Follow packets from a segment to hosts in `networks` (empty: a host somewhere on the internet).

    `routers_told` are the addresses that clients are told to leave by; without any, each gateway may be the one.
    Without `sources` any address of the segment counts.
    """
    found = gateways(segment, devices, routers_told)
    if not found:
        return Egress(Passage.UNKNOWN, "", (), _no_gateway(segment, devices, missing, routers_told))
    destinations = tuple(map(interval, networks)) or INTERNET
    clients = sources or whole(segment)
    hops: list[Hop] = []
    answers: dict[str, Passage] = {}
    for device, entering, uplinks in found:
        if device.forward_filters.holes:
            return Egress(Passage.UNKNOWN, device.name, (), device.forward_filters.holes[0])
        for leaving in uplinks:
            question = Question(entering, leaving, clients.possible, destinations, protocol, port, clients.certain)
            hops_here = filter_hops(device, question, device.forward_filters.items)
            answers[f"{leaving} of {device.name}"] = _passage(hops_here, somewhere=not networks)
            hops += hops_here
    device = found[0][0]
    if not hops:
        why = f"the packet filter of {device.name} says nothing about {segment.name}"
        return Egress(Passage.UNKNOWN, device.name, (), Unknown(why))
    if len(set(answers.values())) == 1:
        return Egress(next(iter(answers.values())), device.name, tuple(hops), hops[0].fact)
    return Egress(Passage.UNKNOWN, device.name, (), _disagree(answers, hops))


def to_router(
    segment: Segment,
    devices: tuple[Device, ...],
    clients: Sides,
    destinations: tuple[Interval, ...],
    *,
    protocol: str,
    port: int,
    routers: frozenset[str],
) -> tuple[Hop, ...]:
    """Return hops for all that packets of clients meet before their router: filters of a BSS, and within bridges.

    What a router does itself with packets that come to it, its own filters say.
    """
    between = tuple(
        each
        for each in devices
        if each.name not in routers and (each.bridge_filters.items or each.bridge_filters.holes)
    )
    ends = [device for device in devices if device.name in routers]
    learned = [(each.name, port_to(each, ends[0], segment, devices)) for each in between if len(ends) == 1]
    behind = tuple((name, port.key) for name, port in learned if port is not None)
    router = Sides((), cable=True, addresses=Addresses(destinations), behind=behind)
    hops = bridge_filters(segment, between, clients, router, protocol=protocol, port=port)
    return (*station_filters(clients.bsses), *hops)


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


def uplinks(
    segment: Segment, devices: tuple[Device, ...], named: frozenset[IPv4Address] = frozenset()
) -> Listed[Interface]:
    """Return the interfaces by which routers of a segment lead to the internet; a hole is one that may.

    Interfaces that are switched off are items too, since they say where the way out would be.
    """
    found: list[Interface] = []
    holes: list[Unknown] = []
    for device in routers(segment, devices, named):
        holes.extend(device.interfaces.holes)
        for interface in device.interfaces:
            if interface in segment.interfaces:
                continue
            if isinstance(interface.uplink, Unknown):
                holes.append(interface.uplink)
            elif interface.uplink.value:
                found.append(interface)
            elif isinstance(interface.address_source, Unknown):
                holes.append(interface.address_source)
    return Listed(tuple(found), tuple(holes))


def routers(
    segment: Segment, devices: tuple[Device, ...], named: frozenset[IPv4Address] = frozenset()
) -> tuple[Device, ...]:
    """Return the devices that have an IPv4 address in a segment: one that clients are told, if any is told."""
    own = {device.name: set(addresses_on(device, segment)) for device in devices}
    return tuple(device for device in devices if (own[device.name] & named if named else own[device.name]))


def gateways(
    segment: Segment, devices: tuple[Device, ...], named: frozenset[IPv4Address] = frozenset()
) -> list[tuple[Device, str, tuple[str, ...]]]:
    """Routers of the segment that have an uplink elsewhere: device, interface, uplinks."""
    found = []
    for device in routers(segment, devices, named):
        inside = [
            i.key
            for i in segment.interfaces
            if i.device == device.name and not isinstance(i.addresses, Unknown) and i.addresses.value
        ]
        uplinks = tuple(
            i.key
            for i in device.interfaces
            if not isinstance(i.uplink, Unknown)
            and i.uplink.value
            and not isinstance(i.enabled, Unknown)
            and i.enabled.value
            and i.key not in inside
        )
        if inside and uplinks:
            found.append((device, inside[0], uplinks))
    return found


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
    port: int,
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
