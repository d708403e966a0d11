"""Intents about `/interface wifi` as edits: narrow before wide.

A value changes where it is written if no other SSID takes it from there; otherwise the interface itself gets a value of
its own, which beats all profiles. What a manager provisions has no interface in the export: there the configuration is
the narrowest place. Each line takes effect at once (MikroTik's manual, "WiFi", Configuration profiles; "WiFi CAPsMAN").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor.intents import (
    AdmitStations,
    DisableFastTransition,
    DisablePortIsolation,
    DisableStationIsolation,
    GoWithoutAx,
    PollSilentStations,
    SetAuthentication,
    SetPhy,
    SetPmf,
    SetReauthPeriod,
    UseCcmpOnly,
)
from auditor.model import Device, Fact, Pmf, Stated, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import wifi_access_list as access_list
from auditor.platforms.routeros import wifi_capsman as capsman
from auditor.platforms.routeros import wifi_security as security
from auditor.platforms.routeros.changes import Texts, WayBack, add_item, combine, set_property, where_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.legacy_access import Entry
from auditor.platforms.routeros.parse import config_of
from auditor.platforms.routeros.wifi_hardware import Hardware, word_for
from auditor.platforms.routeros.wifi_menus import Menus
from auditor.platforms.routeros.wifi_settings import Level, Settings
from auditor.profiles import load_profile
from auditor.services.base import NotPossible
from auditor.services.reading import Reading

Builder = Callable[[Texts, Device, Any], Edit | None]


@dataclass(frozen=True, slots=True)
class _Scene:
    """All SSIDs of the menu, by key, with their settings; `masters` are those that decide on a radio."""

    texts: Texts
    config: Config
    bsses: Mapping[str, Settings]
    masters: Mapping[str, Settings]

    def set(
        self, settings: Settings, group: str, name: str, value: str, users: Mapping[str, Settings] | None = None
    ) -> Edit:
        """Give a setting a value in the narrowest place; `users` are whom a shared place would change as well."""
        level = self._place(settings, group, name, self.bsses if users is None else users)
        where = where_of(level.item, self.config.items(level.item.menu), level.name)
        edit = set_property(self.texts, where, level.name, value, default_text=WayBack.UNSET)
        return replace(edit, services=("wifi-capsman" if settings.interface is None else "wifi-ssid",))

    def _place(self, settings: Settings, group: str, name: str, users: Mapping[str, Settings]) -> Level:
        found = settings.level(group, name)
        if isinstance(found, Unknown):
            raise NotPossible(found.why, found.settle or "make the change by hand, then audit again")
        own = _own(settings, group, name)
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


def _own(settings: Settings, group: str, name: str) -> Level:
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


def _scene(texts: Texts, device: Device) -> _Scene:
    config = config_of(Reading(texts.capture, load_profile(device.platform)))
    menus = Menus.of(config)
    local = {item.name: Settings(menus, item) for item in menus.interfaces if item.name}
    masters = {key: each for key, each in local.items() if (each.item.text("master-interface") or "none") == "none"}
    bsses = dict(local)
    for made in capsman.provisioned(menus, Hardware.of(config))[0]:
        masters[made.key] = made.master
        bsses.update(made.bsses)
    return _Scene(texts, config, bsses, masters)


# -- radios ----------------------------------------------------------------------------------------------------


def set_phy(texts: Texts, device: Device, intent: SetPhy) -> Edit | None:
    """`channel.band` of the master interface; all SSIDs of the radio follow."""
    scene = _scene(texts, device)
    settings = scene.masters.get(intent.radio)
    radio = next((each for each in device.radios if each.key == intent.radio), None)
    if settings is None or radio is None:
        return None
    if isinstance(radio.band, Unknown):
        raise NotPossible(radio.band.why, radio.band.settle)
    try:
        word = word_for(radio.band.value, intent.phy)
    except ValueError as error:
        raise NotPossible(str(error), "use another radio for the readers") from None
    edit = scene.set(settings, "channel", "band", word, scene.masters)
    return edit if settings.interface is None else replace(edit, services=("wifi-radio",))


def go_without_ax(texts: Texts, device: Device, intent: GoWithoutAx) -> Edit | None:
    """Not possible for one SSID: `channel.band` is the radio's."""
    if intent.bss not in _scene(texts, device).bsses:
        return None
    why = "RouterOS sets the standard for a whole radio (channel.band): virtual interfaces follow their master"
    raise NotPossible(why, "change the radio, or put the readers on another one")


# -- security --------------------------------------------------------------------------------------------------


def set_authentication(texts: Texts, device: Device, intent: SetAuthentication) -> Edit | None:
    """`authentication-types`, and `management-protection` where its value, or its default, would be another one."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    try:
        words = security.types_for(intent.akms)
    except ValueError as error:
        raise NotPossible(str(error), "choose other authentication types by hand") from None
    edits = [scene.set(settings, "security", "authentication-types", words)]
    after: Fact[Pmf] = security.pmf(settings, Stated(intent.akms, ()))
    if isinstance(after, Unknown) or after.value is not intent.pmf:
        edits.append(scene.set(settings, "security", "management-protection", security.pmf_word(intent.pmf)))
    return combine(edits)


def set_pmf(texts: Texts, device: Device, intent: SetPmf) -> Edit | None:
    """`management-protection`."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    return scene.set(settings, "security", "management-protection", security.pmf_word(intent.pmf))


def use_ccmp_only(texts: Texts, device: Device, intent: UseCcmpOnly) -> Edit | None:
    """`encryption=ccmp`, and the same for broadcasts where a line says TKIP."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    edits = [scene.set(settings, "security", "encryption", "ccmp")]
    group = settings.stated("security", "group-encryption", str)
    if group is not None and (isinstance(group, Unknown) or group.value != "ccmp"):
        edits.append(scene.set(settings, "security", "group-encryption", "ccmp"))
    return combine(edits)


def disable_fast_transition(texts: Texts, device: Device, intent: DisableFastTransition) -> Edit | None:
    """`ft=no`."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    return None if settings is None else scene.set(settings, "security", "ft", "no")


def set_reauth_period(texts: Texts, device: Device, intent: SetReauthPeriod) -> Edit | None:
    """Not possible: the menu has no such setting."""
    if intent.bss not in _scene(texts, device).bsses:
        return None
    raise NotPossible("RouterOS has no setting for repeated authentication", "set it on the RADIUS server")


def poll_silent_stations(texts: Texts, device: Device, intent: PollSilentStations) -> Edit | None:
    """Not possible: the menu has no timer for silent stations."""
    if intent.bss not in _scene(texts, device).bsses:
        return None
    raise NotPossible("RouterOS has no timer for silent stations here", "nothing has to be done")


# -- who may talk to whom, and who gets in ---------------------------------------------------------------------


def disable_station_isolation(texts: Texts, device: Device, intent: DisableStationIsolation) -> Edit | None:
    """`datapath.client-isolation=no`, unless an entry of the access list isolates."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    for entry in _entries(scene, settings):
        if entry.item.text("client-isolation") in ("yes", "true"):
            raise NotPossible(f"{entry.item.title} isolates stations", "set client-isolation=no in that entry by hand")
    return scene.set(settings, "datapath", "client-isolation", "no")


def disable_port_isolation(texts: Texts, device: Device, intent: DisablePortIsolation) -> Edit | None:
    """`datapath.bridge-horizon=none` of a bridge port that is made at run time; others are `/interface bridge port`."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None or settings.level("datapath", "bridge-horizon") is None:
        return None
    name = settings.item.name
    if settings.interface is not None and any(
        port.text("interface") == name for port in scene.config.items("interface bridge port")
    ):
        return None
    return scene.set(settings, "datapath", "bridge-horizon", "none")


def admit_stations(texts: Texts, device: Device, intent: AdmitStations) -> Edit | None:
    """Entries for the addresses, for this interface alone, before the one that refuses them."""
    scene = _scene(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    if settings.interface is None:
        why = "an entry for one SSID of a manager would name an interface that is made at run time"
        macs = ", ".join(intent.macs)
        raise NotPossible(why, f"add entries with action=accept for {macs} before the entry that refuses them")
    menu = next((item.path for item in scene.config.items(access_list.MENU)), access_list.MENU)
    listed = _entries(scene, settings)
    edits = []
    for mac in intent.macs:
        refusing = _refusing(listed, mac)
        before = where_of(refusing.item, scene.config.items(access_list.MENU))
        properties = (("action", "accept"), ("interface", settings.item.name), ("mac-address", mac.upper()))
        edits.append(add_item(texts, menu, properties, known_by=("action", "interface", "mac-address"), before=before))
    return replace(combine(edits), services=("wifi-access-list",))


def _entries(scene: _Scene, settings: Settings) -> tuple[Entry, ...]:
    ssid = settings.stated("configuration", "ssid", str) or Unknown("no SSID")
    name = settings.interface.name if settings.interface is not None else ""
    return access_list.AccessList.of(scene.config).entries(name, ssid, Stated(False, ()))


def _refusing(listed: tuple[Entry, ...], mac: str) -> Entry:
    """The first entry that keeps a station out."""
    for entry in listed:
        keeps_out = not isinstance(entry.admits, Unknown) and not entry.admits.value
        if keeps_out and not entry.doubt and entry.mac in (None, mac.lower()):
            return entry
    raise NotPossible(f"no entry of /{access_list.MENU} certainly refuses {mac}", "look at the list by hand")


BUILDERS: Mapping[type, Builder] = {
    AdmitStations: admit_stations,
    DisableFastTransition: disable_fast_transition,
    DisablePortIsolation: disable_port_isolation,
    DisableStationIsolation: disable_station_isolation,
    GoWithoutAx: go_without_ax,
    PollSilentStations: poll_silent_stations,
    SetAuthentication: set_authentication,
    SetPhy: set_phy,
    SetPmf: set_pmf,
    SetReauthPeriod: set_reauth_period,
    UseCcmpOnly: use_ccmp_only,
}
"""Each answers None for what is no radio, or no SSID, of this menu."""
