"""The engine completes verdicts, and turns what rules leave out into results."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.model import Severity, Stated, Unknown
from auditor.rules import Rule
from auditor.rules.engine import Lines, fingerprint, judge
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Finding, Pass, Result, Verdict
from tests.rules.harness.case import read_cases
from tests.rules.harness.shop import shop_of

FACT = Stated("fact", ())


@pytest.fixture(scope="module")
def site() -> Site:
    """The healthy shop."""
    cases = read_cases(Path(__file__).parent / "dhcp" / "lease_too_short" / "openwrt.md")
    return shop_of(cases[0], changed=False).report().site


def _rule(check: Callable[[Site, Readers], Iterator[Verdict]], **more: object) -> Rule:
    return replace(Rule(id="made-up", items=(), severity=Severity.ERROR, doc="Made up.", check=check), **more)  # type: ignore[arg-type]


def _judge(site: Site, *rules: Rule) -> tuple[Finding, ...]:
    return judge(site, rules, Lines({}))


def _silent(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from ()


def _broken(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield Pass("so far so good", FACT)
    raise ZeroDivisionError("secret words of a device")


def test_a_rule_that_says_nothing_is_an_error(site: Site) -> None:
    (finding,) = _judge(site, _rule(_silent))
    assert finding.result is Result.ERROR


def test_a_rule_that_breaks_is_an_error_and_nothing_of_it_counts(site: Site) -> None:
    (finding,) = _judge(site, _rule(_broken))
    assert finding.result is Result.ERROR
    assert "secret words" not in finding.message


def test_a_shop_without_readers_has_no_subject(site: Site) -> None:
    rule = Rule(id="made-up", items=(), severity=Severity.ERROR, doc="Made up.", check_site=lambda site: iter(()))
    assert _judge(replace(site, readers=()), rule, _rule(_silent)) == ()
    assert [finding.result for finding in _judge(site, rule)] == [Result.ERROR]


def test_readers_in_an_unknown_place_are_unknown(site: Site) -> None:
    lost = replace(site.readers[0], place=Unknown("nobody knows where", settle="look"))
    (finding,) = _judge(replace(site, readers=(lost,)), _rule(_broken))
    assert (finding.result, finding.message, finding.settle) == (Result.UNKNOWN, "nobody knows where", "look")


def test_a_rule_that_does_not_concern_readers_says_why(site: Site) -> None:
    (finding,) = _judge(site, _rule(_broken, concerns=(lambda site, readers: "", lambda site, readers: "not these")))
    assert (finding.result, finding.message) == (Result.NOT_APPLICABLE, "not these")


def test_of_verdicts_with_one_fingerprint_the_worst_counts(site: Site) -> None:
    def check(site: Site, readers: Readers) -> Iterator[Verdict]:
        yield Fail("bad", FACT, Severity.WARNING, subject="tablets")
        yield Fail("worse", FACT, Severity.ERROR, subject="tablets")
        yield Pass("fine", FACT, subject="tablets")

    (finding,) = _judge(site, _rule(check))
    assert finding.message == "worse"


def test_a_fingerprint_holds_rule_subject_and_what_it_is_about() -> None:
    parts = ("rule", "subject", "about")
    assert fingerprint(*parts) == fingerprint(*parts)
    assert len({fingerprint(*parts), fingerprint("rules", "ubject", "about"), fingerprint("rule", "subject", "")}) == 3
