"""Ethernet ports: the segments that a cable reaches, isolation, and a speed that is fixed.

Ports that no line of a compact export speaks of carry no network: a port joins one only by a line. A port is switched
off, or carries what lies on it itself: a bridge that it is a port of, a bonding, VLANs, addresses.
Source: MikroTik's manual, "Ethernet" (auto-negotiation, advertise, speed), "Bonding".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.model import Fact, Interface, Listed, Port, Span, Stated, Unknown, combine, known_like, spans_of
from auditor.platforms.routeros.bridges import Bridge, Bridges
from auditor.platforms.routeros.config import Config, yes_no
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.network_links import Kind, Links
from auditor.platforms.routeros.switch import Switch
from auditor.services.reading import printable

_ETHERNET = "interface ethernet"
_SLOW = 100
# `100Mbps`, `1Gbps`, `2.5Gbps` (before 7.12); `100M-baseT-full`, `2.5G-baseX`; `1000M-full` in older `advertise`.
_SPEED = re.compile(r"(\d{1,4}(?:\.\d)?)([MG])(?:bps|-[\w-]+)?")


@dataclass(frozen=True, slots=True)
class Sockets:
    """What lies on Ethernet ports: VLAN interfaces by what they lie on, and bondings by their slaves."""

    vlans: Mapping[str, tuple[tuple[str, int], ...]]
    bonding_of: Mapping[str, str]


def ports(
    config: Config, links: Links, bridges: Bridges, switch: Switch, interfaces: Iterable[Interface], sockets: Sockets
) -> Listed[Port]:
    """Read every socket that carries a network."""
    own: dict[str, Interface] = {}
    by_link: dict[str, list[str]] = {}
    for interface in interfaces:
        own[interface.key] = interface
        if not isinstance(interface.link, Unknown):
            link = interface.link.value
            by_link.setdefault(link.rpartition(".")[0] or link, []).append(link)
    items = {item.name: item for item in config.items(_ETHERNET)}
    names = dict.fromkeys((*(link.name for link in links.of(Kind.ETHERNET)), *sockets.bonding_of))
    found = []
    for name in names:
        item = items.get(name)
        on = config.enabled(item) if item is not None else Stated(True, ())
        if not isinstance(on, Unknown) and not on.value:
            if item is not None:
                config.understood(item)
            continue
        carried = _carried(sockets.bonding_of.get(name, name), bridges, switch, own, by_link, sockets)
        speed = _speed(config, name, item)
        if isinstance(carried, Unknown) or carried.value:
            base = sockets.bonding_of.get(name, name)
            members = (base, *(vlan for vlan, _ in sockets.vlans.get(base, ())))
            isolated = _isolated(name, members, bridges, switch)
            found.append(Port(config.device, name, carried, isolated, speed))
    return Listed(tuple(found), config.holes(_ETHERNET, "interface bonding", "interface vlan") + bridges.holes)


def shut(config: Config, bridges: Bridges) -> Listed[Port]:
    """Read ports of bridges with VLANs that a line switches off, with the tagged networks that they would carry."""
    sockets = {item.name: item for item in config.items(_ETHERNET)}
    found = []
    for item in config.items("interface bridge port"):
        name, bridge = item.text("interface") or "", bridges.by_name.get(item.text("bridge") or "")
        socket = sockets.get(name)
        states = (config.enabled(item), *((config.enabled(socket),) if socket is not None else ()))
        off = [state for state in states if not isinstance(state, Unknown) and not state.value]
        if not off or bridge is None or isinstance(bridge.filters, Unknown) or not bridge.filters.value:
            continue
        links = tuple(bridge.link(vid) for vid, _ in bridge.tagged.of(name))
        if links:
            carried: Fact[tuple[str, ...]] = Stated(links, spans_of(*off))
            found.append(Port(config.device, name, carried, Stated(False, ()), Stated(None, ())))
    return Listed(tuple(found))


def _carried(
    base: str,
    bridges: Bridges,
    switch: Switch,
    own: Mapping[str, Interface],
    by_link: Mapping[str, list[str]],
    sockets: Sockets,
) -> Fact[tuple[str, ...]]:
    """Names of the segments that a socket carries."""
    names: list[str] = []
    spans: list[Span] = []
    vlans = sockets.vlans.get(base, ())
    for member, vid in ((base, None), *vlans):
        bridge = bridges.bridge_of(member)
        if bridge is None:
            if vid is not None:
                names.append(f"{base}.{vid}")
                spans += own[member].link.spans if member in own else ()
            elif member in own:
                names.append(member)
                spans += own[member].link.spans
            continue
        if switch.vlans is not None:
            return switch.vlans
        read = _of_bridge(member, bridge, bridges, by_link)
        if isinstance(read, Unknown):
            return read
        names += read.value
        spans += read.spans
    return Stated(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(spans)))


def _of_bridge(name: str, bridge: Bridge, bridges: Bridges, by_link: Mapping[str, list[str]]) -> Fact[tuple[str, ...]]:
    if isinstance(bridge.filters, Unknown):
        return bridge.filters
    if bridge.filters.value:
        carried = bridges.carried(name)
        if isinstance(carried, Unknown):
            return carried
        return known_like(tuple(bridge.link(vid) for vid, _ in carried.value), carried)
    # Frames keep their tags: VLANs that lie on the bridge itself leave by each of its ports.
    on = tuple(dict.fromkeys((bridge.name, *by_link.get(bridge.name, ()))))
    return Stated(on, bridges.port_of[name].spans)


def _isolated(name: str, members: tuple[str, ...], bridges: Bridges, switch: Switch) -> Fact[bool]:
    """Whether frames from a socket reach no isolated port: by horizon, or by the switch chip."""
    facts = [bridges.isolated(member) for member in members if member in bridges.port_of]
    chip = switch.isolated(name)
    if chip is not None and facts:
        facts.append(chip)
    if not facts:
        return Stated(False, ())
    known = [fact for fact in facts if not isinstance(fact, Unknown)]
    if len(known) < len(facts):
        return next(fact for fact in facts if isinstance(fact, Unknown))
    if len(known) == 1 or len({fact.value for fact in known}) == 1:
        return combine(lambda *values: values[0], *known)
    if chip is not None and not isinstance(chip, Unknown) and chip.value:
        return chip
    return Unknown(f"only some networks of port {printable(name)} are isolated", spans_of(*known), "compare horizon")


def _speed(config: Config, name: str, item: Item | None) -> Fact[int | None]:
    """A speed that is fixed, or the slowest that is offered if readers do not know it; None if it negotiates."""
    if item is None:
        return config.default(f"{_ETHERNET}.auto-negotiation", _negotiates)
    negotiates = config.fact(item, "auto-negotiation", yes_no)
    if isinstance(negotiates, Unknown):
        return negotiates
    speed = config.stated(item, "speed", _rate)
    if not negotiates.value:
        if speed is None:
            why = f"port {printable(name)} does not negotiate, and no line says its speed"
            return Unknown(why, negotiates.spans, f"look at `/interface ethernet print detail where name={name}`")
        return combine(lambda _, value: value, negotiates, speed)
    offered = config.stated(item, "advertise", _rates)
    if offered is None or isinstance(offered, Unknown):
        return offered if offered is not None else known_like(None, negotiates)
    slowest = min(offered.value, default=0)
    return known_like(slowest if slowest > _SLOW else None, offered)


def _negotiates(text: str) -> int | None:
    return None if yes_no(text) else 0


def _rate(text: str) -> int:
    """A speed in Mbit/s."""
    found = _SPEED.fullmatch(text)
    if found is None:
        raise ValueError("not a speed")
    return round(float(found[1]) * (1000 if found[2] == "G" else 1))


def _rates(text: str) -> frozenset[int]:
    return frozenset(_rate(word) for word in text.split(",") if word)
