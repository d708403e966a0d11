"""Remembers the host key of each device, by its name in the inventory.

By name, because two hundred shops may all have a router at 192.168.1.1. The file has the format of
`known_hosts`, so it can be read, compared and edited with the usual tools.
"""

import base64
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from auditor.errors import AuditorError, HostKeyChanged, HostKeyUnknown


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key: its algorithm (`ssh-ed25519`) and its data in base64."""

    algorithm: str
    data: str

    @property
    def fingerprint(self) -> str:
        """The fingerprint as `ssh-keygen -lf` prints it: `SHA256:…`."""
        digest = hashlib.sha256(base64.b64decode(self.data)).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


@dataclass(slots=True)
class _Read:
    """What was read of the file, and how the file looked then: a file that looks the same is not read again."""

    stamp: tuple[int, int, int] | None = None  # time of change in nanoseconds, size, inode
    data: bytearray = field(default_factory=bytearray)
    keys: dict[str, tuple[HostKey, ...]] = field(default_factory=dict)  # by name, as it stands in the file

    @property
    def is_whole(self) -> bool:
        """Whether the last line has its end; one without may be in the middle of being written."""
        return not self.data or self.data.endswith(b"\n")

    def take(self, data: bytes, stamp: tuple[int, int, int]) -> None:
        """Take in what stands in the file now; if lines were only added, these alone are taken apart."""
        if self.is_whole and data.startswith(self.data):
            self.add(data[len(self.data) :], stamp)
        else:
            self.data, self.keys = bytearray(), {}
            self.add(data, stamp)

    def add(self, more: bytes, stamp: tuple[int, int, int]) -> None:
        """Take in lines that were added at the end."""
        for line in more.decode("utf-8", "surrogateescape").splitlines():
            for names, key in _entry(line):
                for name in names:
                    self.keys[name] = (*self.keys.get(name, ()), key)
        self.data += more
        self.stamp = stamp


class HostKeys:
    """The recorded host keys, in one file that several runs may share.

    Each question looks whether the file has changed. With `accept_new` an unknown key is recorded at once. A changed
    key is never accepted.
    """

    def __init__(self, file: Path, *, accept_new: bool = False) -> None:
        self.file = file
        self.accept_new = accept_new
        self._read = _Read()

    def recorded(self, name: str) -> tuple[HostKey, ...]:
        """Return the keys recorded for a device."""
        with self._failing("read"):
            try:
                found = os.stat(self.file)
            except FileNotFoundError:
                self._read = _Read()
                return ()
            if self._read.stamp != _stamp(found):
                self._load()
        return self._read.keys.get(_alias(name), ())

    def check(self, name: str, key: HostKey) -> None:
        """Compare the key that a device shows with what is recorded.

        Raises `HostKeyChanged` or `HostKeyUnknown`, with the fingerprint; records a new key if that was asked.
        """
        if self._is_among(self.recorded(name), name, key):
            return
        if not self.accept_new:
            raise HostKeyUnknown(f"host key of {name} is not recorded: {key.algorithm} {key.fingerprint}")
        self._record(name, key)

    def _is_among(self, known: tuple[HostKey, ...], name: str, key: HostKey) -> bool:
        if known and key not in known:
            raise HostKeyChanged(
                f"host key of {name} changed: it shows {key.algorithm} {key.fingerprint}, "
                f"recorded in {self.file} is {', '.join(f'{k.algorithm} {k.fingerprint}' for k in known)}"
            )
        return bool(known)

    def _record(self, name: str, key: HostKey) -> None:
        """Add one line; what stands in the file, comments too, stays. Other runs add theirs before or after."""
        with self._failing("record"):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self._locked() as opened:
                self._take(opened)
                alias = _alias(name)
                if self._is_among(self._read.keys.get(alias, ()), name, key):  # another run was faster
                    return
                line = f"{alias} {key.algorithm} {key.data}\n".encode()
                if not self._read.is_whole:
                    line = b"\n" + line
                _append(opened, line)
                self._read.add(line, _stamp(os.fstat(opened)))

    def _load(self) -> None:
        with open(self.file, "rb") as stream:
            self._take(stream.fileno())
            if not self._read.is_whole:
                # Perhaps another run is in the middle of a line; it holds the lock until the line is whole.
                fcntl.flock(stream, fcntl.LOCK_SH)
                self._take(stream.fileno())

    def _take(self, opened: int) -> None:
        # The stamp is older than the text, never newer, so that a change in between is seen at the next question.
        stamp = _stamp(os.fstat(opened))
        if stamp != self._read.stamp:
            self._read.take(_whole(opened), stamp)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Open the file for adding, with a lock on it; it is made if it is not there."""
        while True:
            opened = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX)
                # `ssh-keygen -R` and editors put a new file in its place; a lock on the old one says nothing.
                if _is_still(self.file, opened):
                    yield opened
                    return
            finally:
                os.close(opened)

    @contextmanager
    def _failing(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = "the host keys in" if doing == "read" else "host keys in"
            raise AuditorError(f"cannot {doing} {where} {self.file}: {error.strerror}") from error


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _is_still(file: Path, opened: int) -> bool:
    try:
        return os.path.samestat(os.stat(file), os.fstat(opened))
    except FileNotFoundError:
        return False


def _whole(opened: int) -> bytes:
    pieces = []
    at = 0
    while piece := os.pread(opened, 1024 * 1024, at):
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)


def _append(opened: int, line: bytes) -> None:
    """Add a line whole or not at all: half a line would be another key."""
    size = os.fstat(opened).st_size
    try:
        written = os.write(opened, line)
    except OSError:
        os.ftruncate(opened, size)
        raise
    if written < len(line):
        os.ftruncate(opened, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _entry(line: str) -> list[tuple[frozenset[str], HostKey]]:
    """Take one line apart; comments and what is not a plain entry give nothing, so its device is unknown."""
    words = line.split()
    if len(words) < 3 or words[0].startswith(("#", "@", "|")):
        return []
    try:
        base64.b64decode(words[2], validate=True)
    except ValueError:
        return []
    return [(frozenset(words[0].split(",")), HostKey(words[1], words[2]))]


def _alias(name: str) -> str:
    """Write a device name so that it is one plain word of a known_hosts line."""
    return quote(name, safe="/:[]")
