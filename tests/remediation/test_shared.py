"""Fixes of a device that several sites share: one for all who ask, and only if no site speaks against it."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta

import pytest

from auditor.capture import Capture
from auditor.intents import SetLeaseTime
from auditor.model import IsolationScope
from auditor.pipeline import audit, trial
from auditor.platforms import platform
from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.remediation import Remediation
from auditor.remediation.shared import (
    MOST_FIXES,
    MOST_LAPS,
    Course,
    SharedFix,
    Trial,
    Tried,
    edits,
    of_one_device,
    try_at,
)
from auditor.rules import Rule
from auditor.verdicts import Change, Fix, Severity
from tests.remediation.shops import HEALTHY, capture, isolation, lease, report, wants
from tests.remediation.test_plan import ISOLATION_OFF, WANTS_NO_ISOLATION
from tests.rules.harness.shop import NOW

DAY, SHORT = timedelta(hours=24), timedelta(hours=2)
FAULTY = capture({"dhcp": ("'24h'", "'2h'"), "wireless": ("'psk2+ccmp'", "'psk2+ccmp'\n\toption isolate '1'")})
LONG = wants("lease", lease("pos"), DAY, Fix.one("gw", SetLeaseTime("pos", DAY)))
KEEP_SHORT = wants("short", lease("pos"), SHORT)
SITES = ("a", "b", "c")


def asked(*by: tuple[str, tuple[Rule, ...]]) -> tuple[SharedFix, ...]:
    """What sites ask for, each by its own rules."""
    known: list[SharedFix] = []
    for site, rules in by:
        entry = dataclasses.replace(HEALTHY.entry, name=site)
        policy = load_policy(entry.policy)
        found = audit(entry, (FAULTY,), (), policy, NOW, rules=rules, sites_of={"gw": SITES})
        for fix in of_one_device(found.remediation, "gw"):
            same = next((each for each in known if edits(each.fix) == edits(fix)), None)
            if same is None:
                known.append(SharedFix(dataclasses.replace(fix, label=f"F{len(known) + 1}"), {site: fix.findings}))
            else:
                place = known.index(same)
                known[place] = SharedFix(same.fix, {**same.asked_by, site: fix.findings})
    return tuple(known)


def trials(rules: Mapping[str, tuple[Rule, ...]], captured: Capture = FAULTY) -> list[Trial]:
    entries = {site: dataclasses.replace(HEALTHY.entry, name=site) for site in rules}
    return [
        trial(entries[site], (captured,), (), load_policy(entries[site].policy), NOW, rules=chosen)
        for site, chosen in rules.items()
    ]


def shared_plan(device: str, asked: tuple[SharedFix, ...], sites: list[Trial]) -> Remediation:
    course = Course(device, asked, len(sites))
    while not course.finished:
        course.take(try_at(device, course.held, sites[course.place]))
    return course.plan({device: FAULTY}, {device: (platform("openwrt"), load_profile("openwrt"))})


def test_the_same_edit_for_two_sites_is_one_fix() -> None:
    known = asked(("a", (LONG,)), ("b", (LONG, WANTS_NO_ISOLATION)))
    assert [list(each.asked_by) for each in known] == [["a", "b"], ["b"]]
    assert [each.fix.label for each in known] == ["F1", "F2"]
    assert all(each.fix.sites == SITES for each in known)


def test_a_fix_is_tried_at_every_site_and_says_where_it_was_not() -> None:
    plan = shared_plan("gw", asked(("a", (LONG,))), trials({"a": (LONG,), "b": (WANTS_NO_ISOLATION,)}))
    (fix,) = plan.fixes
    assert (fix.withheld, fix.proven_for) == ("", ("a", "b"))
    assert fix.proof is not None
    assert "2 of 3 sites; not tried at c" in fix.proof.why
    (device,) = plan.devices
    assert "leasetime '24h'" in str(device.diffs)


def test_a_site_that_gets_worse_speaks_against_a_fix_and_no_other() -> None:
    known = asked(("a", (LONG, WANTS_NO_ISOLATION)))
    plan = shared_plan("gw", known, trials({"a": (LONG, WANTS_NO_ISOLATION), "b": (KEEP_SHORT,)}))
    by_rule = {type(fix.fix.changes[0].intent): fix for fix in plan.fixes}
    spoilt = by_rule.pop(SetLeaseTime)
    assert "at b: short gets worse" in spoilt.withheld
    assert spoilt.proven_for == ()
    (kept,) = by_rule.values()
    assert kept.proven_for == ("a", "b")
    (device,) = plan.devices
    assert [change.change for change in device.changes] == [ISOLATION_OFF.changes[0]]


def test_of_two_edits_that_exclude_each_other_the_first_stays() -> None:
    short = wants("short", lease("pos"), timedelta(hours=20), Fix.one("gw", SetLeaseTime("pos", timedelta(hours=20))))
    plan = shared_plan("gw", asked(("a", (LONG,)), ("b", (short,))), trials({"a": (LONG,), "b": (short,)}))
    assert [bool(fix.withheld) for fix in plan.fixes] == [False, True]


@pytest.mark.parametrize("rules", [{}, {"a": (KEEP_SHORT,)}])
def test_what_holds_nowhere_is_nowhere_given(rules: Mapping[str, tuple[Rule, ...]]) -> None:
    plan = shared_plan("gw", asked(("a", (LONG,))), trials(rules))
    assert plan.fixes[0].withheld
    assert plan.devices == ()


def test_a_site_that_lacks_the_device_is_no_proof() -> None:
    other = dataclasses.replace(FAULTY, device="other")
    plan = shared_plan("gw", asked(("a", (LONG,))), trials({"a": (WANTS_NOTHING,)}, other))
    assert plan.fixes[0].withheld == "it could not be tried at any site"


def test_a_fix_with_a_part_on_another_device_stays_with_its_site() -> None:
    both = Fix("both", (Change("gw", SetLeaseTime("pos", DAY)), *ISOLATION_OFF.changes))
    remediation = report((wants("lease", lease("pos"), DAY, both),), FAULTY).remediation
    assert len(of_one_device(remediation, "gw")) == 1
    assert of_one_device(remediation, "other") == ()


def test_what_was_withheld_at_its_site_is_not_asked_for() -> None:
    bad = wants("lease", lease("pos"), DAY, Fix.one("gw", SetLeaseTime("pos", timedelta(hours=3))))
    assert of_one_device(report((bad,), FAULTY).remediation, "gw") == ()


WANTS_NOTHING = wants("nothing", isolation("pos_2g"), IsolationScope.SAME_BSS, severity=Severity.NOTE)


def told(site: str, **lost: str) -> Tried:
    return Tried(site, lost=lost)


def many(number: int) -> tuple[SharedFix, ...]:
    (one,) = asked(("a", (LONG,)))
    return tuple(SharedFix(dataclasses.replace(one.fix, label=f"F{n}"), {}) for n in range(1, number + 1))


def test_what_is_left_is_tried_at_all_sites_again_and_no_more() -> None:
    course, places = Course("gw", many(2), 3), []
    for tried in (told("a"), told("b", F1="no"), told("c"), told("a")):
        assert not course.finished
        places.append(course.place)
        course.take(tried)
    assert course.finished
    assert places == [0, 1, 2, 0]
    assert [each.fix.label for each in course.held] == ["F2"]


def test_a_site_that_the_program_failed_at_withholds_all() -> None:
    course = Course("gw", many(2), 3)
    course.take(Tried("a", broken="ValueError"))
    assert course.finished
    fixes = course.plan({"gw": FAULTY}, {}).fixes
    assert {fix.withheld for fix in fixes} == {"not tried at all its sites: the program failed at a: ValueError"}


def test_more_fixes_than_one_run_tries_wait() -> None:
    course = Course("gw", many(MOST_FIXES + 2), 1)
    course.take(told("a"))
    fixes = course.plan({"gw": FAULTY}, {"gw": (platform("openwrt"), load_profile("openwrt"))}).fixes
    assert [bool(fix.withheld) for fix in fixes] == [False] * MOST_FIXES + [True] * 2
    assert "most sites ask for come first" in fixes[-1].withheld


def test_a_course_without_an_end_is_given_up() -> None:
    course, steps = Course("gw", many(MOST_FIXES), 2), 0
    while not course.finished:
        course.take(told("ab"[course.place], **{course.held[0].fix.label: "no"}))
        steps += 1
    assert steps == 2 * MOST_LAPS
    assert all(fix.withheld for fix in course.plan({"gw": FAULTY}, {}).fixes)
