"""Writes a run: its sites as they arrive, and last of all that it is whole."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from auditor.history.database import Database
from auditor.history.kept import KeptSite
from auditor.history.schema import CAPTURES, FAILURES, FOUND, RUNS, SITES, TEXTS, VERDICTS
from auditor.report.text import visible

_LEVEL = 6


@dataclass(frozen=True, slots=True)
class About:
    """What a run is about. `inventory` is a hash, `profiles` has one for each file of `device_profiles`."""

    started: datetime
    tool: str
    inventory: str
    profiles: Mapping[str, str]
    sites: int


@dataclass(frozen=True, slots=True)
class Record:
    """A run that is under way; it counts only after `finish`."""

    database: Database
    run: str

    @classmethod
    def begin(cls, database: Database, about: About, *, random: str) -> "Record":
        """Begin a run; its id is its time and `random`."""
        run = f"{about.started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{random}"
        row = {
            "id": run,
            "started": time_text(about.started),
            "tool": about.tool,
            "inventory": about.inventory,
            "profiles": json.dumps(dict(about.profiles), sort_keys=True),
            "sites_expected": about.sites,
        }
        with database.writing() as connection:
            connection.execute(insert(RUNS).values(row))
        return cls(database, run)

    def add(self, kept: KeptSite) -> None:
        """Keep one site, all of it or nothing; raises `StorageError`."""
        key = {"run": self.run, "site": visible(kept.site)}
        verdicts = [_verdict(text) for text in kept.json.verdicts]
        failures = [_failure(text) for text in kept.json.failures]
        contents = [each.content for each in kept.captures]
        contents += [text.encode("ascii") for text in (kept.json.site, *kept.json.verdicts, *kept.json.failures)]
        with self.database.writing() as connection:
            _once(connection, TEXTS, ({"hash": digest(each), "content": _packed(each)} for each in contents))
            _once(connection, VERDICTS, verdicts)
            site = {
                "policy": kept.json.policy,
                "policy_version": kept.json.policy_version,
                "text": digest(kept.json.site.encode("ascii")),
            }
            connection.execute(insert(SITES).values({**key, **site}))
            found = ({"position": place, "verdict": each["hash"]} for place, each in enumerate(verdicts))
            captures = (
                {
                    "device": visible(each.device),
                    "text": digest(each.content),
                    "taken_at": time_text(each.taken_at),
                    "time_is_weak": each.time_is_weak,
                    "source": visible(each.source),
                }
                for each in kept.captures
            )
            for table, rows in ((FOUND, found), (CAPTURES, captures), (FAILURES, failures)):
                whole = [{**key, **row} for row in rows]
                if whole:
                    connection.execute(insert(table), whole)

    def finish(self, now: datetime, code: int) -> None:
        """Say that the run is whole, and its exit code."""
        with self.database.writing() as connection:
            row = {"finished": time_text(now), "exit": code}
            connection.execute(update(RUNS).where(RUNS.c.id == self.run).values(row))


def time_text(at: datetime) -> str:
    """Write a time so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def digest(content: bytes) -> str:
    """Return the name of a content."""
    return hashlib.sha256(content).hexdigest()


def _packed(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL)


def _verdict(text: str) -> dict[str, Any]:
    """Return the columns of a verdict; PostgreSQL takes no NUL, and devices may say one."""
    data = json.loads(text)
    names = ("fingerprint", "device", "rule", "result", "subject", "about", "message")
    columns = {name: visible(data[name] or "") for name in names}
    return {"hash": digest(text.encode("ascii")), **columns, "severity": data["severity"]}


def _failure(text: str) -> dict[str, Any]:
    data = json.loads(text)
    columns = {name: visible(data[name]) for name in ("device", "kind", "why", "hint")}
    return {**columns, "text": digest(text.encode("ascii"))}


def _once(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert what is not there yet, always in the same order, so that two writers never wait for each other."""
    distinct = {row["hash"]: row for row in rows}
    if not distinct:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    ordered = [distinct[name] for name in sorted(distinct)]
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), ordered)
