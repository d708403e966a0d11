"""A DNS resolver in the shop keeps the readers' private addresses from the point of sale.

## What it checks
Every resolver inside the site that a point of sale may end up asking (handed out by DHCP or set by hand, those it
forwards to, and those that a redirect of port 53 leads to) gives the test name its private address.
It must not drop private answers (rebind protection) without an exemption for the readers' domain, answer the
domain itself, suppress A records, be switched off, or ask in a circle. Resolvers that clients are told by router
advertisements or DHCPv6 count as those of DHCP do.

## Why it matters
The point of sale finds a reader by a public name whose answer is the reader's address in the shop.
Source: stripe-terminal R16.

## About the fix
The exemption lets private answers pass for one domain; the protection stays on for all others and is never
switched off. Where that cannot be done, the resolver in front asks a public service for this domain alone. The
resolvers that Stripe names are the last alternative: clients then lose local names and DNS filters.
"""

from collections.abc import Iterator

from auditor.intents import (
    ExemptFromRebindProtection,
    GiveOutIpv4Answers,
    Intent,
    RemoveLocalAnswer,
    SetDomainNameServers,
)
from auditor.model import Declared, DnsRedirect, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.clients import asking_pos, is_inside, lan_readers, not_asking
from auditor.rules.public_dns import forward_past, remedy, servers_of
from auditor.site import Chain, Passage, Pos, Refusal, Refused, ResolverHop, Site, covers
from auditor.verdicts import Change, Fail, Fix, Pass, Undecided, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield from not_asking(site)
    for pos in asking_pos(site):
        chain = site.resolver_chain(pos)
        for hole in chain.holes:
            yield Undecided(hole, subject=pos.name)
        for hop in chain.inspected:
            yield _judge(site, pos, chain, hop)
        unread = [hop for hop in chain.upstream if is_inside(site, hop)]
        for hop in unread:
            yield _unread(site, pos, hop)
        astray = [redirect for redirect in chain.redirected if isinstance(redirect.to_address, Unknown)]
        for redirect in astray:
            yield _astray(site, pos, redirect)
        if not chain.holes and not chain.inspected and not unread and not astray:
            told = ", ".join(str(address) for address, _ in chain.asked)
            facts = tuple(fact for _, fact in chain.asked)
            yield Pass(f"no resolver of the shop stands between; clients ask {told}", facts, subject=pos.name)


def _judge(site: Site, pos: Pos, chain: Chain, hop: ResolverHop) -> Verdict:
    assert hop.resolver is not None
    subject, about = pos.name, f"{hop.device}/{hop.resolver.key}"
    if isinstance(hop.fact, Unknown) and hop.passage is Passage.UNKNOWN:
        return Undecided(hop.fact, hop.also, subject=subject, about=about)
    if hop.passage is Passage.OPEN:
        message = f"resolver '{hop.resolver.key}' passes private answers for {site.policy.reader_domain}"
        return Pass(message, (hop.fact, *hop.also), subject=subject, about=about)
    return Fail(
        f"resolver '{hop.resolver.key}' {' and '.join(_words(site, reason) for reason in hop.reasons)}",
        tuple(reason.fact for reason in hop.reasons),
        _severity(site, hop),
        _fixes(site, pos, chain, hop),
        (site.policy.advice["server_driven"],),
        subject=subject,
        about=about,
        device=hop.device,
    )


def _words(site: Site, reason: Refused) -> str:
    match reason.refusal:
        case Refusal.REBIND:
            return f"drops private answers; {site.policy.reader_domain} is not exempt"
        case Refusal.LOCAL if reason.local is not None:
            return f"answers {reason.local.meant} itself"
        case Refusal.OFF:
            return "is what clients ask, but it is switched off"
        case Refusal.LOOP if not isinstance(reason.fact, Unknown):
            return f"asks in a circle: {reason.fact.value}"
        case _:
            return reason.refusal.value


_NO_ANSWERS = frozenset({Refusal.NO_IPV4, Refusal.OFF, Refusal.CLIENTS, Refusal.LOOP})


def _severity(site: Site, hop: ResolverHop) -> Severity:
    """As bad as for the integration that it hits hardest; without any answers, nothing works at all."""
    if any(reason.refusal in _NO_ANSWERS for reason in hop.reasons):
        return Severity.ERROR
    found = (site.policy.integration(r.integration).dns_severity(r.sdk_version) for r in lan_readers(site))
    return max((severity for severity in found if severity), key=lambda s: s.rank, default=Severity.ERROR)


def _unread(site: Site, pos: Pos, hop: ResolverHop) -> Verdict:
    attested, about = site.declared("dns-upstream"), f"{hop.device}/{hop.address}"
    if isinstance(attested, Declared):
        message = f"the answer of {hop.address} is attested: {attested.value}"
        return Pass(message, attested, subject=pos.name, about=about)
    assert isinstance(hop.fact, Unknown)
    return Undecided(attested or hop.fact, subject=pos.name, about=about)


def _astray(site: Site, pos: Pos, redirect: DnsRedirect) -> Verdict:
    """Questions that end nobody knows where."""
    attested, about = site.declared("dns-upstream"), f"{redirect.device}/{redirect.key}"
    if isinstance(attested, Declared):
        message = f"the answer behind the redirect '{redirect.key}' is attested: {attested.value}"
        return Pass(message, attested, subject=pos.name, about=about)
    assert isinstance(redirect.to_address, Unknown)
    return Undecided(attested or redirect.to_address, subject=pos.name, about=about)


def _fixes(site: Site, pos: Pos, chain: Chain, hop: ResolverHop) -> tuple[Fix, ...]:
    assert hop.resolver is not None
    key, domain = hop.resolver.key, site.policy.reader_domain
    intents: list[Intent] = []
    risks: list[str] = []
    for reason in hop.reasons:
        match reason.refusal:
            case Refusal.REBIND:
                intents.append(ExemptFromRebindProtection(key, domain))
            case Refusal.NO_IPV4:
                intents.append(GiveOutIpv4Answers(key))
            case Refusal.LOCAL if reason.local is not None:
                kept = reason.local.meant
                intents.append(RemoveLocalAnswer(key, reason.local.key, kept))
                if reason.local.pattern is not None or not covers(domain, kept):
                    risks.append(f"every name in {kept} is asked for outside again")
            case Refusal.CLIENTS:
                advice = f"let resolver '{key}' answer the network of the points of sale"
                return (Fix(advice, manual="who may ask is a decision about access"),)
            case Refusal.LOOP:
                outside = ", ".join(map(str, servers_of(remedy(site))))
                advice = f"let one of the resolvers in the circle ask outside: {outside}, or the provider"
                return (Fix(advice, manual="which of them is to ask the other is a decision"),)
            case _:
                return (Fix(f"switch resolver '{key}' on", manual="it is off on purpose, or the device is broken"),)
    changes = tuple(Change(hop.device, intent) for intent in dict.fromkeys(intents))
    narrow = Fix("; ".join(change.intent.title for change in changes), changes, risks=tuple(risks))
    past = forward_past(site, chain, hop) if all(r.refusal is Refusal.REBIND for r in hop.reasons) else ()
    return (narrow, *past, *_other_resolvers(site, pos, chain))


def _other_resolvers(site: Site, pos: Pos, chain: Chain) -> Iterator[Fix]:
    """Hand out the first public service that the policy names, unless a redirect makes that useless."""
    servers = servers_of(remedy(site))
    if pos.dns == "dhcp" and not chain.redirected:
        for scope in site.scopes_serving(pos):
            yield Fix.one(
                scope.device,
                SetDomainNameServers(scope.key, servers),
                weakens="DNS filters and names of the shop are lost to these clients",
                risks=(
                    f"all clients of scope '{scope.key}' get them; tills that are joined to a domain need its own DNS",
                ),
            )


RULE = Rule(id="dns-rebind", items=("R16",), severity=Severity.ERROR, doc=__doc__, check_site=check)
