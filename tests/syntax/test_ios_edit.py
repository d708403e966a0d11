"""The editor of running configurations: local, idempotent, and refused where it would mean something else."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.syntax.ios import Command, Document, parse
from auditor.syntax.ios_edit import apply, begins
from auditor.syntax.ios_operations import (
    AddBlock,
    AddLine,
    DropBlock,
    DropLine,
    EditError,
    Operation,
    ReplaceLine,
    SetLine,
    UnsetLine,
    said,
)
from tests.syntax.ios_texts import TEXTS, TIDY

TEXT = """version 17.9
!
ip dhcp pool POS
 lease 0 2
 dns-server 192.0.2.1
!
interface Vlan30
 shutdown
!
policy-map P
 class A
  inspect
 class class-default
  drop
!
ip route 0.0.0.0 0.0.0.0 192.0.2.9
end
"""
POOL, EMPTY = ("ip dhcp pool POS",), ("interface Vlan30",)


def _with(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        (SetLine(POOL, "lease 1", "lease"), _with(" lease 0 2\n", " lease 1\n")),
        (SetLine(POOL, "no lease", "lease"), _with(" lease 0 2\n", " no lease\n")),
        (SetLine(POOL, "domain-name x", "domain-name"), _with(" 192.0.2.1\n", " 192.0.2.1\n domain-name x\n")),
        (SetLine(("policy-map P", "class A"), "inspect X", "inspect"), _with("  inspect\n", "  inspect X\n")),
        (SetLine((), "no service dhcp", "service dhcp"), _with(" 192.0.2.9\n", " 192.0.2.9\nno service dhcp\n")),
        (
            SetLine(("ip dhcp pool X",), "lease 1", "lease", create=True),
            _with(" 192.0.2.1\n!\n", " 192.0.2.1\n!\nip dhcp pool X\n lease 1\n!\n"),
        ),
        (UnsetLine(POOL, "lease"), _with(" lease 0 2\n", "")),
        (AddLine(POOL, "option 42 ip 192.0.2.1", "lease 0 2"), _with(" lease", " option 42 ip 192.0.2.1\n lease")),
        (AddLine((), "ip route 10.0.0.0 255.0.0.0 192.0.2.8"),
         _with("192.0.2.9\n", "192.0.2.9\nip route 10.0.0.0 255.0.0.0 192.0.2.8\n")),
        (DropLine(EMPTY, "shutdown"), _with(" shutdown\n", "")),
        (DropLine(EMPTY, "speed 100"), TEXT),
        (ReplaceLine(POOL, "dns-server 192.0.2.2", "dns-server 192.0.2.1"), _with("192.0.2.1", "192.0.2.2")),
        (
            AddBlock(("interface Vlan40",), ("shutdown", "mtu 1400")),
            _with(" shutdown\n!\n", " shutdown\n!\ninterface Vlan40\n shutdown\n mtu 1400\n!\n"),
        ),
        (
            AddBlock(("interface Vlan20",), ("shutdown",), "interface Vlan30"),
            _with("interface Vlan30", "interface Vlan20\n shutdown\n!\ninterface Vlan30"),
        ),
        (AddBlock(("policy-map P", "class B"), ("pass",), "class class-default"),
         _with(" class class-default", " class B\n  pass\n class class-default")),
        (DropBlock(("policy-map P", "class A")), _with(" class A\n  inspect\n", "")),
        (DropBlock(POOL), _with("ip dhcp pool POS\n lease 0 2\n dns-server 192.0.2.1\n!\n", "")),
        (DropBlock(("vlan 9",)), TEXT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "terminal"])
def test_one_change_touches_nothing_else(operation: Operation, after: str, ending: str) -> None:
    edited = apply(TEXT.replace("\n", ending), operation)
    assert edited == after.replace("\n", ending)
    assert apply(edited, operation) == edited


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        (TEXT, SetLine(("ip dhcp pool X",), "lease 1", "lease")),
        (TEXT, SetLine(("vlan 9", "x"), "lease 1", "lease", create=True)),
        (TEXT, SetLine((), "no policy-map P", "policy-map P")),
        (TEXT, AddLine(POOL, "x", "not there")),
        (TEXT, DropLine(("vlan 9",), "x")),
        (TEXT, ReplaceLine(POOL, "x", "not there")),
        (TEXT, ReplaceLine(POOL, "lease 0 2", "dns-server 192.0.2.1")),
        (TEXT, AddBlock(POOL, ("lease 1",))),
        (TEXT, SetLine((), "banner motd ^C", "banner")),
        (TEXT, SetLine(POOL, "! no line", "!")),
        (TEXT, SetLine((), "end", "end")),
        (TEXT, SetLine(POOL, "mtu 1", "lease")),
        (TEXT, SetLine(POOL, "lease 1\n network 192.0.2.0", "lease")),
        (TEXT, SetLine(POOL, "lease 1 ", "lease")),
        ("", AddLine((), "x")),
    ],
)
def test_what_cannot_be_done_locally_is_refused(text: str, operation: Operation) -> None:
    with pytest.raises(EditError):
        apply(text, operation)


def test_an_error_names_the_block_and_no_value() -> None:
    operation = SetLine(("wlan pos 3 SHOP",), "security wpa psk set-key ascii 0 hunter22", "security wpa psk")
    assert said(operation) == "SetLine in wlan pos 3"


def test_a_block_in_two_places_is_one() -> None:
    text = "interface a\n speed 10\n!\ninterface a\n speed 100\n mtu 1\nend\n"
    assert apply(text, SetLine(("interface a",), "speed auto", "speed")) == (
        "interface a\n!\ninterface a\n speed auto\n mtu 1\nend\n"
    )
    assert apply(text, DropBlock(("interface a",))) == "!\nend\n"


def test_lines_within_a_banner_are_no_lines() -> None:
    text = "banner motd ^C\ninterface a\n speed 10\n^C\ninterface a\n speed 100\nend\n"
    assert apply(text, UnsetLine(("interface a",), "speed")) == (
        "banner motd ^C\ninterface a\n speed 10\n^C\ninterface a\nend\n"
    )


# -- any text --------------------------------------------------------------------------------------------------

_Place = tuple[tuple[str, ...], str]


def _places(document: Document) -> list[_Place]:
    """Every line with the heads above it."""
    found: list[_Place] = []
    waiting: list[tuple[tuple[str, ...], Command]] = [((), command) for command in document.top]
    while waiting:
        path, command = waiting.pop()
        found.append((path, command.text))
        waiting += [((*path, command.text), child) for child in command.children]
    return found


def _operation(draw: st.DrawFn, document: Document) -> Operation:
    path, line = draw(st.sampled_from(_places(document)))
    new = draw(st.sampled_from(("lease 1", "no shutdown", "permit ip any any", "x")))
    word = line.split()[0] if line.split() else "x"
    choices: tuple[Operation, ...] = (
        SetLine(path, f"{word} {new}", word),
        SetLine((*path, line), f"no {word}", word),
        UnsetLine(path, word),
        AddLine(path, new),
        AddLine(path, new, line),
        DropLine(path, line),
        ReplaceLine(path, new, line),
        AddBlock((*path, new), ("a", "b")),
        DropBlock((*path, line)),
    )
    return draw(st.sampled_from(choices))


def _check(text: str, operation: Operation) -> None:
    before = parse(text)
    try:
        after = apply(text, operation)
    except EditError:
        return
    assert apply(after, operation) == after
    old, new = before.lines, after.split("\n")
    gone, come = _apart(old, new)
    assert len(gone) == len(old) - len(new) + len(come)
    match operation:
        case SetLine(path, line, _, _) | AddLine(path, line) | ReplaceLine(path, line, _):
            assert (path, line) in _places(parse(after))
        case UnsetLine(path, instead):
            assert not any(begins(line, instead) for where, line in _places(parse(after)) if where == path)
        case DropLine(path, line):
            assert (path, line) not in _places(parse(after))
        case AddBlock(path):
            assert (path[:-1], path[-1]) in _places(parse(after))
        case DropBlock(path):
            assert (path[:-1], path[-1]) not in _places(parse(after))


def _apart(old: tuple[str, ...], new: list[str]) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came; all others are the same, in the same order."""
    from difflib import SequenceMatcher

    gone: list[str] = []
    come: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += old[a:b]
            come += new[c:d]
    assert len(come) <= 4, "a block of three lines, and a separator"
    return gone, come


@given(TIDY, st.data())
def test_tidy_texts_are_changed_as_asked(made: tuple[str, list[str]], data: st.DataObject) -> None:
    text = made[0]
    _check(text, data.draw(st.composite(lambda draw: _operation(draw, parse(text)))()))


@given(TEXTS, st.data())
def test_no_text_breaks_it(text: str, data: st.DataObject) -> None:
    document = parse(text)
    assume(document.top)
    _check(text, data.draw(st.composite(lambda draw: _operation(draw, document))()))
