"""The grammar of BIND's named.conf: statements of words and braced blocks, each ended by a semicolon.

Source: named.conf(5) and how `named-checkconf` 9.18 takes texts. Comments are `/* */`, `//` and `#`; a string in
double quotes ends on its line or not at all; `!` is a word of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """One word without its quotes; `start`..`end` with them."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in braces; `start`..`end` with them, `last` is the line of the closing one."""

    statements: tuple["Statement", ...]
    start: int
    end: int
    last: int


Part: TypeAlias = Word | Block


@dataclass(frozen=True, slots=True)
class Statement:
    """Words and blocks up to a semicolon; `start`..`end` with it."""

    parts: tuple[Part, ...]
    start: int
    end: int
    first: int
    last: int

    @property
    def keyword(self) -> str:
        """The first word in lower case, '' if there is none: BIND does not mind the case."""
        first = self.parts[0]
        return first.text.lower() if isinstance(first, Word) else ""

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(part for part in self.parts if isinstance(part, Block))


@dataclass(frozen=True, slots=True)
class Stray:
    """What BIND does not take: an unpaired brace, a string without an end, a statement without a semicolon."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text taken apart; what is in none of these is blank."""

    text: str
    statements: tuple[Statement, ...]
    comments: tuple[tuple[int, int, int], ...]
    """Start, end and first line."""
    strays: tuple[Stray, ...]


_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\f\v]+)|(?P<newline>\n)
    |(?P<comment>\#[^\n]*+|//[^\n]*+|/\*(?>(?:[^*]|\*(?!/))*)\*/)
    |(?P<unclosed>/\*)
    |"(?P<string>(?>(?:[^"\\\n]|\\[^\n])*))"
    |(?P<mark>[{};!])|(?P<word>(?>(?:[^\s{};"!/]|/(?![/*]))+))|(?P<other>"[^\n]*+|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Open:
    """A block whose closing brace has not come yet, and the statement that is being read in it."""

    start: int
    line: int
    statements: list[Statement] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def parse(text: str) -> Document:
    """Take a text apart. Never raises; what cannot be read is among the strays."""
    comments: list[tuple[int, int, int]] = []
    strays: list[Stray] = []
    stack = [_Open(0, 1)]
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # `other` takes any character
        start, position = position, match.end()
        kind = match.lastgroup
        match kind, match[0]:
            case "blank", _:
                pass
            case "newline", _:
                line += 1
            case "comment", found:
                comments.append((start, position, line))
                line += found.count("\n")
            case "unclosed", _:
                strays.append(Stray(start, len(text), line))
                position = len(text)
            case "mark", ("{" | "}" | ";") as mark:
                _mark(mark, start, line, stack, strays)
            case "other", _:
                strays.append(Stray(start, position, line))
            case _, found:
                word = match["string"] if kind == "string" else found
                stack[-1].parts.append(Word(word, start, position, line))
    while len(stack) > 1:
        level = stack.pop()
        strays.append(Stray(level.start, level.start + 1, level.line))
        _unfinished(level, strays)
        stack[-1].parts.append(Block(tuple(level.statements), level.start, len(text), line))
    _unfinished(stack[0], strays)
    return Document(text, tuple(stack[0].statements), tuple(comments), tuple(strays))


def _mark(mark: str, start: int, line: int, stack: list[_Open], strays: list[Stray]) -> None:
    """Open a block, close one, or end a statement."""
    level = stack[-1]
    if mark == "{":
        stack.append(_Open(start, line))
    elif mark == "}" and len(stack) > 1:
        _unfinished(level, strays)
        stack.pop()
        stack[-1].parts.append(Block(tuple(level.statements), level.start, start + 1, line))
    elif mark == ";" and level.parts:
        level.statements.append(_statement(level, start + 1, line))
    else:
        strays.append(Stray(start, start + 1, line))


def _statement(level: _Open, end: int, line: int) -> Statement:
    first = level.parts[0]
    begin = first.line if isinstance(first, Word) else _first_line(first)
    statement = Statement(tuple(level.parts), first.start, end, begin, line)
    level.parts.clear()
    return statement


def _first_line(block: Block) -> int:
    return block.statements[0].first if block.statements else block.last


def _unfinished(level: _Open, strays: list[Stray]) -> None:
    """Words without a semicolon: kept as a statement, so that nothing is lost, and as a stray."""
    if level.parts:
        last = level.parts[-1]
        line = last.line if isinstance(last, Word) else last.last
        statement = _statement(level, last.end, line)
        strays.append(Stray(statement.start, statement.end, statement.first))
        level.statements.append(statement)


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements with those in their blocks, in the order of the text."""
    waiting = list(reversed(statements))
    while waiting:
        statement = waiting.pop()
        yield statement
        for block in reversed(statement.blocks):
            waiting.extend(reversed(block.statements))
