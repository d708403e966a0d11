"""Change one statement of a dhcpd configuration in place; all that stands around it keeps its bytes.

A new statement goes to a line of its own where its neighbours do so. Taking it out again gives back the text.
"""

import re

from auditor.syntax.dhcpd_conf import Statement

_REST = re.compile(r"[ \t]*+(?:#[^\n]*+)?\r?\n")
_UNIT = re.compile(r"^([ \t]+)\S", re.MULTILINE)


def with_arguments(text: str, statement: Statement, arguments: str, skipped: int = 1) -> str:
    """Return the text with other words behind the first `skipped` ones of a statement without a block."""
    if len(statement.words) <= skipped:
        end = statement.words[-1].end
        return f"{text[:end]} {arguments}{text[end:]}"
    return text[: statement.words[skipped].start] + arguments + text[statement.words[-1].end :]


def arguments_of(text: str, statement: Statement, skipped: int = 1) -> str:
    """The words behind the first ones as they are written."""
    if len(statement.words) <= skipped:
        return ""
    return text[statement.words[skipped].start : statement.words[-1].end]


def with_statement(text: str, owner: Statement, rendered: str, behind: Statement | None = None) -> str:
    """Return the text with one more statement in a block: behind another one, else behind its brace."""
    at = behind.end if behind is not None else owner.opened
    rest = _REST.match(text, at)
    if rest is None:
        return f"{text[:at]} {rendered}{text[at:]}"
    newline = "\r\n" if rest[0].endswith("\r\n") else "\n"
    line = text.rfind("\n", 0, behind.start if behind is not None else owner.start) + 1
    indent = text[line : len(text) - len(text[line:].lstrip(" \t"))]
    if behind is None:
        unit = _UNIT.search(text)
        inner = next(iter(owner.block or ()), None)
        own = _indent(text, inner) if inner is not None else None
        indent = own if own is not None else indent + (unit[1] if unit and not indent else indent or "  ")
    return f"{text[: rest.end()]}{indent}{rendered}{newline}{text[rest.end() :]}"


def without(text: str, statement: Statement) -> str:
    """Return the text without a statement, and without its line if nothing else is on it."""
    line = text.rfind("\n", 0, statement.start) + 1
    rest = _REST.match(text, statement.end)
    if not text[line : statement.start].strip() and rest is not None:
        return text[:line] + text[rest.end() :]
    start = statement.start - 1 if text[statement.start - 1 : statement.start] == " " else statement.start
    return text[:start] + text[statement.end :]


def _indent(text: str, statement: Statement) -> str | None:
    line = text.rfind("\n", 0, statement.start) + 1
    before = text[line : statement.start]
    return before if not before.strip() else None
