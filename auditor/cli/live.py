"""A few lines at the bottom of a terminal that are drawn again and again, and leave no trace."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

_UP = "\x1b[{}A"
_TO_END_OF_LINE = "\x1b[K"
_TO_END_OF_SCREEN = "\x1b[J"


@dataclass(slots=True)
class Screen:
    """Draws in place. The cursor stays visible and stands below, so that there is nothing to restore if a run dies."""

    console: Console
    _drawn: tuple[int, ...] = ()
    """How wide each line is that stands there: after the terminal became narrower, they take more rows."""

    def draw(self, lines: Sequence[Text]) -> None:
        """Put these lines where the last ones stood."""
        shown = [self._rendered(line) for line in lines]
        body = "".join(f"{line}{_TO_END_OF_LINE}\n" for line in shown)
        self._write(f"{self._home()}{body}{_TO_END_OF_SCREEN}")
        self._drawn = tuple(min(line.cell_len, self.console.width) for line in lines)

    def erase(self) -> None:
        """Leave the terminal as if nothing had been drawn."""
        if self._drawn:
            self._write(f"{self._home()}{_TO_END_OF_SCREEN}")
            self._drawn = ()

    def _home(self) -> str:
        width = max(1, self.console.width)
        rows = sum(max(1, -(-cells // width)) for cells in self._drawn)
        return f"\r{_UP.format(rows)}" if rows else "\r"

    def _rendered(self, line: Text) -> str:
        with self.console.capture() as captured:
            self.console.print(line, end="", no_wrap=True, overflow="ellipsis", crop=True, highlight=False)
        return captured.get()

    def _write(self, text: str) -> None:
        encoding = self.console.encoding
        self.console.file.write(text.encode(encoding, "replace").decode(encoding))
        self.console.file.flush()
