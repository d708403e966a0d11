"""The terminal of a device as bytes in both directions, for threads; what goes out passes the gate here.

Libraries that drive a command line write to it as if it were their own channel. Whatever they send, for us or by
themselves, is either a whole line of the read-only list, or it is not sent.
"""

import re
import threading
import time
from collections import deque
from typing import Protocol

from auditor.collect.gate import Gate
from auditor.errors import CommandRefused
from auditor.profiles import Terminal
from auditor.secrets import Secret

_TAIL = 256


class Lost(Exception):
    """The device closed the connection, or it broke."""


class Wire(Protocol):
    """What carries the bytes; both are called from any thread."""

    def send(self, data: bytes) -> None:
        """Send bytes to the terminal."""

    def hang_up(self) -> None:
        """Close the channel."""


class Shell:
    """One terminal. Bytes come in by `feed` and `ended`, from the thread of the connection."""

    def __init__(self, name: str, gate: Gate, terminal: Terminal, wire: Wire) -> None:
        self.name = name
        self.closed = False
        self._gate = gate
        self._password = re.compile(rf"(?:\A|.*[\r\n])(?:{terminal.password})".encode(), re.DOTALL)
        self._pager = re.compile(rf".*(?:{terminal.pager})".encode(), re.DOTALL)
        self._enable = terminal.enable
        self._wire = wire
        self._come: deque[bytes] = deque()
        self.unread = 0
        self._tail = b""
        self._last_line = ""
        self._changed = threading.Condition()

    # -- from the device ---------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        with self._changed:
            self._come.append(data)
            self.unread += len(data)
            self._tail = (self._tail + data)[-_TAIL:]
            self._changed.notify_all()

    def ended(self) -> None:
        """Say that nothing more comes."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until something has come; False if nothing has. Raises `Lost` if nothing can come any more."""
        ends = time.monotonic() + seconds
        with self._changed:
            while not self._come:
                if self.closed:
                    raise Lost
                left = ends - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True

    # -- what netmiko calls on a channel -----------------------------------------------------------------------

    def recv_ready(self) -> bool:
        """Say whether something can be read."""
        return bool(self._come)

    def recv(self, _size: int = 0) -> bytes:
        """Return what has come since the last time, b'' if nothing has."""
        with self._changed:
            data = b"".join(self._come)
            self._come.clear()
            self.unread = 0
        return data

    def sendall(self, data: bytes) -> None:
        r"""Send one whole line of the read-only list, an empty line, or the blank that a pager asks for.

        Raises `CommandRefused` for everything else: pieces of lines, several lines, control characters.
        """
        if data == b" ":
            if not self._pager.fullmatch(self._tail):
                raise CommandRefused("no pager asks for a key, not sent: ' '")
        else:
            line = data.decode("ascii", "replace")
            if not line.endswith("\n"):
                raise CommandRefused(f"not a whole line, not sent: {line[:200]!r}")
            self._last_line = self._gate.check(line[:-1]) if line != "\n" else ""
        self._send(data)

    def close(self) -> None:
        """Hang up."""
        self._wire.hang_up()
        self.ended()

    # -- the enable secret -------------------------------------------------------------------------------------

    def asks_for_password(self) -> bool:
        """Whether the last thing that has come is the question for the enable secret, and `enable` was sent."""
        return self._last_line == self._enable and self._password.fullmatch(self._tail) is not None

    def answer_password(self, secret: Secret) -> None:
        """Send the enable secret, only as the answer to its question, and once."""
        line = secret.reveal()
        if not self.asks_for_password() or not line.isprintable():
            raise CommandRefused("nothing asks for the enable secret, not sent")
        self._last_line = ""
        self._send(f"{line}\n".encode())

    def _send(self, data: bytes) -> None:
        if self.closed:
            raise Lost
        with self._changed:
            self._tail = b""
        self._wire.send(data)
