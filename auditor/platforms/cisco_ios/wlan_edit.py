"""Intents about the WLANs of a Catalyst 9800 as edits.

WLANs and policy profiles are changed while they are shut, bands while they are off; what that interrupts is told by the
profile's effects. A line serves every BSS of its WLAN, or of all WLANs with its policy profile: where an intent does
not name all of them, a person must decide. Source: Cisco Catalyst 9800 configuration guide, "WLANs", "802.11
Parameters"; YANG, Cisco-IOS-XE-wireless-wlan-cfg, for what goes together.
"""

from collections.abc import Mapping
from datetime import timedelta

from auditor.intents import (
    AcceptStationsWithoutAx,
    AdmitStations,
    BypassPortal,
    DisableFastTransition,
    DisablePortIsolation,
    DisableStationIsolation,
    GoWithoutAx,
    PollSilentStations,
    RemovePortalTimers,
    SetAuthentication,
    SetIdleTimeout,
    SetPhy,
    SetPmf,
    SetReauthPeriod,
    SetSessionTimeout,
    UseCcmpOnly,
)
from auditor.model import Akm, Band, Device, Phy, Pmf, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import (
    SHUT,
    Around,
    Builder,
    Texts,
    add_line,
    combine,
    drop_line,
    replace_line,
    set_line,
)
from auditor.platforms.cisco_ios.wireless_bands import BANDS
from auditor.platforms.cisco_ios.wlan_places import Place, nobody_else, place_of, scene_of
from auditor.services.base import NotPossible

_WLAN = ("wlan",)
_POLICY = ("wireless-policy",)
_BAND = ("wireless-band",)
_OLDER = {"24ghz": Phy.N, "5ghz": Phy.AC}
_LONGEST_SESSION = timedelta(seconds=86400)
_LONGEST_SILENCE = timedelta(seconds=100000)


# -- policy profiles -------------------------------------------------------------------------------------------


def set_session_timeout(texts: Texts, device: Device, intent: SetSessionTimeout) -> Edit | None:
    """`session-timeout` of the policy profile."""
    if intent.limit > _LONGEST_SESSION:
        raise NotPossible("the longest session is 86400 seconds", "write session-timeout 86400")
    return _timer(texts, device, "session-timeout", intent)


def set_idle_timeout(texts: Texts, device: Device, intent: SetIdleTimeout) -> Edit | None:
    """`idle-timeout` of the policy profile."""
    if intent.limit > _LONGEST_SILENCE:
        raise NotPossible("the longest idle timeout is 100000 seconds", "write idle-timeout 100000")
    return _timer(texts, device, "idle-timeout", intent)


def _timer(texts: Texts, device: Device, command: str, intent: SetSessionTimeout | SetIdleTimeout) -> Edit | None:
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    path = place.policy_path
    nobody_else(place.of_policy(), intent.also, "policy profile")
    line = f"{command} {int(intent.limit.total_seconds())}"
    default = place.config.default(f"wireless profile policy.{command}", str)
    hidden = not isinstance(default, Unknown) and line == f"{command} {default.value}"
    return set_line(texts, path, line, instead=command, services=_POLICY, hidden=hidden, around=SHUT)


# -- WLANs -----------------------------------------------------------------------------------------------------


def disable_station_isolation(texts: Texts, device: Device, intent: DisableStationIsolation) -> Edit | None:
    """`no peer-blocking`."""
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    lines = texts.lines(place.path, "peer-blocking")
    if len(lines) != 1 or lines[0].startswith("no "):
        raise NotPossible("no line peer-blocking keeps these stations apart", "look at the policy profile")
    nobody_else(place.of_wlan(), intent.also, "WLAN")
    return drop_line(texts, place.path, lines[0], services=_WLAN, command="no peer-blocking", around=SHUT)


def go_without_ax(texts: Texts, device: Device, intent: GoWithoutAx) -> Edit | None:
    """`no dot11ax`, which WLANs know since 17.5."""
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    settable = place.config.default("wlan.dot11ax-settable", str)
    if isinstance(settable, Unknown) or settable.value != "yes":
        raise NotPossible("this release has 802.11ax for whole bands only (for WLANs since 17.5)", "change the band")
    _not_in_6ghz(place, "802.11ax")
    _only_itself(texts, place.path, "dot11ax")
    nobody_else(place.of_wlan(), intent.also, "WLAN")
    return set_line(texts, place.path, "no dot11ax", instead="dot11ax", services=_WLAN, default="dot11ax", around=SHUT)


def set_pmf(texts: Texts, device: Device, intent: SetPmf) -> Edit | None:
    """`security pmf optional` or `mandatory`, or neither."""
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    _not_in_6ghz(place, "protected management frames")
    nobody_else(place.of_wlan(), intent.also, "WLAN")
    return _pmf(texts, place.path, intent.pmf)


def _pmf(texts: Texts, path: tuple[str, ...], pmf: Pmf) -> Edit:
    known = ("security pmf optional", "security pmf mandatory")
    old = [line for line in texts.lines(path, "security pmf") if line in known]
    word = {Pmf.OPTIONAL: known[0], Pmf.REQUIRED: known[1]}.get(pmf)
    if len(old) > 1 or (word is None and not old):
        raise NotPossible("no single line says how frames are protected", "look at the WLAN")
    if word is None:
        return drop_line(texts, path, old[0], services=_WLAN, around=SHUT)
    if old:
        return replace_line(texts, path, old[0], word, services=_WLAN, around=SHUT)
    return add_line(texts, path, word, services=_WLAN, around=SHUT)


def use_ccmp_only(texts: Texts, device: Device, intent: UseCcmpOnly) -> Edit | None:
    """AES in place of TKIP; TKIP is there for WPA1 alone."""
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    nobody_else(place.of_wlan(), intent.also, "WLAN")
    edits = []
    for generation in ("wpa1", "wpa2"):
        prefix = f"security wpa {generation} ciphers"
        lines = texts.lines(place.path, prefix)
        if f"{prefix} tkip" not in lines:
            continue
        if f"{prefix} aes" in lines or (generation == "wpa2" and f"no {prefix} aes" not in lines):
            edits.append(drop_line(texts, place.path, f"{prefix} tkip", services=_WLAN, around=SHUT))
        elif generation == "wpa1":
            edits.append(
                replace_line(texts, place.path, f"{prefix} tkip", f"{prefix} aes", services=_WLAN, around=SHUT)
            )
        else:
            raise NotPossible("TKIP is the only cipher of WPA2 here", "write security wpa wpa2 ciphers aes by hand")
    if not edits:
        raise NotPossible("no line of the WLAN offers TKIP", "look at the WLAN")
    return combine(edits)


def disable_fast_transition(texts: Texts, device: Device, intent: DisableFastTransition) -> Edit | None:
    """`no security ft`, where no AKM of 802.11r is offered beside it."""
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    nobody_else(place.of_wlan(), intent.also, "WLAN")
    if texts.lines(place.path, "security wpa akm ft"):
        raise NotPossible("the WLAN offers AKMs of 802.11r", "see which stations need them, then take them away")
    if texts.lines(place.path, "security ft") != ("security ft",):
        raise NotPossible("several lines speak of 802.11r", "write no security ft")
    return set_line(texts, place.path, "no security ft", instead="security ft", services=_WLAN, around=SHUT)


def set_authentication(texts: Texts, device: Device, intent: SetAuthentication) -> Edit | None:
    """WPA2-Personal beside WPA3-Personal, or WPA2-Enterprise alone; other changes are for a person."""
    place = place_of(texts, device, intent.bss)
    if place is None:
        return None
    _not_in_6ghz(place, "WPA3 alone")
    nobody_else(place.of_wlan(), intent.also, "WLAN")
    now = place.bss.akms
    entries = texts.entries(place.path)
    if isinstance(now, Unknown):
        raise NotPossible(now.why, "look at the WLAN")
    if now.value == {Akm.WPA3_SAE} and intent.akms == {Akm.WPA2_PSK, Akm.WPA3_SAE}:
        if "no security wpa wpa2" not in entries:
            raise NotPossible("what keeps WPA2 out is not a line of its own", "write security wpa wpa2")
        return combine(
            (
                drop_line(texts, place.path, "no security wpa wpa2", services=_WLAN, around=SHUT),
                add_line(texts, place.path, "security wpa akm psk", services=_WLAN, around=SHUT),
                _pmf(texts, place.path, intent.pmf),
            )
        )
    if now.value == {Akm.WPA_EAP, Akm.WPA2_EAP} and intent.akms == {Akm.WPA2_EAP}:
        old = [line for line in entries if line.startswith("security wpa wpa1")]
        return combine([drop_line(texts, place.path, line, services=_WLAN, around=SHUT) for line in reversed(old)])
    raise NotPossible("this change of authentication needs several settings that go together", "change it by hand")


def _only_itself(texts: Texts, path: tuple[str, ...], command: str) -> None:
    """Refuse where further settings of a command stand beside it, which its negation would take along."""
    if any(line.removeprefix("no ") != command for line in texts.lines(path, command)):
        raise NotPossible(f"the configuration holds more settings of {command}", f"write no {command} by hand")


def _not_in_6ghz(place: Place, what: str) -> None:
    """The 6 GHz band needs WPA3 alone, PMF and 802.11ax (YANG: wlan-radio-policy)."""
    for bss in (place.bss, *place.of_wlan()):
        if not isinstance(bss.band, Unknown) and bss.band.value is Band.GHZ_6:
            raise NotPossible(
                f"the WLAN is in the 6 GHz band, which needs {what}", "make a WLAN of their own for the readers"
            )


# -- bands -----------------------------------------------------------------------------------------------------


def set_phy(texts: Texts, device: Device, intent: SetPhy) -> Edit | None:
    """`no ap dot11 5ghz dot11ax` for all access points."""
    found = scene_of(texts, device)
    if found is None or intent.radio not in BANDS or all(radio.key != intent.radio for radio in device.radios):
        return None
    if _OLDER.get(intent.radio) is not intent.phy:
        raise NotPossible("only 802.11ax as a whole can be switched off for a band", "put the readers on another band")
    command = f"ap dot11 {intent.radio} dot11ax"
    _only_itself(texts, (), command)
    shut = f"ap dot11 {intent.radio} shutdown"
    around = Around(shut, f"no {shut}", path=(), up_unless_said=True, answer="y")
    return set_line(texts, (), f"no {command}", instead=command, services=_BAND, default=command, around=around)


def accept_stations_without_ax(texts: Texts, device: Device, intent: AcceptStationsWithoutAx) -> Edit | None:
    """Not possible: only the 6 GHz band asks for 802.11ax, and cannot do without."""
    if all(radio.key != intent.radio for radio in device.radios) or intent.radio not in BANDS:
        return None
    raise NotPossible("the 6 GHz band has no stations without 802.11ax", "put the readers on another band")


# -- what is not there -----------------------------------------------------------------------------------------


def _refused(why: str, advice: str) -> Builder:
    """A builder for intents about a BSS that this platform has no setting for."""

    def refuse(
        texts: Texts,
        device: Device,
        intent: AdmitStations | DisablePortIsolation | PollSilentStations | SetReauthPeriod,
    ) -> Edit | None:
        if not intent.bss or place_of(texts, device, intent.bss) is None:
            return None
        raise NotPossible(why, advice)

    return refuse


def _refused_portal(why: str, advice: str) -> Builder:
    def refuse(texts: Texts, device: Device, intent: BypassPortal | RemovePortalTimers) -> Edit | None:
        if scene_of(texts, device) is None or all(portal.key != intent.portal for portal in device.portals):
            return None
        raise NotPossible(why, advice)

    return refuse


BUILDERS: Mapping[type, Builder] = {
    AcceptStationsWithoutAx: accept_stations_without_ax,
    AdmitStations: _refused(
        "MAC addresses are in lists of the whole controller", "take them out of, or add them to, the list"
    ),
    BypassPortal: _refused_portal("web authentication knows no exceptions by MAC address", "use a WLAN without it"),
    DisableFastTransition: disable_fast_transition,
    DisablePortIsolation: _refused("WLANs have no isolated ports", "look at the switch"),
    DisableStationIsolation: disable_station_isolation,
    GoWithoutAx: go_without_ax,
    PollSilentStations: _refused("the controller does not poll silent stations", "raise idle-timeout instead"),
    RemovePortalTimers: _refused_portal("a login ends with the session", "raise session-timeout of the policy profile"),
    SetAuthentication: set_authentication,
    SetIdleTimeout: set_idle_timeout,
    SetPhy: set_phy,
    SetPmf: set_pmf,
    SetReauthPeriod: _refused("what repeats the authentication is session-timeout", "raise session-timeout"),
    SetSessionTimeout: set_session_timeout,
    UseCcmpOnly: use_ccmp_only,
}
"""Each answers None for what is no WLAN of a controller."""
