"""Whether the host passes packets on, and where to: `ip_forward`, the routing rules, and the main table's routes.

What is in doubt becomes a filter behind the packet filter, with rules in the order in which the kernel asks: rules
first, then routes from the longest prefix on. Source: ip-rule(8), ip-route(8), Documentation/networking/ip-sysctl.rst.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from auditor.model import (
    NO_ROUTER,
    Action,
    Filter,
    FilterRule,
    Interface,
    Listed,
    Span,
    Stated,
    Unknown,
)
from auditor.platforms.linux import sysctl
from auditor.platforms.linux.outputs import ROUTES, RULES, at, json_of, text
from auditor.services.reading import LISTING, Reading, printable
from auditor.services.routes import connected, matching
from auditor.syntax.json_text import Node

_USUAL = frozenset({"main", "254", "default", "253", "local", "255"})
_ONLY_SOME = frozenset(
    {"not", "iif", "oif", "fwmark", "dst", "tos", "ipproto", "sport", "dport", "uid_start", "l3mdev"}
)
_EVERYWHERE = IPv4Network("0.0.0.0/0")
_INSIDE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")))
_FILTERS = (
    "/etc/nftables.conf", "commands/nft-ruleset.json", "commands/nft-ruleset.txt", "/etc/iptables/rules.v4",
    "commands/iptables-save.txt", "commands/iptables-legacy-save.txt",
)  # fmt: skip
_PROGRAMS = f"{LISTING}/usr/sbin"
_FILTER_PROGRAMS = ("nft", "iptables-save", "iptables-legacy-save")
_SETTLE = "from this network open the hosts of the policy, then declare egress; or look at `ip rule` and `ip route`"


@dataclass(frozen=True, slots=True)
class Default:
    """A default route: its gateway, None on a link that needs none, and its lines."""

    gateway: str | None
    spans: tuple[Span, ...]


def defaults(reading: Reading) -> dict[str, Default] | Unknown:
    """The default routes of the main table by the link that they leave by; of several on one link the first."""
    output = json_of(reading, ROUTES)
    if isinstance(output, Unknown):
        return output
    found: dict[str, Default] = {}
    for route in output.items:
        if target(route) != _EVERYWHERE or not in_main(route) or text(route, "type") not in ("", "unicast"):
            continue
        hops = route.get("nexthops")
        for hop in (*(hops.items if hops is not None else ()), route):
            if (dev := text(hop, "dev")) and dev not in found:
                gateway = text(hop, "gateway") or text(hop, "via", "host") or None
                found[dev] = Default(gateway, at(reading, ROUTES, route.get("dst"), hop.get("dev")))
    return found


def forwarding(reading: Reading, interfaces: Listed[Interface]) -> Listed[Filter]:
    """A filter that lets nothing through where the host passes nothing on, and one of routes in doubt.

    A host with one network has nothing to pass on, and gets neither.
    """
    if len(interfaces) < 2 and not interfaces.holes:
        return Listed()
    found = [_forwards(reading), *_routing(reading, interfaces)]
    holes = [each for each in (json_of(reading, RULES), json_of(reading, ROUTES)) if isinstance(each, Unknown)]
    holes += filters_unseen(reading)
    return Listed(tuple(each for each in found if each is not None), tuple(holes))


def filters_unseen(reading: Reading) -> tuple[Unknown, ...]:
    """Why nothing is known of the packet filter, () if something is, or if no program for it is installed.

    What was asked for and refused is a hole of the service whose output it is.
    """
    told = {file.path for file in reading.capture.files} | {gap.path for gap in reading.capture.gaps}
    if told.intersection(_FILTERS):
        return ()
    programs = reading.lines(_PROGRAMS)
    if programs and not set(_FILTER_PROGRAMS).intersection(programs):
        return ()
    why = "the packet filter of the host was not captured"
    return (Unknown(why, settle="add the output of `nft -j list ruleset`, or of `iptables-save`, to the capture"),)


def unfiltered(reading: Reading) -> tuple[Filter, ...]:
    """Say that nothing stops packets to the host where no program for a packet filter is installed."""
    told = {file.path for file in reading.capture.files} | {gap.path for gap in reading.capture.gaps}
    programs = reading.lines(_PROGRAMS)
    if told.intersection(_FILTERS) or not programs or set(_FILTER_PROGRAMS).intersection(programs):
        return ()
    open_ = Stated(Action.ACCEPT, (reading.span(_PROGRAMS, 1, len(programs)),))
    return (Filter(reading.device, "no program for a packet filter", Listed(), open_),)


def _forwards(reading: Reading) -> Filter | None:
    match sysctl.forwards(reading):
        case Unknown() as unknown:
            return Filter(reading.device, NO_ROUTER, Listed(), unknown)
        case known if not known.value:
            return Filter(reading.device, NO_ROUTER, Listed(), Stated(Action.DROP, known.spans))
        case _:
            return None


def _routing(reading: Reading, interfaces: Listed[Interface]) -> Iterator[Filter]:
    output, routes = json_of(reading, RULES), json_of(reading, ROUTES)
    rules = [] if isinstance(output, Unknown) else [found for node in output.items for found in _rule(reading, node)]
    if not isinstance(output, Unknown) and output.items and not any(map(_asks_main, output.items)):
        doubt = Unknown("no routing rule asks the main table for every packet", at(reading, RULES, output), _SETTLE)
        rules.append(matching("rules", doubt))
    ways = [] if isinstance(routes, Unknown) else list(_routes(reading, routes, interfaces))
    if not rules and not ways:
        return
    if ways:
        # Sorting keeps the order of equal prefixes, so that a route in doubt stands before a subnet of its size.
        ways = sorted((*ways, *connected(interfaces)), key=lambda each: -each[0].prefixlen)
    rules += [rule for _, rule in ways]
    near = tuple(span for rule in rules[:1] for span in rule.action.spans)
    yield Filter(reading.device, "routing", Listed(tuple(rules)), Stated(Action.ACCEPT, near))


def _asks_main(node: Node) -> bool:
    """Whether a rule sends all packets to the main table."""
    if not _ONLY_SOME.isdisjoint(node.members) or text(node, "src") not in ("", "all"):
        return False
    return text(node, "table") in ("main", "254")


def _rule(reading: Reading, node: Node) -> Iterator[FilterRule]:
    """A rule that refuses packets, or looks them up in another table than the usual ones."""
    table, action = text(node, "table"), text(node, "action")
    plain = action in ("", "lookup", "to_tbl") and "goto" not in node.members
    if plain and table in _USUAL and "suppress_prefixlen" not in node.members:
        return
    other = plain and table not in _USUAL
    does = f"looks packets up in table {printable(table)}" if other else "does not route packets as usual"
    if action and not plain:
        does = f"says {printable(action)} to packets"
    members = tuple(node.get(name) for name in ("priority", "table", "action"))
    doubt = Unknown(f"a routing rule {does}", at(reading, RULES, *members), _SETTLE)
    source, destination, iif = _selector(node, "src"), _selector(node, "dst"), text(node, "iif")
    words = " ".join(
        word
        for word in (
            f"from {source}" if source else "",
            f"to {destination}" if destination else "",
            f"iif {iif}" if iif else "",
            f"lookup {table}" if table else action,
        )
        if word
    )
    key = f"rule {printable(words, 80)}"
    spans = doubt.near
    if "not" in node.members:
        yield matching(f"{key} (not)", doubt)
        return
    yield matching(
        key,
        doubt,
        entering=Stated(frozenset({iif}), spans) if iif else None,
        sources=Stated((source,), spans) if source else None,
        destinations=Stated((destination,), spans) if destination else None,
    )


def _selector(node: Node, name: str) -> IPv4Network | None:
    """A network of a rule; None for any, and for one that cannot be read, which may be any."""
    address, length = text(node, name), node.get(f"{name}len")
    if address in ("", "all"):
        return None
    return _network(f"{address}/{length.value}" if length is not None else address)


def _network(words: str) -> IPv4Network | None:
    try:
        found = ip_network(words, strict=False)
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


def target(route: Node) -> IPv4Network | None:
    """The network that a route leads to; None if it cannot be read."""
    words = text(route, "dst")
    return _EVERYWHERE if words == "default" else _network(words)


def in_main(route: Node) -> bool:
    """Whether a route stands in the main table."""
    return text(route, "table") in ("", "main", "254")


def _routes(reading: Reading, routes: Node, interfaces: Listed[Interface]) -> Iterator[tuple[IPv4Network, FilterRule]]:
    """Routes of the main table by which packets are refused, or public addresses leave elsewhere than by an uplink."""
    uplinks = {i.key for i in interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value}
    for route in routes.items:
        network = target(route)
        if network is None or not in_main(route):
            continue
        kind = text(route, "type")
        hops = route.get("nexthops")
        devices = [text(hop, "dev") for hop in (*(hops.items if hops is not None else ()), route)]
        lines = at(reading, ROUTES, route.get("dst"), route.get("type"))
        if kind not in ("", "unicast"):
            if kind in ("local", "broadcast", "multicast", "anycast"):
                continue
            why = f"the route to {network} is of type {printable(kind)}: packets to it go nowhere"
        elif network != _EVERYWHERE and not any(network.subnet_of(inside) for inside in _INSIDE):
            if any(dev in uplinks for dev in devices) or _own(network, interfaces):
                continue
            why = f"the route to {network} leads to {printable(', '.join(filter(None, devices)))}, which is no uplink"
        else:
            continue
        doubt = Unknown(why, lines, _SETTLE)
        yield network, matching(f"route {network}", doubt, destinations=Stated((network,), lines))


def _own(network: IPv4Network, interfaces: Listed[Interface]) -> bool:
    """Whether it is a subnet of the host itself."""
    return any(
        network == own.network
        for interface in interfaces
        if not isinstance(interface.addresses, Unknown)
        for own in interface.addresses.value
    )
