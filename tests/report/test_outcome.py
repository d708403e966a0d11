"""Exit codes: 0, 1 and 3, and what loosens them."""

from dataclasses import replace

import pytest

from auditor.capture import Failure
from auditor.errors import UsageError
from auditor.pipeline import SiteReport
from auditor.report.outcome import Limits, Outcome, Share, Tally
from auditor.report.summary import Standing
from auditor.verdicts import Finding, Result, Severity
from tests.report import shop

FAILED = Failure("ap2", "openwrt", "refused", "look", 1)


@pytest.fixture(scope="module")
def base() -> SiteReport:
    return shop.healthy()


def finding(result: Result, *, severity: Severity | None = None, may_be: Severity = Severity.ERROR) -> Finding:
    return replace(
        shop.healthy().findings[0], result=result, severity=severity, may_be=may_be, fingerprint=result.value
    )


def outcome(
    base: SiteReport, *findings: Finding, failures: tuple[Failure, ...] = (), limits: Limits | None = None
) -> Outcome:
    tally = Tally(limits or Limits())
    tally.add(replace(base, findings=(*base.findings, *findings), failures=failures))
    return tally.outcome()


ERROR = finding(Result.FAIL, severity=Severity.ERROR)
WARNING = finding(Result.FAIL, severity=Severity.WARNING)
NOTE = finding(Result.FAIL, severity=Severity.NOTE)
UNKNOWN = finding(Result.UNKNOWN)
UNKNOWN_NOTE = finding(Result.UNKNOWN, may_be=Severity.NOTE)
BROKEN = finding(Result.ERROR)
CARD = finding(Result.NOT_CHECKED)


@pytest.mark.parametrize(
    ("findings", "limits", "code"),
    [
        ((), Limits(), 0),
        ((CARD,), Limits(), 0),
        ((ERROR,), Limits(), 1),
        ((WARNING,), Limits(), 0),
        ((WARNING,), Limits(fail_on=Severity.WARNING), 1),
        ((NOTE,), Limits(fail_on=Severity.WARNING), 0),
        ((NOTE,), Limits(fail_on=Severity.NOTE), 1),
        ((UNKNOWN,), Limits(), 3),
        ((UNKNOWN_NOTE,), Limits(), 0),
        ((UNKNOWN_NOTE,), Limits(fail_on=Severity.NOTE), 3),
        ((UNKNOWN,), Limits(allow_unknown=True), 0),
        ((BROKEN,), Limits(), 3),
        ((BROKEN,), Limits(allow_unknown=True), 3),
        ((UNKNOWN, ERROR), Limits(), 1),
        ((UNKNOWN, ERROR), Limits(allow_unknown=True), 1),
    ],
)
def test_findings_decide(base: SiteReport, findings: tuple[Finding, ...], limits: Limits, code: int) -> None:
    assert outcome(base, *findings, limits=limits).code == code


@pytest.mark.parametrize(("limit", "code"), [("0", 3), ("1", 0), ("49%", 3), ("50%", 0), ("100%", 0), ("0%", 3)])
def test_a_device_that_was_not_audited(base: SiteReport, limit: str, code: int) -> None:
    """The shop has two devices, and one of them failed."""
    found = outcome(base, failures=(FAILED,), limits=Limits(max_unaudited=Share.read(limit)))
    assert (found.code, found.unaudited, found.devices) == (code, 1, 2)


def test_one_wins_over_three_and_both_are_counted(base: SiteReport) -> None:
    assert outcome(base, ERROR, UNKNOWN, failures=(FAILED,)) == Outcome(1, 1, 1, 1, 2)


def test_a_shared_device_counts_once(base: SiteReport) -> None:
    tally = Tally()
    for _ in range(3):
        tally.add(replace(base, failures=(FAILED,)))
    assert tally.outcome().unaudited == 1
    assert tally.sites == {Standing.UNKNOWN: 3}


@pytest.mark.parametrize("text", ["", "-1", "x", "101%", "1.5", "5 percent", "٣"])
def test_a_share_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--max-unaudited"):
        Share.read(text)
