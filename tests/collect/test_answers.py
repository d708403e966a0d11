"""What an output is: a text, nothing, or not obtained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.answers import Absent, Refused, Text, answer, printable
from auditor.collect.session import Output, decoded


@pytest.mark.parametrize(
    "output",
    [
        Output("config dhcp 'lan'\n"),
        Output(""),
        Output("{}", "warning: something\n"),
        Output("config defaults\n\toption note 'permission denied'\n"),
        Output("# permission denied\n# not found\n"),
    ],
)
def test_a_text(output: Output) -> None:
    assert answer(output) == Text(output.stdout)


@pytest.mark.parametrize(
    "output",
    [
        Output("", "cat: can't open '/etc/dnsmasq.conf': No such file or directory\n", 1),
        Output("", "Command failed: Not found\n", 4),
        Output("", "No such wireless device: wlan9\n", 1),
        Output("cat: /etc/x: No such file or directory\n"),
    ],
)
def test_something_absent(output: Output) -> None:
    assert isinstance(answer(output), Absent)


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (Output("", "cat: can't open '/etc/config/wireless': Permission denied\n", 1), "refused it: cat: can't open"),
        (Output("", "ash: iwinfo: not found\n", 127), "no such command"),
        (Output("", "cannot execute\n", 126), "refused it"),
        (Output("", "", 1), "exit status 1"),
        (Output("config dhcp\n", "", None), "without an exit status"),
        (Output("config dhcp\n", "cat: read error: I/O error\n", 1), "exit status 1: cat: read error"),
        # One of two files is there: half of an answer is not an answer.
        (Output("/sys/a:0\n", "grep: /sys/b: No such file or directory\n", 2), "exit status 2"),
        (Output("config", "", 0, truncated=True), "longer than is read"),
        (Output("a\0b"), "binary"),
        (Output("Permission denied\n"), "answered 'Permission denied'"),
        (Output("% Invalid input detected at '^' marker.\n"), "answered '% Invalid input"),
        (Output("cat: can't open '/etc/config/dhcp': Permission denied"), "answered 'cat:"),
        (Output("bad command name cat (line 1 column 1)\n"), "answered 'bad command name"),
        (Output("", "Permission denied\n"), "refused it"),
    ],
)
def test_something_not_obtained(output: Output, why: str) -> None:
    judged = answer(output)
    assert isinstance(judged, Refused)
    assert why in judged.why


@given(st.text(), st.text(), st.none() | st.integers(0, 255))
def test_no_output_is_a_text_unless_all_went_well(stdout: str, stderr: str, status: int | None) -> None:
    judged = answer(Output(stdout, stderr, status))
    if isinstance(judged, Text):
        assert (judged.text, status) == (stdout, 0)
    else:
        assert judged.why.isprintable()
        assert len(judged.why) < 200


def test_what_a_device_says_is_shown_harmless() -> None:
    assert printable("\n \x1b[2Jgone\rover\nsecond") == "?[2Jgone"
    assert len(printable("x" * 1000)) == 120


@given(st.binary())
def test_any_bytes_become_a_text_that_can_be_stored(data: bytes) -> None:
    text = decoded(data)
    assert text.encode("utf-8").count(b"\n") == data.count(b"\n")


def test_bytes_that_are_not_utf8_stay_visible() -> None:
    assert decoded(b"caf\xe9") == r"caf\xe9"
