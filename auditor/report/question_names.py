"""One question for a name with its answer: the tree of resolvers, for the person at the desk and for scripts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from auditor.model import Fact, Unknown
from auditor.pipeline import SiteReport
from auditor.report.question import STYLES, evidence, quotes
from auditor.report.question_json import document
from auditor.report.question_json import evidence as evidence_json
from auditor.report.question_json import unknown as unknown_json
from auditor.report.question_page import Page, render_each, said, settled
from auditor.report.summary import in_words_of
from auditor.report.text import visible
from auditor.site import Passage
from auditor.site.asked import Asked, Reason
from auditor.site.lookups import Resolution
from auditor.verdicts import Finding

_MOST_LINES = 3
_DEEPEST = 6
"""Behind so many resolvers the indent stays the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one group of clients gets. `place` says why nothing is known of clients that were not found."""

    client: str
    name: str
    resolution: Resolution | None
    place: Unknown | None = None
    finding: Finding | None = None

    @property
    def passage(self) -> Passage:
        return Passage.UNKNOWN if self.resolution is None else self.resolution.passage


def render_names(
    report: SiteReport, answers: Iterable[Answer], console: Console, *, now: datetime, command: str
) -> None:
    """Print the answers, one group of clients after the other; `command` begins the command that shows a fix."""
    render_each(answers, lambda page, answer: _answer(page, report, answer, command), report, console, now=now)


def _answer(page: Page, report: SiteReport, answer: Answer, command: str) -> None:
    word = "answers" if answer.passage is Passage.OPEN else said(answer.passage)
    where = answer.resolution.decisive if answer.resolution is not None else None
    at = f" at {visible(where.words)}" if where is not None else ""
    head = Text.assemble((f"{visible(answer.client)} → {visible(answer.name)}", "bold"), "  ")
    page.hang(Text.assemble(head, (word, STYLES[answer.passage]), at), indent=2, first=Text())
    if answer.resolution is None:
        if answer.place is not None:
            _fact(page, report, answer.place, "", 2)
            for line in settled(answer.place.settle):
                page.hang(line, indent=2)
        return
    found = answer.resolution
    expected = f"the answer must be {found.expected}: the name says it" if found.expected else "any answer will do"
    page.hang(Text(f"{expected}; clients may ask any resolver that they know", style="dim"), indent=2)
    for each in found.asked:
        _asked(page, report, each, 0, where)
    for hole in found.holes:
        page.hang(Text(visible(hole.why)), indent=12, first=Text.assemble(("   UNKNOWN  ", STYLES[Passage.UNKNOWN])))
        _lines(page, report, hole, "", 12)
    for line in _last(report, answer, command):
        page.hang(line, indent=2)


def _asked(page: Page, report: SiteReport, asked: Asked, depth: int, decisive: Asked | None) -> None:
    indent = 2 + 3 * min(depth, _DEEPEST)
    branch = "└─ " if depth else ""
    page.hang(Text(visible(asked.told)), indent=indent + len(branch), first=Text(" " * indent + branch))
    indent += len(branch)
    _lines(page, report, asked.told_by, asked.device, indent)
    mark = ">" if asked is decisive else " "
    word, style = ("not reached", "dim") if asked.needless else (said(asked.passage), STYLES[asked.passage])
    if asked.passage is Passage.OPEN and not asked.needless:
        word = "answers" if not asked.asks else "open"
    lead = Text.assemble(" " * (indent - 2), (f"{mark} ", "bold"), (f"{word}  ", style))
    page.hang(Text(visible(asked.words)), indent=indent + 2, first=lead)
    for reason in asked.reasons:
        _reason(page, report, reason, asked.device, indent + 2)
    for each in asked.asks:
        _asked(page, report, each, depth + 1, decisive)


def _reason(page: Page, report: SiteReport, reason: Reason, device: str, indent: int) -> None:
    words = in_words_of(report, device, reason.words)
    why = f": {in_words_of(report, device, reason.fact.why)}" if isinstance(reason.fact, Unknown) else ""
    page.hang(Text(visible(f"{words}{why}")), indent=indent)
    _lines(page, report, reason.fact, device, indent)


def _fact(page: Page, report: SiteReport, fact: Unknown, device: str, indent: int) -> None:
    page.hang(Text(visible(in_words_of(report, device, fact.why))), indent=indent)
    _lines(page, report, fact, device, indent)


def _lines(page: Page, report: SiteReport, fact: Fact[Any], device: str, indent: int) -> None:
    for quote in quotes(report, fact)[:_MOST_LINES]:
        line = evidence(report, quote, device)
        if line is not None:
            page.hang(line, indent=indent)


def _last(report: SiteReport, answer: Answer, command: str) -> Iterator[Text]:
    """What would settle it, and where the fix is."""
    assert answer.resolution is not None
    open_ = [reason for asked in answer.resolution.all() if not asked.needless for reason in asked.reasons]
    settles = [each.fact.settle for each in open_ if isinstance(each.fact, Unknown)]
    settles += [hole.settle for hole in answer.resolution.holes]
    for settle in dict.fromkeys(filter(None, settles)):
        yield from settled(settle)
    if answer.finding is not None:
        device = answer.finding.device
        title = next((fix.title for fix in answer.finding.fixes), "")
        what = f" ({visible(in_words_of(report, device, title))})" if title else ""
        yield Text(f"{command} --rule {answer.finding.rule} shows the fix{what}")


def names_json(report: SiteReport, name: str, answers: Iterable[Answer]) -> str:
    """Return the document for scripts.

    An answer has `from`, `name`, `expected` (an address, or null), `passage`, `why` and `settle` (of clients that were
    not found), `asked` (a tree), `holes` and `rule`. One that is asked has `told`, `told_by` (evidence), `what`,
    `device`, `passage`, `needless`, `reasons` (`what`, `passage`, `why`, `settle`, `evidence`) and `asks`.
    """
    listed = tuple(answers)
    asked = {"from": [each.client for each in listed], "name": name}
    return document(report, asked, [each.passage for each in listed], [_json(report, each) for each in listed])


def _json(report: SiteReport, answer: Answer) -> dict[str, Any]:
    found = answer.resolution
    place = unknown_json(answer.place) if answer.place is not None else {"why": "", "settle": ""}
    return {
        "from": answer.client,
        "name": answer.name,
        "expected": str(found.expected) if found is not None and found.expected is not None else None,
        "passage": answer.passage.value,
        **place,
        "asked": [_asked_json(report, each) for each in found.asked] if found is not None else [],
        "holes": [unknown_json(hole) for hole in found.holes] if found is not None else [],
        "rule": answer.finding.rule if answer.finding is not None else None,
    }


def _asked_json(report: SiteReport, asked: Asked) -> dict[str, Any]:
    return {
        "told": asked.told,
        "told_by": evidence_json(report, asked.told_by),
        "what": asked.words,
        "device": asked.device,
        "passage": asked.passage.value,
        "needless": asked.needless,
        "reasons": [
            {
                "what": reason.words,
                "passage": reason.passage.value,
                **unknown_json(reason.fact),
                "evidence": evidence_json(report, reason.fact),
            }
            for reason in asked.reasons
        ],
        "asks": [_asked_json(report, each) for each in asked.asks],
    }
