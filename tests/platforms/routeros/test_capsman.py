"""`/caps-man`: configurations, provisioning, static and shown interfaces of the old CAPsMAN."""

import pytest

from auditor.model import Akm, Assumed, Band, Bss, Cipher, IsolationScope, MacPolicy, Passphrase, Phy, Unknown
from tests.platforms.routeros.legacy_shop import bss, device, value

BRIDGES = """\
/interface bridge
add name=bridge-pos
add name=bridge-guest
/ip address
add address=192.168.30.1/24 interface=bridge-pos network=192.168.30.0
add address=192.168.40.1/24 interface=bridge-guest network=192.168.40.0
"""
PROFILES = """\
/caps-man channel
add band=2ghz-g/n control-channel-width=20mhz extension-channel=disabled name=ch-2
add band=5ghz-n/ac extension-channel=Ceee name=ch-5
/caps-man datapath
add bridge=bridge-pos client-to-client-forwarding=yes name=dp-pos
add bridge=bridge-guest name=dp-guest
/caps-man security
add authentication-types=wpa2-psk encryption=aes-ccm name=sec passphrase="made-up key"
/caps-man configuration
add channel=ch-2 datapath=dp-pos name=pos-2 security=sec ssid=SHOP-POS
add channel=ch-5 datapath=dp-pos name=pos-5 security=sec ssid=SHOP-POS
add datapath=dp-guest name=guest security=sec ssid=SHOP-GUEST
"""
ON = "/caps-man manager\nset enabled=yes\n"
RULES = """\
/caps-man provisioning
add action=create-dynamic-enabled hw-supported-modes=gn master-configuration=pos-2 slave-configurations=guest
add action=create-dynamic-enabled hw-supported-modes=ac master-configuration=pos-5 slave-configurations=guest
"""
STATIC = """\
/caps-man interface
add configuration=pos-5 disabled=no mac-address=02:00:5E:AA:05:01 master-interface=none name=till-5
add configuration=guest disabled=no master-interface=till-5 name=till-5-guest
"""
SHOWN = """\
Flags: M - master, D - dynamic, B - bound, X - disabled, I - inactive, R - running
 0 MDB  name="5ghz-bar" radio-mac=02:00:5E:AA:05:01 master-interface=none configuration.ssid="SHOP-POS"
        channel.band=5ghz-n/ac datapath.bridge=bridge-pos datapath.client-to-client-forwarding=yes

 1  DB  name="5ghz-bar-1" radio-mac=00:00:00:00:00:00 master-interface=5ghz-bar configuration.ssid="SHOP-GUEST"
        datapath.bridge=bridge-guest

"""


def usual(before: str = "", after: str = "", extra: str = "", rules: str = RULES) -> tuple[str, ...]:
    """The usual manager, with one text of its lines replaced by another, and further menus."""
    text = PROFILES + rules
    assert before in text
    return (BRIDGES, text.replace(before, after) if before else text, ON, extra)


def test_a_healthy_manager_has_no_doubt() -> None:
    found = device(*usual())
    assert [each.key for each in found.radios] == ["pos-2", "pos-5"]
    assert [each.key for each in found.bsses] == ["pos-2", "pos-2/guest", "pos-5", "pos-5/guest"]
    assert not found.bsses.holes
    for each in found.bsses:
        assert [name for name in Bss.__slots__ if isinstance(getattr(each, name), Unknown)] == []
    pos, guest = bss(found, "pos-5"), bss(found, "pos-5/guest")
    assert (value(pos.band), value(pos.phy)) == (Band.GHZ_5, Phy.AC)
    assert value(pos.networks) == ("bridge-pos",)
    assert value(pos.akms) == {Akm.WPA2_PSK}
    assert value(pos.ciphers) == {Cipher.CCMP}
    assert value(pos.passphrase) is Passphrase.USABLE
    assert value(pos.isolation) is IsolationScope.NONE
    assert guest.radio == "pos-5"
    assert value(guest.band) is Band.GHZ_5
    assert value(guest.networks) == ("bridge-guest",)
    said = {unknown.keywords for each in found.coverage for unknown in each.unknown}
    assert not [words for words in said if "caps-man" in words]


@pytest.mark.parametrize("local", ["", " local-forwarding=yes vlan-id=30 vlan-mode=use-tag"])
def test_stations_are_kept_apart_until_a_line_says_otherwise(local: str) -> None:
    found = device(*usual("client-to-client-forwarding=yes", local.strip() or "bridge-cost=10"))
    fact = bss(found, "pos-2").isolation
    assert isinstance(fact, Assumed)
    assert fact.value is IsolationScope.SAME_BSS
    assert fact.because.entry == "caps-man datapath.client-to-client-forwarding"


def test_a_manager_that_is_off_has_nothing_on_the_air() -> None:
    assert not value(bss(device(BRIDGES, PROFILES, RULES), "pos-2").enabled)
    assert value(bss(device(*usual()), "pos-2").enabled)


@pytest.mark.parametrize(
    ("before", "after", "scope"),
    [
        (
            "datapath=dp-pos name=pos-2",
            "datapath=dp-pos datapath.client-to-client-forwarding=no name=pos-2",
            "same_bss",
        ),
        ("datapath=dp-pos name=pos-2", "datapath=*3 name=pos-2", "same_bss"),
        ("datapath=dp-pos name=pos-2", "datapath=gone name=pos-2", None),
        ("datapath=dp-pos name=pos-2", "datapath.client-to-client-forwarding=yes name=pos-2", "none"),
    ],
)
def test_what_is_written_nearer_counts(before: str, after: str, scope: str | None) -> None:
    fact = bss(device(*usual(before, after)), "pos-2").isolation
    assert (None if isinstance(fact, Unknown) else fact.value.value) == scope


def test_provisioning_tells_the_band_of_a_configuration_that_names_none() -> None:
    found = bss(device(*usual("channel=ch-2 ", "")), "pos-2")
    assert value(found.band) is Band.GHZ_2_4
    assert not value(found.phy).includes_ax
    both = bss(device(*usual("channel=ch-2 ", "", rules=RULES.replace("hw-supported-modes=gn ", ""))), "pos-2")
    assert isinstance(both.band, Unknown)
    assert not value(both.phy).includes_ax


@pytest.mark.parametrize(
    "rule", ["action=none", "", "action=create-disabled", "action=create-dynamic-enabled disabled=yes"]
)
def test_rules_that_make_nothing(rule: str) -> None:
    rules = f"/caps-man provisioning\nadd {rule} master-configuration=pos-2\n"
    found = device(*usual(rules=rules))
    assert not found.bsses.items
    assert not found.bsses.holes


@pytest.mark.parametrize(
    "rule", ["action=explode master-configuration=pos-2", "action=create-enabled master-configuration=x"]
)
def test_rules_that_are_not_understood_are_holes(rule: str) -> None:
    assert device(*usual(rules=f"/caps-man provisioning\nadd {rule}\n")).bsses.holes


def test_static_interfaces_have_their_own_names() -> None:
    found = device(*usual(rules=STATIC))
    assert [each.key for each in found.bsses] == ["till-5", "till-5-guest"]
    assert value(bss(found, "till-5-guest").band) is Band.GHZ_5
    off = device(*usual(rules=STATIC.replace("pos-5 disabled=no", "pos-5")))
    assert [value(each.enabled) for each in off.bsses] == [False, False]


def test_create_enabled_made_the_static_interfaces() -> None:
    rules = STATIC + "/caps-man provisioning\nadd action=create-enabled master-configuration=pos-5\n"
    assert [each.key for each in device(*usual(rules=rules)).bsses] == ["till-5", "till-5-guest"]


def test_shown_interfaces_take_the_names_that_the_manager_gave() -> None:
    found = device(*usual(), capsman=SHOWN)
    assert [each.key for each in found.bsses] == ["5ghz-bar", "5ghz-bar-1", "pos-2", "pos-2/guest"]
    bar = bss(found, "5ghz-bar")
    assert value(bar.passphrase) is Passphrase.USABLE
    assert all(span.file == "export.rsc" for span in bar.isolation.spans)
    assert bss(found, "5ghz-bar-1").radio == "5ghz-bar"


def test_what_is_shown_and_fits_no_configuration_has_what_is_shown() -> None:
    found = bss(device(*usual(), capsman=SHOWN.replace("SHOP-POS", "OTHER")), "5ghz-bar")
    assert value(found.ssid) == "OTHER"
    assert value(found.isolation) is IsolationScope.NONE
    assert isinstance(found.akms, Assumed)


@pytest.mark.parametrize(
    ("datapath", "networks"),
    [
        ("bridge=bridge-pos", ("bridge-pos",)),
        ("bridge=bridge-pos vlan-id=31 vlan-mode=use-tag", ("vlan31",)),
        ("local-forwarding=yes vlan-id=31 vlan-mode=use-tag", ("vlan31",)),
        ("local-forwarding=yes", None),
        ("local-forwarding=yes vlan-id=77 vlan-mode=use-tag", None),
        ("vlan-mode=use-tag", None),
        ("", None),
    ],
)
def test_where_stations_land(datapath: str, networks: tuple[str, ...] | None) -> None:
    vlan = "/interface vlan\nadd interface=bridge-pos name=vlan31 vlan-id=31\n"
    address = "/ip address\nadd address=192.168.31.1/24 interface=vlan31 network=192.168.31.0\n"
    fact = bss(
        device(*usual("bridge=bridge-pos client-to-client-forwarding=yes", datapath, vlan + address)), "pos-2"
    ).networks
    assert (None if isinstance(fact, Unknown) else fact.value) == networks


def test_interfaces_of_one_horizon_do_not_meet_on_several_access_points() -> None:
    found = bss(device(*usual("bridge=bridge-pos client", "bridge=bridge-pos bridge-horizon=1 client")), "pos-2")
    assert value(found.port_isolated)
    assert not found.relays_itself
    assert bss(device(*usual()), "pos-2").relays_itself


@pytest.mark.parametrize(
    ("entry", "policy"),
    [
        ("action=reject", MacPolicy.ALLOW_LISTED),
        ("action=accept", MacPolicy.OFF),
        ("action=reject mac-address=02:00:5E:00:00:01", MacPolicy.DENY_LISTED),
        ('action=reject ssid-regexp="^SHOP-GUEST\\$"', MacPolicy.OFF),
        ("action=reject ssid-regexp=SHOP", MacPolicy.ALLOW_LISTED),
        ("action=reject ssid-regexp=SHOP.*", None),
        ("action=reject interface=cap1", None),
        ("action=reject mac-address=02:00:5E:00:00:01 mac-address-mask=FF:FF:FF:00:00:00", None),
        ("action=query-radius", None),
        ("comment=nothing", None),
        ("action=reject signal-range=-120..-85", MacPolicy.OFF),
    ],
)
def test_who_is_let_in(entry: str, policy: MacPolicy | None) -> None:
    fact = bss(device(*usual(extra=f"/caps-man access-list\nadd {entry}\n")), "pos-2").mac_policy
    assert (None if isinstance(fact, Unknown) else fact.value) is policy


def test_passphrases_that_no_line_shows_are_hidden() -> None:
    found = bss(device(*usual(' passphrase="made-up key"', "")), "pos-2")
    assert value(found.passphrase) is Passphrase.HIDDEN
    assert isinstance(found.passphrase_identity, Unknown)


def test_without_authentication_it_is_open() -> None:
    fact = bss(device(*usual("authentication-types=wpa2-psk ", "")), "pos-2").akms
    assert value(fact) == {Akm.OPEN}
    assert isinstance(bss(device(*usual("encryption=aes-ccm ", "")), "pos-2").ciphers, Unknown)


def test_all_of_a_datapath_that_access_points_bridge_themselves_is_understood() -> None:
    changed = usual("bridge=bridge-guest name=dp-guest", "bridge=bridge-guest local-forwarding=yes name=dp-guest")
    assert not any(each.unknown for each in device(*changed).coverage)
