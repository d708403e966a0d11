"""Every whole site holds what it says, and every hard case of the requirements has one."""

from pathlib import Path

import pytest

from tests.rules.harness.case import CaseError
from tests.sites.harness import problems, read_site

FOLDER = Path(__file__).parent
FILES = sorted(file for file in FOLDER.glob("*/*.md") if file.parent.name != "parts")

HARD_CASES = {
    "CGNAT/DS-Lite on the WAN",
    "Double NAT",
    "Reader on LTE",
    "Wi-Fi + cable",
    "Two DHCP servers, an access point in router mode",
    "VLAN on SSID missing on the trunk",
    "Hidden SSID",
    "MTU/PPPoE clamp",
    "Controller-managed APs",
    "Fix safety",
}
"""What makes networks of shops hard to judge; each has a site at least."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_site(file: Path) -> None:
    try:
        found = problems(read_site(file))
    except CaseError as error:
        pytest.fail(str(error), pytrace=False)
    if found:
        lines = "".join(f"\n  - {problem}" for problem in found)
        pytest.fail(f"{file}{lines}", pytrace=False)


def test_every_hard_case_has_a_site() -> None:
    assert {read_site(file).hard for file in FILES} - {""} == HARD_CASES
