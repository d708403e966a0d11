"""The DHCP server forgets its leases when it restarts.

## What it checks
Whether the server that gives addresses to readers keeps its leases where they survive a restart, or every
declared reader has a reservation.

## Why it matters
After a power cut the server may give a reader's address to another device before the reader asks for it again.
This is good practice beyond the requirement, so it is a note.
Source: stripe-terminal R12 asks for an address that stays.

## About the fix
Reservations for the readers are the sure way. A lease file on flash memory wears it out.
"""

from collections.abc import Iterator

from auditor.intents import AddReservation
from auditor.model import DhcpScope, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Change, Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    reserved = site.reservations(readers)
    if reserved.cover_all:
        yield Pass("every declared reader has a reservation", reserved.evidence)
        return
    scopes = site.scopes_serving(readers)
    if not scopes.items:
        yield NotApplicable("no audited device is known to give them addresses")
    for scope in scopes:
        yield _judge(site, readers, scope)


def _judge(site: Site, readers: Readers, scope: DhcpScope) -> Verdict:
    about = f"{scope.device}/{scope.key}"
    match scope.lease_store_persistent:
        case Unknown() as unknown:
            return Undecided(unknown, about=about)
        case known if known.value:
            return Pass("leases survive a restart", known, about=about)
        case known:
            words = f"leases of scope '{scope.key}' are lost when {scope.device} restarts"
            severity = site.policy.severity("leases-lost-at-restart")
            return Fail(words, known, severity, _fixes(site, readers, scope), about=about)


def _fixes(site: Site, readers: Readers, scope: DhcpScope) -> tuple[Fix, ...]:
    free = site.proposed_reservations(readers, scope)
    changes = tuple(Change(scope.device, AddReservation(scope.key, r.name, r.mac, r.address)) for r in free)
    return (Fix(f"reserve addresses for {len(changes)} readers", changes),) if changes else ()


RULE = Rule(
    id="dhcp-lease-store-volatile",
    items=(),
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    concerns=(smart_readers, dhcp_readers),
)
