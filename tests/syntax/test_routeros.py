"""The reader of exports: each form that RouterOS writes, and that no text breaks it."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax.routeros import LineKind, TargetKind, parse, unescape
from tests.syntax.routeros_texts import PLAIN, TEXTS, TIDY, real_files, real_text, shown


@pytest.mark.parametrize(
    ("text", "menu", "terse"),
    [
        pytest.param("/ip dhcp-server\nadd name=x\n", "ip dhcp-server", False, id="version 6"),
        pytest.param("/ip/dhcp-server\nadd name=x\n", "ip dhcp-server", False, id="version 7"),
        pytest.param("/ip dhcp-server add name=x\n", "ip dhcp-server", True, id="terse"),
        pytest.param("/ip/dhcp-server/add name=x\n", "ip dhcp-server", True, id="terse with slashes"),
        pytest.param("/ip\ndhcp-server add name=x\n", "ip dhcp-server", False, id="below its menu"),
    ],
)
def test_menus(text: str, menu: str, terse: bool) -> None:
    (statement,) = parse(text).statements
    assert (statement.menu, statement.verb, statement.terse) == (menu, "add", terse)
    assert [(each.name, each.value) for each in statement.properties] == [("name", "x")]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x", "x"),
        ("10.0.0.0/24", "10.0.0.0/24"),
        ("!LAN", "!LAN"),
        ('"a b"', "a b"),
        ('""', ""),
        ("", ""),
        (r'"say \"hi\" for \$5 \\ \?"', 'say "hi" for $5 \\ ?'),
        (r'"a\_b\r\nc\td"', "a b\r\nc\td"),
        (r'"caf\C3\A9"', "café"),
        ('"caf\\\n    e"', "cafe"),
        ("ca\\\n    fe", "cafe"),
        ("ca\\\r\n    fe", "cafe"),
        ('"with #, ; and = /ip"', "with #, ; and = /ip"),
    ],
)
def test_values(written: str, value: str) -> None:
    text = f"/ip dns static\nadd comment={written} name=z\n"
    (statement,) = parse(text).statements
    comment, name = statement.properties
    assert (comment.value, name.value, statement.damaged) == (value, "z", "")
    assert text[comment.begin : comment.end] == written


def test_prefixes_are_written_out() -> None:
    (statement,) = parse(
        "/interface wifi\nset [ find default-name=wifi1 ] security.ft=yes .wps=disable .ft-over-ds=no x=1\n"
    ).statements
    assert [each.name for each in statement.properties] == ["security.ft", "security.wps", "security.ft-over-ds", "x"]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("[ find default-name=ether1 ]", TargetKind.FIND),
        ("[find where name=ether1]", TargetKind.FIND),
        ("ether1", TargetKind.NAMES),
        ("0", TargetKind.NUMBERS),
        ("*1F", TargetKind.INTERNAL),
        ("", TargetKind.NONE),
    ],
)
def test_targets(written: str, kind: TargetKind) -> None:
    (statement,) = parse(f"/interface ethernet\nset {written} speed=100Mbps\n").statements
    assert statement.target.kind is kind
    assert [each.name for each in statement.properties] == ["speed"]


def test_an_unset_property_has_no_value() -> None:
    (statement,) = parse("/interface wifi\nset wifi1 !channel\n").statements
    assert [(each.name, each.unset) for each in statement.properties] == [("channel", True)]


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("# nov/14/2022 17:12:03 by RouterOS 6.49.7", "6.49.7"),
        ("# 2023-07-07 14:39:19 by RouterOS 7.10.1", "7.10.1"),
    ],
)
def test_the_header_names_the_version(line: str, version: str) -> None:
    header = parse(f"noise\n{line}\n# model = RB951\n/ip dns\nset x=1\n").header
    assert header.version == (version, 2)
    assert header.model == ("RB951", 3)


@pytest.mark.parametrize(
    "end", ['add name="x', "add name=x \\", "# interrupted", "add name=x comment=[", "[admin@x] > interrupted"]
)
def test_a_cut_export_is_seen(end: str) -> None:
    document = parse(f"# 2023-07-07 14:39:19 by RouterOS 7.10.1\n/ip dns static\n{end}")
    assert document.broken or any(each.damaged for each in document.statements)


# -- any text --------------------------------------------------------------------------------------------------


def check(text: str) -> None:
    document = parse(text)
    assert len(document.line_kinds()) == len(text.split("\n")) - (text.endswith("\n") or not text)
    lines = len(document.line_kinds())
    for statement in document.statements:
        assert 1 <= statement.first <= statement.last <= lines
        assert set(document.line_kinds()[statement.first - 1 : statement.last]) == {LineKind.STATEMENT}
        assert text.count("\n", 0, statement.begin) == statement.first - 1
        for each in statement.properties:
            assert statement.begin <= each.from_ <= each.begin <= each.end <= statement.end
            assert statement.first <= each.first <= each.last <= statement.last


@given(TEXTS)
def test_no_text_breaks_it(text: str) -> None:
    check(text)


@given(TIDY)
def test_tidy_exports_are_understood(text: str) -> None:
    check(text)
    document = parse(text)
    assert LineKind.UNREADABLE not in document.line_kinds()
    assert not document.broken
    assert not any(each.damaged for each in document.statements)


@given(PLAIN)
def test_what_is_quoted_comes_back(value: str) -> None:
    (statement,) = parse(f"/ip dns static\nadd comment={shown(value)} name=z\n").statements
    assert [each.value for each in statement.properties] == [value, "z"]


@given(st.text(max_size=30))
def test_decoding_never_fails(text: str) -> None:
    unescape(text)


@pytest.mark.growth
@pytest.mark.parametrize(
    "piece",
    [
        '"', "\\", "\\\n", "a=", 'a="', "[ find ", "[ find a=b", '[ find a="', "/ip ", "a ", "!a ", ".a=b ",
        "# x\n", "=",
        'a="\\\n    ', "a=b\\\n    ", " ", "\x1b[1m", "[a@b] >", "[a@", "set ", "set 0,", "set *1,",
        "\\C3", "{", "x\\\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["", "/ip dns\nadd ", "/ip dns\nset "])
def test_time_grows_with_the_text_and_no_faster(head: str, piece: str) -> None:
    """Eight times the text takes about eight times as long, and not sixty-four times."""

    def taken(size: int) -> float:
        text = head + piece * (size // len(piece))
        best = 9.0
        for _ in range(3):
            start = time.perf_counter()
            parse.__wrapped__(text)  # without its memory of texts
            best = min(best, time.perf_counter() - start)
        return best

    assert taken(80_000) < max(30 * taken(10_000), 0.3)


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name)
def test_real_files(path: Path) -> None:
    check(real_text(path))
