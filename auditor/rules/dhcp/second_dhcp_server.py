"""Two DHCP scopes compete in the network of the readers or of a point of sale.

## What it checks
No two devices give addresses to that network, be it by a relay, and no two scopes there give out the same addresses.
The network of a point of sale is judged too, where it is another one.

## Why it matters
Which server answers first is chance: a reader gets now this address, now that, or one that another device
already has. An access point that was left in router mode is the usual second server.
Source: stripe-terminal R12, T10.

## About the fix
By hand: which of the servers is the right one is the owner's decision. Two servers that share one set of leases
on purpose are in order.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from auditor.model import Declared, DhcpScope, Fact, Severity, Stated, Unknown, spans_of
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.rules.networks import concerned
from auditor.site import Pos, Readers, Site
from auditor.site.conflicts import relay_beside
from auditor.verdicts import Evidence, Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_MANUAL = "which of the two is wanted is the owner's decision"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    for client in concerned(site, readers):
        for verdict in _judge(site, client):
            yield replace(verdict, subject=client.name)


def _judge(site: Site, client: Readers | Pos) -> Iterator[Verdict]:
    scopes = site.scopes_serving(client)
    found = [verdict for one, other in combinations(scopes, 2) if (verdict := _compare(site, client, one, other))]
    beside = () if found else relay_beside(client.attachment.segment, site.devices)
    relayed = [_relayed(site, relay, server) for relay, server in beside]
    yield from (*found, *relayed)
    if found or relayed:
        return
    declared = site.declared("dhcp")
    if isinstance(declared, Declared):
        yield Pass(f"DHCP is attested: {declared.value}", declared)
    elif scopes.holes:
        yield Undecided(scopes.holes[0])
    elif scopes.items:
        yield Pass("one DHCP server gives them addresses", tuple(scope.serving for scope in scopes))
    else:
        yield NotApplicable("no audited device is known to give them addresses")


def _relayed(site: Site, relay: DhcpScope, server: DhcpScope) -> Fail:
    asked = ", ".join(map(str, relay.relays_to))
    words = f"{relay.device} hands requests on to {asked}, and {server.device} (scope '{server.key}') answers here"
    title = f"let one of them answer: {server.device}, or the server that {relay.device} asks"
    about = f"{relay.device}/{relay.key} {server.device}/{server.key}"
    told = Stated(asked, spans_of(relay.serving) or spans_of(relay.interface))
    evidence: Evidence = (told, server.interface, server.serving)
    return Fail(words, evidence, site.policy.severity("two-dhcp-servers"), (Fix(title, manual=_MANUAL),), about=about)


def _compare(site: Site, client: Readers | Pos, one: DhcpScope, other: DhcpScope) -> Fail | None:
    if one.device != other.device:
        words = f"{one.device} (scope '{one.key}') and {other.device} (scope '{other.key}') both give addresses here"
        title = f"stop one of them from serving: {one.device} or {other.device}"
        asked = (*_relays(site, client, one), *_relays(site, client, other))
        evidence: Evidence = (*asked, one.interface, one.serving, other.interface, other.serving)
    elif _overlap(one, other):
        words = f"scopes '{one.key}' and '{other.key}' give out the same addresses"
        title = f"give '{one.key}' and '{other.key}' separate pools, or remove one"
        evidence = (one.interface, one.pool, other.interface, other.pool)
    else:
        return None
    about = f"{one.device}/{one.key} {other.device}/{other.key}"
    severity = site.policy.severity("two-dhcp-servers")
    return Fail(words, evidence, severity, (Fix(title, manual=_MANUAL),), about=about)


def _relays(site: Site, client: Readers | Pos, scope: DhcpScope) -> Iterator[Fact[str]]:
    """The lines of relays by which a server gets the requests of these clients."""
    told = site.relayed_to(client, scope)
    for relay in site.relays(client):
        if not set(told).isdisjoint(relay.relays_to):
            yield Stated(", ".join(map(str, relay.relays_to)), spans_of(relay.serving) or spans_of(relay.interface))


def _overlap(one: DhcpScope, other: DhcpScope) -> bool:
    if isinstance(one.pool, Unknown) or isinstance(other.pool, Unknown):
        return False
    left, right = one.pool.value, other.pool.value
    return left is not None and right is not None and left.first <= right.last and right.first <= left.last


RULE = Rule(
    id="dhcp-second-server",
    items=("R12", "T10"),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(smart_readers, dhcp_readers),
)
