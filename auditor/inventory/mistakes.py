"""Gathers all mistakes of an inventory, so that the operator reads them at once."""

import difflib
import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from auditor.errors import InventoryError, Mistake

_SUGGESTIONS = 50
_ROWS = 5
_MOST_FILLED = 1_500_000
_MANY = 100
_SHOWN = 60


class Placed(Protocol):
    """Anything that stands somewhere in a file; both numbers are 1-based."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file that no node stands for, such as a row of a list."""

    line: int
    column: int = 1


@dataclass(slots=True)
class _Found:
    """What was found in all files; the key is file (in the order of reading), line, column and message."""

    mistakes: dict[tuple[int, int, int, str], Mistake] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    rows: dict[tuple[int, int, int], dict[str, str]] = field(default_factory=dict)
    spoilt: set[tuple[int, int, int]] = field(default_factory=set)
    suggested: dict[tuple[str, frozenset[str]], str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    servers: dict[str, None] = field(default_factory=dict)
    of_rows: int = 0
    filled: int = 0


class Mistakes:
    """The mistakes found so far in one file; `of` gives those of another file of the same inventory.

    The same mistake at the same place counts once, however often an anchor repeats it.
    """

    __slots__ = ("_found", "about", "file")

    def __init__(self, file: str, *, about: str = "", found: _Found | None = None) -> None:
        self.file = file
        self.about = about
        self._found = found or _Found()
        self._found.files.setdefault(file, len(self._found.files))

    def of(self, file: str) -> "Mistakes":
        """Return where the mistakes of another file go: to the same list."""
        return self if file == self.file and not self.about else Mistakes(file, found=self._found)

    def elsewhere(self, file: str) -> "Mistakes":
        """Return where mistakes of another file go if the same row filled its placeholders."""
        return self if file == self.file else Mistakes(file, about=self.about, found=self._found)

    def filled_from(self, about: str) -> "Mistakes":
        """Return where mistakes go in text whose placeholders were filled; `about` names the row that did."""
        return Mistakes(self.file, about=about, found=self._found)

    def fill(self, values: int, where: Placed, key: str) -> None:
        """Count values that are about to be filled; a template that makes far too many of them ends the reading."""
        self._found.filled += values
        if self._found.filled > _MOST_FILLED:
            why = f"the placeholders of all sites together fill more than {_MOST_FILLED:,} values"
            fewer = (
                "keep what has no placeholder in a layer of its own (`defaults`, another group), or split the inventory"
            )
            self.of(self.file).stop(where.line, key, f"{why}; {fewer}")

    @property
    def of_rows(self) -> int:
        """How often something was wrong with what a row filled."""
        return self._found.of_rows

    def note(self, line: int, message: str) -> None:
        """Remember what is no mistake, but what somebody must know who trusts the inventory."""
        self._found.notes[f"{printable(self.file)}:{line}: {message}"] = None

    def asked(self, server: str) -> None:
        """Remember that a server was asked for a part of the inventory."""
        self._found.servers[printable(server)] = None

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers that were asked."""
        return tuple(self._found.servers)

    @property
    def notes(self) -> tuple[str, ...]:
        """All notes, each with file and line."""
        return tuple(self._found.notes)

    @property
    def of_the_template(self) -> "Mistakes":
        """Where mistakes go that do not depend on what fills the placeholders."""
        return self.of(self.file)

    def add(self, where: Placed, key: str, message: str) -> None:
        """Note one mistake; `key` is the path of the wrong key, for example `sites.lyon-01.timezone`."""
        found = self._found
        place = (found.files[self.file], where.line, where.column)
        if place in found.spoilt:
            return
        if self.about:
            found.of_rows += 1
            # One wrong template is wrong for two thousand rows: the first of them say enough.
            rows = found.rows.setdefault(place, {})
            rows.setdefault(self.about, key)
            if len(rows) > _ROWS and self.about not in itertools.islice(rows, _ROWS):
                return
            message = f"{message} ({self.about})"
        found.mistakes.setdefault((*place, message), Mistake(printable(self.file), where.line, key, message))

    def spoil(self, where: Placed, key: str, message: str) -> None:
        """Note a mistake that makes its text mean nothing: whatever else is said about that place is left out."""
        self.of_the_template.add(where, key, message)
        self._found.spoilt.add((self._found.files[self.file], where.line, where.column))

    def stop(self, line: int, key: str, message: str) -> NoReturn:
        """Note a mistake behind which nothing can be read, and raise all that were found."""
        place = (self._found.files[self.file], line, 0, message)
        self._found.mistakes[place] = Mistake(printable(self.file), line, key, message)
        self.raise_if_any()
        raise AssertionError("unreachable: a mistake was just added")

    def raise_if_any(self) -> None:
        """Raise InventoryError with all mistakes in the order of files and lines, if there are any."""
        if self.any:
            mistakes = dict(self._found.mistakes)
            for (file, line, column), rows in self._found.rows.items():
                if len(rows) > _ROWS:
                    # Behind the others of its place, whatever they say.
                    name = next(name for name, number in self._found.files.items() if number == file)
                    left = len(rows) - _ROWS
                    more = f"wrong for {left:,} more {'site' if left == 1 else 'sites'} as well"
                    last = (file, line, column, chr(sys.maxunicode))
                    mistakes[last] = Mistake(printable(name), line, next(iter(rows.values())), more)
            raise InventoryError(tuple(mistakes[place] for place in sorted(mistakes)))

    @property
    def any(self) -> bool:
        """Whether anything was found, in whatever file."""
        return bool(self._found.mistakes)

    def suggest(self, word: str, names: Iterable[str]) -> str:
        """Return `; did you mean 'ssid'?`, or nothing if no name is close.

        Only the first mistakes get one: comparing costs time, and nobody reads on that far.
        """
        asked, suggested = (word, frozenset(names)), self._found.suggested
        if asked not in suggested:
            close = close_to(word, asked[1]) if len(suggested) < _SUGGESTIONS else None
            suggested[asked] = f"; did you mean {shown(close)}?" if close else ""
        return suggested[asked]


def close_to(word: str, names: Iterable[str]) -> str | None:
    """Return the name that a mistyped word most likely means, if one is close."""
    known = {name.lower(): name for name in names}
    if len(known) > _MANY:
        # Comparing with hundreds of names is slow, and hardly anybody mistypes the first letter.
        known = {lowered: name for lowered, name in known.items() if lowered[:1] == word[:1].lower()}
    close = difflib.get_close_matches(word[:_SHOWN].lower().replace("_", "-"), known, n=1, cutoff=0.6)
    close = close or difflib.get_close_matches(word[:_SHOWN].lower().replace("-", "_"), known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def shown(text: str) -> str:
    """Quote text of the operator's file for a message: one line, printable, not endless."""
    return f"'{printable(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…')}'"


def printable(text: str) -> str:
    """Return the text with everything that could steer a terminal written as an escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
