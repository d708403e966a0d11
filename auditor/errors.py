"""What can go wrong, grouped by what the reader of the message can do about it.

Errors of one device never leave the run: the collector turns `DeviceError` into a `Failure` value of that
device. Everything else ends the command with exit code 2 and the message, without a traceback.
"""

import errno
from dataclasses import dataclass
from pathlib import Path


class AuditorError(Exception):
    """Root of all errors that this program raises on purpose."""


class UsageError(AuditorError):
    """The command line asks for something that cannot be done; the message says what to type instead."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file that the operator wrote: where it is, what is wrong, what was expected."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class InventoryError(AuditorError):
    """The inventory has mistakes; all of them are listed, each with file and line."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(map(str, mistakes)))


class CaptureError(AuditorError):
    """A saved capture cannot be used: not there, or text of another platform."""


class StorageError(AuditorError):
    """Something cannot be written or read on this machine's disk: it is full, read-only, or somebody else's."""

    @classmethod
    def of(cls, place: Path, error: OSError, verb: str = "written") -> "StorageError":
        """Say which place is meant, why, and what helps."""
        hint = _STORAGE_HINTS.get(error.errno or 0, "look at its owner and its disk, then run again")
        return cls(f"{place} cannot be {verb}: {error.strerror or type(error).__name__}; {hint}")


_STORAGE_HINTS = {
    errno.ENOSPC: "make room on this disk, then run again",
    errno.EDQUOT: "make room within the quota of this user, then run again",
    errno.EFBIG: "files of this size are not allowed here; raise the limit, then run again",
    errno.EROFS: "this disk is read-only; keep the inventory on one that can be written to",
    errno.EACCES: "give this user the right to write there, or keep the inventory elsewhere",
    errno.EPERM: "give this user the right to write there, or keep the inventory elsewhere",
}


class DataError(AuditorError):
    """A file that ships with the program (policy, profile, template) is broken; a bug, not a user's mistake."""


class DeviceError(AuditorError):
    """One device could not be collected; `hint` says what to try."""

    hint = "try again later"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class Unreachable(DeviceError):
    """No SSH session came up: refused, timed out, no route, name unknown. Worth another try."""

    hint = "check that the device is up and that this machine may reach its SSH port"


class JumpHostDown(DeviceError):
    """A jump host on the way gives no connection any more, so nothing was sent to the device behind it.

    It was tried again before this was said; so devices behind it are not tried again one by one.
    """

    hint = "check the jump host first; what is behind it was not tried"


class Overloaded(DeviceError):
    """The machine that collects was too busy, or had no more files, ports or memory; nothing is known of the device."""

    hint = "lower `limits: devices` in the inventory, or run on a machine that has less to do"


class CredentialMissing(DeviceError):
    """The credential is not where the inventory says; nothing was sent."""

    hint = "put the credential where the inventory says, or name another place"


class LoginRefused(DeviceError):
    """The device refused the credential. Never tried again: a second try can lock an account."""

    hint = "check username and credential of this device; nothing was tried twice"


class NotTried(DeviceError):
    """Nothing was sent, because the same credential was refused by three devices in a row."""

    hint = "check the credential, then run again"


class HostKeyUnknown(DeviceError):
    """The device shows a host key that nobody has confirmed yet."""

    hint = "compare the fingerprint on the device's console, then run once with --accept-new-host-keys"


class HostKeyChanged(DeviceError):
    """The device shows another host key than the one that was recorded. Never accepted by itself."""

    hint = (
        "somebody may be in between: compare the fingerprint on the device's console; only if the new key is the "
        "device's own (replaced, reset), remove its old line from that file by hand"
    )


class CommandRefused(AuditorError):
    """A command that is not on the read-only list was about to be sent. A bug; nothing was sent."""
