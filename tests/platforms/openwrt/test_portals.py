"""Captive portals: who runs, where, what ends sessions, and who need not log in."""

from datetime import timedelta

import pytest

from auditor.capture import Gap
from auditor.model import Assumed, Portal, Stated, Unknown
from tests.platforms.openwrt.captures import model


def portal(package: str, text: str, **files: str) -> Portal:
    (found,) = model({package: text, **files}).portals.items
    return found


def test_opennds_counts_in_minutes() -> None:
    found = portal(
        "opennds",
        "config opennds\n\toption enabled 1\n\toption gatewayinterface br-guest\n\toption sessiontimeout 480\n"
        "\tlist trustedmac '02:00:00:00:00:0A,02-00-00-00-00-0b'\n",
    )
    assert found.software == "openNDS"
    assert found.enabled.value is True  # type: ignore[union-attr]
    assert found.interfaces.value == ("guest",)  # type: ignore[union-attr]
    assert found.session_timeout.value == timedelta(hours=8)  # type: ignore[union-attr]
    assert isinstance(found.idle_timeout, Assumed)
    assert found.idle_timeout.value == timedelta(hours=2)
    assert found.bypass_macs.value == ("02:00:00:00:00:0a", "02:00:00:00:00:0b")  # type: ignore[union-attr]


def test_opennds_is_on_br_lan_unless_a_line_says_otherwise() -> None:
    found = portal("opennds", "config opennds\n\toption enabled 1\n")
    assert isinstance(found.interfaces, Assumed)
    assert found.interfaces.value == ("lan",)


def test_the_name_of_an_interface_does_as_well() -> None:
    found = portal("nodogsplash", "config nodogsplash\n\toption enabled 1\n\toption gatewayinterface guest\n")
    assert found.interfaces.value == ("guest",)  # type: ignore[union-attr]


def test_zero_is_never_and_so_is_what_outlives_the_device() -> None:
    for number in ("0", "99999999999999999999"):
        found = portal("nodogsplash", f"config nodogsplash\n\toption sessiontimeout {number}\n")
        assert isinstance(found.session_timeout, Stated)
        assert found.session_timeout.value is None


def test_nodogsplash_is_off_unless_enabled() -> None:
    assert portal("nodogsplash", "config nodogsplash\n").enabled.value is False  # type: ignore[union-attr]


def test_a_portal_whose_service_is_not_started_is_off() -> None:
    found = portal(
        "opennds", "config opennds\n\toption enabled 1\n", **{"commands/enabled-services.txt": "S19dnsmasq\n"}
    )
    assert found.enabled.value is False  # type: ignore[union-attr]
    assert found.enabled.spans[0].file == "commands/enabled-services.txt"


CHILLI = "config chilli 'hotspot'\n\toption network guest\n"


def test_chilli_counts_in_seconds_and_radius_may_say_otherwise() -> None:
    found = portal("chilli", CHILLI + "\toption defsessiontimeout 3600\n")
    assert found.enabled.value is True  # type: ignore[union-attr]
    assert found.interfaces.value == ("guest",)  # type: ignore[union-attr]
    assert found.session_timeout.value == timedelta(hours=1)  # type: ignore[union-attr]
    assert isinstance(found.idle_timeout, Unknown)


@pytest.mark.parametrize("value", ["1", "0", "no"])
def test_chilli_disabled_with_any_value_is_off(value: str) -> None:
    assert portal("chilli", CHILLI + f"\toption disabled {value}\n").enabled.value is False  # type: ignore[union-attr]


def test_chilli_lets_macs_in_by_itself_only_if_told() -> None:
    allowed = CHILLI + "\toption macallowed '02-00-00-00-00-01,02-00-00-00-00-02'\n"
    assert isinstance(portal("chilli", allowed).bypass_macs, Unknown)
    local = portal("chilli", allowed + "\toption macallowlocal 1\n")
    assert local.bypass_macs.value == ("02:00:00:00:00:01", "02:00:00:00:00:02")  # type: ignore[union-attr]


@pytest.mark.parametrize("line", ["\toption sessiontimeout soon\n", "\toption sessiontimeout -5\n", "\tbroken line\n"])
def test_what_cannot_be_read_is_unknown(line: str) -> None:
    assert isinstance(portal("opennds", "config opennds\n\toption enabled 1\n" + line).session_timeout, Unknown)


def test_an_interface_that_is_not_there_is_unknown() -> None:
    found = portal("opennds", "config opennds\n\toption gatewayinterface br-pos\n")
    assert isinstance(found.interfaces, Unknown)


def test_no_portal_is_known_only_if_none_is_installed() -> None:
    assert model().portals.holes == ()
    listed = model({"commands/config-list.txt": "dhcp\nopennds\n"})
    assert [hole.why for hole in listed.portals.holes] == ["package 'opennds' is installed but was not captured"]
    refused = model(gaps=(Gap("/etc/config/chilli", "permission denied", "log in as root"),))
    assert [hole.settle for hole in refused.portals.holes] == ["log in as root"]


def test_a_timer_without_a_documented_default_says_what_settles_it() -> None:
    found = portal("opennds", "config opennds\n\toption enabled 1\n").session_timeout
    assert isinstance(found, Unknown)
    assert "sessiontimeout" in found.settle
