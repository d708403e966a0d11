"""The read-only gate: nothing is written to a device that is not on the list of its profile.

A session asks the gate at the place where it writes to the channel, so no caller can go round it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.collect.holes import hole_type
from auditor.errors import CommandRefused
from auditor.profiles import Command, Profile


@dataclass(frozen=True, slots=True)
class Gate:
    """The commands that may be sent to one platform, as one pattern for each template."""

    allowed: tuple[re.Pattern[str], ...]

    def check(self, command: str) -> str:
        """Return the command if it is exactly an instance of an allowed template.

        Raises `CommandRefused` otherwise; then nothing was sent.
        """
        if any(pattern.fullmatch(command) for pattern in self.allowed):
            return command
        raise CommandRefused(f"not on the read-only list, not sent: {command[:200]!r}")


def gate_of(profile: Profile) -> Gate:
    """Build the gate of a platform: its commands, and what a session on its terminal sends by itself."""
    own = profile.terminal
    lines = () if own is None else (own.enable, *own.preamble)
    return Gate((*gate_for(profile.commands).allowed, *(re.compile(re.escape(line)) for line in lines)))


def gate_for(commands: Iterable[Command]) -> Gate:
    """Build the gate for some commands; for a getter of a library, for the lines that it sends."""
    commands = tuple(commands)
    plain = (pattern for command in commands for pattern in _plain(command))
    by_root = (_pattern(command, command.elevated, elevated=True) for command in commands if command.elevated)
    return Gate(tuple(re.compile(pattern, re.ASCII) for pattern in (*plain, *by_root)))


def rendered(command: Command, value: str = "", *, elevated: bool = False) -> str:
    """Return what is sent for a command whose hole, if it has one, is filled with `value`; `elevated`: by `sudo -n`.

    Raises `CommandRefused` if the value is not of the hole's type, or may not be asked for with root's rights.
    """
    run = command.elevated if elevated else command.run
    for type_name in command.holes.values():
        return command.filled(run, hole_type(type_name).render(value, elevated=elevated))
    return run


def _plain(command: Command) -> Iterator[str]:
    if command.sends:
        yield from map(re.escape, command.sends)
    else:
        yield _pattern(command, command.run, elevated=False)


def _pattern(command: Command, run: str, *, elevated: bool) -> str:
    pieces = re.split(r"(\{.*?\})", run)
    return "".join(
        hole_type(command.holes[piece[1:-1]]).rendered_pattern(elevated=elevated)
        if piece.startswith("{")
        else re.escape(piece)
        for piece in pieces
    )
