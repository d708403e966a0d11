"""Runs are kept whole or not at all, come back as they were, and are compared by what is wrong."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from auditor.capture import Capture, Failure
from auditor.errors import StorageError, UsageError
from auditor.history import runs
from auditor.history.compare import Change, changes, drift
from auditor.history.database import Database, opened
from auditor.history.kept import kept_site
from auditor.history.record import About, Record
from auditor.history.schema import STEPS, version_of
from auditor.pipeline import SiteReport
from auditor.report.text import visible
from auditor.runs.texts import packed
from tests.report.shop import SECRETS, healthy, hostile, report

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def begun(database: Database, night: int) -> Record:
    return Record.begin(database, About(NOW + timedelta(days=night), "1", "0" * 64, {}, 1), random=f"{night:04x}")


def run(database: Database, night: int, *reports: SiteReport) -> str:
    record = begun(database, night)
    for each in reports:
        record.add(kept_site(each))
    record.finish(NOW + timedelta(days=night, minutes=5), 1)
    return record.run


def changed(database: Database, old: str, new: str) -> dict[str, Change]:
    with database.reading() as connection:
        found = changes(connection, runs.find(connection, old), runs.find(connection, new))
    return {each.verdict.fingerprint: each.change for each in found}


def without(given: SiteReport, fingerprint: str) -> SiteReport:
    """Give a report in which one failure is a pass."""
    from auditor.verdicts import Result

    findings = tuple(
        replace(each, result=Result.PASS, severity=None) if each.fingerprint == fingerprint else each
        for each in given.findings
    )
    return replace(given, findings=findings)


def failure(given: SiteReport) -> str:
    """Return the fingerprint of a failure whose rule leaves nothing open."""
    open_rules = {each.rule for each in given.findings if each.result in ("unknown", "error")}
    return next(each.fingerprint for each in given.findings if each.result == "fail" and each.rule not in open_rules)


@pytest.mark.parametrize("given", [report(), hostile()], ids=["faulty", "hostile"])
def test_a_run_comes_back_as_it_was(place: str, given: SiteReport) -> None:
    database = opened(place, create=True)
    name = run(database, 0, given)
    with database.reading() as connection:
        there = runs.verdicts(connection, name)
        assert sorted(each.fingerprint for each in there) == sorted(each.fingerprint for each in given.findings)
        assert [each.device for each in runs.unaudited(connection, name)] == [
            visible(each.device) for each in given.failures
        ]
        for each in given.captures:
            back = runs.capture(connection, name, visible(given.site.name), visible(each.device))
            assert back is not None
            assert packed(back) == packed(each)


def test_equal_nights_keep_their_texts_once(place: str) -> None:
    database = opened(place, create=True)
    run(database, 0, report())
    count = text("SELECT count(*) FROM texts")
    with database.reading() as connection:
        before = connection.execute(count).scalar()
    run(database, 1, report())
    with database.reading() as connection:
        assert connection.execute(count).scalar() == before


def test_new_fixed_still_there_and_back_again(place: str) -> None:
    database = opened(place, create=True)
    bad = report(failures=())
    name = failure(bad)
    first, second, third = (run(database, n, each) for n, each in enumerate((bad, without(bad, name), bad)))
    assert changed(database, first, second)[name] is Change.FIXED
    assert changed(database, second, third)[name] is Change.BACK
    assert set(changed(database, first, third).values()) == {Change.STILL}


def test_a_failure_at_a_site_that_was_not_seen_is_not_fixed(place: str) -> None:
    database = opened(place, create=True)
    first, second = run(database, 0, report()), run(database, 1, healthy())
    found = changed(database, first, second)
    assert found[failure(report())] is Change.UNSEEN
    assert Change.FIXED not in found.values()


def test_drift_is_a_diff_of_configurations(place: str) -> None:
    database = opened(place, create=True)
    given = report()

    def moved(capture: Capture) -> Capture:
        files = tuple(replace(file, text=file.text.replace("'2h'", "'3h\x1b'")) for file in capture.files)
        return replace(capture, files=files)

    run(database, 0, given)
    run(database, 1, replace(given, captures=tuple(map(moved, given.captures))))
    with database.reading() as connection:
        (found,) = drift(connection, runs.find(connection, "previous"), runs.find(connection, "last"))
    assert [line.strip("+-\t ") for line in found.lines if line[:2] in ("- ", "+ ") or "leasetime" in line] == [
        "option leasetime '2h'",
        "option leasetime '3h\\x1b'",
    ]


def test_prune_keeps_the_last_ones_and_one_a_month_and_no_text_without_a_run(place: str) -> None:
    database = opened(place, create=True)
    run(database, 0, report())
    names = [run(database, night, healthy()) for night in (20, 40, 41, 42)]
    died = begun(database, 1).run
    under_way = begun(database, 43).run
    gone = runs.prune(database, 1, NOW + timedelta(days=43))
    with database.reading() as connection:
        left = [each.id for each in runs.runs(connection)]
        assert left == [names[0], names[3], under_way]
        assert died in gone
        assert {each.site for each in runs.verdicts(connection, names[0])} == {"nice-02"}
        unused = "SELECT count(*) FROM verdicts WHERE hash NOT IN (SELECT verdict FROM site_verdicts)"
        assert connection.execute(text(unused)).scalar() == 0
        assert runs.capture(connection, names[3], "nice-02", "gw") is not None


def test_a_migration_that_fails_leaves_the_version_before_it(place: str) -> None:
    name = run(opened(place, create=True), 0, report())

    def column(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE runs ADD COLUMN note TEXT"))

    def broken(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (a INTEGER)"))
        connection.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(StorageError, match="cannot be written"):
        opened(place, create=True, steps=(*STEPS, column, broken))
    database = opened(place, create=True, steps=(*STEPS, column))
    with database.reading() as connection:
        assert version_of(connection) == 2
        assert runs.find(connection, "last").id == name
        assert connection.execute(text("SELECT note FROM runs")).scalar() is None
    with pytest.raises(StorageError), database.reading() as other:
        other.execute(text("SELECT * FROM half"))
    with pytest.raises(UsageError, match="version 2"):
        opened(place, create=True)


WRITER = """
import os, sys
from auditor.history.database import opened
from auditor.history.kept import kept_site
from dataclasses import replace
from tests.history.test_history import begun
from tests.report.shop import healthy
database = opened(sys.argv[1], create=True)
record = begun(database, int(sys.argv[2]))
kept = kept_site(healthy())
for number in range(int(sys.argv[3])):
    record.add(replace(kept, site=f"shop-{number}"))
    print(number, flush=True)
if sys.argv[4] == "stay":
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE runs SET finished = 'x', exit = 0")
        print("in the middle", flush=True)
        sys.stdin.read()
from tests.history.test_history import NOW
record.finish(NOW, 0)
"""


def writer(place: str, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, place, *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)


def test_a_run_that_is_killed_is_not_whole_and_loses_no_other(place: str) -> None:
    database = opened(place, create=True)
    name = run(database, 0, report())
    with writer(place, "1", "2", "stay") as process:
        assert process.stdout is not None
        assert [process.stdout.readline().strip() for _ in range(3)] == ["0", "1", "in the middle"]
        process.send_signal(signal.SIGKILL)
    later = run(database, 2, report())
    with database.reading() as connection:
        first, killed, last = runs.runs(connection)
        assert (first.id, last.id) == (name, later)
        assert (killed.finished, killed.sites) == (None, 2)
        assert runs.find(connection, "previous").id == name


def test_two_runs_at_once_are_both_whole(place: str) -> None:
    with writer(place, "1", "8", "end") as one, writer(place, "2", "8", "end") as two:
        assert [process.wait(60) for process in (one, two)] == [0, 0]
    with opened(place, create=False).reading() as connection:
        assert [(each.finished is not None, each.sites) for each in runs.runs(connection)] == [(True, 8)] * 2


def test_no_room_on_the_disk_loses_no_earlier_run(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    place = str(tmp_path / "history.db")
    database = opened(place, create=True)
    name = run(database, 0, report())
    before, old = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    record = begun(database, 1)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
        with pytest.raises(StorageError, match=r"history\.db cannot be written: "):
            record.add(kept_site(healthy()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    with database.reading() as connection:
        assert [(each.id, each.sites) for each in runs.runs(connection) if each.finished] == [(name, 1)]
        assert runs.find(connection, record.run).sites == 0


def test_only_its_owner_reads_the_file_and_no_secret_is_in_it(tmp_path: Path) -> None:
    place = tmp_path / "history.db"
    old = os.umask(0)
    try:
        database = opened(str(place), create=True)
        run(database, 0, report())
        with database.reading():
            assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    finally:
        os.umask(old)
    with database.reading() as connection:
        hashes = connection.execute(text("SELECT hash FROM texts")).scalars()
        kept = b"".join(runs.content(connection, each) for each in hashes)
    assert b"leasetime" in kept
    with sqlite3.connect(place) as plain:
        kept += "\n".join(plain.iterdump()).encode("utf-8", "replace")
    kept += b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [secret for secret in SECRETS if secret.encode() in kept] == []


@pytest.mark.parametrize(
    "place",
    ["postgresql+psycopg://auditor:hunter2@192.0.2.1/x", "postgresql://192.0.2.1/x?password=hunter2", "mysql://a/b"],
)
def test_a_url_that_is_refused_is_not_repeated(place: str) -> None:
    with pytest.raises(UsageError, match=r"^--history takes") as caught:
        opened(place, create=True)
    assert "hunter2" not in str(caught.value)


def test_a_device_that_was_not_audited_is_kept_as_such(place: str) -> None:
    given = report()
    lost = Failure("ap9", "openwrt", "no answer\x00", "look", 1)
    database = opened(place, create=True)
    name = run(database, 0, replace(given, failures=(lost,)))
    with database.reading() as connection:
        (found,) = runs.unaudited(connection, name)
    assert (found.device, found.why) == ("ap9", "no answer\\x00")
