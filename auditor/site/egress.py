"""Whether clients of a segment may reach a host on the internet, or a router's own services."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from typing import Any

from auditor.capture import Failure
from auditor.model import Device, Fact, Interface, Listed, Unknown
from auditor.site.filters import Interval, Question, interval
from auditor.site.hops import Hop, Passage
from auditor.site.paths import filter_hops
from auditor.site.segments import Segment

_NOT_INTERNET = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
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
        """The first hop that blocks, or else the first that may."""
        blocking = next((hop for hop in self.hops if hop.passage is Passage.BLOCKED), None)
        return blocking or next((hop for hop in self.hops if hop.passage is Passage.UNKNOWN), None)


def egress(
    segment: Segment,
    devices: tuple[Device, ...],
    missing: tuple[Failure, ...],
    *,
    networks: tuple[IPv4Network, ...],
    protocol: str,
    port: int,
) -> Egress:
    """Follow packets from a segment to hosts in `networks` (empty: a host somewhere on the internet)."""
    found = gateways(segment, devices)
    if not found:
        names = ", ".join(sorted(failure.device for failure in missing))
        why = f"{names} was not audited" if names else f"no audited device leads from {segment.name} to the internet"
        settle = f"audit {names}, or declare egress" if names else "add the firewall as a device, or declare egress"
        return Egress(Passage.UNKNOWN, "", (), Unknown(why, settle=settle))
    device, entering, uplinks = found[0]
    destinations = tuple(map(interval, networks)) or INTERNET
    sources = () if isinstance(segment.subnets, Unknown) else tuple(map(interval, segment.subnets.value))
    if device.forward_filters.holes:
        return Egress(Passage.UNKNOWN, device.name, (), device.forward_filters.holes[0])
    hops: list[Hop] = []
    answers: list[Passage] = []
    for leaving in uplinks:
        question = Question(entering, leaving, sources, destinations, protocol, port)
        hops_here = filter_hops(device, question, device.forward_filters.items)
        answers.append(_passage(hops_here, somewhere=not networks))
        hops += hops_here
    if not hops:
        why = f"the packet filter of {device.name} says nothing about {segment.name}"
        return Egress(Passage.UNKNOWN, device.name, (), Unknown(why))
    passage = answers[0] if len(set(answers)) == 1 else Passage.UNKNOWN
    return Egress(passage, device.name, tuple(hops), hops[0].fact)


def _passage(hops: list[Hop], *, somewhere: bool) -> Passage:
    """The answer over one uplink; of a host that is `somewhere`, a partly blocked internet tells nothing."""
    if any(hop.passage is Passage.BLOCKED and not (hop.subset and somewhere) for hop in hops):
        return Passage.BLOCKED
    return Passage.OPEN if all(hop.passage is Passage.OPEN for hop in hops) else Passage.UNKNOWN


def uplinks(segment: Segment, devices: tuple[Device, ...]) -> Listed[Interface]:
    """Return the interfaces by which routers of a segment lead to the internet; a hole is one that may.

    Interfaces that are switched off are items too, since they say where the way out would be.
    """
    found: list[Interface] = []
    holes: list[Unknown] = []
    for device in routers(segment, devices):
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


def routers(segment: Segment, devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Return the devices that have an IPv4 address of their own in a segment."""
    names = {i.device for i in segment.interfaces if not isinstance(i.addresses, Unknown) and i.addresses.value}
    return tuple(device for device in devices if device.name in names)


def gateways(segment: Segment, devices: tuple[Device, ...]) -> list[tuple[Device, str, tuple[str, ...]]]:
    """Devices with an addressed interface in the segment and an uplink elsewhere: device, interface, uplinks."""
    found = []
    for device in devices:
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


def to_device(segment: Segment, device: Device, address: IPv4Address, *, protocol: str, port: int) -> Egress | None:
    """Follow packets from a segment to an address of a router in it; None if the device is not in the segment.

    Such packets meet the input filter; between hosts of one segment there is none.
    """
    keys = [i.key for i in segment.interfaces if i.device == device.name]
    if not keys:
        return None
    if device.input_filters.holes:
        return Egress(Passage.UNKNOWN, device.name, (), device.input_filters.holes[0])
    sources = () if isinstance(segment.subnets, Unknown) else tuple(map(interval, segment.subnets.value))
    question = Question(keys[0], None, sources, ((int(address), int(address)),), protocol, port)
    hops = filter_hops(device, question, device.input_filters.items)
    if not hops:
        why = f"the packet filter of {device.name} says nothing about {segment.name}"
        return Egress(Passage.UNKNOWN, device.name, (), Unknown(why))
    return Egress(_passage(hops, somewhere=False), device.name, tuple(hops), hops[0].fact)
