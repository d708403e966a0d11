"""Packet filters as sets, against one packet at a time: random rule lists, packets at the edges of their rules.

The simulator knows nothing of sets. It follows one packet from rule to rule; where it is not known whether a rule takes
the packet, or what the rule does, it follows every completion. Each list of rules is the same for the same seed.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeAlias

import pytest

from auditor.model import Action, Fact, Filter, FilterRule, Listed, PortRange, Unknown
from auditor.site.filters import Box, Outcome, Question, evaluate, explain
from tests.site.built import UNKNOWN, rule, said

SETS = 1000
PACKETS = 100
HEADERS = 5
INTERFACES = ("pos", "lan", "wan", "guest")
PROTOCOLS = ("tcp", "udp", "icmp")
SOURCES = (IPv4Network("192.168.30.0/24"), IPv4Network("192.168.40.16/28"))
DESTINATIONS = (IPv4Network("198.51.100.0/24"), IPv4Network("10.20.0.0/16"))
NAMES = ("api.example.com", "time.example.net")


@dataclass(frozen=True)
class Header:
    """All of a packet but its addresses. `host` is the name of the host that it goes to."""

    entering: str
    leaving: str | None
    protocol: str
    port: int | None
    host: str


@dataclass(frozen=True)
class Packet:
    header: Header
    source: IPv4Address
    destination: IPv4Address


# -- random lists of rules -------------------------------------------------------------------------------------


def networks(dice: random.Random, among: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
    """Some networks inside of others or around them, which may overlap and may be empty."""
    found = []
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3, 5))):
        whole = dice.choice(among)
        length = dice.choice((whole.prefixlen - 2, *range(whole.prefixlen, 33)))
        address = int(whole.network_address) + dice.randrange(whole.num_addresses)
        found.append(IPv4Network((address, length), strict=False))
    return tuple(found)


def ranges(dice: random.Random) -> tuple[PortRange, ...]:
    firsts = [dice.choice((0, 22, 53, 80, 443, 4443, 8000, 65535)) for _ in range(dice.randrange(3))]
    return tuple(PortRange(first, min(65535, first + dice.choice((0, 0, 1, 50, 1000)))) for first in firsts)


def maybe(dice: random.Random, value: Any, *, doubt: float = 0.06) -> Any:
    """Everything, unknown, or the value."""
    return UNKNOWN if dice.random() < doubt else None if dice.random() < 0.45 else value


def a_rule(dice: random.Random, key: str) -> FilterRule:
    action = dice.choice((Action.ACCEPT, Action.ACCEPT, Action.DROP, Action.DROP, Action.REJECT, Action.NEXT))
    named = dice.choices(("", "destinations", "narrow"), (0.9, 0.05, 0.05))[0]
    built = rule(
        key,
        UNKNOWN if dice.random() < 0.05 else action,
        entering=maybe(dice, frozenset(dice.sample(INTERFACES, dice.randrange(3)))),
        leaving=maybe(dice, frozenset(dice.sample(INTERFACES, dice.randrange(1, 3)))),
        sources=maybe(dice, networks(dice, SOURCES)),
        destinations=UNKNOWN if named == "destinations" else maybe(dice, networks(dice, DESTINATIONS)),
        protocols=maybe(dice, frozenset(dice.sample(PROTOCOLS, dice.randrange(1, 3)))),
        destination_ports=maybe(dice, ranges(dice)),
        narrow=UNKNOWN if named == "narrow" else maybe(dice, dice.random() < 0.1) or False,
    )
    return replace(built, destination_names=frozenset(dice.sample(NAMES, 1) if named else ()))


def a_filter(dice: random.Random) -> Filter:
    rules = tuple(a_rule(dice, f"r{number}") for number in range(dice.randrange(1, 13)))
    default: Fact[Action] = UNKNOWN if dice.random() < 0.05 else said(dice.choice((Action.ACCEPT, Action.DROP)))
    return Filter("gw", "forward", Listed(rules, (UNKNOWN,) if dice.random() < 0.03 else ()), default)


# -- packets at the edges --------------------------------------------------------------------------------------


def edges(first: int, last: int, most: int) -> set[int]:
    return {number for number in (first - 1, first, last, last + 1) if 0 <= number <= most}


def addresses(dice: random.Random, facts: list[Any], among: tuple[IPv4Network, ...], count: int) -> list[IPv4Address]:
    """Addresses of the question, most of them at an edge of a network in the rules or of the question itself."""
    listed = [n for fact in facts if not isinstance(fact, Unknown) for n in fact.value or ()]
    near = {
        number
        for n in (*listed, *among)
        for number in edges(int(n.network_address), int(n.broadcast_address), 2**32 - 1)
    }
    usable = [IPv4Address(number) for number in sorted(near) if any(IPv4Address(number) in n for n in among)]
    anywhere = [n[dice.randrange(n.num_addresses)] for n in among for _ in range(3)]
    return [dice.choice(usable) if dice.random() < 0.8 else dice.choice(anywhere) for _ in range(count)]


def headers(dice: random.Random, filter_: Filter) -> Iterator[Header]:
    ports = {0, 65535, 443}
    for each in filter_.rules:
        if not isinstance(each.destination_ports, Unknown):
            ports |= {p for r in each.destination_ports.value or () for p in edges(r.first, r.last, 65535)}
    for _ in range(HEADERS):
        protocol = dice.choice(PROTOCOLS)
        port = None if protocol == "icmp" else dice.choice(sorted(ports))
        yield Header(
            dice.choice(INTERFACES),
            dice.choice((*INTERFACES, None)),
            protocol,
            port,
            dice.choice((*NAMES, "www.example.org", "")),
        )


def packets(dice: random.Random, filter_: Filter, header: Header) -> list[Packet]:
    count = PACKETS // HEADERS
    sources = addresses(dice, [each.sources for each in filter_.rules], SOURCES, count)
    destinations = addresses(dice, [each.destinations for each in filter_.rules], DESTINATIONS, count)
    return [Packet(header, *pair) for pair in zip(sources, destinations, strict=True)]


# -- the simulator ---------------------------------------------------------------------------------------------

Run: TypeAlias = tuple[Action, str]
"""What became of a packet, and the rule that said so ('' for the default)."""


def takes(each: FilterRule, packet: Packet) -> bool | None:
    """Whether a rule takes a packet; None: in some completions."""
    header, doubtful = packet.header, False
    named = header.host != "" and header.host in each.destination_names  # then its list of names is no doubt
    holds: dict[str, Callable[[Any], bool]] = {
        "entering": lambda names: header.entering in names,
        "leaving": lambda names: header.leaving is not None and header.leaving in names,
        "protocols": lambda names: header.protocol in names,
        "destination_ports": lambda some: any(header.port in range(r.first, r.last + 1) for r in some),
        "sources": lambda some: any(packet.source in network for network in some),
        "destinations": lambda some: any(packet.destination in network for network in some),
    }
    for name, held in holds.items():
        fact: Fact[Any] = getattr(each, name)
        if isinstance(fact, Unknown):
            doubtful |= not (named and name == "destinations")
        elif fact.value is not None and not held(fact.value):
            return False
    narrow = not named if isinstance(each.narrow, Unknown) else each.narrow.value
    return None if doubtful or narrow else True


def runs(filter_: Filter, packet: Packet) -> set[Run]:
    """Every way that a packet can go, one for each completion of what is not known."""
    found: set[Run] = set()
    if filter_.rules.holes:
        found |= {(Action.ACCEPT, ""), (Action.DROP, "")}
    for each in filter_.rules:
        taken = takes(each, packet)
        if taken is False:
            continue
        if isinstance(each.action, Unknown):
            found |= {(Action.ACCEPT, each.key), (Action.DROP, each.key)}  # or it goes on
            continue
        if each.action.value is Action.NEXT:
            continue
        found.add((each.action.value, each.key))
        if taken:
            return found
    if isinstance(filter_.default, Unknown):
        return found | {(Action.ACCEPT, ""), (Action.DROP, "")}
    return found | {(filter_.default.value, "")}


# -- both together ---------------------------------------------------------------------------------------------


def asked(header: Header) -> Question:
    sources, destinations = (
        tuple((int(n.network_address), int(n.broadcast_address)) for n in among) for among in (SOURCES, DESTINATIONS)
    )
    way = header.entering, header.leaving
    return Question(*way, sources, destinations, header.protocol, header.port, host=header.host)


def box_of(outcome: Outcome, packet: Packet) -> Box:
    """The one box that a packet belongs to."""
    source, destination = int(packet.source), int(packet.destination)
    found = [
        box
        for box in outcome.boxes
        for first, last in box.sources
        for low, high in box.destinations
        if first <= source <= last and low <= destination <= high
    ]
    assert len(found) == 1, (packet, outcome)
    return found[0]


def agrees(filter_: Filter, outcome: Outcome, packet: Packet) -> bool | None:
    """Check what the box of a packet says of it; returns whether it passes, None if that is undecided."""
    box, possible = box_of(outcome, packet), runs(filter_, packet)
    fates = {action.blocks for action, _ in possible}
    shown = packet, box, possible, filter_
    assert {action.blocks for action in box.actions} == fates, shown
    assert (box in outcome.blocked()) == (fates == {True}), shown
    assert (box in outcome.undecided()) == (len(fates) == 2), shown
    assert box.rules[-1] in {rule for _, rule in possible}, shown
    if len(fates) == 2:
        assert isinstance(explain((box,)), Unknown), shown
        return None
    assert box.actions == {action for action, _ in possible}, shown
    # What decides is what takes the packet in the end, whether or not something in doubt did the same before.
    ends = runs(without_doubts(filter_, packet), packet)
    assert {(box_action(explain((box,))), box.rules[-1])} == ends, shown
    return fates == {False}


def box_action(fact: Fact[Action]) -> Action:
    assert not isinstance(fact, Unknown)
    return fact.value


def without_doubts(filter_: Filter, packet: Packet) -> Filter:
    """Only what takes the packet for certain."""
    sure = tuple(e for e in filter_.rules if takes(e, packet) and not isinstance(e.action, Unknown))
    return replace(filter_, rules=Listed(sure))


@pytest.mark.parametrize("tenth", range(10))
def test_every_packet_fares_as_its_box_says(tenth: int) -> None:
    seen = {True: 0, False: 0, None: 0}
    for seed in range(tenth * SETS // 10, (tenth + 1) * SETS // 10):
        dice = random.Random(seed)
        filter_ = a_filter(dice)
        for header in headers(dice, filter_):
            outcome = evaluate(filter_, asked(header))
            assert not outcome.gave_up
            for packet in packets(dice, filter_, header):
                seen[agrees(filter_, outcome, packet)] += 1
    assert sum(seen.values()) == SETS * PACKETS // 10
    assert min(seen.values()) > PACKETS * SETS // 100, seen


def test_the_blocked_subset_is_that_of_the_simulator() -> None:
    """Every single address of small networks: no packet is blocked outside of the boxes that are called blocked."""
    for seed in range(40):
        dice = random.Random(f"whole {seed}")
        filter_ = a_filter(dice)
        header = next(headers(dice, filter_))
        outcome = evaluate(filter_, asked(header))
        for last in range(256):
            agrees(filter_, outcome, Packet(header, SOURCES[0][last], DESTINATIONS[0][dice.randrange(256)]))
            agrees(filter_, outcome, Packet(header, SOURCES[0][dice.randrange(256)], DESTINATIONS[0][last]))
