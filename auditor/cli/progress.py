"""How a run tells how it goes: a live display on a terminal, plain lines elsewhere, errors only if that is wanted."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

from rich.console import Console

from auditor.capture import Capture, Failure
from auditor.cli.course import Course, board, duration, one_line
from auditor.cli.live import Screen
from auditor.collect.target import Target
from auditor.report.text import visible

_DRAW_EVERY = 0.25
_TELL_EVERY = 10.0
_FEW = 50
"""Up to so many devices, a log gets a line for each; above, one every ten seconds, and one for each failure."""
_LIKE_IT = 20
"""So many failures for the same reason are told one by one; after that, they are only counted."""
_HIGHEST = 14


class Shown:
    """Progress of collecting on a console (standard error, so that reports can be piped).

    The display is drawn by a thread of its own, so it goes on while everything waits for a slow device.
    """

    def __init__(
        self, console: Console, total: int, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._quiet = quiet
        self._clock = clock
        self._lock = threading.RLock()
        self._course = Course(total, clock())
        live = console.is_terminal and not console.is_dumb_terminal and total > 0 and not quiet
        self._screen = Screen(console) if live else None
        self._hidden = 0
        self._told = clock()
        self._over = threading.Event()
        self._ticking = threading.Thread(target=self._tick_on, name="progress", daemon=True)

    def __enter__(self) -> "Shown":
        self._course.begun = self._told = self._clock()
        if self._screen is not None or self._is_long:
            self.tick()
            self._ticking.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._ticking.is_alive():
            self._ticking.join()
        if self._screen is not None:
            self._screen.erase()
        if self._course.done and (self._is_long or (self._screen is not None and self._course.total > _FEW)):
            self._say(self._end())

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the display away while something is printed or asked, which may be on the same terminal."""
        with self._lock:
            self._hidden += 1
            if self._screen is not None:
                self._screen.erase()
        try:
            yield
        finally:
            with self._lock:
                self._hidden -= 1
            if self._screen is not None and not self._over.is_set() and self._course.done < self._course.total:
                self.tick()

    def started(self, target: Target) -> None:
        """The first connection to a device is being made."""
        with self._lock:
            self._course.start(target.name, self._clock())

    def asking(self, target: Target, what: str) -> None:
        """A device is being asked this, or this is being done about it."""
        with self._lock:
            self._course.ask(target.name, what)

    def finished(self, capture: Capture) -> None:
        with self._lock:
            self._course.finish(capture, self._clock())
        if not self._quiet and not self._is_long:
            gaps = f", {len(capture.gaps)} commands without an answer" if capture.gaps else ""
            self._line(f"{capture.device}: collected {len(capture.files)} texts{gaps}")

    def failed(self, failure: Failure) -> None:
        with self._lock:
            group = self._course.fail(failure, self._clock())
        if len(group.devices) <= _LIKE_IT or not (self._is_long or self._quiet):
            self._line(f"{failure.device}: not collected: {failure.why}")
        elif len(group.devices) == _LIKE_IT + 1:
            self._line("more devices fail for the same reason; the report names them all")

    def tick(self) -> None:
        """Draw the display again, or say a line if it is time for one."""
        now = self._clock()
        with self._lock:
            if self._hidden:
                return
            if self._screen is not None:
                width, height = self._console.size
                lowest = min(_HIGHEST, height - 1)
                ascii_only = self._console.options.ascii_only
                self._screen.draw(board(self._course, now, width=width, height=lowest, plain_bar=ascii_only))
            elif not self._quiet and now - self._told >= _TELL_EVERY:
                self._told = now
                self._say(one_line(self._course, now))

    @property
    def _is_long(self) -> bool:
        """Whether this is told to a log that should not get a line for each device."""
        return self._screen is None and not self._quiet and self._course.total > _FEW

    def _tick_on(self) -> None:
        with suppress(OSError, ValueError):  # nobody reads any more; that is no reason to fail a run
            while not self._over.wait(_DRAW_EVERY):
                self.tick()

    def _line(self, words: str) -> None:
        if self._screen is None:
            self._say(words if self._quiet else f"[{self._course.done}/{self._course.total}] {words}")

    def _end(self) -> str:
        course = self._course
        failed = f", {course.failed:,} failed" if course.failed else ""
        unasked = f", {course.total - course.done:,} not asked" if course.done < course.total else ""
        took = duration(self._clock() - course.begun)
        return f"collected {course.collected:,} of {course.total:,} devices in {took}{failed}{unasked}"

    def _say(self, words: str) -> None:
        self._console.print(visible(words), markup=False, highlight=False, soft_wrap=True)
