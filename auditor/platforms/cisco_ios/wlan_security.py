"""How stations get into a WLAN of a Catalyst 9800: WPA generation, AKM, ciphers, PMF, keys, 802.11r, MAC filtering.

The running configuration leaves out what is the default: WPA2 with AES and 802.1X. So a WLAN with a passphrase shows
`no security wpa akm dot1x`, and one that shows nothing is WPA2-Enterprise. Source of the defaults and of what goes
together: YANG, Cisco-IOS-XE-wireless-wlan-cfg.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from auditor.model import (
    Akm,
    Cipher,
    Fact,
    Known,
    MacPolicy,
    Passphrase,
    Pmf,
    Stated,
    Unknown,
    combine,
    known_like,
    spans_of,
)
from auditor.platforms.cisco_ios import wlan_keys
from auditor.platforms.cisco_ios.blocks import Block, Line, true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.services.reading import printable

T = TypeVar("T")

ENTERPRISE = frozenset({Akm.WPA_EAP, Akm.WPA2_EAP, Akm.WPA3_EAP, Akm.WPA3_EAP_192})

_KNOWN_AKMS = (
    "psk",
    "dot1x",
    "sae",
    "owe",
    "ft psk",
    "ft dot1x",
    "ft sae",
    *("psk-sha256", "dot1x-sha256", "psk sha256", "dot1x sha256"),
    *("suiteb-1x", "suiteb192-1x", "cckm"),
)
_MAC = re.compile(r"([0-9a-f]{4})\.([0-9a-f]{4})\.([0-9a-f]{4})(?: |$)")
_STRONG = {"gcmp128": Cipher.GCMP, "gcmp256": Cipher.GCMP_256, "ccmp256": Cipher.CCMP_256}


@dataclass(frozen=True, slots=True)
class Security:
    """The security of one WLAN. `asks_radius`: whether a server may decide on a station's session."""

    akms: Fact[frozenset[Akm]]
    ciphers: Fact[frozenset[Cipher]]
    pmf: Fact[Pmf]
    passphrase: Fact[Passphrase]
    identity: Fact[str]
    fast_transition: Fact[bool]
    mac_policy: Fact[MacPolicy]
    mac_list: Fact[tuple[str, ...]]
    asks_radius: Fact[bool]


def read(config: Config, wlan: Block) -> Security:
    """Read the lines of one WLAN."""
    reader = _Reader(config, wlan)
    akms = reader.akms()
    policy, listed = reader.macs()
    return Security(
        akms=akms,
        ciphers=reader.ciphers(akms),
        pmf=reader.pmf(akms),
        passphrase=wlan_keys.passphrase(wlan, akms),
        identity=wlan_keys.identity(wlan, akms),
        fast_transition=reader.fast_transition(),
        mac_policy=policy,
        mac_list=listed,
        asks_radius=reader.asks_radius(akms),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    config: Config
    wlan: Block

    # -- lines -------------------------------------------------------------------------------------------------

    def _exact(self, command: str) -> Line | None:
        """The last line that says just this, or negates it."""
        return next((line for line in reversed(self.wlan.each(command)) if not line.rest), None)

    def _flag(self, command: str, entry: str) -> Fact[bool]:
        line = self._exact(command)
        if line is not None:
            return Stated(not line.no, (line.span,))
        return self.wlan.unsaid(command) or self.config.default(f"wlan.{entry}", true_false, self.wlan.header)

    def _strange(self, prefix: str, known: Callable[[str], bool]) -> Unknown | None:
        """A line with these words that goes on in a way that is not known."""
        for line in self.wlan.lines(prefix):
            if not known(line.rest):
                why = f"'{prefix} {printable(line.rest, 20)}' of {self.wlan.title} is not understood"
                return Unknown(why, (line.span,), f"see `show wlan name` on {self.config.device}")
        return None

    # -- authentication ----------------------------------------------------------------------------------------

    def akms(self) -> Fact[frozenset[Akm]]:
        """The AKMs together with the generations of WPA that carry them."""
        wep = self._wep()
        if wep is not None:
            return Stated(frozenset({Akm.WEP}), (wep.span,))
        wpa = self._flag("security wpa", "security wpa")
        if isinstance(wpa, Unknown):
            return wpa
        if not wpa.value:
            return known_like(frozenset({Akm.OPEN}), wpa)
        strange = self._strange("security wpa akm", lambda rest: _akm_word(rest) in _KNOWN_AKMS)
        if strange is not None:
            return strange
        generations = [self._flag(f"security wpa wpa{number}", f"security wpa wpa{number}") for number in (1, 2, 3)]
        flags = [self._flag(f"security wpa akm {akm}", f"security wpa akm {akm}") for akm in _DEFAULTED]
        more = {_akm_word(line.rest): line for line in self.wlan.lines("security wpa akm")}
        extra = [Stated(True, (line.span,)) for word, line in more.items() if word not in _DEFAULTED]
        others = frozenset(word for word in more if word not in _DEFAULTED and self._holds(word))
        facts: list[Fact[bool]] = [*generations, *flags]
        found: Fact[frozenset[Akm]] = combine(lambda *known: _joined(known, others), *facts)
        if isinstance(found, Unknown):
            return found
        if not found.value:
            why = f"{self.wlan.title} has no AKM that is known here"
            if any(word.startswith("ft ") for word in others):
                why = f"no station without 802.11r can join {self.wlan.title}"
            spans = _by_lines(found, *facts, *extra).spans
            return Unknown(why, spans, "see whether a reader gets in")
        elements = self.wlan.said("security wpa akm sae pwe")
        if found.value == {Akm.WPA3_SAE} and elements is not None and elements.rest == "h2e":
            why = f"{self.wlan.title} takes SAE with hash-to-element only, which older stations cannot do"
            return Unknown(why, (elements.span,), "see whether a reader gets in")
        return _by_lines(found, *facts, *extra)

    def _holds(self, akm: str) -> bool:
        line = self._exact(f"security wpa akm {akm}")
        return line is not None and not line.no

    def _wep(self) -> Line | None:
        line = self.wlan.said("security static-wep-key encryption")
        self.wlan.each("security static-wep-key")
        return line if line is not None and not line.no else None

    # -- ciphers and frames ------------------------------------------------------------------------------------

    def ciphers(self, akms: Fact[frozenset[Akm]]) -> Fact[frozenset[Cipher]]:
        """The pairwise ciphers of all generations; none for open networks and WEP."""
        if isinstance(akms, Unknown):
            return akms
        if akms.value <= {Akm.OPEN, Akm.WEP}:
            return known_like(frozenset(), akms)
        aes = self._flag("security wpa wpa2 ciphers aes", "security wpa wpa2 ciphers aes")
        found: set[Cipher] = set()
        spans = []
        for line in (*self.wlan.each("security wpa wpa1 ciphers"), *self.wlan.each("security wpa wpa2 ciphers")):
            cipher = _cipher(line.rest)
            if cipher is None:
                why = f"the cipher '{printable(line.rest, 20)}' of {self.wlan.title} is not understood"
                return Unknown(why, (line.span,), "see `show wlan name`")
            spans.append(line.span)
            if not line.no and not (line.rest == "aes" and " wpa2 " in line.text):
                found.add(cipher)
        if isinstance(aes, Unknown):
            return aes
        newer = bool(akms.value - {Akm.WPA_PSK, Akm.WPA_EAP})
        every = frozenset(found | ({Cipher.CCMP} if aes.value and newer else set()))
        if not every:
            return Unknown(f"{self.wlan.title} has no cipher", aes.spans, "see `show wlan name`")
        return _by_lines(known_like(every, aes), aes, *(Stated(True, (span,)) for span in spans))

    def pmf(self, akms: Fact[frozenset[Akm]]) -> Fact[Pmf]:
        """Protected management frames; without WPA there are none."""
        line = self.wlan.said("security pmf optional"), self.wlan.said("security pmf mandatory")
        for said, value in zip(line, (Pmf.OPTIONAL, Pmf.REQUIRED), strict=True):
            if said is not None and not said.no:
                return Stated(value, (said.span,))
        if not isinstance(akms, Unknown) and akms.value <= {Akm.OPEN, Akm.WEP}:
            return known_like(Pmf.DISABLED, akms)
        off = self._exact("security pmf")
        self.wlan.each("security pmf association-comeback")
        self.wlan.each("security pmf saquery-retry-time")
        if off is not None and off.no:
            return Stated(Pmf.DISABLED, (off.span,))
        doubt = self.wlan.unsaid("security pmf")
        return doubt or self.config.default("wlan.security pmf", Pmf, self.wlan.header)

    def fast_transition(self) -> Fact[bool]:
        """Whether 802.11r is offered to any station; `adaptive`, the default, offers it to some of Apple's alone.

        Source: Cisco Catalyst 9800 configuration guide, "802.11r BSS Fast Transition".
        """
        self.wlan.each("security ft")
        for line in self.wlan.lines("security wpa akm ft"):
            if self._holds(f"ft {line.rest}"):
                return Stated(True, (line.span,))
        for said in reversed(self.wlan.each("security ft")):
            if said.rest in ("", "adaptive"):
                return Stated(not said.no and not said.rest, (said.span,))
        return self.wlan.unsaid("security ft") or self.config.default("wlan.security ft", true_false, self.wlan.header)

    # -- who is let in -----------------------------------------------------------------------------------------

    def macs(self) -> tuple[Fact[MacPolicy], Fact[tuple[str, ...]]]:
        """MAC filtering asks an authorization list, which is a server or the controller's own list of users."""
        line = self.wlan.said("mac-filtering")
        if line is None or line.no:
            doubt = self.wlan.unsaid("mac-filtering") or self.config.top.unsaid("wireless exclusionlist")
            if doubt is not None:
                return doubt, doubt
            excluded = self.config.top.lines("wireless exclusionlist")
            if excluded:
                return _excluded(excluded)
            return Stated(MacPolicy.OFF, (self.wlan.header,)), Stated((), (self.wlan.header,))
        why = f"{self.wlan.title} lets in the MAC addresses that the authorization list '{printable(line.rest)}' knows"
        unknown = Unknown(why, (line.span,), "see whether the readers' MAC addresses are in that list")
        return unknown, unknown

    def asks_radius(self, akms: Fact[frozenset[Akm]]) -> Fact[bool]:
        """Whether an authentication server has a say in each session: 802.1X, MAC filtering, web authentication."""
        for prefix in ("mac-filtering", "security web-auth"):
            line = next((each for each in self.wlan.lines(prefix)), None)
            if line is not None:
                return Stated(True, (line.span,))
        return combine(lambda offered: bool(offered & ENTERPRISE), akms)


_DEFAULTED = ("psk", "dot1x", "sae", "owe")
"""AKMs that have an entry of their own in the profile; all others are off unless a line says so."""


def _excluded(lines: tuple[Line, ...]) -> tuple[Fact[MacPolicy], Fact[tuple[str, ...]]]:
    """Stations that the whole controller refuses."""
    spans = tuple(line.span for line in lines)
    found = [_MAC.match(line.rest.lower()) for line in lines]
    listed: Fact[tuple[str, ...]] = Unknown(
        "cannot read wireless exclusionlist", spans, "see which stations it refuses"
    )
    if all(each is not None for each in found):
        listed = Stated(tuple(_with_colons("".join(each.groups())) for each in found if each is not None), spans)
    return Stated(MacPolicy.DENY_LISTED, spans), listed


def _with_colons(digits: str) -> str:
    return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


def _by_lines(found: Known[T], *facts: Fact[bool]) -> Known[T]:
    """Give a value the lines that make it what it is; where there are none, the defaults that do.

    The running configuration holds what differs from the defaults, so its lines are what someone has to look at.
    """
    spans = spans_of(*(fact for fact in facts if isinstance(fact, Stated)))
    return Stated(found.value, spans) if spans else found


def _akm_word(rest: str) -> str:
    """The AKM of a line; old releases put the key behind it."""
    if rest.startswith("sae pwe"):
        return "sae"
    return "psk" if rest.startswith("psk set-key") else rest


def _joined(known: tuple[bool, ...], others: frozenset[str]) -> frozenset[Akm]:
    """What any station can join with: AKMs of 802.11r (`ft psk`) are for those that know it."""
    wpa1, wpa2, wpa3, psk, dot1x, sae, owe = known
    psk = psk or bool(others & {"psk-sha256", "psk sha256"})
    new_eap = bool(others & {"dot1x-sha256", "dot1x sha256"})
    suite_b = bool(others & {"suiteb-1x", "suiteb192-1x"})
    pairs = (
        (Akm.WPA_PSK, wpa1 and psk),
        (Akm.WPA2_PSK, wpa2 and psk),
        (Akm.WPA_EAP, wpa1 and dot1x),
        (Akm.WPA2_EAP, wpa2 and dot1x),
        (Akm.WPA3_EAP, (wpa2 or wpa3) and new_eap),
        (Akm.WPA3_EAP_192, suite_b),
        (Akm.WPA3_SAE, wpa3 and sae),
        (Akm.OWE, wpa3 and owe),
    )
    return frozenset(akm for akm, offered in pairs if offered)


def _cipher(word: str) -> Cipher | None:
    return {"aes": Cipher.CCMP, "tkip": Cipher.TKIP, **_STRONG}.get(word)
