"""The pre-shared key of a BSS, without showing it."""

import hashlib
from collections.abc import Iterator

from auditor.model import Akm, Fact, Passphrase, Stated, Unknown, known_like
from auditor.secrets import is_token, secret_format
from auditor.services.hostapd.security import PERSONAL
from auditor.services.hostapd.settings import Settings
from auditor.syntax.hostapd_conf import Setting

_SUFFIXES = ("|mac=", "|vlanid=", "|pk=", "|id=")


def passphrase(view: Settings, akms: Fact[frozenset[Akm]]) -> Fact[Passphrase]:
    """Usable are 8 to 63 characters, 64 hex digits as `wpa_psk`, and for SAE a password of any length."""
    match akms:
        case Unknown() as unknown:
            return unknown
        case known if not known.value & PERSONAL:
            return known_like(Passphrase.ABSENT, known)
        case known:
            pass
    key = _key(view, known.value)
    if key is not None:
        return Stated(_usable(key), (view.span(key),))
    external = [view.text(each) for each in ("wpa_psk_file", "sae_password_file")]
    lines = tuple(span for fact in external if fact is not None for span in fact.spans)
    lines += view.switched_on("wpa_psk_radius") + tuple(map(view.span, view.all("sae_password")))
    if lines:
        return Stated(Passphrase.EXTERNAL, lines)
    return known_like(Passphrase.ABSENT, Stated(None, (view.header,)))


def _usable(setting: Setting) -> Passphrase:
    kind = secret_format(password(setting))
    if setting.value.endswith("\r"):
        return Passphrase.UNUSABLE  # the carriage return is part of the key, and nobody types one
    if setting.key == "sae_password":
        return Passphrase.USABLE
    fitting = ("hex64", "masked") if setting.key == "wpa_psk" else ("passphrase", "masked")
    return Passphrase.USABLE if kind in fitting else Passphrase.UNUSABLE


def password(setting: Setting) -> str:
    """Return the key that a line holds: of `sae_password` without what follows `|mac=` and the like."""
    if setting.key != "sae_password":
        return setting.value
    return setting.value[: min((at for each in _SUFFIXES if (at := setting.value.find(each)) >= 0), default=None)]


def _key(view: Settings, akms: frozenset[Akm]) -> Setting | None:
    """The line with the key that all stations use. Of passphrase and hex key the later line counts."""
    shared = _last(view, "wpa_passphrase", "wpa_psk")
    for_sae = next(_for_everybody(view), None)
    if akms & PERSONAL == {Akm.WPA3_SAE}:
        usable = shared if shared is not None and shared.key == "wpa_passphrase" else None
        return for_sae or usable
    return shared


def _for_everybody(view: Settings) -> Iterator[Setting]:
    for setting in view.all("sae_password"):
        if "|mac=" not in setting.value.lower().replace("|mac=ff:ff:ff:ff:ff:ff", "") and "|id=" not in setting.value:
            yield setting


def _last(view: Settings, *keys: str) -> Setting | None:
    found = [setting for key in keys if (setting := view.last(key)) is not None]
    return max(found, key=lambda setting: setting.line, default=None)


def identity(view: Settings, akms: Fact[frozenset[Akm]]) -> Fact[str]:
    """A token that is equal where the key is equal; the key itself never leaves its line."""
    usable = passphrase(view, akms)
    if isinstance(usable, Unknown):
        return usable
    if usable.value is Passphrase.ABSENT:
        return known_like("", usable)
    key = None if isinstance(akms, Unknown) else _key(view, akms.value)
    text = "" if key is None else password(key)
    if usable.value is Passphrase.EXTERNAL or secret_format(text) in ("masked", "hex64"):
        # 64 hex digits are what a passphrase and the SSID make together, and may be the same key.
        name = view.section.name
        why = f"the passphrase of BSS {name} cannot be compared: it is masked, elsewhere, or a key in hex"
        return Unknown(why, usable.spans, "compare it with that of the other access points")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Stated(text if is_token(text) else digest, usable.spans)
