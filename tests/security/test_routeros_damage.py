"""Exports that were cut or damaged: a rule that fails on the whole text does not pass on what is left of it."""

# ruff: noqa: E501 - a line of a device is one line

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.inventory.load import load
from auditor.pipeline import audit
from auditor.policies import load_policy
from tests.services.hosts import NOW

SHOP = Path(__file__).parents[1] / "shops" / "routeros" / "healthy"
LINES = tuple((SHOP / "gw" / "export.rsc").read_text().rstrip("\n").split("\n"))

FAULTS = {
    "bridge filter": ("/interface bridge filter add action=drop chain=forward in-bridge=bridge", "/ip neighbor"),
    "switch": ("/interface ethernet switch port-isolation set ether4 forwarding-override=ether1", "/interface list member"),
    "access list": ("/interface wifi access-list add action=reject", "/interface list member"),
    "isolation": ("/interface wifi access-list add action=accept client-isolation=yes", "/interface list member"),
    "tracking": ("/ip firewall connection tracking set tcp-established-timeout=1m", "/ip neighbor"),
    "hotspot": ("/ip hotspot add disabled=no interface=vlan30 name=h", "/ip service"),
    "name": ("/ip dns static add name=api.stripe.com address=127.0.0.1", "/ip firewall filter"),
    "rule": ("/ip firewall filter add action=drop chain=forward dst-port=443 protocol=tcp", "/ip firewall filter"),
    "raw": ("/ip firewall raw add action=drop chain=prerouting dst-port=443 protocol=tcp", "/ip service"),
    "redirect": ("/ip firewall nat add action=dst-nat chain=dstnat dst-port=53 protocol=udp to-addresses=192.0.2.9", "/ip service"),
    "second server": ("/ip dhcp-server add address-pool=pool-pos interface=vlan30 lease-time=1d name=pos2", "/snmp community"),
    "bridge": ("/interface bridge settings set use-ip-firewall=yes", "/ip neighbor"),
}  # fmt: skip
"""A line that makes a rule fail, or say that it does not know, and before which line an export holds it."""

DAMAGES: Mapping[str, Callable[[str], str]] = {
    "cut in the middle": lambda line: line[: len(line) * 2 // 3] + " [\x01 ",
    "an expression": lambda line: line.replace("=", "=(", 1),
    "noise before it": lambda line: f"noise {line}",
    "noise at it": lambda line: f"x\x1b[2J{line}",
    "the menu cut": lambda line: line[1:],
    "the verb spoilt": lambda line: line.replace(" add ", " adx ").replace(" set ", " sxt "),
    "a backslash too much": lambda line: f"{line} \\",
    "a bracket": lambda line: line.replace(" add ", " add [ ").replace(" set ", " set [ "),
    "an open quote": lambda line: f'{line} comment="a',
}


@cache
def _results(text: str) -> dict[str, frozenset[str]]:
    entry = load(SHOP / "inventory.yaml").sites[0]
    files = (CapturedFile("export.rsc", text, Kind.CONFIGURATION),)
    capture = Capture("gw", "routeros", files, (), NOW, False, "a saved export")
    report = audit(entry, (capture,), (), load_policy(entry.policy), NOW)
    found: dict[str, frozenset[str]] = {}
    for each in report.findings:
        found[each.rule] = found.get(each.rule, frozenset()) | {each.result.value}
    return found


def _with(line: str, before: str) -> tuple[tuple[str, ...], int]:
    place = next(number for number, each in enumerate(LINES) if each.startswith(before))
    return (*LINES[:place], line, *LINES[place:]), place


def _text(lines: tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _wrong(name: str) -> set[str]:
    """The rules that the fault keeps from passing."""
    lines, _ = _with(*FAULTS[name])
    healthy, whole = _results(_text(LINES)), _results(_text(lines))
    wrong = {rule for rule, results in whole.items() if "pass" not in results and "pass" in healthy.get(rule, ())}
    assert wrong
    return wrong


@pytest.mark.parametrize("name", FAULTS)
def test_no_rule_passes_on_a_part_that_fails_on_the_whole(name: str) -> None:
    """Wherever the export ends before the line: its end is at the end of a line, so that nothing shows it."""
    wrong = _wrong(name)
    lines, place = _with(*FAULTS[name])
    for end in sorted({place, *range(12, place, 9)}):
        found = _results(_text(lines[:end]))
        assert [rule for rule in wrong if "pass" in found.get(rule, ())] == [], f"cut at {lines[end - 1]}"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FAULTS)
def test_no_rule_passes_because_a_line_cannot_be_read(name: str, damage: str) -> None:
    line, before = FAULTS[name]
    lines, _ = _with(DAMAGES[damage](line), before)
    found = _results(_text(lines))
    assert [rule for rule in _wrong(name) if found.get(rule, frozenset()) == {"pass"}] == []


@pytest.mark.parametrize("cut", [0.3, 0.7])
def test_no_rule_passes_on_half_a_line(cut: float) -> None:
    """What is cut within a line is known to be cut, whatever stands before."""
    for place in range(8, len(LINES), 11):
        half = LINES[place][: int(len(LINES[place]) * cut)]
        found = _results(_text(LINES[:place]) + half)
        healthy = _results(_text(LINES))
        better = [
            rule for rule, results in found.items() if results == {"pass"} and "pass" not in healthy.get(rule, ())
        ]
        assert better == [], half


def test_the_whole_is_known_to_be_whole() -> None:
    assert "unknown" not in set().union(*_results(_text(LINES)).values())
