"""Which of many networks overlap one: found by their prefixes, without asking each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import TypeAlias

_Prefix: TypeAlias = tuple[int, int]
"""The leading bits of an address, and how many they are."""


@dataclass(slots=True)
class SubnetIndex:
    """Numbers by network. Two networks overlap where one begins with all bits of the other."""

    _own: dict[_Prefix, set[int]] = field(default_factory=dict)
    _below: dict[_Prefix, set[int]] = field(default_factory=dict)

    def add(self, network: IPv4Network, number: int) -> None:
        """Keep a number under a network, and under all networks around it."""
        first, *around = _prefixes(network)
        self._own.setdefault(first, set()).add(number)
        for prefix in (first, *around):
            self._below.setdefault(prefix, set()).add(number)

    def overlapping(self, network: IPv4Network) -> set[int]:
        """The numbers of networks that overlap one."""
        first, *around = _prefixes(network)
        found = set(self._below.get(first, ()))
        for prefix in around:
            found |= self._own.get(prefix, set())
        return found


def _prefixes(network: IPv4Network) -> Iterator[_Prefix]:
    """The prefix of a network itself, then those of all networks around it."""
    bits = int(network.network_address)
    for length in range(network.prefixlen, -1, -1):
        yield bits >> (32 - length), length
