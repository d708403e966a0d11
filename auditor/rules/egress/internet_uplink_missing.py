"""The router of the readers or points of sale has no way to the internet.

## What it checks
DHCP names a router. The device that is router for a network of readers or points of sale has an interface that leads
to the internet, it is switched on, and private addresses are translated there or by a router before. Without
translation the next router must know the way back, which only a test shows; behind a provider's address it cannot
work. Where the router is not among the audited devices, `egress-blocked` says what is missing.

## Why it matters
A mobile reader has no other connection than that of its point of sale; a smart reader needs one of its own.
Source: stripe-terminal R1, and R6 for smart readers.

## About the fix
How the shop is connected is in no configuration that could be proposed; a person sets it up.
"""

from collections.abc import Iterator

from auditor.inventory import Addressing
from auditor.model import AddressSource, Declared, Interface, Severity, Unknown, spans_of
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
    if (untold := _untold(site, client)) is not None:
        return untold
    uplinks = site.uplinks(client)
    working = [i for i in uplinks if isinstance(i.enabled, Unknown) or i.enabled.value]
    certain = [i for i in working if not isinstance(i.enabled, Unknown)]
    attested = site.declared("egress")
    if certain:
        untranslated = [i for i in certain if _untranslated(site, client, i)]
        if len(untranslated) == len(certain):
            return _without_nat(site, client, certain[0])
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


def _untold(site: Site, client: Readers | Pos) -> Verdict | None:
    """Fail if DHCP names no router: its clients have an address and no way out."""
    if isinstance(client, Readers) and client.addressing is Addressing.STATIC:
        return None
    for scope in site.scopes_serving(client):
        if not isinstance(scope.routers, Unknown) and not scope.routers.value:
            fix = Fix(f"let scope '{scope.key}' name a router (option 3)", manual="find out which address is right")
            message = f"scope '{scope.key}' names no router, so its clients have no way to the internet"
            severity, about = site.policy.severity("no-internet"), consumer(client).value
            return Fail(message, scope.routers, severity, (fix,), subject=client.name, about=about, device=scope.device)
    return None


def _untranslated(site: Site, client: Readers | Pos, uplink: Interface) -> bool:
    """Private addresses leave by this interface as they are, or may."""
    subnets = client.attachment.segment.subnets
    if isinstance(subnets, Unknown):
        return False
    blocks = [block.network for block in site.policy.private_networks]
    if not any(network.subnet_of(block) for network in subnets.value for block in blocks):
        return False
    return not site.translated_out(client, uplink).items


def _without_nat(site: Site, client: Readers | Pos, uplink: Interface) -> Verdict:
    """Nothing translates the private addresses; a router of the shop behind may, a provider's network does not."""
    subject, about, attested = client.name, consumer(client).value, site.declared("egress")
    doubts = site.translated_out(client, uplink).holes
    words = f"{uplink.device} sends {client.attachment.segment.name} out by '{uplink.key}' untranslated"
    if doubts or not _is_at_provider(uplink):
        if isinstance(attested, Declared):
            return Pass(f"egress is attested: {attested.value}", attested, subject=subject, about=about)
        settle = f"switch masquerading on for '{uplink.key}'; or from this network open https://{_host(site, client)}"
        unknown = Unknown(
            f"{words}; the next router must know the way back",
            spans_of(uplink.uplink),
            f"{settle}, then declare egress",
        )
        return Undecided(attested or (*doubts, unknown)[0], subject=subject, about=about)
    fix = Fix(f"switch masquerading on for '{uplink.key}'", manual="find out first what else translates addresses")
    severity = site.policy.severity("no-internet")
    return Fail(
        f"{words}, and private addresses do not pass a provider's network",
        uplink.uplink,
        severity,
        (fix,),
        subject=subject,
        about=about,
        device=uplink.device,
    )


def _is_at_provider(uplink: Interface) -> bool:
    if not isinstance(uplink.address_source, Unknown) and uplink.address_source.value is AddressSource.PPP:
        return True
    return not isinstance(uplink.addresses, Unknown) and any(a.ip.is_global for a in uplink.addresses.value)


def _host(site: Site, client: Readers | Pos) -> str:
    return site.policy.hosts_for(consumer(client))[0].name


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
