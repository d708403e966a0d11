"""A fix that touches two devices: one change with an order, proven together, and withheld together."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.intents import SetLeaseTime
from auditor.model import Unknown
from auditor.pipeline import SiteReport, audit
from auditor.policies import load_policy
from auditor.remediation import PlannedFix, Safety
from auditor.remediation.devices import in_order
from auditor.remediation.ranked import RenderedChange
from auditor.report import files, html
from auditor.report.fixes import part_of
from auditor.rules import Rule
from auditor.site import Site
from auditor.verdicts import Change, Fail, Fix, Pass, Severity, Verdict
from tests.remediation.shops import HEALTHY, capture, edited
from tests.rules.harness.shop import NOW

DAY = timedelta(hours=24)
SHORT = {"dhcp": ("'24h'", "'2h'")}


def _lease(device: str, scope: str = "pos") -> Change:
    return Change(device, SetLeaseTime(scope, DAY))


def _report(*fixes: Fix, managed: str = "") -> SiteReport:
    """A shop of two routers, core and fw, whose leases must both be long; the fixes are for each of the two rules."""
    (first,) = HEALTHY.entry.devices
    entries = tuple(
        replace(first, name=name, managed_by="a controller" if name == managed else None) for name in ("fw", "core")
    )
    captures = tuple(replace(edited(capture(), SHORT), device=entry.name) for entry in entries)
    rules = tuple(_wants(f"rule-{number}", fix) for number, fix in enumerate(fixes))
    entry = replace(HEALTHY.entry, devices=entries)
    return audit(entry, captures, (), load_policy(entry.policy), NOW, rules=rules)


def _wants(name: str, fix: Fix) -> Rule:
    def check(site: Site) -> Iterator[Verdict]:
        facts = [s.lease_time for n in ("core", "fw") for s in site.device(n).dhcp_scopes if s.key == "pos"]
        if all(not isinstance(fact, Unknown) and fact.value >= DAY for fact in facts):
            yield Pass("both", tuple(facts))
        else:
            yield Fail("one of them is short", tuple(facts), Severity.ERROR, (fix,))

    return Rule(id=name, items=(), severity=Severity.ERROR, doc=name, check_site=check)


BOTH = Fix("longer leases on core and fw", (_lease("core"), _lease("fw")))


def _only(report: SiteReport) -> PlannedFix:
    (fix,) = report.remediation.fixes
    return fix


def test_both_parts_are_proven_together_and_come_in_the_order_of_the_fix() -> None:
    report = _report(BOTH)
    fix = _only(report)
    assert fix.proof is not None
    assert fix.proof.holds
    assert [device.device for device in report.remediation.devices] == ["core", "fw"]


@pytest.mark.parametrize(
    ("fix", "safety", "words"),
    [
        (Fix("half", (_lease("core"),)), Safety.SAFE, "the finding stays"),
        (Fix("both", (_lease("core"), _lease("fw", "none"))), Safety.MANUAL, "its part on fw: "),
    ],
)
def test_half_a_fix_is_none(fix: Fix, safety: Safety, words: str) -> None:
    report = _report(fix)
    planned = _only(report)
    assert planned.safety is safety
    assert words in "; ".join((*planned.reasons, planned.withheld))
    assert report.remediation.devices == ()


def test_a_part_that_is_managed_elsewhere_takes_the_other_with_it() -> None:
    report = _report(BOTH, managed="fw")
    (reason,) = _only(report).reasons
    assert reason == "its part on fw: the configuration is made in a controller; change it there, not on the device"
    assert report.remediation.devices == ()


def test_files_and_run_sheet_say_which_part_comes_first(tmp_path: Path) -> None:
    sheet, *_ = (path.read_text() for path in files.write(_report(BOTH), tmp_path))
    first, second = "part 1 of 2 of F1, then fw", "part 2 of 2 of F1, after core"
    assert sheet.index("core.commands") < sheet.index(first) < sheet.index("fw.commands") < sheet.index(second)
    assert first in (tmp_path / "core.commands").read_text()
    assert second in (tmp_path / "fw.commands").read_text()
    assert "takes back part 2 of 2 of F1, then core" in (tmp_path / "fw.undo").read_text()
    assert "takes back part 1 of 2 of F1, after fw" in (tmp_path / "core.undo").read_text()


def test_the_page_says_so_too(tmp_path: Path) -> None:
    html.write([_report(BOTH)], tmp_path / "report.html", now=NOW)
    page = (tmp_path / "report.html").read_text()
    assert page.index("Part 1 of 2 of F1, then fw") < page.index("Part 2 of 2 of F1, after core")


def test_safe_parts_of_another_fix_do_not_turn_the_order_of_a_risky_one(tmp_path: Path) -> None:
    risky = Fix("both", (_lease("fw"), _lease("core")), risks=("somebody",))
    other = Fix("office", (_lease("core", "lan"), _lease("core"), _lease("fw")))
    sheet, *_ = (path.read_text() for path in files.write(_report(other, risky), tmp_path))
    assert sheet.index("core.commands") < sheet.index("fw.commands")
    assert sheet.index("fw.risky.commands") < sheet.index("core.risky.commands")


def _planned(*devices: str) -> PlannedFix:
    return replace(_only(_report(BOTH)), changes=_changes(*devices))


def _changes(*devices: str) -> tuple[RenderedChange, ...]:
    (change, _) = _only(_report(BOTH)).changes
    return tuple(replace(change, change=replace(change.change, device=device)) for device in devices)


@pytest.mark.parametrize(
    ("fixes", "order"),
    [
        ([("a", "b"), ("c",)], "abc"),
        ([("b",), ("a", "b")], "ab"),
        ([("b", "c"), ("a", "b")], "abc"),
        ([("a", "b"), ("b", "a")], "ab"),  # no order suits both
        ([("a", "b", "a")], "ab"),
    ],
)
def test_devices_come_in_the_order_of_every_fix(fixes: list[tuple[str, ...]], order: str) -> None:
    assert "".join(in_order(tuple(_planned(*devices) for devices in fixes))) == order


def test_a_part_in_the_middle_says_both() -> None:
    fix = _planned("a", "b", "c")
    assert part_of(fix, "b").startswith("part 2 of 3 of F1, after a, then c;")
    assert part_of(_planned("a"), "a") == ""
