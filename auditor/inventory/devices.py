"""Reads what one layer says about a device, and makes the device of all that layers say about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.inventory import formats
from auditor.inventory.bastions import JumpHosts
from auditor.inventory.document import Node, Table, Text, join
from auditor.inventory.entries import DeviceEntry, GitCapture, Role
from auditor.inventory.fields import Fields, as_fields, kind
from auditor.inventory.formats import choice
from auditor.inventory.mistakes import Mistakes, printable
from auditor.inventory.placeholders import Filling, filled, filled_saved, names_in, size
from auditor.inventory.reaching import NO_TIMEOUTS
from auditor.inventory.settings import (
    ACCESS_KEYS,
    NOTHING_SAID,
    Access,
    Known,
    joined,
    read_access,
    read_tags,
)

UNFILLED = "placeholders are filled for sites that have variables"
_ROLE = choice(Role)
_SAVED = "a path, or {git: REPOSITORY, file: a path in it, commit: …}"
_OF_A_SITE = {"part": "has parts", "on_site": "may stand elsewhere"}
_CLIENT_KEYS = dict.fromkeys(
    ("ssid", "vlan", "subnet", "mac", "mac_ethernet", "ip", "model", "count", "connection", "addressing", "dns"),
    "an entry of `readers` or `pos`",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one layer says about one device. `captures` is still a pattern: it may name the host of another layer."""

    fields: Fields
    host: str | None
    captures: Node | None
    roles: tuple[Role, ...] | None
    access: Access
    tags: tuple[str, ...]


class DeviceLayer:
    """One mapping of a device, read once for every way in which its placeholders can be filled."""

    def __init__(self, fields: Fields, known: Known, below: Access = NOTHING_SAID) -> None:
        self.fields = fields
        self.known = known
        self.below = below
        self.names = names_in(fields.table, without="captures")
        self._size = size(fields.table) if self.names else 0
        self._said: dict[tuple[str | None, ...] | None, Said] = {}

    def said(self, filling: Filling | None) -> Said:
        """Return what stands here, filled with the variables of a site, or literally."""
        key = filling.key(self.names) if filling is not None and self.names else None
        if key in self._said:
            return self._said[key]
        wrong = self.fields.mistakes.of_rows
        said = self._read(filling)
        if wrong == self.fields.mistakes.of_rows:
            self._said[key] = said
        return said

    def _read(self, filling: Filling | None) -> Said:
        fields = Fields(self.fields.table, self.fields.path, self.fields.mistakes, self.fields.files)
        if self.names:
            fields.mistakes = fields.mistakes.filled_from(UNFILLED if filling is None else filling.origin)
            if filling is not None:
                fields.mistakes.fill(self._size, fields.table, fields.path)
                entries = fields.table.entries
                said = filled(_without(fields.table, "captures"), filling, fields.path, fields.mistakes)
                assert isinstance(said, Table)
                # What is saved is filled last, when the host is known; the keys keep their order.
                fields.table = replace(said, entries={name: said.entries.get(name, entries[name]) for name in entries})
        for key, why in _OF_A_SITE.items():
            if fields.has(key):
                fields.wrong(key, f"only a device that stands under the top-level `devices` {why}")
                fields.knows((key,))
        host = fields.scalar("host", formats.HOST)
        captures = fields.node("captures")
        if captures is None and fields.has("captures"):
            fields.wrong("captures", f"has no value; expected {_SAVED}")
        roles = fields.scalars("roles", _ROLE)
        access = read_access(fields, self.known).over(self.below)
        tags = read_tags(fields)
        fields.finish(_CLIENT_KEYS)
        if fields.has("host") and captures is not None and "host" not in names_in(captures):
            fields.wrong("captures", "both `host` and `captures` are given; expected one of them")
        return Said(fields, host, captures, roles, access, tags)


def _without(table: Table, key: str) -> Table:
    if key not in table.entries:
        return table
    return replace(table, entries={name: entry for name, entry in table.entries.items() if name != key})


def part_of(fields: Fields, device: DeviceEntry) -> DeviceEntry:
    """Read what a site says about a shared device: nothing, the part that serves it, that it stands there."""
    part = fields.scalar("part", formats.LINE)
    on_site = fields.scalar("on_site", formats.TRUE)
    top = f"`devices.{printable(device.name)}` at the top level"
    at_the_top = f"{top}, because sites share it; here only `part` and `on_site`"
    fields.finish(dict.fromkeys(("host", "captures", "roles", "tags", *ACCESS_KEYS), at_the_top))
    return replace(
        device,
        part=device.part if part is None else part,
        on_site=device.on_site if on_site is None else on_site,
    )


def make_device(
    name: str,
    key: str,
    layers: Sequence[DeviceLayer],
    access: Access,
    filling: Filling | None,
    jump_hosts: JumpHosts,
    *,
    shared: bool,
) -> DeviceEntry:
    """Make a device of the layers that name it, the lowest first; `access` is that of its site."""
    site = "" if shared else key.partition("/")[0]
    inner = None if filling is None else filling.also({"device": name})
    said = [layer.said(inner) for layer in layers]
    roles: tuple[Role, ...] = ()
    tags: tuple[str, ...] = ()
    host: str | None = None
    saved: Said | None = None
    stated = False
    for each in said:
        access = each.access.over(access)
        roles = roles if each.roles is None else each.roles
        tags = joined(tags, each.tags)
        if each.fields.has("host"):
            host, saved = each.host, None
        if each.captures is not None:
            saved = each
        stated = stated or each.fields.has("host", "captures")
    top = said[-1].fields
    captures: Path | GitCapture | None = None
    if saved is not None:
        variables = {"device": name, "site": site, **({} if host is None else {"host": host})}
        filling = Filling(variables, key) if inner is None else inner.also(variables)
        captures = _captures(saved, filling, literal=inner is None)
    if not stated:
        top.wrong("", "neither `host` nor `captures` is given; expected one of them")
    if access.platform is None and not any(each.fields.has("platform") for each in said):
        top.wrong("", "`platform` is missing; expected it here, in the site, its groups or the defaults")
    return DeviceEntry(
        name=name,
        key=key,
        host=None if saved is not None else host,
        captures=captures,
        platform=access.platform or "",
        port=access.port,
        username=access.username,
        credentials=access.credentials,
        jump_host=access.jump_host,
        roles=roles if len(roles) < 2 else tuple(dict.fromkeys(roles)),
        managed_by=access.managed_by,
        shared=shared,
        part=None,
        max_capture_age=access.max_capture_age,
        span=top.span,
        on_site=not shared,
        transport=access.transport,
        enable=access.enable,
        old_ssh=access.old_ssh or False,
        path=jump_hosts.path(access.jump_host),
        timeouts=access.timeouts or NO_TIMEOUTS,
        tags=tags,
    )


def _captures(said: Said, filling: Filling, *, literal: bool) -> Path | GitCapture | None:
    node, path = said.captures, join(said.fields.path, "captures")
    mistakes = said.fields.mistakes
    if not literal and node is not None and names_in(node):
        mistakes = mistakes.filled_from(filling.origin)
    match node:
        case Table():
            return _git(node, path, filling, mistakes, literal=literal)
        case Text():
            text = _pattern(node, path, filling, mistakes, literal=literal)
            return None if text is None else said.fields.beside(text)
        case _:
            mistakes.add(said.fields.table, path, f"expected {_SAVED}, found {'' if node is None else kind(node)}")
            return None


def _pattern(node: Text, path: str, filling: Filling, mistakes: Mistakes, *, literal: bool) -> Path | None:
    value = filled_saved(node, filling, path, mistakes, literal=literal)
    try:
        return formats.PATH.parse(value)
    except ValueError as error:
        mistakes.add(node, path, formats.PATH.complaint(value, error))
        return None


def _git(node: Table, path: str, filling: Filling, mistakes: Mistakes, *, literal: bool) -> GitCapture | None:
    inside = as_fields(node, path, _SAVED, mistakes)
    if inside is None:
        return None
    repository = inside.scalar("git", formats.PATH)
    listed = inside.node("file")
    commit = inside.scalar("commit", formats.COMMIT)
    inside.finish()
    if not inside.has("git") or not isinstance(listed, Text):
        inside.wrong("", f"expected {_SAVED}")
        return None
    file = _pattern(listed, join(path, "file"), filling, mistakes, literal=literal)
    if file is None or repository is None:
        return None
    if file.is_absolute() or ".." in file.parts:
        inside.wrong("file", "expected a path inside the repository")
        return None
    return GitCapture(inside.beside(repository), str(file), commit)
