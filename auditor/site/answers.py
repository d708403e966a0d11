"""Whether answers from the internet find back to clients behind several routers.

A router that puts its own address on packets gets the answers to them, and looks up the way to whoever had sent: its
own routes have to know the networks behind the routers behind it. A router in the senders' own network does, unless a
route for a part of that network leads elsewhere.
"""

from auditor.model import Unknown, known_like
from auditor.site.addresses import Addresses, whole
from auditor.site.hops import Hop, HopKind, Leg, Passage
from auditor.site.leg_hops import translations
from auditor.site.neighbourhood import First, Neighbourhood
from auditor.site.routing import End, Way, ways
from auditor.site.segments import Segment


def lost_answers(way: Way, segment: Segment, clients: Addresses, around: Neighbourhood) -> list[Hop]:
    """Return the hop at which answers to clients of a segment are lost, or may be; none if they find back.

    Where nobody certainly translates, who answers is not known, and that is not asked here.
    """
    if way.end is not End.OUT:
        return []
    goal, who, nearest = segment, clients, 0
    for index, leg in enumerate(way.legs):
        if not _translates(leg, around):
            continue
        further = index > nearest or _overridden(leg, who, around)
        if further and (hop := _lost(leg, goal, who, around)) is not None:
            return [hop]
        between = around.places.get((leg.device, leg.leaving))
        if between is None:
            return []
        goal, who, nearest = between, whole(between), index + 1
    return []


def _overridden(leg: Leg, who: Addresses, around: Neighbourhood) -> bool:
    """Whether a router in the senders' own network has a route for some of them that is narrower than that network."""
    table = around.tables[leg.device]
    own = [network for network, entries in table.ranks if any(entry.leaving == leg.entering for entry in entries)
           and any(entry.connected for entry in entries)]  # fmt: skip
    used = [entry for choice in table.choices(who.possible) for entry in choice.entries if not entry.connected]
    return any(entry.network.subnet_of(network) for entry in used for network in own)


def _translates(leg: Leg, around: Neighbourhood) -> bool:
    return any(hop.passage is Passage.OPEN for hop in translations(around.tables[leg.device].device, leg))


def _lost(leg: Leg, goal: Segment, who: Addresses, around: Neighbourhood) -> Hop | None:
    """Look up the way from the router that translates back to whoever sent."""
    entering = around.tables[leg.device].interface(leg.leaving)
    if entering is None or isinstance(goal.subnets, Unknown):
        return None
    found = ways(First((entering,), told=True), goal, who.possible, around)
    lost = [back for back in found if back.end is not End.ARRIVED]
    if not lost:
        return None
    stopped = lost[0]
    fact = stopped.fact
    if not isinstance(fact, Unknown):
        words = f"answers to {goal.name} do not find back"
        if stopped.end is End.OUT:
            words += f", since {stopped.at} has no route there"
        fact = known_like(f"{words}: {fact.value}", fact)
        if len(lost) < len(found) or not stopped.sure or not _is_lost(stopped, around):
            fact = Unknown(f"some {fact.value}", fact.spans, f"look at the routes of {stopped.at} to {goal.name}")
    passage = Passage.UNKNOWN if isinstance(fact, Unknown) else Passage.BLOCKED
    return Hop(HopKind.ROUTER, stopped.at, "", passage, fact, leg.leaving)


def _is_lost(back: Way, around: Neighbourhood) -> bool:
    """What is translated on its way out is no answer to anybody, wherever it gets."""
    return back.end is not End.OUT or _translates(back.legs[-1], around)
