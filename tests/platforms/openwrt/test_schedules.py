"""The crontab: which commands disturb readers, and when they come."""

from datetime import time

import pytest

from auditor.capture import Gap
from auditor.model import Device, Disturbance, Schedule, Unknown
from tests.platforms.openwrt.captures import model

CRON = "/etc/crontabs/root"
EVERY_DAY = frozenset(range(7))


def jobs(text: str, **files: str) -> tuple[Schedule, ...]:
    return model({CRON: text, **files}).schedules.items


def counts(device: Device) -> tuple[int, int, int]:
    (found,) = (c for c in device.coverage if c.file == CRON)
    return found.understood, found.irrelevant, len(found.unknown)


@pytest.mark.parametrize(
    ("command", "disturbance"),
    [
        ("reboot", Disturbance.REBOOT),
        ("/sbin/reboot -f", Disturbance.REBOOT),
        ("sleep 70 && touch /etc/banner && reboot", Disturbance.REBOOT),
        ("echo b > /proc/sysrq-trigger", Disturbance.REBOOT),
        ("ubus call system reboot", Disturbance.REBOOT),
        ("sh -c 'sleep 5; reboot'", Disturbance.REBOOT),
        ("wifi down", Disturbance.WIRELESS_OFF),
        ("/sbin/wifi down >/dev/null 2>&1", Disturbance.WIRELESS_OFF),
        ("ubus call network.wireless down", Disturbance.WIRELESS_OFF),
        ("uci set wireless.radio0.disabled=1 && uci commit && wifi reload", Disturbance.WIRELESS_OFF),
        ("uci -q set wireless.@wifi-iface[0].disabled='1'; wifi", Disturbance.WIRELESS_OFF),
        ("ip link set dev wlan0 down", Disturbance.WIRELESS_OFF),
        ("ifconfig phy0-ap0 down", Disturbance.WIRELESS_OFF),
        ("wifi", Disturbance.SERVICE_RESTART),
        ("wifi > /dev/null 2>&1", Disturbance.SERVICE_RESTART),
        ("ifup wan", Disturbance.UPLINK_DOWN),
        ("ifdown wan; sleep 5; ifup wan", Disturbance.UPLINK_DOWN),
        ("ubus call network.interface.wan down", Disturbance.UPLINK_DOWN),
        ("ifup guest", Disturbance.SERVICE_RESTART),
        ("/etc/init.d/network restart", Disturbance.SERVICE_RESTART),
        ("service dnsmasq restart", Disturbance.SERVICE_RESTART),
        ("PATH=/sbin:/bin reboot", Disturbance.REBOOT),
    ],
)
def test_commands_that_disturb(command: str, disturbance: Disturbance) -> None:
    assert [job.disturbance.value for job in jobs(f"0 4 * * * {command}\n")][:1] == [disturbance]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "command",
    [
        "/usr/bin/backup.sh",
        "logger 'reboot done'",
        "echo reboot",
        "wifi up",
        "uci set wireless.radio0.disabled=0 && uci commit wireless && wifi",
        "/etc/init.d/sysntpd restart",
        "/etc/init.d/dnsmasq reload",
        "echo 'unclosed",
    ],
)
def test_commands_that_are_nobodys_business(command: str) -> None:
    device = model({CRON: f"0 4 * * * {command}\n"})
    assert device.schedules.items == ()
    assert device.schedules.holes == ()
    assert counts(device) == (0, 1, 0)


@pytest.mark.parametrize(
    ("fields", "at", "days"),
    [
        ("30 4 * * *", [time(4, 30)], EVERY_DAY),
        ("0 3,4 * * 1", [time(3), time(4)], {0}),
        ("*/30 12 * * 1-5", [time(12), time(12, 30)], {0, 1, 2, 3, 4}),
        ("0 8-18/5 * * sun", [time(8), time(13), time(18)], {6}),
        ("0 0 * * 7", [time(0)], {6}),
        ("0 0 * * fri-mon", [time(0)], {4, 5, 6, 0}),
        ("0 22-1 * * *", [time(0), time(1), time(22), time(23)], EVERY_DAY),
        ("0 4 1 * *", [time(4)], EVERY_DAY),
        ("0 4 1 * 2", [time(4)], EVERY_DAY),
        ("0 4 * jan,feb 2", [time(4)], {1}),
        ("@daily", [time(0)], EVERY_DAY),
        ("@weekly", [time(0)], {6}),
    ],
)
def test_times(fields: str, at: list[time], days: set[int]) -> None:
    (job,) = jobs(f"{fields} reboot\n")
    assert list(job.at.value) == at  # type: ignore[union-attr]
    assert job.days.value == days  # type: ignore[union-attr]
    assert job.at.spans[0].first == 1


@pytest.mark.parametrize(
    "line", ["61 4 * * * reboot", "0 4 * * reboot", "a b c d e reboot", "0 */0 * * * reboot", "@often reboot", "0 4"]
)
def test_a_line_that_cannot_be_read_is_a_hole(line: str) -> None:
    device = model({CRON: f"# jobs\n{line}\n"})
    assert device.schedules.items == ()
    assert [hole.near[0].first for hole in device.schedules.holes] == [2]
    assert counts(device) == (0, 1, 1)


def test_comments_settings_and_boot_are_no_schedule() -> None:
    device = model({CRON: "# x\n\nMAILTO=root\n@reboot reboot\n0 4 * * * reboot\n"})
    assert len(device.schedules) == 1
    assert counts(device) == (1, 4, 0)


def test_keys_are_unique_and_do_not_move_with_lines() -> None:
    twice = jobs("0 4 * * * reboot\n0 4 * * * /sbin/reboot\n")
    assert [job.key for job in twice] == ["reboot at 0 4 * * *", "reboot at 0 4 * * * (2)"]
    assert jobs("\n\n0 4 * * * reboot\n")[0].key == twice[0].key


def test_without_cron_nothing_happens() -> None:
    off = model({CRON: "0 4 * * * reboot\n", "commands/enabled-services.txt": "S19dnsmasq\n"})
    assert off.schedules.items == ()
    assert counts(off) == (0, 1, 0)
    on = {"commands/enabled-services.txt": "S50cron\n"}
    assert len(jobs("0 4 * * * reboot\n", **on)) == 1


def test_no_crontab_is_no_schedule_but_a_refused_one_is_a_hole() -> None:
    assert model().schedules.holes == ()
    refused = model(gaps=(Gap(CRON, "permission denied", "log in as root"),))
    assert [hole.settle for hole in refused.schedules.holes] == ["log in as root"]


@pytest.mark.parametrize(
    ("system", "zone"),
    [
        ("\toption timezone 'CET-1CEST,M3.5.0,M10.5.0/3'\n\toption zonename 'Europe/Paris'\n", "Europe/Paris"),
        ("\toption zonename 'America/New York'\n", "America/New_York"),
        ("\toption timezone 'CET-1CEST,M3.5.0,M10.5.0/3'\n", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("", "UTC"),
    ],
)
def test_a_schedule_names_the_zone_of_its_clock(system: str, zone: str) -> None:
    files = {"/etc/crontabs/root": "0 4 * * * reboot\n", "system": "config system\n" + system}
    (found,) = model(files).schedules.items
    assert found.timezone.value == zone  # type: ignore[union-attr]


def test_without_the_system_package_the_zone_is_not_known() -> None:
    (found,) = model({"/etc/crontabs/root": "0 4 * * * reboot\n"}).schedules.items
    assert isinstance(found.timezone, Unknown)
