"""What carries an SSH connection: a socket that is written to once for all that is to be said at a time.

asyncssh writes each packet by itself, with an empty packet before it. Together they are one segment on the network and
one call of the system, which halves what a visit sends.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any


class OverSocket:
    """A connected socket in the place of what asyncssh calls a tunnel."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def create_connection(
        self, session_factory: Callable[[], Any], _host: str, _port: int
    ) -> tuple[asyncio.BaseTransport, Any]:
        """Give the socket to a new connection of asyncssh, and return both."""
        connection = session_factory()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: _Between(connection), sock=self._sock)
        return transport, connection


class _Between(asyncio.Protocol):
    """Hands everything on; only what is written waits until the turn of the loop is over."""

    def __init__(self, connection: asyncio.Protocol) -> None:
        self._connection = connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._connection.connection_made(Gathering(transport))

    def data_received(self, data: bytes) -> None:
        self._connection.data_received(data)

    def eof_received(self) -> bool | None:
        return self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.connection_lost(exc)

    def pause_writing(self) -> None:
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        self._connection.resume_writing()


class Gathering(asyncio.Transport):
    """A transport that gathers what is written in one turn of the loop."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._pieces: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._pieces:
            asyncio.get_running_loop().call_soon(self._flush)
        self._pieces.append(bytes(data))

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._pieces.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size() + sum(map(len, self._pieces))

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def _flush(self) -> None:
        if self._pieces:
            data = b"".join(self._pieces)
            self._pieces.clear()
            self._transport.write(data)
