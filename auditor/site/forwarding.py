"""Where one router sends packets: the most specific network that holds their destination decides.

Of several routes for one network that with the lowest distance counts. Source: RFC 1812, sections 5.2.4.3 and 5.2.4.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv4Network, summarize_address_range
from itertools import islice

from auditor.model import AddressSource, Device, Fact, Interface, Known, Route, Unknown, known_like
from auditor.site.filters import Interval, interval

EVERYWHERE = IPv4Network("0.0.0.0/0")
_BY_SERVER = frozenset({AddressSource.DHCP, AddressSource.PPP})
_RECURSIONS = 4
"""How often the gateway of a route may be found by another route."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a routing table: a network of the device itself, a static route, or an uplink.

    `leaving` is the interface, '' if none is known. `gateway` None: the destination is on the link itself, or a server
    tells who leads there. `distance` None: not known, so it may count. `doubt` says why it may not be as it looks.
    """

    network: IPv4Network
    leaving: str
    gateway: IPv4Address | None
    fact: Known[str]
    distance: int | None = 0
    connected: bool = False
    discards: bool = False
    doubt: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the table says about some destinations: one entry, several of one rank, or none at all."""

    destinations: tuple[Interval, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The routes of one device by network, the most specific ones first.

    `holes` are reasons why routes may be missing, `hidden` why networks of its own or an uplink may be. `may_learn`
    says why it may be told a default route, which it needs for itself and not for others.
    """

    device: Device
    ranks: tuple[tuple[IPv4Network, tuple[Entry, ...]], ...]
    holes: tuple[Unknown, ...]
    hidden: tuple[Unknown, ...]
    may_learn: Unknown | None
    _bounds: tuple[Interval, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Every question goes through all of them.
        object.__setattr__(self, "_bounds", tuple(interval(network) for network, _ in self.ranks))

    def interface(self, key: str) -> Interface | None:
        return self.device.interface(key)

    def choices(self, destinations: tuple[Interval, ...]) -> tuple[Choice, ...]:
        """Cut destinations into those that share a fate."""
        found: list[Choice] = []
        left = destinations
        for (_, entries), bounds in zip(self.ranks, self._bounds, strict=True):
            inside, left = cut(left, bounds)
            if inside:
                found.append(Choice(inside, entries))
            if not left:
                break
        return (*found, Choice(left, ())) if left else tuple(found)


def cut(intervals: tuple[Interval, ...], by: Interval) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """The parts of intervals inside and outside of another one."""
    first, last = by
    inside = [(max(a, first), min(b, last)) for a, b in intervals if a <= last and first <= b]
    below = [(a, min(b, first - 1)) for a, b in intervals if a < first]
    above = [(max(a, last + 1), b) for a, b in intervals if b > last]
    return tuple(inside), (*below, *above)


def size(intervals: tuple[Interval, ...]) -> int:
    """How many addresses intervals hold."""
    return sum(last - first + 1 for first, last in intervals)


def words_of(intervals: tuple[Interval, ...]) -> str:
    """Name the first few of some intervals: `192.0.2.0/24, 198.51.100.7/32`."""
    parts = (part for pair in intervals for part in summarize_address_range(*map(IPv4Address, pair)))
    return ", ".join(map(str, islice(parts, 4)))


def table_of(device: Device) -> Table:
    """Build the routing table of a device: interfaces that are switched off are in none."""
    on = {each.key: each for each in device.interfaces if not is_off(each)}
    entries = list(_connected(on))
    holes = list(device.routes.holes)
    for route in device.routes:
        if isinstance(route.destination, Unknown):
            holes.append(route.destination)
        elif (entry := _entry(route, route.destination, device, entries, on)) is not None:
            entries.append(entry)
    taken = {each.leaving for each in entries if each.network == EVERYWHERE}
    entries += (_by_uplink(each) for key, each in on.items() if is_uplink(each) and key not in taken)
    by_network: dict[IPv4Network, list[Entry]] = {}
    for entry in entries:
        by_network.setdefault(entry.network, []).append(entry)
    ranks = sorted(by_network.items(), key=lambda item: -item[0].prefixlen)
    best = tuple((network, _best(tuple(each))) for network, each in ranks)
    hidden = tuple(dict.fromkeys(_hidden(device, on)))
    return Table(device, best, tuple(dict.fromkeys(holes)), hidden, _may_learn(device, on))


def is_off(interface: Interface) -> bool:
    """Whether an interface is certainly switched off."""
    return not isinstance(interface.enabled, Unknown) and not interface.enabled.value


def is_uplink(interface: Interface) -> bool:
    """Whether an interface certainly leads to the internet."""
    return not isinstance(interface.uplink, Unknown) and interface.uplink.value


def _connected(on: dict[str, Interface]) -> list[Entry]:
    found: list[Entry] = []
    for key, each in on.items():
        if isinstance(each.addresses, Unknown):
            continue
        doubt = each.enabled if isinstance(each.enabled, Unknown) else None
        for network in dict.fromkeys(address.network for address in each.addresses.value):
            fact = known_like(f"{network} is on {key} of {each.device}", each.addresses)
            found.append(Entry(network, key, None, fact, connected=True, doubt=doubt))
    return found


def _by_uplink(interface: Interface) -> Entry:
    """The default route that a server tells, or that the settings of the interface name."""
    assert not isinstance(interface.uplink, Unknown)
    fact = known_like(f"{interface.key} of {interface.device} leads to the internet", interface.uplink)
    return Entry(EVERYWHERE, interface.key, _address(interface.gateway), fact, distance=None)


def _address(fact: Fact[str | None]) -> IPv4Address | None:
    if isinstance(fact, Unknown) or fact.value is None:
        return None
    try:
        return IPv4Address(fact.value)
    except AddressValueError:
        return None


def _entry(
    route: Route, network: Known[IPv4Network], device: Device, entries: list[Entry], on: dict[str, Interface]
) -> Entry | None:
    """A static route; None if its interface is switched off, so that it is not in force."""
    parts: tuple[Fact[object], ...] = (route.gateway, route.interface, route.discards)
    known = [each for each in parts if not isinstance(each, Unknown)]
    doubt = next((each for each in parts if isinstance(each, Unknown)), None)
    distance = None if isinstance(route.distance, Unknown) else route.distance.value
    words = "everything else" if network.value == EVERYWHERE else str(network.value)
    gateway = None if isinstance(route.gateway, Unknown) else route.gateway.value
    leaving = "" if isinstance(route.interface, Unknown) else route.interface.value or ""
    discards = not isinstance(route.discards, Unknown) and route.discards.value
    target = "away" if discards else f"to {gateway or leaving}"
    fact = known_like(f"{device.name} sends packets for {words} {target}", network, *known)
    if leaving and (own := device.interface(leaving)) is not None and is_off(own):
        return None
    if not leaving and gateway is not None and not discards:
        leaving = _leaving(gateway, device, entries, on)
        if not leaving and doubt is None:
            why = f"the next hop {gateway} for {words} is in no network of {device.name} that is known"
            doubt = Unknown(why, fact.spans, f"look at the routing table of {device.name}")
    elif not leaving and not discards and doubt is None:
        doubt = Unknown(f"where {device.name} sends packets for {words} is not known", fact.spans)
    return Entry(network.value, leaving, gateway, fact, distance, discards=discards, doubt=doubt)


def _leaving(gateway: IPv4Address, device: Device, entries: list[Entry], on: dict[str, Interface]) -> str:
    """The interface behind which a gateway is: in its network, or where another route leads; '' if none is known."""
    static = [each for each in device.routes if not isinstance(each.destination, Unknown)]
    for _ in range(_RECURSIONS):
        own = [each for each in entries if each.connected and gateway in each.network]
        if own:
            return max(own, key=lambda each: each.network.prefixlen).leaving
        further = [
            (each.destination.value.prefixlen, each.gateway.value)
            for each in static
            if not isinstance(each.destination, Unknown)
            and each.destination.value != EVERYWHERE
            and gateway in each.destination.value
            and not isinstance(each.gateway, Unknown)
            and each.gateway.value is not None
        ]
        if not further:
            break
        gateway = max(further)[1]
    learned = [key for key, each in on.items() if is_uplink(each) and _is_told(each)]
    return learned[0] if len(learned) == 1 else ""


def _is_told(interface: Interface) -> bool:
    """Whether an interface may have an address that no line says, since a server gives it."""
    if isinstance(interface.addresses, Unknown):
        return True
    return not isinstance(interface.address_source, Unknown) and interface.address_source.value in _BY_SERVER


def _best(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Those whose distance is not known, and those of the lowest one; a network of the device's own is before all."""
    connected = tuple(each for each in entries if each.connected)
    if connected:
        return connected
    if any(each.distance is None for each in entries):
        # A route away that stands by for the case that the uplink is lost does not count before.
        entries = tuple(each for each in entries if not each.discards or (each.distance or 0) <= 1)
    least = min((each.distance for each in entries if each.distance is not None), default=None)
    chosen = (each for each in entries if each.distance is None or each.distance == least)
    return tuple(sorted(chosen, key=lambda each: each.distance is not None))


def _hidden(device: Device, on: dict[str, Interface]) -> Iterator[Unknown]:
    """Why networks or a default route of a device may be missing from its table."""
    yield from device.interfaces.holes
    for each in on.values():
        yield from (fact for fact in (each.uplink, each.address_source) if isinstance(fact, Unknown))
        told = not isinstance(each.address_source, Unknown) and each.address_source.value in _BY_SERVER
        if isinstance(each.addresses, Unknown) and not told:
            yield each.addresses


def _may_learn(device: Device, on: dict[str, Interface]) -> Unknown | None:
    """Why a device may have a default route though none of its interfaces is said to lead others out."""
    for each in on.values():
        told = not isinstance(each.address_source, Unknown) and each.address_source.value in _BY_SERVER
        if told and not isinstance(each.uplink, Unknown) and not each.uplink.value:
            why = f"whether {each.key} of {device.name} is told a default route is in no configuration"
            return Unknown(why, each.address_source.spans, f"look at the routing table of {device.name}")
    return None
