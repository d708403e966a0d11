"""Who answers a client's question for a name: every resolver on the way, and which of them drops the answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, collapse_addresses
from typing import Any, Literal, TypeAlias

from auditor.model import (
    Device,
    DhcpScope,
    DnsRedirect,
    Fact,
    Forwarder,
    Interface,
    Listed,
    LocalAnswer,
    Resolver,
    Stated,
    Unknown,
    spans_of,
)
from auditor.policies import Policy
from auditor.site.hops import Passage
from auditor.site.segments import Segment

Address: TypeAlias = IPv4Address | IPv6Address

_DNS = 53


class ResolverKind(StrEnum):
    """What is known of a resolver."""

    INSPECTED = "inspected"
    PUBLIC = "public, gives private answers"
    FILTERING = "public, filters by an account's settings"
    UNINSPECTED = "not inspected"


class Refusal(StrEnum):
    """Why a resolver does not give the answer."""

    NONE = ""
    REBIND = "drops private answers"
    LOCAL = "answers the name itself"
    NO_IPV4 = "gives out no A records"
    OFF = "does not answer"
    CLIENTS = "does not answer these clients"


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason why an inspected resolver does not give the answer; `local` is what answers in its stead."""

    refusal: Refusal
    fact: Fact[Any]
    local: LocalAnswer | Forwarder | None = None


@dataclass(frozen=True, slots=True)
class ResolverHop:
    """One resolver on the way. `resolver` is set for inspected ones.

    A resolver may refuse for several `reasons` at once; `refusal`, `fact` and `local` are those of the first. The
    large parts stay out of the hash, which only has to be quick.
    """

    kind: ResolverKind
    device: str
    address: Address | None
    passage: Passage
    refusal: Refusal
    fact: Fact[Any] = field(hash=False)
    resolver: Resolver | None = field(default=None, hash=False)
    local: LocalAnswer | Forwarder | None = field(default=None, hash=False)
    also: tuple[Fact[Any], ...] = field(default=(), hash=False)
    reasons: tuple[Refused, ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """All resolvers that may answer, in order; every one of them must give the answer, as any may be asked.

    `asked` are the resolvers that clients know. `redirected` are devices' orders to send every question to
    their own resolver, whatever the client was told.
    """

    hops: tuple[ResolverHop, ...]
    holes: tuple[Unknown, ...]
    redirected: tuple[DnsRedirect, ...]
    asked: tuple[tuple[Address, Fact[Any]], ...] = ()

    @property
    def inspected(self) -> tuple[ResolverHop, ...]:
        return tuple(hop for hop in self.hops if hop.kind is ResolverKind.INSPECTED)

    @property
    def upstream(self) -> tuple[ResolverHop, ...]:
        return tuple(hop for hop in self.hops if hop.kind is not ResolverKind.INSPECTED)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question with the answer that it must get; questions of its kind get addresses of the `networks` too."""

    name: str
    answer: IPv4Address
    networks: tuple[IPv4Network, ...] = ()

    def met_by(self, block: IPv4Network) -> bool:
        """Say whether a block of addresses holds the answer, or one of a question of its kind."""
        return self.answer in block or any(block.overlaps(network) for network in self.networks)


def resolver_chain(
    segment: Segment,
    dns: Literal["dhcp"] | tuple[Address, ...],
    scopes: Listed[DhcpScope],
    devices: tuple[Device, ...],
    policy: Policy,
    lookup: Lookup,
) -> Chain:
    """Follow a question from clients of a segment through every resolver that may be asked."""
    holes: list[Unknown] = []
    addresses: list[tuple[Address, Fact[Any]]] = []
    if dns == "dhcp":
        holes.extend(scopes.holes)
        for scope in scopes:
            match scope.domain_name_servers:
                case Unknown() as unknown:
                    holes.append(unknown)
                case known:
                    addresses.extend((address, known) for address in known.value)
        if not addresses and not holes:
            why = f"no DHCP server tells clients of {segment.name} which resolver to ask"
            holes.append(Unknown(why, settle="declare dns of the POS in the inventory"))
    else:
        addresses = [(address, Stated(str(address), ())) for address in dns]
    redirects = [
        (device, redirect)
        for device in devices
        for redirect in device.dns_redirects
        if _concerns(redirect.interfaces, device, segment)
    ]
    # What may redirect questions, and cannot be read, may do it to any of them.
    holes.extend(hole for device in devices if device.name in segment.devices for hole in device.dns_redirects.holes)
    hops: list[ResolverHop] = []
    for address, told in dict.fromkeys(addresses):
        hops.extend(_ask(address, told, segment, devices, policy, lookup, seen=frozenset()))
    for device, redirect in redirects:
        hops.extend(_redirected(device, redirect, segment, devices, policy, lookup))
    return Chain(
        hops=tuple(dict.fromkeys(hops)),
        holes=tuple(dict.fromkeys(holes)),
        redirected=tuple(redirect for _, redirect in redirects),
        asked=tuple(dict.fromkeys(addresses)),
    )


def _redirected(
    device: Device,
    redirect: DnsRedirect,
    segment: Segment,
    devices: tuple[Device, ...],
    policy: Policy,
    lookup: Lookup,
) -> list[ResolverHop]:
    """The resolvers at which a redirect ends: those of its device on that port, or those at another address."""
    for fact in (redirect.to_address, redirect.to_port):
        if isinstance(fact, Unknown):
            return [ResolverHop(ResolverKind.UNINSPECTED, device.name, None, Passage.UNKNOWN, Refusal.NONE, fact)]
    assert not isinstance(redirect.to_address, Unknown)
    assert not isinstance(redirect.to_port, Unknown)
    told, port = redirect.interfaces, redirect.to_port.value
    if redirect.to_address.value is not None:
        address = redirect.to_address.value
        return _ask(address, redirect.to_address, segment, devices, policy, lookup, seen=frozenset(), port=port)
    hops: list[ResolverHop] = []
    for resolver in _answering(device, segment, None, port, _askers(segment)):
        hops.extend(_resolver_hops(device, resolver, told, segment, devices, policy, lookup, _askers(segment)))
    if not hops:
        why = f"'{redirect.key}' redirects questions to port {port} of {device.name}, where no resolver was read"
        settle = f"run on {device.name}: nslookup {lookup.name} 127.0.0.1"
        fact = Unknown(why, spans_of(redirect.to_port), settle)
        hops.append(ResolverHop(ResolverKind.UNINSPECTED, device.name, None, Passage.UNKNOWN, Refusal.NONE, fact))
    return hops


def _concerns(interfaces: Fact[tuple[str, ...] | None], device: Device, segment: Segment) -> bool:
    match interfaces:
        case Unknown():
            return True
        case known:
            mine = {i.key for i in segment.interfaces if i.device == device.name}
            return bool(mine) and (known.value is None or bool(mine & set(known.value)))


def owner(address: Address, devices: tuple[Device, ...]) -> tuple[Device, Interface] | None:
    """The device that has an address, with the interface that carries it."""
    for device in devices:
        for interface in device.interfaces:
            match interface.addresses:
                case Unknown():
                    continue
                case known if any(a.ip == address for a in known.value):
                    return device, interface
                case _:
                    continue
    return None


_Askers: TypeAlias = tuple[IPv4Network, ...] | None
"""Where a question comes from, as far as a resolver can tell: networks of clients, or an address of another resolver;
None: not known."""


def _askers(segment: Segment) -> _Askers:
    match segment.subnets:
        case Unknown():
            return None
        case known:
            return known.value or None


def _answering(
    device: Device, segment: Segment, asked: Interface | None, port: int, askers: _Askers
) -> tuple[Resolver, ...]:
    """Resolvers of a device that answer on a port for a segment, or at the interface that is asked.

    One that is switched off, or that is for other clients, counts only if no other one answers in its place.
    """
    keys = {i.key for i in segment.interfaces if i.device == device.name} | ({asked.key} if asked else set())
    found = [r for r in device.resolvers if _listens(r, port) and _is_open_to(r, keys)]
    return _meant(found, askers)


def _meant(found: list[Resolver], askers: _Askers) -> tuple[Resolver, ...]:
    found = [r for r in found if not _is_for_others(r, askers)] or found
    running = [r for r in found if isinstance(r.serving, Unknown) or r.serving.value]
    return tuple(running or found)


def _is_for_others(resolver: Resolver, askers: _Askers) -> bool:
    """Say whether a resolver answers none of these askers."""
    clients = resolver.clients
    if askers is None or isinstance(clients, Unknown) or clients.value is None:
        return False
    return not any(asker.overlaps(network) for asker in askers for network in clients.value)


def _is_open_to(resolver: Resolver, interfaces: set[str]) -> bool:
    match resolver.interfaces:
        case Unknown():
            return True
        case known:
            return known.value is None or bool(interfaces & set(known.value))


def _ask(
    address: Address,
    told: Fact[Any],
    segment: Segment,
    devices: tuple[Device, ...],
    policy: Policy,
    lookup: Lookup,
    seen: frozenset[tuple[str, str]],
    port: int = _DNS,
    asker: Device | None = None,
) -> list[ResolverHop]:
    """The resolvers at an address; `asker` is the device that hands a question on, None: a client asks."""
    owned = owner(address, devices)
    if owned is None:
        return [_outside(address, told, policy)]
    device, interface = owned
    askers = _askers(segment) if asker is None else _sources(asker, address)
    hops: list[ResolverHop] = []
    for resolver in _answering(device, segment, interface, port, askers):
        hops.extend(_resolver_hops(device, resolver, told, segment, devices, policy, lookup, askers, seen))
    if not hops:
        unknown = device.resolvers.holes[0] if device.resolvers.holes else None
        whom = "clients are" if asker is None else f"{asker.name} is"
        where = f"{address} ({device.name})" if port == _DNS else f"{address} ({device.name}) on port {port}"
        why = f"{whom} told to ask {where}, where no resolver is configured"
        fact = unknown or Unknown(why, spans_of(told), f"run on {device.name}: netstat -lnp | grep :{port}")
        hops.append(ResolverHop(ResolverKind.UNINSPECTED, device.name, address, Passage.UNKNOWN, Refusal.NONE, fact))
    return hops


def _sources(device: Device, address: Address) -> _Askers:
    """The address from which a device asks another one in the same subnet."""
    known = [i.addresses.value for i in device.interfaces if not isinstance(i.addresses, Unknown)]
    found = [IPv4Network(own.ip) for each in known for own in each if address in own.network]
    return tuple(found[:1]) or None


def _outside(address: Address, told: Fact[Any], policy: Policy) -> ResolverHop:
    """A resolver that is no device of the site."""
    if address in policy.public_resolvers:
        return ResolverHop(ResolverKind.PUBLIC, "", address, Passage.OPEN, Refusal.NONE, told)
    filtering = policy.filtering_resolver(address)
    if filtering is not None:
        why = f"{address} is {filtering}, which may drop private answers by an account's settings"
        unknown = Unknown(why, spans_of(told), f"ask it from a POS: nslookup {policy.test_name} {address}")
        return ResolverHop(ResolverKind.FILTERING, "", address, Passage.UNKNOWN, Refusal.NONE, unknown)
    why = f"resolver {address} is not among the audited devices"
    unknown = Unknown(why, spans_of(told), f"ask it from a POS: nslookup {policy.test_name} {address}")
    return ResolverHop(ResolverKind.UNINSPECTED, "", address, Passage.UNKNOWN, Refusal.NONE, unknown)


def _resolver_hops(
    device: Device,
    resolver: Resolver,
    told: Fact[Any],
    segment: Segment,
    devices: tuple[Device, ...],
    policy: Policy,
    lookup: Lookup,
    askers: _Askers,
    seen: frozenset[tuple[str, str]] = frozenset(),
) -> list[ResolverHop]:
    """One inspected resolver, then those that it asks; a loop ends where it closes."""
    if (device.name, resolver.key) in seen:
        return []
    seen = seen | {(device.name, resolver.key)}
    hop = _judge(device, resolver, lookup, askers)
    hops = [hop]
    if hop.refusal is Refusal.OFF:
        return hops
    hops.extend(
        ResolverHop(ResolverKind.UNINSPECTED, device.name, None, Passage.UNKNOWN, Refusal.NONE, hole)
        for hole in resolver.forwarders.holes
    )
    for forwarder in _asked(resolver, lookup.name):
        if forwarder.address is None:
            continue
        if forwarder.unread is not None:
            unread, asked = forwarder.unread, forwarder.address
            hops.append(
                ResolverHop(ResolverKind.UNINSPECTED, device.name, asked, Passage.UNKNOWN, Refusal.NONE, unread)
            )
        elif forwarder.address.is_loopback:
            behind = [r for r in device.resolvers if _listens(r, forwarder.port) and r.key != resolver.key]
            for other in _meant(behind, _LOOPBACK):
                hops.extend(
                    _resolver_hops(device, other, forwarder.fact, segment, devices, policy, lookup, _LOOPBACK, seen)
                )
            if not behind:
                why = f"{resolver.software} asks another resolver on {device.name} (port {forwarder.port})"
                settle = f"run on {device.name}: nslookup {lookup.name} 127.0.0.1"
                fact = Unknown(f"{why}, which was not read", forwarder.fact.spans, settle)
                hops.append(
                    ResolverHop(
                        ResolverKind.UNINSPECTED, device.name, forwarder.address, Passage.UNKNOWN, Refusal.NONE, fact
                    )
                )
        else:
            asked, told, port = forwarder.address, forwarder.fact, forwarder.port
            hops.extend(_ask(asked, told, segment, devices, policy, lookup, seen, port, asker=device))
    return hops


_LOOPBACK = (IPv4Network("127.0.0.1"),)


def _listens(resolver: Resolver, port: int) -> bool:
    return isinstance(resolver.port, Unknown) or resolver.port.value == port


def _asked(resolver: Resolver, name: str) -> tuple[Forwarder, ...]:
    """The forwarders that are asked for a name: those of the longest matching domain, else those for everything.

    A domain that is kept inside has none; those that would be asked without that order are returned, since a
    question must pass them once the order is gone.
    """
    open_ = [f for f in resolver.forwarders if f.address is not None]
    matched = tuple(f for f in open_ if f.pattern is not None and f.pattern.covers(name))
    if matched:
        return matched
    open_ = [f for f in open_ if f.pattern is None]
    matching = [f for f in open_ if f.domain is not None and covers(f.domain, name)]
    if matching:
        longest = max(len(f.domain or "") for f in matching)
        return tuple(f for f in matching if len(f.domain or "") == longest)
    return tuple(f for f in open_ if f.domain is None)


def local_answers(resolver: Resolver, name: str) -> tuple[LocalAnswer | Forwarder, ...]:
    """What keeps a resolver from asking for a name: local answers and domains that are kept inside.

    A forwarder for a longer domain wins over both, and the foremost of the answers over all.
    """
    found: list[LocalAnswer | Forwarder] = [a for a in resolver.local_answers if answers(a, name)]
    found += [f for f in resolver.forwarders if f.address is None and f.domain is not None and covers(f.domain, name)]
    foremost = tuple(answer for answer in found if _is_foremost(answer))
    if foremost:
        return _single_names_first(foremost)
    asked = _asked(resolver, name)
    if any(f.pattern is not None for f in asked):
        return ()
    sent = max((len(f.domain or "") for f in asked), default=0)
    return tuple(answer for answer in found if len(answer.domain or "") >= sent)


def _single_names_first(
    found: tuple[LocalAnswer | Forwarder, ...],
) -> tuple[LocalAnswer | Forwarder, ...]:
    """An answer for the very name goes before those for whole domains; what is not certain stays in doubt."""
    exact = [a for a in found if isinstance(a, LocalAnswer) and a.exact and not isinstance(a.fact, Unknown)]
    return (*exact, *(a for a in found if isinstance(a.fact, Unknown))) if exact else found


def _is_foremost(answer: LocalAnswer | Forwarder) -> bool:
    return isinstance(answer, LocalAnswer) and answer.foremost


def answers(answer: LocalAnswer, name: str) -> bool:
    """Say whether a local answer is one for this name."""
    if answer.pattern is not None and not answer.pattern.covers(name):
        return False
    if answer.exact:
        meant = answer.domain.lower().rstrip(".") == name.lower().rstrip(".")
    else:
        meant = covers(answer.domain, name) and not any(covers(spared, name) for spared in answer.except_for)
    return meant and not any(pattern.covers(name) for pattern in answer.unless)


def covers(domain: str, name: str) -> bool:
    """Say whether a name is a domain or lies below it (RFC 1034, section 3.1); all lie below the root, `.`."""
    if domain == ".":
        return True
    domain, name = domain.lower().rstrip("."), name.lower().rstrip(".")
    return name == domain or name.endswith(f".{domain}")


def _judge(device: Device, resolver: Resolver, lookup: Lookup, askers: _Askers) -> ResolverHop:
    """Would this resolver give the answer, if it got it from outside? All reasons against it are gathered."""

    def hop(passage: Passage, first: Refused, **more: Any) -> ResolverHop:
        return ResolverHop(
            ResolverKind.INSPECTED, device.name, None, passage, first.refusal, first.fact,
            resolver=resolver, local=first.local, **more,
        )  # fmt: skip

    reasons = tuple(_reasons(resolver, lookup, askers))
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


def _reasons(resolver: Resolver, lookup: Lookup, askers: _Askers) -> Iterator[Refused]:
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


def _not_for(resolver: Resolver, askers: _Askers) -> Iterator[Refused]:
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
    elif _is_for_others(resolver, askers):
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
