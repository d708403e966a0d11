"""What became of findings after a person applied the snippets, and what else moved."""

from dataclasses import dataclass

from rich.console import Console

from auditor.model import Assumed, Declared, Device, Severity, Stated, Unknown, leaves
from auditor.pipeline import SiteReport
from auditor.remediation.proof import in_footprint
from auditor.report.explain import in_words
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

    `fixed`, `remaining` and `undecided` are findings that failed before, by what they are now; `fresh` failed
    only now. `unaudited` are devices that could not be looked at again. Findings below `limit` are shown, and do
    not count.
    """

    site: str
    limit: Severity
    fixed: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    movements: tuple[Movement, ...]
    unaudited: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0: all fixed and nothing else moved. 1: something remains, is new or moved as well. 3: not all was seen."""
        if self._counting(self.remaining + self.fresh) or any(not movement.expected for movement in self.movements):
            return 1
        return 3 if self._counting(self.undecided) or self.unaudited else 0

    @property
    def heading(self) -> str:
        """The comparison in a few words."""
        if self.exit_code == 0 and not self._counting(self.fixed):
            return "NOTHING TO VERIFY"
        if self.exit_code == 1 and not self._counting(self.remaining + self.fresh):
            return "FIXED, AND MORE MOVED"
        return {0: "FIXED", 1: "NOT FIXED", 3: "UNDECIDED"}[self.exit_code]

    def _counting(self, findings: tuple[Finding, ...]) -> bool:
        return any((finding.severity or finding.may_be).rank >= self.limit.rank for finding in findings)


def compare(before: SiteReport, after: SiteReport, rules: set[str], *, limit: Severity = Severity.ERROR) -> Comparison:
    """Compare two audits of one site as far as the named rules are concerned; movements count for all.

    A finding that does not come up any more is fixed only if its device and its rule could be seen again.
    """
    now = {finding.fingerprint: finding for finding in after.findings}
    failed = [f for f in before.findings if f.result is Result.FAIL and f.rule in rules]
    old = {finding.fingerprint for finding in before.findings if finding.result is Result.FAIL}
    unseen = {failure.device for failure in after.failures}
    unclear = {finding.rule for finding in after.findings if finding.result in (Result.UNKNOWN, Result.ERROR)}
    fixed, remaining, undecided = [], [], []
    for finding in failed:
        match now.get(finding.fingerprint):
            case None if finding.device in unseen or finding.rule in unclear:
                undecided.append(finding)
            case None:
                fixed.append(finding)
            case current if current.result is Result.FAIL:
                remaining.append(current)
            case current if current.result in (Result.UNKNOWN, Result.ERROR):
                undecided.append(current)
            case _:
                fixed.append(finding)
    fresh = [f for f in after.findings if f.result is Result.FAIL and f.fingerprint not in old]
    return Comparison(
        after.site.name,
        limit,
        tuple(fixed),
        tuple(remaining),
        tuple(undecided),
        tuple(fresh),
        tuple(_movements(before, after)),
        tuple(failure.device for failure in after.failures),
    )


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
        ("undecided", comparison.undecided),
        ("fixed", comparison.fixed),
    ):
        rows += [(word, _words(finding)) for finding in findings]
    for movement in comparison.movements:
        word = "moved as meant" if movement.expected else "moved as well"
        rows.append((word, visible(f"{movement.device}  {movement.key}: {movement.before} → {movement.after}")))
    if not rows:
        rows = [("nothing", "no finding to verify, and nothing moved")]
    for word, text in rows:
        console.print(f"  {word:<18} {text}", markup=False, highlight=False, soft_wrap=True)
