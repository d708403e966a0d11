"""Texts of sites that wait on disk: they come in any order, and reports hold them in the order of the inventory."""

from collections.abc import Iterator
from typing import IO


class Spooled:
    """Texts by the number of their site, in a file without a name; only where they lie is in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[int, tuple[int, int]] = {}

    def put(self, number: int, text: str) -> None:
        """Keep the text of one site."""
        data = text.encode("utf-8", "surrogatepass")
        self._places[number] = (self._file.seek(0, 2), len(data))
        self._file.write(data)

    def texts(self) -> Iterator[str]:
        """Give all texts in the order of their numbers, one in memory at a time."""
        for _, (start, length) in sorted(self._places.items()):
            self._file.seek(start)
            yield self._file.read(length).decode("utf-8", "surrogatepass")

    @property
    def next_number(self) -> int:
        """The number after the highest so far, for callers that have no numbers of their own."""
        return max(self._places, default=0) + 1
