"""Would one resolver give the answer, if it got it from outside? All reasons against it are gathered."""

from collections.abc import Iterator
from ipaddress import IPv4Network, collapse_addresses
from typing import Any, TypeAlias

from auditor.model import Device, LocalAnswer, Resolver, Unknown
from auditor.site.hops import Passage
from auditor.site.resolvers.chain import Lookup, Refusal, Refused, ResolverHop, ResolverKind
from auditor.site.resolvers.names import covers, local_answers

Askers: TypeAlias = tuple[IPv4Network, ...] | None
"""Where a question comes from, as far as a resolver can tell: networks of clients, or an address of another resolver;
None: not known."""


def judge(
    device: Device, resolver: Resolver, lookup: Lookup, askers: Askers, circle: Refused | None = None
) -> ResolverHop:
    """Judge one resolver; `circle` is the reason against it where what it asks comes back to it."""

    def hop(passage: Passage, first: Refused, **more: Any) -> ResolverHop:
        return ResolverHop(
            ResolverKind.INSPECTED, device.name, None, passage, first.refusal, first.fact,
            resolver=resolver, local=first.local, **more,
        )  # fmt: skip

    reasons = (*_reasons(resolver, lookup, askers), *([circle] if circle is not None else []))
    certain = tuple(reason for reason in reasons if not isinstance(reason.fact, Unknown))
    if certain:
        return hop(Passage.BLOCKED, certain[0], reasons=certain)
    drops = resolver.drops_private
    if reasons:
        also = () if isinstance(drops, Unknown) else (drops,)
        return hop(Passage.UNKNOWN, reasons[0], reasons=reasons, also=also)
    if isinstance(drops, Unknown) or (drops.value and not isinstance(resolver.exempt_domains, Unknown)):
        return hop(Passage.OPEN, Refused(Refusal.NONE, resolver.exempt_domains), also=(drops,))
    return hop(Passage.OPEN, Refused(Refusal.NONE, drops))


def is_for_others(resolver: Resolver, askers: Askers) -> bool:
    """Say whether a resolver answers none of these askers."""
    clients = resolver.clients
    if askers is None or isinstance(clients, Unknown) or clients.value is None:
        return False
    return not any(asker.overlaps(network) for asker in askers for network in clients.value)


def _reasons(resolver: Resolver, lookup: Lookup, askers: Askers) -> Iterator[Refused]:
    """Yield what keeps the answer back, for certain or (`fact` is `Unknown`) perhaps."""
    match resolver.serving:
        case Unknown() as unknown:
            yield Refused(Refusal.OFF, unknown)
        case serving if not serving.value:
            yield Refused(Refusal.OFF, serving)
        case _:
            pass
    yield from _not_for(resolver, askers)
    own = local_answers(resolver, lookup.name)
    wrong = [local for local in own if not (isinstance(local, LocalAnswer) and local.address == str(lookup.answer))]
    for local in wrong:
        yield Refused(Refusal.LOCAL, local.fact, local)
    for hole in resolver.local_answers.holes:
        yield Refused(Refusal.LOCAL, hole)
    if own and not wrong:
        return  # it need not ask, and what a resolver knows itself is not from outside
    match resolver.drops_ipv4:
        case Unknown() as unknown:
            yield Refused(Refusal.NO_IPV4, unknown)
        case drops if drops.value:
            yield Refused(Refusal.NO_IPV4, drops)
        case _:
            pass
    yield from _rebind(resolver, lookup)


def _not_for(resolver: Resolver, askers: Askers) -> Iterator[Refused]:
    """Yield why a resolver leaves questions of these askers without an answer, or those of some of them."""
    clients = resolver.clients
    if isinstance(clients, Unknown):
        yield Refused(Refusal.CLIENTS, clients)
        return
    if clients.value is None:
        return
    served = tuple(collapse_addresses(clients.value))
    if askers is None:
        why = f"{resolver.software} answers some networks only, and which address asks is not known"
        everybody = served == (IPv4Network("0.0.0.0/0"),)
        yield from () if everybody else (Refused(Refusal.CLIENTS, Unknown(why, clients.spans)),)
    elif is_for_others(resolver, askers):
        yield Refused(Refusal.CLIENTS, clients)
    elif not all(any(asker.subnet_of(network) for network in served) for asker in askers):
        why = f"{resolver.software} answers a part of these clients only"
        yield Refused(Refusal.CLIENTS, Unknown(why, clients.spans, "let it answer the whole network"))


def _rebind(resolver: Resolver, lookup: Lookup) -> Iterator[Refused]:
    """Yield rebind protection if it drops this answer; an exemption decides whether it is known to be on or not."""
    drops, exempt = resolver.drops_private, resolver.exempt_domains
    if not isinstance(exempt, Unknown) and any(covers(domain, lookup.name) for domain in exempt.value):
        return
    within = any(lookup.met_by(network) for network in resolver.private_ranges)
    if not within or (not isinstance(drops, Unknown) and not drops.value):
        for unread in resolver.unread_ranges:
            yield Refused(Refusal.REBIND, unread)
        return
    if isinstance(drops, Unknown) or isinstance(exempt, Unknown):
        yield Refused(Refusal.REBIND, drops if isinstance(drops, Unknown) else exempt)
    else:
        yield Refused(Refusal.REBIND, drops)
