"""What became of findings after a person applied the snippets, and what else moved."""

from dataclasses import dataclass

from rich.console import Console

from auditor.model import Device, content, leaves
from auditor.pipeline import SiteReport
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
    only now. `unaudited` are devices that could not be looked at again.
    """

    site: str
    fixed: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    movements: tuple[Movement, ...]
    unaudited: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0: all fixed and nothing else moved. 1: something remains, is new or moved as well. 3: not all was seen."""
        if self.remaining or self.fresh or any(not movement.expected for movement in self.movements):
            return 1
        return 3 if self.undecided or self.unaudited else 0


def compare(before: SiteReport, after: SiteReport, rules: set[str]) -> Comparison:
    """Compare two audits of one site as far as the named rules are concerned; movements count for all."""
    now = {finding.fingerprint: finding for finding in after.findings}
    failed = [f for f in before.findings if f.result is Result.FAIL and f.rule in rules]
    old = {finding.fingerprint for finding in before.findings if finding.result is Result.FAIL}
    fixed, remaining, undecided = [], [], []
    for finding in failed:
        match now.get(finding.fingerprint):
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
        prefixes = tuple(prefix for item in footprints.get(device.name, ()) for prefix in item.change.intent.footprint)
        was, is_now = _facts(old[device.name]), _facts(device)
        for key in sorted(was.keys() | is_now.keys()):
            if was.get(key) != is_now.get(key):
                expected = any(key.startswith(prefix) for prefix in prefixes)
                found.append(Movement(device.name, key, was.get(key, "absent"), is_now.get(key, "absent"), expected))
    return found


_STATES = ("leases", "neighbours", "stations", "port_states", "connection_tracking", "pending_changes")


def _facts(device: Device) -> dict[str, str]:
    return {
        key: f"{origin.lower()} {value}"
        for key, fact in leaves(device)
        if not key.startswith(_STATES)
        for origin, value in (content(fact),)
    }


def show(comparison: Comparison, console: Console) -> None:
    """Print a comparison, worst first."""
    verdict = {0: "FIXED", 1: "NOT FIXED", 3: "UNDECIDED"}[comparison.exit_code]
    if comparison.exit_code == 1 and not comparison.remaining and not comparison.fresh:
        verdict = "FIXED, AND MORE MOVED"
    console.print(f"{visible(comparison.site)}  {verdict}", style="bold", markup=False, highlight=False)
    rows: list[tuple[str, str]] = [("not audited again", visible(name)) for name in comparison.unaudited]
    for word, findings in (
        ("still there", comparison.remaining),
        ("new", comparison.fresh),
        ("undecided", comparison.undecided),
        ("fixed", comparison.fixed),
    ):
        rows += [(word, f"{f.rule}  {visible(f.device)}  {visible(f.message)}") for f in findings]
    for movement in comparison.movements:
        word = "moved as meant" if movement.expected else "moved as well"
        rows.append((word, visible(f"{movement.device}  {movement.key}: {movement.before} → {movement.after}")))
    if not rows:
        rows = [("nothing", "no finding to verify, and nothing moved")]
    for word, text in rows:
        console.print(f"  {word:<18} {text}", markup=False, highlight=False, soft_wrap=True)
