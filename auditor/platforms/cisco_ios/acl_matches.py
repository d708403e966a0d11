"""Entries of access lists as clauses: the packets that an entry matches, and those that it may match.

IOS looks at packets as they are where the list is applied: on an outside interface of NAT the inside end of a packet
has its global address there. Source: Cisco, "NAT Order of Operation" (document 6209): an input list is asked before
translation from outside to inside, an output list behind translation from inside to outside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model import Action
from auditor.platforms.cisco_ios.acl import IMPLICIT, AccessList, Entry
from auditor.platforms.cisco_ios.acl_entries import Match
from auditor.platforms.cisco_ios.objects import Ends, Service
from auditor.services.netfilter import conditions
from auditor.services.netfilter.boxes import ADDRESSES, ALL, Box, Numbers, clipped, inverted
from auditor.services.netfilter.conditions import (
    ALWAYS,
    NEVER,
    WITH_PORTS,
    Clause,
    Context,
    doubted,
    narrowed,
)
from auditor.services.netfilter.program import Does, Source, Step

_TCP = Box(protocols=frozenset({"tcp"}))


@dataclass(frozen=True, slots=True)
class Translated:
    """Addresses that are seen from outside as others; `outside` None: it is not known as which ones."""

    inside: tuple[tuple[int, int], ...]
    outside: tuple[tuple[int, int], ...] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """How a list sees the inside end of packets: whether that is their destination, and what is translated before.

    `certain` false: some translation could not be read.
    """

    destination: bool
    translated: tuple[Translated, ...]
    certain: bool


def clauses_of(match: Match, context: Context, seen: Seen | None = None) -> tuple[Clause, ...]:
    """The packets that an entry matches; what `evaluate` remembers is not among them."""
    current: tuple[Clause, ...] = ALWAYS
    if match.evaluate:
        return NEVER
    for doubt in match.doubts:
        current = narrowed(current, doubted(doubt))
    for destination, ends in ((False, match.source), (True, match.destination)):
        current = narrowed(current, _addresses(ends, context, seen, destination=destination))
    if match.flags is not None:
        current = narrowed(current, _flags(match.flags, context))
    if match.fragments:
        current = narrowed(current, _fragments(context))
    current = narrowed(current, tuple(clause for each in match.services for clause in _service(each, context)))
    return narrowed(current, conditions.ipv4(context))


# -- ends ------------------------------------------------------------------------------------------------------


def _addresses(ends: Ends, context: Context, seen: Seen | None, *, destination: bool) -> tuple[Clause, ...]:
    if ends.doubt:
        return doubted(ends.doubt)
    if ends.addresses is None:
        return ALWAYS
    if seen is not None and seen.destination == destination:
        return tuple(_inside(ends.addresses, seen, destination=destination))
    return conditions.addresses(ends.addresses, False, destination=destination, context=context)


def _inside(wanted: tuple[tuple[int, int], ...], seen: Seen, *, destination: bool) -> Iterator[Clause]:
    """Packets whose inside address matches as it is seen here: of the translated ones, all or none of a network."""
    if wanted == ADDRESSES:
        yield Clause()
        return
    if not seen.certain:
        yield Clause(doubt="which addresses were translated before is not known")
        return
    rest: tuple[tuple[int, int], ...] = ADDRESSES
    for each in seen.translated:
        here = clipped(rest, each.inside)
        rest = clipped(rest, inverted(each.inside, ADDRESSES))
        if not here:
            continue
        held = None if each.outside is None else clipped(each.outside, wanted)
        if held is None or (held and held != each.outside):
            yield Clause(_end(here, destination=destination), "as which address it is translated is not known")
        elif held:
            yield Clause(_end(here, destination=destination))
    if rest := clipped(rest, wanted):
        yield Clause(_end(rest, destination=destination))


def _end(numbers: tuple[tuple[int, int], ...], *, destination: bool) -> Box:
    return Box(destinations=numbers) if destination else Box(sources=numbers)


# -- protocols -------------------------------------------------------------------------------------------------


def _service(service: Service, context: Context) -> tuple[Clause, ...]:
    if service.doubt:
        return doubted(service.doubt)
    if service.protocols is None:
        return ALWAYS
    if service.icmp is not None:
        return conditions.ping(service.icmp, False, context) if service.icmp else NEVER
    current: tuple[Clause, ...] = (Clause(Box(protocols=service.protocols)),)
    of = service.protocols & WITH_PORTS
    for source, numbers in ((True, service.source_ports), (False, service.destination_ports)):
        if numbers is not None:
            current = narrowed(current, _ports(of, numbers, context, source=source))
    return current


def _ports(of: frozenset[str], numbers: Numbers, context: Context, *, source: bool) -> tuple[Clause, ...]:
    return conditions.ports(of, numbers or (), False, source=source, context=context)


def _flags(flags: tuple[str, frozenset[str], frozenset[str]], context: Context) -> tuple[Clause, ...]:
    """`established` is the case of ACK or RST; `match-all +syn -ack` wants all of what it says, `match-any` one."""
    mode, wanted, unwanted = flags

    def holds(these: frozenset[str]) -> bool:
        if mode == "all":
            return wanted <= these and not unwanted & these
        return bool(wanted & these) or bool(unwanted - these)

    return conditions.flags(holds, wanted | unwanted, context)


def _fragments(context: Context) -> tuple[Clause, ...]:
    """Only what is not the first part of a packet that was split; connections over TCP split none."""
    others = Box(protocols=context.universe.protocols - {"tcp"})
    return (Clause(others, "a packet that was split into fragments"),)


# -- lists -----------------------------------------------------------------------------------------------------


def steps_of(
    acl: AccessList,
    context: Context,
    chain: str,
    *,
    permit: Does = Action.ACCEPT,
    deny: Does = Action.DROP,
    seen: Seen | None = None,
    remembered: Iterable[tuple[str, Clause]] = (),
) -> Iterator[Step]:
    """A list as steps of a chain, its implicit end with it; `remembered` are the answers that reflexive lists know."""
    memory = tuple(remembered)
    for entry in acl.entries:
        does = permit if entry.action is Action.ACCEPT else deny
        clauses = clauses_of(entry.match, context, seen)
        if entry.match.evaluate:
            does = permit
            clauses = tuple(clause for name, clause in memory if name == entry.match.evaluate)
        if clauses:
            yield Step(clauses, does, _source(entry, chain))
    last = acl.entries[-1].spans[:1] if acl.entries else (acl.header,)
    yield Step(conditions.ipv4(context), deny, Source(chain, IMPLICIT, f"implicit deny of {acl.name}", last))


def _source(entry: Entry, chain: str) -> Source:
    return Source(chain, entry.key, entry.text, entry.spans)


def permitted(acl: AccessList, context: Context) -> tuple[Clause, ...]:
    """The packets that a list selects, as a list that names packets for something else: translation, a VPN."""
    found: list[Clause] = []
    denied: list[Clause] = []
    for entry in acl.entries:
        clauses = clauses_of(entry.match, context)
        if entry.match.evaluate:
            clauses = doubted("a reflexive list")
        if entry.action is not Action.ACCEPT:
            denied += clauses
            continue
        rest = narrowed(clauses, conditions.outside(denied, context)) if denied else clauses
        found += rest
        if len(found) > conditions.MOST:
            return doubted(f"{acl.name} has very many parts")
    return tuple(found)


def whole(clauses: tuple[Clause, ...]) -> bool:
    """Whether clauses are all packets."""
    return any(clause.box == ALL and not clause.doubt for clause in clauses)
