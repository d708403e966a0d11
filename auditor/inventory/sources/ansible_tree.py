"""Groups and hosts of an Ansible inventory, and the precedence of their variables.

Source: docs.ansible.com, "How to build your inventory" and "Using variables" (precedence: groups by depth,
`ansible_group_priority` and name, `all` first; what inventory files say of any of them is below what `group_vars` say
of any; then the host's own, then `host_vars`).
"""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.inventory.document import Items, Node, Table, Text
from auditor.inventory.mistakes import Mistakes, Spot, shown
from auditor.inventory.sources.hosts import Value

ALL, UNGROUPED = "all", "ungrouped"
MOST_HOSTS = 200_000
_PORT = re.compile(r"((?:[^:\[\]]|\[[^\]]*\])+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")
_ADDRESS = re.compile(r"\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*\]")
_RANGE = re.compile(r"\[([^:\[\]]*):([^:\[\]]+)(?::([0-9]{1,6}))?\]")

# None: something stands there that is no plain text, such as a list or an encrypted value.
Variables = dict[str, Value | None]


@dataclass(slots=True)
class Group:
    """A group with what inventory files say about it."""

    name: str
    parents: dict[str, None] = field(default_factory=dict)
    variables: Variables = field(default_factory=dict)
    line: int = 1
    file: str = ""


@dataclass(slots=True)
class Member:
    """A host with the groups that name it."""

    name: str
    file: str
    line: int
    groups: dict[str, None] = field(default_factory=dict)
    variables: Variables = field(default_factory=dict)


@dataclass(slots=True)
class Tree:
    """All groups and hosts of all files of one inventory."""

    mistakes: Mistakes
    groups: dict[str, Group] = field(default_factory=lambda: {ALL: Group(ALL), UNGROUPED: Group(UNGROUPED)})
    hosts: dict[str, Member] = field(default_factory=dict)
    _depths: dict[str, int] = field(default_factory=dict)

    def group(self, name: str, file: str = "", line: int = 1) -> Group:
        if name not in self.groups:
            self.groups[name] = Group(name, file=file, line=line)
        return self.groups[name]

    def add_child(self, parent: str, child: str, file: str, line: int) -> None:
        """Note that a group is in another; a circle is a mistake."""
        self.group(parent, file, line)
        self.group(child, file, line)
        if child == ALL or child in self.ancestors([parent]):
            self.mistakes.of(file).add(Spot(line), shown(child)[1:-1], f"this group would contain itself in {parent}")
        else:
            self.groups[child].parents[parent] = None

    def add_hosts(self, pattern: str, group: str, file: str, line: int) -> Iterator[Member]:
        """Note the hosts that a pattern like `shop[001:200]:2222` stands for as members of a group."""
        found = _PORT.fullmatch(pattern)
        name, port = found.groups() if found else (pattern, None)
        if ":" in name and _ADDRESS.fullmatch(name):
            name = name.strip("[]")
        try:
            names = list(_expand(name, MOST_HOSTS - len(self.hosts)))
        except ValueError as error:
            self.mistakes.of(file).add(Spot(line), shown(pattern)[1:-1], str(error))
            return
        for each in names:
            host = self.hosts.setdefault(each, Member(each, file, line))
            host.groups[group] = None
            if port is not None:
                host.variables["ansible_port"] = Value(Text(port, True, line, 1, line), file)
            yield host

    def ancestors(self, names: list[str]) -> set[str]:
        """Return groups with all groups that contain them."""
        found: set[str] = set()
        open_names = list(names)
        while open_names:
            name = open_names.pop()
            if name not in found:
                found.add(name)
                open_names.extend(self.groups[name].parents)
        return found

    def ordered(self, host: Member) -> tuple[str, ...]:
        """Return the groups of a host, `all` first and the one that wins last."""
        names = self.ancestors(list(host.groups))
        others = names - {ALL, UNGROUPED} or {UNGROUPED}
        return (
            ALL,
            *sorted(others, key=lambda name: (self._depths.get(name) or self._depth(name), self._priority(name), name)),
        )

    def _depth(self, name: str) -> int:
        """Return how far a group is below `all`; without recursion, a chain may be long."""
        waiting = [name]
        while waiting:
            here = waiting[-1]
            parents = [parent for parent in self.groups[here].parents if parent != ALL]
            unknown = [parent for parent in parents if parent not in self._depths]
            if unknown:
                waiting.extend(unknown)
                continue
            self._depths[here] = 1 + max((self._depths[parent] for parent in parents), default=0)
            waiting.pop()
        return self._depths[name]

    def _priority(self, name: str) -> int:
        value = self.groups[name].variables.get("ansible_group_priority")
        return int(value.text.value) if value and re.fullmatch(r"-?[0-9]{1,9}", value.text.value) else 1


def as_variables(node: Node | None, file: str) -> Variables:
    """Return what a mapping of variables says; the line of each is that of its key."""
    if not isinstance(node, Table):
        return {}
    return {key: _value(place, value, file) for key, (place, value) in node.entries.items()}


def _value(place: Text, node: Node, file: str) -> Value | None:
    match node:
        case Text():
            if node.empty:
                return None
            return Value(Text(node.value, node.plain, place.line, place.column, max(place.line, node.last)), file)
        case Items() | Table():
            return None


def _expand(pattern: str, most: int) -> Iterator[str]:
    """Yield the names that ranges such as `[001:200]`, `[a:f]` and `[0:10:2]` stand for."""
    parts: list[list[str]] = []
    at, count = 0, 1
    for found in _RANGE.finditer(pattern):
        parts.extend(([pattern[at : found.start()]], values := _range(found[1], found[2], int(found[3] or 1))))
        at = found.end()
        count *= len(values)
        if count > most:
            raise ValueError(f"stands for more than {MOST_HOSTS} hosts")
    parts.append([pattern[at:]])
    if any(mark in part[0] for part in parts for mark in "[]"):
        raise ValueError("expected the name of a host, or a range like [001:200], [a:f] or [0:10:2]")
    names = [""]
    for part in parts:
        names = [name + each for name in names for each in part]
    yield from names


def _range(first: str, last: str, step: int) -> list[str]:
    first = first or "0"
    letters = string.ascii_letters
    if len(first) == len(last) == 1 and first in letters and last in letters:
        start, end = letters.index(first), letters.index(last)
        if start > end or not step:
            raise ValueError("a range goes from the first to the last, with a step of at least 1")
        return list(letters[start : end + 1 : step])
    if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(last) <= 9 and step):
        raise ValueError("expected a range like [001:200], [a:f] or [0:10:2]")
    width = len(first) if first[0] == "0" and len(first) > 1 else 0
    if width and width != len(last):
        raise ValueError("both ends of a range with leading zeros have as many digits")
    if (int(last) - int(first)) // step >= MOST_HOSTS:
        raise ValueError(f"stands for more than {MOST_HOSTS} hosts")
    return [str(number).zfill(width) for number in range(int(first), int(last) + 1, step)]
