"""Shows one site as all layers make it: each value with the file and line that says it, or `default`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from auditor.inventory.document import Table, Text
from auditor.inventory.entries import DeviceEntry, PosEntry, ReaderEntry, Selector, SiteEntry
from auditor.inventory.fields import Fields
from auditor.inventory.hours import DAYS, parse_days
from auditor.inventory.merging import Merging, Stack
from auditor.inventory.mistakes import printable
from auditor.inventory.placeholders import names_in
from auditor.inventory.settings import ACCESS_KEYS
from auditor.model.facts import Span

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Stated:
    """One value: its keys from the site down, the text, and `file:line` or `default`."""

    keys: tuple[str, ...]
    value: str | tuple[str, ...]
    where: str


def explain(site: SiteEntry, merging: Merging) -> Iterator[Stated]:
    """Yield each value of a site and its devices with its place."""
    stack = merging.stacks[site.name]
    origins = _Origins(stack)
    layers = [layer.fields for layer in stack.layers]
    sourced = next((_place(layer.fields.span) for layer in stack.layers if layer.origin == "source"), DEFAULT)
    if stack.groups_from is None and site.groups:
        yield Stated(("groups",), site.groups, sourced)
    else:
        yield from origins.single(layers, "groups", site.groups, also_empty=False)
    yield from origins.tags((), layers, site.tags)
    for name, value in sorted(stack.filling.variables.items()) if stack.filling else ():
        yield Stated(("vars", name), value, origins.of_variable(name, layers, site.span))
    yield from origins.single(layers, "timezone", site.timezone, unsaid="not known")
    yield from _hours(site, layers, origins)
    yield from origins.single(layers, "integration", site.integration.value)
    yield from origins.single(layers, "sdk_version", site.sdk_version, unsaid="not known")
    yield from origins.single(layers, "policy", site.policy)
    for option in ("same_lan", "wifi6", "sessions"):
        yield from origins.nested((), layers, "policy_options", option, getattr(site.policy_options, option).value)
    for readers in site.readers:
        where = _place(readers.entries[0].selector.line)
        said = [("integration", readers.integration), ("sdk_version", readers.sdk_version)]
        yield Stated(("readers", readers.name), tuple(_reader(each, said) for each in readers.entries), where)
    for pos in site.pos:
        where = _place(pos.entries[0].selector.line)
        yield Stated(("pos", pos.name), tuple(map(_till, pos.entries)), where)
    for each in site.declared:
        value = _pairs([("value", each.value), ("by", each.by), ("until", each.until)])
        yield Stated(("declared", each.name), value, _place(each.span))
    for device in site.devices:
        yield from _device(device, merging, stack, origins)


def _device(device: DeviceEntry, merging: Merging, stack: Stack, origins: "_Origins") -> Iterator[Stated]:
    above: tuple[str, ...] = ("devices", device.name)
    own = [layer.fields for layer in stack.devices[device.name]]
    site = [layer.fields for layer in stack.layers]
    if device.shared:
        site = [layer.fields for layer in merging.reading.defaults]
        own = [*(layer.fields for layer in merging.reading.shared[device.name]), *own]
        yield Stated((*above, "shared"), "true", _place(device.span))
    reached = "captures" if device.host is None else "host"
    yield from origins.single(own, reached, str(device.captures or device.host), above)
    yield from _variables(above, device, stack)
    values = {
        "platform": device.platform,
        "port": device.port,
        "username": device.username,
        "credentials": device.credentials,
        "jump_host": device.jump_host,
        "transport": device.transport,
        "enable": device.enable,
        "old_ssh": "true" if device.old_ssh else None,
        "managed_by": device.managed_by,
        "max_capture_age": device.max_capture_age,
    }
    unsaid = {
        "port": "~/.ssh/config, else 22",
        "username": "~/.ssh/config, else your own name",
        "credentials": "SSH agent",
        "transport": "ssh",
    }
    layers = [*site, *own]
    for key in ACCESS_KEYS:
        if key == "timeouts":
            continue
        value = values[key]
        if isinstance(value, timedelta):
            value = duration(value)
        if value is not None or (key in unsaid and device.host is not None):
            text = None if value is None else str(value)
            yield from origins.single(layers, key, text, above, unsaid=unsaid.get(key, ""))
    for host in device.path:
        place = _place(host.span) if host.span is not None else origins.place(layers, "jump_host")
        yield Stated((*above, "path", host.name), str(host), place)
    for name in ("connect", "login", "command", "slow_command", "device"):
        seconds = getattr(device.timeouts, name)
        if seconds is not None:
            yield from origins.nested(above, layers, "timeouts", name, duration(timedelta(seconds=seconds)))
    yield from origins.single(own, "roles", tuple(role.value for role in device.roles), above, also_empty=False)
    yield from origins.tags(above, own, device.tags)
    if device.part is not None:
        yield from origins.single(own, "part", device.part, above)
    if device.shared:
        yield from origins.single(own, "on_site", "true" if device.on_site else "false", above)


def _variables(above: tuple[str, ...], device: DeviceEntry, stack: Stack) -> Iterator[Stated]:
    """Yield the variables of another inventory that are this device's and not the site's."""
    if device.name not in stack.fillings:
        return
    site = stack.filling.variables if stack.filling is not None else {}
    for name, value in sorted(stack.fillings[device.name].variables.items()):
        if site.get(name) != value:
            yield Stated((*above, "vars", name), value, _place(stack.devices[device.name][0].fields.span))


def _hours(site: SiteEntry, layers: Sequence[Fields], origins: "_Origins") -> Iterator[Stated]:
    if site.hours is None:
        yield Stated(("opening_hours",), "not known", DEFAULT)
        return
    for number, day in enumerate(DAYS):
        value = tuple(map(str, site.hours.days[number])) or ("closed",)
        yield Stated(("opening_hours", day), value, origins.of_day(layers, number))


@dataclass(frozen=True, slots=True)
class _Origins:
    """Finds which layer says a value: the topmost one that has its key."""

    stack: Stack

    def single(
        self,
        layers: Sequence[Fields],
        key: str,
        value: str | tuple[str, ...] | None,
        above: tuple[str, ...] = (),
        *,
        unsaid: str = "",
        also_empty: bool = True,
    ) -> Iterator[Stated]:
        if value is None:
            yield Stated((*above, key), unsaid, DEFAULT)
        elif value or also_empty:
            yield Stated((*above, key), value, self.place(layers, key))

    def place(self, layers: Sequence[Fields], key: str) -> str:
        for fields in reversed(layers):
            entry = fields.table.entries.get(key)
            if entry is not None and not (isinstance(entry[1], Text) and entry[1].empty):
                return self._at(fields, key)
        return DEFAULT

    def nested(
        self, above: tuple[str, ...], layers: Sequence[Fields], key: str, inner: str, value: str
    ) -> Iterator[Stated]:
        where = DEFAULT
        for fields in layers:
            node = fields.table.entries[key][1] if fields.has(key) else None
            if isinstance(node, Table) and inner in node.entries:
                where = self._at(Fields(node, "", fields.mistakes), inner)
        yield Stated((*above, key, inner), value, where)

    def tags(self, above: tuple[str, ...], layers: Sequence[Fields], tags: Iterable[str]) -> Iterator[Stated]:
        said = [self._at(fields, "tags") for fields in layers if fields.has("tags")]
        tags = tuple(tags)
        if tags:
            yield Stated((*above, "tags"), tags, ", ".join(said) or DEFAULT)

    def of_day(self, layers: Sequence[Fields], day: int) -> str:
        where = DEFAULT
        for fields in layers:
            if not fields.has("opening_hours"):
                continue
            node = fields.table.entries["opening_hours"][1]
            if not isinstance(node, Table):
                where = where if isinstance(node, Text) and node.empty else self._at(fields, "opening_hours")
                continue
            naming = [key for key in node.entries if day in parse_days(key)]
            if naming:
                narrowest = min(naming, key=lambda key: len(parse_days(key)))
                where = self._at(Fields(node, "", fields.mistakes), narrowest)
        return where

    def of_variable(self, name: str, layers: Sequence[Fields], span: Span) -> str:
        for fields in reversed(layers):
            node = fields.table.entries["vars"][1] if fields.has("vars") else None
            if isinstance(node, Table) and name in node.entries:
                return self._at(Fields(node, "", fields.mistakes), name)
        return _place(span)

    def _at(self, fields: Fields, key: str) -> str:
        name, node = fields.table.entries[key]
        place = f"{printable(fields.files.get(key, fields.mistakes.file))}:{name.line}"
        filling = self.stack.filling
        if filling is None or not names_in(node) or key == "vars":
            return place
        return f"{place} {filling.origin.rpartition(', ')[2].join(('(', ')'))}"


def _place(span: Span) -> str:
    return f"{printable(span.file)}:{span.first}"


def _reader(entry: ReaderEntry, group: Iterable[tuple[str, object]]) -> str:
    return _pairs(
        [
            *_selected(entry.selector),
            ("model", entry.model),
            ("count", entry.count),
            ("connection", entry.connection),
            ("addressing", entry.addressing),
            *group,
        ]
    )


def _till(entry: PosEntry) -> str:
    dns = entry.dns if isinstance(entry.dns, str) else " ".join(map(str, entry.dns))
    return _pairs([*_selected(entry.selector), ("connection", entry.connection), ("dns", dns)])


def _selected(selector: Selector) -> list[tuple[str, object]]:
    names = ("ssid", "vlan", "subnet", "mac", "mac_ethernet", "ip")
    return [(name, getattr(selector, name)) for name in names]


def _pairs(pairs: Iterable[tuple[str, object]]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs if value is not None) + "}"


def duration(length: timedelta) -> str:
    """Write a duration as an inventory does: `1d12h`."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
