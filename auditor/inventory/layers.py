"""One layer of an inventory: the settings that it states, and the devices that it names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.inventory.devices import UNFILLED, DeviceLayer
from auditor.inventory.document import Node, Table, Text
from auditor.inventory.fields import Fields, as_fields
from auditor.inventory.formats import NAME
from auditor.inventory.placeholders import Filling, filled, names_in, size
from auditor.inventory.settings import Known, Settings, read_settings

_APART = ("devices", "vars")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a layer states; `groups` None if it names none."""

    settings: Settings
    groups: tuple[str, ...] | None


class Layer:
    """The mapping of `defaults`, a group or a site, read once for every way in which its placeholders can be filled.

    `also` are keys that others read, `elsewhere` says where keys of other places belong. `literal`: what stands here
    is never filled.
    """

    def __init__(
        self,
        fields: Fields,
        origin: str,
        known: Known,
        *,
        also: Iterable[str] = (),
        elsewhere: Mapping[str, str] | None = None,
        literal: bool = False,
    ) -> None:
        self.fields = fields
        self.origin = origin
        self.known = known
        self.also = tuple(also)
        self.elsewhere = elsewhere
        entries = fields.table.entries
        apart = [name for name in _APART if name in self.also]
        self._table = (
            fields.table
            if entries.keys().isdisjoint(apart)
            else replace(fields.table, entries={name: entries[name] for name in entries if name not in apart})
        )
        self.names = frozenset[str]() if literal else names_in(self._table)
        self._size = size(self._table) if self.names else 0
        self._stated: dict[tuple[str | None, ...] | None, Stated] = {}
        self.devices = self._devices() if "devices" in apart and "devices" in entries else {}

    def stated(self, filling: Filling | None) -> Stated:
        """Return what stands here, filled with the variables of a site, or literally."""
        key = filling.key(self.names) if filling is not None and self.names else None
        if key in self._stated:
            return self._stated[key]
        wrong = self.fields.mistakes.of_rows
        stated = self._read(filling)
        if wrong == self.fields.mistakes.of_rows:
            # What is wrong is read again, so that each site that it is wrong for is counted.
            self._stated[key] = stated
        return stated

    def checked(self) -> None:
        """Read a layer whether somebody uses it or not, if that does not depend on who does."""
        if not self.names:
            self.stated(None)

    def _read(self, filling: Filling | None) -> Stated:
        mistakes, table = self.fields.mistakes, self._table
        if self.names:
            mistakes = mistakes.filled_from(UNFILLED if filling is None else filling.origin)
            if filling is not None:
                mistakes.fill(self._size, table, self.fields.path)
                node = filled(table, filling, self.fields.path, mistakes)
                assert isinstance(node, Table)
                table = node
        fields = Fields(table, self.fields.path, mistakes)
        fields.knows(self.also)
        groups = fields.scalars("groups", NAME) if "groups" in self.also else None
        settings = read_settings(fields, self.origin, self.known)
        fields.finish(self.elsewhere)
        return Stated(settings, groups)

    def _devices(self) -> dict[str, DeviceLayer]:
        devices = {}
        for name, node, path in self.fields.named("devices", "a mapping of named devices"):
            fields = optional(node, path, "a mapping", self.fields)
            if fields is not None:
                devices[name] = DeviceLayer(fields, self.known)
        return devices


def optional(node: Node, path: str, expected: str, parent: Fields) -> Fields | None:
    """Go into a mapping that may also be left out: `lyon-01:` alone is a site without settings.

    Anything else is a mistake and gives None.
    """
    if isinstance(node, Text) and node.empty:
        return Fields(Table({}, node.line, node.column, node.last), path, parent.mistakes)
    return as_fields(node, path, expected, parent.mistakes)
