"""The configuration of dhcpd: what its statements are, where they stand, and changing one in place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.services.dhcpd.places import get, put
from auditor.syntax.dhcpd_conf import included, parse, walk

NOISE = st.lists(
    st.sampled_from([*list('{};,="#\\\n '), "subnet ", "range ", "of ", "include ", '"x"', "10.0.0.1 ", "# c\n"]),
    max_size=40,
).map("".join)


def test_statements_of_any_layout() -> None:
    text = 'a 1; b "x;#{" , c; # d {\nsubnet 1 netmask\n 2 { e\n3; }\n'
    statements = parse("f", text).statements
    assert [(s.keyword, s.arguments, s.first, s.last) for s in walk(statements)] == [
        ("a", ("1",), 1, 1),
        ("b", ("x;#{", ",", "c"), 1, 1),
        ("subnet", ("1", "netmask", "2"), 2, 4),
        ("e", ("3",), 3, 4),
    ]
    assert [text[s.start : s.end] for s in statements][:2] == ["a 1;", 'b "x;#{" , c;']


def test_braces_of_a_definition_are_words() -> None:
    tree = parse("f", "option x code 200 = { integer 8, array of { text } }; option y 1;")
    assert tree.trouble is None
    assert [s.arguments[0] for s in tree.statements] == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "line", "kept"),
    [("a;\nb", 2, 1), ("a;\nb {\nc;", 2, 1), ("a;\n}", 2, 1), ('a;\n"x', 2, 1), ("{ a; }", 1, 0), ("a { b }", 1, 0)],
)
def test_what_cannot_be_read(text: str, line: int, kept: int) -> None:
    tree = parse("f", text)
    assert tree.trouble is not None
    assert (tree.trouble.line, len(tree.statements)) == (line, kept)


@given(NOISE | st.text(max_size=60))
def test_no_text_does_harm(text: str) -> None:
    tree = parse("f", text)
    lines = text.count("\n") + 1
    assert tree.trouble is None or 1 <= tree.trouble.line <= lines
    ends = 0
    for statement in tree.statements:
        assert ends <= statement.start < statement.end <= len(text)
        assert text[statement.start : statement.end].endswith((";", "}"))
        assert 1 <= statement.first <= statement.last <= lines
        assert included(statement) is None or statement.keyword == "include"
        ends = statement.end
    if tree.trouble is None:
        # Nothing is dropped: what stands outside statements are blanks, comments and stray semicolons.
        outside = "".join(text[a.end : b.start] for a, b in zip(tree.statements, tree.statements[1:], strict=False))
        assert all(not line.strip("; \t\r\f\v") or "#" in line or line.isspace() for line in outside.split("\n"))


BLANKS = st.sampled_from(["", " ", "\n  ", "\n\t", " # c\n  "])


@given(BLANKS, BLANKS, st.lists(st.sampled_from(["range 192.0.2.9;", "option routers 192.0.2.1;", 'filename "x";'])))
def test_what_is_put_in_comes_out_again(a: str, b: str, inside: list[str]) -> None:
    text = f"authoritative;{a}subnet 192.0.2.0 netmask 255.255.255.0 {{{b}{a.join(inside)}{b}}}{a}\n"
    for place, value in (
        (("setting", "subnet", "192.0.2.0", "max-lease-time"), "86400"),
        (("setting", "subnet", "192.0.2.0", "option domain-name-servers"), "192.0.2.1, 192.0.2.2"),
        (("host", "192.0.2.0", "x"), "host x { hardware ethernet 02:00:00:00:00:01; }"),
    ):
        after = put(text, place, value)
        assert get(text, place) is None
        assert get(after, place) == value
        assert put(after, place, value) == after
        assert put(after, place, None) == text
