"""What keeps packets from the uplinks besides the packet filter: routing tables that do not meet, static routes.

Doubts become a filter of its own, whose rules stand in the order in which the device asks. Source: Cisco, "IP Routing:
Protocol-Independent Configuration Guide" (static routes), "Configuring VRF-lite".
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from auditor.model import Action, Filter, FilterRule, Interface, Listed, Stated, Unknown
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.platforms.cisco_ios.network_routes import EVERYWHERE, Route
from auditor.services.reading import printable
from auditor.services.routes import connected, matching, told_apart

KEY = "routing"
"""Key of the filter that says which packets do not go the usual way."""

_SETTLE = "from this network open the hosts of the policy, then declare egress; or look at `show ip route`"
_INSIDE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")))


def forwarding(config: Config, network: Network) -> Listed[Filter]:
    """Return the filter of what may keep packets from passing through; nothing if no line says such a thing."""
    found = _routing(config, network)
    return Listed((found,) if found is not None else (), config.holes())


def _routing(config: Config, network: Network) -> Filter | None:
    rules = list(_tables(network))
    ways = [found for route in network.routes.routes for found in _route(network, route)]
    if not rules and not ways:
        return None
    if ways:
        # Sorting keeps the order of equal prefixes, so that a route in doubt stands before a subnet of its size.
        ways = sorted((*ways, *connected(network.interfaces)), key=lambda each: -each[0].prefixlen)
    rules += [rule for _, rule in ways]
    near = rules[0].action.spans[:1]
    return Filter(config.device, KEY, Listed(told_apart(rules)), Stated(Action.ACCEPT, near))


def _tables(network: Network) -> Iterator[FilterRule]:
    """VRFs: packets leave by interfaces of the same table, unless routes lead from one table to another."""
    tables: dict[str, list[str]] = {}
    for interface in network.interfaces:
        each = network.addressing.get(interface.key)
        if each is not None and each.is_addressed:
            tables.setdefault(each.vrf, []).append(interface.key)
    if len(tables) < 2:
        return
    for vrf, keys in sorted(tables.items()):
        others = frozenset(key for other, found in tables.items() if other != vrf for key in found)
        named = [network.links.by_name[key] for found in tables.values() for key in found]
        lines = [
            line
            for link in named
            for word in ("vrf forwarding", "ip vrf forwarding")
            for line in link.settings.each(word)
        ]
        spans = tuple(dict.fromkeys(line.span for line in lines))[:4]
        title = f"VRF {printable(vrf)}" if vrf else "the global table"
        doubt = Unknown(f"networks of {title} and of other tables meet only by routes between them", spans, _SETTLE)
        inside = frozenset(keys)
        yield matching(f"table {vrf or 'global'}", doubt, entering=Stated(inside, spans), leaving=Stated(others, spans))


def _route(network: Network, route: Route) -> Iterator[tuple[IPv4Network, FilterRule]]:
    """A route of the global table by which packets are thrown away, or public ones leave by no uplink."""
    if route.vrf or route.network is None:
        return
    target = route.network
    if route.refuses:
        if target == EVERYWHERE and any(not way.route.vrf for way in network.routes.ways):
            return
        why = "throws packets away"
    elif target == EVERYWHERE or any(target.subnet_of(inside) for inside in _INSIDE):
        return
    else:
        interface = network.known(route.interface) if route.interface else _behind(network, route)
        if interface is not None and not isinstance(interface.uplink, Unknown) and interface.uplink.value:
            return
        why = "leads public addresses elsewhere than by an uplink"
    doubt = Unknown(f"the route to {target} {why}", route.spans, _SETTLE)
    yield target, matching(f"route {target}", doubt, destinations=Stated((target,), route.spans))


def _behind(network: Network, route: Route) -> Interface | None:
    """The interface in whose subnet the gateway of a route is."""
    if route.gateway is None:
        return None
    for interface in network.interfaces:
        if isinstance(interface.addresses, Unknown):
            continue
        if any(route.gateway in address.network for address in interface.addresses.value):
            return interface
    return None
