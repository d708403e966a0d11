"""The answers of `auditor path` and `auditor resolve` for scripts: one JSON document.

The shape, of both: `site`, `asked` (what was asked), `captures` (device, captured_at, sha256 of each), `not_audited`,
`passage` (open, blocked or unknown: the worst of the answers) and `answers`. An answer about packets has `from`, `to`,
`protocol`, `port`, `passage`, `routed`, `translated`, `note`, `steps` and `rule` (the rule that shows the fix, or
null). A step has `number`, `kind`, `device`, `what`, `passage`, `decisive`, `reached`, `subset`, `why` and `settle`
(where it is unknown) and `evidence`: `device`, `file`, `line`, `end_line`, `text`, `origin`, `note`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.model import Fact, Unknown
from auditor.pipeline import SiteReport
from auditor.report.question import Way, quotes
from auditor.report.summary import quoted
from auditor.site import Passage
from auditor.site.trace import Step


def ways(report: SiteReport, answers: Iterable[Way]) -> str:
    """Return the document about packets."""
    listed = tuple(answers)
    asked = {
        "from": [way.asked.source for way in listed],
        "to": [way.asked.target for way in listed],
        "protocol": listed[0].asked.protocol if listed else "",
        "port": listed[0].asked.port if listed else None,
    }
    return document(report, asked, [way.trace.passage for way in listed], [_way(report, way) for way in listed])


def document(
    report: SiteReport, asked: Mapping[str, Any], passages: Iterable[Passage], answers: list[dict[str, Any]]
) -> str:
    """Return a document: what was asked of what, the worst answer, and all answers."""
    content = {
        "site": report.site.entry.name,
        "asked": dict(asked),
        "captures": [
            {"device": each.device, "captured_at": each.taken_at.isoformat(), "sha256": each.sha256}
            for each in report.captures
        ],
        "not_audited": [{"device": each.device, "why": each.why, "hint": each.hint} for each in report.failures],
        "passage": worst(passages).value,
        "answers": answers,
    }
    # It may be printed on a terminal, which obeys more characters than JSON must escape: only ASCII is certain.
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def worst(passages: Iterable[Passage]) -> Passage:
    """Blocked before unknown before open; without any answer nothing is known."""
    found = set(passages)
    if Passage.BLOCKED in found:
        return Passage.BLOCKED
    return Passage.OPEN if found == {Passage.OPEN} else Passage.UNKNOWN


def _way(report: SiteReport, way: Way) -> dict[str, Any]:
    return {
        "from": way.asked.source,
        "to": way.asked.target,
        "protocol": way.asked.protocol,
        "port": way.asked.port,
        "passage": way.trace.passage.value,
        "routed": way.trace.routed,
        "translated": way.trace.translated,
        "note": way.note,
        "steps": [_step(report, number, step) for number, step in enumerate(way.trace.steps, start=1)],
        "rule": way.finding.rule if way.finding is not None else None,
    }


def _step(report: SiteReport, number: int, step: Step) -> dict[str, Any]:
    return {
        "number": number,
        "kind": step.kind,
        "device": step.device,
        "what": step.words,
        "passage": step.passage.value,
        "decisive": step.decisive,
        "reached": step.reached,
        "subset": step.subset,
        **unknown(step.fact),
        "evidence": [each for fact in (step.fact, *step.also) for each in evidence(report, fact)],
    }


def unknown(fact: Fact[Any]) -> dict[str, str]:
    """Why something is not known, and what would settle it; both '' for what is known."""
    return {"why": fact.why, "settle": fact.settle} if isinstance(fact, Unknown) else {"why": "", "settle": ""}


def evidence(report: SiteReport, fact: Fact[Any]) -> list[dict[str, Any]]:
    """The lines of a fact, as the JSON report of an audit shows them."""
    return [
        {
            "device": quote.span.device if quote.span else "",
            "file": quote.span.file if quote.span else "",
            "line": quote.span.first if quote.span else None,
            "end_line": quote.span.last if quote.span else None,
            "text": quoted(report, quote),
            "origin": quote.origin,
            "note": quote.note,
        }
        for quote in quotes(report, fact)
    ]
