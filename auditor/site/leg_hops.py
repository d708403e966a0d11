"""What packets meet within one router of their way: its packet filters, and address translation as they leave."""

from dataclasses import dataclass, replace

from auditor.model import Device, Unknown, spans_of
from auditor.site.addresses import Addresses
from auditor.site.filter_hops import filter_hops
from auditor.site.filters import Interval, Question, interval
from auditor.site.forwarding import EVERYWHERE
from auditor.site.hops import Hop, HopKind, Leg, Passage

ANYBODY = Addresses((interval(EVERYWHERE),))
"""The sources of packets that were translated: what a router makes of them is not modelled."""


@dataclass(frozen=True, slots=True)
class Packets:
    """What is sent: from whom, to where, and whether a router on the way has put its own address on it.

    `host` is the name of the host that it is for, '' if that is none or several.
    """

    sources: Addresses
    destinations: tuple[Interval, ...]
    protocol: str
    port: int | None
    translated: bool = False
    host: str = ""


def filters_of(device: Device, leg: Leg, packets: Packets) -> list[Hop]:
    """Ask the packet filters of one router. Of packets that were translated before only what holds for all is sure."""
    holes = [
        Hop(HopKind.FILTER, device.name, "", Passage.UNKNOWN, hole, leg.entering, leg.leaving)
        for hole in device.forward_filters.holes
    ]
    who = ANYBODY if packets.translated else packets.sources
    question = Question(
        leg.entering, leg.leaving, who.possible, packets.destinations, packets.protocol, packets.port, who.certain,
        host=packets.host,
    )  # fmt: skip
    found = filter_hops(device, question, device.forward_filters.items)
    return holes + ([_doubted(hop) for hop in found] if packets.translated else found)


def _doubted(hop: Hop) -> Hop:
    if hop.passage is not Passage.UNKNOWN:
        return hop
    why = f"a router before {hop.device} translates addresses, and its packet filter lets only some sources pass"
    settle = f"look by which address the packets come to {hop.device}, or let that router not translate them"
    return replace(hop, fact=Unknown(why, spans_of(hop.fact), settle))


def translations(device: Device, leg: Leg) -> list[Hop]:
    """Return a hop for each source NAT that packets meet, or may meet, where they leave."""
    found = [
        Hop(HopKind.SOURCE_NAT, device.name, "", Passage.UNKNOWN, hole, leg.entering, leg.leaving)
        for hole in device.source_nats.holes
    ]
    for nat in device.source_nats:
        if isinstance(nat.leaving, Unknown):
            passage = Passage.UNKNOWN
        elif leg.leaving in nat.leaving.value:
            passage = Passage.OPEN
        else:
            continue
        found.append(Hop(HopKind.SOURCE_NAT, device.name, nat.key, passage, nat.leaving, leg.entering, leg.leaving))
    return found


def keeps_state(device: Device) -> bool:
    """Whether it may matter that a router sees both halves of a connection: it filters, or translates."""
    trivial = all(
        not each.rules.items
        and not each.rules.holes
        and not isinstance(each.default, Unknown)
        and not each.default.value.blocks
        for each in device.forward_filters
    )
    return not trivial or bool(device.forward_filters.holes or device.source_nats.items or device.source_nats.holes)
