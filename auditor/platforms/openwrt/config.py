"""A device's UCI configuration as facts: options looked up with their lines, defaults and damage.

Whatever is looked up counts as understood. An option that is not there gives the documented default of the
profile; in a section with an unreadable line it gives `Unknown`, because that line may have set it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeVar

from auditor.capture import Capture, Gap, Kind
from auditor.model import Assumed, Coverage, Default, Fact, Span, Stated, Unknown, UnknownLine
from auditor.profiles import Profile
from auditor.services.reading import printable
from auditor.syntax.uci import Document, LineKind, Section, Statement, effective, parse

T = TypeVar("T")

Convert = Callable[[str], T]
"""Turns an option's text into a value; raises `ValueError` with a reason for people."""


@dataclass(frozen=True, slots=True)
class Located:
    """A section with the captured file that holds it, its name or made-up name, its first line, and its statements."""

    file: str
    section: Section
    id: str
    header: Span
    written: Mapping[str, tuple[Statement, ...]] = field(compare=False, repr=False)

    @classmethod
    def of(cls, device: str, file: str, section: Section) -> "Located":
        listed: dict[str, list[Statement]] = {}
        for statement in section.statements:
            listed.setdefault(statement.name, []).append(statement)
        written = {name: tuple(statements) for name, statements in listed.items()}
        return cls(file, section, section.id, Span(device, file, section.first, section.first), written)

    @property
    def key(self) -> str:
        """A key that stays when sections before it come or go; see `stable_key`."""
        return stable_key(self.section)

    @property
    def title(self) -> str:
        """How people find it: `dhcp.lan`, or `dhcp.@host (line 31)` for one without a name."""
        name = self.section.name
        where = name or f"@{self.section.type} (line {self.section.first})"
        return f"{self.section.package}.{where}"


def stable_key(section: Section) -> str:
    """Return a key of a section that stays when sections before it come or go, as the made-up name does not.

    Its name; else its type with its option `name` (`rule 'No-Web'`); else its type with a hash of what it says,
    without the switch `enabled`. No name of a section holds a blank, so the kinds cannot be mistaken for each other.
    """
    if section.name is not None:
        return section.name
    name = section.option("name")
    if name is not None:
        return f"{section.type} '{printable(name.value)}'"
    said = "\n".join(f"{each.name} {each.value}" for each in section.statements if each.name != "enabled")
    return f"{section.type} {hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


@dataclass(slots=True)
class Config:
    """All packages of one capture. Reading marks lines as understood, which coverage counts in the end."""

    device: str
    profile: Profile
    version: str | None
    documents: dict[str, Document]
    gaps: Mapping[str, Gap]
    _by_type: Mapping[tuple[str, str], tuple[Located, ...]]
    _by_id: Mapping[tuple[str, str], Located]
    _understood: dict[str, set[int]]

    @classmethod
    def of(cls, capture: Capture, profile: Profile, version: str | None, package_of: Callable[[str], str]) -> "Config":
        """Read every UCI file of a capture; `package_of` gives the package of a file that names none."""
        packages = ((file, package_of(file.path)) for file in capture.files if file.kind is Kind.CONFIGURATION)
        documents = {file.path: parse(file.text, package=package) for file, package in packages if package}
        by_type: dict[tuple[str, str], list[Located]] = {}
        by_id: dict[tuple[str, str], Located] = {}
        for path, document in documents.items():
            for section in document.sections:
                located = Located.of(capture.device, path, section)
                by_type.setdefault((section.package, section.type), []).append(located)
                by_id.setdefault((section.package, located.id), located)
        return cls(
            device=capture.device,
            profile=profile,
            version=version,
            documents=documents,
            gaps={gap.path: gap for gap in capture.gaps},
            _by_type={key: tuple(sections) for key, sections in by_type.items()},
            _by_id=by_id,
            _understood={path: set() for path in documents},
        )

    def has(self, package: str) -> bool:
        """Say whether a package was captured, be it empty."""
        return any(package in document.packages for document in self.documents.values())

    def missing(self, package: str) -> Unknown | None:
        """Return why nothing can be said of a package, or None if it was captured."""
        if self.has(package):
            return None
        gap = self.gaps.get(f"/etc/config/{package}")
        if gap is not None:
            return Unknown(f"package '{package}' was not captured from {self.device}: {gap.why}", settle=gap.settle)
        return Unknown(
            f"package '{package}' was not captured from {self.device}",
            settle=f"add /etc/config/{package} of {self.device} to the capture",
        )

    def sections(self, package: str, type: str) -> tuple[Located, ...]:
        """Return the sections of one type, in file order, and mark their headers as understood."""
        found = self._by_type.get((package, type), ())
        for located in found:
            for heading in located.section.headings:
                self._understood[located.file].update(range(heading.first, heading.last + 1))
        return found

    def whole(self, package: str) -> tuple[Located, ...]:
        """Return all sections of a package, whatever their type; no line of them counts as understood by that."""
        found = [each for (owner, _), sections in self._by_type.items() if owner == package for each in sections]
        return tuple(sorted(found, key=lambda each: each.header))

    def section(self, package: str, name: str) -> Located | None:
        """Return a section by name or made-up name, whatever its type."""
        return self._by_id.get((package, name))

    def header(self, located: Located) -> Span:
        """Lines of a section's header."""
        return located.header

    def span(self, located: Located, statement: Statement) -> Span:
        """Lines of one statement."""
        return Span(self.device, located.file, statement.first, statement.last)

    def values(self, located: Located, name: str) -> tuple[Statement, ...]:
        """The effective values of an option or list; all its lines count as understood."""
        written = located.written.get(name)
        if written is None:
            return ()
        lines = self._understood[located.file]
        for statement in written:
            lines.update(range(statement.first, statement.last + 1))
        return written if len(written) == 1 and written[0].value else effective(written)

    def lines(self, located: Located, *names: str) -> tuple[Span, ...]:
        """Lines that set one of these options, each once; empty if none does."""
        written = [name for name in names if name in located.written]
        if not written:
            return ()
        found = (statement for name in written for statement in self.values(located, name))
        return tuple(dict.fromkeys(self.span(located, statement) for statement in found))

    def damage(self, located: Located) -> Unknown | None:
        """Return why a section cannot be trusted, or None."""
        if located.section.damaged is None:
            return None
        return Unknown(
            f"{located.title} holds a line that cannot be read: {located.section.damaged}",
            (self.header(located),),
            f"correct the line in {located.file}",
        )

    def stated(self, located: Located, name: str, convert: Convert[T]) -> Fact[T] | None:
        """Return what the lines say of an option; None if they say nothing."""
        if name not in located.written and located.section.damaged is None:
            return None
        values = self.values(located, name)
        damaged = self.damage(located)
        if damaged is not None or not values:
            return damaged
        statement = values[-1]
        span = self.span(located, statement)
        try:
            return Stated(convert(statement.value), (span,))
        except ValueError as error:
            why = f"cannot read {name} '{printable(statement.value)}': {error}"
            return Unknown(why, (span,), f"correct {name} in {located.title}")

    def fact(self, located: Located, name: str, convert: Convert[T], *, default: str) -> Fact[T]:
        """Return what the lines say of an option, or else the profile's default of this entry."""
        stated = self.stated(located, name, convert)
        return stated if stated is not None else self.default(default, convert, self.header(located))

    def words(self, located: Located, name: str) -> tuple[tuple[str, Span], ...]:
        """All words of an option or list, each with its line: both `list x 'a'` and `option x 'a b'` are used."""
        if name not in located.written:
            return ()
        found: list[tuple[str, Span]] = []
        for statement in self.values(located, name):
            span = self.span(located, statement)
            found += [(word, span) for word in statement.value.split()]
        return tuple(found)

    def items(self, located: Located, name: str) -> tuple[tuple[str, Span], ...]:
        """The entries of a list as scripts see them that go through a list: whole, and none of an `option`.

        Source: openwrt/openwrt package/base-files/files/lib/functions.sh, config_list_foreach.
        """
        found = self.values(located, name)
        if all(statement.keyword == "option" for statement in found):
            return ()
        return tuple((statement.value, self.span(located, statement)) for statement in found)

    def default(self, entry: str, convert: Convert[T], *near: Span) -> Fact[T]:
        """Return the documented default for this device's version, or `Unknown` if versions differ."""
        found = self.profile.default(entry, self.version)
        if found is None and entry not in self.profile.defaults:
            option = entry.rpartition(".")[2]
            settle = f"write {option} in its section, or see what {self.device} does without it"
            return Unknown(f"no line says, and no default of {entry} is documented", near, settle)
        if found is None:
            why = f"the default of {entry} depends on the OpenWrt version, which is not known"
            return Unknown(why, near, "capture /etc/openwrt_release as well")
        return Assumed(convert(found.value), Default(found.entry, found.word, found.source), near)

    def coverage(self) -> tuple[Coverage, ...]:
        """Count each line of each UCI file once: understood, irrelevant, or unknown."""
        return tuple(self._coverage(path, document) for path, document in self.documents.items())

    def _coverage(self, path: str, document: Document) -> Coverage:
        irrelevant = self._irrelevant_lines(document)
        lines = self._understood[path]
        understood = skipped = 0
        unknown: list[tuple[int, LineKind]] = []
        for number, kind in enumerate(document.line_kinds(), start=1):
            if kind is LineKind.PACKAGE or number in lines:
                understood += 1
            elif kind is LineKind.NOTHING or (kind is not LineKind.UNREADABLE and number in irrelevant):
                skipped += 1
            else:
                unknown.append((number, kind))
        words = dict(_keywords(document)) if unknown else {}
        return Coverage(
            path,
            understood,
            skipped,
            tuple(
                UnknownLine(number, "(unreadable)" if kind is LineKind.UNREADABLE else words.get(number, ""))
                for number, kind in unknown
            ),
        )

    def _irrelevant_lines(self, document: Document) -> set[int]:
        """Lines of sections and options that the profile knows and no rule reads."""
        lines: set[int] = set()
        for section in document.sections:
            names = self._irrelevant_options(section.package, section.type)
            if names is None:
                continue
            for heading in section.headings:
                lines.update(range(heading.first, heading.last + 1))
            whole = "*" in names
            for statement in section.statements:
                if whole or statement.name in names:
                    lines.update(range(statement.first, statement.last + 1))
        return lines

    def _irrelevant_options(self, package: str, type: str) -> frozenset[str] | None:
        """Options of a section type that no rule needs; None if the profile does not know the type."""
        types = self.profile.irrelevant.get(package, {})
        if type in types:
            return types[type]
        return next((names for pattern, names in types.items() if "*" in pattern and fnmatchcase(type, pattern)), None)


def _keywords(document: Document) -> Iterator[tuple[int, str]]:
    """The leading keywords of each line that holds a header or a statement; values stay out."""
    for section in document.sections:
        for heading in section.headings:
            for line in range(heading.first, heading.last + 1):
                yield line, f"config {printable(section.type)}"
        for statement in section.statements:
            for line in range(statement.first, statement.last + 1):
                yield line, f"{statement.keyword} {printable(statement.name)}"


_ON, _OFF = ("1", "on", "true", "yes", "enabled"), ("0", "off", "false", "no", "disabled")


def script_bool(text: str) -> bool:
    """Read a boolean as init scripts do (`config_get_bool`): five words each way."""
    if text in _ON:
        return True
    if text in _OFF:
        return False
    raise ValueError("not one of 1 on true yes enabled, 0 off false no disabled")


def init_bool(default: bool) -> Callable[[str], bool]:
    """Read a boolean of an init script that takes its default for a word that it does not know."""

    def convert(text: str) -> bool:
        return text in _ON or (default and text not in _OFF)

    return convert


def netifd_bool(text: str) -> bool:
    """Read a boolean as netifd does: 1 or true, 0 or false; other words are read differently by version."""
    if text in ("1", "true"):
        return True
    if text in ("0", "false"):
        return False
    raise ValueError("netifd takes 1 or 0; other words are read differently from version to version")
