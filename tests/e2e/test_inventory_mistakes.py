"""Mistakes in the inventory: all at once, each with file, line, key and what was expected; exit code 2."""

import pytest

from tests.e2e.command_line import SHOP, User, inventory

MISTAKES = f"""\
sites:
  bakery:
    timezone: Europe/Atlantis
    opening_hours: {{mon: "25:00-26:00"}}
    integration: javascript-skd
    readers:
      counter: {{sid: BAKERY-TILLS, model: bbpos-wisepos-z}}
    pos:
      tablets: {{subnet: 192.168.30.0/33}}
    devices:
      gw: {{captures: {SHOP}, platform: openwrt, prot: 22}}
"""


@pytest.mark.parametrize("command", [("audit",), ("collect", "--out", "captures")])
def test_all_mistakes_are_answered_at_once(user: User, command: tuple[str, ...]) -> None:
    user.write("inventory.yaml", MISTAKES)
    done = user.run(command[0], "inventory.yaml", *command[1:])
    assert done.code == 2
    assert done.stdout == ""
    lines = MISTAKES.splitlines()
    for wrong in ("Europe/Atlantis", "25:00", "javascript-skd", "sid", "bbpos-wisepos-z", "/33", "prot"):
        number = next(index for index, line in enumerate(lines, start=1) if wrong in line)
        assert f"inventory.yaml:{number}" in done.stderr, wrong
        assert wrong in done.stderr
    for meant in ("javascript-sdk", "ssid", "bbpos-wisepos-e", "port"):
        assert meant in done.stderr, "what was meant is proposed"


def test_a_text_that_is_no_yaml_is_named_with_its_line(user: User) -> None:
    user.write("inventory.yaml", "sites:\n  bakery: {devices: [\n")
    done = user.run("audit", "inventory.yaml")
    assert done.code == 2
    assert "inventory.yaml:" in done.stderr


def test_a_password_in_the_inventory_is_refused_and_not_repeated(user: User) -> None:
    devices = "{gw: {host: 192.0.2.1, platform: openwrt, credentials: {password: hunter2-of-the-shop}}}"
    user.write("inventory.yaml", inventory(devices))
    done = user.run("audit", "inventory.yaml")
    assert done.code == 2
    assert "inventory.yaml:" in done.stderr
    assert "hunter2-of-the-shop" not in done.output
