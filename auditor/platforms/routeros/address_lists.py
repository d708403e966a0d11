"""Address lists of RouterOS: the addresses that lines name, and those that may come to them while the device runs.

What a rule, a client that logs in or a name puts into a list stands in no export. So a list has addresses that it
certainly holds, and others that it may hold.

Source: MikroTik's manual, "Address-lists" and "Filter" (`add-src-to-address-list`), "DHCP" (`address-lists`), "PPP
AAA", "HotSpot", "DNS" (`address-list`), "RADIUS" (`Mikrotik-Address-List`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model import Span, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.netfilter.boxes import ADDRESSES, inverted, merged
from auditor.services.netfilter.conditions import address
from auditor.services.reading import printable

MENU = "ip firewall address-list"
_RULES = ("ip firewall filter", "ip firewall raw", "ip firewall nat", "ip firewall mangle")
_ADDS = {"add-src-to-address-list": "src", "add-dst-to-address-list": "dst"}
_SCRIPTS = (
    ("system script", "source"),
    ("system scheduler", "on-event"),
    ("ip dhcp-server", "lease-script"),
    ("ip dhcp-client", "script"),
    ("tool netwatch", "up-script"),
    ("tool netwatch", "down-script"),
)
_LOGINS = (
    ("ppp profile", "address-list"),
    ("ip hotspot user profile", "address-list"),
    ("ip dhcp-server lease", "address-lists"),
    ("ip dhcp-server", "address-lists"),
    ("ip dns static", "address-list"),
    ("ip dns forwarders", "address-list"),
)

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){1,10}", re.ASCII)

Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AddressList:
    """`sure` are the addresses that it holds; `maybe` those that it may hold too, each with the reason.

    `names` are hosts whose addresses it holds, whatever they are: the device looks them up.
    """

    sure: Intervals = ()
    maybe: tuple[tuple[Intervals, str], ...] = ()
    names: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


def interval(text: str) -> tuple[int, int]:
    """`192.0.2.1`, `192.0.2.0/24` or `192.0.2.1-192.0.2.9`; `ValueError` if it is none of them."""
    first, dash, last = text.partition("-")
    return address(first, last) if dash else address(text)


def lists_of(config: Config, from_outside: Callable[[Item], bool], inside: Intervals) -> dict[str, AddressList]:
    """Read all lists by their names; `from_outside` tells rules that only see packets from the internet."""
    sure: dict[str, list[tuple[int, int]]] = {}
    maybe: dict[str, list[tuple[Intervals, str]]] = {}
    hosts: dict[str, list[str]] = {}
    spans: dict[str, list[Span]] = {}
    for item in config.items(MENU):
        config.understood(item)
        name = item.text("list") or ""
        enabled = config.enabled(item)
        if not isinstance(enabled, Unknown) and not enabled.value:
            continue
        spans.setdefault(name, []).append(item.header)
        if host := _host(item, isinstance(enabled, Unknown)):
            hosts.setdefault(name, []).append(host)
            continue
        for intervals, doubt in _entry(item, isinstance(enabled, Unknown)):
            if doubt:
                maybe.setdefault(name, []).append((intervals, doubt))
            else:
                sure.setdefault(name, []).extend(intervals)
    outside = inverted(inside, ADDRESSES) if inside else ADDRESSES
    for name, intervals, doubt in _filled(config, from_outside, outside):
        maybe.setdefault(name, []).append((intervals, doubt))
    everywhere = list(_everywhere(config, outside))
    names = {*sure, *maybe, *hosts, *_asked(config)}
    return {
        name: AddressList(
            merged(sure.get(name, ())),
            tuple(dict.fromkeys((*maybe.get(name, ()), *everywhere, *_by_script(config, name)))),
            tuple(dict.fromkeys(hosts.get(name, ()))),
            tuple(spans.get(name, ())),
        )
        for name in names
    }


def _host(item: Item, unsure: bool) -> str:
    """The name of a host that an entry certainly holds, '' if it is none."""
    text = (item.text("address") or "").lower().removesuffix(".")
    if item.damaged or unsure or item.text("timeout") or not _NAME.fullmatch(text):
        return ""
    # What ends in a number is an address that cannot be read: no name does (RFC 1123, 2.1).
    return "" if text.rpartition(".")[2].isdecimal() else text


def _entry(item: Item, unsure: bool) -> Iterator[tuple[Intervals, str]]:
    """The addresses of one entry, with the doubt whether it holds them, '' if it does."""
    text = item.text("address") or ""
    if item.damaged:
        yield ADDRESSES, "an entry of the list cannot be read"
        return
    try:
        found = interval(text)
    except ValueError:
        if ":" not in text:
            yield ADDRESSES, f"the list holds the name {printable(text)}, whose addresses are looked up"
        return
    doubt = "whether an entry counts is not known" if unsure else ""
    yield (found,), "an entry of the list is there for some time only" if item.text("timeout") else doubt


def _filled(
    config: Config, from_outside: Callable[[Item], bool], outside: Intervals
) -> Iterator[tuple[str, Intervals, str]]:
    """What rules and logins may put into lists: list, addresses, reason."""
    for menu in _RULES:
        for item in config.items(menu):
            side = _ADDS.get(item.text("action") or "")
            if side is None or item.text("disabled") in ("yes", "true"):
                continue
            intervals = _of_rule(item, side, from_outside, outside)
            if intervals:
                yield item.text("address-list") or "", intervals, "rules fill the list while the device runs"
    for menu, key in _LOGINS:
        for item in config.items(menu):
            for word in (item.text(key) or "").split(","):
                if word:
                    yield word, _of_client(item), f"/{item.path} fills the list while the device runs"


def _of_rule(item: Item, side: str, from_outside: Callable[[Item], bool], outside: Intervals) -> Intervals:
    text = item.text(f"{side}-address") or ""
    try:
        if text and not text.startswith("!"):
            return (interval(text),)
    except ValueError:
        return ADDRESSES
    if side != "src" or not from_outside(item):
        return ADDRESSES
    return () if _only_callers(item) else outside


def _only_callers(item: Item) -> bool:
    """Whether a rule sees nobody but those who open connections from the internet: no host that a shop's clients ask.

    Answers to these clients come by the chain `forward`, and are never new.
    """
    return item.text("chain") == "input" or item.text("connection-state") == "new"


def _of_client(item: Item) -> Intervals:
    text = item.text("address") if item.menu == "ip dhcp-server lease" else None
    try:
        return (interval(text),) if text else ADDRESSES
    except ValueError:
        return ADDRESSES


def _everywhere(config: Config, outside: Intervals) -> Iterator[tuple[Intervals, str]]:
    """What may put addresses into any list."""
    for _ in config.holes(MENU):
        yield ADDRESSES, "not all entries of address lists are known"
        return
    for item in config.items("radius"):
        services = (item.text("service") or "").split(",")
        if {"ppp", "hotspot", "dhcp"} & set(services) and item.text("disabled") not in ("yes", "true"):
            yield ADDRESSES, "a RADIUS server may put clients into address lists"
            return
    if any("/import" in text for text in _scripts(config)):
        # Lists that are loaded from files are of addresses that others warn of.
        yield outside, "a script loads files, which may fill address lists"


def _by_script(config: Config, name: str) -> Iterator[tuple[Intervals, str]]:
    if name and any("address-list" in text and name in text for text in _scripts(config)):
        yield ADDRESSES, "a script fills the list while the device runs"


def _scripts(config: Config) -> Iterator[str]:
    for menu, key in _SCRIPTS:
        for item in config.items(menu):
            yield item.text(key) or ""


def _asked(config: Config) -> Iterator[str]:
    """The names of lists that rules ask for, be they empty."""
    for menu in _RULES:
        for item in config.items(menu):
            for side in ("src", "dst"):
                text = item.text(f"{side}-address-list")
                if text:
                    yield text.removeprefix("!")
