"""Jump hosts: one connection to each serves all devices behind it, at the same time and one after the other.

sshd counts logins (`MaxStartups`) and sessions (`MaxSessions`), not the connections that are forwarded (sshd_config(5),
OpenSSH 9.2); each costs it one file, of which a process has 1,024 unless somebody allowed more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncssh

from auditor.collect.answers import printable
from auditor.collect.exec_session import close_all
from auditor.collect.hops import Hop
from auditor.errors import (
    AuditorError,
    CredentialMissing,
    DeviceError,
    HostKeyChanged,
    HostKeyUnknown,
    JumpHostDown,
    LoginRefused,
    NotTried,
    Overloaded,
    Unreachable,
)

LogIn: TypeAlias = Callable[["Hop", "Bastion | None"], Awaitable[asyncssh.SSHClientConnection]]

_ATTEMPTS = 3
_PAUSE = 2.0  # seconds, doubled each time


class Bastion:
    """One jump host, as it is reached through `outer`; its connection is made when the first device needs it."""

    def __init__(
        self, hop: Hop, outer: "Bastion | None", log_in: LogIn, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self.hop = hop
        self.outer = outer
        self._log_in = log_in
        self._pause = pause
        self._connection: asyncssh.SSHClientConnection | None = None
        self._making: asyncio.Task[asyncssh.SSHClientConnection] | None = None
        self._failed: AuditorError | None = None
        self._lost = False

    @property
    def is_down(self) -> bool:
        """Whether a connection was there and is lost."""
        return (
            self._connection is None or self._connection.is_closed() or (self.outer is not None and self.outer.is_down)
        )

    async def connection(self) -> asyncssh.SSHClientConnection:
        """Return the connection, which all share; it must not be closed.

        A lost one is made again once. What fails is not tried again by those who come later: they get the same error,
        which says that it is the jump host's.
        """
        if self._failed is not None:
            raise _again(self._failed)
        if self._connection is not None and not self.is_down:
            return self._connection
        if self._making is None:
            self._making = asyncio.create_task(self._made())
            self._making.add_done_callback(lambda task: task.cancelled() or task.exception())
        # A device that stops waiting leaves the login to the others.
        making = self._making
        try:
            return await asyncio.shield(making)
        except AuditorError as error:
            raise _again(error) from error.__cause__

    async def close(self) -> None:
        """Close the connection; never raises."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)
        self._failed = self._failed or JumpHostDown(f"jump host {self.hop.name}: the run is over")
        if self._connection is not None:
            await close_all((self._connection,))

    async def _made(self) -> asyncssh.SSHClientConnection:
        try:
            if self.outer is not None:
                await self.outer.connection()
            if self._connection is not None:
                await close_all((self._connection,))
                if self._lost:
                    raise JumpHostDown(f"jump host {self.hop.name}: the connection was lost twice")
                self._lost = True
            self._connection = await self._tried()
        except AuditorError as error:
            self._failed = error
            raise
        finally:
            self._making = None
        return self._connection

    async def _tried(self) -> asyncssh.SSHClientConnection:
        """Log in; try again only what failed before the login began."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._log_in(self.hop, self.outer)
            except (Unreachable, Overloaded) as error:
                if attempt >= _ATTEMPTS:
                    raise _from_behind(self.hop.name, error) from error
                await self._pause(_PAUSE * 2 ** (attempt - 1))
            except AuditorError as error:
                raise _from_behind(self.hop.name, error) from error


class Bastions:
    """All jump hosts of a run. Two devices share a connection if they use the same login by the same way."""

    def __init__(self, log_in: LogIn, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._log_in = log_in
        self._pause = pause
        self._known: dict[tuple[Hop, ...], Bastion] = {}

    def at_the_end_of(self, path: tuple[Hop, ...]) -> Bastion | None:
        """Return the last jump host of a path; None if there is none."""
        bastion: Bastion | None = None
        for length in range(1, len(path) + 1):
            way = path[:length]
            if way not in self._known:
                self._known[way] = Bastion(path[length - 1], bastion, self._log_in, self._pause)
            bastion = self._known[way]
        return bastion

    async def close(self) -> None:
        """Close all connections, the innermost first."""
        for way in sorted(self._known, key=len, reverse=True):
            await self._known[way].close()


def _from_behind(name: str, error: AuditorError) -> AuditorError:
    """Say what the failure of a jump host means for a device behind it."""
    text = f"jump host {name}: {printable(str(error), limit=400)}"
    hint = error.hint if isinstance(error, DeviceError) else None
    match error:
        case LoginRefused():
            return NotTried(
                f"{text}; nothing behind it was tried", hint="check username and credential of the jump host"
            )
        case Unreachable():
            return JumpHostDown(text, hint=None if error.hint == type(error).hint else error.hint)
        case HostKeyChanged() | HostKeyUnknown() | NotTried() | CredentialMissing() | JumpHostDown() | Overloaded():
            return type(error)(text, hint=hint)
        case _:
            return DeviceError(text, hint=hint or "see the message")


def _again(error: AuditorError) -> AuditorError:
    """Make the same error once more: one that is raised again and again keeps every place that it went through."""
    return type(error)(str(error), hint=error.hint) if isinstance(error, DeviceError) else type(error)(str(error))
