"""Configurations that other people published: every rule runs on all of them, and nothing breaks."""

from pathlib import Path

import pytest

from auditor.capture import Capture, CapturedFile
from auditor.pipeline import audit, read
from auditor.platforms.cisco_ios.recognise import recognise
from auditor.platforms.cisco_ios.redaction import redact
from auditor.policies import load_policy
from auditor.secrets import Redactor
from auditor.verdicts import Result
from tests.platforms.counted_lines import assert_whole
from tests.platforms.published import NOW, inventory
from tests.syntax.ios_texts import real_files

FILES = real_files()
MOSTLY_KNOWN = 0.02
"""A few texts are of other systems, of which nothing is known."""


def capture(path: Path) -> Capture | None:
    """A published text as a capture; None if it is not of IOS."""
    text = path.read_bytes().decode(errors="replace")
    found = recognise(path.name, text)
    if found is None:
        return None
    hidden = redact(found[0], text, Redactor(b"k" * 32))
    return Capture("gw", "cisco_ios", (CapturedFile(found[0], hidden, found[1]),), (), NOW, False, "published")


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_rule_runs_on_it(path: Path) -> None:
    captured = capture(path)
    if captured is None:
        pytest.skip("not a text of IOS")
    site = inventory(captured).sites[0]
    report = audit(site, (captured,), (), load_policy(site.policy), NOW)
    assert [f.message for f in report.findings if f.result is Result.ERROR] == []
    assert_whole(captured, read(captured))


@pytest.mark.skipif(not FILES, reason="the collection of real configurations is not here")
def test_nearly_all_lines_are_known() -> None:
    captures = [captured for path in FILES if (captured := capture(path)) is not None]
    coverages = [coverage for captured in captures for coverage in read(captured).coverage]
    unknown = sum(len(each.unknown) for each in coverages)
    known = sum(each.understood + each.irrelevant for each in coverages)
    assert unknown < MOSTLY_KNOWN * known
