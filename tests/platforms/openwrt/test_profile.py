"""The OpenWrt profile and the code that reads it agree: every default is documented, readable and used."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import auditor.platforms.openwrt
from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Unknown
from auditor.model.device import leaves
from auditor.platforms.openwrt.config import Config, Located
from auditor.platforms.openwrt.parse import parse
from auditor.policies.loader import load_policy
from auditor.profiles import DefaultValue, Profile, load_profile

SOURCES = sorted(Path(auditor.platforms.openwrt.__file__).parent.glob("*.py"))
DEFAULTS = [default for defaults in load_profile("openwrt").defaults.values() for default in defaults]
RELEASES = ("19.07.10", "21.02.7", "22.03.7", "23.05.6", "24.10.2", "25.12.0")

# These changed with a version of their package, not with a release of OpenWrt, so they are Unknown on purpose.
DEPENDS_ON_THE_PACKAGE = frozenset(
    {
        "opennds.sessiontimeout",
        "adblock-fast.enabled",
        "adblock-fast.force_dns",
        "simple-adblock.enabled",
        "simple-adblock.force_dns",
    }
)

# Sections that say as little as possible, so that every value must come from the profile.
EMPTY_SECTIONS = {
    "network": """
config interface 'lan'

config interface 'cable'
\toption proto 'static'
\toption ipaddr '192.0.2.1/24'

config device
\toption name 'br-cable'
\toption type 'bridge'
\tlist ports 'lan1'
\tlist ports 'lan2'

config device
\toption name 'lan2'

config bridge-vlan

config switch

config switch_vlan

config route
""",
    "wireless": """
config wifi-device 'radio0'

config wifi-device 'radio1'
\toption type 'mac80211'
\toption band '5g'

config wifi-iface 'bare'

config wifi-iface 'open'
\toption device 'radio1'
\toption mode 'ap'

config wifi-station

config wifi-iface 'office'
\toption device 'radio1'
\toption mode 'ap'
\toption encryption 'wpa2'
""",
    "dhcp": """
config dnsmasq

config odhcpd 'odhcpd'

config dhcp 'lan'

config dhcp 'cable'
\toption interface 'cable'

config host

config domain

config hostrecord

config relay

config tag 'printers'

config boot

config mac
""",
    "firewall": """
config defaults

config zone
\toption name 'lan'
\tlist network 'cable'

config zone
\toption name 'wan'

config forwarding
\toption src 'lan'
\toption dest 'wan'

config rule
\toption src 'lan'
\toption dest 'wan'

config redirect
\toption src 'lan'
""",
    "system": "\nconfig system\n",
    "opennds": "\nconfig opennds\n\nconfig opennds\n\toption enabled '1'\n",
    "nodogsplash": "\nconfig nodogsplash\n\nconfig nodogsplash\n\toption enabled '1'\n",
    "chilli": "\nconfig chilli\n",
    "unbound": "\nconfig unbound\n\nconfig zone\n",
    "https-dns-proxy": "\nconfig main 'config'\n\nconfig https-dns-proxy\n",
    "adblock": "\nconfig adblock 'global'\n",
    "adblock-fast": "\nconfig adblock-fast 'config'\n",
    "simple-adblock": "\nconfig simple-adblock 'config'\n",
    "banip": "\nconfig banip 'global'\n",
}


def captured(release: str | None) -> Capture:
    """Make a capture that holds little more than section headers."""
    files = [
        CapturedFile(f"/etc/config/{package}", text, Kind.CONFIGURATION) for package, text in EMPTY_SECTIONS.items()
    ]
    if release is not None:
        text = f"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='{release}'\n"
        files.append(CapturedFile("/etc/openwrt_release", text, Kind.CONFIGURATION))
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    return Capture("router", "openwrt", tuple(files), (), now, False, "a test")


def named_defaults(tree: ast.AST) -> Iterator[str]:
    """Patterns of the entries that a module asks for: `default="…"` of a call, or the first argument of `.default(…)`.

    An f-string counts with anything in its holes. A name counts with what the callers pass for that parameter.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        asked = [keyword.value for keyword in node.keywords if keyword.arg == "default"]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "default":
            asked += node.args[:1]
        for argument in asked:
            yield from patterns(argument)


def patterns(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            texts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_-]+" for part in parts)
            yield "".join(texts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from patterns(body)
            yield from patterns(orelse)
        case _:
            pass


def mentioned(tree: ast.AST, entries: frozenset[str]) -> frozenset[str]:
    """Entries that stand in a module as a whole string, wherever it goes from there.

    An f-string counts if it spells out at least the package or the rest. Package and option count if both stand
    in the module, as they do in a table of packages that are read alike.
    """
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    shapes = [
        pattern
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for pattern in patterns(node)
        if re.match(r"[a-z]+\\\.", pattern) or re.fullmatch(r"\[a-z0-9_-\]\+\\\.[a-z_]+", pattern)
    ]
    by_shape = {entry for entry in entries if any(re.fullmatch(shape, entry) for shape in shapes)}
    by_table = {entry for entry in entries if set(entry.split(".", 1)) <= constants}
    return frozenset((entries & constants) | by_shape | by_table)


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: f"{default.entry} {default.versions}".strip())
def test_a_default_names_a_repository_a_file_and_the_commit_that_was_read(default: DefaultValue) -> None:
    assert re.search(r"\b[\w-]+/[\w-]+ [\w./-]+", default.source), "no repository and path"
    assert re.search(r"\b[0-9a-f]{8}\b", default.source), "no commit"
    assert default.word


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_default_that_the_code_asks_for_is_documented(source: Path) -> None:
    entries = load_profile("openwrt").defaults
    missing = [
        pattern
        for pattern in named_defaults(ast.parse(source.read_text(encoding="utf-8")))
        if not any(re.fullmatch(pattern, entry) for entry in entries)
    ]
    assert not missing


def test_every_documented_default_is_used() -> None:
    entries = frozenset(load_profile("openwrt").defaults)
    used = {entry for source in SOURCES for entry in mentioned(ast.parse(source.read_text(encoding="utf-8")), entries)}
    assert not entries - used


@pytest.mark.parametrize("release", [*RELEASES, "SNAPSHOT", None])
def test_empty_sections_get_their_values_from_the_profile(release: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    look_up = Profile.default

    def noted(self: Profile, entry: str, version: str | None) -> DefaultValue | None:
        asked.add(entry)
        return look_up(self, entry, version)

    monkeypatch.setattr(Profile, "default", noted)
    device = parse(captured(release), load_profile("openwrt"))
    assert asked, "nothing was looked up"
    unknown = [fact.why for _, fact in leaves(device) if isinstance(fact, Unknown)]
    undocumented = {entry for why in unknown for entry in re.findall(r"no default of (\S+) is documented", why)}
    assert undocumented <= DEPENDS_ON_THE_PACKAGE
    assert not [why for why in unknown if "cannot read" in why]


@pytest.mark.parametrize("release", RELEASES)
def test_the_ranges_of_a_default_leave_no_release_out(release: str) -> None:
    profile = load_profile("openwrt")
    without = [entry for entry in profile.defaults if profile.default(entry, release) is None]
    assert not without


def test_what_is_irrelevant_is_never_what_a_reader_looks_up() -> None:
    """An option that is both would hide that the code stopped reading it."""
    profile = load_profile("openwrt")
    read: set[tuple[str, str, str]] = set()
    for release in RELEASES:
        read |= looked_up(captured(release), profile)
    declared = {
        (package, kind, option)
        for package, types in profile.irrelevant.items()
        for kind, options in types.items()
        for option in options
    }
    assert read & declared <= {
        ("wireless", "wifi-device", "channel"),  # tells the band only where `band` and `hwmode` do not
        ("wireless", "wifi-device", "hwmode"),  # tells the band only where `band` does not
    }


def looked_up(capture: Capture, profile: Profile) -> set[tuple[str, str, str]]:
    """All (package, section type, option) that reading a capture asks for."""
    found: set[tuple[str, str, str]] = set()

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(self: Config, located: Located, *names: Any, **more: Any) -> Any:
            asked = (name for name in names if isinstance(name, str))
            found.update((located.section.package, located.section.type, name) for name in asked)
            return method(self, located, *names, **more)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for name in ("values", "stated", "words", "lines"):
            patch.setattr(Config, name, noting(getattr(Config, name)))
        parse(capture, profile)
    return found


def test_what_this_platform_cannot_decide_are_items_of_the_policy() -> None:
    profile = load_profile("openwrt")
    assert profile.undecided
    assert set(profile.undecided) <= {item.id for item in load_policy("stripe-terminal").items}


@pytest.mark.parametrize("service", sorted(load_profile("openwrt").effects))
def test_activation_commits_one_package_by_name_and_then_activates_it(service: str) -> None:
    """`uci commit` without a name would take along what somebody else staged."""
    commit, activate = load_profile("openwrt").effects[service].activate
    assert re.fullmatch(r"uci commit [a-z-]+", commit)
    assert re.fullmatch(r"(/etc/init\.d/[a-z-]+ (reload|restart)|wifi reload)", activate)
