"""Kea's JSON: what it is, where it stands, and that changing it in place changes nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.services.kea.places import get, put
from auditor.syntax.kea_json import Directive, Element, KeaJsonError, Node, directives, parse, read, walk

NOISE = st.lists(
    st.sampled_from([*list('{}[]:,"#/*\\\n'), '"a"', "1", "-2.5", "true", "//x\n", "/* x */", '<?include "i"?>', "<?"]),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('// a "x"\n{ "a": 1 } # b', 1),
        ('{ "a": /* , */ "#//" }', "#//"),
        ('{ "a": true, }', True),
        ('{ "a": "\\u0041" , , }', "A"),
        ('{ "a": -1.5e3 }', -1500.0),
        ('{ "a": null }', None),
    ],
)
def test_values(text: str, value: object) -> None:
    found = read("f", text, lambda _: None).get("a")
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "}",
        '{"a" 1}',
        '{"a": 1 "b": 2}',
        "[1 2]",
        '{"a": tru}',
        '{"a": 1x}',
        "{1}",
        '/* {"a": 1}',
        "[" * 99,
        "1" * 99,
    ],
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(KeaJsonError):
        read("f", text, lambda _: None)


def test_lines_and_offsets() -> None:
    text = '{\n  "a": [ 1,\n   2 ],\n  "b": "x"\n}\n'
    (root,) = parse("f", text)
    assert isinstance(root, Node)
    a = root.member("a")
    assert a is not None
    assert (a.first, a.node.first, a.node.last) == (2, 2, 3)
    assert text[a.node.start : a.node.end] == "[ 1,\n   2 ]"


def test_includes_stand_for_members_items_and_values() -> None:
    files = {"m": '"b": 2, // two\n"c": 3', "i": "7, 8", "v": '{ "x": 1 }'}
    root = read("f", '{ <?include "m"?>, "l": [ <?include "i"?> ], "v": <?include "v"?> }', files.get)
    assert [member.key for member in root.members] == ["b", "c", "l", "v"]
    listed, value = root.get("l"), root.get("v", "x")
    assert listed is not None
    assert [(item.value, item.file) for item in listed.items] == [(7, "i"), (8, "i")]
    assert value is not None
    assert value.value == 1
    with pytest.raises(KeaJsonError, match="include one another"):
        read("f", '[<?include "f"?>]', {"f": '<?include "f"?>'}.get)


@given(NOISE | st.text(max_size=60))
def test_no_text_does_harm(text: str) -> None:
    found = list(directives("f", text))
    wrong = 1
    elements: tuple[Element, ...] = ()
    try:
        elements = parse("f", text)
    except KeaJsonError as error:
        wrong = error.line
    assert 1 <= wrong <= text.count("\n") + 1
    assert not elements or len(found) >= sum(isinstance(node.value, Directive) for node in walk(elements))
    assert all(text[node.start : node.end].strip() for node in walk(elements))


BLANKS = st.sampled_from(["", " ", "\n  ", "\n\t", " // c\n  ", " # c\n", " /* c */ "])


@given(BLANKS, BLANKS, BLANKS, BLANKS, st.booleans(), st.booleans())
def test_what_is_put_in_comes_out_again(a: str, b: str, c: str, d: str, before: bool, behind: bool) -> None:
    members = [*(['"id": 1'] if before else []), '"subnet": "192.0.2.0/24"', *(['"pools": [ ]'] if behind else [])]
    text = f'{{"Dhcp4":{a}{{{b}"subnet4": [{c}{{{d}' + f"{c},{b}".join(members) + f"{a}}}{b}]{c}}}{d}}}"
    for place, value in (
        (("member", "subnet", "192.0.2.0/24", "valid-lifetime"), "86400"),
        (("option", "subnet", "192.0.2.0/24", "6"), '{ "code": 6, "data": "192.0.2.1" }'),
        (("member", "global", "", "valid-lifetime"), "60"),
    ):
        after = put(text, place, value)
        assert get(text, place) is None
        assert get(after, place) == value
        assert put(after, place, value) == after
        assert put(after, place, None) == text
