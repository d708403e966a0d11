"""Pre-shared keys of WLANs of a Catalyst 9800: whether there is one that stations can use, and which are equal."""

from hashlib import sha256

from auditor.model import ENCRYPTED, Akm, Fact, Passphrase, Stated, Unknown, known_like
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.secrets import is_token, secret_format

PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA3_SAE})


def passphrase(wlan: Block, akms: Fact[frozenset[Akm]]) -> Fact[Passphrase]:
    """What is known of the key; stations can have keys of their own (iPSK, mPSK, Easy PSK)."""
    if isinstance(akms, Unknown):
        return akms
    if not akms.value & PERSONAL:
        return known_like(Passphrase.ABSENT, akms)
    own = _own_keys(wlan)
    if own is not None:
        return Stated(Passphrase.EXTERNAL, (own.span,))
    line = _key(wlan)
    if line is None:
        return wlan.unsaid("security wpa psk set-key") or Stated(Passphrase.ABSENT, (wlan.header,))
    form, key = _key_parts(line)
    if form != "0":
        return Stated(Passphrase.USABLE if key else Passphrase.ABSENT, (line.span,))
    usable = secret_format(key) in ("passphrase", "hex64", "masked")
    return Stated(Passphrase.USABLE if usable else Passphrase.UNUSABLE, (line.span,))


def identity(wlan: Block, akms: Fact[frozenset[Akm]]) -> Fact[str]:
    """A token that is equal where the key is; the same key can be encrypted as several texts."""
    if isinstance(akms, Unknown):
        return akms
    if not akms.value & PERSONAL:
        return known_like("", akms)
    line = _own_keys(wlan) or _key(wlan)
    if line is None:
        return Stated("", (wlan.header,))
    form, key = _key_parts(line)
    if _own_keys(wlan) is not None or form not in ("0", "8") or secret_format(key) in ("masked", "hex64"):
        why = f"the passphrase of {wlan.title} cannot be compared"
        return Unknown(why, (line.span,), "compare it with that of the other access points")
    token = key if is_token(key) else sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return Stated(token if form == "0" else f"{ENCRYPTED}{token}", (line.span,))


def _own_keys(wlan: Block) -> Line | None:
    for prefix in ("security wpa psk mpsk", "security wpa mpsk", "mpsk-configuration", "security wpa akm easy-psk"):
        line = wlan.said(prefix)
        if line is not None and not line.no:
            return line
    if wlan.has("mac-filtering"):
        return wlan.said("mac-filtering")
    return None


def _key(wlan: Block) -> Line | None:
    line = wlan.said("security wpa psk set-key") or wlan.said("security wpa akm psk set-key")
    return None if line is None or line.no else line


def _key_parts(line: Line) -> tuple[str, str]:
    """The form of a key (0: as it is, 8: encrypted), and the key, which may hold blanks."""
    words = line.rest.split(" ", 2)
    if words[:1] in (["ascii"], ["hex"]) and len(words) == 3 and words[1].isdecimal():
        return words[1], words[2]
    return "", line.rest
