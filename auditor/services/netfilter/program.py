"""Chains with jumps as one ordered list: each rule with the exact packets that get to it.

`return` and `goto` take packets out of the rest of a chain. What a rule decides is closed by the order of the list,
so only they need sets to be cut.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from auditor.model import Action, Span
from auditor.services.netfilter.boxes import ALL, Universe, both, without
from auditor.services.netfilter.conditions import Clause

_DEEPEST = 32
_MOST_ENTRIES = 20_000
_MOST_PARTS = 512


@dataclass(frozen=True, slots=True)
class Nat:
    """`masquerade snat dnat redirect tproxy`, with first and last address and port; `clear`: they are known."""

    kind: str
    address: str = ""
    last: str = ""
    port: int | None = None
    clear: bool = True


@dataclass(frozen=True, slots=True)
class Jump:
    """Packets go to another chain; `back`: they come back if nothing decides there."""

    chain: str
    back: bool


class Return:
    """The rest of this chain is not asked."""


class Undecided:
    """Something that is not known happens to the packets, perhaps nothing."""


Does: TypeAlias = Action | Nat | Jump | Return | Undecided


@dataclass(frozen=True, slots=True)
class Source:
    """The rule behind a step: its key within its chain, its text for people, its lines."""

    chain: str
    key: str
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Packets of any of these clauses get this."""

    clauses: tuple[Clause, ...]
    does: Does
    source: Source


class Steps:
    """The steps of one chain, each made when somebody first asks for it: most packets leave a chain early."""

    __slots__ = ("_made", "_more")

    def __init__(self, more: Iterable[Step]) -> None:
        self._made: list[Step] = []
        self._more = iter(more)

    def __iter__(self) -> Iterator[Step]:
        at = 0
        while True:
            if at == len(self._made):
                step = next(self._more, None)
                if step is None:
                    return
                self._made.append(step)
            yield self._made[at]
            at += 1


Chains: TypeAlias = Mapping[str, Steps]
"""The chains of a table by their names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of a flat list. `via` are the jumps that lead to it."""

    clause: Clause
    does: Action | Nat | Undecided
    source: Source
    via: tuple[Source, ...] = ()


@dataclass(slots=True)
class Flat:
    """A chain without jumps; `trouble` says why it is not whole, '' if it is."""

    entries: list[Entry] = field(default_factory=list)
    trouble: str = ""


def flatten(chains: Chains, chain: str, universe: Universe) -> Flat:
    """Follow all jumps from a base chain."""
    flat = Flat()
    _walk(flat, chains, chain, [Clause()], universe, ())
    return flat


def _walk(
    flat: Flat,
    chains: Chains,
    chain: str,
    current: list[Clause],
    universe: Universe,
    via: tuple[Source, ...],
) -> None:
    if chain not in chains or len(via) > _DEEPEST:
        flat.trouble = flat.trouble or f"chain {chain} is not known"
        return
    for step in chains[chain]:
        if flat.trouble or not current:
            return
        inside = list(_inside(current, step.clauses))
        if not inside:
            continue
        if isinstance(step.does, Jump):
            _walk(flat, chains, step.does.chain, inside, universe, (*via, step.source))
        elif not isinstance(step.does, Return):
            flat.entries += (Entry(clause, step.does, step.source, via) for clause in inside)
        leaves = isinstance(step.does, Return) or (isinstance(step.does, Jump) and not step.does.back)
        decided = isinstance(step.does, (Action, Nat)) and any(c.box == ALL and not c.doubt for c in step.clauses)
        if leaves or decided:
            current = _outside(current, step.clauses, universe)
        if len(current) > _MOST_PARTS or len(flat.entries) > _MOST_ENTRIES:
            flat.trouble = f"chain {chain} splits packets into too many parts"


def _inside(current: list[Clause], clauses: tuple[Clause, ...]) -> Iterator[Clause]:
    for one in current:
        for other in clauses:
            box = both(one.box, other.box)
            if box is not None:
                yield one.within(box, other)


def _outside(current: list[Clause], clauses: tuple[Clause, ...], universe: Universe) -> list[Clause]:
    """What goes on in a chain if some packets leave it; those that may leave it go on in doubt."""
    for clause in clauses:
        rest: list[Clause] = []
        for one in current:
            inside = both(one.box, clause.box)
            if inside is None:
                rest.append(one)
                continue
            rest += (Clause(part, one.doubt) for part in without(one.box, clause.box, universe))
            if clause.doubt:
                rest.append(Clause(inside, one.doubt or clause.doubt))
        current = rest
        if len(current) > _MOST_PARTS:
            break
    return current


@dataclass(frozen=True, slots=True)
class Lost:
    """Packets that do not pass, or may not; `source` None: by the policy."""

    clause: Clause
    source: Source | None


def lost(entries: list[Entry], policy: Action, universe: Universe) -> tuple[Lost, ...] | None:
    """Packets that a flat chain does not certainly accept; None if that has too many parts."""
    remaining = [Clause()]
    found: list[Lost] = []
    for entry in entries:
        rest: list[Clause] = []
        blocks = isinstance(entry.does, Undecided) or (isinstance(entry.does, Action) and entry.does.blocks)
        sure = not entry.clause.doubt and not isinstance(entry.does, Undecided)
        for one in remaining:
            inside = both(one.box, entry.clause.box)
            if inside is None:
                rest.append(one)
                continue
            doubt = one.doubt or entry.clause.doubt or ("" if sure else "what a rule does is not known")
            if blocks:
                found.append(Lost(Clause(inside, doubt), entry.source))
            if sure:
                rest += (Clause(part, one.doubt) for part in without(one.box, inside, universe))
            elif one.doubt:
                rest.append(one)
            else:
                rest += (Clause(part) for part in without(one.box, inside, universe))
                rest.append(Clause(inside, doubt))
        remaining = rest
        if len(remaining) > _MOST_PARTS or len(found) > _MOST_PARTS:
            return None
        if not remaining:
            break
    if policy.blocks:
        found += (Lost(one, None) for one in remaining)
    return tuple(found)
