"""The regions that a fix replaces, against what `patch` makes of the diff that they come from."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.diff import unified_diff
from auditor.report.formats.edits import edits_of
from auditor.report.formats.sarif_fixes import _replacement
from tests.report import shop
from tests.report.formats import made


def replaced(text: str, replacements: list[dict[str, Any]]) -> str:
    """Replace regions as section 3.57 of the standard says: positions are those of the file before any of it."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for each in sorted(replacements, key=lambda each: -each["deletedRegion"]["startLine"]):
        region = each["deletedRegion"]
        begin = starts[region["startLine"] - 1] + region["startColumn"] - 1
        last = region["endLine"] - 1
        end = starts[last] + region.get("endColumn", len(lines[last]) + 1) - 1
        assert 0 <= begin <= end <= len(text)
        text = text[:begin] + each["insertedContent"]["text"] + text[end:]
    return text


def of_diff(before: str, diff: str) -> str:
    return replaced(before, [_replacement(edit) for edit in edits_of(diff)])


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "- x", "+ y", "@@ -1 +1 @@", "\\ z"]), max_size=12)


@settings(deadline=None)
@given(LINES, LINES, st.booleans(), st.booleans())
def test_the_edits_of_a_diff_make_the_other_text(
    before: list[str], after: list[str], ended: bool, end_after: bool
) -> None:
    old = "\n".join(before) + "\n" * ended
    new = "\n".join(after) + "\n" * end_after
    assert of_diff(old, unified_diff(old, new, "f")) == new


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nB\n"),
        ("a\nb", "a\nb\nc\n"),
        ("", "a\n"),
        ("a\n", ""),
        ("a\nb\n", "b\n"),
        ("a\n", "a"),
        ("a", "b"),
    ],
)
def test_patch_makes_the_same(before: str, after: str, tmp_path: Path) -> None:
    file, diff = tmp_path / "f", unified_diff(before, after, "f")
    file.write_text(before)
    subprocess.run(["patch", "-s", "-p1", "-d", tmp_path], input=diff, text=True, check=True)
    patched = file.read_text() if file.exists() else ""
    assert of_diff(before, diff) == patched == after


def test_the_fixes_of_a_report_edit_its_captures(tmp_path: Path) -> None:
    """Each proven fix, applied to the captured text, gives what `patch` gives."""
    log = json.loads(made.written("sarif", tmp_path, [made.faulty()]))
    diffs = {each["rule"]: each["fixes"][0]["diff"] for each in made.verdicts(made.faulty()) if each["fixes"]}
    files = {file.path: file.text for file in shop.capture().files}
    tried = 0
    for result in log["runs"][0]["results"]:
        for fix in result.get("fixes", ()):
            for change, diff in zip(fix["artifactChanges"], diffs[result["ruleId"]], strict=True):
                path = change["artifactLocation"]["uri"].removeprefix("lyon-01/gw")
                work = tmp_path / f"work-{tried}"
                (work / path[1:]).parent.mkdir(parents=True)
                (work / path[1:]).write_text(files[path])
                subprocess.run(["patch", "-s", "-p1", "-d", work], input=diff["text"], text=True, check=True)
                patched = (work / path[1:]).read_text()
                assert replaced(files[path], change["replacements"]) == patched != files[path]
                tried += 1
    assert tried >= 3


def test_a_fix_by_hand_has_no_region(tmp_path: Path) -> None:
    log = json.loads(made.written("sarif", tmp_path, [made.faulty()]))
    fixed = {result["ruleId"] for result in log["runs"][0]["results"] if "fixes" in result}
    assert fixed == {"lease", "rebind", "ax"}
