"""0 nothing found, 1 findings, 2 usage or inventory, 3 could not be decided; 1 wins over 3."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.command_line import SHOP, User, inventory

SAVED = f"{{gw: {{captures: {SHOP}, platform: openwrt}}}}"
PARTLY = "{gw: {captures: partly/, platform: openwrt}}"
"""Everything but the leases, of which the outcome of the lease rule depends."""

MISSING = f"{{gw: {{captures: {SHOP}, platform: openwrt}}, ap2: {{captures: nowhere/, platform: openwrt}}}}"


@pytest.mark.parametrize(
    ("devices", "options", "code"),
    [
        (SAVED, (), 1),
        (SAVED, ("--rule", "dhcp-lease-too-short"), 1),
        (SAVED, ("--rule", "wifi-open"), 0),
        (SAVED, ("--rule", "wifi-ax"), 0),  # a warning
        (SAVED, ("--rule", "wifi-ax", "--fail-on", "warning"), 1),
        (SAVED, ("--rule", "dns-upstream-unverified"), 0),  # unknown, but it gives warnings at most
        (PARTLY, ("--rule", "dhcp-lease-too-short"), 3),
        (PARTLY, ("--rule", "dhcp-lease-too-short", "--allow-unknown"), 0),
        (PARTLY, ("--rule", "dhcp-lease-too-short,station-isolation"), 1),  # 1 wins over 3
        (MISSING, ("--rule", "wifi-open"), 3),
        (MISSING, ("--rule", "wifi-open", "--allow-unknown"), 3),
        (MISSING, ("--rule", "wifi-open", "--allow-unknown", "--max-unaudited", "1"), 0),
        (MISSING, ("--rule", "wifi-open", "--allow-unknown", "--max-unaudited", "50%"), 0),
        (MISSING, ("--rule", "wifi-open", "--allow-unknown", "--max-unaudited", "49%"), 3),
        (SAVED, ("--rule", "no-such-rule"), 2),
        (SAVED, ("--site", "no-such-site"), 2),
        (SAVED, ("--fail-on", "fatal"), 2),
        (SAVED, ("--max-unaudited", "many"), 2),
        (SAVED, ("--report", "pdf=report.pdf"), 2),
        (SAVED, ("--report", "report.html"), 2),
        (SAVED, ("--readers", "ssid=BAKERY-TILLS"), 2),  # goes with --platform
        (SAVED, ("--no-such-option",), 2),
    ],
)
def test_audit(user: User, devices: str, options: tuple[str, ...], code: int) -> None:
    user.write("inventory.yaml", inventory(devices))
    shutil.copytree(SHOP, user.folder / "partly")
    (user.folder / "partly" / "etc" / "config" / "dhcp").unlink()
    done = user.run("audit", "inventory.yaml", *options)
    assert done.code == code, done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "nowhere.yaml"),
        ("audit", "nowhere", "--platform", "openwrt"),
        ("audit", "inventory.yaml", "--platform", "no-such-platform"),
        ("explain", "no-such-rule"),
        ("platforms", "no-such-platform"),
        ("model", "no-such-device", "-i", "inventory.yaml"),
        ("init", "-o", "inventory.yaml", "--defaults"),  # exists
        ("collect", "inventory.yaml"),  # no --out
        ("no-such-command",),
    ],
)
def test_usage(user: User, arguments: tuple[str, ...]) -> None:
    before = inventory(SAVED)
    user.write("inventory.yaml", before)
    done = user.run(*arguments)
    assert done.code == 2, done.output
    assert done.stderr.strip()
    assert (user.folder / "inventory.yaml").read_text(encoding="utf-8") == before


def test_both_counts_are_in_the_json(user: User) -> None:
    user.write("inventory.yaml", inventory(MISSING))
    assert user.run("audit", "inventory.yaml", "--report", "json=report.json").code == 1
    report = user.report()
    assert report["exit"]["code"] == 1
    assert report["exit"]["findings"] >= 3
    assert report["exit"]["unaudited"] == 1


def test_a_report_that_cannot_be_written_is_said_before_the_audit(user: User, tmp_path: Path) -> None:
    user.write("inventory.yaml", inventory(SAVED))
    user.write("file", "")
    done = user.run("audit", "inventory.yaml", "--report", "html=file/report.html")
    assert done.code == 2, done.output
