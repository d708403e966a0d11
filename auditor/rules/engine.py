"""Asks every rule about every subject and completes its verdicts: device, quoted lines, fingerprint.

Silence becomes `error`: a rule cannot pass by having nothing to look at. An exception in a rule becomes
`error` too; it costs that verdict and nothing else.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from auditor.capture import Capture
from auditor.model import Assumed, Declared, Fact, Span, Stated, Unknown
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import (
    Evidence,
    Fail,
    Finding,
    NotApplicable,
    NotChecked,
    Pass,
    Quote,
    Result,
    Undecided,
    Verdict,
    badness,
)

logger = logging.getLogger(__name__)

_LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Lines:
    """The captured lines of all devices, for quoting; `origins` names files whose lines are the operator's."""

    texts: Mapping[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, captures: Iterable[Capture]) -> "Lines":
        return cls(
            {
                (capture.device, file.path): tuple(file.text.split("\n"))
                for capture in captures
                for file in capture.files
            }
        )

    def quote(self, span: Span) -> str:
        """Return the first line of a span, cut to a readable length; '' if its text is not at hand."""
        lines = self.texts.get((span.device, span.file), ())
        text = lines[span.first - 1].rstrip("\r") if 0 < span.first <= len(lines) else ""
        return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


def judge(site: Site, rules: Iterable[Rule], lines: Lines) -> tuple[Finding, ...]:
    """Return the findings of all rules for one site, in the order of the rules.

    Of several verdicts with one fingerprint (points of sale that serve two groups of readers) the worst counts.
    """
    found: dict[str, Finding] = {}
    for rule in rules:
        for subject, verdict in _ask(rule, site):
            finding = _complete(rule, site, subject, verdict, lines)
            known = found.get(finding.fingerprint)
            if known is None or badness(finding) > badness(known):
                found[finding.fingerprint] = finding
    return tuple(found.values())


def _ask(rule: Rule, site: Site) -> Iterator[tuple[str, Verdict | str]]:
    """Yield subject and verdict; a text instead of a verdict is the engine's own `error`."""
    if rule.check_site is not None:
        # A shop without declared readers has no subject to speak of; `readers-not-declared` says so.
        yield from _listen(rule, site.name, partial(rule.check_site, site), may_be_silent=not site.readers)
        return
    for readers in site.readers:
        reasons = (condition(site, readers) for condition in rule.concerns)
        reason = next((reason for reason in reasons if reason), "")
        if reason:
            yield readers.name, NotApplicable(reason)
        elif rule.needs_place and isinstance(readers.place, Unknown):
            yield readers.name, Undecided(readers.place)
        elif rule.check is not None:
            yield from _listen(rule, readers.name, partial(rule.check, site, readers))


def _listen(
    rule: Rule, subject: str, ask: Callable[[], Iterator[Verdict]], *, may_be_silent: bool = False
) -> Iterator[tuple[str, Verdict | str]]:
    try:
        verdicts: list[Verdict] = list(ask())
    except Exception as error:
        logger.exception("rule %s failed for %s", rule.id, subject)
        yield subject, f"the rule itself failed: {type(error).__name__}"
        return
    if not verdicts and not may_be_silent:
        yield subject, "the rule said nothing"
    for verdict in verdicts:
        yield verdict.subject or subject, verdict


def _complete(rule: Rule, site: Site, subject: str, verdict: Verdict | str, lines: Lines) -> Finding:
    base: dict[str, Any] = {
        "site": site.name,
        "device": "",
        "rule": rule.id,
        "items": rule.items,
        "severity": None,
        "subject": subject,
        "about": "",
        "evidence": (),
        "fixes": (),
        "advice": (),
        "settle": "",
        "card": None,
        "may_be": rule.severity,
    }
    match verdict:
        case str():
            base |= {"result": Result.ERROR, "message": verdict}
        case Pass():
            base |= {"result": Result.PASS, "message": verdict.message} | _shown(verdict.evidence, lines)
        case Fail():
            base |= {
                "result": Result.FAIL,
                "message": verdict.message,
                "severity": verdict.severity,
                "fixes": verdict.fixes,
                "advice": verdict.advice,
            } | _shown(verdict.evidence, lines)
        case Undecided():
            evidence = (verdict.unknown, *_facts(verdict.evidence))
            base |= {
                "result": Result.UNKNOWN,
                "message": verdict.unknown.why,
                "settle": verdict.unknown.settle,
                "card": verdict.card,
            } | _shown(evidence, lines)
        case NotApplicable():
            base |= {"result": Result.NOT_APPLICABLE, "message": verdict.why}
        case NotChecked():
            base |= {"result": Result.NOT_CHECKED, "message": verdict.card.title, "card": verdict.card}
    if not isinstance(verdict, str):
        base["about"] = verdict.about
        base["device"] = verdict.device or base["device"]
    base["fingerprint"] = fingerprint(rule.id, subject, base["about"])
    return Finding(**base)


def fingerprint(rule: str, subject: str, about: str) -> str:
    """Hash of rule, subject and what it is about; no line number, no value that changes by itself."""
    return hashlib.sha256("\0".join((rule, subject, about)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _facts(evidence: Evidence) -> tuple[Fact[Any], ...]:
    return evidence if isinstance(evidence, tuple) else (evidence,)


def _shown(evidence: Evidence, lines: Lines) -> dict[str, Any]:
    quotes = tuple(dict.fromkeys(quote for fact in _facts(evidence) for quote in _quotes(fact, lines)))
    device = next((quote.span.device for quote in quotes if quote.span and quote.span.device), "")
    return {"evidence": quotes, "device": device}


def _quotes(fact: Fact[Any], lines: Lines) -> Iterator[Quote]:
    """Show a fact: its lines, or the documented default with the place where a line would stand."""
    match fact:
        case Stated(_, spans):
            for span in spans:
                yield Quote("stated", span, lines.quote(span), "")
        case Assumed(_, because, near):
            note = f"default, no line says otherwise: {because.word} [{because.source}]"
            yield Quote("assumed", near[0], lines.quote(near[0]), note) if near else Quote("assumed", None, "", note)
        case Declared(value, span, who, until):
            note = f"declared by {who}: {value}" + (f", until {until}" if until else "")
            yield Quote("declared", span, lines.quote(span), note)
        case Unknown(why, near):
            if not near:
                yield Quote("unknown", None, "", why)
            for span in near:
                yield Quote("unknown", span, lines.quote(span), why)
