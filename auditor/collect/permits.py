"""Which limits a connection counts against: those of its address, its jump hosts, its site and the terminals."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from auditor.collect.target import Target
from auditor.inventory.reaching import AtOnce

TERMINALS = 50  # a thread drives each; more of them in one process are slower, not faster


class Sort(StrEnum):
    """What can bear only so many connections at the same time."""

    ADDRESS = "address"
    JUMP_HOST = "jump host"
    SITE = "site"
    TERMINALS = "terminals"


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that bears only `most` connections at the same time."""

    sort: Sort
    name: str
    most: int


def places(target: Target, at_once: AtOnce, *, terminal: bool) -> tuple[Place, ...]:
    """Everything that a connection to a device goes through, each with what it bears.

    An address behind jump hosts is another one than the same address without them: shops like to have the same
    numbers. A jump host is known by its address and not by its name, so that two names of one host share its limit.
    """
    written = [hop.strip().lower() for hop in (target.jump_host or "").split(",") if hop.strip()]
    way = [str(hop) for hop in target.path] or written
    address = f"{target.host.lower()} {target.port or ''} via {','.join(way)}"
    found = [Place(Sort.ADDRESS, address, at_once.address)]
    if target.site:
        found.append(Place(Sort.SITE, target.site, at_once.site))
    if target.path:
        hops = [(f"{hop.host.lower()} {hop.port or ''}", hop.at_once) for hop in target.path]
    else:
        hops = [(hop, None) for hop in written]
    found += [Place(Sort.JUMP_HOST, name, most or at_once.jump_host) for name, most in hops]
    if terminal:
        found.append(Place(Sort.TERMINALS, "", TERMINALS))
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class Permits:
    """Counts the connections of each place."""

    _taken: Counter[tuple[Sort, str]] = field(default_factory=Counter)

    def full(self, wanted: tuple[Place, ...]) -> Place | None:
        """Return the first place that bears no more, or None if all have room."""
        return next((place for place in wanted if self._taken[place.sort, place.name] >= max(place.most, 1)), None)

    def take(self, wanted: tuple[Place, ...]) -> None:
        """Count one connection more at each place."""
        self._taken.update((place.sort, place.name) for place in wanted)

    def give(self, taken: tuple[Place, ...]) -> None:
        """Count one connection less at each place; what is at rest is forgotten."""
        for place in taken:
            key = place.sort, place.name
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
