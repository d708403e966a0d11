"""Reads the files of another inventory: regular ones of a bounded size, as text or as YAML that knows its lines."""

import os
import stat
from pathlib import Path

from auditor.inventory.document import LONGEST_FILE, TOP, Dialect, Node, read
from auditor.inventory.mistakes import Mistakes

# What Ansible writes before a value that is encrypted, and before one that is no template.
FOREIGN = Dialect(secrets=True, tags=frozenset({"!unsafe"}), hidden=frozenset({"!vault", "!vault-encrypted"}))
_ENCRYPTED = b"$ANSIBLE_VAULT"


def read_bytes(path: Path, mistakes: Mistakes) -> bytes:
    """Return what stands in a file; ends with a mistake of that file if it cannot be read."""
    of_file = mistakes.of(str(path))
    try:
        # Without blocking: a pipe must not stop the run.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                of_file.stop(1, TOP, "is not a file")
            data = stream.read(LONGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        of_file.stop(1, TOP, f"cannot be read: {why}")
    if len(data) > LONGEST_FILE:
        of_file.stop(1, TOP, f"the file is larger than {LONGEST_FILE // 2**20} MB")
    return data


def read_text(path: Path, mistakes: Mistakes) -> str:
    """Return the UTF-8 text of a file."""
    data = read_bytes(path, mistakes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.of(str(path)).stop(data.count(b"\n", 0, error.start) + 1, TOP, "this is not UTF-8 text")


def read_yaml(path: Path, mistakes: Mistakes) -> Node | None:
    """Return the document of a YAML file; one that is encrypted as a whole is as good as empty."""
    data = read_bytes(path, mistakes)
    return None if data.lstrip().startswith(_ENCRYPTED) else read(data, mistakes.of(str(path)), FOREIGN)
