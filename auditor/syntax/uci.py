"""Read UCI, the configuration language of OpenWrt, without losing a character or a line.

The reader follows libuci statement by statement in its non-strict mode, which is how netifd and `uci -S` read,
and says whether the strict `uci` command would refuse the text: `uci export` then leaves that package out.
Source: openwrt/uci `file.c` and `list.c`; each rule is one case of `tests/syntax/test_uci_grammar.py`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

# What C's isspace() takes for blank; `str.isspace` would also take non-ASCII blanks, which libuci does not.
_BLANKS = " \t\n\v\f\r"
_NAME = re.compile(r"[A-Za-z0-9_]+")
_PACKAGE = re.compile(r"[A-Za-z0-9_-]+")
_TYPE = re.compile(r"[!-~]+")
_COMMANDS = {
    "package": "package",
    "p": "package",
    "config": "config",
    "c": "config",
    "option": "option",
    "o": "option",
    "list": "list",
    "l": "list",
}

# The usual whole line: a statement (groups 1-3), a header (4: all, 5: type, 6: quote, 7: name), nothing or a comment.
# Whatever it does not match goes through `_Reader.read_line`, which knows the whole grammar.
_USUAL_LINE = re.compile(
    r"""[ \t]*(?:
        (option|list)[ \t]+([A-Za-z0-9_]+)[ \t]+('[^'\n\0]*'|[^\s'"#;\\\0]+)[ \t\r]*(?:\n|\Z)
      | (config[ \t]+([A-Za-z0-9_-]+)(?:[ \t]+('?)([A-Za-z0-9_]+)\6)?)[ \t\r]*(?:\n|\Z)
      | [\r\f\v]*(?:\#[^\n\0]*)?(?:\n|\Z)
    )""",
    re.ASCII | re.VERBOSE,
)
PASSED_OVER = "words behind the value are passed over"
"""Why a line of its own is unreadable that a quote or backslash made part of a line with too many arguments."""

_LineOf: TypeAlias = Callable[[int], int]
_STATEMENT_GROUP = 3
_HEADER_GROUP = 4


class Statement(NamedTuple):
    """One `option` or `list` line as written.

    `first` and `last` are lines from 1. `start`..`end` is the text from the keyword to the end of the value,
    `value_start`..`value_end` the value with its quotes; both are empty at `end` if no value is written.
    A named tuple, not a dataclass: there is one per line of a fleet, and it is made four times as fast.
    """

    keyword: str
    name: str
    value: str
    first: int
    last: int
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """One `config` or `package` line as written: its lines and the offsets from keyword to last word."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Lines that libuci answers with a parse error; `section` indexes the section of the document they spoil."""

    first: int
    last: int
    why: str
    section: int | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why the strict `uci` command does not read this package, and the line where it stops."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section after merging: all parts of the same name, with every statement in file order.

    `number` counts the sections of the package so far, merged parts not counted (libuci's `n_section`).
    `first`..`last` are the lines of the first header; `start`..`end` run from it to the last statement of the
    first part. `damaged` says why an unreadable line stands inside. `type` is the last one written, as in libuci.
    """

    package: str
    type: str
    name: str | None
    number: int
    first: int
    last: int
    start: int
    end: int
    statements: tuple[Statement, ...]
    damaged: str | None
    headings: tuple[Heading, ...]

    @property
    def id(self) -> str:
        """The name, or the one that libuci makes up: `cfg01411c` for a first section of type `dnsmasq`."""
        return self.name if self.name is not None else made_up_name(self.number, self.type)

    def values(self, name: str) -> tuple[Statement, ...]:
        """Return what the option is in the end: one statement, or those of a list; empty values do not count.

        A later `option` replaces everything before it, a `list` adds to what is there, and `option name ''`
        does nothing at all: libuci sees it as setting what is not there to nothing.
        """
        return effective(statement for statement in self.statements if statement.name == name)

    def option(self, name: str) -> Statement | None:
        """Return the statement that decides a scalar, None if it is unset or empty."""
        values = self.values(name)
        return values[-1] if values else None

    def names(self) -> tuple[str, ...]:
        """Return the options that are set, in the order in which they first appear."""
        return tuple(dict.fromkeys(statement.name for statement in self.statements if statement.value))


def effective(written: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return what the statements of one option come to, in the order in which they stand; see `Section.values`."""
    found: list[Statement] = []
    for statement in written:
        if statement.value:
            if statement.keyword == "option":
                found.clear()
            found.append(statement)
    return tuple(found)


class LineKind(StrEnum):
    """What one line carries; a line with several things has the first kind that applies, in this order."""

    UNREADABLE = "unreadable"
    HEADER = "header"
    STATEMENT = "statement"
    PACKAGE = "package"
    NOTHING = "blank or comment"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text: one file of `/etc/config`, or the output of `uci export` with its `package` blocks.

    `packages` are the names in order of the `package` lines, or the default given. `strict` says that the strict
    `uci` reads it; `refusals` say where and why it does not.
    """

    text: str
    sections: tuple[Section, ...]
    unreadable: tuple[Unreadable, ...]
    packages: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    line_count: int
    blank_or_comment: frozenset[int]
    package_lines: tuple[Heading, ...]

    @property
    def strict(self) -> bool:
        """Whether the strict `uci` command reads the text without error."""
        return not self.refusals

    def of_type(self, package: str, type: str) -> tuple[Section, ...]:
        """Return the sections of one type in one package, in file order."""
        return tuple(section for section in self.sections if section.package == package and section.type == type)

    def line_kinds(self) -> tuple[LineKind, ...]:
        """Say for every line what it carries, each line once; index 0 is line 1."""
        kinds = [LineKind.NOTHING] * self.line_count

        def mark(kind: LineKind, pieces: Iterable[Heading | Statement | Unreadable]) -> None:
            for piece in pieces:
                for line in range(piece.first, piece.last + 1):
                    kinds[line - 1] = kind

        mark(LineKind.PACKAGE, self.package_lines)
        for section in self.sections:
            mark(LineKind.STATEMENT, section.statements)
        for section in self.sections:
            mark(LineKind.HEADER, section.headings)
        mark(LineKind.UNREADABLE, self.unreadable)
        return tuple(kinds)


def made_up_name(number: int, type: str) -> str:
    """Return libuci's name of an anonymous section: its number and Bernstein's hash (from 5381) of its type."""
    digest = 5381
    for char in type:
        digest = (digest * 33 + ord(char)) & 0xFFFFFFFF
    return f"cfg{number:02x}{(digest & 0x7FFFFFFF) % 65536:04x}"


@lru_cache(maxsize=64)
def parse(text: str, *, package: str = "") -> Document:
    """Read a text; never raises, what cannot be read is in `unreadable`.

    `package` is the name of the file under `/etc/config`; a `package` line replaces it for what follows. Documents
    of the last few texts are kept, because an edit and its proof read the same text again and again.
    """
    reader = _Reader(text, package)
    usual = _USUAL_LINE.match
    position, line, size = 0, 0, len(text)
    while position < size:
        found = usual(text, position)
        current = reader.current
        if found is None:
            position, line = reader.read_line(position, line)
            continue
        group = found.lastindex
        if group == _STATEMENT_GROUP:
            if current is None:
                position, line = reader.read_line(position, line)
                continue
            line += 1
            keyword, name, raw = found.group(1, 2, 3)
            value_start, end = found.span(3)
            value = raw[1:-1] if raw[0] == "'" else raw
            current.statements.append(
                Statement(keyword, name, value, line, line, found.start(1), end, value_start, end)
            )
        elif group == _HEADER_GROUP:
            line += 1
            start, end = found.span(4)
            reader.open_section(found[5], found[7] or "", Heading(line, line, start, end))
        else:
            line += 1
            reader.nothing.append(line)
        position = found.end()
    return reader.document(line)


@dataclass(slots=True)
class _Draft:
    """A section that is still being read."""

    package: str
    type: str
    name: str | None
    number: int
    index: int
    headings: list[Heading]
    statements: list[Statement] = field(default_factory=list)
    damaged: str | None = None

    def finished(self) -> Section:
        head = self.headings[0]
        limit = self.headings[1].start if len(self.headings) > 1 else None
        inside = [each.end for each in self.statements if limit is None or each.start < limit]
        return Section(
            package=self.package,
            type=self.type,
            name=self.name,
            number=self.number,
            first=head.first,
            last=head.last,
            start=head.start,
            end=inside[-1] if inside else head.end,
            statements=tuple(self.statements),
            damaged=self.damaged,
            headings=tuple(self.headings),
        )


class _ParseError(Exception):
    """libuci gives up on the rest of the line."""


@dataclass(frozen=True, slots=True)
class _Word:
    """One argument of a command: its value without quotes, and where it stands."""

    value: str
    start: int
    end: int


class _Cursor:
    """The line that libuci has in its buffer: it grows by a line when a quote or a backslash asks for more."""

    __slots__ = ("end", "fetched", "position", "text")

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.end = position
        self.fetched = position

    def fetch(self) -> bool:
        """Take one more line into the buffer and go to its start; False at the end of the text."""
        start = self.fetched
        self.position = self.end = start
        if start >= len(self.text):
            return False
        newline = self.text.find("\n", start)
        self.end = self.fetched = len(self.text) if newline < 0 else newline + 1
        if "\0" in self.text[start : self.end]:
            raise _ParseError("NUL character in the line")
        return True

    def char(self) -> str:
        return self.text[self.position] if self.position < self.end else ""

    def skip_blanks(self) -> None:
        while self.position < self.end and self.text[self.position] in _BLANKS:
            self.position += 1

    def command(self) -> _Word | None:
        """Take the next word up to a blank or tab; None when the line is used up."""
        start = self.position
        while start < self.end and self.text[start] in " \t":
            start += 1
        if start >= self.end:
            return None
        stop = start
        while stop < self.end and self.text[stop] not in " \t":
            stop += 1
        self.position = stop
        return _Word(self.text[start:stop], start, stop)

    def argument(self, *, required: bool = False) -> _Word:
        """Take the next argument; a `;` in its place is an empty one."""
        self.skip_blanks()
        start = self.position
        if self.char() == ";":
            self.position += 1
            word = _Word("", start, start)
        else:
            word = self._word()
        if required and not word.value:
            raise _ParseError("insufficient arguments")
        return word

    def _word(self) -> _Word:
        start = self.position
        pieces: list[str] = []
        shortened = False
        separated = False
        while True:
            char = self.char()
            if char == "'" or char == '"':
                shortened = True
                self._quoted(char, pieces)
            elif char == "#":
                self.end = self.position
                break
            elif char == "":
                break
            elif char == ";":
                separated = True
                # libuci ends the word by writing a NUL behind it. Nothing was shortened by quotes, so that NUL
                # falls on the `;` itself and hides the rest of the line: `option a x; option b y` sets only a.
                if not shortened:
                    self.end = self.position
                break
            elif char == "\\":
                shortened = True
                if self._escaped():
                    pieces.append(self.char())
                    self.position += 1
            else:
                pieces.append(char)
                self.position += 1
            following = self.char()
            if not following or following in _BLANKS:
                break
        end = self.position
        if self.char() and not separated:
            self.position += 1
        return _Word("".join(pieces), start, end)

    def _quoted(self, quote: str, pieces: list[str]) -> None:
        self.position += 1
        while True:
            char = self.char()
            if char == quote:
                self.position += 1
                return
            if char == "":
                if not self.fetch():
                    raise _ParseError(f"unterminated {quote}: the rest of the text is lost")
                continue
            if char == "\\" and quote == '"' and not self._escaped():
                continue
            pieces.append(self.char())
            self.position += 1

    def _escaped(self) -> bool:
        """Step over a backslash; False if it joins the next line instead of protecting a character."""
        self.position += 1
        rest = self.text[self.position : min(self.position + 2, self.end)]
        if rest[:1] in ("", "\n") or rest == "\r\n":
            self.fetch()
            return False
        return True


class _Reader:
    """What libuci remembers between lines, and what we remember on top: positions and what went wrong."""

    __slots__ = (
        "_by_id",
        "_counts",
        "_default",
        "_drafts",
        "_named",
        "_package",
        "_package_lines",
        "_refusals",
        "_text",
        "_unreadable",
        "current",
        "nothing",
    )

    def __init__(self, text: str, package: str) -> None:
        self._text = text
        self._default = package
        self._package = package
        self._named: dict[str, None] = {}
        self._counts: dict[str, int] = {}
        self._by_id: dict[tuple[str, str], _Draft] = {}
        self._drafts: list[_Draft] = []
        self._unreadable: list[Unreadable] = []
        self._refusals: list[Refusal] = []
        self._package_lines: list[Heading] = []
        self.current: _Draft | None = None
        self.nothing: list[int] = []

    def open_section(self, type: str, name: str, heading: Heading) -> None:
        """Begin a section, or go on with the one of that name."""
        package = self._package
        self._named.setdefault(package)
        known = self._by_id.get((package, name)) if name else None
        if known is not None:
            if known.type != type:
                self._refuse(heading.first, "section of different type overwrites prior section with same name")
                known.type = type
            known.headings.append(heading)
            self.current = known
            return
        number = self._counts.get(package, 0) + 1
        self._counts[package] = number
        draft = _Draft(package, type, name or None, number, len(self._drafts), [heading])
        self._drafts.append(draft)
        self._by_id.setdefault((package, name or made_up_name(number, type)), draft)
        self.current = draft

    def read_line(self, position: int, line: int) -> tuple[int, int]:
        """Read one line of any shape that starts at `position`; return where the next starts and the lines so far."""
        cursor = _Cursor(self._text, position)
        begun = position
        covered: set[int] = set()

        at, line_at = position, line + 1

        def line_of(offset: int) -> int:
            # Counted from the last answer: a long line with many commands would be counted again for each.
            nonlocal at, line_at
            line_at += self._text.count("\n", at, offset) - self._text.count("\n", offset, at)
            at = offset
            return line_at

        try:
            cursor.fetch()
            cursor.skip_blanks()
            while (word := cursor.command()) is not None and not word.value.startswith("#"):
                begun = word.start
                end = self._run(word, cursor, line_of)
                covered.update(range(line_of(begun), line_of(end) + 1))
        except _ParseError as error:
            first = line_of(begun)
            # The line where reading stopped; the newline itself belongs to the line that it ends.
            last = line_of(max(cursor.fetched - 1, begun))
            self._unread(first, last, str(error))
            self._refuse(first, str(error))
            covered.update(range(first, last + 1))
        final = line_of(max(cursor.fetched - 1, position))
        written = self._text[position : cursor.fetched].split("\n")
        for number in range(line + 1, final + 1):
            if number in covered:
                continue
            content = written[number - line - 1].strip(_BLANKS + "\\")
            if not content or content.startswith("#"):
                self.nothing.append(number)
            else:
                self._unread(number, number, PASSED_OVER)
        return cursor.fetched, final

    def _unread(self, first: int, last: int, why: str) -> None:
        section = self.current
        if section is not None:
            section.damaged = section.damaged or f"line {first}: {why}"
        self._unreadable.append(Unreadable(first, last, why, section.index if section else None))

    def _run(self, word: _Word, cursor: _Cursor, line_of: _LineOf) -> int:
        """Carry out one command and return the offset where it ends."""
        command = _COMMANDS.get(word.value)
        if command is None:
            raise _ParseError("invalid command")
        if cursor.position >= cursor.end:
            raise _ParseError(f"{command} without name")
        cursor.position += 1
        match command:
            case "package":
                return self._run_package(word, cursor, line_of)
            case "config":
                return self._run_config(word, cursor, line_of)
            case _:
                return self._run_statement(command, word, cursor, line_of)

    def _run_package(self, word: _Word, cursor: _Cursor, line_of: _LineOf) -> int:
        name = cursor.argument(required=True)
        _check(_PACKAGE, name.value, "name")
        self._expect_end(cursor, line_of(word.start))
        again = name.value in self._named
        self._package = name.value
        self._named.setdefault(name.value)
        self.current = None
        if again:
            raise _ParseError(f"package {name.value} for the second time")
        self._package_lines.append(Heading(line_of(word.start), line_of(name.end), word.start, name.end))
        return name.end

    def _run_config(self, word: _Word, cursor: _Cursor, line_of: _LineOf) -> int:
        type = cursor.argument(required=True)
        _check(_TYPE, type.value, "type")
        name = cursor.argument()
        if name.value:
            _check(_NAME, name.value, "name")
        self._expect_end(cursor, line_of(word.start))
        end = name.end if name.end > name.start else type.end
        self.open_section(type.value, name.value, Heading(line_of(word.start), line_of(end), word.start, end))
        return end

    def _run_statement(self, keyword: str, word: _Word, cursor: _Cursor, line_of: _LineOf) -> int:
        section = self.current
        if section is None:
            raise _ParseError("option/list command found before the first section")
        name = cursor.argument(required=True)
        _check(_NAME, name.value, "name")
        value = cursor.argument()
        self._expect_end(cursor, line_of(word.start))
        start, end = (value.start, value.end) if value.end > value.start else (name.end, name.end)
        section.statements.append(
            Statement(keyword, name.value, value.value, line_of(word.start), line_of(end), word.start, end, start, end)
        )
        return end

    def _expect_end(self, cursor: _Cursor, line: int) -> None:
        """Take one more argument: strict `uci` refuses it, the others pass over it."""
        if cursor.argument().value:
            self._refuse(line, "too many arguments")

    def _refuse(self, line: int, why: str) -> None:
        self._refusals.append(Refusal(line, why))

    def document(self, line_count: int) -> Document:
        return Document(
            text=self._text,
            sections=tuple(draft.finished() for draft in self._drafts),
            unreadable=tuple(self._unreadable),
            packages=tuple(self._named) or (self._default,),
            refusals=tuple(self._refusals),
            line_count=line_count,
            blank_or_comment=frozenset(self.nothing),
            package_lines=tuple(self._package_lines),
        )


def _check(allowed: re.Pattern[str], word: str, what: str) -> None:
    if allowed.fullmatch(word) is None:
        raise _ParseError(f"invalid character in {what} field")
