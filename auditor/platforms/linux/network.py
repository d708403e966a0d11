"""The networks of a host, from the addresses and routes that its kernel has now.

The key of an interface is the kernel's name of its link. Which program made an address is not asked: what counts is
what the kernel does.
"""

from ipaddress import IPv4Interface

from auditor.model import AddressSource, Fact, Filter, Interface, Listed, Span, Stated, Unknown, known_like, spans_of
from auditor.platforms.linux import network_ipv6, network_routes, sysctl
from auditor.platforms.linux import network_links as links_of
from auditor.platforms.linux.network_links import Link, Links
from auditor.platforms.linux.outputs import ADDRESSES, ROUTES, VLANS, at, text
from auditor.services.reading import Reading, printable


def interfaces(reading: Reading) -> Listed[Interface]:
    """Read every link that has a network of its own; what `ip` was not asked is a hole."""
    links = links_of.read(reading)
    if isinstance(links, Unknown):
        return Listed((), (links,))
    routed = links_of.routed(links)
    addresses = {link.name: links_of.addresses(reading, link) for link in routed}
    defaults = network_routes.defaults(reading)
    ways = _Ways(reading, links, addresses, defaults)
    return Listed(tuple(_interface(reading, links, link, addresses[link.name], ways) for link in routed))


def forwarding(reading: Reading, interfaces: Listed[Interface]) -> Listed[Filter]:
    """What keeps packets from passing through the host besides its packet filter: see `network_routes`."""
    return network_routes.forwarding(reading, interfaces)


def _interface(
    reading: Reading, links: Links, link: Link, addresses: Fact[tuple[IPv4Interface, ...]], ways: "_Ways"
) -> Interface:
    name, own = links_of.layer2(links, link)
    below: Fact[str] = Stated(name, (*at(reading, ADDRESSES, link.named), *at(reading, VLANS, *own)))
    if link.filters and isinstance(links.vlans, Unknown):
        below = Unknown(f"bridge {printable(link.name)} looks at VLANs: {links.vlans.why}", settle=links.vlans.settle)
    return Interface(
        device=reading.device,
        key=link.name,
        enabled=Stated("UP" in link.flags, at(reading, ADDRESSES, link.named, link.node.get("flags"))),
        link=below,
        vlan=_vlan(reading, links, link),
        address_source=_source(reading, link),
        addresses=addresses,
        gateway=ways.gateway(link),
        uplink=ways.uplink(link),
        ipv6_offered=network_ipv6.offered(reading, link),
    )


def _source(reading: Reading, link: Link) -> Fact[AddressSource]:
    """An address with a lifetime came from a DHCP server (ip-address(8), `dynamic`)."""
    nodes = links_of.ipv4(link)
    if not nodes:
        return Stated(AddressSource.NONE, at(reading, ADDRESSES, link.named))
    if text(link.node, "link_type") == "ppp":
        return Stated(AddressSource.PPP, at(reading, ADDRESSES, link.named, link.node.get("link_type")))
    for node in nodes:
        dynamic = node.get("dynamic")
        if dynamic is not None and dynamic.value is not False:
            return Stated(AddressSource.DHCP, at(reading, ADDRESSES, dynamic))
    return Stated(AddressSource.STATIC, at(reading, ADDRESSES, *(node.get("local") for node in nodes)))


def _vlan(reading: Reading, links: Links, link: Link) -> Fact[int | None]:
    """The VLAN id on the wire: a VLAN's own, that of all ports of a bridge, or of a bridge that looks at VLANs."""
    if link.filters or (link.vid and link.parent in links.by_name and links.by_name[link.parent].filters):
        return _filtered(reading, links, link)
    if link.vid:
        return Stated(link.vid, at(reading, ADDRESSES, link.node.get("linkinfo", "info_data", "id")))
    if link.kind == "bridge":
        ports = [each for each in links.members(link) if not each.wireless]
        ids = {each.vid for each in ports}
        if len(ids) == 1 and (vid := ids.pop()):
            return Stated(vid, at(reading, ADDRESSES, *(each.named for each in ports)))
    return Stated(None, at(reading, ADDRESSES, link.named))


def _filtered(reading: Reading, links: Links, link: Link) -> Fact[int | None]:
    if isinstance(links.vlans, Unknown):
        return links.vlans
    bridge = link.name if link.filters else link.parent
    own = [each.vid for each in links.vlans.get(link.name, ()) if each.pvid]
    vid = link.vid or (own[0] if own else 0)
    ports = [each for each in links.by_name.values() if each.master == bridge and not each.wireless]
    members = [(port, each) for port in ports for each in links.vlans.get(port.name, ()) if each.vid == vid]
    tagged = [each for _, each in members if not each.untagged]
    near = (*at(reading, ADDRESSES, link.named), *at(reading, VLANS, *(each.node for _, each in members)))
    return Stated(vid if tagged else None, near)


class _Ways:
    """Where the default routes lead, and whether this host is a router at all."""

    def __init__(
        self,
        reading: Reading,
        links: Links,
        addresses: dict[str, Fact[tuple[IPv4Interface, ...]]],
        defaults: "dict[str, network_routes.Default] | Unknown",
    ) -> None:
        self._reading, self._links, self._defaults = reading, links, defaults
        self._forwards = sysctl.forwards(reading)
        self._addressed = [name for name, fact in addresses.items() if isinstance(fact, Unknown) or fact.value]

    def gateway(self, link: Link) -> Fact[str | None]:
        """The gateway of the default route on a link."""
        if isinstance(self._defaults, Unknown):
            return self._defaults
        found = self._defaults.get(link.name)
        return Stated(None, self._list()) if found is None else Stated(found.gateway, found.spans)

    def _list(self) -> tuple[Span, ...]:
        return (self._reading.span(ROUTES, 1),)

    def uplink(self, link: Link) -> Fact[bool]:
        """A router's link with the default route, and not the management address of an access point or a server.

        A host that passes nothing on, or has one network only, leads nobody to the internet.
        """
        named = at(self._reading, ADDRESSES, link.named)
        if [name for name in self._addressed if name != link.name] == []:
            return Stated(False, named)
        if isinstance(self._defaults, Unknown):
            return self._defaults
        found = self._defaults.get(link.name)
        if found is None:
            return Stated(False, self._list())
        radios = [each for each in self._links.members(link) if each.wireless]
        if radios:
            return Stated(False, (*found.spans, *at(self._reading, ADDRESSES, *(each.named for each in radios))))
        default = Stated(True, found.spans)
        match self._forwards:
            case Unknown() as unknown:
                return Unknown(unknown.why, spans_of(default, unknown), unknown.settle, (True, False))
            case known:
                return known_like(known.value, known, default)
