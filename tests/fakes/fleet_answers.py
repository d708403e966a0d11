"""How one device of a fleet answers: by the logic of the single fakes, prepared once for all devices that are alike.

Two thousand shops have a few dozen kinds of devices between them, so an answer is made once for a kind and sent as
bytes from then on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from auditor.collect.gate import gate_for
from auditor.collect.layout import place
from auditor.profiles import Command, Profile, load_profile
from tests.fakes import ios_ssh, routeros_ssh
from tests.fakes.batched import commands_in, marks
from tests.fakes.openwrt_ssh import Reply, Shell

_SUDO = "sudo -n "


class LinuxShell:
    """Answers the commands of the Linux profile from the directory of a saved capture, as root's own shell would."""

    def __init__(self, directory: Path, profile: Profile) -> None:
        self._directory = directory
        self._gates = [(command, gate_for((command,)).allowed[0]) for command in profile.commands]

    def answer(self, line: str) -> Reply:
        """Return what the host prints for one command line."""
        asked = line.removeprefix(_SUDO)
        for command, pattern in self._gates:
            if pattern.fullmatch(asked):
                return self._read(command, asked)
        return Reply(b"", f"sh: 1: {asked.split(' ', maxsplit=1)[0]}: not found\n".encode(), 127)

    def _read(self, command: Command, asked: str) -> Reply:
        value = ""
        if command.holes:
            before, _, after = command.run.partition("{" + next(iter(command.holes)) + "}")
            value = asked[len(before) : len(asked) - len(after)].strip("'")
        file = self._directory / place(command.filled(command.stores, value))
        if file.is_file():
            return Reply(file.read_bytes())
        if "path" in command.holes:
            complaint = f"{command.program}: {value}: No such file or directory\n"
            return Reply(b"", complaint.encode(), 1)
        return Reply(b"", f"sh: 1: {command.program}: not found\n".encode(), 127)


@dataclass(slots=True)
class Kind:
    """Devices that give the same answers: a platform and the directory of a saved capture."""

    platform: str
    directory: Path
    _ask: Callable[[str], Reply] = field(init=False)
    _known: dict[str, Reply] = field(default_factory=dict)

    def __post_init__(self) -> None:
        profile = load_profile(self.platform)
        match self.platform:
            case "openwrt":
                self._ask = Shell(self.directory, profile).answer
            case "linux":
                self._ask = LinuxShell(self.directory, profile).answer
            case "routeros":
                router = routeros_ssh.Console(routeros_ssh.Device(self.directory), profile)
                self._ask = lambda line: Reply(router.answer(line).encode())
            case "cisco_ios":
                ios = ios_ssh.Console(ios_ssh.Device(self.directory), profile)
                self._ask = lambda line: Reply(ios.answer(line, 15).encode())
            case _:
                raise ValueError(f"no fake device is a {self.platform}")

    def answer(self, line: str) -> Reply:
        """Return what the device gives for one command line."""
        if line not in self._known:
            if len(self._known) > 1000:  # a client that asks for ever new things
                return self._ask(line)
            self._known[line] = self._ask(line)
        return self._known[line]

    def lines(self, command: str) -> list[str]:
        """Return the command lines that one channel asks for: one, or a script of several with marks behind them."""
        script = commands_in(command)
        return [command] if script is None else script[1]

    def executed(self, command: str) -> Reply:
        """Return what a channel gives; behind each line of a script come its mark and its exit status."""
        script = commands_in(command)
        if script is None or self.platform not in ("openwrt", "linux"):
            return self.answer(command)
        mark, lines = script
        stdout, stderr = map(bytearray, marks(mark, 0, 0))
        for number, reply in enumerate(map(self.answer, lines), 1):
            behind = marks(mark, number, reply.status)
            stdout += reply.stdout + behind[0]
            stderr += reply.stderr + behind[1]
        return Reply(bytes(stdout), bytes(stderr))

    def typed(self, line: str) -> bytes:
        """Return what the device shows on a terminal for one line."""
        reply = self.answer(line)
        return re.sub(rb"\r?\n", b"\r\n", reply.stdout + reply.stderr)

    def prompt(self, name: str, user: str) -> bytes:
        """Return what the terminal of a device asks with."""
        match self.platform:
            case "cisco_ios":
                return f"{name}#".encode()
            case "routeros":
                return f"[{user.partition('+')[0]}@{name}] > ".encode()
            case _:
                return f"{user}@{name}:~{'#' if user == 'root' else '$'} ".encode()
