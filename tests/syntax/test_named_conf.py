"""named.conf: statements with their blocks, and edits of `except-from` that touch nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax.named_conf import Block, Statement, parse, walk
from auditor.syntax.named_conf_edit import denials, exempt_domain, with_exempt_domain, without_exempt_domain

PIECES = [*'{};"!#/*\\\n\r\t x', "//", "/*", "*/", "options {", "};", "deny-answer-addresses {", "} except-from {"]
TEXTS = st.lists(st.sampled_from(PIECES)).map("".join)


def tree(statement: Statement) -> list[object]:
    return [
        [tree(inner) for inner in part.statements] if isinstance(part, Block) else part.text for part in statement.parts
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('options { directory "/a;b#"; };', [["options", [["directory", "/a;b#"]]]]),
        ("acl x { !10/8; { any; }; };", [["acl", "x", [["!", "10/8"], [[["any"]]]]]]),
        ("a /* b; */ c; // d;\n# e;\nf;", [["a", "c"], ["f"]]),
        ('zone "x" IN { type master; }\n;', [["zone", "x", "IN", [["type", "master"]]]]),
    ],
)
def test_statements(text: str, expected: list[object]) -> None:
    document = parse(text)
    assert [tree(statement) for statement in document.statements] == expected
    assert document.strays == ()


@pytest.mark.parametrize("text", ["a", "a { b; };}", "a { b;", 'a "b;\nc;', "a { b };", "/* a", ";;"])
def test_what_bind_refuses_is_stray(text: str) -> None:
    assert parse(text).strays


@given(TEXTS)
def test_nothing_is_lost(text: str) -> None:
    document = parse(text)
    spans = [(s.start, s.end) for s in document.statements] + [(a, b) for a, b, _ in document.comments]
    spans += [(s.start, s.end) for s in document.strays]
    inside = [False] * len(text)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        inside[start:end] = [True] * (end - start)
    assert all(kept or text[n].isspace() for n, kept in enumerate(inside))
    for statement in walk(document.statements):
        assert statement.first <= statement.last <= text.count("\n") + 1


def test_depth_and_length_do_not_matter() -> None:
    assert parse("a { " * 50000).strays
    assert parse("/*" * 50000).strays
    assert parse("{}" * 50000).strays


DENY = "options {\n\tdeny-answer-addresses { 10.0.0.0/8; }"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (";\n};\n", ' except-from { "a.net"; };\n};\n'),
        (' except-from { "b.org"; };\n};\n', ' except-from { "b.org"; "a.net"; };\n};\n'),
        (' except-from {\n\t\t"b.org";\n\t};\n};\n', ' except-from {\n\t\t"b.org";\n\t\t"a.net";\n\t};\n};\n'),
        (' except-from {\r\n\t"b.org";\r\n};\n};\n', ' except-from {\r\n\t"b.org";\r\n\t"a.net";\r\n};\n};\n'),
        (" except-from { A.net.; };\n};\n", " except-from { A.net.; };\n};\n"),
    ],
)
def test_a_domain_is_exempt(tail: str, expected: str) -> None:
    text = DENY + tail
    edited = with_exempt_domain(text, "options", "a.net")
    assert edited == DENY + expected
    assert with_exempt_domain(edited, "options", "a.net") == edited
    assert exempt_domain(edited, "options", "a.net") is not None
    if edited != text:
        assert without_exempt_domain(edited, "options", "a.net") == text


def test_each_view_has_its_own() -> None:
    text = 'view "a" { deny-answer-addresses { any; }; };\nview b { deny-answer-addresses { any; }; };\n'
    assert [where for where, _ in denials(text)] == ["view a", "view b"]
    edited = with_exempt_domain(text, "view b", "a.net")
    assert edited.splitlines()[0] == text.splitlines()[0]
    assert exempt_domain(edited, "view a", "a.net") is None


@pytest.mark.parametrize("domain", ["a b", 'a"', "a;", "a\n", "", "{", "x" * 300])
def test_nothing_but_a_domain_is_written(domain: str) -> None:
    with pytest.raises(ValueError, match="is not a domain name"):
        with_exempt_domain(DENY + "; };", "options", domain)


@given(TEXTS)
def test_an_edit_never_breaks_down(text: str) -> None:
    for where, _ in denials(text):
        try:
            edited = with_exempt_domain(text, where, "a.net")
        except ValueError:
            continue
        assert exempt_domain(edited, where, "a.net") is not None
        without_exempt_domain(edited, where, "a.net")
