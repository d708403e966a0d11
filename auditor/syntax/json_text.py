"""Read JSON with the lines of each value, so that a fact can name the line that it rests on (RFC 8259)."""

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

_NEWLINE = "\n"
_BLANKS = " \t\r\n"
_NUMBER = r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?"
_STRING = r'"(?>(?:[^"\\\x00-\x1f]++|\\.)*)"'
_TOKEN = re.compile(rf"[{_BLANKS}]*([{{}}\[\]:,]|{_STRING}|{_NUMBER}|true|false|null)")
# A member whose value holds nothing else, and the sign behind it, in one go: most of what states say.
_MEMBER = re.compile(
    rf'[{_BLANKS}]*"([^"\\\x00-\x1f]*+)"[{_BLANKS}]*:'
    rf'[{_BLANKS}]*(?:"([^"\\\x00-\x1f]*+)"|({_NUMBER})|(true|false|null))[{_BLANKS}]*([,}}])'
)
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
    node = reader.value(reader.token(), 0)
    if not reader.at_end():
        raise reader.error("text after the end")
    return node


class _Reader:
    """Goes through a text once, token by token; what this costs is most of what reading states costs."""

    __slots__ = ("_counted", "_line", "_one_line", "_position", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._counted = 0
        self._line = 1
        self._one_line = _NEWLINE not in text.rstrip(_BLANKS)

    def error(self, why: str) -> JsonError:
        return JsonError(f"line {self._text.count(_NEWLINE, 0, self._position) + 1}: {why}")

    def at_end(self) -> bool:
        return not self._text[self._position :].strip(_BLANKS)

    def token(self) -> str:
        """Return the next token: a sign, a whole string with its quotes, a number or a word; '' if none begins here."""
        found = _TOKEN.match(self._text, self._position)
        if found is None:
            return ""
        self._position = found.end()
        return found[1]

    def value(self, token: str, depth: int) -> Node:
        """Read the value that begins with a token that was taken."""
        if depth > _DEEPEST:
            raise self.error("nested too deep")
        first = self._line_at(self._position - len(token))
        value: Value
        match token[:1]:
            case '"':
                value = self._string(token)
            case "{":
                value = self._object(depth)
            case "[":
                value = self._array(depth)
            case "t" | "f" | "n":
                value = _WORDS[token]
            case "" | "}" | "]" | ":" | ",":
                raise self.error("no value where one must stand")
            case _:
                value = int(token) if token.lstrip("-").isdecimal() else float(token)
        return Node(value, first, self._line_at(self._position))

    def _line_at(self, position: int) -> int:
        """The line that holds a position; positions only ever grow."""
        if position > self._counted and not self._one_line:
            self._line += self._text.count(_NEWLINE, self._counted, position)
            self._counted = position
        return self._line

    def _object(self, depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        if self._plain_members(members, depth + 1):
            return members
        token = self.token()
        if token == "}" and not members:
            return members
        while True:
            if not token.startswith('"'):
                raise self.error("no string where one must stand")
            key = self._string(token)
            if self.token() != ":":
                raise self.error("no colon after a key")
            members[key] = self.value(self.token(), depth + 1)
            token = self.token()
            if token == "}":
                return members
            if token != ",":
                raise self.error("no comma between members")
            if self._plain_members(members, depth + 1):
                return members
            token = self.token()

    def _plain_members(self, members: dict[str, Node], depth: int) -> bool:
        """Take members up to one that is no plain one; say whether the object ended."""
        if depth > _DEEPEST:
            return False
        match, text = _MEMBER.match, self._text
        while found := match(text, self._position):
            key, said, number, word, sign = found.groups()
            if said is not None:
                value: Value = said
                group = 2
            elif number is not None:
                value = int(number) if number.lstrip("-").isdecimal() else float(number)
                group = 3
            else:
                value = _WORDS[word]
                group = 4
            line = 1 if self._one_line else self._line_at(found.end(group))
            members[key] = Node(value, line, line)
            self._position = found.end()
            if sign == "}":
                return True
        return False

    def _array(self, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        token = self.token()
        if token == "]":
            return ()
        while True:
            items.append(self.value(token, depth + 1))
            token = self.token()
            if token == "]":
                return tuple(items)
            if token != ",":
                raise self.error("no comma between items")
            token = self.token()

    def _string(self, token: str) -> str:
        if "\\" not in token:
            return token[1:-1]
        try:
            return str(json.loads(token))
        except ValueError:
            raise self.error("a string with an unknown escape") from None
