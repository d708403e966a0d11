"""Intents about `/interface wireless` as edits.

A security profile is changed where it stands; RouterOS has no narrower place. One that serves other interfaces than
those that the intent is about, clients of other access points among them, is left to people. Each line takes effect at
once. Source: MikroTik's manual, "Wireless Interface".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from auditor.intents import (
    AdmitStations,
    DisableStationIsolation,
    PollSilentStations,
    SetAuthentication,
    SetPmf,
    SetReauthPeriod,
    UseCcmpOnly,
)
from auditor.model import Akm, Bss, Device, Passphrase, Pmf, Stated, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.routeros import legacy_entries, legacy_security
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.access_admission import Entry
from auditor.platforms.routeros.changes import Builder, Texts, add_item, combine, set_property, where_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.legacy_wireless import MENU
from auditor.platforms.routeros.parse import captured
from auditor.services.base import NotPossible
from auditor.services.reading import printable

_SSID = ("wireless",)
_LIST = ("wireless-access-list",)


@dataclass(frozen=True, slots=True)
class _Place:
    """The interface of an SSID, and those whose SSIDs may change with it."""

    texts: Texts
    device: Device
    config: Config
    item: Item
    allowed: frozenset[str]

    @property
    def bss(self) -> Bss:
        return next(bss for bss in self.device.bsses if bss.key == self.item.name)

    def set(self, item: Item, name: str, value: str, default: str) -> Edit:
        where = where_of(item, self.config.items(item.menu), name)
        return set_property(self.texts, where, name, value, default_text=default)

    def profile(self) -> Item:
        """The security profile, if it serves nobody else."""
        name = self.item.text("security-profile") or legacy_security.DEFAULT
        found = legacy_security.profile(self.config, name)
        if found is None:
            raise NotPossible(f"security profile {printable(name)} is not in the export", "choose a profile that is")
        others = [each.name for each in self.config.items(MENU) if self._shares(each, name)]
        if others:
            listed = ", ".join(map(printable, others))
            advice = f"give {printable(self.item.name)} a security profile of its own, then audit again"
            raise NotPossible(f"security profile {printable(name)} also serves {listed}", advice)
        return found

    def _shares(self, other: Item, name: str) -> bool:
        """Whether an interface that the intent is not about has the profile; one that is off has no say."""
        if other.name in self.allowed or (other.text("security-profile") or legacy_security.DEFAULT) != name:
            return False
        on = self.config.enabled(other)
        return isinstance(on, Unknown) or on.value or any(bss.key == other.name for bss in self.device.bsses)

    def entries(self, name: str = "") -> list[Entry]:
        """What the access list says of the SSID, or of that of another interface."""
        whom = legacy_entries.Whom(name or self.item.name, self.bss.ssid, Stated(True, ()))
        return list(legacy_entries.entries(legacy_entries.read(self.config, legacy_entries.WIRELESS), whom))


def _place(texts: Texts, device: Device, bss: str, also: tuple[str, ...] = ()) -> _Place | None:
    config = captured(texts.capture)
    item = config.named(MENU, bss)
    if item is None or not any(each.key == bss for each in device.bsses):
        return None
    return _Place(texts, device, config, item, frozenset((bss, *also)))


# -- security --------------------------------------------------------------------------------------------------


def set_authentication(texts: Texts, device: Device, intent: SetAuthentication) -> Edit | None:
    """`authentication-types` of the security profile, and `management-protection` where it is to be another one."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    try:
        types = words.akm_words(intent.akms)
    except ValueError as error:
        raise NotPossible(str(error), "choose another authentication by hand") from None
    profile = place.profile()
    for akm, name in ((Akm.WPA_PSK, "wpa-pre-shared-key"), (Akm.WPA2_PSK, "wpa2-pre-shared-key")):
        if akm in intent.akms and words.passphrase(profile.text(name) or "") is not Passphrase.USABLE:
            raise NotPossible(f"whether {name} is set is not visible", f"set {name} together with the authentication")
    edits = [place.set(profile, "authentication-types", types, "")]
    now = place.bss.pmf
    if isinstance(now, Unknown) or now.value is not intent.pmf:
        edits.append(place.set(profile, "management-protection", words.pmf_word(intent.pmf), "disabled"))
    return replace(combine(edits), services=_SSID)


def set_pmf(texts: Texts, device: Device, intent: SetPmf) -> Edit | None:
    """`management-protection` of the security profile."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    edit = place.set(place.profile(), "management-protection", words.pmf_word(intent.pmf), words.pmf_word(Pmf.DISABLED))
    return replace(edit, services=_SSID)


def use_ccmp_only(texts: Texts, device: Device, intent: UseCcmpOnly) -> Edit | None:
    """`unicast-ciphers=aes-ccm`, and the same for broadcasts where a line says TKIP."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    profile = place.profile()
    edits = [place.set(profile, "unicast-ciphers", "aes-ccm", "aes-ccm")]
    if "tkip" in (profile.text("group-ciphers") or ""):
        edits.append(place.set(profile, "group-ciphers", "aes-ccm", "aes-ccm"))
    return replace(combine(edits), services=_SSID)


# -- who may talk to whom, and who gets in ---------------------------------------------------------------------


def disable_station_isolation(texts: Texts, device: Device, intent: DisableStationIsolation) -> Edit | None:
    """`default-forwarding=yes`, and `forwarding=yes` in entries of the access list that let stations in without."""
    place = _place(texts, device, intent.bss, intent.also)
    if place is None:
        return None
    edits = []
    if place.item.text("default-forwarding") in ("no", "false"):
        edits.append(place.set(place.item, "default-forwarding", "yes", "yes"))
    for entry in place.entries():
        if isinstance(entry.forwards, Unknown) or entry.forwards.value:
            continue
        strangers = [
            bss.key
            for bss in device.bsses
            if bss.key not in place.allowed and any(each.item is entry.item for each in place.entries(bss.key))
        ]
        if strangers:
            advice = f"give {printable(intent.bss)} an entry of its own before that one"
            raise NotPossible(f"{entry.item.title} is also about {', '.join(map(printable, strangers))}", advice)
        edits.append(place.set(entry.item, "forwarding", "yes", "yes"))
    if not edits:
        raise NotPossible("no line of the interface or its access list says so", "look at the RADIUS server")
    return replace(combine(edits), services=_SSID)


def admit_stations(texts: Texts, device: Device, intent: AdmitStations) -> Edit | None:
    """Entries for the addresses, for this interface alone, before the one that refuses them."""
    place = _place(texts, device, intent.bss)
    if place is None:
        return None
    listed = place.entries()
    apart = not isinstance(place.bss.isolation, Unknown) and place.bss.isolation.value.value != "none"
    edits = []
    for mac in intent.macs:
        refusing = next((entry for entry in listed if entry.certainly_refuses(mac)), None)
        before = where_of(refusing.item, place.config.items(legacy_entries.WIRELESS)) if refusing is not None else None
        forwarding = (("forwarding", "no"),) if apart else ()
        properties = (
            *(("authentication", "yes"), *forwarding, ("interface", intent.bss)),
            ("mac-address", mac.upper()),
        )
        known_by = ("authentication", "interface", "mac-address")
        edits.append(add_item(texts, legacy_entries.WIRELESS, properties, known_by=known_by, before=before))
    return replace(combine(edits), services=_LIST)


# -- what there is no setting for ------------------------------------------------------------------------------


def set_reauth_period(texts: Texts, device: Device, intent: SetReauthPeriod) -> Edit | None:
    """Not possible: the menu has no such setting."""
    if _place(texts, device, intent.bss) is None:
        return None
    raise NotPossible("RouterOS has no setting for repeated authentication", "set Session-Timeout on the RADIUS server")


def poll_silent_stations(texts: Texts, device: Device, intent: PollSilentStations) -> Edit | None:
    """Not possible: the menu ends no association for silence."""
    if _place(texts, device, intent.bss) is None:
        return None
    raise NotPossible("RouterOS has no timer for silent stations here", "nothing has to be done")


BUILDERS: Mapping[type, Builder] = {
    AdmitStations: admit_stations,
    DisableStationIsolation: disable_station_isolation,
    PollSilentStations: poll_silent_stations,
    SetAuthentication: set_authentication,
    SetPmf: set_pmf,
    SetReauthPeriod: set_reauth_period,
    UseCcmpOnly: use_ccmp_only,
}
"""Each answers None for what is no SSID of this menu, which has neither 802.11ax nor 802.11r."""
