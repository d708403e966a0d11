"""Writes a report: whole or not at all, and never through a link that somebody put in its place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from auditor.errors import UsageError

PRIVATE = 0o600
SHARED = 0o644


@contextmanager
def written(path: Path, *, mode: int) -> Iterator[TextIO]:
    """Give a text file to write to; it takes the place of `path` when everything is written.

    Raises UsageError if the place cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".report-", dir=path.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    fresh = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            yield stream
        fresh.chmod(mode)
        os.replace(fresh, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)


def write(path: Path, text: str, *, mode: int) -> Path:
    """Write a whole text."""
    with written(path, mode=mode) as stream:
        stream.write(text)
    return path
