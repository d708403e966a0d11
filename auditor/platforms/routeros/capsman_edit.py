"""Intents about the old CAPsMAN as edits: where a value is written, else the narrowest place that nobody else shares.

A value that no line writes goes into the profile where people look for it (`/caps-man datapath`) if that serves nobody
else, then into the configuration, then into the interface. The manager sets up what it changes at once, on all access
points. Source: MikroTik's manual, "AP Controller (CAPsMAN)" (CAPsMAN Configuration Concepts, Access List).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from auditor.intents import (
    AdmitStations,
    DisablePortIsolation,
    DisableStationIsolation,
    PollSilentStations,
    SetAuthentication,
    SetReauthPeriod,
    UseCcmpOnly,
)
from auditor.model import Device, MacPolicy, Pmf, Stated, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import capsman_caps, legacy_entries
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.access_admission import Entry
from auditor.platforms.routeros.capsman_caps import Cap
from auditor.platforms.routeros.changes import (
    Builder,
    Texts,
    WayBack,
    add_item,
    clear_property,
    combine,
    set_property,
    where_of,
)
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.inheritance import Level
from auditor.platforms.routeros.parse import captured
from auditor.services.base import NotPossible
from auditor.services.reading import printable

_MANAGER = ("caps-man",)
_LIST = ("wireless-access-list",)


@dataclass(frozen=True, slots=True)
class _Place:
    """One SSID of a manager, all of them, and those that may change with it."""

    texts: Texts
    config: Config
    cap: Cap
    caps: tuple[Cap, ...]
    allowed: frozenset[str]

    def set(self, group: str, name: str, value: str) -> Edit:
        """Give a setting a value in the first place that changes nobody else's."""
        others: list[str] = []
        for level in self._candidates(group, name):
            others = self._others(group, name, level)
            if not others:
                where = where_of(level.item, self.config.items(level.item.menu), level.name)
                edit = set_property(self.texts, where, level.name, value, default_text=WayBack.UNSET)
                return replace(edit, services=_MANAGER)
        if not others:
            raise NotPossible("the settings of this interface are not in the export", "capture the whole export")
        raise self._shared(f"{group}.{name}", others, f"with {group}.{name}={value}")

    def clear(self, group: str, name: str) -> Edit:
        """Take a setting's value away where it is written, if nobody else takes it from there."""
        written = next(self._candidates(group, name))
        others = self._others(group, name, written)
        if others:
            raise self._shared(f"{group}.{name}", others, f"without {group}.{name}")
        where = where_of(written.item, self.config.items(written.item.menu), written.name)
        return replace(clear_property(self.texts, where, written.name), services=_MANAGER)

    def _others(self, group: str, name: str, level: Level) -> list[str]:
        """The SSIDs that may not change and take the setting from a place."""
        return [cap.key for cap in self.caps if cap.key not in self.allowed and _follows(cap, group, name, level)]

    def _shared(self, setting: str, others: list[str], how: str) -> NotPossible:
        listed = ", ".join(map(printable, others))
        advice = f"give {printable(self.cap.key)} a configuration of its own, {how}"
        return NotPossible(f"{setting} of {self.cap.settings.title} is also that of {listed}", advice)

    def _candidates(self, group: str, name: str) -> Iterator[Level]:
        """The place where the value is written and those that beat it; all of them if it is written nowhere."""
        places = list(self.cap.settings.levels(group, name))
        for place in places:
            if isinstance(place, Unknown):
                raise NotPossible(place.why, place.settle)
        written = self.cap.settings.level(group, name)
        levels = [place for place in places if isinstance(place, Level)]
        if isinstance(written, Level):
            levels = levels[: levels.index(written) + 1]
        yield from reversed(levels)

    def entries(self, cap: Cap) -> list[Entry]:
        """What the access list says of an SSID."""
        ssid = cap.settings.stated("configuration", "ssid", str) or Unknown("it names no SSID", settle="name one")
        whom = legacy_entries.Whom(cap.name, ssid, Stated(True, ()))
        return list(legacy_entries.entries(legacy_entries.read(self.config, legacy_entries.CAPSMAN), whom))


def _follows(cap: Cap, group: str, name: str, level: Level) -> bool:
    """Whether the setting of an SSID is the one at a place: it comes by there, and nothing that beats it is written."""
    for each in cap.settings.levels(group, name):
        if isinstance(each, Unknown) or each == level:
            return True
        if each.item.text(each.name) is not None:
            return False
    return False


def _place(texts: Texts, device: Device, bss: str, also: tuple[str, ...] = ()) -> _Place | None:
    config = captured(texts.capture)
    caps = capsman_caps.read(config).found
    cap = next((cap for cap in caps if cap.key == bss), None)
    return None if cap is None else _Place(texts, config, cap, caps, frozenset((bss, *also)))


def set_authentication(texts: Texts, device: Device, intent: SetAuthentication) -> Edit | None:
    """`security.authentication-types`; there is one passphrase for WPA and WPA2, and no management frame protection."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    if intent.pmf is not Pmf.DISABLED:
        raise NotPossible("this CAPsMAN has no management frame protection", "choose an authentication without")
    try:
        types = words.akm_words(intent.akms)
    except ValueError as error:
        raise NotPossible(str(error), "choose another authentication by hand") from None
    return place.set("security", "authentication-types", types)


def use_ccmp_only(texts: Texts, device: Device, intent: UseCcmpOnly) -> Edit | None:
    """`security.encryption=aes-ccm`, and the same for broadcasts where a line says TKIP."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    edits = [place.set("security", "encryption", "aes-ccm")]
    group = place.cap.settings.stated("security", "group-encryption", str)
    if group is not None and (isinstance(group, Unknown) or group.value != "aes-ccm"):
        edits.append(place.set("security", "group-encryption", "aes-ccm"))
    return combine(edits)


def disable_station_isolation(texts: Texts, device: Device, intent: DisableStationIsolation) -> Edit | None:
    """`datapath.client-to-client-forwarding=yes`, and the same in entries of the access list that say no."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    edits = []
    now = place.cap.settings.fact("datapath", "client-to-client-forwarding", words.on_off)
    if isinstance(now, Unknown) or not now.value:
        edits.append(place.set("datapath", "client-to-client-forwarding", "yes"))
    for entry in place.entries(place.cap):
        if isinstance(entry.forwards, Unknown) or entry.forwards.value:
            continue
        strangers = [cap.key for cap in place.caps if cap.key not in place.allowed and _concerns(place, entry, cap)]
        if strangers:
            advice = "let an entry of its own for this SSID come first"
            raise NotPossible(f"{entry.item.title} is also about {', '.join(map(printable, strangers))}", advice)
        where = where_of(entry.item, place.config.items(legacy_entries.CAPSMAN), "client-to-client-forwarding")
        edits.append(
            set_property(texts, where, "client-to-client-forwarding", "yes", default_text=WayBack.UNSET),
        )
    if not edits:
        raise NotPossible("no line of the manager says so", "look at the RADIUS server")
    return replace(combine(edits), services=_MANAGER)


def _concerns(place: _Place, entry: Entry, cap: Cap) -> bool:
    return any(each.item is entry.item for each in place.entries(cap))


def disable_port_isolation(texts: Texts, device: Device, intent: DisablePortIsolation) -> Edit | None:
    """No `datapath.bridge-horizon` of the ports that the manager adds to a bridge for one SSID; it knows no `none`."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None or place.cap.settings.level("datapath", "bridge-horizon") is None:
        return None
    return place.clear("datapath", "bridge-horizon")


def admit_stations(texts: Texts, device: Device, intent: AdmitStations) -> Edit | None:
    """Entries that accept the addresses, before the one that refuses them.

    An interface that provisioning makes has no name that an entry could use: one for all SSIDs of the manager is given
    only if the intent is about all that refuse stations.
    """
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    own = (("interface", place.cap.name),) if place.cap.name else ()
    strangers = [bss.key for bss in device.bsses if not own and _refuses_some(place, device, bss.key)]
    if strangers:
        macs = ", ".join(intent.macs)
        why = f"an entry without interface would admit them to {', '.join(map(printable, strangers))} as well"
        raise NotPossible(why, f"add entries with action=accept and ssid-regexp for {macs}")
    listed = place.entries(place.cap)
    edits = []
    for mac in intent.macs:
        refusing = next((each for each in listed if each.certainly_refuses(mac)), None)
        if refusing is None:
            raise NotPossible(f"no entry of /{legacy_entries.CAPSMAN} certainly refuses {mac}", "look at the list")
        before = where_of(refusing.item, place.config.items(legacy_entries.CAPSMAN))
        properties = (("action", "accept"), *own, ("mac-address", mac.upper()))
        known_by = tuple(name for name, _ in properties)
        edits.append(add_item(texts, legacy_entries.CAPSMAN, properties, known_by=known_by, before=before))
    return replace(combine(edits), services=_LIST)


def _refuses_some(place: _Place, device: Device, key: str) -> bool:
    """Whether another SSID of the manager refuses stations, so that its list would change too."""
    if key in place.allowed or not any(cap.key == key for cap in place.caps):
        return False
    policy = next(bss.mac_policy for bss in device.bsses if bss.key == key)
    return isinstance(policy, Unknown) or policy.value is not MacPolicy.OFF


def set_reauth_period(texts: Texts, device: Device, intent: SetReauthPeriod) -> Edit | None:
    """Not possible: the manager has no such setting."""
    if _place(texts, device, intent.bss) is None:
        return None
    raise NotPossible("RouterOS has no setting for repeated authentication", "set Session-Timeout on the RADIUS server")


def poll_silent_stations(texts: Texts, device: Device, intent: PollSilentStations) -> Edit | None:
    """Not possible: the manager ends no association for silence."""
    if _place(texts, device, intent.bss) is None:
        return None
    raise NotPossible("RouterOS has no timer for silent stations here", "nothing has to be done")


BUILDERS: Mapping[type, Builder] = {
    AdmitStations: admit_stations,
    DisablePortIsolation: disable_port_isolation,
    DisableStationIsolation: disable_station_isolation,
    PollSilentStations: poll_silent_stations,
    SetAuthentication: set_authentication,
    SetReauthPeriod: set_reauth_period,
    UseCcmpOnly: use_ccmp_only,
}
"""Each answers None for what is no SSID of a manager, which has neither 802.11ax nor management frame protection."""
