"""Logical lines of a RouterOS export: a backslash at the end of a line continues it."""

import re
from bisect import bisect_right

# What a terminal is told: colours, places of the cursor, questions about itself. Exports write escapes as `\1B`.
CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[A-Z=>78])")
# What is not of a logical line: backslash, end of line, the blanks of the next line; and what a terminal is told.
_SKIPPED = re.compile(rf"\\\r?\n[ \t]*|{CONTROL.pattern}")


class Joined:
    """One logical line: its pieces without the continuations, and where each place of it is in the text."""

    __slots__ = ("_ats", "_lines", "_starts", "first", "last", "text")

    def __init__(self, text: str, begin: int, end: int, first: int) -> None:
        self._starts, self._ats, self._lines = [0], [begin], [first]
        self.first = self.last = first
        self.text = text[begin:end]
        if "\n" not in self.text and "\x1b" not in self.text:
            return
        pieces: list[str] = []
        at, length, last = begin, 0, first
        for match in _SKIPPED.finditer(text, begin, end):
            pieces.append(text[at : match.start()])
            length += match.start() - at
            at = match.end()
            last += match[0].startswith("\\")
            self._starts.append(length)
            self._ats.append(at)
            self._lines.append(last)
        pieces.append(text[at:end])
        self.text = "".join(pieces)
        self.last = last

    def at(self, place: int) -> int:
        """Where in the whole text a place is; at a continuation, behind it."""
        if len(self._ats) == 1:
            return self._ats[0] + place
        index = bisect_right(self._starts, place) - 1
        return self._ats[index] + place - self._starts[index]

    def end_at(self, place: int) -> int:
        """Where in the whole text something ends that ends here; at a continuation, before it."""
        return self.at(place - 1) + 1 if place > 0 else self.at(0)

    def line(self, place: int) -> int:
        """The line (1-based) that a place is in."""
        if self.last == self.first:
            return self.first
        return self._lines[bisect_right(self._starts, place) - 1]
