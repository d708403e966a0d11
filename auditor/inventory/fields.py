"""Takes one mapping apart: each key goes to its reader, and a key that nobody asked for is a mistake."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from auditor.inventory.document import NEVER_HERE, SECRET_KEYS, Items, Node, Table, Text, join
from auditor.inventory.formats import NAME, Format
from auditor.inventory.mistakes import Mistakes, shown
from auditor.model.facts import Span

T = TypeVar("T")


class Fields:
    """The keys of one mapping; ask for each by name, then call `finish`.

    What cannot be read is noted as a mistake and given back as None, as if it were not there, so that the
    rest of the file is still checked. `files` are those of keys that stand in another file than the mapping.
    """

    def __init__(self, table: Table, path: str, mistakes: Mistakes, files: Mapping[str, str] | None = None) -> None:
        self.table = table
        self.path = path
        self.mistakes = mistakes
        self.files = files or {}
        self._asked: dict[str, None] = {}

    @property
    def span(self) -> Span:
        """All lines of the mapping; `device` is empty, because the inventory is no device's text."""
        return Span("", self.mistakes.file, self.table.line, self.table.last)

    def span_of(self, key: str) -> Span:
        """The lines of one key with its value, or of the whole mapping if the key is not there."""
        if key not in self.table.entries:
            return self.span
        name, node = self.table.entries[key]
        # An alias stands at the key, its value elsewhere.
        return Span(
            "",
            self.files.get(key, self.mistakes.file),
            name.line,
            max(name.line, node.last) if node.line >= name.line else name.line,
        )

    def has(self, *keys: str) -> bool:
        return any(key in self.table.entries for key in keys)

    def knows(self, keys: Iterable[str]) -> None:
        """Say that keys may stand here, although nobody reads them now."""
        self._asked.update(dict.fromkeys(keys))

    def beside(self, path: Path) -> Path:
        """Return where a path leads that begins at the file in which it stands."""
        return Path(self.mistakes.file).parent / path

    def wrong(self, key: str, message: str) -> None:
        """Note a mistake at one key, or at the mapping itself if `key` is empty or not there."""
        if key in self.table.entries:
            self._mistakes(key).add(self.table.entries[key][0], join(self.path, key), message)
        else:
            self.mistakes.add(self.table, self.path, message)

    def _mistakes(self, key: str) -> Mistakes:
        return self.mistakes.elsewhere(self.files[key]) if key in self.files else self.mistakes

    def node(self, key: str) -> Node | None:
        """Return the node behind a key; None if the key is not there or has no value."""
        self._asked[key] = None
        if key not in self.table.entries:
            return None
        node = self.table.entries[key][1]
        return None if isinstance(node, Text) and node.empty else node

    def scalar(self, key: str, form: Format[T]) -> T | None:
        """Read a single value; None if the key is not there."""
        self._asked[key] = None
        if key not in self.table.entries:
            return None
        node = self.table.entries[key][1]
        if isinstance(node, Text) and not node.empty:
            # Nearly all values are right: their paths are put together for mistakes only.
            with suppress(ValueError):
                return form.parse(node.value)
        return scalar(node, join(self.path, key), form, self._mistakes(key))

    def scalars(self, key: str, form: Format[T]) -> tuple[T, ...] | None:
        """Read a list of values, or one value that stands for a list of one; None if the key is not there."""
        self._asked[key] = None
        if key not in self.table.entries:
            return None
        node, path = self.table.entries[key][1], join(self.path, key)
        nodes = node.nodes if isinstance(node, Items) else (node,)
        values = []
        for number, item in enumerate(nodes, start=1):
            place = f"{path}[{number}]" if isinstance(node, Items) else path
            value = scalar(item, place, form, self._mistakes(key))
            if value is not None:
                values.append(value)
        return tuple(values)

    def fields(self, key: str, expected: str) -> "Fields | None":
        """Go into a mapping; None if the key is not there or has no value."""
        node = self.node(key)
        return None if node is None else as_fields(node, join(self.path, key), expected, self.mistakes)

    def named(self, key: str, expected: str) -> Iterator[tuple[str, Node, str]]:
        """Go through a mapping whose keys are names that the operator chose: (name, node, path)."""
        inside = self.fields(key, expected)
        if inside is not None:
            yield from inside.names()

    def names(self) -> Iterator[tuple[str, Node, str]]:
        """Go through all keys as names; a name that cannot be one is a mistake and left out."""
        for name, (place, node) in self.table.entries.items():
            path = join(self.path, name)
            if scalar(place, path, NAME, self.mistakes) is not None:
                yield name, node, path

    def finish(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Note every key that nobody asked for; `elsewhere` says where keys of other places belong."""
        if self.table.entries.keys() <= self._asked.keys():
            return
        mistakes = self.mistakes.of_the_template
        for key, (place, _) in self.table.entries.items():
            if key in self._asked:
                continue
            if SECRET_KEYS.intersection(key.lower().replace("-", "_").split("_")):
                message = NEVER_HERE
            elif elsewhere and key in elsewhere:
                message = f"does not belong here but to {elsewhere[key]}"
            else:
                close = mistakes.suggest(key, self._asked)
                message = f"unknown key{close}; expected one of: {', '.join(self._asked)}"
            mistakes.add(place, join(self.path, key), message)


def scalar(node: Node, path: str, form: Format[T], mistakes: Mistakes) -> T | None:
    """Read one value; a mistake gives None."""
    if not isinstance(node, Text):
        mistakes.add(node, path, f"expected {form.expected}, found {kind(node)}{_unquoted(node)}")
        return None
    if node.empty:
        mistakes.add(node, path, f"has no value; expected {form.expected}")
        return None
    try:
        return form.parse(node.value)
    except ValueError as error:
        mistakes.add(node, path, form.complaint(node.value, error))
    return None


def _unquoted(node: Node) -> str:
    """Say what YAML makes of `host: {address}`: a mapping with a key and nothing behind it."""
    match node:
        case Table(entries=entries) if len(entries) == 1:
            ((name, (_, value)),) = entries.items()
            if isinstance(value, Text) and value.empty:
                return f'; a placeholder stands in quotes: "{{{shown(name)[1:-1]}}}"'
        case _:
            pass
    return ""


def as_fields(node: Node, path: str, expected: str, mistakes: Mistakes) -> Fields | None:
    """Go into a node that must be a mapping; the text found instead is not shown, it may be anything."""
    if isinstance(node, Table):
        return Fields(node, path, mistakes)
    mistakes.add(node, path, f"expected {expected}, found {kind(node)}")
    return None


def kind(node: Node) -> str:
    """Name what stands there, for a message."""
    match node:
        case Text():
            return "nothing" if node.empty else "a single text"
        case Items():
            return "a list"
        case Table():
            return "a mapping"
