"""Where a value of `/interface wifi` is changed: narrow before wide.

A value changes where it is written if no SSID takes it from there but those that may follow; otherwise the interface
itself gets one of its own, which beats all profiles. What a manager provisions has no interface in the export: there
the configuration is the narrowest place. Source: MikroTik's manual, "WiFi" (Configuration profiles), "WiFi CAPsMAN".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from auditor.model import Device, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import wifi_capsman as capsman
from auditor.platforms.routeros.changes import Texts, WayBack, set_property, where_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.inheritance import Level
from auditor.platforms.routeros.parse import captured
from auditor.platforms.routeros.wifi_hardware import Hardware
from auditor.platforms.routeros.wifi_menus import Menus
from auditor.platforms.routeros.wifi_settings import Settings
from auditor.services.base import NotPossible


@dataclass(frozen=True, slots=True)
class Scene:
    """All SSIDs of the menu, by key, with their settings; `masters` are those that decide on a radio."""

    texts: Texts
    config: Config
    bsses: Mapping[str, Settings]
    masters: Mapping[str, Settings]

    def set(
        self, settings: Settings, group: str, name: str, value: str, users: Mapping[str, Settings] | None = None
    ) -> Edit:
        """Give a setting a value in the narrowest place; `users` are whom a shared place would change as well."""
        return self.write(settings, self.place(settings, group, name, self.bsses if users is None else users), value)

    def write(self, settings: Settings, level: Level, value: str) -> Edit:
        """Write a value in a place."""
        where = where_of(level.item, self.config.items(level.item.menu), level.name)
        edit = set_property(self.texts, where, level.name, value, default_text=WayBack.UNSET)
        return replace(edit, services=("wifi-capsman" if settings.interface is None else "wifi-ssid",))

    def without(self, also: tuple[str, ...]) -> Mapping[str, Settings]:
        """The SSIDs that a change must not reach: all but those that may follow it."""
        return {key: settings for key, settings in self.bsses.items() if key not in also}

    def place(self, settings: Settings, group: str, name: str, users: Mapping[str, Settings]) -> Level:
        """The narrowest place: where the value is written, if nobody else takes it from there, else one of its own."""
        found = settings.level(group, name)
        if isinstance(found, Unknown):
            raise NotPossible(found.why, found.settle or "make the change by hand, then audit again")
        own = own_place(settings, group, name)
        if found is not None and found.item is not own.item:
            sharing = [other for other in users.values() if other is not settings and _takes(other, group, name, found)]
            if not sharing:
                return found
        others = {key: other for key, other in users.items() if other is not settings and _obeys(other, group, own)}
        strangers = [key for key, other in others.items() if group == "channel" or not _same_ssid(other, settings)]
        if strangers:
            names = ", ".join(strangers)
            advice = f"give {names} a configuration of its own, then audit again"
            raise NotPossible(f"{own.item.title} is also that of {names}", advice)
        return own


def own_place(settings: Settings, group: str, name: str) -> Level:
    """The narrowest place: the interface, else the configuration that a rule of provisioning names."""
    if settings.interface is not None:
        return Level(settings.interface, f"{group}.{name}")
    return Level(settings.item, name if group == "configuration" else f"{group}.{name}")


def _takes(other: Settings, group: str, name: str, place: Level) -> bool:
    """Whether another SSID takes the value of a setting from a place."""
    level = other.level(group, name)
    return isinstance(level, Unknown) or (level is not None and level.item is place.item)


def _obeys(other: Settings, group: str, place: Level) -> bool:
    """Whether a value in a place would count for another SSID too: nothing that counts more says anything else."""
    for level in other.levels(group, place.name.rpartition(".")[2]):
        if isinstance(level, Unknown) or level.item is place.item:
            return True
        if level.item.text(level.name) is not None:
            return False
    return False


def _same_ssid(one: Settings, other: Settings) -> bool:
    names = [each.stated("configuration", "ssid", str) for each in (one, other)]
    known = {name.value for name in names if name is not None and not isinstance(name, Unknown)}
    return len(known) == 1 and all(name is not None and not isinstance(name, Unknown) for name in names)


def scene_of(texts: Texts, device: Device) -> Scene:
    """Read the exports anew, as an edit has only texts and the model."""
    config = captured(texts.capture)
    menus = Menus.of(config)
    local = {item.name: Settings(menus, item) for item in menus.interfaces if item.name}
    masters = {key: each for key, each in local.items() if (each.item.text("master-interface") or "none") == "none"}
    bsses = dict(local)
    for made in capsman.provisioned(menus, Hardware.of(config))[0]:
        masters[made.key] = made.master
        bsses.update(made.bsses)
    return Scene(texts, config, bsses, masters)
