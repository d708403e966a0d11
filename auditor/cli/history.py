"""What `auditor history` and `auditor diff` do."""

from collections import Counter
from datetime import UTC, datetime

from rich.console import Console

from auditor.errors import UsageError
from auditor.history import runs
from auditor.history.compare import Change, changes, drift
from auditor.history.database import Database, opened
from auditor.report.text import visible


def listed(place: str) -> None:
    """List the runs of a history."""
    with opened(place, create=False).reading() as connection:
        there = runs.runs(connection)
    for run in there:
        if run.finished is None:
            _say(f"{run.id}  not whole: {run.sites} of {run.expected} sites")
        else:
            words = f"{run.sites} sites, {run.failing} failures, {run.unaudited} devices not audited"
            _say(f"{run.id}  exit {run.exit}  {words}  auditor {run.tool}")
    if not there:
        _say("no runs yet")


def show(name: str, place: str | None) -> None:
    """Show one run."""
    with _there(place).reading() as connection:
        run = runs.find(connection, name)
        found = [each for each in runs.verdicts(connection, run.id) if each.result == "fail"]
        counted = Counter(each.result for each in runs.verdicts(connection, run.id))
        missing, policies = runs.unaudited(connection, run.id), runs.policies(connection, run.id)
    state = f"finished {run.finished}, exit {run.exit}" if run.finished else "not whole: it ended early"
    _say(f"run {run.id}: started {run.started}, {state}")
    _say(f"auditor {run.tool}, policy {', '.join(policies)}, inventory {run.inventory[:16]}")
    _say(f"{run.sites} of {run.expected} sites: {', '.join(f'{number} {kind}' for kind, number in counted.items())}")
    for each in found:
        _say(f"{each.site}/{each.device or '-'}  {each.severity}  {each.rule}  {each.message}")
    for device in missing:
        _say(f"{device.site}/{device.device}  not audited ({device.kind}): {device.why}")


def prune(keep: int, place: str | None) -> None:
    """Remove old runs."""
    gone = runs.prune(_there(place), keep, datetime.now(UTC))
    _say(f"removed {len(gone)} {'run' if len(gone) == 1 else 'runs'}")


def diff(old: str, new: str, place: str | None) -> int:
    """Compare two runs; returns the exit code."""
    with _there(place).reading() as connection:
        before, after = runs.find(connection, old), runs.find(connection, new)
        for run in (before, after):
            if run.finished is None:
                raise UsageError(f"run {run.id} is not whole, so what it lacks says nothing")
        found = changes(connection, before, after)
        for each in found:
            if each.change is not Change.STILL:
                verdict = each.verdict
                _say(f"{each.change}: {verdict.site}/{verdict.device or '-'}  {verdict.rule}  {verdict.message}")
        counted = Counter(each.change for each in found)
        _say(f"{before.id} to {after.id}: {', '.join(f'{counted[kind]} {kind}' for kind in Change)}")
        for moved in drift(connection, before, after):
            _say(f"\n{moved.site}/{moved.device} moved:")
            for each in found:
                same = (each.verdict.site, each.verdict.device) == (moved.site, moved.device)
                if same and each.change is not Change.STILL:
                    _say(f"  with it {each.change}: {each.verdict.rule}  {each.verdict.message}")
            for line in moved.lines:
                _say(line)
    return 1 if counted[Change.NEW] or counted[Change.BACK] else 0


def _there(place: str | None) -> Database:
    if place is None:
        raise UsageError("say where the history is: --history PATH, or AUDITOR_HISTORY")
    return opened(place, create=False)


def _say(line: str) -> None:
    parts = (visible(part) for part in line.split("\n"))
    Console().print("\n".join(parts), markup=False, highlight=False, soft_wrap=True)
