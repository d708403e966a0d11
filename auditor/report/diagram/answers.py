"""The questions that the diagram answers, one a client or a pair: what becomes of it, and what decides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from auditor.model import Fact, Unknown
from auditor.report.diagram.stations import Map
from auditor.report.diagram.view import Purpose, Station, ThroughDevice
from auditor.rules.clients import asking_pos, clients, consumer
from auditor.rules.concerns import separate_pos
from auditor.rules.pairs import lan_path
from auditor.site import Chain, Egress, Hop, HopKind, Passage, Path, Pos, Readers, Refusal, ResolverHop, Site

_BADNESS = {Passage.OPEN: 0, Passage.UNKNOWN: 1, Passage.BLOCKED: 2}


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer: `subject` is that of its verdicts, `at` the station that decides."""

    purpose: Purpose
    source: str
    target: str
    subject: str
    passage: Passage
    stations: tuple[Station, ...]
    at: int | None = None
    words: str = ""
    device: str = ""
    facts: tuple[Fact[Any], ...] = field(default=())


def badness(passage: Passage) -> int:
    """Order passages from open to blocked."""
    return _BADNESS[passage]


def answers(site: Site, ways: Map) -> Iterator[Answer]:
    """Every way of the site that is judged, as far as the places of its ends are known."""
    for pos in site.pos:
        for readers in site.readers:
            known = not isinstance(pos.place, Unknown) and not isinstance(readers.place, Unknown)
            if known and not separate_pos(site, readers):
                yield _to_readers(site, ways, pos, readers)
    for pos in asking_pos(site):
        yield _names(site, ways, pos)
    for client in clients(site):
        yield _to_internet(site, ways, client)


def _to_readers(site: Site, ways: Map, pos: Pos, readers: Readers) -> Answer:
    path = lan_path(site, pos, readers)
    hop = path.decisive
    stations = ways.start(pos)
    at = None
    if path.same_segment:
        ways.end(readers, stations)
    else:
        _routers(ways, stations, path)
        if hop is not None and not hop.device and len(stations) == 2 and (missing := ways.unaudited()):
            stations.append(ThroughDevice(missing))
        if len(stations) > 2:
            ways.end(readers, stations)
    if hop is not None:
        at = ways.detour(stations, hop.device) if hop.device else _last_known(stations)
    return Answer(
        Purpose.READER, pos.name, readers.name, f"{pos.name} → {readers.name}", path.passage, tuple(stations), at,
        _first_of(path, hop), "" if hop is None else hop.device, () if hop is None else (hop.fact,),
    )  # fmt: skip


def _first_of(path: Path, first: Hop | None) -> str:
    """The words of the hop that decides, and who else blocks behind it."""
    if first is None:
        return ""
    blocking = [hop for hop in path.hops if hop.passage is Passage.BLOCKED]
    elsewhere = dict.fromkeys(hop.device for hop in blocking if hop.device and hop.device != first.device)
    here = {(hop.item, hop.rule) for hop in blocking if hop.device == first.device} - {(first.item, first.rule)}
    more = f", and {len(here)} more" if here else ""
    return f"{hop_words(first)}{more}{f'; {_listed(tuple(elsewhere))} too' if elsewhere else ''}"


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _routers(ways: Map, stations: list[Station], path: Path) -> None:
    if path.legs:
        ways.legs(stations, path.legs)
        return
    router = next((hop.device for hop in path.hops if hop.kind is HopKind.ROUTER and hop.device), "")
    if router:
        ways.through(stations, router)


def _last_known(stations: list[Station]) -> int:
    """Where a way is that nobody knows how to go on: at an unaudited device, else in the first network."""
    return next((n for n, each in enumerate(stations) if isinstance(each, ThroughDevice)), 1)


def _to_internet(site: Site, ways: Map, client: Pos | Readers) -> Answer:
    found = [
        (host.name, port, site.egress(client, host.name, protocol=port.protocol.value, port=port.number))
        for host in site.policy.hosts_for(consumer(client))
        for port in host.ports
    ]
    stations = ways.start(client)
    worst = max((egress for _, _, egress in found), key=lambda each: badness(each.passage), default=None)
    if worst is None:
        return Answer(Purpose.EGRESS, client.name, "", client.name, Passage.OPEN, tuple(stations))
    hit = [f"{name}:{port.number}" for name, port, each in found if each.passage is worst.passage]
    hop, at = worst.decisive, None
    ways.legs(stations, worst.legs)
    if not worst.legs and (router := worst.gateway or ways.unaudited()):
        ways.through(stations, router)
    if len(stations) > 2:
        ways.out(stations)
    if worst.passage is not Passage.OPEN:
        device = hop.device if hop is not None else worst.gateway
        at = ways.detour(stations, device) if device else _last_known(stations)
    fact = worst.fact if hop is None else hop.fact
    words = _egress_words(worst, hit, len(found))
    return Answer(
        Purpose.EGRESS, client.name, "", client.name, worst.passage, tuple(stations), at, words,
        worst.gateway if hop is None else hop.device, (fact,),
    )  # fmt: skip


def _egress_words(worst: Egress, hit: list[str], asked: int) -> str:
    if worst.passage is Passage.OPEN:
        return ""
    if worst.decisive is None:
        return worst.fact.why if isinstance(worst.fact, Unknown) else ""
    which = "" if len(hit) == asked else f" ({hit[0]}{f' and {len(hit) - 1} more' if len(hit) > 1 else ''})"
    return f"{hop_words(worst.decisive)}{which}"


def _names(site: Site, ways: Map, pos: Pos) -> Answer:
    """Which resolvers may answer a point of sale, up to the first that keeps private answers back."""
    chain = site.resolver_chain(pos)
    stations = ways.start(pos)
    if (filtered := _before_resolvers(site, ways, pos, chain)) is not None:
        return filtered
    worst = max((hop.passage for hop in chain.hops), key=badness, default=Passage.OPEN)
    if worst is Passage.OPEN and (chain.holes or not chain.hops):
        hole = chain.holes[0] if chain.holes else Unknown("no resolver is known")
        return _named(pos, Passage.UNKNOWN, stations, 1, hole.why, "", (hole,))
    stop = next((hop for hop in chain.hops if hop.passage is worst and worst is not Passage.OPEN), None)
    at: int | None = None
    for hop in _until(stop, chain.hops):
        if hop.device:
            ways.through(stations, hop.device)
        if hop is stop:
            at = len(stations) - 1
    if any(not hop.device for hop in chain.hops):
        ways.out(stations)
        at = len(stations) - 1 if stop is not None and not stop.device else at
    facts = () if stop is None else (*(reason.fact for reason in stop.reasons), stop.fact)
    device = "" if stop is None else stop.device
    return _named(pos, worst, stations, at, "" if stop is None else resolver_words(stop), device, facts)


def _before_resolvers(site: Site, ways: Map, pos: Pos, chain: Chain) -> Answer | None:
    """What keeps the questions from a resolver that is asked, None if nothing does."""
    stations = ways.start(pos)
    for address, _ in chain.asked:
        if isinstance(address, IPv4Address) and not chain.redirected:
            reached = site.reach(pos, address, protocol="udp", port=53)
            if reached is not None and reached.passage is not Passage.OPEN and reached.decisive is not None:
                hop = reached.decisive
                at = ways.detour(stations, hop.device) if hop.device else _last_known(stations)
                words = f"{hop_words(hop)} (DNS at {address})"
                return _named(pos, reached.passage, stations, at, words, hop.device, (hop.fact,))
    return None


def _named(
    pos: Pos,
    passage: Passage,
    stations: list[Station],
    at: int | None,
    words: str,
    device: str,
    facts: tuple[Fact[Any], ...],
) -> Answer:
    return Answer(Purpose.NAMES, pos.name, "", pos.name, passage, tuple(stations), at, words, device, facts)


def _until(stop: ResolverHop | None, hops: Iterable[ResolverHop]) -> Iterator[ResolverHop]:
    for hop in hops:
        yield hop
        if hop is stop:
            return


def hop_words(hop: Hop) -> str:
    """Say what decides at a hop, in a few words; the device and the line come from elsewhere."""
    if isinstance(hop.fact, Unknown):
        return hop.fact.why
    match hop.kind:
        case HopKind.FILTER | HopKind.BRIDGE_FILTER:
            what = f"rule '{hop.rule}'" if hop.rule else "default policy"
            named = f" '{hop.item}'" if hop.item else ""
            return f"{hop.kind.value}{named}, {what}{f' ({hop.subset})' if hop.subset else ''}"
        case HopKind.ROUTER:
            return f"no way on: {hop.fact.value}"
        case _:
            return f"{hop.kind.value} '{hop.item}'" if hop.item else hop.kind.value


def resolver_words(hop: ResolverHop) -> str:
    """Say what a resolver does with the answer, or why that is not known."""
    where = "DNS" if hop.address is None else f"DNS at {hop.address}"
    if hop.passage is Passage.UNKNOWN and isinstance(hop.fact, Unknown):
        return f"{where}: {hop.fact.why}" if hop.device else f"{where} is not inspected"
    software = where if hop.resolver is None else f"resolver '{hop.resolver.key}'"
    return f"{software} {hop.refusal.value}" if hop.refusal is not Refusal.NONE else f"{software} is not inspected"
