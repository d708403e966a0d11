"""`/ip dhcp-server`: who gives addresses to whom, and for how long.

One server gives out one pool on one interface, or to the clients of a relay. Its addresses are one scope; a pool of
several ranges is several, as each range may lie in a network of its own.

Source: MikroTik's manual, "DHCP", DHCP Server (properties, leases, store configuration, networks, options, matcher)
and DHCP Relay.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from auditor.model import (
    AddressRange,
    DhcpScope,
    Fact,
    Listed,
    Reservation,
    Stated,
    Unknown,
    combine,
    known_like,
    spans_of,
)
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.dhcp_exceptions import Exceptions, Odd
from auditor.platforms.routeros.dhcp_networks import Network, Networks, domain_name_servers, networks, routers
from auditor.platforms.routeros.dhcp_options import DOMAIN_NAME_SERVERS, IPV6_ONLY, LEASE_TIME, ROUTERS, Options
from auditor.platforms.routeros.dhcp_relays import RELAY, relays
from auditor.platforms.routeros.dhcp_reservations import reservations
from auditor.platforms.routeros.dhcp_serving import ANY_RELAY, Interfaces, Ports, interface_of, relay_of, serving
from auditor.platforms.routeros.dns_servers import OwnServers, own_servers
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.pools import PoolRange, Pools
from auditor.platforms.routeros.times import duration
from auditor.services.reading import printable

SERVER = "ip dhcp-server"
CONFIG = "ip dhcp-server config"

_MOST_RANGES = 256

_SOON = timedelta(hours=1)
"""Leases that are written to disk at least so often are not lost in a number that matters."""


def read(config: Config, network: Interfaces) -> tuple[Listed[DhcpScope], Listed[Reservation]]:
    """Return the scopes of all servers and relays, and the static leases."""
    options = Options.of(config)
    shared = _Shared(
        networks(config),
        own_servers(config),
        options,
        Odd.of(config, options),
        Pools.of(config),
        Ports.of(config),
        config.setting(CONFIG, "store-leases-disk", _store_every),
    )
    scopes: list[DhcpScope] = []
    for item in config.items(SERVER):
        config.span(item, "name")
        scopes += _scopes(config, network, item, shared)
    scopes += relays(config, network)
    return Listed(tuple(scopes), config.holes(SERVER, RELAY)), reservations(config)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all servers of a device go by."""

    networks: Networks
    own: OwnServers
    options: Options
    odd: Odd
    pools: Pools
    ports: Ports
    stored: Fact[timedelta | None]


def _scopes(config: Config, network: Interfaces, item: Item, shared: _Shared) -> list[DhcpScope]:
    ranges = ranges_of_server(config, shared.pools, item)
    several = not isinstance(ranges, Unknown) and len(ranges.value) > 1
    if isinstance(ranges, Unknown):
        return [_scope(config, network, item, shared, ranges, printable(item.key, 200))]
    if not ranges.value:
        none: Fact[PoolRange | None] = known_like(None, ranges)
        return [_scope(config, network, item, shared, none, printable(item.key, 200))]
    outside = _outside(config, network, item, ranges.value)
    scopes = (
        _scope(
            config, network, item, shared, Stated(each, (*ranges.spans, *each.spans)), scope_key(item, each, several)
        )
        for each in ranges.value
    )
    return [replace(each, serving=outside) if outside is not None and _serves(each) else each for each in scopes]


def _serves(scope: DhcpScope) -> bool:
    return not isinstance(scope.serving, Unknown) and scope.serving.value


def _outside(config: Config, interfaces: Interfaces, item: Item, ranges: tuple[PoolRange, ...]) -> Unknown | None:
    """Why nobody knows what clients get: all addresses lie outside the subnets that the server's interface has."""
    interface = _clients_of(config, item)
    subnets = _subnets(interfaces, interface)
    if subnets is None or any(
        each.addresses.first in subnet and each.addresses.last in subnet for each in ranges for subnet in subnets
    ):
        return None
    shown = ", ".join(map(str, subnets))
    why = f"the pool of {item.title} is not within the subnets of its interface ({shown})"
    near = (*interface.spans, *(span for each in ranges[:3] for span in each.spans))
    return Unknown(why, near, f"correct the pool, or the prefix in /ip address, on {config.device}")


def ranges_of_server(config: Config, pools: Pools, item: Item) -> Fact[tuple[PoolRange, ...]]:
    """What a server gives out by itself; () if it serves static leases only."""
    pool = config.fact(item, "address-pool", str)
    if isinstance(pool, Unknown):
        return pool
    if pool.value == "static-only":
        return known_like((), pool)
    ranges = pools.ranges(pool.value, *pool.spans)
    if not isinstance(ranges, Unknown) and len(ranges.value) > _MOST_RANGES:
        why = f"{item.title} gives out {len(ranges.value)} ranges, more than are worked out here"
        return Unknown(why, ranges.spans, "give it a pool of fewer ranges")
    return ranges


def scope_key(item: Item, of: PoolRange, several: bool) -> str:
    """The key of a scope: the server's name, and the first address of the range where there are several."""
    name = printable(item.key, 200)
    return f"{name}/{of.addresses.first}" if several else name


def _scope(
    config: Config, interfaces: Interfaces, item: Item, shared: _Shared, of: Fact[PoolRange | None], key: str
) -> DhcpScope:
    interface, relay = _clients_of(config, item), relay_of(config, item)
    entry = _network(config, interfaces, interface, shared.networks, of)
    if relay is not None and not isinstance(of, Unknown) and of.value is None:
        entry = _of_relay(config, item, relay, shared.networks)
    odd = shared.odd.of_server(config, item, shared.networks, entry, _subnets(interfaces, interface))
    own, options = shared.own, shared.options

    def servers_of(each: Network) -> Fact[tuple[IPv4Address, ...]]:
        return domain_name_servers(config, options, item, each, own)

    def routers_of(each: Network) -> Fact[tuple[IPv4Address, ...]]:
        return routers(config, options, item, each)

    def preferred_of(each: Network) -> Fact[bool]:
        return _ipv6_only(config, options, item, each)

    return DhcpScope(
        device=config.device,
        key=key,
        interface=interface,
        serving=serving(config, interfaces, shared.ports, item),
        subnet=entry if isinstance(entry, Unknown) else entry.subnet,
        pool=odd.pool or combine(_addresses, of),
        lease_time=_lease_time(config, options, item, entry, odd),
        domain_name_servers=odd.told(DOMAIN_NAME_SERVERS, servers_of),
        routers=odd.told(ROUTERS, routers_of),
        ipv6_only_preferred=odd.told(IPV6_ONLY, preferred_of),
        lease_store_persistent=_store(config, item, shared.stored),
        hears_past_filters=config.default("ip dhcp-server.raw-packets", lambda text: text == "yes", item.header),
        server=printable(item.key, 200),
        only_relay=None if relay is None or isinstance(relay, Unknown) or relay.value == ANY_RELAY else relay.value,
    )


def _clients_of(config: Config, item: Item) -> Fact[str]:
    """The interface whose clients a server is for; '' if they are behind a relay."""
    relay = relay_of(config, item)
    if relay is None or isinstance(relay, Unknown):
        return relay or interface_of(config, item)
    return Stated("", relay.spans)


def _of_relay(config: Config, item: Item, relay: Fact[IPv4Address], listed: Networks) -> Network | Unknown:
    """Without a pool: the entry that holds the address of the relay."""
    if isinstance(relay, Unknown):
        return relay
    found = listed.of(AddressRange(relay.value, relay.value))
    if listed.unread is not None or found is None:
        why = f"which entry of /ip dhcp-server network is for the clients of {item.title} is not known"
        return listed.unread or Unknown(why, relay.spans, f"add one that holds {relay.value}, on {config.device}")
    return found


def _addresses(of: PoolRange | None) -> AddressRange | None:
    return of.addresses if of is not None else None


def _network(
    config: Config, interfaces: Interfaces, interface: Fact[str], listed: Networks, of: Fact[PoolRange | None]
) -> Network | Unknown:
    """The entry that says what the clients of a scope are told."""
    if listed.unread is not None:
        return listed.unread
    if isinstance(of, Unknown) or of.value is None:
        return _by_interface(config, interfaces, interface, listed)
    found = listed.of(of.value.addresses)
    if found is not None:
        return found
    why = f"no entry of /ip dhcp-server network holds all of {of.value.addresses}"
    return Unknown(why, of.spans, f"correct the pool or the network, on {config.device}")


def _subnets(interfaces: Interfaces, interface: Fact[str]) -> tuple[IPv4Network, ...] | None:
    """The subnets of a server's interface, None if they are not known."""
    known = interfaces.known(interface.value) if not isinstance(interface, Unknown) else None
    if known is None or isinstance(known.addresses, Unknown):
        return None
    return tuple(address.network for address in known.addresses.value) or None


def _by_interface(config: Config, interfaces: Interfaces, interface: Fact[str], listed: Networks) -> Network | Unknown:
    """Without a pool: the entry that holds the subnet of the server's interface."""
    if isinstance(interface, Unknown):
        return interface
    known = interfaces.known(interface.value)
    if known is None:
        why = f"which subnet {printable(interface.value)} has is not known"
        return Unknown(why, interface.spans, f"look at `/ip address print` on {config.device}")
    if isinstance(known.addresses, Unknown):
        return known.addresses
    subnets = dict.fromkeys(address.network for address in known.addresses.value)
    found = [each for subnet in subnets if (each := listed.of(_whole(subnet))) is not None]
    if len(found) == 1:
        return found[0]
    why = f"{len(found) or 'no'} entries of /ip dhcp-server network are for the subnets of {printable(interface.value)}"
    return Unknown(why, spans_of(interface, known.addresses), "look at what a client was told")


def _whole(subnet: IPv4Network) -> AddressRange:
    return AddressRange(subnet.network_address, subnet.broadcast_address)


def _lease_time(
    config: Config, options: Options, item: Item, entry: Network | Unknown, odd: Exceptions
) -> Fact[timedelta]:
    """`lease-time` of the server, unless an option 51 or a RADIUS server may say otherwise."""
    lease = config.fact(item, "lease-time", _lease)
    if odd.everything is not None:
        return odd.everything
    for place in (item, *(() if isinstance(entry, Unknown) else (entry.item,))):
        option = options.given(place, LEASE_TIME, names="" if place is item else "dhcp-option")
        if isinstance(option, Unknown):
            return option
        if option is not None:
            why = (
                f"option 51 is given out besides lease-time of {item.title}; which of the two counts is not documented"
            )
            return Unknown(why, option.spans, "look at the lease that a client got")
    other = odd.others(LEASE_TIME)
    return lease if other is None else other


def _lease(text: str) -> timedelta:
    lease = duration(text)
    if not lease:
        raise ValueError("a lease of no time")
    return lease


def _ipv6_only(config: Config, options: Options, server: Item, entry: Network) -> Fact[bool]:
    """Option 108 tells clients that can to do without IPv4 (RFC 8925); no setting of RouterOS gives it out."""
    by_set = options.given(server, IPV6_ONLY, names="")
    added = options.given(entry.item, IPV6_ONLY)
    for each in (by_set, added):
        if isinstance(each, Unknown):
            return each
        if each is not None:
            return Stated(True, each.spans)
    return config.default("ip dhcp-server.option-108", lambda text: text == "yes", *entry.spans)


def _store(config: Config, item: Item, every: Fact[timedelta | None]) -> Fact[bool]:
    """Leases are on disk after `store-leases-disk`, and at an orderly restart; `never`: not before one.

    What is written less often than leases run may be lost whole at a power cut.
    """
    if isinstance(every, Unknown) or every.value is None or every.value <= _SOON:
        return combine(lambda often: often is not None, every)
    lease = config.fact(item, "lease-time", _lease)
    return combine(lambda often, runs: often <= runs, every, lease)


def _store_every(text: str) -> timedelta | None:
    if text == "never":
        return None
    return timedelta(0) if text == "immediately" else duration(text)
