"""TOML with its lines, as far as flat settings go: strings, booleans, numbers, and arrays of strings.

`tomllib` gives no lines, and one value that it does not take hides all others. Other values (inline tables, dates,
strings over several lines) are kept as `None`. Source: TOML 1.0.0.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

_TABLE = re.compile(r"\s*\[([^\[\]#=]+)\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\-\"']+)\s*=\s*")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'")
_PLAIN = re.compile(r"true|false|[+-]?[0-9][0-9_]*(?:\.[0-9]+)?")
_ESCAPES = {'"': '"', "\\": "\\", "t": "\t", "n": "\n", "b": "\b", "r": "\r", "f": "\f"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Element:
    """One string of an array; `start` and `end` are its place in its line, quotes included."""

    text: str
    line: int
    start: int
    end: int


Value: TypeAlias = str | bool | int | float | tuple[Element, ...] | None


@dataclass(frozen=True, slots=True)
class Item:
    """One setting by its full key; lines are 1-based and inclusive. `start` is where its value begins."""

    key: str
    value: Value
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """All settings in order, the lines of table headers, and lines that cannot be read."""

    items: tuple[Item, ...]
    headers: tuple[int, ...]
    unreadable: tuple[int, ...]

    def item(self, key: str) -> Item | None:
        """Return the setting with this key; TOML permits one."""
        return next((item for item in self.items if item.key == key), None)


def parse(text: str) -> Document:
    """Read a text; a line that cannot be read is said to be so, and nothing is lost."""
    lines = text.split("\n")
    items: list[Item] = []
    headers: list[int] = []
    unreadable: list[int] = []
    table, at = "", 0
    while at < len(lines):
        line = lines[at]
        header, key = _TABLE.fullmatch(line.rstrip("\r")), _KEY.match(line)
        if not line.strip() or line.lstrip().startswith("#"):
            pass
        elif header is not None:
            table = _name(header[1]) + "."
            headers.append(at + 1)
        elif key is not None:
            item = _item(lines, at, table + _name(key[1]), key.end())
            if item is None:
                unreadable.append(at + 1)
            else:
                items.append(item)
                at = item.last - 1
        else:
            unreadable.append(at + 1)
        at += 1
    return Document(tuple(items), tuple(headers), tuple(unreadable))


def _name(text: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in text.split("."))


def _item(lines: list[str], at: int, key: str, start: int) -> Item | None:
    line = lines[at]
    if line[start : start + 1] == "[":
        return _array(lines, at, key, start)
    found = _STRING.match(line, start)
    if found is not None and not line.startswith(('"""', "'''"), start):
        value: Value = _text(found)
    else:
        found = _PLAIN.match(line, start)
        if found is None:
            return Item(key, None, at + 1, at + 1, start, len(line))
        value = _plain(found[0])
    if not _is_end(line[found.end() :]):
        return None
    return Item(key, value, at + 1, at + 1, start, found.end())


def _plain(word: str) -> Value:
    if word in ("true", "false"):
        return word == "true"
    digits = word.replace("_", "")
    return float(digits) if "." in digits else int(digits[:20])


def _array(lines: list[str], at: int, key: str, start: int) -> Item | None:
    """An array of strings, over as many lines as it takes; None if it holds anything else or has no end."""
    elements: list[Element] = []
    column, number = start + 1, at
    while number < len(lines):
        line = lines[number]
        while column < len(line):
            char = line[column]
            if char in " \t\r,":
                column += 1
            elif char == "#":
                break
            elif char == "]":
                if not _is_end(line[column + 1 :]):
                    return None
                return Item(key, tuple(elements), at + 1, number + 1, start, column + 1)
            else:
                found = _STRING.match(line, column)
                if found is None:
                    return None
                elements.append(Element(_text(found), number + 1, column, found.end()))
                column = found.end()
        number, column = number + 1, 0
    return None


def _is_end(rest: str) -> bool:
    return not rest.strip() or rest.lstrip().startswith("#")


def _text(found: "re.Match[str]") -> str:
    if found[2] is not None:
        return found[2]
    return _ESCAPE.sub(_escape, found[1])


def _escape(found: "re.Match[str]") -> str:
    if found[3] is not None:
        return _ESCAPES.get(found[3], found[0])
    number = int(found[1] or found[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else found[0]


def quoted(text: str) -> str:
    """Write a string; raises `ValueError` for one that does not belong into a file."""
    if not text.isprintable():
        raise ValueError("control characters are never written")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def with_string(text: str, item: Item, value: str) -> str:
    """Replace a value of one line by a string."""
    lines = text.split("\n")
    line = lines[item.first - 1]
    lines[item.first - 1] = line[: item.start] + quoted(value) + line[item.end :]
    return "\n".join(lines)


def with_strings(text: str, item: Item, values: list[str]) -> str:
    """Give an array other strings; those that stay keep their lines as they are."""
    if not isinstance(item.value, tuple):
        return text
    lines = text.split("\n")
    if item.first == item.last:
        line = lines[item.first - 1]
        inside = f"[ {', '.join(map(quoted, values))} ]" if values else "[]"
        lines[item.first - 1] = line[: item.start] + inside + line[item.end :]
        return "\n".join(lines)
    indent = " " * (item.value[0].start if item.value and item.value[0].line > item.first else 4)
    end = "\r" if lines[item.first - 1].endswith("\r") else ""
    body = [f"{indent}{quoted(v)}{',' if at < len(values) - 1 else ''}{end}" for at, v in enumerate(values)]
    head = lines[item.first - 1][: item.start] + "[" + end
    last = lines[item.last - 1]
    tail = last[: len(last) - len(last.lstrip())] + last[item.end - 1 :]
    return "\n".join((*lines[: item.first - 1], head, *body, tail, *lines[item.last :]))
