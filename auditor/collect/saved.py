"""Reads a capture from disk, without any network: files that a person saved, or what `store` wrote."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.collect import layout
from auditor.collect.repository import Repositories
from auditor.collect.session import decoded
from auditor.collect.stores import unpacked
from auditor.errors import CaptureError
from auditor.inventory.entries import GitCapture
from auditor.syntax.secret_names import mask_behind_secret_words

Recognise: TypeAlias = Callable[[str, str], tuple[str, Kind] | None]
Redact: TypeAlias = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class SavedLimits:
    """What one file and all files of a capture may hold, in bytes, and how many files there may be."""

    file: int = 32 * 1024 * 1024
    total: int = 256 * 1024 * 1024
    files: int = 10_000


def load_capture(
    device: str,
    platform: str,
    path: Path | GitCapture,
    *,
    recognise: Recognise,
    redact: Redact,
    limits: SavedLimits = SavedLimits(),
    repositories: Repositories | None = None,
) -> Capture:
    """Read a file or a directory, on disk or in a git repository, as the capture of a device.

    `recognise(name, text)` is the platform's: it returns the device's path and the kind of a text, or None if
    it is not of this platform. Texts below `commands/` are outputs, and state unless it knows better.

    The time is that of `capture.json`, as long as the files are those it was written for; otherwise the time of
    the newest file, marked weak, or of the last commit that changed them. `repositories` are those of the run, so that
    git is started once. Raises `CaptureError`.
    """
    if isinstance(path, GitCapture):
        texts, newest, source = _from_git(path, limits, repositories)
    else:
        (texts, newest), source = _read_all(path, limits), str(path)
    metadata = texts.pop(layout.METADATA, None)
    stored = layout.read(metadata, f"{path}/{layout.METADATA}") if metadata is not None else None
    if stored is not None and stored.platform != platform:
        raise CaptureError(f"{path} is a capture of {stored.platform}, but the inventory says {platform}")
    files: dict[str, CapturedFile] = {}
    foreign: list[Gap] = []
    packed = unpacked(next(iter(texts.values()))) if len(texts) == 1 and stored is None else None
    for name, text in (packed or texts).items():
        known = (stored.files.get(name) if stored else None) or _recognised(name, text, recognise)
        if known is None:
            if packed:
                # All kinds of files of a device stand in it, also keys; they are not kept.
                continue
            why = f"'{name}' is not recognised as a text of {platform}"
            foreign.append(Gap(name, why, "remove it, or name it like the file it comes from"))
        elif known[0] in files:
            raise CaptureError(f"{path}: two files hold {known[0]}; '{name}' is one of them, remove one")
        else:
            files[known[0]] = CapturedFile(known[0], text, known[1])
    if not any(file.kind is Kind.CONFIGURATION for file in files.values()):
        what = "is empty" if not texts else f"holds no configuration of {platform}"
        raise CaptureError(f"{path} {what}; expected is what the device has, or its saved files")
    capture = Capture(device, platform, tuple(files.values()), tuple(foreign), newest, isinstance(path, Path), source)
    if stored is not None:
        capture = _as_stored(capture, stored, texts)
    return replace(
        capture,
        files=tuple(replace(file, text=redact(file.path, file.text)) for file in capture.files),
        gaps=tuple(_told(gap) for gap in capture.gaps),
    )


def _from_git(
    where: GitCapture, limits: SavedLimits, repositories: Repositories | None
) -> tuple[dict[str, str], datetime, str]:
    with nullcontext(repositories) if repositories is not None else Repositories() as opened:
        found = opened.read(where, limit=limits.file, total=limits.total, files=limits.files)
    return {name: _text(data, f"{where}") for name, data in found.texts.items()}, found.changed, found.source


def _told(gap: Gap) -> Gap:
    """Hide what `capture.json` quotes of a device, whoever wrote it."""
    return replace(gap, why=mask_behind_secret_words(gap.why), settle=mask_behind_secret_words(gap.settle))


def _as_stored(capture: Capture, stored: layout.Stored, texts: dict[str, str]) -> Capture:
    """Add what `capture.json` knows; its time counts only if the files are still those it was written for."""
    lost = (
        Gap(path, f"'{name}' was removed from the saved capture", "collect the device again")
        for name, (path, _) in stored.files.items()
        if name not in texts
    )
    brought = {file.path for file in capture.files}
    gaps = (*(gap for gap in stored.gaps if gap.path not in brought), *capture.gaps, *lost)
    capture = replace(capture, gaps=gaps, source=stored.source)
    if capture.sha256 != stored.sha256:
        return capture
    return replace(capture, taken_at=stored.taken_at, time_is_weak=stored.time_is_weak)


def _recognised(name: str, text: str, recognise: Recognise) -> tuple[str, Kind] | None:
    known = recognise(name, text)
    return (name, Kind.STATE) if known is None and name.startswith(f"{layout.COMMANDS}/") else known


def _read_all(path: Path, limits: SavedLimits) -> tuple[dict[str, str], datetime]:
    """Read all texts below a path, by their name there, and the time of the newest."""
    try:
        files = dict(_files(path))
        if len(files) > limits.files:
            raise CaptureError(f"{path} holds more than {limits.files} files; is it the right directory?")
        texts: dict[str, str] = {}
        newest, total = 0.0, 0
        for name, file in files.items():
            text, changed, size = _read(file, limits.file)
            total += size
            if total > limits.total:
                raise CaptureError(f"{path} holds more than {limits.total // 2**20} MB; is it the right directory?")
            texts[name] = text
            newest = max(newest, changed)
    except OSError as error:
        raise CaptureError(f"{error.filename or path} cannot be read: {error.strerror}") from error
    return texts, _moment(newest)


def _moment(seconds: float) -> datetime:
    """Return a file's time; an archive may have set one that no calendar has, and then nothing is known of it."""
    return datetime.fromtimestamp(seconds if seconds < layout.LATEST.timestamp() else 0, UTC)


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and place of each file; hidden ones are not of a device. Links must stay inside."""
    if not path.exists():
        raise CaptureError(f"{path} does not exist")
    if not path.is_dir():
        yield path.name, path
        return
    root = path.resolve()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *sorted(name for name in names if not name.startswith("."))):
            file = Path(folder, name)
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                raise CaptureError(f"{file} is a link that leads out of {path}; copy the file instead")
            if name not in folders:
                yield file.relative_to(root).as_posix(), file


def _read(file: Path, limit: int) -> tuple[str, float, int]:
    # Without blocking: a pipe in the directory must not stop the run.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise CaptureError(f"{file} is not a file")
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise CaptureError(f"{file} is larger than {limit // 2**20} MB; that is no configuration")
    return _text(data, str(file)), status.st_mtime, len(data)


def _text(data: bytes, file: str) -> str:
    if b"\0" in data:
        raise CaptureError(f"{file} is not a text file (if it was saved on Windows, save it as UTF-8)")
    return decoded(data)
