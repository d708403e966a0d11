"""Lines of a crontab: when, and which commands.

The grammar is that of BusyBox and Vixie cron: five fields with lists, ranges, steps and names, or a word such as
`@daily`; in system crontabs a user's name follows.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\s*=.*")


@dataclass(frozen=True, slots=True)
class When:
    """The times of a day, and the days of a week (0 is Monday) on which they may come."""

    at: tuple[time, ...]
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Job:
    """One line that does something: its five fields as written, what they mean, and the command line."""

    fields: str
    when: When
    command: str


def job(line: str, *, user: bool = False) -> Job | None:
    """Read one line; None for comments, settings and `@reboot`. `user`: a user's name stands before the command.

    Raises `ValueError` with a reason for people.
    """
    text = line.strip()
    if not text or text.startswith("#") or _ASSIGNMENT.fullmatch(text):
        return None
    if text.startswith("@"):
        word, _, command = text.partition(" ")
        if word == "@reboot":
            return None
        if word not in _WORDS:
            raise ValueError("not a word for a time that cron knows")
        fields = _WORDS[word].split()
    else:
        *fields, command = text.split(None, 5)
        if len(fields) != 5:
            raise ValueError("not five fields and a command")
    if user:
        _name, *words = command.split(None, 1)
        if not words:
            raise ValueError("no user and command")
        command = words[0]
    return Job(" ".join(fields), _when(fields), command)


def _when(fields: list[str]) -> When:
    """Cron runs on a date or on a weekday if both are limited; a limited date may fall on any weekday."""
    minutes, hours = _field(fields[0], 60), _field(fields[1], 24)
    dates, _ = _field(fields[2], 32), _field(fields[3], 13, names=_MONTHS, first=1)
    weekdays = _field(fields[4], 7, names=_DAYS)
    any_date = fields[2].startswith("*") and len(dates) == 32
    days = frozenset((day - 1) % 7 for day in weekdays) if any_date else frozenset(range(7))
    return When(tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)), days)


def _field(text: str, size: int, *, names: tuple[str, ...] = (), first: int = 0) -> frozenset[int]:
    """The values of one field; a range may run over the end, and 7 is Sunday as 0 is."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isdecimal() and int(step[:4]) > 0):
            raise ValueError("a step that is no number")
        if span == "*":
            low, high = 0, size - 1
        else:
            start, dash, stop = span.partition("-")
            low = _value(start, size, names, first)
            high = _value(stop, size, names, first) if dash else low
        count = (high - low) % size
        found.update((low + offset) % size for offset in range(0, count + 1, int(step[:4]) if slash else 1))
    return frozenset(found)


def _value(text: str, size: int, names: tuple[str, ...], first: int) -> int:
    if text.isdecimal() and len(text) <= 2 and (int(text) < size or (size == 7 and text == "7")):
        return int(text) % size
    if text[:3].lower() in names and text.isalpha():
        return names.index(text[:3].lower()) + first
    raise ValueError("a field that is no number, range, list or name")


def commands(text: str, *, nested: int = 3) -> Iterator[list[str]]:
    """The simple commands of a shell line as lists of words, those of `sh -c '…'` included; never an empty list."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        tokens = list(lexer)
    except ValueError:
        tokens = text.split()
    for token in [*tokens, ";"]:
        if token.strip(";&|"):
            words.append(token)
            continue
        words = _bare(words)
        if words[:2] in (["sh", "-c"], ["ash", "-c"]) and nested:
            yield from commands(" ".join(words[2:3]), nested=nested - 1)
        elif words:
            yield words
        words = []


def _bare(words: list[str]) -> list[str]:
    """Words without settings in front and redirections behind; the command's name without its folder."""
    while words and (_ASSIGNMENT.fullmatch(words[0]) or words[0] in ("nohup", "exec", "nice")):
        words = words[1:]
    kept: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        target = re.fullmatch(r"[0-9]*[<>]+", before) is not None
        if "sysrq-trigger" in word or (not target and not re.match(r"[0-9]*[<>]", word)):
            kept.append(word)
    if kept and kept[0].rpartition("/")[0] in ("/sbin", "/bin", "/usr/sbin", "/usr/bin"):
        kept[0] = kept[0].rpartition("/")[2]
    return kept
