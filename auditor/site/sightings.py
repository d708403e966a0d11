"""Where a MAC address was seen: leases, neighbours, stations of access points, and ports of switches."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Any

from auditor.model import Device, Fact, Stated, Unknown
from auditor.site.segments import Segment


class Trust(IntEnum):
    """How much a hint says about where a client is; the least number says most."""

    SEEN = 1
    SEEN_BEFORE = 2
    RESERVED = 3
    DECLARED = 4
    NAMED = 5
    ONLY = 6


@dataclass(frozen=True, slots=True)
class Sighting:
    """One sign that a client is in a segment: what shows it, in words, and its line."""

    segment: Segment
    trust: Trust
    words: str
    fact: Fact[Any]


def sightings(mac: str, segments: tuple[Segment, ...], devices: tuple[Device, ...]) -> tuple[Sighting, ...]:
    """Return every sign of a MAC address, the most telling first.

    An entry of a neighbour table that did not answer any more counts as seen before (RFC 4861, section 7.3.2); a
    reservation says where a client is meant to be, and may be there for several networks.
    """
    found = [each for device in devices for each in _of(device, mac, segments)]
    return tuple(sorted(found, key=lambda each: each.trust))


def decisive(found: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    """Return the signs that count: those of now, else those of before, and reservations that contradict them."""
    for trust in (Trust.SEEN, Trust.SEEN_BEFORE):
        seen = tuple(each for each in found if each.trust is trust)
        if seen:
            reserved = tuple(each for each in found if each.trust is Trust.RESERVED)
            agrees = not reserved or any(one.segment.key == each.segment.key for one in seen for each in reserved)
            return seen if agrees else (*seen, *reserved)
    return found


def _of(device: Device, mac: str, segments: tuple[Segment, ...]) -> Iterator[Sighting]:
    for station in device.stations:
        if station.mac == mac and not isinstance(station.bss, Unknown):
            yield from _station(device, station.bss.value, station.bss, segments)
    for learned in device.learned:
        if learned.mac == mac and not isinstance(learned.port, Unknown):
            yield from _port(device, learned.port.value, learned.port, segments)
    for lease in device.leases:
        if lease.mac == mac and not isinstance(lease.address, Unknown):
            words = f"lease of {lease.address.value} on {device.name}"
            yield from _address(lease.address.value, Trust.SEEN, words, lease.address, segments)
    for neighbour in device.neighbours:
        if neighbour.mac == mac:
            answered = not isinstance(neighbour.reachable, Unknown) and neighbour.reachable.value
            trust = Trust.SEEN if answered else Trust.SEEN_BEFORE
            fact = Stated(str(neighbour.address), neighbour.link.spans)
            yield from _address(
                neighbour.address, trust, f"neighbour {neighbour.address} of {device.name}", fact, segments
            )
    for reservation in device.reservations:
        if isinstance(reservation.macs, Unknown) or isinstance(reservation.address, Unknown):
            continue
        if mac in reservation.macs.value and reservation.address.value is not None:
            address = reservation.address.value
            words = f"reservation of {address} on {device.name}"
            yield from _address(address, Trust.RESERVED, words, reservation.address, segments)


def _address(
    address: IPv4Address, trust: Trust, words: str, fact: Fact[Any], segments: tuple[Segment, ...]
) -> Iterator[Sighting]:
    for segment in segments:
        if segment.holds(address):
            yield Sighting(segment, trust, words, fact)


def _station(device: Device, key: str, fact: Fact[str], segments: tuple[Segment, ...]) -> Iterator[Sighting]:
    """A station of a BSS is in the network that this joins."""
    for segment in segments:
        for bss in segment.bsses:
            if (bss.device, bss.key) == (device.name, key):
                name = key if isinstance(bss.ssid, Unknown) else bss.ssid.value
                yield Sighting(segment, Trust.SEEN, f"station of '{name}' on {device.name}", fact)


def _port(device: Device, key: str, fact: Fact[str], segments: tuple[Segment, ...]) -> Iterator[Sighting]:
    """A port that carries one network only tells which one it is; behind a trunk it may be any of several."""
    port = next((each for each in device.ports if each.key == key), None)
    if port is None or isinstance(port.links, Unknown) or len(port.links.value) != 1:
        return
    (link,) = port.links.value
    for segment in segments:
        if any(
            each.device == device.name and not isinstance(each.link, Unknown) and each.link.value == link
            for each in segment.interfaces
        ):
            yield Sighting(segment, Trust.SEEN, f"learned behind port {key} of {device.name}", fact)
