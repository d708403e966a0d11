"""When a job of `/system scheduler` runs: times of day and days of the week.

It runs from `start-date` and `start-time` on, again after each `interval`; without an interval once; on the days that
`days` names, where a release has that.
Source: MikroTik's manual, "Scheduler".
"""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from math import gcd

from auditor.intents import duration as shown
from auditor.model import Fact, Span, Stated, Unknown
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.items import Item
from auditor.platforms.routeros.times import duration
from auditor.services.reading import printable

_DAY, _WEEK = 86400, 604800
_EVERY_DAY = frozenset(range(7))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def when(config: Config, item: Item) -> tuple[Fact[tuple[time, ...]], Fact[frozenset[int]]]:
    """When a schedule runs: times of day and days of the week (0 is Monday); no day if it never runs again."""
    lines = config.span(item, "start-time", "start-date", "interval", "days") or (item.header,)
    try:
        interval = int(duration(item.text("interval") or "0s").total_seconds())
    except ValueError as error:
        why = f"cannot read interval '{printable(item.text('interval') or '')}' of {item.title}: {error}"
        return _both(Unknown(why, lines, "correct interval"))
    start = item.text("start-time")
    if start in (None, "startup"):
        return _since_boot(item, start, interval, lines)
    begin = _clock(start)
    if begin is None:
        return _both(
            Unknown(f"cannot read start-time '{printable(start)}' of {item.title}", lines, "correct start-time")
        )
    named = _named_days(item)
    if named is None:
        return _both(Unknown(f"cannot read days of {item.title}", lines, "correct days"))
    first = _date(item.text("start-date") or "")
    if interval == 0:
        return _once(config, item, begin, first, lines)
    if named != _EVERY_DAY and interval < _DAY:
        # Begins anew at the start time of each of these days, and goes on until its end.
        return Stated(_times(range(begin, _DAY, interval)), lines), Stated(named, lines)
    return _again(item, begin, first, interval, named, lines)


def _both(unknown: Unknown) -> tuple[Unknown, Unknown]:
    return unknown, unknown


def _since_boot(
    item: Item, start: str | None, interval: int, lines: tuple[Span, ...]
) -> tuple[Fact[tuple[time, ...]], Fact[frozenset[int]]]:
    """`startup` without an interval runs when the device starts, and does nothing by the clock."""
    if start == "startup" and interval == 0:
        return Stated((), lines), Stated(frozenset(), lines)
    what = "when the device starts" if start else "a time that no line says"
    why = f"{item.title} runs every {shown(timedelta(seconds=interval))} from {what}, so at any hour of the shop"
    return _both(Unknown(why, lines, "give it a start-time when the shop is closed"))


def _once(
    config: Config, item: Item, begin: int, first: date | None, lines: tuple[Span, ...]
) -> tuple[Fact[tuple[time, ...]], Fact[frozenset[int]]]:
    if first is None:
        return _both(Unknown(f"cannot read the start-date of {item.title}", lines, "correct start-date"))
    if is_over(config, item):
        return Stated((), lines), Stated(frozenset(), lines)
    return Stated(_times((begin,)), lines), Stated(frozenset({first.weekday()}), lines)


def is_over(config: Config, item: Item) -> bool:
    """Whether a schedule that runs once has certainly run: its day was over a day before the capture."""
    first = _date(item.text("start-date") or "")
    try:
        once = duration(item.text("interval") or "0s") == timedelta(0)
    except ValueError:
        return False
    if not once or first is None or item.text("start-time") in (None, "startup"):
        return item.text("start-time") == "startup" and once
    return first.toordinal() + 1 < config.capture.taken_at.toordinal()


def _again(
    item: Item, begin: int, first: date | None, interval: int, named: frozenset[int], lines: tuple[Span, ...]
) -> tuple[Fact[tuple[time, ...]], Fact[frozenset[int]]]:
    """The moments of the week that multiples of the interval reach in the long run."""
    step = gcd(interval, _WEEK)
    if _DAY % step == 0:
        return Stated(_times((begin + n * step) % _DAY for n in range(_DAY // step)), lines), Stated(named, lines)
    if step % _DAY == 0 and first is not None:
        days = frozenset((first.weekday() + n * (step // _DAY)) % 7 for n in range(_WEEK // step))
        return Stated(_times((begin,)), lines), Stated(days & named, lines)
    why = f"on which days {item.title} runs cannot be told from its interval and its start-date"
    return _both(Unknown(why, lines, "give it an interval of whole days, or of parts of a day"))


def _times(seconds: Iterator[int] | range | tuple[int, ...]) -> tuple[time, ...]:
    """Times of day to the minute, each once."""
    minutes = sorted({second // 60 for second in seconds})
    return tuple(time(minute // 60, minute % 60) for minute in minutes)


def _clock(text: str | None) -> int | None:
    """`04:10:00`, or as people write it `4:10` or `4h10m`, in seconds of the day."""
    if text is not None and (found := re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text)):
        seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
        return seconds if seconds < _DAY and int(found[2]) < 60 and int(found[3] or 0) < 60 else None
    try:
        seconds = int(duration(text or "").total_seconds())
    except ValueError:
        return None
    return seconds if seconds < _DAY else None


def _date(text: str) -> date | None:
    """`2025-11-03` (from 7.10 on), or `nov/03/2025`."""
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"([a-z]{3})/(\d{1,2})/(\d{4})", text.lower()):
            return date(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2]))
    except ValueError:
        return None
    return None


def _named_days(item: Item) -> frozenset[int] | None:
    """`days` (from 7.2x on) restricts a schedule to days of the week; `always` is all of them."""
    text = item.text("days")
    if text in (None, "", "always"):
        return _EVERY_DAY
    try:
        return frozenset(_WEEKDAYS.index(word) for word in text.split(","))
    except ValueError:
        return None
