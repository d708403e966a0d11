"""Read-only sessions over exec channels of SSH: one channel for each command, or one for several."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import asyncssh

from auditor.collect.batch import Pieces, first_batch, script
from auditor.collect.gate import Gate
from auditor.collect.memory import Memory, Share
from auditor.collect.session import Output, Together, decoded
from auditor.errors import Unreachable

_STDERR_LIMIT = 64 * 1024
_CLOSING_SECONDS = 3.0


class SshSession:
    """One logged-in connection. Every byte that it sends to a channel has passed its gate.

    `blame` says whose fault a lost connection is, if it is not the device's: `jump host bastion: `.
    """

    def __init__(
        self,
        connections: tuple[asyncssh.SSHClientConnection, ...],
        gate: Gate,
        output_limit: int,
        memory: Memory | None = None,
        *,
        blame: Callable[[], str] = str,
    ) -> None:
        self._blame = blame
        self._connection = connections[-1]
        self._connections = connections
        self._gate = gate
        self._output_limit = output_limit
        self._share = Share(memory or Memory())

    async def run(self, command: str, timeout: float) -> Output:
        """Run one command of the read-only list; see `Session`."""
        allowed = self._gate.check(command)
        process: asyncssh.SSHClientProcess[bytes] | None = None
        complaints: asyncio.Task[tuple[bytes, bool]] | None = None
        try:
            async with asyncio.timeout(timeout):
                process = await self._channel(allowed)
                complaints = asyncio.create_task(_read(process.stderr, _STDERR_LIMIT, self._share))
                stdout, more = await _read(process.stdout, self._output_limit, self._share)
                if more:
                    return Output("", "", None, truncated=True)
                stderr, _ = await complaints
                await process.wait_closed()
        except (asyncssh.Error, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            if isinstance(error, asyncssh.ChannelOpenError) and not self._connection.is_closed():
                return Output("", error.reason, None)
            raise Unreachable(f"{self._blame()}the connection was lost during '{command}'") from error
        finally:
            if complaints is not None:
                complaints.cancel()
            if process is not None:
                process.close()
        if process.exit_status is None and self._connection.is_closed():
            raise Unreachable(f"{self._blame()}the connection was lost during '{command}'")
        return Output(decoded(stdout), decoded(stderr), process.exit_status)

    async def run_together(self, commands: Sequence[str], timeout: float) -> Together:
        """Run several commands of the read-only list in one channel; see `ManyAtOnce`."""
        allowed = [self._gate.check(command) for command in first_batch(commands)]
        if not allowed:
            return Together(())
        mark = secrets.token_hex(8)
        stdout, stderr = Pieces(mark, statuses=True), Pieces(mark, statuses=False)
        process: asyncssh.SSHClientProcess[bytes] | None = None
        complaints: asyncio.Task[None] | None = None
        late = False
        try:
            async with asyncio.timeout(timeout) as limit:
                process = await self._channel(script(allowed, mark))
                complaints = asyncio.create_task(_cut(process.stderr, stderr, self._output_limit, self._share))
                loop = asyncio.get_running_loop()
                done = size = 0
                while piece := await process.stdout.read(64 * 1024):
                    self._share.take(len(piece))
                    stdout.feed(piece)
                    size += len(piece)
                    if size > self._output_limit:
                        endless = Output("", status=None, truncated=True)
                        return Together((*_answers(stdout, stderr).outputs, endless))
                    if len(stdout.done) > done:
                        done = len(stdout.done)
                        limit.reschedule(loop.time() + timeout)
                await complaints
                await process.wait_closed()
        except TimeoutError:
            late = True
        except (asyncssh.Error, OSError) as error:
            if isinstance(error, asyncssh.ChannelOpenError) and not self._connection.is_closed():
                return Together(())
            raise Unreachable(f"{self._blame()}the connection was lost during '{_next(allowed, stdout)}'") from error
        finally:
            if complaints is not None:
                complaints.cancel()
            if process is not None:
                process.close()
        if self._connection.is_closed() and len(stdout.done) < len(allowed):
            raise Unreachable(f"{self._blame()}the connection was lost during '{_next(allowed, stdout)}'")
        answers = _answers(stdout, stderr)
        return replace(answers, late=late and len(answers.outputs) < len(allowed))

    async def _channel(self, line: str) -> asyncssh.SSHClientProcess[bytes]:
        # The window holds all that is read: the SSH server of RouterOS drops what it has not sent yet when a command
        # ends while the window is full (seen with smaller windows: ytti/oxidized#3867).
        # Nothing of the user's SSH configuration adds to the channel: no terminal, no variables, no X11.
        return await self._connection.create_process(
            line,
            stdin=asyncssh.DEVNULL,
            encoding=None,
            env={},
            send_env=[],
            request_pty=False,
            x11_forwarding=False,
            window=self._output_limit,
        )

    async def close(self) -> None:
        """Close the connection and those it goes through."""
        self._share.close()
        await close_all(self._connections)


async def _read(stream: asyncssh.SSHReader[bytes], limit: int, share: Share) -> tuple[bytes, bool]:
    """Read to the end or to the limit, and say whether there was more."""
    pieces: list[bytes] = []
    size = 0
    while piece := await stream.read(64 * 1024):
        pieces.append(piece)
        size += len(piece)
        share.take(len(piece))
        if size > limit:
            share.give(size)  # what is cut is not kept
            return b"".join(pieces)[:limit], True
    return b"".join(pieces), False


def _answers(stdout: Pieces, stderr: Pieces) -> Together:
    """What a command says on its two streams comes apart; only with both marks is its answer whole."""
    pairs = zip(stdout.done, stderr.done, strict=False)
    outputs = (Output(decoded(out), decoded(told[:_STDERR_LIMIT]), status) for (out, status), (told, _) in pairs)
    return Together(tuple(outputs))


def _next(commands: Sequence[str], answers: Pieces) -> str:
    """The command whose answer is being read."""
    return commands[min(len(answers.done), len(commands) - 1)]


async def _cut(stream: asyncssh.SSHReader[bytes], pieces: Pieces, limit: int, share: Share) -> None:
    """Cut a stream at its marks, to its end or until too much has come."""
    size = 0
    while (data := await stream.read(64 * 1024)) and size <= limit:
        share.take(len(data))
        pieces.feed(data)
        size += len(data)


async def close_all(connections: tuple[asyncssh.SSHClientConnection, ...]) -> None:
    """Close connections, the innermost first; never raises."""
    for connection in reversed(connections):
        connection.close()
        with contextlib.suppress(TimeoutError, asyncssh.Error, OSError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await connection.wait_closed()
