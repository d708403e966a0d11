"""What may stop packets and is no list of entries: lines that are not understood, policing of the control plane."""

from collections.abc import Iterator

from auditor.model import Action, Stated, Unknown
from auditor.platforms.cisco_ios.filters import Applied, Lists
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.services.netfilter.boxes import Box, both
from auditor.services.netfilter.conditions import Clause, View
from auditor.services.netfilter.filters import Base, flat_of
from auditor.services.netfilter.program import Chains, Source, Step, Steps, lost
from auditor.services.reading import printable

_USUAL_POLICY = "system-cpp-policy"
"""What Catalyst switches police their own processor with from the factory. Source: Cisco, Catalyst 9000 "Security
Configuration Guide", "Configuring Control Plane Policing"."""


def unread(
    scene: Scene, places: tuple[Applied, ...], routed: tuple[Applied, ...], switched: tuple[Applied, ...]
) -> Iterator[Unknown]:
    """Lines that apply a list, and are not understood; lists on interfaces that the model does not have."""
    known = {place.span for place in places}
    placed = {*routed, *switched}
    for name, block in scene.blocks.items():
        for line in block.lines("ip access-group"):
            if line.span not in known:
                why = f"'{printable(line.text, 60)}' of {name} is not understood"
                yield Unknown(why, (line.span,), "see what it stops")
    others = {line.words[-1]: line.span for line in scene.config.top.each("ip access-list") if len(line.words) > 1}
    for place in places:
        if place.acl in others and scene.lists.get(place.acl) is None:
            why = f"access list {printable(place.acl, 80)} is of a kind that is not read"
            yield Unknown(why, (others[place.acl], place.span), "see what it stops")
    if scene.interfaces.holes or scene.ports.holes:
        for place in places:
            if place not in placed:
                why = f"which packets pass {place.interface}, where an access list is applied, is not known"
                yield Unknown(why, (place.span,), "see what it stops")


def control_plane(scene: Scene) -> Iterator[Base]:
    """`control-plane` with a policy of its own: it may drop what goes to the device itself."""
    for block in scene.config.blocks("control-plane"):
        line = block.said("service-policy input")
        if line is None or line.no or line.rest == _USUAL_POLICY:
            continue
        spans = (block.header, line.span)
        source = Source("control-plane", "service-policy", f"service-policy input {printable(line.rest)}", spans)
        step = Step((Clause(doubt="what it drops above some rate, or at all, is not followed"),), Action.DROP, source)

        def build(_: object, step: Step = step) -> Chains:
            return {"control-plane": Steps((step,))}

        policy = Stated(Action.ACCEPT, spans)
        yield Base("control-plane", "control-plane", "ip", "filter", "input", 40, policy, spans, build)
        return


def own_answers(scene: Scene, lists: Lists, routed: tuple[Applied, ...]) -> Iterator[Unknown]:
    """Input lists of uplinks that may drop answers to questions of the device's own resolver."""
    context = scene.context("forward", view=View.REPLY)
    asked = Box(protocols=frozenset({"udp"}), ports=((53, 53),))
    uplinks = scene.uplinks
    inward = tuple(place for place in routed if place.direction == "in" and place.interface in uplinks)
    for base in lists.bases("forward", inward):
        flat = flat_of(base, context)
        found = None if flat.trouble else lost(flat.entries, Action.ACCEPT, context.universe)
        dropped = found is None or any(both(one.clause.box, asked) is not None for one in found)
        if dropped and not _answered(scene, base, asked):
            why = f"{base.key} may drop answers to questions of the device's own resolver"
            yield Unknown(why, base.spans, f"look a name up from a POS that asks {scene.device}")


def _answered(scene: Scene, base: Base, asked: Box) -> bool:
    """Whether answers of every server by UDP pass: some entry accepts them before anything else decides."""
    context = scene.context("forward", view=View.REPLY)
    for entry in flat_of(base, context).entries:
        box = entry.clause.box
        if both(box, asked) is None:
            continue
        accepts = isinstance(entry.does, Action) and entry.does is Action.ACCEPT and not entry.clause.doubt
        wide = box.sources is None and box.destinations is None
        if not accepts:
            return False
        if wide:
            return True
    return False
