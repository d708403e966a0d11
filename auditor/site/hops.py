"""One thing on the way of a packet that can stop it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from auditor.model import Fact


class Passage(StrEnum):
    """What becomes of the packets at a hop, or on a whole path."""

    OPEN = "open"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class HopKind(StrEnum):
    """What a hop is; the fix for it depends on this and on nothing else."""

    STATION_ISOLATION = "station isolation"
    PORT_ISOLATION = "bridge port isolation"
    BRIDGE_FILTER = "bridge filter"
    ROUTER = "router"
    FILTER = "packet filter"
    SOURCE_NAT = "source NAT"


@dataclass(frozen=True, slots=True)
class Hop:
    """One thing on the way that can stop packets.

    `item` is the key of what decides (BSS, filter, NAT rule); `rule` the key of the filter rule, '' for the
    default. `subset` names the addresses concerned where it is not all of them, `share` is their part of all.
    `shut_in`: one client that is known gets nowhere at all.
    """

    kind: HopKind
    device: str
    item: str
    passage: Passage
    fact: Fact[Any]
    entering: str = ""
    leaving: str = ""
    rule: str = ""
    subset: str = ""
    share: float = 1.0
    shut_in: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """One router on a way: by which of its interfaces packets come in and leave, and the route or subnet that says so.

    `uplink`: they leave to the internet there.
    """

    device: str
    entering: str
    leaving: str
    fact: Fact[Any]
    uplink: bool = False


def decisive(hops: tuple[Hop, ...]) -> Hop | None:
    """Return the first hop that blocks, or else the first that may; None if all are open."""
    blocking = next((hop for hop in hops if hop.passage is Passage.BLOCKED), None)
    return blocking or next((hop for hop in hops if hop.passage is Passage.UNKNOWN), None)
