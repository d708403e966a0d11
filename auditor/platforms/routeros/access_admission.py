"""Access lists of all Wi-Fi menus: who is let in, and who may talk to whom.

The first entry that fits a station counts; for the others the defaults of the interface do. An entry may ask for a
MAC address, an interface, a signal or a time of day. What an entry lets in takes the entry's own `forwarding`.

Source: MikroTik's manual, "Wireless Interface", "AP Controller (CAPsMAN)" and "WiFi" (Access List each).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.model import Fact, MacPolicy, Span, Stated, Unknown, known_like
from auditor.platforms.routeros.items import Item

_ANY = "00:00:00:00:00:00"
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_RANGE = re.compile(r"(-?\d{1,3})(?:\.\.(-?\d{1,3}))?")

ENOUGH = -75
"""A station that is heard with less dBm is too far away for payments, which the rule on signals says of readers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as far as it may concern one BSS.

    `mac` None: any address. `doubt` says what else it depends on, '' if it fits every station of that address whose
    signal is good enough. `own_key` and `own_vlan`: it gives stations a key or a VLAN of their own.
    """

    item: Item
    mac: str | None
    doubt: str
    admits: Fact[bool]
    forwards: Fact[bool]
    near: tuple[Span, ...]
    own_key: bool = False
    own_vlan: bool = False

    def certainly_refuses(self, mac: str) -> bool:
        """Whether it keeps a station of this address out, whatever else it may depend on."""
        keeps_out = not isinstance(self.admits, Unknown) and not self.admits.value
        return keeps_out and not self.doubt and self.mac in (None, mac.lower())


@dataclass(frozen=True, slots=True)
class Admission:
    """What an access list and the defaults of an interface come to; `forwards`: stations may send to one another."""

    policy: Fact[MacPolicy]
    listed: Fact[tuple[str, ...]]
    forwards: Fact[bool]


def mac_of(text: str) -> str | None:
    """Read an address of an entry in small letters; None: any."""
    if text in ("", _ANY):
        return None
    if _MAC.fullmatch(text) is None:
        raise ValueError("not a MAC address")
    return text.lower()


def signal_of(text: str) -> tuple[int, int]:
    """Read a range of signals such as `-120..-86`; one number is its lower end."""
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError("not a range of signals such as -120..-86")
    return int(found[1]), int(found[2]) if found[2] is not None else 120


def hears_nobody(low: int, high: int) -> bool:
    """Whether no station with enough signal is in a range."""
    return high <= ENOUGH or high < low


def hears_everybody(low: int, high: int) -> bool:
    """Whether every station with enough signal is in a range."""
    return low <= ENOUGH and high >= -1


def admission(entries: Iterable[Entry], otherwise: Fact[bool], forwarding: Fact[bool]) -> Admission:
    """Follow the entries in order; `otherwise` and `forwarding` are what the interface does without one."""
    decided: dict[str, Entry] = {}
    unsure: list[Entry] = []
    refuses = False
    last: Entry | None = None
    for entry in entries:
        if entry.doubt:
            unsure.append(entry)
        elif entry.mac is None:
            last = entry
            break
        else:
            decided.setdefault(entry.mac, entry)
            refuses = refuses or _no(entry.admits)
    final = otherwise if last is None else last.admits
    let_in = [entry for entry in (*decided.values(), *unsure, *([last] if last else [])) if not _no(entry.admits)]
    facts = [entry.forwards for entry in let_in]
    # The interface's own setting is for those that no entry lets in, as long as there are any.
    if not facts or (last is None and not _no(final)):
        facts.append(forwarding)
    forwards = _forwards(facts, forwarding)
    doubt = _doubt(list(decided.values()), unsure, final, refuses=refuses)
    if doubt is not None:
        return Admission(doubt, doubt, forwards)
    if isinstance(final, Unknown):
        return Admission(final, final, forwards)
    others = [entry for entry in decided.values() if _no(entry.admits) is final.value]
    macs = tuple(entry.mac for entry in others if entry.mac is not None)
    lines = tuple(dict.fromkeys(span for entry in others for span in entry.near))
    listed: Fact[tuple[str, ...]] = Stated(macs, lines) if others else known_like((), final)
    policy = MacPolicy.ALLOW_LISTED
    if final.value:
        # It stays a list of refused addresses when an earlier entry lets all of them in.
        policy = MacPolicy.DENY_LISTED if refuses else MacPolicy.OFF
    return Admission(known_like(policy, final), listed, forwards)


def _no(fact: Fact[bool]) -> bool:
    return not isinstance(fact, Unknown) and not fact.value


def _doubt(decided: list[Entry], unsure: list[Entry], final: Fact[bool], *, refuses: bool) -> Unknown | None:
    """Why it is not certain who is let in; an entry that admits changes nothing where everybody is admitted."""
    for entry in decided:
        if isinstance(entry.admits, Unknown):
            return entry.admits
    everybody = not refuses and not isinstance(final, Unknown) and final.value
    for entry in unsure:
        if everybody and not isinstance(entry.admits, Unknown) and entry.admits.value:
            continue
        settle = "put entries for the readers' addresses first, without signal or time, or try one reader there"
        return Unknown(f"{entry.item.title} depends on {entry.doubt}", entry.near, settle)
    return None


def _forwards(facts: list[Fact[bool]], own: Fact[bool]) -> Fact[bool]:
    """Whether all stations that get in may send to others; the interface's own setting speaks for those like it."""
    for fact in facts:
        if isinstance(fact, Unknown):
            return fact
    known = [fact for fact in facts if not isinstance(fact, Unknown)]
    if all(fact.value is known[0].value for fact in known):
        return own if not isinstance(own, Unknown) and own.value is known[0].value else known[-1]
    near = tuple(span for fact in known if not fact.value for span in fact.spans)
    why = "some stations may send frames to others and some may not, by the access list"
    return Unknown(why, near, "give the entries of the access list one value of forwarding")
