"""The clock of a device against the clock on the wall of the shop.

A zone is a name of the IANA database (`Europe/Paris`), or a rule of POSIX (`CET-1CEST,M3.5.0,M10.5.0/3`, POSIX.1-2017,
8.3, TZ), whose offsets count westwards.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = r"([+-]?\d{1,2})(?::(\d{2}))?(?::\d{2})?"
_MONTH = r",M(\d{1,2})\.\d\.\d[^,]*"
_RULE = re.compile(rf"{_NAME}{_OFFSET}(?:({_NAME})(?:{_OFFSET})?(?:{_MONTH}{_MONTH})?)?")
_SEASONS = (1, 7)
"""January and July: with and without summer time, on either side of the equator."""


def shifts(device: str, shop: str, year: int) -> frozenset[int] | None:
    """Return by how many minutes the shop's clock is ahead of the device's over a year; None if a zone is no zone."""
    found = set()
    for month in _SEASONS:
        theirs, ours = _offset(device, year, month), _offset(shop, year, month)
        if theirs is None or ours is None:
            return None
        found.add(ours - theirs)
    return frozenset(found)


def _offset(zone: str, year: int, month: int) -> int | None:
    """Minutes east of UTC in the middle of a month."""
    try:
        offset = datetime(year, month, 15, 12, tzinfo=ZoneInfo(zone)).utcoffset()
    except (KeyError, ValueError, OSError):  # no such zone, or no name of one
        return _by_rule(zone, month)
    return None if offset is None else int(offset / timedelta(minutes=1))


def _by_rule(rule: str, month: int) -> int | None:
    found = _RULE.fullmatch(rule)
    if found is None:
        return None
    standard = _minutes_east(found[1], found[2])
    if found[3] is None:
        return standard
    summer = _minutes_east(found[4], found[5]) if found[4] else standard + 60
    first, last = int(found[6] or 3), int(found[7] or 10)
    is_summer = first < month < last if first < last else not last <= month <= first
    return summer if is_summer else standard


def _minutes_east(hours: str, minutes: str | None) -> int:
    sign = 1 if hours.startswith("-") else -1
    return sign * (abs(int(hours)) * 60 + int(minutes or 0))
