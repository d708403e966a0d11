"""What frames meet on their way to a router, from one, or between two of them: filters within bridges."""

from auditor.model import Device
from auditor.site.addresses import Addresses
from auditor.site.bridge_filters import Sides, bridge_filters
from auditor.site.cables import port_to
from auditor.site.cut_off import cut_off
from auditor.site.filters import Interval
from auditor.site.hops import Hop
from auditor.site.plugs import Plug
from auditor.site.segments import Segment
from auditor.site.station_filters import station_filters


def to_router(
    segment: Segment,
    devices: tuple[Device, ...],
    clients: Sides,
    destinations: tuple[Interval, ...],
    *,
    protocol: str,
    port: int | None,
    routers: frozenset[str],
) -> tuple[Hop, ...]:
    """Return hops for all that packets of clients meet before their router: filters of a BSS, isolation, and bridges.

    What a router does itself with packets that come to it, its own filters say.
    """
    hops = toward(segment, devices, clients, destinations, protocol=protocol, port=port, routers=routers)
    return (*station_filters(clients.bsses), *hops)


def toward(
    segment: Segment,
    devices: tuple[Device, ...],
    clients: Sides,
    destinations: tuple[Interval, ...],
    *,
    protocol: str,
    port: int | None,
    routers: frozenset[str],
) -> tuple[Hop, ...]:
    """Return hops for isolation and filters within bridges between clients and the first of their routers."""
    between = _between(devices, routers)
    router = router_side(segment, devices, between, Addresses(destinations), routers) if between else clients
    filters = bridge_filters(segment, between, clients, router, protocol=protocol, port=port)
    return (*cut_off(segment, devices, clients, routers), *filters)


def from_router(
    segment: Segment,
    devices: tuple[Device, ...],
    sources: tuple[Interval, ...],
    clients: Sides,
    *,
    protocol: str,
    port: int | None,
    router: str,
) -> tuple[Hop, ...]:
    """Return hops for isolation and filters within bridges between the last router and those whom packets are for."""
    routers = frozenset([router])
    isolated = cut_off(segment, devices, clients, routers)
    between = _between(devices, routers)
    if not between:
        return isolated
    side = router_side(segment, devices, between, Addresses(sources), routers)
    return (*isolated, *bridge_filters(segment, between, side, clients, protocol=protocol, port=port))


def between_routers(
    segment: Segment,
    devices: tuple[Device, ...],
    sources: tuple[Interval, ...],
    destinations: tuple[Interval, ...],
    *,
    protocol: str,
    port: int | None,
    routers: tuple[str, str],
) -> tuple[Hop, ...]:
    """Return hops for the filters within bridges of a network that two routers share."""
    between = _between(devices, frozenset(routers))
    if not between:
        return ()
    one, other = (
        router_side(segment, devices, between, Addresses(addresses), frozenset([name]))
        for addresses, name in zip((sources, destinations), routers, strict=True)
    )
    return bridge_filters(segment, between, one, other, protocol=protocol, port=port)


def router_side(
    segment: Segment,
    devices: tuple[Device, ...],
    between: tuple[Device, ...],
    addresses: Addresses,
    routers: frozenset[str],
) -> Sides:
    """A router as an end of a way within a segment: behind the port where a switch has learned it, else behind any."""
    ends = [device for device in devices if device.name in routers]
    learned = [(each.name, port_to(each, ends[0], segment, devices)) for each in between if len(ends) == 1]
    behind = tuple(Plug(name, port.key) for name, port in learned if port is not None)
    return Sides((), cable=True, addresses=addresses, behind=behind)


def _between(devices: tuple[Device, ...], routers: frozenset[str]) -> tuple[Device, ...]:
    return tuple(
        each
        for each in devices
        if each.name not in routers and (each.bridge_filters.items or each.bridge_filters.holes)
    )
