"""Tables by TextFSM: every row knows its lines, every line is of a row, of the frame, or loose."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor import resources
from auditor.syntax.textfsm_tables import Table, read_table

TEMPLATES = sorted((resources.templates() / "textfsm").glob("*.textfsm"))
SHOPS = Path(__file__).parents[1] / "shops" / "cisco_ios"
every_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)

TWO_LINES = r"""
Value Filldown GROUP (\S+)
Value Required NAME (\S+)
Value List MORE (\S+)

Start
  ^\S -> Continue.Record
  ^group ${GROUP}
  ^${NAME}:
  ^\s+${MORE}
  ^stop -> End
  ^. -> Error
""".lstrip()


def table(text: str) -> Table:
    return read_table(TWO_LINES, text)


def test_rows_know_the_lines_of_their_values() -> None:
    read = table("group x\na:\n  1\n  2\n\nb:\n")
    assert [(row.first, row.text("NAME"), row.text("MORE"), row.line("MORE")) for row in read.rows] == [
        (2, "a", "1,2", 3),
        (6, "b", "", 6),
    ]
    assert {row.text("GROUP") for row in read.rows} == {"x"}
    assert {row.line("GROUP") for row in read.rows} == {1}
    assert read.loose == ()


def test_what_no_rule_knows_is_loose_and_spoils_nothing() -> None:
    read = table("a:\n  1\n???\nb:\nstop\n???\n")
    assert [row.text("NAME") for row in read.rows] == ["a", "b"]
    assert read.loose == (3,)


def test_a_very_long_line_is_loose() -> None:
    assert table("a:\n  " + "1" * 5000).loose == (2,)


@pytest.mark.parametrize("end", ["\r", "\x0b", "\u2028"])
def test_lines_are_those_of_evidence(end: str) -> None:
    assert [row.first for row in table(f"a:{end}\nb:\n").rows] == [1, 2]


@every_template
def test_a_template_of_ours_loads_and_says_what_it_reads(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert text.startswith("# `show ")
    assert read_table(text, "") == Table((), ())


_WORDS = st.sampled_from([
    "Gi1/0/5", "connected", "a-full", "auto", "10", "Vlan30", "0200.5e10.0001", "192.168.30.101", "Active", "is", "up",
    "line protocol", "Internet", "ARPA", "SSID [x] :", "Number of APs:", ":", "11ac", "Run", "WLAN", ",", "\t", "\r",
])  # fmt: skip
_ANY = st.one_of(st.lists(_WORDS, max_size=10).map(" ".join), st.text(max_size=40))


@every_template
@given(text=st.lists(_ANY, max_size=8).map("\n".join))
@example(text="\n\n\x00\n")
def test_any_text_is_read_and_each_line_is_accounted_for(template: Path, text: str) -> None:
    read = read_table(template.read_text(encoding="utf-8"), text)
    lines = text.split("\n")
    assert list(read.loose) == sorted(set(read.loose))
    assert all(1 <= number <= len(lines) and lines[number - 1].strip() for number in read.loose)
    assert all(1 <= row.first <= len(lines) and row.first not in read.loose for row in read.rows)
    assert all(1 <= line <= len(lines) for row in read.rows for line in row.lines.values())


HOSTILE = [
    "Gi1/0/1 " + "connected " * 59,
    "Gi1/0/1 " + "a" * 580,
    "1 " + " " * 590,
    "a" * 300 + " is " + "," * 290,
    " " * 599 + "x",
    "0200.5e10.0001 " + "a b " * 140,
    "192.168.1.1 " + "0102." * 110,
    "10 0200.5e10.0001 DYNAMIC " + "a, " * 190,
    "a : " * 149,
    "Internet " + "1.1.1.1 " * 70,
]


@pytest.mark.growth
@every_template
def test_no_line_takes_long(template: Path) -> None:
    text = "\n".join(HOSTILE * 10)
    begin = time.perf_counter()
    read_table(template.read_text(encoding="utf-8"), text)
    assert time.perf_counter() - begin < 3


def template_of(file: Path) -> Path:
    name = "policy-profile" if file.stem.startswith("policy-profile-") else file.stem
    return resources.templates() / "textfsm" / f"cisco_ios_{name}.textfsm"


TABLES = [
    file
    for file in sorted(SHOPS.glob("*/*/commands/*.txt"))
    if template_of(file).exists() and not file.read_text(encoding="utf-8").startswith("% ")
]
"""Outputs that hold a table; a line that begins with `%` is the refusal of a feature that is off."""


@pytest.mark.parametrize("file", TABLES, ids=lambda path: "/".join(path.parts[-4:]))
def test_outputs_of_the_shops_leave_no_line(file: Path) -> None:
    read = read_table(template_of(file).read_text(encoding="utf-8"), file.read_text(encoding="utf-8"))
    assert read.rows
    assert read.loose == ()
