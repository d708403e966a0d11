"""Crontabs of Linux hosts: which of them count, what disturbs readers, and what is missing."""

from datetime import time

import pytest

from auditor.capture import Gap
from auditor.model import Disturbance, Stated, Unknown
from auditor.services import Instance, Part
from auditor.services.cron import SERVICE
from tests.services.hosts import host_of

RUNNING = Instance("cron", "cron", "/etc/crontab", (), Stated(True, ()))
LISTING = "commands/listing/etc/cron.d"


def read(files: dict[str, str], *, instance: Instance = RUNNING, gaps: tuple[Gap, ...] = ()) -> Part:
    return SERVICE.read(host_of(files, "cron", gaps=gaps), instance)


def disturbances(files: dict[str, str]) -> list[tuple[object, ...]]:
    return [(job.disturbance.value, job.at.value) for job in read(files).schedules]  # type: ignore[union-attr]


def test_a_user_stands_before_the_command_of_a_system_crontab_only() -> None:
    at = (time(4, 10),)
    assert disturbances({"/etc/crontab": "10 4 * * * root /sbin/reboot\n"}) == [(Disturbance.REBOOT, at)]
    own = {"/etc/crontab": "", "/var/spool/cron/crontabs/root": "10 4 * * * /sbin/reboot\n"}
    assert disturbances(own) == [(Disturbance.REBOOT, at)]
    assert disturbances({"/etc/crontab": "10 4 * * * reboot echo\n"}) == []


@pytest.mark.parametrize(
    ("command", "disturbance"),
    [
        ("systemctl restart hostapd", Disturbance.SERVICE_RESTART),
        ("/usr/bin/systemctl --no-block restart hostapd@wlan1.service", Disturbance.SERVICE_RESTART),
        ("systemctl restart ntpd", None),
        ("systemctl reboot", Disturbance.REBOOT),
        ("shutdown -r now", Disturbance.REBOOT),
        ("shutdown -c", None),
        ("nmcli radio wifi off", Disturbance.WIRELESS_OFF),
        ("ip link set wlan0 down", Disturbance.WIRELESS_OFF),
        ("[ -x /usr/sbin/tool ] && tool; service dnsmasq restart", Disturbance.SERVICE_RESTART),
        ("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", None),
    ],
)
def test_commands(command: str, disturbance: Disturbance | None) -> None:
    found = disturbances({"/etc/crontab": f"@daily root {command}\n"})
    assert [kind for kind, _ in found] == ([] if disturbance is None else [disturbance])


def test_cron_passes_over_files_with_a_dot_in_their_name() -> None:
    job = "0 5 * * * root reboot\n"
    files = {"/etc/crontab": "", LISTING: "a\nb.dpkg-old\n", "/etc/cron.d/a": job, "/etc/cron.d/b.dpkg-old": job}
    assert len(disturbances(files)) == 1


def test_a_file_that_was_not_obtained_is_a_hole() -> None:
    root = "/var/spool/cron/crontabs/root"
    part = read({"/etc/crontab": ""}, gaps=(Gap(root, "the device refused it", "allow it"),))
    assert [hole.settle for hole in part.schedules.holes] == ["allow it"]
    listed = read({"/etc/crontab": "", LISTING: "reboots\n"})
    assert len(listed.schedules.holes) == 1
    assert read({"/etc/crontab": ""}).schedules.holes == ()


def test_a_line_that_cannot_be_read_is_a_hole_and_the_others_count() -> None:
    host = host_of({"/etc/crontab": "61 * * * * root reboot\n0 4 * * * root reboot\n# note\n"}, "cron")
    part = SERVICE.read(host, RUNNING)
    assert len(part.schedules) == 1
    assert len(part.schedules.holes) == 1
    (coverage,) = host.reading.coverage()
    assert (coverage.understood, coverage.irrelevant, len(coverage.unknown)) == (1, 1, 1)


def test_the_zone_is_that_of_the_host() -> None:
    tab = {"/etc/crontab": "0 4 * * * root reboot\n"}
    (known,) = read({**tab, "/etc/timezone": "Europe/Paris\n"}).schedules
    (unknown,) = read(tab).schedules
    assert isinstance(known.timezone, Stated)
    assert known.timezone.value == "Europe/Paris"
    assert isinstance(unknown.timezone, Unknown)


def test_without_cron_nothing_happens() -> None:
    stopped = Instance("cron", "cron", "/etc/crontab", (), Stated(False, ()))
    assert read({"/etc/crontab": "0 4 * * * root reboot\n"}, instance=stopped) == Part()


@pytest.mark.parametrize(
    ("name", "path"),
    [("crontab", "/etc/crontab"), ("etc/cron.d/x", "/etc/cron.d/x"), ("timezone", "/etc/timezone"), ("dhcp", None)],
)
def test_saved_files_are_recognised(name: str, path: str | None) -> None:
    assert SERVICE.owns(name, "") == path
