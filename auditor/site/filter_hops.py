"""Packet filters on the way of a question, as hops that name the rule that decides."""

from collections.abc import Iterator
from ipaddress import IPv4Address, summarize_address_range
from itertools import islice, product
from typing import Any

from auditor.model import Device, Fact, Filter, Unknown, spans_of
from auditor.site.filters import Box, Interval, Outcome, Question, concern, evaluate, explain, shut_in
from auditor.site.hops import Hop, HopKind, Passage


def filter_hops(
    device: Device, question: Question, filters: tuple[Filter, ...], kind: HopKind = HopKind.FILTER
) -> list[Hop]:
    """Ask each filter on the way; the hop names the rule that decides for the part that is blocked or unknown."""
    return [hop for filter_ in filters for hop in _filter_hop(device, question, filter_, kind)]


def _filter_hop(device: Device, question: Question, filter_: Filter, kind: HopKind) -> Iterator[Hop]:
    outcome = evaluate(filter_, question)
    passage, boxes = Passage.UNKNOWN, tuple[Box, ...]()
    if outcome.gave_up:
        why = "the packet filter cuts this question into too many parts"
        fact: Fact[Any] = Unknown(why, settle="check by hand from a POS")
    else:
        passage, boxes = _worst(outcome)
        if not boxes:
            return
        fact = explain(boxes)
        if passage is Passage.BLOCKED and not concern(boxes, question):
            passage, fact = Passage.UNKNOWN, _some(boxes, fact)
    yield Hop(
        kind,
        device.name,
        filter_.key,
        passage,
        fact,
        question.entering,
        question.leaving or "",
        boxes[0].rules[-1] if boxes and boxes[0].rules else "",
        "" if len(boxes) == len(outcome.boxes) else ", ".join(_words(*pair) for pair in islice(_pairs(boxes), 4)),
        _size(boxes) / _size(outcome.boxes) if boxes else 1.0,
        passage is Passage.BLOCKED and shut_in(boxes, question),
    )


def _some(boxes: tuple[Box, ...], fact: Fact[Any]) -> Unknown:
    """Say that only some clients are stopped, and that they may be ours."""
    shown = ", ".join(dict.fromkeys(_range(*source) for source, _ in islice(_pairs(boxes), 4)))
    settle = "declare mac or ip of every device in the inventory, and reserve their addresses"
    return Unknown(f"{shown} is blocked, and may be among the addresses of these devices", spans_of(fact), settle)


def _worst(outcome: Outcome) -> tuple[Passage, tuple[Box, ...]]:
    """What becomes of the question as a whole, and the boxes that make it so."""
    if blocked := outcome.blocked():
        return Passage.BLOCKED, blocked
    if undecided := outcome.undecided():
        return Passage.UNKNOWN, undecided
    return Passage.OPEN, outcome.boxes


def _size(boxes: tuple[Box, ...]) -> int:
    """How many pairs of addresses boxes hold."""
    return sum(_count(box.sources) * _count(box.destinations) for box in boxes)


def _count(intervals: tuple[Interval, ...]) -> int:
    return sum(last - first + 1 for first, last in intervals)


def _pairs(boxes: tuple[Box, ...]) -> Iterator[tuple[Interval, Interval]]:
    return (pair for box in boxes for pair in product(box.sources, box.destinations))


def _words(source: Interval, destination: Interval) -> str:
    """Name a pair of intervals as networks: `192.168.30.0/24 to 192.168.20.0/24`."""
    return f"{_range(*source)} to {_range(*destination)}"


def _range(low: int, high: int) -> str:
    networks = list(summarize_address_range(IPv4Address(low), IPv4Address(high)))
    return str(networks[0]) if len(networks) == 1 else f"{IPv4Address(low)}-{IPv4Address(high)}"
