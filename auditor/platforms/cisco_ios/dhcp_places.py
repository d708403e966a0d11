"""Which interfaces a pool serves: those whose network it holds, in its VRF.

Source: Cisco, "Configuring the Cisco IOS DHCP Server": a client that is directly connected gets an address of the
pools that hold the networks of the interface; ip dhcp use vrf connected, which is the default.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Protocol

from auditor.model import AddressSource, Fact, Interface, Listed, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_pools import Held, Pool, Pools
from auditor.services.reading import printable

NOWHERE = ""
"""The interface of a scope for clients behind relays: none of the device."""

_MOST_INTERFACES = 32
_GIVEN = (AddressSource.DHCP, AddressSource.PPP)
_SETTLE = "look at `show ip dhcp binding` for the readers"


class Interfaces(Protocol):
    """The routed interfaces of a device, as far as DHCP and DNS need them."""

    @property
    def interfaces(self) -> Listed[Interface]: ...

    def vlan_named(self, name: str) -> Fact[int]:
        """The id of a VLAN by its name or its number."""

    def networks_of_vlan(self, vlan: Fact[int]) -> Fact[tuple[str, ...]]:
        """The keys of the interfaces whose segment is a VLAN on this device."""


@dataclass(frozen=True, slots=True)
class Place:
    """An interface that a pool serves, why it may not, and (`off`) that the interface is switched off.

    `limited`: why not all addresses of the pool are for its clients.
    """

    interface: Fact[str]
    doubt: Unknown | None = None
    off: Fact[bool] | None = None
    limited: Unknown | None = None


@dataclass(frozen=True, slots=True)
class _Own:
    """One address of an interface."""

    interface: Interface
    address: IPv4Interface
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The places of all networks of all pools; `elsewhere` is that of a network which no interface has."""

    found: Mapping[tuple[str, IPv4Network], tuple[Place, ...]]
    elsewhere: Place | None

    @classmethod
    def of(cls, network: Interfaces, pools: Pools, vrfs: Mapping[str, str], limits: Mapping[str, Unknown]) -> "Places":
        found: dict[tuple[str, IPv4Network], list[Place]] = {}
        inside = _Inside.of(pools)
        for (vrf, own), each in _by_network(network, vrfs).items():
            exact = (vrf, own) in pools.by_network
            for around, pool in pools.holding(vrf, own):
                if exact and around != own:
                    continue  # of pools within each other the outer ones hand down what they say, not addresses
                doubt = _wider(pool, around, own, each) if around != own else _twin(pools, vrf, own, each)
                for one in each if doubt is None else each[:1]:
                    place = replace(_place(one, doubt), limited=limits.get(one.interface.key))
                    found.setdefault((pool.key, around), []).append(place)
            for part, pool in inside.below(vrf, own):
                found.setdefault((pool.key, part), []).append(_place(each[0], _narrower(pool, part, own, each)))
        return cls({key: tuple(places) for key, places in found.items()}, _elsewhere(network))

    def of_pool(self, pool: Pool, held: Held) -> tuple[Place, ...]:
        """Where one network of a pool is served; at no interface of the device if none has it."""
        places = self.found.get((pool.key, held.network))
        if places:
            return places
        return (self.elsewhere or Place(Stated(NOWHERE, (held.span,))),)


@dataclass(frozen=True, slots=True)
class _Inside:
    """Networks of pools by VRF, in order, to find those within another network."""

    ordered: Mapping[str, tuple[tuple[int, IPv4Network, Pool], ...]]

    @classmethod
    def of(cls, pools: Pools) -> "_Inside":
        found: dict[str, list[tuple[int, IPv4Network, Pool]]] = {}
        for (vrf, network), listed in pools.by_network.items():
            found.setdefault(vrf, []).extend((int(network.network_address), network, pool) for pool in listed)
        return cls({vrf: tuple(sorted(each, key=lambda one: one[0])) for vrf, each in found.items()})

    def below(self, vrf: str, network: IPv4Network) -> Iterator[tuple[IPv4Network, Pool]]:
        """The networks of pools that are a part of this one."""
        listed = self.ordered.get(vrf, ())
        first = bisect_left(listed, int(network.network_address), key=lambda one: one[0])
        last = bisect_right(listed, int(network.broadcast_address), key=lambda one: one[0])
        for _, each, pool in listed[first:last]:
            if each.prefixlen > network.prefixlen:
                yield each, pool


def of_policy(network: Interfaces, profile: Block) -> tuple[str, ...]:
    """The networks that a policy profile of a wireless controller puts its clients in; () if that is not known."""
    vlan = profile.said("vlan")
    if vlan is None or vlan.no:
        return ()
    found = network.networks_of_vlan(network.vlan_named(vlan.rest))
    return () if isinstance(found, Unknown) else found.value


def vrfs(config: Config) -> Mapping[str, str]:
    """The VRF of each interface that is in one."""
    found: dict[str, str] = {}
    for block in config.blocks("interface"):
        for prefix in ("vrf forwarding", "ip vrf forwarding"):
            line = block.said(prefix)
            if line is not None and not line.no:
                found[block.name] = line.rest
    return found


def limits(config: Config) -> Mapping[str, Unknown]:
    """Interfaces on which no more than so many clients get a lease."""
    found: dict[str, Unknown] = {}
    for block in config.blocks("interface"):
        line = block.said("ip dhcp limit lease")
        if line is not None and not line.no:
            why = f"no more than {printable(line.rest)} clients get a lease on {printable(block.name)}"
            found[block.name] = Unknown(why, (line.span,), "look at `show ip dhcp limit lease`")
    return found


def own_addresses(network: Interfaces, vrfs: Mapping[str, str]) -> Mapping[str, tuple[IPv4Address, ...]]:
    """The addresses of the device itself by VRF."""
    found: dict[str, list[IPv4Address]] = {}
    for each in network.interfaces:
        if not isinstance(each.addresses, Unknown):
            found.setdefault(vrfs.get(each.key, ""), []).extend(address.ip for address in each.addresses.value)
    return {vrf: tuple(addresses) for vrf, addresses in found.items()}


def _by_network(network: Interfaces, vrfs: Mapping[str, str]) -> dict[tuple[str, IPv4Network], list[_Own]]:
    found: dict[tuple[str, IPv4Network], list[_Own]] = {}
    for each in network.interfaces:
        if isinstance(each.addresses, Unknown):
            continue
        for address in each.addresses.value:
            place = found.setdefault((vrfs.get(each.key, ""), address.network), [])
            if len(place) < _MOST_INTERFACES and all(one.interface is not each for one in place):
                place.append(_Own(each, address, each.addresses.spans))
    return found


def _place(own: _Own, doubt: Unknown | None) -> Place:
    enabled = own.interface.enabled
    off = enabled if not isinstance(enabled, Unknown) and not enabled.value else None
    return Place(Stated(own.interface.key, own.spans), doubt, off)


def _elsewhere(network: Interfaces) -> Place | None:
    """Why an interface that was not read may have any network; None if all were read."""
    for hole in network.interfaces.holes:
        return Place(hole)
    for each in network.interfaces:
        source = each.address_source
        given = not isinstance(source, Unknown) and source.value in _GIVEN
        if isinstance(each.addresses, Unknown) and not given:
            return Place(each.addresses)
    return None


def _wider(pool: Pool, around: IPv4Network, own: IPv4Network, each: list[_Own]) -> Unknown:
    why = f"{pool.block.title} holds {around}, more than the network {own} of {_name(each)}"
    return Unknown(why, (pool.head, *each[0].spans), _SETTLE)


def _narrower(pool: Pool, part: IPv4Network, own: IPv4Network, each: list[_Own]) -> Unknown:
    why = f"{pool.block.title} holds {part}, a part of the network {own} of {_name(each)}"
    return Unknown(why, (pool.head, *each[0].spans), _SETTLE)


def _twin(pools: Pools, vrf: str, own: IPv4Network, each: list[_Own]) -> Unknown | None:
    """Two pools for one network, or two interfaces that have it with addresses of their own."""
    listed = pools.by_network[(vrf, own)]
    if len(listed) > 1:
        why = f"{listed[0].block.title} and {listed[1].block.title} both hold {own}; which one serves is not documented"
        return Unknown(why, (listed[0].head, listed[1].head), _SETTLE)
    if len({one.address.ip for one in each}) > 1:
        why = f"{_name(each)} and {printable(each[1].interface.key)} both have the network {own}"
        return Unknown(why, (*each[0].spans, *each[1].spans), _SETTLE)
    return None


def _name(each: list[_Own]) -> str:
    return printable(each[0].interface.key)
