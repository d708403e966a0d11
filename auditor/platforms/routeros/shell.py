"""How values become words of RouterOS' console: quoted values, selectors of items, durations, what a read shows.

Source: MikroTik's manual, "Scripting" and "Command Line Interface". A `#` is a comment only at the beginning of a
command, so what a read should show stands on a line before it. In `find`, yes and no are no texts, and what holds `/`,
`:` or `.` is one only in quotes.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from auditor.model import INFINITE
from auditor.syntax.routeros_write import menu_name, property_name, quoted

Conditions = tuple[tuple[str, str], ...]

_TEXTS = frozenset(["name", "default-name", "comment", "ssid", "host-name"])
"""Properties that are texts whatever stands in them: `name="10"` is no number."""

_OPERATORS = frozenset(["and", "or", "in", "not", "where"])
"""Words that mean something in the conditions of a `find`, where a name of a device may be one of them."""

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DURATION = re.compile(r"(?=\d)(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?")
_UNITS = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def quote(value: str) -> str:
    """Make one word of a value, always in double quotes and in ASCII; ValueError for control characters."""
    return quoted(value)


def menu(name: str) -> str:
    """Write the path of a menu with blanks, which versions 6 and 7 take."""
    return f"/{menu_name(name)}"


def find(conditions: Conditions) -> str:
    """Write the conditions of a `find`; '' if there are none."""
    return " ".join(f"{property_name(name)}={_compared(name, value)}" for name, value in conditions)


def _compared(name: str, value: str) -> str:
    plain = name.rpartition(".")[2] not in _TEXTS and _WORD.fullmatch(value) and value not in _OPERATORS
    return value if plain else quote(value)


def assignments(properties: Conditions) -> str:
    """Write `name="value"` of each property."""
    return " ".join(f"{property_name(name)}={_assigned(value)}" for name, value in properties)


def _assigned(value: str) -> str:
    return value if _WORD.fullmatch(value) else quote(value)


def duration(value: timedelta) -> str:
    """Write a duration as RouterOS does: `1d`, `12h`, `1m30s`, `1w`, `0s`; ValueError for one without end."""
    seconds = int(value.total_seconds())
    if value == INFINITE or seconds < 0 or value != timedelta(seconds=seconds):
        raise ValueError("RouterOS takes whole seconds here")
    words: list[str] = []
    for unit, size in _UNITS:
        if seconds >= size:
            words.append(f"{seconds // size}{unit}")
            seconds %= size
    return "".join(words) or "0s"


def shown(value: str | None) -> str:
    """Say what `:put [… get …]` shows: yes is a truth value there, a list has `;`, a duration may be a clock."""
    if not value:
        return "nothing"
    if value in ("yes", "no"):
        return f"{value}, or {'true' if value == 'yes' else 'false'}"
    found = _DURATION.fullmatch(value)
    if found is not None and found.lastindex:
        return f"{value}, or {_clock(found)}"
    if "," in value:
        return f"{_plain(value)}, or {_plain(value.replace(',', ';'))}"
    return _plain(value)


def _clock(found: re.Match[str]) -> str:
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    minutes, seconds = minutes + seconds // 60, seconds % 60
    hours, minutes = hours + minutes // 60, minutes % 60
    days, hours = days + hours // 24, hours % 24
    weeks, days = weeks + days // 7, days % 7
    before = (f"{weeks}w" if weeks else "") + (f"{days}d" if days else "")
    return f"{before}{hours:02}:{minutes:02}:{seconds:02}"


def _plain(value: str) -> str:
    """A value in a comment line; what could be misread there is written as a quoted word."""
    return value if _SIMPLE.fullmatch(value) else quote(value)


_SIMPLE = re.compile(r"(?![ \"])[ ->@-~]*(?<![ \\])")
"""Printable ASCII without `?`, which asks for help, and without a backslash at the end."""


FILTERS: Mapping[str, Callable[..., str]] = {
    "menu": menu,
    "find": find,
    "assignments": assignments,
    "duration": duration,
    "shown": shown,
}
