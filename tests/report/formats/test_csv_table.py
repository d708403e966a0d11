"""CSV as the csv module reads it, and what a spreadsheet must not compute."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.formats.csv_table import COLUMNS, cell
from auditor.report.text import visible
from tests.report.formats import made


def rows(folder: Path, *reports: Any, **more: Any) -> list[dict[str, str]]:
    text = made.written("csv", folder, reports, **more)
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("make", [made.faulty, made.healthy, made.broken, made.hostile])
def test_a_row_for_each_verdict_and_for_each_device_that_lacks(make: Any, tmp_path: Path) -> None:
    found = rows(tmp_path, make())
    expected = [(each["rule"], each["result"], each["fingerprint"]) for each in made.verdicts(make())]
    expected += [("", "unaudited", "") for _ in make().failures]
    assert [(row["rule"], row["result"], row["fingerprint"]) for row in found] == expected
    assert all(tuple(row) == COLUMNS and None not in row.values() for row in found)


def test_a_row_names_line_and_fix(tmp_path: Path) -> None:
    (lease,) = (row for row in rows(tmp_path, made.faulty()) if row["rule"] == "lease")
    assert (lease["file"], lease["line"], lease["severity"]) == ("/etc/config/dhcp", "9", "error")
    assert (lease["safety"], lease["proven"], lease["captured_at"]) == ("safe", "yes", "2026-11-23T01:14:00Z")
    assert (lease["waived_by"], lease["baseline"]) == ("", "")


@pytest.mark.parametrize(("waiver", "holds"), [(made.WAIVER, "yes"), (made.EXPIRED, "no")])
def test_waivers_have_columns(waiver: dict[str, str], holds: str, tmp_path: Path) -> None:
    site = made.told(made.faulty(), "lease", waiver=waiver, baseline="unchanged")
    (lease,) = (row for row in rows(tmp_path, made.faulty(), sites={1: site}) if row["rule"] == "lease")
    assert (lease["waived_by"], lease["waived_until"]) == (waiver["owner"], waiver["expires"])
    assert (lease["waiver_holds"], lease["baseline"], lease["result"]) == (holds, "unchanged", "fail")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "  =", "\r=", "＝", "\n@"])
def test_no_cell_is_a_formula(first: str, tmp_path: Path) -> None:
    bait = f'{first}HYPERLINK("http://192.0.2.9/";"x"),1'
    keys = dict.fromkeys(("message", "subject", "about", "settle", "device"), bait)
    found = rows(tmp_path, made.faulty(), sites={1: made.told(made.faulty(), "lease", **keys)})
    (lease,) = (row for row in found if row["rule"] == "lease")
    for name in keys:
        assert "HYPERLINK" in lease[name]
        assert not lease[name].lstrip().startswith(("=", "+", "-", "@", "＝"))


@given(st.text())
def test_a_cell_never_begins_as_a_formula(text: str) -> None:
    assert not cell(text).lstrip().startswith(("=", "+", "-", "@"))
    assert cell(text) in (visible(text), f"'{visible(text)}")
