"""The readers' own DNS resolver drops private answers, so the reader's diagnostics fail.

## What it checks
The resolvers that readers ask, where they are other ones than those of the points of sale, give the test name its
private address.

## Why it matters
The reader looks its own name up when it checks its network. The point of sale may work all the same, hence a
warning; but nobody finds out why the reader shows a red mark.
Source: stripe-terminal R16, as the reader's diagnostics apply it.

## About the fix
The exemption lets private answers pass for one domain; the protection stays on for all others.
"""

from collections.abc import Iterator

from auditor.intents import ExemptFromRebindProtection
from auditor.model import Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.clients import asking_pos
from auditor.rules.concerns import dhcp_readers, separate_pos
from auditor.site import Passage, Readers, Refusal, ResolverHop, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    judged = {_name(hop) for pos in asking_pos(site) for hop in site.resolver_chain(pos).inspected}
    chain = site.resolver_chain(readers)
    others = [hop for hop in chain.inspected if _name(hop) not in judged]
    for hop in others:
        yield _judge(site, hop)
    same = any(p.dns == "dhcp" and p.attachment.segment == readers.attachment.segment for p in asking_pos(site))
    if not others and chain.holes and not chain.asked and not same:
        yield Undecided(chain.holes[0])
    elif not others:
        yield NotApplicable("the readers ask no resolver of the shop that the points of sale do not ask as well")


def _name(hop: ResolverHop) -> str:
    return f"{hop.device}/{hop.resolver.key if hop.resolver else ''}"


def _judge(site: Site, hop: ResolverHop) -> Verdict:
    assert hop.resolver is not None
    key, domain = hop.resolver.key, site.policy.reader_domain
    if isinstance(hop.fact, Unknown) and hop.passage is Passage.UNKNOWN:
        return Undecided(hop.fact, hop.also, about=_name(hop))
    if hop.passage is Passage.OPEN:
        message = f"resolver '{key}' of the readers passes private answers for {domain}"
        return Pass(message, (hop.fact, *hop.also), about=_name(hop))
    fixes = (Fix.one(hop.device, ExemptFromRebindProtection(key, domain)),)
    return Fail(
        f"resolver '{key}' of the readers {hop.refusal.value} for {domain}",
        tuple(reason.fact for reason in hop.reasons),
        site.policy.severity("reader-resolver-refuses"),
        fixes if hop.refusal is Refusal.REBIND else (),
        about=_name(hop),
        device=hop.device,
    )


RULE = Rule(
    id="dns-rebind-readers",
    items=("R16",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(separate_pos, dhcp_readers),
)
