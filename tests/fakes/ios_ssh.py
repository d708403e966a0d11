"""A device with IOS that answers over real SSH on loopback, from a directory laid out like a saved capture.

It has nothing but a terminal: a prompt, echo, `enable`, a pager, and complaints with a caret. An account without level
15 sees only part of the running configuration; AAA refuses single commands; a view knows only what it includes.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import asyncssh
from asyncssh.auth import KbdIntChallenge, KbdIntResponse

from auditor.collect.gate import gate_for
from auditor.collect.layout import place
from auditor.profiles import Profile, load_profile
from tests.fakes.ssh_server import Connections, Listening, Login, beside

PASSWORD = "not-a-secret"
ENABLE = "not-a-secret-either"
_MORE = " --More-- "
_ERASE = "\b" * 9 + " " * 8 + "\b" * 9


class Fault(StrEnum):
    """What the device does instead of answering a command, or to a login."""

    NONE = "none"
    REFUSE_LOGIN = "refuse login"
    STALL = "stall in the middle"
    SLOW = "slow, in pieces"
    LOSE_CONNECTION = "lose the connection in the middle"
    CUT = "end in the middle, with the prompt"
    RENAME = "another prompt from then on"
    GARBLE = "bytes that are no text"
    FLOOD = "never stop"
    DROP_AT_ENABLE = "lose the connection when it is given a wrong enable secret"
    STALL_AT_ENABLE = "say nothing more when it is given a wrong enable secret"


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated device.

    `texts` replace files of the directory, by path; `replies` are answers to lines as they stand. `level` is the
    privilege of the login, `view` the parser view that it is in. AAA refuses the lines that start with `unauthorised`.
    `fault` hits the lines that start with `on`; `pages` are the lines of a screen, `honours` whether `terminal length`
    is obeyed; `width` wraps echoed commands.
    """

    directory: Path
    texts: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[str, str] = field(default_factory=dict)
    hostname: str = "gw"
    level: int = 15
    view: str = ""
    unauthorised: tuple[str, ...] = ()
    banner: str = ""
    echo: bool = True
    width: int = 0
    pages: int = 24
    honours: bool = True
    fault: Fault = Fault.NONE
    on: str = ""
    pause: float = 0.05
    password: str = PASSWORD
    enable: str = ENABLE
    keyboard_interactive: bool = False


@dataclass(slots=True)
class Log:
    """What the device was told, line by line, and how often somebody logged in."""

    logins: int = 0
    lines: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # what a pager was told
    secrets: int = 0  # how often an enable secret was given

    @property
    def commands(self) -> list[str]:
        return [line for line in self.lines if line]


class Console:
    """Answers command lines from the directory of a saved capture."""

    def __init__(self, device: Device, profile: Profile) -> None:
        self._device = device
        self._gates = [(command, gate_for((command,))) for command in profile.commands]
        self._also = {
            line: command
            for getter in profile.napalm
            for line in getter.sends
            if (command := profile.command(getter.replaces)) is not None
        }

    def answer(self, line: str, level: int) -> str:
        """Return what is printed for one line."""
        device = self._device
        if any(line.startswith(start) for start in device.unauthorised):
            return "Command authorization failed.\n\n"
        if line in device.replies:
            return device.replies[line]
        if line == "show privilege":
            return f"Current privilege level is {level}\n"
        if line == "show parser view":
            return (
                f"Current view is '{device.view}'\n"
                if device.view
                else ("No view is active ! Currently in Privilege Level Context\n")
            )
        if line.startswith("terminal "):
            return ""
        if level < 15 and not line.startswith(("show version", "show clock", "show running-config")):
            return self._unknown(line)
        text = self._of_capture(line)
        return self._unknown(line) if text is None else text

    def _of_capture(self, line: str) -> str | None:
        for command, gate in self._gates:
            if gate.allowed[0].fullmatch(line):
                begin, _, end = command.run.partition("{name}")
                value = line.removeprefix(begin).removesuffix(end).strip('"') if command.holes else ""
                return self._text(command.filled(command.stores, value), command.optional)
        also = self._also.get(line)
        return self._text(also.stores, optional=True) if also is not None else None

    def _text(self, path: str, optional: bool) -> str | None:
        if path in self._device.texts:
            return self._device.texts[path]
        file = self._device.directory / place(path)
        if file.is_file():
            return file.read_text(encoding="utf-8")
        return None if optional else ""

    def _unknown(self, line: str) -> str:
        column = len(self._device.hostname) + 1 + line.find(" ") + 1
        return f"{' ' * column}^\n% Invalid input detected at '^' marker.\n\n"


class FakeIos(Listening):
    """The SSH server of one device: `async with FakeIos(device) as ios: ios.port`."""

    def __init__(self, device: Device, **algorithms: list[str]) -> None:
        self.device = device
        self.log = Log()
        super().__init__(
            "127.0.0.1",
            0,
            server_version="Cisco-1.25",
            server_host_keys=[asyncssh.generate_private_key("ssh-rsa", key_size=2048)],
            server_factory=lambda: _Server(self.device, self.log, self.connections),
            process_factory=self._serve,
            line_editor=False,
            **({"kex_algs": ["ecdh-sha2-nistp256"], "encryption_algs": ["aes128-ctr"]} | algorithms),
        )
        self._console = Console(device, load_profile("cisco_ios"))

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        try:
            if process.command is None:
                await _Vty(process, self.device, self.log, self._console).talk()
            process.exit(0)
        except (OSError, asyncssh.Error, EOFError):
            process.close()  # the client has gone


class _Vty:
    """One terminal."""

    def __init__(self, process: asyncssh.SSHServerProcess[bytes], device: Device, log: Log, console: Console) -> None:
        self._process = process
        self._device = device
        self._log = log
        self._console = console
        self._name = device.hostname
        self._level = device.level
        self._length = device.pages
        self._come = bytearray()

    @property
    def _prompt(self) -> str:
        return f"{self._name}{'#' if self._level > 1 else '>'}"

    async def talk(self) -> None:
        self._print(f"{self._device.banner}\n")
        while True:
            self._print(self._prompt)
            line = await self._line()
            self._echo(line)
            self._log.lines.append(line)
            if line == "exit":
                return
            if line == "enable":
                await self._enable()
            elif line:
                await self._run(line)

    async def _enable(self) -> None:
        for _ in range(3):
            self._print("Password: ")
            given = await self._line()
            self._print("\n")
            self._log.secrets += 1
            if given == self._device.enable:
                self._level = 15
                return
            if self._device.fault is Fault.DROP_AT_ENABLE:
                self._process.channel.get_connection().abort()
            if self._device.fault is Fault.STALL_AT_ENABLE:
                await self._process.channel.wait_closed()
        self._print("% Bad secrets\n\n")

    async def _run(self, line: str) -> None:
        device = self._device
        if line.startswith("terminal length ") and device.honours:
            self._length = int(line.rpartition(" ")[2])
        text = self._console.answer(line, self._level)
        if device.fault is not Fault.NONE and line.startswith(device.on):
            text = await self._misbehave(text)
        await self._show(text)

    async def _show(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        if not self._length:
            self._print(text)
            return
        for start in range(0, len(lines), self._length):
            self._print("".join(lines[start : start + self._length]))
            if start + self._length < len(lines):
                self._print(_MORE)
                key = await self._key()
                self._log.keys.append(key)
                if key not in " \n":
                    self._print("\n")
                    return
                self._print(_ERASE)

    async def _misbehave(self, text: str) -> str:
        half = text.find("\n", len(text) // 2) + 1
        match self._device.fault:
            case Fault.STALL:
                self._print(text[:half])
                await self._process.channel.wait_closed()
            case Fault.LOSE_CONNECTION:
                self._print(text[:half])
                self._process.channel.get_connection().abort()
            case Fault.CUT:
                return text[:half]
            case Fault.RENAME:
                self._name = "other"
            case Fault.GARBLE:
                return text[:half] + "\0\x01\x9b" + text[half:]
            case Fault.FLOOD:
                while True:
                    self._print("x" * 65536)
                    await self._process.stdout.drain()
            case Fault.SLOW:
                for piece in re.split(r"(?<=#)", text):
                    self._print(piece)
                    await asyncio.sleep(self._device.pause)
                return ""
            case Fault.NONE | Fault.REFUSE_LOGIN | Fault.DROP_AT_ENABLE | Fault.STALL_AT_ENABLE:
                pass
        return text

    def _echo(self, line: str) -> None:
        if self._device.echo:
            width = self._device.width
            shown = self._prompt + line
            rows = [shown[i : i + width] for i in range(0, len(shown), width)] if width else [shown]
            self._print("\n".join(rows)[len(self._prompt) :])
        self._print("\n")

    def _print(self, text: str) -> None:
        self._process.stdout.write(text.replace("\n", "\r\n").encode("utf-8"))

    async def _line(self) -> str:
        while b"\n" not in self._come:
            await self._hear()
        line, _, rest = bytes(self._come).partition(b"\n")
        self._come = bytearray(rest)
        return line.decode("utf-8", "replace").rstrip("\r").lstrip(" ")

    async def _key(self) -> str:
        while not self._come:
            await self._hear()
        return chr(self._come.pop(0))

    async def _hear(self) -> None:
        data = await self._process.stdin.read(4096)
        if not data:
            raise EOFError
        self._come += data


class _Server(Login):
    def __init__(self, device: Device, log: Log, connections: Connections) -> None:
        super().__init__(connections)
        self._device = device
        self._log = log

    def password_auth_supported(self) -> bool:
        return not self._device.keyboard_interactive

    def validate_password(self, username: str, password: str) -> bool:
        self._log.logins += 1
        return self._device.fault is not Fault.REFUSE_LOGIN and password == self._device.password

    def kbdint_auth_supported(self) -> bool:
        return self._device.keyboard_interactive

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> KbdIntChallenge:
        return "", "", "en", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: KbdIntResponse) -> bool:
        return len(responses) == 1 and self.validate_password(username, responses[0])


@contextmanager
def serving(*devices: Device) -> Iterator[tuple[FakeIos, ...]]:
    """Serve devices beside a test until the block ends."""
    fakes = tuple(FakeIos(device) for device in devices)
    with beside(*fakes):
        yield fakes
