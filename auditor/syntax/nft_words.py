"""Words of nft's own text, with their place; blanks and comments fall between them, newlines count."""

import re
from typing import NamedTuple

_WORD = re.compile(
    r"""(?P<skip>[ \t\r\f\v]+|\\\r?\n|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<string>"[^"\n]*"?)
    |(?P<sign>==|!=|<=|>=|<<|>>|[{}(),;=<>!&|^])
    |(?P<word>[^\s{}(),;=<>!&|^"\#]+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class Word(NamedTuple):
    """One word; `kind` is `word`, `string` (without its quotes), `sign` or `newline`."""

    kind: str
    text: str
    line: int
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Take a text apart; every character belongs to a word, to a comment, or to blanks."""
    found: list[Word] = []
    line = 1
    for match in _WORD.finditer(text):
        kind, taken = match.lastgroup or "other", match[0]
        if kind != "skip":
            shown = taken.strip('"') if kind == "string" else taken
            found.append(Word("word" if kind == "other" else kind, shown, line, match.start(), match.end()))
        line += taken.count("\n")
    return found
