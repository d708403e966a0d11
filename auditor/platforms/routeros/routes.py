"""What keeps packets from the uplinks besides the packet filter: forwarding off, routing by rules, refused routes, ARP.

Doubts become filters of their own, with rules in the order in which the device asks: rules first, then routes from the
longest prefix on. A packet that a rule sends to another table goes by that table's default route; where that is an
uplink, packets between networks of the shop are in doubt and no others; where the table has none and the main one is
asked next, none are.
Source: MikroTik's manual, "Routing decision", "Policy Routing", "VRF"; its command reference, ip/settings (ip-forward).
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from auditor.model import (
    NO_ROUTER,
    Action,
    Fact,
    Filter,
    FilterRule,
    Listed,
    Span,
    Stated,
    Unknown,
    known_like,
    spans_of,
)
from auditor.platforms.routeros import arp
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.network_links import PPP_MENUS
from auditor.platforms.routeros.network_routes import EVERYWHERE, MAIN, Route
from auditor.platforms.routeros.passed_by import Inner
from auditor.services.reading import printable
from auditor.services.routes import connected, matching, told_apart

_SETTLE = "from this network open the hosts of the policy, then declare egress; or look at `/ip route print`"
_INSIDE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")))
_RULES = ("routing rule", "ip route rule")
_VRFS = ("ip vrf", "ip route vrf")
_LOOKUPS = ("", "lookup", "lookup-only-in-table")


def forwarding(config: Config, network: Network) -> Listed[Filter]:
    """Return the filters of what may keep packets from passing through; nothing if no line says such a thing."""
    stopped = (arp.unanswered(config, network), arp.unknown(config, network))
    found = (_forwards(config), _routing(config, network), *stopped)
    filters = [each for each in found if each]
    return Listed(tuple(filters), config.holes("ip route", *_RULES, *_VRFS, "ip firewall mangle"))


def input_doubts(config: Config, network: Network) -> Listed[Filter]:
    """Return the filter of networks in which this device answers only those whose address it was told."""
    found = arp.unanswered(config, network)
    return Listed((found,) if found is not None else ())


def _forwards(config: Config) -> Filter | None:
    forwards = config.setting("ip settings", "ip-forward", yes_no)
    match forwards:
        case Unknown():
            return Filter(config.device, NO_ROUTER, Listed(), forwards)
        case known if not known.value:
            return Filter(config.device, NO_ROUTER, Listed(), known_like(Action.DROP, known))
        case _:
            return None


# -- routing ---------------------------------------------------------------------------------------------------


def _routing(config: Config, network: Network) -> Filter | None:
    rules = [
        *(rule for item in _items(config, *_VRFS) for rule in _vrf(config, network, item)),
        *_marks(config, network),
        *_rules(config, network),
    ]
    ways = [found for route in network.routes.routes for found in _route(config, network, route)]
    if not rules and not ways:
        return None
    if ways:
        # Sorting keeps the order of equal prefixes, so that a route in doubt stands before a subnet of its size.
        ways = sorted((*ways, *connected(network.interfaces)), key=lambda each: -each[0].prefixlen)
    rules += [rule for _, rule in ways]
    near = spans_of(*(rule.action for rule in rules))
    return Filter(config.device, "routing", Listed(told_apart(rules)), Stated(Action.ACCEPT, near[:1]))


def _items(config: Config, *menus: str) -> Iterator[Item]:
    """The items of menus that may be on."""
    for menu in menus:
        for item in config.items(menu):
            on = config.enabled(item)
            if isinstance(on, Unknown) or on.value:
                yield item
            else:
                config.understood(item)


def _vrf(config: Config, network: Network, item: Item) -> Iterator[FilterRule]:
    """Interfaces with a table of their own, in which the routes of the main one do not count."""
    names = [name for name, _ in config.words(item, "interfaces")]
    config.understood(item)
    keys = frozenset(network.actual(name) for name in names)
    if keys:
        why = f"{item.title} gives {printable(', '.join(sorted(keys)))} a routing table of its own"
        doubt = Unknown(why, config.span(item, "interfaces"), _SETTLE)
        yield matching(f"vrf {item.key}", doubt, entering=Stated(keys, doubt.near))


def _marks(config: Config, network: Network) -> Iterator[FilterRule]:
    """`action=mark-routing`: packets that a rule of the mangle table sends to another table."""
    inner = Inner.of(config, network)
    for item in _items(config, "ip firewall mangle"):
        action = item.text("action")
        if action == "accept" and item.text("chain") == "prerouting":
            inner = inner.sparing(item)
        if action == "mark-routing" and item.text("chain") != "output":
            table = config.text(item, "new-routing-mark") or ""
            if not _leads_out(network, table):
                yield from _looked_up(config, network, item, table, "in-interface")
            else:
                yield from _passing_by(config, network, item, table, "in-interface", inner)


def _rules(config: Config, network: Network) -> Iterator[FilterRule]:
    inner = Inner.of(config, network)
    for item in _items(config, *_RULES):
        action, table = config.text(item, "action") or "", config.text(item, "table") or MAIN
        config.understood(item)
        if action in _LOOKUPS and table == MAIN:
            inner = inner.sparing(item)
        if action in _LOOKUPS and _leads_out(network, table, fallback=action != "lookup-only-in-table"):
            yield from _passing_by(config, network, item, table, "interface", inner)
            continue
        if action not in _LOOKUPS:
            table = ""
        if item.text("routing-mark") and action in _LOOKUPS and table == MAIN:
            continue
        yield from _looked_up(config, network, item, table, "interface")


def _passing_by(
    config: Config, network: Network, item: Item, table: str, by: str, inner: Inner
) -> Iterator[FilterRule]:
    """Packets to the internet leave as they should; those between networks of the shop go the same way."""
    destinations = inner.passed_by(item, table)
    if destinations:
        yield from _looked_up(config, network, item, table, by, only=destinations)


def _leads_out(network: Network, table: str, *, fallback: bool = True) -> bool:
    """Whether packets that are looked up in a table leave by an uplink, or are looked up in the main table next."""
    if table == MAIN:
        return True
    own = [route for route in network.routes.routes if route.table == table and route.network in (EVERYWHERE, None)]
    if not own:
        return fallback
    ways = [way for way in network.routes.defaults(table) if way.interface is not None]
    return (
        len(ways) == len([gateway for route in own for gateway in route.gateways])
        and all(_is_uplink(network, way.interface) and not way.route.refuses for way in ways)
        and not any(route.refuses or route.network is None for route in own)
    )


def _is_uplink(network: Network, name: str | None) -> bool:
    interface = network.known(name or "")
    return interface is not None and not isinstance(interface.uplink, Unknown) and interface.uplink.value


def _looked_up(
    config: Config, network: Network, item: Item, table: str, by: str, *, only: tuple[IPv4Network, ...] = ()
) -> Iterator[FilterRule]:
    does = f"looks packets up in table {printable(table)}" if table else f"says {printable(item.text('action') or '')}"
    spans = config.span(item, "action", "table", "new-routing-mark", "src-address", "dst-address", by) or (item.header,)
    doubt = Unknown(f"{item.title} {does}", spans, _SETTLE)
    name = item.text(by)
    entering: Fact[frozenset[str] | None] | None = None
    if name and not name.startswith("!"):
        entering = Stated(frozenset({network.actual(name)}), spans)
    yield matching(
        f"{item.menu.rpartition(' ')[2]} {item.key}",
        doubt,
        entering=entering,
        sources=_networks(item, "src-address", spans),
        destinations=Stated(only, spans) if only else _networks(item, "dst-address", spans),
    )


def _networks(item: Item, name: str, spans: tuple[Span, ...]) -> Fact[tuple[IPv4Network, ...] | None] | None:
    """A network of a rule; None for any, and for what cannot be read or is negated, which may be any."""
    text = item.text(name)
    try:
        found = ip_network(text, strict=False) if text else None
    except ValueError:
        return None
    return Stated((found,), spans) if isinstance(found, IPv4Network) else None


def _route(config: Config, network: Network, route: Route) -> Iterator[tuple[IPv4Network, FilterRule]]:
    """A route by which packets are refused, or public addresses leave elsewhere than by an uplink."""
    if route.table != MAIN:
        return
    target = route.network or EVERYWHERE
    why = f"is of type {printable(route.refuses)}: packets to it go nowhere" if route.refuses else None
    if route.network is None:
        if ":" in (route.item.text("dst-address") or ""):
            return
        why = f"has the target '{printable(route.item.text('dst-address') or '')}', which cannot be read"
    elif why is None:
        why = _diverted(network, route, target)
    elif target == EVERYWHERE and _is_last(config, network, route):
        return
    if why is None:
        return
    doubt = Unknown(f"the route {route.item.title} {why}", route.spans, _SETTLE)
    rule = matching(f"route {target}", doubt, destinations=Stated((target,), route.spans))
    yield target, rule


def _is_last(config: Config, network: Network, route: Route) -> bool:
    """Whether a default route is the last resort behind one by an uplink: of equal distances, either may count."""
    ways = (way for way in network.routes.defaults() if _is_uplink(network, way.interface))
    others = [way.route.item.text("distance") for way in ways]
    for menu in ("ip dhcp-client", *PPP_MENUS, "interface lte apn"):
        others += [item.text("default-route-distance") for item in _items(config, menu)]
    if not others and any(_is_uplink(network, each.key) for each in network.interfaces):
        others.append(None)
    return any(_distance(other) < _distance(route.item.text("distance")) for other in others)


def _distance(text: str | None) -> int:
    """The distance of a default route; 1 where no line says so (MikroTik's manual, "IP Routing", "DHCP")."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _diverted(network: Network, route: Route, target: IPv4Network) -> str | None:
    if target == EVERYWHERE or any(target.subnet_of(inside) for inside in _INSIDE) or target.is_multicast:
        return None
    ways = [way for way in network.routes.ways if way.route is route]
    if ways and all(_is_uplink(network, way.interface) for way in ways):
        return None
    if all(way.interface is None for way in ways):
        return None  # its gateway cannot be reached, so that the route is not active
    names = ", ".join(way.interface for way in ways if way.interface)
    return f"leads to {target} by {printable(names)}, which is no uplink that was judged"
