"""JSON with lines: the values are those of Python's own reader, and lines point at them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax.json_text import JsonError, Node, parse

TEXT = '{\n  "a": [\n    1,\n    "x\\ny"\n  ],\n  "b": {"c": -2.5e1}\n}\n'


def plain(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: plain(member) for key, member in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, tuple) else node.value


def test_lines() -> None:
    root = parse(TEXT)
    assert plain(root) == json.loads(TEXT)
    a, c = root.get("a"), root.get("b", "c")
    assert a is not None
    assert c is not None
    assert (root.first, root.last) == (1, 7)
    assert (a.first, a.last) == (2, 5)
    assert [item.first for item in a.items] == [3, 4]
    assert c.first == 6
    assert root.get("a", "b") is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_python_writes(value: object, indent: int | str | None, ascii_only: bool) -> None:
    assert plain(parse(json.dumps(value, indent=indent, ensure_ascii=ascii_only))) == value


@given(st.one_of(st.text(), st.tuples(st.just(TEXT), st.integers(0, 60)).map(lambda cut: cut[0][: cut[1]])))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node = parse(text)
    except JsonError:
        return
    assert plain(node) == json.loads(text)


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", '{"a"}', '{"a": 1,}', '"\n"', '"\\x"', "nul", "01", "1 2", "[" * 100000, '{"a":' * 9999]
)
def test_refused(text: str) -> None:
    with pytest.raises(JsonError):
        parse(text)
