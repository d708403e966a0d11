"""Read-only sessions on the terminal of a device, for platforms that have no exec channels worth the name.

The login, the jump hosts and the host keys are those of `auditor.collect.ssh`; netmiko, or napalm on top of it, drives
the terminal in a thread of its own. It loads both, so it is imported only by those who collect such devices live.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import asyncssh

from auditor.collect.answers import printable
from auditor.collect.gate import Gate
from auditor.collect.lockout import LockoutGuard
from auditor.collect.netmiko_ios import EnableRefused, GatedIos, TooMuch
from auditor.collect.session import Output, Session, decoded
from auditor.collect.shell import Lost, Shell
from auditor.collect.ssh import SshConnector, close_all
from auditor.collect.target import Target
from auditor.errors import DeviceError, LoginRefused, Unreachable
from auditor.profiles import Profile, Terminal, Transport
from auditor.secrets import Secret

T = TypeVar("T")

_THREADS = 50  # more threads in a process are slower, not faster
_TALL = 1000
_WIDE = 511


class _Channel:
    """The wire of a `Shell`: a terminal channel, written to from other threads."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._process = process
        self._loop = loop

    def send(self, data: bytes) -> None:
        self._loop.call_soon_threadsafe(self._write, data)

    def hang_up(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._process.close)

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(asyncssh.Error, OSError):  # the end of what is read says it
            self._process.stdin.write(data)


class InteractiveSession:
    """One logged-in terminal; see `Session`. `ask` is called in a thread."""

    def __init__(
        self,
        connections: tuple[asyncssh.SSHClientConnection, ...],
        shell: Shell,
        ios: GatedIos,
        reading: asyncio.Task[None],
        ask: Callable[[str, float], Output],
        threads: ThreadPoolExecutor,
    ) -> None:
        self._connections = connections
        self._shell = shell
        self._ios = ios
        self._reading = reading
        self._ask = ask
        self._threads = threads

    async def run(self, command: str, timeout: float) -> Output:
        """Ask one line of the read-only list; see `Session`."""
        try:
            return await _in_thread(self._threads, self._shell, lambda: self._ask(command, timeout))
        except TooMuch:
            return Output("", "", None, truncated=True)
        except Lost as error:
            raise Unreachable(f"the connection was lost during '{command}'") from error

    async def close(self) -> None:
        """Hang up, and close the connection and those it goes through."""
        self._ios.disconnect()
        self._reading.cancel()
        await close_all(self._connections)


async def _in_thread(threads: ThreadPoolExecutor, shell: Shell, work: Callable[[], T]) -> T:
    """Run in a thread; whoever stops waiting hangs up, so that the thread ends too."""
    try:
        return await asyncio.get_running_loop().run_in_executor(threads, work)
    except asyncio.CancelledError:
        shell.close()
        raise


class InteractiveConnector:
    """Opens terminals; one connector serves one run. `profiles` are by recipe, see `Target.recipe`."""

    def __init__(self, ssh: SshConnector, profiles: dict[str, Profile]) -> None:
        self._ssh = ssh
        self._profiles = profiles
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="terminal")

    async def connect(self, target: Target, gate: Gate) -> Session:
        """Log in to a device and prepare its terminal; raises one of the `DeviceError`s. It tries once."""
        profile = self._profiles[target.recipe]
        terminal = profile.terminal
        if terminal is None:
            raise DeviceError(f"{profile.title} is not read over a terminal", hint="remove `transport:`")
        secret = None
        if target.enable is not None:
            secret = await self._ssh.credentials.enable_secret(target.host, target.username, target.enable)
        connections = await self._ssh.connections(target)
        try:
            return await self._session(connections, target, gate, profile, terminal, secret)
        except BaseException:
            await close_all(connections)
            raise

    def stop(self) -> None:
        """Let the threads end; nothing can be opened any more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _session(
        self,
        connections: tuple[asyncssh.SSHClientConnection, ...],
        target: Target,
        gate: Gate,
        profile: Profile,
        terminal: Terminal,
        secret: Secret | None,
    ) -> Session:
        limits = self._ssh.limits
        try:
            process = await asyncio.wait_for(_terminal(connections[-1]), limits.login)
        except (asyncssh.Error, OSError) as error:
            raise Unreachable(f"no terminal came up: {printable(str(error))}") from error
        shell = Shell(target.name, gate, terminal, _Channel(process, asyncio.get_running_loop()))
        reading = asyncio.create_task(_listen(process, shell, limits.output))
        ios = GatedIos(shell, terminal, seconds=limits.login, limit=limits.output)
        try:
            async with self._guarded(target):
                await self._prepared(shell, ios, secret)
        except BaseException:
            ios.disconnect()
            reading.cancel()
            raise
        ask = _asking(ios)
        if target.transport is Transport.NAPALM:
            from auditor.collect.napalm_ios import asking  # loads napalm: only for those who use it

            ask = asking(ios, profile, terminal)
        return InteractiveSession(connections, shell, ios, reading, ask, self._threads)

    def _guarded(self, target: Target) -> contextlib.AbstractAsyncContextManager[None]:
        guard: LockoutGuard = self._ssh.guard
        if target.enable is None:
            return contextlib.nullcontext()
        return guard.login(f"enable secret of user {target.username or '(from ~/.ssh/config)'}: {target.enable}")

    async def _prepared(self, shell: Shell, ios: GatedIos, secret: Secret | None) -> None:
        try:
            await _in_thread(self._threads, shell, lambda: ios.prepare(secret))
        except EnableRefused as error:
            hint = "check `enable` of this device; nothing was tried twice"
            raise LoginRefused("the device refused the enable secret", hint=hint) from error
        except TimeoutError as error:
            raise DeviceError("no prompt was recognised", hint="see what the device shows after the login") from error
        except (Lost, TooMuch) as error:
            raise Unreachable("the connection was lost right after the login") from error


def _asking(ios: GatedIos) -> Callable[[str, float], Output]:
    def ask(command: str, seconds: float) -> Output:
        return Output(decoded(ios.ask(command, seconds).encode("latin-1")), status=None)

    return ask


async def _terminal(connection: asyncssh.SSHClientConnection) -> asyncssh.SSHClientProcess[bytes]:
    """Open a terminal. Nothing of the user's SSH configuration adds to it: no variables, no X11."""
    return await connection.create_process(
        None,
        request_pty="force",
        term_type="vt100",
        term_size=(_WIDE, _TALL),
        encoding=None,
        env={},
        send_env=[],
        x11_forwarding=False,
    )


async def _listen(process: asyncssh.SSHClientProcess[bytes], shell: Shell, limit: int) -> None:
    """Hand over what the device says, until it ends, or says without end what nobody asked for."""
    try:
        while (data := await process.stdout.read(64 * 1024)) and shell.unread <= 2 * limit:
            shell.feed(data)
    except (asyncssh.Error, OSError):
        pass
    finally:
        process.close()
        shell.ended()
