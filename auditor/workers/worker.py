"""One worker process: what it does with a shard, and how its parent talks to it.

Workers are made by a fork server (where there is none, as fresh interpreters): it has imported the program once, before
any thread was started, so a worker costs a fork and shares the program's memory with the others. A worker ends when its
parent does: then the pipe between them closes. The interrupt key speaks to the parent only.
"""

import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any, TypeAlias

from auditor.errors import AuditorError
from auditor.workers.once import Naming, Receiver, Sender, nothing

Preload: TypeAlias = tuple[str, ...]
"""Modules that the fork server imports for all workers."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker is ready."""


@dataclass(frozen=True, slots=True)
class Logged:
    """Something was logged; the text is made already, so that nothing but text leaves the worker."""

    record: logging.LogRecord


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one task."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """One task failed with an exception of the program's own kind, which the person at the terminal must see."""

    error: AuditorError


@dataclass(frozen=True, slots=True)
class Failed:
    """One task failed with an exception that nobody foresaw."""

    why: str


Message: TypeAlias = Hello | Logged | Result | Raised | Failed


class Process:
    """A worker as its parent sees it. Not for two threads at the same time."""

    def __init__(self, work: Callable[[Any], Any], preload: Preload, naming: Naming = nothing) -> None:
        context = _context()
        if isinstance(context, ForkServerContext):
            context.set_forkserver_preload(list(preload))
        here, there = context.Pipe()
        level = logging.getLogger().getEffectiveLevel()
        self._process = context.Process(target=_serve, args=(there, work, level), daemon=True, name="auditor-worker")
        with _uninterrupted():
            self._process.start()
        there.close()
        self._connection: Connection = here
        self._sender = Sender(naming)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def send(self, shard: tuple[Any, ...]) -> None:
        """Give tasks; they are answered one by one. Raises `EOFError` if the worker is dead."""
        data = self._sender.packed(shard)
        try:
            self._connection.send_bytes(data)
        except OSError as error:
            raise EOFError from error

    def receive(self, until: float | None = None) -> Message:
        """Return the worker's next word; `EOFError` if it died, `TimeoutError` if `until`, a monotonic time, passes."""
        try:
            if until is not None and not self._connection.poll(max(0.0, until - time.monotonic())):
                raise TimeoutError
            data = self._connection.recv_bytes()
        except TimeoutError:
            raise
        except OSError as error:
            raise EOFError from error
        try:
            message: Message = pickle.loads(data)  # noqa: S301 - from a process that this one started
        except Exception as error:
            # Only an answer holds values that are not this module's own, so it is one that is lost.
            logging.getLogger(__name__).exception("the answer of a worker cannot be read")
            return Failed(f"its answer cannot be read: {type(error).__name__}")
        return message

    def epitaph(self) -> str:
        """Say how the worker died."""
        self._process.join(5)
        code = self._process.exitcode
        if code is None:
            return "closed its pipe"
        if code >= 0:
            return f"ended with code {code}"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"

    def end(self) -> None:
        """End the worker, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _context() -> ForkServerContext | SpawnContext:
    """Never a plain fork: the parent has threads."""
    if sys.platform != "win32" and "forkserver" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes with the interrupt blocked from their first instruction on; they inherit the mask.

    A closed terminal goes to all processes, too, and it is the parent that ends the run.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection, work: Callable[[Any], Any], level: int) -> None:
    """Answer shards until the parent closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    _log_to(connection, level)
    receiver = Receiver()
    try:
        _send(connection, Hello())
        while True:
            for task in receiver.tasks(connection.recv_bytes()):
                _send(connection, _answer(work, task))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _answer(work: Callable[[Any], Any], task: Any) -> bytes | Message:
    """Work on a task. The answer is pickled here, so that what cannot be pickled costs this task only."""
    try:
        return pickle.dumps(Result(work(task)), protocol=pickle.HIGHEST_PROTOCOL)
    except AuditorError as error:
        return _told(error)
    except Exception as error:
        logging.getLogger(__name__).exception("a worker failed")
        return Failed(type(error).__name__)


def _told(error: AuditorError) -> Message:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this line
    except Exception:  # noqa: BLE001 - whatever an error's own constructor does
        return Raised(AuditorError(str(error)))
    return Raised(error)


def _send(connection: Connection, message: bytes | Message) -> None:
    connection.send_bytes(
        message if isinstance(message, bytes) else pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    )


def _end_with_parent() -> None:
    """A worker in the middle of a long task does not see its pipe close, so somebody waits for the parent's end."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent").start()


class _Sending(QueueHandler):
    """Hands each record to the parent. A traceback becomes text here: frames and their variables stay."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(None)  # type: ignore[arg-type] # `enqueue` is all that uses the queue
        self._connection = connection

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        ready = logging.makeLogRecord(record.__dict__)
        ready.msg, ready.args = record.getMessage(), None
        if record.exc_info and record.exc_info[0] is not None:
            ready.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        ready.exc_info = None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        _send(self._connection, Logged(record))


def _log_to(connection: Connection, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_Sending(connection)]
    root.setLevel(level)
