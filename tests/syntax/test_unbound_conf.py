"""unbound.conf: what Unbound reads from a text is what we read, and edits stay local."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax.unbound_conf import parse
from auditor.syntax.unbound_conf_edit import domain_of, with_domain, without_domain

PIECES = [*"\"'#:\n\r\t \\@/.-x*", "server:", "private-address:", "include:", "local-zone:", "é", "\n port: 1\n"]
TEXTS = st.lists(st.sampled_from(PIECES)).map("".join)
PLAIN = st.lists(st.sampled_from(["\n", "\r\n", " ", "#x\n", " port: 1", "private-address: 10.0.0.0/8", "server:"]))


def read(text: str) -> list[tuple[str, ...]]:
    return [(s.keyword, *(word.text for word in s.values)) for s in parse(text).statements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("server: port: 53 do-ip4:yes", [("server",), ("port", "53"), ("do-ip4", "yes")]),
        ("private-address:\n # why\n 10.0.0.0/8#x", [("private-address", "10.0.0.0/8#x")]),
        ('local-zone: "a b" static # off', [("local-zone", "a b", "static")]),
        ("private-domain: 'a' #private-domain: b", [("private-domain", "a")]),
        ("forward-addr: 192.0.2.1@853#name", [("forward-addr", "192.0.2.1@853#name")]),
        ("# private-address: 10.0.0.0/8\n", []),
    ],
)
def test_statements(text: str, expected: list[tuple[str, ...]]) -> None:
    document = parse(text)
    assert read(text) == expected
    assert document.strays == ()


@pytest.mark.parametrize(
    "text", ["port 53", 'port: "53', "port:", "server: stray", "local-zone: a", "port: include: x"]
)
def test_what_unbound_refuses_is_stray(text: str) -> None:
    assert parse(text).strays


@given(TEXTS)
def test_nothing_is_lost(text: str) -> None:
    document = parse(text)
    held = [(s.start, s.end) for s in document.statements]
    spans = sorted([*held, *document.comments, *((s.start, s.end) for s in document.strays)])
    inside = [False] * len(text)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        inside[start:end] = [True] * (end - start)
    assert all(kept or text[n].isspace() or text[n] == "\\" for n, kept in enumerate(inside))
    for statement in document.statements:
        assert text[: statement.start].count("\n") + 1 == statement.first
        assert text[statement.start :].startswith(f"{statement.keyword}:")


def test_a_long_text_is_read_in_one_pass() -> None:
    assert len(parse("port:\n#\n1\n" * 60000).statements) == 60000


BEHIND = ("private-address",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("server:\n\tport: 53\n", 'server:\n\tprivate-domain: "a.net"\n\tport: 53\n'),
        ("server:\n", 'server:\n    private-domain: "a.net"\n'),
        ("server:\n  private-address: 10.0.0.0/8 # x\n  port: 1\n",
         'server:\n  private-address: 10.0.0.0/8 # x\n  private-domain: "a.net"\n  port: 1\n'),
        ("server:\r\n  private-domain:  b.org\r\n",
         "server:\r\n  private-domain:  b.org\r\n  private-domain:  a.net\r\n"),
        ("server: private-address: 10.0.0.0/8 port: 1\n",
         'server: private-address: 10.0.0.0/8 private-domain: "a.net" port: 1\n'),
        (" private-address: 10.0.0.0/8", ' private-address: 10.0.0.0/8\n private-domain: "a.net"'),
        ("", 'server:\n    private-domain: "a.net"\n'),
        ("server:\n private-domain: A.NET.\n", "server:\n private-domain: A.NET.\n"),
    ],
)  # fmt: skip
def test_a_domain_is_added_where_it_belongs(text: str, expected: str) -> None:
    edited = with_domain(text, "private-domain", "a.net", behind=BEHIND)
    assert edited == expected
    assert with_domain(edited, "private-domain", "a.net", behind=BEHIND) == edited
    assert domain_of(edited, "private-domain", "a.net") is not None


@given(PLAIN.map(" ".join).map(lambda text: f"server: {text}"))
def test_an_edit_adds_one_statement_and_its_way_back_is_exact(text: str) -> None:
    edited = with_domain(text, "private-domain", "a.net", behind=BEHIND)
    assert ("private-domain", "a.net") in read(edited)
    assert [each for each in read(edited) if each != ("private-domain", "a.net")] == read(text)
    assert without_domain(edited, "private-domain", "a.net") == text


@given(TEXTS)
def test_an_edit_never_breaks_down(text: str) -> None:
    edited = with_domain(text, "private-domain", "a.net", behind=BEHIND)
    without_domain(edited, "private-domain", "a.net")


@pytest.mark.parametrize("domain", ["a b", 'a"', "a\nport: 1", "", "#", "a..b", "-", "x" * 300])
def test_nothing_but_a_domain_is_written(domain: str) -> None:
    with pytest.raises(ValueError, match="is not a domain name"):
        with_domain("server:\n", "private-domain", domain, behind=())
