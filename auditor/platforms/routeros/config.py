"""A device's exports as facts: properties looked up with their lines, defaults by version, and what may be missing.

Whatever is looked up counts as understood. A property that no line sets has the value that the device itself shows,
where its effective configuration was captured (`print detail`), else the documented default of its version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeVar

from auditor.capture import Capture, Kind
from auditor.model import Assumed, Coverage, Default, Fact, Span, Stated, Unknown, UnknownLine
from auditor.platforms.routeros.completeness import Completeness, canonical
from auditor.platforms.routeros.items import Item, items_of
from auditor.profiles import Profile
from auditor.services.reading import Reading, printable
from auditor.syntax.routeros import Document, LineKind, Statement, parse

T = TypeVar("T")

_THERE_BEFORE = frozenset({"name", "default-name", "default"})
"""By these an export finds what no line adds: ports, radios, profiles that came with the device."""

Convert = Callable[[str], T]
"""Turns a property's text into a value; raises `ValueError` with a reason for people."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the device shows of an item's property: the text, and the line that shows it."""

    text: str
    span: Span


@dataclass(slots=True)
class Config:
    """All exports of one capture. Reading marks what was understood, which coverage counts in the end.

    `effective` is menu → name of an item → property → what the device shows, for menus of which it shows all.
    `hidden` says of menus why the export lacks items that the device has. `reading` are the outputs of commands.
    """

    device: str
    profile: Profile
    capture: Capture
    version: Fact[str]
    documents: Mapping[str, Document]
    effective: Mapping[str, Mapping[str, Mapping[str, Shown]]]
    reading: Reading
    _items: Mapping[str, tuple[Item, ...]]
    _completeness: Completeness
    hidden: Mapping[str, Unknown] = field(default_factory=dict)
    _used: dict[str, set[int]] = field(default_factory=dict)  # file → where properties begin in it
    _seen: dict[str, set[int]] = field(default_factory=dict)  # file → where statements begin in it
    _looked_at: set[str] = field(default_factory=set)  # menus whose statements count as seen
    _names: dict[str, dict[str, Item]] = field(default_factory=dict)  # menu → its items by name, once asked for
    _lacking: dict[str, tuple[Unknown, ...]] = field(default_factory=dict)  # menu → its holes, once found

    @classmethod
    def of(
        cls,
        capture: Capture,
        profile: Profile,
        version: Fact[str] | None = None,
        effective: Mapping[str, Mapping[str, Mapping[str, Shown]]] | None = None,
        reading: Reading | None = None,
    ) -> "Config":
        """Read every export of a capture; without `version` that of the first header counts."""
        documents = {f.path: parse(f.text) for f in capture.files if f.kind is Kind.CONFIGURATION}
        items: dict[str, list[Item]] = {}
        for path, document in documents.items():
            names = {statement.menu: canonical(statement.menu) for statement in document.statements}
            for item in items_of(capture.device, path, document, names):
                items.setdefault(item.menu, []).append(item)
        return cls(
            device=capture.device,
            profile=profile,
            capture=capture,
            version=version if version is not None else version_in(capture.device, documents),
            documents=documents,
            effective=effective or {},
            reading=reading if reading is not None else Reading(capture, profile),
            _items={menu: tuple(found) for menu, found in items.items()},
            _completeness=Completeness.of(capture, documents),
            _used={path: set() for path in documents},
            _seen={path: set() for path in documents},
        )

    # -- items -------------------------------------------------------------------------------------------------

    def items(self, menu: str) -> tuple[Item, ...]:
        """Return the items of a menu in their order, be they switched off; their heads count as understood."""
        found = self._items.get(menu, ())
        if menu not in self._looked_at:
            self._looked_at.add(menu)
            for item in found:
                self._seen[item.file].update(statement.begin for statement in item.statements)
        return found

    def settings(self, menu: str) -> Item | None:
        """Return the settings of a menu that has no items (`ip dns`); None if no line sets one of them."""
        return next((item for item in self.items(menu) if not item.found_by and item.statements[0].verb == "set"), None)

    def named(self, menu: str, name: str) -> Item | None:
        """Return the item of a menu with this name."""
        if menu not in self._names:
            self._names[menu] = {item.name: item for item in reversed(self.items(menu))}
        return self._names[menu].get(name)

    def added(self, menu: str) -> tuple[Item, ...]:
        """Return the items that lines add to a menu, without marking anything as understood."""
        return tuple(item for item in self._items.get(menu, ()) if item.statements[0].verb == "add")

    def menus(self, pattern: str) -> tuple[str, ...]:
        """Return the menus that hold statements and whose name matches a pattern (`interface wifi*`)."""
        return tuple(menu for menu in self._items if fnmatchcase(menu, pattern))

    def holes(self, *menus: str) -> tuple[Unknown, ...]:
        """Say why menus may hold more, or something else, than `items` gives; () if they are known as a whole."""
        for menu in menus:
            if menu not in self._lacking:
                self._lacking[menu] = tuple(self._holes(menu))
        return tuple(dict.fromkeys(hole for menu in menus for hole in self._lacking[menu]))

    def _holes(self, menu: str) -> tuple[Unknown, ...]:
        hidden = (self.hidden[menu],) if menu in self.hidden else ()
        changing = tuple(self._changing(item) for item in self._items.get(menu, ()) if self._changes_others(item))
        return hidden + self._completeness.holes(menu) + changing

    def _changes_others(self, item: Item) -> bool:
        """Whether a line is about items by what they say: exports add those, and find only what was there before."""
        if item.statements[0].verb == "add":
            return "place-before" in item.properties
        return bool(item.found_by) and not set(item.found_by) <= _THERE_BEFORE and bool(self.added(item.menu))

    def _changing(self, item: Item) -> Unknown:
        why = f"{item.title} changes, or stands before, items that other lines add, which no export does"
        return Unknown(why, (item.header,), f"capture the output of `/export terse` on {self.device}")

    # -- facts -------------------------------------------------------------------------------------------------

    def span(self, item: Item, *names: str) -> tuple[Span, ...]:
        """The lines that set these properties of an item, each once; its first line for what it is found by."""
        found: list[Span] = []
        for name in names:
            written = item.properties.get(name)
            if written is not None:
                self._used[item.file].add(written.from_)
                found.append(Span(self.device, item.file, written.first, written.last))
            elif name in item.found_by:
                found.append(item.header)
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def text(self, item: Item, name: str) -> str | None:
        """Return what is written for a property, and count it as understood; None if nothing is."""
        written = item.properties.get(name)
        if written is not None:
            self._used[item.file].add(written.from_)
        return item.text(name)

    def stated(self, item: Item, name: str, convert: Convert[T]) -> Fact[T] | None:
        """Return what lines say of a property, or the device shows of it; None if nothing does."""
        text, spans = item.text(name), self.span(item, name)
        if text is None and item.menu in self.effective:
            shown = self.effective[item.menu].get(item.name, {}).get(name)
            if shown is not None and name not in item.properties:
                text, spans = shown.text, (shown.span,)
        if text is None:
            if not item.damaged or name in item.properties:
                return None
            return Unknown(f"{item.title}: {item.damaged}", (item.header,), f"correct the line in {item.file}")
        try:
            return Stated(convert(text), spans)
        except ValueError as error:
            return _unreadable(text, error, f"{name} of {item.title}", spans)

    def converted(self, text: str, convert: Convert[T], *spans: Span, what: str) -> Fact[T]:
        """Return what a text says, or `Unknown` if it cannot be read."""
        try:
            return Stated(convert(text), spans)
        except ValueError as error:
            return _unreadable(text, error, what, spans)

    def fact(self, item: Item, name: str, convert: Convert[T], *, default: str = "") -> Fact[T]:
        """Return what lines say of a property, or else the default of this entry (`ip dhcp-server.lease-time`)."""
        stated = self.stated(item, name, convert)
        if stated is not None:
            return stated
        overwritten = self._completeness.overwrites(item.menu)
        return overwritten or self.default(default or f"{item.menu}.{name}", convert, item.header)

    def setting(self, menu: str, name: str, convert: Convert[T]) -> Fact[T]:
        """Return a setting of a menu without items, be it that no line names the menu; `Unknown` if it may be cut."""
        item = self.settings(menu)
        holes = self.holes(menu)
        stated = self.stated(item, name, convert) if item is not None else None
        if stated is not None and not holes:
            return stated
        if holes:
            return holes[0]
        return self.default(f"{menu}.{name}", convert, *((item.header,) if item is not None else ()))

    def words(self, item: Item, name: str) -> tuple[tuple[str, Span], ...]:
        """The words of a list (`a,b`), each with its line."""
        text = self.text(item, name)
        spans = self.span(item, name)
        return tuple((word.strip(), spans[0]) for word in text.split(",") if word.strip()) if text else ()

    def enabled(self, item: Item) -> Fact[bool]:
        """Whether an item is switched on; where nothing is documented for its menu, items are (RouterOS' rule)."""
        entry = f"{item.menu}.disabled"
        stated = self.stated(item, "disabled", yes_no)
        if stated is None and entry not in self.profile.defaults:
            return Stated(True, (item.header,))
        disabled = stated if stated is not None else self.default(entry, yes_no, item.header)
        match disabled:
            case Unknown():
                return disabled
            case Stated(off, spans):
                return Stated(not off, spans)
            case Assumed(off, because, near):
                return Assumed(not off, because, near)
            case declared:
                return Stated(not declared.value, declared.spans)

    def default(self, entry: str, convert: Convert[T], *near: Span) -> Fact[T]:
        """Return the documented default for this device's version, or `Unknown` if it depends on what is not known."""
        version = None if isinstance(self.version, Unknown) else self.version.value
        found = self.profile.default(entry, version)
        if found is not None:
            return Assumed(convert(found.value), Default(found.entry, found.word, found.source), near)
        if entry not in self.profile.defaults:
            return Unknown(f"no line says, and no default of {entry} is documented", near, f"set it on {self.device}")
        could_be = tuple(dict.fromkeys(convert(each.value) for each in self.profile.defaults[entry]))
        if version is None:
            why = f"the default of {entry} depends on the RouterOS version, which is not known"
            return Unknown(
                why,
                near,
                "keep the header of the export, or add the output of `/system resource print` as commands/resource.txt",
                could_be,
            )
        why = f"the default of {entry} in RouterOS {version} is not documented"
        return Unknown(why, near, f"see what {self.device} shows with `print detail`", could_be)

    # -- what became of lines ----------------------------------------------------------------------------------

    def understood(self, *items: Item) -> None:
        """Count all that items say as understood: what is switched off, or was taken as a whole."""
        for item in items:
            self.span(item, *item.properties)
            self._seen[item.file].update(statement.begin for statement in item.statements)

    def coverage(self) -> tuple[Coverage, ...]:
        """Count each line of each export once: understood, irrelevant, or unknown."""
        return tuple(self._coverage(path, document) for path, document in self.documents.items())

    def _coverage(self, path: str, document: Document) -> Coverage:
        said: dict[int, str] = {}  # line → keywords of what is not understood there
        known: set[int] = set()
        skipped: set[int] = set()
        menus: dict[str, bool] = {}
        for statement in document.statements:
            seen = statement.begin in self._seen[path]
            irrelevant = self._irrelevant(canonical(statement.menu))
            menus[statement.menu] = menus.get(statement.menu, False) or seen
            lines = range(statement.first, statement.last + 1)
            (known if seen else skipped if irrelevant is not None else set()).update(lines)
            self._count(statement, path, irrelevant, said, known)
            if not seen and irrelevant is None:
                said |= {line: _keywords(statement) for line in lines if line not in said}
        for line, menu in document.menus:
            (known if menus.get(menu) else skipped).add(line)
        understood = rest = 0
        unknown: list[UnknownLine] = []
        for number, kind in enumerate(document.line_kinds(), start=1):
            if kind is LineKind.UNREADABLE:
                unknown.append(UnknownLine(number, "(unreadable)"))
            elif number in said:
                unknown.append(UnknownLine(number, said[number]))
            elif number in known:
                understood += 1
            else:
                rest += 1
        return Coverage(path, understood, rest, tuple(unknown))

    def _count(
        self, statement: Statement, path: str, irrelevant: frozenset[str] | None, said: dict[int, str], known: set[int]
    ) -> None:
        used = self._used[path]
        names = irrelevant or frozenset()
        for each in statement.properties:
            lines = range(each.first, each.last + 1)
            if each.from_ in used or each.name == "comment":
                known.update(lines)
            elif "*" not in names and each.name not in names:
                said |= dict.fromkeys(lines, f"{_keywords(statement)} {printable(each.name)}")
        if statement.damaged:
            said[statement.last] = f"{_keywords(statement)} (unreadable)"

    def _irrelevant(self, menu: str) -> frozenset[str] | None:
        """Properties of a menu that no rule needs; None if the profile does not know the menu."""
        top, _, rest = menu.partition(" ")
        menus = self.profile.irrelevant.get(top, {})
        if rest in menus:
            return menus[rest]
        return next((names for pattern, names in menus.items() if "*" in pattern and fnmatchcase(rest, pattern)), None)


def version_in(device: str, documents: Mapping[str, Document]) -> Fact[str]:
    """The version that the header of an export names, as `7.16.1`."""
    for path, document in documents.items():
        if document.header.version is not None:
            version, line = document.header.version
            return Stated(version, (Span(device, path, line, line),))
    return Unknown(
        "the RouterOS version is not known: no export has its header",
        settle="keep the header of the export, or add the output of `/system resource print` as commands/resource.txt",
    )


def yes_no(text: str) -> bool:
    """Read a switch as RouterOS prints it."""
    if text in ("yes", "true"):
        return True
    if text in ("no", "false"):
        return False
    raise ValueError("neither yes nor no")


def _unreadable(text: str, error: ValueError, what: str, spans: tuple[Span, ...]) -> Unknown:
    return Unknown(f"cannot read {what} '{printable(text)}': {error}", spans, f"correct {what}")


def _keywords(statement: Statement) -> str:
    return printable(f"/{statement.menu} {statement.verb}", 60)
