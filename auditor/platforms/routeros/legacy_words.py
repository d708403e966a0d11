"""Words of the `wireless` package, which the old CAPsMAN shares: bands, channels, authentication, ciphers, keys.

Source: MikroTik's manual, "Wireless Interface" (general properties, security profiles) and "AP Controller (CAPsMAN)".
"""

import hashlib
import re

from auditor.model import Akm, Band, Cipher, Passphrase, Phy, Pmf
from auditor.secrets import is_token, secret_format

PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK})
ENTERPRISE = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP})

_AKMS = {
    "wpa-psk": Akm.WPA_PSK,
    "wpa2-psk": Akm.WPA2_PSK,
    "wpa-eap": Akm.WPA_EAP,
    "wpa2-eap": Akm.WPA2_EAP,
}
_CIPHERS = {"aes-ccm": Cipher.CCMP, "tkip": Cipher.TKIP}
_PMF = {"disabled": Pmf.DISABLED, "allowed": Pmf.OPTIONAL, "required": Pmf.REQUIRED}
_BANDS = {"2ghz": Band.GHZ_2_4, "2.4ghz": Band.GHZ_2_4, "5ghz": Band.GHZ_5}
_PHYS = {
    **dict.fromkeys(("a", "b", "b/g", "onlyg", "g-turbo", "turbo", "10mhz", "5mhz"), Phy.LEGACY),
    **dict.fromkeys(("a/n", "b/g/n", "g/n", "onlyn"), Phy.N),
    **dict.fromkeys(("a/n/ac", "n/ac", "onlyac", "only-ac"), Phy.AC),
}
# The channels of 802.11 in these bands, by their centre in MHz; `frequency-mode=superchannel` allows others.
_FREQUENCIES = ((2407, 2484, Band.GHZ_2_4), (5160, 5885, Band.GHZ_5))
_HARDWARE = {
    **dict.fromkeys(("b", "g", "gn", "g-turbo"), Band.GHZ_2_4),
    **dict.fromkeys(("a", "an", "ac", "a-turbo"), Band.GHZ_5),
}
_WIDTH = re.compile(r"(?:\d{1,3}/)*(\d{1,3})mhz(?:-[CeX]+|-turbo)?")


def band(text: str) -> Band:
    """The band of `band=`: `2ghz-b/g/n` or `5ghz-n/ac`."""
    _word(text)
    return _BANDS[text.partition("-")[0]]


def phy(text: str) -> Phy:
    """The newest PHY of `band=`; the `wireless` package ends at 802.11ac."""
    return _PHYS[_word(text)]


def _word(text: str) -> str:
    start, _, rest = text.partition("-")
    if start not in _BANDS or rest not in _PHYS:
        raise ValueError("not a band of the wireless package")
    return rest


def band_of_frequency(text: str) -> Band | None:
    """The band of `frequency=` in MHz, several after commas; None where the device chooses (`auto`)."""
    if text in ("auto", ""):
        return None
    found = {_of_number(word.strip()) for word in text.split(",")}
    if len(found) != 1:
        raise ValueError("frequencies of several bands")
    return found.pop()


def _of_number(word: str) -> Band:
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 6 else 0
    for first, last, found in _FREQUENCIES:
        if first <= number <= last:
            return found
    raise ValueError("not a channel of 802.11 in 2.4 or 5 GHz")


def bands_of_modes(text: str) -> frozenset[Band]:
    """The bands of `hw-supported-modes=gn,ac`; nothing written: both."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if any(word not in _HARDWARE for word in words):
        raise ValueError("not a mode of the wireless package")
    return frozenset(_HARDWARE[word] for word in words) or frozenset({Band.GHZ_2_4, Band.GHZ_5})


def width(text: str) -> int:
    """The widest channel of `channel-width=20/40/80mhz-Ceee`, in MHz."""
    found = _WIDTH.fullmatch(text)
    if found is None:
        raise ValueError("not a width such as 20mhz or 20/40mhz-Ce")
    return int(found[1])


def extension(text: str) -> int:
    """The width of `extension-channel=Ceee`, in MHz: 20 for each letter."""
    if text in ("disabled", ""):
        return 20
    if re.fullmatch(r"[CeXx]{2}|[CeXx]{4}|[CeXx]{8}", text) is None:
        raise ValueError("not an extension such as Ce or eeCe")
    return 20 * len(text)


def akms(text: str) -> frozenset[Akm]:
    """The AKMs of `authentication-types=wpa2-psk,wpa2-eap`; nothing written: none."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if any(word not in _AKMS for word in words):
        raise ValueError("not one of wpa-psk wpa2-psk wpa-eap wpa2-eap")
    return frozenset(_AKMS[word] for word in words)


def akm_words(offered: frozenset[Akm]) -> str:
    """Write AKMs as `authentication-types` takes them; `ValueError` if the package knows one of them not."""
    unknown = offered - set(_AKMS.values())
    if unknown or not offered:
        names = ", ".join(sorted(akm.value for akm in unknown)) or "an SSID without any authentication"
        raise ValueError(f"the wireless package does not know {names}")
    return ",".join(word for word, akm in _AKMS.items() if akm in offered)


def ciphers(text: str) -> frozenset[Cipher]:
    """The ciphers of `unicast-ciphers=aes-ccm,tkip`."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or any(word not in _CIPHERS for word in words):
        raise ValueError("not aes-ccm or tkip")
    return frozenset(_CIPHERS[word] for word in words)


def pmf(text: str) -> Pmf:
    """`management-protection`: MikroTik's own protocol, which no station of another make knows."""
    if text not in _PMF:
        raise ValueError("not one of disabled allowed required")
    return _PMF[text]


def pmf_word(wanted: Pmf) -> str:
    """Write a PMF setting as `management-protection` takes it."""
    return next(word for word, each in _PMF.items() if each is wanted)


def passphrase(text: str) -> Passphrase:
    """What is known of a key that a line shows, or its stand-in."""
    if not text:
        return Passphrase.ABSENT
    usable = secret_format(text) in ("passphrase", "hex64", "masked")
    return Passphrase.USABLE if usable else Passphrase.UNUSABLE


def identity(text: str) -> str:
    """A token that is equal where the key is; '' without a key. `ValueError` if it cannot be compared."""
    if not text:
        return ""
    if secret_format(text) in ("masked", "hex64"):
        raise ValueError("masked, or a key in hex")
    return text if is_token(text) else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def on_off(text: str) -> bool:
    """Read yes and no, and enabled and disabled."""
    if text in ("yes", "true", "enabled"):
        return True
    if text in ("no", "false", "disabled"):
        return False
    raise ValueError("neither yes nor no")


def count(text: str) -> int:
    """Read a number."""
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("not a number")
    return int(text[:9])


def vlan_id(text: str) -> int:
    """Read a VLAN id."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 4096):
        raise ValueError("not a VLAN id")
    return int(text)
