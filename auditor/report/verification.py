"""What became of findings after a person applied the snippets, and what else moved."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from auditor.model import Assumed, Declared, Device, Severity, Stated, Unknown, leaves
from auditor.pipeline import SiteReport
from auditor.remediation.proof import in_footprint
from auditor.report.explain import in_words
from auditor.report.fixes import by_finding
from auditor.report.text import visible
from auditor.verdicts import Finding, Result


@dataclass(frozen=True, slots=True)
class Movement:
    """One fact that differs between the two captures of a device; `expected`: a proposed fix moves it."""

    device: str
    key: str
    before: str
    after: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two audits of one site, before and after.

    `fixed`, `waiting`, `remaining` and `undecided` are findings that failed before, by what they are now: `waiting`
    are gone from the configuration of a device that does not run it yet. `fresh` failed only now. `unaudited` are
    devices that could not be looked at again, `unsure` those of which nobody can see whether they run what their
    files say. Findings below `limit` are shown, and do not count.
    """

    site: str
    limit: Severity
    fixed: tuple[Finding, ...]
    waiting: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    movements: tuple[Movement, ...]
    unaudited: tuple[str, ...]
    unsure: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """Return 0 if all is fixed, 1 if something remains, waits, is new or moved as well, 3 if not all was seen."""
        if self._counting(self.remaining + self.waiting + self.fresh):
            return 1
        if any(not movement.expected for movement in self.movements):
            return 1
        return 3 if self._counting(self.undecided) or self.unaudited else 0

    @property
    def heading(self) -> str:
        """The comparison in a few words."""
        if self.exit_code == 0 and not self._counting(self.fixed):
            return "NOTHING TO VERIFY"
        if self.exit_code == 1 and not self._counting(self.remaining + self.fresh):
            return "NOT IN FORCE YET" if self._counting(self.waiting) else "FIXED, AND MORE MOVED"
        return {0: "FIXED", 1: "NOT FIXED", 3: "UNDECIDED"}[self.exit_code]

    def _counting(self, findings: tuple[Finding, ...]) -> bool:
        return any((finding.severity or finding.may_be).rank >= self.limit.rank for finding in findings)


def compare(before: SiteReport, after: SiteReport, rules: set[str], *, limit: Severity = Severity.ERROR) -> Comparison:
    """Compare two audits of one site as far as the named rules are concerned; movements count for all.

    A finding that does not come up any more is fixed only if its device and its rule could be seen again, and if no
    device that is changed for it has changes that do not act yet, or perhaps not.
    """
    now = {finding.fingerprint: finding for finding in after.findings}
    failed = [f for f in before.findings if f.result is Result.FAIL and f.rule in rules]
    old = {finding.fingerprint for finding in before.findings if finding.result is Result.FAIL}
    unseen = {failure.device for failure in after.failures}
    unclear = {finding.rule for finding in after.findings if finding.result in (Result.UNKNOWN, Result.ERROR)}
    touched = _touched(before)
    pending = {device.name: device.pending_changes for device in after.site.devices}
    waits = {name for name, fact in pending.items() if not isinstance(fact, Unknown) and fact.value}
    doubtful = {name for name, fact in pending.items() if isinstance(fact, Unknown) and fact.could_be}
    fixed, waiting, remaining, undecided = [], [], [], []
    for finding in failed:
        match now.get(finding.fingerprint):
            case None if finding.device in unseen or finding.rule in unclear:
                undecided.append(finding)
            case current if current is not None and current.result is Result.FAIL:
                remaining.append(current)
            case current if current is not None and current.result in (Result.UNKNOWN, Result.ERROR):
                undecided.append(current)
            case _ if waits & touched(finding):
                waiting.append(finding)
            case _ if doubtful & touched(finding):
                undecided.append(finding)
            case _:
                fixed.append(finding)
    changed = {name for finding in fixed for name in touched(finding)}
    fresh = [f for f in after.findings if f.result is Result.FAIL and f.fingerprint not in old]
    return Comparison(
        after.site.name,
        limit,
        tuple(fixed),
        tuple(waiting),
        tuple(remaining),
        tuple(undecided),
        tuple(fresh),
        tuple(_movements(before, after)),
        tuple(failure.device for failure in after.failures),
        tuple(name for name, fact in pending.items() if isinstance(fact, Unknown) and name in changed),
    )


def _touched(before: SiteReport) -> Callable[[Finding], set[str]]:
    """Return what names the devices of a finding: the one that it is about, and those that its fix changes."""
    fixes = by_finding(before.remediation)

    def touched(finding: Finding) -> set[str]:
        fix = fixes.get(finding.fingerprint)
        return {finding.device, *(change.change.device for change in fix.changes)} if fix else {finding.device}

    return touched


def _movements(before: SiteReport, after: SiteReport) -> list[Movement]:
    """Facts of the configuration that differ; states (leases, stations, counters) always move and stay out."""
    footprints = {change.device: change.changes for change in before.remediation.devices}
    found: list[Movement] = []
    old = {device.name: device for device in before.site.devices}
    for device in after.site.devices:
        if device.name not in old:
            continue
        footprint = tuple(part for item in footprints.get(device.name, ()) for part in item.change.intent.footprint)
        was, is_now = _facts(old[device.name]), _facts(device)
        for key in sorted(was.keys() | is_now.keys()):
            if was.get(key) != is_now.get(key):
                expected = in_footprint(key, footprint)
                found.append(Movement(device.name, key, was.get(key, "absent"), is_now.get(key, "absent"), expected))
    return found


_STATES = ("leases", "neighbours", "stations", "port_states", "connection_tracking", "pending_changes")


_ORIGINS = {Stated: "stated", Assumed: "default", Declared: "declared", Unknown: "unknown:"}


def _facts(device: Device) -> dict[str, str]:
    return {
        key: f"{_ORIGINS[type(fact)]} {in_words(fact)}" for key, fact in leaves(device) if not key.startswith(_STATES)
    }


def _words(finding: Finding) -> str:
    severity = f"{finding.severity.value}  " if finding.severity else ""
    return f"{severity}{finding.rule}  {visible(finding.device)}  {visible(finding.message)}"


def show(comparison: Comparison, console: Console) -> None:
    """Print a comparison, worst first."""
    heading = f"{visible(comparison.site)}  {comparison.heading}"
    console.print(heading, style="bold", markup=False, highlight=False)
    rows: list[tuple[str, str]] = [("not audited again", visible(name)) for name in comparison.unaudited]
    for word, findings in (
        ("still there", comparison.remaining),
        ("new", comparison.fresh),
        ("not in force yet", comparison.waiting),
        ("undecided", comparison.undecided),
        ("fixed", comparison.fixed),
    ):
        rows += [(word, _words(finding)) for finding in findings]
    for movement in comparison.movements:
        word = "moved as meant" if movement.expected else "moved as well"
        rows.append((word, visible(f"{movement.device}  {movement.key}: {movement.before} → {movement.after}")))
    restarted = "nobody can see whether its services have read the changed files; if in doubt, activate them once more"
    rows += [("not seen", f"{visible(name)}  {restarted}") for name in comparison.unsure]
    if not rows:
        rows = [("nothing", "no finding to verify, and nothing moved")]
    for word, text in rows:
        console.print(f"  {word:<18} {text}", markup=False, highlight=False, soft_wrap=True)
