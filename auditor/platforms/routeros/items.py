"""Items of a menu: what one or more statements of an export say of one thing on the device."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.model import Span
from auditor.services.reading import printable
from auditor.syntax.routeros import Document, Property, Statement, TargetKind

_SHORT = re.compile(r"[A-Za-z0-9=.,:/!_ -]{1,80}")
_NOT_IN_KEYS = frozenset(["disabled", "comment"])


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item of a menu, or the settings of a menu that has no items (`/ip dns`).

    `path` is the menu as the export names it, `menu` as this program does (`interface wifi` for both `wifi` and
    `wifiwave2`). `found_by` are the conditions by which its statements find it.
    """

    file: str
    menu: str
    path: str
    statements: tuple[Statement, ...]
    properties: Mapping[str, Property] = field(repr=False)
    found_by: Mapping[str, str]
    header: Span

    def text(self, name: str) -> str | None:
        """What is written for a property, or what it was found by; None if nothing is, or it is unset."""
        written = self.properties.get(name)
        if written is not None:
            return None if written.unset else written.value
        return self.found_by.get(name)

    @property
    def name(self) -> str:
        """Its name on the device, '' if it has none."""
        return self.text("name") or self.text("default-name") or ""

    @property
    def comment(self) -> str:
        return self.text("comment") or ""

    @property
    def damaged(self) -> str:
        """What in its statements cannot be read, '' if nothing."""
        return next((each.damaged for each in self.statements if each.damaged), "")

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """All that it says, but for whether it is on and what people wrote about it."""
        written = {name: each.value for name, each in self.properties.items() if not each.unset}
        return tuple(sorted((k, v) for k, v in {**self.found_by, **written}.items() if k not in _NOT_IN_KEYS))

    @property
    def key(self) -> str:
        """A key that stays when items before it come or go.

        Its name, else its comment, else what it says where that is short and plain, else a hash of it.
        """
        if self.name:
            return self.name
        if self.comment:
            return f"'{printable(self.comment)}'"
        short = " ".join(f"{name}={value}" for name, value in self.terms if name != "chain")
        if _SHORT.fullmatch(short):
            return short
        said = "\n".join(f"{name} {value}" for name, value in self.terms)
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    @property
    def title(self) -> str:
        """How people find it: `/ip dhcp-server 'defconf'`, or `/ip firewall filter (line 31)`."""
        where = f"'{printable(self.name)}'" if self.name else f"(line {self.header.first})"
        return f"/{self.path} {where}"


def items_of(device: str, file: str, document: Document, menu_of: Mapping[str, str]) -> Iterator[Item]:
    """Yield the items of a document in their order; statements about one item are one item.

    Statements whose items are not known (print numbers, `remove`, a `find` for anything) belong to none.
    """
    gathered: dict[tuple[str, object], list[Statement]] = {}
    for number, statement in enumerate(document.statements):
        if not settles(statement):
            continue
        gathered.setdefault((statement.menu, _identity(gathered, statement, number)), []).append(statement)
    for (path, _), statements in gathered.items():
        properties = {each.name: each for statement in statements for each in statement.properties}
        found_by = {name: value for statement in statements for name, value in _found_by(statement)}
        first = statements[0]
        header = Span(device, file, first.first, first.first)
        yield Item(file, menu_of.get(path, path), path, tuple(statements), properties, found_by, header)


def settles(statement: Statement) -> bool:
    """Whether it is known which item a statement is about; `set` without a target is about the menu itself."""
    if statement.verb == "add":
        return statement.property("copy-from") is None
    if statement.verb != "set" or (
        statement.damaged and statement.target.kind is TargetKind.NONE and not statement.properties
    ):
        return False
    match statement.target.kind:
        case TargetKind.NONE:
            return True
        case TargetKind.FIND:
            return bool(statement.target.conditions)
        case TargetKind.NAMES:
            return len(statement.target.words) == 1
        case TargetKind.NUMBERS | TargetKind.INTERNAL:
            return False


def _found_by(statement: Statement) -> tuple[tuple[str, str], ...]:
    if statement.target.kind is TargetKind.NAMES:
        return (("name", statement.target.words[0]),)
    return statement.target.conditions


def _identity(gathered: Mapping[tuple[str, object], list[Statement]], statement: Statement, number: int) -> object:
    """What tells an item from the others of its menu."""
    if statement.verb == "add":
        name = statement.property("name")
        # Entries of `/ip dns static` may share a name; what is set later is said of the first of them.
        named = ("name", name.value) if name is not None else number
        return named if (statement.menu, named) not in gathered else number
    if statement.target.kind is TargetKind.NONE:
        return "the menu itself"
    found = _found_by(statement)
    return found[0] if len(found) == 1 else found
