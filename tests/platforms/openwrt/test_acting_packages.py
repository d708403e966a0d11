"""Packages whose settings are not read, and that may do what a rule judges."""

import pytest

from auditor.capture import Gap
from auditor.model import Device, Stated, Unknown
from auditor.profiles import load_profile
from tests.platforms.openwrt.captures import model

SERVICES, LISTING = "commands/enabled-services.txt", "commands/config-list.txt"
WATCH = "config watchcat\n\toption mode {}\n\toption period 6h\n"


def marks(device: Device, what: str) -> list[str]:
    """The names at the head of the holes."""
    holes: tuple[Unknown, ...] = getattr(device, what).holes
    return [hole.why.partition(" ")[0] for hole in holes if "itself" in hole.why or "log in" in hole.why]


def test_every_kind_of_the_profile_is_asked_for() -> None:
    assert set(load_profile("openwrt").acting) == {
        "portals",
        "schedules",
        "routes",
        "learned_routes",
        "name_filters",
    }


@pytest.mark.parametrize("mode", ["periodic_reboot", "ping_reboot", "restart_iface", "run_script"])
def test_watchcat_is_a_hole_of_the_schedules(mode: str) -> None:
    device = model({"watchcat": WATCH.format(mode), SERVICES: "S97watchcat\n"})
    assert marks(device, "schedules") == ["watchcat"]
    hole = next(hole for hole in device.schedules.holes if "watchcat" in hole.why)
    assert [(span.file, span.first) for span in hole.near] == [("/etc/config/watchcat", 2)]
    assert hole.settle


def test_a_service_that_is_not_started_leaves_no_hole() -> None:
    assert not marks(model({"watchcat": WATCH.format("ping_reboot"), SERVICES: "S50cron\n"}), "schedules")
    assert not marks(model({"uspot": "config uspot captive\n", SERVICES: "S50cron\n"}), "portals")


def test_without_a_list_of_services_the_configuration_counts() -> None:
    assert marks(model({"uspot": "config uspot captive\n"}), "portals") == ["uspot"]
    assert not marks(model({"uspot": "config uspot captive\n\toption enabled 0\n"}), "portals")
    assert not marks(model({"uspot": ""}), "portals")


def test_a_package_that_is_listed_and_was_not_captured_leaves_a_hole() -> None:
    device = model({LISTING: "dhcp\nnetwork\nwifi_schedule\nuspot\n"})
    assert marks(device, "schedules") == ["wifi_schedule"]
    assert marks(device, "portals") == ["uspot"]
    assert device.schedules.holes[0].near[0].first == 3


def test_a_plan_for_wifi_that_is_switched_off_as_a_whole() -> None:
    plan = "config global\n\toption enabled {}\n\nconfig entry Evening\n\toption enabled 1\n"
    assert not marks(model({"wifi_schedule": plan.format(0)}), "schedules")
    assert marks(model({"wifi_schedule": plan.format(1)}), "schedules") == ["wifi_schedule"]


def test_a_name_filter_whose_service_runs_is_on() -> None:
    (found,) = model({SERVICES: "S19dnsmasq\nS95adguardhome\n"}).blocklists.items
    assert (found.software, found.enabled) == ("adguardhome", Stated(True, found.enabled.spans))


def test_a_name_filter_that_may_be_on() -> None:
    (found,) = model({LISTING: "nextdns\n"}).blocklists.items
    assert isinstance(found.enabled, Unknown)


def test_a_package_that_was_asked_for_and_not_obtained_leaves_a_hole() -> None:
    gap = Gap("/etc/config/watchcat", "permission denied", "let the user read it")
    assert marks(model(gaps=(gap,)), "schedules") == ["watchcat"]
