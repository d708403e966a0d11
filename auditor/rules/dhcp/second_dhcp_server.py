"""Two DHCP scopes compete in the readers' network.

## What it checks
No two devices give addresses to the readers' network, and no two scopes there give out the same addresses.

## Why it matters
Which server answers first is chance: a reader gets now this address, now that, or one that another device
already has. An access point that was left in router mode is the usual second server.
Source: stripe-terminal R12, T10.

## About the fix
By hand: which of the servers is the right one is the owner's decision. Two servers that share one set of leases
on purpose are in order.
"""

from collections.abc import Iterator
from itertools import combinations

from auditor.model import Declared, DhcpScope, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Evidence, Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_MANUAL = "which of the two is wanted is the owner's decision"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    scopes = site.scopes_serving(readers)
    found = [verdict for one, other in combinations(scopes, 2) if (verdict := _compare(site, one, other))]
    yield from found
    if found:
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


def _compare(site: Site, one: DhcpScope, other: DhcpScope) -> Fail | None:
    if one.device != other.device:
        words = f"{one.device} (scope '{one.key}') and {other.device} (scope '{other.key}') both give addresses here"
        title = f"stop one of them from serving: {one.device} or {other.device}"
        evidence: Evidence = (one.interface, one.serving, other.interface, other.serving)
    elif _overlap(one, other):
        words = f"scopes '{one.key}' and '{other.key}' give out the same addresses"
        title = f"give '{one.key}' and '{other.key}' separate pools, or remove one"
        evidence = (one.interface, one.pool, other.interface, other.pool)
    else:
        return None
    about = f"{one.device}/{one.key} {other.device}/{other.key}"
    severity = site.policy.severity("two-dhcp-servers")
    return Fail(words, evidence, severity, (Fix(title, manual=_MANUAL),), about=about)


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
