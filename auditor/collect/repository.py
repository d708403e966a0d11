"""Reads saved configurations out of git repositories, as Oxidized and RANCID keep them; nothing is written or fetched.

One `git cat-file --batch` answers for all devices of a repository, and one `git log` is read as far as needed to learn
when each file changed. Both are told to run no program that the repository names, and to use no network. Sources:
git-cat-file(1), git-log(1), git-config(1).
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from auditor.collect.layout import EARLIEST, LATEST
from auditor.errors import CaptureError
from auditor.inventory.entries import GitCapture
from auditor.inventory.mistakes import printable

_COMMIT = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./@{}^~-]{0,200}")
_HEADER = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) ([0-9]{1,15})\n")
_LINE = 8192
_DEEPEST = 16
# Each would start a program or a connection, or change what objects mean.
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.mailmap=false",
    "diff.external=",
    "protocol.allow=never",
    "core.alternateRefsCommand=",
)
_VARIABLES = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
}


@dataclass(slots=True)
class Repositories:
    """The repositories of one run; each is opened once, `close` ends what was started."""

    _open: dict[tuple[Path, str | None], "_Commit"] = field(default_factory=dict)

    def __enter__(self) -> "Repositories":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, where: GitCapture, *, limit: int, total: int, files: int) -> "FromGit":
        """Return the texts of a file or directory as bytes; raises `CaptureError`.

        `limit` is for one file and `total` for all of them, in bytes; `files` is how many there may be.
        """
        key = (where.repository, where.commit)
        if key not in self._open:
            self._open[key] = _Commit(where.repository, where.commit)
        commit = self._open[key]
        path = _inside(where.file)
        texts: dict[str, bytes] = {}
        for name, data in commit.files(path, limit):
            texts[name] = data
            if len(texts) > files or sum(map(len, texts.values())) > total:
                raise CaptureError(f"{printable(str(where))} holds more than a device has; is it the right file?")
        return FromGit(texts, commit.changed(path), f"git {where.repository.name} {commit.id[:12]}:{path}")

    def close(self) -> None:
        """End the processes."""
        for commit in self._open.values():
            commit.close()
        self._open.clear()


@dataclass(frozen=True, slots=True)
class FromGit:
    """What a commit has: bytes by name, when they last changed, and where they are from."""

    texts: Mapping[str, bytes]
    changed: datetime
    source: str


class _Commit:
    """One commit of a repository, with the processes that read it."""

    def __init__(self, repository: Path, commit: str | None) -> None:
        self.repository = repository
        self.command = ("git", "--no-pager", f"--git-dir={_directory(repository)}", *_options())
        wanted = commit or "HEAD"
        if _COMMIT.fullmatch(wanted) is None:
            raise CaptureError(f"{printable(wanted)} is no name of a commit")
        self.id = self._resolved(wanted)
        self._batch: subprocess.Popen[bytes] | None = None
        self._log: subprocess.Popen[bytes] | None = None
        self._changes: Iterator[tuple[bytes, int]] = iter(())
        self._changed: dict[bytes, int] = {}

    def files(self, path: str, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield the name and bytes of a file, or of all files of a directory by their names below it."""
        kind, _, data = self._object(f"{self.id}:{path}", limit)
        if kind == b"blob":
            yield PurePosixPath(path).name, data
        else:
            yield from self._tree(data, "", limit, 0)

    def changed(self, path: str) -> datetime:
        """Return when the newest commit that touched the path was made; only the first parents count."""
        wanted = path.encode()
        if self._log is None:
            arguments = ("log", "--first-parent", "-m", "--name-only", "-z", "--no-renames", "--no-show-signature")
            more = ("--no-ext-diff", "--no-textconv", "--format=%x01%ct", "--end-of-options", self.id)
            self._log = self._start(*arguments, *more)
            self._changes = _changes(_piped(self._log.stdout))
        if wanted in self._changed:
            return _moment(self._changed[wanted])
        for name, seconds in self._changes:
            self._changed.setdefault(name, seconds)
            # What is below a directory changes the directory.
            for folder in PurePosixPath(os.fsdecode(name)).parents:
                self._changed.setdefault(os.fsencode(str(folder)), seconds)
            if wanted in self._changed:
                return _moment(self._changed[wanted])
        raise CaptureError(f"{self.repository}: git does not say when {printable(path)} was saved")

    def close(self) -> None:
        for process in (self._batch, self._log):
            if process is not None:
                _end(process)
        self._batch = self._log = None

    def _tree(self, data: bytes, below: str, limit: int, depth: int) -> Iterator[tuple[str, bytes]]:
        if depth > _DEEPEST:
            raise CaptureError(f"{self.repository}: directories are nested too deep")
        for mode, name, identifier in _entries(data, len(self.id) // 2):
            if name.startswith("."):
                continue
            if mode == b"40000":
                yield from self._tree(self._object(identifier, limit)[2], f"{below}{name}/", limit, depth + 1)
            elif mode.startswith(b"100"):
                yield f"{below}{name}", self._object(identifier, limit)[2]

    def _object(self, name: str, limit: int) -> tuple[bytes, str, bytes]:
        """Ask for one object: (kind, id, bytes)."""
        if self._batch is None:
            self._batch = self._start("cat-file", "--batch", given=True)
        try:
            answers = _piped(self._batch.stdout)
            questions = _piped(self._batch.stdin)
            questions.write(os.fsencode(name) + b"\n")
            questions.flush()
            line = answers.readline(_LINE)
            if line.endswith(b" missing\n"):
                raise CaptureError(f"{self.repository} has no {printable(name)}")
            found = _HEADER.fullmatch(line)
            size = int(found[3]) if found else 0
            if found is None or found[2] not in (b"blob", b"tree") or size > limit:
                _end(self._batch)
                self._batch = None
                why = "too large for a configuration" if found and size > limit else "not a file"
                raise CaptureError(f"{self.repository}: {printable(name)} is {why}")
            data = answers.read(size + 1)
        except OSError as error:
            raise CaptureError(f"{self.repository}: git ended while it was asked: {error.strerror}") from error
        if len(data) != size + 1:
            raise CaptureError(f"{self.repository}: git ended in the middle of {printable(name)}")
        return found[2], found[1].decode(), data[:-1]

    def _resolved(self, commit: str) -> str:
        with self._start("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}") as process:
            answer = _piped(process.stdout).read(_LINE).decode("ascii", "replace").strip().splitlines()
        # `--end-of-options` itself is repeated by some versions.
        found = answer[-1] if answer else ""
        if re.fullmatch(r"[0-9a-f]{40,64}", found) is None:
            raise CaptureError(f"{self.repository} has no commit {printable(commit)}, or git cannot read it")
        return found

    def _start(self, *arguments: str, given: bool = False) -> "subprocess.Popen[bytes]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            return subprocess.Popen(
                (*self.command, *arguments),
                stdin=subprocess.PIPE if given else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**environment, **_VARIABLES},
                # Interrupting the run is ours to handle, not that of a helper in its middle.
                start_new_session=True,
            )
        except OSError as error:
            raise CaptureError(f"git cannot be started: {error.strerror}") from error


def _options() -> Iterator[str]:
    for setting in _SETTINGS:
        yield "-c"
        yield setting


def _directory(repository: Path) -> Path:
    """Return the directory of the objects, bare or not; a path inside a repository is none."""
    for candidate in (repository / ".git", repository):
        if candidate.is_file():
            # `.git` of a worktree or a submodule is a file that names the directory.
            with suppress(OSError, UnicodeDecodeError):
                named = candidate.read_text("utf-8")[:4096].removeprefix("gitdir:").strip()
                return (repository / named).resolve()
        elif (candidate / "HEAD").is_file() and (candidate / "objects").is_dir():
            return candidate.resolve()
    raise CaptureError(f"{repository} is no git repository")


def _inside(file: str) -> str:
    """Return a path in a repository in one form; git must not take it for anything else."""
    parts = [part for part in file.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or not file.isprintable() or file.startswith("/"):
        raise CaptureError(f"{printable(file)} is no path of a file in a repository")
    return "/".join(parts)


def _entries(data: bytes, length: int) -> Iterator[tuple[bytes, str, str]]:
    """Yield mode, name and id of the entries of a tree object."""
    at = 0
    while at < len(data):
        head = data.index(b"\0", at)
        mode, _, name = data[at:head].partition(b" ")
        at = head + 1 + length
        yield mode, os.fsdecode(name), data[head + 1 : at].hex()


def _changes(stream: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield name and time of each file that a commit touched, the newest first."""
    seconds, rest = 0, b""
    while chunk := stream.read(65536):
        *words, rest = (rest + chunk).split(b"\0")
        for word in words:
            name = word.lstrip(b"\n")
            if name.startswith(b"\x01"):
                number, _, name = name[1:].partition(b"\n")
                seconds = int(number) if number.lstrip(b"-").isdigit() else 0
                name = name.lstrip(b"\n")
            if name:
                yield name, seconds


def _moment(seconds: int) -> datetime:
    """Return a commit's time; one that no calendar has says nothing."""
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        seconds = 0
    return datetime.fromtimestamp(seconds, UTC)


def _piped(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()
