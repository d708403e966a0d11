"""The routes of the main table that somebody set or that came from elsewhere: by which neighbour packets leave.

They are those that the kernel has now, whoever made them: a person, DHCP, or a routing daemon. Routes to the host's
own networks, which the kernel makes itself, are left out. Source: iproute2 ip/iproute.c, print_route; ip-route(8).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from auditor.model import Fact, Listed, Route, Stated, Unknown
from auditor.platforms.linux.network_routes import in_main, target
from auditor.platforms.linux.outputs import ROUTES, RULES, at, json_of, text
from auditor.services.reading import Reading, printable
from auditor.syntax.json_text import Node

_DISCARDING = frozenset({"blackhole", "unreachable", "prohibit", "throw"})
"""`throw` ends the look-up in the main table, and none comes after it."""
_SETTLE = "look at `ip -4 route` on the device"


def routes(reading: Reading) -> Listed[Route]:
    """Return the routes; of several next hops each is one, and those that are dead are none."""
    output, rules = json_of(reading, ROUTES), json_of(reading, RULES)
    if isinstance(output, Unknown):
        return Listed((), (output,))
    holes = [rules] if isinstance(rules, Unknown) else []
    found: dict[str, Route] = {}
    for node in output.items:
        if not in_main(node) or text(node, "type") not in ("", "unicast", *_DISCARDING):
            continue
        if text(node, "protocol") == "kernel" and text(node, "scope") == "link":
            continue
        if node.get("tos") is not None:
            why = "a route counts for packets of one type of service only"
            holes.append(Unknown(why, at(reading, ROUTES, node.get("tos")), _SETTLE))
            continue
        for route in _routes(reading, node):
            found.setdefault(route.key, route)
    return Listed(tuple(found.values()), tuple(holes))


def _routes(reading: Reading, node: Node) -> Iterator[Route]:
    hops = node.get("nexthops")
    for hop in hops.items if hops is not None and hops.items else (node,):
        if not _is_dead(hop):
            yield _route(reading, node, hop)


def _is_dead(hop: Node) -> bool:
    flags = hop.get("flags")
    return flags is not None and any(each.value == "dead" for each in flags.items)


def _route(reading: Reading, node: Node, hop: Node) -> Route:
    kind, dev = text(node, "type"), text(hop, "dev")
    discards = kind in _DISCARDING
    named = at(reading, ROUTES, node.get("dst"), node.get("type") if discards else None) or at(reading, ROUTES, node)
    leaving = named if discards else (at(reading, ROUTES, hop.get("dev")) or named)
    words = (f"via {_next_hop(hop)}" if _next_hop(hop) else "", f"dev {dev}" if dev else kind)
    metric = node.get("metric")
    distance = metric.value if metric is not None and isinstance(metric.value, int) else 0
    return Route(
        device=reading.device,
        key=printable(" ".join((text(node, "dst"), *filter(None, words), f"metric {distance}")), 120),
        destination=_destination(reading, node),
        gateway=_gateway(reading, hop, discards=discards),
        interface=Stated(dev if dev and not discards else None, leaving),
        discards=Stated(discards, named),
        distance=Stated(distance, at(reading, ROUTES, metric) or named),
    )


def _next_hop(hop: Node) -> str:
    return text(hop, "gateway") or text(hop, "via", "host")


def _destination(reading: Reading, node: Node) -> Fact[IPv4Network]:
    near = at(reading, ROUTES, node.get("dst")) or at(reading, ROUTES, node)
    read = target(node)
    if read is not None:
        return Stated(read, near)
    return Unknown(f"cannot read the destination '{printable(text(node, 'dst'))}' of a route", near, _SETTLE)


def _gateway(reading: Reading, hop: Node, *, discards: bool) -> Fact[IPv4Address | None]:
    """The next hop; one with an IPv6 address is a neighbour that no IPv4 address tells."""
    words = _next_hop(hop)
    near = at(reading, ROUTES, hop.get("gateway"), hop.get("via")) or at(reading, ROUTES, hop.get("dev") or hop)
    if not words and (discards or text(hop, "dev")):
        return Stated(None, near)
    try:
        return Stated(IPv4Address(words), near)
    except ValueError:
        what = f"has the next hop '{printable(words)}', which is no IPv4 address" if words else "names no next hop"
        return Unknown(f"a route {what}", near, _SETTLE)
