"""Two runs side by side: what is new, fixed, still there or back again, and what moved on the devices.

A failure is gone only if the later run could have seen it: its site and device were audited, and its rule gave no
`unknown` or `error` there.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from auditor.capture import Capture, Kind
from auditor.history.runs import Run, Verdict, capture, capture_names, sites, unaudited, verdicts
from auditor.history.schema import FOUND, RUNS, VERDICTS
from auditor.report.text import visible


class Change(StrEnum):
    """What became of a failure between two runs."""

    NEW = "new"
    BACK = "back again"
    FIXED = "fixed"
    STILL = "still there"
    UNSEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Changed:
    """A failure, as the later run that has it says it, and what became of it."""

    change: Change
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Drift:
    """The texts of a device that moved, as unified diffs of redacted captures."""

    site: str
    device: str
    lines: tuple[str, ...]


def changes(connection: Connection, old: Run, new: Run) -> tuple[Changed, ...]:
    """Compare the failures of two runs by site and fingerprint."""
    before, after = _failing(verdicts(connection, old.id)), verdicts(connection, new.id)
    now = _failing(after)
    gone_before = _ever(connection, old)
    asked = {(each.site, each.rule) for each in after}
    open_rules = {(each.site, each.rule) for each in after if each.result in ("unknown", "error")}
    missing = {(each.site, each.device) for each in unaudited(connection, new.id)}
    holes = {site for site, _ in missing}
    seen = frozenset(sites(connection, new.id))

    def became(key: tuple[str, str], verdict: Verdict) -> Change:
        if key in now:
            return Change.STILL
        site, device = verdict.site, verdict.device
        hidden = (site, device) in missing if device else site in holes
        # A rule that gives no verdict at all was not asked, or the program failed on the whole site.
        if site not in seen or hidden or (site, verdict.rule) not in asked or (site, verdict.rule) in open_rules:
            return Change.UNSEEN
        return Change.FIXED

    found = [Changed(became(key, verdict), now.get(key, verdict)) for key, verdict in before.items()]
    fresh = ((key, verdict) for key, verdict in now.items() if key not in before)
    found += [Changed(Change.BACK if key in gone_before else Change.NEW, verdict) for key, verdict in fresh]
    order = list(Change)
    return tuple(sorted(found, key=lambda each: (each.verdict.site, order.index(each.change), each.verdict.rule)))


def drift(connection: Connection, old: Run, new: Run) -> Iterator[Drift]:
    """Compare the configurations of all devices that both runs have; what devices are doing is left out."""
    before, after = capture_names(connection, old.id), capture_names(connection, new.id)
    for site, device in sorted(before.keys() & after.keys()):
        if before[site, device] == after[site, device]:
            continue
        was, now = capture(connection, old.id, site, device), capture(connection, new.id, site, device)
        assert was is not None
        assert now is not None
        lines = tuple(diff(was, now))
        if lines:
            yield Drift(site, device, lines)


def diff(was: Capture, now: Capture) -> Iterator[str]:
    """Return the lines of a unified diff of two captures, each safe to show."""
    old, new = _configuration(was), _configuration(now)
    for path in sorted(old.keys() | new.keys()):
        sides = old.get(path, "").splitlines(), new.get(path, "").splitlines()
        name = path.lstrip("/")
        for line in difflib.unified_diff(*sides, f"a/{name}", f"b/{name}", lineterm=""):
            yield visible(line)


def _configuration(capture: Capture) -> dict[str, str]:
    return {file.path: file.text for file in capture.files if file.kind is Kind.CONFIGURATION}


def _failing(found: tuple[Verdict, ...]) -> dict[tuple[str, str], Verdict]:
    return {(each.site, each.fingerprint): each for each in found if each.result == "fail"}


def _ever(connection: Connection, before: Run) -> frozenset[tuple[str, str]]:
    """Return the failures that whole runs before a run had."""
    query = (
        select(FOUND.c.site, VERDICTS.c.fingerprint)
        .join(VERDICTS, FOUND.c.verdict == VERDICTS.c.hash)
        .join(RUNS, FOUND.c.run == RUNS.c.id)
        .where(VERDICTS.c.result == "fail", RUNS.c.finished.is_not(None), RUNS.c.started < before.started)
        .distinct()
    )
    return frozenset((site, fingerprint) for site, fingerprint in connection.execute(query))
