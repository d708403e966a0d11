"""Where the text of an export has to be cut for properties, statements and whole lines to come or go."""

import re
from dataclasses import dataclass

from auditor.syntax.routeros import Document, Property, Statement

_SPACE_BEFORE = re.compile(r"(?:[ \t]|\\\r?\n[ \t]*)*\Z")
_HEAD = re.compile(r"by RouterOS|^#\s*[\w ]+ = |^#\s*$")
_REACH = 2000
"""How far back the blanks before a property are looked for; what is left over does no harm."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Replace `begin`..`end` of the text."""

    begin: int
    end: int
    text: str = ""


def property_cuts(text: str, statement: Statement, name: str) -> list[Cut]:
    """Take a property out; a property behind it that borrows its prefix (`.ft`) is written out."""
    cuts: list[Cut] = []
    for each, following in zip(statement.properties, (*statement.properties[1:], None), strict=True):
        if each.name != name:
            continue
        start = max(statement.begin, each.from_ - _REACH)
        space = _SPACE_BEFORE.search(text, start, each.from_)
        cuts.append(Cut(space.start() if space else each.from_, each.end))
        if following is not None and following.name != name and _borrows(text, following):
            cuts.append(Cut(following.from_, following.from_, following.name.rpartition(".")[0]))
    return cuts


def _borrows(text: str, each: Property) -> bool:
    return text.startswith((".", "!."), each.from_) and not each.unset


def line_cuts(text: str, gone: set[int]) -> tuple[Cut, ...]:
    """Take whole lines out; at the end of a text without a last line break, the one before goes with them."""
    cuts: list[Cut] = []
    lines = text.split("\n")
    at = 0
    for number, line in enumerate(lines, start=1):
        end = at + len(line) + 1
        if number in gone:
            begin = cuts.pop().begin if cuts and cuts[-1].end == at else at
            if number == len(lines):
                end -= 1
                begin -= 2 if text[max(begin - 2, 0) : begin] == "\r\n" else min(begin, 1)
            cuts.append(Cut(begin, end))
        at = end
    return tuple(cuts)


def above_remarks(text: str, statement: Statement) -> int:
    """Return where a statement begins with the remarks that the device put above it; the head of an export is none."""
    at = statement.begin
    for _ in statement.remarks:
        begin = text.rfind("\n", 0, at - 1) + 1 if at else 0
        line = text[begin:at].strip()
        if begin == at or not line.startswith("#") or _HEAD.search(line):
            break
        at = begin
    return at


def block(document: Document, statement: Statement) -> str:
    """Return the menu that the line above a statement names."""
    return next((menu for line, menu in reversed(document.menus) if line < statement.first), "")


def line_break(text: str) -> str:
    """Return the end of line that the text has, by its first line."""
    newline = text.find("\n")
    return "\r\n" if newline > 0 and text[newline - 1] == "\r" else "\n"


def _line_begin(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at


def line_end(text: str, line: int) -> int:
    """Return where a line (1-based) ends, before its line break."""
    end = text.find("\n", _line_begin(text, line))
    end = len(text) if end < 0 else end
    return end - 1 if end and text[end - 1] == "\r" else end
