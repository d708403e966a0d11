"""Times in the zone of the shop, ages in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor.report.times import about, age, moment, zone_of
from tests.report import shop


def test_a_time_is_that_of_the_shop() -> None:
    zone = zone_of(shop.entry())
    assert moment(shop.TAKEN, zone) == "2026-11-23 02:14 CET"
    assert moment(shop.TAKEN, zone, now=shop.NOW) == "02:14"
    assert moment(shop.TAKEN, zone, now=shop.NOW + timedelta(days=1)) == "2026-11-23 02:14 CET"


@pytest.mark.parametrize("name", [None, "Nowhere/Land", "../../etc/passwd", "\x00"])
def test_a_zone_that_nobody_knows_is_utc(name: str | None) -> None:
    assert zone_of(replace(shop.entry(), timezone=name)) is UTC
    assert moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC), UTC) == "2026-01-02 03:04 UTC"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-60, "in the future"), (-1, "just now"), (0, "just now"), (5, "5 min ago"), (119, "119 min ago"),
     (180, "3 h ago"), (47 * 60, "47 h ago"), (4 * 1440, "4 days ago")],
)  # fmt: skip
def test_ages(minutes: int, words: str) -> None:
    assert age(timedelta(minutes=minutes)) == words


def test_lengths() -> None:
    assert (about(2), about(119), about(120), about(600)) == ("~2 s", "~119 s", "~2 min", "~10 min")
