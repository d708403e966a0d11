"""hier_config, a program of others, predicts what a device says after our commands: that is what our edit says.

It is installed with the other requirements of development. Where its prediction is known to differ, the difference
itself is written down and checked, so that neither a new release of it nor a mistake of ours hides behind the list.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from auditor.capture import Capture
from auditor.platforms.cisco_ios import changes
from auditor.platforms.cisco_ios.changes import Texts
from auditor.syntax.ios import parse
from tests.remediation.samples import cisco_ios_capture
from tests.remediation.test_cisco_ios import SHAPES, snippet_of

hier_config: Any = pytest.importorskip("hier_config", reason="hier_config is not installed (requirements/dev.txt)")

Lines = frozenset[str]
"""Lines with the heads above them, ` / ` between."""

NOTHING: Lines = frozenset()
_ONE = "it knows no rule that a block has one such line, and keeps the old one beside the new one"
_GUARD = "it takes the commands of one visit together, and does not see that what is shut is opened again"
_RESEQUENCE = "it numbers entries that have no number itself, and does not know `ip access-list resequence`"
_FLAT = "it does not know that `ip access-list extended 101` and `access-list 101` are one list"
_VLANS = "it does not know that `switchport trunk allowed vlan add` changes the list of the line above"
_BY_TEXT = (
    "it takes an entry that has a number away by that number only, where the device also takes what the entry says"
)


def _lines(*lines: str) -> Lines:
    return frozenset(lines)


DIFFERENT: dict[str, tuple[str, Lines, Lines]] = {
    "stated": (_ONE, _lines("ip dhcp pool POS / lease 0 2"), NOTHING),
    "hidden": (
        f"{_ONE}; and `lease 1`, the default, is not shown",
        _lines("ip dhcp pool POS / lease 0 2", "ip dhcp pool POS / lease 1"),
        NOTHING,
    ),
    "dropped-entry": (
        _BY_TEXT,
        _lines(
            "ip access-list extended POS-IN / 30 deny tcp any any eq 443",
            "ip access-list extended POS-IN / no deny tcp any any eq 443",
        ),
        NOTHING,
    ),
    "made-anew-by-the-device": (
        _VLANS,
        _lines(
            "interface GigabitEthernet1/0/24 / switchport trunk allowed vlan 1,20,21",
            "interface GigabitEthernet1/0/24 / switchport trunk allowed vlan add 22",
        ),
        _lines("interface GigabitEthernet1/0/24 / switchport trunk allowed vlan 1,20-22"),
    ),
    "timers-behind-one-guard": (_ONE, _lines("wireless profile policy POS / session-timeout 1800"), NOTHING),
    "no-guard-needed": (_ONE, _lines("wireless profile policy SPARE / session-timeout 1800"), NOTHING),
    "band-up": (_GUARD, _lines("ap dot11 5ghz shutdown", "no ap dot11 5ghz shutdown"), NOTHING),
    "dropped-below-a-remark": (
        _BY_TEXT,
        _lines(
            "ip access-list extended SHOWN / 20 deny tcp any any eq 443",
            "ip access-list extended SHOWN / no deny tcp any any eq 443",
        ),
        NOTHING,
    ),
    "entries-without-numbers": (
        _RESEQUENCE,
        _lines(
            "ip access-list extended OLD / 13 permit tcp any any eq www",
            "ip access-list extended OLD / 16 permit udp any any eq 443",
            "ip access-list extended OLD / 20 deny tcp any any eq 443",
            "ip access-list extended OLD / 30 permit ip any any",
            "ip access-list resequence OLD 10 10",
        ),
        _lines(
            "ip access-list extended OLD / 20 permit tcp any any eq www",
            "ip access-list extended OLD / 30 permit udp any any eq 443",
            "ip access-list extended OLD / 40 deny tcp any any eq 443",
            "ip access-list extended OLD / 50 permit ip any any",
        ),
    ),
    "entry-last-without-numbers": (
        _RESEQUENCE,
        _lines("ip access-list extended OLD / 10 permit tcp any any eq www"),
        _lines("ip access-list extended OLD / 40 permit tcp any any eq www"),
    ),
    "entry-of-flat-list": (
        _FLAT,
        _lines(
            "ip access-list extended 101",
            "ip access-list extended 101 / 15 permit tcp any any eq www",
            "ip access-list resequence 101 10 10",
        ),
        _lines("access-list 101 permit tcp any any eq www"),
    ),
    "entry-last-of-flat-list": (
        _FLAT,
        _lines("ip access-list extended 101", "ip access-list extended 101 / 10 permit tcp any any eq www"),
        _lines("access-list 101 permit tcp any any eq www"),
    ),
    "several": (_ONE, _lines("ip dhcp pool POS / lease 0 2"), NOTHING),
}
"""Changes that it predicts in another way: why, what only it says, what only our edit says."""

DIFFERENT_BACK: dict[str, tuple[str, Lines, Lines]] = {
    "stated": (_ONE, _lines("ip dhcp pool POS / lease 1 12"), NOTHING),
    "made-anew-by-the-device": (
        _VLANS,
        _lines(
            "interface GigabitEthernet1/0/24 / switchport trunk allowed vlan 1,20-22",
            "interface GigabitEthernet1/0/24 / switchport trunk allowed vlan remove 22",
        ),
        _lines("interface GigabitEthernet1/0/24 / switchport trunk allowed vlan 1,20,21"),
    ),
    "timers-behind-one-guard": (_ONE, _lines("wireless profile policy POS / session-timeout 86400"), NOTHING),
    "no-guard-needed": (_ONE, _lines("wireless profile policy SPARE / session-timeout 86400"), NOTHING),
    "band-up": (_GUARD, _lines("ap dot11 5ghz shutdown", "no ap dot11 5ghz shutdown"), NOTHING),
    "entry-between": (
        _BY_TEXT,
        _lines(
            "ip access-list extended POS-IN / 25 permit tcp any any eq www",
            "ip access-list extended POS-IN / no permit tcp any any eq www",
        ),
        NOTHING,
    ),
    "entries-first": (
        _BY_TEXT,
        _lines(
            "ip access-list extended POS-IN / 2 permit tcp any any eq www",
            "ip access-list extended POS-IN / 5 permit udp any any eq 443",
            "ip access-list extended POS-IN / 7 remark new",
            "ip access-list extended POS-IN / no permit tcp any any eq www",
            "ip access-list extended POS-IN / no permit udp any any eq 443",
            "ip access-list extended POS-IN / no remark new",
        ),
        NOTHING,
    ),
    "remark-and-entry": (
        _BY_TEXT,
        _lines(
            "ip access-list extended SHOWN / 13 permit tcp any any eq www",
            "ip access-list extended SHOWN / 13 remark new",
            "ip access-list extended SHOWN / 16 permit udp any any eq 443",
            "ip access-list extended SHOWN / no permit tcp any any eq www",
            "ip access-list extended SHOWN / no permit udp any any eq 443",
            "ip access-list extended SHOWN / no remark new",
        ),
        NOTHING,
    ),
    "entry-last": (
        _BY_TEXT,
        _lines(
            "ip access-list extended POS-IN / 50 permit tcp any any eq www",
            "ip access-list extended POS-IN / no permit tcp any any eq www",
        ),
        NOTHING,
    ),
    "entries-without-numbers": (
        _BY_TEXT,
        _lines(
            "ip access-list extended OLD / 20 permit tcp any any eq www",
            "ip access-list extended OLD / 30 permit udp any any eq 443",
            "ip access-list extended OLD / 40 deny tcp any any eq 443",
            "ip access-list extended OLD / 50 permit ip any any",
            "ip access-list extended OLD / no permit tcp any any eq www",
            "ip access-list extended OLD / no permit udp any any eq 443",
        ),
        _lines(
            "ip access-list extended OLD / 20 deny tcp any any eq 443",
            "ip access-list extended OLD / 30 permit ip any any",
        ),
    ),
    "entry-last-without-numbers": (
        _BY_TEXT,
        _lines(
            "ip access-list extended OLD / 40 permit tcp any any eq www",
            "ip access-list extended OLD / no permit tcp any any eq www",
        ),
        NOTHING,
    ),
    "entry-of-flat-list": (
        _FLAT,
        _lines(
            "access-list 101 permit tcp any any eq www",
            "ip access-list extended 101",
            "ip access-list extended 101 / no permit tcp any any eq www",
        ),
        NOTHING,
    ),
    "entry-last-of-flat-list": (
        _FLAT,
        _lines(
            "access-list 101 permit tcp any any eq www",
            "ip access-list extended 101",
            "ip access-list extended 101 / no permit tcp any any eq www",
        ),
        NOTHING,
    ),
    "several": (_ONE, _lines("ip dhcp pool POS / lease 1 12"), NOTHING),
}
"""The same for ways back."""


def _read(text: str) -> Any:
    return hier_config.get_hconfig(hier_config.Platform.CISCO_IOS, text)


def _indented(typed: Iterable[str], *texts: str) -> str:
    """Typed lines as a piece of configuration: below the heads that `exit` leaves."""
    heads = {command.text for text in texts for command in parse(text).walk() if command.children}
    depth = 0
    found: list[str] = []
    for line in typed:
        if line == "exit":
            depth -= 1
        elif line not in ("configure terminal", "end", "y"):
            found.append(" " * depth + line)
            depth += line in heads or line.startswith("ip access-list extended ")
    assert depth == 0
    return "\n".join([*found, ""])


def _text(capture: Capture) -> str:
    return capture.files[0].text


def _predicted(before: Capture, typed: Iterable[str], after: Capture) -> tuple[Lines, Lines]:
    """What only the prediction says, and what only our edit says."""
    ours, old = _text(after), _text(before)
    future = _paths(_read(old).future(_read(_indented(typed, ours, old))))
    edited = _paths(_read(ours))
    return future - edited, edited - future


def _paths(config: Any) -> Lines:
    return frozenset(" / ".join(child.path()) for child in config.all_children())


@pytest.mark.parametrize("shape", SHAPES)
def test_it_predicts_what_the_edit_says(shape: str) -> None:
    before = cisco_ios_capture()
    edit = SHAPES[shape](Texts.of(before))
    after = changes.apply(before, edit.operations)
    _, *expected = DIFFERENT.get(shape, ("", NOTHING, NOTHING))
    assert _predicted(before, snippet_of(edit).apply, after) == tuple(expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_predicts_the_way_back(shape: str) -> None:
    before = cisco_ios_capture()
    edit = SHAPES[shape](Texts.of(before))
    after = changes.apply(before, edit.operations)
    _, *expected = DIFFERENT_BACK.get(shape, ("", NOTHING, NOTHING))
    assert _predicted(after, snippet_of(edit).undo, before) == tuple(expected)


@pytest.mark.parametrize("known", [DIFFERENT, DIFFERENT_BACK], ids=["forth", "back"])
def test_each_known_difference_is_of_a_change_and_has_a_reason(known: dict[str, tuple[str, Lines, Lines]]) -> None:
    assert known.keys() < SHAPES.keys()
    assert all(why.strip() and (only_it or only_we) for why, only_it, only_we in known.values())
