"""`security` of `/interface wifi`: how stations authenticate, and what is known of the passphrase.

RouterOS 7 leaves passphrases out of an export unless `show-sensitive` asks for them, so that one that does not stand
there may be set all the same. Source: MikroTik's manual, "WiFi" (Security properties), "Configuration Management".
"""

import hashlib

from auditor.model import Akm, Cipher, Fact, Passphrase, Pmf, Stated, Unknown, known_like
from auditor.platforms.routeros.config import yes_no
from auditor.platforms.routeros.wifi_menus import WIFI
from auditor.platforms.routeros.wifi_settings import Settings
from auditor.secrets import is_token, secret_format

_AKMS = {
    "wpa-psk": Akm.WPA_PSK,
    "wpa2-psk": Akm.WPA2_PSK,
    "wpa2-psk-sha2": Akm.WPA2_PSK,
    "wpa3-psk": Akm.WPA3_SAE,
    "wpa3-psk-gd": Akm.WPA3_SAE,
    "wpa-eap": Akm.WPA_EAP,
    "wpa2-eap": Akm.WPA2_EAP,
    "wpa3-eap": Akm.WPA3_EAP,
    "wpa3-eap-192": Akm.WPA3_EAP_192,
    "owe": Akm.OWE,
}
_CIPHERS = {
    "tkip": Cipher.TKIP,
    "ccmp": Cipher.CCMP,
    "ccmp-256": Cipher.CCMP_256,
    "gcmp": Cipher.GCMP,
    "gcmp-256": Cipher.GCMP_256,
}
_PMF = {"disabled": Pmf.DISABLED, "allowed": Pmf.OPTIONAL, "required": Pmf.REQUIRED}

PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA3_SAE})
EXTERNAL = Passphrase.EXTERNAL
ENTERPRISE = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP, Akm.WPA3_EAP, Akm.WPA3_EAP_192})
_WPA2 = frozenset({Akm.WPA2_PSK, Akm.WPA2_EAP})
_WPA3 = frozenset({Akm.WPA3_SAE, Akm.WPA3_EAP, Akm.WPA3_EAP_192, Akm.OWE})


def akms(settings: Settings) -> Fact[frozenset[Akm]]:
    """`authentication-types`. Not written: open, or WPA2-Personal if a passphrase is set."""
    stated = settings.stated("security", "authentication-types", akms_in)
    if stated is not None:
        return stated
    entry = f"{WIFI}.security.authentication-types"
    with_passphrase = f"{entry} with a passphrase"
    key = settings.stated("security", "passphrase", str)
    match key:
        case Unknown():
            return key
        case None if settings.menus.shows_secrets:
            return settings.config.default(entry, akms_in, settings.header)
        case None:
            why = (
                f"{settings.title} names no authentication-types: it is open, or WPA2 if a passphrase is set, which "
                "the export does not show"
            )
            settle = "write authentication-types, or see what `/interface wifi print detail` shows"
            could_be = (frozenset({Akm.OPEN}), frozenset({Akm.WPA2_PSK}))
            return Unknown(why, (settings.header,), settle, could_be)
        case known:
            return settings.config.default(with_passphrase if known.value else entry, akms_in, *known.spans)


def akms_in(text: str) -> frozenset[Akm]:
    """Read a list of authentication types; an empty one is an open network."""
    words = [word for word in text.split(",") if word]
    strange = next((word for word in words if word not in _AKMS), None)
    if strange is not None:
        raise ValueError("not an authentication type whose meaning is known")
    return frozenset(_AKMS[word] for word in words) or frozenset({Akm.OPEN})


def types_for(akms: frozenset[Akm]) -> str:
    """Return `authentication-types` for a set of AKMs; ValueError if RouterOS has no word for one of them."""
    word_of = {akm: word for word, akm in reversed(_AKMS.items())}
    if not akms <= word_of.keys():
        raise ValueError("RouterOS has no authentication type for it")
    return ",".join(word for word in _AKMS if word_of.get(_AKMS[word]) == word and _AKMS[word] in akms)


def pmf_word(pmf: Pmf) -> str:
    """Return `management-protection` for a PMF setting."""
    return next(word for word, found in _PMF.items() if found is pmf)


def ciphers(settings: Settings, written: Fact[frozenset[Akm]]) -> Fact[frozenset[Cipher]]:
    """`encryption`; an open network has none."""
    listed = settings.fact("security", "encryption", _ciphers_in)
    if not isinstance(written, Unknown) and written.value == {Akm.OPEN}:
        return known_like(frozenset[Cipher](), written)
    return listed


def _ciphers_in(text: str) -> frozenset[Cipher]:
    words = [word for word in text.split(",") if word]
    if not words or any(word not in _CIPHERS for word in words):
        raise ValueError("not a list of ciphers that RouterOS knows")
    return frozenset(_CIPHERS[word] for word in words)


def pmf(settings: Settings, written: Fact[frozenset[Akm]]) -> Fact[Pmf]:
    """`management-protection`; its default follows from the authentication types."""
    stated = settings.stated("security", "management-protection", _pmf_in)
    if stated is not None:
        return stated
    return _usual_pmf(settings, written)


def _usual_pmf(settings: Settings, written: Fact[frozenset[Akm]]) -> Fact[Pmf]:
    """WPA2 allows management frame protection, WPA3 alone requires it; WPA1 and open networks have none."""
    if isinstance(written, Unknown):
        return Unknown(written.why, written.near, written.settle, (Pmf.DISABLED, Pmf.OPTIONAL))
    entry = f"{WIFI}.security.management-protection"
    if written.value & _WPA2:
        return settings.config.default(f"{entry} with WPA2", _pmf_in, *written.spans)
    if written.value & _WPA3:
        return settings.config.default(f"{entry} with WPA3", _pmf_in, *written.spans)
    return known_like(Pmf.DISABLED, written)


def _pmf_in(text: str) -> Pmf:
    if text not in _PMF:
        raise ValueError("not one of allowed disabled required")
    return _PMF[text]


def fast_transition(settings: Settings) -> Fact[bool]:
    """`ft`."""
    return settings.fact("security", "ft", yes_no)


def passphrase(settings: Settings, written: Fact[frozenset[Akm]]) -> Fact[Passphrase]:
    """What is known of the key. One that is not shown, in an export that shows none at all, is hidden, not absent."""
    match written:
        case Unknown() as unknown:
            return unknown
        case known if not known.value & PERSONAL:
            return known_like(Passphrase.ABSENT, known)
        case known:
            pass
    group = settings.stated("security", "multi-passphrase-group", str)
    if isinstance(group, Unknown):
        return group
    if group is not None and group.value:
        return known_like(Passphrase.EXTERNAL, group)
    alone = known.value & PERSONAL == {Akm.WPA3_SAE}
    stated = settings.stated("security", "passphrase", _sae_key if alone else _wpa2_key)
    if stated is not None:
        return stated
    return known_like(Passphrase.ABSENT if settings.menus.shows_secrets else Passphrase.HIDDEN, known)


def _wpa2_key(text: str) -> Passphrase:
    """WPA and WPA2 take 8 to 63 characters."""
    if not text:
        return Passphrase.ABSENT
    kind = secret_format(text)
    if kind in ("hex64", "long"):
        raise ValueError("RouterOS takes up to 63 characters")
    return Passphrase.USABLE if kind in ("passphrase", "masked") else Passphrase.UNUSABLE


def _sae_key(text: str) -> Passphrase:
    """WPA3 has no minimum."""
    return Passphrase.USABLE if text and secret_format(text) in ("short", "wep") else _wpa2_key(text)


def identity(settings: Settings, usable: Fact[Passphrase]) -> Fact[str]:
    """A token that is equal where the key is equal; the key itself never leaves its line."""
    match usable:
        case Unknown():
            return usable
        case known if known.value is Passphrase.ABSENT:
            return known_like("", known)
        case known if known.value in (Passphrase.EXTERNAL, Passphrase.HIDDEN):
            pass
        case known:
            found = settings.stated("security", "passphrase", _comparable)
            if isinstance(found, Stated):
                return found
    why = f"the passphrase of {settings.title} cannot be compared: it is not shown, or is one of several"
    return Unknown(why, known.spans, "compare it with that of the other access points")


def _comparable(text: str) -> str:
    if secret_format(text) == "masked":
        raise ValueError("it is masked")
    return text if is_token(text) else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
