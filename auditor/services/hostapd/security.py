"""How stations get into a BSS: AKMs, ciphers, protected management frames, 802.11r.

`wpa` is a set of bits: 1 WPA, 2 RSN (WPA2 and WPA3), and 0 an open network, which is also what any text that begins
with no digit stands for. Source: hostap 2.10 hostapd/config_file.c, src/ap/ap_config.c hostapd_set_security_params,
src/ap/wpa_auth_ie.c wpa_write_wpa_ie and wpa_write_rsn_ie.
"""

from auditor.model import Akm, Cipher, Fact, Known, Pmf, Stated, Unknown, combine, known_like
from auditor.services.hostapd.settings import Settings
from auditor.services.reading import printable
from auditor.syntax.hostapd_conf import atoi

ENTERPRISE = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP, Akm.WPA3_EAP, Akm.WPA3_EAP_192})
PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA3_SAE})
_WITHOUT_PMF = frozenset({Akm.OPEN, Akm.WEP, Akm.WPA_PSK, Akm.WPA_EAP})

RSN = {
    "WPA-PSK": Akm.WPA2_PSK,
    "WPA-PSK-SHA256": Akm.WPA2_PSK,
    "SAE": Akm.WPA3_SAE,
    "SAE-EXT-KEY": Akm.WPA3_SAE,
    "WPA-EAP": Akm.WPA2_EAP,
    "WPA-EAP-SHA256": Akm.WPA3_EAP,
    "WPA-EAP-SUITE-B": Akm.WPA3_EAP_192,
    "WPA-EAP-SUITE-B-192": Akm.WPA3_EAP_192,
    "OWE": Akm.OWE,
}
"""The words of `wpa_key_mgmt` that any station may use, and what they are with RSN."""
WPA = {"WPA-PSK": Akm.WPA_PSK, "WPA-EAP": Akm.WPA_EAP}
WITHOUT_FT = {
    "FT-PSK": "WPA-PSK",
    "FT-EAP": "WPA-EAP",
    "FT-SAE": "SAE",
    "FT-SAE-EXT-KEY": "SAE-EXT-KEY",
    "FT-EAP-SHA384": "WPA-EAP-SUITE-B-192",
}
"""AKMs for stations that know 802.11r, and those for the others."""
OTHERS = frozenset(("FILS-SHA256", "FILS-SHA384", "FT-FILS-SHA256", "FT-FILS-SHA384", "DPP", "OSEN", "PASN"))
"""AKMs that no policy asks about."""
CIPHERS = {
    "TKIP": Cipher.TKIP,
    "CCMP": Cipher.CCMP,
    "CCMP-256": Cipher.CCMP_256,
    "GCMP": Cipher.GCMP,
    "GCMP-256": Cipher.GCMP_256,
}


def words(text: str) -> tuple[str, ...]:
    """Take a list apart as hostapd does: blanks and tabs separate."""
    return tuple(word for word in text.replace("\t", " ").split(" ") if word)


def akms(view: Settings) -> Fact[frozenset[Akm]]:
    """What a station may join with; `Unknown` where hostapd offers something that stations cannot use."""
    version = view.number("wpa")
    if isinstance(version, Unknown):
        return version
    if not version.value:
        return _without_wpa(view, version)
    if not version.value & 3:
        why = f"wpa {version.value} stands for neither WPA nor WPA2"
        return Unknown(why, version.spans, "set wpa to 2")
    algorithms = view.stated("auth_algs")
    if algorithms is not None and not algorithms.value & 1:
        why = "auth_algs lets stations in by shared key only, which WPA does not use"
        return Unknown(why, (*algorithms.spans, *version.spans), "set auth_algs to 1")
    management = view.word("wpa_key_mgmt")
    if isinstance(management, Unknown):
        return management
    listed = words(management.value)
    strange = [word for word in listed if word not in RSN and word not in WITHOUT_FT and word not in OTHERS]
    if strange:
        why = f"wpa_key_mgmt names '{printable(strange[0])}', which hostapd may not know"
        return Unknown(why, management.spans, "correct wpa_key_mgmt")
    found = {RSN[word] for word in listed if word in RSN and version.value & 2}
    found |= {WPA[word] for word in listed if word in WPA and version.value & 1}
    if not found:
        why = f"no station without 802.11r or the like can join with wpa_key_mgmt {printable(management.value)}"
        return Unknown(why, management.spans, "see whether a reader gets in")
    return _usable(view, known_like(frozenset(found), version, management))


def _without_wpa(view: Settings, version: Known[int]) -> Fact[frozenset[Akm]]:
    lines = view.switched_on("ieee8021x", "osen")
    if lines:
        return Unknown("802.1X without WPA is not modelled", (*lines, *version.spans), "set wpa to 2")
    keys = [setting for n in range(4) if (setting := view.last(f"wep_key{n}")) is not None and setting.value]
    if keys:
        return known_like(frozenset({Akm.WEP}), version, Stated(None, tuple(map(view.span, keys))))
    return known_like(frozenset({Akm.OPEN}), version)


def _usable(view: Settings, found: Fact[frozenset[Akm]]) -> Fact[frozenset[Akm]]:
    """WPA-EAP without 802.1X, and SAE as the only AKM without PMF or with hash-to-element only, keep stations out."""
    if isinstance(found, Unknown):
        return found
    if found.value & ENTERPRISE:
        eapol = view.on("ieee8021x")
        if not isinstance(eapol, Unknown) and not eapol.value:
            why = "wpa_key_mgmt offers EAP while ieee8021x is off, so that nobody can authenticate with it"
            return Unknown(why, (*found.spans, *eapol.spans), "set ieee8021x to 1, or take EAP from wpa_key_mgmt")
    if found.value == {Akm.WPA3_SAE}:
        protected = protection(view)
        if not isinstance(protected, Unknown) and not protected.value:
            why = "SAE is offered without protected management frames, which WPA3 stations insist on"
            return Unknown(why, (*found.spans, *protected.spans), "set ieee80211w to 2")
        elements = view.stated("sae_pwe")
        if elements is not None and elements.value == 1:
            why = "only SAE with hash-to-element is taken (sae_pwe 1), which older stations cannot do"
            return Unknown(why, elements.spans, "set sae_pwe to 2, or try with a reader")
    return found


def ciphers(view: Settings) -> Fact[frozenset[Cipher]]:
    """Pairwise ciphers: of WPA those of `wpa_pairwise`, of RSN those of `rsn_pairwise`.

    Where the second is absent, the first counts for RSN too. Without either it is TKIP.
    """
    version = view.number("wpa")
    if isinstance(version, Unknown):
        return version
    if not version.value & 3:
        return known_like(frozenset(), version)
    first, second = view.word("wpa_pairwise"), view.text("rsn_pairwise")
    used: list[Fact[frozenset[Cipher]]] = []
    if version.value & 1 or second is None:
        used.append(_suite("wpa_pairwise", first))
    if version.value & 2 and second is not None:
        used.append(_suite("rsn_pairwise", second))
    return combine(lambda _, *suites: frozenset().union(*suites), version, *used)


def _suite(key: str, written: Fact[str]) -> Fact[frozenset[Cipher]]:
    if isinstance(written, Unknown):
        return written
    listed = words(written.value)
    strange = next((word for word in listed if word not in CIPHERS), None)
    if strange is not None or not listed:
        why = f"{key} names '{printable(strange or '')}', which is no pairwise cipher"
        return Unknown(why, written.spans, f"correct {key}")
    return known_like(frozenset(CIPHERS[word] for word in listed), written)


def pmf(view: Settings, offered: Fact[frozenset[Akm]]) -> Fact[Pmf]:
    """`ieee80211w`, where there is RSN."""
    if isinstance(offered, Unknown):
        return offered
    if offered.value <= _WITHOUT_PMF:
        return known_like(Pmf.DISABLED, offered)
    table = {0: Pmf.DISABLED, 2: Pmf.REQUIRED}
    return combine(lambda number: table.get(number, Pmf.OPTIONAL), protection(view))


def protection(view: Settings) -> Fact[int]:
    """`ieee80211w` as hostapd has it in the end: `ocv` makes 1 of a 0 that stands before it."""
    found: Stated[int] | None = None
    for setting in view.section.settings:
        if setting.key == "ieee80211w":
            found = Stated(atoi(setting.value), (view.span(setting),))
        elif setting.key == "ocv" and atoi(setting.value) and not (found is not None and found.value):
            found = Stated(1, (view.span(setting),))
    return found or view.number("ieee80211w")


def fast_transition(view: Settings) -> Fact[bool]:
    """802.11r is on where `wpa_key_mgmt` names one of its AKMs; the keys that prepare it alone do nothing."""
    version, management = view.number("wpa"), view.word("wpa_key_mgmt")
    if not isinstance(version, Unknown) and not version.value & 2:
        return known_like(False, version)
    return combine(lambda _, text: any(word.startswith("FT-") for word in words(text)), version, management)
