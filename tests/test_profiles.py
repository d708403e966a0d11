"""Profiles: typed, complete, and honest about versions."""

from pathlib import Path

import pytest

from auditor import resources
from auditor.errors import DataError
from auditor.profiles import DefaultValue, Profile, load_profile, read_profile

SHIPPED = sorted(file.stem for file in resources.device_profiles().glob("*.yaml"))

BROKEN = """
platform: box
title: A box
words: {}
commands:
  - {id: list, run: "ls -1 /etc", kind: state, why: names}
  - {id: file, run: "cat {path}", stores: "{path}", holes: {path: absolute-path}, taken_from: list, kind: state, why: x}
"""


@pytest.mark.parametrize("platform", SHIPPED)
def test_each_shipped_profile_can_be_read_and_gives_reasons(platform: str) -> None:
    profile = load_profile(platform)
    assert profile.commands
    assert all(command.why for command in profile.commands)
    assert load_profile(platform) is profile


def test_a_profile_with_a_hole_is_read(tmp_path: Path) -> None:
    file = tmp_path / "box.yaml"
    file.write_text(BROKEN)
    profile = read_profile(file)
    assert [command.stores for command in profile.commands] == ["commands/list.txt", "{path}"]
    command = profile.command("file")
    assert command is not None
    assert command.filled(command.run, "/etc/motd") == "cat /etc/motd"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("taken_from: list", "taken_from: lost", "no earlier command is called lost"),
        ("id: file", "id: list", "the id is used twice"),
        ("cat {path}", "cat {file}", "its holes are not those declared"),
        (", taken_from: list", "", "nothing fills the hole"),
        ("why: names", "why: names, writes: true", "writes"),
        ("kind: state, why: names", "kind: rumour, why: names", "commands.0.kind"),
        ("platform: box", "platform: bag", "stands in the file of box"),
        ("words: {}", "words: {a: 1}", "words.a"),
        ("ls -1 /etc", "ls -1 /etc/é", "only printable ASCII"),
        ("words: {}", "words: {}\ndefaults: {a: [{value: 12h, word: a, source: ''}]}", "without a source"),
        ("words: {}", "words: {}\ndefaults: {a: [{value: 12h, word: a, source: s, versions: '~21'}]}", "version range"),
        ("words: {}", "words: {}\ndefaults: {a: [{value: 12, word: a, source: s}]}", "defaults.a.0.value"),
        ("title: A box", "title: [", "is broken"),
        (BROKEN, "- just a list", "is broken"),
    ],
)
def test_a_broken_profile_says_where(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "box.yaml"
    assert old in BROKEN
    file.write_text(BROKEN.replace(old, new))
    with pytest.raises(DataError, match=r"box\.yaml") as error:
        read_profile(file)
    assert says in str(error.value)


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(DataError, match="no device profile"):
        load_profile("abacus")


def test_sections_may_be_short_or_whole(tmp_path: Path) -> None:
    file = tmp_path / "box.yaml"
    file.write_text(BROKEN + "irrelevant: {dhcp: {boot: '*', dnsmasq: [logdhcp]}}\n")
    assert read_profile(file).irrelevant["dhcp"] == {"boot": frozenset("*"), "dnsmasq": frozenset({"logdhcp"})}


def test_lists_of_options_may_stand_in_lists(tmp_path: Path) -> None:
    file = tmp_path / "box.yaml"
    file.write_text(BROKEN + "irrelevant: {dhcp: {boot: &both [[a, b], c], dnsmasq: [d, *both]}}\n")
    found = read_profile(file).irrelevant["dhcp"]
    assert found == {"boot": frozenset("abc"), "dnsmasq": frozenset("abcd")}


def _profile(*ranges: tuple[str, str]) -> Profile:
    values = tuple(DefaultValue("a", value, f"a {value}", "a source", versions) for versions, value in ranges)
    return Profile("box", "A box", {}, (), defaults={"a": values})


@pytest.mark.parametrize(
    ("ranges", "version", "expected"),
    [
        ([("", "1")], None, "1"),
        ([("", "1")], "19.07.10", "1"),
        ([("<21.02", "0"), (">=21.02", "1")], "19.07.10", "0"),
        ([("<21.02", "0"), (">=21.02", "1")], "21.02", "1"),
        ([("<21.02", "0"), (">=21.02", "1")], "21.02.0-rc3", "1"),
        ([("<21.02", "0"), (">=21.02", "1")], None, None),
        ([("<21.02", "0"), (">=21.02", "1")], "SNAPSHOT", None),
        ([("<21.02", "1"), (">=21.02", "1")], None, "1"),
        ([(">=21.02", "1")], None, None),  # nobody knows what older releases do
        ([("<21.02", "1"), (">21.02", "1")], None, None),  # 21.02 itself is left out
        ([("<21.02", "1"), ("==21.02", "1"), (">21.02", "1")], None, "1"),
        ([("<=21.02", "1"), (">22.03", "1")], None, None),
        ([(">=21.02,<25.12", "1")], "25.12.1", None),
        ([(">=21.02,<25.12", "1")], "24.10.4", "1"),
        ([], "24.10.4", None),
    ],
)
def test_defaults_by_version(ranges: list[tuple[str, str]], version: str | None, expected: str | None) -> None:
    found = _profile(*ranges).default("a", version)
    assert (found.value if found else None) == expected
