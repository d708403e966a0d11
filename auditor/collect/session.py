"""What the collector needs from a device, whatever carries it: one command in, one output out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Output:
    """What one command gave.

    `status` is the exit status, or None where the device gave none. `truncated` says that there was more than
    was read; then the text is not a capture.
    """

    stdout: str
    stderr: str = ""
    status: int | None = 0
    truncated: bool = False


class Session(Protocol):
    """An open, logged-in connection to one device. What it sends, it sends through its gate."""

    async def run(self, command: str, timeout: float) -> Output:
        """Send one command and read all its output.

        Raises `TimeoutError` after `timeout` seconds (the session can still be used), `Unreachable` if the
        connection is lost, `CommandRefused` if the gate does not let the command through.
        """

    async def close(self) -> None:
        """Close the connection; never raises."""


@dataclass(frozen=True, slots=True)
class Together:
    """The answers to the first of several commands; `late` says that the command behind them did not end in time."""

    outputs: tuple[Output, ...]
    late: bool = False


@runtime_checkable
class ManyAtOnce(Protocol):
    """A session that can also take several commands in one go."""

    async def run_together(self, commands: Sequence[str], timeout: float) -> Together:
        """Send several commands, each of which may take `timeout` seconds, and return the answers that came whole.

        The first commands, as many as fit, are sent; none is answered where the device cannot take them so. Raises
        `Unreachable` and `CommandRefused` as `Session.run` does.
        """


def decoded(data: bytes) -> str:
    r"""Decode what a device or a file gave. Bytes that are not UTF-8 become `\xe9`.

    So that any text can be printed and stored, no byte is lost, and none becomes a quote or a newline.
    """
    return data.decode("utf-8", "backslashreplace")
