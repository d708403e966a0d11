"""What arrived in a run: one line of JSON a device, added in one write; the last line of a device holds.

Lines between them say which credential was refused, or accepted again, by its name: whoever takes the run up goes on
counting.

A line counts when its end is there, so a process that is killed in the middle of one loses that line alone. Lines are
handed to the system at once and not forced to the disk: a killed process loses nothing that was written, and a power
cut costs the last seconds.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from auditor.capture import Failure, FailureKind
from auditor.errors import StorageError


@dataclass(frozen=True, slots=True)
class Saved:
    """A device whose texts are kept in the object `texts`; `asked` is a hash of whom and what was asked."""

    device: str
    asked: str
    texts: str
    taken_at: datetime
    time_is_weak: bool
    source: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A device that gave nothing, and why."""

    device: str
    asked: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Login:
    """A credential, by who logs in and where the secret is to be found, that was refused, or accepted after that."""

    credential: str
    accepted: bool


Line: TypeAlias = Saved | Failed | Login


@dataclass(slots=True)
class Journal:
    """A journal that lines are added to; what a killed process left of a last line is cut off first."""

    path: Path
    _descriptor: int = field(init=False)
    _size: int = field(init=False)

    def __post_init__(self) -> None:
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self._size = self.path.read_bytes().rfind(b"\n") + 1
            os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            raise StorageError.of(self.path, error) from error

    def add(self, line: Line) -> None:
        """Add a line, whole or not at all; raises `StorageError`."""
        data = f"{_written(line)}\n".encode("ascii")
        try:
            done = os.pwrite(self._descriptor, data, self._size)
            while done < len(data):  # a full disk takes a part first, and says so at the next write
                done += os.pwrite(self._descriptor, data[done:], self._size + done)
        except OSError as error:
            os.ftruncate(self._descriptor, self._size)
            raise StorageError.of(self.path, error) from error
        self._size += len(data)

    def close(self) -> None:
        """Stop adding."""
        os.close(self._descriptor)


def lines(path: Path) -> Iterator[Line]:
    """Read a journal; a last line without its end, and lines that a power cut spoilt, are left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError.of(path, error, "read") from error
    for text in data[: data.rfind(b"\n") + 1].splitlines():
        line = _read(text)
        if line is not None:
            yield line


def _written(line: Line) -> str:
    data: dict[str, Any]
    match line:
        case Login(credential, accepted):
            data = {"credential": credential, "accepted": accepted}
        case Saved():
            data = {"device": line.device, "asked": line.asked}
            data |= {"texts": line.texts, "taken_at": line.taken_at.isoformat(), "source": line.source}
            if line.time_is_weak:
                data["time_is_weak"] = True
        case Failed(_, _, failure):
            data = {"device": line.device, "asked": line.asked}
            data |= {"platform": failure.platform, "why": failure.why, "hint": failure.hint}
            data |= {"attempts": failure.attempts, "kind": failure.kind}
    return json.dumps(data)


def _read(text: bytes) -> Line | None:
    try:
        data = json.loads(text)
        if "credential" in data:
            return Login(str(data["credential"]), bool(data["accepted"]))
        device, asked = str(data["device"]), str(data["asked"])
        if "texts" in data:
            taken_at = datetime.fromisoformat(data["taken_at"])
            weak = bool(data.get("time_is_weak", False))
            return Saved(device, asked, str(data["texts"]), taken_at, weak, str(data["source"]))
        why, hint, platform = str(data["why"]), str(data["hint"]), str(data["platform"])
        failure = Failure(device, platform, why, hint, int(data["attempts"]), FailureKind(data["kind"]))
        return Failed(device, asked, failure)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
