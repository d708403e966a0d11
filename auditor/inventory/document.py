"""Reads YAML into nodes that know their lines. Nothing is interpreted: `no`, `1:30` and `2.10` stay text.

Works on parser events instead of PyYAML's nodes: no types are guessed, each alias is seen when it is used, and
a small file that unfolds into gigabytes is refused before it does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from auditor.inventory.mistakes import Mistakes, printable, shown

TOP = "(top level)"

# Far above any inventory: a fleet of 10,000 shops is about 10 MB, and entries nest eight deep.
LONGEST_FILE = 64 * 1024 * 1024
DEEPEST = 24
MOST_REPEATED = 1_000_000

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_MERGE = "<<"
_SURROGATE = re.compile("[\ud800-\udfff]")

SECRET_KEYS = frozenset(
    {"password", "passwd", "pass", "passphrase", "secret", "psk", "pwd"}
    | {"token", "api_token", "api_key", "community", "private_key"}
    | {"wpa_key", "wifi_key", "wifi_password", "pre_shared_key", "preshared_key", "shared_secret"}
    | {"enable_password", "enable_secret", "ssh_password", "login_password", "radius_secret"}
)
NEVER_HERE = (
    "a secret never stands in the inventory; remove it here, change it if this file was shared, and write where it"
    " is kept: credentials: {agent: true}, {key_file: PATH}, {env: NAME}, {keyring: SERVICE} or {prompt: true}"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar; `plain` if it stands without quotes. `line`..`last` are its lines, 1-based."""

    value: str
    plain: bool
    line: int
    column: int
    last: int

    @property
    def empty(self) -> bool:
        """Say whether nothing was written, or one of YAML's words for nothing."""
        return self.plain and self.value in _NOTHING


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple["Node", ...]
    line: int
    column: int
    last: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; each key with its place and the node behind it. It begins at the key that names it, if any does."""

    entries: dict[str, tuple[Text, "Node"]]
    line: int
    column: int
    last: int


Node: TypeAlias = Text | Items | Table


@dataclass(frozen=True, slots=True)
class Dialect:
    """What may stand in a YAML file of another program: `secrets`, and tags that the text is then read without.

    What stands behind one of the tags `hidden` is encrypted or of no use to us; it is read as nothing.
    """

    secrets: bool = False
    tags: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


OURS = Dialect()


def read(data: bytes, mistakes: Mistakes, dialect: Dialect = OURS) -> Node | None:
    """Return the one document of a YAML file, or None if nothing stands in it.

    Repeated keys, tags and secrets are noted in `mistakes`; what is not YAML at all raises InventoryError.
    """
    if len(data) > LONGEST_FILE:
        mistakes.stop(1, "YAML", f"the file is larger than {LONGEST_FILE // 1024 // 1024} MB; split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mistakes.stop(line, "YAML", "this is not UTF-8 text; save the file with the encoding UTF-8")
    # libyaml is some ten times faster; the wheels of PyYAML have it, some systems' packages do not.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Composer(yaml.parse(text, Loader=loader), mistakes, dialect).document()
    except yaml.YAMLError as error:
        line, message = _syntax_error(error, text)
        mistakes.stop(line, "YAML", message)


def join(path: str, key: str) -> str:
    """Return the path of a key below another, for a message."""
    if not (0 < len(key) <= 80 and key.isprintable()):
        key = printable(key if len(key) <= 80 else key[:79] + "…") or "''"
    return f"{path}.{key}" if path else key


class _Composer:
    """Builds nodes from events; a node that an alias repeats is built once and shared."""

    def __init__(self, events: Iterator[Any], mistakes: Mistakes, dialect: Dialect) -> None:
        self.events = events
        self.mistakes = mistakes
        self.dialect = dialect
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.nodes = 0
        self.repeated = 0

    def document(self) -> Node | None:
        node: Node | None = None
        documents = 0
        for event in self.events:
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self.mistakes.stop(_line(event), "YAML", "a second document begins here; an inventory is one")
                case yaml.NodeEvent():
                    node = self.node(event, "", 0)
                case _:
                    pass
        return None if isinstance(node, Text) and node.empty else node

    def node(self, event: Any, path: str, depth: int, key: Text | None = None) -> Node:
        if type(event) is yaml.AliasEvent:
            return self.alias(event, path)
        if depth > DEEPEST:
            self.mistakes.stop(_line(event), path[:200], f"nested more than {DEEPEST} levels deep")
        before = self.nodes
        self.nodes += 1
        if event.anchor:
            self.anchors[event.anchor] = None
        node: Node
        kind = type(event)
        if kind is yaml.ScalarEvent:
            node = self.text(event)
        elif kind is yaml.SequenceStartEvent:
            node = self.items(event, path, depth)
        else:
            node = self.table(event, path, depth, key)
        if event.tag in self.dialect.hidden:
            node = Text("", True, node.line, node.column, node.last)
        elif event.tag and event.tag not in ("!", "tag:yaml.org,2002:str") and event.tag not in self.dialect.tags:
            self.mistakes.add(node, path or TOP, f"the tag {shown(event.tag)} means nothing here; remove it")
        if event.anchor:
            self.anchors[event.anchor] = (node, self.nodes - before)
        return node

    def alias(self, event: Any, path: str) -> Node:
        if event.anchor not in self.anchors:
            self.mistakes.stop(_line(event), path or TOP, f"no anchor &{printable(event.anchor)} stands above this")
        anchored = self.anchors[event.anchor]
        if anchored is None:
            self.mistakes.stop(_line(event), path or TOP, f"the anchor &{printable(event.anchor)} contains itself")
        node, weight = anchored
        self.nodes += weight
        self.repeated += weight
        if self.repeated > MOST_REPEATED:
            self.mistakes.stop(_line(event), path or TOP, "aliases unfold into more than a million entries")
        return node

    def text(self, event: Any) -> Text:
        start, end = event.start_mark, event.end_mark
        line = start.line + 1
        last = end.line + 1 if end.column else end.line
        value = event.value
        if not value.isascii() and _SURROGATE.search(value):
            self.mistakes.stop(line, "YAML", "half of a surrogate pair is not a character")
        return Text(value, not event.style, line, start.column + 1, max(line, last))

    def items(self, event: Any, path: str, depth: int) -> Items:
        nodes: list[Node] = []
        while type(inner := next(self.events)) is not yaml.SequenceEndEvent:
            nodes.append(self.node(inner, f"{path}[{len(nodes) + 1}]", depth + 1))
        last = _last(event, inner, nodes[-1].last if nodes else 0)
        return Items(tuple(nodes), _line(event), event.start_mark.column + 1, last)

    def table(self, event: Any, path: str, depth: int, at: Text | None) -> Table:
        entries: dict[str, tuple[Text, Node]] = {}
        merged: list[Table] = []
        last = 0
        while type(inner := next(self.events)) is not yaml.MappingEndEvent:
            key = self.node(inner, path or TOP, depth + 1)
            name = key.value if isinstance(key, Text) else ""
            plain = isinstance(key, Text) and key.plain
            # The place of an aliased key is where the alias stands, as for every other key.
            start = inner.start_mark
            place = Text(name, plain, start.line + 1, start.column + 1, start.line + 1)
            below = join(path, name)
            value = self.node(next(self.events), below, depth + 1, place)
            if value.last > last:
                last = value.last
            if not isinstance(key, Text):
                self.mistakes.add(key, path or TOP, "a key is one word, not a list or a mapping")
                continue
            key = place
            if name == _MERGE and key.plain:
                merged.extend(self.merge(value, key, below))
                continue
            if name in entries:
                first = entries[name][0].line
                self.mistakes.add(key, below, f"stands twice in this mapping; the first is in line {first}")
                continue
            # A shop may be called `secret`; then a mapping stands behind the name.
            if not self.dialect.secrets and _names_a_secret(name) and isinstance(value, Text) and not value.empty:
                self.mistakes.add(key, below, NEVER_HERE)
            entries[name] = (key, value)
        for table in merged:
            for name, entry in table.entries.items():
                entries.setdefault(name, entry)
        # A mapping begins at the key that names it: `gw:`, not the first line below.
        line, column = (at.line, at.column) if at else (_line(event), event.start_mark.column + 1)
        return Table(entries, line, column, _last(event, inner, last))

    def merge(self, value: Node, key: Text, path: str) -> list[Table]:
        nodes = value.nodes if isinstance(value, Items) else (value,)
        tables = [node for node in nodes if isinstance(node, Table)]
        if len(tables) != len(nodes):
            self.mistakes.add(key, path, "expected an alias of a mapping, or a list of them")
        # Copying merged entries costs as much as unfolding them.
        self.repeated += sum(len(table.entries) for table in tables)
        if self.repeated > MOST_REPEATED:
            self.mistakes.stop(key.line, path, "aliases unfold into more than a million entries")
        return tables


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _last(start: Any, end: Any, inside: int) -> int:
    """Return the last line of a collection: its bracket, or its last entry (a block ends after empty lines)."""
    closing = _line(end) if start.flow_style else 0
    return max(_line(start), inside, closing)


def _names_a_secret(key: str) -> bool:
    return key.lower().replace("-", "_") in SECRET_KEYS


def _syntax_error(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        # A reader error: a character that YAML does not allow. The position counts characters or bytes.
        allowed = "\t\n\r\x85"
        bad = next((at for at, char in enumerate(text) if char not in allowed and _unprintable(char)), 0)
        return text.count("\n", 0, bad) + 1, f"the character U+{ord(text[bad]) if text else 0:04X} may not stand here"
    line = mark.line + 1
    lines = text.split("\n")
    written = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())] or written[mark.column : mark.column + 1] == "\t":
        return line, "a tab stands in the indentation; YAML takes spaces only"
    problem = " ".join(filter(None, (getattr(error, "context", None), getattr(error, "problem", None))))
    return line, f"this cannot be read as YAML: {printable(problem)}; look at this line and the one above it"


def _unprintable(char: str) -> bool:
    code = ord(char)
    return code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in (0xFEFF, 0xFFFE, 0xFFFF)
