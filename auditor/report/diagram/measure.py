"""How wide texts are, guessed on the safe side: the reader's browser chooses the font, and nothing may overlap."""

import unicodedata

from auditor.report.text import visible

_NARROW = frozenset("iljI.,:;'|!()[]/ ·")
_WIDE = frozenset("mwMW@%—…")
_REGULAR, _BOLD = 1.0, 1.08


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Upper bound of the width of a text in pixels, for the sans-serif fonts of common systems."""
    return sum(map(_em, text)) * size * (_BOLD if bold else _REGULAR)


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.98
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character.isupper():
        return 0.72
    return 0.59 if character.isascii() else 0.85


def shortened(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return a text as it is seen, cut to fit a room, with an ellipsis where something was left out."""
    text = visible(text)
    if width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, room: float, size: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into at most so many lines that fit a room; the last one ends in an ellipsis if that is not all."""
    lines: list[str] = []
    words = visible(text).split(" ")
    while words and len(lines) < most - 1:
        taken = 1
        while taken < len(words) and width(" ".join(words[: taken + 1]), size, bold=bold) <= room:
            taken += 1
        line = " ".join(words[:taken])
        words = words[taken:]
        if width(line, size, bold=bold) > room:
            cut = len(shortened(line, room, size, bold=bold)) - 1
            words.insert(0, line[max(cut, 1) :])
            line = line[: max(cut, 1)]
        lines.append(line)
    if words:
        lines.append(shortened(" ".join(words), room, size, bold=bold))
    return tuple(line for line in lines if line)
