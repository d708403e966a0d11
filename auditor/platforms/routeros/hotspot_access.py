"""Whom a HotSpot lets pass without being asked: bindings, MAC addresses as users, the walled garden.

A binding of type `bypassed` excludes a client from login, whatever the profile says; of type `blocked` it drops all
that the client sends. With `login-by=mac` a client is logged in by its MAC address as soon as it appears, if that is
the name of a user, or if RADIUS accepts it. The walled garden opens places to everybody.
Source: MikroTik's manual, "HotSpot - Captive portal": IP Binding, HotSpot Profile, HotSpot walled-garden.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from ipaddress import IPv4Network

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.hotspot_logins import ALL, Logins
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

BINDINGS = "ip hotspot ip-binding"
_GARDENS = ("ip hotspot walled-garden", "ip hotspot walled-garden ip")
_ONE_OF_THEM = "api.stripe.com"
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_BYPASS = "let each reader pass by its MAC address (`/ip hotspot ip-binding`), or try one out"


def bypassed(config: Config, server: Item) -> Fact[tuple[str, ...]]:
    """The MAC addresses that bindings of a server let pass without login and without timers."""
    holes = config.holes(BINDINGS)
    if holes:
        return holes[0]
    macs: dict[str, str] = {}  # address → type of the first binding that names it
    spans: list[Span] = []
    blocks: Item | None = None  # the first one that is about addresses, so that whom it blocks is not known
    for binding in config.items(BINDINGS):
        on = config.enabled(binding)
        if (not isinstance(on, Unknown) and not on.value) or not _concerns(config, binding, server):
            continue
        mac = binding.text("mac-address") or ""
        kind = config.text(binding, "type")
        if not _MAC.fullmatch(mac) or binding.text("address"):
            # That only a client with this IP address passes is for `let_in`.
            blocks = blocks or (binding if kind not in ("bypassed", "regular") else None)
            continue
        if isinstance(on, Unknown) or kind is None or binding.damaged:
            return _unclear(config, binding)
        if blocks is not None and kind == "bypassed":
            return _unclear(config, blocks)
        if macs.setdefault(mac.lower(), kind) == "bypassed":
            spans += config.span(binding, "mac-address", "type")
    passing = tuple(mac for mac, kind in macs.items() if kind == "bypassed")
    return Stated(passing, tuple(dict.fromkeys(spans)) or (server.header,))


def _unclear(config: Config, binding: Item) -> Unknown:
    why = f"what the binding in line {binding.header.first} does is not known"
    return Unknown(
        why, config.span(binding, "mac-address", "address") or (binding.header,), "see `/ip hotspot ip-binding print`"
    )


def _concerns(config: Config, item: Item, server: Item) -> bool:
    return (config.text(item, "server") or ALL) in (ALL, server.name)


def let_in(config: Config, server: Item, found: Logins) -> Iterator[Unknown]:
    """Say why clients that no binding names may pass without being asked."""
    yield from _by_address(config, server)
    yield from _by_mac(config, server, found)
    yield from _gardens(config, server)


def _by_address(config: Config, server: Item) -> Iterator[Unknown]:
    for binding in config.items(BINDINGS):
        on = config.enabled(binding)
        off = not isinstance(on, Unknown) and not on.value
        address = binding.text("address")
        if off or not _concerns(config, binding, server) or binding.text("type") in ("blocked", "regular"):
            continue
        if address or not _MAC.fullmatch(binding.text("mac-address") or ""):
            whom = printable(address or binding.text("mac-address") or "everybody")
            why = f"a binding lets {whom} pass without login, and whether readers are meant is not known"
            yield Unknown(why, config.span(binding, "address", "type") or (binding.header,), _BYPASS)


def _by_mac(config: Config, server: Item, found: Logins) -> Iterator[Unknown]:
    if isinstance(found.methods, Unknown):
        yield found.methods
        return
    if "mac" not in found.methods.value:
        return
    if isinstance(found.radius, Unknown):
        yield found.radius
    elif found.radius.value:
        near = (*found.methods.spans, *found.radius.spans)
        yield Unknown("RADIUS may log clients in by their MAC address without asking them", near, _BYPASS)
    for user, _ in found.users:
        if _MAC.fullmatch(user.name.replace("-", ":")):
            why = f"user '{printable(user.name)}' is logged in by MAC address without being asked"
            yield Unknown(why, (*config.span(user, "name"), *found.methods.spans), _BYPASS)


def _gardens(config: Config, server: Item) -> Iterator[Unknown]:
    """Entries that may open what readers need to everybody; what they are for is not told by a name alone."""
    for menu in _GARDENS:
        yield from config.holes(menu)
        for entry in config.items(menu):
            config.understood(entry)
            on = config.enabled(entry)
            opens = entry.text("action") in (None, "allow", "accept")
            if (isinstance(on, Unknown) or on.value) and opens and _concerns(config, entry, server) and _wide(entry):
                what = printable(entry.text("dst-host") or entry.text("dst-address") or "more places")
                why = f"the walled garden opens {what} to everybody; whether that is all that readers need is not known"
                yield Unknown(why, (entry.header,), _BYPASS)


def _wide(entry: Item) -> bool:
    """Whether an entry may open Stripe's servers: by name, by a pattern that fits much, or by public addresses."""
    host = entry.text("dst-host")
    if host is not None:
        return "stripe" in host.lower() or host.startswith((":", "!")) or fnmatchcase(_ONE_OF_THEM, host.lower())
    address = entry.text("dst-address")
    if address is None:
        return True
    try:
        return not IPv4Network(address, strict=False).is_private
    except ValueError:
        return True
