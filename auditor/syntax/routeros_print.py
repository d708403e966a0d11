"""Reader of what RouterOS prints: rows of `print detail` and `print terse`, and the `key: value` form.

    Flags: D - dynamic; X - disabled, R - running
     0  R  name="wifi1" default-name="wifi1"
           configuration.ssid="TILLS" security.ft=no

     1 DR  ;;; added by the manager
           name="wifi5" master-interface=wifi1

A row begins with its number and its flags; a comment stands behind `;;;`; strings stand in double quotes, names of
other items and numbers do not and may hold blanks (`rx-byte=205 164 277`). What is too long goes on in the next line,
indented. Comments of people may hold newlines. Legends of flags and columns come first.

Source: MikroTik's manual, "Command Line Interface" (print parameters) and its examples; outputs of RouterOS 6.42–7.20.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.syntax.routeros import unescape

_ROW = re.compile(r" {0,2}(\d{1,9})(?:[ \t]|$)")
_LEGEND = re.compile(r"\s*(?:Flags:|Columns:|#)")
# Further lines of a legend that was wrapped: `R - RUNNING`, `, INTERFACE, MAC-ADDRESS`.
_LEGEND_MORE = re.compile(r"\s*[A-Za-z*] - |[\s,A-Z0-9_-]+$")
_KEY = re.compile(r"(?<!\S)([A-Za-z0-9.][A-Za-z0-9._/-]*)=")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s*)$', re.DOTALL)
_OPENING = re.compile(r'"(?:[^"\\]|\\.)*"(?=\s|$)', re.DOTALL)
_FLAGS = re.compile(r"[A-Za-z*]{1,8}")
_PAIR = re.compile(r"(\s*)([A-Za-z0-9][A-Za-z0-9._/-]*):(?:[ \t]+(.*)|)$")
_COMMENT = ";;;"


@dataclass(frozen=True, slots=True)
class Row:
    """One printed item. `number` is None where the menu numbers nothing; `first`..`last` are its lines.

    `properties` are the values, quotes taken off, with the line in which each begins. A property that stands there
    more than once is in `twice`: text without quotes can look like one, so none of its values can be trusted.
    """

    number: int | None
    flags: frozenset[str]
    comment: str
    properties: Mapping[str, tuple[str, int]]
    first: int
    last: int
    twice: frozenset[str] = frozenset()

    def text(self, name: str) -> str | None:
        """The value of a property; None if it does not stand there, or more than once."""
        found = self.properties.get(name)
        return None if found is None or name in self.twice else found[0]

    def line(self, name: str) -> int:
        """The line of a property, of the row if it has none."""
        return self.properties.get(name, ("", self.first))[1]


@dataclass(frozen=True, slots=True)
class Printed:
    """Rows in their order, the lines of the legend, and lines that are neither (blank ones apart)."""

    rows: tuple[Row, ...]
    legend: tuple[int, ...]
    loose: tuple[int, ...]


def parse_rows(text: str) -> tuple[Row, ...]:
    """Return the rows of `print detail` or `print terse`; never raises."""
    return parse_print(text).rows


def parse_print(text: str) -> Printed:
    """Return the rows, and what became of every other line; never raises."""
    blocks: list[_Block] = []
    legend: list[int] = []
    loose: list[int] = []
    for number, line in enumerate(_lines(text), start=1):
        if not line.strip():
            if blocks and blocks[-1].number is None:
                blocks[-1].closed = True
            continue
        block = _begun(line, number, blocks)
        if block is not None:
            blocks.append(block)
        elif blocks and not blocks[-1].closed:
            blocks[-1].add(line, number)
        elif _LEGEND.match(line) or (legend and legend[-1] == number - 1 and _LEGEND_MORE.match(line)):
            legend.append(number)
        else:
            loose.append(number)
    return Printed(tuple(block.row() for block in blocks), tuple(legend), tuple(loose))


def parse_pairs(text: str) -> Mapping[str, tuple[str, int]]:
    """Return what `/system resource print` and the like say, with the lines; of a key told twice the first.

    Keys are aligned at their colons. A line that goes on behind that column adds to the value above, after a comma:
    that is how lists are printed that need several lines.
    """
    found: dict[str, tuple[list[str], int]] = {}
    values: list[str] = []
    column = -1
    for number, line in enumerate(_lines(text), start=1):
        pair = _PAIR.match(line)
        indent = len(line) - len(line.lstrip())
        if values and line.strip() and indent > column >= 0:
            values.append(line.strip())
        elif pair is not None:
            values = [value] if (value := (pair[3] or "").strip()) else []
            column = pair.end(2)
            if pair[2] not in found:
                found[pair[2]] = (values, number)
        elif found and line.strip():
            values, column = [], -1
    return {key: (",".join(value.rstrip(",") for value in parts), line) for key, (parts, line) in found.items()}


def _lines(text: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


@dataclass(slots=True)
class _Block:
    """The lines of one row while it is read."""

    number: int | None
    flags: list[str]
    first: int
    last: int
    comment: list[str] = field(default_factory=list)
    pieces: list[tuple[str, int]] = field(default_factory=list)  # text of properties, and its line
    in_comment: bool = False
    closed: bool = False

    def add(self, line: str, number: int) -> None:
        """Take one more line: a comment, properties, or what a value or a comment goes on with."""
        self.last = number
        rest = line.strip()
        if rest.startswith(_COMMENT):
            self.comment.append(rest.removeprefix(_COMMENT).strip())
            self.in_comment = True
        elif self.in_comment and not _KEY.match(rest):
            self.comment.append(rest)
        else:
            self.in_comment = False
            self.pieces.append((rest, number))

    def row(self) -> Row:
        """Take the properties apart."""
        text, starts = _joined(self.pieces)
        properties: dict[str, tuple[str, int]] = {}
        twice: set[str] = set()
        prefix = ""
        for written, value, at in _properties(text):
            # `.ssid` behind `configuration.mode` is `configuration.ssid`.
            name = prefix + written if written.startswith(".") else written
            prefix = name.rpartition(".")[0] if "." in name else prefix
            line = self.pieces[bisect_right(starts, at) - 1][1]
            if name in properties:
                twice.add(name)
            else:
                properties[name] = (value, line)
        flags = frozenset(flag for word in self.flags for flag in word)
        return Row(self.number, flags, "\n".join(self.comment), properties, self.first, self.last, frozenset(twice))


def _begun(line: str, number: int, blocks: list[_Block]) -> _Block | None:
    """Start a row where a line begins with a number that is higher than that of the last row.

    What goes on is indented by at least three blanks. A menu that numbers nothing begins its rows with a property.
    """
    found = _ROW.match(line)
    last = blocks[-1].number if blocks else None
    if found is not None and (not blocks or (last is not None and int(found[1]) > last)):
        block, rest = _Block(int(found[1]), [], number, number), line[found.end() :].strip()
    elif (not blocks or (blocks[-1].closed and last is None)) and _KEY.match(line.strip()):
        block, rest = _Block(None, [], number, number), line.strip()
    else:
        return None
    while (word := rest.partition(" ")[0]) and _FLAGS.fullmatch(word):
        block.flags.append(word)
        rest = rest[len(word) :].lstrip()
    if rest:
        block.add(rest, number)
    return block


def _joined(pieces: list[tuple[str, int]]) -> tuple[str, list[int]]:
    """Join the lines of a row. A backslash at the end joins without a blank, in the middle of a word."""
    text: list[str] = []
    starts: list[int] = []
    length = 0
    for piece, _ in pieces:
        starts.append(length)
        part = piece[:-1] if piece.endswith("\\") else f"{piece} "
        text.append(part)
        length += len(part)
    return "".join(text), starts


def _properties(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, value and place of each property; a value without quotes goes up to the next name."""
    at = 0
    found = _KEY.search(text)
    while found is not None:
        at = found.end()
        quoted = _OPENING.match(text, at)
        following = _KEY.search(text, quoted.end() if quoted is not None else at)
        end = following.start() if following is not None else len(text)
        yield found[1], _value(text[at:end]), found.start()
        found = following


def _value(written: str) -> str:
    quoted = _QUOTED.match(written)
    return unescape(quoted[1]) if quoted is not None else written.strip()
