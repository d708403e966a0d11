"""Which fixes are chosen, in which order, and what each device gets."""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from auditor.intents import DisableStationIsolation, EnlargePool, RemoveLocalAnswer, SetLeaseTime
from auditor.model import AddressRange, IsolationScope
from auditor.remediation import PlannedFix, Remediation, Safety, plan
from auditor.rules import Rule
from auditor.verdicts import Change, Fix, Severity
from tests.remediation.patching import PATCHES
from tests.remediation.shops import capture, isolation, lease, pool, report, wants

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
FAULTY = capture({"dhcp": ("'24h'", "'2h'"), "wireless": ("'psk2+ccmp'", "'psk2+ccmp'\n\toption isolate '1'")})


def _lease(scope: str = "pos", time: timedelta = DAY, risks: tuple[str, ...] = ()) -> Fix:
    return Fix.one("gw", SetLeaseTime(scope, time), risks=risks)


ISOLATION_OFF = Fix.one("gw", DisableStationIsolation("pos_2g"))
WANTS_LEASE = wants("lease", lease("pos"), DAY, _lease())
WANTS_NO_ISOLATION = wants("isolation", isolation("pos_2g"), IsolationScope.NONE, ISOLATION_OFF)


def _remedy(
    *rules: Rule, managed_by: str | None = None, sites_of: Mapping[str, tuple[str, ...]] | None = None
) -> Remediation:
    return report(rules, FAULTY, managed_by=managed_by, sites_of=sites_of).remediation


def _only(remediation: Remediation) -> PlannedFix:
    (fix,) = remediation.fixes
    return fix


def test_nothing_fails_nothing_is_fixed() -> None:
    remediation = report((WANTS_LEASE, WANTS_NO_ISOLATION)).remediation
    assert remediation == Remediation((), (), None)


def test_what_interrupts_nobody_comes_first_and_radios_last() -> None:
    remediation = _remedy(WANTS_NO_ISOLATION, WANTS_LEASE)
    assert [fix.label for fix in remediation.fixes] == ["F1", "F2"]
    assert [fix.disconnects == "nobody" for fix in remediation.fixes] == [True, False]
    assert remediation.proof is not None
    assert remediation.proof.holds


def test_a_device_gets_all_its_changes_in_order() -> None:
    (device,) = _remedy(WANTS_NO_ISOLATION, WANTS_LEASE).devices
    assert [type(change.change.intent) for change in device.changes] == [SetLeaseTime, DisableStationIsolation]
    assert [effect.service for effect in device.effects] == ["dhcp", "odhcpd", "wireless"]
    texts = {file.path: file.text for file in device.after.files}
    assert set(device.diffs) == {"/etc/config/dhcp", "/etc/config/wireless"}
    for path, diff in device.diffs.items():
        before = device.before.file(path)
        assert before is not None
        for patch in PATCHES:
            assert patch(before.text, diff) == texts[path]


def test_equal_fixes_are_one_fix_for_all_their_findings() -> None:
    again = wants("again", lease("pos"), DAY, _lease(risks=("somebody is hit",)))
    fix = _only(_remedy(WANTS_LEASE, again))
    assert len(fix.findings) == 2
    assert fix.reasons == ("somebody is hit",)
    assert fix.safety is Safety.RISKY


def test_the_first_fix_is_taken_and_the_others_are_named() -> None:
    other = _lease(time=WEEK)
    fix = _only(_remedy(wants("lease", lease("pos"), DAY, _lease(), other)))
    assert (fix.fix, fix.others) == (_lease(), (other,))
    assert fix.safety is Safety.SAFE


def test_what_a_fix_weakens_makes_it_risky() -> None:
    weaker = Fix.one("gw", DisableStationIsolation("pos_2g"), weakens="stations reach each other")
    fix = _only(_remedy(wants("isolation", isolation("pos_2g"), IsolationScope.NONE, weaker)))
    assert fix.safety is Safety.RISKY
    assert fix.reasons[0] == "weakens: stations reach each other"


def test_a_radio_that_others_share_makes_a_fix_risky() -> None:
    wanted = Fix.one("gw", DisableStationIsolation("pos_2g"))
    fix = _only(_remedy(wants("isolation", isolation("pos_2g"), IsolationScope.NONE, wanted)))
    assert fix.safety is Safety.RISKY
    assert fix.reasons == ("restarts radios that also carry SHOP-GUEST",)


def test_the_second_fix_is_taken_where_the_first_cannot_be_made() -> None:
    impossible = Fix.one("gw", DisableStationIsolation("no_such_bss"))
    remediation = _remedy(wants("lease", lease("pos"), DAY, impossible, _lease()))
    fix = _only(remediation)
    assert fix.safety is Safety.SAFE
    assert fix.fix == _lease()
    assert fix.others == (), "what the platform cannot do is no alternative"


def test_a_fix_that_does_not_help_is_withheld() -> None:
    useless = wants("lease", lease("pos"), DAY, _lease("lan"))
    remediation = _remedy(useless)
    fix = _only(remediation)
    assert fix.proof is not None
    assert not fix.proof.holds
    assert fix.withheld == "the finding stays: lease is 2:00:00"
    assert remediation.devices == ()


def test_a_fix_that_harms_another_rule_is_withheld() -> None:
    unharmed = wants("other", lease("guest"), timedelta(minutes=30))
    harmful = Fix("both", (Change("gw", SetLeaseTime("pos", DAY)), Change("gw", SetLeaseTime("guest", DAY))))
    fix = _only(_remedy(unharmed, wants("lease", lease("pos"), DAY, harmful)))
    assert fix.withheld == "other gets worse: other is 1 day, 0:00:00"


def test_a_fix_that_does_not_hold_together_with_those_before_it_drops_out() -> None:
    """Each alone settles its finding; one after the other, the later wins."""
    week = wants("week", lease("pos"), WEEK, _lease(time=WEEK))
    remediation = _remedy(WANTS_LEASE, week, WANTS_NO_ISOLATION)
    assert all(fix.proof is not None and fix.proof.holds for fix in remediation.fixes)
    withheld = {fix.label: fix.withheld for fix in remediation.fixes}
    assert withheld["F1"] == ""
    assert "does not hold together with the other fixes" in withheld["F2"]
    assert withheld["F3"] == "", "a fix that is not to blame stays"
    (device,) = remediation.devices
    assert [fix.label for fix in device.fixes] == ["F1", "F3"]
    assert remediation.proof is not None
    assert remediation.proof.holds


def test_two_fixes_of_one_scope_hold_together() -> None:
    larger = AddressRange(IPv4Address("192.168.30.100"), IPv4Address("192.168.30.159"))
    enlarge = wants("pool", pool("pos"), larger, Fix.one("gw", EnlargePool("pos", 60)))
    (device,) = _remedy(WANTS_LEASE, enlarge).devices
    assert [line for change in device.changes for line in change.snippet.apply] == [
        "uci set 'dhcp.pos.leasetime=24h'",
        "uci set 'dhcp.pos.limit=60'",
    ]


def test_a_managed_device_gets_advice_only() -> None:
    fix = _only(_remedy(WANTS_LEASE, managed_by="the central controller"))
    assert fix.safety is Safety.MANUAL
    assert fix.reasons == ("the configuration is made in the central controller; change it there, not on the device",)
    assert fix.changes == ()


def test_a_manual_fix_has_no_snippet() -> None:
    by_hand = Fix("move the readers to another VLAN", manual="somebody must plug cables")
    fix = _only(_remedy(wants("lease", lease("pos"), DAY, by_hand)))
    assert (fix.safety, fix.reasons, fix.changes, fix.proof) == (
        Safety.MANUAL,
        ("somebody must plug cables",),
        (),
        None,
    )


def test_what_the_platform_cannot_do_is_by_hand() -> None:
    impossible = Fix.one("gw", RemoveLocalAnswer("dnsmasq", "/not/there", "not"))
    fix = _only(_remedy(wants("lease", lease("pos"), DAY, impossible)))
    assert fix.safety is Safety.MANUAL
    assert "no list value of its own" in fix.reasons[0]


def test_a_value_that_cannot_be_pasted_makes_it_by_hand() -> None:
    hostile = capture({"dhcp": ("'24h'", "'2h\n; reboot'")})
    unreadable = wants("limit", pool("lan"), None, _lease())
    fix = _only(report((unreadable,), hostile).remediation)
    assert fix.safety is Safety.MANUAL
    assert "control character" in fix.reasons[0]


def test_a_shared_device_says_how_many_sites_a_fix_touches() -> None:
    fix = _only(_remedy(WANTS_LEASE, sites_of={"gw": ("shop", "other", "third")}))
    assert fix.safety is Safety.RISKY
    assert fix.reasons == ("gw serves 3 sites: shop, other, third",)


def test_a_note_is_fixed_as_well() -> None:
    note = wants("lease", lease("pos"), DAY, _lease(), severity=Severity.NOTE)
    assert _only(_remedy(note)).withheld == ""


def test_a_run_tries_so_many_fixes_and_leaves_the_rest_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOST_FIXES", 1)
    warning = wants("isolation", isolation("pos_2g"), IsolationScope.NONE, ISOLATION_OFF, severity=Severity.WARNING)
    tried, left = _remedy(warning, WANTS_LEASE).fixes
    assert isinstance(tried.fix.changes[0].intent, SetLeaseTime)
    assert tried.proof is not None
    assert left.safety is Safety.MANUAL
    assert "then audit again" in left.reasons[0]
