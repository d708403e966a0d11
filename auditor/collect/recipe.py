"""What collecting needs to know: what is asked of a platform, how much is taken, and where time comes from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from auditor.inventory.reaching import Timeouts
from auditor.profiles import Command, Profile

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
    """Attempts per device; seconds; how much is read.

    `slow_command` is for the commands that the profile calls slow. When `device` is over, what is left of the
    commands is reported as not obtained; so is what comes after `characters` of output in all, or more than
    `values` names for one command that says nothing else, because no real device has that much. Commands that follow
    what they show are asked again at most `rounds` times. The pause before attempt n is between half and all of
    `pause` · 2ⁿ⁻² seconds.
    """

    attempts: int = 3
    command: float = 30.0
    slow_command: float = 120.0
    device: float = 300.0
    pause: float = 2.0
    characters: int = 64 * 1024 * 1024
    values: int = 64
    rounds: int = 8

    def of(self, timeouts: Timeouts) -> "Limits":
        """The limits of one device: what the inventory says of its time wins."""
        return replace(
            self,
            command=self.command if timeouts.command is None else timeouts.command,
            slow_command=self.slow_command if timeouts.slow_command is None else timeouts.slow_command,
            device=self.device if timeouts.device is None else timeouts.device,
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance: the time now, a clock that only goes forward, a pause, and a number from 0 to 1."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]
