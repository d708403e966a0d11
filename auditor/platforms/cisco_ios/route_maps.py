"""Route maps as far as packets are chosen by them: policy routing, and which packets are translated.

Source: Cisco, "IOS IP Routing: Protocol-Independent Command Reference", `route-map`: entries are asked by their
numbers; all kinds of `match` lines must hold, of several lists in one line any.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Span
from auditor.platforms.cisco_ios.acl import AccessLists
from auditor.platforms.cisco_ios.acl_matches import permitted
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import ALWAYS, Clause, Context, doubted, narrowed
from auditor.services.reading import printable

_TOP = 65536


@dataclass(frozen=True, slots=True, eq=False)
class RouteEntry:
    """One entry of a route map: whether it permits, its block, and its lines."""

    name: str
    permits: bool
    block: Block
    spans: tuple[Span, ...]

    def sets(self) -> tuple[str, ...]:
        """What it does with packets: `ip next-hop 192.0.2.1`, `interface Null0`."""
        return tuple(line.rest for line in self.block.lines("set"))


def entries_of(config: Config, name: str) -> tuple[RouteEntry, ...]:
    """The entries of a route map by their numbers; () if there is none of that name."""
    return config.once(_by_name).get(name, ())


def _by_name(config: Config) -> dict[str, tuple[RouteEntry, ...]]:
    found: dict[str, list[tuple[int, RouteEntry]]] = {}
    for block in config.blocks("route-map"):
        words = block.name.split()
        if not words:
            continue
        number = words[2] if len(words) > 2 and words[2].isdecimal() else "10"
        entry = RouteEntry(words[0], words[1:2] != ["deny"], block, (block.header,))
        found.setdefault(words[0], []).append((min(int(number[:6]), _TOP), entry))
    return {
        name: tuple(entry for _, entry in sorted(entries, key=lambda pair: pair[0])) for name, entries in found.items()
    }


def clauses_of(entry: RouteEntry, lists: AccessLists, context: Context) -> tuple[Clause, ...]:
    """The packets that an entry is about."""
    current: tuple[Clause, ...] = ALWAYS
    for line in entry.block.lines("match"):
        words = line.words
        if words[:2] == ("ip", "address") and len(words) > 2:
            current = narrowed(current, tuple(_any_of(words[2:], lists, context)))
        elif words[:1] == ("interface",) and len(words) > 1:
            current = narrowed(current, (Clause(Box(leaving=frozenset(words[1:]))),))
        else:
            current = narrowed(current, doubted(f"'match {printable(' '.join(words), 40)}' of route map {entry.name}"))
    return current


def _any_of(names: tuple[str, ...], lists: AccessLists, context: Context) -> Iterator[Clause]:
    for name in names:
        acl = lists.get(name)
        if acl is None or not acl.entries:
            yield Clause(doubt=f"access list {printable(name)} is not there")
        else:
            yield from permitted(acl, context)
