"""The router of the readers or points of sale has no way to the internet.

## What it checks
The device that is router for a network of readers or points of sale has an interface that leads to the internet,
and it is switched on. Where the router is not among the audited devices, `egress-blocked` says what is missing.

## Why it matters
A mobile reader has no other connection than that of its point of sale; a smart reader needs one of its own.
Source: stripe-terminal R1, and R6 for smart readers.

## About the fix
How the shop is connected is in no configuration that could be proposed; a person sets it up.
"""

from collections.abc import Iterator

from auditor.model import Declared, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.clients import clients, consumer, out_of_sight
from auditor.site import Pos, Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield from out_of_sight(site)
    for client in clients(site):
        yield _judge(site, client)


def _judge(site: Site, client: Readers | Pos) -> Verdict:
    subject, about = client.name, consumer(client).value
    uplinks = site.uplinks(client)
    working = [i for i in uplinks if isinstance(i.enabled, Unknown) or i.enabled.value]
    certain = [i for i in working if not isinstance(i.enabled, Unknown)]
    attested = site.declared("egress")
    if certain:
        message = f"{', '.join(dict.fromkeys(i.key for i in certain))} leads to the internet"
        return Pass(message, tuple(i.uplink for i in certain), subject=subject, about=about)
    if isinstance(attested, Declared):
        return Pass(f"egress is attested: {attested.value}", attested, subject=subject, about=about)
    if working:
        unknown = working[0].enabled
        assert isinstance(unknown, Unknown)
        return Undecided(unknown, subject=subject, about=about)
    if uplinks.holes:
        return Undecided(uplinks.holes[0], subject=subject, about=about)
    severity = site.policy.severity("no-internet")
    if uplinks.items:
        first = uplinks.items[0]
        fix = Fix(f"switch interface '{first.key}' on", manual="find out why it was switched off")
        message = f"uplink '{first.key}' is switched off, and there is no other"
        return Fail(message, first.enabled, severity, (fix,), subject=subject, about=about, device=first.device)
    router = _own_router(site, client)
    if router is None:
        why = f"the router of {client.attachment.segment.name} is not among the audited devices"
        return NotApplicable(f"{why}; see egress-blocked", subject=subject, about=about)
    fix = Fix("connect the router to the internet", manual="set the uplink up with the provider's data")
    message = f"{router} is router for {client.attachment.segment.name} and has no uplink"
    facts = client.attachment.segment.subnets
    return Fail(message, facts, severity, (fix,), subject=subject, about=about, device=router)


def _own_router(site: Site, client: Readers | Pos) -> str | None:
    """The audited device that names itself as router to the clients of a segment."""
    segment = client.attachment.segment
    own = {
        address.ip: interface.device
        for interface in segment.interfaces
        if not isinstance(interface.addresses, Unknown)
        for address in interface.addresses.value
    }
    for scope in site.scopes_serving(client):
        if not isinstance(scope.routers, Unknown):
            for address in scope.routers.value:
                if address in own:
                    return own[address]
    return None


RULE = Rule(id="internet-uplink-missing", items=("R1", "R6"), severity=Severity.ERROR, doc=__doc__, check_site=check)
