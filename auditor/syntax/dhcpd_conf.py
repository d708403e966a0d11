"""Read the configuration of ISC dhcpd, and its lease file: statements, blocks, comments, with their places.

A statement is words up to `;`, or words and a block in braces. Lines mean nothing. Braces behind `=` or `of` are part
of a definition. Source: dhcpd.conf(5); isc-projects/dhcp common/conflex.c.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

_DEEPEST = 40
_TOKEN = re.compile(
    r"""(?P<blank>\s++|\#[^\n]*+)|(?P<mark>[{};])|(?P<string>"(?>(?:[^"\\]++|\\.)*)")|(?P<word>[,=]|[^\s{};,="\#]++)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number, comma, `=` or string; `text` is without quotes."""

    text: str
    start: int
    end: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file: offsets `start`..`end` (behind `;` or `}`), lines `first`..`last`.

    `block` is None if it has none; `opened` is the offset behind its `{`, `closed` that of its `}`.
    """

    file: str
    words: tuple[Word, ...]
    block: tuple["Statement", ...] | None
    start: int
    end: int
    first: int
    last: int
    opened: int = -1
    closed: int = -1

    @property
    def keyword(self) -> str:
        """The leading word, in small letters as dhcpd reads it."""
        return self.words[0].text.lower() if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words behind the first."""
        return tuple(word.text for word in self.words[1:])

    @property
    def head(self) -> int:
        """The last line of the words before the block."""
        return self.last if self.block is None else self.first


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a text cannot be read, and in which line."""

    why: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The statements of one file; with trouble, those before it."""

    statements: tuple[Statement, ...]
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class _Open:
    words: list[Word]
    statements: list[Statement]
    opened: int


def parse(file: str, text: str) -> Tree:
    """Read one file; never raises."""
    reader = _Reader(file, text)
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        why = "a string that does not end" if found is None else reader.take(found)
        if found is None or why:
            return reader.tree(why, position)
        position = found.end()
    return reader.end()


class _Reader:
    __slots__ = ("_current", "_file", "_lines", "_record", "_stack", "_text", "_words")

    def __init__(self, file: str, text: str) -> None:
        self._file, self._text = file, text
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._stack: list[_Open] = []
        self._current: list[Statement] = []
        self._words: list[Word] = []
        self._record = 0

    def take(self, found: re.Match[str]) -> str:
        """Take one token; return what is wrong with it, ''  if nothing is."""
        if found["blank"]:
            return ""
        mark = found["mark"] or ""
        if not mark or self._record or (mark == "{" and self._defines()):
            self._record += {"{": 1, "}": -1}.get(mark, 0)
            self._words.append(_word(found))
            return ""
        match mark:
            case ";":
                # A `;` by itself may stand behind the block of a key.
                if self._words:
                    self._finish(None, found.end())
                return ""
            case "{":
                return self._open(found.end())
            case _:
                return self._close(found.end())

    def _defines(self) -> bool:
        return bool(self._words) and not self._words[-1].quoted and self._words[-1].text in ("=", "of")

    def _open(self, position: int) -> str:
        if not self._words or len(self._stack) >= _DEEPEST:
            return "a block without a name, or too deep"
        self._stack.append(_Open(self._words, self._current, position))
        self._words, self._current = [], []
        return ""

    def _close(self, position: int) -> str:
        if self._words:
            return "no semicolon before the end of a block"
        if not self._stack:
            return "a brace that nothing opened"
        above, block = self._stack.pop(), tuple(self._current)
        self._words, self._current = above.words, above.statements
        self._finish(block, position, above.opened)
        return ""

    def _finish(self, block: tuple[Statement, ...] | None, end: int, opened: int = -1) -> None:
        start = self._words[0].start
        first, last = self._line(start), self._line(end - 1)
        closed = end - 1 if block is not None else -1
        words = tuple(self._words)
        self._current.append(Statement(self._file, words, block, start, end, first, last, opened, closed))
        self._words = []

    def end(self) -> Tree:
        """What was read once the text is over."""
        if self._words:
            return self.tree("no semicolon at the end", self._words[0].start)
        if self._stack:
            return self.tree("a block that is not closed", self._stack[-1].words[0].start)
        return Tree(tuple(self._current), None)

    def tree(self, why: str, position: int) -> Tree:
        """The statements before a place where the text cannot be read."""
        outer = self._stack[0].statements if self._stack else self._current
        return Tree(tuple(outer), Trouble(why, self._file, self._line(position)))

    def _line(self, position: int) -> int:
        return bisect_right(self._lines, position)


def _word(found: re.Match[str]) -> Word:
    text = found[0]
    if found["string"]:
        return Word(re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL), found.start(), found.end(), quoted=True)
    return Word(text, found.start(), found.end())


def included(statement: Statement) -> str | None:
    """The file that an `include` names, None of any other statement."""
    if statement.keyword == "include" and len(statement.words) == 2 and statement.block is None:
        return statement.words[1].text
    return None


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements, outer ones first."""
    stack = list(reversed(statements))
    while stack:
        statement = stack.pop()
        yield statement
        stack.extend(reversed(statement.block or ()))


def with_block(statement: Statement, block: tuple[Statement, ...]) -> Statement:
    """Return a statement with another block, for one whose includes were read."""
    return replace(statement, block=block)
