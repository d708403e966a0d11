"""What can be changed in an export, as `set`, `add` and `remove` would on the device.

Items are addressed by what is said of them, never by a line or a print number.
"""

from dataclasses import dataclass
from typing import TypeAlias

from auditor.errors import AuditorError

Conditions: TypeAlias = tuple[tuple[str, str], ...]


class EditError(AuditorError, ValueError):
    """The operation cannot be carried out on this text; the text is unchanged."""


@dataclass(frozen=True, slots=True)
class Where:
    """One item: its menu in words divided by blanks (`ip dhcp-server`), and conditions that all hold for it alone.

    Without conditions it is the settings of the menu itself (`/ip dns set …`).
    """

    menu: str
    conditions: Conditions = ()


@dataclass(frozen=True, slots=True)
class SetProperty:
    """`set [find …] name=value`. `create`: a statement is written where none speaks of the item yet.

    Exports leave out what has its default, and items of which nothing was changed.
    """

    where: Where
    name: str
    value: str
    create: bool = False


@dataclass(frozen=True, slots=True)
class RemoveProperty:
    """The way back to "no line says so". A `set` that says nothing more goes, and a menu line left alone."""

    where: Where
    name: str


@dataclass(frozen=True, slots=True)
class AddItem:
    """`add …`, before another item or behind the last statement of the menu.

    An item with the very same properties is not added a second time.
    """

    menu: str
    properties: Conditions
    before: Where | None = None


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """`remove [find …]`: all its statements go. `missing_ok`: there may be none."""

    where: Where
    missing_ok: bool = False


Operation: TypeAlias = SetProperty | RemoveProperty | AddItem | RemoveItem


def said(operation: Operation) -> str:
    """Name an operation for people, without values: they may be secrets."""
    where = operation if isinstance(operation, AddItem) else operation.where
    name = f" {operation.name}" if isinstance(operation, SetProperty | RemoveProperty) else ""
    return f"{type(operation).__name__} /{where.menu}{name}"
