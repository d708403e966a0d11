"""How a run tells how it goes: a live line on a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from auditor.capture import Capture, Failure
from auditor.collect.target import Target


class Shown:
    """Progress of collecting on a console (standard error, so that reports can be piped)."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._bar: Bar | None = None

    def __enter__(self) -> "Shown":
        if self._console.is_terminal and self._total:
            counted = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(SpinnerColumn(), TextColumn("collecting"), *counted, console=self._console, transient=True)
            self._bar.start()
            self._task = self._bar.add_task("collecting", total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the live line away while something is printed, which may be on the same terminal."""
        if self._bar is not None:
            self._bar.stop()
        yield
        if self._bar is not None and self._done < self._total:
            self._bar.start()

    def started(self, target: Target) -> None:
        """The first connection to a device is being made."""

    def finished(self, capture: Capture) -> None:
        gaps = f", {len(capture.gaps)} commands without an answer" if capture.gaps else ""
        self._step(f"{capture.device}: collected {len(capture.files)} texts{gaps}")

    def failed(self, failure: Failure) -> None:
        self._step(f"{failure.device}: not collected: {failure.why}")

    def _step(self, words: str) -> None:
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._task)
        else:
            self._console.print(f"[{self._done}/{self._total}] {words}", markup=False, highlight=False)
