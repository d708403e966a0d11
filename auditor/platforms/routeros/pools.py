"""`/ip pool`: the addresses that services give out, and the pools that follow when one is empty.

Source: MikroTik's manual, "IP pools" (ranges, next-pool), and its CLI reference, ip/pool.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from auditor.model import AddressRange, Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.services.reading import printable

POOL = "ip pool"
_MOST = 32
"""How many pools may follow each other by `next-pool`; nobody has so many."""


@dataclass(frozen=True, slots=True)
class PoolRange:
    """Addresses of one pool that follow each other: ranges that touch are one. `spans` are the lines of the pool."""

    pool: str
    addresses: AddressRange
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Pools:
    """All pools of a device, by name."""

    config: Config
    named: Mapping[str, tuple[Item, ...]]
    holes: tuple[Unknown, ...]

    @classmethod
    def of(cls, config: Config) -> "Pools":
        found: dict[str, list[Item]] = {}
        for item in config.items(POOL):
            found.setdefault(item.name, []).append(item)
        return cls(config, {name: tuple(same) for name, same in found.items()}, config.holes(POOL))

    def ranges(self, name: str, *near: Span) -> Fact[tuple[PoolRange, ...]]:
        """Return what a pool holds, and those behind it (`next-pool`), in order."""
        found: list[PoolRange] = []
        seen: set[str] = set()
        spans: list[Span] = list(near)
        while name not in ("", "none") and name not in seen:
            if len(seen) == _MOST:
                return Unknown(f"more than {_MOST} pools follow each other", tuple(spans), "look at `/ip pool print`")
            seen.add(name)
            items = self.named.get(name, ())
            if self.holes:
                return self.holes[0]
            if len(items) != 1:
                why = f"two pools are called '{printable(name)}'" if items else f"there is no pool '{printable(name)}'"
                return Unknown(why, tuple(spans), f"correct the pool on {self.config.device}")
            own = _ranges(self.config, items[0])
            if isinstance(own, Unknown):
                return own
            found += own.value
            name = self.config.text(items[0], "next-pool") or ""
        return Stated(tuple(found), tuple(spans))


def _ranges(config: Config, item: Item) -> Fact[tuple[PoolRange, ...]]:
    stated = config.stated(item, "ranges", read_ranges)
    if stated is None:
        return Unknown(f"{item.title} holds no ranges", (item.header,), f"give it ranges, on {config.device}")
    if isinstance(stated, Unknown):
        return stated
    return Stated(tuple(PoolRange(item.name, each, stated.spans) for each in joined(stated.value)), stated.spans)


def read_ranges(text: str) -> tuple[AddressRange, ...]:
    """Read `10.0.0.10-10.0.0.99,10.0.0.200,10.0.1.0/24`; raises `ValueError`."""
    found: list[AddressRange] = []
    for word in text.split(","):
        first, dash, last = word.strip().partition("-")
        try:
            if "/" in first and not dash:
                network = IPv4Network(first, strict=False)
                found.append(AddressRange(network.network_address, network.broadcast_address))
                continue
            one = IPv4Address(first)
            other = IPv4Address(last) if dash else one
        except (AddressValueError, NetmaskValueError) as error:
            raise ValueError("not ranges of IPv4 addresses") from error
        if other < one:
            raise ValueError("a range ends before it begins")
        found.append(AddressRange(one, other))
    return tuple(found)


def joined(ranges: tuple[AddressRange, ...]) -> tuple[AddressRange, ...]:
    """Return the same addresses in order, in as few ranges as can be."""
    found: list[AddressRange] = []
    for each in sorted(ranges, key=lambda one: one.first):
        if found and int(each.first) <= int(found[-1].last) + 1:
            found[-1] = AddressRange(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)
