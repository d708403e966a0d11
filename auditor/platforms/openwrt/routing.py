"""Where packets go besides the uplinks: `config route` and `config rule` of the network, and packages that route.

They become a filter of their own behind the firewall's, with rules in the order in which the kernel asks: rules first,
then routes from the longest prefix on. A line whose effect on a packet was not worked out is a rule with an unknown
action; a device without such lines has no such filter.
Source: openwrt/netifd system-linux.c, system_rt and system_iprule; ip-rule(8), ip-route(8).
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from auditor.model import (
    Action,
    Fact,
    Filter,
    FilterRule,
    Interface,
    Listed,
    Span,
    Stated,
    Unknown,
    spans_of,
)
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.services.reading import printable
from auditor.services.routes import connected, matching

_MAIN = frozenset({"main", "254", "default", "253", "local", "255"})
_PLAIN = frozenset({"unicast", "1"})
_EVERYWHERE = IPv4Network("0.0.0.0/0")
_INSIDE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")))


def routing(
    config: Config, interfaces: Listed[Interface], packages: tuple[tuple[str, Unknown], ...]
) -> tuple[Filter, ...]:
    """Return the filter of what may keep packets from the uplinks; nothing if no line says anything of the kind."""
    rules = [matching(f"package {name}", doubt) for name, doubt in packages]
    rules += [rule for located in config.sections("network", "rule") for rule in _rule(config, located)]
    routes = [found for located in config.sections("network", "route") for found in _route(config, located, interfaces)]
    if not rules and not routes:
        return ()
    if routes:
        # Sorting keeps the order of equal prefixes, so that a route in doubt stands before a subnet of its size.
        routes = sorted((*routes, *connected(interfaces)), key=lambda each: -each[0].prefixlen)
    rules += [rule for _, rule in routes]
    near = spans_of(*(rule.action for rule in rules))
    return (Filter(config.device, "routing", Listed(tuple(rules)), Stated(Action.ACCEPT, near[:1])),)


def _settings(config: Config, located: Located) -> None:
    for name in located.written:
        config.values(located, name)


def _first(config: Config, located: Located, name: str) -> str | None:
    return next((word for word, _ in config.words(located, name)), None)


def _lines(config: Config, located: Located, *names: str) -> tuple[Span, ...]:
    return config.lines(located, *names) or (config.header(located),)


def _rule(config: Config, located: Located) -> Iterator[FilterRule]:
    """`config rule`: packets that it takes are refused, or looked up in another table than the usual ones."""
    _settings(config, located)
    damaged = config.damage(located)
    if damaged is not None:
        yield matching(f"network {located.key}", damaged)
        return
    off = config.stated(located, "disabled", netifd_bool)
    action, table = _first(config, located, "action"), _first(config, located, "lookup")
    if isinstance(off, Stated) and off.value:
        return
    if (action is None or action in _PLAIN) and (table is None or table in _MAIN) and not config.lines(located, "goto"):
        return
    does = f"looks packets up in table {printable(table)}" if table is not None else "does not route packets as usual"
    if action is not None and action not in _PLAIN:
        does = f"says {printable(action)} to packets"
    doubt = Unknown(
        f"the routing rule {located.title} {does}",
        _lines(config, located, "action", "lookup", "goto"),
        "from this network open the hosts of the policy, then declare egress; or look at `ip rule`",
    )
    key = f"network {located.key}"
    if config.lines(located, "invert"):
        yield matching(key, doubt)
        return
    yield matching(
        key,
        doubt,
        entering=_entering(config, located),
        sources=_networks(config, located, "src"),
        destinations=_networks(config, located, "dest"),
    )


def _entering(config: Config, located: Located) -> Fact[frozenset[str] | None] | None:
    """`in` names the interface by which packets come."""
    words = config.words(located, "in")
    return Stated(frozenset(word for word, _ in words), tuple(span for _, span in words)) if words else None


def _networks(config: Config, located: Located, name: str) -> Fact[tuple[IPv4Network, ...] | None] | None:
    """A network of a rule; one that cannot be read may be any."""
    words = config.words(located, name)
    if not words:
        return None
    network = _network(words[-1][0], None)
    return None if network is None else Stated((network,), (words[-1][1],))


def _network(target: str, mask: str | None) -> IPv4Network | None:
    """A target: an address, a network, or an address with a mask of its own."""
    try:
        found = ip_network(target if "/" in target or mask is None else f"{target}/{mask}", strict=False)
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


def _route(config: Config, located: Located, interfaces: Listed[Interface]) -> Iterator[tuple[IPv4Network, FilterRule]]:
    """`config route`: a target that is refused, or that public addresses leave by another way than an uplink."""
    _settings(config, located)
    target, mask = _first(config, located, "target"), _first(config, located, "netmask")
    read = _EVERYWHERE if target is None else _network(target, mask)
    network = read or _EVERYWHERE
    damaged = config.damage(located)
    key = f"network {located.key}"
    if damaged is not None:
        yield network, matching(key, damaged)
        return
    off = config.stated(located, "disabled", netifd_bool)
    table = _first(config, located, "table")
    if (isinstance(off, Stated) and off.value) or (table is not None and table not in _MAIN):
        return  # another table counts where a rule leads to it, and that rule is in doubt anyway
    why = _refused(config, located) or _diverted(config, located, network, interfaces)
    if read is None:
        why = f"has the target '{printable(target or '')}', which cannot be read"
    if why is None:
        return
    lines = _lines(config, located, "type", "target", "interface", "gateway")
    settle = "from this network open the hosts of the policy, then declare egress; or look at `ip route`"
    doubt = Unknown(f"the route {located.title} {why}", lines, settle)
    yield network, matching(key, doubt, destinations=Stated((network,), lines))


def _refused(config: Config, located: Located) -> str | None:
    kind = _first(config, located, "type")
    return None if kind is None or kind in _PLAIN else f"is of type {printable(kind)}: packets to it go nowhere"


def _diverted(config: Config, located: Located, network: IPv4Network, interfaces: Listed[Interface]) -> str | None:
    """Why public addresses leave elsewhere; a default route behind that of an uplink is only its stand-in."""
    if any(network.subnet_of(inside) for inside in _INSIDE):
        return None
    name = _first(config, located, "interface")
    interface = next((each for each in interfaces if each.key == name), None)
    if interface is not None and not isinstance(interface.uplink, Unknown) and interface.uplink.value:
        return None
    if network == _EVERYWHERE and _stands_in(config, located, interfaces):
        return None
    where = f"interface {printable(name)}" if name else "an interface that it does not name"
    return f"leads to {network} by {where}, which is no uplink that was judged"


def _stands_in(config: Config, located: Located, interfaces: Listed[Interface]) -> bool:
    own = _metric(config, located)
    for interface in interfaces:
        section = config.section("network", interface.key)
        if isinstance(interface.uplink, Unknown) or not interface.uplink.value or section is None:
            continue
        if not isinstance(interface.enabled, Unknown) and interface.enabled.value and _metric(config, section) < own:
            return True
    return False


def _metric(config: Config, located: Located) -> int:
    word = _first(config, located, "metric") or "0"
    return int(word[:9]) if word.isdecimal() else 0
