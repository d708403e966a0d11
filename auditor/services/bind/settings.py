"""All statements of a BIND in the order in which it reads them, includes put in their places."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from auditor.model import Span, Unknown
from auditor.services.base import Include
from auditor.services.reading import Reading, printable
from auditor.syntax.named_conf import Block, Document, Statement, Word, parse, walk

_GLOB = frozenset("*?[")
_NOT_FOLLOWED = frozenset("{~\\\0")
_MOST_FILES = 1000

Term: TypeAlias = str | tuple["Item", ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One statement: words, and blocks as tuples of items."""

    terms: tuple[Term, ...]
    span: Span

    @property
    def keyword(self) -> str:
        first = self.terms[0]
        return first.lower() if isinstance(first, str) else ""

    @property
    def header(self) -> Span:
        """Its first line."""
        return Span(self.span.device, self.span.file, self.span.first, self.span.first)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(term for term in self.terms if isinstance(term, str))

    @property
    def argument(self) -> str:
        """The word behind the keyword, '' if there is none."""
        return self.words[1] if len(self.words) > 1 else ""

    @property
    def block(self) -> tuple["Item", ...]:
        """The first block, () if there is none."""
        return next((term for term in self.terms if isinstance(term, tuple)), ())

    def behind(self, word: str) -> Term | None:
        """The word or block behind a word of the statement."""
        for one, other in zip(self.terms, self.terms[1:], strict=False):
            if isinstance(one, str) and one.lower() == word:
                return other
        return None

    def all(self, keyword: str) -> tuple["Item", ...]:
        return tuple(item for item in self.block if item.keyword == keyword)

    def last(self, keyword: str) -> "Item | None":
        found = self.all(keyword)
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Settings:
    """What all files together say. `holes` are files that were not read, `refused` what BIND would not take."""

    items: tuple[Item, ...]
    options: Item | None
    holes: tuple[Unknown, ...]
    refused: tuple[Span, ...]

    def all(self, keyword: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.keyword == keyword)


def chroot_of(arguments: tuple[str, ...]) -> str:
    """The folder of `-t`, below which all its paths lie; '' without one."""
    return option(arguments, "t") or ""


def option(arguments: tuple[str, ...], letter: str) -> str | None:
    """The value of a one-letter option, `-x value` or `-xvalue`."""
    for place, argument in enumerate(arguments):
        if argument == f"-{letter}" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"-{letter}") and len(argument) > 2:
            return argument[2:]
    return None


def includes(path: str, text: str, arguments: tuple[str, ...]) -> tuple[Include, ...]:
    """The files that one file pulls in, as far as their names can be followed."""
    found = _includes(path, parse(text), chroot_of(arguments)).values()
    return tuple(include for include in found if include is not None)


def _includes(path: str, document: Document, chroot: str) -> dict[int, Include | None]:
    """Includes by the place of their statement; names are relative to the `directory` that was named before."""
    directory = posixpath.dirname(path)
    found: dict[int, Include | None] = {}
    for statement in walk(document.statements):
        second = statement.parts[1] if len(statement.parts) > 1 else None
        name = second.text if isinstance(second, Word) else ""
        if statement.keyword == "directory" and name.startswith("/"):
            directory = chroot + name
        elif statement.keyword == "include":
            found[statement.start] = _include(name, directory, chroot)
    return found


def _include(name: str, directory: str, chroot: str) -> Include | None:
    path = chroot + name if name.startswith("/") else posixpath.join(directory, name)
    folder, _, pattern = posixpath.normpath(path).rpartition("/")
    if not name or _NOT_FOLLOWED & set(name) or _GLOB & set(folder):
        return None
    if not _GLOB & set(pattern):
        return Include(f"{folder}/{pattern}")
    shell = pattern.replace("[^", "[!")
    return Include(folder or "/", True, lambda file: not file.startswith(".") and fnmatchcase(file, shell))


class _Flow:
    """Reads file after file, and puts what an include brings where the include stands."""

    def __init__(self, reading: Reading, chroot: str) -> None:
        self._reading, self._chroot = reading, chroot
        self.holes: list[Unknown] = []
        self.refused: list[Span] = []
        self._files = 0

    def file(self, path: str, inside: tuple[str, ...]) -> tuple[Item, ...]:
        file = self._reading.file(path)
        if file is None:
            return ()
        self._files += 1
        document = parse(file.text)
        for start, end, line in document.comments:
            self._reading.irrelevant(path, range(line, line + document.text.count("\n", start, end) + 1))
        for stray in document.strays:
            self._reading.unknown(path, stray.line, "")
            self.refused.append(self._reading.span(path, stray.line))
        follow = _includes(path, document, self._chroot)
        return tuple(self._items(document.statements, path, (*inside, path), follow, depth=0))

    def _items(
        self,
        statements: tuple[Statement, ...],
        path: str,
        inside: tuple[str, ...],
        follow: dict[int, Include | None],
        depth: int,
    ) -> Iterator[Item]:
        for statement in statements:
            span = self._reading.span(path, statement.first, statement.last)
            if statement.keyword == "include":
                yield from self._follow(follow.get(statement.start), span, inside)
                continue
            yield Item(tuple(self._term(part, path, inside, follow, depth) for part in statement.parts), span)

    def _term(
        self, part: Word | Block, path: str, inside: tuple[str, ...], follow: dict[int, Include | None], depth: int
    ) -> Term:
        if isinstance(part, Word):
            return part.text
        if depth > 40:  # nobody nests blocks as deep; what lies in there is not read
            self.refused.append(self._reading.span(path, part.last))
            return ()
        return tuple(self._items(part.statements, path, inside, follow, depth + 1))

    def _follow(self, include: Include | None, span: Span, inside: tuple[str, ...]) -> Iterator[Item]:
        self._reading.understood(span)
        if include is None:
            self.holes.append(Unknown("cannot tell which files an include means", (span,), "name the file plainly"))
            return
        if self._files > _MOST_FILES:
            self.holes.append(Unknown("too many files pull in others", (span,)))
            return
        found = self._reading.included(include, span)
        self.holes += found.holes
        for path in found:
            if path in inside:
                self.holes.append(Unknown(f"{printable(path)} pulls itself in", (span,), "take the include out"))
            else:
                yield from self.file(path, inside)


def settings_of(reading: Reading, path: str, arguments: tuple[str, ...]) -> Settings:
    """Read a main configuration with all that it pulls in, and mark every line."""
    flow = _Flow(reading, chroot_of(arguments))
    if reading.file(path) is None:
        flow.holes.append(reading.missing(path))
    items = flow.file(path, ())
    strange = tuple(span for item in items for span in _mark(reading, "", item))
    options = [item for item in items if item.keyword == "options"]
    return Settings(items, options[-1] if options else None, tuple(flow.holes), (*flow.refused, *strange))


# What the facts of a resolver are read from, by block. Of blocks named here, the statements are looked at one by one.
_COMMON = frozenset(
    [
        "listen-on",
        "port",
        "deny-answer-addresses",
        "deny-answer-aliases",
        "forwarders",
        "allow-query",
        "allow-recursion",
        "allow-query-cache",
        "allow-query-on",
        "allow-recursion-on",
        "allow-query-cache-on",
        "recursion",
        "response-policy",
        "blackhole",
        "match-clients",
        "match-destinations",
        "catalog-zones",
        "allow-new-zones",
        "dnssec-must-be-secure",
        "directory",
        "plugin",
        "dlz",
        "dyndb",
        "server",
    ]
)
READ = {
    "": frozenset(["acl", "plugin", "dlz", "dyndb", "server"]),
    "options": _COMMON,
    "view": _COMMON | {"acl"},
    "zone": frozenset(["type", "in-view", "forwarders", "server-addresses", "server-names"]),
}
_BLOCKS = frozenset({"options", "view", "zone"})


def _mark(reading: Reading, within: str, item: Item) -> Iterator[Span]:
    """Mark the lines of a statement; yield those with a word that BIND does not know."""
    span = item.span
    if item.keyword in _BLOCKS:
        reading.understood(reading.span(span.file, span.first), reading.span(span.file, span.last))
        for inner in item.block:
            yield from _mark(reading, item.keyword, inner)
        return
    known = reading.profile.irrelevant.get("bind", {}).get(within or "top", frozenset())
    if item.keyword in READ[within]:
        reading.understood(span)
    elif item.keyword in known:
        reading.irrelevant(span.file, range(span.first, span.last + 1))
    else:
        for line in range(span.first, span.last + 1):
            reading.unknown(span.file, line, item.keyword if line == span.first else "")
        yield span
