"""Opens the database of a history: a file for SQLite, a URL for PostgreSQL."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from auditor.errors import StorageError, UsageError
from auditor.history.schema import STEPS, Step, step_up
from auditor.report.text import visible

_PATIENCE = 60
"""Seconds that a writer waits for another one, which holds the database for one site only."""
_LOCK = 0x61756469746F72
"""The advisory lock of PostgreSQL that writers share and that `prune` has alone."""
_READING = "auditor_reading"


@dataclass(frozen=True, slots=True)
class Database:
    """An open history. Every block is one transaction; errors of the database become `StorageError`."""

    engine: Engine
    name: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database and changes nothing."""
        with self._errors("read"), self.engine.connect() as plain:
            connection = plain.execution_options(**{_READING: True})
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """Give a connection whose changes are there at the end of the block, or none of them is."""
        with self._errors("written"), self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                kind = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
                connection.execute(text(f"SELECT {kind}({_LOCK})"))
            yield connection

    @contextmanager
    def _errors(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            why = visible(str(getattr(error, "orig", None) or error).partition("\n")[0])
            raise StorageError(f"the history {self.name} cannot be {verb}: {why}") from error


def opened(place: str, *, create: bool, steps: Sequence[Step] = STEPS) -> Database:
    """Open a history and bring it up to this version; `create` makes a file that is not there.

    Raises `UsageError` for a place that is none, `StorageError` for one that cannot be used.
    """
    url = _url(place)
    if url.get_backend_name() == "sqlite":
        _make_private(Path(url.database or ""), create=create)
    engine = create_engine(url, poolclass=NullPool)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    database = Database(engine, url.render_as_string(hide_password=True))
    more = True
    while more:
        with database.writing(alone=True) as connection:
            more = step_up(connection, steps)
    return database


def checked(place: str) -> str:
    """Return what `--history` said, if it can be a history; a password in it raises `UsageError`.

    What was typed is written down with a run, and other users of the machine see it.
    """
    _url(place)
    return place


def _url(place: str) -> URL:
    if "://" not in place:
        return URL.create("sqlite", database=str(Path(place).absolute()))
    try:
        url = make_url(place)
    except ArgumentError as error:
        raise UsageError("--history takes a path, or a URL such as postgresql+psycopg://host/name") from error
    if url.password or re.search(r"pass(word|file)?$", " ".join(url.query), re.IGNORECASE | re.ASCII):
        raise UsageError("--history takes no password: put it into ~/.pgpass or PGPASSWORD")
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise UsageError("--history takes a path for SQLite, or a URL such as postgresql+psycopg://host/name")
    if find_spec("psycopg") is None:
        raise UsageError("PostgreSQL needs another library: pip install 'auditor[postgres]'")
    return url.set(drivername="postgresql+psycopg")


def _make_private(path: Path, *, create: bool) -> None:
    """Make the file before SQLite does, so that nobody else can ever read it; its journal gets the same rights."""
    if path.is_file():
        return
    if not create:
        raise UsageError(f"there is no history {path}; `auditor audit --history {path}` makes one")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError.of(path, error) from error


def _prepare(connection: Any, _: object) -> None:
    """Prepare a connection to SQLite. Transactions begin where we say, so that they hold changes of tables too."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_PATIENCE * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    """Take the right to write at once: a reader that turns writer cannot wait for another one."""
    reading = connection.get_execution_options().get(_READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
