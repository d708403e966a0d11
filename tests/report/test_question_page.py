"""What would settle a doubt, on a terminal."""

import pytest

from auditor.report.question_page import settled


@pytest.mark.parametrize(
    ("settle", "lines"),
    [
        ("audit gw", ["settle it: audit gw"]),
        (
            "correct ssid; candidates, likeliest first: ssid: A (seen; on ap1); vlan: 30 (its name)",
            [
                "settle it: correct ssid",
                "candidates, likeliest first:",
                "- ssid: A (seen; on ap1)",
                "- vlan: 30 (its name)",
            ],
        ),
        ("correct ssid\x1b[2J", ["settle it: correct ssid\\x1b[2J"]),
    ],
)
def test_candidates_stand_one_a_line(settle: str, lines: list[str]) -> None:
    assert [line.plain for line in settled(settle)] == lines
