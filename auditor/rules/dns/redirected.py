"""Other DNS servers on the point of sale would not help: its questions never get there.

## What it checks
Where it is not certain that the present resolvers give private answers, the remedy (1.1.1.1 or 8.8.8.8 on the point
of sale) must work: no device redirects port 53 to its own resolver, and the packet filter lets it out.

## Why it matters
Whoever follows Stripe's advice changes the DNS of the point of sale, sees no change, and looks elsewhere.
Source: stripe-terminal T11.

## About the fix
Without the redirect every client of these networks can ask any resolver, past the shop's DNS filter. Where the
shop's resolver gives the answer, nothing needs to change, and the rule passes.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from auditor.intents import StopDnsRedirect
from auditor.model import Declared, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.clients import allow, asking_pos, not_asking
from auditor.rules.public_dns import remedy, servers_of
from auditor.site import Chain, Hop, Passage, Pos, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield from not_asking(site)
    for pos in asking_pos(site):
        chain = site.resolver_chain(pos)
        if not chain.hops:
            yield NotApplicable("which resolvers are asked is not known; see dns-rebind", subject=pos.name)
        elif not chain.redirected and (unread := _unread(site, pos)):
            yield Undecided(unread[0], subject=pos.name)
        elif all(hop.passage is Passage.OPEN for hop in chain.hops):
            facts = tuple(hop.fact for hop in chain.hops)
            yield Pass("the present resolvers give private answers; no other ones are needed", facts, subject=pos.name)
        elif chain.redirected:
            yield from _redirected(site, pos, chain)
        else:
            yield _filtered(site, pos)


def _unread(site: Site, pos: Pos) -> list[Unknown]:
    """Why there may be redirects that are not known."""
    return [h for d in site.devices if d.name in pos.attachment.segment.devices for h in d.dns_redirects.holes]


def _redirected(site: Site, pos: Pos, chain: Chain) -> Iterator[Verdict]:
    for redirect in chain.redirected:
        about = f"{redirect.device}/{redirect.key}"
        if isinstance(redirect.interfaces, Unknown):
            yield Undecided(redirect.interfaces, subject=pos.name, about=about)
            continue
        fix = Fix.one(
            redirect.device,
            StopDnsRedirect(redirect.key),
            weakens="clients of these networks can ask any resolver, past the shop's DNS filter",
            risks=("every network that is redirected is concerned, not only the points of sale",),
        )
        yield Fail(
            f"'{redirect.key}' redirects port 53, so other DNS servers on the point of sale change nothing",
            redirect.interfaces,
            site.policy.severity("dns-redirected"),
            (fix,),
            subject=pos.name,
            about=about,
            device=redirect.device,
        )


def _filtered(site: Site, pos: Pos) -> Verdict:
    """Whether the packet filter lets questions out to the first public service that the policy names."""
    service = remedy(site)
    servers = servers_of(service)
    egress = site.reach(pos, servers[0], protocol="udp", port=53)
    words = f"{service.title}'s DNS ({servers[0]})"
    attested = site.declared("egress")
    if egress is None or egress.passage is Passage.OPEN:
        facts = () if egress is None else (egress.fact,)
        return Pass(f"nothing redirects port 53, and {words} can be asked", facts, subject=pos.name)
    hop = egress.decisive
    if egress.passage is Passage.UNKNOWN or hop is None:
        if isinstance(attested, Declared) and attested.value == "open":
            return Pass("nothing redirects port 53, and egress is attested", attested, subject=pos.name)
        fact = hop.fact if hop is not None else egress.fact
        why = fact if isinstance(fact, Unknown) else Unknown(f"port 53 to {servers[0]} is open by one uplink only")
        return Undecided(attested if isinstance(attested, Unknown) else why, subject=pos.name)
    return Fail(
        f"the packet filter stops questions to {words}, so they cannot help",
        hop.fact,
        site.policy.severity("dns-redirected"),
        (_allow(pos, servers, hop),),
        subject=pos.name,
        about=f"{hop.device}/{hop.item}/{hop.rule}",
        device=hop.device,
    )


def _allow(pos: Pos, servers: tuple[IPv4Address, ...], hop: Hop) -> Fix:
    destinations = tuple(IPv4Network(server) for server in servers)
    return Fix(
        f"allow DNS from the points of sale to {', '.join(map(str, servers))}",
        tuple(allow(pos, hop, destinations, protocol, 53) for protocol in ("udp", "tcp")),
        weakens="clients of this network can ask these servers, past the shop's DNS filter",
    )


RULE = Rule(id="dns-redirected", items=("T11",), severity=Severity.WARNING, doc=__doc__, check_site=check)
