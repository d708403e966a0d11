"""Autonomous access points: radios, SSIDs, who comes in, what keeps stations apart, and changes of them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.intents import (
    DisableFastTransition,
    DisableStationIsolation,
    Intent,
    SetAuthentication,
    SetIdleTimeout,
    SetPmf,
    UseCcmpOnly,
)
from auditor.model import (
    ENCRYPTED,
    Akm,
    Band,
    Bss,
    Cipher,
    Device,
    Fact,
    IsolationScope,
    MacPolicy,
    Passphrase,
    Pmf,
    Unknown,
)
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import Texts, apply
from auditor.platforms.cisco_ios.config import RUNNING
from auditor.platforms.cisco_ios.dot11_edit import BUILDERS
from auditor.platforms.cisco_ios.parse import parse
from auditor.profiles import load_profile
from auditor.services.base import NotPossible
from tests.platforms.cisco_ios.configs import capture

SHOP = (Path(__file__).parents[2] / "shops/cisco_ios/autonomous/ap/running-config.txt").read_text()
LOW, HIGH = "SHOP-POS Dot11Radio0", "SHOP-POS Dot11Radio1"
VLAN = "dot11 ssid SHOP-POS\n   vlan 30\n"
OPEN = f"{VLAN}   authentication open \n"
MANAGED = f"{OPEN}   authentication key-management wpa version 2\n"
PSK = "   wpa-psk ascii 7 130816160E4C113A6B22272175361B025617085A554B\n"
CIPHER = " encryption vlan 30 mode ciphers aes-ccm \n"
RADIO = "interface Dot11Radio0\n no ip address\n"
BRIDGED = "interface Dot11Radio0.30\n encapsulation dot1Q 30\n bridge-group 30\n"
IDLE = "dot11 activity-timeout unknown default 86400 maximum 86400\n"
EAP = MANAGED.replace("open ", "open eap LIST")
DAY = timedelta(hours=24)


def changed(*pairs: tuple[str, str]) -> str:
    """The access point of the shop with other lines."""
    text = SHOP
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def device(text: str) -> Device:
    return parse(capture(text), load_profile("cisco_ios"))


def bss(text: str, key: str = LOW) -> Bss:
    return next(each for each in device(text).bsses if each.key == key)


def value(fact: Fact[Any]) -> Any:
    assert not isinstance(fact, Unknown), fact
    return fact.value


def test_each_ssid_on_each_radio() -> None:
    found = device(SHOP)
    assert [each.key for each in found.bsses] == [
        "SHOP-GUEST Dot11Radio0", LOW, "SHOP-GUEST Dot11Radio1", "SHOP-OFFICE Dot11Radio1", HIGH,
    ]  # fmt: skip
    assert [value(radio.band) for radio in found.radios] == [Band.GHZ_2_4, Band.GHZ_5]
    guest = found.bsses.items[0]
    assert (value(guest.isolation), value(guest.networks)) == (IsolationScope.SAME_AP, ("bridge-group 40",))
    one = bss(SHOP)
    assert (value(one.networks), value(one.idle_timeout), value(one.session_timeout)) == (
        ("bridge-group 30",),
        DAY,
        None,
    )
    assert (value(one.pmf), value(one.fast_transition), value(one.mac_policy)) == (Pmf.DISABLED, False, MacPolicy.OFF)


@pytest.mark.parametrize(
    ("text", "akms"),
    [
        (SHOP, {Akm.WPA2_PSK}),
        (changed((MANAGED, OPEN), (PSK, "")), {Akm.OPEN}),
        (changed((MANAGED, f"{VLAN}   authentication shared\n"), (PSK, "")), {Akm.OPEN}),
        (changed((MANAGED, OPEN), (PSK, ""), (CIPHER, " encryption vlan 30 mode wep mandatory\n")), {Akm.WEP}),
        (changed((MANAGED, MANAGED.replace("version 2", "version 1"))), {Akm.WPA_PSK}),
        (changed((MANAGED, MANAGED.replace("version 2", "version 2 optional"))), {Akm.WPA2_PSK, Akm.OPEN}),
        (changed((MANAGED, EAP), (PSK, "")), {Akm.WPA2_EAP}),
        (changed((PSK, "")), {Akm.WPA2_PSK}),
        (changed((CIPHER, CIPHER.replace("30", "POS")), (VLAN, VLAN.replace("30", "POS"))), {Akm.WPA2_PSK}),
    ],
)  # fmt: skip
def test_how_stations_come_in(text: str, akms: set[Akm]) -> None:
    assert value(bss(text).akms) == akms


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (changed((MANAGED, MANAGED.replace(" version 2", ""))), "the WPA version is left open"),
        (changed((MANAGED, EAP)), "has a pre-shared key, and asks for EAP"),
        (changed((MANAGED, MANAGED.replace("   authentication open \n", ""))), "no line `authentication open`"),
        (changed((CIPHER, "")), "has no cipher for VLAN 30"),
        (changed((MANAGED, f"{MANAGED}   authentication magic\n")), "is not understood"),
        (changed((MANAGED, f"{MANAGED}   infrastructure-ssid\n")), "kept for other access points"),
        (changed((MANAGED, f"{MANAGED}   ids mfp client required\n")), "kept for stations that know Cisco's"),
        (changed((MANAGED, MANAGED.replace("version 2", "cckm").replace("wpa ", ""))), "CCKM only"),
    ],
)  # fmt: skip
def test_who_comes_in_is_not_known(text: str, why: str) -> None:
    akms = bss(text).akms
    assert isinstance(akms, Unknown)
    assert why in akms.why


def test_lines_beside_that_change_nothing() -> None:
    lines = "   infrastructure-ssid optional\n   ids mfp client optional\n   guest-mode\n   admit-traffic\n"
    assert value(bss(changed((MANAGED, f"{MANAGED}{lines}"))).akms) == {Akm.WPA2_PSK}


@pytest.mark.parametrize(
    ("words", "expected"), [("aes-ccm tkip", {Cipher.CCMP, Cipher.TKIP}), ("tkip", {Cipher.TKIP}), ("magic", None)]
)
def test_ciphers_are_those_of_the_vlan_on_the_radio(words: str, expected: set[Cipher] | None) -> None:
    found = bss(changed((CIPHER, CIPHER.replace("aes-ccm", words)))).ciphers
    assert (None if isinstance(found, Unknown) else set(found.value)) == expected


@pytest.mark.parametrize(
    ("psk", "expected"),
    [
        ("   wpa-psk ascii 0 long-enough\n", Passphrase.USABLE), ("   wpa-psk ascii 0 short\n", Passphrase.UNUSABLE),
        (f"   wpa-psk hex 0 {'a1' * 32}\n", Passphrase.USABLE), ("   wpa-psk hex 0 a1\n", Passphrase.UNUSABLE),
        ("", Passphrase.ABSENT),
    ],
)  # fmt: skip
def test_passphrases(psk: str, expected: Passphrase) -> None:
    assert value(bss(changed((PSK, psk))).passphrase) is expected


def test_equal_keys_have_equal_names_that_are_not_the_key() -> None:
    seven = value(bss(changed((PSK, "   wpa-psk ascii 7 0822455D0A16\n"))).passphrase_identity)
    plain = value(bss(changed((PSK, "   wpa-psk ascii 0 cisco\n"))).passphrase_identity)
    six = value(bss(changed((PSK, "   wpa-psk ascii 6 AbCdEfGh\n"))).passphrase_identity)
    assert seven == plain
    assert "cisco" not in plain
    assert six.startswith(ENCRYPTED)


@pytest.mark.parametrize(
    ("line", "on"),
    [
        ("station-role root", True), ("station-role root access-point", True),
        ("station-role root fallback shutdown", True),
        ("station-role root bridge wireless-clients", True), ("station-role repeater", True),
        ("station-role root bridge", False), ("station-role workgroup-bridge", False), ("station-role scanner", False),
        ("station-role magic", None), ("shutdown", False),
    ],
)  # fmt: skip
def test_radios_that_serve_stations(line: str, on: bool | None) -> None:
    found = bss(changed((" station-role root\n", f" {line}\n"))).enabled
    assert found.value is on if not isinstance(found, Unknown) else on is None


@pytest.mark.parametrize(
    ("name", "lines", "band"),
    [
        ("Dot11Radio0", "", Band.GHZ_2_4), ("Dot11Radio0", " channel 5180\n channel width 40\n", Band.GHZ_5),
        ("Dot11Radio0/1/0", " channel 36\n", Band.GHZ_5), ("Dot11Radio0/0/0", " channel 11\n", Band.GHZ_2_4),
        ("Dot11Radio0/0/0", "", None), ("Dot11Radio1", " channel dfs\n", Band.GHZ_5),
    ],
)  # fmt: skip
def test_bands(name: str, lines: str, band: Band | None) -> None:
    text = f"version 15.7\nhostname ap\ninterface {name}\n ssid X\n{lines}end\n"
    (radio,) = device(text).radios
    assert radio.band.value is band if not isinstance(radio.band, Unknown) else band is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (IDLE, DAY), (IDLE.replace("default 86400", "default 60"), timedelta(minutes=1)),
        ("dot11 activity-timeout unknown default 600\n", timedelta(minutes=10)),
        (f"{IDLE}dot11 activity-timeout unknown maximum 600\n", timedelta(minutes=10)),
        ("dot11 activity-timeout unknown maximum 600\n", None), ("", None),
        ("dot11 activity-timeout unknown default soon\n", None),
    ],
)  # fmt: skip
def test_silent_stations(lines: str, expected: timedelta | None) -> None:
    found = bss(changed((IDLE, lines))).idle_timeout
    assert found.value == expected if not isinstance(found, Unknown) else expected is None


@pytest.mark.parametrize(
    ("period", "session", "again"),
    [("", None, None), ("3600", None, timedelta(hours=1)), ("server", Unknown, Unknown), ("often", None, Unknown)],
)
def test_repeated_authentication_of_802_1x(period: str, session: object, again: object) -> None:
    lines = f"{RADIO} dot1x reauth-period {period}\n" if period else RADIO
    found = bss(changed((MANAGED, EAP), (PSK, ""), (RADIO, lines)))
    for fact, expected in ((found.session_timeout, session), (found.reauth_period, again)):
        assert isinstance(fact, Unknown) if expected is Unknown else value(fact) == expected
    assert value(bss(changed((RADIO, lines))).reauth_period) is None


def test_a_vlan_without_a_sub_interface_leads_nowhere() -> None:
    for text in (changed((VLAN, VLAN.replace("30", "31"))), changed((VLAN, f"{VLAN}   mobility network-id 7\n"))):
        assert isinstance(bss(text).networks, Unknown)


def test_without_vlans_the_radio_itself_is_bridged() -> None:
    text = (
        "version 15.3\nhostname ap\ndot11 ssid ONE\n   authentication open\n"
        "   authentication key-management wpa version 2\n   wpa-psk ascii 0 long-enough\n"
        "interface Dot11Radio0\n encryption mode ciphers aes-ccm\n ssid ONE\n bridge-group 1\n"
        " bridge-group 1 port-protected\ninterface GigabitEthernet0\n bridge-group 1\n"
        "interface BVI1\n ip address 192.0.2.4 255.255.255.0\nbridge 1 route ip\nline con 0\nend\n"
    )
    found = bss(text, "ONE Dot11Radio0")
    assert (value(found.networks), value(found.isolation)) == (("BVI1",), IsolationScope.SAME_AP)
    assert value(found.akms) == {Akm.WPA2_PSK}


def test_old_releases_define_ssids_within_the_radio() -> None:
    text = (
        "version 12.2\nhostname ap\ninterface Dot11Radio0\n encryption mode ciphers tkip\n ssid ONE\n"
        "  authentication open\n  authentication key-management wpa\n  wpa-psk ascii 0 long-enough\n"
        " bridge-group 1\nend\n"
    )
    assert value(bss(text, "ONE Dot11Radio0").akms) == {Akm.WPA_PSK}


@pytest.mark.parametrize(
    "pair",
    [
        (BRIDGED, f"{BRIDGED} ip access-group 2 in\n"),
        (BRIDGED, f"{BRIDGED} bridge-group 30 input-address-list 700\n"),
        (MANAGED, f"{MANAGED}   ip redirection host 192.0.2.9\n"),
        ("bridge 1 route ip\n", "bridge 30 address 0200.5e00.0001 discard\n"),
    ],
)  # fmt: skip
def test_what_the_radio_may_keep_back(pair: tuple[str, str]) -> None:
    found = device(changed(pair)).bridge_filters
    assert found.items or found.holes
    healthy = device(SHOP).bridge_filters
    assert (healthy.items, healthy.holes) == ((), ())


def test_a_list_that_is_not_there_permits_everything() -> None:
    assert not device(changed((BRIDGED, f"{BRIDGED} ip access-group 199 in\n"))).bridge_filters.items


@pytest.mark.parametrize(
    ("pair", "where"),
    [
        ((MANAGED, f"{MANAGED}   web-auth\n"), ("bridge-group 30",)),
        ((BRIDGED, f"{BRIDGED} ip admission LOGIN\n"), None),
    ],
)
def test_logins_on_a_page(pair: tuple[str, str], where: tuple[str, ...] | None) -> None:
    portal = device(changed(pair)).portals.items[0]
    assert portal.interfaces.value == where if not isinstance(portal.interfaces, Unknown) else where is None


@pytest.mark.parametrize(
    "line", ["authentication open mac-address LIST", "authentication open mac-address LIST alternate eap LIST"]
)
def test_lists_of_mac_addresses_are_elsewhere(line: str) -> None:
    assert isinstance(bss(changed((OPEN, f"{VLAN}   {line}\n"))).mac_policy, Unknown)
    listed = changed(("dot11 syslog\n", "dot11 syslog\ndot11 association mac-list 700\n"))
    assert isinstance(bss(listed).mac_policy, Unknown)


# -- changes ---------------------------------------------------------------------------------------------------


def built(text: str, intent: Intent) -> Edit | None:
    return BUILDERS[type(intent)](Texts.of(capture(text)), device(text), intent)


def edited(text: str, operations: tuple[Any, ...]) -> str:
    file = apply(capture(text), operations).file(RUNNING)
    assert file is not None
    return file.text


TKIP = CIPHER.replace("aes-ccm", "aes-ccm tkip")
FAST = (MANAGED, MANAGED.replace("version 2", "version 2 dot11r"))


@pytest.mark.parametrize(
    ("text", "intent", "after"),
    [
        (changed((IDLE, IDLE.replace("86400", "60"))), SetIdleTimeout(LOW, DAY, (HIGH,)), SHOP),
        (changed((f"{RADIO} !\n{CIPHER}", f"{RADIO} !\n{TKIP}")), UseCcmpOnly(LOW, (HIGH,)),
         changed((f"{RADIO} !\n{CIPHER}", f"{RADIO} !\n{CIPHER[:-2]}\n"))),
        (changed((BRIDGED, f"{BRIDGED} bridge-group 30 port-protected\n")), DisableStationIsolation(LOW), SHOP),
        (changed((MANAGED, f"{MANAGED}   11w-pmf client required\n")), SetPmf(LOW, Pmf.OPTIONAL, (HIGH,)),
         changed((MANAGED, f"{MANAGED}   11w-pmf client optional\n"))),
        (changed((MANAGED, f"{MANAGED}   11w-pmf client required\n")), SetPmf(LOW, Pmf.DISABLED, (HIGH,)), SHOP),
        (changed(FAST, (RADIO, f"{RADIO} dot11 dot11r pre-authentication over-air\n")),
         DisableFastTransition(LOW, (HIGH,)), SHOP),
    ],
)  # fmt: skip
def test_changes_and_their_way_back(text: str, intent: Intent, after: str) -> None:
    edit = built(text, intent)
    assert edit is not None
    done = edited(text, edit.operations)
    assert done == after
    assert edited(done, edit.operations) == done
    back = edited(done, edit.undo)
    assert sorted(map(str.strip, back.splitlines())) == sorted(map(str.strip, text.splitlines()))


@pytest.mark.parametrize(
    "intent",
    [
        SetAuthentication(LOW, frozenset({Akm.WPA2_PSK}), Pmf.OPTIONAL), SetIdleTimeout(LOW, timedelta(days=2)),
        DisableStationIsolation(LOW),
    ],
)  # fmt: skip
def test_what_only_a_person_may_do(intent: Intent) -> None:
    with pytest.raises(NotPossible):
        built(SHOP, intent)


def test_bsses_of_others_are_left_alone() -> None:
    for intent in (SetIdleTimeout("pos@shop 5ghz", DAY), SetPmf("pos@shop 5ghz", Pmf.DISABLED), UseCcmpOnly("x y")):
        assert built(SHOP, intent) is None
