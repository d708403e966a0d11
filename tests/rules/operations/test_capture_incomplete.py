"""Gaps are written by the collector, so no configuration can show them: the rule is asked directly."""

from dataclasses import replace
from pathlib import Path

from auditor.capture import Gap
from auditor.pipeline import audit
from auditor.policies import load_policy
from auditor.verdicts import Finding, Result, Severity
from tests.rules.harness.case import Case
from tests.rules.harness.shop import NOW, shop_of

REFUSED = Gap("commands/clock.txt", "permission denied", "collect as a user that may run it")


def findings(*gaps: Gap) -> list[Finding]:
    shop = shop_of(Case(Path(__file__), "healthy", 1, "openwrt/healthy"))
    captures = tuple(replace(capture, gaps=gaps) for capture in shop.captures)
    report = audit(shop.entry, captures, (), load_policy("stripe-terminal"), NOW)
    return [finding for finding in report.findings if finding.rule == "capture-incomplete"]


def test_a_gap_is_a_note_that_says_what_settles_it() -> None:
    (finding,) = findings(REFUSED)
    assert (finding.result, finding.severity, finding.device) == (Result.FAIL, Severity.NOTE, "gw")
    assert finding.message == "not obtained from gw: commands/clock.txt"
    assert [quote.note for quote in finding.evidence] == ["commands/clock.txt: permission denied"]
    assert finding.advice == ("collect as a user that may run it",)


def test_many_gaps_are_counted_and_their_advice_is_given_once() -> None:
    gaps = tuple(replace(REFUSED, path=f"commands/stations-phy{number}.txt") for number in range(7))
    (finding,) = findings(*gaps)
    assert finding.message.endswith("commands/stations-phy4.txt and 2 more")
    assert len(finding.evidence) == 7
    assert finding.advice == ("collect as a user that may run it",)


def test_without_gaps_it_passes() -> None:
    assert [finding.result for finding in findings()] == [Result.PASS]
