"""Read Kea's JSON: with comments, includes and trailing commas, and with the place of each value in its file.

Kea takes `//`, `#` and `/* */` comments and `<?include "file"?>`, which stands for the text of that file, and only
warns of a comma too many. Source: isc-projects/kea doc/sphinx/arm/config.rst, src/bin/dhcp4/dhcp4_lexer.ll.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

_DEEPEST = 48
_TOKEN = re.compile(
    r"""(?P<blank>[\ \t\r\n\f]++|//[^\n]*+|\#[^\n]*+|/\*(?>(?:[^*]++|\*(?!/))*)\*/)
    |(?P<include><\?[\ \t]*+include[\ \t]++"(?P<path>[^"\n]++)"[\ \t]*+\?>)
    |(?P<mark>[{}\[\]:,])
    |(?P<string>"(?>(?:[^"\\\x00-\x1f]++|\\["\\/bfnrtu])*)")
    |(?P<number>-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.]))
    |(?P<word>true|false|null)(?!\w)""",
    re.VERBOSE,
)
_LONGEST_NUMBER = 30
_WORDS = {"true": True, "false": False, "null": None}


class KeaJsonError(ValueError):
    """The text is not what Kea reads; `file` and `line` say where."""

    def __init__(self, why: str, file: str, line: int) -> None:
        self.why, self.file, self.line = why, file, line
        super().__init__(f"{file}, line {line}: {why}")


@dataclass(frozen=True, slots=True)
class Directive:
    """`<?include "path"?>` that stands where values or members stand."""

    path: str
    file: str
    start: int
    end: int
    first: int


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file: offsets `start`..`end` (behind it), lines `first`..`last` (1-based, inclusive)."""

    value: "Value"
    file: str
    start: int
    end: int
    first: int
    last: int

    @property
    def members(self) -> tuple["Member", ...]:
        """Members of an object in their order, none of anything else."""
        return tuple(m for m in self.value.elements if isinstance(m, Member)) if isinstance(self.value, Object) else ()

    @property
    def items(self) -> tuple["Node", ...]:
        """Items of an array, none of anything else."""
        return tuple(i for i in self.value.elements if isinstance(i, Node)) if isinstance(self.value, Array) else ()

    def member(self, key: str) -> "Member | None":
        """Return the member of an object by its key."""
        return next((member for member in self.members if member.key == key), None)

    def get(self, *keys: str) -> "Node | None":
        """Go down through objects; None where a key is missing."""
        node: Node | None = self
        for key in keys:
            found = node.member(key) if node is not None else None
            node = found.node if found is not None else None
        return node


@dataclass(frozen=True, slots=True)
class Member:
    """`"key": value`; `start` and `first` are where the key stands."""

    key: str
    node: Node
    file: str
    start: int
    first: int

    @property
    def end(self) -> int:
        return self.node.end


Element: TypeAlias = "Member | Node | Directive"


@dataclass(frozen=True, slots=True)
class Object:
    """Members, and includes of more of them."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """Items, and includes of more of them."""

    elements: tuple[Element, ...]


Value: TypeAlias = "Object | Array | Directive | str | int | float | bool | None"


def read(file: str, text: str, load: Callable[[str], str | None]) -> Node:
    """Read a whole configuration; `load` gives the text of an included file. Raises `KeaJsonError`."""
    elements = _expanded(parse(file, text), load, (file,))
    if len(elements) != 1 or not isinstance(elements[0], Node):
        raise KeaJsonError("a configuration is one object", file, 1)
    return elements[0]


def parse(file: str, text: str) -> tuple[Element, ...]:
    """Read the elements of one file, which may be a part for others to include. Raises `KeaJsonError`."""
    parser = _Parser(file, text)
    elements = parser.elements("", 0)
    if parser.token.kind != "end":
        raise parser.error(f"'{parser.token.text[:1]}' that nothing opened")
    return elements


def directives(file: str, text: str) -> Iterator[Directive]:
    """The includes of a text, even if the rest of it cannot be read."""
    lines = _starts(text)
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is not None and found.lastgroup is not None and found["include"]:
            yield Directive(found["path"], file, found.start(), found.end(), bisect_right(lines, found.start()))
        if found is not None:
            position = found.end()
        elif text.startswith("/*", position):
            return
        else:
            # A string that does not end ends with its line at the latest.
            end = text.find("\n", position)
            position = position + 1 if text[position] != '"' else end if end >= 0 else len(text)


def walk(elements: tuple[Element, ...]) -> Iterator[Node]:
    """All values of a text, outer ones first."""
    stack: list[Element] = list(reversed(elements))
    while stack:
        element = stack.pop()
        node = element.node if isinstance(element, Member) else element
        if isinstance(node, Node):
            yield node
            if isinstance(node.value, Object | Array):
                stack.extend(reversed(node.value.elements))


def _expanded(
    elements: tuple[Element, ...], load: Callable[[str], str | None], above: tuple[str, ...]
) -> tuple[Element, ...]:
    found: list[Element] = []
    for element in elements:
        match element:
            case Directive():
                found.extend(_included(element, load, above))
            case Member():
                node = _expanded_node(element.node, load, above)
                found.append(Member(element.key, node, element.file, element.start, element.first))
            case Node():
                found.append(_expanded_node(element, load, above))
    return tuple(found)


def _expanded_node(node: Node, load: Callable[[str], str | None], above: tuple[str, ...]) -> Node:
    match node.value:
        case Object(elements):
            value: Value = Object(_expanded(elements, load, above))
        case Array(elements):
            value = Array(_expanded(elements, load, above))
        case Directive() as directive:
            included = _included(directive, load, above)
            if len(included) != 1 or not isinstance(included[0], Node):
                raise KeaJsonError("the included file is not one value", node.file, node.first)
            return included[0]
        case _:
            return node
    return Node(value, node.file, node.start, node.end, node.first, node.last)


def _included(directive: Directive, load: Callable[[str], str | None], above: tuple[str, ...]) -> tuple[Element, ...]:
    text = load(directive.path)
    if text is None:
        raise KeaJsonError("the included file was not captured", directive.file, directive.first)
    if directive.path in above or len(above) > 10:
        raise KeaJsonError("files include one another", directive.file, directive.first)
    return _expanded(parse(directive.path, text), load, (*above, directive.path))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


class _Parser:
    __slots__ = ("_file", "_lines", "_text", "token")

    def __init__(self, file: str, text: str) -> None:
        self._file, self._text, self._lines = file, text, _starts(text)
        self.token = self._scan(0)

    def error(self, why: str) -> KeaJsonError:
        return KeaJsonError(why, self._file, self._line(self.token.start))

    def _line(self, position: int) -> int:
        return bisect_right(self._lines, position)

    def _scan(self, position: int) -> _Token:
        while position < len(self._text):
            found = _TOKEN.match(self._text, position)
            if found is None:
                raise KeaJsonError("neither a value nor a mark of JSON", self._file, self._line(position))
            if not found["blank"]:
                kind = "include" if found["include"] else found.lastgroup or ""
                return _Token(found["mark"] or kind, found[0], found.start(), found.end())
            position = found.end()
        return _Token("end", "", max(len(self._text) - 1, 0), len(self._text))

    def _next(self) -> _Token:
        token = self.token
        self.token = self._scan(token.end)
        return token

    def elements(self, close: str, depth: int) -> tuple[Element, ...]:
        """Elements up to, and without, the closing mark; in a part to be included members and values may stand."""
        found: list[Element] = []
        separated = True
        while self.token.kind not in ("end", "]", "}"):
            if self.token.kind == ",":
                self._next()
                separated = True
                continue
            if not separated:
                raise self.error("no comma between two elements")
            element = self._element(depth)
            if (isinstance(element, Member) and close == "]") or (isinstance(element, Node) and close == "}"):
                raise self.error("a key in a list, or a value without a key")
            found.append(element)
            # Commas around an include may stand in the included file.
            separated = isinstance(element, Directive)
        return tuple(found)

    def _element(self, depth: int) -> Element:
        if self.token.kind == "include":
            return self._directive()
        node = self._value(depth)
        if self.token.kind != ":" or not isinstance(node.value, str):
            return node
        self._next()
        return Member(node.value, self._value(depth), self._file, node.start, node.first)

    def _directive(self) -> Directive:
        token = self._next()
        path = token.text.split('"')[1]
        return Directive(path, self._file, token.start, token.end, self._line(token.start))

    def _value(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.error("nested too deep")
        start = self.token.start
        value: Value
        match self.token.kind:
            case "include":
                value = self._directive()
                end = value.end
            case "{" | "[" as mark:
                self._next()
                close = "}" if mark == "{" else "]"
                elements = self.elements(close, depth + 1)
                if self.token.kind != close:
                    raise self.error(f"'{mark}' of line {self._line(start)} is not closed")
                value = Object(elements) if mark == "{" else Array(elements)
                end = self._next().end
            case "string" | "number" | "word":
                token = self._next()
                value, end = self._scalar(token), token.end
            case _:
                raise self.error("no value where one must stand")
        return Node(value, self._file, start, end, self._line(start), self._line(end - 1))

    def _scalar(self, token: _Token) -> str | int | float | bool | None:
        if token.kind == "word":
            return _WORDS[token.text]
        try:
            if token.kind == "string":
                return str(json.loads(token.text))
            if len(token.text) > _LONGEST_NUMBER:
                raise ValueError
            return int(token.text) if token.text.lstrip("-").isdecimal() else float(token.text)
        except ValueError:
            raise KeaJsonError("a value that cannot be read", self._file, self._line(token.start)) from None


def _starts(text: str) -> list[int]:
    """Where the lines of a text begin."""
    return [0, *(found.end() for found in re.finditer("\n", text))]
