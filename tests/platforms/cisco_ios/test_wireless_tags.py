"""Which access points carry which tags, and what follows for WLANs and for the parts of a controller."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Unknown
from auditor.platforms.cisco_ios import ap_tags, effective
from auditor.platforms.cisco_ios.ap_tags import AP_TAGS
from tests.platforms.cisco_ios.wireless_device import SHOP, bss, config, with_policy

TABLE = """\
Number of APs: 2

AP Name      AP Mac           Site Tag Name      Policy Tag Name   RF Tag Name     Misconfigured    Tag Source
---------------------------------------------------------------------------------------------------------------
shop-ap-1    0200.5eaa.0010   lyon               shop              default-rf-tag  No               Static
shop ap 2    0200.5eaa.0020   paris street       shop              default-rf-tag  No               AP
"""
UNTAGGED = SHOP.replace("ap 0200.5eaa.0010\n policy-tag shop\n", "")


def parts(text: str, outputs: dict[str, str] | None = None) -> tuple[list[str], int]:
    found = bss(text, outputs=outputs).parts
    return [part.key for part in found], len(found.holes)


def test_an_access_point_s_block_names_its_tags() -> None:
    assert parts(SHOP) == (["shop", "default-site-tag"], 1)
    assert parts(SHOP + " site-tag lyon\n") == (["shop", "lyon"], 1)


def test_the_output_shows_all_of_them() -> None:
    assert parts(UNTAGGED, {AP_TAGS: TABLE}) == (["shop", "lyon", "paris street"], 0)
    found = bss(UNTAGGED, outputs={AP_TAGS: TABLE})
    assert not isinstance(found.enabled, Unknown)
    assert found.enabled.value is True


@pytest.mark.parametrize(
    ("table", "on"),
    [
        (TABLE.replace("shop    ", "other   ").replace("shop   ", "other  "), False),
        ("Number of APs: 0\n", False),
        (TABLE.replace("Number of APs: 2", "Number of APs: 3").replace("  shop  ", "  none  "), None),
        ("", None),
    ],
)
def test_a_tag_that_no_access_point_has(table: str, on: bool | None) -> None:
    fact = bss(UNTAGGED, outputs={AP_TAGS: table}).enabled
    assert (None if isinstance(fact, Unknown) else fact.value) is on


@pytest.mark.parametrize(
    ("block", "on"),
    [
        ("ap location name lyon\n ap-eth-mac 0200.5eaa.0010\n tag policy shop\n tag site lyon\n", True),
        ("ap location name lyon\n tag policy shop\n", None),
        ("ap filter name lyon\n ap name-regex lyon-.*\n tag policy shop\n", None),
        ("ap 0200.5eaa.0010\n site-tag lyon\n", None),
    ],
)
def test_locations_and_filters(block: str, on: bool | None) -> None:
    fact = bss(UNTAGGED + block).enabled
    assert (None if isinstance(fact, Unknown) else fact.value) is on


def test_other_commands_about_access_points_are_left_alone() -> None:
    read = config("ap dot11 5ghz rrm channel dca chan-width 40\nap profile x\n ssh\nap tag persistency enable\n")
    assert ap_tags.read(read).by_policy == {}
    assert not [unknown for unknown in read.coverage()[0].unknown if unknown.line > 1]


@pytest.mark.parametrize(("line", "count"), [("ENABLED", 0), ("DISABLED", 1), ("?", 0)])
def test_a_policy_profile_that_is_off_against_its_configuration(line: str, count: int) -> None:
    shown = f"Policy Profile Name                 : pos\nStatus                              : {line}\n"
    found = effective.read(config(SHOP, outputs={"commands/policy-profile-pos.txt": shown}))
    assert len(found) == count


FLEX = (
    with_policy("no central switching").replace("default-site-tag", "default-site-tag\n no local-site")
    + "wireless profile flex default-flex-profile\n vlan-name POS\n"
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (FLEX + "  vlan-id 30\n", 0),
        (FLEX + "  acl-of-tomorrow POS-IN\n  vlan-id 30\n", 1),
        (FLEX.replace("no central switching", "central switching") + "  acl-of-tomorrow POS-IN\n", 0),
        (with_policy("ipv4 acl POS-IN"), 1),
    ],
)
def test_what_may_filter_frames_of_stations_is_a_doubt(text: str, count: int) -> None:
    found = bss(text).filtered
    assert isinstance(found, Unknown) is bool(count)


RF = SHOP + " rf-tag quiet\nwireless tag rf quiet\n 5ghz-rf-policy low\nap dot11 5ghz rf-profile low\n"


@pytest.mark.parametrize(
    ("lines", "others", "on"),
    [
        (" no shutdown\n", "", True),
        (" shutdown\n", "", None),
        ("", "", None),
        (" shutdown\n", "ap 0200.5eaa.0020\n policy-tag shop\n", True),
    ],
)
def test_an_rf_profile_that_is_shut_leaves_open_whether_its_access_points_use_the_band(
    lines: str, others: str, on: bool | None
) -> None:
    fact = bss(RF + lines + others).enabled
    assert (None if isinstance(fact, Unknown) else fact.value) is on
    lower = bss(RF + lines + others, "pos@shop 24ghz").enabled
    assert not isinstance(lower, Unknown)


@pytest.mark.parametrize(("count", "limit"), [("40", 40), ("300", 200), ("many", None)])
def test_an_rf_profile_may_take_fewer_stations_than_the_wlan(count: str, limit: int | None) -> None:
    fact = bss(RF + f" high-density clients count {count}\n no shutdown\n").station_limit
    assert (None if isinstance(fact, Unknown) else fact.value) == limit


@given(st.text(alphabet=st.sampled_from("AP Naemr:-.0123456789af \t\r\n"), max_size=400))
def test_no_output_makes_the_reader_raise(table: str) -> None:
    bss(SHOP, outputs={AP_TAGS: table, "commands/policy-profile-pos.txt": table})
