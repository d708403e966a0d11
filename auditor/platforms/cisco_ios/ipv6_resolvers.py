"""Resolvers that hosts are told by IPv6: in router advertisements, and by the DHCPv6 server.

Advertisements name those of `ipv6 nd ra dns server`, none without a line. Hosts ask the DHCPv6 server of an interface
where advertisements say so (`ipv6 nd managed-config-flag`, `ipv6 nd other-config-flag`).
Source: Cisco IOS IPv6 Command Reference, `ipv6 nd ra dns server`, `ipv6 dhcp server`, `ipv6 dhcp pool`, `dns-server
(IPv6)`, `import dns-server`; "Implementing DHCP for IPv6" (stateless DHCPv6).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from auditor.model import Fact, Interface, Ipv6Resolver, Listed, Stated, Unknown, known_like
from auditor.platforms.cisco_ios.blocks import Block, Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.platforms.cisco_ios.templates import Settings
from auditor.services.reading import printable

_ADVERTISED = "ipv6 nd ra dns server"
_FLAGS = ("ipv6 nd managed-config-flag", "ipv6 nd other-config-flag")
_AUTOMATIC = "automatic"
_OPTIONS = (_AUTOMATIC, "allow-hint", "preference", "rapid-commit")
_WITHDRAWN = "0"
"""A lifetime of 0 takes a server back (RFC 8106, section 5.1)."""


def read(config: Config, network: Network) -> Listed[Ipv6Resolver]:
    """Return what hosts of each interface that offers IPv6 are told."""
    pools = {block.name: block for block in config.blocks("ipv6 dhcp pool")}
    reader = _Reader(config, pools, frozenset(_own(network)))
    found: list[Ipv6Resolver] = []
    holes = list(config.holes())
    for interface in network.interfaces:
        link = network.links.by_name.get(interface.key)
        if link is None or (not isinstance(interface.ipv6_offered, Unknown) and not interface.ipv6_offered.value):
            continue
        found += reader.told(interface, link.settings)
        silent = link.settings.unsaid(_ADVERTISED) or link.settings.unsaid("ipv6 dhcp server")
        if silent is not None:
            holes.append(silent)
    return Listed(tuple(found), tuple(dict.fromkeys(holes)))


def _own(network: Network) -> Iterator[IPv6Address]:
    """Addresses of the device that are written whole."""
    for link in network.links.by_name.values():
        for line in link.settings.each("ipv6 address"):
            try:
                yield IPv6Address(line.words[0].partition("/")[0] if line.words else "")
            except AddressValueError:
                continue


@dataclass(frozen=True, slots=True)
class _Reader:
    config: Config
    pools: Mapping[str, Block]
    own: frozenset[IPv6Address]

    def told(self, interface: Interface, settings: Settings) -> Iterator[Ipv6Resolver]:
        """What hosts of one interface are told, by either protocol."""
        for number, line in enumerate(settings.each(_ADVERTISED), start=1):
            if not line.no and line.words[1:2] != (_WITHDRAWN,):
                yield self._resolver(interface, "RA", number, self._address(line, line.words[:1]))
        if not any(settings.has(flag) for flag in _FLAGS):
            return
        for number, address in enumerate(self._served(settings), start=1):
            yield self._resolver(interface, "DHCPv6", number, address)

    def _resolver(self, interface: Interface, by: str, number: int, address: Fact[IPv6Address | None]) -> Ipv6Resolver:
        where = f"({number})" if isinstance(address, Unknown) else str(address.value or "self")
        offered = interface.ipv6_offered
        told = (
            Stated(interface.key, offered.near) if isinstance(offered, Unknown) else known_like(interface.key, offered)
        )
        return Ipv6Resolver(self.config.device, f"{interface.key} {by} {where}", told, address)

    def _address(self, line: Line, words: tuple[str, ...]) -> Fact[IPv6Address | None]:
        fact = self.config.converted(" ".join(words), _address, line.span, what="the address of an IPv6 resolver")
        own = not isinstance(fact, Unknown) and fact.value in self.own
        return Stated(None, fact.spans) if own else fact

    def _served(self, settings: Settings) -> Iterator[Fact[IPv6Address | None]]:
        relay = settings.said("ipv6 dhcp relay destination")
        if relay is not None and not relay.no:
            where = printable(relay.rest)
            why = f"hosts of {settings.title} are told their resolver by the DHCPv6 server at {where}"
            yield Unknown(why, (relay.span,), f"audit the DHCPv6 server at {where} as well")
        server = settings.said("ipv6 dhcp server")
        if server is None or server.no:
            return
        name = next((word for word in server.words[:1] if word not in _OPTIONS), "")
        pool = self.pools.get(name) if name else next(iter(self.pools.values())) if len(self.pools) == 1 else None
        if pool is None:
            why = f"which DHCPv6 pool serves hosts of {settings.title} is not known"
            yield Unknown(why, (server.span,), "look at `show ipv6 dhcp interface`, or name the pool in the line")
            return
        for line in pool.lines("dns-server"):
            for word in line.words:
                fact = self._address(line, (word,))
                yield fact if isinstance(fact, Unknown) else Stated(fact.value, (server.span, *fact.spans))
        for line in pool.lines("import dns-server"):
            why = f"{pool.title} hands out the resolvers that the provider gives"
            yield Unknown(why, (server.span, line.span), f"look at `show ipv6 dhcp interface` on {self.config.device}")


def _address(text: str) -> IPv6Address | None:
    try:
        return IPv6Address(text)
    except AddressValueError:
        raise ValueError("not an IPv6 address") from None
