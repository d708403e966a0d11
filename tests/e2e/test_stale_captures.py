"""What a run keeps for longer than a day is asked for again when the run is taken up."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.command_line import SHOP, User, inventory, live
from tests.e2e.serving import serving
from tests.fakes.openwrt_ssh import Device

_AUDIT = ("audit", "inventory.yaml", "--accept-new-host-keys", "--report", "json=report.json")


@pytest.mark.parametrize(("hours", "again"), [(23, 0), (25, 1), (-1, 1)])
def test_a_capture_of_yesterday_is_asked_again(user: User, hours: float, again: int) -> None:
    """One from the future, too: the clock of this machine was wrong at one of the two times."""
    with serving(Device(SHOP), Device(SHOP)) as (old, fresh):
        sites = (inventory(f"{{gw: {live(old.port)}}}"), inventory(f"{{gw: {live(fresh.port)}}}", site="cafe"))
        user.write("inventory.yaml", sites[0] + sites[1].removeprefix("sites:\n"))
        user.run(*_AUDIT)
        (journal,) = (user.folder / ".auditor").glob("runs/inventory/*/journal")
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        for line in lines:
            if line["device"] == "bakery/gw":
                line["taken_at"] = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        done = user.run(*_AUDIT, "--resume", "last")
    assert (old.log.logins, fresh.log.logins) == (1 + again, 1)
    assert ("more than a day old" in done.stderr) == bool(again)
    assert f"{2 - again} devices are there already" in done.stderr
