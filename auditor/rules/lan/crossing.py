"""The way between two networks as rules about its packet filter judge it, and the fix that opens it."""

import re
from typing import Any

from auditor.intents import AllowTraffic
from auditor.model import Fact, Unknown
from auditor.site import Hop, HopKind, Passage, Path, Pos, Readers
from auditor.verdicts import Fix

DECIDING = frozenset({HopKind.ROUTER, HopKind.FILTER, HopKind.BRIDGE_FILTER})


def stopping(path: Path, passage: Passage) -> Hop | None:
    """The first router or packet filter on the way with this passage, those within bridges included."""
    return next((hop for hop in path.hops if hop.kind in DECIDING and hop.passage is passage), None)


def way(hop: Hop, pos: Pos, readers: Readers) -> str:
    """From where to where the packets go: between two networks by their interfaces, in one network by who sends."""
    if hop.kind is HopKind.BRIDGE_FILTER:
        return f"from '{pos.name}' to '{readers.name}' within {readers.attachment.segment.name}"
    return f"from {hop.entering} to {hop.leaving}"


def within(path: Path) -> tuple[Fact[Any], ...]:
    """What the packet filters within bridges say on a way inside one network."""
    return tuple(hop.fact for hop in path.hops if hop.kind is HopKind.BRIDGE_FILTER)


def opening(hop: Hop, pos: Pos, readers: Readers, protocol: str, port: int | None) -> tuple[Fix, ...]:
    """Let the points of sale's network reach that of the readers, with this protocol and port and nothing else.

    Within a bridge a rule names no ports: a Wi-Fi client or a cable may be behind another one tomorrow.
    """
    sources, destinations = pos.attachment.segment.subnets, readers.attachment.segment.subnets
    if isinstance(sources, Unknown) or isinstance(destinations, Unknown):
        return ()
    within_bridge = hop.kind is HopKind.BRIDGE_FILTER
    what = protocol if port is None else f"{protocol}_{port}"
    intent = AllowTraffic(
        filter=hop.item,
        name=re.sub(r"[^a-z0-9]+", "_", f"{pos.name}_to_{readers.name}_{what}".lower()).strip("_"),
        entering="" if within_bridge else hop.entering,
        leaving="" if within_bridge else hop.leaving,
        sources=sources.value,
        destinations=destinations.value,
        protocol=protocol,
        port=port,
        before=hop.rule or None,
    )
    if within_bridge:
        return (Fix.one(hop.device, intent),)
    networks = f"{pos.attachment.segment.name} can open {what.replace('_', ' ')} to {readers.attachment.segment.name}"
    return (Fix.one(hop.device, intent, weakens=networks),)
