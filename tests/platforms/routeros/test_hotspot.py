"""HotSpots: on which network, who passes, when sessions end; and the edits."""

from datetime import UTC, datetime, timedelta

import pytest

from auditor import intents
from auditor.capture import Capture, CapturedFile, Kind
from auditor.intents import BypassPortal, Intent, RemovePortalTimers
from auditor.model import Assumed, Device, Fact, Listed, Portal, Stated, Unknown
from auditor.platforms.routeros import hotspot_edit
from auditor.platforms.routeros.changes import Texts, apply
from auditor.platforms.routeros.parse import parse
from auditor.profiles import load_profile
from auditor.services.base import NotPossible

PROFILE = load_profile("routeros")
MAC, OTHER = "02:00:5e:10:00:01", "02:00:5e:10:00:02"
SERVER = "/ip hotspot add address-pool=pool disabled=no interface=vlan30 name=hs1 profile=hsprof1"
LOGIN = "/ip hotspot profile add hotspot-address=192.168.30.1 login-by=cookie,http-chap name=hsprof1"
USER = "/ip hotspot user add name=guest"
BOUND = "/ip hotspot ip-binding add mac-address=02:00:5E:10:00:01 type=bypassed"


def _capture(*lines: str, version: str = "7.16.2") -> Capture:
    text = "\n".join(
        (
            f"# 2026-03-02 10:29:41 by RouterOS {version}",
            "/interface bridge add name=bridge vlan-filtering=yes",
            "/interface vlan add interface=bridge name=vlan30 vlan-id=30",
            "/interface bridge port add bridge=bridge interface=ether2",
            "/ip address add address=192.168.30.1/24 interface=vlan30 network=192.168.30.0",
            *lines,
            "/system identity set name=gw",
            "",
        )
    )
    taken = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    files = (CapturedFile("export.rsc", text, Kind.CONFIGURATION),)
    return Capture("gw", "routeros", files, (), taken, False, "test")


def _device(*lines: str, version: str = "7.16.2") -> Device:
    return parse(_capture(*lines, version=version), PROFILE)


def _portal(*lines: str, version: str = "7.16.2") -> Portal:
    (portal,) = _device(*lines, version=version).portals
    return portal


def _value(fact: Fact[object]) -> object:
    assert not isinstance(fact, Unknown), fact.why
    return fact.value


def _why(fact: Fact[object]) -> str:
    assert isinstance(fact, Unknown)
    return fact.why


def test_a_plain_hotspot() -> None:
    device = _device(SERVER, LOGIN, USER)
    (portal,) = device.portals
    assert (portal.key, portal.software) == ("hs1", "HotSpot")
    assert _value(portal.enabled) is True
    assert _value(portal.interfaces) == ("vlan30",)
    assert _value(portal.session_timeout) is None
    assert isinstance(portal.idle_timeout, Assumed)
    assert portal.idle_timeout.value == timedelta(minutes=2)
    assert "keepalive-timeout" in portal.idle_timeout.because.entry
    assert _value(portal.bypass_macs) == ()
    assert _value(portal.others) is False
    assert [coverage.unknown for coverage in device.coverage] == [()]


def test_no_hotspot_is_none_although_its_profiles_are_there() -> None:
    device = _device("/ip hotspot profile set [ find default=yes ] html-directory=flash/hotspot", USER)
    assert device.portals == Listed()
    assert [coverage.unknown for coverage in device.coverage] == [()]


@pytest.mark.parametrize(
    ("server", "version", "enabled"),
    [
        (SERVER, "7.16.2", True),
        (SERVER.replace("disabled=no ", ""), "7.16.2", False),
        (SERVER.replace("disabled=no ", ""), "6.49.10", False),
        (SERVER.replace("disabled=no", "disabled=yes"), "7.16.2", False),
        (SERVER.replace("disabled=no ", ""), "7.99", None),
    ],
)
def test_a_server_is_off_unless_a_line_says_otherwise(server: str, version: str, enabled: bool | None) -> None:
    fact = _portal(server, LOGIN, version=version).enabled
    assert (None if isinstance(fact, Unknown) else fact.value) == enabled


@pytest.mark.parametrize(
    ("interface", "networks"),
    [("bridge", ("bridge",)), ("ether2", ("bridge",)), ("*F", None), ("nowhere", None)],
)
def test_the_interface(interface: str, networks: tuple[str, ...] | None) -> None:
    fact = _portal(SERVER.replace("vlan30", interface), LOGIN).interfaces
    assert (None if isinstance(fact, Unknown) else fact.value) == networks


# -- timers ----------------------------------------------------------------------------------------------------

PROFILES = "/ip hotspot user profile"


@pytest.mark.parametrize(
    ("lines", "session", "idle"),
    [
        ((f"{PROFILES} set [ find default=yes ] session-timeout=4h idle-timeout=10m",), 240, 2),
        ((f"{PROFILES} set [ find default=yes ] keepalive-timeout=none idle-timeout=10m",), None, 10),
        ((f"{PROFILES} set [ find default=yes ] !keepalive-timeout",), None, None),
        ((f"{PROFILES} add keepalive-timeout=1h name=day session-timeout=1d", f"{USER} profile=day"), 1440, 60),
        ((f"{USER} limit-uptime=1h",), 60, 2),
        ((USER, "/ip hotspot user add disabled=yes limit-uptime=1h name=x"), None, 2),
        ((USER, "/ip hotspot user add limit-uptime=1h name=x server=hs2"), None, 2),
    ],
)
def test_timers_of_the_users_profiles(lines: tuple[str, ...], session: int | None, idle: int | None) -> None:
    portal = _portal(SERVER, LOGIN, *lines)
    minutes = [None if each is None else timedelta(minutes=each) for each in (session, idle)]
    assert [_value(portal.session_timeout), _value(portal.idle_timeout)] == minutes


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((LOGIN + " use-radius=yes", USER), "RADIUS may set the session-timeout"),
        ((LOGIN, USER, f"{USER}2 limit-uptime=1h"), "depends on the user"),
        ((LOGIN, f"{USER} profile=gone"), "names profile 'gone', which is not in the export"),
        ((LOGIN, f'{PROFILES} set [ find default=yes ] on-login=":log info x"'), "a script that runs at the login"),
        ((LOGIN, f"{PROFILES} set [ find default=yes ] advertise=yes"), "advertisements"),
        ((LOGIN, f"{PROFILES} set [ find default=yes ] session-timeout=long"), "cannot read session-timeout"),
        ((), "names profile 'hsprof1'"),
        ((LOGIN, f"{PROFILES} set 0 session-timeout=1h"), "which items it is about is not known"),
    ],
)
def test_when_the_session_ends_is_unknown(lines: tuple[str, ...], why: str) -> None:
    assert why in _why(_portal(SERVER, *lines).session_timeout)


@pytest.mark.parametrize("words", ["trial-uptime-limit=20m", "trial-uptime=20m/1d"])
def test_who_tries_without_an_account_has_little_time(words: str) -> None:
    login = LOGIN.replace("login-by=cookie,http-chap", f"login-by=cookie,trial {words}")
    assert _value(_portal(SERVER, login).session_timeout) == timedelta(minutes=20)


# -- who passes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bindings", "macs"),
    [
        ((BOUND,), (MAC,)),
        ((f"{BOUND} server=hs1",), (MAC,)),
        ((f"{BOUND} server=hs2",), ()),
        ((f"{BOUND} disabled=yes",), ()),
        ((BOUND.replace("bypassed", "blocked"), BOUND), ()),
        ((BOUND, BOUND.replace("00:01", "00:02")), (MAC, OTHER)),
        ((BOUND.replace("bypassed", "regular"),), ()),
        ((f"{BOUND} address=192.168.30.9",), ()),
        ((BOUND.replace(" type=bypassed", ""),), None),
    ],
)
def test_bindings_let_addresses_pass(bindings: tuple[str, ...], macs: tuple[str, ...] | None) -> None:
    fact = _portal(SERVER, LOGIN, *bindings).bypass_macs
    assert (None if isinstance(fact, Unknown) else fact.value) == macs


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((LOGIN, f"{BOUND} address=192.168.30.9"), "lets 192.168.30.9 pass"),
        ((LOGIN, "/ip hotspot ip-binding add address=192.168.30.0/24 type=bypassed"), "lets 192.168.30.0/24 pass"),
        ((LOGIN.replace("cookie", "mac"), "/ip hotspot user add name=02:00:5E:10:00:01"), "logged in by MAC address"),
        ((LOGIN.replace("cookie", "mac") + " use-radius=yes",), "RADIUS may log clients in by their MAC"),
        ((LOGIN, "/ip hotspot walled-garden add dst-host=*.stripe.com"), "opens *.stripe.com to everybody"),
        ((LOGIN, "/ip hotspot walled-garden add dst-host=*.com"), "opens *.com to everybody"),
        ((LOGIN, "/ip hotspot walled-garden add"), "opens more places to everybody"),
        ((LOGIN, "/ip hotspot walled-garden ip add action=accept disabled=no dst-address=203.0.113.0/24"), None),
        ((LOGIN, "/ip hotspot walled-garden ip add action=accept disabled=no dst-address=8.8.8.0/24"), "8.8.8.0/24"),
    ],
)
def test_others_may_get_in(lines: tuple[str, ...], why: str | None) -> None:
    others = _portal(SERVER, *lines).others
    if why is None:
        assert _value(others) is False
    else:
        assert why in _why(others)


@pytest.mark.parametrize(
    "line",
    [
        "/ip hotspot walled-garden add dst-host=fonts.example.net",
        "/ip hotspot walled-garden add dst-host=*.stripe.com disabled=yes",
        "/ip hotspot walled-garden add action=deny dst-host=*.stripe.com",
        "/ip hotspot walled-garden add dst-host=*.stripe.com server=hs2",
        "/ip hotspot walled-garden ip add action=accept dst-address=8.8.8.0/24",
        "/ip hotspot user add name=02:00:5E:10:00:01",
        "/ip hotspot ip-binding add address=192.168.30.0/24 type=blocked",
    ],
)
def test_what_opens_nothing_to_readers(line: str) -> None:
    assert _value(_portal(SERVER, LOGIN, line).others) is False


# -- edits -----------------------------------------------------------------------------------------------------


def _edited(intent: Intent, *lines: str) -> tuple[Capture, Device, Device]:
    """The capture before, and the device with the change applied twice and with it taken back."""
    before = _capture(*lines)
    edit = hotspot_edit.BUILDERS[type(intent)](Texts.of(before), parse(before, PROFILE), intent)
    assert edit is not None
    assert set(edit.services) <= PROFILE.effects.keys()
    after = apply(before, edit.operations)
    assert apply(after, edit.operations) == after
    return before, parse(after, PROFILE), parse(apply(after, edit.undo), PROFILE)


def test_readers_pass_without_login() -> None:
    intent = BypassPortal("hs1", (MAC, OTHER))
    before, after, back = _edited(intent, SERVER, LOGIN, USER, BOUND)
    (portal,) = after.portals
    assert _value(portal.bypass_macs) == (MAC, OTHER)
    assert back.portals.items[0].bypass_macs == parse(before, PROFILE).portals.items[0].bypass_macs


@pytest.mark.parametrize(
    "lines",
    [(USER,), (f"{PROFILES} set [ find default=yes ] rate-limit=1M/1M session-timeout=4h",)],
    ids=["built-in profile", "profile that is written"],
)
def test_timers_go_and_come_back(lines: tuple[str, ...]) -> None:
    intent = RemovePortalTimers("hs1", session=True, idle=True)
    before, after, back = _edited(intent, SERVER, LOGIN, *lines)
    (portal,) = after.portals
    assert _value(portal.session_timeout) is None
    assert _value(portal.idle_timeout) is None
    (old,), (new,) = parse(before, PROFILE).portals, back.portals
    for name in ("session_timeout", "idle_timeout"):
        assert _value(getattr(old, name)) == _value(getattr(new, name))


@pytest.mark.parametrize(
    ("intent", "lines", "why"),
    [
        (BypassPortal("hs9", (MAC,)), (), "not in the export"),
        (BypassPortal("hs1", ("no address",)), (), "not a MAC address"),
        (BypassPortal("hs1", (MAC,)), (BOUND.replace("bypassed", "blocked"),), "in another way"),
        (RemovePortalTimers("hs1", session=True, idle=False), (f"{USER} limit-uptime=1h",), "a limit of its own"),
        (RemovePortalTimers("hs1", session=True, idle=False), (USER,), "no profile of the users sets this timer"),
    ],
)
def test_what_is_for_a_person(intent: Intent, lines: tuple[str, ...], why: str) -> None:
    capture = _capture(SERVER, LOGIN, *lines)
    with pytest.raises(NotPossible, match=why):
        hotspot_edit.BUILDERS[type(intent)](Texts.of(capture), parse(capture, PROFILE), intent)


def test_both_intents_of_portals_are_answered() -> None:
    assert set(hotspot_edit.BUILDERS) == {intents.BypassPortal, intents.RemovePortalTimers}


def test_facts_name_their_lines() -> None:
    portal = _portal(SERVER, LOGIN, BOUND)
    assert isinstance(portal.bypass_macs, Stated)
    assert [span.first for span in portal.bypass_macs.spans] == [8]
