"""`option encryption` of a wifi-iface: which AKMs, ciphers and PMF setting it stands for.

Both generations of scripts find the WPA version by patterns over the whole word. The shell scripts (up to 24.10)
find the AKM by patterns as well; ucode (from 25.12) takes only some words exactly, and for any other sets no AKM.
A word that no pattern matches means an open network in both.
Source: openwrt/openwrt package/network/config/wifi-scripts/files/lib/netifd/netifd-wireless.sh,
wireless_vif_parse_encryption (09450d2b); files-ucode/usr/share/ucode/wifi/iface.uc (cac6d56b).
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from auditor.model import Akm, Cipher, Pmf


@dataclass(frozen=True, slots=True)
class Encryption:
    """What an encryption word stands for. `pmf` is its default when `ieee80211w` is not set."""

    akms: frozenset[Akm]
    ciphers: frozenset[Cipher]
    pmf: Pmf


_OPEN = Encryption(frozenset({Akm.OPEN}), frozenset(), Pmf.DISABLED)
_WEP = Encryption(frozenset({Akm.WEP}), frozenset(), Pmf.DISABLED)
_WPA = (
    ("wpa2*", 2), ("wpa3*", 2), ("*psk2*", 2), ("psk3*", 2), ("sae*", 2), ("owe*", 2),
    ("wpa*mixed*", 3), ("*psk*mixed*", 3), ("wpa*", 1), ("*psk*", 1),
)  # fmt: skip
_SHELL = (
    ("owe*", "owe"), ("wpa3-192*", "eap192"), ("wpa3-mixed*", "eap-eap2"), ("wpa3*", "eap2"),
    ("psk3-mixed*", "psk-sae"), ("sae-mixed*", "psk-sae"), ("psk3*", "sae"), ("sae*", "sae"), ("*psk*", "psk"),
    ("*wpa*", "eap"), ("*8021x*", "eap"), ("*wep*", "wep"),
)  # fmt: skip
_UCODE = {
    "owe": "owe", "wpa3-192": "eap192", "wpa3-mixed": "eap-eap2", "wpa3": "eap2", "psk3-mixed": "psk-sae",
    "sae-mixed": "psk-sae", "psk3": "sae", "sae": "sae", "psk": "psk", "psk2": "psk", "psk-mixed": "psk",
    "wpa": "eap", "wpa2": "eap", "wpa-mixed": "eap",
}  # fmt: skip
# The AKMs of the authentication types that the WPA version does not change.
_AKMS = {
    "owe": frozenset({Akm.OWE}),
    "eap192": frozenset({Akm.WPA3_EAP_192}),
    "eap-eap2": frozenset({Akm.WPA2_EAP, Akm.WPA3_EAP}),
    "eap2": frozenset({Akm.WPA3_EAP}),
    "psk-sae": frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}),
    "sae": frozenset({Akm.WPA3_SAE}),
}
_BY_WPA = {
    "psk": {1: (Akm.WPA_PSK,), 2: (Akm.WPA2_PSK,), 3: (Akm.WPA_PSK, Akm.WPA2_PSK)},
    "eap": {1: (Akm.WPA_EAP,), 2: (Akm.WPA2_EAP,), 3: (Akm.WPA_EAP, Akm.WPA2_EAP)},
}
_CCMP = frozenset({Cipher.CCMP})
_CIPHERS = (
    (("tkip+aes", "tkip+ccmp", "aes+tkip", "ccmp+tkip"), frozenset({Cipher.CCMP, Cipher.TKIP})),
    (("ccmp256",), frozenset({Cipher.CCMP_256})),
    (("aes", "ccmp"), _CCMP),
    (("tkip",), frozenset({Cipher.TKIP})),
    (("gcmp256",), frozenset({Cipher.GCMP_256})),
    (("gcmp",), frozenset({Cipher.GCMP})),
)
_PMF_REQUIRED = frozenset({Akm.WPA3_SAE, Akm.OWE, Akm.WPA3_EAP, Akm.WPA3_EAP_192})


@lru_cache(maxsize=512)
def encryption(word: str, ucode: bool | None = None) -> Encryption:
    """Read an encryption word; ValueError for one of which it is not known what a station would see.

    `ucode` says which scripts set up Wi-Fi; None: not known, so that both must agree.
    """
    if ucode is not None:
        return _by_ucode(word) if ucode else _by_shell(word)
    shell, new = _by_shell(word), _by_ucode(word)
    if shell != new:
        raise ValueError("what it means depends on the OpenWrt version, which is not known")
    return shell


def _by_shell(word: str) -> Encryption:
    wpa = _wpa(word)
    kind = next((kind for pattern, kind in _SHELL if fnmatchcase(word, pattern)), "none")
    if not wpa:
        return _without_wpa(kind)
    ciphers = next((found for ends, found in _CIPHERS if word.endswith(ends)), None)
    return _with(_akms(kind, wpa), ciphers, kind)


def _by_ucode(word: str) -> Encryption:
    wpa = _wpa(word)
    name, _, suffix = word.partition("+")
    kind = _UCODE.get(name, "")
    if not wpa:
        return _without_wpa("none" if not fnmatchcase(word, "wep*") and name != "8021x" else "")
    if not kind:
        raise ValueError("this release sets no AKM for it; the network may come up open, or not at all")
    ciphers = next((found for ends, found in _CIPHERS if suffix in ends), None)
    return _with(_akms(kind, wpa), ciphers, kind)


def _wpa(word: str) -> int:
    """The WPA versions as hostapd counts them: 1 is WPA, 2 is WPA2 and later, 3 both, 0 neither."""
    return next((version for pattern, version in _WPA if fnmatchcase(word, pattern)), 0)


def _without_wpa(kind: str) -> Encryption:
    match kind:
        case "none":
            return _OPEN
        case "wep":
            return _WEP
        case _:
            raise ValueError("it stands for no WPA; the network may come up open, or not at all")


def _akms(kind: str, wpa: int) -> frozenset[Akm]:
    return _AKMS[kind] if kind in _AKMS else frozenset(_BY_WPA[kind][wpa])


def _with(akms: frozenset[Akm], ciphers: frozenset[Cipher] | None, kind: str) -> Encryption:
    """Without a cipher that is known it is CCMP, and GCMP-256 for the 192-bit mode."""
    usual = frozenset({Cipher.GCMP_256}) if kind == "eap192" else _CCMP
    return Encryption(akms, usual if ciphers is None else ciphers, _pmf(akms))


def _pmf(akms: frozenset[Akm]) -> Pmf:
    """SAE, OWE and WPA3-Enterprise require it, their transition modes offer it, the rest does without."""
    if akms <= _PMF_REQUIRED:
        return Pmf.REQUIRED
    return Pmf.OPTIONAL if akms & _PMF_REQUIRED else Pmf.DISABLED


def insists_on_pmf(akms: frozenset[Akm]) -> bool:
    """Whether ucode requires PMF for these whatever `ieee80211w` says (ap.uc, iface_auth_type)."""
    return akms <= _PMF_REQUIRED


def word_for(akms: frozenset[Akm]) -> str:
    """Return the encryption word for a set of AKMs; ValueError if there is none."""
    for word in ("psk2", "sae-mixed", "sae", "psk-mixed", "wpa2", "wpa3-mixed", "wpa3"):
        if encryption(word).akms == akms:
            return word
    raise ValueError("OpenWrt has no word for this combination")
