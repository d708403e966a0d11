"""IP access lists: `ip access-list standard|extended NAME`, `access-list 101 …`, entry by entry in their order.

The first entry that matches decides; a list with entries ends with an implicit `deny ip any any`. Source: Cisco,
"Security Configuration Guide: Access Control Lists", "IP Access List Overview".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.model import Action, Span
from auditor.platforms.cisco_ios.acl_entries import Match, keys_of, match_of, plain
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.objects import Objects
from auditor.services.reading import printable
from auditor.syntax.ios import Command

IMPLICIT = "implicit deny"
"""The key of what stands behind the last entry of every list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `shown` is its whole text, `text` the same without its number. `key` is its own within the list."""

    key: str
    text: str
    shown: str
    action: Action
    match: Match
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AccessList:
    """One list; `path` and `prefix` say where its entries stand: in a block, or as lines of the top level."""

    name: str
    standard: bool
    entries: tuple[Entry, ...]
    path: tuple[str, ...]
    header: Span


@dataclass(slots=True, eq=False)
class AccessLists:
    """All IPv4 access lists of a configuration by their names."""

    config: Config
    objects: Objects
    _lists: dict[str, AccessList] | None = field(default=None)

    def get(self, name: str) -> AccessList | None:
        """The list with this name or number."""
        if self._lists is None:
            self._lists = {each.name: each for each in _lists(self.config, self.objects)}
        return self._lists.get(name)


def _lists(config: Config, objects: Objects) -> Iterator[AccessList]:
    by_number: dict[str, list[tuple[Command, str]]] = {}
    for line in config.top.each("access-list"):
        name, _, text = line.rest.partition(" ")
        if not line.no and text:
            by_number.setdefault(name, []).append((line.command, text.strip()))
    for name, lines in by_number.items():
        if (standard := _is_standard(name)) is not None:
            entries = tuple(_entries(config, objects, lines, standard=standard))
            yield AccessList(name, standard, entries, (f"access-list {name}",), config.span(lines[0][0]))
    for kind in ("standard", "extended"):
        for block in config.blocks(f"ip access-list {kind}"):
            if block.name and block.name not in by_number:
                yield _named(config, objects, block, standard=kind == "standard")


def _named(config: Config, objects: Objects, block: Block, *, standard: bool) -> AccessList:
    lines = []
    for command in block.children():
        config.understood(command)
        lines.append((command, command.text))
    entries = tuple(_entries(config, objects, lines, standard=standard))
    return AccessList(block.name, standard, entries, block.path, block.header)


def _is_standard(name: str) -> bool | None:
    """Numbers below 100 and from 1300 are standard lists, 100 and 2000 begin the extended ones; others are not IPv4.

    Source: Cisco, "IP Access List Overview", "Named or Numbered Access Lists".
    """
    if not name.isascii() or not name.isdecimal() or len(name) > 4:
        return None
    value = int(name)
    if 1 <= value <= 99 or 1300 <= value <= 1999:
        return True
    return False if 100 <= value <= 199 or 2000 <= value <= 2699 else None


# -- entries ---------------------------------------------------------------------------------------------------


def _entries(config: Config, objects: Objects, lines: list[tuple[Command, str]], *, standard: bool) -> Iterator[Entry]:
    """Entries in their order. A remark that is one plain word names the entry behind it."""
    keys = keys_of(shown for _, shown in lines)
    for (command, shown), key in zip(lines, keys, strict=True):
        if key is not None:
            text = plain(shown)
            action, match = match_of(text.split(), objects, standard=standard)
            yield Entry(key, printable(text, 160), shown, action, match, _spans(config, command, match))


def _spans(config: Config, command: Command, match: Match) -> tuple[Span, ...]:
    return tuple(dict.fromkeys((config.span(command), *match.source.spans, *match.destination.spans)))
