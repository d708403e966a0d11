"""Sets of packets as boxes: each dimension holds some of its values, or all (None). Exact, without samples."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

Names: TypeAlias = frozenset[str] | None
Numbers: TypeAlias = tuple[tuple[int, int], ...] | None

ADDRESSES = ((0, 2**32 - 1),)
PORTS = ((0, 65535),)


@dataclass(frozen=True, slots=True)
class Box:
    """Packets by interfaces, addresses, protocol and port of the service; None is everything."""

    entering: Names = None
    leaving: Names = None
    sources: Numbers = None
    destinations: Numbers = None
    protocols: Names = None
    ports: Numbers = None

    def mirrored(self) -> "Box":
        """The packets of the other direction; the port stays that of the service."""
        return Box(self.leaving, self.entering, self.destinations, self.sources, self.protocols, self.ports)


@dataclass(frozen=True, slots=True)
class Universe:
    """All names that there are, for what is everything but some of them."""

    interfaces: frozenset[str]
    protocols: frozenset[str]


ALL = Box()
_NO_NAMES: frozenset[str] = frozenset()
_FIELDS = tuple(field.name for field in fields(Box))
_WHOLE: dict[str, tuple[tuple[int, int], ...]] = {"sources": ADDRESSES, "destinations": ADDRESSES, "ports": PORTS}


def merged(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Put intervals in order and join what touches."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        elif low <= high:
            found.append((low, high))
    return tuple(found)


def clipped(one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """What two ordered lists of intervals have in common."""
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(one) and j < len(other):
        low, high = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if low <= high:
            found.append((low, high))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def inverted(some: tuple[tuple[int, int], ...], whole: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """What of the whole is not in ordered intervals."""
    gaps: list[tuple[int, int]] = []
    at = whole[0][0]
    for low, high in some:
        if low > at:
            gaps.append((at, low - 1))
        at = max(at, high + 1)
    if at <= whole[-1][1]:
        gaps.append((at, whole[-1][1]))
    return clipped(tuple(gaps), whole)


def both(one: Box, other: Box) -> Box | None:
    """What two boxes have in common, None if that is nothing."""
    if one is ALL or one is other:
        return other
    if other is ALL:
        return one
    # Field by field, the narrowest ones first: this is asked far more often than anything else.
    entering = _common(one.entering, other.entering)
    leaving = _common(one.leaving, other.leaving)
    protocols = _common(one.protocols, other.protocols)
    if _NO_NAMES in (entering, leaving, protocols):
        return None
    ports = _overlap(one.ports, other.ports)
    sources = _overlap(one.sources, other.sources)
    destinations = _overlap(one.destinations, other.destinations)
    if () in (ports, sources, destinations):
        return None
    return Box(entering, leaving, sources, destinations, protocols, ports)


def _common(one: Names, other: Names) -> Names:
    return other if one is None else one if other is None else one & other


def _overlap(one: Numbers, other: Numbers) -> Numbers:
    return other if one is None else one if other is None else clipped(one, other)


def without(box: Box, other: Box, universe: Universe) -> list[Box]:
    """The parts of a box outside of another one; they do not overlap."""
    inside = both(box, other)
    if inside is None:
        return [box]
    parts: list[Box] = []
    for name in _FIELDS:
        theirs, mine = getattr(other, name), getattr(box, name)
        if theirs is None:
            continue
        if isinstance(theirs, frozenset):
            whole = universe.protocols if name == "protocols" else universe.interfaces
            rest: Any = (whole if mine is None else mine) - theirs
        else:
            rest = inverted(theirs, _WHOLE[name])
            rest = rest if mine is None else clipped(mine, rest)
        if rest:
            parts.append(replace(box, **{name: rest}))
        box = replace(box, **{name: getattr(inside, name)})
    return parts
