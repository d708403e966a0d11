"""What all reports say about a site before they go into detail: result, counts, age, and what belongs together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auditor.model import Coverage
from auditor.pipeline import SiteReport
from auditor.profiles import load_profile
from auditor.report.words import vendor, with_vendor_words
from auditor.verdicts import Finding, Quote, Result, Severity


class Standing(StrEnum):
    """How a site stands. `UNKNOWN` outranks `WARN`: what was not decided may be an error."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WARN = "WARN"
    PASS = "PASS"


@dataclass(frozen=True, slots=True)
class Counts:
    """Findings of a site by what became of them. `broken`: the rule itself failed. `person`: cards."""

    errors: int
    warnings: int
    notes: int
    unknown: int
    broken: int
    ok: int
    not_applicable: int
    person: int


def count(findings: Iterable[Finding]) -> Counts:
    """Count findings by result and severity."""
    found = Counter((finding.result, finding.severity) for finding in findings)
    results: Counter[Result] = Counter()
    for (result, _), number in found.items():
        results[result] += number
    return Counts(
        errors=found[Result.FAIL, Severity.ERROR] + found[Result.FAIL, None],
        warnings=found[Result.FAIL, Severity.WARNING],
        notes=found[Result.FAIL, Severity.NOTE],
        unknown=results[Result.UNKNOWN],
        broken=results[Result.ERROR],
        ok=results[Result.PASS],
        not_applicable=results[Result.NOT_APPLICABLE],
        person=results[Result.NOT_CHECKED],
    )


def standing(report: SiteReport) -> Standing:
    """Return how a site stands; a device that was not audited leaves it undecided."""
    counts = count(report.findings)
    if counts.errors:
        return Standing.FAIL
    if counts.unknown or counts.broken or report.failures or not (report.findings or report.agreed.accepted):
        return Standing.UNKNOWN
    return Standing.WARN if counts.warnings else Standing.PASS


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: errors, warnings, broken rules, unknowns, notes, the rest; then by rule, device and subject."""
    return sorted(findings, key=lambda f: (_rank(f), f.rule, f.device, f.subject, f.about))


def _rank(finding: Finding) -> int:
    match finding.result:
        case Result.FAIL:
            return {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 4}[finding.severity or Severity.ERROR]
        case Result.ERROR:
            return 2
        case Result.UNKNOWN:
            return 3
        case Result.NOT_CHECKED:
            return 5
        case Result.PASS:
            return 6
        case Result.NOT_APPLICABLE:
            return 7


@dataclass(frozen=True, slots=True)
class UnknownCause:
    """One reason why things could not be decided, with all findings that it leaves open."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.rule for finding in self.findings))

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for finding in self.findings for item in finding.items))


def unknown_causes(findings: Iterable[Finding]) -> list[UnknownCause]:
    """Group unknowns that have the same cause and are settled by the same thing; worst first."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in worst_first(findings):
        if finding.result is Result.UNKNOWN:
            groups.setdefault((finding.message, finding.settle, finding.device), []).append(finding)
    ranked = sorted(groups.values(), key=lambda group: -max(finding.may_be.rank for finding in group))
    return [UnknownCause(tuple(group)) for group in ranked]


def due_cards(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Split checks for a person: those that a failure makes urgent (an item in common), and the rest."""
    listed = list(findings)
    failing = {item for finding in listed if finding.result is Result.FAIL for item in finding.items}
    cards = [finding for finding in worst_first(listed) if finding.result is Result.NOT_CHECKED and finding.card]
    due = [finding for finding in cards if failing.intersection(finding.items)]
    return due, [finding for finding in cards if not failing.intersection(finding.items)]


@dataclass(frozen=True, slots=True)
class Lines:
    """How many lines of captures were understood, are known to be irrelevant, or are unknown."""

    understood: int
    irrelevant: int
    unknown: int

    @property
    def total(self) -> int:
        return self.understood + self.irrelevant + self.unknown


def lines_of(coverage: Iterable[Coverage]) -> Lines:
    """Add up the coverage of files."""
    listed = tuple(coverage)
    return Lines(
        sum(file.understood for file in listed),
        sum(file.irrelevant for file in listed),
        sum(len(file.unknown) for file in listed),
    )


def oldest(report: SiteReport) -> datetime | None:
    """Return the time of the oldest capture; a verdict is not younger than what it rests on."""
    return min((capture.taken_at for capture in report.captures), default=None)


def in_words_of(report: SiteReport, device: str, text: str) -> str:
    """Add the vendor's words of a device to a neutral text; a text about no audited device stays as it is."""
    platform = next((found.platform for found in report.site.devices if found.name == device), "")
    return with_vendor_words(text, load_profile(platform)) if platform else text


def message(report: SiteReport, finding: Finding) -> str:
    """Return what a finding says, with the vendor's own words."""
    return in_words_of(report, finding.device, finding.message)


def place(quote: Quote) -> str:
    """Return where a quote stands: `gw:/etc/config/dhcp:41`, '' if no line exists."""
    if quote.span is None:
        return ""
    return str(quote.span) if quote.span.device else f"{quote.span.file}:{quote.span.first}"


def quoted(report: SiteReport, quote: Quote) -> str:
    """Return the text of a quote; of a line that no reader knows only its leading words, as it may hold anything."""
    span = quote.span
    if span is None:
        return quote.text
    for file in report.coverage.get(span.device, ()):
        if file.file == span.file:
            known = next((line.keywords for line in file.unknown if line.line == span.first), None)
            return quote.text if known is None else f"{known} …"
    return quote.text


def short_note(report: SiteReport, quote: Quote, device: str) -> str:
    """Return a quote's note with the vendor's name and without its source, as the terminal shows it."""
    note = quote.note
    if quote.origin != "assumed":
        return note
    statement = note.rpartition(" [")[0] or note
    before, colon, word = statement.rpartition("otherwise: ")
    named = next((found.platform for found in report.site.devices if found.name == device), "")
    if not colon or not named:
        return statement
    return f"{before}otherwise ({vendor(load_profile(named))}: {word})"
