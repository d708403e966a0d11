"""Merges the layers of an inventory into sites: defaults < groups < source < list of sites < site < device."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.inventory import formats
from auditor.inventory.devices import DeviceLayer, make_device, part_of
from auditor.inventory.document import SECRET_KEYS
from auditor.inventory.entries import (
    DeviceEntry,
    Integration,
    PolicyOptions,
    SameLan,
    Sessions,
    SiteEntry,
    Wifi6,
)
from auditor.inventory.fields import Fields
from auditor.inventory.hours import OpeningHours
from auditor.inventory.layers import Layer
from auditor.inventory.mistakes import printable, shown
from auditor.inventory.placeholders import Filling
from auditor.inventory.reading import NamedSite, Reading
from auditor.inventory.settings import NOTHING_SAID, Settings

DEFAULT_POLICY = "stripe-terminal"


@dataclass(slots=True)
class Stack:
    """The layers of one site, the lowest first, and those of each of its devices; for `auditor inventory show`.

    `fillings` are those of devices that have variables of their own.
    """

    filling: Filling | None
    layers: list[Layer]
    groups_from: Layer | None
    devices: dict[str, list[DeviceLayer]] = field(default_factory=dict)
    fillings: dict[str, Filling] = field(default_factory=dict)


class Merging:
    """One load: the layers of all files, and the sites that they make."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.mistakes = reading.mistakes
        self.shared: dict[str, DeviceEntry | None] = {}
        self.stacks: dict[str, Stack] = {}
        self.used_groups: set[str] = set()

    def sites(self) -> tuple[SiteEntry, ...]:
        """Merge the layers of each site."""
        self.shared = {name: self._shared_device(name) for name in self.reading.shared}
        return tuple(self._merged(site) for site in self.reading.sites.values())

    def _shared_device(self, name: str) -> DeviceEntry | None:
        layers = self.reading.shared[name]
        if not layers:
            return None
        settings = Settings("defaults")
        for layer in self.reading.defaults:
            settings = layer.stated(None).settings.over(settings)
        return make_device(name, name, layers, settings.access, None, self.reading.jump_hosts, shared=True)

    def _merged(self, site: NamedSite) -> SiteEntry:
        filling = self._filling(site)
        stack = self._stack(site, filling)
        self.stacks[site.name] = stack
        settings = Settings("defaults")
        for layer in stack.layers:
            settings = layer.stated(filling).settings.over(settings)
        groups = self._groups_of(site, filling)[0]
        hours = OpeningHours.of(settings.hours) if settings.hours else None
        top = (site.own or site.template or stack.layers[-1]).fields if stack.layers else None
        if hours is not None and hours.never_open and top is not None:
            top.wrong("opening_hours", "the shop is closed on every day; leave the hours out if they are not known")
        return SiteEntry(
            name=site.name,
            groups=groups,
            timezone=settings.timezone,
            hours=hours,
            integration=settings.integration or Integration.UNKNOWN,
            sdk_version=settings.sdk_version,
            integration_from=settings.integration_from or "not declared",
            readers=tuple(settings.readers.values()),
            pos=tuple(settings.pos.values()),
            devices=self._devices_of(site, stack, settings, filling),
            declared=tuple(settings.declared.values()),
            policy=settings.policy or DEFAULT_POLICY,
            policy_options=PolicyOptions(
                settings.same_lan or SameLan.STRICT,
                settings.wifi6 or Wifi6.COMPAT,
                settings.sessions or Sessions.PRAGMATIC,
            ),
            span=site.span,
            tags=settings.tags,
        )

    def _filling(self, site: NamedSite) -> Filling | None:
        variables = self._said(site)
        disputed: Mapping[str, str] = {}
        known = bool(variables)
        if site.sourced is not None:
            known = known or any(site.sourced.own.values())
            disputed = {name: said for name, said in site.sourced.disputed.items() if name not in variables}
            variables = {**site.sourced.variables, **variables}
        if not known:
            return None
        place = f"{printable(site.span.file)}:{site.span.first}"
        origin = f"filled for site {printable(site.name)}, {place}"
        return Filling({**variables, "site": site.name}, origin, disputed)

    def _said(self, site: NamedSite) -> dict[str, str]:
        """Return the variables of a row and of the site itself, which win over those of another inventory."""
        variables: dict[str, str] = {}
        if site.row is not None:
            variables |= site.row.variables
        if site.own is not None and (inside := site.own.fields.fields("vars", "a mapping of texts")) is not None:
            for name in inside.table.entries:
                value = inside.scalar(name, formats.VARIABLE)
                if SECRET_KEYS.intersection(name.lower().split("_")):
                    continue
                variables[name] = "" if value is None else value
        return variables

    def _stack(self, site: NamedSite, filling: Filling | None) -> Stack:
        groups, groups_from = self._groups_of(site, filling)
        # What only some devices of another inventory are in is theirs alone, not the site's.
        partly = () if site.sourced is None or groups_from is not None else site.sourced.partly
        own = [self.reading.groups[name] for name in groups if name in self.reading.groups and name not in partly]
        self.used_groups.update(groups)
        specific = (site.sourced and site.sourced.layer, site.template, site.row_layer, site.own)
        return Stack(filling, [*self.reading.defaults, *own, *(layer for layer in specific if layer)], groups_from)

    def _groups_of(self, site: NamedSite, filling: Filling | None) -> tuple[tuple[str, ...], Layer | None]:
        """Return the groups of a site; the topmost layer that names groups decides, at last another inventory."""
        for layer in (site.own, site.row_layer, site.template):
            if layer is None or (named := layer.stated(filling).groups) is None:
                continue
            chosen: list[str] = []
            for group in named:
                if group in chosen:
                    layer.fields.wrong("groups", f"names the group {shown(group)} twice")
                elif group not in self.reading.groups:
                    close = self.mistakes.suggest(group, self.reading.groups)
                    where = "" if layer is not site.row_layer else " of this row"
                    layer.fields.wrong(
                        "groups", f"there is no group {shown(group)}{where}{close}; expected names under `groups`"
                    )
                else:
                    chosen.append(group)
            return tuple(chosen), layer
        return (() if site.sourced is None else site.sourced.groups), None

    def _devices_of(
        self, site: NamedSite, stack: Stack, settings: Settings, filling: Filling | None
    ) -> tuple[DeviceEntry, ...]:
        named: dict[str, list[DeviceLayer]] = {}
        for layer in stack.layers:
            for name, device in layer.devices.items():
                named.setdefault(name, []).append(device)
        stack.devices = named
        own = {} if site.sourced is None or filling is None else site.sourced.own
        said = self._said(site) if own else {}
        for name in named.keys() & own.keys():
            assert filling is not None
            # What our own files say about a variable wins over another inventory, for its devices too.
            more = {key: value for key, value in own[name].items() if key not in said and key != "site"}
            stack.fillings[name] = filling.also(more)
        devices = (
            self._device(site, name, layers, settings, stack.fillings.get(name, filling))
            for name, layers in named.items()
        )
        return tuple(device for device in devices if device is not None)

    def _device(
        self, site: NamedSite, name: str, layers: list[DeviceLayer], settings: Settings, filling: Filling | None
    ) -> DeviceEntry | None:
        if name in self.reading.shared:
            shared = self.shared[name]
            for layer in layers:
                if shared is not None:
                    shared = part_of(Fields(layer.fields.table, layer.fields.path, layer.fields.mistakes), shared)
            return shared
        if not any(layer.fields.table.entries for layer in layers) and layers[0].below is NOTHING_SAID:
            close = self.mistakes.suggest(name, self.reading.shared)
            layers[0].fields.wrong(
                "", f"expected `host` or `captures`, or a name that stands under the top-level `devices`{close}"
            )
            return None
        key = f"{site.name}/{name}"
        return make_device(name, key, layers, settings.access, filling, self.reading.jump_hosts, shared=False)
