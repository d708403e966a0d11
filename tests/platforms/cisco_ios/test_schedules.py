"""Applets, kron and calendars as schedules."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Assumed, Disturbance
from auditor.platforms.cisco_ios.schedules_clock import posix
from auditor.platforms.cisco_ios.schedules_effects import Doubt, effects
from tests.platforms.cisco_ios.dhcp_shop import Read, read, value, why

CLOCK = "clock timezone CET 1 0\nclock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00\n"
CRON = ' event timer cron cron-entry "10 4 * * 1"\n'
RELOAD = ' action 1.0 syslog msg "good night"\n action 2.0 reload\n'
NIGHTLY = f"{CLOCK}event manager applet NIGHTLY\n{CRON}{RELOAD}"


def kinds(found: Read) -> list[str]:
    return [each.key for each in found.schedules]


def test_an_applet_that_restarts_the_device_by_the_clock() -> None:
    found = read(NIGHTLY)
    (schedule,) = found.schedules
    assert schedule.key == "reboot by NIGHTLY"
    assert value(schedule.disturbance) is Disturbance.REBOOT
    assert (value(schedule.at), value(schedule.days)) == ((time(4, 10),), frozenset({0}))
    assert value(schedule.timezone) == "CET-1CEST-2,M3.5.0/2,M10.5.0/3"
    assert found.lines(schedule.at) == ('event timer cron cron-entry "10 4 * * 1"',)
    assert not found.unknown


@pytest.mark.parametrize(
    ("entry", "at"),
    [
        ('"0 22 * * *"', (time(22),)),
        ('"@daily"', (time(0),)),
        ('"0 */12 * * 1-5" maxrun 60', (time(0), time(12))),
        ("@hourly", tuple(time(hour) for hour in range(24))),
    ],
)
def test_times_of_applets(entry: str, at: tuple[time, ...]) -> None:
    (schedule,) = read(f"event manager applet X\n event timer cron cron-entry {entry}\n{RELOAD}").schedules
    assert value(schedule.at) == at


@pytest.mark.parametrize(
    "event", ["event none", 'event timer cron cron-entry "@reboot"', 'event cli pattern "x" sync yes']
)
def test_what_no_clock_starts_is_no_schedule(event: str) -> None:
    found = read(f"event manager applet X\n {event}\n{RELOAD}")
    assert not found.schedules.items
    assert not found.schedules.holes


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("event timer watchdog time 86400", "counts from its start"),
        ("event track 1 state down", "when something happens"),
        ('event syslog pattern "DOWN"', "when something happens"),
    ],
)
def test_what_may_come_at_any_hour_is_in_doubt(event: str, reason: str) -> None:
    (schedule,) = read(f"event manager applet X\n {event}\n{RELOAD}").schedules
    assert value(schedule.disturbance) is Disturbance.REBOOT
    assert reason in why(schedule.at)


def test_times_that_cannot_be_read_and_policies_in_files_are_holes() -> None:
    assert read(f'event manager applet X\n event timer cron cron-entry "soon"\n{RELOAD}').schedules.holes
    assert read("event manager policy nightly.tcl type user\n").schedules.holes
    assert not read("event manager policy ap_perf.tcl type system\n").schedules.holes
    quiet = 'event manager applet X\n event timer cron cron-entry "soon"\n action 1 syslog msg "hi"\n'
    assert not read(quiet).schedules.holes


# -- commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        (["enable", "show version", "write memory", "copy run tftp://192.0.2.9/x"], []),
        (["en", "sh run", "wr mem", "conf t", "end"], []),
        (["reload"], [Disturbance.REBOOT]),
        (["reload in 5"], [Disturbance.REBOOT]),
        (["reload cancel"], []),
        (["conf t", "interface GigabitEthernet9", "shutdown", "no shutdown"], [Disturbance.UPLINK_DOWN]),
        (["conf t", "int gi9", "shut"], [Disturbance.UPLINK_DOWN]),
        (["conf t", "interface Dot11Radio0", "shutdown"], [Disturbance.WIRELESS_OFF]),
        (["conf t", "wlan POS", "shutdown"], [Disturbance.WIRELESS_OFF]),
        (["ap name hall reset"], [Disturbance.WIRELESS_OFF]),
        (["ap dot11 5ghz shutdown"], [Disturbance.WIRELESS_OFF]),
        (["clear ip nat translation *"], [Disturbance.UPLINK_DOWN]),
        (["clear ip dhcp binding *"], [Disturbance.SERVICE_RESTART]),
        (["clear counters", "clear arp-cache"], []),
        (["do reload"], [Disturbance.REBOOT]),
    ],
)
def test_what_commands_do(commands: list[str], expected: list[Disturbance]) -> None:
    assert list(effects(commands, lambda name: name.lower() in ("gigabitethernet9", "gi9"))) == expected


@pytest.mark.parametrize(
    "command",
    ["guestshell run python3 x.py", "no ip route 0.0.0.0 0.0.0.0", "tclsh flash:x.tcl", "clear ospf", "shutdown"],
)
def test_commands_that_nobody_knows_are_in_doubt(command: str) -> None:
    (doubt,) = effects(["enable", command], lambda _: False)
    assert isinstance(doubt, Doubt)
    by_clock = f'event manager applet X\n{CRON} action 1 cli command "{command}"\n'
    assert read(by_clock).schedules.holes
    assert not read(by_clock.replace(CRON, " event track 1 state down\n")).schedules.holes


def test_the_uplink_is_known_by_its_name() -> None:
    text = f'event manager applet X\n{CRON} action 1 cli command "interface Gi9"\n action 2 cli command "shutdown"\n'
    assert kinds(read(text)) == ["uplink reconnect by X"]
    assert read(text.replace("Gi9", "Vlan30")).schedules.holes


# -- kron ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "at", "days"),
    [
        ("at 22:00 Sun recurring", time(22), {6}),
        ("at 4:30 recurring", time(4, 30), set(range(7))),
        ("user admin at 4:30 Mon recurring", time(4, 30), {0}),
        ("at 4:30 Mar 2 oneshot", time(4, 30), set(range(7))),
    ],
)
def test_kron_runs_its_policies_by_the_clock(when: str, at: time, days: set[int]) -> None:
    found = read(f"kron occurrence NIGHT {when}\n policy-list P\nkron policy-list P\n cli reload\n")
    (schedule,) = found.schedules
    assert (schedule.key, value(schedule.at), value(schedule.days)) == ("reboot by NIGHT", (at,), days)
    assert isinstance(schedule.timezone, Assumed)


def test_kron_at_intervals_and_at_the_start() -> None:
    policy = "kron policy-list P\n cli reload\n"
    (schedule,) = read(f"kron occurrence N in 1:0 recurring\n policy-list P\n{policy}").schedules
    assert "from its start" in why(schedule.at)
    assert not read(f"kron occurrence N in 5 system-startup\n policy-list P\n{policy}").schedules.items
    assert read(f"kron occurrence N at noon recurring\n policy-list P\n{policy}").schedules.holes
    backup = "kron occurrence N at 2:00 recurring\n policy-list P\nkron policy-list P\n cli write memory\n"
    assert not read(backup).schedules.items


# -- calendars -------------------------------------------------------------------------------------------------

CALENDAR = "wireless profile calendar-profile name CLOSED\n recurrence daily\n start 22:00:00 end 06:00:00\n"
POLICY = "wireless profile policy POS\n calendar-profile name CLOSED\n  action deny-client\n no shutdown\n"


def test_a_calendar_refuses_stations_from_one_time_to_another() -> None:
    (schedule,) = read(CALENDAR + POLICY).schedules
    assert value(schedule.disturbance) is Disturbance.WIRELESS_OFF
    at = value(schedule.at)
    assert (at[0], at[-1], len(at)) == (time(0), time(23, 30), 16)
    assert time(6) not in at
    weekly = CALENDAR.replace("daily", "weekly\n day sunday")
    (schedule,) = read(weekly + POLICY).schedules
    assert value(schedule.days) == {6, 0}


def test_a_calendar_that_is_not_read_is_a_hole() -> None:
    assert read(POLICY).schedules.holes
    assert read(CALENDAR.replace("daily", "weekly") + POLICY).schedules.holes
    assert not read(CALENDAR).schedules.items
    energy = "interface GigabitEthernet1\n energywise level 0 recurrence importance 70 at 0 20 * * *\n"
    assert read(energy).schedules.holes


# -- the clock -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "summer", "expected"),
    [
        ("UTC 0", "", "UTC0"),
        ("CET 1 0", "", "CET-1"),
        ("EST -5 0", "EDT recurring", "EST5EDT4,M3.2.0/2,M11.1.0/2"),
        ("NST -3 30", "", "NST3:30"),
        ("IST 5 30", "", "IST-5:30"),
        ("X 1 0", "Y recurring last Sun Mar 2:00 last Sun Oct 3:00 30", "STD-1DST-1:30,M3.5.0/2,M10.5.0/3"),
    ],
)
def test_zones_are_rules_of_posix(zone: str, summer: str, expected: str) -> None:
    assert posix(zone, summer) == expected


@pytest.mark.parametrize(
    "lines",
    [
        "clock timezone CET one\n",
        "clock timezone CET 1 0\nclock summer-time CEST date 29 Mar 2026 2:00 25 Oct 2026 3:00\n",
        "clock timezone CET 1 0\nclock summer-time CEST recurring 9 Sun Mar 2:00 last Sun Oct 3:00\n",
    ],
)
def test_a_clock_that_cannot_be_read_is_unknown(lines: str) -> None:
    (schedule,) = read(NIGHTLY.replace(CLOCK, lines)).schedules
    assert "the clock of gw" in why(schedule.timezone)


# -- whatever stands there -------------------------------------------------------------------------------------

_WORDS = (
    "event manager applet X", " event", "timer cron cron-entry", '"10 4 * * *"', '"', "tag t", " action 1",
    "cli command", '"reload"', "reload", "kron occurrence K", "at", "25:61", "4:10", "recurring", " policy-list", "P",
    "kron policy-list P", " cli", "clock timezone", "CET", "99", "clock summer-time", "٣", "\x1b", "no",
)  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join), max_size=12))
def test_no_text_makes_it_raise_and_keys_are_unique(lines: list[str]) -> None:
    keys = kinds(read("".join(f"{line}\n" for line in lines)))
    assert len(set(keys)) == len(keys)


def test_many_occurrences_of_a_long_policy_are_read_at_once() -> None:
    text = "kron policy-list P\n" + "".join(f" cli foo{n}\n" for n in range(1000))
    text += "".join(f"kron occurrence K{n} at 4:10 recurring\n policy-list P\n" for n in range(1000))
    assert len(read(text).schedules.holes) == 1000


def test_what_answers_the_question_of_a_command_is_no_command() -> None:
    restart = ' action 2 cli command "reload" pattern "confirm"\n action 3 cli command "y"\n'
    found = read(f'event manager applet X\n{CRON}{restart} action 4 cli command "show version"\n')
    assert kinds(found) == ["reboot by X"]
    assert not found.schedules.holes
