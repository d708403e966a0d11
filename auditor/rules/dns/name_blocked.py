"""A DNS resolver in the shop answers names of Stripe itself, or sinks them.

## What it checks
No resolver that readers or points of sale ask answers a name that they need with an address of its own, keeps it
from being asked outside, or gives no addresses at all. Services that block by lists outside the configuration
are named, with the look-up that settles it; `declared: egress` set to open attests it.

## Why it matters
Readers work with names; Stripe changes the addresses behind them. A fixed public address works until then.
Source: stripe-terminal R2, R6, T6.

## About the fix
The entry is removed. If it covers more than Stripe's names, all of them are asked for outside again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import TypeAlias

from auditor.intents import GiveOutIpv4Answers, RemoveLocalAnswer
from auditor.model import Blocklist, Declared, Forwarder, LocalAnswer, NamePattern, Resolver, Severity, Unknown
from auditor.policies import Consumer, Host, HostKind
from auditor.rules.base import Rule
from auditor.rules.clients import asking_pos, clients, consumer, out_of_sight
from auditor.site import Chain, Lookup, Pos, Readers, Refusal, ResolverHop, Site, covers, local_answers
from auditor.verdicts import Change, Fail, Fix, Pass, Undecided, Verdict

_Asked: TypeAlias = tuple[Host, str, frozenset[str | NamePattern]]
"""A host, its name as it is asked for, and what forwarders say that concerns it."""


@dataclass(slots=True)
class _Found:
    """What one resolver does to the names that one client needs."""

    hop: ResolverHop
    answers: dict[LocalAnswer | Forwarder, list[Host]] = field(default_factory=dict)


def check(site: Site) -> Iterator[Verdict]:
    yield from out_of_sight(site)
    names = {who: _names(site, who) for who in {consumer(client): None for client in clients(site)}}
    rebind_judges = {_name(hop) for pos in asking_pos(site) for hop in site.resolver_chain(pos).inspected}
    for client in clients(site):
        found, holes = _look_up(site, client, names[consumer(client)])
        bad = [verdict for each in found.values() if (verdict := _blocked(site, client, each)) is not None]
        bad += [
            verdict
            for name, each in found.items()
            for verdict in _answers_nothing(client, each.hop, judged=name in rebind_judges)
        ]
        bad += _blocklists(site, client, found)
        bad += _unknown_resolvers(site, holes)
        if not bad:
            facts = tuple(fact for _, fact in site.resolver_chain(client).asked)
            bad = [Pass("no resolver of the shop answers names of Stripe itself", facts)]
        for verdict in bad:
            yield _about(verdict, client)


def _name(hop: ResolverHop) -> str:
    return f"{hop.device}/{hop.resolver.key if hop.resolver else ''}"


def _about(verdict: Verdict, client: Readers | Pos) -> Verdict:
    """Say whose verdict it is; readers and points of sale may go by one name."""
    return replace(verdict, subject=client.name, about=f"{consumer(client).value} {verdict.about}".strip())


def _names(site: Site, who: Consumer) -> list[_Asked]:
    """The names that somebody asks for, each with the domains and expressions of forwarders that are for it."""
    forwarders = [f for device in site.devices for r in device.resolvers for f in r.forwarders]
    domains = {f.domain for f in forwarders if f.domain}
    patterns = {f.pattern for f in forwarders if f.pattern is not None}
    found: list[_Asked] = []
    for host in site.policy.hosts_for(who):
        name = host.name.removeprefix("*.")
        special: frozenset[str | NamePattern] = frozenset(
            (*(each for each in domains if covers(each, name)), *(each for each in patterns if each.covers(name)))
        )
        found.append((host, name, special))
    return found


def _look_up(site: Site, client: Readers | Pos, names: list[_Asked]) -> tuple[dict[str, _Found], tuple[Unknown, ...]]:
    """Ask for every name, and note the resolvers of the shop on the way with what they answer themselves, and holes.

    Which resolvers are asked depends on a name only by the domains and expressions that forwarders are for, so names
    that differ in none of these share one chain.
    """
    found: dict[str, _Found] = {}
    published = site.policy.published_ranges.networks[0].network_address
    chains: dict[frozenset[str | NamePattern], Chain] = {}
    for host, name, special in names:
        if special not in chains:
            chains[special] = site.resolver_chain(client, Lookup(name, published))
        for hop in chains[special].inspected:
            assert hop.resolver is not None
            each = found.setdefault(_name(hop), _Found(hop))
            for answer in _answers(hop.resolver, host, name):
                each.answers.setdefault(answer, []).append(host)
    return found, tuple(dict.fromkeys(hole for chain in chains.values() for hole in chain.holes))


def _answers(resolver: Resolver, host: Host, name: str) -> Iterator[LocalAnswer | Forwarder]:
    """Local answers for a name; for a whole domain also those for single names in it."""
    yield from local_answers(resolver, name)
    closed = [f for f in resolver.forwarders if f.address is None and f.domain is not None]
    for answer in (*resolver.local_answers, *closed) if host.is_wildcard else ():
        named = host.covers(answer.domain or "") and not covers(answer.domain or "", name)
        if named or (isinstance(answer.fact, Unknown) and _may_be_for_names_below(answer, name)):
            yield answer


def _may_be_for_names_below(answer: LocalAnswer | Forwarder, domain: str) -> bool:
    """Say so of an expression that is about a domain; for one that certainly covers it another answer stands."""
    if answer.pattern is None or NamePattern(answer.pattern.expression).covers(domain):
        return False
    return answer.pattern.may_cover_below(domain)


def _blocked(site: Site, client: Readers | Pos, found: _Found) -> Verdict | None:
    if not found.answers:
        return None
    assert found.hop.resolver is not None
    key = found.hop.resolver.key
    doubtful = [answer.fact for answer in found.answers if isinstance(answer.fact, Unknown)]
    certain = {answer: hosts for answer, hosts in found.answers.items() if not isinstance(answer.fact, Unknown)}
    if not certain:
        return Undecided(doubtful[0], about=_name(found.hop))
    names = list(dict.fromkeys(host.name for hosts in certain.values() for host in hosts))
    severities = [_severity(site, answer, host) for answer, hosts in certain.items() for host in hosts]
    domains = dict.fromkeys((answer.key, answer.meant) for answer in certain)
    wide = [
        answer.meant
        for answer in certain
        if answer.pattern is not None
        or not any(covers(name.removeprefix("*."), answer.domain or ".") for name in names)
    ]
    changes = tuple(Change(found.hop.device, RemoveLocalAnswer(key, entry, domain)) for entry, domain in domains)
    return Fail(
        f"resolver '{key}' answers {_listed(names)} itself",
        tuple(answer.fact for answer in certain),
        max(severities, key=lambda severity: severity.rank),
        (
            Fix(
                "; ".join(change.intent.title for change in changes),
                changes,
                risks=tuple(f"every name in {domain} is asked for outside again" for domain in dict.fromkeys(wide)),
            ),
        ),
        about=_name(found.hop),
        device=found.hop.device,
    )


def _severity(site: Site, answer: LocalAnswer | Forwarder, host: Host) -> Severity:
    """A fixed public address works for now; anything else does not work at all."""
    if isinstance(answer, LocalAnswer) and _is_public(answer.address):
        return site.policy.severity("addresses-only")
    return site.policy.severity("time-blocked" if host.kind is HostKind.TIME else "name-blocked")


def _is_public(address: str | None) -> bool:
    try:
        return address is not None and ip_address(address).is_global
    except ValueError:
        return False


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more names" if len(names) > 3 else "")


def _answers_nothing(client: Readers | Pos, hop: ResolverHop, *, judged: bool) -> Iterator[Verdict]:
    """A resolver without A records, or switched off, or one that may answer from what was not read.

    What keeps any name from resolvers that are `judged` by `dns-rebind` is said there.
    """
    assert hop.resolver is not None
    for reason in hop.reasons:
        if judged and reason.refusal is not Refusal.LOCAL:
            continue
        if isinstance(reason.fact, Unknown):
            yield Undecided(reason.fact, about=f"{_name(hop)} {reason.refusal.value}")
        elif reason.refusal in (Refusal.NO_IPV4, Refusal.OFF, Refusal.CLIENTS, Refusal.LOOP):
            give = (Fix.one(hop.device, GiveOutIpv4Answers(hop.resolver.key)),)
            yield Fail(
                f"resolver '{hop.resolver.key}' {reason.refusal.value}",
                reason.fact,
                Severity.ERROR,
                give if reason.refusal is Refusal.NO_IPV4 else (),
                about=f"{_name(hop)} {reason.refusal.value}",
                device=hop.device,
            )


def _unknown_resolvers(site: Site, holes: tuple[Unknown, ...]) -> Iterator[Verdict]:
    """Nobody knows which resolver these clients ask."""
    attested = site.declared("egress")
    for hole in holes:
        if isinstance(attested, Declared) and attested.value == "open":
            yield Pass("egress is attested", attested, about="resolver")
        else:
            yield Undecided(hole, about="resolver")


def _blocklists(site: Site, client: Readers | Pos, found: dict[str, _Found]) -> list[Verdict]:
    """Services that block by lists which we do not see: on resolvers, in the segment, and on routers further out."""
    names = {each.hop.device for each in found.values()} | set(client.attachment.segment.devices)
    # A controller looks at the questions of stations even where access points put them into the network themselves.
    names |= {bss.device for bss in client.attachment.bsses if client.wireless}
    names |= {device.name for device in site.gateways(client)}
    attested = site.declared("egress")
    verdicts: list[Verdict] = []
    for device in site.devices:
        if device.name not in names:
            continue
        verdicts += [Undecided(hole, about=f"{device.name} blocklists") for hole in device.blocklists.holes]
        for blocklist in (each for each in device.blocklists if _looks_at(site, each, client)):
            verdict = _blocklist(site, client, blocklist, attested)
            if verdict is not None:
                verdicts.append(verdict)
    return verdicts


def _looks_at(site: Site, blocklist: Blocklist, client: Readers | Pos) -> bool:
    """Whether packets of a client may enter where a service looks at them."""
    if isinstance(blocklist.interfaces, Unknown) or blocklist.interfaces.value is None:
        return True
    bsses = client.attachment.bsses if client.wireless else ()
    if any(bss.device == blocklist.device and bss.key in blocklist.bsses for bss in bsses):
        return True
    keys = {each.key for each in client.attachment.segment.interfaces if each.device == blocklist.device}
    keys |= {leg.entering for leg in site.legs_out(client) if leg.device == blocklist.device}
    return not keys.isdisjoint(blocklist.interfaces.value)


def _blocklist(
    site: Site, client: Readers | Pos, blocklist: Blocklist, attested: Declared[str] | Unknown | None
) -> Verdict | None:
    about = f"{blocklist.device}/{blocklist.key}"
    fact = blocklist.enabled
    if not isinstance(fact, Unknown) and not fact.value:
        return None
    if isinstance(attested, Declared) and attested.value == "open":
        return Pass(f"egress past {blocklist.software} is attested", (attested, fact), about=about)
    host = site.policy.hosts_for(consumer(client))[0].name
    settle = f"from this network run `nslookup {host}` and open https://{host}; if both work, declare egress"
    if isinstance(fact, Unknown):
        return Undecided(Unknown(fact.why, fact.near, settle), about=about)
    why = f"{blocklist.software} blocks names or addresses by lists that are not in the configuration"
    return Undecided(Unknown(why, fact.spans, settle), about=about)


RULE = Rule(id="dns-name-blocked", items=("R2", "R6", "T6"), severity=Severity.ERROR, doc=__doc__, check_site=check)
