"""The normalised model of one device, and its leaves by key."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from auditor.model.coverage import Coverage
from auditor.model.dhcp import DhcpScope, Lease, Neighbour, Reservation
from auditor.model.disagreement import Disagreement
from auditor.model.dns import Blocklist, DnsRedirect, Ipv6Resolver, Resolver
from auditor.model.facts import Assumed, Declared, Fact, Listed, Stated, Unknown
from auditor.model.firewall import Filter, FilterRule, PortForward, SourceNat
from auditor.model.interfaces import Interface, Learned, LinkNeighbour, Port, PortState
from auditor.model.routing import Route
from auditor.model.sessions import ConnectionTracking, Portal, Schedule
from auditor.model.wireless import Bss, ControlledRadio, Radio, StationState


@dataclass(frozen=True, slots=True)
class Device:
    """Everything that rules may ask of one device. A list's holes say what it may be missing, and why."""

    name: str
    platform: str
    version: Fact[str]
    pending_changes: Fact[bool]
    interfaces: Listed[Interface]
    ports: Listed[Port]
    radios: Listed[Radio]
    bsses: Listed[Bss]
    dhcp_scopes: Listed[DhcpScope]
    reservations: Listed[Reservation]
    resolvers: Listed[Resolver]
    dns_redirects: Listed[DnsRedirect]
    blocklists: Listed[Blocklist]
    forward_filters: Listed[Filter]
    input_filters: Listed[Filter]
    bridge_filters: Listed[Filter]
    source_nats: Listed[SourceNat]
    port_forwards: Listed[PortForward]
    portals: Listed[Portal]
    connection_tracking: Listed[ConnectionTracking]
    schedules: Listed[Schedule]
    leases: Listed[Lease]
    neighbours: Listed[Neighbour]
    stations: Listed[StationState]
    port_states: Listed[PortState]
    disagreements: Listed[Disagreement]
    coverage: tuple[Coverage, ...]
    controlled_radios: Listed[ControlledRadio] = field(default_factory=Listed)
    learned: Listed[Learned] = field(default_factory=Listed)
    link_neighbours: Listed[LinkNeighbour] = field(default_factory=Listed)
    shut_ports: Listed[Port] = field(default_factory=Listed)
    routes: Listed[Route] = field(default_factory=Listed)
    ipv6_resolvers: Listed[Ipv6Resolver] = field(default_factory=Listed)

    def interface(self, key: str) -> Interface | None:
        """Return the interface with this key."""
        return next((item for item in self.interfaces if item.key == key), None)


_PARTS = tuple(part.name for part in fields(Device) if part.name != "coverage")


def leaves(device: Device) -> Iterator[tuple[str, Fact[Any]]]:
    """Yield every fact of a device with its key, for example `dhcp_scopes[lan].lease_time`.

    Items of a list are addressed by their own key and never by position, so that two models of one device can be
    compared although lines moved; the order of filter rules is a fact of its own. Holes of a list appear as
    `dhcp_scopes.holes[0]`.
    """
    for name in _PARTS:
        yield from _leaves(getattr(device, name), name)


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Fact[Any]]]:
    match value:
        case Stated() | Assumed() | Declared() | Unknown():
            yield key, value
        case Listed(items, holes):
            for index, item in enumerate(items):
                yield from _leaves(item, f"{key}[{getattr(item, 'key', index)}]")
            if items and isinstance(items[0], FilterRule):
                yield f"{key}.order", Stated(tuple(item.key for item in items), ())
            for index, hole in enumerate(holes):
                yield f"{key}.holes[{index}]", hole
        case _ if is_dataclass(value):
            for part in fields(value):
                yield from _leaves(getattr(value, part.name), f"{key}.{part.name}")
        case _:
            pass


def content(fact: Fact[Any]) -> tuple[str, Any]:
    """Return origin and value of a fact without its lines: what must be equal for two facts to be the same."""
    match fact:
        case Stated(value) | Declared(value):
            return type(fact).__name__, value
        case Assumed(value, because):
            return "Assumed", (value, because.entry)
        case Unknown(why):
            return "Unknown", why


def moved(before: Device, after: Device) -> frozenset[str]:
    """Return the keys of the facts that differ between two models of one device."""
    old: dict[str, tuple[str, Any]] = {}
    new: dict[str, tuple[str, Any]] = {}
    for name in _PARTS:
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            old |= {key: content(fact) for key, fact in _leaves(one, name)}
            new |= {key: content(fact) for key, fact in _leaves(other, name)}
    return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
