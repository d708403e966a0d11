"""Logins over SSH.

Only `auditor.collect.exec_session` and `auditor.collect.interactive` open a channel to a device. This loads asyncssh,
so it is imported only by those who collect live.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from auditor.collect import hops
from auditor.collect.bastions import Bastion, Bastions
from auditor.collect.conversation import Conversation
from auditor.collect.credentials import Credentials, identity
from auditor.collect.exec_session import SshSession, close_all
from auditor.collect.gate import Gate
from auditor.collect.greeting import Greeting
from auditor.collect.hops import Hop
from auditor.collect.hostkeys import HostKeys
from auditor.collect.lockout import LockoutGuard
from auditor.collect.login_options import LoginOptions, Options
from auditor.collect.memory import Memory
from auditor.collect.target import Target
from auditor.credentials import Agent, Interactive, KeyFile
from auditor.errors import Unreachable
from auditor.inventory.reaching import Timeouts


@dataclass(frozen=True, slots=True)
class SshLimits:
    """Seconds for the TCP connection and for the login, and how much output of one command is read."""

    connect: float = 10.0
    login: float = 20.0
    output: int = 32 * 1024 * 1024

    def under(self, timeouts: Timeouts) -> "SshLimits":
        """Return these limits with what the inventory says for a device."""
        return SshLimits(
            self.connect if timeouts.connect is None else timeouts.connect,
            self.login if timeouts.login is None else timeouts.login,
            self.output,
        )


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login to a device, and the jump host that it goes through, which others use, too."""

    connection: asyncssh.SSHClientConnection
    bastion: Bastion | None

    def blame(self) -> str:
        """Say whose fault a lost connection is: `jump host bastion: `, or nothing if it is the device's."""
        return f"jump host {self.bastion.hop.name}: " if self.bastion is not None and self.bastion.is_down else ""

    async def close(self) -> None:
        """Close the login to the device and nothing else; never raises."""
        await close_all((self.connection,))


class SshConnector:
    """Opens sessions. One connector serves one run, so that its guard sees all logins; `close` ends the run.

    `config` is an SSH client configuration instead of `~/.ssh/config`.
    """

    def __init__(
        self,
        host_keys: HostKeys,
        credentials: Credentials,
        guard: LockoutGuard,
        limits: SshLimits = SshLimits(),
        config: Path | None = None,
        *,
        memory: Memory | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.host_keys = host_keys
        self.credentials = credentials
        self.guard = guard
        self.limits = limits
        self.memory = memory or Memory()
        self._options = LoginOptions(host_keys, credentials, config)
        self._bastions = Bastions(self._log_in_to_bastion, pause)

    async def connect(self, target: Target, gate: Gate) -> SshSession:
        """Log in to a device; raises one of the `DeviceError`s. It tries once."""
        login = await self.log_in(target)
        return SshSession((login.connection,), gate, self.limits.output, self.memory, blame=login.blame)

    async def log_in(self, target: Target) -> LoggedIn:
        """Log in to a device, through its jump hosts; see `connect`."""
        hop = hops.device(target)
        options = await self._options.of(hop, configured_jumps=not (target.path or target.jump_host))
        self.guard.check(identity(options.username, hop.credential))
        bastion = self._bastions.at_the_end_of(_way(target, options))
        if bastion is not None:
            await bastion.connection()
        return LoggedIn(await self._log_in(hop, options, bastion), bastion)

    async def close(self) -> None:
        """End the run: close the connections to the jump hosts. Never raises."""
        await self._bastions.close()
        self.credentials.close()

    async def _log_in_to_bastion(self, hop: Hop, through: Bastion | None) -> asyncssh.SSHClientConnection:
        return await self._log_in(hop, await self._options.of(hop, configured_jumps=False), through)

    async def _log_in(self, hop: Hop, options: Options, through: Bastion | None) -> asyncssh.SSHClientConnection:
        limits = self.limits.under(hop.timeouts)
        credential = identity(options.username, hop.credential)
        keys_alone = isinstance(hop.credential, Agent | KeyFile)
        with contextlib.ExitStack() as opened:
            # The TCP connection comes before the guard, so that devices that are down do not block logins.
            direct = through is None and not options.through_a_program
            sock = await self._open_socket(options.host, options.port, limits.connect) if direct else None
            if sock is not None:
                opened.enter_context(sock)
            greeting = Greeting(self.host_keys, hop.name, asks=isinstance(hop.credential, Interactive))
            # A password announces itself before it leaves; answers that a person types count from the start.
            announces = options.password is not None
            async with self.guard.login(credential, announces=announces, is_key=keys_alone) as attempt:
                talk = Conversation(options, greeting, limits.connect, limits.login, self.credentials, attempt.sending)
                # The session lives on a duplicate; what was opened here is closed here, whatever happens.
                return await talk.hold(through, sock.dup() if sock else None)

    async def _open_socket(self, host: str, port: int, seconds: float) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                failed = OSError(f"{host} has no address")
                for family, _, _, _, address in addresses:
                    try:
                        return await _open(loop, family, address)
                    except OSError as error:
                        failed = error
                raise failed
        except TimeoutError as error:
            raise Unreachable(f"{host} port {port} did not answer in {seconds:g} s") from error
        except OSError as error:
            raise Unreachable(f"cannot connect to {host} port {port}: {_reason(error)}") from error


def _way(target: Target, options: Options) -> tuple[Hop, ...]:
    if target.path:
        return hops.resolved(target.path, target)
    text = target.jump_host or options.jumps
    return hops.written(text, target) if text else ()


def _reason(error: OSError) -> str:
    """Say why in the system's words; asyncio puts its own around them."""
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)


async def _open(loop: asyncio.AbstractEventLoop, family: int, address: tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock
