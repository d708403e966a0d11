"""What the fake devices have in common: an SSH server on loopback, in the loop of a test or in a thread beside it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import asyncssh

Connections = set[asyncssh.SSHServerConnection]


class Listening:
    """An SSH server that listens until its block ends (`async with`).

    `options` are what a device asks of `asyncssh.listen`: its keys, algorithms and factories.
    """

    def __init__(self, host: str, port: int, **options: Any) -> None:
        self.host = host
        self.port = port
        self._options = options
        self.connections: Connections = set()
        self._listener: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        """Listen; `port` is then the real one."""
        self._listener = await asyncssh.listen(
            self.host,
            self.port,
            encoding=None,
            compression_algs=["none"],
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            gss_host=None,
            **self._options,
        )
        self.port = self._listener.get_port()

    async def stop(self) -> None:
        """Stop listening and close all connections."""
        if self._listener is not None:
            self._listener.close()
            for connection in tuple(self.connections):
                connection.abort()
            await self._listener.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class Login(asyncssh.SSHServer):
    """What a server does about connections and logins: it keeps the connections, so that they can be ended."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True


@contextmanager
def beside(*servers: Listening) -> Iterator[None]:
    """Serve beside a test, in a thread with an event loop of its own, until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake devices")
    thread.start()
    try:
        for server in servers:
            asyncio.run_coroutine_threadsafe(server.start(), loop).result(30)
        yield
    finally:
        for server in servers:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(30)
        asyncio.run_coroutine_threadsafe(_rest(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _rest() -> None:
    """Let everything that is still under way in this loop end."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
