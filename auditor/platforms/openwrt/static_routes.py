"""`config route` of the network, and the default routes of `option gateway`: by which neighbour packets leave.

Routes of other tables than the main one count where a rule leads to them, and then `routing` has a doubt of it. What
netifd passes over is no route: one without an interface, or with an interface that is switched off. A default route
that comes by DHCP or PPP has no entry, `Interface.uplink` says that its interface takes it; one that stands behind it
by its metric is none either.
Source: openwrt/netifd interface-ip.c, interface_ip_add_route and enable_route; proto.c, parse_gateway_option.
"""

from ipaddress import IPv4Address, IPv4Network, ip_network

from auditor.model import AddressSource, Fact, Interface, Listed, Route, Span, Stated, Unknown
from auditor.platforms.openwrt.config import Config, Located, netifd_bool
from auditor.services.reading import printable

_MAIN = frozenset({"main", "254"})
_EVERYWHERE = IPv4Network("0.0.0.0/0")
_PLAIN = frozenset({"unicast", "1"})
_DISCARDING = frozenset({"blackhole", "6", "unreachable", "7", "prohibit", "8", "throw", "9"})
"""By name and by number (linux/rtnetlink.h). `throw` ends the look-up in the main table, and none comes after it."""
_SETTLE = "look at `ip route` on the device"


def routes(config: Config, interfaces: Listed[Interface], learned: tuple[Unknown, ...]) -> Listed[Route]:
    """Return the routes of the main table; `learned` says what may add others."""
    missing = config.missing("network")
    if missing is not None:
        return Listed((), (missing, *learned))
    found: list[Route | Unknown | None] = [
        _written(config, located, interfaces) for located in config.sections("network", "route")
    ]
    found += [_of_gateway(config, interface) for interface in interfaces]
    known = [each for each in found if isinstance(each, Route) and not _stands_behind(config, each, interfaces)]
    holes = tuple(each for each in found if isinstance(each, Unknown))
    return Listed(tuple({route.key: route for route in known}.values()), (*holes, *learned))


def _written(config: Config, located: Located, interfaces: Listed[Interface]) -> Route | Unknown | None:
    """One `config route`; None if it is not in force, or not in the main table."""
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    off = config.stated(located, "disabled", netifd_bool)
    if isinstance(off, Unknown):
        return off
    name = next(iter(config.words(located, "interface")), None)
    if name is None or (off is not None and off.value) or not _in_main(config, located, "table"):
        return None
    interface = next((each for each in interfaces if each.key == name[0]), None)
    if interface is not None and not isinstance(interface.enabled, Unknown) and not interface.enabled.value:
        return None
    kind = next(iter(config.words(located, "type")), None)
    lines = _lines(config, located, "target", "netmask")
    discards = _discards(kind, (name[1],))
    return Route(
        device=config.device,
        key=located.key,
        destination=_destination(config, located, lines),
        gateway=_gateway(config, located, lines),
        interface=_leaving(interface, *name, discards),
        discards=discards,
        distance=_metric(config, located, config.section("network", name[0])),
    )


def _lines(config: Config, located: Located, *names: str) -> tuple[Span, ...]:
    return config.lines(located, *names) or (config.header(located),)


def _in_main(config: Config, located: Located, option: str) -> bool:
    return all(word in _MAIN for word, _ in config.words(located, option)[-1:])


def _destination(config: Config, located: Located, lines: tuple[Span, ...]) -> Fact[IPv4Network]:
    """`target`, with a prefix length of its own or with `netmask`; without both it is one address."""
    target = next((word for word, _ in config.words(located, "target")), "")
    mask = next((word for word, _ in config.words(located, "netmask")), "32")
    if not target:
        why = f"{located.title} has no target; what it is a route to was not established"
        return Unknown(why, lines, f"write its target, or {_SETTLE}")
    try:
        read = ip_network(target if "/" in target else f"{target}/{mask}", strict=False)
    except ValueError:
        read = None
    if isinstance(read, IPv4Network):
        return Stated(read, lines)
    why = f"cannot read the target '{printable(target)}' of {located.title}"
    return Unknown(why, lines, f"correct it, or {_SETTLE}")


def _gateway(config: Config, located: Located, lines: tuple[Span, ...]) -> Fact[IPv4Address | None]:
    written = config.words(located, "gateway")
    if not written:
        return Stated(None, lines)
    word, span = written[0]
    try:
        read = IPv4Address(word)
    except ValueError:
        return Unknown(f"cannot read the gateway '{printable(word)}' of {located.title}", (span,), "correct it")
    # netifd takes 0.0.0.0 for no gateway.
    return Stated(None if read == IPv4Address(0) else read, (span,))


def _discards(kind: tuple[str, Span] | None, lines: tuple[Span, ...]) -> Fact[bool]:
    if kind is None:
        return Stated(False, lines)
    if kind[0] in _PLAIN or kind[0] in _DISCARDING:
        return Stated(kind[0] in _DISCARDING, (kind[1],))
    return Unknown(f"what a route of type {printable(kind[0])} does to packets is not read", (kind[1],), _SETTLE)


def _leaving(interface: Interface | None, name: str, span: Span, discards: Fact[bool]) -> Fact[str | None]:
    """What is thrown away leaves by no interface; such routes are written with `loopback`."""
    if not isinstance(discards, Unknown) and discards.value:
        return Stated(None, discards.spans)
    if interface is not None:
        return Stated(name, (span,))
    why = f"a route leads to interface {printable(name)}, which the network does not have"
    return Unknown(why, (span,), f"correct its interface, or {_SETTLE}")


def _metric(config: Config, *located: Located | None) -> Fact[int]:
    """Its own metric, else that of its interface."""
    sections = [each for each in located if each is not None]
    written = next((found for each in sections if (found := config.stated(each, "metric", _number)) is not None), None)
    return written or config.default("network.metric", _number, *(config.header(each) for each in sections[:1]))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError("not a number")
    return int(text[:10])


def _of_gateway(config: Config, interface: Interface) -> Route | Unknown | None:
    """The default route of an interface with addresses and a `gateway` of its own."""
    located = config.section("network", interface.key)
    if located is None:
        return None
    damaged = config.damage(located)
    if damaged is not None:
        return damaged
    config.lines(located, "metric")  # understood, also where no route of ours has it
    source, enabled = interface.address_source, interface.enabled
    static = not isinstance(source, Unknown) and source.value is AddressSource.STATIC
    written = config.lines(located, "gateway")
    if not static or not written or not config.words(located, "ipaddr") or not _in_main(config, located, "ip4table"):
        return None
    takes = config.stated(located, "defaultroute", netifd_bool)
    if isinstance(takes, Unknown):
        return takes
    if (takes is not None and not takes.value) or (not isinstance(enabled, Unknown) and not enabled.value):
        return None
    gateway = _gateway(config, located, written)
    if not isinstance(gateway, Unknown) and gateway.value is None:
        return None
    return Route(
        device=config.device,
        key=f"gateway of {interface.key}",
        destination=Stated(_EVERYWHERE, written),
        gateway=gateway,
        interface=Stated(interface.key, (config.header(located),)),
        discards=Stated(False, written),
        distance=_metric(config, located),
    )


def _stands_behind(config: Config, route: Route, interfaces: Listed[Interface]) -> bool:
    """Whether a default route counts only when that of an uplink, by DHCP or PPP, is gone."""
    if isinstance(route.destination, Unknown) or route.destination.value != _EVERYWHERE:
        return False
    for interface in interfaces:
        facts = (interface.uplink, interface.enabled, interface.address_source)
        if any(isinstance(fact, Unknown) or not fact.value for fact in facts):
            continue
        asks = interface.address_source.value in (AddressSource.DHCP, AddressSource.PPP)  # type: ignore[union-attr]
        section = config.section("network", interface.key)
        metric = _metric(config, section)
        known = not isinstance(metric, Unknown) and not isinstance(route.distance, Unknown)
        if asks and known and metric.value < route.distance.value:  # type: ignore[union-attr]
            return True
    return False
