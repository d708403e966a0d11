"""Ports: what is plugged into bridges, and Ethernet ports that carry a network without one.

Source: bridge(8), `isolated`; Documentation/networking/bridge.rst.
"""

from collections.abc import Iterator

from auditor.model import Fact, Listed, Port, Span, Stated, Unknown, known_like
from auditor.platforms.linux import bridge_speed, network_links
from auditor.platforms.linux.network_links import Link, Links
from auditor.platforms.linux.outputs import ADDRESSES, VLANS, at
from auditor.services.reading import Reading, printable
from auditor.syntax.json_text import Node


def ports(reading: Reading) -> Listed[Port]:
    """Read all ports, those of radios included where a bridge has them; see `wired`."""
    links = network_links.read(reading)
    if isinstance(links, Unknown):
        return Listed((), (links,))
    return Listed(tuple(port for link in links if (port := _port(reading, links, link)) is not None))


def wired(reading: Reading, ports: Listed[Port]) -> Listed[Port]:
    """The ports that a cable goes into."""
    links = network_links.read(reading)
    if isinstance(links, Unknown):
        return ports
    radios = {link.name for link in links if link.wireless}
    return Listed(tuple(port for port in ports if port.key not in radios), ports.holes)


def _port(reading: Reading, links: Links, link: Link) -> Port | None:
    """A socket, or a radio that is a port of a bridge; None for what is neither, and for what carries no network."""
    if not link.is_port and not (link.wireless and links.bridge_of(link) is not None):
        return None
    names, nodes, unknown, members = _carried(links, link)
    if not names and unknown is None:
        return None
    named = at(reading, ADDRESSES, link.named)
    spans = (*named, *at(reading, VLANS, *nodes))
    return Port(
        device=reading.device,
        key=link.name,
        links=unknown or Stated(tuple(dict.fromkeys(names)), spans),
        isolated=_isolated(reading, members, named),
        speed=bridge_speed.configured(reading, link.name, named),
    )


def _carried(links: Links, link: Link) -> tuple[list[str], list[Node], Unknown | None, list[Link]]:
    """Names of the segments that a socket carries, lines of VLANs, why they are unknown, and the ports of bridges."""
    upper = links.by_name.get(link.master)
    base = upper if upper is not None and upper.kind in ("bond", "team") else link
    names: list[str] = []
    nodes: list[Node] = []
    unknown: Unknown | None = None
    members: list[Link] = []
    for each in (base, *links.on(base)):
        bridge = links.bridge_of(each)
        if bridge is None:
            if network_links.ipv4(each) or each.vid:
                names.append(f"{each.parent}.{each.vid}" if each.vid else each.name)
            continue
        members.append(each)
        if not bridge.filters:
            # Frames keep their tags: VLANs that lie on the bridge itself leave by each of its ports.
            names += [bridge.name, *(f"{bridge.name}.{vlan.vid}" for vlan in links.on(bridge))]
        elif isinstance(links.vlans, Unknown):
            unknown = Unknown(f"VLANs of {printable(each.name)}: {links.vlans.why}", settle=links.vlans.settle)
        else:
            own = links.vlans.get(each.name, ())
            names += [f"{bridge.name}.{member.vid}" for member in own]
            nodes += [member.node for member in own]
    return names, nodes, unknown, members


def _isolated(reading: Reading, members: list[Link], named: tuple[Span, ...]) -> Fact[bool]:
    """Whether a port exchanges no frames with other isolated ports; what is no port of a bridge is never kept apart."""
    if not members:
        return Stated(False, named)
    facts = list(_each_isolated(reading, members))
    known = [fact for fact in facts if not isinstance(fact, Unknown)]
    if len(known) < len(facts):
        return next(fact for fact in facts if isinstance(fact, Unknown))
    if len({fact.value for fact in known}) > 1:
        why = "only some VLANs of the port are isolated"
        return Unknown(why, known[0].spans, "look at `bridge -d link`")
    return known_like(known[0].value, *known)


def _each_isolated(reading: Reading, members: list[Link]) -> Iterator[Fact[bool]]:
    for member in members:
        node = member.node.get("linkinfo", "info_slave_data", "isolated")
        if node is None or not isinstance(node.value, bool):
            why = f"whether port {printable(member.name)} is isolated is not shown"
            yield Unknown(why, at(reading, ADDRESSES, member.named), "look at `bridge -d link`")
        else:
            yield Stated(node.value, at(reading, ADDRESSES, node))
