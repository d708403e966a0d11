"""Interfaces that the CAPsMAN of `/interface wifi` makes at run time: which SSID of its configuration each one carries.

`/interface wifi print detail` on the manager names the configuration of each interface, and the master interface of a
virtual one; a rule of provisioning is known by what it gives its masters. Source: MikroTik's manual, "WiFi CAPsMAN".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from auditor.model import Bss, Fact, Listed, Stated, StationState, Unknown
from auditor.platforms.routeros import wifi_capsman as capsman
from auditor.platforms.routeros.capsman_asked import WIFI as WIFI_CAPSMAN
from auditor.platforms.routeros.config import Config, Shown
from auditor.platforms.routeros.wifi_capsman import Provisioned
from auditor.platforms.routeros.wifi_hardware import Hardware
from auditor.platforms.routeros.wifi_menus import WIFI, Menus
from auditor.services.reading import printable


def placed(stations: Listed[StationState], config: Config, bsses: Iterable[Bss]) -> Listed[StationState]:
    """Name the BSS of stations that are associated with an access point of the manager."""
    known = {bss.key: bss.given_by for bss in bsses}
    if WIFI_CAPSMAN not in known.values() or all(_on(station) in known for station in stations):
        return stations
    menus = Menus.of(config)
    made, _ = capsman.provisioned(menus, Hardware.of(config))
    shown = config.effective.get(WIFI, {})
    return Listed(
        tuple(
            station
            if isinstance(station.bss, Unknown) or station.bss.value in known
            else replace(station, bss=_bss(station.bss, station.bss.value, made, shown))
            for station in stations
        ),
        stations.holes,
    )


def _on(station: StationState) -> str | None:
    return None if isinstance(station.bss, Unknown) else station.bss.value


def _bss(
    seen: Fact[str], interface: str, made: tuple[Provisioned, ...], shown: Mapping[str, Mapping[str, Shown]]
) -> Fact[str]:
    """The key of the BSS that an interface is; what the device does not show stays the interface's name."""
    own = shown.get(interface, {})
    above = shown.get(own["master-interface"].text, {}) if "master-interface" in own else own
    if "configuration" not in own or "configuration" not in above:
        return seen
    spans = tuple(dict.fromkeys((*seen.spans, own["configuration"].span, above["configuration"].span)))
    keys = tuple(dict.fromkeys(_keys(made, above["configuration"].text, own["configuration"].text)))
    if len(keys) == 1:
        return Stated(keys[0], spans)
    if not keys:
        return seen
    why = f"several rules of provisioning could have made the interface '{printable(interface)}'"
    return Unknown(why, spans, "give each rule a configuration of its own", keys)


def _keys(made: Iterable[Provisioned], master: str, own: str) -> Iterable[str]:
    for each in made:
        if each.master.item.name == master:
            yield from (key for key, settings in each.bsses if settings.item.name == own)
