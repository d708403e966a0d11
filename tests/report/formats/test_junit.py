"""JUnit XML as junitparser and a strict XML reader understand it."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite

from auditor.report.text import visible
from tests.report import shop
from tests.report.formats import made


def suites(folder: Path, *reports: Any, **more: Any) -> list[TestSuite]:
    return list(JUnitXml.fromstring(made.written("junit", folder, reports, **more).encode()))


KINDS = {
    "pass": [],
    "fail": [Failure],
    "unknown": [Error],
    "error": [Error],
    "not_checked": [Skipped],
    "not_applicable": [Skipped],
}


@pytest.mark.parametrize("make", [made.faulty, made.broken, made.hostile])
def test_each_verdict_is_a_case_and_nothing_undecided_passes(make: Any, tmp_path: Path) -> None:
    (suite,) = suites(tmp_path, make())
    cases = list(suite)
    verdicts = made.verdicts(make())
    assert [[type(each) for each in case.result] for case in cases] == [
        *(KINDS[verdict["result"]] for verdict in verdicts),
        *([Error] for _ in make().failures),
    ]
    assert suite.tests == len(cases)
    assert suite.failures == sum(verdict["result"] == "fail" for verdict in verdicts)
    assert (suite.errors, suite.skipped) == tuple(
        sum(isinstance(each, kind) for case in cases for each in case.result) for kind in (Error, Skipped)
    )
    assert len({case.name for case in cases}) == len(cases)


def test_the_totals_are_those_of_all_suites(tmp_path: Path) -> None:
    text = made.written("junit", tmp_path, [made.faulty(), made.healthy()])
    found = JUnitXml.fromstring(text.encode())
    said = (found.tests, found.failures, found.errors, found.skipped)
    found.update_statistics()  # type: ignore[no-untyped-call]
    assert said == (found.tests, found.failures, found.errors, found.skipped)
    assert [suite.name for suite in found] == ["lyon-01", "nice-02"]


def test_a_failure_names_its_line_and_its_fix(tmp_path: Path) -> None:
    (suite,) = suites(tmp_path, made.faulty())
    (lease,) = (case for case in suite if case.name.startswith("lease "))
    (failure,) = lease.result
    assert (lease.classname, failure.type) == ("lyon-01", "error")
    assert "gw:/etc/config/dhcp:9" in failure.text
    assert "gw$ uci set 'dhcp.pos.leasetime=24h'" in failure.text


@pytest.mark.parametrize(
    ("keys", "kind", "said"),
    [
        ({"waiver": made.WAIVER}, Skipped, "waived by network team, until 2026-12-31"),
        ({"waiver": made.EXPIRED}, Failure, ""),
        ({"waiver": made.WAIVER | {"expires": "2026-11-23"}}, Skipped, "until 2026-11-23"),
        ({"waiver": made.WAIVER | {"expires": "some day"}}, Failure, ""),
        ({"waiver": None}, Failure, ""),
        ({"baseline": "unchanged"}, Skipped, "in the baseline"),
        ({"baseline": "new"}, Failure, ""),
    ],
)
def test_what_is_accepted_is_skipped_and_says_why(
    keys: dict[str, Any], kind: type[Any], said: str, tmp_path: Path
) -> None:
    (suite,) = suites(tmp_path, made.faulty(), sites={1: made.told(made.faulty(), "lease", **keys)})
    (lease,) = (case for case in suite if case.name.startswith("lease "))
    (result,) = lease.result
    assert isinstance(result, kind)
    assert said in result.message


@pytest.mark.parametrize("result", ["unknown", "error", "pass", "not_applicable"])
def test_a_waiver_hides_only_failures(result: str, tmp_path: Path) -> None:
    site = made.told(made.faulty(), "lease", waiver=made.WAIVER, result=result)
    (suite,) = suites(tmp_path, made.faulty(), sites={1: site})
    (lease,) = (case for case in suite if case.name.startswith("lease "))
    assert [type(each) for each in lease.result] == KINDS[result]


def test_a_site_of_which_nothing_was_judged_is_an_error(tmp_path: Path) -> None:
    (suite,) = suites(tmp_path, shop.report(failures=(), rules=()))
    (case,) = suite
    assert [type(each) for each in case.result] == [Error]


def test_hostile_text_is_shown_whole(tmp_path: Path) -> None:
    root = ElementTree.fromstring(made.written("junit", tmp_path, [made.hostile()]).encode())
    messages = {each.get("message", "") for each in root.iter()}
    # The report for programs gives a lone surrogate as six characters, and so do all that are made from it.
    shown = visible(shop.HOSTILE.replace("\udc80", "\\udc80"))
    assert shown in messages
    assert {each.tag for each in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "properties", "property"),
    }
