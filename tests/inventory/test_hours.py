"""Opening hours, the working day that follows from them, and the quiet hours between."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.inventory import Interval, OpeningHours, WorkingDay, after_closing, trading_day, working_day
from auditor.inventory.hours import MINUTES_A_DAY, clash, parse_days, parse_intervals, quiet_window, week

HOUR = timedelta(hours=1)


def hours(**days: str) -> OpeningHours:
    """Make a week: `mon_fri="08:00-12:00 14:00-20:00"`."""
    named = [(parse_days(name.replace("_", "-")), parse_intervals(text.split())) for name, text in days.items()]
    return OpeningHours.of(week(named))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("Sunday", (6,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat-mon", (0, 5, 6)),
        ("tue - wed", (1, 2)),
        ("fri-fri", (4,)),
        ("mon,wed,sat-sun", (0, 2, 5, 6)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_days(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "mo", "mon-", "-fri", "mon--fri", "mon,", "1", "holiday"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        parse_days(text)


@pytest.mark.parametrize(
    ("texts", "intervals"),
    [
        (["08:00-20:00"], [(480, 1200)]),
        (["8:00 - 20:00"], [(480, 1200)]),
        (["14:00-20:00", "08:00-12:00"], [(480, 720), (840, 1200)]),
        (["18:00-02:00"], [(1080, 1560)]),
        (["00:00-24:00"], [(0, 1440)]),
        (["18:00-00:00"], [(1080, 1440)]),
        (["24h"], [(0, 1440)]),
        (["closed"], []),
        (["08:00-12:00", "12:00-14:00"], [(480, 720), (720, 840)]),
    ],
)
def test_hours_of_a_day(texts: list[str], intervals: list[tuple[int, int]]) -> None:
    assert parse_intervals(texts) == tuple(Interval(*each) for each in intervals)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ([], "write `closed`"),
        ([""], "^$"),
        (["8-20"], "^$"),
        (["08:00"], "^$"),
        (["٠٨:٠٠-٢٠:٠٠"], "^$"),
        (["closed", "08:00-12:00"], "^$"),
        (["08:60-10:00"], "from 00:00 to 24:00"),
        (["24:00-02:00"], "from 00:00 to 24:00"),
        (["08:00-24:01"], "from 00:00 to 24:00"),
        (["10:00-10:00"], "write `24h`"),
        (["08:00-12:00", "11:00-13:00"], "08:00-12:00 and 11:00-13:00 overlap"),
        (["18:00-09:00", "08:00-12:00"], "18:00-09:00 runs into 08:00-12:00 of the next day"),
    ],
)
def test_what_are_no_hours(texts: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_intervals(texts)


def test_the_key_for_fewer_days_wins_and_equals_clash() -> None:
    entry = hours(sun="closed", daily="08:00-20:00", sat="09:00-12:00")
    assert [len(day) for day in entry.days] == [1, 1, 1, 1, 1, 1, 0]
    assert entry.days[5] == (Interval(540, 720),)
    assert clash((0, 1), [(1, 2)])
    assert not clash((0, 1), [(1,), (2, 3)])


@pytest.mark.parametrize(
    ("entry", "length"),
    [
        (hours(mon_sat="08:00-20:00"), 12 * HOUR),
        (hours(mon_fri="08:00-12:00 14:00-20:00", sat="09:00-19:00"), 12 * HOUR),
        (hours(mon="09:00-10:00", sat="09:00-19:30"), 10.5 * HOUR),
        (hours(daily="18:00-02:00"), 8 * HOUR),
        (hours(daily="24h"), 24 * HOUR),
        (hours(daily="06:00-05:00"), 23 * HOUR),
        # One night written under two days, around the end of the week too, is one stretch.
        (hours(fri="18:00-24:00", sat="00:00-04:00"), 10 * HOUR),
        (hours(sun="20:00-24:00", mon="00:00-06:00"), 10 * HOUR),
        (hours(fri="12:00-24:00", sat="00:00-24:00"), 24 * HOUR),
        # Two openings of one day are one trading day; the pause does not count.
        (hours(mon="00:00-01:00 23:00-24:00"), 24 * HOUR),
        (OpeningHours.of({}), 0 * HOUR),
    ],
)
def test_the_trading_day(entry: OpeningHours, length: timedelta) -> None:
    assert trading_day(entry) == length


def limits(entry: OpeningHours | None) -> WorkingDay:
    return working_day(entry, margin=2 * HOUR, unknown_error=12 * HOUR, unknown_warning=24 * HOUR, proposed=24 * HOUR)


def test_the_margin_is_added_and_capped() -> None:
    assert limits(hours(daily="08:00-20:00")) == WorkingDay(12 * HOUR, 14 * HOUR, 24 * HOUR, known=True)
    assert limits(hours(daily="06:00-05:00")) == WorkingDay(23 * HOUR, 24 * HOUR, 24 * HOUR, known=True)
    assert limits(hours(daily="24h")) == WorkingDay(24 * HOUR, 24 * HOUR, 24 * HOUR, known=True)


def test_without_hours_the_limits_of_the_policy_hold() -> None:
    assert limits(None) == WorkingDay(12 * HOUR, 24 * HOUR, 24 * HOUR, known=False)
    assert limits(OpeningHours.of({})) == limits(None)


def test_the_limits_are_the_policys() -> None:
    day = working_day(
        hours(daily="08:00-20:00"), margin=5 * HOUR, unknown_error=HOUR, unknown_warning=HOUR, proposed=8 * HOUR,
        longest=16 * HOUR,
    )  # fmt: skip
    assert (day.length, day.with_margin, day.proposed_lease) == (12 * HOUR, 16 * HOUR, 16 * HOUR)


def test_a_working_day_reads_as_people_write_it() -> None:
    assert str(limits(hours(mon="08:00-20:00"))) == "12h"
    assert str(limits(hours(mon="08:00-20:30"))) == "12h30m"
    assert str(limits(None)) == "12h (opening hours not declared)"


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (hours(mon_sat="08:00-20:00"), "after 20:00 Europe/Paris"),
        (hours(mon_fri="08:00-12:00 14:00-20:00", sat="09:00-19:00"), "after 20:00 Europe/Paris"),
        (hours(daily="18:00-02:00"), "after 02:00 Europe/Paris"),
        (hours(mon="08:00-20:00", fri="22:00-03:00"), "after 03:00 Europe/Paris"),
        (hours(mon="24h", tue_sun="08:00-20:00"), "after 20:00 on Tuesday Europe/Paris"),
        (hours(mon_sat="24h"), "after 00:00 on Sunday Europe/Paris"),
        (hours(daily="24h"), None),
        (hours(daily="00:00-24:00"), None),
        (None, None),
    ],
)
def test_when_nobody_is_disturbed(entry: OpeningHours | None, text: str | None) -> None:
    assert after_closing(entry, "Europe/Paris") == text


def test_without_a_time_zone_it_is_local_time() -> None:
    assert after_closing(hours(daily="08:00-20:00"), None) == "after 20:00 local time"


DAYS = st.lists(
    st.tuples(st.integers(0, MINUTES_A_DAY - 1), st.integers(1, MINUTES_A_DAY)).map(
        lambda each: (Interval(each[0], each[0] + each[1]),)
    )
    | st.just(()),
    min_size=7,
    max_size=7,
)


@given(DAYS)
def test_a_quiet_window_is_closed_to_its_end(days: list[tuple[Interval, ...]]) -> None:
    entry = OpeningHours(tuple(days))
    window = quiet_window(entry)
    if window is None:
        assert not entry.never_open
        return
    open_minutes = {
        (day * MINUTES_A_DAY + minute) % (7 * MINUTES_A_DAY)
        for day, intervals in enumerate(entry.days)
        for interval in intervals
        for minute in range(interval.start, interval.end)
    }
    length = int(window.length.total_seconds()) // 60
    for day in range(7) if window.day is None else (window.day,):
        quiet = {(day * MINUTES_A_DAY + window.start + step) % (7 * MINUTES_A_DAY) for step in range(length)}
        assert quiet
        assert not quiet & open_minutes


@given(DAYS)
def test_a_trading_day_is_at_least_its_longest_opening(days: list[tuple[Interval, ...]]) -> None:
    longest = max((interval.end - interval.start for day in days for interval in day), default=0)
    assert timedelta(minutes=longest) <= trading_day(OpeningHours(tuple(days))) <= 24 * HOUR
