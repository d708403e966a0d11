"""`auditor inventory check` and `show`: what an inventory says in the end, and where it says so."""

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sized
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.text import Text

from auditor.cli import selection
from auditor.errors import UsageError
from auditor.inventory import DeviceEntry, Inventory, SiteEntry
from auditor.inventory.explaining import Stated, explain
from auditor.inventory.merging import Merging
from auditor.inventory.mistakes import close_to, printable
from auditor.platforms import PLATFORMS

K = TypeVar("K", bound=Hashable)
_NAMED = 5
_WIDEST = 72


def check(path: Path, selected: selection.Selection = selection.Selection()) -> int:  # noqa: B008 - a frozen value
    """Print what an inventory holds and what may be wrong with it; mistakes raise `InventoryError`.

    What is counted is what `selected` leaves.
    """
    whole, merging = _merged(path)
    found = _left(whole, selected)
    lines = [f"{path}: {_count(found.sites, 'site')}, {_count(_devices(found), 'device')}"]
    lines += [f"  {kind:<10} {_counted(counts)}" for kind, counts in _counts(found) if counts]
    lines += [f"  {'files':<10} {', '.join(map(str, found.files))}"] if len(found.files) > 1 else []
    lines += [f"  warning: {each}" for each in (*found.notes, *warnings(found, merging, whole))]
    console = Console()
    for line in lines:
        style = "yellow" if line.startswith("  warning") else ""
        console.print(Text(_visible(line), style=style), soft_wrap=True)
    return 0


def show(site: str, path: Path, *, as_json: bool) -> int:
    """Print one site as all layers make it, each value with its place."""
    found, merging = _merged(path)
    entry = next((each for each in found.sites if each.name == site), None)
    if entry is None:
        close = close_to(site, [each.name for each in found.sites])
        hint = f"; did you mean '{close}'?" if close else ""
        raise UsageError(f"no site is called '{site}' in {path}{hint}")
    stated = tuple(explain(entry, merging))
    if as_json:
        typer.echo(json.dumps(_document(entry, stated), indent=2, ensure_ascii=False))
        return 0
    console = Console()
    for text, where in rendered(entry, stated):
        line = Text(text)
        if where:
            gap = " " * max(2, _WIDEST - len(text))
            line.append(gap + where, style="dim" if console.is_terminal else "")
        console.print(line, soft_wrap=True)
    return 0


def rendered(site: SiteEntry, stated: Iterable[Stated]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a site as text like YAML, each with the place of its value."""
    yield f"{site.name}:", f"{site.span.file}:{site.span.first}"
    open_keys: tuple[str, ...] = ()
    for each in stated:
        above = each.keys[:-1]
        for depth in range(len(above)):
            if above[: depth + 1] != open_keys[: depth + 1]:
                yield f"{'  ' * (depth + 1)}{_visible(above[depth])}:", ""
        open_keys = above
        indent = "  " * len(each.keys)
        key = f"{indent}{_visible(each.keys[-1])}:"
        if isinstance(each.value, str):
            yield f"{key} {_visible(each.value)}", each.where
        elif each.value and each.value[0].startswith("{"):
            yield key, each.where
            yield from ((f"{indent}  - {_visible(entry)}", "") for entry in each.value)
        else:
            yield f"{key} [{_visible(', '.join(each.value))}]", each.where


def _left(whole: Inventory, selected: selection.Selection) -> Inventory:
    """Return what is left of an inventory; shared devices are those that the sites which are left have."""
    if selected == selection.Selection():
        return whole
    sites = selected.of(whole).narrowed
    mine = {device.key for site in sites for device in site.devices if device.shared}
    return replace(whole, sites=sites, shared=tuple(device for device in whole.shared if device.key in mine))


def warnings(found: Inventory, merging: Merging, whole: Inventory) -> Iterator[str]:
    """Say what is no mistake, but probably not meant; what nobody uses is about the `whole` inventory."""
    known = {platform.name for platform in PLATFORMS}
    for platform, devices in _by(_devices(found), lambda device: device.platform).items():
        if platform not in known:
            yield f"platform '{platform}' is not supported by this version: {_some(device.key for device in devices)}"
    for what, names in (
        ("no readers are declared", [site.name for site in found.sites if not site.readers]),
        ("no devices are named", [site.name for site in found.sites if not site.devices]),
    ):
        if names:
            yield f"{what}: {_some(names)}"
    if found is not whole:
        yield from _misspelt_jump_hosts(found, merging)
        yield from _same_address(found)
        return
    unused = [name for name in merging.reading.groups if name not in merging.used_groups]
    if unused:
        yield f"groups that no site is in: {_some(unused)}"
    served = {device.key for site in found.sites for device in site.devices if device.shared}
    alone = [device.key for device in found.shared if device.key not in served]
    if alone:
        yield f"shared devices that no site names: {_some(alone)}"
    yield from _misspelt_jump_hosts(found, merging)
    yield from _same_address(found)


def _misspelt_jump_hosts(found: Inventory, merging: Merging) -> Iterator[str]:
    names = merging.reading.jump_hosts.names
    used = {host.name for device in _devices(found) for host in device.path}
    for name in sorted(used.difference(names)):
        close = close_to(name, names)
        if close:
            yield f"the jump host '{_visible(name)}' stands in no `jump_hosts`; did you mean '{close}'?"


def _same_address(found: Inventory) -> Iterator[str]:
    ways = _by((each for each in _devices(found) if each.host), lambda each: (each.host, each.port, each.jump_host))
    twice = [devices for devices in ways.values() if len(devices) > 1]
    for devices in twice[:_NAMED]:
        yield f"the same address for {_some(device.key for device in devices)}"
    if len(twice) > _NAMED:
        yield f"the same address for several devices, {len(twice) - _NAMED} more times"


def _merged(path: Path) -> tuple[Inventory, Merging]:
    return selection.merged(path)


def _devices(found: Inventory) -> list[DeviceEntry]:
    each = chain(found.shared, (device for site in found.sites for device in site.devices if not device.shared))
    return list(each)


def _counts(found: Inventory) -> Iterator[tuple[str, Counter[str]]]:
    yield "platforms", Counter(device.platform for device in _devices(found))
    yield "groups", Counter(group for site in found.sites for group in site.groups)
    yield "tags", Counter(chain.from_iterable((*(s.tags for s in found.sites), *(d.tags for d in _devices(found)))))
    yield "jump hosts", Counter(host.name for device in _devices(found) for host in device.path)
    yield "shared", Counter(device.key for site in found.sites for device in site.devices if device.shared)
    yield "saved", Counter(["captures"] * sum(device.captures is not None for device in _devices(found)))


def _counted(counts: Counter[str]) -> str:
    shown = [f"{_visible(name)} {number}" for name, number in counts.most_common(20)]
    return ", ".join(shown) + (f" and {len(counts) - 20} more" if len(counts) > 20 else "")


def _document(site: SiteEntry, stated: Iterable[Stated]) -> dict[str, object]:
    values = [
        {"keys": list(each.keys), "value": each.value if isinstance(each.value, str) else list(each.value),
         "from": each.where}
        for each in stated
    ]  # fmt: skip
    return {"site": site.name, "from": f"{site.span.file}:{site.span.first}", "values": values}


def _by(devices: Iterable[DeviceEntry], key: Callable[[DeviceEntry], K]) -> dict[K, list[DeviceEntry]]:
    groups: dict[K, list[DeviceEntry]] = {}
    for device in devices:
        groups.setdefault(key(device), []).append(device)
    return groups


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(map(_visible, listed[:_NAMED])) + more


def _count(each: Sized, what: str) -> str:
    return f"{len(each)} {what}{'' if len(each) == 1 else 's'}"


def _visible(text: str) -> str:
    return printable(text)
