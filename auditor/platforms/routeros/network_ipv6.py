"""Whether a network offers IPv6: prefixes in router advertisements, or DHCPv6.

RouterOS advertises the prefix of each IPv6 address that says so (`advertise`, by itself for a length of 64) on
interfaces for which neighbour discovery is on, as it is for all by default. Advertisements without a prefix give
nobody an address. Source: MikroTik's command reference, ipv6/address, ipv6/nd, ipv6/settings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item

_ADDRESS = "ipv6 address"
_ND = "ipv6 nd"
_PREFIX = "ipv6 nd prefix"
_SERVERS = ("ipv6 dhcp-server", "ipv6 dhcp-relay")


@dataclass(frozen=True, slots=True)
class Ipv6:
    """What the device offers, by the interface that has it in the end. `off` says that IPv6 is switched off."""

    config: Config
    off: Fact[bool]
    advertised: dict[str, Fact[bool]]
    discovery: dict[str, Fact[bool]]
    served: dict[str, Fact[bool]]
    holes: tuple[Unknown, ...]

    def offered(self, name: str, *near: Span) -> Fact[bool]:
        """Whether hosts on an interface get an IPv6 address."""
        if self.holes:
            return self.holes[0]
        if isinstance(self.off, Unknown) and (name in self.advertised or name in self.served):
            return self.off
        if not isinstance(self.off, Unknown) and self.off.value:
            return Stated(False, self.off.spans or near)
        if name in self.served:
            return self.served[name]
        prefix = self.advertised.get(name)
        if prefix is None:
            return self.config.default("ipv6.offered", yes_no, *near)
        discovery = self.discovery.get(name, self.discovery.get("all"))
        if isinstance(prefix, Unknown) or not prefix.value or discovery is None:
            return prefix
        if isinstance(discovery, Unknown):
            return discovery
        return prefix if discovery.value else Stated(False, (*discovery.spans, *prefix.spans))


def read(config: Config, actual: Callable[[str], str]) -> Ipv6:
    """Read all menus of IPv6 that give hosts an address."""
    menus = (_ADDRESS, _ND, _PREFIX, *_SERVERS)
    present = any(config.menus(f"{top}*") for top in ("ipv6",))
    holes = config.holes(*menus) if present or not config.documents else ()
    advertised: dict[str, Fact[bool]] = {}
    for name, fact in (*_addresses(config), *_prefixes(config)):
        key = actual(name)
        before = advertised.get(key)
        if before is None or (not isinstance(before, Unknown) and not before.value):
            advertised[key] = fact
    return Ipv6(
        config, _off(config), advertised, dict(_discovery(config)), {actual(n): f for n, f in _served(config)}, holes
    )


def _off(config: Config) -> Fact[bool]:
    item = config.settings("ipv6 settings")
    stated = config.stated(item, "disable-ipv6", yes_no) if item is not None else None
    return stated if stated is not None else Stated(False, ())


def _addresses(config: Config) -> Iterator[tuple[str, Fact[bool]]]:
    for item in config.items(_ADDRESS):
        name, on = config.text(item, "interface") or "", config.enabled(item)
        length = (config.text(item, "address") or "").partition("/")[2]
        advertise = config.stated(item, "advertise", yes_no)
        config.understood(item)
        if not name or (not isinstance(on, Unknown) and not on.value):
            continue
        spans = config.span(item, "address", "interface", "advertise")
        if isinstance(on, Unknown) or isinstance(advertise, Unknown):
            yield name, on if isinstance(on, Unknown) else advertise  # type: ignore[misc]
        elif advertise is not None:
            yield name, Stated(advertise.value, spans)
        else:
            yield name, Stated(length in ("", "64"), spans)


def _prefixes(config: Config) -> Iterator[tuple[str, Fact[bool]]]:
    for item in config.items(_PREFIX):
        yield from _each(config, item)


def _served(config: Config) -> Iterator[tuple[str, Fact[bool]]]:
    for menu in _SERVERS:
        for item in config.items(menu):
            yield from _each(config, item)


def _each(config: Config, item: Item) -> Iterator[tuple[str, Fact[bool]]]:
    """An item that offers something on its interface unless it is switched off."""
    name, on = config.text(item, "interface") or "", config.enabled(item)
    config.understood(item)
    if name and (isinstance(on, Unknown) or on.value):
        yield name, on if isinstance(on, Unknown) else Stated(True, config.span(item, "interface"))


def _discovery(config: Config) -> Iterator[tuple[str, Fact[bool]]]:
    """By interface; the entry for all of them is there from the start."""
    for item in config.items(_ND):
        name = config.text(item, "interface") or "all"
        yield name, config.enabled(item)
        config.understood(item)
