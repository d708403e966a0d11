"""What of a filter a question meets: rules about its interfaces, protocol and port, and how sure they are."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Any

from auditor.model import Fact, Filter, FilterRule, Unknown
from auditor.site.intervals import Intervals, interval, merged


@dataclass(frozen=True, slots=True)
class Packets:
    """What all packets of a question have in common: all but their addresses."""

    entering: str
    leaving: str | None
    protocol: str
    port: int | None
    within: frozenset[str] = frozenset()
    host: str = ""


@dataclass(frozen=True, slots=True)
class Met:
    """A rule that such packets meet, with its addresses (None: all). `sure`: it takes each packet that has them."""

    rule: FilterRule
    sources: Intervals | None
    destinations: Intervals | None
    sure: bool


class _Same(Hashable):
    """A filter as a key by identity: a comparison of its rules would cost more than what is remembered of it."""

    __slots__ = ("filter",)

    def __init__(self, filter_: Filter) -> None:
        self.filter = filter_

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.filter is self.filter

    def __hash__(self) -> int:
        return id(self.filter)


def met(filter_: Filter, packets: Packets) -> tuple[Met, ...]:
    """Return the rules that packets meet, in order; a site asks one filter many questions that differ in addresses."""
    return _met(_Same(filter_), packets)


@lru_cache(maxsize=128)
def _met(same: _Same, packets: Packets) -> tuple[Met, ...]:
    found: list[Met] = []
    for rule in same.filter.rules:
        certain = _fixed_match(rule, packets)
        if certain is False:
            continue
        named = _named(rule, packets)
        sources, sources_known = _intervals(rule.sources)
        destinations, destinations_known = _intervals(rule.destinations)
        if sources == () or destinations == ():
            continue
        sure = certain is True and sources_known and (destinations_known or named)
        found.append(Met(rule, sources, destinations, sure))
    return tuple(found)


def _named(rule: FilterRule, packets: Packets) -> bool:
    """Whether the rule's list of destinations holds the host that is asked about, by its name."""
    return bool(packets.host) and packets.host in rule.destination_names


def _fixed_match(rule: FilterRule, packets: Packets) -> bool | None:
    """Whether interfaces, protocol and port match: certainly, certainly not, or unknown (None)."""
    entering = _holds(rule.entering, packets.entering, packets.within)
    if entering is False:
        return False
    leaving = _holds(rule.leaving, packets.leaving, packets.within)
    if leaving is False:
        return False
    protocol = _holds(rule.protocols, packets.protocol)
    if protocol is False:
        return False
    port = _port_matches(rule, packets.port)
    if port is False:
        return False
    if None in (entering, leaving, protocol, port):
        return None
    match rule.narrow:
        case Unknown():
            return True if _named(rule, packets) else None
        case narrow:
            return None if narrow.value else True


def _holds(
    members: Fact[frozenset[str] | None], member: str | None, others: frozenset[str] = frozenset()
) -> bool | None:
    if isinstance(members, Unknown):
        return None
    names = members.value
    return names is None or member in names or not others.isdisjoint(names)


def _port_matches(rule: FilterRule, port: int | None) -> bool | None:
    if isinstance(rule.destination_ports, Unknown):
        return None
    ranges = rule.destination_ports.value
    if ranges is None:
        return True
    return port is not None and any(each.first <= port <= each.last for each in ranges)


def _intervals(networks: Fact[tuple[IPv4Network, ...] | None]) -> tuple[Intervals | None, bool]:
    """Intervals of a match in order and without overlap (None: everything), and whether they are known."""
    match networks:
        case Unknown():
            return None, False
        case known:
            return (None if known.value is None else merged(map(interval, known.value))), True


def doubts(rule: FilterRule) -> tuple[Unknown, ...]:
    """What is not known of the packets that a rule takes."""
    addresses = (rule.sources, rule.destinations)
    facts: tuple[Fact[Any], ...] = (
        rule.entering,
        rule.leaving,
        *addresses,
        rule.protocols,
        rule.destination_ports,
        rule.narrow,
    )
    return tuple(fact for fact in facts if isinstance(fact, Unknown))
