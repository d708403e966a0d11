"""A page of answers on a terminal: hanging indents, no markup, readable at 80 columns and without colour."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from auditor.pipeline import SiteReport
from auditor.report.text import visible
from auditor.report.times import age, moment, zone_of
from auditor.site import Passage

T = TypeVar("T")

_CANDIDATES = "candidates, likeliest first: "


class Page:
    """A console that wraps behind an indent and never parses markup."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = max(40, console.width)

    def line(self, text: Text) -> None:
        self._console.print(text, no_wrap=True, overflow="ignore", crop=False, highlight=False)

    def hang(self, text: Text, *, indent: int, first: Text | None = None) -> None:
        """Print a text, each line behind `indent` spaces; `first` stands before the first line instead."""
        lead = Text(" " * indent) if first is None else first
        for piece in text.wrap(self._console, max(20, self._width - indent), overflow="fold"):
            piece.rstrip()
            self.line(lead + piece)
            lead = Text(" " * indent)


def render_each(
    answers: Iterable[T], show: Callable[[Page, T], None], report: SiteReport, console: Console, *, now: datetime
) -> None:
    """Print answers one after the other, and behind them from which captures they are."""
    page = Page(console)
    for number, answer in enumerate(answers):
        if number:
            page.line(Text())
        show(page, answer)
    page.line(Text())
    for line in age_of(report, now):
        page.hang(Text(line, style="dim"), indent=1)


def said(passage: Passage) -> str:
    """A passage as a word that needs no colour: `open`, `BLOCKED`, `UNKNOWN`."""
    return passage.value if passage is Passage.OPEN else passage.value.upper()


def settled(settle: str) -> Iterator[Text]:
    """Say what would settle a doubt; candidates stand below it, one a line, so that one of them can be copied."""
    words, found, candidates = visible(settle).partition(_CANDIDATES)
    yield Text(f"settle it: {words.removesuffix('; ')}")
    if found:
        yield Text(_CANDIDATES.strip())
        *more, last = candidates.split("); ")
        for candidate in (*(f"{each})" for each in more), last):
            yield Text(f"- {candidate}")


def age_of(report: SiteReport, now: datetime) -> Iterator[str]:
    """Say from which captures an answer is, and which devices it does without."""
    zone = zone_of(report.site.entry)
    times: dict[str, list[str]] = {}
    for capture in report.captures:
        weak = ", time of the file" if capture.time_is_weak else ""
        when = f"{moment(capture.taken_at, zone)} ({age(now - capture.taken_at)}{weak})"
        times.setdefault(when, []).append(visible(capture.device))
    site = visible(report.site.entry.name)
    for when, devices in times.items():
        yield f"{site}: answered from captures of {when}: {', '.join(devices)}"
    for failure in report.failures:
        hint = f"; {visible(failure.hint)}" if failure.hint else ""
        yield f"{site}: without {visible(failure.device)}: {visible(failure.why)}{hint}"
