"""Intents about `/interface wifi` as edits. Each line takes effect at once (MikroTik's manual, "WiFi")."""

from collections.abc import Mapping
from dataclasses import replace

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
from auditor.model import Band, Device, Fact, Phy, Pmf, Stated, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import wifi_access_list as access_list
from auditor.platforms.routeros import wifi_security as security
from auditor.platforms.routeros.access_admission import Entry
from auditor.platforms.routeros.changes import Builder, Texts, add_item, combine, where_of
from auditor.platforms.routeros.inheritance import Level
from auditor.platforms.routeros.shell import find, menu
from auditor.platforms.routeros.wifi_hardware import word_for
from auditor.platforms.routeros.wifi_places import Scene, own_place, scene_of
from auditor.platforms.routeros.wifi_settings import Settings
from auditor.services.base import NotPossible
from auditor.services.reading import printable

_OLDER = {Band.GHZ_5: Phy.AC, Band.GHZ_2_4: Phy.N}
"""The newest standard of a band before 802.11ax."""


# -- radios ----------------------------------------------------------------------------------------------------


def set_phy(texts: Texts, device: Device, intent: SetPhy) -> Edit | None:
    """`channel.band` of the master interface; all SSIDs of the radio follow."""
    scene = scene_of(texts, device)
    settings = scene.masters.get(intent.radio)
    radio = next((each for each in device.radios if each.key == intent.radio), None)
    if settings is None or radio is None:
        return None
    if isinstance(radio.band, Unknown):
        raise NotPossible(radio.band.why, _in_either_band(scene, settings, radio.band))
    try:
        word = word_for(radio.band.value, intent.phy)
    except ValueError as error:
        raise NotPossible(str(error), "use another radio for the readers") from None
    edit = scene.set(settings, "channel", "band", word, scene.masters)
    return edit if settings.interface is None else replace(edit, services=("wifi-radio",))


def _in_either_band(scene: Scene, settings: Settings, band: Unknown) -> str:
    """What to type where only the device tells which band a radio has: one line for each that it could be."""
    own = own_place(settings, "channel", "band")
    conditions = where_of(own.item, scene.config.items(own.item.menu), own.name).conditions
    lines = [
        f"`{menu(own.item.path)} set [find {find(conditions)}] {own.name}={word_for(each, phy)}` if it has {each.value}"
        for each, phy in _OLDER.items()
        if each in band.could_be
    ]
    ask = f"`{menu(own.item.path)} radio print detail` shows the bands of '{printable(settings.item.name)}'"
    return f"{ask}; then type {', or '.join(lines)}" if lines and settings.interface is not None else band.settle


def go_without_ax(texts: Texts, device: Device, intent: GoWithoutAx) -> Edit | None:
    """Not possible for one SSID: `channel.band` is the radio's. The advice is what the radio needs."""
    bss = next((each for each in device.bsses if each.key == intent.bss), None)
    if bss is None or intent.bss not in scene_of(texts, device).bsses:
        return None
    why = "RouterOS sets the standard for a whole radio (channel.band): virtual interfaces follow their master"
    phy = Phy.AC if isinstance(bss.band, Unknown) else _OLDER.get(bss.band.value, Phy.AC)
    try:
        set_phy(texts, device, SetPhy(bss.radio, phy, ()))
    except NotPossible as error:
        raise NotPossible(f"{why}; {error.why}", error.advice) from None
    raise NotPossible(why, "change the radio, or put the readers on another one")


# -- security --------------------------------------------------------------------------------------------------


def set_authentication(texts: Texts, device: Device, intent: SetAuthentication) -> Edit | None:
    """`authentication-types`, and `management-protection` where its value, or its default, would be another one."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    try:
        words = security.types_for(intent.akms)
    except ValueError as error:
        raise NotPossible(str(error), "choose other authentication types by hand") from None
    users = scene.without(intent.also)
    types = scene.place(settings, "security", "authentication-types", users)
    edits = [scene.write(settings, types, words)]
    after: Fact[Pmf] = security.pmf(settings, Stated(intent.akms, ()))
    if isinstance(after, Unknown) or after.value is not intent.pmf:
        written = settings.level("security", "management-protection")
        beside = Level(types.item, types.name.replace("authentication-types", "management-protection"))
        place = scene.place(settings, "security", "management-protection", users) if written else beside
        edits.append(scene.write(settings, place, security.pmf_word(intent.pmf)))
    return combine(edits)


def set_pmf(texts: Texts, device: Device, intent: SetPmf) -> Edit | None:
    """`management-protection`."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    word = security.pmf_word(intent.pmf)
    return scene.set(settings, "security", "management-protection", word, scene.without(intent.also))


def use_ccmp_only(texts: Texts, device: Device, intent: UseCcmpOnly) -> Edit | None:
    """`encryption=ccmp`, and the same for broadcasts where a line says TKIP."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    users = scene.without(intent.also)
    edits = [scene.set(settings, "security", "encryption", "ccmp", users)]
    group = settings.stated("security", "group-encryption", str)
    if group is not None and (isinstance(group, Unknown) or group.value != "ccmp"):
        edits.append(scene.set(settings, "security", "group-encryption", "ccmp", users))
    return combine(edits)


def disable_fast_transition(texts: Texts, device: Device, intent: DisableFastTransition) -> Edit | None:
    """`ft=no`."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    return None if settings is None else scene.set(settings, "security", "ft", "no", scene.without(intent.also))


def set_reauth_period(texts: Texts, device: Device, intent: SetReauthPeriod) -> Edit | None:
    """Not possible: the menu has no such setting."""
    if intent.bss not in scene_of(texts, device).bsses:
        return None
    raise NotPossible("RouterOS has no setting for repeated authentication", "set it on the RADIUS server")


def poll_silent_stations(texts: Texts, device: Device, intent: PollSilentStations) -> Edit | None:
    """Not possible: the menu has no timer for silent stations."""
    if intent.bss not in scene_of(texts, device).bsses:
        return None
    raise NotPossible("RouterOS has no timer for silent stations here", "nothing has to be done")


# -- who may talk to whom, and who gets in ---------------------------------------------------------------------


def disable_station_isolation(texts: Texts, device: Device, intent: DisableStationIsolation) -> Edit | None:
    """`datapath.client-isolation=no`, unless an entry of the access list isolates."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    for entry in _entries(scene, settings):
        if entry.item.text("client-isolation") in ("yes", "true"):
            raise NotPossible(f"{entry.item.title} isolates stations", "set client-isolation=no in that entry by hand")
    return scene.set(settings, "datapath", "client-isolation", "no", scene.without(intent.also))


def disable_port_isolation(texts: Texts, device: Device, intent: DisablePortIsolation) -> Edit | None:
    """`datapath.bridge-horizon=none` of a bridge port that is made at run time; others are `/interface bridge port`."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None or settings.level("datapath", "bridge-horizon") is None:
        return None
    name = settings.item.name
    if settings.interface is not None and any(
        port.text("interface") == name for port in scene.config.items("interface bridge port")
    ):
        return None
    return scene.set(settings, "datapath", "bridge-horizon", "none", scene.without(intent.also))


def admit_stations(texts: Texts, device: Device, intent: AdmitStations) -> Edit | None:
    """Entries for the addresses, for this interface alone, before the one that refuses them."""
    scene = scene_of(texts, device)
    settings = scene.bsses.get(intent.bss)
    if settings is None:
        return None
    if settings.interface is None:
        why = "an entry for one SSID of a manager would name an interface that is made at run time"
        macs = ", ".join(intent.macs)
        raise NotPossible(why, f"add entries with action=accept for {macs} before the entry that refuses them")
    path = next((item.path for item in scene.config.items(access_list.MENU)), access_list.MENU)
    listed = _entries(scene, settings)
    edits = []
    for mac in intent.macs:
        refusing = _refusing(listed, mac)
        before = where_of(refusing.item, scene.config.items(access_list.MENU))
        properties = (("action", "accept"), ("interface", settings.item.name), ("mac-address", mac.upper()))
        edits.append(add_item(texts, path, properties, known_by=("action", "interface", "mac-address"), before=before))
    return replace(combine(edits), services=("wifi-access-list",))


def _entries(scene: Scene, settings: Settings) -> tuple[Entry, ...]:
    ssid = settings.stated("configuration", "ssid", str) or Unknown("it names no SSID", settle="name one")
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
