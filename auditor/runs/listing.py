"""Which runs there are, which one is meant, and which may go."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from pathlib import Path

from auditor.errors import UsageError
from auditor.runs.journal import Saved, lines
from auditor.runs.objects import Objects
from auditor.runs.run import FINISHED, JOURNAL, MANIFEST

KEPT = 5
"""How many finished runs of an inventory are kept, and how many that ended early."""

LAST = "last"


def runs(root: Path) -> tuple[Path, ...]:
    """Return the folders of all runs, the oldest first."""
    with suppress(OSError):
        return tuple(sorted(folder for folder in root.iterdir() if (folder / MANIFEST).is_file()))
    return ()


def find(root: Path, name: str) -> Path:
    """Return the run that an id, the beginning of one, or `last` means; raises `UsageError`."""
    there = runs(root)
    if not there:
        raise UsageError(f"there is no run to resume; runs are kept in {root}")
    if name == LAST:
        return there[-1]
    fitting = [folder for folder in there if folder.name.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(folder.name for folder in (fitting or there)[-KEPT:])
    raise UsageError(f"{'several runs begin' if fitting else 'no run begins'} with '{name}'; the newest are: {names}")


def tidy(roots: Iterable[Path], objects: Objects, others: Callable[[], Iterable[str]]) -> None:
    """Remove runs but the newest, and the objects that nothing names any more.

    `others` gives the objects that are named by something else than a journal. Runs that are under way stay.
    """
    folders = tuple(roots)
    for root in folders:
        for folder in _old(root):
            _remove(folder)

    def named() -> Set[str]:
        return {*others(), *(name for root in folders for folder in runs(root) for name in _objects(folder))}

    objects.sweep(named)


def _old(root: Path) -> Iterator[Path]:
    there = runs(root)
    finished = [folder for folder in there if (folder / FINISHED).exists()]
    yield from finished[:-KEPT]
    yield from [folder for folder in there if folder not in set(finished)][:-KEPT]


def _objects(folder: Path) -> Iterator[str]:
    return (line.texts for line in lines(folder / JOURNAL) if isinstance(line, Saved))


def _remove(folder: Path) -> None:
    """Remove a run unless a process works on it."""
    with suppress(OSError):
        descriptor = os.open(folder / MANIFEST, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(descriptor)
