"""What the comments in front of a running configuration tell of what was saved."""

import pytest

from auditor.platforms.cisco_ios import unsaved
from tests.platforms.cisco_ios.configs import config

CHANGED = "! Last configuration change at 18:44:10 CET Fri Feb 27 2026 by admin\n"
SAVED = "! NVRAM config last updated at 18:12:31 CET Fri Feb 27 2026 by admin\n"


@pytest.mark.parametrize(
    ("comments", "count"),
    [
        (CHANGED + SAVED, 1),
        (CHANGED.replace(" by admin", "") + SAVED.replace("Feb 27", "Feb  7"), 1),
        (CHANGED + SAVED.replace("18:12", "18:45"), 0),
        (CHANGED, 0),
        (SAVED, 0),
        ("! No configuration change since last restart\n" + SAVED, 0),
        (CHANGED.replace("CET", "CEST") + SAVED, 0),
        (CHANGED.replace("CET", "CEST").replace("27", "29") + SAVED, 0),
        (CHANGED.replace("CET Fri Feb 27", "CEST Mon Mar 30") + SAVED, 1),
        (CHANGED.replace("Feb 27", "Feb 31") + SAVED, 0),
        ("hostname x\n" + CHANGED + SAVED, 0),
    ],
)
def test_changes_after_the_last_save(comments: str, count: int) -> None:
    found = unsaved.read(config(f"{comments}version 15.7\nend\n", whole=False)).items
    assert len(found) == count


def test_both_lines_are_the_evidence() -> None:
    (found,) = unsaved.read(config(f"{CHANGED}{SAVED}version 15.7\nend\n", whole=False)).items
    assert [span.first for span in found.what.spans] == [1, 2]
