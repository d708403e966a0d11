"""The addresses that a pool gives out: its network without those that are excluded and those of the device itself.

IOS gives out all host addresses of a network but `ip dhcp excluded-address` and the address of its own interface.
Addresses that are kept for one client stay in the range, as they do on other platforms.
Source: Cisco, "Configuring the Cisco IOS DHCP Server": Excluding IP Addresses.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import AddressRange, Span, Unknown
from auditor.platforms.cisco_ios.config import Config

EXCLUDED = "ip dhcp excluded-address"
MOST_RANGES = 256


@dataclass(frozen=True, slots=True)
class Gap:
    """Addresses that are not given out, as numbers, with the lines of its two ends (() for the device's own)."""

    first: int
    last: int
    low: tuple[Span, ...]
    high: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Free:
    """Addresses that are given out, and the lines of what bounds them."""

    addresses: AddressRange
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is excluded, by VRF, in order and without overlaps. `unread`: a line that could not be read."""

    gaps: Mapping[str, tuple[Gap, ...]]
    unread: Unknown | None

    def ranges(self, vrf: str, network: IPv4Network) -> tuple[Free, ...] | Unknown:
        """The addresses of a network that are given out, in order."""
        if self.unread is not None:
            return self.unread
        gaps = self.gaps.get(vrf, ())
        edge = 1 if network.prefixlen < 31 else 0
        begin, end = int(network.network_address) + edge, int(network.broadcast_address) - edge
        index = bisect_left(gaps, begin, key=lambda gap: gap.last)
        found: list[Free] = []
        low: tuple[Span, ...] = ()
        while begin <= end:
            gap = gaps[index] if index < len(gaps) and gaps[index].first <= end else None
            last = gap.first - 1 if gap is not None else end
            if begin <= last:
                high = gap.low if gap is not None else ()
                found.append(
                    Free(AddressRange(IPv4Address(begin), IPv4Address(last)), tuple(dict.fromkeys((*low, *high))))
                )
            if len(found) > MOST_RANGES:
                why = f"{network} is cut into more than {MOST_RANGES} ranges, more than are worked out here"
                return Unknown(why, found[0].spans, "exclude addresses in fewer pieces")
            if gap is None:
                break
            begin, low, index = gap.last + 1, gap.high, index + 1
        return tuple(found)


def read(config: Config, own: Mapping[str, Iterable[IPv4Address]]) -> Excluded:
    """Read what is excluded; `own` are the device's own addresses by VRF."""
    gaps: dict[str, list[Gap]] = {}
    unread = config.top.unsaid(EXCLUDED)
    for line in config.top.lines(EXCLUDED):
        read_ = config.converted(line.rest, excluded, line.span, what=EXCLUDED)
        if isinstance(read_, Unknown):
            unread = unread or read_
            continue
        vrf, addresses = read_.value
        near = (line.span,)
        gaps.setdefault(vrf, []).append(Gap(int(addresses.first), int(addresses.last), near, near))
    for vrf, mine in own.items():
        gaps.setdefault(vrf, []).extend(Gap(int(address), int(address), (), ()) for address in mine)
    return Excluded({vrf: _joined(listed) for vrf, listed in gaps.items()}, unread)


def excluded(text: str) -> tuple[str, AddressRange]:
    """Read `[vrf NAME] FIRST [LAST]`; raises `ValueError`."""
    words = text.split()
    vrf = ""
    if words[:1] == ["vrf"] and len(words) > 2:
        vrf, words = words[1], words[2:]
    if not 1 <= len(words) <= 2:
        raise ValueError("not one or two addresses")
    try:
        first = IPv4Address(words[0])
        last = IPv4Address(words[-1])
    except ValueError as error:
        raise ValueError("not one or two addresses") from error
    if last < first:
        raise ValueError("the last address lies before the first")
    return vrf, AddressRange(first, last)


def _joined(gaps: list[Gap]) -> tuple[Gap, ...]:
    """The same addresses in order, those that touch or overlap as one."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda each: (each.first, -each.last)):
        if found and gap.first <= found[-1].last + 1:
            before = found[-1]
            if gap.last > before.last:
                found[-1] = Gap(before.first, gap.last, before.low, gap.high)
        else:
            found.append(gap)
    return tuple(found)
