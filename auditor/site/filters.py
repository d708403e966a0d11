"""Packet filters as sets: what becomes of all packets between two networks, not of one sample packet.

A question fixes interfaces, protocol and port and asks for whole networks. Each rule is clipped to the boxes
(sources × destinations) that are still open; a rule that certainly matches closes its box, one that may match
adds its action to what can happen there and lets the box go on. A box with one possible action is decided. What
shares one fate stays one box, however many intervals it has: a rule about ports alone cuts nothing.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeAlias

from auditor.model import Action, Fact, Filter, FilterRule, Unknown, known_like, spans_of

MAX_PARTS = 4096
"""Above this many pairs of intervals the answer is unknown instead of slow."""

Interval: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """Packets that come in at one interface and leave by another, of one protocol and port (None: no ports).

    Clients have some of the addresses in `sources`; those in `certain` are in use by them. `within` are further names
    of both interfaces: of frames between two ports, the bridge that both belong to.
    """

    entering: str
    leaving: str | None
    sources: tuple[Interval, ...]
    destinations: tuple[Interval, ...]
    protocol: str
    port: int | None
    certain: tuple[IPv4Address, ...] = ()
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Box:
    """A set of packets by address, with what can become of them and which rules (or the default) say so.

    A packet belongs to it whose source is in one of the sources, and its destination in one of the destinations.
    """

    sources: tuple[Interval, ...]
    destinations: tuple[Interval, ...]
    actions: frozenset[Action]
    reasons: tuple[Fact[Action], ...]
    rules: tuple[str, ...]

    @property
    def parts(self) -> int:
        """How many pairs of intervals it is made of."""
        return len(self.sources) * len(self.destinations)

    def holds_source(self, address: IPv4Address) -> bool:
        """Whether packets from an address belong to it."""
        return any(low <= int(address) <= high for low, high in self.sources)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All boxes of a question. `gave_up` says that they had too many parts to go on."""

    boxes: tuple[Box, ...]
    gave_up: bool

    def blocked(self) -> tuple[Box, ...]:
        """Boxes whose packets certainly do not pass."""
        return tuple(box for box in self.boxes if all(action.blocks for action in box.actions))

    def undecided(self) -> tuple[Box, ...]:
        """Boxes whose packets may or may not pass."""
        return tuple(box for box in self.boxes if len({action.blocks for action in box.actions}) > 1)


def concern(boxes: tuple[Box, ...], question: Question) -> bool:
    """Whether boxes hold packets of the clients for certain: one address in use, or all that they may have."""
    if any(box.holds_source(address) for address in question.certain for box in boxes):
        return True
    return _covered(question.sources, (source for box in boxes for source in box.sources))


def shut_in(boxes: tuple[Box, ...], question: Question) -> bool:
    """Whether boxes hold everything that one client in use may send: it reaches no destination at all."""
    return any(
        _covered(question.destinations, (d for box in boxes if box.holds_source(address) for d in box.destinations))
        for address in question.certain
    )


def _covered(wanted: tuple[Interval, ...], parts: Iterable[Interval]) -> bool:
    """Whether parts hold all of the intervals that are wanted."""
    merged = _merged(parts)
    return all(any(low <= first and last <= high for low, high in merged) for first, last in wanted)


def interval(network: IPv4Network) -> Interval:
    """First and last address of a network, as numbers."""
    return int(network.network_address), int(network.broadcast_address)


def evaluate(filter_: Filter, question: Question) -> Outcome:
    """Run a question through an ordered filter; holes of the rule list count as rules with unknown match."""
    whole = Box(question.sources, question.destinations, frozenset(), (), ())
    still = [whole] if whole.parts else []
    done: list[Box] = []
    if filter_.rules.holes:
        still = [_maybe(box, None, filter_.rules.holes[0], "") for box in still]
    for rule in filter_.rules:
        certain = _fixed_match(rule, question)
        if certain is False:
            continue
        sources, sources_known = _intervals(rule.sources)
        destinations, destinations_known = _intervals(rule.destinations)
        sure = certain is True and sources_known and destinations_known
        rest: list[Box] = []
        for box in still:
            inside, outside = _split(box, sources, destinations)
            rest.extend(outside)
            if inside is None:
                continue
            if not sure or isinstance(rule.action, Unknown):
                rest.append(_maybe(inside, rule, rule.action, rule.key))
            elif rule.action.value is Action.NEXT:
                rest.append(inside)
            else:
                done.append(_close(inside, rule.action.value, rule.action, rule.key))
        still = rest
        if sum(box.parts for box in (*still, *done)) > MAX_PARTS:
            return Outcome((), gave_up=True)
    match filter_.default:
        case Unknown() as unknown:
            done.extend(_maybe(box, None, unknown, "") for box in still)
        case known:
            done.extend(_close(box, known.value, known, "") for box in still)
    return Outcome(tuple(done), gave_up=False)


def _fixed_match(rule: FilterRule, question: Question) -> bool | None:
    """Whether interfaces, protocol and port match: certainly, certainly not, or unknown (None)."""
    answers = (
        _holds(rule.entering, question.entering, question.within),
        _holds(rule.leaving, question.leaving, question.within),
        _holds(rule.protocols, question.protocol),
        _port_matches(rule, question),
    )
    if any(answer is False for answer in answers):
        return False
    if any(answer is None for answer in answers):
        return None
    match rule.narrow:
        case Unknown():
            return None
        case narrow:
            return None if narrow.value else True


def _holds(
    members: Fact[frozenset[str] | None], member: str | None, others: frozenset[str] = frozenset()
) -> bool | None:
    match members:
        case Unknown():
            return None
        case known:
            return known.value is None or member in known.value or bool(others & known.value)


def _port_matches(rule: FilterRule, question: Question) -> bool | None:
    match rule.destination_ports:
        case Unknown():
            return None
        case known:
            if known.value is None:
                return True
            port = question.port
            return port is not None and any(r.first <= port <= r.last for r in known.value)


def _intervals(networks: Fact[tuple[IPv4Network, ...] | None]) -> tuple[tuple[Interval, ...] | None, bool]:
    """Intervals of a match in order and without overlap (None: everything), and whether they are known."""
    match networks:
        case Unknown():
            return None, False
        case known:
            return (None if known.value is None else _merged(map(interval, known.value))), True


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _split(
    box: Box, sources: tuple[Interval, ...] | None, destinations: tuple[Interval, ...] | None
) -> tuple[Box | None, list[Box]]:
    """Cut a box by a match into the part inside of it, None if there is none, and those outside."""
    source_in, source_out = _clipped(box.sources, sources)
    destination_in, destination_out = _clipped(box.destinations, destinations)
    if not source_in or not destination_in:
        return None, [box]
    outside = []
    if source_out:
        outside.append(replace(box, sources=source_out))
    if destination_out:
        outside.append(replace(box, sources=source_in, destinations=destination_out))
    return (replace(box, sources=source_in, destinations=destination_in) if outside else box), outside


def _clipped(
    wholes: tuple[Interval, ...], members: tuple[Interval, ...] | None
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """The parts of intervals that lie inside and outside of ordered members; members of None are everything."""
    if members is None:
        return wholes, ()
    parts = [_clip(whole, members) for whole in wholes]
    return tuple(i for inside, _ in parts for i in inside), tuple(o for _, outside in parts for o in outside)


def _clip(whole: Interval, members: tuple[Interval, ...]) -> tuple[list[Interval], list[Interval]]:
    """The parts of one interval that lie inside and outside of ordered members."""
    low, end = whole
    inside: list[Interval] = []
    outside: list[Interval] = []
    for first, last in members[max(bisect_right(members, (low,)) - 1, 0) :]:
        if first > end:
            break
        if last < low:
            continue
        if first > low:
            outside.append((low, first - 1))
        inside.append((max(first, low), min(last, end)))
        low = last + 1
    if low <= end:
        outside.append((low, end))
    return inside, outside


def _close(box: Box, action: Action, reason: Fact[Action], rule: str) -> Box:
    return Box(box.sources, box.destinations, box.actions | {action}, (*box.reasons, reason), (*box.rules, rule))


def _matches(rule: FilterRule) -> tuple[Fact[Any], ...]:
    addresses = (rule.sources, rule.destinations)
    return (rule.entering, rule.leaving, *addresses, rule.protocols, rule.destination_ports, rule.narrow)


def _maybe(box: Box, rule: FilterRule | None, action: Fact[Action], key: str) -> Box:
    """A rule that may match adds its action to what can happen; an unknown action can be either."""
    possible = frozenset({Action.ACCEPT, Action.DROP}) if isinstance(action, Unknown) else frozenset({action.value})
    reason: Fact[Action] = action
    if rule is not None and not isinstance(action, Unknown):
        unknown = [fact for fact in _matches(rule) if isinstance(fact, Unknown)]
        why = unknown[0].why if unknown else f"rule '{rule.name}' holds only under conditions that are not modelled"
        reason = Unknown(why, spans_of(action), unknown[0].settle if unknown else "")
    possible -= {Action.NEXT}
    return Box(box.sources, box.destinations, box.actions | possible, (*box.reasons, reason), (*box.rules, key))


def explain(boxes: tuple[Box, ...]) -> Fact[Action]:
    """Join the reasons behind boxes into one fact: the first unknown one, else all known ones."""
    reasons = [reason for box in boxes for reason in box.reasons]
    unknown = next((reason for reason in reasons if isinstance(reason, Unknown)), None)
    if unknown is not None:
        return unknown
    known = [reason for reason in reasons if not isinstance(reason, Unknown)]
    return known_like(known[-1].value, *dict.fromkeys(known))
