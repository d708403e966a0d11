"""What several sites have in common because they share a device: one finding, one failure, one fix, with its sites.

Each site keeps its own verdicts. Sites come one after the other and are not kept; of shared devices only what went
wrong is remembered, once, with the names of the sites.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from auditor.capture import Failure
from auditor.inventory import SiteEntry
from auditor.model import Span
from auditor.pipeline import SiteReport
from auditor.remediation import PlannedFix, Remediation
from auditor.remediation.shared import SharedFix, Trials, gathered, of_one_device, shared_plan
from auditor.report.summary import message, place, worst_first
from auditor.verdicts import Finding, Result, Severity


@dataclass(slots=True)
class SharedFinding:
    """One failure on a shared device: as the first site tells it (the worst, if they differ), and all its sites."""

    device: str
    finding: Finding
    message: str
    sites: list[str]

    @property
    def places(self) -> tuple[str, ...]:
        """The lines at fault."""
        return tuple(dict.fromkeys(where for quote in self.finding.evidence if (where := place(quote))))


@dataclass(slots=True)
class SharedFailure:
    """A shared device that could not be audited, and the sites that lack it."""

    failure: Failure
    sites: list[str]


@dataclass(frozen=True, slots=True)
class SharedReport:
    """What one shared device gets: a report like that of a site, with the device's fixes for all of them."""

    device: str
    report: SiteReport
    asked_by: tuple[str, ...]

    @property
    def fixes(self) -> tuple[PlannedFix, ...]:
        return self.report.remediation.fixes


@dataclass(slots=True)
class SharedDevices:
    """Gathers, site after site, what devices that several sites share (`sites_of`) have to do with it."""

    sites_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _findings: dict[tuple[object, ...], SharedFinding] = field(default_factory=dict)
    _failures: dict[Failure, SharedFailure] = field(default_factory=dict)
    _fixes: dict[str, tuple[SharedFix, ...]] = field(default_factory=dict)
    _first: dict[str, SiteReport] = field(default_factory=dict)
    _seen: dict[str, None] = field(default_factory=dict)

    def of(self, entry: SiteEntry) -> tuple[str, ...]:
        """The devices of a site that other sites have, too."""
        return tuple(each.name for each in entry.devices if each.shared and len(self.sites_of.get(each.name, ())) > 1)

    def add(self, report: SiteReport) -> Mapping[str, str]:
        """Take in one site; returns the sites at which its findings were seen before, by fingerprint."""
        devices = self.of(report.site.entry)
        self._seen |= dict.fromkeys(devices)
        before: dict[str, str] = {}
        for finding in worst_first(report.findings) if devices else ():
            if finding.result is not Result.FAIL or finding.device not in devices:
                continue
            found = self._findings.setdefault(
                _key(finding), SharedFinding(finding.device, finding, message(report, finding), [])
            )
            if _rank(finding) > _rank(found.finding):
                found.finding, found.message = finding, message(report, finding)
            if found.sites and found.sites[0] != report.site.name:
                before[finding.fingerprint] = found.sites[0]
            if report.site.name not in found.sites[-1:]:
                found.sites.append(report.site.name)
        for failure in report.failures:
            if failure.device in devices:
                self._failures.setdefault(failure, SharedFailure(failure, [])).sites.append(report.site.name)
        for device in devices:
            self._ask(report, device)
        return before

    def _ask(self, report: SiteReport, device: str) -> None:
        fixes = of_one_device(report.remediation, device)
        for fix in fixes:
            self._fixes[device] = gathered(self._fixes.get(device, ()), fix, report.site.name)
        if fixes and device not in self._first:
            self._first[device] = _about(report, device)

    @property
    def devices(self) -> tuple[str, ...]:
        """All shared devices of the sites so far."""
        return tuple(self._seen)

    @property
    def findings(self) -> tuple[SharedFinding, ...]:
        """All failures, worst first; of one severity those that hit most sites first."""
        return tuple(sorted(self._findings.values(), key=lambda each: (-_rank(each.finding), -len(each.sites))))

    @property
    def failures(self) -> tuple[SharedFailure, ...]:
        return tuple(self._failures.values())

    def reports(self, trials: Callable[[str], Trials]) -> Iterator[SharedReport]:
        """Try the fixes of each shared device at all sites of the run that have it, and say what it gets."""
        for device, asked in self._fixes.items():
            plan = shared_plan(device, asked, trials(device))
            sites = tuple(dict.fromkeys(site for each in asked for site in each.asked_by))
            yield SharedReport(device, self._with(device, plan), sites)

    def _with(self, device: str, plan: Remediation) -> SiteReport:
        first = self._first[device]
        wanted = {fingerprint for fix in plan.fixes for fingerprint in fix.findings}
        mine = (each.finding for each in self._findings.values() if each.device == device)
        findings = tuple(finding for finding in mine if finding.fingerprint in wanted)
        return replace(first, findings=findings, remediation=plan)


def _about(report: SiteReport, device: str) -> SiteReport:
    """What is kept of the first site that asks for a fix: the device and its capture; the hours are no site's."""
    site = report.site
    entry = replace(
        site.entry,
        name=device,
        hours=None,
        readers=(),
        pos=(),
        devices=tuple(d for d in site.entry.devices if d.name == device),
    )
    devices = tuple(each for each in site.devices if each.name == device)
    alone = replace(site, entry=entry, devices=devices, missing=(), segments=(), readers=(), pos=(), gaps={})
    captures = tuple(each for each in report.captures if each.device == device)
    return SiteReport(alone, captures, (), (), Remediation((), (), None))


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes failures of several sites one: the same rule about the same lines of the device.

    Lines of the sites' own devices and who is hit differ from site to site; where no line is at fault, the words count.
    """
    lines: frozenset[Span | str] = frozenset(
        quote.span or quote.note
        for quote in finding.evidence
        if quote.span is None or quote.span.device == finding.device
    )
    return (finding.device, finding.rule, lines or finding.message)


def _rank(finding: Finding) -> int:
    return (finding.severity or Severity.ERROR).rank


def of_shared(remediation: Remediation) -> tuple[PlannedFix, ...]:
    """Return the fixes of a site that change nothing but one device that other sites have, too."""
    devices = dict.fromkeys(c.change.device for fix in remediation.fixes if fix.sites for c in fix.changes)
    return tuple(fix for device in devices for fix in of_one_device(remediation, device) if fix.sites)


def made_once(fix: PlannedFix) -> str:
    """Say where a fix of a shared device is told."""
    return f"made once for all {len(fix.sites)} sites that share {fix.changes[0].change.device}; see shared devices"
