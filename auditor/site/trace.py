"""One question about packets with everything that they meet, in order: what lets them pass and what does not.

A view of `Path` and `Egress`, which judge; nothing is judged here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from auditor.model import Bss, Declared, Fact, Stated, Unknown, spans_of
from auditor.site.egress import Egress
from auditor.site.hop_words import words_of
from auditor.site.hops import Hop, HopKind, Leg, Passage
from auditor.site.paths import Path
from auditor.site.segments import Segment
from auditor.site.site import Site
from auditor.site.stations import Pos, Readers

START = "start"
WIFI = "Wi-Fi"
CABLE = "cable"
ROUTER = "router"
END = "end"
UNSEEN = "not seen"
DECLARED = "declared"

_BEHIND_ROUTERS = frozenset({HopKind.STATION_ISOLATION, HopKind.PORT_ISOLATION, HopKind.BRIDGE_FILTER})
"""Kinds of hops inside a network, which are before the first router or behind the last one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that packets meet: what it is, what becomes of them there, and the fact that says so.

    `decisive`: it decides the whole question. `reached` is false behind a step that certainly blocks. `subset` names
    the addresses concerned where it is not all of them. `also` are facts of steps that are alike and shown as one.
    """

    kind: str
    device: str
    words: str
    passage: Passage
    fact: Fact[Any]
    subset: str = ""
    decisive: bool = False
    reached: bool = True
    also: tuple[Fact[Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """All steps in order. `routed`: they pass a router. `translated`: the other end sees another source address."""

    passage: Passage
    steps: tuple[Step, ...]
    routed: bool = False
    translated: bool = False

    @property
    def decisive(self) -> Step | None:
        """The step that decides; None if all are open."""
        return next((step for step in self.steps if step.decisive), None)


def trace_path(site: Site, source: Pos | Readers, target: Pos | Readers, *, protocol: str, port: int | None) -> Trace:
    """Follow packets between two groups; an end whose place is not known leaves the answer open."""
    for end in (source, target):
        if isinstance(end.place, Unknown):
            return Trace(Passage.UNKNOWN, (_nowhere(end, end.place),))
    path = site.path(source, target, protocol=protocol, port=port)
    behind = (target.attachment.segment, frozenset(_bsses(target))) if not path.same_segment else None
    way = _way(site, path.hops, path.legs, behind)
    unseen = list(_unseen(site, path, source, target))
    passage = path.passage
    if unseen and passage is Passage.OPEN:
        passage = Passage.UNKNOWN
        unseen[0] = replace(unseen[0], decisive=True)
    ends = (*_start(site, source), *unseen, *_marked(way, path.decisive, passage), *_end(site, target))
    return Trace(passage, _after(ends, passage), not path.same_segment, path.translated)


def trace_egress(site: Site, source: Pos | Readers, egress: Egress, target: str, *, inside: bool = False) -> Trace:
    """Show the way of packets to the internet, or (`inside`) to a device of the shop itself, as the site judged it.

    Where nothing is known of the way to the internet, what the operator attests counts.
    """
    way = _way(site, egress.hops, egress.legs, None)
    decisive = egress.decisive if egress.passage is not Passage.OPEN else None
    steps = _marked(way, decisive, egress.passage)
    if egress.passage is not Passage.OPEN and not any(step.decisive for step in steps):
        words = "the way out" if not egress.gateway else f"the way out by {egress.gateway}"
        steps = [*steps, Step(ROUTER, egress.gateway, words, egress.passage, egress.fact, decisive=True)]
    out = f" by {egress.gateway}" if egress.gateway else ""
    end = Step(END, "", f"{target}{out}", Passage.OPEN, Stated(target, ()))
    declared = None if inside else site.declared("egress")
    if egress.passage is Passage.UNKNOWN and isinstance(declared, Declared) and declared.value == "open":
        attested = Step(DECLARED, "", "the way out is declared to be open", Passage.OPEN, declared)
        told = (replace(step, decisive=False) for step in steps)
        return Trace(Passage.OPEN, (*_start(site, source), *told, attested, end), routed=True)
    return Trace(egress.passage, _after((*_start(site, source), *steps, end), egress.passage), routed=True)


def unplaced(end: Pos | Readers) -> Trace:
    """The answer about clients that were not found in the network."""
    assert isinstance(end.place, Unknown)
    return Trace(Passage.UNKNOWN, (_nowhere(end, end.place),))


def _nowhere(end: Pos | Readers, place: Unknown) -> Step:
    return Step(START, "", f"where '{end.name}' is", Passage.UNKNOWN, place, decisive=True)


def _start(site: Site, end: Pos | Readers) -> Iterator[Step]:
    segment = end.attachment.segment
    words = f"'{end.name}' in {_network(segment)}"
    yield Step(START, _at(end), words, Passage.OPEN, _line(end))
    yield from _medium(site, end)


def _end(site: Site, end: Pos | Readers) -> Iterator[Step]:
    yield from _medium(site, end)
    yield Step(END, _at(end), f"'{end.name}' in {_network(end.attachment.segment)}", Passage.OPEN, _line(end))


def _line(end: Pos | Readers) -> Fact[Any]:
    """Why they are where they are: the lines that the selector found, the first of each device."""
    first = {span.device: span for span in reversed(end.place.spans)}
    return Stated(end.name, tuple(span for span in end.place.spans if first[span.device] is span))


def _at(end: Pos | Readers) -> str:
    return end.attachment.segment.devices[0]


def _network(segment: Segment) -> str:
    """A network in words: `192.168.30.0/24 (VLAN 30)`."""
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    return segment.name if vlan is None or segment.name == segment.label else f"{segment.name} (VLAN {vlan})"


def _bsses(end: Pos | Readers) -> tuple[tuple[str, str], ...]:
    return tuple((bss.device, bss.key) for bss in end.attachment.bsses)


def _medium(site: Site, end: Pos | Readers) -> Iterator[Step]:
    """By which SSIDs and ports an end is attached, each SSID once for all access points that carry it."""
    by_ssid: dict[str, list[Bss]] = {}
    for bss in end.attachment.bsses if end.media.wireless else ():
        by_ssid.setdefault(bss.key if isinstance(bss.ssid, Unknown) else bss.ssid.value, []).append(bss)
    for ssid, bsses in by_ssid.items():
        names = tuple(dict.fromkeys(bss.device for bss in bsses))
        first = {bss.device: bss for bss in reversed(bsses)}
        facts = [first[name].ssid for name in names]
        words = f"SSID '{ssid}' of {', '.join(names)}"
        yield Step(WIFI, names[0], words, Passage.OPEN, Stated(ssid, spans_of(*facts)))
    if end.media.wired:
        ports = [f"{port.key} of {port.device}" for port in site.ports(end)]
        words = f"{'or ' if by_ssid else ''}a cable to {_listed(ports) or 'a port of this network'}"
        yield Step(CABLE, _at(end), words, Passage.OPEN, Stated("cable", ()))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" or {len(names) - 3} more" if len(names) > 3 else "")


def _unseen(site: Site, path: Path, source: Pos | Readers, target: Pos | Readers) -> Iterator[Step]:
    """Access points that were not seen, or not whole, may keep the stations of one network apart."""
    wireless = [end for end in (source, target) if end.media.wireless]
    if not path.same_segment or not wireless or isinstance(site.declared("isolation"), Declared):
        return
    holes = (hole for end in wireless for hole in (*site.bsses(end).holes, *end.attachment.unseen))
    for hole in dict.fromkeys(holes):
        yield Step(UNSEEN, "", "access points that may keep stations apart", Passage.UNKNOWN, hole)


def _way(
    site: Site,
    hops: tuple[Hop, ...],
    legs: tuple[Leg, ...],
    behind: tuple[Segment, frozenset[tuple[str, str]]] | None,
) -> list[tuple[Step, Hop | None]]:
    """Hops in their order, each router before what it does with the packets; alike ones that let pass are one step.

    `behind` is the network behind the last router with the BSSs of the other end.
    """
    steps: list[tuple[Step, Hop | None]] = []
    waiting = list(legs)

    def pass_routers(until: int) -> None:
        steps.extend((_leg(leg), None) for leg in waiting[:until])
        del waiting[:until]

    for hop in hops:
        at = next((number for number, leg in enumerate(waiting) if _is_of(hop, leg)), None)
        if at is not None:
            pass_routers(at + 1)
            if hop.kind is HopKind.ROUTER and hop.passage is Passage.OPEN:
                continue
        elif behind is not None and len(waiting) < len(legs) and _is_behind(hop, *behind):
            pass_routers(len(waiting))
        steps.append((_step(site, hop), hop))
    pass_routers(len(waiting))
    return list(_folded(steps))


def _is_of(hop: Hop, leg: Leg) -> bool:
    return (hop.device, hop.entering) == (leg.device, leg.entering) and hop.kind not in _BEHIND_ROUTERS


def _is_behind(hop: Hop, segment: Segment, bsses: frozenset[tuple[str, str]]) -> bool:
    return hop.kind in _BEHIND_ROUTERS and ((hop.device, hop.item) in bsses or hop.device in segment.devices)


def _leg(leg: Leg) -> Step:
    passage = Passage.UNKNOWN if isinstance(leg.fact, Unknown) else Passage.OPEN
    out = " to the internet" if leg.uplink else ""
    return Step(
        ROUTER, leg.device, f"routes from {leg.entering or '?'} to {leg.leaving or '?'}{out}", passage, leg.fact
    )


def _folded(steps: list[tuple[Step, Hop | None]]) -> Iterator[tuple[Step, Hop | None]]:
    """Join neighbours that are alike: what lets pass on any device, such as twelve access points, else on one."""
    last: tuple[Step, Hop | None] | None = None
    for step, hop in steps:
        if last is not None and _alike(last, (step, hop)):
            last = (replace(last[0], also=(*last[0].also, step.fact)), last[1])
            continue
        if last is not None:
            yield last
        last = (step, hop)
    if last is not None:
        yield last


def _alike(one: tuple[Step, Hop | None], other: tuple[Step, Hop | None]) -> bool:
    if one[1] is None or other[1] is None:
        return False
    inside = one[1].kind in _BEHIND_ROUTERS
    anywhere = one[0].passage is Passage.OPEN or one[0].device == other[0].device
    same = (one[0].kind, one[0].words, one[0].passage) == (other[0].kind, other[0].words, other[0].passage)
    return inside and anywhere and same and (one[0].passage is Passage.OPEN or one[0].fact == other[0].fact)


def _marked(way: Iterable[tuple[Step, Hop | None]], decisive: Hop | None, passage: Passage) -> list[Step]:
    """Mark the step that decides; what it decides is what counts, as a partly blocked internet tells nothing."""
    marked: list[Step] = []
    for step, hop in way:
        decides = decisive is not None and hop == decisive and not any(each.decisive for each in marked)
        marked.append(replace(step, decisive=True, passage=passage) if decides else step)
    return marked


def _after(steps: Iterable[Step], passage: Passage) -> tuple[Step, ...]:
    """Say of all that stands behind the step that blocks that packets do not get there."""
    found: list[Step] = []
    reached = True
    for step in steps:
        found.append(step if reached else replace(step, reached=False))
        reached = reached and not (step.decisive and passage is Passage.BLOCKED)
    return tuple(found)


def _step(site: Site, hop: Hop) -> Step:
    return Step(hop.kind.value, hop.device, words_of(site, hop), hop.passage, hop.fact, hop.subset)
