"""Entries of `/interface wireless access-list` and `/caps-man access-list` that may concern one BSS."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from auditor.model import Fact, Stated, Unknown
from auditor.platforms.routeros import interface_lists
from auditor.platforms.routeros import legacy_words as words
from auditor.platforms.routeros.access_admission import Entry, hears_everybody, hears_nobody, mac_of, signal_of
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

WIRELESS = "interface wireless access-list"
CAPSMAN = "caps-man access-list"

_ALL_DAYS = frozenset(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])
_WHOLE_DAYS = frozenset(["0s-1d", "00:00:00-1d00:00:00", "0s-24h"])
_WHOLE_MASK = "FF:FF:FF:FF:FF:FF"


@dataclass(frozen=True, slots=True)
class Whom:
    """The BSS that entries are asked about. `name` is that of its interface, '' if a manager makes it up."""

    name: str
    ssid: Fact[str]
    forwarding: Fact[bool]


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry as it is written, whomever it is about. `forwards` None: as the interface does.

    `interface` and `ssid` say whom it names, '' if anybody; `members` are the interfaces of a list that it names.
    """

    entry: Entry
    forwards: Fact[bool] | None
    interface: str
    members: Fact[frozenset[str]] | None
    named: bool
    ssid: str


def read(config: Config, menu: str) -> tuple[Listed, ...]:
    """Read an access list in order; what is disabled, or about stations that are too far away, is left out."""
    return tuple(_read(config, menu))


def _read(config: Config, menu: str) -> Iterator[Listed]:
    how = _of_wireless if menu == WIRELESS else _of_capsman
    static = {item.name for item in config.items("caps-man interface")}
    lists = {item.name for item in config.items("interface list")}
    for item in config.items(menu):
        enabled = config.enabled(item)
        if not isinstance(enabled, Unknown) and not enabled.value:
            config.understood(item)
            continue
        for name in ("ap-tx-limit", "client-tx-limit", "allow-signal-out-of-range", "radius-accounting"):
            config.text(item, name)
        interface, pattern = config.text(item, "interface") or "", config.text(item, "ssid-regexp") or ""
        admits, forwards, own_key, own_vlan = how(config, item)
        found = _conditions(config, item)
        if found is None:
            continue
        mac, reason = found
        doubt = "whether it is switched on" if isinstance(enabled, Unknown) else item.damaged
        lines = config.span(item, "mac-address") or (item.header,)
        members = interface_lists.members(config, interface) if interface in lists else None
        own = forwards if forwards is not None else admits
        entry = Entry(item, mac, doubt or reason, admits, own, lines, own_key, own_vlan)
        yield Listed(entry, forwards, interface, members, interface in static, pattern)


def entries(listed: Iterable[Listed], whom: Whom) -> Iterator[Entry]:
    """Yield what an access list says of one BSS."""
    for each in listed:
        concerns = _concerns(each, whom)
        if concerns is False:
            continue
        doubt = each.entry.doubt or ("" if concerns else "which interfaces or SSIDs it is about")
        forwards = each.forwards if each.forwards is not None else whom.forwarding
        yield replace(each.entry, doubt=doubt, forwards=forwards)


_Read = tuple[Fact[bool], Fact[bool] | None, bool, bool]


def _of_wireless(config: Config, item: Item) -> _Read:
    algorithm = config.text(item, "private-algo") or "none"
    own_key = bool(config.text(item, "private-pre-shared-key")) or algorithm != "none"
    config.span(item, "private-key", "management-protection-key", "vlan-id")
    own_vlan = (config.text(item, "vlan-mode") or "default") != "default"
    admits = config.fact(item, "authentication", words.on_off)
    return admits, config.fact(item, "forwarding", words.on_off), own_key, own_vlan


def _of_capsman(config: Config, item: Item) -> _Read:
    own_key = bool(config.text(item, "private-passphrase"))
    config.span(item, "vlan-id")
    own_vlan = config.text(item, "vlan-mode") is not None
    admits = config.stated(item, "action", str)
    forwards = config.stated(item, "client-to-client-forwarding", words.on_off)
    match admits:
        case None:
            why = f"{item.title} names no action"
            return Unknown(why, (item.header,), "give the entry an action"), forwards, own_key, own_vlan
        case Unknown():
            return admits, forwards, own_key, own_vlan
        case known if known.value in ("accept", "reject"):
            return Stated(known.value == "accept", known.spans), forwards, own_key, own_vlan
        case known:
            why = f"{item.title} asks a RADIUS server, whose answers are not visible here"
            radius = Unknown(why, known.spans, "look at the RADIUS server, or see whether the readers are let in")
            return radius, radius, own_key, own_vlan


def _conditions(config: Config, item: Item) -> tuple[str | None, str] | None:
    """The address of an entry, and what else it depends on; None if it is about stations that are too far away."""
    mac = config.stated(item, "mac-address", mac_of)
    signal = config.stated(item, "signal-range", signal_of)
    mask = config.text(item, "mac-address-mask")
    time = config.text(item, "time")
    reason = ""
    if isinstance(mac, Unknown) or isinstance(signal, Unknown):
        reason = "a condition that cannot be read"
    elif signal is not None and hears_nobody(*signal.value):
        return None
    elif signal is not None and not hears_everybody(*signal.value):
        reason = "the signal of the station"
    elif time is not None and not _always(time):
        reason = "the time of day"
    address = None if mac is None or isinstance(mac, Unknown) else mac.value
    if address is not None and mask is not None and mask.upper() != _WHOLE_MASK:
        reason = reason or "a range of MAC addresses"
    return address, reason


def _always(time: str) -> bool:
    span, *days = (word.strip() for word in time.split(","))
    return span in _WHOLE_DAYS and (not days or set(days) >= _ALL_DAYS)


def _concerns(listed: Listed, whom: Whom) -> bool | None:
    """Whether an entry is about a BSS; None if that is not known."""
    by_name = _has_interface(listed, whom)
    by_ssid = True if not listed.ssid else _fits(listed.ssid, whom.ssid)
    if by_name is False or by_ssid is False:
        return False
    return None if by_name is None or by_ssid is None else True


def _has_interface(listed: Listed, whom: Whom) -> bool | None:
    if listed.interface in ("", "any", "all", whom.name):
        return True
    if listed.members is not None:
        if isinstance(listed.members, Unknown):
            return None
        return whom.name in listed.members.value if whom.name else None
    if whom.name:
        return False
    # A manager takes no name for a new interface that another one has.
    return False if listed.named else None


_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-")


def _fits(pattern: str, ssid: Fact[str]) -> bool | None:
    """Whether an SSID fits a regular expression; anything but letters between anchors is not judged."""
    inside = pattern.removeprefix("^").removesuffix("$")
    if isinstance(ssid, Unknown) or not set(inside) <= _PLAIN:
        return None
    begin, end = pattern.startswith("^"), pattern.endswith("$")
    if begin and end:
        return ssid.value == inside
    if begin:
        return ssid.value.startswith(inside)
    return ssid.value.endswith(inside) if end else inside in ssid.value


def own_keys(found: list[Entry]) -> Unknown | None:
    """Stations with a key of their own: which one a reader has is not known."""
    return next((_doubt(e, "a key of its own") for e in found if e.own_key), None)


def own_vlans(found: list[Entry]) -> Unknown | None:
    """Stations with a VLAN of their own."""
    return next((_doubt(e, "a VLAN of its own") for e in found if e.own_vlan), None)


def _doubt(entry: Entry, what: str) -> Unknown:
    whose = printable(entry.mac) if entry.mac else "stations"
    why = f"{entry.item.title} gives {whose} {what}"
    return Unknown(why, (entry.item.header,), "see which address a reader gets there")
