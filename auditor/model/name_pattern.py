"""Names that a POSIX regular expression matches, decided in linear time.

Devices say that they take POSIX expressions and not always of which kind. Where the basic and the extended reading of
an expression agree on a name, that is certain; otherwise the name is in doubt.
Source: POSIX.1-2017, volume "Base Definitions", chapter 9.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

_LONGEST = 200
_DEEPEST = 20
_IN_NAMES = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


@dataclass(frozen=True, slots=True)
class NamePattern:
    """Names that an expression certainly matches, or (`doubtful`) those of which that is not known."""

    expression: str
    doubtful: bool = False

    def covers(self, name: str) -> bool:
        """Say whether a name is one of these; small and capital letters are one, and so is a dot at its end."""
        name = name.lower().rstrip(".")
        basic, extended = (_finds(self.expression, extended, name) for extended in (False, True))
        if basic is None or extended is None:
            return self.doubtful
        return basic != extended if self.doubtful else basic and extended

    def may_cover_below(self, domain: str) -> bool:
        """Say whether names below a domain may be ones that the expression matches, however it is read.

        What it would find in the names below any domain, such as `^ads` or `.*banner.*`, is not about this one.
        """
        suffix = f".{domain.lower().rstrip('.')}"
        return any(_finds(self.expression, extended, suffix, below=True) is not False for extended in (False, True))


@dataclass(frozen=True, slots=True)
class _Letters:
    """One character: one of these, or (`other`) any but these."""

    letters: frozenset[str]
    other: bool = False


@dataclass(frozen=True, slots=True)
class _Edge:
    """The beginning of the name, or its end."""

    end: bool


@dataclass(frozen=True, slots=True)
class _Repeated:
    part: "_Part"
    least: int
    once: bool


@dataclass(frozen=True, slots=True)
class _Either:
    """Any of these sequences."""

    sequences: tuple[tuple["_Part", ...], ...]


_Part: TypeAlias = _Letters | _Edge | _Repeated | _Either


class _UnreadableError(Exception):
    """What is not read here: intervals, back references, classes by name, what only GNU knows."""


@dataclass(slots=True)
class _Parser:
    text: str
    extended: bool
    at: int = 0

    def either(self, depth: int) -> _Either:
        if depth > _DEEPEST:
            raise _UnreadableError
        found = [self.sequence(depth)]
        while self.extended and self.text.startswith("|", self.at):
            self.at += 1
            found.append(self.sequence(depth))
        return _Either(tuple(found))

    def sequence(self, depth: int) -> tuple[_Part, ...]:
        parts: list[_Part] = []
        while self.at < len(self.text) and not (self.extended and self.text[self.at] in "|)"):
            letter = self.text[self.at]
            # At the beginning of a basic expression a star is a star.
            leading = not self.extended and all(isinstance(part, _Edge) for part in parts)
            if letter in ("*+?{" if self.extended else "*") and not leading:
                parts[-1:] = [self.repeated(letter, parts)]
            else:
                parts.append(self.one(letter, depth))
        return tuple(parts)

    def repeated(self, letter: str, parts: list[_Part]) -> _Part:
        if letter == "{" or not parts or isinstance(parts[-1], _Edge | _Repeated):
            raise _UnreadableError
        self.at += 1
        return _Repeated(parts[-1], least=1 if letter == "+" else 0, once=letter == "?")

    def one(self, letter: str, depth: int) -> _Part:
        start, self.at = self.at, self.at + 1
        if letter == "^" and (self.extended or start == 0):
            return _Edge(end=False)
        if letter == "$" and (self.extended or self.at == len(self.text)):
            return _Edge(end=True)
        if letter == ".":
            return _Letters(frozenset(), other=True)
        if letter == "[":
            return self.bracket()
        if letter == "(" and self.extended:
            inner = self.either(depth + 1)
            if not self.text.startswith(")", self.at):
                raise _UnreadableError
            self.at += 1
            return inner
        if letter == "\\":
            letter = self.text[self.at : self.at + 1]
            self.at += 1
            if letter not in set(".*[]^$\\/-") and not (self.extended and letter and letter in "+?(){}|"):
                raise _UnreadableError
        return _Letters(frozenset(letter))

    def bracket(self) -> _Part:
        other = self.text.startswith("^", self.at)
        self.at += other
        end = self.text.find("]", self.at + 1)
        inside = self.text[self.at : end]
        if end < 0 or "[" in inside or "\\" in inside:
            raise _UnreadableError
        self.at = end + 1
        letters: set[str] = set()
        while inside:
            if len(inside) > 2 and inside[1] == "-":
                first, last = ord(inside[0]), ord(inside[2])
                if last < first or last > 0x7F:
                    raise _UnreadableError
                letters |= {chr(code) for code in range(first, last + 1)}
                inside = inside[3:]
            else:
                letters.add(inside[0])
                inside = inside[1:]
        return _Letters(frozenset(letters), other)


@dataclass(slots=True)
class _Program:
    """States: what each asks for (None: nothing), and the states behind it. State 0 is the match.

    `needed` are letters that stand in every name that matches.
    """

    asks: list[_Letters | _Edge | None] = field(default_factory=lambda: [None])
    behind: list[tuple[int, ...]] = field(default_factory=lambda: [()])
    start: int = 0
    needed: str = ""
    _reached: dict[tuple[int, bool, bool], frozenset[int]] = field(default_factory=dict)

    def add(self, asks: _Letters | _Edge | None, *behind: int) -> int:
        self.asks.append(asks)
        self.behind.append(behind)
        return len(self.asks) - 1

    def lead(self, part: _Part, to: int) -> int:
        """The state at which a part begins that leads to another state."""
        match part:
            case _Letters() | _Edge():
                return self.add(part, to)
            case _Either(sequences):
                return self.add(None, *(self.through(sequence, to) for sequence in sequences))
            case _Repeated(inner, least, once):
                if once:
                    return self.add(None, self.lead(inner, to), to)
                again = self.add(None, to)
                begin = self.lead(inner, again)
                self.behind[again] = (begin, to)
                return begin if least else again

    def through(self, sequence: tuple[_Part, ...], to: int) -> int:
        for part in reversed(sequence):
            to = self.lead(part, to)
        return to

    def reached(self, state: int, *, first: bool, last: bool) -> frozenset[int]:
        """The states that wait for a character, and the match, that are reached from one without a character."""
        key = (state, first, last)
        if key not in self._reached:
            seen: set[int] = set()
            waiting = [state]
            while waiting:
                each = waiting.pop()
                if each in seen:
                    continue
                seen.add(each)
                asks = self.asks[each]
                if asks is None or (isinstance(asks, _Edge) and (last if asks.end else first)):
                    waiting += self.behind[each]
            self._reached[key] = frozenset(each for each in seen if not each or isinstance(self.asks[each], _Letters))
        return self._reached[key]

    def taking(self, states: Iterable[int], letters: frozenset[str]) -> Iterator[int]:
        """The states behind those that take one of these letters."""
        for state in states:
            asks = self.asks[state]
            if isinstance(asks, _Letters) and (letters - asks.letters if asks.other else letters & asks.letters):
                yield from self.behind[state]

    def onward(self, states: Iterable[int]) -> set[int]:
        """The states that are reached from these inside a name, but for those by which something is found already."""
        reached = (self.reached(state, first=False, last=False) for state in states)
        return {each for states in reached if 0 not in states for each in states}

    def below(self) -> set[int]:
        """States behind any beginning of a name by which nothing is found yet."""
        at_first = self.reached(self.start, first=True, last=False)
        found: set[int] = set()
        waiting = self.onward([self.start]) | (set() if 0 in at_first else at_first)
        while waiting:
            found |= waiting
            waiting = self.onward(self.taking(waiting, _IN_NAMES)) - found
        return found


@lru_cache(maxsize=4096)
def _program(expression: str, extended: bool) -> _Program | None:
    if len(expression) > _LONGEST:
        return None
    parser = _Parser(expression, extended)
    try:
        part = parser.either(0)
    except _UnreadableError:
        return None
    if parser.at < len(expression):
        return None
    program = _Program(needed=_needed(part))
    program.start = program.lead(part, 0)
    return program


def _needed(part: _Either) -> str:
    """The longest run of letters that a name must hold to match."""
    if len(part.sequences) != 1:
        return ""
    runs = [""]
    for each in part.sequences[0]:
        if isinstance(each, _Letters) and len(each.letters) == 1 and not each.other:
            runs[-1] += next(iter(each.letters))
        else:
            runs.append("")
    return max(runs, key=len)


@lru_cache(maxsize=65536)
def _finds(expression: str, extended: bool, name: str, *, below: bool = False) -> bool | None:
    """Say whether an expression finds something in a name; None if it is not read this way.

    `below`: anything may stand before the name, and what is found ends in it, behind its second character: `.s`.
    """
    program = _program(expression, extended)
    if program is None:
        return None
    if not below and program.needed not in name:
        return False
    if below:
        behind = set(program.taking(program.below(), frozenset(name[0])))
        current = program.onward([*behind, program.start])
        behind, begin = set(program.taking(current, frozenset(name[1:2]))), 2
    else:
        behind, begin = set(), 0
    for at in range(begin, len(name) + 1):
        ends = {"first": not below and at == 0, "last": at == len(name)}
        current = {each for state in (*behind, program.start) for each in program.reached(state, **ends)}
        if 0 in current:
            return True
        behind = set(program.taking(current, frozenset(name[at : at + 1])))
    return False
