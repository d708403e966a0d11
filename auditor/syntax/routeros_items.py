"""Items of one menu of an export, for changing them: which statements say what of which item."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.syntax.routeros import Document, Property, Statement, TargetKind

_MENU_ITSELF = ("", "")
_MOST = 1000
"""So many items with one name are no configuration, and would take too long to tell apart."""


class Undecided(ValueError):
    """Which items some statement of the menu is about is not known, so none of them can be addressed."""


@dataclass(slots=True, eq=False)
class ItemStatements:
    """One item: the places of its statements in the document, and of each property the last one that writes it.

    `found_by` are the conditions by which its statements find it. Without any and without `add` it is the settings of
    the menu itself.
    """

    statements: list[int]
    added: bool
    properties: dict[str, tuple[int, Property]] = field(default_factory=dict)
    found_by: dict[str, str] = field(default_factory=dict)
    damaged: bool = False

    def value(self, name: str) -> str | None:
        """What is written for a property, or what the item is found by."""
        known = self.properties.get(name)
        if known is not None:
            return None if known[1].unset else known[1].value
        return self.found_by.get(name)

    @property
    def written(self) -> Mapping[str, str]:
        """All properties that lines give a value."""
        return {name: each.value for name, (_, each) in self.properties.items() if not each.unset}

    def meets(self, conditions: tuple[tuple[str, str], ...]) -> bool:
        """Whether all conditions hold; none at all are those of the menu itself."""
        if not conditions:
            return not self.added and not self.found_by
        return all(self.value(name) == value for name, value in conditions)

    def may_meet(self, conditions: tuple[tuple[str, str], ...]) -> bool:
        """Whether all conditions may hold, as far as a damaged statement can be read."""
        return all(self.value(name) in (value, None) for name, value in conditions)


def items_in(document: Document, menu: str) -> list[ItemStatements]:
    """Return the items of a menu in their order; `Undecided` if a statement may be about any of them."""
    items: list[ItemStatements] = []
    known: dict[tuple[str, str], list[ItemStatements]] = {}
    for number, statement in enumerate(document.statements):
        if statement.menu != menu:
            continue
        item = _item_of(statement, known, items)
        item.statements.append(number)
        item.damaged = item.damaged or bool(statement.damaged)
        for name, value in _conditions(statement):
            item.found_by[name] = value
            known.setdefault((name, value), []).append(item)
        for each in statement.properties:
            item.properties[each.name] = (number, each)
            known.setdefault((each.name, each.value), []).append(item)
    return items


def _item_of(
    statement: Statement, known: dict[tuple[str, str], list[ItemStatements]], items: list[ItemStatements]
) -> ItemStatements:
    if statement.verb == "add" and statement.property("copy-from") is None:
        items.append(ItemStatements([], added=True))
        return items[-1]
    conditions = _conditions(statement)
    if statement.verb != "set" or (statement.target.kind is not TargetKind.NONE and not conditions):
        raise Undecided(f"line {statement.first}: which items '{statement.verb}' is about is not known")
    if statement.damaged and not conditions and not statement.properties:
        raise Undecided(f"line {statement.first}: {statement.damaged}")
    candidates = known.setdefault(conditions[0] if conditions else _MENU_ITSELF, [])
    found = list(dict.fromkeys(item for item in candidates[:_MOST] if item.meets(conditions)))
    if len(found) > 1 or len(candidates) > _MOST:
        raise Undecided(f"line {statement.first} sets more than one item")
    if found:
        return found[0]
    items.append(ItemStatements([], added=False))
    if not conditions:
        candidates.append(items[-1])
    return items[-1]


def _conditions(statement: Statement) -> tuple[tuple[str, str], ...]:
    match statement.target.kind:
        case TargetKind.FIND:
            return statement.target.conditions
        case TargetKind.NAMES if len(statement.target.words) == 1:
            return (("name", statement.target.words[0]),)
        case _:
            return ()
