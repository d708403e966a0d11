"""Which addresses clients of a segment have, for certain or perhaps: a filter may stop some of a network only."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Device, DhcpScope, Listed, Unknown
from auditor.site.filters import Interval, interval
from auditor.site.segments import Segment


@dataclass(frozen=True, slots=True)
class Addresses:
    """Clients have addresses in `possible`; those in `certain` are theirs."""

    possible: tuple[Interval, ...]
    certain: tuple[IPv4Address, ...] = ()


def whole(segment: Segment) -> Addresses:
    """Any address of the networks of a segment."""
    return Addresses(() if isinstance(segment.subnets, Unknown) else tuple(map(interval, segment.subnets.value)))


def by_dhcp(
    segment: Segment,
    scopes: Listed[DhcpScope],
    devices: tuple[Device, ...],
    macs: tuple[str, ...],
    addresses: tuple[IPv4Address, ...],
) -> Addresses:
    """Addresses of clients that use DHCP: pools, reservations, and what they are declared or known to have.

    A pool or a server that is not known leaves the whole network possible.
    """
    leased = [
        lease.address.value
        for device in devices
        for lease in device.leases
        if lease.mac in macs and not isinstance(lease.address, Unknown)
    ]
    reserved = [
        (set(item.macs.value), item.address.value)
        for device in devices
        for item in device.reservations
        if not isinstance(item.macs, Unknown) and not isinstance(item.address, Unknown) and item.address.value
    ]
    mine = [address for owners, address in reserved if owners & set(macs)]
    certain = tuple(a for a in dict.fromkeys((*addresses, *leased, *mine)) if segment.holds(a))
    pools = [scope.pool for scope in scopes]
    known = [pool.value for pool in pools if not isinstance(pool, Unknown)]
    doubtful = [*scopes.holes, *(hole for device in devices for hole in device.reservations.holes)]
    if doubtful or not scopes.items or len(known) < len(pools):
        return Addresses(whole(segment).possible, certain)
    single = (*certain, *(address for _, address in reserved if segment.holds(address)))
    ranges = [(int(pool.first), int(pool.last)) for pool in known if pool]
    possible = (*ranges, *((int(address), int(address)) for address in dict.fromkeys(single)))
    return Addresses(possible or whole(segment).possible, certain)
