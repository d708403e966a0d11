"""The tables, and the steps that bring a database of an older version up to this one.

Texts and verdicts are kept once, by the SHA-256 of their content; what a run has of a site names them. Times are texts
in UTC, such as `2026-03-02T10:00:00+00:00`, so that both databases sort them alike.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)

from auditor.errors import UsageError

METADATA = MetaData()
_HASH = String(64)


def _run() -> "Column[str]":
    return Column("run", String(40), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


def _of_site(name: str, *columns: "Column[str] | Column[int] | Column[bool]") -> Table:
    """Return a table that has rows for a site of a run."""
    reference = ForeignKeyConstraint(["run", "site"], ["sites.run", "sites.site"], ondelete="CASCADE")
    own = (Column("run", String(40), primary_key=True), Column("site", Text, primary_key=True))
    return Table(name, METADATA, *own, *columns, reference)


VERSION = Table("history_schema", METADATA, Column("version", Integer, nullable=False))

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("started", String(40), nullable=False),
    Column("finished", String(40)),  # a run is whole when this is set, and it is set last
    Column("tool", Text, nullable=False),
    Column("inventory", _HASH, nullable=False),
    Column("profiles", Text, nullable=False),
    Column("sites_expected", Integer, nullable=False),
    Column("exit", Integer),
)
TEXTS = Table(
    "texts", METADATA, Column("hash", _HASH, primary_key=True), Column("content", LargeBinary, nullable=False)
)
VERDICTS = Table(
    "verdicts",
    METADATA,
    Column("hash", _HASH, ForeignKey("texts.hash"), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("severity", Text),
    Column("subject", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("message", Text, nullable=False),
)
SITES = Table(
    "sites",
    METADATA,
    _run(),
    Column("site", Text, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("text", _HASH, ForeignKey("texts.hash"), nullable=False),
)
FOUND = _of_site(
    "site_verdicts",
    Column("position", Integer, primary_key=True),
    Column("verdict", _HASH, ForeignKey("verdicts.hash"), nullable=False, index=True),
)
CAPTURES = _of_site(
    "captures",
    Column("device", Text, primary_key=True),
    Column("text", _HASH, ForeignKey("texts.hash"), nullable=False),
    Column("taken_at", String(40), nullable=False),
    Column("time_is_weak", Boolean, nullable=False),
    Column("source", Text, nullable=False),
)
FAILURES = _of_site(
    "failures",
    Column("device", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("text", _HASH, ForeignKey("texts.hash"), nullable=False),
)

Step = Callable[[Connection], None]


def _first(connection: Connection) -> None:
    """Make the tables of version 1. A later step changes them with `ALTER`, and this one stays as it was."""
    METADATA.create_all(connection, tables=[table for table in METADATA.sorted_tables if table is not VERSION])


STEPS: tuple[Step, ...] = (_first,)
"""Step n brings a database from version n - 1 to n; none is ever changed or taken away."""


def version_of(connection: Connection) -> int:
    """Return the version of a database; 0 if it has no history yet."""
    if not inspect(connection).has_table(VERSION.name):
        return 0
    return connection.execute(select(VERSION.c.version)).scalar() or 0


def step_up(connection: Connection, steps: Sequence[Step] = STEPS) -> bool:
    """Take the next step within the transaction of `connection`; False if there is none left.

    Raises `UsageError` if a newer program made this database.
    """
    version = version_of(connection)
    if version > len(steps):
        raise UsageError(f"this history has version {version}, and this program knows {len(steps)}: use a newer one")
    if version == len(steps):
        return False
    VERSION.create(connection, checkfirst=True)
    steps[version](connection)
    row = {"version": version + 1}
    connection.execute(update(VERSION).values(row) if version else insert(VERSION).values(row))
    return True
