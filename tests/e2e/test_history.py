"""A history of audits as a user keeps it: what became of failures, and what moved on the device."""

from pathlib import Path

import pytest

from tests.e2e.command_line import User
from tests.e2e.test_report_formats import INVENTORY


@pytest.fixture
def kept(user: User, shop: Path) -> User:
    """One shop that was audited before and after somebody changed its device."""
    user.write("inventory.yaml", INVENTORY.format(shop=shop))
    audit = ("audit", "inventory.yaml", "--site", "bakery", "--no-keep", "--history", "runs.db")
    assert user.run(*audit).code == 1
    dhcp = shop / "etc" / "config" / "dhcp"
    text = dhcp.read_text(encoding="utf-8")
    dhcp.write_text(text.replace("option leasetime '2h'", "option leasetime '48h'"), encoding="utf-8")
    assert user.run(*audit).code == 1
    return user


def test_runs_are_listed_shown_and_compared(kept: User) -> None:
    listed = kept.run("history", "list", "runs.db")
    assert listed.code == 0
    assert listed.stdout.count("exit 1") == 2
    shown = kept.run("history", "show", "last", "--history", "runs.db")
    assert (shown.code, "bakery/gw  error" in shown.stdout) == (0, True)
    done = kept.run("diff", "previous", "last", "--history", "runs.db")
    assert done.code == 0
    assert "fixed: bakery/gw  dhcp-lease-too-short" in done.stdout
    assert "bakery/gw moved:" in done.stdout
    moved = [line for line in done.stdout.splitlines() if "leasetime" in line and line[:1] in "+-"]
    assert [line[0] for line in moved] == ["-", "+"]
    back = kept.run("diff", "last", "previous", "--history", "runs.db")
    assert back.code == 1
    assert "back again: bakery/gw  dhcp-lease-too-short" in back.stdout


def test_a_run_alone_has_nothing_new_against_itself(kept: User) -> None:
    done = kept.run("diff", "last", "last", "--history", "runs.db")
    assert done.code == 0
    assert "0 new, 0 back again, 0 fixed" in done.stdout


def test_old_runs_are_removed(kept: User) -> None:
    assert kept.run("history", "prune", "--keep", "1", "--history", "runs.db").code == 0
    assert kept.run("history", "list", "runs.db").stdout.count("exit") in (1, 2)


def test_the_history_is_for_its_owner_alone(kept: User) -> None:
    assert (kept.folder / "runs.db").stat().st_mode & 0o777 == 0o600
    assert (kept.folder / "runs.db").read_bytes().startswith(b"SQLite format 3")


def test_a_history_that_is_not_there(user: User) -> None:
    done = user.run("history", "list", "none.db")
    assert done.code == 2
    assert not (user.folder / "none.db").exists()
