"""Conflicts between devices about one network: addresses, masks, DHCP servers, and ways out of it.

Pure questions about a segment; which of them is a fault, and how bad it is, rules say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from itertools import combinations
from typing import Any

from auditor.model import AddressSource, Device, DhcpScope, Fact, Interface, SourceNat, Unknown
from auditor.site.dhcp import is_on
from auditor.site.neighbourhood import passes_nothing
from auditor.site.segments import Segment

_HOST = 32


@dataclass(frozen=True, slots=True)
class Disagreeing:
    """What two devices say of one network: the words and the facts of both, in the order of the site."""

    devices: tuple[str, str]
    words: tuple[str, str]
    facts: tuple[Fact[Any], Fact[Any]]


@dataclass(frozen=True, slots=True)
class WayOut:
    """A device by which clients of a segment could leave: its addresses there, and its interfaces in and out.

    `translates` is the translation on the interface out, None if none is certain.
    """

    device: str
    addresses: tuple[IPv4Address, ...]
    inside: Interface
    outside: Interface
    translates: SourceNat | None

    @property
    def facts(self) -> tuple[Fact[Any], ...]:
        translated = () if self.translates is None else (self.translates.leaving,)
        return (self.inside.addresses, self.outside.uplink, *translated)


def same_address(segment: Segment) -> Iterator[Disagreeing]:
    """Addresses that two devices have; the words are the address.

    Devices that share one and have another besides stand in for one another: members of a group keep addresses of
    their own. Source: RFC 5798, section 4; RFC 2281, section 3.
    """
    own = list(_own(segment))
    for (one, address), (other, same) in combinations(own, 2):
        if address.ip != same.ip or one.device == other.device:
            continue
        if not all(_has_another(own, interface.device, address) for interface in (one, other)):
            words = str(address.ip)
            yield Disagreeing((one.device, other.device), (words, words), (one.addresses, other.addresses))


def two_masks(segment: Segment) -> Iterator[Disagreeing]:
    """Two subnets of one segment that overlap without being equal: one network with two masks."""
    own = [pair for pair in _all(segment) if pair[1].network.prefixlen < _HOST]
    for (one, here), (other, there) in combinations(own, 2):
        if here.network != there.network and here.network.overlaps(there.network):
            words = (str(here.network), str(there.network))
            yield Disagreeing((one.device, other.device), words, (one.addresses, other.addresses))


def unread_address(segment: Segment) -> Unknown | None:
    """Why it is not known whether devices agree: the address of one of several was not understood."""
    if len(segment.devices) < 2:
        return None
    for interface in segment.interfaces:
        asks = not isinstance(interface.address_source, Unknown) and interface.address_source.value in _TOLD
        if isinstance(interface.addresses, Unknown) and _may_be_on(interface) and not asks:
            return interface.addresses
    return None


_TOLD = frozenset({AddressSource.DHCP, AddressSource.PPP, AddressSource.NONE})
"""Who asks for an address takes it with its mask from one who has both."""


def ways_out(segment: Segment, devices: Iterable[Device]) -> tuple[WayOut, ...]:
    """The devices with an address in a segment that hand packets on to an uplink of their own."""
    found: list[WayOut] = []
    for device in devices:
        inside = [i for i, _ in _own(segment) if i.device == device.name]
        outside = [i for i in device.interfaces if i not in segment.interfaces and _leads_out(i)]
        if inside and outside and not passes_nothing(device):
            addresses = tuple(address.ip for i, address in _own(segment) if i.device == device.name)
            found.append(WayOut(device.name, addresses, inside[0], outside[0], _translation(device, outside[0])))
    return tuple(found)


def stand_in(one: WayOut, other: WayOut) -> bool:
    """Whether two routers share an address, so that one stands in for the other."""
    return not set(one.addresses).isdisjoint(other.addresses)


def relay_beside(segment: Segment, devices: Iterable[Device]) -> Iterator[tuple[DhcpScope, DhcpScope]]:
    """Pairs of a relay in a segment and a server of another device there that the relay does not ask.

    Both hear the question of a client, and it takes whichever offer comes first (RFC 2131, section 4.4.1).
    """
    listed = tuple(devices)
    here = [scope for device in listed for scope in device.dhcp_scopes if is_on(scope, segment)]
    own = {name: {address.ip for i, address in _every_address(listed) if i.device == name} for name in _names(here)}
    for relay in (scope for scope in here if scope.relays_to):
        for server in here:
            asked = not own[server.device].isdisjoint(relay.relays_to)
            serving = not isinstance(server.serving, Unknown) and server.serving.value
            if serving and server.device != relay.device and not asked:
                yield relay, server


def _names(scopes: list[DhcpScope]) -> set[str]:
    return {scope.device for scope in scopes}


def _every_address(devices: tuple[Device, ...]) -> Iterator[tuple[Interface, IPv4Interface]]:
    return _listed(interface for device in devices for interface in device.interfaces)


def _all(segment: Segment) -> Iterator[tuple[Interface, IPv4Interface]]:
    """The addresses in a segment with their interfaces, those that are switched off among them."""
    return _listed(segment.interfaces)


def _own(segment: Segment) -> Iterator[tuple[Interface, IPv4Interface]]:
    """The addresses of interfaces that are not switched off."""
    return _listed(interface for interface in segment.interfaces if _may_be_on(interface))


def _listed(interfaces: Iterable[Interface]) -> Iterator[tuple[Interface, IPv4Interface]]:
    for interface in interfaces:
        if not isinstance(interface.addresses, Unknown):
            for address in interface.addresses.value:
                yield interface, address


def _may_be_on(interface: Interface) -> bool:
    return isinstance(interface.enabled, Unknown) or interface.enabled.value


def _has_another(own: list[tuple[Interface, IPv4Interface]], device: str, shared: IPv4Interface) -> bool:
    """Whether a device has an address in the network of one that it shares, besides that one."""
    return any(i.device == device and each.ip != shared.ip and each.ip in shared.network for i, each in own)


def _leads_out(interface: Interface) -> bool:
    return _may_be_on(interface) and not isinstance(interface.uplink, Unknown) and interface.uplink.value


def _translation(device: Device, outside: Interface) -> SourceNat | None:
    for nat in device.source_nats:
        if not isinstance(nat.leaving, Unknown) and outside.key in nat.leaving.value:
            return nat
    return None
