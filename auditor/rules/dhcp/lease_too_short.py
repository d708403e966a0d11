"""The readers' DHCP lease ends before the working day does.

## What it checks
The lease that the readers' network gets in the end (scope, class, minimum and maximum applied) lasts at
least one working day, or every declared reader has a valid reservation. A declared reader for which the server has
a lease of its own, and no address, gets that one.

## Why it matters
A reader whose address changes is lost to the point of sale until it is discovered again. A lease that covers
the working day keeps the address even while the DHCP server is out of order.
Source: stripe-terminal R12.

## About the fix
Weakens nothing: clients keep their address and take the new lease at their next renewal. Where other clients
share the pool, a longer lease holds their addresses longer too; then reservations come first if they can be made for
all declared readers, and are the alternative otherwise.
"""

from collections.abc import Iterator

from auditor.intents import AddReservation, SetLeaseTime, duration
from auditor.model import Assumed, Declared, DhcpScope, Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.site import Readers, Site, is_for
from auditor.verdicts import Change, Fail, Fix, Pass, Undecided, Verdict

_OWN_LEASE = "why this reader has another lease than the rest is the owner's to say"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    reserved = site.reservations(readers)
    if reserved.cover_all:
        yield Pass("every declared reader has a reservation", reserved.evidence)
        return
    declared = site.declared("dhcp")
    scopes = site.scopes_serving(readers)
    for hole in scopes.holes:
        if isinstance(declared, Declared):
            yield Pass(f"DHCP is attested: {declared.value}", declared)
        else:
            yield Undecided(declared or hole)
    if not scopes.items and not scopes.holes:
        why = f"no audited device gives addresses to {readers.attachment.segment.name}"
        yield Undecided(Unknown(why, settle="add the DHCP server as a device, or declare dhcp"))
    day = site.working_day(readers)
    yield from _leases_of_their_own(site, readers)
    for scope in scopes:
        match scope.lease_time:
            case Unknown() as unknown:
                yield Undecided(unknown, about=f"{scope.device}/{scope.key}")
            case Stated(lease) | Assumed(lease) | Declared(lease) as fact:
                if lease >= day.with_margin:
                    yield Pass(
                        f"lease {duration(lease)} covers the working day", fact, about=f"{scope.device}/{scope.key}"
                    )
                else:
                    severity = site.policy.severity("lease-below-day" if lease < day.length else "lease-below-margin")
                    words = f"lease_time of scope '{scope.key}' is {duration(lease)}; {_need(site, readers)}"
                    yield Fail(
                        words, fact, severity, fixes=_fixes(site, readers, scope), about=f"{scope.device}/{scope.key}"
                    )


def _leases_of_their_own(site: Site, readers: Readers) -> Iterator[Verdict]:
    """Entries for declared readers that name a lease, and no address that the reader could keep."""
    day, macs = site.working_day(readers), {*readers.macs, *readers.macs_ethernet}
    segment = readers.attachment.segment
    servers = site.dhcp_servers(readers)
    for entry in (each for device in servers for each in device.reservations if is_for(each, segment, device)):
        of_readers = not isinstance(entry.macs, Unknown) and macs & set(entry.macs.value)
        if not of_readers or isinstance(entry.address, Unknown) or entry.address.value is not None:
            continue
        about = f"{entry.device}/{entry.key}"
        match entry.lease_time:
            case Unknown() as unknown:
                yield Undecided(unknown, about=about)
            case Stated(lease) | Assumed(lease) | Declared(lease) as fact if lease is not None:
                if lease < day.with_margin:
                    severity = site.policy.severity("lease-below-day" if lease < day.length else "lease-below-margin")
                    words = f"'{entry.key}' has a lease of its own of {duration(lease)}; {_need(site, readers)}"
                    fix = Fix(f"take the lease out of the entry '{entry.key}'", manual=_OWN_LEASE)
                    yield Fail(words, fact, severity, fixes=(fix,), about=about)
            case _:
                pass


def _need(site: Site, readers: Readers) -> str:
    day = site.working_day(readers)
    if not day.known:
        return f"opening hours are not declared, {duration(day.with_margin)} is safe for any shop"
    return f"the working day is {duration(day.length)}, {duration(day.with_margin)} with margin"


def _fixes(site: Site, readers: Readers, scope: DhcpScope) -> tuple[Fix, ...]:
    """A longer lease needs no list of readers; where others share the pool, reservations spare them."""
    lease = site.working_day(readers).proposed_lease
    served = (each for each in site.scopes_serving(readers) if each.device == scope.device)
    also = tuple(sorted(each.key for each in served if each.key != scope.key))
    sharing, unseen = _sharing(readers), site.device(scope.device).leases.holes
    risks = [f"clients of {', '.join(sharing)} share the pool and keep their addresses longer too"] if sharing else []
    if unseen:
        risks.append("how much of the pool is in use was not captured; a longer lease fills it faster")
    longer = Fix.one(scope.device, SetLeaseTime(scope.key, lease, also), risks=tuple(risks))
    reservations = tuple(
        Change(scope.device, AddReservation(scope.key, free.name, free.mac, free.address))
        for free in site.proposed_reservations(readers, scope)
    )
    if not reservations:
        return (longer,)
    reserved = Fix(
        f"reserve addresses for {len(reservations)} readers",
        reservations,
        risks=("which addresses are in use was not captured",) if unseen else (),
    )
    every = readers.count is None or readers.count <= len(readers.macs or readers.macs_ethernet)
    return (reserved, longer) if sharing and every and not unseen else (longer, reserved)


def _sharing(readers: Readers) -> tuple[str, ...]:
    """Other SSIDs whose clients get addresses from the same pool."""
    own = {bss.ssid.value for bss in readers.attachment.bsses if not isinstance(bss.ssid, Unknown)}
    names = {
        bss.ssid.value
        for bss in readers.attachment.segment.bsses
        if not isinstance(bss.ssid, Unknown) and not isinstance(bss.enabled, Unknown) and bss.enabled.value
    }
    return tuple(sorted(names - own)) if own else ()


RULE = Rule(
    id="dhcp-lease-too-short",
    items=("R12",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers, dhcp_readers),
)
