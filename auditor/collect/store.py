"""Writes a capture to a directory from which it can be audited again."""

import os
import shutil
import tempfile
from pathlib import Path

from auditor.capture import Capture
from auditor.collect.layout import METADATA, place, written
from auditor.errors import CaptureError, UsageError


def store_capture(capture: Capture, directory: Path) -> Path:
    """Write a capture, all or nothing, readable by its owner only, and return the directory.

    An earlier capture in the same place is replaced; any other directory that is not empty is left alone and
    `UsageError` is raised. What is written is what the capture holds: redacted, unless the caller made it raw.
    """
    _refuse_foreign(directory)
    texts = {place(file.path): file.text for file in capture.files}
    if len(texts) != len(capture.files):
        raise CaptureError(f"the capture of {capture.device} holds a path twice")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        # mkdtemp makes it for the owner only; beside the goal, so that it can be moved in one step.
        fresh = Path(tempfile.mkdtemp(prefix=".capture-", dir=directory.parent))
        try:
            for path, text in texts.items():
                _write(fresh / path, text)
            _write(fresh / METADATA, written(capture))
            _put_in_place(fresh, directory)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"the capture cannot be stored in {directory}: {error.strerror}") from error
    return directory


def _refuse_foreign(directory: Path) -> None:
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise UsageError(f"{directory} is not a directory; name another place for the capture")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / METADATA).is_file():
        raise UsageError(f"{directory} holds something that is not a capture; name another place for it")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as stream:
        stream.write(text.encode("utf-8", "surrogatepass"))


def _put_in_place(fresh: Path, directory: Path) -> None:
    """Move the new directory to its place; the old one is out of the way only for a moment, and not lost."""
    if not directory.exists():
        fresh.rename(directory)
        return
    old = Path(tempfile.mkdtemp(prefix=".capture-old-", dir=directory.parent))
    directory.rename(old / "old")
    try:
        fresh.rename(directory)
    except OSError:
        (old / "old").rename(directory)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
