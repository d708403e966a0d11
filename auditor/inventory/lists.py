"""Reads lists of sites: CSV as spreadsheets save it, one row a site, each column a variable of the site."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.inventory.document import LONGEST_FILE, NEVER_HERE, SECRET_KEYS, Items, Node, Table, Text
from auditor.inventory.formats import NAME
from auditor.inventory.mistakes import Mistakes, Spot, printable, shown
from auditor.model.facts import Span

SITE = "site"
LISTS = ("groups", "tags")
SINGLE = ("timezone", "integration", "sdk_version", "policy")
_BETWEEN = re.compile(r"[\s;,]+")
_CELL = 4096
_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One site of a list: `keys` are those that reserved columns set, `variables` are all columns."""

    site: str
    keys: Table
    variables: Mapping[str, str]
    span: Span


def read_rows(data: bytes, mistakes: Mistakes) -> Iterator[Row]:
    """Yield the rows of a list; what is wrong with a row is a mistake at its line, and the row is left out."""
    if len(data) > LONGEST_FILE:
        mistakes.add(Spot(1), "CSV", f"the file is larger than {LONGEST_FILE // 1024 // 1024} MB; split it")
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mistakes.add(Spot(line), "CSV", "this is not UTF-8 text; save the list as CSV UTF-8")
        return
    records = _records(text, mistakes)
    header = next(records, None)
    if header is None:
        mistakes.add(Spot(1), "CSV", "the list is empty; expected a line with the names of the columns")
        return
    columns = header[1]
    if not _usable(header[0], columns, mistakes):
        return
    seen: dict[str, int] = {}
    for line, cells in records:
        row = _row(line, columns, cells, seen, mistakes)
        if row is not None:
            yield row


def _records(text: str, mistakes: Mistakes) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not empty with its first line."""
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=_delimiter(text), strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            mistakes.add(
                Spot(before + 1), "CSV", f"this row cannot be read: {printable(str(error))}; look at its quotes"
            )
            return
        first, before = before + 1, reader.line_num
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield first, cells


def _delimiter(text: str) -> str:
    """Find what separates the columns: what stands most often in the header, outside of quotes."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return max((",", ";", "\t"), key=bare.count)


def _usable(line: int, columns: list[str], mistakes: Mistakes) -> bool:
    """Check the header."""
    here = Spot(line)
    wrong = 0
    for number, column in enumerate(columns, start=1):
        if not column:
            message = f"column {number} has no name"
        elif SECRET_KEYS.intersection(
            (*re.split(r"[\s_-]+", lowered := column.lower()), re.sub(r"[\s-]+", "_", lowered))
        ):
            message = NEVER_HERE
        elif len(column) > 64 or not column.isprintable() or set("{}") & set(column):
            message = f"{shown(column)} cannot be the name of a column: at most 64 characters, no braces"
        elif columns.index(column) != number - 1:
            message = f"the column {shown(column)} stands twice"
        else:
            continue
        wrong += 1
        mistakes.add(Spot(line, number), "CSV", message)
    if SITE not in columns:
        close = mistakes.suggest(SITE, columns)
        found = close.replace("did you mean", "rename") if close else ""
        mistakes.add(here, "CSV", f"the column `site` is missing{found}; it names the site of each row")
        wrong += 1
    if len(columns) > _COLUMNS:
        mistakes.add(here, "CSV", f"more than {_COLUMNS} columns")
        wrong += 1
    return not wrong


def _names_a_secret(column: str) -> bool:
    words = re.split(r"[\s_-]+", column.lower())
    return bool(SECRET_KEYS.intersection((*words, "_".join(words))))


def _row(line: int, columns: list[str], cells: list[str], seen: dict[str, int], mistakes: Mistakes) -> Row | None:
    here = Spot(line)
    if len(cells) != len(columns):
        mistakes.add(here, "CSV", f"this row has {len(cells)} columns, the header {len(columns)}")
        return None
    variables = dict(zip(columns, cells, strict=True))
    for column, cell in variables.items():
        if len(cell) > _CELL or not cell.isprintable():
            mistakes.add(here, f"CSV {printable(column)}", f"expected a text of one line, at most {_CELL} characters")
            return None
    site = variables[SITE]
    try:
        NAME.parse(site)
    except ValueError as error:
        message = NAME.complaint(site, error) if site else "the site has no name"
        mistakes.add(here, "CSV site", message)
        return None
    if site in seen:
        mistakes.add(here, "CSV site", f"the site {shown(site)} stands twice; the first is in line {seen[site]}")
        return None
    seen[site] = line
    entries: dict[str, tuple[Text, Node]] = {}
    for at, column in enumerate(columns, start=1):
        if (column in SINGLE or column in LISTS) and variables[column]:
            entries[column] = (Text(column, True, line, at, line), _cell(column, variables[column], line, at))
    return Row(site, Table(entries, line, 1, line), variables, Span("", mistakes.file, line, line))


def _cell(column: str, cell: str, line: int, at: int) -> Node:
    if column in SINGLE:
        return Text(cell, False, line, at, line)
    return listed(cell, line, at)


def listed(text: str, line: int, column: int = 1) -> Items:
    """Make a list of words that are separated by blanks, commas or semicolons."""
    words = [word for word in _BETWEEN.split(text) if word]
    return Items(tuple(Text(word, False, line, column, line) for word in words), line, column, line)
