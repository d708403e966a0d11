"""What `auditor verify` says of findings that are gone from the files, by what the device runs."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from auditor.model import Fact, Stated, Unknown
from auditor.pipeline import SiteReport
from auditor.report import verification
from auditor.report.verification import Comparison
from tests.report import shop

SEEN = Unknown("when the files were changed was not captured")


def _compared(pending: Fact[bool]) -> Comparison:
    """Verify a shop where no finding comes up any more."""
    before = shop.report()
    devices = tuple(replace(device, pending_changes=pending) for device in before.site.devices)
    after = replace(before, site=replace(before.site, devices=devices), findings=(), failures=())
    return verification.compare(before, after, {"lease", "rebind"})


def _shown(comparison: Comparison) -> str:
    stream = io.StringIO()
    verification.show(comparison, Console(file=stream, width=200))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("pending", "code", "heading", "words"),
    [
        (Stated(False, ()), 0, "FIXED", "fixed  "),
        (Stated(True, ()), 1, "NOT IN FORCE YET", "not in force yet  "),
        (SEEN, 0, "FIXED", "not seen  "),
    ],
)
def test_what_does_not_act_yet_is_not_fixed(pending: Fact[bool], code: int, heading: str, words: str) -> None:
    comparison = _compared(pending)
    assert (comparison.exit_code, comparison.heading) == (code, heading)
    assert f"\n  {words}" in _shown(comparison)
    waiting = {finding.rule for finding in comparison.waiting}
    assert waiting == ({"lease", "rebind"} if code else set())


def test_only_changed_devices_are_named_as_not_seen(report: SiteReport) -> None:
    unsure = replace(report.site, devices=tuple(replace(d, pending_changes=SEEN) for d in report.site.devices))
    assert verification.compare(report, replace(report, site=unsure), {"lease"}).unsure == ()


@pytest.fixture
def report() -> SiteReport:
    return shop.report()
