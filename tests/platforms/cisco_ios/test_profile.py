"""The profile of IOS and the code that reads it agree: each default has its source and range, and is used."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auditor.platforms.cisco_ios
from auditor.model import Assumed, Stated, Unknown
from auditor.platforms.cisco_ios import outputs
from auditor.platforms.cisco_ios.config import Config
from auditor.profiles import DefaultValue, load_profile
from tests.platforms.cisco_ios.configs import reading
from tests.platforms.routeros.test_profile import mentioned

SOURCES = sorted(Path(auditor.platforms.cisco_ios.__file__).parent.glob("*.py"))
PROFILE = load_profile("cisco_ios")
DEFAULTS = [default for defaults in PROFILE.defaults.values() for default in defaults]
RELEASES = ("12.2", "12.4", "15.0", "15.2", "15.3", "15.7", "15.9", "16.6", "16.12", "17.3", "17.9.4", "17.12", "17.18")
TIMEOUT = "wireless profile policy.session-timeout"


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: f"{default.entry} {default.versions}".strip())
def test_a_default_names_its_source(default: DefaultValue) -> None:
    assert "Cisco" in default.source or "YANG" in default.source
    assert len(default.source) > len("Cisco IOS Command Reference")


@pytest.mark.parametrize("release", RELEASES)
def test_ranges_leave_no_release_out(release: str) -> None:
    assert not [entry for entry in PROFILE.defaults if PROFILE.default(entry, release) is None]


@given(st.integers(12, 19), st.integers(0, 20), st.integers(0, 9))
def test_ranges_overlap_nowhere(major: int, minor: int, patch: int) -> None:
    """Of two ranges for one release the first would win, which nobody would notice."""
    version = f"{major}.{minor}.{patch}"
    for entry, candidates in PROFILE.defaults.items():
        alone = [replace(PROFILE, defaults={entry: (each,)}).default(entry, version) for each in candidates]
        assert len([each for each in alone if each is not None]) == 1, entry


def test_every_documented_default_is_used() -> None:
    entries = frozenset(PROFILE.defaults)
    used = {entry for source in SOURCES for entry in mentioned(ast.parse(source.read_text(encoding="utf-8")), entries)}
    assert not entries - used


# -- what a release means --------------------------------------------------------------------------------------


def _config(line: str, shown: str = "") -> Config:
    given_texts = reading(f"{line}\nhostname gw\nend\n", {outputs.VERSION: shown} if shown else None)
    version = outputs.version(given_texts)
    return Config.of(given_texts, None if isinstance(version, Unknown) else version)


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("version 16.12", 1800),
        ("version 17.3", 1800),
        ("version 17.11", 1800),
        ("version 17.12", 28800),
        ("version 17.15", 28800),
        ("version 17.9.4a", 1800),
        ("version 15.2(7)E3", 1800),
    ],
)
def test_the_session_timeout_depends_on_the_release(line: str, seconds: int) -> None:
    found = _config(line).default(TIMEOUT, int)
    assert isinstance(found, Assumed)
    assert found.value == seconds


@pytest.mark.parametrize("line", ["", "version", "version next", "version ²"])
def test_without_a_release_what_differs_is_not_known_and_what_agrees_is(line: str) -> None:
    config = _config(line)
    assert isinstance(config.default(TIMEOUT, int), Unknown)
    assert isinstance(config.default("ip dhcp pool.lease", str), Assumed)


SHOWN = {
    "Cisco IOS Software, C1900 Software (C1900-UNIVERSALK9-M), Version 15.7(3)M3, RELEASE SOFTWARE (fc2)\n": "15.7",
    "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE11, RELEASE SOFTWARE (fc3)\n": "15.0",
    "Cisco IOS Software, C3560CX Software (C3560CX-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)\n": "15.2",
    "Cisco Internetwork Operating System Software \nIOS (tm) C2600 Software, Version 12.2(46a), RELEASE\n": None,
    "Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4(24)T, RELEASE SOFTWARE\n": "12.4",
    "Cisco IOS Software, C1140 Software (C1140-K9W7-M), Version 15.3(3)JF10, RELEASE SOFTWARE (fc1)\n": "15.3",
    "Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], ISR Software "
    "(X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)\n": "17.9.4",
    "Cisco IOS XE Software, Version 16.12.05\nCisco IOS Software [Gibraltar], Catalyst L3 Switch Software "
    "(CAT9K_LITE_IOSXE), Version 16.12.5, RELEASE SOFTWARE (fc3)\n": "16.12.5",
    "Cisco IOS XE Software, Version 17.12.03\nCisco IOS Software [Dublin], C9800 Software (C9800_IOSXE-K9), "
    "Version 17.12.3, RELEASE SOFTWARE (fc7)\n": "17.12.3",
    "Cisco IOS Software, IOS-XE Software, Catalyst 4500 L3 Switch Software, Version 03.11.04.E RELEASE\n": "3.11.4",
}


@pytest.mark.parametrize("shown", SHOWN)
def test_the_release_of_show_version(shown: str) -> None:
    found = outputs.version(reading("version 17.9\nend\n", {outputs.VERSION: shown}))
    expected = SHOWN[shown]
    if expected is None:
        assert isinstance(found, Unknown)
    else:
        assert isinstance(found, Stated)
        assert found.value == expected
        assert [span.first for span in found.spans] == [1]


def test_what_is_shown_counts_more_than_the_line() -> None:
    """The line names no maintenance release, and none at all in an old text."""
    shown = "Cisco IOS XE Software, Version 17.12.03\n"
    found = _config("version 17.9", shown).default(TIMEOUT, int)
    assert isinstance(found, Assumed)
    assert found.value == 28800
