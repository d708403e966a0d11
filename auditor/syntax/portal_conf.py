"""`option value` lines, as openNDS, nodogsplash and CoovaChilli read them, and the change of one of them.

openNDS and nodogsplash know options in any case and blocks of firewall rules in braces; `#` begins a comment at the
start of a line, in nodogsplash anywhere unless a backslash stands before it. CoovaChilli takes `option value`,
`option=value` and values in double quotes.
Source: nodogsplash src/conf.c config_read (035fbf9f); the head of Debian's /etc/opennds/opennds.conf (9.10);
coova-chilli conf/functions.in (00097802).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

OPTION = "option"

_WORDS = re.compile(r"[ \t]*(?P<name>[^\s#]\S*)(?:[ \t]+(?P<value>\S(?:.*\S)?))?\s*")
_ASSIGNED = re.compile(
    r"[ \t]*(?P<name>[^\s=#]+)(?:[ \t]*=[ \t]*|[ \t]+)?(?:\"(?P<quoted>[^\"]*)\"|(?P<value>[^\s#\"][^\s]*))?\s*(?:#.*)?"
)
_COMMENT = re.compile(r"(?<!\\)#.*")


class Style(StrEnum):
    """Whose file it is."""

    OPENNDS = "opennds"
    NODOGSPLASH = "nodogsplash"
    CHILLI = "chilli"


@dataclass(frozen=True, slots=True)
class Option:
    """One line: the option in lower case, its value ('' if it has none), and where the value stands in the line."""

    line: int
    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file. `rules` are the lines of blocks in braces; of `unreadable` ones nothing is known."""

    options: tuple[Option, ...]
    ignored: tuple[int, ...]
    rules: tuple[int, ...]
    unreadable: tuple[int, ...]

    def all(self, name: str) -> tuple[Option, ...]:
        """Return the lines of an option, in order."""
        return tuple(option for option in self.options if option.name == name)


def parse(text: str, style: Style) -> Document:
    """Read any text; every line is an option, ignored, part of a block, or unreadable."""
    options: list[Option] = []
    ignored: list[int] = []
    rules: list[int] = []
    unreadable: list[int] = []
    inside = False
    lines = text.split("\n")
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
        read = _COMMENT.sub("", line) if style is Style.NODOGSPLASH else line
        if not read.strip() or read.lstrip().startswith("#"):
            ignored.append(number)
        elif inside:
            rules.append(number)
            inside = not read.lstrip().startswith("}")
        elif style is not Style.CHILLI and read.lower().split()[0] == "firewallruleset":
            rules.append(number)
            inside = True
        elif (option := _option(number, read, style)) is not None:
            options.append(option)
        else:
            unreadable.append(number)
    return Document(tuple(options), tuple(ignored), tuple(rules), tuple(unreadable))


def _option(number: int, line: str, style: Style) -> Option | None:
    found = (_ASSIGNED if style is Style.CHILLI else _WORDS).fullmatch(line)
    if found is None or (style is not Style.CHILLI and found["value"] is None):
        return None
    group = "quoted" if style is Style.CHILLI and found["quoted"] is not None else "value"
    if found[group] is None:
        return Option(number, found["name"].lower(), "", found.end("name"), found.end("name"))
    return Option(number, found["name"].lower(), found[group], found.start(group), found.end(group))


def get(text: str, place: tuple[str, ...], style: Style) -> str | None:
    """Return the value at `("option", name)`, None if no line says."""
    found = parse(text, style).all(_name(place))
    return found[-1].value if found else None


def put(text: str, place: tuple[str, ...], value: str | None, style: Style) -> str:
    """Change, insert or remove the line of one option; every other line stays as it is."""
    name = _name(place)
    if value is not None and re.fullmatch(r"[A-Za-z0-9:., -]+", value) is None:
        raise ValueError("only numbers, names and addresses are written into the file of a portal")
    document = parse(text, style)
    found = document.all(name)
    lines = text.split("\n")
    if value is None:
        gone = {option.line for option in found}
        return "\n".join(line for number, line in enumerate(lines, start=1) if number not in gone)
    if found:
        last, line = found[-1], lines[found[-1].line - 1]
        gap = "" if last.start > last.end or last.value else " "
        lines[last.line - 1] = line[: last.start] + gap + value + line[last.end :]
        return "\n".join(lines)
    before = document.options[-1].line if document.options else 0
    ending = "\r" if before and lines[before - 1].endswith("\r") else ""
    lines.insert(before, f"{name} {value}{ending}")
    return "\n".join(lines)


def _name(place: tuple[str, ...]) -> str:
    if len(place) == 2 and place[0] == OPTION and re.fullmatch(r"[a-z0-9_]+", place[1]):
        return place[1]
    raise ValueError(f"not a place in the file of a portal: {place}")
