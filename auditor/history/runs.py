"""Reads runs: which there are, which one is meant, and what one says; and removes old ones."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, select

from auditor.capture import Capture
from auditor.errors import StorageError, UsageError
from auditor.history.database import Database
from auditor.history.record import digest, time_text
from auditor.history.schema import CAPTURES, FAILURES, FOUND, RUNS, SITES, TEXTS, VERDICTS
from auditor.runs.texts import unpacked

LAST, PREVIOUS = "last", "previous"
_LARGEST = 512 * 1024 * 1024
_UNFINISHED = timedelta(days=2)
"""A run without an end that is older is not under way any more."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the list of runs shows it; without `finished` it is not whole."""

    id: str
    started: str
    finished: str | None
    tool: str
    inventory: str
    expected: int
    exit: int | None
    sites: int
    failing: int
    unaudited: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict of a site in a run."""

    site: str
    fingerprint: str
    device: str
    rule: str
    result: str
    severity: str | None
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Unaudited:
    """A device that a run could not audit."""

    site: str
    device: str
    kind: str
    why: str


def runs(connection: Connection) -> tuple[Run, ...]:
    """Return all runs, the oldest first."""
    failed = FOUND.join(VERDICTS, FOUND.c.verdict == VERDICTS.c.hash)
    sites = select(func.count()).select_from(SITES).where(SITES.c.run == RUNS.c.id).scalar_subquery()
    fails = select(func.count()).select_from(failed).where(FOUND.c.run == RUNS.c.id, VERDICTS.c.result == "fail")
    missing = select(func.count()).select_from(FAILURES).where(FAILURES.c.run == RUNS.c.id).scalar_subquery()
    columns = [RUNS.c[name] for name in ("id", "started", "finished", "tool", "inventory", "sites_expected", "exit")]
    query = select(*columns, sites, fails.scalar_subquery(), missing).order_by(RUNS.c.started, RUNS.c.id)
    return tuple(Run(*tuple(row)) for row in connection.execute(query))


def find(connection: Connection, name: str) -> Run:
    """Return the run that an id, the beginning of one, `last` or `previous` means; the last two are whole runs.

    Raises `UsageError`.
    """
    there = runs(connection)
    if name in (LAST, PREVIOUS):
        whole = [run for run in there if run.finished]
        place = 1 if name == LAST else 2
        if len(whole) < place:
            raise UsageError(f"this history has {len(whole)} whole runs, so there is no {name} one")
        return whole[-place]
    fitting = [run for run in there if run.id.startswith(name)]
    if len(fitting) != 1:
        words = "several runs begin" if fitting else "no run begins"
        raise UsageError(f"{words} with '{name}'; `auditor history PATH` lists them")
    return fitting[0]


def verdicts(connection: Connection, run: str) -> tuple[Verdict, ...]:
    """Return all verdicts of a run, site by site, the worst first."""
    names = ("fingerprint", "device", "rule", "result", "severity", "subject", "message")
    query = (
        select(FOUND.c.site, *(VERDICTS.c[name] for name in names))
        .join(VERDICTS, FOUND.c.verdict == VERDICTS.c.hash)
        .where(FOUND.c.run == run)
        .order_by(FOUND.c.site, FOUND.c.position)
    )
    return tuple(Verdict(*row) for row in connection.execute(query))


def sites(connection: Connection, run: str) -> tuple[str, ...]:
    """Return the sites that a run has."""
    return tuple(connection.execute(select(SITES.c.site).where(SITES.c.run == run).order_by(SITES.c.site)).scalars())


def policies(connection: Connection, run: str) -> tuple[str, ...]:
    """Return the policies of a run with their versions."""
    query = select(SITES.c.policy, SITES.c.policy_version).where(SITES.c.run == run).distinct()
    return tuple(sorted(f"{name} {version}" for name, version in connection.execute(query)))


def unaudited(connection: Connection, run: str) -> tuple[Unaudited, ...]:
    """Return what a run could not audit."""
    columns = [FAILURES.c[name] for name in ("site", "device", "kind", "why")]
    query = select(*columns).where(FAILURES.c.run == run).order_by(FAILURES.c.site, FAILURES.c.device)
    return tuple(Unaudited(*row) for row in connection.execute(query))


def capture_names(connection: Connection, run: str) -> dict[tuple[str, str], str]:
    """Return the hash of what each device gave, by site and device."""
    query = select(CAPTURES.c.site, CAPTURES.c.device, CAPTURES.c.text).where(CAPTURES.c.run == run)
    return {(site, device): name for site, device, name in connection.execute(query)}


def capture(connection: Connection, run: str, site: str, device: str) -> Capture | None:
    """Return the redacted capture of a device; None if the run has none. Raises `StorageError` if it is damaged."""
    where = (CAPTURES.c.run == run, CAPTURES.c.site == site, CAPTURES.c.device == device)
    row = connection.execute(select(CAPTURES).where(*where)).first()
    return None if row is None else _capture(connection, row)


def _capture(connection: Connection, row: Row[tuple[object, ...]]) -> Capture:
    there = unpacked(
        content(connection, row.text),
        device=row.device,
        taken_at=datetime.fromisoformat(row.taken_at),
        time_is_weak=row.time_is_weak,
        source=row.source,
    )
    if there is None:
        raise StorageError(f"the capture of {row.device} in run {row.run} was written by another version of auditor")
    return there


def content(connection: Connection, name: str) -> bytes:
    """Return the content with a hash; raises `StorageError` if it is not what its name says."""
    packed = connection.execute(select(TEXTS.c.content).where(TEXTS.c.hash == name)).scalar()
    try:
        text = zlib.decompressobj().decompress(packed or b"", _LARGEST)
    except zlib.error:
        text = b""
    if digest(text) != name:
        raise StorageError(f"the history is damaged: the text {name[:12]} is not what it was")
    return text


def prune(database: Database, keep: int, now: datetime) -> tuple[str, ...]:
    """Remove all whole runs but the last `keep` and the last of each month, and what no run names any more.

    Runs that ended early go once they cannot be under way any more. Returns the ids of what went.
    """
    with database.writing(alone=True) as connection:
        there = runs(connection)
        whole = [run for run in there if run.finished]
        monthly = {run.started[:7]: run.id for run in whole}
        kept = {*monthly.values(), *(run.id for run in whole[max(0, len(whole) - keep) :])}
        old = time_text(now - _UNFINISHED)
        gone = [run.id for run in there if run.id not in kept and (run.finished or run.started < old)]
        for run in gone:
            for table in (FOUND, CAPTURES, FAILURES, SITES):
                connection.execute(delete(table).where(table.c.run == run))
            connection.execute(delete(RUNS).where(RUNS.c.id == run))
        connection.execute(delete(VERDICTS).where(~exists().where(FOUND.c.verdict == VERDICTS.c.hash)))
        users: list[ColumnElement[bool]] = [
            exists().where(column == TEXTS.c.hash)
            for column in (VERDICTS.c.hash, SITES.c.text, CAPTURES.c.text, FAILURES.c.text)
        ]
        unused = ~users[0]
        for used in users[1:]:
            unused &= ~used
        connection.execute(delete(TEXTS).where(unused))
    return tuple(gone)
