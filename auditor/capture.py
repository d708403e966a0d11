"""What one device gave: files and command outputs, with time, source and hash. Text is already redacted."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a captured text speaks of: what the device was told, or what it is doing."""

    CONFIGURATION = "configuration"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """One text of a device; `path` is what evidence names: `/etc/config/dhcp`, `commands/dhcp-leases.txt`."""

    path: str
    text: str
    kind: Kind

    @property
    def is_output(self) -> bool:
        """Whether a command said it; there is no such file on the device."""
        return self.path.startswith("commands/")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was asked for and not obtained; what it would carry is unknown."""

    path: str
    why: str
    settle: str


@dataclass(frozen=True, slots=True)
class Capture:
    """All texts of one device at one time.

    `taken_at` is aware; `time_is_weak` says that it is only a file's time. `source` says where it came from,
    for people: `ssh audit@192.0.2.1`, `captures/ap2`.
    """

    device: str
    platform: str
    files: tuple[CapturedFile, ...]
    gaps: tuple[Gap, ...]
    taken_at: datetime
    time_is_weak: bool
    source: str

    def file(self, path: str) -> CapturedFile | None:
        """Return the text with this path, or None if it was not captured."""
        return next((file for file in self.files if file.path == path), None)

    @property
    def sha256(self) -> str:
        """Hash of all paths and texts, in hex; the order of the files does not matter."""
        digest = hashlib.sha256()
        for file in sorted(self.files, key=lambda file: file.path):
            for part in (file.path, file.text):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()


class FailureKind(StrEnum):
    """Why a device could not be collected, as far as somebody acts differently on it.

    `DEVICE` is everything that has no word of its own: what a device answers, a missing credential, a saved capture.
    `OVERLOAD` is this machine's own fault, not the device's; `INTERRUPTED` says that the run ended first.
    """

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NOT_TRIED = "not-tried"
    HOST_KEY_CHANGED = "host-key-changed"
    HOST_KEY_UNKNOWN = "host-key-unknown"
    DEVICE = "device"
    OVERLOAD = "overload"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Failure:
    """A device that could not be collected: the reason, and what to try."""

    device: str
    platform: str
    why: str
    hint: str
    attempts: int
    kind: FailureKind = FailureKind.DEVICE
