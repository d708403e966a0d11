"""All statements of an Unbound in the order in which it reads them, with the clause that each one belongs to."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from auditor.model import Span, Unknown
from auditor.services.base import Include
from auditor.services.reading import Reading, printable
from auditor.syntax.unbound_conf import Document, Statement, parse

_GLOB = frozenset("*?[")
# Unbound also takes `{a,b}` and `~`, and a backslash; such names are not followed.
_NOT_FOLLOWED = frozenset("{~\\")
_MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """One attribute with its values, quotes taken off."""

    keyword: str
    values: tuple[str, ...]
    span: Span

    @property
    def value(self) -> str:
        return self.values[0]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause and its attributes, wherever they stand; `kind` '' holds those in front of any clause."""

    kind: str
    spans: tuple[Span, ...]
    settings: tuple[Setting, ...]

    def all(self, *keywords: str) -> tuple[Setting, ...]:
        return tuple(setting for setting in self.settings if setting.keyword in keywords)

    def last(self, *keywords: str) -> Setting | None:
        return next((setting for setting in reversed(self.settings) if setting.keyword in keywords), None)

    def says(self, keyword: str, *, default: bool) -> bool:
        """The last `yes` or `no`; Unbound takes no other words."""
        found = self.last(keyword)
        return default if found is None else found.value == "yes"

    @property
    def name(self) -> str:
        found = self.last("name")
        return found.value.rstrip(".").lower() or "." if found is not None else ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What all files together say. `holes` are files that were not read, `refused` what Unbound would not take."""

    server: Clause
    clauses: tuple[Clause, ...]
    holes: tuple[Unknown, ...]
    refused: tuple[Span, ...]

    def of(self, *kinds: str) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.kind in kinds)


def includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """The files that one file pulls in, as far as their names can be followed."""
    del arguments
    return tuple(include for _, include in _includes(path, parse(text)) if include is not None)


def _includes(path: str, document: Document) -> Iterator[tuple[Statement, Include | None]]:
    directory = posixpath.dirname(path)
    for statement in document.statements:
        if statement.keyword == "directory" and statement.values[0].text.startswith("/"):
            directory = statement.values[0].text
        elif statement.is_include:
            yield statement, _include(statement.values[0].text, directory)


def _include(name: str, directory: str) -> Include | None:
    folder, _, pattern = posixpath.normpath(posixpath.join(directory, name)).rpartition("/")
    if not name or _NOT_FOLLOWED & set(name) or _GLOB & set(folder) or "\0" in name:
        return None
    if not _GLOB & set(pattern):
        return Include(f"{folder}/{pattern}")
    shell = pattern.replace("[^", "[!")
    return Include(folder or "/", True, lambda file: not file.startswith(".") and fnmatchcase(file, shell))


@dataclass(slots=True)
class _Open:
    kind: str
    spans: list[Span] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)


class _Flow:
    """Reads file after file; the clause that is open stays open over the ends of files."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._server = _Open("server")
        self._outside = _Open("")
        self._clauses: list[_Open] = []
        self._current = self._outside
        self._holes: list[Unknown] = []
        self._refused: list[Span] = []
        self._files = 0

    def settings(self, path: str) -> Settings:
        self._file(path, ())
        if self._reading.file(path) is None:
            self._holes.append(self._reading.missing(path))
        clauses = tuple(Clause(c.kind, tuple(c.spans), tuple(c.settings)) for c in (self._outside, *self._clauses))
        server = Clause("server", tuple(self._server.spans), tuple(self._server.settings))
        return Settings(server, clauses, tuple(self._holes), tuple(self._refused))

    def _file(self, path: str, inside: tuple[str, ...]) -> None:
        file = self._reading.file(path)
        if file is None:
            return
        self._files += 1
        document = parse(file.text)
        follow = {id(statement): include for statement, include in _includes(path, document)}
        self._comments(path, document)
        for stray in document.strays:
            self._refuse(path, stray.line, "")
        for statement in document.statements:
            span = self._reading.span(path, statement.first, statement.last)
            if statement.is_include:
                self._reading.understood(span)
                self._follow(statement, follow[id(statement)], span, (*inside, path))
            elif statement.is_clause:
                self._reading.understood(span)
                self._open(statement.keyword, span)
            else:
                self._add(statement, span)

    def _open(self, kind: str, span: Span) -> None:
        if kind == "server":
            self._current = self._server
        else:
            self._current = _Open(kind)
            self._clauses.append(self._current)
        self._current.spans.append(span)

    def _add(self, statement: Statement, span: Span) -> None:
        setting = Setting(statement.keyword, tuple(word.text for word in statement.values), span)
        self._current.settings.append(setting)
        if self._current is self._outside:
            self._refuse(span.file, span.first, statement.keyword)

    def _follow(self, statement: Statement, include: Include | None, span: Span, inside: tuple[str, ...]) -> None:
        toplevel = statement.keyword == "include-toplevel"
        name = printable(statement.values[0].text)
        if include is None:
            self._holes.append(Unknown(f"cannot tell which files '{name}' means", (span,), "name the files plainly"))
            return
        if self._files > _MOST_FILES:
            self._holes.append(Unknown("too many files pull in others", (span,)))
            return
        found = self._reading.included(include, span)
        self._holes += found.holes
        for path in found:
            if path in inside:
                self._holes.append(Unknown(f"{printable(path)} pulls itself in", (span,), "take the line out"))
                continue
            if toplevel:
                self._current = self._outside
            self._file(path, inside)
        if toplevel:
            self._current = self._outside

    def _comments(self, path: str, document: Document) -> None:
        line, position = 1, 0
        for start, _ in document.comments:
            line += document.text.count("\n", position, start)
            position = start
            self._reading.irrelevant(path, (line,))

    def _refuse(self, path: str, line: int, keyword: str) -> None:
        self._reading.unknown(path, line, keyword)
        self._refused.append(self._reading.span(path, line))


def settings_of(reading: Reading, path: str) -> Settings:
    """Read a main configuration with all that it pulls in, and mark every line."""
    settings = _Flow(reading).settings(path)
    known = reading.profile.irrelevant.get("unbound", {})
    strange = [
        setting.span
        for clause in (settings.server, *settings.clauses)
        for setting in clause.settings
        if not _mark(reading, clause.kind, setting, known.get(clause.kind, frozenset()))
    ]
    return replace(settings, refused=(*settings.refused, *strange))


# What the facts of a resolver are read from, by clause.
READ = {
    "server": frozenset(
        [
            "port",
            "interface",
            "ip-address",
            "interface-automatic",
            "interface-automatic-ports",
            "do-ip4",
            "do-udp",
            "access-control",
            "access-control-tag",
            "access-control-tag-action",
            "access-control-tag-data",
            "access-control-view",
            "interface-action",
            "interface-tag",
            "interface-tag-action",
            "interface-tag-data",
            "interface-view",
            "private-address",
            "private-domain",
            "local-zone",
            "local-data",
            "local-data-ptr",
            "local-zone-tag",
            "local-zone-override",
            "module-config",
            "response-ip",
            "response-ip-data",
            "response-ip-tag",
            "do-not-query-localhost",
            "do-not-query-address",
            "tls-port",
            "ssl-port",
            "https-port",
            "dnscrypt-port",
            "tls-additional-port",
            "additional-tls-port",
            "additional-ssl-port",
            "tls-additional-ports",
            "directory",
        ]
    ),
    "forward-zone": frozenset(["name", "forward-addr", "forward-host"]),
    "stub-zone": frozenset(["name", "stub-addr", "stub-host"]),
    "auth-zone": frozenset(["name", "for-downstream", "for-upstream"]),
    "rpz": frozenset(["name", "rpz-action-override"]),
    "view": frozenset(
        ["name", "local-zone", "local-data", "local-data-ptr", "response-ip", "response-ip-data", "view-first"]
    ),
}


def _mark(reading: Reading, kind: str, setting: Setting, irrelevant: frozenset[str]) -> bool:
    """Mark the lines of a setting; False for a word that Unbound does not know."""
    span = setting.span
    if setting.keyword in READ.get(kind, frozenset()):
        reading.understood(span)
    elif setting.keyword in irrelevant or "*" in irrelevant:
        reading.irrelevant(span.file, range(span.first, span.last + 1))
    elif kind:
        for line in range(span.first, span.last + 1):
            reading.unknown(span.file, line, setting.keyword if line == span.first else "")
        return False
    return True
