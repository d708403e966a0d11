"""Configurations that other people published: every rule runs on all of them, and nothing breaks."""

from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile
from auditor.pipeline import audit
from auditor.platforms.openwrt.recognise import recognise
from auditor.platforms.openwrt.redaction import redact
from auditor.policies import load_policy
from auditor.secrets import Redactor
from auditor.verdicts import Result
from tests.platforms.published import NOW, inventory
from tests.syntax.uci_texts import real_files, real_text

FILES = real_files()


def _capture(path: Path) -> Capture | None:
    text = real_text(path)
    found = recognise(path.name, text)
    if found is None:
        return None
    hidden = redact(found[0], text, Redactor(b"k" * 32))
    return Capture("gw", "openwrt", (CapturedFile(found[0], hidden, found[1]),), (), NOW, True, "published")


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_rule_runs_on_it(path: Path) -> None:
    capture = _capture(path)
    if capture is None:
        pytest.skip("not a text of OpenWrt")
    site = inventory(capture).sites[0]
    report = audit(site, (capture,), (), load_policy(site.policy), NOW)
    assert [f.message for f in report.findings if f.result is Result.ERROR] == []
    for coverage in report.coverage["gw"]:
        lines = next(file.text.splitlines() for file in capture.files if file.path == coverage.file)
        assert coverage.understood + coverage.irrelevant + len(coverage.unknown) == len(lines)
