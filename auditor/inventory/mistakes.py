"""Gathers all mistakes of an inventory, so that the operator reads them at once."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from auditor.errors import InventoryError, Mistake

_SUGGESTIONS = 50
_MANY = 100
_SHOWN = 60


class Placed(Protocol):
    """Anything that stands somewhere in the file; both numbers are 1-based."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(slots=True)
class Mistakes:
    """The mistakes found so far in one file.

    The same mistake at the same place counts once, however often an anchor repeats it.
    """

    file: str
    _found: dict[tuple[int, int, str], Mistake] = field(default_factory=dict)
    _suggestions_left: int = _SUGGESTIONS

    def add(self, where: Placed, key: str, message: str) -> None:
        """Note one mistake; `key` is the path of the wrong key, for example `sites.lyon-01.timezone`."""
        place = (where.line, where.column, message)
        self._found.setdefault(place, Mistake(printable(self.file), where.line, key, message))

    def stop(self, line: int, key: str, message: str) -> NoReturn:
        """Note a mistake behind which nothing can be read, and raise all that were found."""
        self._found[(line, 0, message)] = Mistake(printable(self.file), line, key, message)
        self.raise_if_any()
        raise AssertionError("unreachable: a mistake was just added")

    def raise_if_any(self) -> None:
        """Raise InventoryError with all mistakes in the order of their lines, if there are any."""
        if self._found:
            raise InventoryError(tuple(self._found[place] for place in sorted(self._found)))

    def suggest(self, word: str, names: Iterable[str]) -> str:
        """Return `; did you mean 'ssid'?`, or nothing if no name is close.

        Only the first mistakes get one: comparing costs time, and nobody reads on that far.
        """
        if self._suggestions_left <= 0:
            return ""
        self._suggestions_left -= 1
        close = close_to(word, names)
        return f"; did you mean {shown(close)}?" if close else ""


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
