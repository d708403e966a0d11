"""How much of a capture was understood."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line that no reader knows; `keywords` are its leading words only, its values may be anything."""

    line: int
    keywords: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Lines of one captured file by what became of them; the three counts add up to the file's lines."""

    file: str
    understood: int
    irrelevant: int
    unknown: tuple[UnknownLine, ...]
