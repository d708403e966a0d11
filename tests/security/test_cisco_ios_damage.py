"""Running configurations that were cut or damaged: what fails on the whole text does not pass on what is left of it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.inventory.load import load
from auditor.pipeline import audit
from auditor.policies import load_policy
from tests.services.hosts import NOW

SHOPS = Path(__file__).parents[1] / "shops" / "cisco_ios"

WLAN = "wlan pos 1 SHOP-POS\n"
DOT11_POS = "dot11 ssid SHOP-POS\n   vlan 30\n"
FAULTS = {
    "session timer": ("healthy", "wlc", " session-timeout 86400\n vlan 30", " session-timeout 1800", " vlan 30"),
    "peer blocking": ("healthy", "wlc", WLAN, WLAN + " peer-blocking drop", ""),
    "web authentication": ("healthy", "wlc", WLAN, WLAN + " security web-auth", ""),
    "TKIP": ("healthy", "wlc", WLAN, WLAN + " security wpa wpa1 ciphers tkip", ""),
    "lease": ("router", "gw", "ip dhcp pool POS\n", "ip dhcp pool POS\n lease 0 2", ""),
    "list on an interface": ("router", "gw", "interface Vlan30\n", "interface Vlan30\n ip access-group 2 in", ""),
    "isolation": ("autonomous", "ap", " bridge-group 30 spanning-disabled\n", " bridge-group 30 port-protected", ""),
    "silence": ("autonomous", "ap", "dot11 activity-timeout unknown default 86400 maximum 86400\n",
                "dot11 activity-timeout unknown default 60 maximum 60", ""),
    "PMF": ("autonomous", "ap", DOT11_POS, DOT11_POS + "   11w-pmf client required", ""),
    "login": ("autonomous", "gw", "interface Vlan30\n", "interface Vlan30\n ip admission LOGIN", ""),
    "second server": ("autonomous", "gw", "interface Vlan30\n", "interface Vlan30\n ip helper-address 192.168.1.9", ""),
}  # fmt: skip
"""Shop, device, what gives way, to what, whose last line makes a rule fail or say that it does not know, and what
comes behind it."""

DAMAGES: Mapping[str, Callable[[str], str]] = {
    "noise behind it": lambda line: f"{line} \x01\x1b[2J",
    "a pager": lambda line: f" --More-- {line}",
    "a pager that was taken back": lambda line: f" --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08{line}",
    "a word more": lambda line: f"{line} extended",
    "two blanks": lambda line: line[:3] + line[3:].replace(" ", "  ", 1),
    "a carriage return": lambda line: f"{line}\r",
}


@cache
def _text(shop: str, device: str) -> str:
    return (SHOPS / shop / device / "running-config.txt").read_text()


@cache
def _results(shop: str, device: str, text: str, privilege: str = "") -> dict[str, frozenset[str]]:
    """What each rule says of a shop, one of whose devices has this running configuration."""
    entry = load(SHOPS / shop / "inventory.yaml").sites[0]
    captures = []
    for name in (each.name for each in entry.devices):
        said = text if name == device else _text(shop, name)
        files = [CapturedFile("running-config.txt", said, Kind.CONFIGURATION)]
        if privilege and name == device:
            files.append(CapturedFile("commands/privilege.txt", privilege, Kind.STATE))
        captures.append(Capture(name, "cisco_ios", tuple(files), (), NOW, False, "saved"))
    report = audit(entry, tuple(captures), (), load_policy(entry.policy), NOW)
    found: dict[str, frozenset[str]] = {}
    for each in report.findings:
        found[each.rule] = found.get(each.rule, frozenset()) | {each.result.value}
    return found


def _whole(name: str, damage: Callable[[str], str] = str) -> tuple[str, str, list[str], int]:
    """Shop, device, the lines with the fault, and the number of lines in front of it."""
    shop, device, old, new, behind = FAULTS[name]
    start, found, rest = _text(shop, device).partition(old)
    assert found, name
    front, _, fault = f"{start}{new}".rpartition("\n")
    return (
        shop,
        device,
        [*front.split("\n"), *damage(fault).split("\n"), *f"{behind}{rest}".split("\n")],
        front.count("\n") + 1,
    )


def _wrong(name: str) -> set[str]:
    """The rules that the fault keeps from passing."""
    shop, device, lines, _ = _whole(name)
    healthy, whole = _results(shop, device, _text(shop, device)), _results(shop, device, "\n".join(lines))
    wrong = {rule for rule, results in healthy.items() if results == {"pass"} and whole[rule] != {"pass"}}
    assert wrong, name
    return wrong


def _passes(found: Mapping[str, frozenset[str]], rule: str) -> bool:
    return found.get(rule, frozenset()) == {"pass"}


@pytest.mark.parametrize("name", FAULTS)
def test_no_rule_passes_on_a_part_that_fails_on_the_whole(name: str) -> None:
    """Wherever the text ends before the line: at the end of a line, so that nothing shows it."""
    shop, device, lines, place = _whole(name)
    wrong = _wrong(name)
    for end in sorted({place, place - 1, *range(6, place, max(place // 12, 1))}):
        found = _results(shop, device, "\n".join(lines[:end]) + "\n")
        assert [rule for rule in wrong if _passes(found, rule)] == [], f"cut behind {lines[end - 1]!r}"


@pytest.mark.parametrize("privilege", ["Current privilege level is 7", "Current privilege level is 1"])
@pytest.mark.parametrize("name", FAULTS)
def test_no_rule_passes_on_what_a_lower_privilege_sees(name: str, privilege: str) -> None:
    shop, device, *_ = _whole(name)
    found = _results(shop, device, _text(shop, device), f"{privilege}\n")
    assert [rule for rule in _wrong(name) if _passes(found, rule)] == []


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FAULTS)
def test_no_rule_passes_because_a_line_cannot_be_read(name: str, damage: str) -> None:
    shop, device, lines, _ = _whole(name, DAMAGES[damage])
    found = _results(shop, device, "\n".join(lines))
    assert [rule for rule in _wrong(name) if _passes(found, rule)] == []


@pytest.mark.parametrize("shop", ["healthy", "router", "autonomous"])
def test_the_whole_is_known_to_be_whole(shop: str) -> None:
    for device in (each.name for each in load(SHOPS / shop / "inventory.yaml").sites[0].devices):
        assert "unknown" not in set().union(*_results(shop, device, _text(shop, device)).values())
