"""WLANs of a Catalyst 9800: what lines, and their absence, mean for each release."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import (
    Akm,
    Assumed,
    Band,
    Cipher,
    Fact,
    IsolationScope,
    MacPolicy,
    Passphrase,
    Phy,
    Pmf,
    Stated,
    Unknown,
)
from tests.platforms.cisco_ios.wireless_device import SHOP, bss, changed, config, device, with_policy, with_wlan

HOUR = timedelta(hours=1)


def value(fact: Fact[Any]) -> Any:
    assert not isinstance(fact, Unknown), fact.why
    return fact.value


def test_a_wlan_in_order_is_known_whole() -> None:
    found = device(SHOP)
    assert [each.key for each in found.bsses] == ["pos@shop 24ghz", "pos@shop 5ghz"]
    assert [each.key for each in found.radios] == ["24ghz", "5ghz"]
    assert found.bsses.holes == ()
    each = bss(SHOP)
    assert (each.given_by, each.radio, value(each.ssid), value(each.enabled)) == ("CAPWAP", "5ghz", "SHOP-POS", True)
    assert (value(each.networks), each.local_vlan) == (("Vlan30",), None)
    assert (value(each.akms), value(each.ciphers)) == ({Akm.WPA2_PSK}, {Cipher.CCMP})
    assert (value(each.pmf), value(each.passphrase)) == (Pmf.DISABLED, Passphrase.USABLE)
    assert (value(each.session_timeout), value(each.idle_timeout)) == (24 * HOUR, 24 * HOUR)
    assert value(each.isolation) is IsolationScope.NONE
    assert not [unknown for unknown in found.coverage[0].unknown if unknown.line > 1]


@pytest.mark.parametrize(
    ("version", "session"), [("16.12", 1800), ("17.3", 1800), ("17.11", 1800), ("17.12", 28800), ("17.15", 28800)]
)
def test_the_default_session_depends_on_the_release(version: str, session: int) -> None:
    fact = bss(changed("session-timeout 86400", ""), version=version).session_timeout
    assert isinstance(fact, Assumed)
    assert fact.value == timedelta(seconds=session)


def test_the_device_itself_knows_its_default_best() -> None:
    shown = "Policy Profile Name                 : pos\nWLAN Timeout\n Session Timeout                   : 7200\n"
    outputs = {"commands/policy-profile-pos.txt": shown}
    fact = bss(changed("session-timeout 86400", ""), outputs=outputs).session_timeout
    assert isinstance(fact, Stated)
    assert (fact.value, fact.spans[0].file, fact.spans[0].first) == (2 * HOUR, "commands/policy-profile-pos.txt", 3)
    assert value(bss(SHOP, outputs=outputs).session_timeout) == 24 * HOUR


@pytest.mark.parametrize("seconds", ["0", "soon", "-1", "9" * 40])
def test_a_session_timeout_that_says_nothing_certain(seconds: str) -> None:
    assert isinstance(bss(changed("session-timeout 86400", f"session-timeout {seconds}")).session_timeout, Unknown)


@pytest.mark.parametrize(
    ("lines", "akms"),
    [
        ((), {Akm.WPA2_EAP}),
        (("no security wpa",), {Akm.OPEN}),
        (("security wpa akm psk", "no security wpa akm dot1x", "security wpa wpa1"), {Akm.WPA_PSK, Akm.WPA2_PSK}),
        (
            ("no security wpa akm dot1x", "no security wpa wpa2", "security wpa wpa3", "security wpa akm sae"),
            {Akm.WPA3_SAE},
        ),
        (("no security wpa akm dot1x", "no security wpa wpa2", "security wpa wpa3", "security wpa akm owe"), {Akm.OWE}),
        (
            ("no security wpa akm dot1x", "security wpa wpa3", "security wpa akm sae", "security wpa akm psk"),
            {Akm.WPA2_PSK, Akm.WPA3_SAE},
        ),
        (("security static-wep-key encryption 104 ascii 0 made-up-key-1 1", "no security wpa"), {Akm.WEP}),
        (("no security wpa akm dot1x", "security wpa akm ft psk"), None),
        (
            ("no security wpa akm dot1x", "security wpa akm psk", "security wpa akm ft psk", "security ft"),
            {Akm.WPA2_PSK},
        ),
        (
            ("no security wpa wpa2", "security wpa wpa3", "no security wpa akm dot1x", "security wpa akm sae pwe h2e"),
            None,
        ),
        (("security wpa akm sha-of-tomorrow",), None),
        (("no security wpa akm dot1x",), None),
    ],
)
def test_authentication(lines: tuple[str, ...], akms: set[Akm] | None) -> None:
    body = "".join(f" {line}\n" for line in lines)
    start, end = SHOP.index(" security wpa psk"), SHOP.index(" no shutdown\nap ")
    fact = bss(SHOP[:start] + body + SHOP[end:]).akms
    assert (None if isinstance(fact, Unknown) else fact.value) == akms


@pytest.mark.parametrize(
    ("lines", "ciphers"),
    [
        (("security wpa wpa1", "security wpa wpa1 ciphers tkip"), {Cipher.CCMP, Cipher.TKIP}),
        (("no security wpa wpa2 ciphers aes", "security wpa wpa2 ciphers gcmp256"), {Cipher.GCMP_256}),
        (("no security wpa wpa2 ciphers aes",), None),
        (("security wpa wpa2 ciphers rot13",), None),
    ],
)
def test_ciphers(lines: tuple[str, ...], ciphers: set[Cipher] | None) -> None:
    fact = bss(with_wlan(*lines)).ciphers
    assert (None if isinstance(fact, Unknown) else fact.value) == ciphers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (changed("security wpa psk set-key ascii 8 MadeUpTypeEightText", ""), Passphrase.ABSENT),
        (changed("security wpa psk set-key ascii 8 MadeUpTypeEightText", "security wpa psk set-key ascii 0 short"),
         Passphrase.UNUSABLE),
        (changed("security wpa psk set-key ascii 8 MadeUpTypeEightText", "security wpa psk set-key ascii 0 a made key"),
         Passphrase.USABLE),
        (with_wlan("mac-filtering keys"), Passphrase.EXTERNAL),
    ],
)  # fmt: skip
def test_passphrases(text: str, expected: Passphrase) -> None:
    assert value(bss(text).passphrase) is expected


@pytest.mark.parametrize(
    ("line", "listed"),
    [("0200.5E10.0001 description lost", ("02:00:5e:10:00:01",)), ("0200.5e10", None)],
)
def test_stations_that_the_controller_excludes(line: str, listed: tuple[str, ...] | None) -> None:
    found = bss(f"wireless exclusionlist {line}\n{SHOP}")
    assert value(found.mac_policy) is MacPolicy.DENY_LISTED
    assert (None if isinstance(found.mac_list, Unknown) else found.mac_list.value) == listed


def test_no_key_is_ever_shown() -> None:
    text = changed(
        "security wpa psk set-key ascii 8 MadeUpTypeEightText", "security wpa psk set-key ascii 0 a made key"
    )
    assert "made key" not in repr(bss(text).passphrase_identity)


@pytest.mark.parametrize(
    ("lines", "on"),
    [
        ((), False),
        (("security ft",), True),
        (("no security ft",), False),
        (("no security ft adaptive",), False),
        (("security ft adaptive",), False),
        (("security ft over-the-ds",), False),
        (("security wpa akm ft psk",), True),
    ],
)
def test_fast_transition(lines: tuple[str, ...], on: bool) -> None:
    assert value(bss(with_wlan(*lines)).fast_transition) is on


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("peer-blocking drop", IsolationScope.SAME_SSID),
        ("no peer-blocking", IsolationScope.NONE),
        ("peer-blocking forward-upstream", None),
        ("peer-blocking allow-private-group", None),
    ],
)
def test_peer_blocking(line: str, expected: IsolationScope | None) -> None:
    fact = bss(with_wlan(line)).isolation
    assert (None if isinstance(fact, Unknown) else fact.value) is expected


@pytest.mark.parametrize(
    ("text", "version", "phys"),
    [
        (SHOP, "17.9", (Phy.AX, Phy.AX)),
        (SHOP, "17.3", (Phy.AX, Phy.AX)),
        (with_wlan("no dot11ax"), "17.9", (Phy.N, Phy.AC)),
        (with_wlan("no dot11ax bss-color"), "17.9", (Phy.AX, Phy.AX)),
        (f"no ap dot11 5ghz dot11ax\n{SHOP}", "17.9", (Phy.AX, Phy.AC)),
        (f"no ap dot11 5ghz dot11ax mcs tx index 7 spatial-stream 1\n{SHOP}", "17.9", (Phy.AX, Phy.AX)),
        (f"ap dot11 24ghz dot11be\n{SHOP}", "17.15", (Phy.BE, Phy.AX)),
    ],
)
def test_802_11ax(text: str, version: str, phys: tuple[Phy, Phy]) -> None:
    assert tuple(value(each.phy) for each in device(text, version).bsses) == phys


@pytest.mark.parametrize(
    ("lines", "version", "bands"),
    [
        (("radio policy dot11 5ghz",), "17.9", {Band.GHZ_5}),
        (("radio policy dot11 24ghz", "radio policy dot11 5ghz slot 0 slot 1"), "17.9", {Band.GHZ_2_4, Band.GHZ_5}),
        (("radio policy dot11 6ghz",), "17.9", {Band.GHZ_6}),
        (("radio dot11bg",), "16.12", {Band.GHZ_2_4}),
        (("radio dot11a",), "17.3", {Band.GHZ_5}),
        (("no security wpa wpa2", "security wpa wpa3", "security pmf mandatory"), "17.9", set(Band) - {Band.GHZ_60}),
        (("no security wpa wpa2", "security wpa wpa3", "security pmf mandatory"), "17.3", {Band.GHZ_2_4, Band.GHZ_5}),
    ],
)
def test_bands(lines: tuple[str, ...], version: str, bands: set[Band]) -> None:
    assert {value(each.band) for each in device(with_wlan(*lines), version).bsses} == bands


def test_a_radio_policy_that_is_not_understood_leaves_it_open_whether_a_band_has_the_wlan() -> None:
    assert [type(each.enabled) for each in device(with_wlan("radio policy dot11 900mhz")).bsses] == [Unknown, Unknown]


@pytest.mark.parametrize(
    ("text", "on"),
    [
        (SHOP.replace(" no shutdown\nap", "ap"), False),
        (SHOP.replace(" no shutdown\nwireless", "wireless"), False),
        (f"ap dot11 5ghz shutdown\n{SHOP}", False),
        (f"no ap dot11 5ghz shutdown\n{SHOP}", True),
        (SHOP.replace(" policy-tag shop\n", ""), None),
        (with_policy("calendar-profile name night"), None),
        (SHOP.replace("wireless profile policy pos", "wireless profile policy other"), None),
    ],
)
def test_a_wlan_is_on_the_air_where_nothing_is_shut_and_an_access_point_has_the_tag(text: str, on: bool | None) -> None:
    fact = bss(text).enabled
    assert (None if isinstance(fact, Unknown) else fact.value) is on


def test_a_wlan_that_no_tag_maps_is_nowhere() -> None:
    found = device(SHOP.replace(" wlan pos policy pos\n", "")).bsses
    assert [(each.key, value(each.enabled), value(each.networks)) for each in found] == [
        ("pos@ 24ghz", False, ()),
        ("pos@ 5ghz", False, ()),
    ]


@pytest.mark.parametrize(
    ("lines", "networks"),
    [
        (("vlan POS",), ("Vlan30",)),
        (("vlan 40",), ("Vlan40",)),
        (("vlan LOUNGE",), None),
        (("mobility anchor 192.0.2.7 priority 1",), None),
        (("mobility anchor",), ("Vlan30",)),
        (("aaa-override",), ("Vlan30",)),
    ],
)
def test_networks(lines: tuple[str, ...], networks: tuple[str, ...] | None) -> None:
    text = changed("vlan 30", lines[0]) if lines[0].startswith("vlan") else with_policy(*lines)
    fact = bss(text).networks
    assert (None if isinstance(fact, Unknown) else fact.value) == networks


def test_vlan_1_is_not_taken_for_the_vlan_of_wireless_management() -> None:
    assert value(bss(changed("vlan 30", "")).networks) == ("Vlan1",)
    text = f"wireless management interface Vlan10\n{changed('vlan 30', '')}"
    assert isinstance(bss(text).networks, Unknown)


def test_the_lines_that_decide_are_the_evidence() -> None:
    text = with_wlan("no dot11ax")
    fact = bss(text).phy
    assert isinstance(fact, Stated)
    assert [text.splitlines()[span.first - 2] for span in fact.spans] == [" no dot11ax"]


def test_a_radius_server_that_may_override_makes_timers_and_vlan_unknown() -> None:
    enterprise = with_policy("aaa-override").replace(" no security wpa akm dot1x\n security wpa akm psk\n", "")
    found = bss(enterprise)
    assert [type(fact) for fact in (found.session_timeout, found.idle_timeout, found.networks)] == [Unknown] * 3


@pytest.mark.parametrize(
    ("site", "flex", "local"),
    [
        (" no local-site\n", "", 30),
        (" no local-site\n flex-profile f\n", "wireless profile flex f\n native-vlan-id 30\n", None),
    ],
)
def test_flexconnect_puts_frames_on_the_port_of_the_access_point(site: str, flex: str, local: int | None) -> None:
    text = with_policy("no central switching").replace(
        "wireless tag site default-site-tag\n", f"{flex}wireless tag site default-site-tag\n{site}"
    )
    found = bss(text)
    assert found.local_vlan is not None
    assert (value(found.local_vlan), value(found.networks)) == (local, ())


def test_local_mode_brings_all_frames_to_the_controller() -> None:
    found = bss(with_policy("no central switching"))
    assert (value(found.networks), found.local_vlan) == (("Vlan30",), None)


@pytest.mark.parametrize(
    ("lines", "limit"),
    [
        ((), 200),
        (("client association limit 12",), 12),
        (("client association limit ap 30", "client association limit radio 20"), 20),
        (("client association limit radio 0",), None),
    ],
)
def test_station_limits(lines: tuple[str, ...], limit: int | None) -> None:
    assert value(bss(with_wlan(*lines)).station_limit) == limit


@pytest.mark.parametrize(
    ("head", "key", "ssid"),
    [
        ("wlan pos 1", "pos@shop 5ghz", "pos"),
        ("wlan my till 1 MY TILLS", "my till@shop 5ghz", "MY TILLS"),
        ('wlan "my till" 1 "MY TILLS"', "my till@shop 5ghz", "MY TILLS"),
        ("wlan floor 2 3 TILLS", "floor@shop 5ghz", None),
    ],
)
def test_names_with_blanks(head: str, key: str, ssid: str | None) -> None:
    profile = key.partition("@")[0]
    said = f'"{profile}"' if '"' in head else profile
    text = SHOP.replace("wlan pos 1 SHOP-POS", head).replace(" wlan pos policy", f" wlan {said} policy")
    fact = bss(text, key).ssid
    assert (None if isinstance(fact, Unknown) else fact.value) == ssid


def test_keys_differ_whatever_the_names() -> None:
    twins = SHOP.replace("wlan pos 1 SHOP-POS\n", "wlan pos 2 OTHER\n no shutdown\nwlan pos 1 SHOP-POS\n")
    keys = [each.key for each in device(twins).bsses]
    assert len(set(keys)) == len(keys) == 4


@pytest.mark.parametrize(("vlans", "vlan"), [("30", 30), ("30,31", None)])
def test_a_group_of_vlans(vlans: str, vlan: int | None) -> None:
    text = changed("vlan 30", "vlan TILLS") + f"vlan group TILLS vlan-list {vlans}\n"
    fact = bss(text).networks
    assert (None if isinstance(fact, Unknown) else fact.value) == (None if vlan is None else (f"Vlan{vlan}",))


@pytest.mark.parametrize(
    ("lines", "only"), [((), False), (("ipv4 dhcp required",), True), (("no ipv4 dhcp required",), False)]
)
def test_leases_only(lines: tuple[str, ...], only: bool) -> None:
    assert value(bss(with_policy(*lines)).leases_only) is only


def test_wlans_without_any_policy_tag_are_those_of_a_switch() -> None:
    found = device(SHOP.replace("wireless tag policy shop\n wlan pos policy pos\n", ""))
    assert "converged access" in found.bsses.holes[0].why


def test_a_switch_with_converged_access_is_a_hole() -> None:
    (hole,) = device("wlan pos 1 SHOP-POS\n client vlan 30\n no shutdown\n", "16.3").bsses.holes
    assert "converged access" in hole.why


@given(
    st.lists(
        st.sampled_from(
            [
                *SHOP.splitlines(),
                "wlan",
                "wlan x",
                " wlan",
                "ap ",
                " vlan",
                " no",
                'wlan "',
                " radio",
                " session-timeout",
                " mobility anchor",
                "wireless tag policy",
                " client association limit x",
            ]
        ),
        max_size=30,
    )
)
def test_no_text_makes_the_reader_raise(lines: list[str]) -> None:
    read = device("\n".join(lines) + "\n")
    keys = [each.key for each in read.bsses]
    assert len(set(keys)) == len(keys)
    assert config("\n".join(lines) + "\n").coverage()
