"""`option encryption` of a wifi-iface: which AKMs, ciphers and PMF setting it stands for.

Read from OpenWrt's netifd-wireless.sh and iface.uc (see the profile for the commits): the word before the first
`+` chooses the AKMs, the rest the ciphers. An unknown word means open, and so do none and an absent option.
"""

from dataclasses import dataclass

from auditor.model import Akm, Cipher, Pmf


@dataclass(frozen=True, slots=True)
class Encryption:
    """What an encryption word stands for. `pmf` is its default when `ieee80211w` is not set."""

    akms: frozenset[Akm]
    ciphers: frozenset[Cipher]
    pmf: Pmf


_CCMP = frozenset({Cipher.CCMP})

_AKMS: dict[str, frozenset[Akm]] = {
    "none": frozenset({Akm.OPEN}),
    "off": frozenset({Akm.OPEN}),
    "owe": frozenset({Akm.OWE}),
    "psk": frozenset({Akm.WPA_PSK}),
    "mixed-psk": frozenset({Akm.WPA_PSK}),
    "psk-mixed": frozenset({Akm.WPA_PSK, Akm.WPA2_PSK}),
    "psk2": frozenset({Akm.WPA2_PSK}),
    "psk3-mixed": frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}),
    "sae-mixed": frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}),
    "sae": frozenset({Akm.WPA3_SAE}),
    "psk3": frozenset({Akm.WPA3_SAE}),
    "wpa": frozenset({Akm.WPA_EAP}),
    "wpa-mixed": frozenset({Akm.WPA_EAP, Akm.WPA2_EAP}),
    "wpa2": frozenset({Akm.WPA2_EAP}),
    "wpa3-mixed": frozenset({Akm.WPA2_EAP, Akm.WPA3_EAP}),
    "wpa3": frozenset({Akm.WPA3_EAP}),
    "wpa3-192": frozenset({Akm.WPA3_EAP_192}),
}

_CIPHERS: dict[str, frozenset[Cipher]] = {
    "ccmp": _CCMP,
    "aes": _CCMP,
    "tkip": frozenset({Cipher.TKIP}),
    "ccmp256": frozenset({Cipher.CCMP_256}),
    "gcmp": frozenset({Cipher.GCMP}),
    "gcmp256": frozenset({Cipher.GCMP_256}),
}

_PMF_REQUIRED = frozenset({Akm.WPA3_SAE, Akm.OWE, Akm.WPA3_EAP, Akm.WPA3_EAP_192})


def encryption(word: str) -> Encryption:
    """Read an encryption word; ValueError for one that OpenWrt's releases read differently."""
    name, *suffixes = word.lower().split("+")
    if name.startswith("wep"):
        return Encryption(frozenset({Akm.WEP}), frozenset(), Pmf.DISABLED)
    akms = _AKMS.get(name or "none")
    if akms is None:
        raise ValueError("no encryption that OpenWrt knows; the network may come up open, or not at all")
    if akms == frozenset({Akm.OPEN}):
        return Encryption(akms, frozenset(), Pmf.DISABLED)
    ciphers: frozenset[Cipher] = frozenset()
    for suffix in suffixes:
        if suffix not in _CIPHERS:
            raise ValueError(f"'{suffix}' is no cipher that OpenWrt knows")
        ciphers |= _CIPHERS[suffix]
    return Encryption(akms, ciphers or _CCMP, _pmf(akms))


def _pmf(akms: frozenset[Akm]) -> Pmf:
    """SAE, OWE and WPA3-Enterprise require it, their transition modes offer it, the rest does without."""
    if akms <= _PMF_REQUIRED:
        return Pmf.REQUIRED
    return Pmf.OPTIONAL if akms & _PMF_REQUIRED else Pmf.DISABLED


def word_for(akms: frozenset[Akm]) -> str:
    """Return the encryption word for a set of AKMs; ValueError if there is none."""
    for word in ("psk2", "sae-mixed", "sae", "psk-mixed", "wpa2", "wpa3-mixed", "wpa3"):
        if _AKMS[word] == akms:
            return word
    raise ValueError("OpenWrt has no word for this combination")
