"""What belongs together, and what comes first."""

from dataclasses import replace

import pytest

from auditor.capture import Failure
from auditor.model import Severity
from auditor.pipeline import SiteReport
from auditor.report.summary import (
    Counts,
    Standing,
    count,
    due_cards,
    lines_of,
    quoted,
    short_note,
    standing,
    unknown_causes,
    worst_first,
)
from auditor.verdicts import Result
from tests.report import shop


@pytest.fixture(scope="module")
def report() -> SiteReport:
    return shop.report()


def test_everything_is_counted_once(report: SiteReport) -> None:
    counts = count(report.findings)
    assert counts == Counts(2, 1, 1, 2, 0, 1, 1, 2)


def test_the_worst_comes_first(report: SiteReport) -> None:
    rules = [finding.rule for finding in worst_first(report.findings)]
    assert rules == [
        "lease", "rebind", "ax", "egress", "egress-names", "vlan", "card-address", "card-cable", "private", "wired",
    ]  # fmt: skip


def test_standing() -> None:
    healthy = shop.healthy()
    finding = healthy.findings[0]
    unknown = replace(finding, result=Result.UNKNOWN)
    broken = replace(finding, result=Result.ERROR)
    warning = replace(finding, result=Result.FAIL, severity=Severity.WARNING)
    note = replace(finding, result=Result.FAIL, severity=Severity.NOTE)
    error = replace(finding, result=Result.FAIL, severity=Severity.ERROR)
    for findings, expected in (
        ((), Standing.PASS),
        ((note,), Standing.PASS),
        ((warning,), Standing.WARN),
        ((warning, unknown), Standing.UNKNOWN),
        ((broken,), Standing.UNKNOWN),
        ((unknown, warning, error), Standing.FAIL),
    ):
        assert standing(replace(healthy, findings=(*healthy.findings, *findings))) is expected
    assert standing(replace(healthy, failures=(Failure("x", "openwrt", "", "", 0),))) is Standing.UNKNOWN
    assert standing(replace(healthy, findings=())) is Standing.UNKNOWN


def test_unknowns_with_one_cause_are_one(report: SiteReport) -> None:
    (cause,) = unknown_causes(report.findings)
    assert (cause.rules, cause.items) == (("egress", "egress-names"), ("R6", "T6"))
    other = [replace(f, settle="ask") if f.rule == "egress-names" else f for f in report.findings]
    assert len(unknown_causes(other)) == 2


def test_a_card_is_due_if_an_item_of_it_fails(report: SiteReport) -> None:
    due, other = due_cards(report.findings)
    assert [finding.rule for finding in due] == ["card-address"]
    assert [finding.rule for finding in other] == ["card-cable"]


def test_lines_add_up(report: SiteReport) -> None:
    lines = lines_of(file for files in report.coverage.values() for file in files)
    texts = [file.text for capture in report.captures for file in capture.files]
    assert lines.total == sum(len(text.splitlines()) for text in texts)
    assert lines.unknown == 1


def test_a_default_is_shown_with_the_vendor_and_without_its_source(report: SiteReport) -> None:
    finding = next(finding for finding in report.findings if finding.rule == "rebind")
    (quote,) = finding.evidence
    assert short_note(report, quote, "gw") == "default, no line says otherwise (OpenWrt: rebind_protection 1)"
    assert short_note(report, replace(quote, note="odd"), "gw") == "odd"
    assert quoted(report, quote) == "config dnsmasq 'main'"
