"""The resolvers that the router itself asks: those of `/ip dns`, and those that others hand to it.

Source: MikroTik's manual, "DNS" (servers, dynamic-servers), "DHCP" client, "PPPoE", "LTE", "OpenVPN": use-peer-dns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.outputs import DNS as OUTPUT
from auditor.syntax.routeros_print import parse_pairs

Address: TypeAlias = IPv4Address | IPv6Address

_TAKING = (
    "ip dhcp-client",
    "ipv6 dhcp-client",
    "interface pppoe-client",
    "interface ppp-client",
    "interface l2tp-client",
    "interface pptp-client",
    "interface sstp-client",
    "interface ovpn-client",
)
"""Menus whose items may take resolvers from the other side (`use-peer-dns`)."""


@dataclass(frozen=True, slots=True)
class OwnServers:
    """Resolvers of the router, in order: written ones, and those that it was given."""

    static: Fact[tuple[Address, ...]]
    dynamic: Fact[tuple[Address, ...]]


def own_servers(config: Config) -> OwnServers:
    """Read both; the given ones from `/ip dns print`, else () if nothing on the device takes any."""
    static: Fact[tuple[Address, ...]] = config.setting("ip dns", "servers", servers)
    return OwnServers(static, _dynamic(config))


def servers(text: str) -> tuple[Address, ...]:
    """Read `1.1.1.1,2606:4700:4700::1111`, each perhaps with the VRF in which it is asked (`@main`)."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return tuple(ip_address(word.partition("@")[0].partition("%")[0]) for word in words)
    except ValueError as error:
        raise ValueError("not addresses") from error


def _dynamic(config: Config) -> Fact[tuple[Address, ...]]:
    output = config.capture.file(OUTPUT)
    if output is not None:
        pairs = parse_pairs(output.text)
        if "servers" in pairs or "dynamic-servers" in pairs:
            text, line = pairs.get("dynamic-servers", ("", 1))
            span = Span(config.device, OUTPUT, line, line)
            return config.converted(text, servers, span, what="dynamic-servers of /ip dns")
    holes = config.holes(*_TAKING)
    if holes:
        return holes[0]
    takes = tuple(_takes(config))
    if takes:
        why = "which resolvers the uplink hands out is not in the configuration"
        return Unknown(
            why,
            takes,
            f"add the output of `/ip dns print` on {config.device} as commands/dns.txt, or set use-peer-dns=no",
        )
    return Stated((), ())


def _takes(config: Config) -> Iterator[Span]:
    """The lines of clients that take resolvers from the other side, or may."""
    for menu in _TAKING:
        for item in config.items(menu):
            if not _is_off(config, item) and _may(config, item, menu):
                yield from config.span(item, "use-peer-dns") or (item.header,)
    yield from _taken_by_lte(config)


def _taken_by_lte(config: Config) -> Iterator[Span]:
    """A modem takes them as its access points (`/interface lte apn`) say; an untouched one is not in the export."""
    modems = [item for item in config.items("interface lte") if not _is_off(config, item)]
    points = config.items("interface lte apn")
    taking = [item for item in points if _may(config, item, "interface lte apn")]
    for item in taking if modems else ():
        yield from config.span(item, "use-peer-dns") or (item.header,)
    if not points:
        yield from (item.header for item in modems)


def _is_off(config: Config, item: Item) -> bool:
    enabled = config.enabled(item)
    return not isinstance(enabled, Unknown) and not enabled.value


def _may(config: Config, item: Item, menu: str) -> bool:
    """Whether a client takes resolvers.

    Tunnels had no such setting before, so they take none unless a line says so; of a modem's PPP nothing is documented.
    """
    entry = f"{menu}.use-peer-dns"
    text = config.text(item, "use-peer-dns")
    if text is not None or entry not in config.profile.defaults:
        return text != "no" if text is not None else menu == "interface ppp-client"
    taken = config.default(entry, lambda value: value != "no", item.header)
    return isinstance(taken, Unknown) or taken.value
