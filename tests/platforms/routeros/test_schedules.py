"""What a RouterOS device does by the clock, and what scripts do."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import Disturbance, Listed, Schedule, Stated, Unknown
from auditor.platforms.routeros import schedules
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.scripts import Doubt, Surroundings, effects
from auditor.profiles import load_profile

_ZONE = "/system clock set time-zone-name=Europe/Paris\n"
_EVERY_DAY = frozenset(range(7))


def _config(*lines: str, zone: str = _ZONE, clock: str = "") -> Config:
    text = "# 2026-03-02 10:29:41 by RouterOS 7.16.2\n" + zone + "".join(f"{line}\n" for line in lines)
    end = "/system identity set name=gw\n/tool romon set enabled=no\n"
    files = [CapturedFile("export.rsc", text + end, Kind.CONFIGURATION)]
    if clock:
        files.append(CapturedFile("commands/clock.txt", clock, Kind.STATE))
    taken = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    return Config.of(Capture("gw", "routeros", tuple(files), (), taken, False, "test"), load_profile("routeros"))


def _read(*lines: str) -> Listed[Schedule]:
    return schedules.read(_config(*lines))


def _one(*lines: str) -> Schedule:
    (found,) = _read(*lines)
    return found


def _job(event: str = "/system reboot", when: str = "start-date=2025-11-03 start-time=04:10:00 interval=1w") -> str:
    return f'/system scheduler add name=job on-event="{event}" {when}'


# -- what a script does ----------------------------------------------------------------------------------------

_AROUND = Surroundings(
    {
        "night": "/interface wireless\ndisable wlan1\n:delay 5s\nenable wlan1",
        "circle": "/system script run circle; /system reboot",
    }.get,
    frozenset({"ether1"}),
    lambda name: name.startswith("wlan"),
)


@pytest.mark.parametrize(
    ("script", "disturbance"),
    [
        ("/system reboot", Disturbance.REBOOT),
        ("/system/reboot", Disturbance.REBOOT),
        (":if ([/ping 192.0.2.1 count=3] = 0) do={ /system reboot }", Disturbance.REBOOT),
        ("/system package update\ncheck-for-updates\ninstall", Disturbance.REBOOT),
        ('/system backup load name=x password=""', Disturbance.REBOOT),
        ("/system script run night", Disturbance.WIRELESS_OFF),
        ("/system script run circle", Disturbance.REBOOT),
        ("/interface wifi set [find name=wifi1] disabled=yes", Disturbance.WIRELESS_OFF),
        ("/interface/wifi/disable wifi1", Disturbance.WIRELESS_OFF),
        ('/interface disable [find name="wlan1"]', Disturbance.WIRELESS_OFF),
        ("/interface wireless\nset [/interface wireless find name=x] disabled=yes", Disturbance.WIRELESS_OFF),
        (":foreach i in=[/interface wireless find] do={/interface wireless disable $i}", Disturbance.WIRELESS_OFF),
        ("/interface ethernet disable ether1; :delay 3; /interface ethernet enable ether1", Disturbance.UPLINK_DOWN),
        ("/interface pppoe-client disable pppoe-out1", Disturbance.UPLINK_DOWN),
        ("/ip dhcp-client release 0", Disturbance.UPLINK_DOWN),
        ("/interface wireless set wlan1 ssid=x", Disturbance.SERVICE_RESTART),
        ("/interface wifi registration-table remove [find]", Disturbance.SERVICE_RESTART),
        ("/ip dhcp-server disable pos", Disturbance.SERVICE_RESTART),
    ],
)
def test_commands_that_disturb(script: str, disturbance: Disturbance) -> None:
    assert effects(script, _AROUND) == (disturbance,)


@pytest.mark.parametrize(
    "script",
    [
        "# /system reboot",
        ':log info "/system reboot"; :delay 5s',
        '/system backup save name=x; /tool e-mail send to=a@example.net subject="/system reboot"',
        '/tool fetch url="https://example.net/update" keep-result=no',
        "/export file=x",
        "/queue simple set x limit-at=1",
        "/ip dns cache flush",
        "/ip cloud force-update",
        "/ip dhcp-client renew 0",
        "/interface wifi enable wifi1",
        "/interface wifi set wifi1 disabled=no",
        "",
    ],
)
def test_commands_that_disturb_nobody(script: str) -> None:
    assert effects(script, _AROUND) == ()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("/ip firewall filter enable [find comment=x]", "'/ip firewall filter enable' changes the network"),
        ("/import file=x.rsc", "'import' runs what is not in the export"),
        (":execute $x", "'execute' runs"),
        ("/system script run elsewhere", "script 'elsewhere', which is not in the export"),
        ("/interface ethernet poe power-cycle ether3", "takes the power from a port"),
        ("/interface ethernet disable ether3", "changes the network"),
        ("/interface wifi access-list enable 0", "changes the network"),
        ("x" * 300_000, "too long"),
    ],
)
def test_what_may_disturb_is_left_open(script: str, why: str) -> None:
    (found,) = effects(script, _AROUND)
    assert isinstance(found, Doubt)
    assert why in found.why


@given(st.text(alphabet=st.sampled_from('/:;{}[]()"\\#$= \n\tabdeilnorst12-'), max_size=200))
def test_any_text_is_read(script: str) -> None:
    assert all(isinstance(each, Disturbance | Doubt) for each in effects(script, _AROUND))


@pytest.mark.parametrize("script", ["[" * 60_000, "{ /a " * 30_000, '"' * 150_000, "( x " * 40_000, "{[/a " * 9_000])
def test_hostile_nesting_takes_no_time_to_speak_of(script: str) -> None:
    assert all(isinstance(each, Disturbance | Doubt) for each in effects(script, _AROUND))


# -- when it runs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "at", "days"),
    [
        ("start-date=2025-11-03 start-time=04:10:00 interval=1w", [time(4, 10)], {0}),
        ("start-date=nov/03/2025 start-time=04:10:00 interval=7d", [time(4, 10)], {0}),
        ("start-date=2025-11-03 start-time=04:10:00 interval=1d", [time(4, 10)], set(range(7))),
        ("start-date=2025-11-03 start-time=04:10:00 interval=24:00:00", [time(4, 10)], set(range(7))),
        ("start-date=2025-11-03 start-time=04:10:00 interval=2d", [time(4, 10)], set(range(7))),
        ("start-date=2025-11-03 start-time=01:00:00 interval=12h", [time(1), time(13)], set(range(7))),
        ("start-date=2025-11-03 start-time=01:00:00 interval=36h", [time(1), time(13)], set(range(7))),
        ("start-date=2025-11-03 start-time=04:00:00 interval=1d days=mon,sat", [time(4)], {0, 5}),
        ("start-date=2025-11-03 start-time=20:00:00 interval=2h days=sun", [time(20), time(22)], {6}),
        ("start-date=2026-03-04 start-time=12:00:00", [time(12)], {2}),
        ("start-date=9999-12-31 start-time=12:00:00", [time(12)], {4}),
    ],
)
def test_when_a_schedule_runs(when: str, at: list[time], days: set[int]) -> None:
    found = _one(_job(when=when))
    assert isinstance(found.at, Stated)
    assert isinstance(found.days, Stated)
    assert (list(found.at.value), set(found.days.value)) == (at, days)
    assert found.key == "reboot by scheduler job"
    assert found.disturbance == Stated(Disturbance.REBOOT, found.disturbance.spans)


@pytest.mark.parametrize(
    "line",
    [
        _job(when="start-time=startup interval=0s"),
        _job(when="start-date=2025-11-03 start-time=04:10:00"),
        _job() + " disabled=yes",
        _job(event=":log info hello"),
    ],
    ids=["at startup", "once, long ago", "switched off", "harmless"],
)
def test_what_happens_at_no_time_is_nothing(line: str) -> None:
    assert _read(line) == Listed()


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("start-time=startup interval=8h", "every 8h from when the device starts"),
        ("interval=1d", "from a time that no line says"),
        ("start-date=2025-11-03 start-time=soon interval=1d", "cannot read start-time 'soon'"),
        ("start-date=2025-11-03 start-time=04:00:00 interval=often", "cannot read interval 'often'"),
        ("start-date=2025-11-03 start-time=04:00:00 interval=84h", "cannot be told from its interval"),
        ("start-date=someday start-time=04:00:00 interval=1w", "cannot be told from its interval"),
        ("start-date=2025-11-03 start-time=04:00:00 interval=1d days=never", "cannot read days"),
    ],
)
def test_when_it_runs_is_unknown(when: str, why: str) -> None:
    found = _one(_job(when=when))
    assert isinstance(found.at, Unknown)
    assert why in found.at.why


def test_a_schedule_runs_a_script_by_its_name() -> None:
    found = _one(_job(event="night"), '/system script add name=night source="/system reboot"')
    assert found.disturbance.value is Disturbance.REBOOT  # type: ignore[union-attr]


def test_a_script_that_cannot_be_told_is_a_hole() -> None:
    found = _read(_job(event="/import file=x.rsc"))
    assert not found.items
    assert "what schedule 'job' does to readers cannot be told" in found.holes[0].why
    assert found.holes[0].near[0].first == 3


# -- what watches ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('/tool netwatch add host=192.0.2.1 down-script="/system reboot" name=isp', "reboot by netwatch isp"),
        ("/system watchdog set watch-address=192.0.2.1", "restart by the watchdog"),
    ],
)
def test_what_watches_a_host_may_act_at_any_time(line: str, key: str) -> None:
    found = _one(line)
    assert found.key == key
    assert isinstance(found.at, Unknown)


@pytest.mark.parametrize(
    "line",
    [
        "/system watchdog set watch-address=none",
        "/system watchdog set watch-address=192.0.2.1 watchdog-timer=no",
        '/tool netwatch add host=192.0.2.1 down-script="/system reboot" disabled=yes',
        '/tool netwatch add host=192.0.2.1 down-script=":log warning away"',
        "/ip kid-control add name=children mon=8h-20h",
    ],
)
def test_what_does_nothing_is_nothing(line: str) -> None:
    assert _read(line) == Listed()


def test_kid_control_cuts_devices_off_by_the_clock() -> None:
    line = "/ip kid-control device add mac-address=02:00:5E:10:00:01 user=children"
    (hole,) = _read("/ip kid-control add name=children mon=8h-20h", line).holes
    assert "kid control cuts 02:00:5E:10:00:01 off" in hole.why


# -- the clock -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown", "zone"),
    [
        (_ZONE, "", "Europe/Paris"),
        ("", "  time-zone-name: America/New_York\n", "America/New_York"),
        ("/system clock set time-zone-name=manual\n", "  time-zone-name: manual\n", None),
        ("", "", None),
    ],
)
def test_the_time_zone(written: str, shown: str, zone: str | None) -> None:
    found = schedules.timezone(_config(zone=written, clock=shown))
    assert (None if isinstance(found, Unknown) else found.value) == zone


def test_an_export_that_is_cut_leaves_a_hole() -> None:
    text = "# 2026-03-02 10:29:41 by RouterOS 7.16.2\n/ip pool add name=x ranges=192.168.30.2-192.168.30.9\n"
    files = (CapturedFile("export.rsc", text, Kind.CONFIGURATION),)
    capture = Capture("gw", "routeros", files, (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC), False, "test")
    assert schedules.read(Config.of(capture, load_profile("routeros"))).holes
