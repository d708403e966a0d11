"""Tells a machine that is too busy from a device that is down, and takes fewer devices at once while it is busy.

The event loop of the run is asked every quarter of a second how late it is. A login is a conversation of about ten
turns, so a loop that is late by a tenth of the time that was waited can use up all of it: such a time-out says nothing
about the device. A loop that is late by less does not explain a time-out.
"""

import asyncio
import contextlib
import errno
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from auditor.errors import Overloaded

logger = logging.getLogger(__name__)

BEAT = 0.25  # seconds between two looks at the loop
LATE = 0.5  # seconds; what is less is no overload, however short the wait was
SHARE = 0.1  # of the time waited
_SLOWER = 0.7
_FASTER = 1.25
_FEWEST = 0.1  # of what is wished: the machine may be busy with something else than devices
_REST = 2.0  # seconds between two changes of how many are taken at once
_REMEMBERED = 600.0  # seconds; longer than anything that is waited for
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRNOTAVAIL, errno.EAGAIN})
_FILES_KEPT = 64  # for reports, databases, libraries and the terminal
_FILES_EACH = 4  # the connection, a copy of it while it is made, the agent's, one to spare
_ENOUGH_FILES = 65536


@dataclass(slots=True)
class Load:
    """How late the loop was, and how many devices may be collected at once because of it.

    `wished` is what the inventory allows. All times are seconds of one clock that only goes forward.
    """

    wished: int
    at_once: int = 0
    _late: deque[tuple[float, float]] = field(default_factory=deque)  # when, by how much; only what counts
    _changed: float = float("-inf")

    def __post_init__(self) -> None:
        self.at_once = self.at_once or self.wished

    def beat(self, now: float, late: float) -> None:
        """Note how late the loop was at one look at it."""
        while self._late and self._late[0][0] < now - _REMEMBERED:
            self._late.popleft()
        if late >= LATE:
            self._late.append((now, late))
            self.ease(now)
        elif self.at_once < self.wished and now - self._changed >= _REST:
            self._set(min(max(int(self.at_once * _FASTER), self.at_once + 1), self.wished), now)

    def ease(self, now: float) -> None:
        """Take fewer at once, unless that was done just now."""
        if now - self._changed >= _REST:
            self._set(max(int(self.at_once * _SLOWER), int(self.wished * _FEWEST), 1), now)

    def _set(self, at_once: int, now: float) -> None:
        self._changed = now
        if at_once != self.at_once:
            logger.info("%d instead of %d devices at once", at_once, self.at_once)
        self.at_once = at_once

    def worst(self, since: float) -> float:
        """Return by how many seconds the loop was late at most since a time."""
        return max((late for when, late in self._late if when >= since), default=0.0)

    def explains(self, since: float, until: float) -> str:
        """Say why a time-out says nothing about the device; '' if this machine was not that late."""
        late = self.worst(since)
        if late < max(LATE, SHARE * (until - since)):
            return ""
        return f"it was late by {late:.1f} s in the {until - since:.0f} s that were waited"


@dataclass(slots=True)
class Heart:
    """Looks at a loop while a block runs, and tells whoever asks what a failure is to be blamed on."""

    load: Load
    _handle: asyncio.TimerHandle | None = None
    _due: float = 0.0

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Look at the running loop until the block ends."""
        self._plan(asyncio.get_running_loop())
        try:
            yield
        finally:
            if self._handle is not None:
                self._handle.cancel()

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + BEAT
        self._handle = loop.call_at(self._due, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self.load.beat(loop.time(), loop.time() - self._due)
        self._plan(loop)

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[float]:
        """Turn what fails in the block into `Overloaded` if this machine is to blame for it; yields when it began."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        try:
            yield since
        except Overloaded:
            self.load.ease(loop.time())
            raise
        except Exception as error:
            spent = _spent(error)
            if spent:
                self.load.ease(loop.time())
                raise Overloaded(f"this machine was too busy: {spent}") from error
            if _waited(error):
                self.blame(since, error)
            raise

    def blame(self, since: float, error: Exception | None = None) -> None:
        """Raise `Overloaded` if what took too long since then did so because of this machine."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.load.beat(now, now - self._due)  # the loop may be late right now, before it could be looked at
        because = self.load.explains(since, now)
        if because:
            raise Overloaded(f"this machine was too busy: {because}") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _spent(error: BaseException) -> str:
    """Say what this machine has no more of; '' if it lacks nothing."""
    for cause in _causes(error):
        if isinstance(cause, MemoryError):
            return "no memory is left"
        # A device's own words have no number; the system's have one.
        if isinstance(cause, OSError) and cause.errno in _EXHAUSTED:
            return {
                errno.EMFILE: "no more files may be open (ulimit -n)",
                errno.ENFILE: "no more files may be open on it",
                errno.EADDRNOTAVAIL: "no local port is free",
            }.get(cause.errno, "no memory is left for connections")
    return ""


def _waited(error: BaseException) -> bool:
    """Whether a failure came from waiting: a time-out, or a device that did not wait any longer for us."""
    return any(isinstance(cause, (TimeoutError, ConnectionResetError, BrokenPipeError)) for cause in _causes(error))


def files_for(devices: int, files: int) -> int:
    """How many devices may be collected at once where `files` may be open."""
    return max(min(devices, (files - _FILES_KEPT) // _FILES_EACH), 1)


def open_files() -> int:
    """Raise what this process may have open to what the system allows it, and return it."""
    try:
        import resource
    except ImportError:  # no such limit
        return _ENOUGH_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return _ENOUGH_FILES if soft == resource.RLIM_INFINITY else soft
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
