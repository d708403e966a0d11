"""Change one thing in an export as `set`, `add` and `remove` would on the device, and touch no other statement.

Items are addressed by what is said of them, never by a line or a print number. `apply` edits the text, reads the
result back, and compares it with what the operation means; what cannot be changed locally is refused, never guessed.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from auditor.syntax.routeros import Document, Statement, parse
from auditor.syntax.routeros_cuts import Cut, above_remarks, block, line_break, line_cuts, line_end, property_cuts
from auditor.syntax.routeros_items import ItemStatements, Undecided, items_in
from auditor.syntax.routeros_operations import (
    AddItem,
    EditError,
    Operation,
    RemoveItem,
    RemoveProperty,
    SetProperty,
    Where,
    said,
)
from auditor.syntax.routeros_write import menu_name, property_name, written

_Said: TypeAlias = tuple[str, str, object, tuple[tuple[str, str, bool], ...], str]
"""What a statement says: menu, verb, items, properties, damage."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Changes of the text, and what the statements say afterwards."""

    cuts: tuple[Cut, ...]
    said: list[_Said]


def apply(text: str, operation: Operation) -> str:
    """Return the text after one operation; raises `EditError`."""
    document = parse(text)
    try:
        plan = _plan(document, operation)
    except EditError:
        raise
    except ValueError as error:
        raise EditError(f"{said(operation)}: {error}") from None
    if plan is None:
        return text
    for cut in sorted(plan.cuts, key=lambda cut: (cut.begin, cut.end), reverse=True):
        text = text[: cut.begin] + cut.text + text[cut.end :]
    again = parse(text)
    if _says(again) != plan.said or _broken(again) != _broken(document):
        raise EditError(f"{said(operation)}: it cannot be written without changing other lines of the export")
    return text


def _plan(document: Document, operation: Operation) -> _Plan | None:
    """What to change; None if there is nothing to do."""
    match operation:
        case SetProperty():
            return _set(document, operation)
        case RemoveProperty():
            return _unset(document, operation)
        case AddItem():
            return _add(document, operation)
        case RemoveItem():
            item = find(document, operation.where)
            if item is not None:
                return _without(document, set(item.statements))
            if operation.missing_ok:
                return None
            raise EditError(f"{said(operation)}: there is no such item")


def find(document: Document, where: Where) -> ItemStatements | None:
    """Return the one item that a place names, None if there is none; `EditError` if it cannot be told."""
    try:
        items = items_in(document, where.menu)
    except Undecided as error:
        raise EditError(f"/{where.menu}: {error}") from None
    found = [item for item in items if item.meets(where.conditions)]
    if len(found) > 1:
        raise EditError(f"/{where.menu}: {len(found)} items are alike, so that none of them can be addressed")
    if where.conditions and any(item.damaged and item.may_meet(where.conditions) for item in items):
        raise EditError(f"/{where.menu}: a statement that may be about the item cannot be read")
    if found and found[0].damaged:
        raise EditError(f"/{where.menu}: a statement about the item cannot be read")
    return found[0] if found else None


# -- properties ------------------------------------------------------------------------------------------------


def _set(document: Document, operation: SetProperty) -> _Plan | None:
    name, value = property_name(operation.name), written(operation.value)
    item = find(document, operation.where)
    if item is None:
        if not operation.create:
            raise EditError(f"{said(operation)}: there is no such item")
        return _new_set(document, operation)
    known = item.properties.get(name)
    if known is not None and not known[1].unset and known[1].value == operation.value:
        return None
    says = _says(document)
    if known is None:
        number = item.statements[-1]
        end = document.statements[number].end
        blank = "" if document.text[end - 1].isspace() else " "
        says[number] = _with(says[number], (*says[number][3], (name, operation.value, False)))
        return _Plan((Cut(end, end, f"{blank}{name}={value}"),), says)
    number, old = known
    properties = [
        (name, operation.value, False) if each is old else (each.name, each.value, each.unset)
        for each in document.statements[number].properties
    ]
    says[number] = _with(says[number], tuple(properties))
    if old.unset:
        return _Plan((Cut(old.from_, old.end, f"{name}={value}"),), says)
    return _Plan((Cut(old.begin, old.end, value),), says)


def _new_set(document: Document, operation: SetProperty) -> _Plan:
    where = operation.where
    found = " ".join(f"{property_name(name)}={written(value)}" for name, value in where.conditions)
    target = f"[ find {found} ] " if found else ""
    command = f"set {target}{operation.name}={written(operation.value)}"
    return _insert(document, menu_name(where.menu), command, None)


def _unset(document: Document, operation: RemoveProperty) -> _Plan | None:
    item = find(document, operation.where)
    if item is None or operation.name not in item.properties:
        return None
    cuts: list[Cut] = []
    says = _says(document)
    empty: set[int] = set()
    for number in item.statements:
        statement = document.statements[number]
        kept = tuple(each for each in statement.properties if each.name != operation.name)
        if len(kept) == len(statement.properties):
            continue
        if not kept and statement.verb == "set":
            empty.add(number)
            continue
        cuts += property_cuts(document.text, statement, operation.name)
        says[number] = _with(says[number], tuple((each.name, each.value, each.unset) for each in kept))
    gone = _without(document, empty)
    return _Plan((*cuts, *gone.cuts), [each for number, each in enumerate(says) if number not in empty])


# -- statements ------------------------------------------------------------------------------------------------


def _add(document: Document, operation: AddItem) -> _Plan | None:
    menu = menu_name(operation.menu)
    wanted = dict(operation.properties)
    if len(wanted) != len(operation.properties) or not wanted:
        raise EditError(f"{said(operation)}: each property once, and at least one")
    try:
        items = items_in(document, menu)
    except Undecided as error:
        raise EditError(f"/{menu}: {error}") from None
    if any(item.added and item.written == wanted and not item.damaged for item in items):
        return None
    command = " ".join(("add", *(f"{property_name(name)}={written(value)}" for name, value in operation.properties)))
    if operation.before is None:
        return _insert(document, menu, command, None)
    following = find(document, operation.before)
    if following is None or not following.statements:
        raise EditError(f"{said(operation)}: there is no item to put it before")
    return _insert(document, menu, command, following.statements[0])


def _insert(document: Document, menu: str, command: str, before: int | None) -> _Plan:
    """A new statement: before another one, else behind the last of its menu, else in a menu of its own at the end."""
    neighbours = [number for number, each in enumerate(document.statements) if each.menu == menu]
    says = _says(document)
    if before is None and not neighbours:
        if any(not each.menu for each in document.broken):
            raise EditError(f"/{menu}: the export is cut, so that nothing can be put at its end")
        return _Plan((_at_end(document, menu, command),), [*says, _statement_says(f"/{menu} {command}")])
    neighbour = document.statements[before if before is not None else neighbours[-1]]
    at = above_remarks(document.text, neighbour) if before is not None else neighbour.begin
    indent = re.match(r"[ \t]*", document.text[neighbour.begin : neighbour.end])
    plain = not neighbour.terse and block(document, neighbour) == menu
    line = f"{indent[0] if indent else ''}{command}" if plain else f"/{menu} {command}"
    number = before if before is not None else neighbours[-1] + 1
    says.insert(number, _statement_says(f"/{menu} {command}"))
    ending = line_break(document.text)
    if before is not None:
        return _Plan((Cut(at, at, line + ending),), says)
    return _Plan((Cut(neighbour.end, neighbour.end, ending + line),), says)


def _at_end(document: Document, menu: str, command: str) -> Cut:
    """Behind the last statement, or menu line, of the export; an export of full lines gets a full line."""
    text, ending = document.text, line_break(document.text)
    terse = bool(document.statements) and all(each.terse for each in document.statements) and not document.menus
    lines = f"/{menu} {command}" if terse else f"/{menu}{ending}{command}"
    at = document.statements[-1].end if document.statements else 0
    for number, _ in document.menus[-1:]:
        at = max(at, line_end(text, number))
    if not document.statements and not document.menus:
        at = len(text)
        return Cut(at, at, f"{'' if not text or text.endswith(chr(10)) else ending}{lines}{ending}")
    return Cut(at, at, f"{ending}{lines}")


def _without(document: Document, numbers: set[int]) -> _Plan:
    """The export without some statements, and without the menu lines that then stand alone."""
    lines = document.text.split("\n")
    doomed = (document.statements[number] for number in numbers)
    gone = {line for each in doomed for line in range(each.first, each.last + 1)}
    heads = [line for line, _ in document.menus]
    for head, following in zip(heads, (*heads[1:], len(lines) + 1), strict=True) if heads else ():
        block = {line for line in range(head + 1, following) if lines[line - 1].strip()}
        if block and gone.issuperset(block):
            gone.add(head)
    return _Plan(
        line_cuts(document.text, gone), [e for number, e in enumerate(_says(document)) if number not in numbers]
    )


# -- what it means ---------------------------------------------------------------------------------------------


def _says(document: Document) -> list[_Said]:
    return [_one(statement) for statement in document.statements]


def _one(statement: Statement) -> _Said:
    properties = tuple((each.name, each.value, each.unset) for each in statement.properties)
    return (statement.menu, statement.verb, statement.target, properties, statement.damaged)


def _statement_says(line: str) -> _Said:
    (statement,) = parse(line).statements
    return _one(statement)


def _with(old: _Said, properties: tuple[tuple[str, str, bool], ...]) -> _Said:
    return (old[0], old[1], old[2], properties, old[4])


def _broken(document: Document) -> list[tuple[str, str]]:
    return [(each.menu, each.why) for each in document.broken]
