"""Which DHCP scope serves a segment, and which readers have a reservation there."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.capture import Failure
from auditor.model import Device, DhcpScope, Fact, Listed, Reservation, Unknown
from auditor.site.segments import Segment

_EVERYBODY = "everybody (broadcast)"


def scopes_serving(segment: Segment, devices: tuple[Device, ...], missing: tuple[Failure, ...]) -> Listed[DhcpScope]:
    """Return the scopes that give addresses to clients of a segment.

    A scope that is switched off does not serve; one whose state is unknown is a hole. A relay stands for the scopes
    of the servers that it asks; one that was not audited, or is not understood, is a hole. If nothing serves, a hole
    says why: a DHCP server that was not audited, or none at all.
    """
    keys = {(interface.device, interface.key) for interface in segment.interfaces}
    serving: list[DhcpScope] = []
    holes: list[Unknown] = []
    for device in devices:
        if any(device.name == name for name, _ in keys):
            holes.extend(device.dhcp_scopes.holes)
        for scope in device.dhcp_scopes:
            if isinstance(scope.interface, Unknown):
                holes.append(scope.interface)
            elif (device.name, scope.interface.value) in keys:
                if isinstance(scope.serving, Unknown):
                    relayed = _relayed(scope, scope.serving, segment, devices)
                    serving.extend(relayed)
                    holes.extend(relayed.holes)
                elif scope.serving.value:
                    serving.append(scope)
    if not serving and not holes and missing:
        names = ", ".join(sorted(failure.device for failure in missing))
        why = f"no audited device gives addresses to {segment.name}; {names} was not audited"
        holes.append(Unknown(why, settle=f"audit {names} as well, or declare dhcp"))
    return Listed(tuple(dict.fromkeys(serving)), tuple(dict.fromkeys(holes)))


def _relayed(relay: DhcpScope, elsewhere: Unknown, segment: Segment, devices: tuple[Device, ...]) -> Listed[DhcpScope]:
    """The scopes behind a relay; a hole if a server is no audited device, or may have some that are not understood.

    Servers that certainly have none do not answer; where all of them have none, that is the hole.
    """
    found: list[DhcpScope] = []
    doubt = not relay.relays_to
    silent: list[str] = []
    for target in relay.relays_to:
        servers = [device for device in devices if has_address(device, target)]
        mine = _for_relays(segment, servers[0]) if len(servers) == 1 else None
        found += mine or ()
        doubt = doubt or mine is None
        silent += [servers[0].name] if mine == () else []
    if doubt:
        return Listed(tuple(dict.fromkeys(found)), (elsewhere,))
    if found:
        return Listed(tuple(dict.fromkeys(found)))
    names = ", ".join(dict.fromkeys(silent))
    why = f"requests for addresses are handed on to {names}, where no scope is for {segment.name}"
    settle = f"add a scope for {segment.name} on {names}, or hand requests on to the server that has one"
    return Listed((), (Unknown(why, elsewhere.near, settle),))


def may_serve(device: Device) -> bool:
    """Whether it is not known of some scope of a device if, or to whom, it gives addresses; a relay gives none."""
    return bool(device.dhcp_scopes.holes) or any(
        isinstance(scope.serving, Unknown) or isinstance(scope.interface, Unknown)
        for scope in device.dhcp_scopes
        if not scope.relays_to
    )


def has_address(device: Device, address: IPv4Address) -> bool:
    """Whether a device certainly has an address."""
    known = (each.addresses.value for each in device.interfaces if not isinstance(each.addresses, Unknown))
    return any(own.ip == address for addresses in known for own in addresses)


def _for_relays(segment: Segment, server: Device) -> tuple[DhcpScope, ...] | None:
    """The scopes of a server for clients of a segment that a relay speaks for; None if others may be for them."""
    if server.dhcp_scopes.holes or isinstance(segment.subnets, Unknown):
        return None
    found: list[DhcpScope] = []
    for scope in (each for each in server.dhcp_scopes if not each.relays_to and _may_hear(each, segment)):
        if isinstance(scope.subnet, Unknown):
            return None
        here = [subnet for subnet in segment.subnets.value if subnet.overlaps(scope.subnet.value)]
        if not here:
            continue
        if here != [scope.subnet.value] or isinstance(scope.serving, Unknown) or not _is_for(scope, segment, server):
            return None
        found += [scope] if scope.serving.value else []
    return tuple(found)


def _may_hear(scope: DhcpScope, segment: Segment) -> bool:
    """Whether requests of a segment may be those of the relay that a scope is for, which goes by its address there."""
    unread = any(isinstance(each.addresses, Unknown) for each in segment.interfaces)
    return scope.only_relay is None or unread or taken(segment, scope.only_relay) not in ("", _EVERYBODY)


def is_on(scope: DhcpScope, segment: Segment) -> bool:
    """Whether a scope is on an interface of a segment."""
    return not isinstance(scope.interface, Unknown) and any(
        (each.device, each.key) == (scope.device, scope.interface.value) for each in segment.interfaces
    )


def _is_for(scope: DhcpScope, segment: Segment, device: Device) -> bool:
    """Whether the clients of a scope are in a segment: on an interface in it, or behind relays with a subnet of it."""
    if isinstance(scope.interface, Unknown):
        return False
    if is_on(scope, segment):
        return True
    if any(each.key == scope.interface.value for each in device.interfaces) or isinstance(segment.subnets, Unknown):
        return False
    if not _may_hear(scope, segment):
        return False
    return not isinstance(scope.subnet, Unknown) and scope.subnet.value in segment.subnets.value


@dataclass(frozen=True, slots=True)
class ProposedReservation:
    """An address that one reader could keep; `name` is a word that every platform takes for an entry."""

    name: str
    mac: str
    address: IPv4Address


@dataclass(frozen=True, slots=True)
class Reserved:
    """Reservations of declared readers.

    `cover_all`: every declared reader has a valid one (the declared count is reached, no MAC is missing).
    `unreserved` are declared MAC addresses without one; `invalid` are reservations outside the segment.
    """

    cover_all: bool
    evidence: tuple[Fact[tuple[str, ...]], ...]
    unreserved: tuple[str, ...]
    invalid: tuple[Reservation, ...]


def reservations(segment: Segment, macs: tuple[str, ...], count: int | None, servers: tuple[Device, ...]) -> Reserved:
    """Match declared MAC addresses of readers with the reservations of the devices that give addresses there."""
    listed = [r for device in servers for r in device.reservations if is_for(r, segment, device)]
    evidence: list[Fact[tuple[str, ...]]] = []
    unreserved: list[str] = []
    invalid: list[Reservation] = []
    reserved: dict[IPv4Address, str] = {}
    for mac in macs:
        mine = [r for r in listed if not isinstance(r.macs, Unknown) and mac in r.macs.value]
        valid = [r for r in mine if _is_valid(r, segment)]
        invalid.extend(r for r in mine if r not in valid and not isinstance(r.address, Unknown))
        address = next((r.address.value for r in valid if not isinstance(r.address, Unknown)), None)
        if address is None or reserved.setdefault(address, mac) != mac:
            unreserved.append(mac)
        else:
            evidence.extend(r.macs for r in valid[:1])
    cover_all = bool(macs) and not unreserved and (count is None or count <= len(macs))
    return Reserved(cover_all, tuple(evidence), tuple(unreserved), tuple(invalid))


def is_for(reservation: Reservation, segment: Segment, device: Device) -> bool:
    """Say whether clients of a segment get a reservation: it is for all servers of its device, or for one there."""
    return not reservation.server or any(
        scope.server == reservation.server
        and _is_for(scope, segment, device)
        and (isinstance(scope.serving, Unknown) or scope.serving.value)
        for scope in device.dhcp_scopes
    )


def _is_valid(reservation: Reservation, segment: Segment) -> bool:
    """A reservation counts if its address is known and inside the segment."""
    if isinstance(reservation.address, Unknown) or reservation.address.value is None:
        return False
    return segment.holds(reservation.address.value) and not taken(segment, reservation.address.value)


def taken(segment: Segment, address: IPv4Address) -> str:
    """Whose address it is, if no client can have it; '' if one can."""
    for interface in segment.interfaces:
        if isinstance(interface.addresses, Unknown):
            continue
        for own in interface.addresses.value:
            if own.ip == address:
                return interface.device
            if own.network.prefixlen < 31 and address == own.network.broadcast_address:
                return _EVERYBODY
    return ""


def proposed_reservations(
    segment: Segment, scope: DhcpScope, macs: tuple[str, ...], devices: tuple[Device, ...]
) -> tuple[ProposedReservation, ...]:
    """Propose an address for each MAC address: the one it has now, else a free one from the end of the pool.

    Nothing is proposed if the pool is not known, or too small.
    """
    if isinstance(scope.pool, Unknown) or scope.pool.value is None:
        return ()
    pool = scope.pool.value
    leases = {
        lease.mac: lease.address.value for d in devices for lease in d.leases if not isinstance(lease.address, Unknown)
    }
    in_use = set(leases.values()) | {
        reservation.address.value
        for device in devices
        for reservation in device.reservations
        if not isinstance(reservation.address, Unknown)
    }
    free = (a for number in range(len(pool)) if (a := pool.last - number) not in in_use)
    found: list[ProposedReservation] = []
    for mac in macs:
        current = leases.get(mac)
        address = current if current is not None and segment.holds(current) else next(free, None)
        if address is None:
            return ()
        found.append(ProposedReservation(f"reader_{mac.replace(':', '')}", mac, address))
    return tuple(found)
