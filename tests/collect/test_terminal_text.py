"""What stands around an answer on a terminal is taken off, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect import terminal_text as terminal

TEXT = st.text(st.characters(codec="latin-1"), max_size=60)


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ("show clock\n10:00\n", "10:00\n"),
        ("gw#show clock\n10:00\n", "10:00\n"),
        ("\ngw#show clock\n10:00\n", "10:00\n"),
        ("sho\nw cl\nock\n10:00\n", "10:00\n"),
        ("show clock \x08\n10:00\n", "10:00\n"),
        ("gw#$clock\x08\x08\n10:00\n", "10:00\n"),
        ("10:00\n", "10:00\n"),
        ("show clocks\n10:00\n", "show clocks\n10:00\n"),
        ("show\nclo\n10:00\n", "show\nclo\n10:00\n"),
        ("show clock", ""),
        ("", ""),
    ],
)
def test_an_echo_is_taken_off(shown: str, left: str) -> None:
    assert terminal.without_echo(shown, "gw#", "show clock") == left


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("10:00\ngw#\ngw#", 6),
        ("10:00\ngw# \n\ngw# ", 6),
        ("gw#\ngw#", 0),
        ("10:00\ngw#", -1),
        ("10:00\n gw#\ngw#", -1),
        ("10:00\ngw#\ngw#\n", -1),
        ("10:00\ngw#\nmore\ngw#", -1),
        ("", -1),
    ],
)
def test_an_answer_ends_where_the_prompt_stands_twice(text: str, ends: int) -> None:
    assert terminal.is_twice_at_the_end(text, "gw#") == ends


@pytest.mark.parametrize(
    ("shown", "gone"),
    [
        ("\x08" * 9 + " " * 8 + "\x08" * 9 + " vlan 30", 26),
        ("\x08" * 9 + "vlan 30", 9),
        ("\r" + " " * 10 + "\r vlan 30", 12),
        (" vlan 30", 0),
        ("", 0),
    ],
)
def test_what_takes_a_pagers_mark_off_leaves_the_indentation(shown: str, gone: int) -> None:
    assert terminal.erased(shown) == gone


def test_a_pager_counts_only_where_the_cursor_stands() -> None:
    pager = re.compile(" ?--More-- ?")
    assert terminal.paged("a\n --More-- ", pager) == 2
    assert terminal.paged("a\n --More-- \n", pager) == -1
    assert terminal.paged("a\n --More-- is said here", pager) == -1


@given(TEXT, TEXT)
def test_an_answer_is_never_changed_but_for_its_echo(before: str, answer: str) -> None:
    text = terminal.plain(f"show clock\n{before}\n{answer}")
    assert terminal.without_echo(text, "gw#", "show clock") == text.removeprefix("show clock\n")


@given(TEXT)
def test_the_end_lies_in_the_text(text: str) -> None:
    shown = terminal.plain(text)
    end = terminal.is_twice_at_the_end(f"{shown}\ngw#\ngw#", "gw#")
    assert 0 <= end <= len(shown) + 1
    assert f"{shown}\n"[:end].rstrip("\n") == shown[:end].rstrip("\n")
