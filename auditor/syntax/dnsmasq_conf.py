"""dnsmasq's notation: one long option a line, `key`, or `key=value`; and the same options on its command line.

As dnsmasq 2.90 reads a file (src/option.c, read_file, and tried with `--test`): blanks around `=` do not count; `#`
begins a comment at the start of a line or after a blank; text between double quotes is taken as it is, with the
escapes of a string in C and that of ESC; there is no continuation of lines. A key with leading dashes is a bad option
in a file, and so is, in effect, a line of more than 1023 bytes, as dnsmasq reads it in pieces.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.syntax.dnsmasq_conf_options import ALIASES, KNOWN, LETTERS, LETTERS_ALONE, SWITCHES, WITH_VALUE

_ESCAPES = {'"': '"', "\\": "\\", "t": "\t", "n": "\n", "b": "\b", "r": "\r", "e": "\x1b"}
# Inside quotes these do not separate anything: they are kept apart by their place in a private area of Unicode.
_HIDDEN = {ord(c): 0xF8D0 + i for i, c in enumerate(":,. #")}
_SHOWN = {hidden: shown for shown, hidden in _HIDDEN.items()}
_LONGEST = 1024
_BLANKS = " \t\n\v\f\r"


@dataclass(frozen=True, slots=True)
class Statement:
    """One option. `line` is 1-based, 0 on the command line. `value` is '' for none; `shown` gives its text.

    `problem` says why dnsmasq does not take the line, '' if it does; `known` that this option is one of dnsmasq's.
    """

    line: int
    key: str
    value: str
    problem: str = ""
    has_value: bool = False

    @property
    def known(self) -> bool:
        return self.key in KNOWN


def parse(text: str, option: str = "") -> tuple[Statement, ...]:
    """Read a text; comments and blank lines are no statements.

    `option`: every line is the value of this one, as in a file of `dhcp-hostsfile`.
    """
    found: list[Statement] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words, problem = _visible(line)
        if not problem and len(line.encode("utf-8", "surrogatepass")) >= _LONGEST:
            problem = f"the line has more than {_LONGEST - 1} bytes, which dnsmasq reads as two"
        if not words and not problem:
            continue
        found.append(Statement(number, option, words, problem, True) if option else _statement(number, words, problem))
    return tuple(found)


def _visible(line: str) -> tuple[str, str]:
    """A line without its comment, quotes resolved and blanks evened out; and what is wrong with it."""
    if '"' not in line:
        return _without_comment(line), ""
    kept: list[str] = []
    white, at = True, 0
    while at < len(line):
        char = line[at]
        if char == '"':
            at += 1
            while at < len(line) and line[at] != '"':
                if line[at] == "\\" and line[at + 1 : at + 2] and line[at + 1] in _ESCAPES:
                    at += 1
                    kept.append(_ESCAPES[line[at]].translate(_HIDDEN))
                else:
                    kept.append(line[at].translate(_HIDDEN))
                at += 1
            if at >= len(line):
                return "".join(kept).strip(" "), 'missing "'
            white = False
        elif char in _BLANKS:
            kept.append(" ")
            white = True
        elif white and char == "#":
            break
        else:
            kept.append(char)
            white = False
        at += 1
    return "".join(kept).strip(" "), ""


def _without_comment(line: str) -> str:
    even = line.translate({ord(blank): " " for blank in _BLANKS})
    if even.startswith("#"):
        return ""
    return even.partition(" #")[0].strip(" ")


def _statement(number: int, words: str, problem: str) -> Statement:
    key, equals, value = words.partition("=")
    key, value = shown(key.rstrip(" ")), value.lstrip(" ")
    if not problem and key.startswith("--") and key[2:] in KNOWN:
        return Statement(number, key[2:], value, "dashes before an option are for the command line only", bool(equals))
    if not problem and key in SWITCHES and equals:
        problem = "extraneous parameter"
    if not problem and key in WITH_VALUE and not equals:
        problem = "missing parameter"
    return Statement(number, ALIASES.get(key, key), value, problem, bool(equals))


def arguments(words: Iterable[str]) -> tuple[Statement, ...]:
    """Read a command line without the program as getopt_long does; what is no option is left out."""
    found: list[Statement] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            break
        if word.startswith("--"):
            found.append(_long(word[2:], rest))
        elif word.startswith("-") and len(word) > 1:
            found.extend(_letters(word[1:], rest))
    return tuple(found)


def _long(word: str, rest: Iterator[str]) -> Statement:
    name, equals, value = word.partition("=")
    matching = [each for each in KNOWN if each.startswith(name)]
    key = name if name in KNOWN else matching[0] if len(matching) == 1 else name
    has_value = bool(equals)
    if key in WITH_VALUE and not equals:
        value = next(rest, "")
        has_value = True
    problem = "extraneous parameter" if key in SWITCHES and equals else ""
    return Statement(0, ALIASES.get(key, key), value.strip(" "), problem, has_value)


def _letters(word: str, rest: Iterator[str]) -> Iterator[Statement]:
    """`-kd` are two switches, `-p53` and `-p 53` one option with its value."""
    for at, letter in enumerate(word):
        key = LETTERS.get(letter, letter)
        if letter in LETTERS_ALONE or letter not in LETTERS:
            yield Statement(0, key, "")
            continue
        value = word[at + 1 :] or next(rest, "")
        yield Statement(0, key, value.strip(" "), "", True)
        return


def shown(text: str) -> str:
    """A text as it is meant: what quotes kept from separating is shown as itself."""
    return text.translate(_SHOWN)


def fields(value: str, separator: str = ",") -> list[str]:
    """Split a value as dnsmasq does: blanks around a separator do not count."""
    return [part.strip(" ") for part in value.split(separator)]
