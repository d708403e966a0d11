"""How far the shop's clock is from the device's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.rules.sessions.clocks import shifts

PARIS_RULE = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.mark.parametrize(
    ("device", "shop", "minutes"),
    [
        ("Europe/Paris", "Europe/Paris", {0}),
        (PARIS_RULE, "Europe/Paris", {0}),
        ("UTC", "Europe/Paris", {60, 120}),
        ("UTC0", "Europe/Paris", {60, 120}),
        ("GMT0BST,M3.5.0/1,M10.5.0", "Europe/Paris", {60}),
        ("EST5EDT,M3.2.0,M11.1.0", "America/New_York", {0}),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "Australia/Sydney", {0}),
        ("<+0545>-5:45", "Asia/Kathmandu", {0}),
        ("IST-5:30", "Asia/Kolkata", {0}),
        ("UTC", "Asia/Kolkata", {330}),
    ],
)
def test_zones_and_rules(device: str, shop: str, minutes: set[int]) -> None:
    assert set(shifts(device, shop, 2026) or ()) == minutes


@pytest.mark.parametrize("device", ["", "Europe/Nowhere", "../../etc/passwd", "now", "A" * 300])
def test_what_is_no_zone_is_not_guessed(device: str) -> None:
    assert shifts(device, "Europe/Paris", 2026) is None


@given(st.text())
def test_no_text_of_a_device_breaks_it(device: str) -> None:
    shifts(device, "Europe/Paris", 2026)
