"""hostapd.conf: `key=value` lines, as hostapd itself takes them apart, and the change of one setting.

There are no blanks around `=`, `#` counts in the first column only, and the value is the rest of the line whatever it
holds. `bss=` begins the next BSS. `interface=` names the first BSS wherever it stands, and settings of the radio are
the radio's in whichever part of the file they stand; of two lines with one key the last counts.
Source: hostap 2.10 hostapd/config_file.c, hostapd_config_read and hostapd_config_fill.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

RADIO = "radio"
BSS = "bss"

_LONGEST = 4094  # octets of a line; hostapd reads the rest of a longer one as another line
_NEIGHBOURS = {
    "ieee80211w": ("ieee80211w", "wpa_key_mgmt", "wpa"),
    "rsn_pairwise": ("wpa_pairwise", "wpa_key_mgmt", "wpa"),
    "wpa_pairwise": ("wpa_key_mgmt", "wpa"),
    "wpa_key_mgmt": ("wpa",),
    "eap_reauth_period": ("ieee8021x",),
}
"""Behind which lines a new one belongs, the best first; else it goes to the end of its part."""
_SECRET = re.compile(r"#*[ \t]*(?:\w*(?:passphrase|wpa_psk|secret|passwd|password)|wep_key[0-3])[ \t]*=")


@dataclass(frozen=True, slots=True)
class Setting:
    """One `key=value` line, counted from 1. Of a line with a carriage return at its end the value holds it too."""

    line: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """The settings of one BSS and whatever else stands among them. `header` is its `interface=` or `bss=` line.

    `name` is '' for a first BSS without `interface=`.
    """

    name: str
    header: Setting | None
    settings: tuple[Setting, ...]
    _by_key: Mapping[str, tuple[Setting, ...]] = field(repr=False, compare=False)

    def all(self, key: str) -> tuple[Setting, ...]:
        """Return the lines of one key, in order."""
        return self._by_key.get(key, ())

    def last(self, key: str) -> Setting | None:
        """Return the line of a key that counts."""
        return next(reversed(self.all(key)), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file. `ignored` are comments and empty lines, `unreadable` those that hostapd refuses."""

    sections: tuple[Section, ...]
    ignored: tuple[int, ...]
    unreadable: tuple[int, ...]
    _by_key: Mapping[str, tuple[Setting, ...]] = field(repr=False, compare=False)

    @property
    def settings(self) -> Iterator[Setting]:
        return (setting for section in self.sections for setting in section.settings)

    def all(self, key: str) -> tuple[Setting, ...]:
        """Return the lines of a setting of the radio, wherever they stand."""
        return self._by_key.get(key, ())

    def last(self, key: str) -> Setting | None:
        """Return the line of a setting of the radio that counts."""
        return next(reversed(self.all(key)), None)


def parse(text: str) -> Document:
    """Read any text; every line is a setting, ignored or unreadable."""
    parts: list[list[Setting]] = [[]]
    headers: list[Setting | None] = [None]
    ignored: list[int] = []
    unreadable: list[int] = []
    for number, line in enumerate(_lines(text), start=1):
        if not line or line.startswith("#"):
            ignored.append(number)
            continue
        key, equals, value = line.partition("=")
        if not equals or "\0" in line or len(line.encode("utf-8", "surrogatepass")) > _LONGEST:
            unreadable.append(number)
            continue
        setting = Setting(number, key, value)
        if key == "bss":
            parts.append([])
            headers.append(setting)
        elif key == "interface":
            headers[0] = setting
        parts[-1].append(setting)
    sections = tuple(
        Section(header.value if header else "", header, tuple(part), _by_key(part))
        for header, part in zip(headers, parts, strict=True)
    )
    everywhere = _by_key(setting for part in parts for setting in part)
    return Document(sections, tuple(ignored), tuple(unreadable), everywhere)


def _by_key(settings: Iterable[Setting]) -> Mapping[str, tuple[Setting, ...]]:
    found: dict[str, list[Setting]] = {}
    for setting in settings:
        found.setdefault(setting.key, []).append(setting)
    return {key: tuple(lines) for key, lines in found.items()}


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def atoi(text: str) -> int:
    """Read a number as hostapd does: leading digits count, what follows is ignored, without digits it is 0."""
    text = text.lstrip(" \t\n\v\f\r")
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text[:1] in ("-", "+") else text
    end = next((at for at, c in enumerate(digits) if c not in "0123456789"), len(digits))
    return sign * min(int(digits[:end][:12] or "0"), 0x7FFFFFFF)


def get(text: str, place: tuple[str, ...]) -> str | None:
    """Return the value at a place, `("radio", key)` or `("bss", name, key)`; None if no line says."""
    found = _found(parse(text), place)
    return found[-1].value.removesuffix("\r") if found else None


def put(text: str, place: tuple[str, ...], value: str | None) -> str:
    """Change, insert or remove the line of one setting; every other line stays as it is.

    Raises `ValueError` for a value that would not stay on its line and for a BSS that the file does not have.
    """
    if value is not None and any(c in value for c in "\r\n\0"):
        raise ValueError("a value of hostapd.conf stays on one line")
    document = parse(text)
    found = _found(document, place)
    lines = text.split("\n")
    if value is None:
        gone = {setting.line for setting in found}
        return "\n".join(line for number, line in enumerate(lines, start=1) if number not in gone)
    if found:
        last = found[-1]
        ending = "\r" if last.value.endswith("\r") else ""
        lines[last.line - 1] = f"{last.key}={value}{ending}"
        return "\n".join(lines)
    before = _shown(lines, _before(document, place), _first(document, place))
    ending = "\r" if before and lines[before - 1].endswith("\r") else ""
    lines.insert(before, f"{place[-1]}={value}{ending}")
    return "\n".join(lines)


def _found(document: Document, place: tuple[str, ...]) -> tuple[Setting, ...]:
    match place:
        case ("radio", key):
            return document.all(key)
        case ("bss", name, key):
            return _section(document, name).all(key)
        case _:
            raise ValueError(f"not a place in hostapd.conf: {place}")


def _section(document: Document, name: str) -> Section:
    for section in document.sections:
        if section.name == name:
            return section
    raise ValueError(f"the file has no BSS {name}")


def _first(document: Document, place: tuple[str, ...]) -> int:
    """The line behind which the settings of a place begin."""
    header = _part(document, place).header
    return header.line if header is not None else 0


def _part(document: Document, place: tuple[str, ...]) -> Section:
    return document.sections[0] if place[0] == RADIO else _section(document, place[1])


def _shown(lines: list[str], before: int, first: int) -> int:
    """The nearest line further up, down to `first`, behind which a new one has no secret for a neighbour.

    A diff does not show secrets, and without a line around it nobody can say where an insertion belongs.
    """
    for number in range(before, max(first, 1) - 1, -1):
        if not any(map(_SECRET.match, lines[number - 1 : number + 1])):
            return number
    return before


def _before(document: Document, place: tuple[str, ...]) -> int:
    """Return the number of the line behind which a new setting goes."""
    section = _part(document, place)
    for key in _NEIGHBOURS.get(place[-1], ()):
        neighbour = section.last(key)
        if neighbour is not None:
            return neighbour.line
    last = section.settings[-1] if section.settings else None
    header = section.header if section.header is not None and section is not document.sections[0] else None
    return last.line if last is not None else header.line if header is not None else 0
