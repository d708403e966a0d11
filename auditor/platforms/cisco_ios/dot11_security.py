"""How stations get into an SSID of an autonomous access point: authentication in the SSID, ciphers on the radio.

Without `authentication key-management` an SSID is open, or WEP where the radio has it. WPA goes with TKIP and WPA2 with
AES-CCMP; `version` narrows which of the two an SSID offers. Source: Cisco, "Configuration Guide for Autonomous Aironet
Access Points", release 15.3(3), chapters "Configuring WLAN Authentication and Encryption" and "Configuring
Authentication Types".
"""

from collections.abc import Callable
from hashlib import sha256

from auditor.model import ENCRYPTED, Akm, Cipher, Fact, Passphrase, Pmf, Stated, Unknown, combine
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.platforms.cisco_ios.config import Config
from auditor.secrets import is_token
from auditor.services.reading import printable
from auditor.syntax.ios_type7 import plain

__all__ = ["Akm", "akms", "ciphers", "identity", "passphrase", "pmf"]

_CIPHERS = {"aes-ccm": Cipher.CCMP, "tkip": Cipher.TKIP}
_WEP = frozenset({"wep40", "wep128", "cmic", "ckip"})
_AUTHENTICATIONS = (("open",), ("shared",), ("network-eap",), ("key-management",), ("client",))
_RESERVED: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("infrastructure-ssid", lambda rest: rest != "optional", "other access points and bridges"),
    ("ids mfp client", lambda rest: rest == "required", "stations that know Cisco's protection of management frames"),
)
"""Lines by which an SSID takes some kinds of stations only."""


def akms(config: Config, radio: Block, ssid: Block, vlans: frozenset[str]) -> Fact[frozenset[Akm]]:
    """The AKMs of an SSID on one radio."""
    kept_out = _kept_out(ssid)
    if kept_out is not None:
        return kept_out
    managed = ssid.said("authentication key-management")
    encryption = _encryption(radio, vlans)
    if managed is None or managed.no:
        doubt = ssid.unsaid("authentication key-management") or radio.unsaid("encryption")
        return doubt or _without_key_management(ssid, encryption)
    if encryption is None or not _words(encryption):
        return radio.unsaid("encryption") or _without_cipher(radio, ssid, managed)
    if not any(line.words[:1] in (("open",), ("network-eap",)) for line in ssid.lines("authentication")):
        why = f"SSID {printable(ssid.name)} has no line `authentication open`, so that no station may come in"
        return ssid.unsaid("authentication") or Unknown(why, (ssid.header, managed.span), "write `authentication open`")
    used = _words(encryption)
    spans = (managed.span, encryption.span)
    if "cckm" in managed.words and "wpa" not in managed.words:
        return Unknown(f"SSID {printable(ssid.name)} offers Cisco's own CCKM only", spans, "offer WPA2 beside it")
    personal = bool(ssid.lines("wpa-psk"))
    eap = [line.span for line in ssid.lines("authentication") if _asks_eap(line)]
    if personal and eap:
        why = f"SSID {printable(ssid.name)} has a pre-shared key, and asks for EAP"
        return Unknown(
            why, (*spans, *eap), f"see how stations authenticate: `show dot11 associations` on {config.device}"
        )
    personal = personal or not eap
    optional = {Akm.OPEN} if "optional" in managed.words else set()
    first, second = (Akm.WPA_PSK, Akm.WPA2_PSK) if personal else (Akm.WPA_EAP, Akm.WPA2_EAP)
    if "version" in managed.words:
        version = managed.words[managed.words.index("version") + 1 :][:1]
        if version not in (("1",), ("2",)):
            return Unknown(f"cannot read the WPA version of SSID {printable(ssid.name)}", spans)
        return Stated(frozenset({first if version == ("1",) else second} | optional), spans)
    if "aes-ccm" not in used:
        return Stated(frozenset({first} | optional), spans)
    either = (frozenset({second} | optional), frozenset({first, second} | optional))
    why = f"whether SSID {printable(ssid.name)} offers WPA beside WPA2 is not written: the WPA version is left open"
    return Unknown(why, spans, "write `authentication key-management wpa version 2`", either)


def _kept_out(ssid: Block) -> Unknown | None:
    """Why stations may not come in whatever they offer: lines that are not known, or that keep the SSID for others."""
    for line in ssid.each("authentication"):
        if line.words[:1] not in _AUTHENTICATIONS:
            why = f"'{printable(line.text)}' of SSID {printable(ssid.name)} is not understood"
            return Unknown(why, (line.span,), "see how stations authenticate")
    for command, keeps, whom in _RESERVED:
        said = ssid.said(command)
        if said is not None and not said.no and keeps(said.rest):
            why = f"SSID {printable(ssid.name)} is kept for {whom}: {printable(said.text)}"
            return Unknown(why, (said.span,), "take the line out, and see whether readers come in")
    return None


def _without_cipher(radio: Block, ssid: Block, managed: Line) -> Unknown:
    line = ssid.said("vlan")
    vlan = "" if line is None or line.no else line.rest
    of = f" for VLAN {printable(vlan)}" if vlan else ""
    why = f"SSID {printable(ssid.name)} asks for WPA, and {printable(radio.name)} has no cipher{of} that carries it"
    words = f"encryption vlan {printable(vlan)}" if vlan else "encryption"
    return Unknown(why, (managed.span, radio.header), f"write `{words} mode ciphers aes-ccm` on the radio")


def _asks_eap(line: Line) -> bool:
    return line.words[:1] == ("network-eap",) or (line.words[:1] == ("open",) and "eap" in line.words)


def _without_key_management(ssid: Block, encryption: Line | None) -> Fact[frozenset[Akm]]:
    spans = (ssid.header, *((encryption.span,) if encryption is not None else ()))
    used = set(_words(encryption)) if encryption is not None else set()
    if used & _WEP or (encryption is not None and "wep" in encryption.words):
        return Stated(frozenset({Akm.WEP}), spans)
    if any(_asks_eap(line) for line in ssid.lines("authentication")):
        why = f"SSID {printable(ssid.name)} asks for EAP without key management"
        return Unknown(why, spans, "write `authentication key-management wpa version 2`")
    return Stated(frozenset({Akm.OPEN}), spans)


def _encryption(radio: Block, vlans: frozenset[str]) -> Line | None:
    """The line that gives the ciphers of a VLAN, or of the radio where SSIDs have no VLAN."""
    for line in radio.lines("encryption"):
        words = line.words
        of = words[1] if words[:1] == ("vlan",) and len(words) > 1 else ""
        if of in vlans and "mode" in words:
            return line
    return None


def _words(line: Line) -> tuple[str, ...]:
    """The ciphers of `encryption [vlan N] mode ciphers A B`."""
    return line.words[line.words.index("ciphers") + 1 :] if "ciphers" in line.words else ()


def ciphers(config: Config, radio: Block, vlans: frozenset[str]) -> Fact[frozenset[Cipher]]:
    """The pairwise ciphers; none for open networks and WEP."""
    line = _encryption(radio, vlans)
    if line is None:
        return radio.unsaid("encryption") or Stated(frozenset(), (radio.header,))
    strange = [word for word in _words(line) if word not in _CIPHERS and word not in _WEP]
    if strange:
        return Unknown(f"cipher '{printable(strange[0])}' is not known", (line.span,), f"look at {config.device}")
    return Stated(frozenset(_CIPHERS[word] for word in _words(line) if word in _CIPHERS), (line.span,))


def pmf(config: Config, ssid: Block) -> Fact[Pmf]:
    """`11w-pmf client optional|required`."""
    line = ssid.said("11w-pmf client")
    if line is None or line.no:
        return ssid.unsaid("11w-pmf client") or config.default("dot11 ssid.11w-pmf", Pmf, ssid.header)
    known = {"optional": Pmf.OPTIONAL, "required": Pmf.REQUIRED}.get(line.rest)
    return Stated(known, (line.span,)) if known else Unknown("cannot read 11w-pmf", (line.span,))


def passphrase(config: Config, ssid: Block, offered: Fact[frozenset[Akm]]) -> Fact[Passphrase]:
    """Whether a pre-shared key of a usable length is set; encrypted ones (type 7) hide their length."""
    line = ssid.said("wpa-psk")
    if line is None or line.no:
        absent = Stated(Passphrase.ABSENT, (ssid.header,))
        return ssid.unsaid("wpa-psk") or combine(lambda *_: Passphrase.ABSENT, offered, absent)
    kind, _, key = line.rest.partition(" ")
    type_, _, rest = key.partition(" ")
    hidden = type_ in ("7", "6") and bool(rest)
    text = rest if type_ in ("0", "6", "7") and rest else key
    if hidden or is_token(text):
        return Stated(Passphrase.USABLE, (line.span,)) if text else Stated(Passphrase.UNUSABLE, (line.span,))
    usable = 8 <= len(text) <= 63 if kind == "ascii" else len(text) == 64
    return Stated(Passphrase.USABLE if usable else Passphrase.UNUSABLE, (line.span,))


def identity(config: Config, ssid: Block) -> Fact[str]:
    """What is equal where the pre-shared key is: its token. Type 6 hides the key; type 7 can be turned back."""
    line = ssid.said("wpa-psk")
    if line is None or line.no:
        return ssid.unsaid("wpa-psk") or Stated("", (ssid.header,))
    words = line.words
    key = words[-1] if words else ""
    if len(words) > 2 and words[1] == "7" and not is_token(key):
        key = plain(key) or ""
    if key and len(words) > 2 and words[1] == "6":
        # Equal in all places of this device, as an SSID is defined once.
        return Stated(f"{ENCRYPTED}{_token(key)}", (line.span,))
    if not key or (len(words) > 2 and words[1] not in ("0", "7")):
        why = f"the passphrase of SSID {printable(ssid.name)} is shown encrypted, so that it cannot be compared"
        return Unknown(why, (line.span,), "compare it by hand with those of the other access points")
    return Stated(_token(key), (line.span,))


def _token(key: str) -> str:
    """What stands for a key, which is never shown itself."""
    return key if is_token(key) else sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
