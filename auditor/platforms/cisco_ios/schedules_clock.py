"""The zone of a device's clock, as a rule of POSIX (`CET-1CEST,M3.5.0/2,M10.5.0/3`), whose offsets count westwards.

Source: Cisco IOS Basic System Management Command Reference: clock timezone (UTC by default), clock summer-time (off by
default; `recurring` alone follows the rules of the United States; 60 minutes).
"""

import re

from auditor.model import Fact, Stated, Unknown
from auditor.platforms.cisco_ios.config import Config

ZONE, SUMMER = "clock timezone", "clock summer-time"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEKS = {"first": 1, "last": 5}
_UNITED_STATES = "2 sun mar 2:00 1 sun nov 2:00"
_NUMBER = re.compile(r"[+-]?\d{1,4}", re.ASCII)


def timezone(config: Config) -> Fact[str]:
    """The zone, summer time included."""
    zone, summer = config.top.said(ZONE), config.top.said(SUMMER)
    if zone is None or zone.no:
        standard = config.top.unsaid(ZONE) or config.default(ZONE, str)
        if summer is None or summer.no or isinstance(standard, Unknown):
            return standard
    silent = config.top.unsaid(SUMMER) if summer is None else None
    if silent is not None:
        return silent
    offset = "UTC 0" if zone is None or zone.no else zone.rest
    rule = summer.rest if summer is not None and not summer.no else ""
    spans = tuple(line.span for line in (zone, summer) if line is not None)
    try:
        return Stated(posix(offset, rule), spans)
    except ValueError as error:
        return Unknown(
            f"the clock of {config.device}: {error}", spans, f"look at `show clock detail` on {config.device}"
        )


def posix(zone: str, summer: str) -> str:
    """Join `CET 1 0` and `CEST recurring last Sun Mar 2:00 last Sun Oct 3:00`; raises `ValueError`."""
    words = zone.split()
    if not 2 <= len(words) <= 3 or not all(_NUMBER.fullmatch(word) for word in words[1:]):
        raise ValueError("its zone cannot be read")
    hours = int(words[1])
    east = hours * 60 + (int(words[2]) if len(words) > 2 else 0) * (-1 if words[1].startswith("-") else 1)
    standard = f"{_name(words[0], 'STD')}{_west(east)}"
    if not summer:
        return standard
    name, _, rest = summer.partition(" ")
    kind, _, rest = rest.partition(" ")
    if kind != "recurring":
        raise ValueError("its summer time is for one year only")
    parts = (rest or _UNITED_STATES).lower().split()
    more = 60
    if len(parts) == 9 and _NUMBER.fullmatch(parts[8]):
        more = int(parts[8])
        parts = parts[:8]
    if len(parts) != 8:
        raise ValueError("its summer time cannot be read")
    begin, end = _day(parts[:4]), _day(parts[4:])
    return f"{standard}{_name(name, 'DST')}{_west(east + more)},{begin},{end}"


def _name(text: str, instead: str) -> str:
    return text if text.isascii() and text.isalpha() and len(text) >= 3 else instead


def _west(east: int) -> str:
    sign = "-" if east > 0 else ""
    hours, minutes = divmod(abs(east), 60)
    if hours > 24:
        raise ValueError("its zone cannot be read")
    return f"{sign}{hours}:{minutes:02}" if minutes else f"{sign}{hours}"


def _day(words: list[str]) -> str:
    """`last Sun Mar 2:00` as `M3.5.0/2`."""
    week, day, month, at = words
    number = _WEEKS.get(week) or (int(week) if week in ("1", "2", "3", "4", "5") else 0)
    hour = at.partition(":")[0]
    if (
        not number
        or day[:3] not in _DAYS
        or month[:3] not in _MONTHS
        or not (hour.isdecimal() and hour.isascii() and len(hour) < 3)
    ):
        raise ValueError("its summer time cannot be read")
    return f"M{_MONTHS.index(month[:3]) + 1}.{number}.{_DAYS.index(day[:3])}/{int(hour)}"
