"""The shop that a case describes: the base shop, its inventory and its captures, with the case's changes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from auditor.capture import Capture, CapturedFile, Failure, Gap, Kind
from auditor.inventory import SiteEntry, loads
from auditor.pipeline import SiteReport, audit
from auditor.platforms import PLATFORMS, platform
from auditor.policies import load_policy
from auditor.secrets import Redactor
from tests.rules.harness.case import Block, Case, CaseError, Expected, Line, Verb

SHOPS = Path(__file__).parents[2] / "shops"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday, 10:30 in Paris; the base shop's leases and clock fit."""

REDACTOR = Redactor(b"the key of the tests")

Place = tuple[str, str]
"""A file of a device: names of device and file below the capture's folder."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything that an audit needs. `places` are the lines on which the case expects something.

    `failures` are devices of the inventory of which nothing was captured. A place is the device, the path as
    evidence names it, and the line.
    """

    inventory: str
    captures: tuple[Capture, ...]
    failures: tuple[Failure, ...]
    places: Mapping[Expected, tuple[str, str, int]]

    @property
    def entry(self) -> SiteEntry:
        """The shop as the inventory describes it."""
        return loads(self.inventory.encode(), SHOPS / "inventory.yaml").sites[0]

    def report(self) -> SiteReport:
        """Audit the shop with all rules; equal shops are audited once."""
        return _audited(self.inventory, self.captures, self.failures)


@cache
def _audited(inventory: str, captures: tuple[Capture, ...], failures: tuple[Failure, ...]) -> SiteReport:
    entry = loads(inventory.encode(), SHOPS / "inventory.yaml").sites[0]
    return audit(entry, captures, failures, load_policy(entry.policy), NOW)


def shop_of(case: Case, *, changed: bool = True, redacted: bool = True) -> Shop:
    """Build the shop of a case; unchanged it is the base shop with the same inventory.

    Secrets are redacted as in production, unless a test wants to see what the redaction changes.
    """
    inventory = _inventory(case)
    devices = _devices(inventory)
    files = _base_files(case)
    if "state none" in case.settings:
        files = {place: lines for place, lines in files.items() if not _is_state(devices, place, lines)}
    gaps: dict[str, list[Gap]] = {}
    if changed:
        first = next(iter(devices))
        for block in case.blocks:
            if block.verb is Verb.GAP:
                device = block.device or first
                gaps.setdefault(device, []).append(_gap(files, block, device, devices[device]["platform"]))
            else:
                _apply(case, files, block, first)
    captures: list[Capture] = []
    failures: list[Failure] = []
    places: dict[Expected, tuple[str, str, int]] = {}
    for name, device in devices.items():
        captured, marked = _capture(case, name, device["platform"], files, redacted=redacted)
        captured = replace(captured, gaps=tuple(gaps.get(name, ())))
        if captured.files:
            captures.append(captured)
        elif changed or all(block.device != name for block in case.blocks):
            failures.append(Failure(name, device["platform"], "no route to host", "check its address", 3))
        places |= marked
    return Shop(inventory, tuple(captures), tuple(failures), places)


def _devices(inventory: str) -> dict[str, Any]:
    """The devices of the shop, those that it shares with others among them."""
    data = yaml.load(inventory, yaml.BaseLoader)
    return {
        name: data.get("devices", {}).get(name, device) for name, device in data["sites"]["shop"]["devices"].items()
    }


def _is_state(devices: Mapping[str, Any], place: Place, lines: Iterable[Line]) -> bool:
    """Whether a text tells what the device is doing; some outputs tell what it was told."""
    device, name = place
    known = platform(devices[device]["platform"]).recognise(name, "\n".join(line.text for line in lines))
    return known is not None and known[1] is Kind.STATE


# -- inventory ------------------------------------------------------------------------------------------------


def _inventory(case: Case) -> str:
    folder = SHOPS.parent / "sites/parts" if case.parts else SHOPS / case.shop
    data: dict[str, Any] = yaml.load((folder / "inventory.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    (site,) = data["sites"].values()
    for name, part in case.parts:
        site["devices"][name] = {"captures": f"{name}/", "platform": _platform(case, part)}
    hours: dict[str, Any] = {}
    for setting in case.settings:
        _set(case, site, setting, hours)
    for patch in case.inventory:
        _merge(site, yaml.load(patch, yaml.BaseLoader) or {})
    shared = {name: _share(site["devices"], name) for name, device in site["devices"].items() if _SHARED & set(device)}
    above = {"devices": shared} if shared else {}
    return yaml.safe_dump({**above, "sites": {"shop": site}}, sort_keys=False, allow_unicode=True)


_SHARED = {"part", "on_site", "shared"}
"""What a device has that several sites share; of these words the inventory knows the first two, at the site."""


def _share(devices: dict[str, Any], name: str) -> dict[str, Any]:
    """Leave at the site what it says of its share of a device, and return the rest."""
    whole = devices[name]
    devices[name] = {key: whole[key] for key in ("part", "on_site") if key in whole}
    return {key: value for key, value in whole.items() if key not in _SHARED}


def _platform(case: Case, part: str) -> str:
    """The platform of a part of a site, as its folder says: `openwrt-router`, or `shops/openwrt/healthy/gw`."""
    word = part.split("/")[1] if part.startswith("shops/") else part.rpartition("/")[2].partition("-")[0]
    names = {each.name: each.name for each in PLATFORMS} | {"ios": "cisco_ios"}
    if word not in names:
        raise CaseError(f"{case.file}:1: a part begins with its platform, as in `openwrt-router`, not '{part}'")
    return names[word]


def _set(case: Case, site: dict[str, Any], setting: str, hours: dict[str, Any]) -> None:
    """Carry out one setting of `Base:` or `With:`; hours that are set replace those of the base."""
    word, *rest = setting.split()
    match word, rest:
        case "open", ["unknown"]:
            site.pop("opening_hours", None)
        case "open", [first, *times]:
            days, spans = (first, times) if times else ("daily", [first])
            hours[days] = spans
            site["opening_hours"] = hours
        case "integration", [name, *version]:
            site["integration"] = name
            site.pop("sdk_version", None)
            if version:
                site["sdk_version"] = version[0]
        case (("model" | "count" | "connection" | "addressing"), [value]):
            for group in site["readers"].values():
                group.pop(word, None)
                if value != "none":
                    group[word] = value
        case "policy", [option, value]:
            site.setdefault("policy_options", {})[option] = value
        case "state", ["none"]:
            pass
        case _:
            raise CaseError(f"{case.file}:{case.markdown_line}: cannot read the setting '{setting}'")


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Lay a patch over a mapping: mappings are joined, anything else replaces, an empty value or ~ removes."""
    for key, value in above.items():
        if value in ("", "~", "null"):
            below.pop(key, None)
        elif isinstance(value, dict) and isinstance(below.get(key), dict):
            _merge(below[key], value)
        else:
            below[key] = value


# -- captures -------------------------------------------------------------------------------------------------


def _base_files(case: Case) -> dict[Place, list[Line]]:
    """The files of all devices: folders of the shop, or those that a site is put together of."""
    shop = SHOPS / case.shop
    folders = {name: SHOPS.parent / part for name, part in case.parts} or {
        folder.name: folder for folder in sorted(shop.glob("*")) if folder.is_dir()
    }
    if not folders:
        raise CaseError(f"{case.file}:1: there is no shop {case.shop} below tests/shops")
    files: dict[Place, list[Line]] = {}
    for device, folder in folders.items():
        if not folder.is_dir():
            raise CaseError(f"{case.file}:1: there is no {folder}")
        for path in sorted(file for file in folder.rglob("*") if file.is_file()):
            text = path.read_text(encoding="utf-8")
            files[device, path.relative_to(folder).as_posix()] = [Line(line, ()) for line in text.split("\n")]
    return files


def _apply(case: Case, files: dict[Place, list[Line]], block: Block, first_device: str) -> None:
    place = (block.device or first_device, _name(block.file))
    lines = [*block.lines, Line("", ())]
    if block.verb is Verb.FILE:
        files[place] = lines
        return
    if place not in files:
        raise CaseError(f"{case.file}:{block.markdown_line}: {place[0]} of {case.shop} has no {block.file}")
    old = files[place]
    if block.verb is Verb.DIFF:
        files[place] = _patched(case, old, block)
        return
    if block.verb is Verb.WITHOUT:
        files[place] = _without(case, old, block)
        return
    begin, end = _section(case, old, block) if block.section else (len(old) - 1, len(old) - 1)
    match block.verb:
        case Verb.REMOVE_FILE:
            del files[place]
        case Verb.SECTION:
            files[place] = [*old[:begin], *(lines if end < len(old) - 1 else block.lines), *old[end:]]
        case Verb.REMOVE_SECTION:
            files[place] = [*old[:begin], *old[end:]]
        case Verb.ADD if block.section:
            files[place] = [*old[:begin], *lines, *old[begin:]]
        case Verb.ADD:
            files[place] = [*old[:begin], Line("", ()), *block.lines, *old[begin:]]
        case Verb.GAP:
            raise AssertionError("a gap is no change of a file")


def _without(case: Case, old: list[Line], block: Block) -> list[Line]:
    """The file without the lines that hold some words."""
    kept = [line for line in old if block.section not in line.text]
    if len(kept) == len(old):
        raise CaseError(f"{case.file}:{block.markdown_line}: no line of {block.file} holds {block.section}")
    return kept


def _gap(files: dict[Place, list[Line]], block: Block, device: str, platform_name: str) -> Gap:
    """Take a file out of the capture as the collector does: it was asked for and not obtained."""
    name = _name(block.file)
    lines = files.pop((device, name), [])
    known = platform(platform_name).recognise(name, "\n".join(line.text for line in lines))
    path = known[0] if known is not None else f"/{name}"
    return Gap(path, block.section or "permission denied", f"let the user read {path}")


def _patched(case: Case, old: list[Line], block: Block) -> list[Line]:
    """The file with the hunks of a diff applied, each at the first place behind the last one where it fits."""
    new: list[Line] = []
    rest = old
    hunks: list[list[Line]] = [[]]
    for line in block.lines:
        if line.text.startswith("@@"):
            hunks.append([])
        elif line.text[:1] in ("-", "+", " ", ""):
            hunks[-1].append(line)
        else:
            raise CaseError(f"{case.file}:{block.markdown_line}: a line of a diff begins with '-', '+' or a blank")
    for hunk in filter(None, hunks):
        wanted = [line.text[1:] for line in hunk if line.text[:1] != "+"]
        at = next((i for i in range(len(rest)) if [one.text for one in rest[i : i + len(wanted)]] == wanted), None)
        if at is None or not wanted:
            raise CaseError(f"{case.file}:{block.markdown_line}: {block.file} does not hold {wanted}")
        new += rest[:at]
        new += [Line(line.text[1:], line.expected) for line in hunk if line.text[:1] != "-"]
        rest = rest[at + len(wanted) :]
    return new + rest


def _name(file: str) -> str:
    """`dhcp` is /etc/config/dhcp, `commands/clock` an output, a path or an export (`export.rsc`) is itself."""
    if file.startswith("commands/"):
        whole = file.startswith("commands/listing/") or file.endswith((".txt", ".json"))
        return file if whole else f"{file}.txt"
    return file.removeprefix("/") if "/" in file or file.endswith(".rsc") else f"etc/config/{file}"


_HEADER = re.compile(r"\s*config\s+'?([\w-]+)'?(?:\s+'?(\w+)'?)?\s*$")


def _section(case: Case, lines: list[Line], block: Block) -> tuple[int, int]:
    """Where a section of the base begins and ends: by name, or by type if the first of it has no name."""
    headers = [(index, match) for index, line in enumerate(lines) if (match := _HEADER.match(line.text))]
    by_name = [index for index, match in headers if match[2] == block.section]
    by_type = [index for index, match in headers if match[1] == block.section and match[2] is None]
    found = (by_name or by_type)[:1]
    if not found:
        raise CaseError(f"{case.file}:{block.markdown_line}: {block.file} has no section {block.section}")
    following = [index for index, _ in headers if index > found[0]]
    return found[0], following[0] if following else len(lines) - 1


def _capture(
    case: Case, device: str, platform_name: str, files: Mapping[Place, Iterable[Line]], *, redacted: bool
) -> tuple[Capture, dict[Expected, tuple[str, str, int]]]:
    """Make the capture of a device as production does: paths recognised and secrets redacted."""
    kind = platform(platform_name)
    captured: list[CapturedFile] = []
    places: dict[Expected, tuple[str, str, int]] = {}
    for (owner, name), lines in files.items():
        if owner != device:
            continue
        listed = list(lines)
        text = "\n".join(line.text for line in listed)
        known = kind.recognise(name, text)
        if known is None:
            raise CaseError(f"{case.file}:{case.markdown_line}: {name} is not recognised as {platform_name}")
        shown = kind.redact(known[0], text, REDACTOR) if redacted else text
        captured.append(CapturedFile(known[0], shown, known[1]))
        for number, line in enumerate(listed, start=1):
            places |= dict.fromkeys(line.expected, (device, known[0], number))
    source = f"tests/shops/{case.shop}/{device}"
    return Capture(device, platform_name, tuple(captured), (), NOW, False, source), places
