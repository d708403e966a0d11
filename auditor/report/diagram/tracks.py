"""Tracks: inside a network's bar, ways that would run over each other run one below the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field

HEAD, STEP, FOOT = 17.0, 9.0, 15.0
_APART = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a way along a bar, from `one` place to `other`; `up` says at which of them a device is, above it."""

    network: str
    way: int
    station: int
    one: float
    other: float
    up: tuple[bool, bool]


@dataclass(slots=True)
class Tracks:
    """The stretches of ways in one bar; each has a track of its own where another one is in its way."""

    _taken: list[list[tuple[float, float]]] = field(default_factory=list)
    _track: dict[tuple[int, int], int] = field(default_factory=dict)

    def lay(self, runs: Iterable[Run]) -> None:
        """Put runs between devices on top, those between clients below all others: few of them cross then."""
        for run in sorted(runs, key=_order):
            self._add(run, len(self._taken) if not any(run.up) else 0)

    def _add(self, run: Run, first: int) -> None:
        """Take the first track from a certain one on that is free between two places."""
        left, right = min(run.one, run.other), max(run.one, run.other)
        for number in range(first, len(self._taken)):
            if all(right + _APART <= begin or end + _APART <= left for begin, end in self._taken[number]):
                self._taken[number].append((left, right))
                self._track[run.way, run.station] = number
                return
        self._taken.append([(left, right)])
        self._track[run.way, run.station] = len(self._taken) - 1

    @property
    def used(self) -> bool:
        """Whether any way runs here."""
        return bool(self._taken)

    def height(self) -> float:
        """How high a bar is with these tracks."""
        return HEAD + FOOT + STEP * max(len(self._taken) - 1, 0)

    def offset(self, way: int, station: int) -> float:
        """Where a way runs, from the upper edge of the bar."""
        return HEAD + STEP * self._track[way, station]


def _order(run: Run) -> tuple[int, float, int]:
    """From a client on the left the leftmost run is the highest, from one on the right the rightmost."""
    if all(run.up) or not any(run.up):
        return (0 if all(run.up) else 2), 0.0, run.way
    below, above = (run.other, run.one) if run.up[0] else (run.one, run.other)
    return 1, below if below < above else -below, run.way
