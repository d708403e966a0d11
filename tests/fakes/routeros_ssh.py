"""A RouterOS device that answers over real SSH on loopback, from a directory laid out like a saved capture.

On an exec channel it does what RouterOS does: no pager, lines that end with carriage return and newline, complaints
on the output, and exit status 0 whatever happened. A statement that fails ends the line. Secrets are left out of
exports and shown as stars elsewhere. In a terminal it asks with its identity, which holds a blank.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import asyncssh

from auditor.collect.gate import gate_for
from auditor.collect.layout import place
from auditor.profiles import Profile, load_profile
from tests.fakes.ssh_server import Connections, Listening, Login, beside

PASSWORD = "not-a-secret"
_SECRET = r"[A-Za-z0-9.-]*(?:passphrase|password|pre-shared-key|private-key|secret)"
_MENUS = frozenset({"/interface", "/ip", "/system"})


class Fault(StrEnum):
    """What the device does instead of answering a command, or to a login."""

    NONE = "none"
    REFUSE_LOGIN = "refuse login"
    STALL = "stall in the middle"
    SLOW = "slow"
    LOSE_CONNECTION = "lose the connection in the middle"
    CUT = "close the channel in the middle, as if all was said"


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated device.

    `texts` replace files of the directory, by path. `policies` are those of the group of the account, `forbidden` the
    commands that they do not cover. `fault` hits the commands that start with `on`. `exit_status` None: none is sent.
    """

    directory: Path
    texts: Mapping[str, str] = field(default_factory=dict)
    policies: frozenset[str] = frozenset({"ssh", "read"})
    forbidden: tuple[str, ...] = ()
    fault: Fault = Fault.NONE
    on: str = ""
    slowness: float = 0.05
    exit_status: int | None = 0
    identity: str = "Front desk"
    password: str = PASSWORD


@dataclass(slots=True)
class Log:
    """What the device was asked, and how often somebody logged in."""

    logins: int = 0
    commands: list[str] = field(default_factory=list)


class Console:
    """Answers command lines from the directory of a saved capture."""

    def __init__(self, device: Device, profile: Profile) -> None:
        assert profile.end_mark is not None
        self._device = device
        self._sends = profile.end_mark.sends
        self._gates = [(command, gate_for((command,))) for command in profile.commands]

    def answer(self, line: str) -> str:
        """Return what is printed for one line: the statements in turn, up to the first that fails."""
        asked, separator, _ = line.partition(self._sends)
        text, well = self._statement(asked)
        put = re.fullmatch(r'; :put "([^"$\\]*)"', separator)
        said = f"{text}{put[1]}\n" if well and put is not None else text
        return said.replace("\n", "\r\n")

    def _statement(self, asked: str) -> tuple[str, bool]:
        words = asked.split(" ")
        if "read" not in self._device.policies or any(asked.startswith(text) for text in self._device.forbidden):
            return "not enough permissions (9)\n", False
        for command, gate in self._gates:
            if gate.allowed[0].fullmatch(f"{asked}{self._sends}"):
                hole = re.search(r'"([^"]*)"', asked)
                path = command.filled(command.stores, hole[1]) if command.holes and hole else command.stores
                text = self._text(path)
                if text is not None:
                    return self._without_secrets(path, text), True
                if command.holes:
                    return "input does not match any value of interface\n", False
                if not command.optional:
                    return "", True  # every device has the menu, and this one nothing in it
        unknown = next((word for word in words if word not in _MENUS), words[0])
        column = asked.index(unknown) + 1 + unknown.startswith("/")
        return f"bad command name {unknown.removeprefix('/')} (line 1 column {column})\n", False

    def _text(self, path: str) -> str | None:
        if path in self._device.texts:
            return self._device.texts[path]
        file = self._device.directory / place(path)
        return file.read_text(encoding="utf-8") if file.is_file() else None

    def _without_secrets(self, path: str, text: str) -> str:
        if path.endswith(".rsc"):
            return re.sub(rf' {_SECRET}=(?:"(?:[^"\\]|\\.)*"|\S+)', "", text)
        return re.sub(rf'({_SECRET}=)"(?:[^"\\]|\\.)+"', r'\1"*****"', text)


class FakeRouterOS(Listening):
    """The SSH server of one device: `async with FakeRouterOS(device) as router: router.port`."""

    def __init__(self, device: Device, *, kex: str = "curve25519-sha256") -> None:
        self.device = device
        self.log = Log()
        # But for the key exchange, the algorithms are those of release 6.
        super().__init__(
            "127.0.0.1",
            0,
            server_version="ROSSSH",
            server_host_keys=[asyncssh.generate_private_key("ssh-rsa", key_size=2048)],
            server_factory=lambda: _Server(self.device, self.log, self.connections),
            process_factory=self._serve,
            kex_algs=[kex],
            encryption_algs=["aes128-ctr"],
            mac_algs=["hmac-sha1"],
        )
        self._console = Console(device, load_profile("routeros"))

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        try:
            if process.command is None:
                await self._terminal(process)
            else:
                await self._exec(process, process.command)
        except (OSError, asyncssh.Error):
            process.close()  # the client has gone

    async def _exec(self, process: asyncssh.SSHServerProcess[bytes], line: str) -> None:
        self.log.commands.append(line)
        reply = self._console.answer(line).encode()
        if self.device.fault is not Fault.NONE and line.startswith(self.device.on):
            reply = await self._misbehave(process, reply)
        process.stdout.write(reply)
        await process.stdout.drain()
        if self.device.exit_status is None:
            process.close()
        else:
            process.exit(self.device.exit_status)

    async def _terminal(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        prompt = f"[{process.get_extra_info('username')}@{self.device.identity}] > ".encode()
        process.stdout.write(b"\r\n  MikroTik RouterOS\r\n\r\n" + prompt)
        async for line in process.stdin:
            asked = line.decode().strip()
            if asked == "/quit":
                break
            process.stdout.write(self._console.answer(asked).encode() + prompt)
        process.exit(0)

    async def _misbehave(self, process: asyncssh.SSHServerProcess[bytes], reply: bytes) -> bytes:
        half = reply[: len(reply) // 2]
        match self.device.fault:
            case Fault.STALL:
                process.stdout.write(half)
                await process.channel.wait_closed()
            case Fault.LOSE_CONNECTION:
                process.stdout.write(half)
                process.channel.get_connection().abort()
            case Fault.CUT:
                return half
            case Fault.SLOW:
                await asyncio.sleep(self.device.slowness)
            case Fault.NONE | Fault.REFUSE_LOGIN:
                pass
        return reply


class _Server(Login):
    def __init__(self, device: Device, log: Log, connections: Connections) -> None:
        super().__init__(connections)
        self._device = device
        self._log = log

    def validate_password(self, username: str, password: str) -> bool:
        self._log.logins += 1
        return self._device.fault is not Fault.REFUSE_LOGIN and password == self._device.password


@contextmanager
def serving(device: Device) -> Iterator[FakeRouterOS]:
    """Serve a device beside a test until the block ends."""
    router = FakeRouterOS(device)
    with beside(router):
        yield router
