"""One run: a folder with what it was about, what arrived, and a mark when it was finished.

`run.json` says what the run is, `journal` what arrived, `finished` when it ended. Texts lie in a store that all runs
share. A run is locked while a process works on it; the system takes the lock away from a process that dies.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from auditor.capture import Capture, Failure
from auditor.errors import StorageError, UsageError
from auditor.runs.journal import Failed, Journal, Line, Login, Saved, lines
from auditor.runs.objects import Objects
from auditor.runs.texts import packed, unpacked

MANIFEST = "run.json"
JOURNAL = "journal"
FINISHED = "finished"
_VERSION = 1
_TRIES = 16


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run is about.

    `command` is `audit`, `collect` or `verify`, `words` all that was typed behind it. `redaction` is a fingerprint of
    the key of tokens: texts under another key cannot be compared. `inventory` is the hash of what the inventory said.
    """

    id: str
    started: datetime
    version: str
    command: str
    words: tuple[str, ...]
    inventory: str
    redaction: str


@dataclass(slots=True)
class Run:
    """A run that this process works on; use it as a context manager.

    `known` is the last line of each device, `refusals` how often each credential was refused since it was accepted.
    """

    folder: Path
    manifest: Manifest
    objects: Objects
    known: dict[str, Saved | Failed] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)
    _journal: Journal | None = None

    @classmethod
    def create(
        cls,
        root: Path,
        objects: Objects,
        about: Manifest,
        *,
        random: Callable[[], str],
    ) -> "Run":
        """Make the folder of a new run below `root`; its id is its time and four random hex digits."""
        time = about.started.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for _ in range(_TRIES):
                name = f"{time}-{random()}"
                with suppress(FileExistsError):
                    (root / name).mkdir(mode=0o700)
                    break
            else:
                raise StorageError(f"no name is free for a run in {root}")
            folder = root / name
            data = {**asdict(about), "format": _VERSION, "id": name, "started": about.started.isoformat()}
            write_whole(folder / MANIFEST, json.dumps(data, indent=2) + "\n")
        except OSError as error:
            raise StorageError.of(root, error) from error
        return cls(folder, read_manifest(folder), objects)

    @classmethod
    def at(cls, folder: Path, objects: Objects) -> "Run":
        """Take up a run that is there; raises `UsageError`."""
        return cls(folder, read_manifest(folder), objects)

    def __enter__(self) -> "Run":
        """Lock it and read what arrived; `UsageError` if another process works on it."""
        with ExitStack() as stack:
            try:
                descriptor = os.open(self.folder / MANIFEST, os.O_RDWR | os.O_CLOEXEC)
            except OSError as error:
                raise StorageError.of(self.folder / MANIFEST, error) from error
            stack.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(f"run {self.manifest.id} is under way in another process") from error
            stack.enter_context(self.objects.in_use())
            self._journal = Journal(self.folder / JOURNAL)
            stack.callback(self._journal.close)
            for line in lines(self.folder / JOURNAL):
                self._take(line)
            (self.folder / FINISHED).unlink(missing_ok=True)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def arrived(self, result: Capture | Failure, asked: str) -> None:
        """Keep what came of one device, before anything else is done with it; raises `StorageError`."""
        line: Saved | Failed
        match result:
            case Capture():
                name = self.objects.put(packed(result))
                line = Saved(result.device, asked, name, result.taken_at, result.time_is_weak, result.source)
            case Failure():
                line = Failed(result.device, asked, result)
        self._add(line)

    def login(self, credential: str, accepted: bool) -> None:
        """Keep how a login ended that counts towards a lock-out; raises `StorageError`."""
        self._add(Login(credential, accepted))

    def capture(self, device: str) -> Capture | None:
        """Return what is kept of a device; None if there is nothing, or it is damaged."""
        line = self.known.get(device)
        return saved(self.objects, line) if isinstance(line, Saved) else None

    def finish(self, now: datetime) -> None:
        """Mark that nothing is under way any more."""
        failed = sum(isinstance(line, Failed) for line in self.known.values())
        data = {"finished": now.isoformat(), "saved": len(self.known) - failed, "failed": failed}
        write_whole(self.folder / FINISHED, json.dumps(data) + "\n")

    def _add(self, line: Line) -> None:
        if self._journal is None:
            raise ValueError("the run is not open")
        self._journal.add(line)
        self._take(line)

    def _take(self, line: Line) -> None:
        match line:
            case Login(credential, accepted):
                self.refusals[credential] = 0 if accepted else self.refusals.get(credential, 0) + 1
            case _:
                self.known[line.device] = line


def saved(objects: Objects, line: Saved) -> Capture | None:
    """Return the capture that a line of a journal names; None if its object is missing or damaged."""
    content = objects.get(line.texts)
    if content is None:
        return None
    return unpacked(
        content, device=line.device, taken_at=line.taken_at, time_is_weak=line.time_is_weak, source=line.source
    )


def read_manifest(folder: Path) -> Manifest:
    """Read what a run is about; raises `UsageError`."""
    try:
        data: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if data["format"] != _VERSION:
            raise UsageError(f"run {folder.name} was written by another version of auditor; begin a new run")
        texts = {name: str(data[name]) for name in ("id", "version", "command", "inventory", "redaction")}
        return Manifest(started=datetime.fromisoformat(data["started"]), words=tuple(map(str, data["words"])), **texts)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"run {folder.name} cannot be read; begin a new run") from error


def write_whole(file: Path, text: str) -> None:
    """Write a small file that appears whole, readable by its owner only; raises `StorageError`."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(fresh, file)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise StorageError.of(file, error) from error


def fingerprint(text: str) -> str:
    """Return a short hash of what was asked, to compare it in a later run."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
