"""Intents as changes of single lines of hostapd.conf and of its lists of MAC addresses."""

import re
from collections.abc import Iterator

from auditor import intents
from auditor.model import Akm, Pmf
from auditor.services.base import Host, NotPossible, Put
from auditor.services.hostapd.access import lines_of_files
from auditor.services.hostapd.arguments import Configured
from auditor.services.hostapd.radios import six_ghz
from auditor.services.hostapd.security import PERSONAL, RSN, WITHOUT_FT, words
from auditor.services.hostapd.settings import Settings, views
from auditor.syntax.hostapd_conf import BSS, RADIO, atoi, parse
from auditor.syntax.hostapd_maclist import MAC
from auditor.syntax.hostapd_maclist import parse as parse_list

_PMF = {Pmf.DISABLED: "0", Pmf.OPTIONAL: "1", Pmf.REQUIRED: "2"}
_WORDS = {
    Akm.WPA_PSK: "WPA-PSK",
    Akm.WPA2_PSK: "WPA-PSK",
    Akm.WPA3_SAE: "SAE",
    Akm.WPA_EAP: "WPA-EAP",
    Akm.WPA2_EAP: "WPA-EAP",
    Akm.WPA3_EAP: "WPA-EAP-SHA256",
    Akm.WPA3_EAP_192: "WPA-EAP-SUITE-B-192",
}


def edit(host: Host, files: tuple[Configured, ...], intent: intents.Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent, None if it is about no radio and no BSS of these files."""
    match intent:
        case intents.SetPhy(radio=name) | intents.AcceptStationsWithoutAx(radio=name):
            found = [(view, file) for view, file in _all(host, files) if _first(view) == name]
        case (
            intents.DisableStationIsolation(bss=name)
            | intents.GoWithoutAx(bss=name)
            | intents.SetAuthentication(bss=name)
            | intents.SetPmf(bss=name)
            | intents.UseCcmpOnly(bss=name)
            | intents.DisableFastTransition(bss=name)
            | intents.AdmitStations(bss=name)
            | intents.PollSilentStations(bss=name)
            | intents.SetReauthPeriod(bss=name)
        ):
            found = [(view, file) for view, file in _all(host, files) if name and view.section.name == name]
        case _:
            return None
    if not found:
        return None
    view, file = found[0]
    _may_be_changed(view, file)
    return _puts(view, intent)


def _all(host: Host, files: tuple[Configured, ...]) -> Iterator[tuple[Settings, Configured]]:
    for file in files:
        captured = host.reading.file(file.path)
        if captured is not None:
            for view in views(host.reading, file.path, parse(captured.text), generated=file.generated):
                yield view, file


def _first(view: Settings) -> str:
    return view.document.sections[0].name


def _may_be_changed(view: Settings, file: Configured) -> None:
    if file.generated:
        raise NotPossible(f"{file.path} is written by another program", "change it where that program is configured")
    names = [section.name for section in view.document.sections]
    if names.count(view.section.name) > 1 or not view.section.name:
        raise NotPossible(f"{file.path} names an interface twice, or not at all", "correct the file first")


def _puts(view: Settings, intent: intents.Intent) -> tuple[Put, ...]:
    match intent:
        case intents.SetPhy():
            return _without_ax(view)
        case intents.AcceptStationsWithoutAx():
            return _accept_without_ax(view)
        case intents.GoWithoutAx():
            return _bss_without_ax(view)
        case intents.DisableStationIsolation():
            return (_bss(view, "ap_isolate", "0"),)
        case intents.SetAuthentication(akms=akms, pmf=pmf):
            return _authentication(view, akms, pmf)
        case intents.SetPmf(pmf=pmf):
            return (_bss(view, "ieee80211w", _PMF[pmf]),)
        case intents.UseCcmpOnly():
            return _ccmp(view)
        case intents.DisableFastTransition():
            return _without_ft(view)
        case intents.AdmitStations(macs=macs, allowed_by_list=admits):
            return _admit(view, macs, admits=admits)
        case intents.PollSilentStations():
            return (_bss(view, "skip_inactivity_poll", "0"),)
        case intents.SetReauthPeriod(period=period):
            return (_bss(view, "eap_reauth_period", str(int(period.total_seconds()))),)
        case _:
            return ()


def _bss(view: Settings, key: str, value: str) -> Put:
    return Put("hostapd", view.path, (BSS, view.section.name, key), value)


def _radio(view: Settings, key: str, value: str) -> Put:
    return Put("hostapd", view.path, (RADIO, key), value)


def _without_ax(view: Settings) -> tuple[Put, ...]:
    """The older PHYs that the file has stay as they are."""
    if six_ghz(view):
        raise NotPossible("6 GHz has no mode without 802.11ax", "use another radio for this SSID")
    keys = [key for key in ("ieee80211be", "ieee80211ax") if _is_on(view, key)]
    if not keys:
        raise NotPossible("no line switches 802.11ax on", "look at the device")
    return tuple(_radio(view, key, "0") for key in keys)


def _bss_without_ax(view: Settings) -> tuple[Put, ...]:
    """What comes after 802.11ax goes with it; a radio that asks for it would refuse the stations all the same."""
    if six_ghz(view):
        raise NotPossible("6 GHz has no mode without 802.11ax", "use another radio for this SSID")
    if _is_on(view, "require_he") or _is_on(view, "require_eht"):
        raise NotPossible("the radio refuses stations without 802.11ax", "let it accept them first")
    newer = [key for key in ("be", "ax") if _is_on(view, f"ieee80211{key}")]
    if not newer:
        raise NotPossible("no line switches 802.11ax on", "look at the device")
    return tuple(_bss(view, f"disable_11{key}", "1") for key in newer)


def _accept_without_ax(view: Settings) -> tuple[Put, ...]:
    """What asks for 802.11be asks for 802.11ax too, and each BSS may ask for it."""
    puts = [_radio(view, key, "0") for key in ("require_eht", "require_he") if _is_on(view, key)]
    for section in view.document.sections:
        setting = section.last("bss_require_eht")
        if setting is not None and atoi(setting.value):
            puts.append(Put("hostapd", view.path, (BSS, section.name, setting.key), "0"))
    if not puts:
        raise NotPossible("no line of the file asks for 802.11ax", "look at the device")
    return tuple(puts)


def _is_on(view: Settings, key: str) -> bool:
    setting = view.document.last(key)
    return setting is not None and atoi(setting.value) != 0


def _authentication(view: Settings, akms: frozenset[Akm], pmf: Pmf) -> tuple[Put, ...]:
    if not akms <= _WORDS.keys():
        raise NotPossible("hostapd has no AKM of this kind with a password", "choose wpa_key_mgmt by hand")
    management = view.section.last("wpa_key_mgmt")
    written = words(management.value) if management is not None else ("WPA-PSK",)
    wanted = {_WORDS[akm] for akm in akms}
    # A variant with SHA-256 or 802.11r stays where what it is a variant of is wanted.
    kept = tuple(w for w in written if w in wanted or WITHOUT_FT.get(w) in wanted or (RSN.get(w) in akms))
    added = tuple(_WORDS[akm] for akm in sorted(akms) if _WORDS[akm] not in kept)
    _have_key(view, akms)
    bits = (1 if akms & {Akm.WPA_PSK, Akm.WPA_EAP} else 0) | (2 if akms - {Akm.WPA_PSK, Akm.WPA_EAP} else 0)
    version = view.section.last("wpa")
    puts = [_bss(view, "wpa_key_mgmt", " ".join(dict.fromkeys((*kept, *added))))]
    if version is None or atoi(version.value) != bits:
        puts.insert(0, _bss(view, "wpa", str(bits)))
    protected = view.section.last("ieee80211w")
    if (atoi(protected.value) if protected is not None else 0) != int(_PMF[pmf]):
        puts.append(_bss(view, "ieee80211w", _PMF[pmf]))
    return tuple(puts)


def _have_key(view: Settings, akms: frozenset[Akm]) -> None:
    """The passphrase stays as it is, so it must be there in the form that the new AKMs read."""

    def has(*keys: str) -> bool:
        return any(view.section.last(key) is not None for key in keys)

    if akms & {Akm.WPA_PSK, Akm.WPA2_PSK} and not has("wpa_passphrase", "wpa_psk", "wpa_psk_file"):
        advice = "write the password as wpa_passphrase as well, if it has 8 to 63 characters; then audit again"
        raise NotPossible("the passphrase stands in a form that WPA2 does not read (sae_password)", advice)
    if Akm.WPA3_SAE in akms and not has("wpa_passphrase", "sae_password", "sae_password_file"):
        advice = "write the passphrase as wpa_passphrase as well; then audit again"
        raise NotPossible("the key stands in a form that WPA3 does not read (wpa_psk)", advice)
    if akms - PERSONAL and not has("ieee8021x"):
        raise NotPossible("no RADIUS server is configured for this SSID", "configure ieee8021x and its server by hand")


def _ccmp(view: Settings) -> tuple[Put, ...]:
    version = view.section.last("wpa")
    bits = atoi(version.value) if version is not None else 0
    first, second = view.section.last("wpa_pairwise"), view.section.last("rsn_pairwise")
    puts = []
    if bits & 1:
        puts.append(_bss(view, "wpa_pairwise", _no_tkip(first.value if first is not None else "")))
    if bits & 2 and (second is not None or not bits & 1):
        source = second or first
        puts.append(_bss(view, "rsn_pairwise", _no_tkip(source.value if source is not None else "")))
    if not puts:
        raise NotPossible("the SSID is without WPA", "protect it with a passphrase first")
    return tuple(puts)


def _no_tkip(written: str) -> str:
    kept = tuple(word for word in words(written) if word in ("CCMP", "CCMP-256", "GCMP", "GCMP-256"))
    return " ".join(kept if "CCMP" in kept else ("CCMP", *kept))


def _without_ft(view: Settings) -> tuple[Put, ...]:
    management = view.section.last("wpa_key_mgmt")
    listed = words(management.value) if management is not None else ()
    kept = tuple(word for word in listed if not word.startswith("FT-"))
    missing = {WITHOUT_FT[word] for word in listed if word in WITHOUT_FT} - set(kept)
    if missing or len(kept) == len(listed):
        advice = f"add {' and '.join(sorted(missing)) or 'nothing'} to wpa_key_mgmt before FT is taken off it"
        raise NotPossible("the SSID is for stations with 802.11r only", advice)
    return (_bss(view, "wpa_key_mgmt", " ".join(kept)),)


def _admit(view: Settings, macs: tuple[str, ...], *, admits: bool) -> tuple[Put, ...]:
    addresses = [mac.lower().replace("-", ":") for mac in macs]
    if any(re.fullmatch(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", mac) is None for mac in addresses):
        raise NotPossible("an address of the readers is not a MAC address", "correct it in the inventory")
    paths = [setting.value for setting in lines_of_files(view, accepting=admits)]
    captured = [path for path in paths if view.reading.file(path) is not None]
    key = "accept_mac_file" if admits else "deny_mac_file"
    if not captured:
        raise NotPossible(f"the SSID has no {key} that was captured", f"name a file in {key}, with the readers in it")
    if admits:
        return tuple(Put("hostapd", captured[-1], (MAC, mac), mac) for mac in addresses)
    puts = []
    for path in captured:
        listed = parse_list("\n".join(view.reading.lines(path))).macs
        puts += [Put("hostapd", path, (MAC, mac), None) for mac in addresses if mac in listed]
    if not puts:
        raise NotPossible("the deny list does not hold these addresses", "look at the device")
    return tuple(puts)
