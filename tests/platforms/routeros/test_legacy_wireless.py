"""`/interface wireless`: radios, virtual access points, security profiles, access lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Akm, Assumed, Band, Bss, Cipher, IsolationScope, MacPolicy, Passphrase, Phy, Pmf, Unknown
from tests.platforms.routeros.legacy_shop import BRIDGES, HEADER, LAST, PROFILES, WIRELESS, bss, device, usual, value

LIST = "/interface wireless access-list\n"
READER = "02:00:5E:00:00:01"
V7 = "# 2026-03-02 10:29:41 by RouterOS 7.16.2\n"


def test_a_healthy_access_point_has_no_doubt() -> None:
    found = device(*usual())
    assert not found.bsses.holes
    assert not found.radios.holes
    for each in found.bsses:
        assert [name for name in Bss.__slots__ if isinstance(getattr(each, name), Unknown)] == []
    pos, guest = bss(found), bss(found, "wlan1-guest")
    assert value(pos.networks) == ("bridge-pos",)
    assert value(pos.akms) == {Akm.WPA2_PSK}
    assert value(pos.ciphers) == {Cipher.CCMP}
    assert value(pos.passphrase) is Passphrase.USABLE
    assert value(pos.isolation) is IsolationScope.NONE
    assert value(pos.mac_policy) is MacPolicy.OFF
    assert value(pos.station_limit) == 2007
    assert guest.radio == "wlan1"
    assert value(guest.isolation) is IsolationScope.SAME_BSS
    assert value(guest.networks) == ("bridge-guest",)
    assert value(bss(found, "wlan2").passphrase_identity) == value(pos.passphrase_identity)
    assert value(guest.passphrase_identity) != value(pos.passphrase_identity)
    said = {unknown.keywords for each in found.coverage for unknown in each.unknown}
    assert not [words for words in said if "wireless" in words]


@pytest.mark.parametrize(
    ("band", "where", "phy"),
    [
        ("2ghz-b", Band.GHZ_2_4, Phy.LEGACY),
        ("2ghz-onlyn", Band.GHZ_2_4, Phy.N),
        ("5ghz-a", Band.GHZ_5, Phy.LEGACY),
        ("5ghz-a/n/ac", Band.GHZ_5, Phy.AC),
        ("5ghz-onlyac", Band.GHZ_5, Phy.AC),
    ],
)
def test_the_band_decides_on_the_phy_of_all_ssids(band: str, where: Band, phy: Phy) -> None:
    found = device(*usual("2ghz-g/n", band))
    for key in ("wlan1", "wlan1-guest"):
        assert (value(bss(found, key).band), value(bss(found, key).phy)) == (where, phy)


def test_without_a_band_it_is_no_more_than_802_11ac() -> None:
    found = bss(device(*usual("band=2ghz-g/n ", "")))
    assert isinstance(found.band, Unknown)
    assert found.band.could_be == (Band.GHZ_2_4, Band.GHZ_5)
    assert isinstance(found.phy, Assumed)
    assert not value(found.phy).includes_ax
    assert value(bss(device(*usual("band=2ghz-g/n ", "frequency=5180 "))).band) is Band.GHZ_5


@pytest.mark.parametrize(
    ("before", "after", "on"),
    [
        ("wlan1 ] band=2ghz-g/n disabled=no", "wlan1 ] band=2ghz-g/n", False),
        ("band=2ghz-g/n disabled=no mode=ap-bridge", "band=2ghz-g/n disabled=no mode=wds-slave", True),
        ("wireless-protocol=802.11\nset", "wireless-protocol=nv2\nset", False),
        ("band=2ghz-g/n", "band=2ghz-g/n channel-width=10mhz", False),
        ("band=2ghz-g/n", "band=2ghz-g/n frequency=2312 frequency-mode=superchannel", None),
        ("band=2ghz-g/n", "band=2ghz-g/n wireless-protocol=zigzag", None),
    ],
)
def test_what_takes_an_ssid_off_the_air(before: str, after: str, on: bool | None) -> None:
    text = usual(before, after)
    if "zigzag" in after:
        text = tuple(part.replace(" wireless-protocol=802.11\nset", "\nset") for part in text)
    for key in ("wlan1", "wlan1-guest"):
        fact = bss(device(*text), key).enabled
        assert (None if isinstance(fact, Unknown) else fact.value) is on


def test_nstreme_takes_an_ssid_off_the_air_unless_the_protocol_is_802_11() -> None:
    nstreme = "/interface wireless nstreme\nset wlan1 enable-nstreme=yes\n"
    assert value(bss(device(*usual(extra=nstreme))).enabled)
    text = [part.replace("802.11\nset", "any\nset") for part in usual(extra=nstreme)]
    assert not value(bss(device(*text)).enabled)


@pytest.mark.parametrize("mode", ["station", "station-bridge", "alignment-only"])
def test_a_client_of_another_access_point_has_no_ssid(mode: str) -> None:
    found = device(*usual("band=2ghz-g/n disabled=no mode=ap-bridge", f"band=2ghz-g/n disabled=no mode={mode}"))
    assert {each.key for each in found.bsses} == {"wlan2", "wlan1-guest"}


def test_a_radio_that_the_export_leaves_out_is_off() -> None:
    assert not device(BRIDGES).bsses.items
    assert not device(BRIDGES).bsses.holes


def test_managed_radios_are_holes_that_name_the_manager() -> None:
    cap = "/interface wireless cap\nset discovery-interfaces=bridge-pos enabled=yes interfaces=wlan1,wlan2\n"
    found = device(*usual(extra=cap))
    assert not found.bsses.items
    assert not found.radios.items
    assert all("audit the manager" in hole.settle for hole in found.bsses.holes)
    assert len(found.bsses.holes) == 2
    assert len(device(*usual(extra=cap.replace("enabled=yes ", ""))).bsses) == 3


def test_a_virtual_ssid_without_its_radio_is_not_understood() -> None:
    found = bss(device(*usual("master-interface=wlan1", "master-interface=*5")), "wlan1-guest")
    assert isinstance(found.enabled, Unknown)
    assert isinstance(found.phy, Unknown)


# -- security --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "akms"),
    [
        ("", {Akm.OPEN}),
        ("mode=none authentication-types=wpa2-psk", {Akm.OPEN}),
        ("mode=static-keys-required", {Akm.WEP}),
        ("mode=static-keys-optional", {Akm.OPEN, Akm.WEP}),
        ("mode=dynamic-keys authentication-types=wpa-psk,wpa2-psk", {Akm.WPA_PSK, Akm.WPA2_PSK}),
        ("mode=dynamic-keys authentication-types=wpa2-eap", {Akm.WPA2_EAP}),
    ],
)
def test_what_a_profile_offers(profile: str, akms: set[Akm]) -> None:
    profiles = f"/interface wireless security-profiles\nadd name=sec-pos {profile}\nadd name=sec-guest\n"
    assert value(bss(device(*usual(profiles=profiles))).akms) == akms


def test_wpa_without_an_authentication_is_not_understood() -> None:
    profiles = PROFILES.replace("authentication-types=wpa2-psk ", "")
    assert isinstance(bss(device(*usual(profiles=profiles))).akms, Unknown)


def test_the_profile_default_is_open_until_a_line_says_otherwise() -> None:
    plain = WIRELESS.replace("security-profile=sec-pos ", "")
    fact = bss(device(BRIDGES, plain)).akms
    assert isinstance(fact, Assumed)
    assert fact.value == {Akm.OPEN}
    own = PROFILES.replace("supplicant-identity=MikroTik", "authentication-types=wpa2-psk mode=dynamic-keys")
    assert value(bss(device(BRIDGES, own, plain)).akms) == {Akm.WPA2_PSK}


def test_a_profile_that_is_not_there_is_unknown() -> None:
    found = bss(device(*usual(profiles="")))
    assert isinstance(found.akms, Unknown)
    assert isinstance(found.passphrase, Unknown)


def test_keys_that_no_line_shows_are_hidden_unless_others_are_shown() -> None:
    hidden = PROFILES.replace(' wpa2-pre-shared-key="made-up key"', "")
    none = hidden.replace(' wpa2-pre-shared-key="other key"', "")
    assert value(bss(device(*usual(profiles=hidden))).passphrase) is Passphrase.ABSENT
    assert value(bss(device(*usual(profiles=none))).passphrase) is Passphrase.HIDDEN
    assert isinstance(bss(device(*usual(profiles=none))).passphrase_identity, Unknown)
    assert value(bss(device(*usual(profiles=none), header=V7)).akms) == {Akm.WPA2_PSK}


@pytest.mark.parametrize(("key", "known"), [("short", Passphrase.UNUSABLE), ('""', Passphrase.ABSENT)])
def test_keys_that_cannot_be_used(key: str, known: Passphrase) -> None:
    profiles = PROFILES.replace('"made-up key"', key)
    assert value(bss(device(*usual(profiles=profiles))).passphrase) is known


def test_settings_of_a_profile() -> None:
    more = "management-protection=required unicast-ciphers=aes-ccm,tkip name=sec-pos"
    found = bss(device(*usual(profiles=PROFILES.replace("name=sec-pos", more))))
    assert value(found.pmf) is Pmf.REQUIRED
    assert value(found.ciphers) == {Cipher.CCMP, Cipher.TKIP}


def test_a_radius_server_decides_on_sessions_and_addresses() -> None:
    profiles = PROFILES.replace('wpa2-psk eap-methods="" mode', "wpa2-eap mode")
    assert isinstance(bss(device(*usual(profiles=profiles))).session_timeout, Unknown)
    assert value(bss(device(*usual())).session_timeout) is None
    asked = PROFILES.replace("name=sec-pos", "name=sec-pos radius-mac-authentication=yes")
    found = bss(device(*usual(profiles=asked)))
    for fact in (found.mac_policy, found.isolation, found.session_timeout):
        assert isinstance(fact, Unknown)


# -- access lists ----------------------------------------------------------------------------------------------

CLOSED = ("security-profile=sec-pos ssid=SHOP-POS wireless-protocol=802.11\nset",
          "security-profile=sec-pos default-authentication=no ssid=SHOP-POS wireless-protocol=802.11\nset")  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "closed", "policy", "listed"),
    [
        (f"add mac-address={READER}", True, MacPolicy.ALLOW_LISTED, (READER.lower(),)),
        ("", True, MacPolicy.ALLOW_LISTED, ()),
        (f"add mac-address={READER}", False, MacPolicy.OFF, ()),
        (f"add authentication=no mac-address={READER}", False, MacPolicy.DENY_LISTED, (READER.lower(),)),
        (f"add mac-address={READER}\nadd authentication=no", False, MacPolicy.ALLOW_LISTED, (READER.lower(),)),
        (f"add authentication=no\nadd mac-address={READER}", False, MacPolicy.ALLOW_LISTED, ()),
        (f"add authentication=no disabled=yes mac-address={READER}", False, MacPolicy.OFF, ()),
        (f"add authentication=no interface=wlan2 mac-address={READER}", False, MacPolicy.OFF, ()),
        ("add authentication=no signal-range=-120..-86", False, MacPolicy.OFF, ()),
        ("add signal-range=-80..120\nadd authentication=no", False, MacPolicy.OFF, ()),
        (f"add mac-address={READER}\nadd authentication=no mac-address={READER}", False, MacPolicy.DENY_LISTED, ()),
    ],
)
def test_who_is_let_in(entries: str, closed: bool, policy: MacPolicy, listed: tuple[str, ...]) -> None:
    found = bss(device(*usual(*(CLOSED if closed else ("", "")), extra=f"{LIST}{entries}\n")))
    assert (value(found.mac_policy), value(found.mac_list)) == (policy, listed)


@pytest.mark.parametrize(
    "entries",
    [
        "add authentication=no signal-range=-120..-60",
        "add authentication=no time=8h-18h,mon,tue",
        f"add authentication=no mac-address={READER[:-1]}",
        "add time=8h-18h\nadd authentication=no",
        "add authentication=maybe",
    ],
)
def test_who_is_let_in_at_times_is_not_known(entries: str) -> None:
    found = bss(device(*usual(extra=f"{LIST}{entries}\n")))
    assert isinstance(found.mac_policy, Unknown)
    assert isinstance(found.mac_list, Unknown)


def test_an_entry_that_lets_in_at_times_does_no_harm_where_all_are_let_in() -> None:
    assert value(bss(device(*usual(extra=f"{LIST}add time=8h-18h,mon\n"))).mac_policy) is MacPolicy.OFF


@pytest.mark.parametrize(
    ("entries", "closed", "scope"),
    [
        ("add forwarding=no", False, IsolationScope.SAME_BSS),
        (f"add forwarding=no mac-address={READER}", True, IsolationScope.SAME_BSS),
        (f"add mac-address={READER}", True, IsolationScope.NONE),
        (f"add authentication=no forwarding=no mac-address={READER}", False, IsolationScope.NONE),
        (f"add forwarding=no mac-address={READER}", False, None),
    ],
)
def test_entries_decide_on_forwarding(entries: str, closed: bool, scope: IsolationScope | None) -> None:
    fact = bss(device(*usual(*(CLOSED if closed else ("", "")), extra=f"{LIST}{entries}\n"))).isolation
    assert (None if isinstance(fact, Unknown) else fact.value) is scope


def test_an_entry_may_name_a_list_of_interfaces() -> None:
    lists = "/interface list\nadd name=TILLS\n/interface list member\nadd interface=wlan1 list=TILLS\n"
    found = device(*usual(extra=f"{lists}{LIST}add authentication=no interface=TILLS\n"))
    assert value(bss(found).mac_policy) is MacPolicy.ALLOW_LISTED
    assert value(bss(found, "wlan2").mac_policy) is MacPolicy.OFF


def test_own_keys_and_vlans_of_stations_are_not_told_apart() -> None:
    found = bss(device(*usual(extra=f'{LIST}add private-pre-shared-key="a key of one" vlan-id=7 vlan-mode=use-tag\n')))
    assert isinstance(found.passphrase_identity, Unknown)
    assert isinstance(found.networks, Unknown)
    assert value(found.passphrase) is Passphrase.USABLE


def test_the_driver_may_tag_frames() -> None:
    vlan = "/interface vlan\nadd interface=bridge-pos name=vlan31 vlan-id=31\n"
    address = "/ip address\nadd address=192.168.31.1/24 interface=vlan31 network=192.168.31.0\n"
    tagged = ("band=2ghz-g/n", "band=2ghz-g/n vlan-id=31 vlan-mode=use-tag")
    assert value(bss(device(*usual(*tagged, extra=vlan + address))).networks) == ("vlan31",)
    service = bss(device(*usual("band=2ghz-g/n", "band=2ghz-g/n vlan-mode=use-service-tag"))).networks
    assert isinstance(service, Unknown)


def test_mode_bridge_takes_one_station() -> None:
    assert (
        value(bss(device(*usual("band=2ghz-g/n disabled=no mode=ap-bridge", "disabled=no mode=bridge"))).station_limit)
        == 1
    )


WORDS = st.sampled_from(
    (
        *(
            "set",
            "add",
            "[ find default-name=wlan1 ]",
            "[ find default=yes ]",
            "disabled=no",
            "mode=",
            "mode=ap-bridge",
        ),
        *(
            "ssid=",
            'ssid="a\\"b"',
            "!ssid",
            "master-interface=wlan1",
            "name=x",
            "security-profile=",
            "band=9ghz",
            "wlan1",
        ),
        *(
            "signal-range=..",
            "time=,",
            "mac-address=1",
            "interface=*1",
            "vlan-id=x",
            "vlan-mode=use-tag",
            "frequency=,",
        ),
        *(
            "=",
            "\\",
            "action=create-enabled",
            "master-configuration=x",
            "configuration=x",
            "enabled=yes",
            "interfaces=x",
        ),
    )
)
MENUS = st.sampled_from(
    (
        *("/interface wireless", "/interface wireless access-list", "/interface wireless security-profiles"),
        *("/interface wireless cap", "/caps-man interface", "/caps-man provisioning", "/caps-man configuration"),
        *("/caps-man access-list", "/caps-man datapath", "/caps-man manager"),
    )
)


@given(st.lists(st.tuples(MENUS, st.lists(WORDS, max_size=8)), max_size=8))
def test_no_text_makes_reading_raise(lines: list[tuple[str, list[str]]]) -> None:
    text = "".join(f"{menu} {' '.join(words)}\n" for menu, words in lines)
    (export,) = (each for each in device(text, header=HEADER).coverage if each.file == "export.rsc")
    assert export.understood + export.irrelevant + len(export.unknown) == (HEADER + text + LAST).count("\n")
