"""Nornir's SimpleInventory as a source: `hosts.yaml`, `groups.yaml` and `defaults.yaml`; passwords are not read.

Source: Nornir's documentation, "Inventory": what a host does not say is taken from its groups in their order, each
with the groups above it, and then from the defaults.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.inventory.document import TOP, Items, Node, Table, Text
from auditor.inventory.fields import kind
from auditor.inventory.mistakes import Mistakes, shown
from auditor.inventory.sources.files import read_yaml
from auditor.inventory.sources.hosts import Host, Value

_KEYS = {"hostname": "host", "port": "port", "username": "username", "platform": "platform"}
_EMPTY = Table({}, 1, 1, 1)
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class NornirSource:
    """The three files; those of groups and defaults need not exist."""

    hosts_file: Path
    groups_file: Path
    defaults_file: Path
    mistakes: Mistakes

    def hosts(self) -> Iterator[Host]:
        """Yield each host with what holds for it in the end."""
        groups = self._entries(self.groups_file)
        defaults = _Element("defaults", self._table(self.defaults_file), str(self.defaults_file))
        for name, host in self._entries(self.hosts_file, required=True).items():
            above: dict[str, _Element] = {}
            self._climb(host, groups, (), above)
            layers = (host, *above.values(), defaults)
            keys = {
                ours: value
                for theirs, ours in _KEYS.items()
                if (value := next(filter(None, (each.value(theirs) for each in layers)), None)) is not None
            }
            keys.setdefault("host", Value(Text(name, False, host.table.line, 1, host.table.line), host.file))
            variables: dict[str, str] = {}
            for each in reversed(layers):
                variables.update(each.data())
            yield Host(name, host.file, host.table.line, tuple(above), keys=keys, variables=variables)

    def _climb(
        self, element: "_Element", groups: dict[str, "_Element"], inside: tuple[str, ...], above: dict[str, "_Element"]
    ) -> None:
        """Gather the groups of a host or group, each followed by its own groups: the first that says something wins."""
        node = element.node("groups")
        for text in node.nodes if isinstance(node, Items) else ():
            if not isinstance(text, Text):
                self.mistakes.of(element.file).add(text, element.name, f"expected names of groups, found {kind(text)}")
            elif text.value not in groups:
                self.mistakes.of(element.file).add(text, element.name, f"there is no group {shown(text.value)}")
            elif text.value in inside or len(inside) >= _DEEPEST:
                self.mistakes.of(element.file).add(text, element.name, "this group would contain itself")
            elif text.value not in above:
                above[text.value] = groups[text.value]
                self._climb(groups[text.value], groups, (*inside, text.value), above)

    def _entries(self, path: Path, *, required: bool = False) -> dict[str, "_Element"]:
        found = {}
        table = self._table(path, required=required)
        for name, (place, node) in table.entries.items():
            if isinstance(node, Table):
                found[name] = _Element(name, node, str(path))
            elif isinstance(node, Text) and node.empty:
                found[name] = _Element(name, Table({}, place.line, place.column, place.last), str(path))
            else:
                self.mistakes.of(str(path)).add(node, shown(name)[1:-1], f"expected a mapping, found {kind(node)}")
        return found

    def _table(self, path: Path, *, required: bool = False) -> Table:
        if not required and not path.exists():
            return _EMPTY
        node = read_yaml(path, self.mistakes)
        if node is not None and not isinstance(node, Table):
            self.mistakes.of(str(path)).add(node, TOP, f"expected a mapping, found {kind(node)}")
        return node if isinstance(node, Table) else _EMPTY


@dataclass(frozen=True, slots=True)
class _Element:
    """A host, a group, or the defaults."""

    name: str
    table: Table
    file: str

    def node(self, key: str) -> Node | None:
        return self.table.entries[key][1] if key in self.table.entries else None

    def value(self, key: str) -> Value | None:
        node = self.node(key)
        return Value(node, self.file) if isinstance(node, Text) and not node.empty else None

    def data(self) -> dict[str, str]:
        node = self.node("data")
        entries = node.entries.items() if isinstance(node, Table) else ()
        return {key: below.value for key, (_, below) in entries if isinstance(below, Text) and not below.empty}
