"""Opening hours of a shop, the working day that follows from them, and when nobody is disturbed.

All lengths are differences of local wall clock times, so the night of a clock change does not alter them. On
such a night one trading day can last an hour longer than the clock says; the margin covers it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
LONGEST_DAY = timedelta(hours=24)

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INTERVAL = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Open from `start` to `end`, in minutes after 00:00 of the trading day; `end` > 1440 is past midnight."""

    start: int
    end: int

    def __str__(self) -> str:
        closing = "24:00" if self.end == MINUTES_A_DAY else _clock(self.end)
        return f"{_clock(self.start)}-{closing}"


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The intervals of each trading day, Monday first, sorted and without overlap; no interval means closed."""

    days: tuple[tuple[Interval, ...], ...]

    @classmethod
    def of(cls, days: Mapping[int, tuple[Interval, ...]]) -> "OpeningHours":
        """Make a week from the days that are named (0 is Monday); a day that is not named is closed."""
        return cls(tuple(days.get(day, ()) for day in range(7)))

    @property
    def never_open(self) -> bool:
        return not any(self.days)


def parse_days(text: str) -> tuple[int, ...]:
    """Read `mon`, `monday`, `mon-fri`, `sat-mon`, `mon,wed` or `daily` into day numbers, 0 is Monday.

    Raises ValueError for anything else.
    """
    days: list[int] = []
    for part in text.strip().lower().split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if part.strip() == "daily":
            days.extend(range(7))
        elif dash:
            start = _day(first)
            days.extend((start + step) % 7 for step in range((_day(last) - start) % 7 + 1))
        else:
            days.append(_day(first))
    return tuple(sorted(set(days)))


def clash(days: Collection[int], others: Iterable[Collection[int]]) -> bool:
    """Say whether another key is as wide as this one and names the same day, so that neither wins.

    Of two keys that name one day the narrower wins: `daily` and `sun` together are clear.
    """
    return any(len(other) == len(days) and not set(other).isdisjoint(days) for other in others)


def week(named: Iterable[tuple[Collection[int], tuple[Interval, ...]]]) -> dict[int, tuple[Interval, ...]]:
    """Spread hours over the days that their keys name; the key for fewer days wins."""
    widest_first = sorted(named, key=lambda each: -len(each[0]))
    return {day: intervals for days, intervals in widest_first for day in days}


def parse_intervals(texts: Iterable[str]) -> tuple[Interval, ...]:
    """Read the opening hours of one day: `closed`, `24h`, or times like `08:00-12:00` and `18:00-02:00`.

    Raises ValueError, which says what is wrong, for text that is none of these and for times that overlap.
    """
    words = [text.strip().lower() for text in texts]
    if not words:
        raise ValueError("write `closed` for a day without opening hours")
    if words == ["closed"]:
        return ()
    if words == ["24h"]:
        return (Interval(0, MINUTES_A_DAY),)
    intervals = tuple(sorted(map(_interval, words)))
    for earlier, later in pairwise(intervals):
        if later.start < earlier.end:
            raise ValueError(f"{earlier} and {later} overlap")
    if intervals[-1].end - intervals[0].start > MINUTES_A_DAY:
        raise ValueError(f"{intervals[-1]} runs into {intervals[0]} of the next day")
    return intervals


def trading_day(hours: OpeningHours) -> timedelta:
    """Return the longest time from first opening to last closing of a trading day, at most 24 hours.

    Hours that touch across midnight (`fri: 18:00-24:00`, `sat: 00:00-04:00`) are one stretch: a reader is in
    use for all of it, whichever day its hours are written under.
    """
    days = [day[-1].end - day[0].start for day in hours.days if day]
    stretches = [stretch.end - stretch.start for stretch in _open_stretches(hours)]
    return min(timedelta(minutes=max(days + stretches, default=0)), LONGEST_DAY)


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """How long a reader must keep its address and its session.

    Below `length` is an error, below `with_margin` a warning; `proposed_lease` is what a fix sets. `known` is
    False if no opening hours are declared; then the two limits are those of the policy for that case.
    """

    length: timedelta
    with_margin: timedelta
    proposed_lease: timedelta
    known: bool

    def __str__(self) -> str:
        hours, minutes = divmod(int(self.length.total_seconds()) // 60, 60)
        text = f"{hours}h{minutes:02}m" if minutes else f"{hours}h"
        return text if self.known else f"{text} (opening hours not declared)"


def working_day(
    hours: OpeningHours | None,
    *,
    margin: timedelta,
    unknown_error: timedelta,
    unknown_warning: timedelta,
    proposed: timedelta,
    longest: timedelta = LONGEST_DAY,
) -> WorkingDay:
    """Derive the limits from opening hours, or take the policy's limits if there are none.

    `proposed` is the least lease that a fix sets; it grows to what is needed. `longest` caps the day with its
    margin.
    """
    if hours is None or hours.never_open:
        return WorkingDay(unknown_error, unknown_warning, max(proposed, unknown_warning), known=False)
    length = min(trading_day(hours), longest)
    with_margin = min(length + margin, longest)
    return WorkingDay(length, with_margin, max(proposed, with_margin), known=True)


@dataclass(frozen=True, slots=True)
class QuietWindow:
    """A time when the shop is closed, in local wall clock minutes.

    `day` is None if it holds every day of the week, else the day (0 is Monday) on which it begins; `start` is
    minutes after 00:00 of that day.
    """

    day: int | None
    start: int
    length: timedelta

    def __str__(self) -> str:
        return _clock(self.start) if self.day is None else f"{_clock(self.start)} on {_FULL_NAMES[self.day].title()}"


def quiet_window(hours: OpeningHours) -> QuietWindow | None:
    """Return the longest time that is closed on every day, else the longest closed time of the week.

    None if the shop never closes. A week without any opening is quiet from 00:00.
    """
    if hours.never_open:
        return QuietWindow(None, 0, LONGEST_DAY)
    every_day = _gaps((interval for day in hours.days for interval in day), cycle=MINUTES_A_DAY)
    if every_day:
        gap = _longest(every_day)
        return QuietWindow(None, gap.start % MINUTES_A_DAY, timedelta(minutes=gap.end - gap.start))
    of_the_week = _gaps(_in_the_week(hours), cycle=MINUTES_A_WEEK)
    if not of_the_week:
        return None
    gap = _longest(of_the_week)
    day, start = divmod(gap.start % MINUTES_A_WEEK, MINUTES_A_DAY)
    return QuietWindow(day, start, timedelta(minutes=gap.end - gap.start))


def after_closing(hours: OpeningHours | None, timezone: str | None) -> str | None:
    """Say when a disturbing change may be made: `after 20:00 Europe/Paris`.

    None if the hours are not known or the shop never closes.
    """
    window = None if hours is None else quiet_window(hours)
    return None if window is None else f"after {window} {timezone or 'local time'}"


def _day(word: str) -> int:
    for names in (DAYS, _FULL_NAMES):
        if word in names:
            return names.index(word)
    raise ValueError("not a day")


def _interval(word: str) -> Interval:
    found = _INTERVAL.fullmatch(word)
    if found is None:
        raise ValueError("")
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or start >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        raise ValueError("hours go from 00:00 to 24:00")
    if start == end:
        raise ValueError("opening and closing are the same time; write `24h` if it never closes")
    return Interval(start, end if end > start else end + MINUTES_A_DAY)


def _in_the_week(hours: OpeningHours) -> list[Interval]:
    return [
        Interval(day * MINUTES_A_DAY + interval.start, day * MINUTES_A_DAY + interval.end)
        for day, intervals in enumerate(hours.days)
        for interval in intervals
    ]


def _open_stretches(hours: OpeningHours) -> list[Interval]:
    """Join intervals that touch or overlap, around the end of the week too."""
    week = _in_the_week(hours)
    again = [Interval(interval.start + MINUTES_A_WEEK, interval.end + MINUTES_A_WEEK) for interval in week]
    return _joined([*week, *again])


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, interval.end))
        else:
            joined.append(interval)
    return joined


def _gaps(intervals: Iterable[Interval], *, cycle: int) -> list[Interval]:
    """Return what no interval covers, on a clock of `cycle` minutes; a gap may run past the end of the cycle."""
    first: list[Interval] = []
    for interval in intervals:
        start = interval.start % cycle
        end = start + interval.end - interval.start
        first.append(Interval(start, end))
        if end > cycle:
            first.append(Interval(0, end - cycle))
    stretches = _joined(first)
    ends = [stretch.end for stretch in stretches]
    starts = [stretch.start for stretch in stretches[1:]] + [stretches[0].start + cycle]
    return [Interval(end, start) for end, start in zip(ends, starts, strict=True) if start > end]


def _longest(gaps: list[Interval]) -> Interval:
    return max(gaps, key=lambda gap: (gap.end - gap.start, -gap.start))


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes % MINUTES_A_DAY, 60)
    return f"{hour:02}:{minute:02}"
