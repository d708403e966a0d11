"""Packet filters as sets, against a simulation that sends every single packet through every possible world."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Action, Assumed, Default, Filter, FilterRule, Listed, Span, Stated, Unknown
from auditor.site.filters import MAX_INTERVALS, MAX_MEETINGS, Box, Interval, Question, evaluate, explain, interval
from tests.site.built import UNKNOWN, filtered, networks, ports, rule

# Sixteen sources and sixteen destinations: small enough to try every pair.
SOURCES, DESTINATIONS = IPv4Network("192.168.30.0/28"), IPv4Network("198.51.100.0/28")
QUESTION = Question("pos", "wan", (interval(SOURCES),), (interval(DESTINATIONS),), "tcp", 443)


def below(network: IPv4Network) -> st.SearchStrategy[IPv4Network]:
    """A network inside of another one, a single address at least."""
    length = st.integers(network.prefixlen, 32)
    return length.flatmap(lambda n: st.sampled_from(list(network.subnets(new_prefix=n))))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Everything, unknown, or one of the values."""
    return st.one_of(st.none(), st.just(UNKNOWN), values)


def matches(network: IPv4Network) -> st.SearchStrategy[Any]:
    return maybe(st.lists(below(network), max_size=3).map(tuple))


@st.composite
def rules(draw: st.DrawFn) -> FilterRule:
    return rule(
        f"r{draw(st.integers(0, 99))}",
        draw(st.one_of(st.sampled_from(Action), st.just(UNKNOWN))),
        entering=draw(maybe(st.sampled_from([frozenset({"pos"}), frozenset({"lan"})]))),
        leaving=draw(maybe(st.sampled_from([frozenset({"wan"}), frozenset({"lan"})]))),
        sources=draw(matches(SOURCES)),
        destinations=draw(matches(DESTINATIONS)),
        protocols=draw(maybe(st.sampled_from([frozenset({"tcp", "udp"}), frozenset({"icmp"})]))),
        destination_ports=draw(maybe(st.sampled_from([ports(443), ports(80), ports(80, 443)]))),
        narrow=draw(st.sampled_from([False, True, UNKNOWN])),
    )


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    holes = draw(st.sampled_from([(), (UNKNOWN,)]))
    default = draw(st.sampled_from([Action.ACCEPT, Action.DROP, Action.REJECT]))
    return filtered(*draw(st.lists(rules(), max_size=4)), default=default, holes=holes)


# -- the simulation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Packet:
    source: IPv4Address
    destination: IPv4Address


def decided(fact: Any, hit: bool) -> bool | None:
    return None if isinstance(fact, Unknown) else fact.value is None or hit


def match(one: FilterRule, packet: Packet) -> bool | None:
    """Whether a rule takes a packet: yes, no, or in some worlds."""

    def among(fact: Any, address: IPv4Address) -> bool:
        return not isinstance(fact, Unknown) and any(address in network for network in fact.value or ())

    def has(fact: Any, member: Any) -> bool:
        return not isinstance(fact, Unknown) and member in (fact.value or ())

    wanted = one.destination_ports
    answers = [
        decided(one.entering, has(one.entering, "pos")),
        decided(one.leaving, has(one.leaving, "wan")),
        decided(one.protocols, has(one.protocols, "tcp")),
        decided(wanted, not isinstance(wanted, Unknown) and any(r.first <= 443 <= r.last for r in wanted.value or ())),
        decided(one.sources, among(one.sources, packet.source)),
        decided(one.destinations, among(one.destinations, packet.destination)),
        None if isinstance(one.narrow, Unknown) or one.narrow.value else True,
    ]
    if False in answers:
        return False
    return None if None in answers else True


def worlds(filter_: Filter, packet: Packet) -> Iterator[Action]:
    """Every fate of a packet, by trying each rule that may match both ways, and each unknown action."""
    choices: list[list[Action | None]] = []
    for one in filter_.rules:
        taken = match(one, packet)
        actions = [Action.ACCEPT, Action.DROP] if isinstance(one.action, Unknown) else [one.action.value]
        possible: list[Action | None] = [] if taken is False else list(actions)
        if taken is not True or isinstance(one.action, Unknown):
            possible.append(None)  # not this rule; an unknown action may be to go on
        choices.append(possible)
    assert not isinstance(filter_.default, Unknown)
    for world in product(*choices):
        final = next((action for action in world if action not in (None, Action.NEXT)), None)
        yield final or filter_.default.value
    if filter_.rules.holes:
        yield from (Action.ACCEPT, Action.DROP)


def packets() -> Iterator[Packet]:
    for source, destination in product(SOURCES, DESTINATIONS):
        yield Packet(source, destination)


def box_of(boxes: tuple[Box, ...], packet: Packet) -> Box:
    def inside(bounds: tuple[Interval, ...], address: IPv4Address) -> bool:
        return sum(low <= int(address) <= high for low, high in bounds) == 1

    (found,) = [b for b in boxes if inside(b.sources, packet.source) and inside(b.destinations, packet.destination)]
    return found


@given(filters())
def test_every_packet_lies_in_one_box_that_knows_its_fates(filter_: Filter) -> None:
    outcome = evaluate(filter_, QUESTION)
    assert not outcome.gave_up
    for packet in packets():
        box = box_of(outcome.boxes, packet)
        fates = set(worlds(filter_, packet))
        assert box.actions <= fates, (packet, box)
        # What may pass and may not is not followed any further.
        assert box.undecided or box.actions == fates, (packet, box)


@given(filters())
def test_blocked_and_undecided_are_told_apart(filter_: Filter) -> None:
    outcome = evaluate(filter_, QUESTION)
    for packet in packets():
        box, fates = box_of(outcome.boxes, packet), {action.blocks for action in worlds(filter_, packet)}
        assert (box in outcome.blocked()) == (fates == {True})
        assert (box in outcome.undecided()) == (len(fates) == 2)


@given(filters())
def test_an_explanation_of_a_doubt_is_never_a_fact(filter_: Filter) -> None:
    outcome = evaluate(filter_, QUESTION)
    if outcome.undecided():
        assert isinstance(explain(outcome.undecided()), Unknown)


# -- single cases ---------------------------------------------------------------------------------------------


def test_the_first_match_decides_and_is_named() -> None:
    outcome = evaluate(
        filtered(rule("a", Action.DROP, protocols=frozenset({"tcp"})), rule("b", Action.ACCEPT)), QUESTION
    )
    assert [box.rules for box in outcome.blocked()] == [("a",)]


def test_a_default_policy_is_no_rule() -> None:
    (box,) = evaluate(filtered(default=Action.REJECT), QUESTION).blocked()
    assert box.rules == ("",)


def test_to_the_router_itself_nothing_leaves() -> None:
    question = Question("pos", None, QUESTION.sources, QUESTION.destinations, "udp", 53)
    one = rule("forwarding", Action.DROP, leaving=frozenset({"wan"}))
    assert not evaluate(filtered(one), question).blocked()


def test_a_protocol_without_ports_meets_no_rule_about_ports() -> None:
    question = Question("pos", "wan", QUESTION.sources, QUESTION.destinations, "icmp", None)
    assert not evaluate(filtered(rule("web", Action.DROP, destination_ports=ports(443))), question).blocked()


def test_the_origin_of_a_default_is_kept() -> None:
    default = Assumed(Action.DROP, Default("policy", "drop", "manual"))
    outcome = evaluate(Filter("gw", "forward", Listed(), default), QUESTION)
    assert isinstance(explain(outcome.blocked()), Assumed)


@pytest.mark.parametrize("size", [MAX_INTERVALS // 2 - 8, MAX_INTERVALS])
def test_a_long_list_of_addresses_is_one_box_or_given_up(size: int) -> None:
    """Every second address of a block: no two of them join."""
    first = int(IPv4Address("10.0.0.0"))
    listed = tuple(IPv4Network(first + 2 * number) for number in range(size))
    question = Question("pos", "wan", QUESTION.sources, (interval(IPv4Network("10.0.0.0/8")),), "tcp", 443)
    outcome = evaluate(filtered(rule("list", Action.DROP, destinations=listed)), question)
    assert outcome.gave_up == (size == MAX_INTERVALS)
    assert [len(box.destinations) for box in outcome.blocked()] == ([] if outcome.gave_up else [size])


WIDE = Question("pos", "wan", QUESTION.sources, (interval(IPv4Network("10.0.0.0/8")),), "tcp", 443)


def singles(count: int) -> list[tuple[IPv4Network, ...]]:
    """Every second address of a block, each alone."""
    first = int(IPv4Address("10.0.0.0"))
    return [(IPv4Network(first + 2 * number),) for number in range(count)]


SHAPES: dict[str, Callable[[int], list[FilterRule]]] = {
    "known": lambda n: [rule(f"r{i}", Action.DROP, destinations=one) for i, one in enumerate(singles(n))],
    "narrow": lambda n: [rule(f"r{i}", Action.DROP, destinations=one, narrow=True) for i, one in enumerate(singles(n))],
    "either way": lambda n: [
        rule(f"r{i}", (Action.DROP, Action.ACCEPT)[i % 2], destinations=one, narrow=True)
        for i, one in enumerate(singles(n))
    ],
    "unknown actions": lambda n: [rule(f"r{i}", UNKNOWN, destinations=one) for i, one in enumerate(singles(n))],
    "everything may match": lambda n: [rule(f"r{i}", Action.DROP, narrow=True) for i in range(n)],
    "unknown lists": lambda n: [rule(f"r{i}", Action.DROP, destinations=UNKNOWN) for i in range(n)],
    "pairs of hosts": lambda n: [
        rule(f"r{i}", Action.DROP, narrow=bool(i % 2), sources=(IPv4Network(SOURCES[i % 16]),), destinations=one)
        for i, one in enumerate(singles(n))
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_the_number_of_rules_and_not_with_its_square(shape: str) -> None:
    few, many = (evaluate(filtered(*SHAPES[shape](count)), WIDE) for count in (200, 1600))
    assert not few.gave_up
    assert not many.gave_up
    # Eight times as many rules: the square would be sixty-four times the work.
    assert many.meetings <= 10 * few.meetings
    # Boxes that something in doubt leaves are as many as fates and sources, not as rules.
    if shape != "known":
        assert sum(not box.undecided for box in many.boxes) <= sum(not box.undecided for box in few.boxes) * 10


def test_doubts_of_one_kind_share_one_box() -> None:
    outcome = evaluate(filtered(*SHAPES["narrow"](1000)), WIDE)
    assert len(outcome.boxes) == 2
    (doubtful,) = outcome.undecided()
    assert len(doubtful.destinations) == 1000
    assert isinstance(explain((doubtful,)), Unknown)


def test_rules_that_cut_every_pair_of_hosts_apart_are_given_up() -> None:
    """Above the stated size the answer is that it is not known: never a wrong one, and no long wait."""
    hosts = [(IPv4Network(int(IPv4Address("10.0.0.0")) + 2 * i),) for i in range(1024)]
    dice = random.Random(1)
    rules = [
        rule(f"r{i}", Action.DROP, sources=dice.choice(hosts), destinations=dice.choice(hosts)) for i in range(5000)
    ]
    question = Question("pos", "wan", WIDE.destinations, WIDE.destinations, "tcp", 443)
    outcome = evaluate(filtered(*rules), question)
    assert outcome.gave_up
    assert outcome.boxes == ()
    assert outcome.meetings <= MAX_MEETINGS + len(rules)


def test_what_would_have_decided_the_same_is_no_doubt() -> None:
    """A rule that may drop before one that certainly does: blocked, and the lines of the one that does say so."""
    known = Stated(Action.DROP, (Span("gw", "rules", 7, 7),))
    rules = (rule("by night", Action.DROP, narrow=True), replace(rule("all", Action.DROP), action=known))
    (box,) = evaluate(filtered(*rules), QUESTION).blocked()
    assert explain((box,)) == known
    assert box.rules[-1] == "all"


@pytest.mark.parametrize("host", ["api.example.com", "www.example.com", ""])
def test_a_list_that_names_the_host_holds_it(host: str) -> None:
    """Names whose addresses are not known: for other hosts they may have the same addresses, or not."""
    named = replace(
        rule("names", Action.ACCEPT, destinations=UNKNOWN), destination_names=frozenset({"api.example.com"})
    )
    outcome = evaluate(filtered(named, default=Action.DROP), replace(QUESTION, host=host))
    assert bool(outcome.undecided()) == (host != "api.example.com")
    assert not outcome.blocked()


@pytest.mark.parametrize("end", ["sources", "destinations"])
@pytest.mark.parametrize("at", [0, -1])
def test_a_rule_about_the_outermost_address_is_met(end: str, at: int) -> None:
    outermost = IPv4Network({"sources": SOURCES, "destinations": DESTINATIONS}[end][at])
    (box,) = evaluate(filtered(rule("edge", Action.DROP, **{end: (outermost,)})), QUESTION).blocked()
    assert getattr(box, end) == (interval(outermost),)


def test_intervals_of_a_question_may_overlap() -> None:
    question = replace(QUESTION, sources=(*QUESTION.sources, *QUESTION.sources))
    assert [box.sources for box in evaluate(filtered(), question).boxes] == [QUESTION.sources]


def test_neighbours_in_a_list_are_one_box() -> None:
    listed = networks("198.51.100.0/30", "198.51.100.4/30", "198.51.100.2/31")
    outcome = evaluate(filtered(rule("list", Action.DROP, destinations=listed)), QUESTION)
    assert [box.destinations for box in outcome.blocked()] == [(interval(IPv4Network("198.51.100.0/29")),)]


def test_what_shares_one_fate_is_one_box() -> None:
    """Rules about ports and protocols cut nothing, however many intervals are asked for."""
    sources = tuple((number, number) for number in range(0, 200, 2))
    question = Question("pos", "wan", sources, (interval(DESTINATIONS), (1, 9)), "tcp", 443)
    outcome = evaluate(
        filtered(rule("web", Action.ACCEPT, destination_ports=ports(443)), default=Action.DROP), question
    )
    assert [(box.rules, box.sources) for box in outcome.boxes] == [(("web",), sources)]


def test_a_rule_of_unknown_action_leaves_everything_open() -> None:
    outcome = evaluate(filtered(rule("?", UNKNOWN), default=Action.ACCEPT), QUESTION)
    assert len(outcome.undecided()) == len(outcome.boxes) == 1
    assert explain(outcome.undecided()) == UNKNOWN


def test_conditions_that_are_not_modelled_are_named() -> None:
    outcome = evaluate(filtered(rule("by night", Action.DROP, narrow=True)), QUESTION)
    reason = explain(outcome.undecided())
    assert isinstance(reason, Unknown)
    assert "'by night'" in reason.why


def test_no_destination_matches_nothing() -> None:
    assert not evaluate(filtered(rule("none", Action.DROP, destinations=())), QUESTION).blocked()
