"""An OpenWrt router that answers over real SSH on loopback, from a directory laid out like a saved capture.

It knows the commands of the device profile and nothing else; to anything else it answers as its shell would.
It can be given faults, and it remembers what it was asked and how often somebody tried to log in.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import asyncssh

from auditor.collect.gate import gate_for
from auditor.collect.layout import place
from auditor.profiles import Command, Profile, load_profile
from tests.fakes.batched import commands_in, marks
from tests.fakes.ssh_server import Connections, Listening, Login

PASSWORD = "not-a-secret"


class Fault(StrEnum):
    """What the device does instead of answering a command, or to a login."""

    NONE = "none"
    REFUSE_LOGIN = "refuse login"
    DROP_DURING_LOGIN = "drop during login"
    STALL = "stall in the middle"
    FLOOD = "flood"
    SLOW = "slow"
    LOSE_CONNECTION = "lose the connection in the middle"
    DENY = "permission denied"


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated device.

    `fault` hits the commands that start with `on`. The first `closes_first` connections are closed at once. It
    takes `login_seconds` to check a password.
    """

    directory: Path
    fault: Fault = Fault.NONE
    on: str = ""
    closes_first: int = 0
    slowness: float = 0.05
    login_seconds: float = 0.0
    password: str = PASSWORD
    authorized_key: str | None = None


@dataclass(slots=True)
class Log:
    """What happened to a device, or to several that share the log."""

    connections: int = 0
    logins: int = 0
    under_way: int = 0
    most_under_way: int = 0
    commands: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)  # terminals and variables that came with a command


@dataclass(frozen=True, slots=True)
class Reply:
    """What a shell command gives."""

    stdout: bytes
    stderr: bytes = b""
    status: int = 0


class Shell:
    """Answers the commands of a profile from the directory of a saved capture."""

    def __init__(self, directory: Path, profile: Profile) -> None:
        self._directory = directory
        self._gates = [(command, gate_for((command,))) for command in profile.commands]

    def answer(self, line: str) -> Reply:
        """Return what the device prints for one command line."""
        for command, gate in self._gates:
            if gate.allowed[0].fullmatch(line):
                return self._read(line, self._directory / place(self._path(command, line)))
        return Reply(b"", f"ash: {line.split(' ', maxsplit=1)[0]}: not found\n".encode(), 127)

    def _path(self, command: Command, line: str) -> str:
        if not command.holes:
            return command.stores
        before, _, after = command.run.partition("{" + next(iter(command.holes)) + "}")
        return command.filled(command.stores, line[len(before) : len(line) - len(after)])

    def _read(self, line: str, file: Path) -> Reply:
        if file.is_file():
            return Reply(file.read_bytes())
        program = line.split(" ", maxsplit=1)[0]
        if program == "ubus":
            return Reply(b"", b"Command failed: Not found\n", 4)
        return Reply(
            b"", f"{program}: can't open '{line.rsplit(' ', maxsplit=1)[-1]}': No such file or directory\n".encode(), 1
        )


class FakeOpenWrt(Listening):
    """The SSH server of one device: `async with FakeOpenWrt(device) as router: router.port`."""

    def __init__(
        self,
        device: Device,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        host_keys: Sequence[asyncssh.SSHKey] = (),
        log: Log | None = None,
    ) -> None:
        self.device = device
        self.log = log or Log()
        self.host_keys = list(host_keys) or [asyncssh.generate_private_key("ssh-ed25519")]
        super().__init__(
            host,
            port,
            server_host_keys=self.host_keys,
            server_factory=lambda: _Server(self.device, self.log, self.connections),
            process_factory=self._serve,
            kex_algs=["curve25519-sha256", "curve25519-sha256@libssh.org"],
        )
        self._shell = Shell(device.directory, load_profile("openwrt"))

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the first host key, as a person reads it on the console."""
        return self.host_keys[0].get_fingerprint()

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        line = process.command
        if line is None:
            process.stderr.write(b"only single commands\n")
            process.exit(1)
            return
        self.log.extras += [*process.env, *([] if process.term_type is None else ["terminal"])]
        status = 0
        try:
            mark, lines = commands_in(line) or ("", [line])
            self._mark(process, mark, 0, 0)
            for number, each in enumerate(lines, 1):
                self.log.commands.append(each)
                status = await self._answer(process, each)
                self._mark(process, mark, number, status)
            await process.stdout.drain()
            process.exit(status)
        except (OSError, asyncssh.Error):
            process.close()  # the client has gone

    def _mark(self, process: asyncssh.SSHServerProcess[bytes], mark: str, number: int, status: int) -> None:
        if mark:
            behind = marks(mark, number, status)
            process.stdout.write(behind[0])
            process.stderr.write(behind[1])

    async def _answer(self, process: asyncssh.SSHServerProcess[bytes], line: str) -> int:
        reply = self._shell.answer(line)
        if self.device.fault is not Fault.NONE and line.startswith(self.device.on):
            reply = await self._misbehave(process, reply)
        process.stdout.write(reply.stdout)
        process.stderr.write(reply.stderr)
        return reply.status

    async def _misbehave(self, process: asyncssh.SSHServerProcess[bytes], reply: Reply) -> Reply:
        middle = len(reply.stdout) // 2
        match self.device.fault:
            case Fault.STALL:
                process.stdout.write(reply.stdout[:middle])
                await process.channel.wait_closed()
            case Fault.FLOOD:
                while not process.is_closing():
                    process.stdout.write(b"x" * 65536)
                    await process.stdout.drain()
            case Fault.LOSE_CONNECTION:
                process.stdout.write(reply.stdout[:middle])
                process.channel.get_connection().abort()
            case Fault.SLOW:
                await asyncio.sleep(self.device.slowness)
            case Fault.DENY:
                return Reply(b"", b"cat: can't open: Permission denied\n", 1)
            case Fault.NONE | Fault.REFUSE_LOGIN | Fault.DROP_DURING_LOGIN:
                pass
        return reply


class _Server(Login):
    def __init__(self, device: Device, log: Log, connections: Connections) -> None:
        super().__init__(connections)
        self._device = device
        self._log = log

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        super().connection_made(conn)
        self._log.connections += 1
        if self._log.connections <= self._device.closes_first:
            conn.abort()

    def begin_auth(self, username: str) -> bool:
        if self._device.fault is Fault.DROP_DURING_LOGIN and self._connection is not None:
            self._log.logins += 1
            self._connection.abort()
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> bool:
        return False

    async def validate_password(self, username: str, password: str) -> bool:
        self._log.logins += 1
        self._log.under_way += 1
        self._log.most_under_way = max(self._log.most_under_way, self._log.under_way)
        await asyncio.sleep(self._device.login_seconds)
        self._log.under_way -= 1
        return self._device.fault is not Fault.REFUSE_LOGIN and password == self._device.password

    def public_key_auth_supported(self) -> bool:
        return self._device.authorized_key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        shown = key.export_public_key("openssh").decode("ascii").split()[:2]
        return (self._device.authorized_key or "").split()[:2] == shown
