"""Which device is next: the first one, in the order of sites, that nothing it goes through holds back.

Sites come in the order in which their first device was added, and a site that has begun goes before all later ones, so
that sites complete early. A device that has to wait is put beside the place that is full, and is looked at again when
something ends there. So 2,000 devices behind one slow jump host cost nothing to those that do not go through it.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.collect.permits import Permits, Place, Sort
from auditor.collect.target import Target


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """A device whose turn comes; `order` is the number of its site and its own. Attempts count from 1."""

    order: tuple[int, int]
    target: Target = field(compare=False)
    places: tuple[Place, ...] = field(compare=False)
    attempt: int = field(default=1, compare=False)
    overloads: int = field(default=0, compare=False)  # attempts that failed because this machine was too busy


@dataclass(slots=True)
class Schedule:
    """Says which device may start; `under_way` is how many have."""

    under_way: int = 0
    _permits: Permits = field(default_factory=Permits)
    _ready: list[Turn] = field(default_factory=list)  # a heap
    _beside: dict[tuple[Sort, str], list[Turn]] = field(default_factory=dict)  # a heap for each full place

    def add(self, turn: Turn) -> None:
        """Let a device wait for its turn."""
        heapq.heappush(self._ready, turn)

    def next(self, most: int) -> Turn | None:
        """Return the device that starts now, its permits taken; None if none may, or if `most` are under way."""
        if self.under_way >= most:
            return None
        while self._ready:
            turn = heapq.heappop(self._ready)
            full = self._permits.full(turn.places)
            if full is None:
                self._permits.take(turn.places)
                self.under_way += 1
                return turn
            heapq.heappush(self._beside.setdefault((full.sort, full.name), []), turn)
            # What woke this one may have room still, so another one may use it.
            self._wake(turn.places, besides=full)
        return None

    def ended(self, turn: Turn) -> None:
        """Give back the permits of a device, and look again at one that waited for each of them."""
        self._permits.give(turn.places)
        self.under_way -= 1
        self._wake(turn.places)

    def _wake(self, places: tuple[Place, ...], besides: Place | None = None) -> None:
        for place in places:
            key = place.sort, place.name
            waiting = self._beside.get(key)
            if waiting and place != besides and self._permits.full((place,)) is None:
                heapq.heappush(self._ready, heapq.heappop(waiting))
                if not waiting:
                    del self._beside[key]


def in_order(targets: Iterable[tuple[Target, tuple[Place, ...]]]) -> list[Turn]:
    """Number devices by site, those that several sites share first, because many sites wait for them."""
    sites: dict[str, int] = {"": 0}
    return [
        Turn((sites.setdefault(target.site, len(sites)), number), target, through)
        for number, (target, through) in enumerate(targets)
    ]
