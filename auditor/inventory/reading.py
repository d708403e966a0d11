"""Reads all layers of an inventory: its files, the lists and the other inventories that they name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from auditor.credentials import CredentialRef
from auditor.inventory import formats
from auditor.inventory.bastions import JumpHosts
from auditor.inventory.devices import DeviceLayer
from auditor.inventory.document import TOP, Items, Node, Table, join
from auditor.inventory.fields import Fields, as_fields
from auditor.inventory.files import Files, read_file
from auditor.inventory.layers import Layer, optional
from auditor.inventory.lists import Row, read_rows
from auditor.inventory.mistakes import printable, shown
from auditor.inventory.reaching import AtOnce
from auditor.inventory.settings import LAYER_KEYS, Known, Words
from auditor.inventory.sourcing import Sourced, read_sourced
from auditor.inventory.waiting import read_limits
from auditor.model.facts import Span
from auditor.secrets import Secret

_DEVICE_KEYS = dict.fromkeys(("host", "captures", "part", "on_site", "roles"), "a device: sites.SITE.devices.NAME")
_OF_A_SITE = {"part": "that this part serves", "on_site": "in whose network it stands"}
_CLIENT_KEYS = dict.fromkeys(
    ("ssid", "vlan", "subnet", "mac", "mac_ethernet", "ip", "model", "count", "connection", "addressing", "dns"),
    "an entry of `readers` or `pos`",
)
_POLICY_KEYS = dict.fromkeys(("same_lan", "wifi6", "sessions"), "`policy_options`")
_ELSEWHERE = _DEVICE_KEYS | _CLIENT_KEYS | _POLICY_KEYS | {"limits": "the top level", "jump_hosts": "the top level"}
_IN_A_GROUP = _ELSEWHERE | {"groups": "a site; groups do not nest", "vars": "a site"}
_IN_DEFAULTS = _IN_A_GROUP | {"devices": "a group or a site, or to the top level for devices that sites share"}
_AT_THE_TOP = _ELSEWHERE | dict.fromkeys((*LAYER_KEYS, "vars"), "`defaults`, a group or a site")
_TOP_KEYS = ("sites", "sites_from", "sources", "include")


@dataclass(slots=True)
class NamedSite:
    """All that names one site: another inventory, a row of a list with its template, the file's own mapping."""

    name: str
    sourced: Sourced | None = None
    template: Layer | None = None
    row: Row | None = None
    row_layer: Layer | None = None
    own: Layer | None = None

    @property
    def span(self) -> Span:
        """The lines that a site is told from: its row, else its own mapping, else those of another inventory."""
        if self.row is not None:
            return self.row.span
        if self.own is not None:
            return self.own.fields.span
        if self.sourced is not None:
            return self.sourced.layer.fields.span
        raise AssertionError("a site is named somewhere")


class Reading:
    """The layers of all files, before they are merged into sites."""

    def __init__(self, files: Files, words: Words, reveal: Callable[[CredentialRef], Secret] | None) -> None:
        self.files = files
        self.mistakes = files.mistakes
        self.known = Known.of(words)
        self.reveal = reveal
        self.limits = AtOnce()
        self.jump_hosts = JumpHosts()
        self.defaults: list[Layer] = []
        self.groups: dict[str, Layer] = {}
        self.sites: dict[str, NamedSite] = {}
        self.shared: dict[str, list[DeviceLayer]] = {}
        self._places: dict[str, str] = {}

    def read(self) -> None:
        """Read all layers of all files."""
        tops = self.files.tops
        sourced: list[Sourced] = []
        for top in tops:
            self._once(top, "limits")
            if top.has("limits"):
                self.limits = read_limits(top)
            top.knows(("limits",))
            self.jump_hosts.read(top)
            self._read_defaults(top)
            for name, node, path in top.named("groups", "a mapping of named groups"):
                fields = optional(node, path, "a mapping of settings", top)
                if fields is not None and self._new(f"group {name}", fields):
                    layer = Layer(fields, f"group {name}", self.known, also=("devices",), elsewhere=_IN_A_GROUP)
                    layer.checked()
                    self.groups[name] = layer
                self.groups.setdefault(name, Layer(_nothing(top), f"group {name}", self.known))
        self.jump_hosts.check()
        for top in tops:
            sourced += self._read_sources(top)
        for top in tops:
            self._read_shared(top)
            for name, node, path in top.named("sites", "a mapping of named sites"):
                fields = optional(node, path, "a mapping of settings", top)
                if fields is not None and self._new(f"site {name}", fields):
                    self._site(name).own = self._layer_of_a_site(fields)
            self._read_lists(top)
        for each in sourced:
            if each.site:
                self._site(each.site).sourced = each
        self.jump_hosts.tell_apart(self.shared)
        self._finish(tops)

    def _finish(self, tops: list[Fields]) -> None:
        for top in tops:
            top.finish(_AT_THE_TOP)
        if not tops or self.sites or self.mistakes.any:
            return
        first = tops[0]
        named = [key for key in _TOP_KEYS if first.has(key)]
        if not named:
            self.mistakes.add(first.table, TOP, "`sites` is missing; expected a mapping of named sites")
        else:
            first.wrong(named[0], "names no site; expected at least one")

    def _once(self, top: Fields, key: str) -> bool:
        return not top.has(key) or self._new(key, top, key)

    def _new(self, what: str, fields: Fields, key: str = "") -> bool:
        """Note a mistake if something of this name was already defined in another file."""
        span = fields.span_of(key)
        if what in self._places:
            fields.wrong(key, f"the {printable(what)} is already defined in {self._places[what]}")
            return False
        self._places[what] = f"{printable(span.file)}:{span.first}"
        return True

    def _read_defaults(self, top: Fields) -> None:
        fields = top.fields("defaults", "a mapping of settings")
        if fields is None:
            return
        for key in fields.table.entries:
            self._new(f"default {key}", fields, key)
        layer = Layer(fields, "defaults", self.known, elsewhere=_IN_DEFAULTS)
        layer.checked()
        self.defaults.append(layer)

    def _read_sources(self, top: Fields) -> Iterator[Sourced]:
        node = top.node("sources")
        if node is None:
            return
        for each in read_sourced(node, top, self.known, self.groups, self.reveal):
            if each.site:
                yield each
                continue
            for name, layer in each.devices.items():
                self.shared.setdefault(name, []).append(layer)

    def _read_shared(self, top: Fields) -> None:
        for name, node, path in top.named("devices", "a mapping of named devices"):
            fields = optional(node, path, "a mapping with `host` or `captures`", top)
            if fields is None:
                # Sites may name it all the same; they are not to blame.
                self.shared[name] = []
            elif self._new(f"shared device {name}", fields):
                wrong = [key for key in _OF_A_SITE if fields.has(key)]
                for key in wrong:
                    fields.wrong(key, f"does not belong here but to the site {_OF_A_SITE[key]}")
                entries = {key: value for key, value in fields.table.entries.items() if key not in wrong}
                fields.table = replace(fields.table, entries=entries)
                self.shared.setdefault(name, []).append(DeviceLayer(fields, self.known))

    def _read_lists(self, top: Fields) -> None:
        node = top.node("sites_from")
        if node is None:
            return
        nodes = node.nodes if isinstance(node, Items) else (node,)
        for number, item in enumerate(nodes, start=1):
            path = f"sites_from[{number}]" if isinstance(node, Items) else "sites_from"
            self._read_list(item, path, top)

    def _read_list(self, node: Node, path: str, top: Fields) -> None:
        template: Layer | None = None
        if isinstance(node, Table):
            fields = Fields(node, path, top.mistakes)
            name = fields.scalar("file", formats.PATH)
            below = fields.node("site")
            inside = None if below is None else as_fields(below, join(path, "site"), "a mapping", top.mistakes)
            if inside is not None:
                template = self._layer_of_a_site(inside)
            fields.finish()
            if not fields.has("file"):
                fields.wrong("", "`file` is missing; expected the path of a CSV file")
        else:
            holder = Fields(Table({"file": (top.table.entries["sites_from"][0], node)}, 1, 1, 1), "", top.mistakes)
            name = holder.scalar("file", formats.PATH)
            fields = top
        if name is None:
            return
        file = top.beside(name)
        data = read_file(file, fields, "file" if fields is not top else "sites_from")
        if data is None:
            return
        self.files.add(file, data)
        mistakes = self.mistakes.of(str(file))
        for row in read_rows(data, mistakes):
            place = f"{printable(str(file))}:{row.span.first}"
            if f"row {row.site}" in self._places:
                twice = f"the site {shown(row.site)} is already listed in {self._places[f'row {row.site}']}"
                mistakes.add(row.keys, "CSV site", twice)
                continue
            self._places[f"row {row.site}"] = place
            site = self._site(row.site)
            keys = Fields(row.keys, f"site {printable(row.site)}", mistakes)
            site.row, site.template = row, template
            site.row_layer = Layer(keys, "site", self.known, also=("groups",), literal=True)

    def _layer_of_a_site(self, fields: Fields) -> Layer:
        return Layer(fields, "site", self.known, also=("groups", "devices", "vars"), elsewhere=_ELSEWHERE)

    def _site(self, name: str) -> NamedSite:
        return self.sites.setdefault(name, NamedSite(name))


def _nothing(top: Fields) -> Fields:
    return Fields(Table({}, 1, 1, 1), "", top.mistakes)
