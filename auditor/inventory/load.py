"""Loads an inventory: files to nodes, nodes to layers, layers merged into sites; or all of its mistakes."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.credentials import CredentialRef
from auditor.errors import InventoryError, Mistake
from auditor.inventory.document import TOP
from auditor.inventory.entries import Inventory
from auditor.inventory.files import Files
from auditor.inventory.merging import Merging
from auditor.inventory.mistakes import Mistakes, printable
from auditor.inventory.reading import Reading
from auditor.inventory.settings import Words
from auditor.secrets import Secret

Reveal = Callable[[CredentialRef], Secret]


def load(path: Path, *, words: Words | None = None, reveal: Reveal | None = None) -> Inventory:
    """Read an inventory file with all that it includes and names.

    `words` are the names of platforms, policies and reader models to accept; a kind without names takes every
    slug. `reveal` gives the tokens that sources need. Raises InventoryError with all mistakes, each with file, line,
    key and what was expected.
    """
    return loads(read_inventory(path), path, words=words, reveal=reveal)


def loads(data: bytes, path: Path, *, words: Words | None = None, reveal: Reveal | None = None) -> Inventory:
    """Read the bytes of an inventory; `path` names them and is where relative paths begin."""
    return merge(data, path, words=words, reveal=reveal)[0]


def read_inventory(path: Path) -> bytes:
    """Return the bytes of an inventory file; raises InventoryError."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InventoryError((Mistake(printable(str(path)), 1, TOP, f"cannot be read: {why}"),)) from error


@contextmanager
def _keeping_all() -> Iterator[None]:
    """Let the garbage collector rest: a million values are made and all are kept, and looking at them is a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def merge(
    data: bytes, path: Path, *, words: Words | None = None, reveal: Reveal | None = None
) -> tuple[Inventory, Merging]:
    """Read an inventory and return it with the layers that it was made of."""
    mistakes = Mistakes(str(path))
    files = Files(mistakes)
    with _keeping_all():
        files.yaml(path, data)
        reading = Reading(files, words or Words(), reveal)
        reading.read()
        merging = Merging(reading)
        sites = merging.sites()
    mistakes.raise_if_any()
    shared = tuple(device for device in merging.shared.values() if device is not None)
    read = Inventory(
        path, sites, shared, files.sha256, reading.limits, tuple(files.paths), mistakes.notes, mistakes.servers
    )
    return read, merging
