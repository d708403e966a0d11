"""Packet filters and address translation, vendor-neutral: ordered rules, the first match decides."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from auditor.model.facts import Fact, Listed

NO_ROUTER = "no router"
"""Key of the filter of a device that may hand no packets on at all, because it is not set up as a router."""


class Action(StrEnum):
    """What a filter does with a packet."""

    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    NEXT = "next rule"

    @property
    def blocks(self) -> bool:
        return self in (Action.DROP, Action.REJECT)


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports `first`..`last`, both inclusive."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FilterRule:
    """One rule; a match that is None matches everything, one that is `Unknown` may or may not match.

    `entering` and `leaving` are keys of interfaces. `protocols` are lower-case names (`tcp`, `udp`, `icmp`).
    `narrow` is true for a rule that holds only at some times, up to some rate, or for marks we do not model.
    `destination_names` are hosts that its destinations name, whose addresses are not known; they alone are why
    `destinations` or `narrow` is unknown then. Packets to a host of such a name certainly match.
    """

    key: str
    name: str
    entering: Fact[frozenset[str] | None]
    leaving: Fact[frozenset[str] | None]
    sources: Fact[tuple[IPv4Network, ...] | None]
    destinations: Fact[tuple[IPv4Network, ...] | None]
    protocols: Fact[frozenset[str] | None]
    destination_ports: Fact[tuple[PortRange, ...] | None]
    narrow: Fact[bool]
    action: Fact[Action]
    destination_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """An ordered list of rules with what happens to the rest. Replies to open connections always pass.

    A filter between ports of a bridge sees ARP as well, as protocol `arp`; there `entering` and `leaving` name ports
    and BSSs, or the bridge itself for all of its ports.
    """

    device: str
    key: str
    rules: Listed[FilterRule]
    default: Fact[Action]


@dataclass(frozen=True, slots=True)
class SourceNat:
    """Packets that leave through these interfaces get another source address."""

    device: str
    key: str
    leaving: Fact[frozenset[str]]


@dataclass(frozen=True, slots=True)
class PortForward:
    """Packets from these interfaces to a port are sent on to an inside address."""

    device: str
    key: str
    entering: Fact[frozenset[str]]
    protocols: Fact[frozenset[str] | None]
    port: Fact[PortRange | None]
    to_address: Fact[IPv4Network | None]
