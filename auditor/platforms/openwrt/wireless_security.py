"""How stations get into a BSS: AKMs and ciphers, protected management frames, the key, and lists of addresses.

Source: openwrt/openwrt package/network/config/wifi-scripts/files/lib/netifd/hostapd.sh (02bff237);
files-ucode/usr/share/ucode/wifi/ap.uc, iface_auth_type and iface_ppsk (002fcaf0).
"""

import hashlib

from auditor.model import Akm, Cipher, Fact, MacPolicy, Passphrase, Pmf, Stated, Unknown, combine, known_like
from auditor.platforms.openwrt.config import Config, Located
from auditor.platforms.openwrt.release import sets_up_wifi_in_ucode
from auditor.platforms.openwrt.security import Encryption, encryption, insists_on_pmf
from auditor.platforms.openwrt.wireless_names import raw_or
from auditor.secrets import is_token, secret_format

ENTERPRISE = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP, Akm.WPA3_EAP, Akm.WPA3_EAP_192})
_PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA3_SAE})
_WITHOUT_PMF = frozenset({Akm.OPEN, Akm.WEP, Akm.WPA_PSK, Akm.WPA_EAP})


def security(config: Config, located: Located) -> Fact[Encryption]:
    """What `option encryption` stands for in this release."""
    ucode = sets_up_wifi_in_ucode(config.version)
    return config.fact(located, "encryption", lambda word: encryption(word, ucode), default="wireless.encryption")


def akms(config: Config, located: Located, written: Fact[Encryption]) -> Fact[frozenset[Akm]]:
    """The AKMs; `owe_transition` adds an open BSS of the same name, `sae_pwe 1` keeps older SAE stations out."""
    found: Fact[frozenset[Akm]] = raw_or(config, located, ("wpa", "wpa_key_mgmt"), combine(lambda e: e.akms, written))
    if isinstance(found, Unknown):
        return found
    open_too = [each for each in config.values(located, "owe_transition") if each.value in ("1", "true")]
    if open_too and Akm.OWE in found.value and sets_up_wifi_in_ucode(config.version) is not False:
        line = Stated(None, (config.span(located, open_too[-1]),))
        return known_like(found.value | {Akm.OPEN}, found, line)
    hash_only = [each for each in config.values(located, "sae_pwe") if each.value == "1"]
    if hash_only and found.value == {Akm.WPA3_SAE}:
        why = f"{located.title} takes only SAE with hash-to-element (sae_pwe 1), which older stations cannot do"
        return Unknown(why, (config.span(located, hash_only[-1]),), "set sae_pwe to 2, or try with a reader")
    return found


def ciphers(config: Config, located: Located, written: Fact[Encryption]) -> Fact[frozenset[Cipher]]:
    """The pairwise ciphers, behind the `+` of the word."""
    return raw_or(config, located, ("wpa_pairwise", "rsn_pairwise"), combine(lambda e: e.ciphers, written))


def pmf(config: Config, located: Located, written: Fact[Encryption]) -> Fact[Pmf]:
    """`ieee80211w`, where the release asks for it: ucode requires PMF for SAE, OWE and WPA3 in any case."""
    stated = config.stated(located, "ieee80211w", _pmf_word)
    return raw_or(config, located, ("ieee80211w",), _pmf(config, stated, written))


def _pmf(config: Config, stated: Fact[Pmf] | None, written: Fact[Encryption]) -> Fact[Pmf]:
    if isinstance(written, Unknown):
        return written
    if written.value.akms <= _WITHOUT_PMF:
        return known_like(Pmf.DISABLED, written)
    if stated is None:
        return known_like(written.value.pmf, written)
    if isinstance(stated, Unknown) or stated.value is Pmf.REQUIRED or not insists_on_pmf(written.value.akms):
        return stated
    match sets_up_wifi_in_ucode(config.version):
        case True:
            return known_like(Pmf.REQUIRED, written, stated)
        case False:
            return stated
        case None:
            why = "whether ieee80211w counts for this encryption depends on the OpenWrt version, which is not known"
            return Unknown(why, (*stated.spans, *written.spans), "capture /etc/openwrt_release as well")


def _pmf_word(text: str) -> Pmf:
    table = {"0": Pmf.DISABLED, "1": Pmf.OPTIONAL, "2": Pmf.REQUIRED}
    if text not in table:
        raise ValueError("not one of 0 1 2")
    return table[text]


def passphrase(config: Config, located: Located, written: Fact[Encryption]) -> Fact[Passphrase]:
    """What is known of the key: hostapd takes 8 to 63 characters or 64 hex digits."""
    match written:
        case Unknown() as unknown:
            return unknown
        case known if not known.value.akms & _PERSONAL:
            return known_like(Passphrase.ABSENT, known)
        case known:
            pass
    for option in ("wpa_psk_file", "ppsk", "sae_password_file"):
        stated = config.stated(located, option, str)
        if isinstance(stated, Stated) and stated.value != "0":
            return known_like(Passphrase.EXTERNAL, stated)
    for option in ("key", "sae_password"):
        stated_key = config.stated(located, option, _key)
        if stated_key is not None:
            return stated_key
    if config.sections("wireless", "wifi-station"):
        why = f"{located.title} may get its keys from wifi-station sections"
        return Unknown(
            why, (config.header(located),), settle="add a key to the section, or see whether a reader gets in"
        )
    return known_like(Passphrase.ABSENT, Stated(None, (config.header(located),)))


def passphrase_identity(config: Config, located: Located, written: Fact[Encryption]) -> Fact[str]:
    """A token that is equal where the key is equal; the key itself never leaves its line."""
    usable = passphrase(config, located, written)
    match usable:
        case Unknown() as unknown:
            return unknown
        case known if known.value is Passphrase.ABSENT:
            return known_like("", known)
        case known:
            written_key = config.values(located, "key") or config.values(located, "sae_password")
            kind = secret_format(written_key[-1].value) if written_key else ""
            if known.value is Passphrase.EXTERNAL or kind in ("", "masked", "hex64"):
                # 64 hex digits are what a passphrase and the SSID make together, and may be the same key.
                why = f"the passphrase of {located.title} cannot be compared: it is masked, elsewhere, or a key in hex"
                return Unknown(why, known.spans, "compare it with that of the other access points")
            return Stated(_identity(written_key[-1].value), known.spans)


def _identity(text: str) -> str:
    """A redacted key is its own token; of a key in clear, a digest that is thrown away with the model."""
    return text if is_token(text) else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _key(text: str) -> Passphrase:
    match secret_format(text):
        case "passphrase" | "hex64" | "masked":
            return Passphrase.USABLE
        case _:
            return Passphrase.UNUSABLE


def mac_policy(config: Config, located: Located, written: Fact[Encryption]) -> Fact[MacPolicy]:
    """`macfilter`; a RADIUS server on a BSS that is not 802.1X is asked about each MAC address (`macaddr_acl 2`)."""
    listed = config.fact(located, "macfilter", _mac_policy, default="wireless.macfilter")
    asked = config.lines(located, "auth_server", "auth_server_addr")
    config.values(located, "server")  # an older name, which is taken with 802.1X only
    if not asked or (not isinstance(written, Unknown) and written.value.akms & ENTERPRISE):
        return listed
    why = f"{located.title} asks a RADIUS server about each MAC address (auth_server), whose list is not visible here"
    return Unknown(why, asked, "look at the RADIUS server, or see whether the readers are let in")


def _mac_policy(text: str) -> MacPolicy:
    """Any other word than these two switches the list off."""
    return {"allow": MacPolicy.ALLOW_LISTED, "deny": MacPolicy.DENY_LISTED}.get(text, MacPolicy.OFF)


def mac_list(config: Config, located: Located) -> Fact[tuple[str, ...]]:
    """`maclist`; `macfile` adds more from a file."""
    more = config.lines(located, "macfile")
    if more:
        return Unknown(
            "further MAC addresses stand in a file, which was not captured",
            more,
            settle="write the addresses as maclist, or look at the file",
        )
    words = config.words(located, "maclist")
    if not words:
        return config.default("wireless.maclist", lambda text: tuple(text.split()), config.header(located))
    return Stated(tuple(word.lower() for word, _ in words), tuple(dict.fromkeys(span for _, span in words)))
