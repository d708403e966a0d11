"""`/interface bridge vlan`: which ports carry which VLANs with a tag.

Wide ranges (`vlan-ids=2-4094` on a trunk) count only for VLANs that something else names: a port's `pvid`, a VLAN
interface, an SSID.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.model import Span, Unknown
from auditor.platforms.routeros import interface_lists
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item

_MENU = "interface bridge vlan"
_WIDE = 64
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Tagged:
    """VLANs with a tag: port → VLAN → the lines that say so. `ids` are all VLANs that entries name or ports use."""

    by_port: Mapping[str, Mapping[int, tuple[Span, ...]]] = field(default_factory=dict)
    ids: frozenset[int] = frozenset()

    def of(self, port: str) -> Iterator[tuple[int, tuple[Span, ...]]]:
        """The VLANs that a port carries tagged, with lines."""
        return iter(sorted(self.by_port.get(port, {}).items()))

    def members(self, vid: int) -> tuple[str, ...]:
        """The ports that carry a VLAN tagged."""
        return tuple(port for port, vlans in self.by_port.items() if vid in vlans)


def vlans_of(config: Config, bridge: str, used: frozenset[int]) -> Tagged | Unknown:
    """Read the entries of one bridge; `used` are the VLANs that count even where only a wide range holds them."""
    lists = {item.name for item in config.items("interface list")}
    by_port: dict[str, dict[int, tuple[Span, ...]]] = {}
    ids = set(used)
    work = 0
    for item in config.items(_MENU):
        if config.text(item, "bridge") != bridge:
            continue
        enabled = config.enabled(item)
        if isinstance(enabled, Unknown):
            return enabled
        if not enabled.value:
            config.understood(item)
            continue
        if item.damaged:
            return Unknown(f"{item.title}: {item.damaged}", (item.header,), f"correct the line in {item.file}")
        named = _ids(config, item, used)
        if isinstance(named, Unknown):
            return named
        ids |= named
        config.text(item, "untagged")  # what counts for untagged frames is the pvid of each port
        ports = tuple(_ports(config, item, lists))
        work += len(ports) * len(named)
        if work > _MOST:
            return Unknown(f"the VLAN table of bridge {bridge} is too large", (item.header,), "look at it by hand")
        spans = config.span(item, "tagged", "vlan-ids")
        for port in ports:
            mine = by_port.setdefault(port, {})
            for vid in named:
                mine[vid] = (*mine.get(vid, ()), *spans)
    return Tagged(by_port, frozenset(ids))


def _ports(config: Config, item: Item, lists: set[str]) -> Iterator[str]:
    for word, _ in config.words(item, "tagged"):
        if word in lists:
            members = interface_lists.members(config, word)
            yield from () if isinstance(members, Unknown) else sorted(members.value)
        yield word


def _ids(config: Config, item: Item, used: frozenset[int]) -> set[int] | Unknown:
    """The VLANs of an entry: `10,20-25`."""
    found: set[int] = set()
    for word, span in config.words(item, "vlan-ids"):
        low, dash, high = word.partition("-")
        ends = (low, high if dash else low)
        if not all(end.isascii() and end.isdecimal() and len(end) < 5 for end in ends):
            return Unknown(f"cannot read vlan-ids '{word[:20]}' of {item.title}", (span,), "correct vlan-ids")
        first, last = max(int(ends[0]), 1), min(int(ends[1]), 4094)
        found.update(range(first, last + 1) if last - first < _WIDE else (vid for vid in used if first <= vid <= last))
    return found
