"""Sets of addresses as ordered intervals of numbers, neither of which overlaps or touches the next."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]
Intervals: TypeAlias = tuple[Interval, ...]


def interval(network: IPv4Network) -> Interval:
    """First and last address of a network, as numbers."""
    return int(network.network_address), int(network.broadcast_address)


def merged(intervals: Iterable[Interval]) -> Intervals:
    """Put intervals in order, and join those that overlap or touch."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def covered(wanted: Intervals, parts: Iterable[Interval]) -> bool:
    """Whether parts hold all of the intervals that are wanted."""
    whole = merged(parts)
    return all(any(low <= first and last <= high for low, high in whole) for first, last in wanted)


def clipped(wholes: Intervals, members: Intervals | None) -> tuple[Intervals, Intervals]:
    """The parts of ordered intervals inside and outside of ordered members; members of None are everything.

    Intervals before the first member and behind the last one are not looked at one by one.
    """
    if members is None:
        return wholes, ()
    if not members:
        return (), wholes
    begin = bisect_left(wholes, (members[0][0],))
    if begin and wholes[begin - 1][1] >= members[0][0]:
        begin -= 1
    end = bisect_left(wholes, (members[-1][1] + 1,), begin)
    if begin == end:
        return (), wholes
    inside: list[Interval] = []
    outside: list[Interval] = []
    for whole in wholes[begin:end]:
        _clip(whole, members, inside, outside)
    if not outside and begin == 0 and end == len(wholes):
        return wholes, ()
    return tuple(inside), (*wholes[:begin], *outside, *wholes[end:])


def _clip(whole: Interval, members: Intervals, inside: list[Interval], outside: list[Interval]) -> None:
    """Add the parts of one interval that lie inside and outside of ordered members."""
    low, end = whole
    at = max(bisect_right(members, (low,)) - 1, 0)
    while at < len(members):
        first, last = members[at]
        at += 1
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
