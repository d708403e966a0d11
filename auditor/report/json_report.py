"""The report for programs: one JSON document, its shape in `report.schema.json`.

The text is plain ASCII, so that nothing that a device said can control a terminal on which somebody looks at it.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TextIO

import auditor
from auditor.capture import Failure
from auditor.pipeline import SiteReport
from auditor.remediation import PlannedFix, Safety
from auditor.report.fixes import by_finding, diff_of, ssids_hit, why_not
from auditor.report.outcome import Limits, Outcome, Tally
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.spooled import Spooled
from auditor.report.summary import count, lines_of, message, oldest, quoted, standing, worst_first
from auditor.report.text import encodable
from auditor.report.writing import SHARED, written
from auditor.verdicts import Card, Finding, Fix, Quote, Result, Severity

VERSION = 1
SCHEMA = Path(__file__).with_name("report.schema.json")


@dataclass(frozen=True, slots=True)
class SiteJson:
    """What one site adds to the document."""

    policy: str
    policy_version: str
    verdicts: tuple[str, ...]
    site: str
    failures: tuple[str, ...]


def site_json(report: SiteReport) -> SiteJson:
    """Make what one site adds to the document."""
    policy = report.site.policy
    fixes = by_finding(report.remediation)
    return SiteJson(
        policy.name,
        policy.version.isoformat(),
        tuple(_json(_verdict(report, each, fixes.get(each.fingerprint))) for each in _all_findings(report)),
        _json(_site(report)),
        tuple(_json(_failure(report.site.name, failure)) for failure in report.failures),
    )


class Writer:
    """Takes sites in any order; what they add waits in a temporary file until all are there.

    The document has them in the order of their numbers, so that two runs over one inventory can be compared.
    """

    def __init__(self, stream: TextIO, spool: IO[bytes], *, now: datetime) -> None:
        self._stream = stream
        self._now = now
        self._spooled = Spooled(spool)
        self._policies: dict[int, dict[str, str]] = {}

    def add(self, report: SiteReport) -> None:
        """Take one site, behind those so far."""
        self.take(self._spooled.next_number, site_json(report))

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number."""
        known = {"name": site.policy, "version": site.policy_version}
        if known not in self._policies.values() or number < min(self._policies):
            self._policies[number] = known
        self._spooled.put(number, _json([site.verdicts, site.site, site.failures]))

    def finish(
        self, outcome: Outcome, shared: SharedDevices | None = None, reports: tuple[SharedReport, ...] = ()
    ) -> None:
        """Write the document: all sites, `shared` devices with their failures and fixes, and the outcome."""
        listed = (each for _, each in sorted(self._policies.items()))
        policies = list({each["name"]: each for each in listed}.values())
        common = shared or SharedDevices()
        head: dict[str, Any] = {"version": VERSION, "tool": {"name": "auditor", "version": auditor.__version__}}
        head["generated"] = _time(self._now)
        self._stream.write(_json(head)[:-1] + ',\n"verdicts": [')
        self._items(text for verdicts, _, _ in self._parts() for text in verdicts)
        self._stream.write('],\n"sites": [')
        self._items(site for _, site, _ in self._parts())
        self._stream.write('],\n"failures": [')
        self._items(text for _, _, failures in self._parts() for text in failures)
        self._stream.write(f'],\n"shared": {_json(_shared(common, reports))},\n')
        self._stream.write(f'"policy": {_json(policies[0] if policies else None)},\n')
        self._stream.write(f'"policies": {_json(policies)},\n"exit": {_json(asdict(outcome))}\n}}\n')

    def _parts(self) -> Iterator[tuple[list[str], str, list[str]]]:
        for text in self._spooled.texts():
            verdicts, site, failures = json.loads(text)
            yield verdicts, site, failures

    def _items(self, texts: Iterable[str]) -> None:
        divider = "\n"
        for text in texts:
            self._stream.write(f"{divider}{text}")
            divider = ",\n"
        if divider != "\n":
            self._stream.write("\n")


@contextmanager
def writing(path: Path, *, now: datetime) -> Iterator[Writer]:
    """Give a writer for `path`; the caller adds sites and calls `finish`. The file appears when all is written."""
    with written(path, mode=SHARED) as stream, tempfile.TemporaryFile("w+b") as spool:
        yield Writer(stream, spool, now=now)


def write(reports: Iterable[SiteReport], path: Path, *, now: datetime, limits: Limits | None = None) -> Outcome:
    """Write all sites, one in memory at a time, and return how the run ended."""
    tally = Tally(limits or Limits())
    with writing(path, now=now) as writer:
        for report in reports:
            tally.add(report)
            writer.add(report)
        writer.finish(tally.outcome())
    return tally.outcome()


def _all_findings(report: SiteReport) -> list[Finding]:
    """Findings that count and those that are accepted: an accepted one never vanishes."""
    return worst_first((*report.findings, *(each.finding for each in report.agreed.accepted)))


def _site(report: SiteReport) -> dict[str, Any]:
    entry = report.site.entry
    taken = oldest(report)
    failed = {failure.device for failure in report.failures}
    captures = {capture.device: capture for capture in report.captures}
    names = dict.fromkeys([device.name for device in entry.devices] + list(captures) + sorted(failed))
    return {
        "site": entry.name,
        "result": standing(report).value.lower(),
        "counts": {**asdict(count(report.findings)), **_accepted(report)},
        "captured_at": None if taken is None else _time(taken),
        "integration": {"name": entry.integration.value, "from": entry.integration_from},
        "policy": report.site.policy.name,
        "coverage": asdict(lines_of(file for files in report.coverage.values() for file in files)),
        "devices": [_device(report, name) for name in names],
        "plan_proven": None if report.remediation.proof is None else report.remediation.proof.holds,
    }


def _device(report: SiteReport, name: str) -> dict[str, Any]:
    capture = next((capture for capture in report.captures if capture.device == name), None)
    coverage = report.coverage.get(name, ())
    return {
        "device": name,
        "platform": capture.platform if capture else None,
        "audited": capture is not None,
        "captured_at": _time(capture.taken_at) if capture else None,
        "time_is_weak": capture.time_is_weak if capture else None,
        "source": capture.source if capture else None,
        "sha256": capture.sha256 if capture else None,
        "coverage": [
            {
                "file": file.file,
                "understood": file.understood,
                "irrelevant": file.irrelevant,
                "unknown": [{"line": each.line, "keywords": each.keywords} for each in file.unknown],
            }
            for file in coverage
        ],
        "gaps": [asdict(gap) for gap in capture.gaps] if capture else [],
    }


def _verdict(report: SiteReport, finding: Finding, planned: PlannedFix | None) -> dict[str, Any]:
    fixes = [] if planned is None else [_planned(report, planned), *map(_alternative, planned.others)]
    return {
        "site": finding.site,
        "device": finding.device,
        "rule": finding.rule,
        "items": list(finding.items),
        "result": finding.result.value,
        "severity": finding.severity.value if finding.severity else None,
        "may_be": finding.may_be.value,
        "subject": finding.subject,
        "about": finding.about,
        "message": message(report, finding),
        "evidence": [_evidence(report, quote) for quote in finding.evidence],
        "fixes": fixes,
        "settle": finding.settle,
        "advice": list(finding.advice),
        "card": _card(finding.card) if finding.card else None,
        "fingerprint": finding.fingerprint,
        **_agreed(report, finding),
    }


def _agreed(report: SiteReport, finding: Finding) -> dict[str, Any]:
    """What was agreed about a finding; nothing if nobody did, and a baseline only of what one may know."""
    accepted = next((each for each in report.agreed.accepted if each.finding is finding), None)
    waiver = accepted.waiver if accepted else report.agreed.expired.get((finding.fingerprint, finding.device))
    told: dict[str, Any] = {}
    if waiver is not None:
        told["waiver"] = {
            "owner": waiver.owner,
            "reason": waiver.reason,
            "ticket": waiver.ticket,
            "expires": waiver.expires.isoformat(),
            "holds": accepted is not None,
            "line": waiver.line,
        }
    if report.agreed.compared and finding.result in (Result.FAIL, Result.UNKNOWN):
        told["baseline"] = "unchanged" if accepted and accepted.waiver is None else "new"
    return told


def _accepted(report: SiteReport) -> dict[str, int]:
    waived = sum(each.waiver is not None for each in report.agreed.accepted)
    return {"waived": waived, "known": len(report.agreed.accepted) - waived}


def _evidence(report: SiteReport, quote: Quote) -> dict[str, Any]:
    span = quote.span
    return {
        "device": span.device if span else "",
        "file": span.file if span else "",
        "line": span.first if span else None,
        "end_line": span.last if span else None,
        "text": quoted(report, quote),
        "origin": quote.origin,
        "note": quote.note,
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "steps": list(card.steps),
        "command": card.command,
        "expect": card.expect,
        "note": card.note,
    }


def _planned(report: SiteReport, fix: PlannedFix) -> dict[str, Any]:
    """The emitted fix: commands only if they can be pasted, else the reason why not."""
    reason = why_not(fix)
    changes = () if reason else fix.changes
    devices = dict.fromkeys(change.change.device for change in changes)
    return {
        "label": fix.label,
        "title": fix.fix.title,
        "safety": fix.safety.value,
        "proven": fix.proof is not None and fix.proof.holds and not fix.withheld,
        "proof": fix.withheld or (fix.proof.why if fix.proof else ""),
        "judge": fix.proof.judge if fix.proof else "",
        "interrupts": fix.interrupts,
        "disconnects": fix.disconnects,
        "ssids": list(ssids_hit(report, fix)),
        "seconds": fix.seconds,
        "weakens": fix.fix.weakens,
        "sites": list(fix.sites),
        "proven_for": list(fix.proven_for),
        "risks": list(fix.reasons if fix.safety is not Safety.MANUAL else fix.fix.risks),
        "manual": reason,
        "commands": [
            {
                "device": change.change.device,
                "reads": list(change.snippet.reads),
                "lines": list(change.snippet.apply),
                "activate": list(dict.fromkeys(line for effect in change.effects for line in effect.activate)),
                "checks": list(change.snippet.checks),
            }
            for change in changes
        ],
        "undo": [{"device": change.change.device, "lines": list(change.snippet.undo)} for change in reversed(changes)],
        "diff": [
            {"device": device, "file": path, "text": text}
            for device in devices
            for path, text in diff_of(report, tuple(changes), device).items()
        ],
    }


def _alternative(fix: Fix) -> dict[str, Any]:
    """A fix that ranks behind the emitted one: named, neither rendered nor proven."""
    return {
        "label": "",
        "title": fix.title,
        "safety": Safety.MANUAL.value if fix.manual else None,
        "proven": False,
        "proof": "",
        "judge": "",
        "interrupts": "",
        "disconnects": "",
        "ssids": [],
        "seconds": None,
        "weakens": fix.weakens,
        "sites": [],
        "proven_for": [],
        "risks": list(fix.risks),
        "manual": fix.manual,
        "commands": [],
        "undo": [],
        "diff": [],
    }


def _shared(shared: SharedDevices, reports: tuple[SharedReport, ...]) -> dict[str, Any]:
    """What several sites have in common: each failure, missing device and fix once, with all its sites."""
    return {
        "findings": [
            {
                "device": each.device,
                "rule": each.finding.rule,
                "items": list(each.finding.items),
                "severity": (each.finding.severity or Severity.ERROR).value,
                "message": each.message,
                "places": list(each.places),
                "sites": each.sites,
            }
            for each in shared.findings
        ],
        "failures": [{**asdict(each.failure), "sites": each.sites} for each in shared.failures],
        "fixes": [
            {"device": each.device, "asked_by": list(each.asked_by), "fix": _planned(each.report, fix)}
            for each in reports
            for fix in each.fixes
        ],
    }


def _failure(site: str, failure: Failure) -> dict[str, Any]:
    return {"site": site, **asdict(failure)}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _json(value: Any) -> str:
    return json.dumps(_clean(value), ensure_ascii=True, allow_nan=False)


def _clean(value: Any) -> Any:
    """Make every text valid Unicode: a lone surrogate is no character, and strict readers refuse the document."""
    match value:
        case str():
            return encodable(value)
        case Mapping():
            return {key: _clean(each) for key, each in value.items()}
        case list() | tuple():
            return [_clean(each) for each in value]
        case _:
            return value
