"""The ways of packets over several routers: each one looks up where the next is, until the packets arrive or are lost.

A next hop is an audited device that has its address in the network by which the packets leave. Gateways that several
routers share (VRRP, HSRP) belong to nobody here, so that a way over them is not known.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from auditor.model import Assumed, Default, Fact, Interface, Unknown, known_like, spans_of
from auditor.site.filters import Interval
from auditor.site.forwarding import EVERYWHERE, Choice, Entry, Table, is_uplink
from auditor.site.hops import Leg
from auditor.site.neighbourhood import First, Neighbourhood
from auditor.site.segments import Segment

MAX_WAYS = 64
"""Above this many ways, by routes of equal rank, the answer is unknown instead of slow."""

_SAME_SUBNET = Default("site.subnet", "address in the same subnet", "RFC 1122, section 3.3.1.1: one subnet is one link")


class End(StrEnum):
    """What becomes of packets behind the last router of a way that is known."""

    ARRIVED = "in the network that they are for"
    OUT = "out to the internet"
    DROPPED = "dropped"
    NO_ROUTE = "no route"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of packets to some destinations; `fact` says why it ends so, or why that is not known.

    `sure`: no other way for these destinations. `at` is the router that decides. `next_hop` is who takes packets that
    go out.
    """

    legs: tuple[Leg, ...]
    destinations: tuple[Interval, ...]
    end: End
    fact: Fact[str]
    at: str
    sure: bool = True
    next_hop: IPv4Address | None = None


def ways(
    first: First, goal: Segment | None, destinations: tuple[Interval, ...], around: Neighbourhood
) -> tuple[Way, ...]:
    """Follow packets from their first router to a segment of the site, or (goal None) out to the internet.

    Of routers that nobody names, those count that know a way; without any, nothing is certain.
    """
    found = [tuple(_followed(each, goal, destinations, around)) for each in first.routers]
    if not first.told:
        own = {each.device for each in first.routers}
        useful = [
            each for index, each in enumerate(found)
            if any(_leads(way, goal) and not _turns_back(way, first.routers[index], own) for way in each)
        ]  # fmt: skip
        if not useful:
            return tuple(replace(way, sure=False) for each in found for way in each)
        found = useful
    several = len(found) + (first.stray is not None) > 1
    all_ways = tuple(replace(way, sure=way.sure and not several) for each in found for way in each)
    if first.stray is None:
        return all_ways
    return (*all_ways, Way((), destinations, End.UNKNOWN, first.stray, "", sure=not found))


def _leads(way: Way, goal: Segment | None) -> bool:
    """Whether somebody would use it, or might."""
    match way.end:
        case End.ARRIVED | End.UNKNOWN | End.DROPPED:
            return True
        case End.OUT:
            return goal is None
        case End.NO_ROUTE:
            return False


def _turns_back(way: Way, entering: Interface, routers: set[str]) -> bool:
    """Whether a router hands packets straight to another one in the clients' own network."""
    first = way.legs[:1]
    return bool(first) and first[0].leaving == entering.key and len(way.legs) > 1 and way.legs[1].device in routers


def _followed(
    start: Interface, goal: Segment | None, destinations: tuple[Interval, ...], around: Neighbourhood
) -> Iterator[Way]:
    walk = _Walk(goal, around)
    found = list(islice(walk.follow(start, destinations, (), sure=True), MAX_WAYS + 1))
    if len(found) <= MAX_WAYS:
        yield from found
        return
    why = f"{start.device} has too many ways of equal rank to follow them all"
    yield Way((), destinations, End.UNKNOWN, Unknown(why, settle="check by hand from a POS"), start.device)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one entry of a table means: the packets go on to `onward`, or their way ends here."""

    leaving: str
    onward: Interface | None
    end: End
    fact: Fact[str]
    next_hop: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class _Walk:
    """One question on its way: the network that it is for, and the site around it."""

    goal: Segment | None
    around: Neighbourhood

    def follow(
        self, entering: Interface, destinations: tuple[Interval, ...], before: tuple[Leg, ...], *, sure: bool
    ) -> Iterator[Way]:
        """Yield the ways that packets take from where they come in at a router."""
        name = entering.device
        for step, parts, only in self._steps(self.around.tables[name], destinations):
            certain = sure and only
            leg = Leg(name, entering.key, step.leaving, step.fact, uplink=step.end is End.OUT)
            if step.onward is None:
                legs = (*before, leg) if step.end in (End.ARRIVED, End.OUT) else before
                yield Way(legs, parts, step.end, step.fact, name, certain, step.next_hop)
            elif step.onward.device in (name, *(each.device for each in before)):
                circle = " and ".join(dict.fromkeys((*(each.device for each in before), name)))
                fact = known_like(f"{circle} send packets in a circle", *_known(*(leg.fact for leg in (*before, leg))))
                yield Way((*before, leg), parts, End.DROPPED, fact, name, certain)
            else:
                yield from self.follow(step.onward, parts, (*before, leg), sure=certain)

    def _steps(
        self, table: Table, destinations: tuple[Interval, ...]
    ) -> list[tuple[_Step, tuple[Interval, ...], bool]]:
        """The steps of a router, each with its part of the destinations and whether these have no other."""
        joined: dict[tuple[str, str, End], tuple[_Step, tuple[Interval, ...], bool]] = {}
        for choice in table.choices(destinations):
            steps = {_fate(step): step for step in self._of_choice(table, choice)}
            for fate, step in steps.items():
                first, parts, only = joined.get(fate, (step, (), True))
                joined[fate] = _with_facts_of(first, step), (*parts, *choice.destinations), only and len(steps) == 1
        return list(joined.values())

    def _of_choice(self, table: Table, choice: Choice) -> Iterator[_Step]:
        if not choice.entries:
            yield self._nowhere(table)
        elif (closer := self._closer(table, choice.entries[0])) is not None:
            yield _Step("", None, End.UNKNOWN, closer)
        else:
            yield from (self._step(table, entry) for entry in choice.entries)

    def _nowhere(self, table: Table) -> _Step:
        """There is no route, not even a default one; or one may be there that was not read."""
        unread = next(iter((*table.holes, *table.hidden)), None)
        if unread is not None:
            return _Step("", None, End.UNKNOWN, unread)
        name = table.device.name
        own = [each.addresses for each in table.device.interfaces if not isinstance(each.addresses, Unknown)]
        why = f"{name} has no route to {self.goal.name if self.goal else 'the internet'}"
        if table.may_learn is not None or not own:
            doubt = table.may_learn or Unknown(why, settle=f"look at the routing table of {name}")
            return _Step("", None, End.NO_ROUTE, doubt)
        return _Step("", None, End.NO_ROUTE, known_like(why, *own))

    def _closer(self, table: Table, entry: Entry) -> Unknown | None:
        """Why a route that was learned may decide instead of a known one: for a part of what that one is for."""
        if not table.holes or self.goal is None or entry.connected:
            return None
        return None if any(entry.network.subnet_of(network) for network in _subnets(self.goal)) else table.holes[0]

    def _step(self, table: Table, entry: Entry) -> _Step:
        if entry.doubt is not None:
            return _Step(entry.leaving, None, End.UNKNOWN, entry.doubt)
        if entry.discards:
            return _Step("", None, End.DROPPED, entry.fact)
        if entry.connected:
            return self._on_link(table, entry)
        out = table.interface(entry.leaving)
        if out is None:
            why = f"{entry.fact.value}, by '{entry.leaving}', which is no network that was read"
            return _Step("", None, End.UNKNOWN, Unknown(why, entry.fact.spans))
        if entry.gateway is not None:
            match self.around.peer(out, entry.gateway):
                case Unknown() as unknown:
                    return _Step(out.key, None, End.UNKNOWN, unknown)
                case Interface() as onward:
                    return _Step(out.key, onward, End.UNKNOWN, entry.fact)
                case None:
                    pass
        if entry.gateway is None and self.goal is not None and out in self.goal.interfaces:
            return _Step(out.key, None, End.ARRIVED, entry.fact)
        if is_uplink(out):
            return _Step(out.key, None, End.OUT, entry.fact, entry.gateway)
        who = "whoever is behind it" if entry.gateway is None else str(entry.gateway)
        why = f"{entry.fact.value}, and no audited device has that address"
        settle = f"audit the device at {who}, or declare egress"
        return _Step(out.key, None, End.UNKNOWN, Unknown(why, entry.fact.spans, settle))

    def _on_link(self, table: Table, entry: Entry) -> _Step:
        """The destination is in a network of the router: the one that is meant, or another of the same subnet."""
        out = table.interface(entry.leaving)
        place = self.around.places.get((table.device.name, entry.leaving))
        if self.goal is not None and place is not None and place.key == self.goal.key:
            return _Step(entry.leaving, None, End.ARRIVED, entry.fact)
        uplink = out is not None and is_uplink(out)
        if self.goal is None:
            if uplink:
                return _Step(entry.leaving, None, End.OUT, entry.fact)
            why = f"{entry.fact.value}, where hosts of the internet cannot be"
            return _Step(entry.leaving, None, End.UNKNOWN, Unknown(why, entry.fact.spans))
        gateways = [each.gateway for network, ranked in table.ranks if network == EVERYWHERE for each in ranked
                    if each.leaving == entry.leaving and each.gateway is not None]  # fmt: skip
        peers = [self.around.peer(out, gateway) for gateway in gateways] if uplink and out is not None else []
        if any(isinstance(each, Interface) and each in self.goal.interfaces for each in peers):
            fact = Assumed(entry.fact.value, _SAME_SUBNET, spans_of(entry.fact, self.goal.subnets))
            return _Step(entry.leaving, None, End.ARRIVED, fact)
        why = f"{entry.fact.value}, and whether that is the network {self.goal.key} is not known"
        settle = (
            f"let both be one VLAN, or give them different subnets; audit what is between them and {self.goal.name}"
        )
        return _Step(entry.leaving, None, End.UNKNOWN, Unknown(why, spans_of(entry.fact, self.goal.subnets), settle))


def _with_facts_of(first: _Step, other: _Step) -> _Step:
    """Of several routes that throw packets away all are the reason, since taking one of them out is not enough."""
    if first is other or first.end is not End.DROPPED or isinstance(first.fact, Unknown):
        return other
    return (
        other
        if isinstance(other.fact, Unknown)
        else replace(first, fact=known_like(first.fact.value, first.fact, other.fact))
    )


def _fate(step: _Step) -> tuple[str, str, End]:
    onward = "" if step.onward is None else f"{step.onward.device}/{step.onward.key}"
    return step.leaving, onward, step.end


def _subnets(segment: Segment) -> tuple[IPv4Network, ...]:
    return () if isinstance(segment.subnets, Unknown) else segment.subnets.value


def _known(*facts: Fact[object]) -> list:  # type: ignore[type-arg]
    return [fact for fact in facts if not isinstance(fact, Unknown)]
