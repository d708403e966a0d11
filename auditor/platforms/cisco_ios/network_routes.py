"""Static routes and default routes: by which interfaces packets to the internet leave.

Default routes are `ip route 0.0.0.0 0.0.0.0 …`, what a DHCP client is told, and `ppp ipcp route default`. A next hop
belongs to the interface in whose subnet it is. Where routing protocols run and no static default route counts, the
way out may be learned. Source: Cisco, "IP Routing: Protocol-Independent Configuration Guide"; IOS command reference,
`ip route`, `ip dhcp client request`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from auditor.model import Fact, Span, Unknown
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.interface_names import canonical
from auditor.services.reading import printable

EVERYWHERE = IPv4Network("0.0.0.0/0")
_DEEPEST = 8
_MOST = 64
_LEARNED_FROM = 20
"""Administrative distance of the best routing protocol (external BGP); a static route below it is preferred."""
_DHCP = "dhcp"
_WITH_VALUE = ("name", "tag", "track")
_PROTOCOLS = ("router ospf", "router eigrp", "router bgp", "router rip", "router isis", "router omp", "router odr")


@dataclass(frozen=True, slots=True)
class Route:
    """One static route. `network` None: its target cannot be read. `interface` '' and `gateway` None: not given.

    `vrf` is the routing table that it stands in, `next_vrf` the one in which its gateway is looked up. `track` is the
    object that it depends on ('' for none), `by_dhcp` says that a DHCP server names its gateway, `permanent` that it
    stays while its interface is down.
    """

    vrf: str
    next_vrf: str
    network: IPv4Network | None
    interface: str
    gateway: IPv4Address | None
    distance: int
    spans: tuple[Span, ...]
    track: str = ""
    by_dhcp: bool = False
    permanent: bool = False

    @property
    def refuses(self) -> bool:
        """Whether packets are thrown away."""
        return self.interface.startswith("Null")


@dataclass(frozen=True, slots=True)
class Way:
    """A default route of one table with the interface by which it leaves, None if that cannot be told."""

    route: Route
    interface: str | None


@dataclass(frozen=True, slots=True)
class Routes:
    """All static routes. `lost` says why there may be another way out."""

    routes: tuple[Route, ...]
    ways: tuple[Way, ...]
    lost: Unknown | None


def read(
    config: Config,
    subnets: Mapping[str, tuple[IPv4Interface, ...]],
    vrf_of: Mapping[str, str],
    off: frozenset[str] = frozenset(),
) -> Routes:
    """Read static routes; `subnets` are the addresses of interfaces, `vrf_of` their tables, `off` are those shut."""
    routes = tuple(_routes(config))
    reach = _Reach(routes, subnets, vrf_of)
    defaults = [route for route in routes if route.network == EVERYWHERE and not route.refuses]
    ways = tuple(Way(route, reach.interface(route)) for route in defaults[:_MOST])
    # A route by an interface that is shut is not in the table, so that a learned one is taken.
    lost = _lost(config, routes, [way.route for way in ways if way.interface not in off])
    if len(defaults) > _MOST:
        lost = Unknown(f"there are more than {_MOST} default routes", defaults[_MOST].spans, "declare egress")
    return Routes(routes, ways, lost)


def _routes(config: Config) -> Iterator[Route]:
    for line in config.top.each("ip route"):
        words = list(line.words)
        if line.no or words[:1] in (["static"], ["profile"]):
            continue
        vrf = words[1] if words[:1] == ["vrf"] and len(words) > 1 else ""
        yield _route(line, vrf, words[2:] if vrf else words)


def _route(line: Line, vrf: str, words: list[str]) -> Route:
    try:
        network = IPv4Network(f"{words[0]}/{words[1]}", strict=False)
    except (ValueError, IndexError):
        return Route(vrf, vrf, None, "", None, 1, (line.span,))
    rest = words[2:]
    interface, gateway, distance = "", None, 1
    if rest and not _is_address(rest[0]):
        interface = canonical(rest.pop(0))
    if rest and _is_address(rest[0]):
        gateway = IPv4Address(rest.pop(0))
    by_dhcp = interface == _DHCP or (rest[:1] == [_DHCP] and gateway is None)
    if rest[:1] == [_DHCP]:
        rest.pop(0)
    if rest and rest[0].isdecimal() and len(rest[0]) <= 3:
        distance = int(rest.pop(0))
    options = dict(_options(rest))
    track, permanent = options.get("track", ""), "permanent" in options
    next_vrf = "" if "global" in rest else vrf
    return Route(vrf, next_vrf, network, interface, gateway, distance, (line.span,), track, by_dhcp, permanent)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """What stands behind the distance: words of their own, and words with a value (`name`, `tag`, `track`)."""
    waiting = iter(words)
    for word in waiting:
        yield word, next(waiting, "") if word in _WITH_VALUE else ""


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Reach:
    routes: tuple[Route, ...]
    subnets: Mapping[str, tuple[IPv4Interface, ...]]
    vrf_of: Mapping[str, str]

    def interface(self, route: Route) -> str | None:
        """The interface by which a route leaves; a gateway that is no neighbour is looked up in other routes."""
        name, gateway = route.interface, route.gateway
        for _ in range(_DEEPEST):
            if name:
                return name
            if gateway is None:
                return None
            found = self._neighbour(gateway, route.next_vrf)
            if found is not None:
                return found
            via = self._via(gateway, route.next_vrf)
            if via is None:
                return None
            name, gateway = via.interface, via.gateway
        return None

    def _neighbour(self, gateway: IPv4Address, vrf: str) -> str | None:
        for name, addresses in self.subnets.items():
            if self.vrf_of.get(name, "") == vrf and any(gateway in each.network for each in addresses):
                return name
        return None

    def _via(self, gateway: IPv4Address, vrf: str) -> Route | None:
        found = [
            route
            for route in self.routes
            if route.vrf == vrf
            and route.network != EVERYWHERE
            and route.network is not None
            and gateway in route.network
        ]
        return (
            max(found, key=lambda route: route.network.prefixlen if route.network is not None else 0) if found else None
        )


def _lost(config: Config, routes: tuple[Route, ...], defaults: list[Route]) -> Unknown | None:
    """Why the way out may be another than the configuration says."""
    settle = f"look at `show ip route 0.0.0.0` on {config.device}, then declare egress"
    for route in routes:
        if route.network is None and not route.vrf:
            return Unknown("a static route cannot be read", route.spans, settle)
    certain = [route for route in defaults if not route.vrf and route.distance < _LEARNED_FROM]
    for head, line in protocols(config):
        if not certain:
            why = f"routes come from neighbours ({printable(head)}), and no static default route is preferred"
            return Unknown(why, (line.span,), settle)
    return default_network(config, settle)


def protocols(config: Config) -> Iterator[tuple[str, Line]]:
    """Lines by which routing protocols run, with their leading words."""
    for head in _PROTOCOLS:
        for line in config.top.each(head):
            if not line.no:
                yield head, line


def default_network(config: Config, settle: str) -> Unknown | None:
    """`ip default-network` makes the route to a network the default one."""
    network = config.top.said("ip default-network")
    if network is None or network.no:
        return None
    return Unknown("the default route is that to the network of `ip default-network`", (network.span,), settle)


def default_gateway(config: Config) -> Fact[IPv4Address] | None:
    """`ip default-gateway`: the device's own way out where it does not route."""
    return config.top.stated("ip default-gateway", IPv4Address)
