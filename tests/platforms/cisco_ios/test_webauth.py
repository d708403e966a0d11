"""Web authentication on WLANs of a Catalyst 9800."""

from datetime import timedelta

import pytest

from auditor.model import Unknown
from auditor.platforms.cisco_ios import wireless_filters
from tests.platforms.cisco_ios.wireless_device import SHOP, Vlans, bss, config, device, with_policy, with_wlan

SECOND = """\
wlan free 2 FREE
 no security wpa
 no shutdown
"""


@pytest.mark.parametrize(
    "lines", [("security web-auth",), ("security web-auth", "security web-auth parameter-map login")]
)
def test_a_wlan_with_web_authentication_is_a_portal(lines: tuple[str, ...]) -> None:
    (portal,) = device(with_wlan(*lines)).portals
    assert not isinstance(portal.enabled, Unknown)
    assert not isinstance(portal.interfaces, Unknown)
    assert not isinstance(portal.session_timeout, Unknown)
    assert portal.key == "pos@shop"
    assert (portal.enabled.value, portal.interfaces.value) == (True, ("Vlan30",))
    assert portal.session_timeout.value == timedelta(hours=24)


def test_stations_that_access_points_switch_themselves_meet_it_too() -> None:
    text = with_wlan("security web-auth")
    assert [portal.bsses for portal in device(text).portals] == [()]
    flex = text.replace(" vlan 30\n", " no central switching\n vlan 30\n").replace(
        "wireless tag site default-site-tag\n", "wireless tag site default-site-tag\n no local-site\n"
    )
    (portal,) = device(flex).portals
    assert "pos@shop 5ghz" in portal.bsses


@pytest.mark.parametrize("lines", [(), ("no security web-auth",)])
def test_a_wlan_without_it_is_none(lines: tuple[str, ...]) -> None:
    assert device(with_wlan(*lines)).portals.items == ()


def test_who_comes_by_another_wlan_meets_no_portal() -> None:
    text = with_wlan("security web-auth").replace(
        " wlan pos policy pos\n", " wlan free policy pos\n wlan pos policy pos\n"
    )
    (portal,) = device(text + SECOND).portals
    assert isinstance(portal.interfaces, Unknown)


def test_an_authorization_list_may_let_readers_in() -> None:
    (portal,) = device(with_wlan("security web-auth", "mac-filtering known")).portals
    assert isinstance(portal.others, Unknown)


@pytest.mark.parametrize(
    ("line", "filtered", "names"),
    [("ipv4 acl TILLS", True, 0), ("urlfilter list post-auth-filter X", False, 1), ("ipv4 dhcp required", False, 0)],
)
def test_what_filters_stations_is_a_doubt(line: str, filtered: bool, names: int) -> None:
    found = bss(with_policy(line)).filtered
    assert isinstance(found, Unknown) is filtered
    assert len(wireless_filters.blocklists(config(with_policy(line)), Vlans()).items) == names


def test_profiles_that_no_wlan_uses_are_nobody_s_doubt() -> None:
    unused = with_policy("urlfilter list post-auth-filter X").replace(" wlan pos policy pos\n", "")
    assert wireless_filters.blocklists(config(unused), Vlans()).items == ()
    assert wireless_filters.blocklists(config("hostname sw\n"), Vlans()).items == ()
    assert SHOP.count("wlan pos policy pos") == 1
