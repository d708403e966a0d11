"""Collects many devices at once. A device that fails is a value in the result; the run goes on."""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from auditor.capture import Capture, CapturedFile, Failure, Gap
from auditor.collect.answers import (
    Absent,
    Answer,
    Refused,
    Text,
    answer,
    gap,
    lacks_rights,
    printable,
    rights_of,
    typed_answer,
)
from auditor.collect.elevation import refused_by_sudo, sudoers_advice
from auditor.collect.gate import Gate, gate_of, rendered
from auditor.collect.session import Output, Session
from auditor.collect.target import Target
from auditor.errors import AuditorError, CommandRefused, DeviceError, Unreachable
from auditor.profiles import Command, Profile

logger = logging.getLogger(__name__)

Connect: TypeAlias = Callable[[Target, Gate], Awaitable[Session]]
Extract: TypeAlias = Callable[[Command, Mapping[str, str]], tuple[str, ...]]
Redact: TypeAlias = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What collecting needs to know of one platform.

    * `extract(command, outputs)` returns the values that fill the hole of `command`; `outputs` are the texts, by
      path, of the commands that it is `taken_from`.
    * `redact(path, text)` returns the text without secrets, with the same lines.
    """

    profile: Profile
    extract: Extract
    redact: Redact


@dataclass(frozen=True, slots=True)
class Limits:
    """How many devices at once; attempts per device; seconds.

    `slow_command` is for the commands that the profile calls slow. When `device` is over, what is left of the
    commands is reported as not obtained; so is what comes after `characters` of output in all, or more than
    `values` names for one command that says nothing else, because no real device has that much. Commands that follow
    what they show are asked again at most `rounds` times. The pause before attempt n is between half and all of
    `pause` · 2ⁿ⁻² seconds.
    """

    devices: int = 20
    attempts: int = 3
    command: float = 30.0
    slow_command: float = 120.0
    device: float = 300.0
    pause: float = 2.0
    characters: int = 64 * 1024 * 1024
    values: int = 64
    rounds: int = 8


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance: the time now, a clock that only goes forward, a pause, and a number from 0 to 1."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]


class Progress(Protocol):
    """Is told how the run goes."""

    def started(self, target: Target) -> None:
        """The first connection to a device is being made."""

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
    limits: Limits = Limits(),
) -> AsyncGenerator[Capture | Failure, None]:
    """Collect devices, `limits.devices` at once, and yield each result as soon as it is there.

    The texts are redacted. Nothing is kept here, so a fleet of any size needs the memory of those under way.
    """
    waiting = iter(targets)
    gates = {name: gate_of(recipe.profile) for name, recipe in recipes.items()}
    results: asyncio.Queue[Capture | Failure | Exception | None] = asyncio.Queue(limits.devices)

    async def work() -> None:
        try:
            for target in waiting:
                progress.started(target)
                recipe, gate = recipes[target.recipe], gates[target.recipe]
                result = await _collected(target, recipe, gate, connect, clock, limits)
                if isinstance(result, Capture):
                    progress.finished(result)
                else:
                    progress.failed(result)
                await results.put(result)
        except Exception as error:  # noqa: BLE001 - handed to the caller; a worker that just ends would hang the run
            await results.put(error)
        await results.put(None)

    workers = [asyncio.create_task(work()) for _ in range(limits.devices)]
    try:
        at_work = len(workers)
        while at_work:
            result = await results.get()
            if result is None:
                at_work -= 1
            elif isinstance(result, Exception):
                raise result
            else:
                yield result
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _collected(
    target: Target, recipe: Recipe, gate: Gate, connect: Connect, clock: Clock, limits: Limits
) -> Capture | Failure:
    """Collect one device, with more attempts only where no session came up or it was lost."""
    attempt = 0
    while True:
        attempt += 1
        try:
            session = await connect(target, gate)
            try:
                return await _Visit(target, recipe, session, clock, limits).capture()
            finally:
                await session.close()
        except Unreachable as error:
            if attempt >= limits.attempts:
                return _failure(target, error, attempt)
            logger.info("%s: attempt %d: %s", target.name, attempt, printable(str(error)))
            await clock.sleep(limits.pause * 2 ** (attempt - 1) * (1 + clock.random()) / 2)
        except AuditorError as error:
            return _failure(target, error, attempt)
        except Exception as error:  # noqa: BLE001 - a bug must not cost the results of the other devices
            # Where, not what: the message of the error could quote a secret from the device.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s: the program failed on this device: %s\n%s", target.name, type(error).__name__, where)
            broken = DeviceError(f"the program failed on this device: {type(error).__name__}", hint="report this bug")
            return _failure(target, broken, attempt)


def _failure(target: Target, error: AuditorError, attempts: int) -> Failure:
    hint = error.hint if isinstance(error, DeviceError) else "see the message"
    return Failure(target.name, target.platform, printable(str(error), limit=400), hint, attempts)


@dataclass(slots=True)
class _Visit:
    """One session with one device: asks the commands in order and gathers texts and gaps."""

    target: Target
    recipe: Recipe
    session: Session
    clock: Clock
    limits: Limits
    texts: dict[str, dict[str, str]] = field(default_factory=dict)  # command id → path → raw text
    gaps: list[Gap] = field(default_factory=list)
    answered: bool = False
    characters: int = 0
    asked: set[str] = field(default_factory=set)  # what was sent, or would have been, so that nothing is asked twice
    taken: dict[str, int] = field(default_factory=dict)  # command id → how many values of it were asked for
    ends: float = 0.0

    async def capture(self) -> Capture:
        taken_at = self.clock.now()
        self.ends = self.clock.monotonic() + self.limits.device
        commands = self.recipe.profile.commands
        self.texts = {command.id: {} for command in commands}
        for command in commands:
            await self._ask_all(command)
        await self._follow(tuple(command for command in commands if command.follow))
        if not self.answered:
            first = self.gaps[0].why if self.gaps else "nothing to ask"
            hint = f"check that it is a {self.recipe.profile.title} and that the account may run its commands"
            raise DeviceError(f"the device answered none of the commands; the first: {first}", hint=hint)
        # Beside the loop: a device that sends megabytes must not make the logins of the others time out.
        files = await asyncio.to_thread(lambda: tuple(self._files()))
        return Capture(
            device=self.target.name,
            platform=self.target.platform,
            files=files,
            gaps=tuple(dict.fromkeys(self.gaps)),
            taken_at=taken_at,
            time_is_weak=False,
            source=self.target.source,
        )

    async def _follow(self, commands: tuple[Command, ...]) -> None:
        """Ask for what the answers named, until they name nothing new; what is left after the last round is a gap."""
        for _ in range(self.limits.rounds):
            before = len(self.asked)
            for command in commands:
                await self._ask_all(command)
            if len(self.asked) == before:
                break
        else:
            for command in commands:
                for value in self._new(command):
                    self._missing(command, value, f"it was named only after {self.limits.rounds} rounds of questions")
        for command in commands:
            if not self._outputs(command):
                self._without_names(command)

    async def _ask_all(self, command: Command) -> None:
        shown = self.texts[command.shown_by] if command.shown_by else {}
        if shown and command.program not in {line.strip() for text in shown.values() for line in text.splitlines()}:
            return
        for value in self._values(command):
            await self._ask(command, value)

    def _outputs(self, command: Command) -> dict[str, str]:
        return {path: text for source in command.taken_from for path, text in self.texts[source].items()}

    def _values(self, command: Command) -> Iterator[str]:
        """Return what fills the hole of a command; one empty value for a command without hole.

        If the commands that would have named the values were themselves not obtained, all listed values are asked
        for, and without a list what is missing is a gap.
        """
        if not command.holes:
            yield ""
            return
        listed = next(iter(command.values.values()), ())
        if not command.taken_from:
            yield from listed
            return
        if not self._outputs(command):
            if not listed and not command.follow:
                self._without_names(command)
            yield from listed
            return
        most = command.at_most or self.limits.values
        wanted = self._new(command)
        left = most - self.taken.get(command.id, 0)
        self.taken[command.id] = self.taken.get(command.id, 0) + min(len(wanted), max(left, 0))
        yield from wanted[: max(left, 0)]
        if len(wanted) > left:
            why = f"the device shows {most - left + len(wanted)} names, more than {most}"
            self.gaps.append(gap(command.stores, command.run, why))
        if not command.optional:
            shown = self.recipe.extract(command, self._outputs(command))
            for value in listed:
                if value not in shown:
                    self._missing(command, value, f"'{' '.join(command.taken_from)}' does not show it")

    def _new(self, command: Command) -> list[str]:
        """The values that were not asked for yet."""
        listed = next(iter(command.values.values()), ())
        shown = dict.fromkeys(self.recipe.extract(command, self._outputs(command)))
        asked = {command.filled(command.run, value): value for value in shown if not listed or value in listed}
        return [value for line, value in asked.items() if line not in self.asked]

    def _without_names(self, command: Command) -> None:
        why = f"its names come from '{' '.join(command.taken_from)}', which was not obtained"
        self.gaps.append(gap(command.stores, command.run, why))

    async def _ask(self, command: Command, value: str) -> None:
        key = command.filled(command.run, value)
        if key in self.asked:
            return
        self.asked.add(key)
        try:
            text = rendered(command, value)
        except CommandRefused as error:
            self._missing(command, "", f"its name may not be sent to a device: {printable(str(error))}")
            return
        output = await self._run(command, value, text)
        if output is None:
            return
        if command.sudo and lacks_rights(output):
            try:
                by_root = rendered(command, value, elevated=True)
            except CommandRefused:
                self._missing(command, value, "the device refused it, and root is not asked for what lies there")
                return
            elevated = await self._run(command, value, by_root)
            if elevated is None:
                return
            if refused_by_sudo(elevated):
                why, settle = sudoers_advice(command, value, self.target.username or "", answer(output), elevated)
                self.gaps.append(Gap(self._path(command, value), why, settle))
                return
            output = elevated
        self._judge(command, value, output)

    async def _run(self, command: Command, value: str, text: str) -> Output | None:
        """Send one line; None if there is no answer, which is a gap then."""
        left = self.ends - self.clock.monotonic()
        if left <= 0:
            self._missing(command, value, f"the {self.limits.device:g} s for one device were over")
            return None
        if self.characters > self.limits.characters:
            self._missing(command, value, "the device had already sent more than is read")
            return None
        seconds = min(left, self.limits.slow_command if command.slow else self.limits.command)
        try:
            output = await self.session.run(text, seconds)
        except TimeoutError:
            self._missing(command, value, f"no complete answer in {seconds:.3g} s")
            return None
        self.characters += len(output.stdout)
        return output

    def _judge(self, command: Command, value: str, output: Output) -> None:
        match self._answer(command, value, output):
            case Text(found):
                self.answered = True
                self._keep(command, value, found)
            case Absent(why):
                if not command.optional:
                    self._missing(command, value, why)
                elif command.stores.startswith("commands/"):
                    self._keep(command, value, "")
            case Refused(why, settle):
                self._missing(command, value, why, settle)

    def _answer(self, command: Command, value: str, output: Output) -> Answer:
        terminal = self.recipe.profile.terminal
        if terminal is None:
            return answer(output, self.recipe.profile.end_mark)
        asked = " / ".join(command.sends) or command.filled(command.run, value)
        return typed_answer(output, command, asked, terminal, rights_of(terminal, self.texts))

    def _keep(self, command: Command, value: str, text: str) -> None:
        self.texts[command.id][command.filled(command.stores, value)] = text

    def _path(self, command: Command, value: str) -> str:
        return command.filled(command.stores, value) if value else command.stores

    def _missing(self, command: Command, value: str, why: str, settle: str = "") -> None:
        asked = command.filled(command.run, value) if value else command.run
        self.gaps.append(gap(self._path(command, value), asked, why, settle))

    def _files(self) -> Iterator[CapturedFile]:
        for command in self.recipe.profile.commands:
            for path, text in self.texts[command.id].items():
                yield CapturedFile(path, self.recipe.redact(path, text), command.kind)
