"""The captured lines around a piece of evidence, with the line that matters marked."""

from dataclasses import dataclass

from auditor.pipeline import SiteReport
from auditor.report.summary import quoted
from auditor.verdicts import Quote

_AROUND = 2
_MOST = 12
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class ExcerptLine:
    """One line of a captured file; `marked`: the verdict rests on it."""

    number: int
    text: str
    marked: bool


def excerpt(report: SiteReport, quote: Quote) -> tuple[ExcerptLine, ...]:
    """Return the lines of a quote and some around them; only the quoted line where nothing more is known.

    A line that no reader knows is shown by its leading words only: its value may be anything, a secret too.
    """
    span = quote.span
    if span is None:
        return ()
    alone = (ExcerptLine(span.first, quoted(report, quote), marked=True),)
    capture = next((capture for capture in report.captures if capture.device == span.device), None)
    file = capture.file(span.file) if capture is not None else None
    coverage = next((each for each in report.coverage.get(span.device, ()) if each.file == span.file), None)
    if file is None or coverage is None:
        return alone if quote.text else ()
    lines = file.text.split("\n")
    unknown = {each.line: f"{_indent(lines[each.line - 1])}{each.keywords} …" for each in coverage.unknown}
    first, last = max(1, span.first - _AROUND), min(span.last + _AROUND, span.first + _MOST, len(lines))
    marked = range(span.first, span.last + 1)
    return tuple(
        ExcerptLine(number, _cut(unknown.get(number, lines[number - 1].rstrip("\r"))), marked=number in marked)
        for number in range(first, last + 1)
        if number in marked or number in unknown or lines[number - 1].strip() or first < number < last
    )


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
