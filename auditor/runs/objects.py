"""A store of texts by their hash: each is written once, never changed, and checked whenever it is read.

An object's name is the SHA-256 of its content in hex; it lies at `ab/cdef…`, compressed. A file appears whole or not at
all, because it is written under another name first. Nothing is forced to the disk: what a power cut leaves torn has
another hash, counts as missing, and is collected again.
"""

import fcntl
import hashlib
import logging
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import StorageError

logger = logging.getLogger(__name__)

_LEVEL = 1
"""Texts of a router shrink to a quarter at the lowest level already; higher ones save a tenth for twice the time."""

_LARGEST = 512 * 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")
_FRESH = ".fresh-"


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects below one folder, which several runs may use at the same time."""

    root: Path

    def put(self, content: bytes) -> str:
        """Keep a content and return its name; raises `StorageError`. What is there already is not written again."""
        name = hashlib.sha256(content).hexdigest()
        file = self._file(name)
        if file.exists() and self.get(name) is not None:
            return name
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(file, zlib.compress(content, _LEVEL))
        except OSError as error:
            raise StorageError.of(file, error) from error
        return name

    def get(self, name: str) -> bytes | None:
        """Return a content; None, and a warning in the log, if it is not there or not what its name says."""
        try:
            packed = self._file(name).read_bytes()
            inflate = zlib.decompressobj()
            content = inflate.decompress(packed, _LARGEST)
        except (OSError, ValueError, zlib.error) as error:
            logger.warning("object %s cannot be read: %s", name, error)
            return None
        if hashlib.sha256(content).hexdigest() != name:
            logger.warning("object %s is damaged; it counts as missing", name)
            return None
        return content

    def has(self, name: str) -> bool:
        """Whether an object is there; whether it is whole shows when it is read."""
        return _NAME.fullmatch(name) is not None and self._file(name).exists()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep `sweep` of other processes away while new objects are not named by anything yet."""
        descriptor = self._lock()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def sweep(self, named: Callable[[], Set[str]]) -> int:
        """Remove the objects that are not `named`, and return how many; nothing while any run is under way.

        `named` is asked when no other process can add anything.
        """
        descriptor = self._lock()
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            wanted, gone = named(), 0
            for file in self.root.glob("[0-9a-f][0-9a-f]/*"):
                name = file.parent.name + file.name
                if name in wanted or not (_NAME.fullmatch(name) or file.name.startswith(_FRESH)):
                    continue
                file.unlink(missing_ok=True)
                gone += 1
            return gone
        finally:
            os.close(descriptor)

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} names no object")
        return self.root / name[:2] / name[2:]

    def _lock(self) -> int:
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError.of(self.root, error) from error


def _write(file: Path, data: bytes) -> None:
    """Write a file that appears whole, readable by its owner only."""
    descriptor, fresh = tempfile.mkstemp(prefix=_FRESH, dir=file.parent)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
        os.replace(fresh, file)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
