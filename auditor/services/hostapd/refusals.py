"""Lines with which hostapd does not start: then none of the file's SSIDs is on the air.

The file may be one that a running hostapd has not read yet, and a newer hostapd may know more keys, so nothing is
said to be off for such a line: it is not known. Each of these was tried with hostapd 2.10.
"""

import re
from collections import Counter
from collections.abc import Iterator

from auditor.model import Cipher, Span, Unknown
from auditor.secrets import is_token, secret_format
from auditor.services.hostapd.access import ACCEPT, DENY
from auditor.services.hostapd.radios import six_ghz
from auditor.services.hostapd.security import CIPHERS, OTHERS, RSN, WITHOUT_FT, ciphers, protection, words
from auditor.services.hostapd.settings import Settings
from auditor.services.hostapd.ssid import octets
from auditor.services.reading import printable
from auditor.syntax.hostapd_conf import Setting, atoi
from auditor.syntax.hostapd_maclist import parse

_MODES = frozenset(("a", "b", "g", "ad", "any"))
_MOST_STATIONS = 2007
_RANGES = {"macaddr_acl": (0, 2), "max_num_sta": (0, _MOST_STATIONS), "wpa_psk_radius": (0, 2)}

Refusal = tuple[str, tuple[Span, ...]]


def of_file(view: Settings, unknown: tuple[Setting, ...]) -> Iterator[Refusal]:
    """What is wrong with the file as a whole, and with its radio."""
    document = view.document
    for line in document.unreadable:
        yield f"line {line} is no `key=value`", (view.reading.span(view.path, line),)
    for setting in () if view.generated else unknown:
        yield f"hostapd may not know '{printable(setting.key)}'", (view.span(setting),)
    if not document.sections[0].name:
        yield "no line names an interface", (view.header,)
    for setting in document.all("hw_mode"):
        if setting.value not in _MODES:
            yield f"there is no hw_mode '{printable(setting.value)}'", (view.span(setting),)
    for setting in document.all("country_code"):
        if re.match(r"[A-Z][A-Z]", setting.value) is None:
            yield f"there is no country_code '{printable(setting.value)}'", (view.span(setting),)
    country, regulatory, spectrum = (document.last(key) for key in ("country_code", "ieee80211d", "ieee80211h"))
    on = regulatory is not None and atoi(regulatory.value) != 0
    if regulatory is not None and on and country is None:
        yield "ieee80211d needs a country_code", (view.span(regulatory),)
    if spectrum is not None and atoi(spectrum.value) != 0 and not on:
        yield "ieee80211h needs ieee80211d", (view.span(spectrum),)
    names = Counter(section.name for section in document.sections)
    for section in document.sections:
        if section.header is not None and (not section.name or names[section.name] > 1):
            yield f"interface '{printable(section.name)}' is named twice, or not at all", (view.span(section.header),)


def of_bss(view: Settings) -> Iterator[Refusal]:
    """What is wrong with the lines of one BSS."""
    section = view.section
    for setting in section.settings:
        why = _line(setting)
        if why:
            yield why, (view.span(setting),)
    for key in (ACCEPT, DENY):
        for setting in section.all(key):
            listed = view.reading.file(setting.value)
            if listed is not None and parse(listed.text).unreadable:
                yield f"{printable(setting.value)} has a line that is no MAC address", (view.span(setting),)
    yield from _together(view)
    if six_ghz(view):
        yield from _on_six_ghz(view)


def of_missing(view: Settings) -> Iterator[Refusal]:
    """Lists of addresses that were not captured; without one that it names hostapd does not start."""
    for key in (ACCEPT, DENY):
        for setting in view.section.all(key):
            if view.reading.file(setting.value) is None:
                why = f"{printable(setting.value)} was not captured, without which it does not start"
                yield why, (view.span(setting),)


def _line(setting: Setting) -> str:
    key, value = setting.key, setting.value
    number = atoi(value)
    match key:
        case "ssid" | "ssid2":
            length = len(octets(setting) or b"")
            return "" if 1 <= length <= 32 else "an SSID has 1 to 32 octets"
        case "wpa_passphrase":
            fits = secret_format(value.removesuffix("\r")) in ("passphrase", "masked")
            return "" if fits else "a passphrase has 8 to 63 characters"
        case "wpa_psk":
            return "" if secret_format(value) in ("hex64", "masked") else "a wpa_psk has 64 hex digits"
        case "wpa_key_mgmt":
            bad = next((w for w in words(value) if w not in RSN and w not in WITHOUT_FT and w not in OTHERS), None)
            return f"hostapd may not know the AKM '{printable(bad or '')}'" if bad is not None or not value else ""
        case "wpa_pairwise" | "rsn_pairwise":
            odd = next((word for word in words(value) if word not in CIPHERS), None)
            return f"there is no pairwise cipher '{printable(odd or '')}'" if odd is not None or not value else ""
        case "wep_key0" | "wep_key1" | "wep_key2" | "wep_key3":
            return "" if _wep(value) else f"{key} is neither quoted nor in hex"
        case "auth_algs" if number == 0:
            return "auth_algs 0 allows no way to authenticate"
        case "eap_reauth_period" if number < 0:
            return "eap_reauth_period is negative"
        case "macaddr_acl" | "max_num_sta" | "wpa_psk_radius":
            low, high = _RANGES[key]
            return "" if low <= number <= high else f"{key} is from {low} to {high}"
        case _:
            return ""


def _wep(value: str) -> bool:
    quoted = value.startswith('"') and value.endswith('"') and len(value) > 1
    return quoted or is_token(value) or re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", value) is not None


def _together(view: Settings) -> Iterator[Refusal]:
    """Settings of a BSS that hostapd does not take together."""
    section = view.section
    if _number(view, "ieee8021x") and not _number(view, "eap_server") and section.last("auth_server_addr") is None:
        yield "ieee8021x needs a RADIUS server or eap_server", _lines(view, "ieee8021x")
    for n in range(4):
        if sum(bool(setting.value) for setting in section.all(f"wep_key{n}")) > 1:
            yield f"wep_key{n} stands there twice", _lines(view, f"wep_key{n}")
    protected = protection(view)
    if not isinstance(protected, Unknown) and not protected.value and _number(view, "ocv"):
        yield "ocv needs ieee80211w", _lines(view, "ocv")
    version = _number(view, "wpa")
    if version:
        yield from _with_wpa(view, version)
    if version & 2 and not isinstance(protected, Unknown) and not protected.value and _number(view, "mbo"):
        yield "mbo needs ieee80211w", _lines(view, "mbo")


def _with_wpa(view: Settings, version: int) -> Iterator[Refusal]:
    section = view.section
    management = section.last("wpa_key_mgmt")
    offered = words(management.value) if management is not None else ("WPA-PSK",)
    wep = any((key := section.last(f"wep_key{n}")) is not None and key.value for n in range(4))
    if wep or _number(view, "wep_key_len_broadcast") > 0 or _number(view, "wep_key_len_unicast") > 0:
        yield "WEP keys do not go with WPA", _lines(view, "wpa")
    keys = ("wpa_passphrase", "wpa_psk", "wpa_psk_file")
    by_radius = _number(view, "wpa_psk_radius")
    if "WPA-PSK" in offered and not any(section.last(key) for key in keys) and by_radius != 2:
        yield "WPA-PSK needs a passphrase", _lines(view, "wpa_key_mgmt", "wpa")
    if by_radius and _number(view, "macaddr_acl") != 2:
        yield "wpa_psk_radius needs macaddr_acl 2", _lines(view, "wpa_psk_radius")
    name = section.last("nas_identifier")
    if any(word.startswith("FT-") for word in offered) and not (name is not None and 1 <= len(name.value) <= 48):
        yield "802.11r needs a nas_identifier of 1 to 48 characters", _lines(view, "wpa_key_mgmt")
    if version & 1 and not {"WPA-PSK", "WPA-EAP"} & set(offered):
        yield "WPA (wpa 1 and 3) needs WPA-PSK or WPA-EAP in wpa_key_mgmt", _lines(view, "wpa", "wpa_key_mgmt")


def _lines(view: Settings, *keys: str) -> tuple[Span, ...]:
    found = (view.section.last(key) for key in keys)
    return tuple(view.span(setting) for setting in found if setting is not None) or (view.header,)


def _number(view: Settings, key: str) -> int:
    setting = view.section.last(key)
    return atoi(setting.value) if setting is not None else 0


def _on_six_ghz(view: Settings) -> Iterator[Refusal]:
    """6 GHz takes RSN only, with PMF, without pre-shared keys and TKIP."""
    version, protected, offered = view.number("wpa"), protection(view), ciphers(view)
    management = view.word("wpa_key_mgmt")
    if not isinstance(version, Unknown) and version.value != 2:
        yield "6 GHz needs wpa 2", version.spans or (view.header,)
    elif not isinstance(protected, Unknown) and protected.value != 2:
        yield "6 GHz needs ieee80211w 2", protected.spans or (view.header,)
    elif not isinstance(management, Unknown) and {"WPA-PSK", "FT-PSK", "WPA-PSK-SHA256"} & set(words(management.value)):
        yield "6 GHz takes no pre-shared key but SAE", management.spans or (view.header,)
    elif not isinstance(offered, Unknown) and Cipher.TKIP in offered.value:
        yield "6 GHz takes no TKIP", offered.spans or (view.header,)
