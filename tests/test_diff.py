"""The diff: `patch` makes the edited text of it, and no secret stands in it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.diff import unified_diff
from auditor.secrets import has_token
from tests.remediation.patching import PATCHES

TOKEN = "\toption key 'redacted-passphrase-0123abcd'"
WORDS = ("config dhcp 'pos'", "\toption start '100'", "\tlist server '1.1.1.1'", "", "-", "+++ b", "@@ -1 +1 @@", "ü")
ENDS = ("", "\n", "\r\n", "\n\n")

_line = st.one_of(st.sampled_from(WORDS), st.just(TOKEN))


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A text and an edited one: lines inserted, removed and replaced, the redacted ones left alone."""
    lines = draw(st.lists(_line, max_size=25))
    edited: list[str] = []
    for line in lines:
        edited += draw(st.lists(st.sampled_from(WORDS), max_size=2)) if draw(st.integers(0, 9)) == 0 else []
        if line == TOKEN or draw(st.integers(0, 7)):
            edited.append(line)
    newline = draw(st.sampled_from(("\n", "\r\n")))
    before, after = draw(st.sampled_from(ENDS)), draw(st.sampled_from(ENDS))
    return newline.join(lines) + before, newline.join(edited) + after


def _has_redacted_end(text: str) -> bool:
    return bool(text) and has_token(text.replace("\r", "").split("\n")[-1])


@given(texts())
@example(("a\nb", "a\nb\nc"))
@example(("a\nb\n", "a\nb"))
@example(("", "a\n"))
@example(("a\n", ""))
@example((f"{TOKEN}\na\n{TOKEN}\n", f"{TOKEN}\nb\n{TOKEN}\n"))
@example((f"1\n2\n3\n{TOKEN}\n5\n", f"1\n2\n3\nnew\n{TOKEN}\n5\n"))
def test_patch_makes_the_edited_text(pair: tuple[str, str]) -> None:
    before, after = pair
    try:
        diff = unified_diff(before, after, "/etc/config/dhcp")
    except ValueError:
        # Only where the end of the text, which a redacted line is, comes or goes.
        assert _has_redacted_end(before) or _has_redacted_end(after) or before.count("\r") != after.count("\r")
        return
    assert not has_token(diff)
    if before == after:
        assert diff == ""
        return
    for patch in PATCHES:
        assert patch(before, diff) == after, f"{patch.__name__}\n{diff}"


def test_names_the_file_and_keeps_context() -> None:
    before = "".join(f"{number}\n" for number in range(1, 10))
    diff = unified_diff(before, before.replace("5\n", "five\n"), "/etc/config/dhcp")
    assert diff == (
        "--- a/etc/config/dhcp\n+++ b/etc/config/dhcp\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    )


def test_says_where_no_newline_ends_the_file() -> None:
    diff = unified_diff("a\nb", "a\nb\nc", "f")
    assert diff.splitlines()[3:] == [
        " a",
        "-b",
        "\\ No newline at end of file",
        "+b",
        "+c",
        "\\ No newline at end of file",
    ]


def test_carriage_returns_belong_to_the_lines() -> None:
    diff = unified_diff("a\r\nb\r\n", "a\r\nc\r\n", "f")
    assert "-b\r\n+c\r\n" in diff


def test_context_ends_at_a_redacted_line() -> None:
    diff = unified_diff(f"1\n2\n{TOKEN}\n4\n5\n", f"1\n2\n{TOKEN}\nfour\n5\n", "f")
    assert diff.splitlines()[2:] == ["@@ -4,1 +4,1 @@", "-4", "+four"]


def test_lines_that_move_past_a_redacted_one_are_no_reason_to_touch_it() -> None:
    before = f"x\ny\nz\n{TOKEN}\n"
    after = f"{TOKEN}\nx\ny\nz\n"
    diff = unified_diff(before, after, "f")
    assert not has_token(diff)
    for patch in PATCHES:
        assert patch(before, diff) == after


def test_refuses_to_change_a_redacted_line() -> None:
    with pytest.raises(ValueError, match="redacted"):
        unified_diff(f"a\n{TOKEN}\n", "a\n", "f")


@pytest.mark.parametrize("line", ["# f\\xfcr G\\xe4ste", "a\x1b[2J", TOKEN])
def test_a_line_that_is_another_one_on_the_device_is_no_context(line: str) -> None:
    diff = unified_diff(f"a\n{line}\nb\nc\nd\n", f"a\n{line}\nb\nnew\nd\n", "etc/x")
    assert line not in diff
    assert "+new\n" in diff
    with pytest.raises(ValueError, match="would touch"):
        unified_diff(f"a\n{line}\n", f"a\n{line}x\n", "etc/x")
