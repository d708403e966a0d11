"""RouterOS exports: statements of menus, lossless, with lines and offsets.

What `/export` writes, in all its forms: one statement a line (`terse`) or below a line that names the menu, menus
with blanks (v6) or slashes, with defaults (`verbose`) or without. A backslash at the end of a line continues it,
within quotes and words too; the blanks that begin the next line do not count, nor do a terminal's colours. What is
no export, such as a prompt or an expression of RouterOS' scripting language, is kept and counted, and never guessed at.

Source: MikroTik's manual, "Configuration management" and "Scripting"; exports of RouterOS 6.39 to 7.20.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from auditor.syntax.routeros_arguments import arguments, skip
from auditor.syntax.routeros_document import (
    Broken,
    Document,
    Header,
    LineKind,
    Property,
    Statement,
    Target,
    TargetKind,
)
from auditor.syntax.routeros_lines import CONTROL, Joined
from auditor.syntax.routeros_write import unescape

__all__ = [
    "VERBS",
    "Broken",
    "Document",
    "Header",
    "LineKind",
    "Property",
    "Statement",
    "Target",
    "TargetKind",
    "parse",
    "unescape",
]

VERBS = frozenset(["add", "set", "remove", "enable", "disable", "move", "unset", "edit", "reset"])
"""Commands that change a menu. Exports hold `add` and `set`; the others are found in what people write."""

_TOPMOST = frozenset(["interface", "ip", "ipv6", "system", "caps-man", "tool", "queue", "ppp", "routing"])
_VERSION = re.compile(r"#.*?\bby RouterOS v?(\d[\w.]*)|#\s+(?:installed-)?version:\s+(\d[\w.]*)")
_HEADER = re.compile(r"^(?:[ \t]|\x1b\[[0-9;?]*[A-Za-z])*#[^\n]*\bby RouterOS\b", re.MULTILINE)
_MODEL = re.compile(r"#\s*model\s*=\s*(\S.*?)\s*$|#\s+board-name:\s+(\S.*?)\s*$")
_NOT_EXPORTED = re.compile(r"#\s*error exporting\s+\"?/?([^\"(]*?)\"?\s*(?:\((.*)\))?\s*$", re.IGNORECASE)
_INTERRUPTED = re.compile(r"#\s*interrupted\b|\binterrupted\s*$", re.IGNORECASE)
_PROMPT = re.compile(r"\[[^\]\n@]*@[^\]\n]*\][^>\n]*>")
_MENU_WORD = re.compile(r"/?([A-Za-z0-9][A-Za-z0-9_-]*)(?:\s++|(?=/)|\Z)")


@lru_cache(maxsize=32)
def parse(text: str) -> Document:
    """Read an export; no text makes this raise, and each of its lines is counted.

    Documents of the last few texts are kept, because an edit and its proof read the same text again and again.
    """
    return _Reader(text).document()


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
        raw = CONTROL.sub("", self.text[begin:end]).strip()
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
        line = Joined(self.text, begin, end, first)
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

    def _statement(self, line: Joined, begin: int, end: int) -> LineKind:
        text = line.text
        at = skip(text, 0)
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
        target, properties, damaged = arguments(line, at, verb)
        statement = Statement(
            menu, verb, target, properties, line.first, line.last, begin, end, terse, damaged, tuple(self.remarks)
        )
        self.statements.append(statement)
        return LineKind.STATEMENT
