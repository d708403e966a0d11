"""A planned fix as SARIF says it: which characters of which captured file give way to which.

Only for proven fixes whose edit of the capture is known; it says what a capture looks like after the commands, which
stand in the result's properties. Nothing applies it to a device.
"""

from collections.abc import Mapping
from typing import Any

from auditor.report.formats.edits import Edit, edits_of
from auditor.report.formats.places import artifact
from auditor.report.text import visible


def fixes_of(site: str, verdict: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fixes of a verdict whose edits are known, [] if there is none."""
    return [
        {
            "description": {"text": visible(fix["title"]) or "fix"},
            "artifactChanges": [
                {
                    "artifactLocation": artifact(site, each["device"], each["file"]),
                    "replacements": [_replacement(edit) for edit in edits_of(each["text"])],
                }
                for each in fix["diff"]
            ],
        }
        for fix in verdict["fixes"]
        if fix["proven"] and fix["diff"] and not fix["manual"]
    ]


def _replacement(edit: Edit) -> dict[str, Any]:
    """Columns count from 1, and the end is the character after the last; whole lines end where the next begins."""
    region: dict[str, int] = {"startLine": edit.first, "startColumn": 1}
    if edit.ended:
        region |= {"endLine": edit.first + edit.count, "endColumn": 1}
    else:
        region |= {"endLine": edit.first + edit.count - 1}
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}
