"""The way from one network of a site to another: all routers, filters and translations in order, and the way back."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from auditor.model import AddressSource, Device, Fact, Stated, Unknown, known_like, spans_of
from auditor.site.addresses import whole
from auditor.site.bridge_filters import Sides
from auditor.site.frames import between_routers, from_router, toward
from auditor.site.hops import Hop, HopKind, Leg, Passage, decisive
from auditor.site.leg_hops import Packets, filters_of, keeps_state, translations
from auditor.site.neighbourhood import First, Neighbourhood, first_routers
from auditor.site.routing import End, Way, ways
from auditor.site.segments import Segment

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Networks that the internet does not know (RFC 1918, section 3)."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A question between two networks: who sends, who receives, by which means, with which protocol and port.

    `told` are the routers that the senders are told by DHCP, `told_back` those of the receivers.
    """

    source: Segment
    target: Segment
    sender: Sides
    receiver: Sides
    protocol: str
    port: int | None
    devices: tuple[Device, ...]
    around: Neighbourhood
    told: frozenset[IPv4Address] = frozenset()
    told_back: frozenset[IPv4Address] = frozenset()


@dataclass(frozen=True, slots=True)
class Crossed:
    """All hops in order, and the routers that packets pass, as far as the way is known."""

    hops: tuple[Hop, ...]
    legs: tuple[Leg, ...] = ()
    translated: bool = False


def crossed(asked: Crossing) -> Crossed:
    """Follow packets from one network to another; of several ways that may be taken, all must agree."""
    first = first_routers(asked.source, asked.told, asked.around)
    found = _relevant(ways(first, asked.target, asked.receiver.addresses.possible, asked.around), asked.receiver)
    if not found or (not first.told and all(way.end in (End.NO_ROUTE, End.OUT) for way in found)):
        why = f"no audited device routes between {asked.source.name} and {asked.target.name}"
        hop = Hop(HopKind.ROUTER, "", "", Passage.UNKNOWN, Unknown(why, settle="audit the router between them"))
        return Crossed((hop,))
    judged = [_judged(asked, way) for way in found]
    certain = [
        each for way, each in zip(found, judged, strict=True)
        if way.sure and _passage(each) is Passage.BLOCKED and _concerns(way, asked.receiver)
    ]  # fmt: skip
    if certain or len({_passage(each) for each in judged}) == 1:
        chosen = certain[:1] or judged
        hops = tuple(dict.fromkeys(hop for each in chosen for hop in each.hops))
        return Crossed(hops, chosen[0].legs, any(each.translated for each in judged))
    worst = next(each for each in judged if _passage(each) is not Passage.OPEN)
    answers = ", ".join(
        f"{_named(way, asked)}: {_passage(each).value}" for way, each in zip(found, judged, strict=True)
    )
    spans = spans_of(*(hop.fact for each in judged for hop in each.hops if hop.passage is not Passage.OPEN))
    why = f"the way from {asked.source.name} to {asked.target.name} is not the same by every router ({answers})"
    doubt = Unknown(why, spans, "let DHCP name one router that leads there, and look which one the devices use")
    hops = tuple(replace(hop, passage=Passage.UNKNOWN, fact=doubt) if hop.passage is Passage.BLOCKED else hop
                 for hop in worst.hops)  # fmt: skip
    return Crossed(hops, worst.legs, any(each.translated for each in judged))


def _passage(each: Crossed) -> Passage:
    hop = decisive(tuple(hop for hop in each.hops if hop.kind is not HopKind.SOURCE_NAT))
    return Passage.OPEN if hop is None else hop.passage


def _named(way: Way, asked: Crossing) -> str:
    return " and ".join(leg.device for leg in way.legs) or way.at or asked.source.name


def _relevant(found: tuple[Way, ...], side: Sides) -> tuple[Way, ...]:
    """Leave out addresses in a network that nobody is known to use, where the rest of the network is reached."""
    if not any(way.end is End.ARRIVED for way in found):
        return found
    return tuple(
        way
        for way in found
        if way.end not in (End.NO_ROUTE, End.OUT) or not way.sure or _concerns(way, side, some=True)
    )


def _concerns(way: Way, side: Sides, *, some: bool = False) -> bool:
    """Whether a way is one for addresses that are in use for certain, or (not `some`) for all of them."""
    if any(low <= int(address) <= high for address in side.addresses.certain for low, high in way.destinations):
        return True
    wanted = sum(high - low + 1 for low, high in side.addresses.possible)
    return not some and sum(high - low + 1 for low, high in way.destinations) >= wanted


def _judged(asked: Crossing, way: Way) -> Crossed:
    """All that packets meet on one way, and whether answers come back."""
    by_name = {device.name: device for device in asked.devices}
    packets = Packets(asked.sender.addresses, way.destinations, asked.protocol, asked.port)
    passed = way.legs[:-1] if way.end is End.OUT else way.legs
    hops: list[Hop] = []
    if way.legs:
        hops += toward(
            asked.source, asked.devices, asked.sender, way.destinations,
            protocol=asked.protocol, port=asked.port, routers=frozenset([way.legs[0].device]),
        )  # fmt: skip
    for index, leg in enumerate(passed):
        device = by_name[leg.device]
        direct = way.end is End.ARRIVED and len(way.legs) == 1
        fact: Fact[Any] = leg.fact
        if direct:
            fact = Stated("both networks", spans_of(asked.source.subnets, asked.target.subnets))
        hops.append(Hop(HopKind.ROUTER, leg.device, leg.entering, Passage.OPEN, fact, leg.entering, leg.leaving))
        hops += filters_of(device, leg, packets)
        nats = translations(device, leg)
        hops += nats
        packets = replace(packets, translated=packets.translated or bool(nats))
        if index + 1 < len(way.legs):
            hops += _transit(asked, leg, way.legs[index + 1], packets)
    translated = any(hop.kind is HopKind.SOURCE_NAT and hop.passage is Passage.OPEN for hop in hops)
    if way.end is not End.ARRIVED:
        return Crossed((*hops, _ended(asked, way)), way.legs, translated)
    hops += from_router(
        asked.target, asked.devices, asked.sender.addresses.possible, asked.receiver,
        protocol=asked.protocol, port=asked.port, router=way.legs[-1].device,
    )  # fmt: skip
    hops += _replies(asked, way.legs)
    return Crossed(tuple(hops), way.legs, translated)


def _transit(asked: Crossing, leg: Leg, onward: Leg, packets: Packets) -> tuple[Hop, ...]:
    segment = asked.around.places.get((leg.device, leg.leaving))
    if segment is None:
        return ()
    return between_routers(
        segment, asked.devices, packets.sources.possible, packets.destinations,
        protocol=asked.protocol, port=asked.port, routers=(leg.device, onward.device),
    )  # fmt: skip


def _ended(asked: Crossing, way: Way) -> Hop:
    """The hop where packets are lost: a route that drops them, none at all, or one to the internet."""
    entering = way.legs[-1].entering if way.end is End.OUT else ""
    leaving = way.legs[-1].leaving if way.end is End.OUT else ""
    fact = _lost(asked.around, way, asked.target)
    passage = Passage.UNKNOWN if isinstance(fact, Unknown) else Passage.BLOCKED
    return Hop(HopKind.ROUTER, way.at, entering, passage, fact, entering, leaving)


def _lost(around: Neighbourhood, way: Way, goal: Segment) -> Fact[str]:
    """Why packets for a network of the site get nowhere, if that is certain."""
    if isinstance(way.fact, Unknown) or way.end is not End.OUT:
        return way.fact
    words = f"{way.at} has no route to {goal.name}: {way.fact.value}"
    private = not isinstance(goal.subnets, Unknown) and all(
        any(network.subnet_of(block) for block in PRIVATE) for network in goal.subnets.value
    )
    if private and _at_provider(around, way):
        return known_like(f"{words}, where nobody knows it", way.fact)
    settle = f"add a route to {goal.name} on {way.at}, or audit the device behind {way.legs[-1].leaving}"
    return Unknown(f"{words}, and who is there is not known", way.fact.spans, settle)


def _at_provider(around: Neighbourhood, way: Way) -> bool:
    """Whether the next router is certainly a provider's: it has a public address, or takes calls by PPP."""
    if way.next_hop is not None:
        return not any(way.next_hop in block for block in PRIVATE)
    out = around.tables[way.at].interface(way.legs[-1].leaving)
    if out is None:
        return False
    if not isinstance(out.address_source, Unknown) and out.address_source.value is AddressSource.PPP:
        return True
    known = () if isinstance(out.addresses, Unknown) else out.addresses.value
    return bool(known) and not any(address.ip in block for address in known for block in PRIVATE)


@dataclass(frozen=True, slots=True)
class _Return:
    """Where answers are for: whoever sent, or a router on the way that put its own address on the packets.

    `legs` are the routers that packets passed since then.
    """

    segment: Segment
    side: Sides
    legs: tuple[Leg, ...]


def _return(asked: Crossing, legs: tuple[Leg, ...]) -> _Return | None:
    """To where answers have to find back; None if it is in the network of those who answer, or is not known."""
    tables = asked.around.tables
    translating = [
        index for index, leg in enumerate(legs)
        if any(hop.passage is Passage.OPEN for hop in translations(tables[leg.device].device, leg))
    ]  # fmt: skip
    if not translating:
        return _Return(asked.source, asked.sender, legs)
    since = legs[translating[-1] + 1 :]
    segment = asked.around.places.get((since[0].device, since[0].entering)) if since else None
    return None if segment is None else _Return(segment, Sides((), cable=True, addresses=whole(segment)), since)


def _replies(asked: Crossing, legs: tuple[Leg, ...]) -> list[Hop]:
    """Whether answers come back, and by the same routers: one that sees half of a connection drops it."""
    goal = _return(asked, legs)
    if goal is None:
        return []
    first = first_routers(asked.target, asked.told_back, asked.around)
    found = _relevant(ways(first, goal.segment, goal.side.addresses.possible, asked.around), goal.side)
    answers = [_reply(asked, goal, back, first) for back in found]
    hops = [hop for hop in answers if hop is not None]
    if len(hops) == len(answers):
        return hops[:1]
    # Where nobody names a router, the one that is in both networks is the router of both.
    if not hops or (len(goal.legs) == 1 and not first.told):
        return []
    stopped = hops[0]
    sure = any(
        back.sure and _concerns(back, goal.side) for back, hop in zip(found, answers, strict=True) if hop is stopped
    )
    if sure or isinstance(stopped.fact, Unknown):
        return [stopped]
    why = f"some answers from {asked.target.name} may not come back: {stopped.fact.value}"
    settle = f"let DHCP name {goal.legs[-1].device} as router of {asked.target.name}"
    return [replace(stopped, passage=Passage.UNKNOWN, fact=Unknown(why, stopped.fact.spans, settle))]


def _reply(asked: Crossing, goal: _Return, back: Way, first: First) -> Hop | None:
    """What is wrong with one way back; None if nothing is."""
    there = tuple(leg.device for leg in goal.legs)
    here = tuple(leg.device for leg in back.legs)
    at = back.at or there[-1]
    if back.end is End.ARRIVED:
        return None if here == there[::-1] else _asymmetric(asked, goal, back)
    fact = _lost(asked.around, back, goal.segment)
    if back.end is End.OUT and not isinstance(back.fact, Unknown):
        nats = translations(asked.around.tables[back.at].device, back.legs[-1])
        if certain := [hop.fact for hop in nats if hop.passage is Passage.OPEN]:
            # What is translated on its way out is no answer to anybody, wherever it gets.
            words = f"{back.at} has no route to {goal.segment.name}: {back.fact.value}"
            fact = Stated(words, spans_of(back.fact, *certain))
    if isinstance(fact, Unknown):
        return Hop(HopKind.ROUTER, at, "", Passage.UNKNOWN, fact)
    words = f"answers from {asked.target.name} do not come back: {fact.value}"
    if first.told:
        return Hop(HopKind.ROUTER, at, "", Passage.BLOCKED, known_like(words, fact))
    settle = f"look which router {asked.target.name} is told, and add a route to {goal.segment.name} on it"
    return Hop(HopKind.ROUTER, at, "", Passage.UNKNOWN, Unknown(words, fact.spans, settle))


def _asymmetric(asked: Crossing, goal: _Return, back: Way) -> Hop | None:
    """Answers come by other routers; that is well only where no one of those keeps state."""
    there, here = [leg.device for leg in goal.legs], [leg.device for leg in back.legs]
    half = [name for name in dict.fromkeys((*here, *there)) if (name in here) != (name in there)]
    tables = asked.around.tables
    if not any(keeps_state(tables[name].device) for name in half):
        return None
    spans = spans_of(*(leg.fact for leg in (*goal.legs, *back.legs)))
    why = (
        f"packets to {asked.target.name} come by {' and '.join(there)}, but answers leave by {' and '.join(here)}; "
        f"a packet filter that sees one half of a connection may drop it"
    )
    settle = f"let the routers of both networks send by the same way; look at {half[0]} for dropped packets"
    return Hop(HopKind.ROUTER, half[0], "", Passage.UNKNOWN, Unknown(why, spans, settle))
