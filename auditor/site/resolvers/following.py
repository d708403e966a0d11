"""Following a question from one resolver to those that it asks, and noticing when it comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from auditor.model import Device, Fact, Forwarder, Interface, LocalAnswer, Resolver, Stated, Unknown, spans_of
from auditor.policies import Policy
from auditor.site.hops import Passage
from auditor.site.resolvers.chain import Address, Lookup, Refusal, Refused, ResolverHop, ResolverKind
from auditor.site.resolvers.judging import Askers, is_for_others, judge
from auditor.site.resolvers.names import asked_for, local_answers
from auditor.site.segments import Segment

DNS = 53
_LOOPBACK = (IPv4Network("127.0.0.1"),)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, from where, and who may answer it."""

    segment: Segment
    devices: tuple[Device, ...]
    policy: Policy
    lookup: Lookup

    @property
    def askers(self) -> Askers:
        """The networks of the clients."""
        match self.segment.subnets:
            case Unknown():
                return None
            case known:
                return known.value or None


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


# -- at one address --------------------------------------------------------------------------------------------


def ask(
    question: Question, address: Address, told: Fact[Any], port: int = DNS, asker: Device | None = None
) -> list[ResolverHop]:
    """The resolvers at an address and those behind them; `asker` hands a question on, None: a client asks."""
    return _ask(question, address, told, frozenset(), port, asker)


def _ask(
    question: Question,
    address: Address,
    told: Fact[Any],
    seen: frozenset[tuple[str, str]],
    port: int,
    asker: Device | None,
) -> list[ResolverHop]:
    owned = owner(address, question.devices)
    if owned is None:
        return [_outside(address, told, question.policy)]
    device, interface = owned
    askers = question.askers if asker is None else _sources(asker, address)
    found = answering(question, device, interface.key, port, askers)
    if not found:
        return [_nobody(device, address, told, port, asker)]
    hops = [hop for resolver in found for hop in follow(question, device, resolver, askers, seen)]
    return [*hops, *_unheard(device, address, found)]


def _unheard(device: Device, address: Address, found: tuple[Resolver, ...]) -> Iterator[ResolverHop]:
    """Say that whether anybody listens at an address is not known: no resolver of the device certainly does."""
    doubts = [each.interfaces for each in found if isinstance(each.interfaces, Unknown)]
    if doubts and len(doubts) == len(found):
        yield ResolverHop.uninspected(device.name, address, doubts[0])


def _nobody(device: Device, address: Address, told: Fact[Any], port: int, asker: Device | None) -> ResolverHop:
    """No resolver was read where one is asked."""
    unknown = device.resolvers.holes[0] if device.resolvers.holes else None
    whom = "clients are" if asker is None else f"{asker.name} is"
    where = f"{address} ({device.name})" if port == DNS else f"{address} ({device.name}) on port {port}"
    why = f"{whom} told to ask {where}, where no resolver is configured"
    fact = unknown or Unknown(why, spans_of(told), f"run on {device.name}: netstat -lnp | grep :{port}")
    return ResolverHop.uninspected(device.name, address, fact)


def _sources(device: Device, address: Address) -> Askers:
    """The address from which a device asks another one in the same subnet."""
    known = [i.addresses.value for i in device.interfaces if not isinstance(i.addresses, Unknown)]
    found = [IPv4Network(own.ip) for each in known for own in each if address in own.network]
    return tuple(found[:1]) or None


def _outside(address: Address, told: Fact[Any], policy: Policy) -> ResolverHop:
    """A resolver that is no device of the site."""
    if policy.passes_private_answers(address):
        return ResolverHop(ResolverKind.PUBLIC, "", address, Passage.OPEN, Refusal.NONE, told)
    settle = f"ask it from a POS: nslookup {policy.test_name} {address}"
    filtering = policy.filtering_resolver(address)
    if filtering is not None:
        why = f"{address} is {filtering}, which may drop private answers by an account's settings"
        unknown = Unknown(why, spans_of(told), settle)
        return ResolverHop(ResolverKind.FILTERING, "", address, Passage.UNKNOWN, Refusal.NONE, unknown)
    why = f"resolver {address} is not among the audited devices"
    if address.version == 6:
        why = f"{why}, of which only IPv4 addresses are read"
    return ResolverHop.uninspected("", address, Unknown(why, spans_of(told), settle))


# -- on one device ---------------------------------------------------------------------------------------------


def answering(question: Question, device: Device, asked: str, port: int, askers: Askers) -> tuple[Resolver, ...]:
    """Resolvers of a device that answer on a port for the clients' segment, or at the interface that is asked.

    One that is switched off, or that is for other clients, counts only if no other one answers in its place.
    """
    keys = {i.key for i in question.segment.interfaces if i.device == device.name} | {asked}
    found = [r for r in device.resolvers if _listens(r, port) and _is_open_to(r, keys)]
    return _meant(found, askers)


def _meant(found: list[Resolver], askers: Askers) -> tuple[Resolver, ...]:
    found = [r for r in found if not is_for_others(r, askers)] or found
    running = [r for r in found if isinstance(r.serving, Unknown) or r.serving.value]
    return tuple(running or found)


def _is_open_to(resolver: Resolver, interfaces: set[str]) -> bool:
    match resolver.interfaces:
        case Unknown():
            return True
        case known:
            return known.value is None or bool(interfaces & set(known.value))


def _listens(resolver: Resolver, port: int) -> bool:
    return isinstance(resolver.port, Unknown) or resolver.port.value == port


def _behind(device: Device, resolver: Resolver, forwarder: Forwarder) -> tuple[Resolver, ...]:
    """Who answers on the same device where a resolver asks by its loopback address."""
    found = [r for r in device.resolvers if _listens(r, forwarder.port) and r.key != resolver.key]
    return _meant(found, _LOOPBACK)


def follow(
    question: Question,
    device: Device,
    resolver: Resolver,
    askers: Askers,
    seen: frozenset[tuple[str, str]] = frozenset(),
) -> list[ResolverHop]:
    """One inspected resolver, then those that it asks; a circle ends where it closes."""
    if (device.name, resolver.key) in seen:
        return []
    seen = seen | {(device.name, resolver.key)}
    hop = judge(device, resolver, question.lookup, askers, _circle(question, device, resolver))
    hops = [hop]
    if hop.refusal is Refusal.OFF:
        return hops
    hops.extend(ResolverHop.uninspected(device.name, None, hole) for hole in resolver.forwarders.holes)
    for forwarder in asked_for(resolver, question.lookup.name):
        if forwarder.address is None:
            continue
        if forwarder.unread is not None:
            hops.append(ResolverHop.uninspected(device.name, forwarder.address, forwarder.unread))
        elif forwarder.address.is_loopback:
            behind = _behind(device, resolver, forwarder)
            for other in behind:
                hops.extend(follow(question, device, other, _LOOPBACK, seen))
            if not behind:
                why = f"{resolver.software} asks another resolver on {device.name} (port {forwarder.port})"
                settle = f"run on {device.name}: nslookup {question.lookup.name} 127.0.0.1"
                fact = Unknown(f"{why}, which was not read", forwarder.fact.spans, settle)
                hops.append(ResolverHop.uninspected(device.name, forwarder.address, fact))
        else:
            hops.extend(_ask(question, forwarder.address, forwarder.fact, seen, forwarder.port, device))
    return hops


# -- circles ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """That one resolver asks another one of the site, and the line that says so."""

    device: Device
    resolver: Resolver
    line: Fact[str]

    @property
    def key(self) -> tuple[str, str]:
        return self.device.name, self.resolver.key


def _circle(question: Question, device: Device, resolver: Resolver) -> Refused | None:
    """Why no answer may come: what a resolver asks comes back to it, as each only asks the next one.

    It is certain where nobody who may be asked asks anybody else; otherwise a question may get out, or go round.
    """
    start = (device.name, resolver.key)
    before: set[tuple[str, str]] = set()
    closing: Fact[str] | None = None
    trail: tuple[_Way, ...] = ()
    leads_out = False
    pending: list[tuple[Device, Resolver, tuple[_Way, ...]]] = [(device, resolver, ())]
    while pending:
        here, asked, so_far = pending.pop()
        ways, out = _ways(question, here, asked)
        leads_out = leads_out or out
        for way in ways:
            if way.key == start:
                if closing is None:
                    closing, trail = way.line, so_far
            elif way.key not in before:
                before.add(way.key)
                pending.append((way.device, way.resolver, (*so_far, way)))
    if closing is None:
        return None
    names = " → ".join(f"{name}/{key}" for name, key in (start, *(way.key for way in trail), start))
    spans = spans_of(*(way.line for way in trail), closing)
    if leads_out:
        settle = "let none of them ask back for names outside"
        why = f"resolvers ask in a circle ({names}); whether a question gets out depends on whom each one asks"
        return Refused(Refusal.LOOP, Unknown(why, spans, settle))
    return Refused(Refusal.LOOP, Stated(names, spans))


def _ways(question: Question, device: Device, resolver: Resolver) -> tuple[list[_Way], bool]:
    """Whom a resolver asks within the site, and whether a question may get anywhere else from here."""
    name = question.lookup.name
    if _answers_rightly(resolver, question):
        return [], True
    ways: list[_Way] = []
    forwarders = [each for each in asked_for(resolver, name) if each.address is not None]
    out = bool(resolver.forwarders.holes) or not forwarders
    for forwarder in forwarders:
        found: list[tuple[Device, Resolver]] = []
        assert forwarder.address is not None
        if forwarder.unread is not None:
            out = True
            continue
        if forwarder.address.is_loopback:
            found = [(device, other) for other in _behind(device, resolver, forwarder)]
        else:
            owned = owner(forwarder.address, question.devices)
            if owned is not None:
                askers = _sources(device, forwarder.address)
                there = answering(question, owned[0], owned[1].key, forwarder.port, askers)
                found = [(owned[0], other) for other in there]
        out = out or not found
        ways.extend(_Way(one, other, forwarder.fact) for one, other in found)
    return ways, out


def _answers_rightly(resolver: Resolver, question: Question) -> bool:
    """Whether a resolver knows the answer itself, and need not ask."""
    own = local_answers(resolver, question.lookup.name)
    return any(isinstance(each, LocalAnswer) and each.address == str(question.lookup.answer) for each in own)
