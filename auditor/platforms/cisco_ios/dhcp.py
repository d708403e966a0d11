"""`ip dhcp pool`: who gives addresses to whom, and for how long.

One pool gives addresses to clients of the interface whose network it holds. Addresses that follow each other are one
scope; excluded addresses in the middle cut a pool into several. A pool whose network no interface has is for clients
behind relays on other devices.
Source: Cisco, "Configuring the Cisco IOS DHCP Server" (a client that is directly connected gets an address of the
pools that hold the networks of the interface, that of its primary address first).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from auditor.model import Assumed, DhcpScope, Fact, Listed, Reservation, Stated, Unknown
from auditor.platforms.cisco_ios import (
    dhcp_options,
    dhcp_places,
    dhcp_pools,
    dhcp_ranges,
    dhcp_relays,
    dhcp_reservations,
)
from auditor.platforms.cisco_ios.blocks import true_false
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_places import Interfaces, Place, Places
from auditor.platforms.cisco_ios.dhcp_pools import Held, Pool, Pools, unique
from auditor.platforms.cisco_ios.dhcp_ranges import Excluded, Free

DATABASE = "ip dhcp database"


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all pools of a device go by."""

    config: Config
    service: Fact[bool]
    excluded: Excluded
    stored: Fact[bool]
    places: Places


def read(config: Config, network: Interfaces) -> tuple[Listed[DhcpScope], Listed[Reservation]]:
    """Return the scopes of all pools and relays, and the addresses that are kept for one client."""
    pools = dhcp_pools.read(config)
    vrfs = dhcp_places.vrfs(config)
    shared = _Shared(
        config,
        config.top.flag("service dhcp", "service dhcp"),
        dhcp_ranges.read(config, dhcp_places.own_addresses(network, vrfs)),
        _store(config),
        Places.of(network, pools, vrfs, dhcp_places.limits(config)),
    )
    scopes: list[DhcpScope] = []
    holes = [*config.holes(), *_any_vrf(config, pools, vrfs)]
    for pool in pools.pools:
        if pool.is_host or pool.is_relay:
            continue
        for held in pool.networks:
            scopes += _scopes(shared, pool, held)
        if not pool.networks and pool.unread is not None:
            holes.append(pool.unread)
    served = frozenset(each.interface.value for each in scopes if not isinstance(each.interface, Unknown))
    for relay in dhcp_relays.read(config, shared.service, served, pools, network):
        if isinstance(relay, Unknown):
            holes.append(relay)
        else:
            scopes.append(relay)
    off = not isinstance(shared.service, Unknown) and not shared.service.value
    kept = () if off else dhcp_reservations.read(config, pools)
    return Listed(_with_keys(scopes), tuple(dict.fromkeys(holes))), Listed(kept, config.holes())


def _with_keys(scopes: list[DhcpScope]) -> tuple[DhcpScope, ...]:
    """A scope has the name of its pool if that is one scope, else the first address of its range besides."""
    several = Counter(each.key for each in scopes)
    names = (
        f"{each.key}/{each.pool.value.first}"
        if several[each.key] > 1 and not isinstance(each.pool, Unknown) and each.pool.value is not None
        else each.key
        for each in scopes
    )
    return tuple(replace(each, key=key) for key, each in zip(unique(names), scopes, strict=True))


def _any_vrf(config: Config, pools: Pools, vrfs: Mapping[str, str]) -> Iterator[Unknown]:
    """Pools are for interfaces of their own VRF, unless a line says that this does not count."""
    line = config.top.said("ip dhcp use vrf connected")
    if line is not None and line.no and (any(vrfs.values()) or any(pool.vrf for pool in pools.pools)):
        why = f"pools of {config.device} serve interfaces whatever their VRF (`no ip dhcp use vrf connected`)"
        yield Unknown(why, (line.span,), "look at `show ip dhcp binding` for the readers")


def _store(config: Config) -> Fact[bool]:
    """Leases are in memory, and lost at a restart, unless a database agent keeps a copy."""
    agent = next(iter(config.top.lines(DATABASE)), None)
    if agent is not None:
        return Stated(True, (agent.span,))
    return config.top.unsaid(DATABASE) or config.default(DATABASE, true_false)


def _scopes(shared: _Shared, pool: Pool, held: Held) -> Iterator[DhcpScope]:
    ranges = _ranges(shared, pool, held)
    for place in shared.places.of_pool(pool, held):
        scope = _scope(shared, pool, held, place)
        if isinstance(ranges, Unknown):
            yield replace(scope, pool=ranges)
            continue
        doubt = place.limited or (place.doubt if len(ranges) > 1 else None)
        if not ranges:
            yield scope
        elif doubt is not None:
            yield replace(scope, pool=doubt)
        else:
            for each in ranges:
                spans = tuple(dict.fromkeys((held.span, *each.spans)))
                yield replace(scope, pool=Stated(each.addresses, spans))


def _ranges(shared: _Shared, pool: Pool, held: Held) -> tuple[Free, ...] | Unknown:
    """The addresses for any client; none where the pool is for kept addresses only."""
    if pool.unread is not None:
        return pool.unread
    if pool.block.has("reserved-only"):
        return ()
    return shared.excluded.ranges(pool.vrf, held.network)


def _scope(shared: _Shared, pool: Pool, held: Held, place: Place) -> DhcpScope:
    """A scope without addresses."""
    config = shared.config
    serving = place.off or place.doubt or pool.unread or _beside(shared.service, pool)
    return DhcpScope(
        device=config.device,
        key=pool.key,
        interface=place.interface,
        serving=serving,
        subnet=Stated(held.network, (held.span,)),
        pool=Stated(None, (held.span,)),
        lease_time=dhcp_options.lease_time(config, pool),
        domain_name_servers=dhcp_options.domain_name_servers(config, pool),
        routers=_routers(config, pool, held),
        ipv6_only_preferred=dhcp_options.ipv6_only(config, pool),
        lease_store_persistent=_beside(shared.stored, pool),
        hears_past_filters=config.default("ip dhcp.hears-past-filters", true_false, pool.head),
        server=pool.key,
    )


def _beside(fact: Fact[bool], pool: Pool) -> Fact[bool]:
    """What holds for all pools, with the line of this one beside it where no line says so."""
    return replace(fact, near=(pool.head,)) if isinstance(fact, Assumed) else fact


def _routers(config: Config, pool: Pool, held: Held) -> Fact[tuple[IPv4Address, ...]]:
    """A secondary network may have routers of its own (`override default-router`)."""
    for nested in pool.block.blocks("network"):
        if nested.header == held.span:
            own = nested.stated("override default-router", dhcp_options.addresses)
            if own is not None:
                return own
    return dhcp_options.routers(config, pool)
