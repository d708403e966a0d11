"""The way between two networks as rules about its packet filter judge it, and the fix that opens it."""

import re
from ipaddress import IPv4Network
from typing import Any

from auditor.intents import AllowTraffic
from auditor.model import Assumed, Fact, Stated, Unknown
from auditor.rules.several_hops import at_each_hop, on_devices
from auditor.site import Hop, HopKind, Passage, Path, Pos, Readers
from auditor.verdicts import Change, Fix

DECIDING = frozenset({HopKind.ROUTER, HopKind.FILTER, HopKind.BRIDGE_FILTER})

_ROUTES = "by which way packets are to go between them is the owner's decision, and so are routes"


_DOUBTFUL = DECIDING | {HopKind.SOURCE_NAT}
"""Translation blocks nothing, but where it is not known who sends, it is not known either who answers."""


def stopping(path: Path, passage: Passage) -> Hop | None:
    """The first router or packet filter on the way with this passage, those within bridges included.

    Where nothing certainly stops the packets, translations that are not understood are doubts too.
    """
    kinds = _DOUBTFUL if passage is Passage.UNKNOWN else DECIDING
    return next((hop for hop in path.hops if hop.kind in kinds and hop.passage is passage), None)


def closed(path: Path) -> tuple[Hop, ...]:
    """All routers and packet filters that stop the packets, in the order of the way."""
    return tuple(hop for hop in path.hops if hop.kind in DECIDING and hop.passage is Passage.BLOCKED)


def way(hop: Hop, pos: Pos, readers: Readers) -> str:
    """From where to where the packets go: between two networks by their interfaces, in one network by who sends."""
    if hop.kind is HopKind.BRIDGE_FILTER:
        return f"from '{pos.name}' to '{readers.name}' within {readers.attachment.segment.name}"
    if hop.kind is HopKind.ROUTER:
        why = f" ({hop.fact.value})" if isinstance(hop.fact, Stated | Assumed) else ""
        return f"from '{pos.name}' to '{readers.name}'{why}"
    return f"from {hop.entering} to {hop.leaving}"


def within(path: Path) -> tuple[Fact[Any], ...]:
    """What filters within bridges, and perhaps a router, say on a way inside one network."""
    return tuple(hop.fact for hop in path.hops if hop.kind in DECIDING)


def opening(path: Path, pos: Pos, readers: Readers, protocol: str, port: int | None) -> tuple[Fix, ...]:
    """Let the points of sale's network reach that of the readers, with this protocol and port and nothing else.

    One fix opens every filter that stops the packets, in the order in which they meet them: one alone helps nobody.
    """
    sources, destinations = pos.attachment.segment.subnets, readers.attachment.segment.subnets
    if isinstance(sources, Unknown) or isinstance(destinations, Unknown):
        return ()
    stopped = closed(path)
    lost = next((hop for hop in stopped if hop.kind is HopKind.ROUTER), None)
    if lost is not None:
        return (Fix(f"let {lost.device} hand packets on between the two networks", manual=_ROUTES),)
    what = protocol if port is None else f"{protocol}_{port}"
    name = re.sub(r"[^a-z0-9]+", "_", f"{pos.name}_to_{readers.name}_{what}".lower()).strip("_")
    changes = at_each_hop(
        Change(hop.device, _allow(hop, name, sources.value, destinations.value, protocol, port)) for hop in stopped
    )
    weakens = ""
    if any(hop.kind is not HopKind.BRIDGE_FILTER for hop in stopped):
        ends = f"{what.replace('_', ' ')} to {readers.attachment.segment.name}"
        weakens = f"{pos.attachment.segment.name} can open {ends}"
    title = changes[0].intent.title
    if len(changes) > 1:
        title = f"allow {what.replace('_', ' ')} from '{pos.name}' to '{readers.name}' {on_devices(changes)}"
    return (Fix(title, changes, weakens),)


def _allow(
    hop: Hop,
    name: str,
    sources: tuple[IPv4Network, ...],
    destinations: tuple[IPv4Network, ...],
    protocol: str,
    port: int | None,
) -> AllowTraffic:
    """Within a bridge a rule names no ports: a Wi-Fi client or a cable may be behind another one tomorrow."""
    within_bridge = hop.kind is HopKind.BRIDGE_FILTER
    return AllowTraffic(
        filter=hop.item,
        name=name,
        entering="" if within_bridge else hop.entering,
        leaving="" if within_bridge else hop.leaving,
        sources=sources,
        destinations=destinations,
        protocol=protocol,
        port=port,
        before=hop.rule or None,
    )
