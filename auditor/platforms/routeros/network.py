"""The networks of a RouterOS device: routed interfaces, segments of bridges, Ethernet ports.

The key of an interface is its RouterOS name. A segment of a bridge on which no interface is routed gets an interface
without addresses, so that what is plugged in there has a place; its key is the name of its link (`bridge.30`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.model import AddressSource, Fact, Interface, Listed, Port, Span, Stated, Unknown
from auditor.platforms.routeros import (
    bridges,
    network_addresses,
    network_ipv6,
    network_links,
    network_routes,
    network_uplinks,
    ports,
    switch,
)
from auditor.platforms.routeros.bridges import Bridge, Bridges
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.network_addresses import Addressing
from auditor.platforms.routeros.network_links import Kind, Links
from auditor.platforms.routeros.network_routes import Routes
from auditor.platforms.routeros.network_segments import Segments, Vlan
from auditor.platforms.routeros.network_uplinks import Uplinks
from auditor.platforms.routeros.outputs import BRIDGE_PORTS, rows
from auditor.services.reading import Reading, printable

_MENUS = (
    "interface bridge", "interface bridge port", "interface bridge vlan", "interface vlan", "interface bonding",
    "interface ethernet", "ip address", "ip dhcp-client", "ip route",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Network:
    """All networks. `doubts` say what may stop frames within one (for the filters of bridges).

    `bridges` tells which ports are isolated, also for ports that a Wi-Fi manager adds.
    """

    interfaces: Listed[Interface]
    ports: Listed[Port]
    shut_ports: Listed[Port]
    bridges: Bridges
    links: Links
    routes: Routes
    doubts: tuple[Unknown, ...]
    _segments: Segments
    _keys: Mapping[str, tuple[str, ...]] = field(repr=False)
    _by_key: Mapping[str, Interface] = field(repr=False)

    def known(self, name: str) -> Interface | None:
        """Return the routed interface, or the segment, of this key."""
        return self._by_key.get(name)

    def actual(self, name: str) -> str:
        """The interface to which addresses on a name belong: of a bridge's port, the bridge."""
        return self._segments.actual(name)

    def networks_of(self, name: str, vlan: Fact[int | None] | None = None) -> Fact[tuple[str, ...]]:
        """Return the keys of the interfaces whose segment a port of a bridge, or an interface in none, joins.

        `vlan` is the VLAN into which the interface itself puts its frames (an SSID's own); None: what the bridge says.
        The name of a bridge stands for a port that a Wi-Fi manager adds to it.
        """
        if isinstance(vlan, Unknown):
            return vlan
        vid = vlan.value if vlan is not None else None
        link = self._segments.joined(name, vid)
        if isinstance(link, Unknown):
            return link
        spans = tuple(dict.fromkeys((*link.spans, *(vlan.spans if vlan is not None else ()))))
        return Stated(self._keys.get(link.value, ()), spans)

    def port_isolated(self, name: str) -> Fact[bool]:
        """Whether the bridge port of an interface sends nothing to other isolated ports (split horizon)."""
        return self.bridges.isolated(name)


def read(config: Config, reading: Reading | None = None) -> Network:
    """Read all networks; `reading` holds what the device shows of itself, where that was captured."""
    links = network_links.read(config)
    _recognise(config)
    dynamic = tuple(_dynamic(reading)) if reading is not None else ()
    first = bridges.read(config, dynamic=dynamic)
    vlans = dict(_vlans(config))
    read = bridges.read(config, _wanted(config, first, vlans), dynamic)
    bonding_of = _bondings(config)
    segments = Segments(config, links, read, vlans, bonding_of)
    addressing = network_addresses.read(config, reading, segments.actual)
    known = {name: addressing.addresses(name) for name in (*addressing.static, *addressing.clients)}
    subnets = {name: fact.value for name, fact in known.items() if not isinstance(fact, Unknown)}
    routes = network_routes.read(config, segments.existing, subnets, _peers(config, segments))
    uplinks = network_uplinks.read(config, links, addressing, routes)
    builder = _Builder(config, links, segments, addressing, uplinks, network_ipv6.read(config, segments.actual))
    interfaces = tuple(builder.interfaces())
    keys: dict[str, tuple[str, ...]] = {}
    for interface in interfaces:
        if not isinstance(interface.link, Unknown):
            keys[interface.link.value] = (*keys.get(interface.link.value, ()), interface.key)
    chip = switch.read(config)
    sockets = ports.Sockets(segments.vlans_on, bonding_of)
    holes = (*config.holes(*_MENUS), *read.holes, *((uplinks.lost,) if uplinks.lost is not None else ()))
    return Network(
        interfaces=Listed(interfaces, tuple(dict.fromkeys((*holes, *_meshes(config))))),
        ports=ports.ports(config, links, read, chip, interfaces, sockets),
        shut_ports=ports.shut(config, read),
        bridges=read,
        links=links,
        routes=routes,
        doubts=(*chip.doubts, *_flooding(config)),
        _segments=segments,
        _keys=keys,
        _by_key={interface.key: interface for interface in interfaces},
    )


_NAMES = {
    "interface bridge": ("name",),
    "interface bonding": ("name",),
    "interface ethernet": ("name", "default-name", "speed", "advertise", "auto-negotiation", "master-port"),
    "interface detect-internet": ("internet-interface-list", "lan-interface-list", "wan-interface-list"),
    "interface list": ("name", "include", "exclude"),
    "interface list member": ("list", "interface", "disabled"),
    "interface vlan": ("name", "interface", "vlan-id", "use-service-tag"),
}


def _recognise(config: Config) -> None:
    """Count what only names things as understood: each reference is looked up by its name."""
    for menu, names in _NAMES.items():
        for item in config.items(menu):
            config.span(item, *names)
    trusted = any(item.text("trusted") in ("yes", "true") for item in config.items("interface bridge port"))
    for item in config.items("interface bridge"):
        # Without a trusted port, answers of DHCP servers behind cables are dropped: such a line stays unknown.
        if trusted or item.text("dhcp-snooping") in ("no", "false"):
            config.span(item, "dhcp-snooping")


def _vlans(config: Config) -> Iterator[tuple[str, Vlan]]:
    for item in config.items("interface vlan"):
        vid = config.fact(item, "vlan-id", bridges.vlan_id)
        service = config.text(item, "use-service-tag") in ("yes", "true")
        parent = config.text(item, "interface") or ""
        if item.name:
            yield (
                item.name,
                Vlan(item.name, item, parent, vid, service, config.span(item, "name", "interface", "vlan-id")),
            )


def _bondings(config: Config) -> dict[str, str]:
    """Bondings by their slaves; one that is switched off joins nothing."""
    found: dict[str, str] = {}
    for item in config.items("interface bonding"):
        slaves = config.words(item, "slaves")
        on = config.enabled(item)
        config.span(item, "name")
        for slave, _ in slaves if isinstance(on, Unknown) or on.value else ():
            found.setdefault(slave, item.name)
    return found


def _peers(config: Config, segments: Segments) -> dict[str, str]:
    """Point-to-point addresses: `address=10.0.0.1/32 network=10.0.0.2` reaches that one host."""
    found: dict[str, str] = {}
    for item in config.items("ip address"):
        network, address, name = item.text("network"), item.text("address") or "", item.text("interface") or ""
        if network and name and (address.endswith("/32") or "/" not in address):
            found.setdefault(network, segments.actual(name))
    return found


_WIRELESS_VLANS = (
    "interface wireless", "interface wireless access-list", "interface wifi", "interface wifi datapath",
    "interface wifi configuration", "interface wifi access-list", "interface wifi security multi-passphrase",
    "caps-man datapath", "caps-man configuration", "caps-man access-list", "caps-man interface",
)  # fmt: skip


def _wanted(config: Config, read: Bridges, vlans: Mapping[str, Vlan]) -> dict[str, frozenset[int]]:
    """VLANs of bridges that VLAN interfaces and SSIDs name."""
    found: dict[str, set[int]] = {}
    for vlan in vlans.values():
        if vlan.parent in read.by_name and not isinstance(vlan.vid, Unknown):
            found.setdefault(vlan.parent, set()).add(vlan.vid.value)
    only = next(iter(read.by_name)) if len(read.by_name) == 1 else ""
    for menu in _WIRELESS_VLANS:
        for item in config.items(menu):
            text = item.text("vlan-id") or item.text("datapath.vlan-id")
            if text is None or not text.isdecimal() or len(text) > 4 or not 0 < int(text) < 4095:
                continue
            if menu == "interface wireless" and item.text("vlan-mode") in (None, "no-tag"):
                continue
            port = read.port_of.get(item.name)
            bridge = item.text("bridge") or item.text("datapath.bridge") or (port.bridge if port is not None else only)
            found.setdefault(bridge, set()).add(int(text))
    return {bridge: frozenset(ids) for bridge, ids in found.items()}


def _dynamic(reading: Reading) -> Iterator[bridges.BridgePort]:
    """Ports that something added to a bridge at run time (flag D), as the device shows them."""
    for row in rows(reading, BRIDGE_PORTS):
        name, bridge = row.text("interface"), row.text("bridge")
        if "D" not in row.flags or not name or not bridge:
            continue
        spans = (reading.span(BRIDGE_PORTS, row.first),)
        pvid, horizon, frames = row.text("pvid") or "1", row.text("horizon"), row.text("frame-types")
        unread = Unknown(
            f"cannot read pvid of port '{printable(name)}'", spans, "look at `/interface bridge port print`"
        )
        vid: Fact[int] = Stated(int(pvid), spans) if pvid.isdecimal() and len(pvid) < 5 else unread
        yield bridges.BridgePort(
            name, bridge, None, Stated("X" not in row.flags, spans), vid, Stated(frames or "admit-all", spans),
            Stated(None if horizon in (None, "none", "") else horizon, spans), reading.understood(*spans),
        )  # fmt: skip


def _meshes(config: Config) -> Iterator[Unknown]:
    for item in config.items("interface mesh port"):
        yield Unknown(f"{item.title}: meshes are not read", (item.header,), "use a bridge, or declare the networks")


def _flooding(config: Config) -> Iterator[Unknown]:
    """Ports that get no broadcasts: without ARP nobody finds what is behind them."""
    for item in config.items("interface bridge port"):
        if config.text(item, "broadcast-flood") in ("no", "false"):
            why = f"port {printable(item.text('interface') or '')} gets no broadcasts, and so no ARP"
            yield Unknown(why, config.span(item, "broadcast-flood"), "ping a device behind that port")
    for item in config.items("interface bridge"):
        for name in ("arp-inspection", "ip-source-guard"):
            if config.text(item, name) in ("yes", "true") and item.text("dhcp-snooping") in ("yes", "true"):
                why = f"{item.title} drops packets of devices that got no lease here ({name})"
                yield Unknown(why, config.span(item, name), "ping the reader from the point of sale")


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the interfaces of the model."""

    config: Config
    links: Links
    segments: Segments
    addressing: Addressing
    uplinks: Uplinks
    ipv6: network_ipv6.Ipv6

    def interfaces(self) -> Iterator[Interface]:
        taken: set[str] = set()
        links: set[str] = set()
        for name in self._routed():
            if name not in taken:
                taken.add(name)
                made = self._interface(name)
                links.update(() if isinstance(made.link, Unknown) else (made.link.value,))
                yield made
        for bridge in self.segments.bridges:
            for vid, spans in self.segments.vids(bridge):
                link = bridge.link(vid)
                if link not in links and link not in taken:
                    taken.add(link)
                    yield self._segment(bridge, vid, link, spans)

    def _routed(self) -> Iterator[str]:
        """Bridges, VLANs that are no ports, and whatever has an address or a way out."""
        for bridge in self.segments.bridges:
            if not self.segments.is_slave(bridge.name):
                yield bridge.name
        yield from (name for name in self.segments.vlans if not self.segments.is_slave(name))
        yield from (link.name for link in self.links.of(Kind.PPP, Kind.LTE))
        for name in (*self.addressing.static, *self.addressing.clients, *self.uplinks.takes):
            if not self.segments.is_slave(name):
                yield name

    def _interface(self, name: str) -> Interface:
        link, vlan = self.segments.place(name)
        near = self._near(name)
        kind = self.links.kind(name)
        ppp = kind in (Kind.PPP, Kind.LTE)
        source = self.addressing.source(name)
        if source is None:
            source = Stated(AddressSource.PPP if ppp else AddressSource.NONE, near)
        addresses = self.addressing.addresses(name)
        if ppp and name not in self.addressing.static:
            why = f"interface {printable(name)} gets its address from outside"
            addresses = Unknown(why, near, "add the output of `/ip address print detail` as commands/addresses.txt")
        return Interface(
            device=self.config.device,
            key=name,
            enabled=self.segments.enabled(name),
            link=link,
            vlan=vlan,
            address_source=source,
            addresses=addresses if addresses.spans or isinstance(addresses, Unknown) else Stated((), near),
            gateway=self.uplinks.gateway(name, near),
            uplink=self.uplinks.uplink(name, self.segments.radios_in(link), near),
            ipv6_offered=self.ipv6.offered(name, *near),
        )

    def _near(self, name: str) -> tuple[Span, ...]:
        link = self.links.by_name.get(name)
        if link is not None and link.item is not None:
            return (link.item.header,)
        fact = self.addressing.static.get(name)
        if fact is not None:
            return fact.spans
        client = self.addressing.clients.get(name)
        return (client.item.header,) if client is not None else ()

    def _segment(self, bridge: Bridge, vid: int, link: str, spans: tuple[Span, ...]) -> Interface:
        """A VLAN of a bridge in which the device has no interface."""
        near = spans or bridge.spans
        nothing: Fact[str | None] = Stated(None, near)
        return Interface(
            device=self.config.device,
            key=link,
            enabled=bridge.enabled,
            link=Stated(link, near),
            vlan=Stated(vid, near),
            address_source=Stated(AddressSource.NONE, near),
            addresses=Stated((), near),
            gateway=nothing,
            uplink=Stated(False, near),
            ipv6_offered=Stated(False, near),
        )
