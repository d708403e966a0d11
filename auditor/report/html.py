"""The report for people, as one HTML file: nothing is loaded from anywhere, no script runs, it prints on A4.

Jinja escapes every text; before that, what cannot be seen is made visible, so that a name neither becomes markup
nor turns the reading direction.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any, TextIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import auditor
from auditor.pipeline import SiteReport
from auditor.policies import Policy
from auditor.remediation import PlannedFix, Safety
from auditor.report.alarms import ADVICE, Alarm, alarms, together
from auditor.report.alarms import TITLE as ALARM
from auditor.report.diagram import diagram
from auditor.report.excerpt import ExcerptLine, excerpt
from auditor.report.fixes import by_finding, diff_of, part_of, status, who, why_not
from auditor.report.outcome import Limits, Outcome, Tally
from auditor.report.shared import SharedDevices, SharedReport, made_once, of_shared
from auditor.report.snippets import DeviceSteps, commands, undo
from auditor.report.spooled import Spooled
from auditor.report.summary import (
    Counts,
    Standing,
    UnknownCause,
    count,
    due_cards,
    in_words_of,
    lines_of,
    message,
    oldest,
    place,
    standing,
    unknown_causes,
    worst_first,
)
from auditor.report.text import visible
from auditor.report.times import about, age, moment, zone_of
from auditor.report.writing import SHARED, written
from auditor.verdicts import Finding, Result, Severity

_COMMENTS = ("#", "!")
_WRITTEN_OUT = ("error", "warning", "note", "broken")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the overview over several sites."""

    anchor: str
    name: str
    standing: Standing
    counts: Counts
    unaudited: int
    captured: str
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One quote: where it stands, the lines around it, and what is to be said about it."""

    where: str
    lines: tuple[ExcerptLine, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one device gets for a fix; `place` says which part of it that is, '' if it is all."""

    device: str
    place: str
    commands: tuple[str, ...]
    undo: tuple[str, ...]
    diffs: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class FixView:
    """A fix as the page shows it; `anchor` is '' where it is shown elsewhere already."""

    label: str
    anchor: str
    title: str
    safety: str
    status: str
    reason: str
    risks: tuple[str, ...]
    disconnected: str
    interrupts: str
    lasting: str
    proof: str
    judge: str
    parts: tuple[Part, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as the page shows it; `kind` is its severity, or its result where it has none."""

    anchor: str
    kind: str
    finding: Finding
    message: str
    evidence: tuple[Evidence, ...]
    fix: FixView | None


@dataclass(frozen=True, slots=True)
class SiteSection:
    """What one site adds to the page: its line in the overview, and its section."""

    policy: str
    row: Row
    section: str


def site_section(
    report: SiteReport, number: int, *, now: datetime, several_sites: bool, sites_of: Mapping[str, tuple[str, ...]]
) -> SiteSection:
    """Render the site with this number."""
    anchor = f"site-{number}"
    taken = oldest(report)
    captured = "" if taken is None else moment(taken, zone_of(report.site.entry))
    counts, unaudited = count(report.findings), len(report.failures)
    row = Row(anchor, report.site.name, standing(report), counts, unaudited, captured, alarms(report))
    shown = _site(report, anchor, now, once=several_sites, sites_of=sites_of)
    return SiteSection(report.site.policy.name, row, _page("site.html").render(shown))


class Writer:
    """Takes sites in any order; sections wait in a temporary file, as the overview comes first.

    The page has them in the order of their numbers, so that two runs over one inventory can be compared.
    """

    def __init__(
        self,
        stream: TextIO,
        sections: IO[bytes],
        *,
        now: datetime,
        several_sites: bool = False,
        sites_of: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._several = several_sites
        self._sites_of = sites_of or {}
        self._stream = stream
        self._sections = Spooled(sections)
        self._now = now
        self._rows: dict[int, Row] = {}
        self._policies: dict[str, tuple[int, Policy]] = {}

    def add(self, report: SiteReport) -> None:
        """Render one site, behind those so far."""
        number = self._sections.next_number
        several, sites_of = self._several, self._sites_of
        site = site_section(report, number, now=self._now, several_sites=several, sites_of=sites_of)
        self.take(number, site, report.site.policy)

    def take(self, number: int, site: SiteSection, policy: Policy) -> None:
        """Take the site with this number."""
        first = min(number, self._policies.get(policy.name, (number, policy))[0])
        self._policies[policy.name] = (first, policy)
        self._rows[number] = site.row
        self._sections.put(number, site.section)

    def finish(
        self, outcome: Outcome, shared: SharedDevices | None = None, reports: tuple[SharedReport, ...] = ()
    ) -> None:
        """Write the page: summary, overview, what sites have in common, sites, who is responsible."""
        rows = [row for _, row in sorted(self._rows.items())]
        standings = Counter(row.standing for row in rows)
        common = shared or SharedDevices()
        said: dict[str, Any] = {
            "shared": common.findings,
            "shared_failures": common.failures,
            "shared_fixes": [
                (each.device, _fix(each.report, fix, f"shared-{number}", first=True), fix)
                for number, each in enumerate(reports, start=1)
                for fix in each.fixes
            ],
            "rows": rows,
            "alarms": together(alarm for row in rows for alarm in row.alarms),
            "alarm_title": ALARM,
            "alarm_advice": ADVICE,
            "policies": [policy for _, policy in sorted(self._policies.values(), key=lambda each: each[0])],
            "tool": f"auditor {auditor.__version__}",
            "generated": f"{self._now:%Y-%m-%d %H:%M %Z}",
            "now": self._now,
            "outcome": outcome,
            "standings": [(each.value, number) for each in Standing if (number := standings[each])],
        }
        self._stream.write(_page("head.html").render(said))
        for section in self._sections.texts():
            self._stream.write(section)
        self._stream.write(_page("foot.html").render(said))


@contextmanager
def writing(
    path: Path,
    *,
    now: datetime,
    several_sites: bool = False,
    sites_of: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Writer]:
    """Give a writer for `path`; the caller adds sites and calls `finish`. The file appears when all is written.

    With several sites the fixes of devices that they share are shown once, where `finish` is given them. `sites_of`
    names the sites of each shared device.
    """
    with (
        written(path, mode=SHARED) as stream,
        tempfile.TemporaryFile("w+b") as sections,
    ):
        yield Writer(stream, sections, now=now, several_sites=several_sites, sites_of=sites_of)


def write(reports: Iterable[SiteReport], path: Path, *, now: datetime, limits: Limits | None = None) -> Outcome:
    """Write all sites, one in memory at a time, and return how the run ended."""
    tally = Tally(limits or Limits())
    with writing(path, now=now) as writer:
        for report in reports:
            tally.add(report)
            writer.add(report)
        writer.finish(tally.outcome())
    return tally.outcome()


@cache
def _page(name: str) -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["is_comment"] = lambda line: line.startswith(_COMMENTS)
    return environment.get_template(name)


def _shown(value: Any) -> Any:
    """Make what a template prints visible; markup of the templates themselves stays markup."""
    is_markup = hasattr(value, "__html__")
    return visible(value) if isinstance(value, str) and not is_markup else value


def _site(
    report: SiteReport, anchor: str, now: datetime, *, once: bool, sites_of: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    entry = report.site.entry
    zone = zone_of(entry)
    due, other = due_cards(report.findings)
    taken = oldest(report)
    findings = _findings(report, anchor, once=once)
    unknowns = unknown_causes(report.findings)
    return {
        "anchor": anchor,
        "drawn": diagram(report.site, report.findings, _anchors(findings, unknowns, anchor), sites_of),
        "site": entry,
        "standing": standing(report),
        "counts": count(report.findings),
        "captured": "" if taken is None else f"{moment(taken, zone)} ({age(now - taken)})",
        "captures": [(each, moment(each.taken_at, zone)) for each in report.captures],
        "failures": report.failures,
        "findings": findings,
        "written_out": _WRITTEN_OUT,
        "unknowns": [
            (cause, in_words_of(report, cause.first.device, cause.first.message), _evidence(report, cause.first))
            for cause in unknowns
        ],
        "due": due,
        "other": other,
        "advice": _advice(report),
        "coverage": report.coverage,
        "lines_of": lines_of,
        "gaps": [(capture.device, gap) for capture in report.captures for gap in capture.gaps],
    }


def _anchors(findings: list[FindingView], unknowns: list[UnknownCause], anchor: str) -> dict[str, str]:
    """Where on the page a finding that is written out stands, by its fingerprint."""
    shown = {view.finding.fingerprint: view.anchor for view in findings if view.kind in _WRITTEN_OUT}
    causes = enumerate(unknowns, start=1)
    return shown | {each.fingerprint: f"{anchor}-u{number}" for number, cause in causes for each in cause.findings}


def _findings(report: SiteReport, anchor: str, *, once: bool) -> list[FindingView]:
    """All findings, worst first; a fix that several findings share is shown with the first of them."""
    fixes = by_finding(report.remediation)
    shown: set[str] = set()
    views: list[FindingView] = []
    for number, finding in enumerate(worst_first(report.findings), start=1):
        planned = fixes.get(finding.fingerprint)
        fix = None if planned is None else _fix(report, planned, anchor, first=planned.label not in shown)
        if fix is not None and planned is not None and once and planned in of_shared(report.remediation):
            fix = replace(fix, parts=(), safety=planned.safety.value, reason=made_once(planned))
        if planned is not None:
            shown.add(planned.label)
        evidence = _evidence(report, finding)
        views.append(FindingView(f"{anchor}-{number}", kind(finding), finding, message(report, finding), evidence, fix))
    for each in report.agreed.accepted:
        said = f"{message(report, each.finding)} ({each.why})"
        where = f"{anchor}-{len(views) + 1}"
        views.append(FindingView(where, "waived", each.finding, said, _evidence(report, each.finding), None))
    return views


def kind(finding: Finding) -> str:
    """Return the word that the page sorts and colours a finding by."""
    match finding.result:
        case Result.FAIL:
            return (finding.severity or Severity.ERROR).value
        case Result.ERROR:
            return "broken"
        case Result.UNKNOWN:
            return "unknown"
        case Result.NOT_CHECKED:
            return "person"
        case Result.NOT_APPLICABLE:
            return "na"
        case Result.PASS:
            return "ok"


def _evidence(report: SiteReport, finding: Finding) -> tuple[Evidence, ...]:
    quotes = finding.evidence
    said = (Evidence(place(quote), excerpt(report, quote), quote.note) for quote in quotes)
    return tuple(each for each in said if each.where or (each.note and each.note != finding.message))


def _fix(report: SiteReport, fix: PlannedFix, anchor: str, *, first: bool) -> FixView:
    reason = why_not(fix)
    device = next((f.device for f in report.findings if f.fingerprint in fix.findings), "")
    devices = () if reason or not first else tuple(dict.fromkeys(c.change.device for c in fix.changes))
    return FixView(
        label=fix.label,
        anchor=f"{anchor}-{fix.label}",
        title=in_words_of(report, device, fix.fix.title),
        safety=fix.safety.value if not reason or fix.safety is Safety.MANUAL else "withheld",
        status=status(report, fix),
        reason=reason,
        risks=fix.reasons if fix.safety is not Safety.MANUAL else (),
        disconnected=who(report, fix),
        interrupts=fix.interrupts,
        lasting=about(fix.seconds),
        proof="" if fix.proof is None else fix.proof.why,
        judge="" if fix.proof is None else fix.proof.judge,
        parts=tuple(_part(report, fix, device) for device in devices),
        others=tuple(other.title for other in fix.others),
    )


def _part(report: SiteReport, fix: PlannedFix, device: str) -> Part:
    before = next(capture for capture in report.captures if capture.device == device)
    steps = DeviceSteps(device, before, (fix,))
    diffs = diff_of(report, fix.changes, device).values()
    return Part(
        device=device,
        place=part_of(fix, device),
        commands=tuple(commands(steps)[1:]),
        undo=tuple(undo(steps)[1:]),
        diffs=tuple(_coloured(text) for text in diffs),
    )


def _coloured(diff: str) -> tuple[tuple[str, str], ...]:
    """Return the lines of a unified diff with their classes; only the first two name files."""
    lines = diff.rstrip("\n").split("\n")
    classes = {"+": "added", "-": "removed", "@": "hunk"}
    return tuple(("file" if number < 2 else classes.get(line[:1], "same"), line) for number, line in enumerate(lines))


def _advice(report: SiteReport) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for finding in worst_first(report.findings):
        for advice in finding.advice:
            given.setdefault(advice, []).append(finding.rule)
    return {advice: list(dict.fromkeys(rules)) for advice, rules in given.items()}
