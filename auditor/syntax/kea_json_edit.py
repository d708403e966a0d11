"""Change one member or item of Kea's JSON in place; all that stands around it keeps its bytes.

What is put in goes to a line of its own where its neighbours do so; what is taken out takes its line along. So
taking out what was put in gives back the text byte for byte.
"""

import re

from auditor.syntax.kea_json import Array, Element, Node, Object

_BLANKS = re.compile(r"(?>(?:[ \t\r\n\f]++|//[^\n]*+|#[^\n]*+|/\*(?>(?:[^*]++|\*(?!/))*)\*/)*)")
_REST = re.compile(r"[ \t]*+(?:(?://|#)[^\n]*+)?\r?(?:\n|\Z)")


def replaced(text: str, node: Node, rendered: str) -> str:
    """Return the text with another value in the place of one."""
    return text[: node.start] + rendered + text[node.end :]


def with_member(text: str, owner: Node, key: str, rendered: str, *, behind: str = "") -> str:
    """Return the text with one more member of an object, behind another one if that is there."""
    elements = owner.value.elements if isinstance(owner.value, Object) else ()
    keys = [getattr(element, "key", "") for element in elements]
    return _put_in(text, owner, elements, keys.index(behind) if behind in keys else -1, f'"{key}": {rendered}')


def with_item(text: str, owner: Node, rendered: str) -> str:
    """Return the text with one more item of a list, before the others."""
    return _put_in(text, owner, owner.value.elements if isinstance(owner.value, Array) else (), -1, rendered)


def without(text: str, owner: Node, element: Element) -> str:
    """Return the text without a member or an item."""
    elements = owner.value.elements if isinstance(owner.value, Object | Array) else ()
    index = next(number for number, each in enumerate(elements) if each.start == element.start)
    comma = _comma(text, element.end)
    start, end = element.start, element.end if comma is None else comma + 1
    line = text.rfind("\n", 0, start) + 1
    rest = _REST.match(text, end)
    if not text[line:start].strip() and rest is not None and line > 0:
        start, end = line, rest.end()
    elif comma is not None and index + 1 < len(elements):
        end = elements[index + 1].start
    if comma is None and index > 0:
        before = _comma(text, elements[index - 1].end)
        if before is not None:
            return text[:before] + text[before + 1 : start] + text[end:]
    return text[:start] + text[end:]


def _put_in(text: str, owner: Node, elements: tuple[Element, ...], behind: int, rendered: str) -> str:
    if not elements:
        return text[: owner.start + 1] + rendered + text[owner.start + 1 :]
    newline = "\r\n" if "\r\n" in text else "\n"
    if behind >= 0:
        comma = _comma(text, elements[behind].end)
        rest = _REST.match(text, comma + 1) if comma is not None else None
        indent = _indent(text, elements[behind].start)
        if comma is not None and rest is not None and indent is not None and rest[0].endswith("\n"):
            return f"{text[: rest.end()]}{indent}{rendered},{newline}{text[rest.end() :]}"
    follower = elements[min(behind + 1, len(elements) - 1)]
    indent = _indent(text, follower.start)
    if indent is not None:
        line = follower.start - len(indent)
        return f"{text[:line]}{indent}{rendered},{newline}{text[line:]}"
    return f"{text[: follower.start]}{rendered}, {text[follower.start :]}"


def _indent(text: str, start: int) -> str | None:
    """The blanks before what stands first in its line; None if something else does."""
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start]
    return before if line > 0 and not before.strip() else None


def _comma(text: str, position: int) -> int | None:
    found = _BLANKS.match(text, position)
    behind = found.end() if found is not None else position
    return behind if text.startswith(",", behind) else None
