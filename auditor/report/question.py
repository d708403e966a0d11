"""One question about a shop with its answer: the way of packets, for the person at the desk.

Every step says what it is, whether it lets packets pass, and the line that it rests on; the first that does not is
marked, and what stands behind it is said not to be reached.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from auditor.model import Fact, Unknown
from auditor.pipeline import SiteReport
from auditor.report.question_page import Page, render_each, said, settled
from auditor.report.summary import in_words_of, place, quoted, short_note
from auditor.report.text import visible
from auditor.rules.engine import Lines, quotes_of
from auditor.site import Passage
from auditor.site.trace import CABLE, END, START, WIFI, Step, Trace
from auditor.verdicts import Finding, Quote

_INDENT = 16
_MOST_LINES = 3
_LONGEST = 120
_ENDS = frozenset({START, END, WIFI, CABLE})

STYLES = {
    Passage.OPEN: "bold green",
    Passage.BLOCKED: "bold red",
    Passage.UNKNOWN: "bold yellow",
}
NOT_REACHED = "not reached"
BLOCKS_TOO = "blocks too"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for whom: names as they were given, with what they stand for; `port` None: the protocol has none."""

    source: str
    target: str
    protocol: str
    port: int | None

    @property
    def service(self) -> str:
        return self.protocol if self.port is None else f"{self.protocol}/{self.port}"


@dataclass(frozen=True, slots=True)
class Way:
    """One pair with its answer. `finding` is the failure of a rule that is about the same thing, with its fix."""

    asked: Asked
    trace: Trace
    note: str = ""
    finding: Finding | None = None


def quotes(report: SiteReport, fact: Fact[Any]) -> tuple[Quote, ...]:
    """Return the lines of a fact as reports show them: redacted, and of unknown lines the leading words only."""
    wanted = {(span.device, span.file) for span in fact.spans}
    texts = {
        (capture.device, file.path): tuple(file.text.split("\n"))
        for capture in report.captures
        for file in capture.files
        if (capture.device, file.path) in wanted
    }
    return tuple(dict.fromkeys(quotes_of(fact, Lines(texts))))


def render_ways(report: SiteReport, ways: Iterable[Way], console: Console, *, now: datetime, command: str) -> None:
    """Print the answers to a question, one pair after the other; `command` begins the command that shows a fix."""
    render_each(ways, lambda page, way: _way(page, report, way, command), report, console, now=now)


def _way(page: Page, report: SiteReport, way: Way, command: str) -> None:
    trace = way.trace
    ends = f"{visible(way.asked.source)} → {visible(way.asked.target)}"
    decisive = trace.decisive
    where = ""
    if decisive is not None:
        number = trace.steps.index(decisive) + 1
        where = f"at step {number}" + (f", {visible(decisive.device)}" if decisive.device else "")
    head = Text.assemble((ends, "bold"), f"  {way.asked.service}  ", (said(trace.passage), STYLES[trace.passage]))
    page.hang(Text.assemble(head, f" {where}" if where else ""), indent=2, first=Text())
    if way.note:
        page.hang(Text(visible(way.note), style="dim"), indent=2)
    for number, step in enumerate(trace.steps, start=1):
        _step(page, report, number, step)
    for line in _last(report, way, command):
        page.hang(line, indent=2)


def _step(page: Page, report: SiteReport, number: int, step: Step) -> None:
    word, style = said(step.passage), STYLES[step.passage]
    if not step.reached:
        blocks = step.passage is Passage.BLOCKED
        word, style = (BLOCKS_TOO, "red") if blocks else (NOT_REACHED, "dim")
    mark = ">" if step.decisive else " "
    lead = Text.assemble((f"{mark}{number:>2} ", "bold" if step.decisive else ""), (f"{word:<{_INDENT - 4}}", style))
    at = f"{visible(step.device)}: " if step.device and step.kind not in _ENDS else ""
    more = f" ({len(step.also)} more like it)" if step.also else ""
    only = f" (only {step.subset})" if step.subset else ""
    words = f"{at}{visible(in_words_of(report, step.device, step.words))}{more}{visible(only)}"
    passed = not step.reached and step.passage is Passage.OPEN
    page.hang(Text(words, style="dim" if passed else ""), indent=_INDENT, first=lead)
    if passed:
        return
    if isinstance(step.fact, Unknown):
        page.hang(Text(visible(in_words_of(report, step.device, step.fact.why))), indent=_INDENT)
    lines = [line for quote in quotes(report, step.fact) if (line := evidence(report, quote, step.device)) is not None]
    for line in lines[:_MOST_LINES]:
        page.hang(line, indent=_INDENT)
    if len(lines) > _MOST_LINES:
        page.hang(Text(f"and {len(lines) - _MOST_LINES} more lines", style="dim"), indent=_INDENT)


def evidence(report: SiteReport, quote: Quote, device: str) -> Text | None:
    """Show where a quote stands and its line, or the default that applies; None if there is nothing to show."""
    line = quoted(report, quote).strip()
    line = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
    told = short_note(report, quote, device) if quote.origin in ("assumed", "declared") else ""
    where = place(quote)
    if not where and not told:
        return None
    text = Text.assemble((visible(where), "cyan"), "  " if where and (line or told) else "", visible(line))
    if told:
        text.append(f"{'  ' if line else ''}{visible(told)}", style="dim")
    return text


def _last(report: SiteReport, way: Way, command: str) -> Iterator[Text]:
    """What to know at the end: translation, the way back, what would settle it, and where the fix is."""
    trace = way.trace
    if trace.translated:
        yield Text("NAT on the way: the reader sees another source address; the policy wants one common network")
    if trace.routed and trace.passage is Passage.OPEN:
        yield Text("the way back: replies belong to the open connection, and each filter above lets these pass")
    step = trace.decisive
    if step is not None and isinstance(step.fact, Unknown) and step.fact.settle:
        yield from settled(step.fact.settle)
    if way.finding is not None:
        fix = next((fix.title for fix in way.finding.fixes), "")
        device = way.finding.device
        what = f" ({visible(in_words_of(report, device, fix))})" if fix else ""
        yield Text(f"{command} --rule {way.finding.rule} shows the fix{what}")
