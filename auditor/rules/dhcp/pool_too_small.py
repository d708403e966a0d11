"""The DHCP pool of the readers' network is too small, or nearly used up.

## What it checks
The pools that serve the readers' network hold at least as many addresses as readers are declared there. Where
leases were captured: no more of the pool is in use than the policy allows. Readers with reservations need none.

## Why it matters
When the pool is empty, a reader that comes back after a pause finds its address given to another device, or
gets none at all.
Source: stripe-terminal R12.

## About the fix
The pool grows at its end, inside the subnet and below the server's own addresses; nobody is disconnected.
Addresses that devices were given by hand in that part can collide: look for them first.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from auditor.intents import EnlargePool
from auditor.model import AddressRange, Declared, DhcpScope, Fact, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    reserved = site.reservations(readers)
    if reserved.cover_all:
        yield Pass("every declared reader has a reservation", reserved.evidence)
        return
    scopes = site.scopes_serving(readers)
    declared = site.declared("dhcp")
    for hole in scopes.holes:
        if isinstance(declared, Declared):
            yield Pass(f"DHCP is attested: {declared.value}", declared)
        else:
            yield Undecided(hole)
    if not scopes.items and not scopes.holes:
        yield NotApplicable("no audited device gives them addresses; dhcp-lease-too-short says so")
    for scope in scopes:
        yield _judge(site, readers, scope, _spare(readers, scope, scopes.items))


def _spare(readers: Readers, scope: DhcpScope, scopes: Iterable[DhcpScope]) -> tuple[AddressRange, ...]:
    """The other ranges of the network from which the same server gives any client an address."""
    segment = readers.attachment.segment
    return tuple(
        each.pool.value
        for each in scopes
        if each.server and (each.device, each.server) == (scope.device, scope.server) and each.key != scope.key
        if not isinstance(each.pool, Unknown) and each.pool.value is not None
        if segment.holds(each.pool.value.first) and segment.holds(each.pool.value.last)
    )


def _judge(site: Site, readers: Readers, scope: DhcpScope, spare: tuple[AddressRange, ...]) -> Verdict:
    about = f"{scope.device}/{scope.key}"
    match scope.pool:
        case Unknown() as unknown:
            return Undecided(unknown, about=about)
        case fact if fact.value is None:
            words = f"scope '{scope.key}' has no dynamic addresses, and not every reader has a reservation"
            fix = Fix("add reservations for all readers, or a pool", manual="the readers' MAC addresses are needed")
            return Fail(words, fact, site.policy.severity("pool-too-small"), (fix,), about=about)
        case fact:
            return _measure(site, readers, scope, fact.value, spare, fact)


def _measure(
    site: Site,
    readers: Readers,
    scope: DhcpScope,
    pool: AddressRange,
    spare: tuple[AddressRange, ...],
    fact: Fact[object],
) -> Verdict:
    about = f"{scope.device}/{scope.key}"
    declared = sum(group.count or 1 for group in site.readers if _same_network(group, readers))
    leased = _leased(site, scope, pool)
    percent = 100 * len(leased) // len(pool)
    limit = site.policy.thresholds.pool_use_warning
    size = sum(len(each) for each in (pool, *spare))
    used = len(leased) + sum(len(_leased(site, scope, each)) for each in spare)
    enough = size >= declared and 100 * used // size <= limit
    if spare and enough:
        words = f"pool {pool} and the server's other ranges have {size} addresses, {used} known in use"
        return Pass(words, fact, about=about)
    if len(pool) < declared:
        words = f"pool {pool} of scope '{scope.key}' has {len(pool)} addresses for {declared} readers"
        severity = site.policy.severity("pool-too-small")
    elif percent > limit:
        words = f"pool {pool} of scope '{scope.key}' is {percent}% in use; the policy warns above {limit}%"
        severity = site.policy.severity("pool-nearly-full")
    else:
        return Pass(f"pool {pool} has {len(pool)} addresses, {len(leased)} known in use", fact, about=about)
    needed = max(2 * declared, 100 * len(leased) // limit + 1, len(leased) + declared)
    return Fail(words, (fact, *leased[:1]), severity, _fixes(readers, scope, pool, needed), about=about)


def _same_network(one: Readers, other: Readers) -> bool:
    return not isinstance(one.place, Unknown) and one.attachment.segment.key == other.attachment.segment.key


def _leased(site: Site, scope: DhcpScope, pool: AddressRange) -> tuple[Fact[object], ...]:
    leases = chain.from_iterable(device.leases for device in site.devices if device.name == scope.device)
    return tuple(a for lease in leases if not isinstance(a := lease.address, Unknown) and a.value in pool)


def _fixes(readers: Readers, scope: DhcpScope, pool: AddressRange, needed: int) -> tuple[Fix, ...]:
    """Enlarge the pool up to the end of its subnet or the next address of a router, if that is enough."""
    room = _room(readers, scope, pool)
    if room < needed:
        why = f"{needed} addresses from {pool.first} on do not fit the subnet"
        return (Fix(f"make room for {needed} addresses in the readers' network", manual=why),)
    part = f"between {pool.last + 1} and {pool.first + (needed - 1)}"
    risk = f"devices that were given an address {part} by hand would collide with the pool"
    return (Fix.one(scope.device, EnlargePool(scope.key, needed), risks=(risk,)),)


def _room(readers: Readers, scope: DhcpScope, pool: AddressRange) -> int:
    if isinstance(scope.subnet, Unknown) or pool.first not in scope.subnet.value:
        return 0
    end = int(scope.subnet.value.broadcast_address)
    for interface in readers.attachment.segment.interfaces:
        if not isinstance(interface.addresses, Unknown):
            end = min([end, *(int(a.ip) for a in interface.addresses.value if a.ip > pool.last)])
    return end - int(pool.first)


RULE = Rule(
    id="dhcp-pool-too-small",
    items=("R12",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers, dhcp_readers),
)
