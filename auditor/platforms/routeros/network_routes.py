"""`/ip route`: static routes, the interfaces that they leave by, and the tables that they stand in.

A gateway is an interface, an address in a subnet of one, or an address to which another route leads (recursive
routes). Without `dst-address` a route is for everything. Other tables are `routing-table` (7) and `routing-mark` (6).
Source: MikroTik's manual, "IP Routing", "Routing decision".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_network

from auditor.model import Span, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item

EVERYWHERE = IPv4Network("0.0.0.0/0")
MAIN = "main"
_ROUTE = "ip route"
_PLAIN = ("unicast", "")
_DEEPEST = 6
_MOST_HOSTS = 500


@dataclass(frozen=True, slots=True)
class Route:
    """One static route that may be on. `network` None: it cannot be read. `refuses`: the packets go nowhere."""

    item: Item
    network: IPv4Network | None
    gateways: tuple[str, ...]
    table: str
    refuses: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a route leaves: the interface, and the gateway's address or None; no interface: it cannot be told."""

    interface: str | None
    gateway: str | None
    route: Route


@dataclass(frozen=True, slots=True)
class Routes:
    """All static routes, and the default ones by table."""

    routes: tuple[Route, ...]
    ways: tuple[Way, ...]

    def defaults(self, table: str = MAIN) -> tuple[Way, ...]:
        """The ways of the default routes of a table."""
        return tuple(way for way in self.ways if way.route.table == table and way.route.network == EVERYWHERE)


def read(
    config: Config,
    known: Callable[[str], str | None],
    subnets: Mapping[str, tuple[IPv4Interface, ...]],
    peers: Mapping[str, str],
) -> Routes:
    """Read all routes. `known` gives the interface behind a name (None: no interface), `subnets` their addresses.

    `peers` are single hosts at the other end of an interface.
    """
    routes = tuple(_route(config, item) for item in config.items(_ROUTE) if _may_be_on(config, item))
    hosts = [r for r in routes if r.network is not None and r.network.prefixlen > 0 and r.table == MAIN][:_MOST_HOSTS]
    networks: dict[IPv4Network, str] = {}
    for name, own in subnets.items():
        for address in own:
            networks.setdefault(address.network, name)
    known_by = _Known(known, networks, tuple(sorted({n.prefixlen for n in networks}, reverse=True)), peers, hosts)
    ways = [
        Way(*_resolve(gateway, known_by, 0), route)
        for route in routes
        if not route.refuses
        for gateway in route.gateways
    ]
    return Routes(routes, tuple(ways))


def _may_be_on(config: Config, item: Item) -> bool:
    enabled = config.enabled(item)
    config.understood(item)
    return isinstance(enabled, Unknown) or enabled.value


def _route(config: Config, item: Item) -> Route:
    written = item.text("dst-address")
    try:
        read = EVERYWHERE if written is None else ip_network(written.partition("@")[0], strict=False)
        network = read if isinstance(read, IPv4Network) else None
    except ValueError:
        network = None
    if item.damaged:
        network = None
    kind = item.text("type") or ""
    refuses = kind if kind not in _PLAIN else ""
    if "blackhole" in item.properties and item.text("blackhole") not in ("no", "false"):
        refuses = "blackhole"
    table = item.text("routing-table") or item.text("routing-mark") or MAIN
    gateways = tuple(word.strip() for word in (item.text("gateway") or "").split(",") if word.strip())
    names = ("dst-address", "gateway", "type", "blackhole", "routing-table", "routing-mark")
    spans = config.span(item, *names) or (item.header,)
    return Route(item, network, gateways, table, refuses, spans)


@dataclass(frozen=True, slots=True)
class _Known:
    """What tells where a gateway is."""

    interface: Callable[[str], str | None]
    networks: Mapping[IPv4Network, str]
    lengths: tuple[int, ...]
    peers: Mapping[str, str]
    hosts: list[Route]


def _resolve(gateway: str, known: _Known, depth: int) -> tuple[str | None, str | None]:
    """The interface that a gateway is behind, and its address."""
    plain, _, interface = gateway.partition("@")[0].partition("%")
    address = _address(plain)
    if interface:
        return known.interface(interface), str(address) if address is not None else None
    if address is None:
        return known.interface(plain), None
    if (peer := known.peers.get(str(address))) is not None:
        return peer, str(address)
    for length in known.lengths:
        name = known.networks.get(IPv4Network((address, length), strict=False)) if length < 32 else None
        if name is not None:
            return name, str(address)
    if depth < _DEEPEST:
        best = [r for r in known.hosts if r.network is not None and address in r.network and not r.refuses]
        for route in sorted(best, key=lambda each: -each.network.prefixlen if each.network else 0):
            for step in route.gateways:
                if step != gateway:
                    return _resolve(step, known, depth + 1)
    return None, str(address)


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def refused(routes: Routes) -> Iterator[Route]:
    """Routes whose packets go nowhere."""
    return (route for route in routes.routes if route.refuses)
