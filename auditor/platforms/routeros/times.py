"""Durations as RouterOS writes them: `10m`, `1d10m`, `1w2d`, `00:30:00`, `1d00:10:00`, `90`, `2s500ms`.

Exports write weeks, days, hours, minutes and seconds in that order (v7), or a clock behind weeks and days (v6 and
people). A number alone is seconds. What "no limit" is called depends on the property: `none`, `forever`, `infinity`.
Source: MikroTik's manual, "Scripting", data type `time`; exports of RouterOS 6.39 to 7.20.
"""

import re
from datetime import timedelta

_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_UNITS = re.compile(
    r"(?:(?P<w>\d{1,6})w)?(?:(?P<d>\d{1,6})d)?(?:(?P<h>\d{1,7})h)?(?:(?P<m>\d{1,8})m)?(?:(?P<s>\d{1,10})s)?"
    r"(?:(?P<ms>\d{1,9})ms)?(?:(?P<us>\d{1,9})us)?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?:(?P<w>\d{1,6})w)?(?:(?P<d>\d{1,6})d)?(?P<h>\d{1,4}):(?P<m>\d{2}):(?P<s>\d{2})(?:\.(?P<f>\d{1,9}))?", re.ASCII
)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_NO_LIMIT = frozenset({"none", "forever", "infinity", "infinite", "unlimited", "never", "disabled"})


def duration(text: str) -> timedelta:
    """Read a duration; `ValueError` for what RouterOS does not write."""
    if _NUMBER.fullmatch(text):
        return timedelta(seconds=int(text))
    found = _CLOCK.fullmatch(text)
    if found is not None:
        fraction = int((found["f"] or "0").ljust(6, "0")[:6])
        return _sum(found) + timedelta(microseconds=fraction)
    found = _UNITS.fullmatch(text)
    if found is None or not text:
        raise ValueError("not a time such as 30m, 1d12h or 00:30:00")
    return _sum(found) + timedelta(milliseconds=int(found["ms"] or 0), microseconds=int(found["us"] or 0))


def _sum(found: re.Match[str]) -> timedelta:
    return timedelta(seconds=sum(int(found[unit] or 0) * size for unit, size in _SECONDS.items()))


def limit(text: str) -> timedelta | None:
    """Read a duration that may be none at all: None for `none`, `forever`, `infinity` and their like.

    What `0s` means depends on the property; it is a duration here.
    """
    return None if text in _NO_LIMIT else duration(text)
