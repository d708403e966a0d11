"""What reports say about a fix: whether it can be pasted, how safe it is, who is hit."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from auditor.pipeline import SiteReport
from auditor.platforms import platform
from auditor.remediation import PlannedFix, Remediation, Safety
from auditor.remediation.attempt import diffs
from auditor.remediation.devices import parts
from auditor.remediation.ranked import RenderedChange
from auditor.remediation.reach import restarted_ssids
from auditor.secrets import has_token


def by_finding(remediation: Remediation) -> Mapping[str, PlannedFix]:
    """Return the emitted fix of each finding, by the finding's fingerprint."""
    return {fingerprint: fix for fix in remediation.fixes for fingerprint in fix.findings}


def why_not(fix: PlannedFix) -> str:
    """Say why no command is given for a fix, '' if commands are given.

    A redacted value in a command would be a placeholder that somebody pastes, so such a fix is by hand.
    """
    if fix.safety is Safety.MANUAL:
        return "; ".join(fix.reasons) or fix.fix.manual or "no command can be given"
    if fix.withheld:
        return f"withheld: {fix.withheld}"
    if fix.proof is None or not fix.proof.holds:
        return "withheld: not proven"
    lines = (line for change in fix.changes for line in _all_lines(change))
    if any(has_token(line) or not line.isprintable() for line in lines):
        return "the commands would hold a secret or a value that cannot be pasted"
    return ""


def _all_lines(change: RenderedChange) -> tuple[str, ...]:
    snippet = change.snippet
    return snippet.reads + snippet.apply + snippet.checks + snippet.undo


def judges(fixes: Iterable[PlannedFix]) -> tuple[str, ...]:
    """Return who checked the proven fixes besides this program, each once; or that nobody did."""
    return tuple(dict.fromkeys(fix.proof.judge for fix in fixes if fix.proof is not None and not why_not(fix)))


def status(report: SiteReport, fix: PlannedFix) -> str:
    """Say in a few words how safe, how certain and how disturbing a fix is: `safe · proven · nobody disconnected`."""
    if fix.safety is Safety.MANUAL:
        return "by hand"
    if why_not(fix):
        return why_not(fix)
    ssids = ssids_hit(report, fix)
    if fix.disconnects == "nobody":
        hit = "nobody disconnected"
    else:
        hit = f"disconnects stations of {', '.join(ssids)}" if ssids else f"disconnects {fix.disconnects}"
    proven = "proven for this site" if fix.sites and not fix.proven_for else "proven"
    return f"{fix.safety.value} · {proven} · {hit}"


def ssids_hit(report: SiteReport, fix: PlannedFix) -> tuple[str, ...]:
    """Return the SSIDs of all radios that a fix restarts: their stations are disconnected for a moment."""
    if fix.disconnects == "nobody":
        return ()
    devices = {device.name: device for device in report.site.devices}
    names = (
        name
        for change in fix.changes
        if change.change.device in devices
        for name in restarted_ssids(devices[change.change.device], change.change.intent, radio_stays=change.radio_stays)
    )
    return tuple(dict.fromkeys(names))


def who(report: SiteReport, fix: PlannedFix) -> str:
    """Say who is disconnected, SSIDs named."""
    ssids = ssids_hit(report, fix)
    return f"{', '.join(ssids)} ({fix.disconnects})" if ssids else fix.disconnects


def part_of(fix: PlannedFix, device: str, *, back: bool = False) -> str:
    """Say which part of a fix one device gets, and where it goes on: `part 1 of 2 of F1, then gw`; '' if it is all.

    `back`: how it is taken back, in the reverse order.
    """
    devices = parts(fix)[::-1] if back else parts(fix)
    if len(devices) < 2 or device not in devices:
        return ""
    place = devices.index(device)
    number = len(devices) - place if back else place + 1
    words = f"{'takes back ' if back else ''}part {number} of {len(devices)} of {fix.label}"
    after = f", after {', '.join(devices[:place])}" if place else ""
    then = f", then {', '.join(devices[place + 1 :])}" if place + 1 < len(devices) else ""
    return f"{words}{after}{then}; one part alone does not help"


def minutes(fixes: tuple[PlannedFix, ...]) -> int:
    """Estimate the work of a step: a minute a fix for typing and looking, and what the device needs."""
    seconds = sum(effect.seconds for effect in {e for fix in fixes for c in fix.changes for e in c.effects})
    return max(1, round(timedelta(minutes=len(fixes), seconds=seconds).total_seconds() / 60))


def diff_of(report: SiteReport, changes: tuple[RenderedChange, ...], device: str) -> Mapping[str, str]:
    """Return the unified diffs, by path, that these changes alone make to the capture of a device.

    Empty if they cannot be shown; `ValueError` of an edit means that changes do not fit without others.
    """
    before = next((capture for capture in report.captures if capture.device == device), None)
    if before is None:
        return {}
    mine = [change for change in changes if change.change.device == device]
    after = before
    try:
        for change in mine:
            after = platform(before.platform).apply(after, change.edit.operations)
        return diffs(before, after)
    except ValueError:
        return {}
