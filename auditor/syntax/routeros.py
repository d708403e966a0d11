"""RouterOS exports: statements of menus, lossless, with lines and offsets.

What `/export` writes, in all its forms: one statement a line (`terse`) or below a line that names the menu, menus
with blanks (v6) or slashes, with defaults (`verbose`) or without. A backslash at the end of a line continues it,
within quotes and words too; the blanks that begin the next line do not count, nor do a terminal's colours. What is
no export, such as a prompt or an expression of RouterOS' scripting language, is kept and counted, and never guessed at.

Source: MikroTik's manual, "Configuration management" and "Scripting"; exports of RouterOS 6.39 to 7.20.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import lru_cache

VERBS = frozenset(["add", "set", "remove", "enable", "disable", "move", "unset", "edit", "reset"])
"""Commands that change a menu. Exports hold `add` and `set`; the others are found in what people write."""


_TOPMOST = frozenset(["interface", "ip", "ipv6", "system", "caps-man", "tool", "queue", "ppp", "routing"])


class LineKind(Enum):
    """What a line of an export is."""

    NOTHING = "blank, a comment, or noise of a terminal"
    MENU = "the name of a menu alone"
    STATEMENT = "part of a statement"
    UNREADABLE = "not understood"


class TargetKind(StrEnum):
    """How a statement says which items it is about."""

    NONE = "none"
    FIND = "find"
    NAMES = "names"
    NUMBERS = "numbers"
    INTERNAL = "internal ids"


@dataclass(frozen=True, slots=True)
class Target:
    """The items that a `set` is about: `[ find default-name=ether1 ]`, a name, print numbers, or `*1`."""

    kind: TargetKind = TargetKind.NONE
    conditions: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()


_NOBODY = Target()
_SWITCHES = frozenset({"blackhole"})
"""Arguments without a value (type `switch` in MikroTik's command reference, ip/route); theirs is empty."""


@dataclass(frozen=True, slots=True)
class Property:
    """`name=value` of a statement, decoded; `unset` for `!name`.

    Names are written out: `.ft` behind `security.passphrase` is `security.ft`. `first` and `last` are lines (1-based),
    `begin` and `end` the place of the written value in the text, quotes included; `from_` where the name begins.
    """

    name: str
    value: str
    first: int
    last: int
    from_: int
    begin: int
    end: int
    unset: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One command about a menu.

    `menu` has its words divided by blanks (`ip dhcp-server`). `damaged` says what in it cannot be read, '' if nothing:
    then its properties are not all. `terse`: the line names its menu itself. `remarks` are the comments that the
    device put above it. `begin` and `end` are its place in the text, without the end of the last line.
    """

    menu: str
    verb: str
    target: Target
    properties: tuple[Property, ...]
    first: int
    last: int
    begin: int
    end: int
    terse: bool
    damaged: str = ""
    remarks: tuple[str, ...] = ()

    def property(self, name: str) -> Property | None:
        """Return the property with this name; the last one counts if it is written twice."""
        return next((each for each in reversed(self.properties) if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Header:
    """What the comments above an export say, with the line of each."""

    version: tuple[str, int] | None = None
    model: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where an export lacks something: the line, the menu ('' for all that would follow), and why.

    `unread`: a line stands there that cannot be read. What it seems to be about is not certain.
    """

    line: int
    menu: str
    why: str
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One exported text. `menus` are the lines that name a menu alone."""

    text: str
    statements: tuple[Statement, ...]
    menus: tuple[tuple[int, str], ...]
    header: Header
    broken: tuple[Broken, ...]
    _kinds: tuple[LineKind, ...] = field(repr=False)

    def line_kinds(self) -> tuple[LineKind, ...]:
        """What each line is, in order."""
        return self._kinds


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "_": " ", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"((?:\\[0-9A-F]{2})+)|\\(.)", re.DOTALL)


def unescape(text: str) -> str:
    r"""Decode the inside of a quoted value: `\"`, `\\`, `\$`, `\_`, `\r`, and bytes as `\C3\A9` (UTF-8)."""
    return _ESCAPE.sub(_decoded, text) if "\\" in text else text


def _decoded(match: re.Match[str]) -> str:
    if match[1] is not None:
        octets = bytes.fromhex(match[1].replace("\\", ""))
        return octets.decode("utf-8", "surrogateescape")
    return _ESCAPES.get(match[2], match[2])


# What a terminal is told: colours, places of the cursor, questions about itself. Exports write escapes as `\\1B`.
_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[A-Z=>78])")
# What is not of a logical line: backslash, end of line, the blanks of the next line; and what a terminal is told.
_SKIPPED = re.compile(rf"\\\r?\n[ \t]*|{_CONTROL.pattern}")
_VERSION = re.compile(r"#.*?\bby RouterOS v?(\d[\w.]*)|#\s+version:\s+(\d[\w.]*)")
_HEADER = re.compile(r"^(?:[ \t]|\x1b\[[0-9;?]*[A-Za-z])*#[^\n]*\bby RouterOS\b", re.MULTILINE)
_MODEL = re.compile(r"#\s*model\s*=\s*(\S.*?)\s*$|#\s+board-name:\s+(\S.*?)\s*$")
_NOT_EXPORTED = re.compile(r"#\s*error exporting\s+\"?/?([^\"(]*?)\"?\s*(?:\((.*)\))?\s*$", re.IGNORECASE)
_INTERRUPTED = re.compile(r"#\s*interrupted\b|\binterrupted\s*$", re.IGNORECASE)
_PROMPT = re.compile(r"\[[^\]\n@]*@[^\]\n]*\][^>\n]*>")
_WORD = re.compile(r"[^\s\"=\[\]{}()$;]+")
_MENU_WORD = re.compile(r"/?([A-Za-z0-9][A-Za-z0-9_-]*)(?:\s++|(?=/)|\Z)")
_PROPERTY = re.compile(
    r"""(?P<unset>!)?(?P<name>\.?[A-Za-z][A-Za-z0-9._/-]*)
        (?:=(?P<value>"(?:[^"\\]++|\\.)*+"|(?:[^\s"\\\[\](){};$]++|\\[^\s])*+)(?=\s|$))?(?=[\s=]|$)\s*+""",
    re.VERBOSE | re.DOTALL,
)
_FIND = re.compile(r"\[\s*+find\b(?P<inside>(?:\"(?:[^\"\\]++|\\.)*+\"|[^\]\"]++)*+)\]", re.DOTALL)
_CONDITION = re.compile(
    r"""(?P<name>[A-Za-z][A-Za-z0-9._/-]*)=(?P<value>"(?:[^"\\]++|\\.)*+"|[^\s"\[\](){};$~<>!=]++)(?=\s|$)""",
    re.VERBOSE | re.DOTALL,
)
_BLANKS = re.compile(r"\s*+")


@lru_cache(maxsize=32)
def parse(text: str) -> Document:
    """Read an export; no text makes this raise, and each of its lines is counted.

    Documents of the last few texts are kept, because an edit and its proof read the same text again and again.
    """
    return _Reader(text).document()


class _Joined:
    """One logical line: its pieces without the continuations, and where each place of it is in the text."""

    __slots__ = ("_ats", "_lines", "_starts", "first", "last", "text")

    def __init__(self, text: str, begin: int, end: int, first: int) -> None:
        self._starts, self._ats, self._lines = [0], [begin], [first]
        self.first = self.last = first
        self.text = text[begin:end]
        if "\n" not in self.text and "\x1b" not in self.text:
            return
        pieces: list[str] = []
        at, length, last = begin, 0, first
        for match in _SKIPPED.finditer(text, begin, end):
            pieces.append(text[at : match.start()])
            length += match.start() - at
            at = match.end()
            last += match[0].startswith("\\")
            self._starts.append(length)
            self._ats.append(at)
            self._lines.append(last)
        pieces.append(text[at:end])
        self.text = "".join(pieces)
        self.last = last

    def at(self, place: int) -> int:
        """Where in the whole text a place is; at a continuation, behind it."""
        if len(self._ats) == 1:
            return self._ats[0] + place
        index = bisect_right(self._starts, place) - 1
        return self._ats[index] + place - self._starts[index]

    def end_at(self, place: int) -> int:
        """Where in the whole text something ends that ends here; at a continuation, before it."""
        return self.at(place - 1) + 1 if place > 0 else self.at(0)

    def line(self, place: int) -> int:
        if self.last == self.first:
            return self.first
        return self._lines[bisect_right(self._starts, place) - 1]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds: list[LineKind] = []
        self.statements: list[Statement] = []
        self.menus: list[tuple[int, str]] = []
        self.broken: list[Broken] = []
        self.remarks: list[str] = []
        self.menu = self.about = ""
        self.over = False
        self.version: tuple[str, int] | None = None
        self.model: tuple[str, int] | None = None
        header = _HEADER.search(text)
        self.begins = header.start() if header else 0

    def document(self) -> Document:
        for begin, end, first, last in self._logical_lines():
            kind = self._read(begin, end, first)
            self.kinds += [kind] * (last - first + 1)
        return Document(
            self.text,
            tuple(self.statements),
            tuple(self.menus),
            Header(self.version, self.model),
            tuple(self.broken),
            tuple(self.kinds),
        )

    def _logical_lines(self) -> Iterator[tuple[int, int, int, int]]:
        """Begin, end without its end of line, first and last line of each logical line; comments are not continued."""
        text, size = self.text, len(self.text)
        begin, number = 0, 1
        while begin < size:
            first, start = number, begin
            comment = text[begin : begin + 256].lstrip(" \t").startswith("#")
            while True:
                newline = text.find("\n", begin)
                end = size if newline < 0 else newline
                stop = end - 1 if end > start and text[end - 1] == "\r" else end
                begin = end + 1
                number += 1
                if comment or newline < 0 or stop == start or text[stop - 1] != "\\" or begin >= size:
                    break
            yield start, stop, first, number - 1

    def _read(self, begin: int, end: int, first: int) -> LineKind:
        raw = _CONTROL.sub("", self.text[begin:end]).strip()
        if not raw:
            return LineKind.NOTHING
        if raw.startswith("#"):
            self._comment(raw, first)
            return LineKind.NOTHING
        if _PROMPT.match(raw):
            self.over = bool(self.statements)
            if _INTERRUPTED.search(raw):
                self.broken.append(Broken(first, "", "the export was interrupted"))
            return LineKind.NOTHING
        line = _Joined(self.text, begin, end, first)
        kind = self._statement(line, begin, end)
        # What a terminal shows before the header, or behind its next prompt, is no export.
        if kind is LineKind.UNREADABLE and (begin < self.begins or self.over):
            return LineKind.NOTHING
        if kind is LineKind.UNREADABLE:
            self.broken.append(Broken(first, self.about or "?", "a line cannot be read", unread=True))
        if line.text.endswith("\\"):
            self.broken.append(Broken(line.last, "", "the export ends within a line"))
        self.remarks = []
        return kind

    def _comment(self, raw: str, line: int) -> None:
        version = _VERSION.match(raw)
        self.over = self.over and version is None
        if version and self.version is None:
            self.version = (version[1] or version[2], line)
        elif (model := _MODEL.match(raw)) and self.model is None:
            self.model = (model[1] or model[2], line)
        elif missing := _NOT_EXPORTED.match(raw):
            menu = " ".join(missing[1].replace("/", " ").split())
            why = f"the device could not export /{menu}" if menu else "the device could not export all of it"
            self.broken.append(Broken(line, menu, why))
        elif _INTERRUPTED.match(raw):
            self.broken.append(Broken(line, "", "the export was interrupted"))
        else:
            self.remarks.append(raw.lstrip("# "))

    # -- statements --------------------------------------------------------------------------------------------

    def _statement(self, line: _Joined, begin: int, end: int) -> LineKind:
        text = line.text
        at = _skip(text, 0)
        terse = text.startswith("/", at)
        words: list[str] = []
        verb = ""
        while found := _MENU_WORD.match(text, at):
            word = found[1]
            if words and found.start(1) > at and (text[at - 1].isspace() or (not terse and word in _TOPMOST)):
                # Another command begins within the line, so that something else stands before it.
                return LineKind.UNREADABLE
            at = found.end()
            if word in VERBS:
                verb = word
                break
            words.append(word)
        menu = self.about = " ".join(words) if terse else " ".join((*self.menu.split(), *words))
        if not verb:
            if not terse or at < len(text):
                self.about = menu if terse else self.menu
                return LineKind.UNREADABLE
            self.menu = menu
            self.menus.append((line.first, menu))
            return LineKind.MENU
        if not menu:
            return LineKind.UNREADABLE
        target, properties, damaged = _arguments(line, at, verb)
        statement = Statement(
            menu, verb, target, properties, line.first, line.last, begin, end, terse, damaged, tuple(self.remarks)
        )
        self.statements.append(statement)
        return LineKind.STATEMENT


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _arguments(line: _Joined, at: int, verb: str) -> tuple[Target, tuple[Property, ...], str]:
    """Target and properties of a statement, and what cannot be read in it."""
    text = line.text
    target = _NOBODY
    if verb != "add" and text.startswith("[", at):
        found = _FIND.match(text, at)
        conditions = _conditions(found["inside"]) if found else None
        if found is None or conditions is None:
            return _NOBODY, (), "which items it is about cannot be read"
        target = Target(TargetKind.FIND, conditions)
        at = _skip(text, found.end())
    elif verb != "add":
        target, at = _named(text, at)
    properties: list[Property] = []
    prefix = ""
    while at < len(text):
        match = _PROPERTY.match(text, at)
        if match is None or not (match["unset"] or match["value"] is not None or match["name"] in _SWITCHES):
            return target, tuple(properties), "an argument cannot be read"
        if match["unset"] and match["value"] is not None:
            return target, tuple(properties), "an argument cannot be read"
        name = match["name"]
        if name.startswith("."):
            name = prefix + name
        elif "." in name:
            prefix = name.rpartition(".")[0]
        properties.append(_property(line, match, name))
        at = match.end()
    return target, tuple(properties), ""


def _property(line: _Joined, match: re.Match[str], name: str) -> Property:
    value = match["value"]
    from_ = match.start()
    start, stop = match.span("name" if value is None else "value")
    return Property(
        name=name,
        value=_value(value) if value else "",
        first=line.line(from_),
        last=line.line(max(stop - 1, from_)),
        from_=line.at(from_),
        begin=line.at(start) if stop > start else line.end_at(start),
        end=line.end_at(stop),
        unset=match["unset"] is not None,
    )


def _value(written: str) -> str:
    if written.startswith('"') and len(written) >= 2:
        written = written[1:-1]
    return unescape(written)


def _conditions(inside: str) -> tuple[tuple[str, str], ...] | None:
    """The conditions of a `find`, all of which must hold; None if it asks for anything else."""
    at = _skip(inside, 0)
    if inside.startswith("where", at) and not inside.startswith("where=", at):
        at = _skip(inside, at + len("where"))
    found: list[tuple[str, str]] = []
    while at < len(inside):
        match = _CONDITION.match(inside, at)
        if match is None:
            return None
        found.append((match["name"], _value(match["value"])))
        at = _skip(inside, match.end())
        if re.match(r"and\s", inside[at : at + 4]):
            at = _skip(inside, at + 3)
    return tuple(found)


_QUOTED = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"(?=\s|$)", re.DOTALL)
_NUMBERS = re.compile(r"\d+(?:,\d+)*")
_INTERNAL = re.compile(r"\*[0-9A-Fa-f]+(?:,\*[0-9A-Fa-f]+)*")


def _named(text: str, at: int) -> tuple[Target, int]:
    """The items that a `set` names by a word before its properties, if it does."""
    quoted = _QUOTED.match(text, at)
    if quoted:
        return Target(TargetKind.NAMES, (), (unescape(quoted[1]),)), _skip(text, quoted.end())
    word = _WORD.match(text, at)
    if word is None or text.startswith("=", word.end()) or word[0].startswith("!"):
        return _NOBODY, at
    if not (word.end() == len(text) or text[word.end()].isspace()):
        return _NOBODY, at
    behind = _skip(text, word.end())
    if _NUMBERS.fullmatch(word[0]):
        return Target(TargetKind.NUMBERS, (), tuple(word[0].split(","))), behind
    if _INTERNAL.fullmatch(word[0]):
        return Target(TargetKind.INTERNAL, (), tuple(word[0].split(","))), behind
    return Target(TargetKind.NAMES, (), tuple(word[0].split(","))), behind
