"""Read-only sessions on the terminal of a device, for platforms that have no exec channels worth the name.

The login, the jump hosts and the host keys are those of `auditor.collect.ssh`; netmiko, or napalm on top of it, drives
the terminal in a thread of its own. It loads both, so it is imported only by those who collect such devices live.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import asyncssh

from auditor.collect.answers import printable
from auditor.collect.gate import Gate
from auditor.collect.netmiko_ios import EnableRefused, GatedIos, TooMuch
from auditor.collect.session import Output, Session, decoded
from auditor.collect.shell import Lost, Shell
from auditor.collect.ssh import LoggedIn, SshConnector
from auditor.collect.target import Target
from auditor.errors import DeviceError, LoginRefused, Unreachable
from auditor.profiles import Profile, Terminal, Transport
from auditor.secrets import Secret

T = TypeVar("T")

_CHECK_ENABLE = "check `enable` of this device; nothing was tried twice"
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
        login: LoggedIn,
        shell: Shell,
        ios: GatedIos,
        reading: asyncio.Task[None],
        ask: Callable[[str, float], Output],
        threads: ThreadPoolExecutor,
    ) -> None:
        self._login = login
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
            raise Unreachable(f"{self._login.blame()}the connection was lost during '{command}'") from error

    async def close(self) -> None:
        """Hang up, and close the connection."""
        self._ios.disconnect()
        self._reading.cancel()
        await self._login.close()


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
        login = await self._ssh.log_in(target)
        try:
            return await self._session(login, target, gate, profile, terminal, secret)
        except BaseException:
            await login.close()
            raise

    def stop(self) -> None:
        """Let the threads end; nothing can be opened any more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _session(
        self,
        login: LoggedIn,
        target: Target,
        gate: Gate,
        profile: Profile,
        terminal: Terminal,
        secret: Secret | None,
    ) -> Session:
        limits = self._ssh.limits.under(target.timeouts)
        try:
            process = await asyncio.wait_for(_terminal(login.connection), limits.login)
        except (asyncssh.Error, OSError) as error:
            raise Unreachable(f"no terminal came up: {printable(str(error))}") from error
        shell = Shell(target.name, gate, terminal, _Channel(process, asyncio.get_running_loop()))
        reading = asyncio.create_task(_listen(process, shell, limits.output))
        ios = GatedIos(shell, terminal, seconds=limits.login, limit=limits.output)
        try:
            await self._prepared(shell, ios, secret, target, login)
        except BaseException:
            ios.disconnect()
            reading.cancel()
            raise
        ask = _asking(ios)
        if target.transport is Transport.NAPALM:
            from auditor.collect.napalm_ios import asking  # loads napalm: only for those who use it

            ask = asking(ios, profile, terminal)
        return InteractiveSession(login, shell, ios, reading, ask, self._threads)

    async def _prepared(
        self, shell: Shell, ios: GatedIos, secret: Secret | None, target: Target, login: LoggedIn
    ) -> None:
        """Prepare the terminal. The enable secret waits for its turn; a device that wants none gets none."""
        user = target.username or "(from ~/.ssh/config)"
        try:
            if secret is None:
                await _in_thread(self._threads, shell, lambda: ios.prepare(None))
                return
            credential = f"enable secret of user {user}: {target.enable}"
            async with self._ssh.guard.login(credential, announces=True) as attempt:
                turn = _from_threads(attempt.sending)
                try:
                    await _in_thread(self._threads, shell, lambda: ios.prepare(secret, turn))
                except EnableRefused as error:
                    raise LoginRefused("the device refused the enable secret", hint=_CHECK_ENABLE) from error
                except (TimeoutError, Lost, TooMuch) as error:
                    # As with a login: a device that says nothing, or hangs up, may have counted it as a bad try.
                    if attempt.sent and not ios.check_enable_mode():
                        why = "the device did not answer the enable secret"
                        raise LoginRefused(why, hint=_CHECK_ENABLE) from error
                    raise
        except TimeoutError as error:
            raise DeviceError("no prompt was recognised", hint="see what the device shows after the login") from error
        except (Lost, TooMuch) as error:
            raise Unreachable(f"{login.blame()}the connection was lost right after the login") from error


def _from_threads(turn: Callable[[], Awaitable[None]]) -> Callable[[float], None]:
    """Let a thread wait for its turn, for some seconds; raises `TimeoutError`, and `NotTried` if it does not come."""
    loop = asyncio.get_running_loop()

    def wait(seconds: float) -> None:
        async def in_time() -> None:
            async with asyncio.timeout(seconds):
                await turn()

        asyncio.run_coroutine_threadsafe(in_time(), loop).result()

    return wait


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
