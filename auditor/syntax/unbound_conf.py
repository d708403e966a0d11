"""The grammar of unbound.conf: clauses, attributes with their values, includes; blanks and line ends are free.

Source: unbound.conf(5), FILE FORMAT, and how `unbound-checkconf` 1.17.1 takes texts. A keyword ends with a colon and
is case-sensitive; its values stand behind it, on the same line or on later ones, and the next keyword may follow on
the same line. A `#` begins a comment where a word could begin. Which clause an attribute belongs to is not said
here: clauses go on over the ends of included files.
"""

import re
from dataclasses import dataclass

CLAUSES = frozenset(
    [
        "server",
        "stub-zone",
        "forward-zone",
        "auth-zone",
        "rpz",
        "view",
        "remote-control",
        "python",
        "dynlib",
        "dnstap",
        "dnscrypt",
        "cachedb",
        "ipset",
    ]
)
_TWO = """access-control access-control-tag access-control-view interface-action interface-tag interface-view local-zone
local-zone-tag response-ip response-ip-data response-ip-tag ratelimit-for-domain ratelimit-below-domain
tcp-connection-limit edns-client-string edns-client-tag wait-limit-netblock wait-limit-cookie-netblock"""
_THREE = "local-zone-override access-control-tag-action access-control-tag-data interface-tag-action interface-tag-data"
_COUNT = dict.fromkeys(CLAUSES, 0) | dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_THREE.split(), 3)
_INCLUDES = frozenset({"include", "include-toplevel"})


@dataclass(frozen=True, slots=True)
class Word:
    """One value without its quotes; `start`..`end` with them. `line` is the first of the text's, counted from 1."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A keyword, without its colon, and its values; a clause has none. `start`..`end` is all of it."""

    keyword: str
    values: tuple[Word, ...]
    start: int
    end: int
    first: int
    last: int

    @property
    def is_clause(self) -> bool:
        return self.keyword in CLAUSES

    @property
    def is_include(self) -> bool:
        return self.keyword in _INCLUDES

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines on which something of it stands."""
        return tuple(dict.fromkeys((self.first, *(word.line for word in self.values))))


@dataclass(frozen=True, slots=True)
class Stray:
    """What the program does not take: words without a keyword, quotes without an end, values that are missing."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text taken apart; what is in none of these is blank."""

    text: str
    statements: tuple[Statement, ...]
    comments: tuple[tuple[int, int], ...]
    strays: tuple[Stray, ...]


_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+)|(?P<newline>\n)|(?P<comment>\#[^\n]*+)
    |"(?P<double>(?>(?:[^"\n\r\\]|\\[^\n])*))"|'(?P<single>(?>(?:[^'\n\r\\]|\\[^\n])*))'
    |(?P<word>(?>(?:[^'"\n\r \t\\]|\\[^\n])+))|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORD = re.compile(r"""(?:[^:'"\n\r \t\\#]|\\[^\n])(?>(?:[^:'"\n\r \t\\]|\\[^\n])*):""")


def parse(text: str) -> Document:
    """Take a text apart. Never raises; what cannot be read is among the strays."""
    return _Reader(text).read()


class _Reader:
    """One pass over a text; at any time it either expects a keyword or values of the last one."""

    def __init__(self, text: str) -> None:
        self._text, self._position, self._line = text, 0, 1
        self._statements: list[Statement] = []
        self._comments: list[tuple[int, int]] = []
        self._strays: list[Stray] = []

    def read(self) -> Document:
        while (found := self._next(keyword=True)) is not None:
            kind, word = found
            if kind != "keyword":
                self._strays.append(Stray(word.start, word.end, word.line))
                continue
            self._statement(word)
        return Document(self._text, tuple(self._statements), tuple(self._comments), tuple(self._strays))

    def _statement(self, keyword: Word) -> None:
        name = keyword.text[:-1]
        values: list[Word] = []
        while len(values) < _COUNT.get(name, 1):
            before = self._position, self._line, len(self._comments)
            found = self._next(keyword=False)
            if found is None or found[0] != "value" or found[1].text in ("include:", "include-toplevel:"):
                # Rewind: what comes next is read as if this keyword had got all its values.
                self._position, self._line = before[:2]
                del self._comments[before[2] :]
                last = values[-1] if values else keyword
                self._strays.append(Stray(keyword.start, last.end, keyword.line))
                if found is not None and found[0] != "value":
                    self._next(keyword=False)
                    self._strays.append(Stray(found[1].start, found[1].end, found[1].line))
                return
            values.append(found[1])
        last = values[-1] if values else keyword
        self._statements.append(Statement(name, tuple(values), keyword.start, last.end, keyword.line, last.line))

    def _next(self, *, keyword: bool) -> tuple[str, Word] | None:
        """Return the next word and what it is: keyword, value, or other."""
        text = self._text
        while self._position < len(text):
            start, line = self._position, self._line
            if keyword and (found := _KEYWORD.match(text, start)) is not None:
                self._position = found.end()
                return "keyword", Word(found[0], start, found.end(), line)
            match = _TOKEN.match(text, start)
            assert match is not None  # `other` takes any character
            self._position = match.end()
            match match.lastgroup:
                case "blank":
                    continue
                case "newline":
                    self._line += 1
                case "comment":
                    self._comments.append((start, match.end()))
                case "double" | "single":
                    value = match[match.lastgroup]
                    return ("other" if keyword else "value"), Word(value, start, match.end(), line)
                case "word":
                    return ("other" if keyword else "value"), Word(match[0], start, match.end(), line)
                case _:
                    return "other", Word(match[0], start, match.end(), line)
        return None
