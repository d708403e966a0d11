"""`/interface wifi access-list`: which entries concern the stations of one SSID on one interface, and what they do.

The first entry that fits a station counts, and there is no refusal behind the last one. An entry may ask for an
interface, an SSID (a regular expression), a MAC address with a mask, a signal and a time; it may refuse, ask a RADIUS
server, isolate, or give a VLAN or a passphrase. Source: MikroTik's manual, "WiFi" (Access List).
"""

import re
from dataclasses import dataclass

from auditor.model import Fact, Span, Unknown, known_like
from auditor.platforms.routeros import interface_lists
from auditor.platforms.routeros.access_admission import (
    Admission,
    Entry,
    admission,
    hears_everybody,
    hears_nobody,
    mac_of,
    signal_of,
)
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.wifi_menus import WIFI
from auditor.services.reading import printable

MENU = f"{WIFI} access-list"
_ASKED = (
    "action",
    "mac-address",
    "mac-address-mask",
    "interface",
    "ssid-regexp",
    "signal-range",
    "time",
    "days",
    "client-isolation",
    "vlan-id",
    "passphrase",
    "multi-passphrase-group",
    "disabled",
)
_EXACT = "ff:ff:ff:ff:ff:ff"
_LITERAL = re.compile(r"(\^?)((?:[A-Za-z0-9 _,:;@#%&!~'\"/=<>-]|\\[.+*?()\[\]{}|^$\\-])*)(\$?)")
"""The regular expressions that are read: plain text, at the beginning, at the end, or both."""


@dataclass(frozen=True, slots=True)
class _Written:
    """One entry as it is written. `members` are those of the interface list that it names, None if it names none."""

    item: Item
    mac: str | None
    doubts: tuple[str, ...]
    interface: str
    members: Fact[frozenset[str]] | None
    ssid: str
    admits: Fact[bool]
    forwards: Fact[bool] | None
    near: tuple[Span, ...]
    own_key: bool
    own_vlan: bool


@dataclass(frozen=True, slots=True)
class AccessList:
    """The entries in their order; those that are off, or are about signals too weak for payments, are left out."""

    config: Config
    holes: tuple[Unknown, ...]
    written: tuple[_Written, ...]

    @classmethod
    def of(cls, config: Config) -> "AccessList":
        """Read the menu once, for all SSIDs."""
        interfaces = frozenset(item.name for item in config.items(WIFI))
        members: dict[str, Fact[frozenset[str]]] = {}
        found: list[_Written] = []
        for item in config.items(MENU):
            config.span(item, *_ASKED)
            enabled = config.enabled(item)
            if not isinstance(enabled, Unknown) and not enabled.value:
                continue
            named = config.text(item, "interface") or "any"
            if named not in ("any", "all") and named not in interfaces and named not in members:
                members[named] = interface_lists.members(config, named)
            written = _written(config, item, named, members.get(named))
            if written is not None:
                found.append(written)
        return cls(config, config.holes(MENU), tuple(found))

    def entries(self, interface: str, ssid: Fact[str], isolated: Fact[bool]) -> tuple[Entry, ...]:
        """The entries that may concern stations of an SSID on an interface ('' for one that is made at run time)."""
        forwards = _not(isolated)
        found = (_entry(each, interface, ssid, forwards) for each in self.written)
        return tuple(entry for entry in found if entry is not None)

    def admits(self, found: tuple[Entry, ...], isolated: Fact[bool], near: Span) -> Admission:
        """Who is let in, and whether stations may talk to each other, after all entries."""
        forwarding = _not(isolated)
        if self.holes:
            doubtful = isinstance(isolated, Unknown) or not isolated.value
            return Admission(self.holes[0], self.holes[0], self.holes[0] if doubtful else forwarding)
        otherwise = self.config.default(f"{MENU}.no-match", lambda text: text == "accept", near)
        return admission(found, otherwise, forwarding)


def _not(fact: Fact[bool]) -> Fact[bool]:
    return fact if isinstance(fact, Unknown) else known_like(not fact.value, fact)


def _written(config: Config, item: Item, interface: str, members: Fact[frozenset[str]] | None) -> _Written | None:
    """What one entry says; None if it is about no station that could be used for payments."""
    signal = _with_signal(config.text(item, "signal-range") or "")
    if signal is None:
        return None
    doubts = [signal]
    if item.damaged:
        doubts.append(f"what cannot be read in it ({item.damaged})")
    if config.text(item, "time") or config.text(item, "days"):
        doubts.append("the time of day")
    try:
        mac = mac_of(config.text(item, "mac-address") or "")
    except ValueError:
        mac = None
        doubts.append("a MAC address that cannot be read")
    if mac is not None and (config.text(item, "mac-address-mask") or _EXACT).lower() != _EXACT:
        doubts.append("a part of the MAC address")
    isolates = config.stated(item, "client-isolation", yes_no)
    return _Written(
        item,
        mac,
        tuple(doubt for doubt in doubts if doubt),
        interface,
        members,
        config.text(item, "ssid-regexp") or "",
        _admits(config, item),
        _not(isolates) if isolates is not None else None,
        tuple(dict.fromkeys((item.header, *config.span(item, *_ASKED)))),
        own_key=bool(config.text(item, "passphrase") or config.text(item, "multi-passphrase-group")),
        own_vlan=(config.text(item, "vlan-id") or "none") != "none",
    )


def _admits(config: Config, item: Item) -> Fact[bool]:
    action = config.fact(item, "action", _action)
    if isinstance(action, Unknown):
        return action
    if action.value == "query-radius":
        why = f"{item.title} asks a RADIUS server about each MAC address, whose list is not visible here"
        return Unknown(why, action.spans, "look at the RADIUS server, or see whether the readers are let in")
    return known_like(action.value == "accept", action)


def _action(text: str) -> str:
    if text not in ("accept", "reject", "query-radius"):
        raise ValueError("not one of accept query-radius reject")
    return text


def _entry(each: _Written, interface: str, ssid: Fact[str], forwards: Fact[bool]) -> Entry | None:
    """What an entry does to the stations of one SSID on one interface; None if it is certainly about others."""
    where, name = _on_interface(each, interface), _with_ssid(each.ssid, ssid)
    if where is None or name is None:
        return None
    forwards = each.forwards if each.forwards is not None else forwards
    doubt = next((doubt for doubt in (*each.doubts, where, name) if doubt), "")
    return Entry(each.item, each.mac, doubt, each.admits, forwards, each.near, each.own_key, each.own_vlan)


def _on_interface(each: _Written, interface: str) -> str | None:
    """'' if an entry is about an interface, None if it is not, else what that depends on."""
    if each.interface in ("any", "all") or each.interface == interface:
        return ""
    if each.members is None:
        return None
    if isinstance(each.members, Unknown):
        return f"the interfaces in {printable(each.interface)}"
    if interface in each.members.value:
        return ""
    # What a manager makes at run time stands in no list of an export.
    return None if interface else f"the interfaces in {printable(each.interface)}"


def _with_ssid(pattern: str, ssid: Fact[str]) -> str | None:
    """Only plain text is compared: what RouterOS makes of other expressions could differ from Python."""
    if not pattern:
        return ""
    found = _LITERAL.fullmatch(pattern)
    if found is None or isinstance(ssid, Unknown):
        return f"whether the SSID fits '{printable(pattern)}'"
    text = re.sub(r"\\(.)", r"\1", found[2])
    name = ssid.value
    fits = {
        (True, True): name == text,
        (True, False): name.startswith(text),
        (False, True): name.endswith(text),
        (False, False): text in name,
    }
    return "" if fits[bool(found[1]), bool(found[3])] else None


def _with_signal(text: str) -> str | None:
    """Signals too weak for payments are for the rule on signals."""
    if not text:
        return ""
    try:
        low, high = signal_of(text)
    except ValueError:
        return "a range of signals that cannot be read"
    if hears_nobody(low, high):
        return None
    return "" if hears_everybody(low, high) else f"the signal ({printable(text)} dBm)"
