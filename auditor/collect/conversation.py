"""One login, from the first byte to the host's answer, and what it means if it fails."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncssh

from auditor.collect.answers import printable
from auditor.collect.bastions import Bastion
from auditor.collect.credentials import Credentials
from auditor.collect.greeting import Greeting
from auditor.collect.login_options import Options
from auditor.collect.wire import OverSocket
from auditor.errors import AuditorError, DeviceError, LoginRefused, Unreachable


@dataclass(frozen=True, slots=True)
class Conversation:
    """One login. `connect` and `login` are seconds; `sending` waits for the turn to send a password."""

    options: Options
    greeting: Greeting
    connect: float
    login: float
    credentials: Credentials
    sending: Callable[[], Awaitable[None]]

    async def hold(self, through: Bastion | None, sock: socket.socket | None) -> asyncssh.SSHClientConnection:
        """Log in; raises one of the `DeviceError`s."""
        try:
            async with asyncio.timeout(self.login + (self.connect if through else 0)) as limit:
                self.greeting.answer = lambda question, echo: self._answer(limit, question, echo)
                secret = {"password": lambda: self._password(limit)} if self.options.password else {}
                return await asyncssh.connect(
                    self.options.ssh.orig_host,
                    self.options.port,
                    options=self.options.ssh,
                    client_factory=lambda: self.greeting,
                    tunnel=_carrier(through, sock, self.connect),
                    **secret,
                )
        except (asyncssh.Error, OSError) as error:
            raise self._meaning(error) from error

    # While a login waits for its turn, or for a person, the time for it does not run.

    async def _password(self, limit: asyncio.Timeout) -> str | None:
        limit.reschedule(None)
        self.greeting.waits = True
        try:
            await self.sending()
        except AuditorError as error:
            self.greeting.refused_because = error
            return None
        self.greeting.waits = False
        self._go_on(limit)
        return self.options.password.reveal() if self.options.password else None

    async def _answer(self, limit: asyncio.Timeout, question: str, echo: bool) -> str:
        limit.reschedule(None)
        try:
            return (await self.credentials.ask(question, echo=echo)).reveal()
        finally:
            self._go_on(limit)

    def _go_on(self, limit: asyncio.Timeout) -> None:
        limit.reschedule(asyncio.get_running_loop().time() + self.login)

    def _meaning(self, error: Exception) -> AuditorError:
        """Say what a failed login means.

        Once the host key was accepted, the login has begun. Whatever fails from there on counts as a refusal:
        a device that closes the connection may have counted it as one, and a second try could lock the account.
        """
        greeting = self.greeting
        if greeting.refused_because is not None:
            return greeting.refused_because
        if isinstance(error, asyncssh.PermissionDenied):
            after = "; a password that is wanted after typed answers is not supported" if greeting.wants_more else ""
            return LoginRefused(f"the device refused the login{after}")
        told = (
            f"no answer in {self.login:g} s"
            if isinstance(error, TimeoutError)
            else printable(self._without_password(str(error)))
        )
        if greeting.waits:
            return Unreachable(f"the device did not wait for the login: {told}")
        if greeting.accepted:
            return LoginRefused(f"the login failed: {told}")
        if isinstance(error, asyncssh.KeyExchangeFailed):
            hint = (
                "its SSH server is too old or too strict for this machine; `old_ssh: true` allows what old devices need"
            )
            return Unreachable(f"no common SSH algorithm: {told}", hint=hint)
        return Unreachable(f"no SSH session came up: {told}")

    def _without_password(self, text: str) -> str:
        """A host may say the password again when it hangs up."""
        secret = self.options.password.reveal() if self.options.password else ""
        return text.replace(secret, "***") if secret else text


def _carrier(through: Bastion | None, sock: socket.socket | None, seconds: float) -> "_Tunnel | OverSocket | None":
    """What the connection goes over; None leaves it to the SSH configuration, as a proxy command does."""
    if through is not None:
        return _Tunnel(through, seconds)
    return None if sock is None else OverSocket(sock)


@dataclass(frozen=True, slots=True)
class _Tunnel:
    """What asyncssh takes for the connection of a jump host; closing the connection inside it leaves it open."""

    bastion: Bastion
    seconds: float

    async def create_connection(self, factory: Any, host: str, port: int) -> tuple[Any, Any]:
        """Open a connection from the jump host to a host behind it."""
        name = self.bastion.hop.name
        connection = await self.bastion.connection()
        # It is not broken off: asyncssh would then keep a channel open that nobody owns.
        opening = asyncio.create_task(connection.create_connection(factory, host, port))
        try:
            done, _ = await asyncio.wait({opening}, timeout=self.seconds)
        except asyncio.CancelledError:
            opening.add_done_callback(_hang_up)
            raise
        if not done:
            opening.add_done_callback(_hang_up)
            raise Unreachable(f"jump host {name}: {host} port {port} did not answer in {self.seconds:g} s")
        try:
            return opening.result()
        except (asyncssh.Error, OSError) as error:
            if self.bastion.is_down:
                raise Unreachable(f"jump host {name}: the connection was lost") from error
            told = printable(error.reason if isinstance(error, asyncssh.Error) else str(error))
            if isinstance(error, asyncssh.ChannelOpenError) and error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
                hint = "let it forward to this device: AllowTcpForwarding and PermitOpen in its sshd_config"
                raise DeviceError(
                    f"jump host {name}: it does not connect to {host} port {port}: {told}", hint=hint
                ) from error
            raise Unreachable(f"jump host {name}: it cannot connect to {host} port {port}: {told}") from error


def _hang_up(opening: "asyncio.Task[tuple[Any, Any]]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[0].abort()
