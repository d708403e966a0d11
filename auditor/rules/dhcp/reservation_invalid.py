"""A reservation of a reader cannot work: wrong subnet, or two devices with one address.

## What it checks
The reservations that name a declared reader: the reserved address is inside the readers' subnet and not that of a
device there, nobody else has it reserved, the reader has no second reservation there, and the server that keeps it is
one that gives the readers their addresses, be it by a relay.

## Why it matters
A server ignores an address that does not fit the network and gives out another one, so the reader's address
changes although somebody meant to fix it. One address for two devices puts one of them off the network.
Source: stripe-terminal R12.

## About the fix
By hand: which of the addresses was meant is not in the configuration. Each reader keeps the address that it has
until its lease ends.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from auditor.model import Reservation, Severity, Unknown, spans_of
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.site import Readers, Site, is_for, taken
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_MANUAL = "which of the addresses was meant is not in the configuration"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    segment, servers = readers.attachment.segment, site.possible_dhcp_servers(readers)
    for hole in (hole for device in servers for hole in device.reservations.holes):
        yield Undecided(hole)
    listed = [
        (each, device in servers and is_for(each, segment, device))
        for device in site.devices
        for each in device.reservations
    ]
    macs = {*readers.macs, *readers.macs_ethernet}
    here = [reservation for reservation, mine in listed if mine]
    own = [
        (each, mine)
        for each, mine in listed
        if macs & _macs(each) and (mine or ((address := _address(each)) is not None and segment.holds(address)))
    ]
    kept = {mac for reservation, mine in own if mine for mac in _macs(reservation)}
    for reservation, mine in own:
        if mine:
            yield _judge(site, readers, reservation, here)
        elif reservation.server or not _macs(reservation) & macs <= kept:
            yield _of_another(site, readers, reservation)
    if not own and not any(device.reservations.holes for device in servers):
        yield NotApplicable("no reservation names one of these readers")


def _macs(reservation: Reservation) -> set[str]:
    return set() if isinstance(reservation.macs, Unknown) else set(reservation.macs.value)


def _address(reservation: Reservation) -> IPv4Address | None:
    return None if isinstance(reservation.address, Unknown) else reservation.address.value


def _judge(site: Site, readers: Readers, reservation: Reservation, listed: list[Reservation]) -> Verdict:
    about = f"{reservation.device}/{reservation.key}"
    if isinstance(reservation.address, Unknown):
        return Undecided(reservation.address, about=about)
    address, segment = reservation.address.value, readers.attachment.segment
    if address is None:
        return NotApplicable(f"reservation '{reservation.key}' fixes no address", about=about)
    if isinstance(segment.subnets, Unknown):
        return Undecided(segment.subnets, about=about)
    severity = site.policy.severity("reservation-invalid")
    if not segment.holds(address):
        words = f"reserved address {address} of '{reservation.key}' is outside {segment.name}"
        fix = Fix(f"reserve an address inside {segment.name} in '{reservation.key}'", manual=_MANUAL)
        return Fail(words, (reservation.address, segment.subnets), severity, (fix,), about=about)
    if owner := taken(segment, address):
        words = f"reserved address {address} of '{reservation.key}' is that of {owner}"
        fix = Fix(f"reserve an address that is free in '{reservation.key}'", manual=_MANUAL)
        return Fail(words, (reservation.address,), severity, (fix,), about=about)
    others = [other for other in listed if other != reservation and _collides(reservation, other, readers)]
    if others:
        other = others[0]
        words = f"'{reservation.key}' and '{other.key}' both reserve {address}"
        if _address(other) != address:
            words = f"'{reservation.key}' and '{other.key}' reserve two addresses for one reader"
        fix = Fix(
            f"keep one of '{reservation.key}' and '{other.key}', or give the other its own address", manual=_MANUAL
        )
        return Fail(words, (reservation.address, other.address), severity, (fix,), about=about)
    return Pass(f"reserved address {address} is valid", (reservation.macs, reservation.address), about=about)


def _of_another(site: Site, readers: Readers, reservation: Reservation) -> Verdict:
    """An address of this network, kept at a server that gives none out here."""
    device = site.device(reservation.device)
    about = f"{reservation.device}/{reservation.key}"
    if device not in site.possible_dhcp_servers(readers):
        for hole in site.scopes_serving(readers).holes:
            return Undecided(hole, about=about)
        words = f"'{reservation.key}' is kept on {device.name}, which gives the readers no addresses"
        names = ", ".join(each.name for each in site.dhcp_servers(readers)) or "the server of the readers' network"
        fix = Fix(f"move '{reservation.key}' to {names}", manual=_MANUAL)
        return Fail(words, reservation.address, site.policy.severity("reservation-invalid"), (fix,), about=about)
    if not any(scope.server == reservation.server for scope in device.dhcp_scopes):
        why = f"'{reservation.key}' is for server '{reservation.server}', which is not known"
        return Undecided(Unknown(why, spans_of(reservation.address), "capture the servers as well"), about=about)
    words = f"'{reservation.key}' is for server '{reservation.server}', which gives the readers no addresses"
    fix = Fix(f"move '{reservation.key}' to the server of the readers' network", manual=_MANUAL)
    return Fail(words, reservation.address, site.policy.severity("reservation-invalid"), (fix,), about=about)


def _collides(one: Reservation, other: Reservation, readers: Readers) -> bool:
    """The same address for two, or two addresses of this network for one MAC address."""
    address = _address(other)
    if address is None or address == _address(one):
        return address is not None and _macs(one) != _macs(other)
    return bool(_macs(one) & _macs(other)) and readers.attachment.segment.holds(address)


RULE = Rule(
    id="dhcp-reservation-invalid",
    items=("R12",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers, dhcp_readers),
)
