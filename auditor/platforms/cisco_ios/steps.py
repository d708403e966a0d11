"""What a change is on the command line of IOS: lines in a block, what must be shut meanwhile, and what to look at.

Heads of blocks are entered as the running configuration writes them, and left by `exit`, so that no line is taken by
the block before it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from auditor.platforms.cisco_ios.shell import pattern
from auditor.syntax.ios_operations import Path

_PORT = re.compile(r"interface [A-Za-z0-9][A-Za-z0-9/.:-]*")


@dataclass(frozen=True, slots=True)
class Guard:
    """What must be shut while a block is changed. `answer` is typed after `down`, where that asks back."""

    heads: Path
    down: str
    up: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that a read shows: lines that begin with some words, before and after the change; () for none."""

    asked: str
    about: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Lines in one block, and the lines that take them back."""

    heads: Path
    lines: tuple[str, ...]
    back: tuple[str, ...]
    looks: tuple[Look, ...]
    guard: Guard | None = None

    @property
    def apply(self) -> tuple[str, ...]:
        """The lines to enter in configuration mode."""
        return tuple(self._entered(self.lines))

    @property
    def undo(self) -> tuple[str, ...]:
        """The lines that lead back."""
        return tuple(self._entered(self.back))

    def _entered(self, lines: tuple[str, ...]) -> Iterator[str]:
        guard = self.guard
        if guard is None:
            yield from (*self.heads, *lines, *_left(self.heads))
            return
        down = (guard.down, guard.answer) if guard.answer else (guard.down,)
        if guard.heads == self.heads:
            yield from (*self.heads, *down, *lines, guard.up, *_left(self.heads))
            return
        yield from (*guard.heads, *down, *_left(guard.heads), *self.heads, *lines, *_left(self.heads))
        yield from (*guard.heads, guard.up, *_left(guard.heads))


def _left(heads: Path) -> tuple[str, ...]:
    return ("exit",) * len(heads)


def joined(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps in order; those that follow each other in one block, behind one guard, are one."""
    found: list[Step] = []
    for step in steps:
        last = found[-1] if found else None
        if last is not None and (last.heads, last.guard) == (step.heads, step.guard):
            both = {look.asked + look.about: look for look in (*last.looks, *step.looks)}
            merged = replace(last, lines=(*last.lines, *step.lines), back=(*step.back, *last.back))
            found[-1] = replace(merged, looks=tuple(both.values()))
        else:
            found.append(step)
    return tuple(found)


def read_of(path: Path, words: str) -> str:
    """The command that shows a block, or lines of the top level."""
    if not path:
        return f"show running-config | include ^{pattern(words)}"
    head = path[0]
    if _PORT.fullmatch(head):
        return f"show running-config {head}"
    return f"show running-config | section ^{pattern(head)}"
