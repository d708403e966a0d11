"""What several sites have in common because they share a device: one finding, one failure, one fix, with its sites.

Each site keeps its own verdicts. Sites come one after the other and are not kept; of shared devices only what went
wrong is remembered, once, with the names of the sites.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from auditor.capture import Failure
from auditor.inventory import SiteEntry
from auditor.model import Span
from auditor.pipeline import SiteReport
from auditor.remediation import PlannedFix, Remediation
from auditor.remediation.shared import SharedFix, edits, of_one_device
from auditor.report.summary import message, place, worst_first
from auditor.verdicts import Finding, Result, Severity


@dataclass(slots=True)
class SharedFinding:
    """One failure on a shared device: as the first site tells it (the worst, if they differ), and all its sites.

    `told_at` is the number of the site whose words these are and the place among its findings; `first` the lowest of
    all sites; `shown_at` the site that came first, and was shown whole.
    """

    device: str
    finding: Finding
    message: str
    shown_at: str
    told_at: tuple[int, int]
    first: tuple[int, int]
    names: dict[int, str]

    @property
    def sites(self) -> list[str]:
        """Names of its sites, in the order of the inventory."""
        return [name for _, name in sorted(self.names.items())]

    @property
    def places(self) -> tuple[str, ...]:
        """The lines at fault."""
        return tuple(dict.fromkeys(where for quote in self.finding.evidence if (where := place(quote))))


@dataclass(slots=True)
class SharedFailure:
    """A shared device that could not be audited, and the sites that lack it."""

    failure: Failure
    names: dict[int, str]

    @property
    def sites(self) -> list[str]:
        return [name for _, name in sorted(self.names.items())]


@dataclass(frozen=True, slots=True)
class SharedPart:
    """What one site has to do with shared devices: failures with their words, devices that it lacks, fixes it asks for.

    Fixes carry no names of sites here: all sites of a device would be in each of them.
    """

    site: str
    devices: tuple[str, ...] = ()
    findings: tuple[tuple[Finding, str], ...] = ()
    failures: tuple[Failure, ...] = ()
    fixes: tuple[tuple[str, PlannedFix], ...] = ()


@dataclass(slots=True)
class _Edit:
    """One edit that sites ask for: the fix as the first of them plans it, and who asks with which reasons."""

    fix: PlannedFix
    first: tuple[int, int]
    asked: dict[int, tuple[str, tuple[str, ...], tuple[str, ...]]]

    def shared(self, label: str) -> SharedFix:
        listed = [asked for _, asked in sorted(self.asked.items())]
        reasons = tuple(dict.fromkeys(reason for _, _, each in listed for reason in each))
        fix = replace(self.fix, label=label, reasons=reasons)
        return SharedFix(fix, {site: findings for site, findings, _ in listed})


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
    """Gathers, site after site, what devices that several sites share (`sites_of`) have to do with it.

    Sites come in any order; what is told in the end does not depend on it.
    """

    sites_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _findings: dict[tuple[object, ...], SharedFinding] = field(default_factory=dict)
    _failures: dict[Failure, SharedFailure] = field(default_factory=dict)
    _edits: dict[str, list[_Edit]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _last: int = 0

    def of(self, entry: SiteEntry) -> tuple[str, ...]:
        """The devices of a site that other sites have, too."""
        return tuple(each.name for each in entry.devices if each.shared and len(self.sites_of.get(each.name, ())) > 1)

    def part(self, report: SiteReport) -> SharedPart:
        """Say what one site has to do with shared devices. This remembers nothing."""
        devices = self.of(report.site.entry)
        if not devices:
            return SharedPart(report.site.name)
        failed = (each for each in worst_first(report.findings) if each.result is Result.FAIL)
        return SharedPart(
            report.site.name,
            devices,
            tuple((each, message(report, each)) for each in failed if each.device in devices),
            tuple(failure for failure in report.failures if failure.device in devices),
            tuple(
                (name, replace(fix, sites=())) for name in devices for fix in of_one_device(report.remediation, name)
            ),
        )

    def add(self, report: SiteReport) -> Mapping[str, str]:
        """Take in one site, behind those so far; returns what `take` does."""
        return self.take(self._last + 1, self.part(report))

    def take(self, number: int, part: SharedPart) -> Mapping[str, str]:
        """Take in the site with this number; returns at which sites its findings were seen before, by fingerprint."""
        self._last = max(self._last, number)
        for device in part.devices:
            self._seen[device] = min(number, self._seen.get(device, number))
        before: dict[str, str] = {}
        for position, (finding, words) in enumerate(part.findings):
            place = (number, position)
            found = self._findings.setdefault(
                _key(finding), SharedFinding(finding.device, finding, words, part.site, place, place, {})
            )
            found.first = min(found.first, place)
            if (-_rank(finding), place) < (-_rank(found.finding), found.told_at):
                found.finding, found.message, found.told_at = finding, words, place
            if found.shown_at != part.site:
                before[finding.fingerprint] = found.shown_at
            found.names[number] = part.site
        for failure in part.failures:
            self._failures.setdefault(failure, SharedFailure(failure, {})).names[number] = part.site
        for position, (device, fix) in enumerate(part.fixes):
            self._ask(device, fix, (number, position), part.site)
        return before

    def _ask(self, device: str, fix: PlannedFix, place: tuple[int, int], site: str) -> None:
        """Note that a site asks for a fix; the same edit for two sites is one fix."""
        fix = replace(fix, sites=self.sites_of.get(device, ()))
        listed = self._edits.setdefault(device, [])
        known = next((each for each in listed if edits(each.fix) == edits(fix)), None)
        if known is None:
            known = _Edit(fix, place, {})
            listed.append(known)
        elif place < known.first:
            known.fix, known.first = fix, place
        _, findings, reasons = known.asked.get(place[0], (site, (), ()))
        known.asked[place[0]] = (site, (*findings, *fix.findings), (*reasons, *fix.reasons))

    @property
    def devices(self) -> tuple[str, ...]:
        """All shared devices of the sites so far."""
        return tuple(sorted(self._seen, key=lambda device: self._seen[device]))

    @property
    def findings(self) -> tuple[SharedFinding, ...]:
        """All failures, worst first; of one severity those that hit most sites first."""
        return tuple(
            sorted(self._findings.values(), key=lambda each: (-_rank(each.finding), -len(each.names), each.first))
        )

    @property
    def failures(self) -> tuple[SharedFailure, ...]:
        return tuple(sorted(self._failures.values(), key=lambda each: min(each.names)))

    @property
    def asked(self) -> Mapping[str, tuple[int, tuple[SharedFix, ...]]]:
        """The fixes of each shared device, and the number of the first site that asks for one."""
        ordered = {device: sorted(listed, key=lambda each: each.first) for device, listed in self._edits.items()}
        return {
            device: (listed[0].first[0], tuple(each.shared(f"F{n}") for n, each in enumerate(listed, start=1)))
            for device, listed in sorted(ordered.items(), key=lambda item: item[1][0].first)
        }

    def report(self, device: str, asked: tuple[SharedFix, ...], plan: Remediation, about: SiteReport) -> SharedReport:
        """Say what a device gets by a plan; `about` is the device itself, by `about_shared`."""
        wanted = {fingerprint for fix in plan.fixes for fingerprint in fix.findings}
        mine = (each.finding for each in self._in_order() if each.device == device)
        findings = tuple(finding for finding in mine if finding.fingerprint in wanted)
        sites = tuple(dict.fromkeys(site for each in asked for site in each.asked_by))
        return SharedReport(device, replace(about, findings=findings, remediation=plan), sites)

    def _in_order(self) -> list[SharedFinding]:
        return sorted(self._findings.values(), key=lambda each: each.first)


def about_shared(report: SiteReport, device: str) -> SiteReport:
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
