"""Exports that other people published: every rule runs on all of them, no line is dropped, few are not understood."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile
from auditor.pipeline import audit
from auditor.platforms.routeros.recognise import recognise
from auditor.platforms.routeros.redaction import redact
from auditor.policies import load_policy
from auditor.secrets import Redactor
from auditor.verdicts import Result
from tests.platforms.counted_lines import line_count
from tests.platforms.published import NOW, inventory
from tests.syntax.routeros_texts import real_files, real_text

FILES = real_files()

AT_MOST = {
    "config.rsc": 0.01,
    "new.rsc": 0.025,
    "routeros_backup.txt": 0.02,
    "routeros_intended.txt": 0.02,
    "routeros_full_sent.txt": 0.045,
    "routeros#L009UiGS_7.15.2#output.txt": 0.01,
}
"""Shares of lines that are not understood: secrets that somebody took out by hand, and scripts. Elsewhere none is."""


def _capture(path: Path) -> Capture | None:
    text = real_text(path)
    found = recognise(path.name, text)
    if found is None:
        return None
    hidden = redact(found[0], text, Redactor(b"k" * 32))
    return Capture("gw", "routeros", (CapturedFile(found[0], hidden, found[1]),), (), NOW, True, "published")


def _captured(path: Path) -> Capture:
    capture = _capture(path)
    if capture is None:
        pytest.skip("not a text of RouterOS")
    return capture


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_rule_runs_on_it(path: Path) -> None:
    capture = _captured(path)
    site = inventory(capture).sites[0]
    report = audit(site, (capture,), (), load_policy(site.policy), NOW)
    assert [f.message for f in report.findings if f.result is Result.ERROR] == []
    (coverage,) = report.coverage["gw"]
    lines = line_count(capture.files[0].text)
    assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == lines
    assert len(coverage.unknown) <= AT_MOST.get(path.name, 0) * lines


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_rule_passes_on_its_first_half_alone_and_fails_on_all_of_it(path: Path) -> None:
    """A cut export says less, so that what fails on the whole is never a pass on a part."""
    capture = _captured(path)
    site, policy = inventory(capture).sites[0], load_policy("stripe-terminal")
    text = capture.files[0].text
    half = text[: text.find("\n", len(text) // 2) + 1]
    cut = replace(capture, files=(replace(capture.files[0], text=half),))
    whole = audit(site, (capture,), (), policy, NOW).findings
    passes = {each.rule for each in audit(site, (cut,), (), policy, NOW).findings if each.result is Result.PASS}
    assert not passes & {each.rule for each in whole if each.result is Result.FAIL}
