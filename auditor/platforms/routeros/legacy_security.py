"""`/interface wireless security-profiles`: how stations get in.

A profile whose `mode` is not `dynamic-keys` encrypts nothing, or with WEP, whatever else it says; what lists the
authentication and the keys counts for WPA alone. Exports of RouterOS 7 leave keys out.

Source: MikroTik's manual, "Wireless Interface" (Security Profiles).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from auditor.model import Akm, Cipher, Fact, Passphrase, Pmf, Stated, Unknown, combine, known_like
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.sensitive import shows_secrets
from auditor.services.reading import printable

MENU = "interface wireless security-profiles"
DEFAULT = "default"

_ENTRY = f"{MENU}."
_OWN_LOGIN = frozenset({"eap-tls", "eap-ttls-mschapv2", "peap"})


class _Mode(StrEnum):
    NONE = "none"
    WEP_TOO = "static-keys-optional"
    WEP = "static-keys-required"
    WPA = "dynamic-keys"


_WITHOUT_WPA = {
    _Mode.NONE: frozenset({Akm.OPEN}),
    _Mode.WEP_TOO: frozenset({Akm.OPEN, Akm.WEP}),
    _Mode.WEP: frozenset({Akm.WEP}),
}


@dataclass(frozen=True, slots=True)
class Security:
    """What a profile comes to for each interface that uses it."""

    akms: Fact[frozenset[Akm]]
    ciphers: Fact[frozenset[Cipher]]
    pmf: Fact[Pmf]
    passphrase: Fact[Passphrase]
    identity: Fact[str]
    session_timeout: Fact[timedelta | None]
    reauth_period: Fact[timedelta | None]
    asks_radius: Fact[bool]


def profile(config: Config, name: str) -> Item | None:
    """Return the lines of a profile; None if no line speaks of it. The first one, `default`, may have another name."""
    for item in config.items(MENU):
        if item.name == name:
            return item
    if name != DEFAULT:
        return None
    first = next((item for item in config.items(MENU) if item.found_by.get("default") == "yes"), None)
    return first if first is not None and not first.name else None


def security(config: Config, interface: Item) -> Security:
    """Read the profile that an interface names."""
    named = config.fact(interface, "security-profile", str)
    if isinstance(named, Unknown):
        return _nothing(named)
    found = profile(config, named.value)
    holes = config.holes(MENU)
    if holes:
        return _nothing(holes[0])
    if found is None and named.value != DEFAULT:
        why = f"{interface.title} uses the security profile '{printable(named.value)}', which the export does not hold"
        return _nothing(Unknown(why, named.spans, "give the interface a profile that exists"))
    return _Reader(config, interface, found).security()


def _nothing(why: Unknown) -> Security:
    return Security(why, why, why, why, why, why, why, why)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One profile for one interface; `item` None: all of it is as RouterOS sets it up."""

    config: Config
    interface: Item
    item: Item | None

    def security(self) -> Security:
        mode = self._mode()
        akms = self._akms(mode)
        asks = self._asks_radius()
        return Security(
            akms=akms,
            ciphers=self._ciphers(mode),
            pmf=self._pmf(mode),
            passphrase=self.passphrase(akms),
            identity=self.identity(akms),
            session_timeout=session_timeout(self._never("session-timeout"), akms, self._relays(), asks),
            reauth_period=self._never("reauthentication"),
            asks_radius=asks,
        )

    def _never(self, timer: str) -> Fact[timedelta | None]:
        return self.config.default(f"interface wireless.{timer}", none, self.interface.header)

    def _mode(self) -> Fact[_Mode]:
        if self.item is None:
            return self.config.default(f"{_ENTRY}mode", _Mode, self.interface.header)
        return self.config.fact(self.item, "mode", _mode)

    def _akms(self, mode: Fact[_Mode]) -> Fact[frozenset[Akm]]:
        match mode:
            case Unknown():
                return mode
            case known if known.value is not _Mode.WPA:
                return known_like(_WITHOUT_WPA[known.value], known)
            case known:
                stated = self.config.stated(self.item, "authentication-types", words.akms) if self.item else None
                if isinstance(stated, Unknown):
                    return stated
                if stated is not None and stated.value:
                    return known_like(stated.value, stated, known)
                why = "the security profile asks for WPA and names no authentication"
                return Unknown(why, known.spans, "set authentication-types, or see what a station is asked for")

    def _ciphers(self, mode: Fact[_Mode]) -> Fact[frozenset[Cipher]]:
        if isinstance(mode, Unknown):
            return mode
        if mode.value is not _Mode.WPA or self.item is None:
            return known_like(frozenset(), mode)
        return self.config.fact(self.item, "unicast-ciphers", words.ciphers)

    def _pmf(self, mode: Fact[_Mode]) -> Fact[Pmf]:
        if isinstance(mode, Unknown):
            return mode
        if mode.value is not _Mode.WPA or self.item is None:
            return known_like(Pmf.DISABLED, mode)
        return self.config.fact(self.item, "management-protection", words.pmf)

    def passphrase(self, akms: Fact[frozenset[Akm]]) -> Fact[Passphrase]:
        """WPA and WPA2 have a key each; where both are offered, stations take WPA2."""
        name = _key_name(akms)
        if isinstance(akms, Unknown):
            return akms
        if not name or self.item is None:
            return known_like(Passphrase.ABSENT, akms)
        stated = self.config.stated(self.item, name, words.passphrase)
        return stated if stated is not None else absent_key(self.config, self.item)

    def identity(self, akms: Fact[frozenset[Akm]]) -> Fact[str]:
        name = _key_name(akms)
        if isinstance(akms, Unknown):
            return akms
        if not name or self.item is None:
            return known_like("", akms)
        return key_identity(self.config, self.item, name)

    def _relays(self) -> Fact[bool]:
        if self.item is None:
            return self.config.default(f"{_ENTRY}eap-methods", relays, self.interface.header)
        return self.config.fact(self.item, "eap-methods", relays)

    def _asks_radius(self) -> Fact[bool]:
        entry = f"{_ENTRY}radius-mac-authentication"
        if self.item is None:
            return self.config.default(entry, words.on_off, self.interface.header)
        return self.config.fact(self.item, "radius-mac-authentication", words.on_off)


def _mode(text: str) -> _Mode:
    try:
        return _Mode(text)
    except ValueError:
        raise ValueError("not one of none static-keys-optional static-keys-required dynamic-keys") from None


def _key_name(akms: Fact[frozenset[Akm]]) -> str:
    if isinstance(akms, Unknown):
        return ""
    if Akm.WPA2_PSK in akms.value:
        return "wpa2-pre-shared-key"
    return "wpa-pre-shared-key" if Akm.WPA_PSK in akms.value else ""


def absent_key(config: Config, item: Item) -> Fact[Passphrase]:
    """What it means that no line shows a key: none is set if the export shows others, else nobody can say."""
    shown = shows_secrets(config, item.menu)
    return Stated(Passphrase.ABSENT if shown else Passphrase.HIDDEN, (item.header,))


def key_identity(config: Config, item: Item, name: str) -> Fact[str]:
    """A token that is equal where the key is equal; the key itself never leaves its line."""
    text, spans = config.text(item, name), config.span(item, name)
    if text:
        try:
            return Stated(words.identity(text), spans)
        except ValueError as error:
            why = f"the passphrase of {item.title} cannot be compared: it is {error}"
            return Unknown(why, spans, "compare it with that of the other access points")
    if text is not None or shows_secrets(config, item.menu):
        return Stated("", spans or (item.header,))
    why = f"the passphrase of {item.title} is not shown to this login"
    return Unknown(why, (item.header,), "compare it with that of the other access points")


def relays(text: str) -> bool:
    """Whether `eap-methods` hands the login on to a RADIUS server."""
    methods = {word.strip() for word in text.split(",") if word.strip()}
    if methods - {"passthrough", *_OWN_LOGIN}:
        raise ValueError("not one of passthrough eap-tls eap-ttls-mschapv2 peap")
    return "passthrough" in methods


def none(text: str) -> timedelta | None:
    """Read the default of a timer that this software does not have."""
    if text != "none":
        raise ValueError("not none")
    return None


def session_timeout(
    otherwise: Fact[timedelta | None], akms: Fact[frozenset[Akm]], handed_on: Fact[bool], asks: Fact[bool]
) -> Fact[timedelta | None]:
    """RouterOS ends no session by itself; a RADIUS server may, by Session-Timeout, for 802.1X and for MAC addresses.

    `handed_on`: it decides on logins; `asks`: it is asked about MAC addresses.
    """
    if isinstance(akms, Unknown):
        return akms
    radius = combine(lambda on, mac: on or mac, handed_on, asks) if akms.value & words.ENTERPRISE else asks
    if isinstance(radius, Unknown):
        return radius
    if not radius.value:
        return otherwise
    why = "the RADIUS server may set Session-Timeout, which is not visible here"
    return Unknown(why, radius.spans, "declare radius-session, or look at the RADIUS server's policy")
