"""SIGINT, SIGTERM and SIGHUP while devices are collected: first no new device and a short grace, then an end at once.

SIGHUP says that the terminal is gone. It comes twice, from the system and from the shell, so a second one hurries
nobody; and who started the program with `nohup` wants none of it.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from auditor.capture import Capture, Failure
from auditor.collect.collector import Connect
from auditor.collect.gate import Gate
from auditor.collect.session import Session
from auditor.collect.target import Target

GRACE = 5.0
"""Seconds that devices under way have to end after the first signal."""

_CLOSING = 3.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_HANGUP: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none
_OUTPUTS = (1, 2)


@dataclass(slots=True)
class Interruption:
    """Whether this run was told to stop, and which devices are under way."""

    grace: float = GRACE
    stopped: threading.Event = field(default_factory=threading.Event)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _under_way: set[str] = field(default_factory=set)
    _terminals: tuple[int, ...] = ()
    _hung_up: bool = False

    @property
    def happened(self) -> bool:
        """Whether the run was told to stop."""
        return self.stopped.is_set()

    def stop(self) -> None:
        """Start nothing new; told a second time, end the program at once."""
        if self.happened:
            raise KeyboardInterrupt
        self.stopped.set()
        self._told.set()
        seconds = f"{self.grace:.0f} s"
        words = f"stopping: devices under way have {seconds} to end; once more to stop at once"
        print(words, file=sys.stderr)  # noqa: T201 - from a signal, beside whatever is shown

    def _hang_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop, as the terminal is closed; what would be shown on it from now on is shown to nobody."""
        for lost in (number for number in self._terminals if not os.isatty(number)):
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, lost)
                os.close(nowhere)
        if not self._hung_up:
            self._hung_up = True
            loop.call_soon_threadsafe(lambda: None if self.happened else self.stop())

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the signals until the block ends; only the main thread of a program can."""
        loop, taken, before = asyncio.get_running_loop(), [], None
        with suppress(RuntimeError, ValueError, NotImplementedError):
            for number in _SIGNALS:
                loop.add_signal_handler(number, self.stop)
                taken.append(number)
            if _HANGUP is not None and signal.getsignal(_HANGUP) is not signal.SIG_IGN:
                before = signal.getsignal(_HANGUP)
                self._terminals = tuple(number for number in _OUTPUTS if os.isatty(number))
                # At once and not in the loop's turn: whatever is being printed would fail before that.
                signal.signal(_HANGUP, lambda _number, _frame: self._hang_up(loop))
        try:
            yield
        finally:
            for number in taken:
                loop.remove_signal_handler(number)
            if self._hung_up and _HANGUP is not None:
                signal.signal(_HANGUP, signal.SIG_IGN)  # the shell's own comes while the report is written
            elif before is not None and _HANGUP is not None:
                signal.signal(_HANGUP, before)

    def guarded(self, connect: Connect) -> Connect:
        """Connect to nothing once the run was told to stop: who comes then waits until the end cancels it."""

        async def guarded(target: Target, gate: Gate) -> Session:
            if self.happened:
                await asyncio.Event().wait()
            self._under_way.add(target.name)
            return await connect(target, gate)

        return guarded

    async def until_stopped(self, results: AsyncGenerator[Capture | Failure, None]) -> AsyncIterator[Capture | Failure]:
        """Yield results until all are there; once told to stop, until those under way are or their grace is over."""
        told = asyncio.create_task(self._told.wait())
        following = asyncio.create_task(_next(results))
        loop, end = asyncio.get_running_loop(), float("inf")
        try:
            while True:
                if self.happened:
                    end = min(end, loop.time() + self.grace)
                    if not self._under_way or loop.time() >= end:
                        return
                    await asyncio.wait({following}, timeout=end - loop.time())
                else:
                    await asyncio.wait({following, told}, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    continue
                result = following.result()
                if result is None:
                    return
                self._under_way.discard(result.device)
                yield result
                following = asyncio.create_task(_next(results))
        finally:
            told.cancel()
            following.cancel()
            await asyncio.wait({following})
            with suppress(TimeoutError):
                await asyncio.wait_for(results.aclose(), _CLOSING)


async def _next(results: AsyncGenerator[Capture | Failure, None]) -> Capture | Failure | None:
    return await anext(results, None)
