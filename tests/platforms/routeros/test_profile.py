"""The RouterOS profile and the code that reads it agree: each default has its source and version, and is used."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auditor.platforms.routeros
from auditor.model import Assumed, Stated, Unknown, leaves
from auditor.platforms.routeros.config import Config
from auditor.policies import load_policy
from auditor.profiles import DefaultValue, load_profile
from auditor.syntax.routeros import parse as read_export
from tests.platforms.routeros.test_any_text import capture, read

SOURCES = sorted(Path(auditor.platforms.routeros.__file__).parent.glob("*.py"))
PROFILE = load_profile("routeros")
DEFAULTS = [default for defaults in PROFILE.defaults.values() for default in defaults]
RELEASES = (
    "6.39.2",
    "6.44",
    "6.49.19",
    "7.1",
    "7.6",
    "7.12.1",
    "7.13",
    "7.15.3",
    "7.16",
    "7.16.2",
    "7.20rc1",
    "7.20.1",
)

UNTIL = {
    "ip hotspot.disabled": (7, 21),
    "ip hotspot walled-garden ip.disabled": (7, 21),
    "ipv6 nd.advertise-dns": (7, 21),
}
"""Entries whose value is documented up to a version only."""


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: f"{default.entry} {default.versions}".strip())
def test_a_default_names_its_source(default: DefaultValue) -> None:
    assert re.search(r"MikroTik|community\.routeros|exports of RouterOS \d|user guide", default.source)
    assert default.word


@pytest.mark.parametrize("release", RELEASES)
def test_ranges_leave_no_release_out(release: str) -> None:
    assert not [entry for entry in PROFILE.defaults if PROFILE.default(entry, release) is None]


@given(st.integers(6, 9), st.integers(0, 60), st.integers(0, 30))
def test_ranges_overlap_nowhere(major: int, minor: int, patch: int) -> None:
    """Of two ranges for one version the first would win, which nobody would notice."""
    version = f"{major}.{minor}.{patch}"
    for entry, candidates in PROFILE.defaults.items():
        alone = [each for each in candidates if _holds_alone(each, version)]
        expected = 0 if (major, minor) >= UNTIL.get(entry, (99, 0)) else 1
        assert len(alone) == expected, entry


def _holds_alone(default: DefaultValue, version: str) -> bool:
    profile = replace(PROFILE, defaults={default.entry: (default,)})
    return profile.default(default.entry, version) is not None


def mentioned(tree: ast.AST, entries: frozenset[str]) -> frozenset[str]:
    """Entries that a module asks for: whole, by an f-string, or by a menu and a property that both stand in it."""
    constants = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    shapes = [
        "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z0-9. -]+" for part in node.values
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    words = {word for text in constants for word in (text, *text.split("."))}
    return frozenset(
        entry
        for entry in entries
        if entry in constants
        or any(len(shape) > 8 and re.fullmatch(shape, entry) for shape in shapes)
        or entry.partition(".")[2] in constants
        or set(entry.split(".")[1:]) <= words
    )


def test_every_documented_default_is_used() -> None:
    entries = frozenset(PROFILE.defaults)
    used = {entry for source in SOURCES for entry in mentioned(ast.parse(source.read_text(encoding="utf-8")), entries)}
    assert not entries - used


def test_every_default_that_the_code_names_is_documented() -> None:
    """`config.default("ip dhcp-server.lease-time", …)` and `default="…"`, where they are written as they are."""
    asked = {
        argument.value
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for argument in (
            *(word.value for word in node.keywords if word.arg == "default"),
            *(node.args[:1] if isinstance(node.func, ast.Attribute) and node.func.attr == "default" else ()),
        )
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert len(asked) > 5
    assert not {entry for entry in asked if "." in entry} - set(PROFILE.defaults)


# -- what a version means --------------------------------------------------------------------------------------

SERVER = (
    "/ip dhcp-server add address-pool=p interface=ether2 name=pos\n/ip pool add name=p ranges=192.0.2.9-192.0.2.20\n"
)
END = "/system identity set name=gw\n"


def scope(header: str, lines: str = SERVER, **outputs: str) -> dict[str, object]:
    files = {"export.rsc": header + lines + END, **{f"commands/{name}.txt": text for name, text in outputs.items()}}
    return {key.rpartition(".")[2]: fact for key, fact in leaves(read(capture(files))) if "scopes[pos]" in key}


@pytest.mark.parametrize(
    ("header", "seconds", "serves"),
    [
        ("# jan/02/1970 00:08:03 by RouterOS 6.39.2\n", 600, False),
        ("# mar/02/2026 10:29:41 by RouterOS 6.49.19\n", 600, False),
        ("# 2026-03-02 10:29:41 by RouterOS 7.1\n", 1800, True),
        ("# 2026-03-02 10:29:41 by RouterOS 7.20rc1\n", 1800, True),
        ("# 2026-03-02 10:29:41 by RouterOS 7.20beta3\n", 1800, True),
        ("# 2026-03-02 10:29:41 by RouterOS 8.0\n", 1800, True),
        ("#  version: 7.10.1 (stable)\n# model = CHR\n", 1800, True),
    ],
)
def test_the_version_decides_leases_and_whether_a_server_is_on(header: str, seconds: int, serves: bool) -> None:
    found = scope(header)
    lease, on = found["lease_time"], found["serving"]
    assert isinstance(lease, Assumed)
    assert lease.value.total_seconds() == seconds
    assert isinstance(on, Assumed)
    assert on.value is serves


@pytest.mark.parametrize("header", ["", "# made by hand\n", "# by RouterOS\n", "# software id = ABCD-EFGH\n"])
def test_without_a_version_nothing_is_assumed_that_depends_on_it(header: str) -> None:
    found = scope(header)
    for name, known in (("lease_time", {600, 1800}), ("serving", {True, False})):
        fact = found[name]
        assert isinstance(fact, Unknown)
        assert "depends on the RouterOS version" in fact.why
        assert {each.total_seconds() if name == "lease_time" else each for each in fact.could_be} == known
        assert fact.settle


def test_what_lines_say_needs_no_version() -> None:
    found = scope("", SERVER.replace("name=pos", "disabled=no lease-time=2h name=pos"))
    assert isinstance(found["lease_time"], Stated)
    assert isinstance(found["serving"], Stated)


def test_what_the_device_prints_of_itself_comes_before_the_header() -> None:
    resource = "                   uptime: 1w\n                  version: 6.49.10 (long-term)\n"
    found = scope("# 2026-03-02 10:29:41 by RouterOS 7.16\n", resource=resource)
    lease = found["lease_time"]
    assert isinstance(lease, Assumed)
    assert lease.value.total_seconds() == 600


@pytest.mark.parametrize(
    ("lines", "version"),
    [
        ("# jan/02/1970 00:08:03 by RouterOS 6.39.2\n", ("6.39.2", 1)),
        ("# 2023-07-07 14:39:19 by RouterOS 7.10.1\n", ("7.10.1", 1)),
        ("# 2025-09-01 08:00:00 by RouterOS 7.20rc1\n", ("7.20rc1", 1)),
        ("# 2025-09-01 08:00:00 by RouterOS v7.20\n", ("7.20", 1)),
        ("\r\n# 2025-09-01 08:00:00 by RouterOS 7.20\r\n", ("7.20", 2)),
        ("[admin@gw] > /export\n# 2025-09-01 08:00:00 by RouterOS 7.20\n", ("7.20", 2)),
        ("\x1b[m# 2025-09-01 08:00:00 by RouterOS 7.20\x1b[m\n", ("7.20", 1)),
        ("# version: 7.16.2 (stable)\n#  board-name: CHR\n", ("7.16.2", 1)),
        ("# by RouterOS\n", None),
        ("# RouterOS seven\n", None),
        ('/system note set note="# 2025-09-01 08:00:00 by RouterOS 7.20"\n', None),
        ("/system identity set name=x\n", None),
        ("", None),
    ],
)
def test_the_version_that_an_export_names(lines: str, version: tuple[str, int] | None) -> None:
    assert read_export(lines).header.version == version


@given(st.text(max_size=8))
def test_any_version_gives_a_default_or_none(version: str) -> None:
    header = f"# 2026-03-02 10:29:41 by RouterOS 7{version}\n"
    config = Config.of(capture({"export.rsc": header}), PROFILE)
    for entry in PROFILE.defaults:
        config.default(entry, str)


ASKED_BY_NOBODY = {"ip dns": {"servers", "use-doh-server"}}
"""What a router asks itself matters only where it answers clients."""


def test_what_is_irrelevant_is_looked_up_nowhere() -> None:
    """A property that is both would hide that the code stopped reading it: those of whole menus aside."""
    for top, menus in PROFILE.irrelevant.items():
        for rest, names in menus.items():
            menu = f"{top} {rest}".strip()
            both = {name for name in names if f"{menu}.{name}" in PROFILE.defaults}
            assert both <= ASKED_BY_NOBODY.get(menu, set()), menu


def test_what_this_platform_cannot_decide_are_items_of_the_policy() -> None:
    assert PROFILE.undecided
    assert set(PROFILE.undecided) <= {item.id for item in load_policy("stripe-terminal").items}


@pytest.mark.parametrize("service", sorted(PROFILE.effects))
def test_each_line_takes_effect_by_itself(service: str) -> None:
    """RouterOS has no commit: nothing is activated, and each effect says whom it disconnects."""
    effect = PROFILE.effects[service]
    assert effect.activate == ()
    assert effect.interrupts
    assert effect.disconnects
