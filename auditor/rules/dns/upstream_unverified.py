"""Nobody has seen yet that the DNS servers outside the shop give private answers.

## What it checks
The resolvers outside the site at which a question of a point of sale ends: the public ones that Stripe names are
known to give private answers, some services filter by settings of an account, and of all others (a provider's
above all) only a test tells. What the operator attests as `declared: dns-upstream` counts.

## Why it matters
Some providers drop private answers; then readers are not found although everything in the shop is right.
It is a warning at most: most providers do not, and no configuration can show it.
Source: stripe-terminal T11.

## About the fix
A resolver of the shop that asks a filtering service can ask a public one for the readers' domain alone; otherwise
the domain is allowed in the account. Of others, a person makes the test on a point of sale.
"""

from collections.abc import Iterator

from auditor.model import Declared, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.clients import asking_pos, is_inside, not_asking
from auditor.rules.public_dns import forward_past
from auditor.site import Chain, Pos, Refusal, ResolverHop, ResolverKind, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Undecided, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield from not_asking(site)
    for pos in asking_pos(site):
        yield from _judge(site, pos)


def _judge(site: Site, pos: Pos) -> Iterator[Verdict]:
    chain = site.resolver_chain(pos)
    outside = [hop for hop in chain.upstream if not is_inside(site, hop)]
    unverified = [hop for hop in outside if hop.kind is ResolverKind.UNINSPECTED]
    attested = site.declared("dns-upstream")
    for hop in outside:
        if hop.kind is ResolverKind.PUBLIC:
            message = f"{hop.address} gives private answers, as Stripe says"
            yield Pass(message, hop.fact, subject=pos.name, about=str(hop.address))
        elif isinstance(attested, Declared):
            message = f"the answer of the test name is attested: {attested.value}"
            yield Pass(message, attested, subject=pos.name, about=_about(hop))
        elif hop.kind is ResolverKind.FILTERING:
            yield _filtering(site, pos, chain, hop)
        else:
            yield _unknown(site, pos, hop, attested)
    # Resolvers that ask in a circle ask nobody outside, which is a failure of `dns-rebind`.
    circle = any(reason.refusal is Refusal.LOOP for hop in chain.inspected for reason in hop.reasons)
    if not outside and chain.inspected and not chain.holes and chain.inspected == chain.hops and not circle:
        last = chain.inspected[-1]
        key = last.resolver.key if last.resolver else ""
        unknown = Unknown(f"resolver '{key}' names no resolver that it asks", settle=_test(site))
        yield Undecided(unknown, subject=pos.name, about=f"{last.device}/{key}")
    elif not unverified or isinstance(attested, Declared):
        yield NotChecked(_card(site), subject=pos.name, about="test")


def _about(hop: ResolverHop) -> str:
    return str(hop.address) if hop.address else f"{hop.device}/uplink"


def _test(site: Site) -> str:
    policy = site.policy
    return (
        f"on a point of sale run `nslookup {policy.test_name}`; expect {policy.test_answer}; then declare dns-upstream"
    )


def _card(site: Site) -> Card:
    return Card(
        "test the DNS on a point of sale",
        (
            "on a point of sale, in the readers' shop, look the test name up with the system's own tool, since a"
            " browser may ask elsewhere (DNS over HTTPS)",
            "another answer or none: set 1.1.1.1 and 1.0.0.1, or 8.8.8.8 and 8.8.4.4, on the point of sale and repeat",
        ),
        f"nslookup {site.policy.test_name}",
        str(site.policy.test_answer),
        "declared: dns-upstream in the inventory, with who and until when",
    )


def _unknown(site: Site, pos: Pos, hop: ResolverHop, attested: Unknown | None) -> Verdict:
    assert isinstance(hop.fact, Unknown)
    why = attested or hop.fact
    unknown = Unknown(why.why, why.near, _test(site))
    return Undecided(unknown, card=_card(site), subject=pos.name, about=_about(hop))


def _filtering(site: Site, pos: Pos, chain: Chain, hop: ResolverHop) -> Verdict:
    assert isinstance(hop.fact, Unknown)
    assert hop.address is not None
    service = site.policy.filtering_resolver(hop.address)
    advice = f"allow {site.policy.reader_domain} and all names below it in the account at {service}"
    return Fail(
        hop.fact.why,
        hop.fact,
        site.policy.severity("resolver-may-filter"),
        (*forward_past(site, chain, hop), Fix(advice, manual="the setting is in an account outside the shop")),
        (_test(site),),
        subject=pos.name,
        about=str(hop.address),
    )


RULE = Rule(id="dns-upstream-unverified", items=("T11",), severity=Severity.WARNING, doc=__doc__, check_site=check)
