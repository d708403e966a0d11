"""Each line of an export is understood, irrelevant or unknown; what the profile lists decides the second."""

import ast
from pathlib import Path

import pytest

from auditor.platforms import routeros
from tests.platforms.routeros.test_any_text import capture, read

HEADER = "# 2026-03-02 10:30:00 by RouterOS 7.16.2\n"


def counted(lines: str) -> tuple[int, int, list[tuple[int, str]]]:
    """Lines below the header: understood, irrelevant, and unknown by number."""
    (found,) = read(capture({"export.rsc": HEADER + lines})).coverage
    return found.understood, found.irrelevant, [(each.line - 1, each.keywords) for each in found.unknown]


@pytest.mark.parametrize(
    ("lines", "unknown"),
    [
        pytest.param("/user add name=made-up group=read\n", [], id="menu of no interest"),
        pytest.param("/zerotier interface add network=1\n", [], id="menu below one of no interest"),
        pytest.param("/made-up menu add x=1\n", [(1, "/made-up menu add x")], id="menu nobody knows"),
        pytest.param("/made-up menu\nadd x=1\n", [(2, "/made-up menu add x")], id="its name alone says nothing"),
        pytest.param("/ip dns set made-up=1 servers=1.1.1.1\n", [(1, "/ip dns set made-up")], id="one property"),
        pytest.param(
            "/ip dns set servers=1.1.1.1 \\\n    made-up=1\n", [(2, "/ip dns set made-up")], id="only its line"
        ),
        pytest.param("/ip dns set servers=1.1.1.1 )\n", [(1, "/ip dns set (unreadable)")], id="damaged"),
        pytest.param("what is this\n", [(1, "(unreadable)")], id="no statement"),
        pytest.param("# a remark\n\n", [], id="remarks and blanks"),
        pytest.param("/ip address add address=192.0.2.1/24 comment=x interface=ether1\n", [], id="comments"),
    ],
)
def test_what_is_not_understood(lines: str, unknown: list[tuple[int, str]]) -> None:
    understood, irrelevant, found = counted(lines)
    assert found == unknown
    # The header is irrelevant: it is read for the version, not for a fact of the network.
    assert understood + irrelevant + len(found) == 1 + lines.count("\n")


def test_an_unread_property_is_shown_without_its_value() -> None:
    _, _, unknown = counted('/ip dns set strange="secret words"\n')
    assert unknown == [(1, "/ip dns set strange")]


@pytest.mark.parametrize("menu", ["interface wifi", "interface wifiwave2"])
def test_a_menu_counts_under_its_old_name_too(menu: str) -> None:
    line = f"/{menu} set [ find default-name=wifi1 ] configuration.ssid=SHOP-POS configuration.mode=ap made-up=1\n"
    understood, _, unknown = counted(line)
    assert (understood, [keywords.rpartition(" ")[2] for _, keywords in unknown]) == (0, ["made-up"])


def test_every_unknown_says_what_settles_it() -> None:
    """`settle` is what a person can do; an `Unknown` without it leaves the reader of a report alone."""
    silent = [
        f"{file.name}:{node.lineno}"
        for file in sorted(Path(routeros.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Unknown"
        and len(node.args) < 3
        and not any(word.arg == "settle" for word in node.keywords)
    ]
    assert not silent
