"""Turns the devices of other inventories into layers of ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.credentials import CredentialRef
from auditor.inventory.devices import DeviceLayer
from auditor.inventory.document import Node, Table, Text
from auditor.inventory.fields import Fields, scalar
from auditor.inventory.formats import NAME
from auditor.inventory.layers import Layer
from auditor.inventory.lists import listed
from auditor.inventory.mistakes import shown
from auditor.inventory.settings import NOTHING_SAID, Access, Known
from auditor.inventory.sources import SourcedDevice, read_sources
from auditor.secrets import Secret

OF_A_HOST = frozenset({"inventory_hostname", "inventory_hostname_short"})
"""Variables that name a host: never the site's, even where it has one host alone."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A site of another inventory; an empty `site` holds a device that sites share.

    `groups` are those of any of its devices, `partly` those that only some of them are in. `variables` are those that
    all devices agree on that state them; `disputed` are the others with what devices say, for messages. `own` are
    all variables of each device.
    """

    site: str
    groups: tuple[str, ...]
    partly: tuple[str, ...]
    variables: Mapping[str, str]
    disputed: Mapping[str, str]
    own: Mapping[str, Mapping[str, str]]
    layer: Layer
    devices: Mapping[str, DeviceLayer]


def read_sourced(
    node: Node,
    top: Fields,
    known: Known,
    groups: Mapping[str, Layer],
    reveal: Callable[[CredentialRef], Secret] | None,
) -> list[Sourced]:
    """Read all sources that a file names."""
    base = Path(top.mistakes.file).parent
    by_site: dict[str, list[SourcedDevice]] = {}
    alone: list[Sourced] = []
    for device in read_sources(node, "sources", top.mistakes, base=base, reveal=reveal):
        if not _named(device, top):
            continue
        if device.site:
            by_site.setdefault(device.site, []).append(device)
        else:
            alone.append(_sourced("", [device], top, known, groups))
    return [*alone, *(_sourced(site, devices, top, known, groups) for site, devices in by_site.items())]


def _named(device: SourcedDevice, top: Fields) -> bool:
    mistakes = top.mistakes.of(device.file)
    names = [device.name, device.site] if device.site else [device.name]
    texts = [Text(name, False, device.line, 1, device.line) for name in names]
    return all(scalar(text, shown(device.name), NAME, mistakes) is not None for text in texts)


def _sourced(
    site: str, devices: list[SourcedDevice], top: Fields, known: Known, groups: Mapping[str, Layer]
) -> Sourced:
    every = tuple(dict.fromkeys(name for device in devices for name in device.groups))
    partly = tuple(name for name in every if not all(name in device.groups for device in devices))
    keys: dict[str, Text] = {}
    made: dict[str, DeviceLayer] = {}
    for device in devices:
        for name, text in device.site_keys.items():
            keys.setdefault(name, text)
        table = _table(device.keys, device.tags, device.line)
        fields = Fields(table, shown(device.name), top.mistakes.of(device.file), device.files)
        if device.name in made:
            fields.wrong("", f"the device {shown(device.name)} stands twice in the site {shown(site)}")
            continue
        made[device.name] = DeviceLayer(fields, known, _below(device, partly, groups))
    first = devices[0]
    fields = Fields(_table(keys, (), first.line), f"site {shown(site)}", top.mistakes.of(first.file))
    layer = Layer(fields, "source", known, literal=True)
    layer.devices = made
    agreed, disputed = _variables(devices)
    own = {device.name: device.variables for device in devices}
    return Sourced(site, every, partly, agreed, disputed, own, layer, made)


def _variables(devices: list[SourcedDevice]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables that are the site's, and for each other one what devices say."""
    said: dict[str, dict[str, str]] = {}
    for device in devices:
        for name, value in device.variables.items():
            # Of devices that say the same, the first one speaks.
            said.setdefault(name, {}).setdefault(value, device.name)
    agreed = {name: next(iter(by)) for name, by in said.items() if len(by) == 1 and name not in OF_A_HOST}
    disputed = {
        name: " and ".join(f"{device} says {shown(value)}" for value, device in list(by.items())[:2])
        for name, by in said.items()
        if name not in agreed
    }
    return agreed, disputed


def _below(device: SourcedDevice, partly: tuple[str, ...], groups: Mapping[str, Layer]) -> Access:
    """Return how a device is reached by what our own groups of the same name say, if not its whole site is in them."""
    access = NOTHING_SAID
    for name in device.groups:
        if name in partly and name in groups and not groups[name].names:
            access = groups[name].stated(None).settings.access.over(access)
    return access


def _table(keys: Mapping[str, Text], tags: tuple[str, ...], line: int) -> Table:
    entries: dict[str, tuple[Text, Node]] = {}
    for name, text in keys.items():
        node = listed(text.value, text.line) if name == "roles" else text
        entries[name] = (Text(name, True, text.line, 1, text.line), node)
    if tags:
        entries["tags"] = (Text("tags", True, line, 1, line), listed(" ".join(tags), line))
    return Table(entries, line, 1, line)
