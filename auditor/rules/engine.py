"""Asks every rule about every subject and completes its verdicts: device, quoted lines, fingerprint.

Silence becomes `error`: a rule cannot pass by having nothing to look at. An exception in a rule becomes
`error` too; it costs that verdict and nothing else.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from auditor.capture import Capture
from auditor.model import Assumed, Declared, Fact, Span, Stated, Unknown
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import (
    Card,
    Evidence,
    Fail,
    Finding,
    Fix,
    NotApplicable,
    NotChecked,
    Pass,
    Quote,
    Result,
    Severity,
    Undecided,
    Verdict,
    badness,
)

logger = logging.getLogger(__name__)

_LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Lines:
    """The captured lines by device and file, for quoting; lines of the inventory have the device ''."""

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


@dataclass(slots=True)  # made for every verdict: what is not frozen costs half
class _Said:
    """What a verdict comes to, whatever kind it is."""

    result: Result
    message: str
    evidence: tuple[Fact[Any], ...] = ()
    severity: Severity | None = None
    fixes: tuple[Fix, ...] = ()
    advice: tuple[str, ...] = ()
    settle: str = ""
    card: Card | None = None


def _said(verdict: Verdict | str) -> _Said:
    match verdict:
        case str():
            return _Said(Result.ERROR, verdict)
        case Pass():
            return _Said(Result.PASS, verdict.message, _facts(verdict.evidence))
        case Fail(message=message, evidence=evidence, severity=severity, fixes=fixes, advice=advice):
            return _Said(Result.FAIL, message, _facts(evidence), severity, fixes, advice)
        case Undecided(unknown=unknown, evidence=evidence, card=card):
            facts = (unknown, *_facts(evidence))
            return _Said(Result.UNKNOWN, unknown.why, facts, settle=unknown.settle, card=card)
        case NotApplicable():
            return _Said(Result.NOT_APPLICABLE, verdict.why)
        case NotChecked():
            return _Said(Result.NOT_CHECKED, verdict.card.title, card=verdict.card)


def _complete(rule: Rule, site: Site, subject: str, verdict: Verdict | str, lines: Lines) -> Finding:
    said = _said(verdict)
    about, device = ("", "") if isinstance(verdict, str) else (verdict.about, verdict.device)
    quotes = _once_each([quote for fact in said.evidence for quote in quotes_of(fact, lines)])
    return Finding(
        site=site.name,
        device=device or next((quote.span.device for quote in quotes if quote.span and quote.span.device), ""),
        rule=rule.id,
        items=rule.items,
        result=said.result,
        severity=said.severity,
        subject=subject,
        about=about,
        message=said.message,
        evidence=quotes,
        fixes=said.fixes,
        advice=said.advice,
        settle=said.settle,
        card=said.card,
        fingerprint=fingerprint(rule.id, subject, about),
        may_be=rule.severity,
    )


def _once_each(quotes: list[Quote]) -> tuple[Quote, ...]:
    return tuple(dict.fromkeys(quotes)) if len(quotes) > 1 else tuple(quotes)


@lru_cache(maxsize=4096)  # chains of shops call their readers and points of sale the same
def fingerprint(rule: str, subject: str, about: str) -> str:
    """Hash of rule, subject and what it is about; no line number, no value that changes by itself."""
    return hashlib.sha256("\0".join((rule, subject, about)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _facts(evidence: Evidence) -> tuple[Fact[Any], ...]:
    return evidence if isinstance(evidence, tuple) else (evidence,)


def quotes_of(fact: Fact[Any], lines: Lines) -> Iterator[Quote]:
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
