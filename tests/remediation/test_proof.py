"""A proof must fail for every kind of wrong edit, and hold for the right one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from auditor.capture import Capture
from auditor.model import Device
from auditor.pipeline import read
from auditor.policies import load_policy
from auditor.remediation.proof import Attempt, Laboratory, Proof, prove, worsened
from auditor.rules.engine import Lines, judge
from auditor.site import join
from auditor.verdicts import Finding, Result, Severity, badness
from tests.remediation.shops import HEALTHY, capture, edited, lease, wants
from tests.rules.harness.shop import NOW

DAY = timedelta(hours=24)
RULES = (wants("lease", lease("pos"), DAY), wants("pool", lease("lan"), timedelta(hours=8)))
BEFORE = capture({"dhcp": ("'24h'", "'2h'")})
RIGHT = edited(BEFORE, {"dhcp": ("'2h'", "'24h'")})
FOOTPRINT = ("dhcp_scopes[pos].lease_time",)


def _judge(devices: Mapping[str, Device]) -> tuple[Finding, ...]:
    entry = HEALTHY.entry
    site = join(entry, load_policy(entry.policy), tuple(devices.values()), (), NOW)
    return judge(site, RULES, Lines.of(()))


def _laboratory() -> Laboratory:
    devices = {"gw": read(BEFORE)}
    return Laboratory(devices, _judge(devices), read, _judge)


def _prove(after: Capture, twice: Capture | None = None, undone: Capture = BEFORE) -> Proof:
    laboratory = _laboratory()
    gone = tuple(finding.fingerprint for finding in laboratory.findings if finding.result is Result.FAIL)
    assert len(gone) == 1
    attempt = Attempt({"gw": BEFORE}, {"gw": after}, {"gw": twice or after}, {"gw": undone}, {"gw": FOOTPRINT})
    return prove(laboratory, attempt, gone=gone)


def test_holds_for_the_right_edit() -> None:
    assert _prove(RIGHT).holds


def test_lines_that_only_move_are_no_change() -> None:
    text = "config odhcpd 'odhcpd'"
    assert _prove(edited(RIGHT, {"dhcp": (text, f"# a comment\n\n{text}")})).holds


def _why(proof: Proof) -> str:
    assert not proof.holds
    return proof.why


def test_the_finding_stays() -> None:
    assert _why(_prove(edited(BEFORE, {"dhcp": ("'2h'", "'3h'")}))) == "the finding stays: lease is 3:00:00"


def test_the_finding_becomes_unknown() -> None:
    assert "the finding stays: cannot read" in _why(_prove(edited(BEFORE, {"dhcp": ("'2h'", "'a day'")})))


@pytest.mark.parametrize(
    ("package", "old", "new", "key"),
    [
        ("dhcp", "option limit '50'", "option limit '51'", "dhcp_scopes[pos].pool"),
        ("dhcp", "'stripe-terminal-local-reader.net'", "'example.org'", "resolvers[dnsmasq].exempt_domains"),
        ("wireless", "'psk2+ccmp'", "'none'", "bsses[pos_2g].akms"),
        ("network", "'192.168.40.1'", "'192.168.41.1'", "dhcp_scopes[guest].domain_name_servers"),
        ("firewall", "config rule 'pos_dns'", "config rule 'other'", "rules[other]"),
    ],
)
def test_something_else_moves(package: str, old: str, new: str, key: str) -> None:
    why = _why(_prove(edited(RIGHT, {package: (old, new)})))
    assert "would change as well" in why
    assert key in why


def test_applying_twice_is_more_than_once() -> None:
    twice = edited(RIGHT, {"dhcp": ("'24h'", "'48h'")})
    assert _why(_prove(RIGHT, twice=twice)) == "applying twice changes gw again"


def test_the_undo_forgets_something() -> None:
    assert _why(_prove(RIGHT, undone=RIGHT)) == "gw: the undo does not bring back dhcp_scopes[pos].lease_time"


def test_the_undo_breaks_something() -> None:
    undone = edited(BEFORE, {"wireless": ("'psk2+ccmp'", "'none'")})
    assert "the undo does not bring back bsses[pos_2g]" in _why(_prove(RIGHT, undone=undone))


def test_another_rule_gets_worse() -> None:
    laboratory = _laboratory()
    after = edited(RIGHT, {"dhcp": ("'8h'", "'1h'")})
    wide = {"gw": ("dhcp_scopes[pos].", "dhcp_scopes[lan].")}
    gone = tuple(finding.fingerprint for finding in laboratory.findings if finding.result is Result.FAIL)
    proof = prove(laboratory, Attempt({"gw": BEFORE}, {"gw": after}, {"gw": after}, {"gw": BEFORE}, wide), gone=gone)
    assert _why(proof) == "pool gets worse: pool is 1:00:00"


def test_a_prefix_of_a_footprint_covers_no_other_name() -> None:
    """`dhcp_scopes[pos].lease_time` must not cover `dhcp_scopes[pos].lease_time_of_something_else`."""
    laboratory = _laboratory()
    attempt = Attempt({"gw": BEFORE}, {"gw": RIGHT}, {"gw": RIGHT}, {"gw": BEFORE}, {"gw": ("dhcp_scopes[pos].lease",)})
    assert "would change as well" in _why(prove(laboratory, attempt, gone=()))


def _finding(result: Result, severity: Severity | None = None, fingerprint: str = "one") -> Finding:
    (finding, *_) = _laboratory().findings
    return replace(finding, result=result, severity=severity, fingerprint=fingerprint)


WORSE_AND_WORSE = (
    _finding(Result.PASS),
    _finding(Result.FAIL, Severity.NOTE),
    _finding(Result.UNKNOWN),
    _finding(Result.FAIL, Severity.WARNING),
    _finding(Result.FAIL, Severity.ERROR),
    _finding(Result.ERROR),
)


def test_results_have_an_order() -> None:
    assert sorted(WORSE_AND_WORSE, key=badness) == list(WORSE_AND_WORSE)
    for better, worse in pairwise(WORSE_AND_WORSE):
        assert worsened((better,), (worse,)) == (worse,)
        assert worsened((worse,), (better,)) == ()
        assert worsened((worse,), (worse,)) == ()


def test_a_new_finding_counts_from_pass() -> None:
    new = _finding(Result.UNKNOWN, fingerprint="two")
    assert worsened((), (new,)) == (new,)
    assert worsened((), (_finding(Result.NOT_APPLICABLE, fingerprint="two"),)) == ()


def _blind(rule: str, message: str = "the network ends at a port", about: str = "") -> Finding:
    finding = replace(_finding(Result.UNKNOWN, fingerprint=f"{rule} unknown"), rule=rule, message=message, about=about)
    return replace(finding, subject="tills")


REVEALED = replace(
    _finding(Result.FAIL, Severity.ERROR, fingerprint="seen"), rule="a", subject="tills", message="short"
)


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ((_blind("a"), _blind("b")), (), False),
        ((_blind("a"),), (), True),  # one rule alone may have its own reason
        ((_blind("a"), _blind("b")), (_blind("b"),), True),  # the reason is still there
        ((_blind("a", about="x"), _blind("b", about="x")), (), True),  # something of the subject was known
        ((_blind("b"), _blind("c")), (), True),  # this rule knew
    ],
)
def test_what_was_hidden_is_no_worse_for_being_seen(
    before: tuple[Finding, ...], after: tuple[Finding, ...], worse: bool
) -> None:
    assert (REVEALED in worsened(before, (*after, REVEALED))) is worse
