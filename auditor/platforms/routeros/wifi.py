"""`/interface wifi` (`wifiwave2` before 7.13): radios and BSSs of the device and of the access points it manages.

A radio is a master interface: one with a `default-name`, or with the `radio-mac` of a managed access point. Virtual
interfaces (`master-interface`) share it. Source: MikroTik's manual, "WiFi", "WiFi CAPsMAN".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from auditor.model import Akm, Bss, ControlledRadio, Fact, Listed, Radio, Stated, Unknown, combine, known_like
from auditor.platforms.routeros import wifi_access_list as access_list
from auditor.platforms.routeros import wifi_capsman as capsman
from auditor.platforms.routeros import wifi_radios as of_radio
from auditor.platforms.routeros import wifi_reach as reach
from auditor.platforms.routeros import wifi_security as security
from auditor.platforms.routeros.capsman_asked import WIFI as WIFI_CAPSMAN
from auditor.platforms.routeros.capsman_asked import managers
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.wifi_hardware import Hardware, Modes
from auditor.platforms.routeros.wifi_menus import CAP, CONFIGURATION, PROFILES, WIFI, Menus
from auditor.platforms.routeros.wifi_settings import Settings
from auditor.services.reading import printable

_STATIONS = frozenset(["station", "station-bridge", "station-pseudobridge"])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a BSS is: its key, the radio, the settings of its own and of its master, and whether a CAP carries it."""

    key: str
    radio: Radio
    settings: Settings
    master: Settings | None
    enabled: Fact[bool]
    remote: bool


def read(config: Config, network: Network) -> tuple[Listed[Radio], Listed[Bss]]:
    """Read all radios and BSSs of the menu; holes for what a manager or an unknown form keeps elsewhere."""
    menus, hardware = Menus.of(config), Hardware.of(config)
    access = access_list.AccessList.of(config)
    holes = [
        *config.holes(WIFI, CONFIGURATION, *(f"{WIFI} {group}" for group in PROFILES), capsman.PROVISIONING),
        *capsman.networks_hole(config),
    ]
    items = {item.name: item for item in menus.interfaces if item.name}
    radios: list[Radio] = []
    places: list[_Place] = []
    managed: set[str] = set()
    for item in items.values():
        if _is_master(item):
            found = _master(menus, hardware, item)
            if isinstance(found, Unknown):
                holes.append(found)
                managed.add(item.name)
            elif found is not None:
                radios.append(found.radio)
                places.append(found)
    by_name = {place.key: place for place in places}
    for item in items.values():
        if not _is_master(item):
            places += _virtual(menus, hardware, item, by_name, managed)
    made, more = capsman.provisioned(menus, hardware)
    for each in made:
        radio = of_radio.radio(each.master, each.key, each.enabled, each.modes, each.band)
        radios.append(radio)
        places += [_Place(key, radio, settings, each.master, each.enabled, remote=True) for key, settings in each.bsses]
    holes += more
    bsses = [_bss(access, network, place) for place in places if _is_access_point(place)]
    return Listed(tuple(radios), tuple(dict.fromkeys(holes))), Listed(tuple(bsses), tuple(dict.fromkeys(holes)))


def controlled(config: Config) -> tuple[ControlledRadio, ...]:
    """The radios that take all their settings from a manager, here or elsewhere; those that are off carry nothing."""
    menus = Menus.of(config)
    found = []
    for item in menus.interfaces:
        settings = Settings(menus, item)
        managed = capsman.is_managed(settings)
        off = isinstance(on := config.enabled(item), Stated) and not on.value
        if _is_master(item) and not off and not isinstance(managed, Unknown) and managed.value:
            asked = managers(config, config.settings(CAP), *managed.spans)
            hole = capsman.hole(settings, managed)
            found.append(ControlledRadio(config.device, item.name, WIFI_CAPSMAN, asked, hole))
    return tuple(found)


def _is_master(item: Item) -> bool:
    return (item.text("master-interface") or "none") == "none" and not item.text("mld-name")


def _master(menus: Menus, hardware: Hardware, item: Item) -> _Place | Unknown | None:
    """The radio of a master interface with its own BSS; `Unknown` if a manager gives it its settings."""
    config = menus.config
    settings = Settings(menus, item)
    enabled = config.enabled(item)
    managed = capsman.is_managed(settings)
    if isinstance(managed, Unknown) or managed.value:
        off = not isinstance(enabled, Unknown) and not enabled.value
        return None if off else capsman.hole(settings, managed)
    mac = config.text(item, "radio-mac")
    remote = bool(mac) and "default-name" not in item.found_by
    modes = hardware.of_radio(mac or "") if remote else hardware.of_interface(item.name)
    radio = of_radio.radio(settings, item.name, enabled, modes, None)
    return _Place(item.name, radio, settings, None, enabled, remote)


def _virtual(
    menus: Menus, hardware: Hardware, item: Item, masters: dict[str, _Place], managed: set[str]
) -> Iterator[_Place]:
    """A virtual interface; those of a managed radio come from the manager, and an MLD carries the SSID of its links."""
    config = menus.config
    master = config.text(item, "master-interface") or ""
    if item.text("mld-name") or master in managed:
        config.understood(item)
        return
    place = masters.get(master)
    own = config.enabled(item)
    if place is None:
        why = f"{item.title} names the master interface '{printable(master)}', which the export does not hold"
        unknown = Unknown(why, config.span(item, "master-interface"), "capture the whole export")
        modes: Fact[Modes] = hardware.of_device
        settings = Settings(menus, item)
        lost = of_radio.radio(settings, printable(master), unknown, modes, None)
        yield _Place(item.name, lost, settings, None, _both(own, unknown), remote=False)
        return
    enabled = _both(own, place.enabled)
    yield _Place(item.name, place.radio, Settings(menus, item), place.settings, enabled, place.remote)


def _both(own: Fact[bool], master: Fact[bool]) -> Fact[bool]:
    """An interface is up if neither it nor its master is off; one that is known to be off decides."""
    for fact in (own, master):
        if not isinstance(fact, Unknown) and not fact.value:
            return fact
    return combine(lambda one, other: one and other, own, master)


def _is_access_point(place: _Place) -> bool:
    """Stations are none, nor is what is off and has no SSID."""
    mode = place.settings.fact("configuration", "mode", _mode)
    if not isinstance(mode, Unknown) and mode.value in _STATIONS:
        return False
    off = not isinstance(place.enabled, Unknown) and not place.enabled.value
    return not off or place.settings.stated("configuration", "ssid", str) is not None


def _serves(settings: Settings, enabled: Fact[bool]) -> Fact[bool]:
    """What is on serves stations, unless its mode may be another one than `ap`."""
    mode = settings.fact("configuration", "mode", _mode)
    if isinstance(mode, Unknown) and (isinstance(enabled, Unknown) or enabled.value):
        return mode
    return enabled


def _mode(text: str) -> str:
    if text != "ap" and text not in _STATIONS:
        raise ValueError("not a mode that RouterOS knows")
    return text


def _bss(access: access_list.AccessList, network: Network, place: _Place) -> Bss:
    settings, radio = place.settings, place.radio
    config = settings.config
    ssid = _ssid(settings)
    # What a rule makes at run time has a name that no export holds.
    name = settings.interface.name if settings.interface is not None else ""
    apart = reach.isolated(settings)
    listed = access.entries(name, ssid, apart)
    admission = access.admits(listed, apart, settings.header)
    akms = security.akms(settings)
    key = security.passphrase(settings, akms)
    own = next((entry for entry in listed if entry.own_key and entry.mac is None), None)
    passphrase = key if own is None else known_like(security.EXTERNAL, Stated(None, own.near))
    return Bss(
        device=config.device,
        key=place.key,
        radio=radio.key,
        ssid=ssid,
        enabled=_serves(settings, place.enabled),
        networks=(
            reach.remote_networks(settings, network, listed)
            if place.remote
            else reach.networks(settings, network, name, place.master, listed)
        ),
        band=radio.band,
        phy=radio.phy,
        ax_required=radio.ax_required,
        akms=akms,
        ciphers=security.ciphers(settings, akms),
        pmf=security.pmf(settings, akms),
        passphrase=passphrase,
        isolation=reach.isolation(settings, admission),
        port_isolated=reach.port_isolated(settings, network, name),
        fast_transition=security.fast_transition(settings),
        mac_policy=admission.policy,
        mac_list=admission.listed,
        station_limit=settings.fact("configuration", "max-clients", _count),
        idle_timeout=config.default(f"{WIFI}.idle-timeout", _never, settings.header),
        session_timeout=_session(settings, akms),
        reauth_period=_reauthentication(settings, akms),
        passphrase_identity=security.identity(settings, passphrase),
        relays_itself=True,
        given_by=WIFI_CAPSMAN if place.remote else "",
    )


def _ssid(settings: Settings) -> Fact[str]:
    stated = settings.stated("configuration", "ssid", str)
    if stated is not None and (isinstance(stated, Unknown) or stated.value):
        return stated
    return Unknown(f"{settings.title} names no SSID", (settings.header,), "write configuration.ssid")


def _count(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise ValueError("not a number of clients")
    return int(text)


def _never(text: str) -> timedelta | None:
    if text != "none":
        raise ValueError("no such timer")
    return None


def _session(settings: Settings, akms: Fact[frozenset[Akm]]) -> Fact[timedelta | None]:
    """No setting limits a session; a RADIUS server and a passphrase that expires may."""
    enterprise = combine(_is_enterprise, akms)
    if isinstance(enterprise, Unknown):
        return enterprise
    if enterprise.value:
        why = "the RADIUS server may set Session-Timeout, which is not visible here"
        return Unknown(why, enterprise.spans, "declare radius-session, or look at the RADIUS server's policy")
    for item in reach.passphrases(settings):
        if settings.config.text(item, "expires"):
            why = f"{item.title} has a passphrase that expires; stations that use it are then disconnected"
            return Unknown(why, settings.config.span(item, "expires"), "give the readers one that never expires")
    return settings.config.default(f"{WIFI}.session-timeout", _never, settings.header)


def _reauthentication(settings: Settings, akms: Fact[frozenset[Akm]]) -> Fact[timedelta | None]:
    """With a pre-shared key there is none; with 802.1X the RADIUS server decides."""
    enterprise = combine(_is_enterprise, akms)
    if isinstance(enterprise, Unknown):
        return enterprise
    if enterprise.value:
        why = "RouterOS has no setting for repeated 802.1X authentication; the RADIUS server may ask for it"
        return Unknown(why, enterprise.spans, "look at Session-Timeout and Termination-Action of the RADIUS server")
    return settings.config.default(f"{WIFI}.session-timeout", _never, settings.header)


def _is_enterprise(akms: frozenset[Akm]) -> bool:
    return bool(akms & security.ENTERPRISE)
