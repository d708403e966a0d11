"""Devices that misbehave, over real sockets and real SSH on loopback."""

import asyncio
import os
import socket
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import asyncssh

from tests.fakes.openwrt_ssh import Device, FakeOpenWrt
from tests.fakes.ssh_server import Connections, Listening, Login

LINE = b"option key 'correct horse battery'\n"


class Fault(StrEnum):
    """What a device does, as the sentence "a device that ..." ends."""

    FULL = "takes no more connections and drops the packets"
    HANGS_UP = "closes the connection before a word"
    SILENT = "accepts the connection and stays silent"
    HTTP = "speaks HTTP on the port"
    SSH_1 = "speaks only SSH 1"
    ENDLESS_BANNER = "sends a banner without end"
    DRIPPING_BANNER = "sends its banner byte by byte, and never all of it"
    HANGS_UP_IN_KEX = "closes the connection in the key exchange"
    GARBLES_KEX = "sends random bytes as key exchange"
    HANGS_UP_AFTER_LOGIN = "closes the connection after the login"
    NO_CHANNEL = "never opens the channel that it was asked for"
    REFUSES_CHANNELS = "refuses every channel"
    LOSES = "closes the connection in the middle of an answer"
    STALLS = "stalls in the middle of an answer"
    DRIPS = "answers byte by byte"
    FLOODS = "never stops answering"
    LONG = "answers with 100 MB"
    COMPLAINS = "complains without end"
    GARBLES = "answers with random bytes"
    ESCAPES = "colours its answer with escape sequences"
    LATIN = "answers in another encoding than UTF-8"
    SIGNAL = "ends the command by a signal"
    RENAMES = "shows another prompt from then on"
    CUTS = "ends its answer in the middle, with the prompt"
    SLOW = "answers in pieces, with pauses"


class Server(Protocol):
    """What listens on a port until it is stopped."""

    port: int

    async def start(self) -> None:
        """Listen."""

    async def stop(self) -> None:
        """Close everything."""


class FaultyPort:
    """A port that is no SSH server, or not for long."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._misbehave(reader, writer)
        except OSError:
            pass  # the client has gone
        finally:
            writer.close()

    async def _misbehave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self.fault:
            case Fault.SILENT:
                await reader.read()
            case Fault.HTTP:
                writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                await writer.drain()
            case Fault.SSH_1:
                writer.write(b"SSH-1.5-1.2.27\r\n")
                await reader.read()
            case Fault.ENDLESS_BANNER:
                while True:
                    writer.write(LINE * 100)
                    await writer.drain()
            case Fault.DRIPPING_BANNER:
                for number in b"SSH-2.0-" + b"x" * 200:
                    writer.write(bytes((number,)))
                    await writer.drain()
                    await asyncio.sleep(0.1)
            case Fault.HANGS_UP_IN_KEX:
                writer.write(b"SSH-2.0-x\r\n")
                await reader.readline()
            case Fault.GARBLES_KEX:
                writer.write(b"SSH-2.0-x\r\n" + os.urandom(4096))
                await reader.read()
            case _:
                pass


class FullPort:
    """A port whose queue of connections is full, so that the kernel drops what else comes."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self.port = 0

    async def start(self) -> None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        self.port = listening.getsockname()[1]
        self._sockets = [listening]
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", self.port))
            self._sockets.append(one)

    async def stop(self) -> None:
        for one in self._sockets:
            one.close()


class _NoSession(Login):
    def __init__(self, connections: Connections, fault: Fault) -> None:
        super().__init__(connections)
        self._fault = fault

    def validate_password(self, username: str, password: str) -> bool:
        return True

    def session_requested(self) -> object:  # type: ignore[override]
        if self._fault is Fault.NO_CHANNEL:
            return asyncio.get_running_loop().create_future()
        if self._fault is Fault.HANGS_UP_AFTER_LOGIN and self._connection is not None:
            self._connection.abort()
        return False


class NoSession(Listening):
    """An SSH server that logs in and gives no session."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(
            "127.0.0.1",
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            server_factory=lambda: _NoSession(self.connections, fault),
            kex_algs=["curve25519-sha256"],
        )


class FaultyOpenWrt(FakeOpenWrt):
    """A router that misbehaves when it is asked one command."""

    def __init__(self, directory: Path, fault: Fault, on: str) -> None:
        super().__init__(Device(directory))
        self._fault = fault
        self._on = on

    async def _answer(self, process: asyncssh.SSHServerProcess[bytes], line: str) -> int:
        if line != self._on:
            return await super()._answer(process, line)
        out = process.stdout
        match self._fault:
            case Fault.LOSES:
                out.write(LINE)
                process.channel.get_connection().abort()
            case Fault.STALLS:
                out.write(LINE)
                await process.channel.wait_closed()
            case Fault.DRIPS:
                for number in LINE * 100:
                    out.write(bytes((number,)))
                    await asyncio.sleep(0.1)
            case Fault.FLOODS:
                await _flood(out, 2**60)
            case Fault.LONG:
                await _flood(out, 100 * 1024 * 1024)
            case Fault.COMPLAINS:
                await _flood(process.stderr, 2**60)
            case Fault.GARBLES | Fault.ESCAPES | Fault.LATIN:
                out.write(_odd(self._fault))
            case Fault.SIGNAL:
                process.exit_with_signal("KILL")
                raise asyncssh.ConnectionLost("the command has ended")
            case _:
                return await super()._answer(process, line)
        return 0


async def _flood(stream: asyncssh.SSHWriter[bytes], size: int) -> None:
    """Write until so much is written or nobody reads any more."""
    piece = LINE * 1000
    while size > 0 and not stream.is_closing():
        stream.write(piece[:size])
        size -= len(piece)
        await stream.drain()


def _odd(fault: Fault) -> bytes:
    """An answer that is no plain text in UTF-8."""
    match fault:
        case Fault.ESCAPES:
            return b"\x1b[31mconfig dnsmasq\x1b[0m\n\t\x1b[2Joption domain 'lan'\n"
        case Fault.LATIN:
            return "config dnsmasq\n\toption domain 'caf\u00e9'\n".encode("latin-1")
        case _:
            return b"\0" + os.urandom(4096)
