"""Intents about DHCP as edits of pools and of the addresses that are excluded from them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import IPv4Address

from auditor import intents
from auditor.model import INFINITE, AddressRange, Device, DhcpScope, Unknown
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import (
    LOOK,
    Builder,
    Texts,
    add_block,
    combine,
    drop_line,
    replace_line,
    set_line,
)
from auditor.platforms.cisco_ios.dhcp_options import DOMAIN_NAME_SERVERS, IPV6_ONLY
from auditor.platforms.cisco_ios.dhcp_pools import POOL, keys
from auditor.platforms.cisco_ios.dhcp_ranges import EXCLUDED, excluded
from auditor.platforms.cisco_ios.dhcp_reservations import identifier_of
from auditor.services.base import NotPossible
from auditor.services.reading import printable
from auditor.syntax.ios_operations import Path

_SERVICES = ("dhcp",)
_DAY = timedelta(days=1)
_MOST_DAYS = 365
_MOST_SERVERS = 8


def _scope(device: Device, key: str) -> DhcpScope:
    found = next((scope for scope in device.dhcp_scopes if scope.key == key), None)
    if found is None:
        raise NotPossible(f"there is no DHCP scope '{printable(key)}'", LOOK)
    return found


def _pool(texts: Texts, scope: DhcpScope) -> Path:
    """The block of a scope's pool; `NotPossible` for relays, which have none."""
    heads = keys(line for line in texts.entries(()) if line.startswith(f"{POOL} "))
    head = heads.get(scope.server) if scope.server else None
    if head is None:
        raise NotPossible(f"no pool of this device is behind '{printable(scope.key)}'", "change the server itself")
    return (head,)


def _others(device: Device, scope: DhcpScope) -> tuple[str, ...]:
    """The other scopes of the same pool."""
    return tuple(each.key for each in device.dhcp_scopes if each.server == scope.server and each.key != scope.key)


def _alone(device: Device, scope: DhcpScope) -> None:
    others = _others(device, scope)
    if others:
        raise NotPossible(f"the pool also gives out {', '.join(map(printable, others[:4]))}", LOOK)


# -- lease -----------------------------------------------------------------------------------------------------


def _lease_time(texts: Texts, device: Device, intent: intents.SetLeaseTime) -> Edit:
    """One day is the default, which the device does not show."""
    scope = _scope(device, intent.scope)
    path = _pool(texts, scope)
    others = [key for key in _others(device, scope) if key not in intent.also]
    if others:
        raise NotPossible(f"the pool also gives out {', '.join(map(printable, others[:4]))}", LOOK)
    if isinstance(scope.lease_time, Unknown):
        raise NotPossible(scope.lease_time.why, scope.lease_time.settle or LOOK)
    line = lease_line(intent.lease_time)
    hidden = intent.lease_time == _DAY
    return set_line(texts, path, line, instead="lease", services=_SERVICES, default="no lease", hidden=hidden)


def lease_line(lease: timedelta) -> str:
    """Write a lease as IOS shows it; raises `NotPossible` for one that it cannot hold."""
    if lease == INFINITE:
        return "lease infinite"
    minutes, rest = divmod(int(lease.total_seconds()), 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if rest or days > _MOST_DAYS or lease <= timedelta(0):
        raise NotPossible("a pool holds leases of whole minutes, of 365 days at most", LOOK)
    words = [days, hours, minutes]
    while len(words) > 1 and not words[-1]:
        words.pop()
    return f"lease {' '.join(map(str, words))}"


# -- reservations ----------------------------------------------------------------------------------------------


def _reservation(texts: Texts, device: Device, intent: intents.AddReservation) -> Edit:
    """A pool of its own; what it does not say it takes from the pool whose network holds the address."""
    scope = _scope(device, intent.scope)
    path = _pool(texts, scope)
    if isinstance(scope.subnet, Unknown):
        raise NotPossible(scope.subnet.why, scope.subnet.settle or LOOK)
    if intent.address not in scope.subnet.value:
        raise NotPossible(f"{intent.address} is not in {scope.subnet.value}", "choose an address of the subnet")
    if texts.lines(path, "vrf"):
        raise NotPossible("the pool is for a VRF, where a pool for one client has no place", LOOK)
    for other in device.reservations:
        if other.key == intent.name:
            continue
        if not isinstance(other.address, Unknown) and other.address.value == intent.address:
            raise NotPossible(f"{intent.address} is kept for another client", "choose another address")
        if not isinstance(other.macs, Unknown) and intent.mac.lower() in other.macs.value:
            raise NotPossible(f"{intent.mac} has an address of its own already", "correct that pool by hand")
    lines = (
        f"host {intent.address} {scope.subnet.value.netmask}",
        f"client-identifier {identifier_of(intent.mac)}",
    )
    new: Path = (f"{POOL} {intent.name}",)
    if texts.has_block(new) and texts.entries(new) != lines:
        raise NotPossible(f"there is a pool '{printable(intent.name)}' already", "choose another name by hand")
    return add_block(texts, new, lines, services=("dhcp-reservation",))


# -- addresses -------------------------------------------------------------------------------------------------


def _enlarge(texts: Texts, device: Device, intent: intents.EnlargePool) -> Edit:
    """Lines that exclude the new addresses go, or keep what lies behind these."""
    scope = _scope(device, intent.scope)
    path = _pool(texts, scope)
    _alone(device, scope)
    if isinstance(scope.pool, Unknown) or scope.pool.value is None or isinstance(scope.subnet, Unknown):
        raise NotPossible("the pool has no addresses that could become more", "look at `show ip dhcp pool`")
    old = scope.pool.value
    last = old.first + (intent.size - 1)
    if last <= old.last:
        raise NotPossible("the pool is large enough already", LOOK)
    if last >= scope.subnet.value.broadcast_address:
        why = f"{scope.subnet.value} has no room for {intent.size} addresses from {old.first} on"
        raise NotPossible(why, "make the network larger by hand")
    vrf = next((line.removeprefix("vrf ") for line in texts.lines(path, "vrf") if not line.startswith("no ")), "")
    own = tuple(_own(device, AddressRange(old.last + 1, scope.subnet.value.broadcast_address)))
    if any(address <= last for address in own):
        raise NotPossible(f"{min(own)} is an address of the device itself", "choose fewer addresses")
    edits = list(_freeing(texts, vrf, old.last + 1, last, scope.subnet.value.broadcast_address - 1, own))
    if not edits:
        raise NotPossible("no line excludes the addresses behind the pool", "look at `show ip dhcp pool`")
    return combine(tuple(edits))


def _own(device: Device, among: AddressRange) -> Iterator[IPv4Address]:
    """The device's own addresses, which are not given out."""
    for each in device.interfaces:
        if not isinstance(each.addresses, Unknown):
            yield from (address.ip for address in each.addresses.value if address.ip in among)


def _freeing(
    texts: Texts, vrf: str, first: IPv4Address, last: IPv4Address, end: IPv4Address, own: tuple[IPv4Address, ...]
) -> Iterator[Edit]:
    """Take the addresses `first`..`last` out of what is excluded; `end` is the last one of the network."""
    kept = [AddressRange(address, address) for address in own]
    for line in dict.fromkeys(texts.lines((), EXCLUDED)):
        if line.startswith("no "):
            continue
        try:
            of, addresses = excluded(line.removeprefix(f"{EXCLUDED} "))
        except ValueError:
            raise NotPossible(f"`{printable(line)}` cannot be read", "correct the line by hand") from None
        if of != vrf or addresses.last < first or addresses.first > end:
            continue
        if addresses.first > last:
            kept.append(addresses)
            continue
        if addresses.first < first:
            raise NotPossible(f"`{printable(line)}` also excludes addresses before the pool's end", LOOK)
        if addresses.last <= last:
            yield drop_line(texts, (), line, services=_SERVICES)
            continue
        rest = AddressRange(last + 1, addresses.last)
        words = [EXCLUDED, *(("vrf", vrf) if vrf else ()), str(rest.first)]
        if len(rest) > 1:
            words.append(str(rest.last))
        kept.append(rest)
        yield replace_line(texts, (), line, " ".join(words), services=_SERVICES)
    if not _bounded(kept, last + 1, end):
        raise NotPossible("addresses behind the new end are given out as well", "join the ranges by hand")


def _bounded(kept: list[AddressRange], begin: IPv4Address, end: IPv4Address) -> bool:
    """Whether all addresses behind the new end stay excluded, so that the pool remains one range."""
    for each in sorted(kept, key=lambda one: one.first):
        if each.first > begin:
            break
        begin = max(begin, each.last + 1)
    return begin > end


# -- what clients are told -------------------------------------------------------------------------------------


def _domain_name_servers(texts: Texts, device: Device, intent: intents.SetDomainNameServers) -> Edit:
    scope = _scope(device, intent.scope)
    path = _pool(texts, scope)
    _alone(device, scope)
    if not 0 < len(intent.servers) <= _MOST_SERVERS:
        raise NotPossible(f"a pool names {_MOST_SERVERS} resolvers at most", "choose fewer")
    if texts.lines(path, f"option {DOMAIN_NAME_SERVERS}"):
        raise NotPossible("clients get the resolvers by option 6", "take option 6 out, and use dns-server instead")
    line = f"dns-server {' '.join(map(str, intent.servers))}"
    return set_line(texts, path, line, instead="dns-server", services=_SERVICES, default="no dns-server")


def _ipv6_only(texts: Texts, device: Device, intent: intents.StopPreferringIpv6Only) -> Edit:
    scope = _scope(device, intent.scope)
    path = _pool(texts, scope)
    _alone(device, scope)
    lines = [line for line in texts.lines(path, f"option {IPV6_ONLY}") if not line.startswith("no ")]
    if len(lines) != 1:
        advice = "take option 108 out of the pool around it, after looking which other pools that concerns"
        raise NotPossible("no line of the pool itself gives out option 108, or several do", advice)
    return drop_line(texts, path, lines[0], services=_SERVICES, command=f"no option {IPV6_ONLY}")


BUILDERS: Mapping[type, Builder] = {
    intents.SetLeaseTime: _lease_time,
    intents.AddReservation: _reservation,
    intents.EnlargePool: _enlarge,
    intents.SetDomainNameServers: _domain_name_servers,
    intents.StopPreferringIpv6Only: _ipv6_only,
}
