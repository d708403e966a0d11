"""Packet filters as sets: what becomes of all packets between two networks, not of one sample packet.

A question fixes interfaces, protocol and port and asks for whole networks. Each rule is clipped to the boxes
(sources × destinations) that are still open; a rule that certainly matches closes its box, one that may match
adds its action to what can happen there and lets the box go on. A box with one possible action is decided, one that
may pass and may not pass stays undecided whatever follows, so neither goes on. What shares one fate stays one box,
however many intervals it has: a rule about ports alone cuts nothing.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Action, Fact, Filter, FilterRule, Unknown, known_like, spans_of
from auditor.site.filter_matches import Met, Packets, doubts, met
from auditor.site.intervals import Interval, Intervals, clipped, covered, interval, merged

__all__ = [
    "MAX_INTERVALS",
    "MAX_MEETINGS",
    "Box",
    "Interval",
    "Outcome",
    "Question",
    "concern",
    "evaluate",
    "explain",
    "interval",
    "shut_in",
]

MAX_INTERVALS = 32_768
"""Above this many intervals of addresses in all boxes the answer is unknown instead of slow."""

MAX_MEETINGS = 200_000
"""Above this many meetings of a rule with a box the answer is unknown instead of slow."""


@dataclass(frozen=True, slots=True)
class Question:
    """Packets that come in at one interface and leave by another, of one protocol and port (None: no ports).

    Clients have some of the addresses in `sources`; those in `certain` are in use by them. `within` are further names
    of both interfaces: of frames between two ports, the bridge that both belong to. `host` is the name of the host
    that all destinations are addresses of, '' if they are of several hosts or of one without a name.
    """

    entering: str
    leaving: str | None
    sources: tuple[Interval, ...]
    destinations: tuple[Interval, ...]
    protocol: str
    port: int | None
    certain: tuple[IPv4Address, ...] = ()
    within: frozenset[str] = frozenset()
    host: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A set of packets by address, with what can become of them and which rules (or the default, '') say so.

    A packet belongs to it whose source is in one of the sources, and its destination in one of the destinations. The
    last rule is what ended it; of rules in doubt that say the same of parts of it, the first stands for all.
    """

    sources: Intervals
    destinations: Intervals
    actions: frozenset[Action]
    reasons: tuple[Fact[Action], ...]
    rules: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many intervals it is made of."""
        return len(self.sources) + len(self.destinations)

    @property
    def undecided(self) -> bool:
        """Whether its packets may pass, and may not."""
        return len({action.blocks for action in self.actions}) > 1

    def holds_source(self, address: IPv4Address) -> bool:
        """Whether packets from an address belong to it."""
        return any(low <= int(address) <= high for low, high in self.sources)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All boxes of a question. `gave_up` says that they had too many parts to go on."""

    boxes: tuple[Box, ...]
    gave_up: bool
    meetings: int = 0
    """How often a rule was held against a box: what the answer cost."""

    def blocked(self) -> tuple[Box, ...]:
        """Boxes whose packets certainly do not pass."""
        return tuple(box for box in self.boxes if all(action.blocks for action in box.actions))

    def undecided(self) -> tuple[Box, ...]:
        """Boxes whose packets may or may not pass."""
        return tuple(box for box in self.boxes if box.undecided)


def concern(boxes: tuple[Box, ...], question: Question) -> bool:
    """Whether boxes hold packets of the clients for certain: one address in use, or all that they may have."""
    if any(box.holds_source(address) for address in question.certain for box in boxes):
        return True
    return covered(question.sources, (source for box in boxes for source in box.sources))


def shut_in(boxes: tuple[Box, ...], question: Question) -> bool:
    """Whether boxes hold everything that one client in use may send: it reaches no destination at all."""
    return any(
        covered(question.destinations, (d for box in boxes if box.holds_source(address) for d in box.destinations))
        for address in question.certain
    )


def evaluate(filter_: Filter, question: Question) -> Outcome:
    """Run a question through an ordered filter; holes of the rule list count as rules with unknown match."""
    whole = Box(merged(question.sources), merged(question.destinations), frozenset(), (), ())
    if not whole.sources or not whole.destinations:
        return Outcome((), gave_up=False)
    if filter_.rules.holes:
        return Outcome((_with(whole, filter_.rules.holes[0], ""),), gave_up=False)
    still, done = [whole], list[Box]()
    meetings = closed = 0
    for each in met(filter_, _packets(question)):
        if not still:
            break
        meetings += len(still)
        if meetings > MAX_MEETINGS:
            return Outcome((), gave_up=True, meetings=meetings)
        if _action(each.rule) is Action.NEXT or not any(_touches(box, each) for box in still):
            continue
        still, ended = _meet(still, each)
        done += ended
        closed += sum(box.size for box in ended)
        if closed + sum(box.size for box in still) > MAX_INTERVALS:
            return Outcome((), gave_up=True, meetings=meetings)
    done += (_with(box, filter_.default, "") for box in still)
    return Outcome(tuple(done), gave_up=False, meetings=meetings)


def _meet(boxes: list[Box], each: Met) -> tuple[list[Box], list[Box]]:
    """Hold a rule against boxes: those that go on, and those of which nothing more can be said."""
    action = _action(each.rule)
    still, ended, doubtful = list[Box](), list[Box](), list[Box]()
    for box in boxes:
        if not each.sure and box.actions == {action}:
            # One more rule that may do the same changes nothing.
            still.append(box)
            continue
        inside, outside = _split(box, each)
        still += outside
        if inside is None:
            continue
        after = _after(inside, each)
        ends = after.undecided or (each.sure and action is not None)
        (ended if ends else doubtful).append(after)
    for box in doubtful:
        _pool(still, box)
    return still, ended


def _touches(box: Box, each: Met) -> bool:
    """Whether a rule may be about packets of a box, by the first and the last address of each."""
    for ours, theirs in ((box.sources, each.sources), (box.destinations, each.destinations)):
        if theirs is not None and (theirs[0][0] > ours[-1][1] or theirs[-1][1] < ours[0][0]):
            return False
    return True


def _pool(boxes: list[Box], box: Box) -> None:
    """Add a box to others, as a part of one that can have the same fates: rules in doubt do not multiply boxes."""
    for at, other in enumerate(boxes):
        if other.actions != box.actions:
            continue
        if other.sources == box.sources:
            both = merged((*other.destinations, *box.destinations))
            boxes[at] = Box(other.sources, both, other.actions, other.reasons, other.rules)
            return
        if other.destinations == box.destinations:
            both = merged((*other.sources, *box.sources))
            boxes[at] = Box(both, other.destinations, other.actions, other.reasons, other.rules)
            return
    boxes.append(box)


def _packets(question: Question) -> Packets:
    return Packets(
        question.entering, question.leaving, question.protocol, question.port, question.within, question.host
    )


def _action(rule: FilterRule) -> Action | None:
    return None if isinstance(rule.action, Unknown) else rule.action.value


def _split(box: Box, each: Met) -> tuple[Box | None, list[Box]]:
    """Cut a box by a match into the part inside of it, None if there is none, and those outside."""
    source_in, source_out = clipped(box.sources, each.sources)
    if not source_in:
        return None, [box]
    destination_in, destination_out = clipped(box.destinations, each.destinations)
    if not destination_in:
        return None, [box]
    outside = []
    if source_out:
        outside.append(Box(source_out, box.destinations, box.actions, box.reasons, box.rules))
    if destination_out:
        outside.append(Box(source_in, destination_out, box.actions, box.reasons, box.rules))
    if not outside:
        return box, outside
    return Box(source_in, destination_in, box.actions, box.reasons, box.rules), outside


def _after(box: Box, each: Met) -> Box:
    """The packets of a box after a rule that takes them, or may take them."""
    rule = each.rule
    if each.sure or isinstance(rule.action, Unknown):
        return _with(box, rule.action, rule.key)
    unknown = doubts(rule)
    why = unknown[0].why if unknown else f"rule '{rule.name}' holds only under conditions that are not modelled"
    reason = Unknown(why, spans_of(rule.action), unknown[0].settle if unknown else "")
    return _with(box, reason, rule.key, rule.action.value)


def _with(box: Box, reason: Fact[Action], key: str, action: Action | None = None) -> Box:
    """A box with one more thing that can happen to it; what is not known can be either."""
    if action is not None:
        possible = frozenset({action})
    elif isinstance(reason, Unknown):
        possible = frozenset({Action.ACCEPT, Action.DROP})
    else:
        possible = frozenset({reason.value})
    return Box(box.sources, box.destinations, box.actions | possible, (*box.reasons, reason), (*box.rules, key))


def explain(boxes: tuple[Box, ...]) -> Fact[Action]:
    """Join the reasons behind boxes into one fact: the first doubt of one that is undecided, else all known reasons.

    What may match does not matter where packets that it does not take meet the same fate.
    """
    for box in boxes:
        if box.undecided:
            return next(reason for reason in box.reasons if isinstance(reason, Unknown))
    known = [reason for box in boxes for reason in box.reasons if not isinstance(reason, Unknown)]
    return known_like(known[-1].value, *dict.fromkeys(known))
