"""What a person pastes for IOS devices: a console takes the files, with names that try to become commands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture
from auditor.inventory import SiteEntry, loads
from auditor.pipeline import audit
from auditor.policies import load_policy
from auditor.profiles import DeadMan, load_profile
from auditor.report.files import write
from tests.remediation.ios_console import Node, differences, run, tree_of
from tests.rules.harness import Case, shop_of
from tests.rules.harness.shop import NOW, SHOPS

HEALTHY = shop_of(Case(Path("healthy.md"), "healthy", 1, "cisco_ios/healthy"))
NAMES = (
    "plain",
    "a-till",
    "x\nend\nreload",
    "x\n do reload",
    "x\nenable secret 0 owned",
    "a | redirect flash:owned",
    "a|tee",
    "what?",
    "^C",
    "a ^C b",
    "\x03",
    "! x",
    "$(reload)",
    "{{ 7*7 }}{% set x %}",
    "# expect: 1",
    "é 中",
    "a  b",
    "redacted-short-00000000",
    "x" * 300,
)
PLACES = {"gw": ("ip dhcp pool POS", "description "), "wlc": ("SHOP-POS", "policy pos", "tag policy shop")}
"""Names in the shop behind which a hostile one is put."""

FAULTS = {
    "gw": ((" dns-server 1.1.1.1 1.0.0.1 \n!\nip dhcp pool GUEST", " lease 0 0 10\n!\nip dhcp pool GUEST"),),
    "wlc": (
        (" session-timeout 86400\n vlan 30", " session-timeout 1800\n vlan 30"),
        (" no dot11ax\n", " peer-blocking drop\n"),
    ),
}  # fmt: skip


def _entry(name: str) -> SiteEntry:
    """The inventory knows the readers by an SSID that is hostile itself, as far as people can write it."""
    ssid = json.dumps(f"SHOP-POS{name}" if name != "plain" and name.isprintable() and len(name) < 20 else "SHOP-POS")
    return loads(HEALTHY.inventory.replace("SHOP-POS", ssid).encode(), SHOPS / "inventory.yaml").sites[0]


def _faulty(name: str) -> tuple[Capture, ...]:
    """The shop with faults, its running configurations alone, and a name that stands wherever names do."""
    found = []
    for capture in HEALTHY.captures:
        (config,) = (file for file in capture.files if not file.is_output)
        text = config.text
        for before, after in FAULTS.get(capture.device, ()):
            assert before in text, before
            text = text.replace(before, after, 1)
        for place in PLACES.get(capture.device, ()) if name != "plain" else ():
            assert place in text, place
            text = text.replace(place, f"{place}{name}")
        found.append(replace(capture, files=(replace(config, text=text),)))
    return tuple(found)


def _typed(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
        assert line.isprintable(), line
        assert line.isascii(), line
        assert "?" not in line, line
        assert not line.startswith("#"), line
        yield line


def _known(tree: Node) -> list[str]:
    """All blocks of a device: a change makes or takes none of those that were there."""
    return sorted(child.text for child in tree.children if child.children)


@pytest.mark.parametrize("name", NAMES)
def test_files_are_what_the_console_takes_and_no_name_becomes_a_command(name: str, tmp_path: Path) -> None:
    captures = _faulty(name)
    entry = _entry(name)
    report = audit(entry, captures, (), load_policy(entry.policy), NOW)
    files = {path.name: path for path in write(report, tmp_path)}
    typed = 0
    for capture in captures:
        before = tree = tree_of(capture)
        for kind in ("commands", "risky.commands"):
            file = files.get(f"{capture.device}.{kind}")
            if file is not None:
                console = run(tree, _typed(file))
                assert console.saved
                assert console.reads[0] == "terminal length 0"
                tree = console.tree
                typed += 1
        assert tree == before or differences(tree, capture)
        for kind in ("risky.undo", "undo"):
            file = files.get(f"{capture.device}.{kind}")
            tree = run(tree, _typed(file)).tree if file is not None else tree
        assert _known(tree) == _known(before)
        assert differences(tree, capture) == []
    if name in ("plain", "a-till", "a|tee", "! x", "$(reload)"):
        assert typed >= 2, "nothing was offered"


def test_a_way_back_is_chosen_by_what_the_device_can() -> None:
    recipe = load_profile("cisco_ios").snippet.dead_man["port-speed"]
    assert recipe.when == "archive"
    assert isinstance(recipe.otherwise, DeadMan)
    for each in (recipe, recipe.otherwise):
        run(Node(""), (*each.arm, *each.call_off))
        assert each.minutes == int(each.arm[0].split()[-1])
