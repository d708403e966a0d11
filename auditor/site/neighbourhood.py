"""Who is next to whom: the routing tables of a site, owners of addresses, and the routers that clients use first."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import NO_ROUTER, Device, Interface, Unknown, spans_of
from auditor.site.forwarding import Table, is_off, is_uplink, table_of
from auditor.site.segments import Segment


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Routing tables by device, owners by address, and networks by device and interface: built once for a site."""

    tables: Mapping[str, Table]
    owners: Mapping[IPv4Address, tuple[Interface, ...]]
    places: Mapping[tuple[str, str], Segment]

    def peer(self, out: Interface, address: IPv4Address) -> Interface | Unknown | None:
        """Who has an address in the network of an interface: None if no audited device has it anywhere."""
        owners = [each for each in self.owners.get(address, ()) if each.device != out.device]
        near = [each for each in owners if self._meet(out, each)]
        if len(near) == 1:
            return near[0]
        if not owners:
            return None
        spans = spans_of(out.addresses, *(each.addresses for each in owners))
        if near:
            names = " and ".join(each.device for each in near)
            return Unknown(f"{names} both have the address {address}", spans, "find out which of them answers for it")
        why = f"{address} is an address of {owners[0].device}, but not known to be in the network behind {out.key}"
        settle = f"look who answers for {address} on {out.device}, and give both one subnet there"
        return Unknown(f"{why} of {out.device}", spans, settle)

    def _meet(self, one: Interface, other: Interface) -> bool:
        """Whether two interfaces are in one network; those that lead to the internet join none, so subnets say it."""
        here, there = self.places.get((one.device, one.key)), self.places.get((other.device, other.key))
        if here is None or there is None:
            return False
        if here is there:
            return True
        if not (is_uplink(one) or is_uplink(other)) or here.uncarried or there.uncarried:
            return False
        return any(a.overlaps(b) for a in _networks(one) for b in _networks(other))


def neighbourhood(devices: tuple[Device, ...], segments: tuple[Segment, ...]) -> Neighbourhood:
    """Index the devices of a site by what a way asks for."""
    owners: dict[IPv4Address, list[Interface]] = {}
    for device in devices:
        for interface in device.interfaces:
            if not isinstance(interface.addresses, Unknown) and not is_off(interface):
                for address in dict.fromkeys(each.ip for each in interface.addresses.value):
                    owners.setdefault(address, []).append(interface)
    places = {(each.device, each.key): segment for segment in segments for each in segment.interfaces}
    return Neighbourhood(
        {device.name: table_of(device) for device in devices},
        {address: tuple(each) for address, each in owners.items()},
        places,
    )


@dataclass(frozen=True, slots=True)
class First:
    """The routers that clients of a network may use first, by their interface there.

    `told`: DHCP names them, so that nobody else is asked; `stray` are addresses it names that nobody has there.
    """

    routers: tuple[Interface, ...]
    told: bool
    stray: Unknown | None = None


def first_routers(segment: Segment, told: frozenset[IPv4Address], around: Neighbourhood) -> First:
    """Find the first router of a segment: what DHCP names, else whoever has an address there and another network."""
    own = [each for each in segment.interfaces if _networks(each) and not is_off(each)]
    if told:
        named = [each for each in own if not isinstance(each.addresses, Unknown)
                 and any(address.ip in told for address in each.addresses.value)]  # fmt: skip
        here = {a.ip for each in named if not isinstance(each.addresses, Unknown) for a in each.addresses.value}
        words = ", ".join(map(str, sorted(told - here)))
        why = f"clients of {segment.name} leave by {words}, which is no audited device"
        settle = f"add the router with the address {words} as a device"
        if elsewhere := [each for address in sorted(told - here) for each in around.owners.get(address, ())]:
            why = f"clients of {segment.name} leave by {words}, which {elsewhere[0].device} has in another network"
            settle = f"let DHCP name a router that has its address in {segment.name}"
        stray = Unknown(why, segment.subnets.spans, settle) if words else None
        return First(_one_each(named), told=True, stray=stray)
    candidates = [each for each in own if _leads_on(around.tables.get(each.device), segment)]
    passing = [each for each in candidates if not passes_nothing(around.tables[each.device].device)]
    return First(_one_each(passing or candidates), told=False)


def _one_each(interfaces: list[Interface]) -> tuple[Interface, ...]:
    return tuple({each.device: each for each in reversed(interfaces)}.values())[::-1]


def _leads_on(table: Table | None, segment: Segment) -> bool:
    """Whether a device has another network: one with a single address is a host, a switch or an access point."""
    if table is None:
        return False
    return any(
        each not in segment.interfaces
        and not is_off(each)
        and (isinstance(each.addresses, Unknown) or bool(each.addresses.value) or is_uplink(each))
        for each in table.device.interfaces
    )


def passes_nothing(device: Device) -> bool:
    """Whether it certainly hands no packet on, as a server with a leg in each network: another one is the router."""
    defaults = (f.default for f in device.forward_filters if f.key == NO_ROUTER)
    return any(not isinstance(default, Unknown) and default.value.blocks for default in defaults)


def _networks(interface: Interface) -> tuple[IPv4Network, ...]:
    known = () if isinstance(interface.addresses, Unknown) else interface.addresses.value
    return tuple(address.network for address in known)
