"""One visit to one device: asks the commands of its profile in order, and gathers texts and gaps."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from auditor.capture import Capture, CapturedFile, Gap
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
from auditor.collect.gate import rendered
from auditor.collect.recipe import Clock, Limits, Recipe
from auditor.collect.session import ManyAtOnce, Output, Session, Together
from auditor.collect.target import Target
from auditor.errors import CommandRefused, DeviceError
from auditor.profiles import Command

RunTogether: TypeAlias = Callable[[Sequence[str], float], Awaitable[Together]]


@dataclass(slots=True)
class Visit:
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
    named: dict[str, tuple[dict[str, str], tuple[str, ...]]] = field(default_factory=dict)  # command id → texts, names
    been: set[str] = field(default_factory=set)  # command ids that had their turn
    ahead: dict[str, Output | None] = field(default_factory=dict)  # line → its answer, None if it came too late
    together: RunTogether | None = None  # None where the device takes one command at a time
    ends: float = 0.0
    tell: Callable[[str], None] = lambda _: None  # is told what is asked

    async def capture(self) -> Capture:
        taken_at = self.clock.now()
        self.ends = self.clock.monotonic() + self.limits.device
        commands = self.recipe.profile.commands
        self.texts = {command.id: {} for command in commands}
        if self.recipe.profile.posix_shell and isinstance(self.session, ManyAtOnce):
            self.together = self.session.run_together
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
        if command.shown_by and self.texts[command.shown_by] and not self._is_shown(command):
            return
        await self._fetch_ahead(command)
        for value in self._values(command):
            await self._ask(command, value)
        self.been.add(command.id)

    async def _fetch_ahead(self, command: Command) -> None:
        """Ask in one go for everything that can be asked by now, if a command needs an answer that is not there yet.

        What the device does not answer in this way is asked by itself, when its turn comes.
        """
        if self.together is None or all(line in self.ahead for line in self._coming(command)):
            return
        commands = self.recipe.profile.commands
        later = (line for each in commands[commands.index(command) :] for line in self._coming(each))
        lines = [line for line in dict.fromkeys(later) if line not in self.ahead]
        left = self.ends - self.clock.monotonic()
        while len(lines) > 1 and left > 0 and self.characters <= self.limits.characters:
            self.tell(f"{len(lines)} commands in one go")
            answers = await self.together(lines, min(left, self.limits.command))
            self.ahead |= dict(zip(lines, answers.outputs, strict=False))
            self.characters += sum(len(output.stdout) for output in answers.outputs)
            lines = lines[len(answers.outputs) :]
            if answers.late:
                self.ahead[lines.pop(0)] = None
            elif not answers.outputs:
                self.together = None
                return
            left = self.ends - self.clock.monotonic()

    def _coming(self, command: Command) -> Iterator[str]:
        """Return the lines that will be sent for a command, as far as it can be told without asking anything."""
        if command.slow or (command.shown_by and not self._is_shown(command)):
            return
        values: Iterable[str] = ("",)
        if command.holes:
            values = next(iter(command.values.values()), ())
            if self._outputs(command):
                left = (command.at_most or self.limits.values) - self.taken.get(command.id, 0)
                values = self._new(command)[: max(left, 0)]
            elif not self.been.issuperset(command.taken_from):
                return
        for value in values:
            if command.filled(command.run, value) not in self.asked:
                with contextlib.suppress(CommandRefused):
                    yield rendered(command, value)

    def _is_shown(self, command: Command) -> bool:
        shown = self.texts[command.shown_by] if command.shown_by else {}
        return command.program in {line.strip() for text in shown.values() for line in text.splitlines()}

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
            shown = self._named(command)
            for value in listed:
                if value not in shown:
                    self._missing(command, value, f"'{' '.join(command.taken_from)}' does not show it")

    def _new(self, command: Command) -> list[str]:
        """The values that were not asked for yet."""
        listed = next(iter(command.values.values()), ())
        shown = dict.fromkeys(self._named(command))
        asked = {command.filled(command.run, value): value for value in shown if not listed or value in listed}
        return [value for line, value in asked.items() if line not in self.asked]

    def _named(self, command: Command) -> tuple[str, ...]:
        """The values that the answers name; the same answers are read once, however often it is asked."""
        outputs = self._outputs(command)
        known = self.named.get(command.id)
        if known is None or known[0] != outputs:
            known = self.named[command.id] = outputs, self.recipe.extract(command, outputs)
        return known[1]

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
        if text in self.ahead:
            found = self.ahead.pop(text)
            if found is None:
                self._missing(command, value, f"no complete answer in {self.limits.command:.3g} s")
            return found
        left = self.ends - self.clock.monotonic()
        if left <= 0:
            self._missing(command, value, f"the {self.limits.device:g} s for one device were over")
            return None
        if self.characters > self.limits.characters:
            self._missing(command, value, "the device had already sent more than is read")
            return None
        seconds = min(left, self.limits.slow_command if command.slow else self.limits.command)
        self.tell(text)
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
