"""The networks of an IOS device: routed interfaces, VLANs of the switching part, bridge groups, Ethernet ports.

The key of an interface is its name in the running configuration. A VLAN without an interface of its own gets one
without addresses, `VLAN 30`, so that what is plugged in there has a place; a bridge group without BVI likewise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface

from auditor.model import AddressSource, Fact, Interface, Listed, Port, Span, Stated, Unknown, combine
from auditor.platforms.cisco_ios import (
    bridging,
    network_addresses,
    network_ipv6,
    network_links,
    network_routes,
    network_uplinks,
    ports,
    switchports,
    vlans,
)
from auditor.platforms.cisco_ios.bridging import Bridging, Group
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.interface_names import Kind, canonical
from auditor.platforms.cisco_ios.network_addresses import Addressing
from auditor.platforms.cisco_ios.network_links import Link, Links
from auditor.platforms.cisco_ios.network_routes import Routes
from auditor.platforms.cisco_ios.network_uplinks import Uplinks
from auditor.platforms.cisco_ios.ports import link_of
from auditor.platforms.cisco_ios.switchports import Switchport
from auditor.platforms.cisco_ios.templates import Settings
from auditor.platforms.cisco_ios.vlans import Vlans
from auditor.services.reading import Reading, printable

_MANY = 128
"""A list of a trunk that is longer than this names ranges, not the VLANs that there are."""


@dataclass(frozen=True, slots=True)
class Network:
    """All networks. `doubts` say what may stop frames within one (for the filters of bridges).

    `addressing` is by the name of the interface; `routing` says whether packets are handed on at all, None where the
    device has one network only.
    """

    interfaces: Listed[Interface]
    ports: Listed[Port]
    shut_ports: Listed[Port]
    doubts: tuple[Unknown, ...]
    links: Links
    vlans: Vlans
    switchports: Mapping[str, Switchport]
    bridges: Bridging
    routes: Routes
    addressing: Mapping[str, Addressing]
    routing: Fact[bool] | None
    _keys: Mapping[str, tuple[str, ...]] = field(repr=False)
    _by_key: Mapping[str, Interface] = field(repr=False)

    def known(self, name: str) -> Interface | None:
        """Return the interface of this key."""
        return self._by_key.get(name) or self._by_key.get(canonical(name))

    def vlan_named(self, name: str) -> Fact[int]:
        """The id of a VLAN by its name or its number."""
        return self.vlans.named(name)

    def networks_of_vlan(self, vlan: Fact[int]) -> Fact[tuple[str, ...]]:
        """Return the keys of the interfaces whose segment is a VLAN on this device; () if it has none."""
        if isinstance(vlan, Unknown):
            return vlan
        own = self._keys.get(link_of(self.vlans.primary_of(vlan.value)))
        if own is not None:
            return Stated(own, vlan.spans)
        found = [
            interface.key
            for interface in self.interfaces
            if not isinstance(interface.vlan, Unknown) and interface.vlan.value == vlan.value
        ]
        return Stated(tuple(found), vlan.spans)

    def networks_of(self, interface_name: str) -> Fact[tuple[str, ...]]:
        """Return the keys of the interfaces whose segment an interface is in: its own, its VLAN's or bridge group's."""
        name = interface_name if interface_name in self.links.by_name else canonical(interface_name)
        link = self.links.by_name.get(name)
        if link is None:
            why = f"no line defines interface {printable(interface_name)}"
            return Unknown(why, settle=f"capture the whole running configuration of {self.links.config.device}")
        joined = self.bridges.joined.get(name) or ((bridging.target_of(link),) if bridging.target_of(link) else ())
        if joined:
            return Stated(tuple(key for each in joined for key in self._keys.get(each, ())), (link.header,))
        port = self.switchports.get(link.channel or name)
        if port is not None:
            return combine(
                lambda ids: tuple(k for vid in sorted(ids) for k in self._keys.get(link_of(vid), ())), port.vlans
            )
        switched = self.links.switched(name)
        if isinstance(switched, Unknown):
            return switched
        return Stated((name,) if name in self._by_key else (), (link.header,))


def _is_off(enabled: Fact[bool]) -> bool:
    return not isinstance(enabled, Unknown) and not enabled.value


def read(config: Config, reading: Reading) -> Network:
    """Read all networks; `reading` holds what the device shows of itself, where that was captured."""
    links = network_links.read(config)
    table = vlans.read(config, reading)
    members = _switchports(config, links, table)
    bridges = bridging.read(links)
    addressing = {link.name: network_addresses.read(link) for link in links.by_name.values()}
    vrfs = {name: each.vrf for name, each in addressing.items()}
    off = frozenset(name for name in links.by_name if _is_off(links.enabled(name)))
    routes = network_routes.read(config, _subnets(links, addressing), vrfs, off)
    uplinks = network_uplinks.read(config, links, addressing, routes)
    builder = _Builder(config, links, table, bridges, addressing, uplinks, network_ipv6.read(config))
    vids = _vids(links, table, members)
    interfaces = tuple(builder.interfaces(vids))
    keys: dict[str, tuple[str, ...]] = {}
    for interface in interfaces:
        if not isinstance(interface.link, Unknown):
            keys[interface.link.value] = (*keys.get(interface.link.value, ()), interface.key)
    holes = (*config.holes(), *((uplinks.lost,) if uplinks.lost is not None else ()))
    return Network(
        interfaces=Listed(interfaces, holes),
        ports=ports.read(config, links, members, bridges, vids),
        shut_ports=ports.read_shut(config, links, members, vids),
        doubts=_doubts(config, links, table),
        links=links,
        vlans=table,
        switchports=members,
        bridges=bridges,
        routes=routes,
        addressing=addressing,
        routing=uplinks.routing,
        _keys=keys,
        _by_key={interface.key: interface for interface in interfaces},
    )


def _subnets(links: Links, addressing: Mapping[str, Addressing]) -> dict[str, tuple[IPv4Interface, ...]]:
    """The addresses of interfaces; those that are shut come last, and only say where a gateway would be."""
    up: dict[str, tuple[IPv4Interface, ...]] = {}
    down: dict[str, tuple[IPv4Interface, ...]] = {}
    for name, each in addressing.items():
        if not isinstance(each.addresses, Unknown) and each.addresses.value:
            on = links.enabled(name)
            (up if isinstance(on, Unknown) or on.value else down)[name] = each.addresses.value
    return up | down


def _switchports(config: Config, links: Links, table: Vlans) -> dict[str, Switchport]:
    found: dict[str, Switchport] = {}
    for link in links.of(Kind.ETHERNET, Kind.CHANNEL):
        switched = links.switched(link.name)
        if link.channel or isinstance(switched, Unknown) or not switched.value:
            continue
        port = switchports.read(link.settings, table)
        silent = not link.settings.glance("switchport")
        if silent and not isinstance(port.vlans, Unknown):
            # That it is a switch port at all rests on other lines.
            port = replace(port, vlans=combine(lambda ids, _: ids, port.vlans, switched))
        found[link.name] = port
    return switchports.mixed(config, found, table)


def _vids(links: Links, table: Vlans, members: Mapping[str, Switchport]) -> frozenset[int]:
    """The VLANs that get a place in the model: those that a line names, without secondary private VLANs."""
    found = set(table.by_id) | {vid for vid in map(_svi, links.of(Kind.SVI)) if vid is not None}
    for port in members.values():
        if not isinstance(port.vlans, Unknown) and len(port.vlans.value) <= _MANY:
            found |= port.vlans.value
    if members:
        found.add(1)
    return frozenset(vid for vid in found if table.primary_of(vid) == vid)


def _svi(link: Link) -> int | None:
    number = link.name[len("Vlan") :]
    return int(number) if number.isdecimal() and len(number) <= 4 and 0 < int(number) <= vlans.LAST else None


def _doubts(config: Config, links: Links, table: Vlans) -> tuple[Unknown, ...]:
    own: dict[int, tuple[Settings, Span]] = {}
    for link in links.of(Kind.SVI):
        vid = _svi(link)
        if vid is not None:
            own[vid] = (link.settings, link.header)
    found = list(switchports.private_doubts(own, table))
    auto = config.top.said("autoconf enable")
    if auto is not None and not auto.no:
        why = "ports take built-in templates by what is plugged in, which no configuration shows"
        found.append(Unknown(why, (auto.span,), "look at `show template interface binding all`"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the interfaces of the model."""

    config: Config
    links: Links
    vlans: Vlans
    bridges: Bridging
    addressing: Mapping[str, Addressing]
    uplinks: Uplinks
    ipv6: network_ipv6.Ipv6

    def interfaces(self, vids: frozenset[int]) -> Iterator[Interface]:
        seen: set[str] = set()
        for link in self.links.by_name.values():
            place = self._place(link)
            if place is None:
                continue
            wire, vlan = place
            if not isinstance(wire, Unknown):
                seen.add(wire.value)
            yield self._interface(link, wire, vlan)
        for group in self.bridges.groups.values():
            if group.own not in self.links.by_name:
                yield self._group(group)
        for vid in sorted(vids):
            if link_of(vid) not in seen:
                yield self._vlan(vid)

    def _place(self, link: Link) -> tuple[Fact[str], Fact[int | None]] | None:
        """The link and the VLAN of an interface that has a place in the model; None for those that have none."""
        near = (link.header,)
        if link.kind is Kind.SVI:
            vid = _svi(link)
            if vid is None:
                doubt = Unknown(f"{link.settings.title} names no VLAN", near, "correct its name")
                return doubt, doubt
            return Stated(link_of(self.vlans.primary_of(vid)), near), Stated(vid, near)
        target = bridging.target_of(link)
        if target:
            group = self.bridges.groups[target]
            return Stated(target, near), group.vlan
        addressed = self.addressing[link.name].is_addressed or link.name in self.uplinks.takes
        joined = self.bridges.joined.get(link.name)
        if not addressed or link.channel or link.name.startswith("Null"):
            return None
        if joined:
            return Stated(joined[0], near), self.bridges.groups[joined[0]].vlan
        switched = self.links.switched(link.name)
        if isinstance(switched, Unknown) or switched.value:
            return None
        return Stated(link.name, near), bridging.wire_vlan(link)

    def _interface(self, link: Link, wire: Fact[str], vlan: Fact[int | None]) -> Interface:
        own = self.addressing[link.name]
        near = (link.header,)
        enabled = self.links.enabled(link.name)
        vid = _svi(link) if link.kind is Kind.SVI else None
        if vid is not None:
            carried = self.vlans.carried(vid)
            if isinstance(carried, Unknown) or not carried.value:
                enabled = combine(lambda on, there: on and there, enabled, carried)
        return Interface(
            device=self.config.device,
            key=link.name,
            enabled=enabled,
            link=wire,
            vlan=vlan,
            address_source=own.source,
            addresses=own.addresses,
            gateway=self.uplinks.gateway(link.name, near),
            uplink=self.uplinks.uplink(link.name, near),
            ipv6_offered=self.ipv6.offered(link.settings),
        )

    def _group(self, group: Group) -> Interface:
        return self._empty(group.own, group.link, group.vlan, Stated(True, group.spans), group.spans)

    def _vlan(self, vid: int) -> Interface:
        vlan = self.vlans.by_id.get(vid)
        near = vlan.spans if vlan is not None else (self.vlans.near,)
        return self._empty(f"VLAN {vid}", link_of(vid), Stated(vid, near), self.vlans.carried(vid), near)

    def _empty(
        self, key: str, link: str, vlan: Fact[int | None], enabled: Fact[bool], near: tuple[Span, ...]
    ) -> Interface:
        """A segment in which the device has no interface."""
        nothing: Fact[str | None] = Stated(None, near)
        return Interface(
            device=self.config.device,
            key=key,
            enabled=enabled,
            link=Stated(link, near),
            vlan=vlan,
            address_source=Stated(AddressSource.NONE, near),
            addresses=Stated((), near),
            gateway=nothing,
            uplink=Stated(False, near),
            ipv6_offered=Stated(False, near),
        )
