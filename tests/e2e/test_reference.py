"""The commands that need no shop: what the program knows, and how quickly it says so."""

import re
from pathlib import Path

import pytest

from auditor import __version__
from auditor.collect.batch import script
from auditor.profiles import load_profile
from auditor.rules import load_rules
from tests.e2e.command_line import KEYS, SHOP, User, line_of

SLOW = ("asyncssh", "netmiko", "napalm", "paramiko", "keyring")


@pytest.mark.parametrize("arguments", [("--version",), ("explain", "dhcp-lease-too-short"), ("rules",), ("--help",)])
def test_nothing_that_talks_to_devices_is_loaded(user: User, arguments: tuple[str, ...]) -> None:
    done = user.run(*arguments, python=("-X", "importtime"))
    assert done.code == 0, done.output
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert {"typer", "auditor"} <= loaded, "the list of imports is not what this test reads"
    assert loaded.isdisjoint(SLOW)


def test_a_saved_capture_is_audited_without_loading_ssh(user: User) -> None:
    done = user.run(
        *("audit", SHOP, "--platform", "openwrt", "--readers", "ssid=BAKERY-TILLS"), python=("-X", "importtime")
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "auditor" in loaded
    assert loaded.isdisjoint(SLOW)


def test_version(user: User) -> None:
    done = user.run("--version")
    assert (done.code, done.stdout) == (0, f"auditor {__version__}\n")


def test_rules_lists_every_rule_with_its_items(user: User) -> None:
    done = user.run("rules")
    assert done.code == 0
    for rule in load_rules():
        line = next(
            (line for line in done.stdout.splitlines() if re.search(rf"(^|\W){re.escape(rule.id)}(\W|$)", line)), ""
        )
        assert line, rule.id
        assert all(item in line for item in rule.items[:1]), line


@pytest.mark.parametrize("rule", ["dhcp-lease-too-short", "dns-rebind", "wifi-ax"])
def test_a_rule_is_explained(user: User, rule: str) -> None:
    done = user.run("explain", rule)
    assert done.code == 0
    assert rule in done.stdout
    assert "What it checks" in done.stdout


def test_a_rule_that_does_not_exist_is_answered_with_those_that_sound_alike(user: User) -> None:
    done = user.run("explain", "dhcp-lease-to-short")
    assert done.code == 2
    assert "did you mean dhcp-lease-too-short" in done.stderr


def test_the_commands_of_a_platform_are_printed_exactly(user: User) -> None:
    done = user.run("platforms", "openwrt", "--commands")
    assert done.code == 0
    printed = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    *commands, mark = printed
    assert commands == [command.run for command in load_profile("openwrt").commands]
    assert mark == script((), "0123456789abcdef").splitlines()[0]


def test_platforms_are_listed(user: User) -> None:
    done = user.run("platforms")
    assert done.code == 0
    assert "openwrt" in done.stdout


def test_the_model_names_the_origin_of_each_fact(user: User) -> None:
    done = user.run("model", SHOP, "--platform", "openwrt")
    assert done.code == 0, done.output
    line = line_of("etc/config/dhcp", "option leasetime '2h'")
    assert f"/etc/config/dhcp:{line}" in done.stdout
    assert "rebind_protection 1" in done.stdout  # the default that no line overrides
    assert [key for key in KEYS if key in done.output] == []


def test_init_proposes_from_a_saved_configuration_and_what_it_writes_can_be_audited(user: User) -> None:
    done = user.run("init", "--from", SHOP, "--platform", "openwrt", "--defaults", "-o", "inventory.yaml")
    assert done.code == 0, done.output
    text = (user.folder / "inventory.yaml").read_text(encoding="utf-8")
    assert "BAKERY-TILLS" in text
    assert text.count("#") > 5, "it is commented"
    audited = user.run("audit", "inventory.yaml", "--report", "json=report.json")
    assert audited.code in (1, 3), audited.output
    assert user.report()["verdicts"]


def test_init_never_overwrites_unasked(user: User) -> None:
    file = user.write("inventory.yaml", "# mine\n")
    assert user.run("init", "--defaults").code == 2
    assert file.read_text(encoding="utf-8") == "# mine\n"
    assert user.run("init", "--defaults", "--force").code == 0
    assert file.read_text(encoding="utf-8") != "# mine\n"


def test_init_asks(user: User) -> None:
    done = user.run("init", "-o", "inventory.yaml", stdin="\n" * 40)
    assert done.code == 0, done.output
    assert (user.folder / "inventory.yaml").is_file()


@pytest.mark.parametrize(
    "command",
    ["audit", "verify", "path", "resolve", "collect", "init", "model", "explain", "rules", "platforms"],
)
def test_help_shows_an_example(user: User, command: str) -> None:
    done = user.run(command, "--help")
    assert done.code == 0
    assert f"Example: auditor {command}" in " ".join(done.stdout.split())


def test_the_example_inventory_is_valid(user: User) -> None:
    """All keys of the example are accepted; its devices are out of reach, so it is asked for a site that is not."""
    example = Path(__file__).parents[2] / "inventory.example.yaml"
    done = user.run("audit", example, "--site", "no-such-site")
    assert done.code == 2
    assert "no site is called" in done.stderr


def test_what_root_is_asked_for_is_shown_with_its_lines_of_sudoers(user: User) -> None:
    shown = user.run("platforms", "linux", "--commands").stdout.splitlines()
    for command in load_profile("linux").commands:
        assert command.run in shown
        assert command.elevated in "\n".join(shown)
    assert "<user> ALL=(root) NOPASSWD: /usr/bin/cat /etc/hostapd/hostapd.conf" in shown
    assert not any("sudo" in line for line in user.run("platforms", "openwrt", "--commands").stdout.splitlines())
