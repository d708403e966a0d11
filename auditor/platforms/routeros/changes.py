"""What edits of a RouterOS device are made of: operations on its exports, the commands' steps, and the way back.

Every edit addresses items by what is said of them, never by a number. An edit that would need something else says so
as `ByHand`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Any, TypeAlias

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.shell import quote
from auditor.secrets import has_token
from auditor.services.base import NotPossible
from auditor.syntax.routeros import Document, parse
from auditor.syntax.routeros_edit import apply as apply_to_text
from auditor.syntax.routeros_edit import find
from auditor.syntax.routeros_items import ItemStatements, Undecided, items_in
from auditor.syntax.routeros_operations import (
    AddItem,
    Conditions,
    EditError,
    Operation,
    RemoveItem,
    RemoveProperty,
    SetProperty,
    Where,
)

_MAIN = "export.rsc"


class WayBack(StrEnum):
    """How a property comes to have no value again, other than by setting its default."""

    UNSET = "unset"
    """`unset` takes it, which MikroTik's reference of commands shows for each property ("unset")."""


class Does(StrEnum):
    """What a step does."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Changed:
    """One property of a step: its new value, what was written before, and how it comes back.

    `shown` is what the device shows before the change. `value` None: it loses its value, by `unset`; `back` likewise.
    """

    name: str
    value: str | None
    shown: str | None
    back: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a snippet: on one item, or on the settings of a menu if there are no conditions.

    `properties` are those of an item that comes or goes, `place` finds the item that it stands before.
    """

    does: Does
    menu: str
    conditions: Conditions
    changes: tuple[Changed, ...] = ()
    properties: Conditions = ()
    place: Conditions = ()

    @property
    def after(self) -> Conditions:
        """The properties that a `set` writes."""
        return tuple((each.name, each.value) for each in self.changes if each.value is not None)

    @property
    def cleared(self) -> tuple[str, ...]:
        """The properties that lose their value."""
        return tuple(each.name for each in self.changes if each.value is None)

    @property
    def back(self) -> Conditions:
        """The properties that a `set` writes on the way back."""
        return tuple((each.name, each.back) for each in self.changes if each.back is not None)

    @property
    def unset(self) -> tuple[str, ...]:
        """The properties that lose their value on the way back."""
        return tuple(each.name for each in self.changes if each.back is None)


@dataclass(frozen=True, slots=True)
class Texts:
    """The exports of a capture, to look items up."""

    capture: Capture
    documents: tuple[tuple[str, Document], ...]

    @classmethod
    def of(cls, capture: Capture) -> "Texts":
        return cls(capture, tuple((file.path, parse(file.text)) for file in _exports(capture)))

    def item(self, where: Where) -> ItemStatements | None:
        """Return what the exports say of an item, None if nothing; `NotPossible` if it cannot be told."""
        found: list[ItemStatements] = []
        for _, document in self.documents:
            try:
                item = find(document, where)
            except EditError as error:
                raise NotPossible(str(error), _LOOK) from None
            found += [item] if item is not None else []
        if len(found) > 1:
            raise NotPossible(f"two exports speak of the same item of /{where.menu}", "keep one export of the device")
        return found[0] if found else None

    def text(self, where: Where, name: str) -> str | None:
        """Return what is written for a property of an item, None if nothing is."""
        item = self.item(where)
        return item.value(name) if item is not None else None


_LOOK = "make the change by hand, then audit again"


def _exports(capture: Capture) -> tuple[CapturedFile, ...]:
    return tuple(file for file in capture.files if file.kind is Kind.CONFIGURATION and not file.is_output)


def apply(capture: Capture, operations: tuple[Operation, ...]) -> Capture:
    """Apply operations to the captured exports in order; raises `EditError` if one does not fit."""
    for operation in operations:
        path = _file_of(capture, operation)
        files = tuple(
            replace(each, text=apply_to_text(each.text, operation)) if each.path == path else each
            for each in capture.files
        )
        capture = replace(capture, files=files)
    return capture


def _file_of(capture: Capture, operation: Operation) -> str:
    """The export that holds the item, else its menu, else the main one."""
    exports = _exports(capture)
    if not exports:
        raise EditError("no export was captured")
    where = operation.before if isinstance(operation, AddItem) else operation.where
    if len(exports) > 1:
        documents = [(file.path, parse(file.text)) for file in exports]
        if where is not None:
            for path, document in documents:
                if find(document, where) is not None:
                    return path
        menu = operation.menu if isinstance(operation, AddItem) else operation.where.menu
        for path, document in documents:
            if any(each.menu == menu for each in document.statements):
                return path
    return next((file.path for file in exports if file.path == _MAIN), exports[0].path)


Builder: TypeAlias = Callable[[Texts, Device, Any], Edit | None]
"""Makes an edit of an intent, None if the intent is about nothing of the builder's topic."""


# -- builders --------------------------------------------------------------------------------------------------


def set_property(
    texts: Texts,
    where: Where,
    name: str,
    value: str,
    *,
    default_text: str | WayBack | None,
    create: bool = False,
) -> Edit:
    """One property of an item gets a value, and back.

    `default_text` is what the way back writes if no line says so now: the documented default, or `WayBack.UNSET`.
    `create`: exports may say nothing of the item, as it has its defaults.
    """
    item = texts.item(where)
    if item is None and not create:
        raise NotPossible(f"the item of /{where.menu} is not in the export", f"look at `/{where.menu} print`")
    before = item.value(name) if item is not None else None
    stated = item is not None and name in item.properties and before is not None
    if before is None and default_text is None:
        raise NotPossible(
            f"no line says what {name} is, so that there is no way back",
            f"note the value that `/{where.menu} print detail` shows for {name} first, then set {name}={value}",
        )
    _pastable(value, before or "", *_values(where.conditions))
    default = None if default_text is WayBack.UNSET else default_text
    back = before if stated else default
    undo: Operation = SetProperty(where, name, before) if stated and before is not None else RemoveProperty(where, name)
    changed = Changed(name, value, before if stated else default, back)
    step = Step(Does.SET, where.menu, where.conditions, (changed,))
    return Edit((SetProperty(where, name, value, create=create),), (undo,), {"steps": (step,)}, ())


def clear_property(texts: Texts, where: Where, name: str) -> Edit:
    """One property of an item loses the value that a line gives it, and gets it back.

    For properties of which MikroTik's manual names no word for none.
    """
    before = texts.text(where, name)
    if before is None:
        raise NotPossible(f"no line says what {name} is", _LOOK)
    _pastable(before, *_values(where.conditions))
    step = Step(Does.SET, where.menu, where.conditions, (Changed(name, None, before, before),))
    return Edit((RemoveProperty(where, name),), (SetProperty(where, name, before),), {"steps": (step,)}, ())


def add_item(
    texts: Texts,
    menu: str,
    properties: Conditions,
    *,
    known_by: Sequence[str] = (),
    before: Where | None = None,
) -> Edit:
    """A new item, and gone again. `known_by` are the properties that tell it from others: name or comment, else all."""
    conditions = _known_by(properties, known_by)
    where = Where(menu, conditions)
    existing = texts.item(where)
    if existing is not None and dict(existing.written) != dict(properties):
        raise NotPossible(f"another item of /{menu} is there already", "choose another name by hand")
    place = before.conditions if before is not None else ()
    if before is not None and texts.item(before) is None:
        raise NotPossible(f"the item of /{menu} that it belongs before is not in the export", _LOOK)
    _pastable(*_values(properties), *_values(place))
    step = Step(Does.ADD, menu, conditions, properties=properties, place=place)
    return Edit((AddItem(menu, properties, before),), (RemoveItem(where, missing_ok=True),), {"steps": (step,)}, ())


def _known_by(properties: Conditions, names: Sequence[str]) -> Conditions:
    written = dict(properties)
    chosen = names or next(((name,) for name in ("name", "comment") if written.get(name)), tuple(written))
    return tuple((name, value) for name, value in properties if name in chosen)


def remove_item(texts: Texts, where: Where) -> Edit:
    """An item goes, and comes back at its place with what was written of it."""
    item = texts.item(where)
    if item is None or not item.added:
        raise NotPossible(f"no line adds this item of /{where.menu}", f"look at `/{where.menu} print`")
    properties = tuple(item.written.items())
    following = _behind(texts, where, item)
    place = following.conditions if following is not None else ()
    _pastable(*_values(properties), *_values(place), *_values(where.conditions))
    step = Step(Does.REMOVE, where.menu, where.conditions, properties=properties, place=place)
    undo = AddItem(where.menu, properties, following)
    return Edit((RemoveItem(where, missing_ok=True),), (undo,), {"steps": (step,)}, ())


def _behind(texts: Texts, where: Where, item: ItemStatements) -> Where | None:
    """How the next item of the menu is found, None if there is none."""
    for _, document in texts.documents:
        try:
            items = items_in(document, where.menu)
        except Undecided:
            continue
        place = next((number for number, each in enumerate(items) if each.statements == item.statements), None)
        if place is None or not items[place].meets(where.conditions) or place + 1 == len(items):
            continue
        following = items.pop(place + 1)
        others = [_said(each) for each in items]
        return Where(where.menu, _selector(_said(following), tuple(following.found_by), others, frozenset()))
    return None


def combine(edits: Iterable[Edit]) -> Edit:
    """Several edits as one: their steps in order, the way back in reverse."""
    listed = tuple(edits)
    return Edit(
        tuple(chain.from_iterable(each.operations for each in listed)),
        tuple(chain.from_iterable(each.undo for each in reversed(listed))),
        {"steps": tuple(chain.from_iterable(each.context["steps"] for each in listed))},
        tuple(dict.fromkeys(chain.from_iterable(each.services for each in listed))),
    )


def _values(conditions: Conditions) -> tuple[str, ...]:
    return tuple(value for _, value in conditions)


def _pastable(*values: str) -> None:
    """Refuse what cannot stand in a command: a secret, of which only a stand-in is known, and control characters."""
    for value in values:
        if has_token(value):
            raise NotPossible("a value is a secret, which no snippet holds", _LOOK)
        try:
            quote(value)
        except ValueError as error:
            raise NotPossible(str(error), _LOOK) from None


# -- selectors -------------------------------------------------------------------------------------------------


def where_of(item: Item, among: Iterable[Item], *changing: str) -> Where:
    """How an item is found on the device: by its name, what its lines find it by, its comment, or all that it says.

    `among` are all items of its menu. `changing` are properties that an edit changes: it is not found by those.
    `NotPossible` if items are alike.
    """
    if not item.found_by and item.statements[0].verb == "set":
        return Where(item.path)
    others = [_said(each) for each in among if each is not item and each.path == item.path]
    return Where(item.path, _selector(_said(item), tuple(item.found_by), others, frozenset(changing)))


Said: TypeAlias = Mapping[str, str]
"""What lines say of an item: what it is found by, and its properties."""


def _said(item: Item | ItemStatements) -> Said:
    if isinstance(item, ItemStatements):
        return {**item.found_by, **item.written}
    return {**item.found_by, **{name: each.value for name, each in item.properties.items() if not each.unset}}


def _selector(said: Said, found_by: tuple[str, ...], others: list[Said], changing: frozenset[str]) -> Conditions:
    telling = {name: value for name, value in said.items() if value and name not in changing and not has_token(value)}
    terms = tuple(name for name in telling if name not in ("disabled", "comment"))
    for names in (("name",), ("default-name",), found_by, ("comment",), terms):
        conditions = tuple((name, telling[name]) for name in names if name in telling)
        if len(conditions) != len(names) or not names:
            continue
        if not any(all(other.get(name) == value for name, value in conditions) for other in others):
            return conditions
    raise NotPossible("two items are alike, so that neither can be addressed", "give the item a comment, audit again")
