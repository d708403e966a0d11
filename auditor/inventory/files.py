"""Reads the YAML files of an inventory: the first one, and those that it includes."""

import glob
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from auditor.inventory.document import LONGEST_FILE, TOP, Items, read
from auditor.inventory.fields import Fields, as_fields, scalar
from auditor.inventory.formats import Format, Wrong
from auditor.inventory.mistakes import Mistakes, printable, shown

_DEEPEST = 16
_MOST = 20_000


def _pattern(text: str) -> str:
    if not text or not text.isprintable():
        raise Wrong
    return text


_INCLUDE = Format("the path of a YAML file, or a pattern like regions/*.yaml", _pattern)


@dataclass(slots=True)
class Files:
    """All files of an inventory so far: their mappings, and a hash over what stands in them."""

    mistakes: Mistakes
    tops: list[Fields] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _real: dict[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def add(self, path: Path, data: bytes) -> None:
        """Remember a file that was read."""
        # The hash of one file alone is that of its bytes.
        if self.paths:
            self._hash.update(b"\0")
        self._hash.update(data)
        self.paths.append(path)

    def yaml(self, path: Path, data: bytes, within: tuple[str, ...] = ()) -> None:
        """Read one YAML file, and then what it includes."""
        mistakes = self.mistakes.of(str(path))
        self.add(path, data)
        self._real[os.path.realpath(path)] = str(path)
        root = read(data, mistakes)
        if root is None:
            mistakes.stop(1, TOP, "the inventory is empty; `auditor init` writes one")
        top = as_fields(root, TOP, "a mapping with `sites`", mistakes)
        if top is None:
            return
        top.path = ""
        self.tops.append(top)
        for where in self._included(top, path):
            self._include(top, where, (*within, os.path.realpath(path)))

    def _included(self, top: Fields, path: Path) -> Iterator[Path]:
        node = top.node("include")
        if node is None:
            return
        nodes = node.nodes if isinstance(node, Items) else (node,)
        for number, item in enumerate(nodes, start=1):
            below = f"include[{number}]" if isinstance(node, Items) else "include"
            pattern = scalar(item, below, _INCLUDE, top.mistakes)
            if pattern is None:
                continue
            if not glob.has_magic(pattern):
                yield path.parent / pattern
                continue
            found = sorted(glob.glob(os.path.join(glob.escape(str(path.parent)), pattern), recursive=True))
            others = [each for each in found if os.path.realpath(each) != os.path.realpath(path)]
            if not others:
                top.mistakes.add(item, below, f"no file is called like {shown(pattern)}")
            yield from map(Path, others)

    def _include(self, top: Fields, path: Path, within: tuple[str, ...]) -> None:
        real = os.path.realpath(path)
        if real in within:
            top.wrong("include", f"{shown(str(path))} includes itself in a circle")
        elif real in self._real:
            top.wrong("include", f"{shown(str(path))} is included twice")
        elif len(within) > _DEEPEST:
            top.wrong("include", f"files include files more than {_DEEPEST} levels deep")
        elif len(self._real) >= _MOST:
            top.wrong("include", f"there are more than {_MOST} files")
        elif (data := read_file(path, top, "include")) is not None:
            self.yaml(path, data, within)


def read_file(path: Path, fields: Fields, key: str) -> bytes | None:
    """Return what stands in a file that a key names; what cannot be read is a mistake there."""
    try:
        if not path.is_file():
            fields.wrong(key, f"there is no file {shown(str(path))}")
            return None
        if path.stat().st_size > LONGEST_FILE:
            fields.wrong(key, f"{shown(str(path))} is larger than {LONGEST_FILE // 1024 // 1024} MB; split it")
            return None
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = printable(error.strerror) if isinstance(error, OSError) and error.strerror else "not a path"
        fields.wrong(key, f"{shown(str(path))} cannot be read: {why}")
        return None
