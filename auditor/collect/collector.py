"""Collects many devices at once. A device that fails is a value in the result; the run goes on."""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeAlias

from auditor.capture import Capture, Failure
from auditor.collect.answers import printable
from auditor.collect.failing import kind_of
from auditor.collect.gate import Gate, gate_of
from auditor.collect.overload import Heart, Load, files_for, open_files
from auditor.collect.permits import places
from auditor.collect.recipe import Clock, Limits, Recipe
from auditor.collect.schedule import Schedule, Turn, in_order
from auditor.collect.session import Session
from auditor.collect.target import Target
from auditor.collect.visit import Visit
from auditor.collect.watched import watched
from auditor.errors import AuditorError, DeviceError, LoginRefused, Overloaded, Unreachable
from auditor.inventory.reaching import AtOnce

logger = logging.getLogger(__name__)

Connect: TypeAlias = Callable[[Target, Gate], Awaitable[Session]]


class Progress(Protocol):
    """Is told how the run goes."""

    def started(self, target: Target) -> None:
        """The first connection to a device is being made."""

    def asking(self, target: Target, what: str) -> None:
        """A device is asked a command, or this is being done about it."""

    def finished(self, capture: Capture) -> None:
        """A device was collected, perhaps with gaps."""

    def failed(self, failure: Failure) -> None:
        """A device could not be collected."""


async def collect(
    targets: Iterable[Target],
    *,
    connect: Connect,
    recipes: Mapping[str, Recipe],
    clock: Clock,
    progress: Progress,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    at_once: AtOnce = AtOnce(),  # noqa: B008 - a frozen value
) -> AsyncGenerator[Capture | Failure, None]:
    """Collect devices, as many at once as `at_once` says, and yield each result as soon as it is there.

    The texts are redacted. Nothing is kept here, so a fleet of any size needs the memory of those under way. While this
    machine is too busy, fewer are collected at once, and what failed for that reason is tried again.
    """
    turns = in_order(
        (target, places(target, at_once, terminal=recipes[target.recipe].profile.terminal is not None))
        for target in targets
    )
    most = files_for(at_once.devices, open_files())
    if most < at_once.devices:
        logger.warning("only %d devices at once: this system allows no more open files (ulimit -n)", most)
    heart = Heart(Load(most))
    run = _Run(connect, recipes, clock, progress, limits, heart, len(turns))
    with heart.beating():
        try:
            run.begin(turns, at_once.jitter)
            while run.left:
                result = await run.results.get()
                if isinstance(result, Exception):
                    raise result
                run.left -= 1
                yield result
        finally:
            await run.stop()


@dataclass(slots=True)
class _Run:
    """What is under way; `left` are the devices without a result."""

    connect: Connect
    recipes: Mapping[str, Recipe]
    clock: Clock
    progress: Progress
    limits: Limits
    heart: Heart
    left: int
    schedule: Schedule = field(default_factory=Schedule)
    results: asyncio.Queue[Capture | Failure | Exception] = field(init=False)
    gates: dict[str, Gate] = field(init=False)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        # Who reads slowly slows the run down: a device counts as under way until its result has a place.
        self.results = asyncio.Queue(self.heart.load.wished)
        self.gates = {name: gate_of(recipe.profile) for name, recipe in self.recipes.items()}

    def begin(self, turns: Sequence[Turn], jitter: float) -> None:
        """Let the devices in, each after a random part of `jitter` seconds."""
        if jitter > 0:
            self._keep(self._spread(turns, jitter))
            return
        for turn in turns:
            self.schedule.add(turn)
        self._start()

    async def stop(self) -> None:
        """End what is under way."""
        tasks = tuple(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _spread(self, turns: Sequence[Turn], jitter: float) -> None:
        """A device that waits for its moment holds no permit, so that those that may start do."""
        begun = self.clock.monotonic()
        for after, turn in sorted((jitter * self.clock.random(), turn) for turn in turns):
            wait = after - (self.clock.monotonic() - begun)
            if wait > 0:
                await self.clock.sleep(wait)
            self.schedule.add(turn)
            self._start()

    def _start(self) -> None:
        while (turn := self.schedule.next(self.heart.load.at_once)) is not None:
            self._keep(self._attempt(turn))

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
            if isinstance(error, Exception):  # handed to the caller; a task that just ends would hang the run
                self._keep(self.results.put(error))

    async def _attempt(self, turn: Turn) -> None:
        """Visit one device; while it rests before another attempt, others may use its permits."""
        try:
            if turn.attempt == 1 and not turn.overloads:
                self.progress.started(turn.target)
            result = await self._visit(turn)
            if not isinstance(result, _Again):
                if isinstance(result, Capture):
                    self.progress.finished(result)
                else:
                    self.progress.failed(result)
                await self.results.put(result)
        finally:
            self.schedule.ended(turn)
        self._start()
        if isinstance(result, _Again):
            self.progress.asking(turn.target, f"waiting {result.after:.0f} s before another attempt")
            await self.clock.sleep(result.after)
            self.schedule.add(result.turn)
            self._start()

    async def _visit(self, turn: Turn) -> "Capture | Failure | _Again":
        """Collect one device; more attempts only where no session came up or it was lost."""
        target, tried = turn.target, turn.attempt + turn.overloads
        self.progress.asking(target, "logging in")
        try:
            async with self.heart.watching():
                session = await self.connect(target, self.gates[target.recipe])
            try:
                recipe, limits = self.recipes[target.recipe], self.limits.of(target.timeouts)
                visit = Visit(target, recipe, watched(session, self.heart), self.clock, limits)
                visit.tell = partial(self.progress.asking, target)
                return await visit.capture()
            finally:
                await session.close()
        except Overloaded as error:
            if turn.overloads + 1 >= self.limits.attempts or _login_was_begun(error):
                return _failure(target, error, tried)
            again = replace(turn, overloads=turn.overloads + 1)
            return self._rested(again, again.overloads, error)
        except Unreachable as error:
            if turn.attempt >= self.limits.attempts:
                return _failure(target, error, tried)
            return self._rested(replace(turn, attempt=turn.attempt + 1), turn.attempt, error)
        except AuditorError as error:
            return _failure(target, error, tried)
        except Exception as error:  # noqa: BLE001 - a bug must not cost the results of the other devices
            # Where, not what: the message of the error could quote a secret from the device.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s: the program failed on this device: %s\n%s", target.name, type(error).__name__, where)
            broken = DeviceError(f"the program failed on this device: {type(error).__name__}", hint="report this bug")
            return _failure(target, broken, tried)

    def _rested(self, turn: Turn, number: int, error: AuditorError) -> "_Again":
        logger.info("%s: attempt %d: %s", turn.target.name, number, printable(str(error)))
        return _Again(turn, self.limits.pause * 2 ** (number - 1) * (1 + self.clock.random()) / 2)


@dataclass(frozen=True, slots=True)
class _Again:
    """A device that is tried again `after` seconds."""

    turn: Turn
    after: float


def _login_was_begun(error: Overloaded) -> bool:
    """Whether the device may have counted a login, which is never sent twice."""
    return isinstance(error.__cause__, LoginRefused)


def _failure(target: Target, error: AuditorError, attempts: int) -> Failure:
    hint = error.hint if isinstance(error, DeviceError) else "see the message"
    why = printable(str(error), limit=400)
    return Failure(target.name, target.platform, why, hint, attempts, kind_of(error))
