"""Loads an inventory: text to nodes, nodes to layers, layers merged into sites; or all of its mistakes."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from auditor.credentials import KeyFile
from auditor.errors import InventoryError, Mistake
from auditor.inventory import formats
from auditor.inventory.document import TOP, Node, Table, Text, read
from auditor.inventory.entries import (
    DeviceEntry,
    Integration,
    Inventory,
    PolicyOptions,
    Role,
    SameLan,
    Sessions,
    SiteEntry,
    Wifi6,
)
from auditor.inventory.fields import Fields, as_fields
from auditor.inventory.formats import NAME, choice
from auditor.inventory.hours import OpeningHours
from auditor.inventory.mistakes import Mistakes, printable, shown
from auditor.inventory.settings import ACCESS_KEYS, LAYER_KEYS, Access, Settings, Words, read_access, read_settings

DEFAULT_POLICY = "stripe-terminal"

_ROLE = choice(Role)
_DEVICE_KEYS = dict.fromkeys(("host", "captures", "part", "on_site", "roles"), "a device: sites.SITE.devices.NAME")
_OF_A_SITE = {"part": "that this part serves", "on_site": "in whose network it stands"}
_CLIENT_KEYS = dict.fromkeys(
    ("ssid", "vlan", "subnet", "mac", "mac_ethernet", "ip", "model", "count", "connection", "addressing", "dns"),
    "an entry of `readers` or `pos`",
)
_POLICY_KEYS = dict.fromkeys(("same_lan", "wifi6", "sessions"), "`policy_options`")
_ELSEWHERE = _DEVICE_KEYS | _CLIENT_KEYS | _POLICY_KEYS
_IN_A_GROUP = _ELSEWHERE | {
    "groups": "a site; groups do not nest",
    "devices": "a site, or to the top level for devices that sites share",
}
_AT_THE_TOP = _ELSEWHERE | dict.fromkeys(LAYER_KEYS, "`defaults`, a group or a site")


def load(path: Path, *, words: Words | None = None) -> Inventory:
    """Read an inventory file.

    `words` are the names of platforms, policies and reader models to accept; a kind without names takes every
    slug. Raises InventoryError with all mistakes, each with file, line, key and what was expected.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InventoryError((Mistake(printable(str(path)), 1, TOP, f"cannot be read: {why}"),)) from error
    return loads(data, path, words=words)


def loads(data: bytes, path: Path, *, words: Words | None = None) -> Inventory:
    """Read the bytes of an inventory; `path` names them and is where relative paths begin."""
    mistakes = Mistakes(str(path))
    root = read(data, mistakes)
    if root is None:
        mistakes.stop(1, TOP, "the inventory is empty; `auditor init` writes one")
    sites, shared = _Loader(path, mistakes, words or Words()).inventory(root)
    mistakes.raise_if_any()
    return Inventory(path, sites, shared, hashlib.sha256(data).hexdigest())


class _Loader:
    """One load: where mistakes go, which names are accepted, and where relative paths begin."""

    def __init__(self, path: Path, mistakes: Mistakes, words: Words) -> None:
        self.path = path
        self.mistakes = mistakes
        self.words = words

    def inventory(self, root: Node) -> tuple[tuple[SiteEntry, ...], tuple[DeviceEntry, ...]]:
        top = as_fields(root, TOP, "a mapping with `sites`", self.mistakes)
        if top is None:
            return (), ()
        top.path = ""
        defaults = self.layer(top.fields("defaults", "a mapping of settings"), "defaults")
        groups = {
            name: self.layer(self.optional(node, path, "a mapping of settings"), f"group {name}")
            for name, node, path in top.named("groups", "a mapping of named groups")
        }
        shared = self.shared_devices(top, defaults)
        sites = tuple(
            self.site(name, node, path, defaults, groups, shared)
            for name, node, path in top.named("sites", "a mapping of named sites")
        )
        if not top.has("sites"):
            self.mistakes.add(top.table, TOP, "`sites` is missing; expected a mapping of named sites")
        elif (named := top.node("sites")) is None or (isinstance(named, Table) and not named.entries):
            top.wrong("sites", "names no site; expected at least one")
        top.finish(_AT_THE_TOP)
        return tuple(site for site in sites if site is not None), tuple(device for device in shared.values() if device)

    def optional(self, node: Node, path: str, expected: str) -> Fields | None:
        """Go into a mapping that may also be left out: `lyon-01:` alone is a site without settings.

        Anything else is a mistake and gives None.
        """
        if isinstance(node, Text) and node.empty:
            return Fields(Table({}, node.line, node.column, node.last), path, self.mistakes)
        return as_fields(node, path, expected, self.mistakes)

    def layer(self, fields: Fields | None, origin: str) -> Settings:
        if fields is None:
            return Settings(origin)
        settings = read_settings(fields, origin, self.words)
        fields.finish(_IN_A_GROUP)
        return settings

    def shared_devices(self, top: Fields, defaults: Settings) -> dict[str, DeviceEntry | None]:
        devices: dict[str, DeviceEntry | None] = {}
        for name, node, path in top.named("devices", "a mapping of named devices"):
            fields = self.optional(node, path, "a mapping with `host` or `captures`")
            if fields is None:
                # Sites may name it all the same; they are not to blame.
                devices[name] = None
                continue
            for key, where in _OF_A_SITE.items():
                if fields.has(key):
                    fields.wrong(key, f"does not belong here but to the site {where}")
                    fields.node(key)
            devices[name] = self.device(fields, name, name, defaults.access, shared=True)
        return devices

    def site(
        self,
        name: str,
        node: Node,
        path: str,
        defaults: Settings,
        groups: Mapping[str, Settings],
        shared: Mapping[str, DeviceEntry | None],
    ) -> SiteEntry | None:
        fields = self.optional(node, path, "a mapping of settings")
        if fields is None:
            return None
        chosen = self.groups_of(fields, groups)
        own = read_settings(fields, "site", self.words)
        settings = defaults
        for group in chosen:
            settings = groups[group].over(settings)
        settings = own.over(settings)
        hours = OpeningHours.of(settings.hours) if settings.hours else None
        if hours is not None and hours.never_open:
            fields.wrong("opening_hours", "the shop is closed on every day; leave the hours out if they are not known")
        devices = tuple(
            device
            for device_name, device_node, below in fields.named("devices", "a mapping of named devices")
            if (device := self.site_device(device_name, device_node, below, name, settings.access, shared)) is not None
        )
        fields.finish(_ELSEWHERE)
        return SiteEntry(
            name=name,
            groups=chosen,
            timezone=settings.timezone,
            hours=hours,
            integration=settings.integration or Integration.UNKNOWN,
            sdk_version=settings.sdk_version,
            integration_from=settings.integration_from or "not declared",
            readers=tuple(settings.readers.values()),
            pos=tuple(settings.pos.values()),
            devices=devices,
            declared=tuple(settings.declared.values()),
            policy=settings.policy or DEFAULT_POLICY,
            policy_options=PolicyOptions(
                settings.same_lan or SameLan.STRICT,
                settings.wifi6 or Wifi6.COMPAT,
                settings.sessions or Sessions.PRAGMATIC,
            ),
            span=fields.span,
        )

    def groups_of(self, fields: Fields, groups: Mapping[str, Settings]) -> tuple[str, ...]:
        chosen: list[str] = []
        for group in fields.scalars("groups", NAME) or ():
            if group in chosen:
                fields.wrong("groups", f"names the group {shown(group)} twice")
            elif group not in groups:
                close = self.mistakes.suggest(group, groups)
                fields.wrong("groups", f"there is no group {shown(group)}{close}; expected names under `groups`")
            else:
                chosen.append(group)
        return tuple(chosen)

    def site_device(
        self, name: str, node: Node, path: str, site: str, access: Access, shared: Mapping[str, DeviceEntry | None]
    ) -> DeviceEntry | None:
        fields = self.optional(node, path, "a mapping")
        if fields is None:
            return None
        if name in shared:
            device = shared[name]
            return None if device is None else self.part_of(fields, device)
        if not fields.table.entries:
            close = self.mistakes.suggest(name, shared)
            fields.wrong(
                "", f"expected `host` or `captures`, or a name that stands under the top-level `devices`{close}"
            )
            return None
        for key, why in (("part", "has parts"), ("on_site", "may stand elsewhere")):
            if fields.has(key):
                fields.wrong(key, f"only a device that stands under the top-level `devices` {why}")
                fields.node(key)
        return self.device(fields, name, f"{site}/{name}", access, shared=False)

    def part_of(self, fields: Fields, device: DeviceEntry) -> DeviceEntry:
        """Read what a site says about a shared device: nothing, the part that serves it, that it stands there."""
        part = fields.scalar("part", formats.LINE)
        on_site = fields.scalar("on_site", formats.TRUE) or False
        top = f"`devices.{printable(device.name)}` at the top level"
        at_the_top = f"{top}, because sites share it; here only `part` and `on_site`"
        fields.finish(dict.fromkeys(("host", "captures", "roles", *ACCESS_KEYS), at_the_top))
        return replace(device, part=part, on_site=on_site)

    def device(self, fields: Fields, name: str, key: str, access: Access, *, shared: bool) -> DeviceEntry:
        host = fields.scalar("host", formats.HOST)
        captures = fields.scalar("captures", formats.PATH)
        roles = fields.scalars("roles", _ROLE) or ()
        access = read_access(fields, self.words).over(access)
        fields.finish(_CLIENT_KEYS)
        if fields.has("host") and fields.has("captures"):
            fields.wrong("captures", "both `host` and `captures` are given; expected one of them")
        elif not fields.has("host", "captures"):
            fields.wrong("", "neither `host` nor `captures` is given; expected one of them")
        if access.platform is None and not fields.has("platform"):
            fields.wrong("", "`platform` is missing; expected it here, in the site, its groups or the defaults")
        credentials = access.credentials
        if isinstance(credentials, KeyFile):
            credentials = replace(credentials, path=self.path.parent / credentials.path)
        return DeviceEntry(
            name=name,
            key=key,
            host=host,
            captures=None if captures is None else self.path.parent / captures,
            platform=access.platform or "",
            port=access.port,
            username=access.username,
            credentials=credentials,
            jump_host=access.jump_host,
            roles=tuple(dict.fromkeys(roles)),
            managed_by=access.managed_by,
            shared=shared,
            part=None,
            max_capture_age=access.max_capture_age,
            span=fields.span,
            on_site=not shared,
            transport=access.transport,
            enable=access.enable,
            old_ssh=access.old_ssh or False,
        )
