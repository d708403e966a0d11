"""A chain of shops over real SSH: what is wrong is found, what fails is told, and what is in order has nothing open."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.fakes.chain import ENVIRONMENT, planned
from tests.fakes.fleet import PASSWORD, Device, Fault, Fleet

ROOT = Path(__file__).resolve().parents[2]
ROUTER = ROOT / "tests/shops/openwrt/healthy/gw"


def _audited(inventory: Path, folder: Path) -> dict[str, Any]:
    """Run the command and return its report."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "auditor", "audit", inventory, "--accept-new-host-keys", "--no-keep"]
    environment = {**os.environ, **ENVIRONMENT, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*map(str, command), "--workers", "1", "--report", f"json={report}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return told


def test_a_chain_is_audited_over_ssh(tmp_path: Path) -> None:
    plan = planned(tmp_path, shops=8, seed=3, wrong=0.3, faulty=0.1)
    assert plan.findings
    assert plan.failing
    with Fleet(plan.served, tmp_path) as fleet:
        chain = plan.written(fleet.port)
        told = _audited(chain.inventory, tmp_path)
        logs = fleet.seen().logs
    failing = {key.partition("/")[0] for key in chain.failing}
    verdicts = [each for each in told["verdicts"] if each["site"] not in failing]
    errors = {
        (each["site"], each["rule"]) for each in verdicts if each["result"] == "fail" and each["severity"] == "error"
    }
    assert {site["site"] for site in told["sites"]} == set(chain.sites)
    assert {f"{each['site']}/{each['device']}" for each in told["failures"]} == set(chain.failing)
    assert errors == set(chain.findings)
    assert [each for each in verdicts if each["result"] in ("unknown", "error")] == []
    for device in plan.central:
        assert logs[device.address].logins == 1, "a shared device is visited once"
    assert sum(logs[device.address].forwarded for device in plan.bastions) >= len(plan.devices) - len(plan.failing)


@pytest.mark.parametrize("processes", [1, 2])
def test_the_address_is_the_device(tmp_path: Path, processes: int) -> None:
    devices = (
        Device("127.1.1.1", "openwrt", str(ROUTER)),
        Device("127.1.1.2", "openwrt", str(ROUTER), fault=Fault.DENY, on="cat"),
    )
    with Fleet(devices, tmp_path, processes=processes) as fleet:
        statuses = [asyncio.run(_status(device.address, fleet.port)) for device in devices]
        logs = fleet.seen().logs
    assert statuses == [0, 1]
    assert [logs[device.address].commands for device in devices] == [["cat /etc/openwrt_release"]] * 2


async def _status(address: str, port: int) -> int | None:
    async with asyncssh.connect(
        address, port, known_hosts=None, username="audit", password=PASSWORD, config=None
    ) as connection:
        return (await connection.run("cat /etc/openwrt_release")).exit_status
