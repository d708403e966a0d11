"""One process that plays a whole fleet: `python -m tests.fakes.fleet_server SPEC`; see `tests.fakes.fleet`.

All devices share one port, and the address that was dialled is the device. It takes orders on its input, a line each
(`log`, `reset`), answers with a line of JSON, and ends when its input ends, so nothing outlives the test.
"""

import asyncio
import contextlib
import json
import os
import resource
import socket
import sys
import time
from collections.abc import Awaitable, Coroutine
from pathlib import Path
from typing import Any

import asyncssh

from auditor.collect.wire import Gathering
from tests.fakes.fleet import FILES, Device, Fault, Log, Spec
from tests.fakes.fleet_answers import Kind

_PIECE = b"x" * 65536


class Served:
    """The fleet as this process sees it."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.devices = {device.address: device for device in spec.devices}
        self.logs: dict[str, Log] = {}
        self._kinds: dict[tuple[str, str], Kind] = {}

    def log(self, address: str) -> Log:
        return self.logs.setdefault(address, Log())

    def kind(self, device: Device) -> Kind:
        key = (device.platform, device.directory)
        if key not in self._kinds:
            self._kinds[key] = Kind(device.platform, Path(device.directory))
        return self._kinds[key]

    def report(self) -> str:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        logs = {address: log.as_json() for address, log in self.logs.items()}
        return json.dumps({"cpu": time.process_time(), "rss_kb": usage.ru_maxrss, "logs": logs})


class _Login(asyncssh.SSHServer):
    def __init__(self, fleet: Served) -> None:
        self._fleet = fleet
        self._device: Device | None = None
        self._connection: asyncssh.SSHServerConnection | None = None
        self._log = Log()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        address = conn.get_extra_info("sockname")[0]
        self._connection = conn
        self._device = self._fleet.devices.get(address)
        self._log = self._fleet.log(address)
        self._log.connections += 1
        self._log.open += 1
        self._log.most_open = max(self._log.most_open, self._log.open)
        if self._device is None or self._device.fault is Fault.CLOSE_AT_ONCE:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._log.open -= 1

    def begin_auth(self, username: str) -> bool | Awaitable[bool]:
        match self._fault:
            case Fault.SILENT_LOGIN:
                return asyncio.get_running_loop().create_future()
            case Fault.DROP_DURING_LOGIN if self._connection is not None:
                self._connection.abort()
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._log.logins += 1
        if self._fault is Fault.REFUSE_LOGIN or password != self._fleet.spec.password:
            self._log.refused += 1
            return False
        return True

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        assert self._device is not None
        return _Session(self._device, self._fleet.kind(self._device), self._log, remember=self._fleet.spec.remember)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        """Let connections through where the device is a jump host."""
        if self._device is None or not self._device.forwards:
            return False
        self._log.forwarded += 1
        return True

    @property
    def _fault(self) -> Fault:
        return Fault.NONE if self._device is None else self._device.fault


class _Session(asyncssh.SSHServerSession[bytes]):
    """One channel: a command, or a terminal on which lines are typed."""

    def __init__(self, device: Device, kind: Kind, log: Log, *, remember: bool) -> None:
        self._device = device
        self._kind = kind
        self._log = log
        self._remember = remember
        self._command: str | None = None
        self._typed = b""
        self._prompt = b""
        self._paused = False
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._chan = chan

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return self._device.platform != "cisco_ios"

    def session_started(self) -> None:
        if self._command is None:
            self._prompt = self._kind.prompt(self._device.hostname, self._chan.get_extra_info("username"))
            self._chan.write(b"\r\n" + self._prompt)
            return
        lines = self._kind.lines(self._command)
        self._log.channels += 1
        for line in lines:
            self._note(line)
        reply = self._kind.executed(self._command)
        if any(map(self._misbehaves, lines)):
            self._begin(self._misbehave(reply.stdout, reply.stderr, reply.status))
            return
        self._finish(reply.stdout, reply.stderr, reply.status)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._command is not None:
            return
        self._typed += data
        *lines, self._typed = self._typed.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._take(line.decode("utf-8", "replace").strip(" "))

    def eof_received(self) -> bool:
        if self._command is None:
            self._chan.exit(0)
        return False

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def _take(self, line: str) -> None:
        if line in ("exit", "quit", "/quit"):
            self._chan.exit(0)
            return
        shown = b""
        if line:
            self._note(line)
            shown = self._kind.typed(line)
            if self._misbehaves(line):
                self._chan.write(line.encode() + b"\r\n")
                self._begin(self._misbehave(shown, b"", None))
                return
        self._chan.write(line.encode() + b"\r\n" + shown + self._prompt)

    def _note(self, line: str) -> None:
        self._log.asked += 1
        if self._remember:
            self._log.commands.append(line)

    def _misbehaves(self, line: str) -> bool:
        return self._device.fault in _IN_A_COMMAND and line.startswith(self._device.on)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(task := asyncio.create_task(work))
        task.add_done_callback(self._tasks.discard)

    def _finish(self, stdout: bytes, stderr: bytes, status: int | None) -> None:
        """End an answer: with its exit status on a channel of its own, with the prompt on a terminal."""
        self._chan.write(stdout)
        if stderr:
            self._chan.write_stderr(stderr)
        if status is None:
            self._chan.write(self._prompt)
        else:
            self._chan.exit(status)

    async def _misbehave(self, stdout: bytes, stderr: bytes, status: int | None) -> None:
        with contextlib.suppress(OSError, asyncssh.Error):  # the client has gone
            await self._misbehaving(stdout, stderr, status)

    async def _misbehaving(self, stdout: bytes, stderr: bytes, status: int | None) -> None:
        half = stdout[: stdout.find(b"\n", len(stdout) // 2) + 1]
        match self._device.fault:
            case Fault.STALL:
                self._chan.write(half)
            case Fault.CLOSE_EARLY:
                self._chan.write(half)
                self._chan.get_connection().abort()
            case Fault.FLOOD:
                while not self._chan.is_closing():
                    if not self._paused:
                        self._chan.write(_PIECE)
                    await asyncio.sleep(0.001)
            case Fault.GARBLE:
                self._finish(half + b"\0\x01\x9b\xff" + stdout[len(half) :], stderr, status)
            case Fault.SLOW:
                for line in stdout.splitlines(keepends=True)[:10]:
                    self._chan.write(line)
                    await asyncio.sleep(self._device.pause)
                self._finish(b"".join(stdout.splitlines(keepends=True)[10:]), stderr, status)
            case Fault.DENY:
                self._finish(b"", b"Permission denied\n", 1 if status is not None else None)
            case Fault.RENAME:
                self._prompt = b"other" + self._prompt
                self._finish(stdout, stderr, status)
            case _:
                self._finish(stdout, stderr, status)


_IN_A_COMMAND = frozenset(
    {Fault.STALL, Fault.CLOSE_EARLY, Fault.FLOOD, Fault.GARBLE, Fault.SLOW, Fault.DENY, Fault.RENAME}
)


def _socket(port: int) -> socket.socket:
    """Listen for all of 127.0.0.0/8, and for nothing that comes by another interface."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    sock.bind(("0.0.0.0", port))
    sock.setblocking(False)
    return sock


async def _serve(spec: Spec) -> None:
    _allow_files()
    fleet = Served(spec)
    await asyncssh.listen(
        sock=_socket(spec.port),
        backlog=4096,
        server_factory=lambda: _Login(fleet),
        server_host_keys=[asyncssh.import_private_key(spec.key)],
        kex_algs=["curve25519-sha256", "curve25519-sha256@libssh.org"],
        encoding=None,
        line_editor=False,
        compression_algs=["none"],
        agent_forwarding=False,
        x11_forwarding=False,
        allow_scp=False,
        gss_host=None,
        login_timeout=120,
        keepalive_interval=0,
    )
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while order := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if order == "reset":
            fleet.logs.clear()
        print(fleet.report(), flush=True)


def _allow_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most if most != resource.RLIM_INFINITY else FILES, most))


def _write_once_a_turn() -> None:
    """Let connections write all that they have to say at a time in one go: thousands of them share a processor here."""
    made = asyncssh.SSHServerConnection.connection_made

    def gathering(connection: asyncssh.SSHServerConnection, transport: Any) -> None:
        made(connection, Gathering(transport))

    asyncssh.SSHServerConnection.connection_made = gathering  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    _write_once_a_turn()
    asyncio.run(_serve(Spec.read(Path(sys.argv[1]))))
    os._exit(0)  # open connections do not matter any more
