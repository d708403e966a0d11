"""What keeps packets from the uplinks besides the packet filter: forwarding off, routing by rules, refused routes, ARP.

Doubts become filters of their own, with rules in the order in which the device asks: rules first, then routes from the
longest prefix on. A packet that a rule sends to another table goes by that table's default route; where that is an
uplink, or the table has none and the main one is asked next, nothing is in doubt.
Source: MikroTik's manual, "Routing decision", "Policy Routing", "VRF"; its command reference, ip/settings (ip-forward).
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_network, summarize_address_range

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
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network import Network
from auditor.platforms.routeros.network_routes import EVERYWHERE, MAIN, Route
from auditor.services.reading import printable
from auditor.services.routes import connected, matching

_SETTLE = "from this network open the hosts of the policy, then declare egress; or look at `/ip route print`"
_INSIDE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")))
_RULES = ("routing rule", "ip route rule")
_VRFS = ("ip vrf", "ip route vrf")
_NO_ANSWER = ("reply-only", "disabled")
_ARP_MENUS = (
    "interface bridge", "interface vlan", "interface ethernet", "interface bonding", "interface wireless",
    "interface wifi",
)  # fmt: skip
_LOOKUPS = ("", "lookup", "lookup-only-in-table")
_MOST_RANGES = 200


def forwarding(config: Config, network: Network) -> Listed[Filter]:
    """Return the filters of what may keep packets from passing through; nothing if no line says such a thing."""
    filters = [each for each in (_forwards(config), _routing(config, network), _unanswered(config, network)) if each]
    return Listed(tuple(filters), config.holes("ip route", *_RULES, *_VRFS, "ip firewall mangle"))


def input_doubts(config: Config, network: Network) -> Listed[Filter]:
    """Return the filter of networks in which this device answers only those whose address it was told."""
    found = _unanswered(config, network)
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
        *(rule for item in _items(config, "ip firewall mangle") for rule in _mark(config, network, item)),
        *(rule for item in _items(config, *_RULES) for rule in _rule(config, network, item)),
    ]
    ways = [found for route in network.routes.routes for found in _route(network, route)]
    if not rules and not ways:
        return None
    if ways:
        # Sorting keeps the order of equal prefixes, so that a route in doubt stands before a subnet of its size.
        ways = sorted((*ways, *connected(network.interfaces)), key=lambda each: -each[0].prefixlen)
    rules += [rule for _, rule in ways]
    near = spans_of(*(rule.action for rule in rules))
    return Filter(config.device, "routing", Listed(_told_apart(rules)), Stated(Action.ACCEPT, near[:1]))


def _told_apart(rules: list[FilterRule]) -> tuple[FilterRule, ...]:
    """Number rules of one key."""
    seen: dict[str, int] = {}
    found = []
    for rule in rules:
        number = seen[rule.key] = seen.get(rule.key, 0) + 1
        found.append(rule if number == 1 else replace(rule, key=f"{rule.key} ({number})"))
    return tuple(found)


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


def _mark(config: Config, network: Network, item: Item) -> Iterator[FilterRule]:
    """`action=mark-routing`: packets that a rule of the mangle table sends to another table."""
    if item.text("action") != "mark-routing" or item.text("chain") == "output":
        return
    table = config.text(item, "new-routing-mark") or ""
    if _leads_out(network, table):
        return
    yield from _looked_up(config, network, item, table, "in-interface")


def _rule(config: Config, network: Network, item: Item) -> Iterator[FilterRule]:
    action, table = config.text(item, "action") or "", config.text(item, "table") or MAIN
    config.understood(item)
    if action in _LOOKUPS and _leads_out(network, table, fallback=action != "lookup-only-in-table"):
        return
    if action not in _LOOKUPS:
        table = ""
    if item.text("routing-mark") and action in _LOOKUPS and table == MAIN:
        return
    yield from _looked_up(config, network, item, table, "interface")


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


def _looked_up(config: Config, network: Network, item: Item, table: str, by: str) -> Iterator[FilterRule]:
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
        destinations=_networks(item, "dst-address", spans),
    )


def _networks(item: Item, name: str, spans: tuple[Span, ...]) -> Fact[tuple[IPv4Network, ...] | None] | None:
    """A network of a rule; None for any, and for what cannot be read or is negated, which may be any."""
    text = item.text(name)
    try:
        found = ip_network(text, strict=False) if text else None
    except ValueError:
        return None
    return Stated((found,), spans) if isinstance(found, IPv4Network) else None


def _route(network: Network, route: Route) -> Iterator[tuple[IPv4Network, FilterRule]]:
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
    elif target == EVERYWHERE and any(i for i in network.interfaces if _is_uplink(network, i.key)):
        return  # the last resort behind other default routes
    if why is None:
        return
    doubt = Unknown(f"the route {route.item.title} {why}", route.spans, _SETTLE)
    rule = matching(f"route {target}", doubt, destinations=Stated((target,), route.spans))
    yield target, rule


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


# -- ARP -------------------------------------------------------------------------------------------------------


def _unanswered(config: Config, network: Network) -> Filter | None:
    """`arp=reply-only`: hosts that no static entry and no lease (`add-arp=yes`) names get no answer from the router."""
    rules: list[FilterRule] = []
    for menu in _ARP_MENUS:
        for item in config.items(menu):
            mode = config.text(item, "arp")
            key = network.actual(item.name)
            if mode not in _NO_ANSWER or not item.name or key != item.name:
                continue  # on a port of a bridge, only what the bridge says counts
            spans = config.span(item, "arp")
            entering: Fact[frozenset[str] | None] = Stated(frozenset({key}), spans)
            told, lines = _leased(config, network, key)
            if told:
                accept = Stated(Action.ACCEPT, (*spans, *lines))
                rules.append(matching(f"arp {key} (leases)", accept, entering=entering, sources=Stated(told, lines)))
            why = f"{item.title} has arp={mode}: the router answers only devices that a line or a lease names"
            rules.append(matching(f"arp {key}", Unknown(why, spans, _ARP_SETTLE), entering=entering))
    if not rules:
        return None
    return Filter(config.device, "arp", Listed(_told_apart(rules)), Stated(Action.ACCEPT, spans_of(rules[-1].action)))


_ARP_SETTLE = "let the DHCP server add its leases (add-arp=yes), or add the device to /ip arp"


def _leased(config: Config, network: Network, key: str) -> tuple[tuple[IPv4Network, ...], tuple[Span, ...]]:
    """The addresses for which a DHCP server of an interface adds ARP entries (`add-arp=yes`), and static ones.

    A question that comes from no address yet is one of DHCP.
    """
    pools = {item.name: item for item in config.items("ip pool")}
    found: list[IPv4Network] = []
    spans: list[Span] = []
    for item in config.items("ip dhcp-server"):
        if item.text("add-arp") not in ("yes", "true") or network.actual(item.text("interface") or "") != key:
            continue
        on = config.enabled(item)
        pool = pools.get(item.text("address-pool") or "")
        if isinstance(on, Unknown) or not on.value:
            continue
        spans += config.span(item, "add-arp")
        found.append(IPv4Network("0.0.0.0/32"))
        for word, span in config.words(pool, "ranges") if pool is not None else ():
            found += _range(word)
            spans.append(span)
    for item in config.items("ip arp"):
        if network.actual(item.text("interface") or "") == key:
            found += _range(config.text(item, "address") or "")
            spans += config.span(item, "address", "interface", "mac-address")
    return tuple(found[:_MOST_RANGES]), tuple(dict.fromkeys(spans))


def _range(word: str) -> list[IPv4Network]:
    """`192.168.88.10-192.168.88.254`, one address, or a network."""
    first, dash, last = word.partition("-")
    try:
        if dash:
            return list(summarize_address_range(IPv4Address(first.strip()), IPv4Address(last.strip())))
        network = ip_network(word, strict=False)
    except (ValueError, TypeError):
        return []
    return [network] if isinstance(network, IPv4Network) else []
