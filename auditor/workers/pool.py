"""Shares tasks out to worker processes and streams the answers back in the order in which they come.

The next shard goes to whoever is free. It holds a few tasks, so that a worker has something to do while its parent is
busy, and fewer the less is waiting, so that all end at about the same time. A worker that dies costs the task that it
was at: that one is done again, alone, by a new worker, and so is the rest of the shard. A worker that gives no answer
for long is ended, and counts as dead. A task at which two workers died is given up, and said to be.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Generic, TypeAlias, TypeVar

from auditor.errors import AuditorError
from auditor.report.text import visible
from auditor.workers.once import Naming, nothing
from auditor.workers.worker import Failed, Hello, Logged, Preload, Process, Raised, Result

logger = logging.getLogger(__name__)

Task = TypeVar("Task")
Value = TypeVar("Value")
Said = TypeVar("Said")

_SHARD = 8
_MOST_DEATHS = 2
_MOST_STILLBORN = 3
"""So many workers in a row may die before they are ready; then it is not a site's fault, and the run ends."""


class WorkersError(AuditorError):
    """Worker processes cannot be started."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[Task, Value]):
    """A task and what came out of it."""

    task: Task
    value: Value


@dataclass(frozen=True, slots=True)
class Broken(Generic[Task]):
    """A task at which the program failed, and how."""

    task: Task
    why: str


Done: TypeAlias = Answered[Task, Value] | Broken[Task]


@dataclass(slots=True)
class _Waiting(Generic[Task]):
    """A task on its way; `deaths` counts the workers that died at it."""

    task: Task
    deaths: int = 0


@dataclass(slots=True)
class _Line(Generic[Task]):
    """What waits for a worker: bounded, but what comes back from a dead worker goes first and never waits."""

    room: int
    tasks: deque[_Waiting[Task]] = field(default_factory=deque)
    again: deque[_Waiting[Task]] = field(default_factory=deque)
    closed: bool = False
    under_way: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def put(self, task: Task) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.tasks) < self.room)
            self.tasks.append(_Waiting(task))
            self.changed.notify_all()

    async def close(self) -> None:
        async with self.changed:
            self.closed = True
            self.changed.notify_all()

    async def shard(self, workers: int) -> list[_Waiting[Task]]:
        """Take the next shard; an empty one when all is done."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.again or self.tasks or (self.closed and not self.under_way))
            if self.again:
                taken = [self.again.popleft()]
            else:
                number = min(_SHARD, max(1, len(self.tasks) // (2 * workers)))
                taken = [self.tasks.popleft() for _ in range(min(number, len(self.tasks)))]
            self.under_way += len(taken)
            self.changed.notify_all()
            return taken

    async def back(self, tasks: list[_Waiting[Task]]) -> None:
        """Take back what a dead worker leaves."""
        async with self.changed:
            self.again.extend(tasks)
            self.under_way -= len(tasks)
            self.changed.notify_all()

    async def done(self) -> None:
        async with self.changed:
            self.under_way -= 1
            self.changed.notify_all()


class Pool(Generic[Task, Value]):
    """Worker processes that do one kind of work. `work` is sent to them, as are tasks: all must be picklable.

    What `naming` gives a name is sent to each worker once. A task may take `patience` seconds, and so may the start of
    a worker. `heard` is given what workers log. Workers start when the first task is there.
    """

    def __init__(
        self,
        work: Callable[[Task], Value],
        number: int,
        *,
        preload: Preload = (),
        naming: Naming = nothing,
        patience: float | None = None,
        heard: Callable[[logging.LogRecord], None] | None = None,
    ) -> None:
        self._work = work
        self._number = number
        self._preload = preload
        self._naming = naming
        self._patience = patience
        self._heard = heard or _handle
        self._free: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False
        self._stillborn = 0
        # Talking to a worker blocks: one thread each.
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="worker")

    def __enter__(self) -> "Pool[Task, Value]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, whatever they are doing."""
        self._closed = True
        for process in list(self._all):
            process.end()
        self._all.clear()
        self._free.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)

    @property
    def pids(self) -> tuple[int, ...]:
        """The workers that live now."""
        return tuple(process.pid for process in self._all)

    async def map(self, tasks: AsyncIterable[Task]) -> AsyncIterator[Done[Task, Value]]:
        """Do all tasks. No more of them are taken than workers need soon, nor answers made than are taken."""
        line = _Line[Task](room=2 * _SHARD * self._number)
        answers: asyncio.Queue[Done[Task, Value] | None] = asyncio.Queue(maxsize=2 * _SHARD)

        async def feed() -> None:
            async for task in tasks:
                await line.put(task)
            await line.close()

        async def all_of_it() -> BaseException | None:
            first: BaseException | None = None
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(feed())
                    for _ in range(self._number):
                        group.create_task(self._mind(line, answers))
            except BaseExceptionGroup as errors:
                first = errors.exceptions[0]
            await answers.put(None)
            return first

        running = asyncio.create_task(all_of_it())
        try:
            while (answer := await answers.get()) is not None:
                yield answer
            if (error := await running) is not None:
                raise error
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _mind(self, line: _Line[Task], answers: "asyncio.Queue[Done[Task, Value] | None]") -> None:
        """Give shards to one worker after the other has died."""
        process: Process | None = None
        while shard := await line.shard(self._number):
            try:
                process = process or await self._ready()
                await self._do(process, shard, line, answers)
            except (EOFError, TimeoutError) as error:
                assert process is not None
                why = await self._fate(process, error)
                self._bury(process)
                process = None
                first, *rest = shard
                first.deaths += 1
                logger.error("a worker %s (time %d for this task)", why, first.deaths)
                if first.deaths >= _MOST_DEATHS:
                    await answers.put(Broken(first.task, f"the process that worked on it {why}, {first.deaths} times"))
                    await line.done()
                    await line.back(rest)
                else:
                    await line.back(shard)
        if process is not None:
            self._free.append(process)

    async def _ready(self) -> Process:
        """Return a worker that waits for tasks."""
        if self._free:
            return self._free.pop()
        while True:
            process = await self._in_thread(self._start)
            try:
                until = self._until()
                while not isinstance(said := await self._in_thread(partial(process.receive, until)), Hello):
                    self._note(said)
            except (EOFError, TimeoutError) as error:
                why = await self._fate(process, error)
                self._bury(process)
                self._stillborn += 1
                if self._stillborn >= _MOST_STILLBORN:
                    raise WorkersError(
                        f"worker processes do not start: the last one {why}; --workers 1 works without them"
                    ) from None
                continue
            self._stillborn = 0
            return process

    def _start(self) -> Process:
        process = Process(self._work, self._preload, self._naming)
        self._all.add(process)
        if self._closed:
            process.end()
        return process

    async def _fate(self, process: Process, error: EOFError | TimeoutError) -> str:
        """Say what became of a worker: that it died, or that it hangs and is ended."""
        if isinstance(error, TimeoutError):
            return f"gave no answer for {self._patience:.0f} s"
        return await self._in_thread(process.epitaph)

    def _until(self) -> float | None:
        return None if self._patience is None else time.monotonic() + self._patience

    def _bury(self, process: Process) -> None:
        process.end()
        self._all.discard(process)

    async def _do(
        self,
        process: Process,
        shard: list[_Waiting[Task]],
        line: _Line[Task],
        answers: "asyncio.Queue[Done[Task, Value] | None]",
    ) -> None:
        """Have a shard done; what is answered leaves it, so that what is left was not.

        `EOFError` at a death, `TimeoutError` where there is no answer for too long.
        """
        tasks = tuple(each.task for each in shard)
        await self._in_thread(lambda: process.send(tasks))
        until = self._until()
        while shard:
            match await self._in_thread(partial(process.receive, until)):
                case Result(value):
                    await answers.put(Answered(shard[0].task, value))
                case Failed(why):
                    await answers.put(Broken(shard[0].task, why))
                case Raised(error):
                    raise error
                case other:
                    self._note(other)
                    continue
            del shard[0]
            await line.done()
            until = self._until()

    def _note(self, said: object) -> None:
        if isinstance(said, Logged):
            self._heard(said.record)

    async def _in_thread(self, call: Callable[[], Said]) -> Said:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _handle(record: logging.LogRecord) -> None:
    """Log what a worker said, as if it had been said here. A handler takes its traceback as it stands."""
    if record.exc_text:
        record.exc_text = "\n".join(map(visible, record.exc_text.split("\n")))
    logging.getLogger(record.name).handle(record)
