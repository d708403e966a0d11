"""Read JSON with the lines of each value, so that a fact can name the line that it rests on (RFC 8259)."""

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_STRING = re.compile(r'"(?>(?:[^"\\\x00-\x1f]++|\\.)*)"')
_WORDS = {"true": True, "false": False, "null": None}
_DEEPEST = 64

Value: TypeAlias = "dict[str, Node] | tuple[Node, ...] | str | int | float | bool | None"


class JsonError(ValueError):
    """The text is not JSON."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value, from line `first` to line `last` (1-based)."""

    value: Value
    first: int
    last: int

    def get(self, *keys: str) -> "Node | None":
        """Go down through objects; None where a key is missing or what holds it is no object."""
        node: Node | None = self
        for key in keys:
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        return node

    @property
    def members(self) -> dict[str, "Node"]:
        """Members of an object, none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> tuple["Node", ...]:
        """Items of an array, none of anything else."""
        return self.value if isinstance(self.value, tuple) else ()


def parse(text: str) -> Node:
    """Read one JSON text; raises `JsonError`."""
    reader = _Reader(text)
    node = reader.value(0)
    reader.skip()
    if reader.position != len(text):
        raise reader.error("text after the end")
    return node


class _Reader:
    __slots__ = ("_counted", "_line", "_text", "position")

    def __init__(self, text: str) -> None:
        self._text = text
        self.position = 0
        self._counted = 0
        self._line = 1

    def line(self) -> int:
        """The line that holds the current position; positions only ever grow."""
        self._line += self._text.count("\n", self._counted, self.position)
        self._counted = self.position
        return self._line

    def error(self, why: str) -> JsonError:
        return JsonError(f"line {self.line()}: {why}")

    def skip(self) -> None:
        found = _SPACE.match(self._text, self.position)
        self.position = found.end() if found else self.position

    def take(self, char: str) -> bool:
        self.skip()
        taken = self._text.startswith(char, self.position)
        self.position += len(char) if taken else 0
        return taken

    def value(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.error("nested too deep")
        self.skip()
        first = self.line()
        if self.take("{"):
            value: Value = self._object(depth)
        elif self.take("["):
            value = self._array(depth)
        else:
            value = self._scalar()
        return Node(value, first, self.line())

    def _object(self, depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        if self.take("}"):
            return members
        while True:
            self.skip()
            key = self._string()
            if not self.take(":"):
                raise self.error("no colon after a key")
            members[key] = self.value(depth + 1)
            if self.take("}"):
                return members
            if not self.take(","):
                raise self.error("no comma between members")

    def _array(self, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        if self.take("]"):
            return ()
        while True:
            items.append(self.value(depth + 1))
            if self.take("]"):
                return tuple(items)
            if not self.take(","):
                raise self.error("no comma between items")

    def _string(self) -> str:
        found = _STRING.match(self._text, self.position)
        if found is None:
            raise self.error("no string where one must stand")
        self.position = found.end()
        try:
            return str(json.loads(found[0]))
        except ValueError:
            raise self.error("a string with an unknown escape") from None

    def _scalar(self) -> str | int | float | bool | None:
        if self._text.startswith('"', self.position):
            return self._string()
        for word, value in _WORDS.items():
            if self._text.startswith(word, self.position):
                self.position += len(word)
                return value
        found = _NUMBER.match(self._text, self.position)
        if found is None:
            raise self.error("no value where one must stand")
        self.position = found.end()
        return int(found[0]) if found[0].lstrip("-").isdecimal() else float(found[0])
