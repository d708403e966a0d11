"""What a run tells while it goes: on a terminal, in a log, and when it shall be quiet."""

import io
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from auditor.capture import Capture, Failure, FailureKind
from auditor.cli.course import Course, board, duration, one_line
from auditor.cli.live import Screen
from auditor.cli.progress import Shown
from auditor.collect.target import Target
from auditor.credentials import Agent
from auditor.report.text import visible
from tests.fakes.collecting import NOON

HOSTILE = "gw\x1b]0;owned\x07\x1b[2J\u202e\r\n"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def target(name: str) -> Target:
    return Target(name, "openwrt", "192.0.2.1", Agent())


def capture(name: str) -> Capture:
    return Capture(name, "openwrt", (), (), NOON, False, "ssh")


def failure(name: str, why: str = "192.0.2.1 port 22 did not answer in 10 s") -> Failure:
    return Failure(name, "openwrt", why, "", 1, FailureKind.UNREACHABLE)


@pytest.fixture
def course() -> Course:
    """Ten devices: two were collected, two failed alike, three are under way since 0, 10 and 19 s."""
    course = Course(10, begun=0.0)
    for name in ("a", "b", "c", "d"):
        course.start(name, 0.0)
    course.finish(capture("a"), 5.0)
    course.finish(capture("b"), 6.0)
    course.fail(failure("c"), 10.0)
    course.fail(failure("d", "192.0.2.77 port 2222 did not answer in 10 s"), 10.0)
    for name, since in (("slow", 0.0), ("slower", 10.0), ("quick", 19.0)):
        course.start(name, since)
    course.ask("slow", "show running-config")
    return course


def plain(course: Course, now: float, width: int = 100, height: int = 14) -> list[str]:
    return [line.plain for line in board(course, now, width=width, height=height)]


def test_the_board_says_what_is_done_runs_failed_and_remains_and_names_the_slowest(course: Course) -> None:
    first, numbers, *details = plain(course, 20.0)
    assert first.endswith("4 of 10")
    assert numbers.split(" · ") == ["  3 running", "3 waiting", "2 failed", "0.2/s", "0:20"]
    assert details[0].split() == ["slowest", "slow", "0:20", "show", "running-config"]
    assert details[1].split() == ["slower", "0:10", "connecting"]
    assert "2 unreachable  192.0.2.1 port 22 did not answer in 10 s  (c, d)" in details[2]
    assert len(details) == 3, "what began a second ago is not slow, and failures for one reason are one line"


def test_the_time_that_is_left_follows_the_rate_of_late(course: Course) -> None:
    assert course.left(20.0) is None, "too few ended to say"
    course.finish(capture("slow"), 20.0)
    assert course.left(20.0) == pytest.approx((10 - 5) / (5 / 20))
    assert course.rate(60.0) == 0
    assert course.left(60.0) is None


@given(st.integers(1, 200), st.integers(1, 30), st.text(min_size=1), st.text(), st.text())
def test_no_name_and_no_message_breaks_the_board(width: int, height: int, name: str, doing: str, why: str) -> None:
    course = Course(3, 0.0)
    course.start(name, 0.0)
    course.ask(name, doing)
    course.fail(failure("x" + name, why), 1.0)
    lines = board(course, 50.0, width=width, height=height)
    assert all(line.cell_len <= width for line in lines)
    assert all(visible(line.plain) == line.plain for line in lines)
    assert visible(one_line(course, 50.0)) == one_line(course, 50.0)


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (61, "1:01"), (3723, "1:02:03")])
def test_seconds_are_written_as_on_a_clock(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Terminal:
    """What is left on a terminal of a given width by the few sequences that the display uses."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows = [""]
        self.row = 0

    def feed(self, text: str) -> None:
        for token in tokens(text):
            match token:
                case "\n":
                    self.row += 1
                    self.rows += [""] * (self.row + 1 - len(self.rows))
                case "\r" | "\x1b[K":
                    pass
                case "\x1b[J":
                    self.rows[self.row :] = [""]
                case _ if token.startswith("\x1b["):
                    self.row -= int(token[2:-1])
                    assert self.row >= 0
                case _:
                    for start in range(0, len(token), self.width):
                        if start:
                            self.row += 1
                            self.rows += [""] * (self.row + 1 - len(self.rows))
                        self.rows[self.row] = token[start : start + self.width]


def tokens(text: str) -> Iterator[str]:
    rest = text
    while rest:
        size = 1
        if rest.startswith("\x1b["):
            size = next(n for n, c in enumerate(rest[2:], 3) if c.isalpha())
        elif rest[0] not in "\r\n":
            size = next((n for n, c in enumerate(rest) if c in "\x1b\r\n"), len(rest))
        yield rest[:size]
        rest = rest[size:]


@pytest.mark.parametrize("narrower", [80, 30, 7])
def test_the_display_leaves_no_trace_even_if_the_terminal_became_narrower(course: Course, narrower: int) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, height=24, color_system=None)
    screen, seen = Screen(console), Terminal(narrower)
    seen.feed("above\n")
    for now in (20.0, 25.0):
        screen.draw(board(course, now, width=80, height=14))
        seen.feed(stream.getvalue())
        stream.seek(0)
        stream.truncate()
        console.width = narrower
    screen.erase()
    seen.feed(stream.getvalue())
    assert seen.rows == ["above", ""]


def test_the_display_makes_way_for_what_is_printed_or_asked_and_comes_back() -> None:
    stream, clock = io.StringIO(), Clock()
    with Shown(Console(file=stream, force_terminal=True, width=60, color_system=None), 2, clock=clock) as progress:
        progress.started(target("gw"))
        with progress.aside():
            before = stream.getvalue()
            with progress.aside():
                progress.tick()
            progress.tick()
            assert stream.getvalue() == before, "nothing is drawn over a question"
            stream.write("lab  FAIL\n")
        assert "1 running" in stream.getvalue().partition("lab  FAIL\n")[2]
    assert before.endswith("\x1b[J")
    assert stream.getvalue().endswith("\x1b[J")


def test_an_interrupted_run_leaves_a_clean_terminal_and_no_thread() -> None:
    stream = io.StringIO()

    def interrupted() -> None:
        with Shown(Console(file=stream, force_terminal=True, width=60, color_system=None), 3) as progress:
            progress.started(target("gw"))
            progress.tick()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stream.getvalue().endswith("\x1b[J")
    assert not [thread for thread in threading.enumerate() if thread.name == "progress"]


def shown(total: int, *, quiet: bool = False) -> tuple[Shown, Clock, io.StringIO]:
    stream, clock = io.StringIO(), Clock()
    return Shown(Console(file=stream, width=60), total, quiet=quiet, clock=clock), clock, stream


def test_a_log_of_few_devices_has_a_line_for_each() -> None:
    progress, _, stream = shown(2)
    with progress:
        progress.finished(capture("gw"))
        progress.failed(failure(HOSTILE))
        with progress.aside():
            pass
    first, second = stream.getvalue().splitlines()
    assert first == "[1/2] gw: collected 0 texts"
    assert second.startswith(r"[2/2] gw\x1b]0;owned\x07\x1b[2J\u202e\r\n: not collected: 192.0.2.1 port 22")


def test_a_log_of_many_devices_has_a_line_now_and_then_and_the_failures() -> None:
    progress, clock, stream = shown(1000)
    progress.started(target("lyon-01/gw"))
    progress.asking(target("lyon-01/gw"), "logging in")
    for number in range(100):
        progress.finished(capture(f"d{number}"))
    for number in range(25):
        progress.failed(failure(f"e{number}"))
    assert stream.getvalue().count("not collected") == 20
    assert stream.getvalue().count("more devices fail for the same reason") == 1
    progress.tick()
    clock.now += 12
    progress.tick()
    progress.tick()
    *_, last = stream.getvalue().splitlines()
    assert last.startswith("[125/1000] 1 running, 874 waiting, 25 failed, 10/s, 0:12, about ")
    assert last.endswith("slowest: lyon-01/gw 0:12 logging in")
    assert len(stream.getvalue().splitlines()) == 22


def test_quiet_tells_only_what_failed() -> None:
    progress, clock, stream = shown(1000, quiet=True)
    with progress:
        progress.started(target("gw"))
        progress.finished(capture("gw"))
        clock.now += 60
        progress.tick()
        assert stream.getvalue() == ""
        progress.failed(failure("ap"))
    assert stream.getvalue() == "ap: not collected: 192.0.2.1 port 22 did not answer in 10 s\n"


def test_a_terminal_that_cannot_draw_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = io.StringIO()
    with Shown(Console(file=stream, force_terminal=True, width=60), 1) as progress:
        progress.finished(capture("gw"))
    assert "[1/1] gw: collected 0 texts" in stream.getvalue()
    assert "\x1b[J" not in stream.getvalue()
