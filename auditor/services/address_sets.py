"""Sets of IPv4 addresses: what is left of networks when others are taken out."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, summarize_address_range
from typing import TypeAlias

_Range: TypeAlias = tuple[int, int]
_END = 1 << 32


@dataclass(frozen=True, slots=True)
class AddressSet:
    """IPv4 addresses as ranges (first, behind the last), in order, without overlap and never adjacent."""

    ranges: tuple[_Range, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __or__(self, other: "AddressSet") -> "AddressSet":
        return _joined((*self.ranges, *other.ranges))

    def __and__(self, other: "AddressSet") -> "AddressSet":
        return ~(~self | ~other)

    def __sub__(self, other: "AddressSet") -> "AddressSet":
        return self & ~other

    def __invert__(self) -> "AddressSet":
        edges = [0, *(edge for each in self.ranges for edge in each), _END]
        return AddressSet(tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b))

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """The fewest networks that hold exactly these addresses."""
        return tuple(
            network
            for first, behind in self.ranges
            for network in summarize_address_range(IPv4Address(first), IPv4Address(behind - 1))
        )


def addresses_of(networks: Iterable[IPv4Network]) -> AddressSet:
    """All addresses of some networks."""
    return _joined(tuple((int(each.network_address), int(each.broadcast_address) + 1) for each in networks))


def _joined(ranges: tuple[_Range, ...]) -> AddressSet:
    found: list[_Range] = []
    for first, behind in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], behind))
        else:
            found.append((first, behind))
    return AddressSet(tuple(found))


EVERYTHING = addresses_of((IPv4Network("0.0.0.0/0"),))
NOTHING = AddressSet()
