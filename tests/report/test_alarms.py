"""A changed host key is told once for each host, whatever else is allowed, and never ends a run with 0."""

import io
from dataclasses import replace

from rich.console import Console

from auditor.capture import Failure, FailureKind
from auditor.report.outcome import Limits, Share, Tally
from auditor.report.terminal import render_summary
from tests.report import shop

WHY = "jump host bastion: host key of bastion changed: it shows SHA256:b, recorded is SHA256:a"


def test_a_changed_key_of_a_jump_host_is_one_alarm_for_all_behind_it() -> None:
    base = shop.healthy()
    tally = Tally(Limits(allow_unknown=True, max_unaudited=Share(100, percent=True)))
    failures = tuple(Failure(name, "openwrt", WHY, "look", 1, FailureKind.HOST_KEY_CHANGED) for name in ("a", "b"))
    tally.add(replace(base, failures=failures[:1]))
    tally.add(replace(base, failures=failures))
    assert tally.outcome().code == 3
    page = io.StringIO()
    render_summary(tally, Console(file=page, width=100), now=base.site.now)
    text = page.getvalue()
    assert text.count("HOST KEY CHANGED") == 1
    assert f"{base.site.name}/a" in text or " a, b" in text
    assert "Somebody may be in between" in text
