"""Fixes of a device that sixty sites share are tried at all of them, in one process as in several."""

from dataclasses import replace
from tempfile import TemporaryFile

import pytest

from auditor.capture import Capture
from auditor.cli import trials
from auditor.cli.naming import Naming
from auditor.cli.sites import Ready
from auditor.cli.spool import Spool
from auditor.cli.trials import Trials, TrialWork
from auditor.model import Device
from auditor.pipeline import audit, read
from auditor.policies import load_policy
from auditor.report.shared import SharedDevices, SharedReport
from auditor.rules import load_rules
from tests.report import shop

SITES = tuple(f"site-{number:02}" for number in range(1, 61))
RULES = ("dhcp-lease-too-short", "dns-rebind", "wifi-ax")


def trial_of(workers: int, *, broken: int = 0) -> tuple[SharedReport, ...]:
    """All sites ask for what is wrong at the first; the odd ones for its first fix only."""
    found = shop.entry(SITES[0])
    entry = replace(found, devices=tuple(replace(each, shared=True) for each in found.devices[:1]))
    rules = tuple(rule for rule in load_rules() if rule.id in RULES)
    shared = SharedDevices({"gw": SITES})
    naming = Naming(frozenset({"gw"}))
    report = audit(
        entry, (shop.capture(),), (), load_policy(entry.policy), shop.NOW, rules=rules, sites_of=shared.sites_of
    )
    part = shared.part(report)
    assert len(part.fixes) >= 2
    with TemporaryFile("w+b") as file:
        spool = Spool(naming, file)
        for number, name in enumerate(SITES, start=1):
            captures = (None,) if number == broken else (shop.capture(),)
            spool.add(Ready(number, replace(entry, name=name), captures, (), shop.NOW), ("gw",))  # type: ignore[arg-type]
            fixes = part.fixes[:1] if number % 2 else part.fixes
            shared.take(number, replace(part, site=name, fixes=fixes))
        work = TrialWork(tuple(rule.id for rule in rules), naming.shared)
        return tuple(Trials(work, spool, naming, workers)(shared))


def test_several_processes_prove_the_same_and_read_the_device_twice_each(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def counted(capture: Capture) -> Device:
        seen.append(capture.device)
        return read(capture)

    several = trial_of(3)
    monkeypatch.setattr(trials, "read", counted)
    assert trial_of(1) == several
    assert seen == ["gw"] * 3, "as it is, as edited, and for the report"
    (told,) = several
    assert {fix.proven_for for fix in told.fixes if not fix.withheld} == {SITES}


@pytest.mark.parametrize("workers", [1, 3])
def test_a_site_that_cannot_be_tried_withholds_all(workers: int) -> None:
    (told,) = trial_of(workers, broken=30)
    assert {fix.withheld for fix in told.fixes} == {
        "not tried at all its sites: the program failed at site-30: AttributeError"
    }
    assert told.report.remediation.devices == ()
