"""`/interface wifi`: profiles and their inheritance, radios, security, reach, access lists."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import (
    Akm,
    Band,
    Bss,
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
from auditor.platforms.routeros import network, wifi
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.effective import effective
from auditor.platforms.routeros.inheritance import Level
from auditor.platforms.routeros.wifi_menus import CONFIGURATION, Menus
from auditor.platforms.routeros.wifi_settings import Settings
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.platforms.routeros.wifi_shop import HEADER, WIFI, bsses, capture, config_of, lines, read, value

WPA2, WPA3 = Akm.WPA2_PSK, Akm.WPA3_SAE


def only(wifi_lines: str, *, header: str = HEADER, **outputs: str) -> Bss:
    """The BSS of the only enabled interface."""
    (bss,) = bsses(wifi_lines, header=header, **outputs).values()
    return bss


def radio1(arguments: str, *, before: str = "", header: str = HEADER, after: str = "", **outputs: str) -> Bss:
    """One radio with these arguments."""
    line = f"set [ find default-name=wifi1 ] configuration.ssid=SHOP-POS disabled=no {arguments}"
    return only(f"{before}/interface wifi\n{line}\n{after}", header=header, **outputs)


# -- the usual access point ------------------------------------------------------------------------------------


def test_a_healthy_access_point_has_no_doubt_but_the_passphrase() -> None:
    radios, found = read()
    assert not radios.holes
    assert not found.holes
    for bss in found:
        names = [name for name in Bss.__slots__ if isinstance(getattr(bss, name), Unknown)]
        assert names == ["passphrase_identity"]
        assert value(bss.passphrase) is Passphrase.HIDDEN
        assert value(bss.akms) == {WPA2, WPA3}
        assert value(bss.pmf) is Pmf.OPTIONAL
        assert value(bss.networks) == ("pos",)
        assert value(bss.isolation) is IsolationScope.NONE
        assert value(bss.station_limit) == 1000
    assert [(value(r.band), value(r.phy), value(r.width)) for r in radios] == [
        (Band.GHZ_5, Phy.AC, 80),
        (Band.GHZ_2_4, Phy.N, 20),
    ]


def test_the_old_name_of_the_menu_is_the_same() -> None:
    old = {key: bss.key for key, bss in bsses(WIFI.replace("interface wifi", "interface wifiwave2")).items()}
    assert list(old) == list(bsses())


def test_every_wifi_line_is_understood_or_irrelevant() -> None:
    text = WIFI.replace("disabled=no", "configuration.country=Latvia .tx-power=10 security.wps=disable disabled=no")
    config = config_of(
        text + "/interface wifi datapath\nadd bridge=bridge client-isolation=yes name=unused vlan-id=40\n"
    )
    wifi.read(config, network.read(config))
    (coverage,) = config.coverage()
    assert not [line for line in coverage.unknown if "wifi" in line.keywords]


def test_an_unknown_property_is_counted() -> None:
    config = config_of(WIFI.replace("disabled=no", "security.quantum=yes disabled=no"))
    wifi.read(config, network.read(config))
    (coverage,) = config.coverage()
    assert {line.keywords for line in coverage.unknown if "wifi" in line.keywords} == {
        "/interface wifi set security.quantum"
    }


# -- four levels -----------------------------------------------------------------------------------------------

_PROFILE = (
    "/interface wifi security\nadd authentication-types=wpa2-eap name=sec1\nadd authentication-types=owe name=sec2\n"
)


@pytest.mark.parametrize(
    ("own", "configuration", "found", "line"),
    [
        ("security.authentication-types=wpa3-psk security=sec1", "security.authentication-types=wpa-psk", WPA3, 7),
        ("security=sec1", "security.authentication-types=wpa-psk security=sec2", Akm.WPA2_EAP, 2),
        ("", "security.authentication-types=wpa-psk security=sec2", Akm.WPA_PSK, 5),
        ("", "security=sec2", Akm.OWE, 3),
    ],
)
def test_the_nearer_value_counts(own: str, configuration: str, found: Akm, line: int) -> None:
    before = f"{_PROFILE}/interface wifi configuration\nadd name=cfg {configuration}\n"
    bss = radio1(f"configuration=cfg {own}", before=before)
    assert value(bss.akms) == {found}
    assert lines(bss.akms) == (line,)


def test_levels_are_listed_in_their_order() -> None:
    config = config_of(
        f"{_PROFILE}/interface wifi configuration\nadd name=cfg security=sec2\n"
        "/interface wifi\nset [ find default-name=wifi1 ] configuration=cfg security=sec1\n"
    )
    (item,) = config.items("interface wifi")
    levels = list(Settings(Menus.of(config), item).levels("security", "ft"))
    assert [(each.item.name, each.name) for each in levels if isinstance(each, Level)] == [
        ("wifi1", "security.ft"),
        ("sec1", "ft"),
        ("cfg", "security.ft"),
        ("sec2", "ft"),
    ]


def test_what_was_deleted_says_nothing() -> None:
    bss = radio1("security=*1 datapath=*7 security.authentication-types=wpa2-psk")
    assert value(bss.akms) == {WPA2}
    assert value(bss.isolation) is IsolationScope.NONE


def test_a_profile_that_is_not_there_is_a_doubt() -> None:
    bss = radio1("security=nowhere")
    assert isinstance(bss.akms, Unknown)
    assert "nowhere" in bss.akms.why


def test_a_configuration_that_is_not_there_may_hand_the_radio_to_a_manager() -> None:
    _, found = read("/interface wifi\nset [ find default-name=wifi1 ] configuration=nowhere disabled=no\n")
    assert not found.items
    assert "nowhere" in found.holes[0].why


def test_a_value_of_the_interface_is_certain_though_its_profile_is_not_there() -> None:
    assert value(radio1("security=nowhere security.authentication-types=wpa2-psk").akms) == {WPA2}


def test_a_profile_that_is_off_is_a_doubt() -> None:
    bss = radio1("security=sec1", before=_PROFILE.replace("name=sec1", "name=sec1 disabled=yes"))
    assert isinstance(bss.akms, Unknown)
    assert "switched off" in bss.akms.why


def test_a_mode_that_cannot_be_read_may_serve_nobody() -> None:
    assert isinstance(radio1("configuration.mode=mesh").enabled, Unknown)


def test_the_bridge_of_a_line_beats_the_one_that_the_device_shows() -> None:
    shown = " 0 D  interface=wifi1 bridge=old horizon=none pvid=1\n"
    taken = capture(
        WIFI.replace("disabled=no", "datapath.bridge=bridge .vlan-id=30 disabled=no", 1), bridge_ports=shown
    )
    (export, *outputs) = taken.files
    text = export.text.replace("add bridge=bridge interface=wifi1 pvid=30\n", "") + "/interface bridge\nadd name=old\n"
    taken = replace(taken, files=(replace(export, text=text), *outputs))
    config = Config.of(taken, load_profile("routeros"))
    networks = network.read(config, Reading(taken, config.profile))
    assert networks.bridges.port_of["wifi1"].bridge == "old"
    found = {bss.key: bss for bss in wifi.read(config, networks)[1]}
    assert value(found["wifi1"].networks) == ("pos",)


def test_the_device_shows_what_no_line_says() -> None:
    shown = ' 0 M B default-name="wifi1" name="wifi1" configuration.mode=ap security.authentication-types=wpa2-psk\n'
    config = config_of(
        "/interface wifi\nset [ find default-name=wifi1 ] configuration.ssid=SHOP-POS disabled=no\n", wifi=shown
    )
    shown_by_device = effective(Reading(config.capture, config.profile))
    seen = Config.of(config.capture, config.profile, effective=shown_by_device)
    (bss,) = wifi.read(seen, network.read(seen))[1]
    assert value(bss.akms) == {WPA2}
    assert [span.file for span in bss.akms.spans] == ["commands/wifi.txt"]


# -- security --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "akms", "passphrase", "pmf"),
    [
        ("security.authentication-types=wpa2-psk", {WPA2}, Passphrase.HIDDEN, Pmf.OPTIONAL),
        ("security.authentication-types=wpa3-psk", {WPA3}, Passphrase.HIDDEN, Pmf.REQUIRED),
        ("security.authentication-types=wpa-psk", {Akm.WPA_PSK}, Passphrase.HIDDEN, Pmf.DISABLED),
        (
            "security.authentication-types=wpa2-psk .management-protection=required",
            {WPA2},
            Passphrase.HIDDEN,
            Pmf.REQUIRED,
        ),
        ('security.authentication-types=""', {Akm.OPEN}, Passphrase.ABSENT, Pmf.DISABLED),
        ("security.authentication-types=owe", {Akm.OWE}, Passphrase.ABSENT, Pmf.REQUIRED),
        ("security.authentication-types=wpa2-eap", {Akm.WPA2_EAP}, Passphrase.ABSENT, Pmf.OPTIONAL),
        ("security.passphrase=redacted-passphrase-01234567", {WPA2}, Passphrase.USABLE, Pmf.OPTIONAL),
        ('security.authentication-types=wpa2-psk .passphrase="short"', {WPA2}, Passphrase.UNUSABLE, Pmf.OPTIONAL),
        ('security.authentication-types=wpa3-psk .passphrase="short"', {WPA3}, Passphrase.USABLE, Pmf.REQUIRED),
        (
            "security.authentication-types=wpa2-psk .multi-passphrase-group=shop",
            {WPA2},
            Passphrase.EXTERNAL,
            Pmf.OPTIONAL,
        ),
    ],
)
def test_authentication(arguments: str, akms: set[Akm], passphrase: Passphrase, pmf: Pmf) -> None:
    bss = radio1(arguments)
    assert value(bss.akms) == akms
    assert value(bss.passphrase) is passphrase
    assert value(bss.pmf) is pmf


def test_without_a_word_it_may_be_open_or_have_a_passphrase() -> None:
    bss = radio1("")
    assert isinstance(bss.akms, Unknown)
    assert bss.akms.could_be == ({Akm.OPEN}, {WPA2})
    assert isinstance(bss.passphrase, Unknown)


def test_an_export_that_shows_secrets_shows_that_none_is_set() -> None:
    other = "add disabled=yes master-interface=wifi1 name=wifi9 security.passphrase=redacted-passphrase-01234567\n"
    bss = radio1("", after=other)
    assert value(bss.akms) == {Akm.OPEN}
    bss = radio1("security.authentication-types=wpa2-psk", after=other)
    assert value(bss.passphrase) is Passphrase.ABSENT


def test_a_dpp_network_is_not_understood() -> None:
    assert isinstance(radio1("security.authentication-types=dpp").akms, Unknown)


def test_passphrases_are_compared_without_being_seen() -> None:
    one = radio1("security.passphrase=redacted-passphrase-01234567").passphrase_identity
    other = radio1("security.authentication-types=wpa2-psk .passphrase=redacted-passphrase-01234567")
    assert value(one) == value(other.passphrase_identity)
    assert isinstance(radio1("security.authentication-types=wpa2-psk").passphrase_identity, Unknown)


def test_ciphers_and_fast_transition() -> None:
    bss = radio1("security.authentication-types=wpa2-psk .encryption=tkip,ccmp .ft=yes .ft-over-ds=yes")
    assert value(bss.ciphers) == {Cipher.TKIP, Cipher.CCMP}
    assert value(bss.fast_transition) is True
    assert value(radio1('security.authentication-types=""').ciphers) == frozenset()


def test_enterprise_leaves_sessions_to_the_radius_server() -> None:
    bss = radio1("security.authentication-types=wpa2-eap")
    assert isinstance(bss.session_timeout, Unknown)
    assert isinstance(bss.reauth_period, Unknown)
    assert value(radio1("security.authentication-types=wpa2-psk").session_timeout) is None


_GROUP = "/interface wifi security multi-passphrase\nadd group=shop {}\nadd group=other isolation=yes vlan-id=7\n"


@pytest.mark.parametrize(
    ("entry", "doubtful"),
    [("vlan-id=40", "networks"), ("isolation=yes", "isolation"), ('expires="2030-01-01 00:00"', "session_timeout")],
)
def test_passphrases_of_stations_may_change_what_they_get(entry: str, doubtful: str) -> None:
    arguments = "security.authentication-types=wpa2-psk .multi-passphrase-group=shop"
    bss = radio1(arguments, before=_GROUP.format(entry))
    fact: Fact[object] = getattr(bss, doubtful)
    assert isinstance(fact, Unknown)
    assert not isinstance(getattr(radio1(arguments, before=_GROUP.format("isolation=no")), doubtful), Unknown)


# -- radios ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "band", "phy"),
    [
        ("channel.band=5ghz-ac", Band.GHZ_5, Phy.AC),
        ("channel.band=2ghz-n .frequency=5180", Band.GHZ_2_4, Phy.N),
        ("channel.band=6ghz-be", Band.GHZ_6, Phy.BE),
        ("channel.band=5ghz-a", Band.GHZ_5, Phy.LEGACY),
        ("channel.frequency=2412,2437-2462:25", Band.GHZ_2_4, Phy.AX),
        ("channel.frequency=5180-5240:20,5500", Band.GHZ_5, Phy.AX),
        ("", None, Phy.AX),
        ("channel.frequency=2300-7300", None, Phy.AX),
    ],
)
def test_band_and_standard(arguments: str, band: Band | None, phy: Phy) -> None:
    bss = radio1(arguments)
    assert value(bss.phy) is phy
    if band is None:
        assert isinstance(bss.band, Unknown)
        assert bss.band.could_be == (Band.GHZ_2_4, Band.GHZ_5)
    else:
        assert value(bss.band) is band


@pytest.mark.parametrize(
    ("model", "band", "phy"),
    [
        ("L009UiGS-2HaxD", Band.GHZ_2_4, Phy.AX),
        ("cAPGi-5HaxD2HaxD", None, Phy.AX),
        ("S53UG+M-5HaxD2HaxD-TC&RG502Q-EA", None, Phy.AX),
        ("RBD52G-5HacD2HnD", None, None),
        ("RB5009UG+S+", None, None),
    ],
)
def test_the_product_code_tells_what_radios_can_do(model: str, band: Band | None, phy: Phy | None) -> None:
    bss = radio1("", header=HEADER.replace("C52iG-5HaxD2HaxD", model))
    assert (None if isinstance(bss.band, Unknown) else bss.band.value) is band
    assert (None if isinstance(bss.phy, Unknown) else bss.phy.value) is phy


_RADIO = (
    " 0 L radio-mac=02:00:00:00:00:01 bands=5ghz-a:20mhz,5ghz-n:20mhz,20/40mhz,5ghz-ac:20/40/80mhz interface=wifi1\n"
)


def test_the_device_tells_what_a_radio_can_do() -> None:
    bss = radio1("", wifi_radios=_RADIO)
    assert value(bss.band) is Band.GHZ_5
    assert value(bss.phy) is Phy.AC


def test_the_driver_for_802_11ac_knows_no_ax() -> None:
    header = HEADER.replace("C52iG-5HaxD2HaxD", "wAP")
    packages = "Columns: NAME, VERSION\n# NAME          VERSION\n0 wifi-qcom-ac  7.18.2\n1 routeros      7.18.2\n"
    assert value(radio1("channel.frequency=5180", header=header, packages=packages).phy) is Phy.AC
    assert isinstance(radio1("channel.frequency=5180", header=header).phy, Unknown)


@pytest.mark.parametrize(
    ("text", "width"), [("20mhz", 20), ("20/40mhz-Ce", 40), ("20/40/80+80mhz", 160), ("20/40/80/160/320mhz", 320)]
)
def test_width(text: str, width: int) -> None:
    radios, _ = read(f"/interface wifi\nset [ find default-name=wifi1 ] channel.width={text}\n")
    assert value(radios.items[0].width) == width


# -- which interfaces are SSIDs --------------------------------------------------------------------------------


def test_a_virtual_interface_shares_the_radio_of_its_master() -> None:
    found = bsses(
        WIFI + "add configuration.ssid=GUEST datapath.bridge=bridge .vlan-id=40 disabled=no master-interface=wifi1 "
        "name=wifi3 channel.band=2ghz-ax\n"
    )
    assert found["wifi3"].radio == "wifi1"
    assert value(found["wifi3"].band) is Band.GHZ_5
    assert value(found["wifi3"].phy) is Phy.AC
    assert value(found["wifi3"].networks) == ("guest",)


def test_a_virtual_interface_joins_the_bridge_of_its_master() -> None:
    found = bsses(WIFI + "add configuration.ssid=X datapath.vlan-id=40 disabled=no master-interface=wifi1 name=wifi3\n")
    assert value(found["wifi3"].networks) == ("guest",)


@pytest.mark.parametrize(
    ("master", "own", "enabled"),
    [("disabled=no", "disabled=no", True), ("", "disabled=no", False), ("disabled=no", "", False)],
)
def test_interfaces_are_off_until_a_line_says_otherwise(master: str, own: str, enabled: bool) -> None:
    found = bsses(
        f"/interface wifi\nset [ find default-name=wifi1 ] configuration.ssid=A {master}\n"
        f"add configuration.ssid=B master-interface=wifi1 name=wifi3 {own}\n"
    )
    assert value(found["wifi3"].enabled) is enabled


@pytest.mark.parametrize("mode", ["station", "station-bridge", "station-pseudobridge"])
def test_a_station_is_no_access_point(mode: str) -> None:
    radios, found = read(
        f"/interface wifi\nset [ find default-name=wifi1 ] configuration.mode={mode} .ssid=UPLINK disabled=no\n"
    )
    assert [radio.key for radio in radios] == ["wifi1"]
    assert not found.items


@pytest.mark.parametrize(
    ("manager", "cap", "managed"),
    [
        ("capsman", "", True),
        ("capsman-or-local", "/interface wifi cap\nset enabled=yes discovery-interfaces=bridge\n", True),
        ("capsman-or-local", "", False),
        ("local", "/interface wifi cap\nset enabled=yes\n", False),
    ],
)
def test_a_managed_radio_has_its_ssids_elsewhere(manager: str, cap: str, managed: bool) -> None:
    text = f"/interface wifi\nset [ find default-name=wifi1 ] configuration.manager={manager} .ssid=OLD disabled=no\n"
    _, found = read(text + cap)
    assert [bss.key for bss in found] == ([] if managed else ["wifi1"])
    assert ["managed by CAPsMAN" in hole.why for hole in found.holes] == ([True] if managed else [])


def test_networks_of_the_newest_menu_are_a_hole() -> None:
    _, found = read("/interface wifi network\nadd ssid=SHOP-POS mode=ap disabled=no datapath.bridge=bridge\n")
    (hole,) = found.holes
    assert "labels" in hole.why


def test_multi_link_traffic_goes_elsewhere() -> None:
    found = bsses(
        "/interface wifi\nset [ find default-name=wifi1 ] configuration.ssid=A disabled=no mld-interface=mld1\n"
        "add mld-name=mld1 name=mld1 configuration.ssid=A disabled=no\n"
    )
    assert list(found) == ["wifi1"]
    assert isinstance(found["wifi1"].networks, Unknown)


# -- whom stations reach ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before", ["", "/interface wifi datapath\nadd client-isolation=yes name=dp\n"], ids=["own", "profile"]
)
def test_isolation_keeps_the_stations_of_one_ssid_and_radio_apart(before: str) -> None:
    arguments = "datapath=dp" if before else "datapath.client-isolation=yes"
    assert value(radio1(arguments, before=before).isolation) is IsolationScope.SAME_BSS


def test_a_bridge_of_a_datapath_is_joined_without_a_port() -> None:
    found = bsses(
        "/interface wifi datapath\nadd bridge=bridge name=dp vlan-id=40\n"
        "/interface wifi\nset [ find default-name=wifi3 ] configuration.ssid=G datapath=dp disabled=no\n"
    )
    assert value(found["wifi3"].networks) == ("guest",)
    assert value(found["wifi3"].port_isolated) is False


# -- access lists ----------------------------------------------------------------------------------------------

_ONE, _TWO = "02:00:00:00:00:0A", "02:00:00:00:00:0B"


@pytest.mark.parametrize(
    ("entries", "policy", "macs"),
    [
        ([], MacPolicy.OFF, ()),
        ([f"action=accept mac-address={_ONE}"], MacPolicy.OFF, None),
        ([f"action=reject mac-address={_ONE}"], MacPolicy.DENY_LISTED, (_ONE.lower(),)),
        ([f"action=accept mac-address={_ONE}", "action=reject"], MacPolicy.ALLOW_LISTED, (_ONE.lower(),)),
        ([f"mac-address={_ONE}", "action=reject interface=any"], MacPolicy.ALLOW_LISTED, (_ONE.lower(),)),
        (
            [f"action=reject mac-address={_TWO}", f"mac-address={_ONE}", "action=reject"],
            MacPolicy.ALLOW_LISTED,
            (_ONE.lower(),),
        ),
        ([f"action=reject mac-address={_ONE} disabled=yes"], MacPolicy.OFF, ()),
        ([f"action=reject mac-address={_ONE} interface=wifi2"], MacPolicy.DENY_LISTED, (_ONE.lower(),)),
        ([f"action=reject mac-address={_ONE} ssid-regexp=GUEST"], MacPolicy.OFF, ()),
        ([f'action=reject mac-address={_ONE} ssid-regexp="^SHOP-POS\\$"'], MacPolicy.DENY_LISTED, (_ONE.lower(),)),
        (["action=reject signal-range=-120..-86"], MacPolicy.OFF, ()),
        (["action=accept signal-range=-80..0", "action=reject"], MacPolicy.OFF, ()),
        ([f'action=reject mac-address={_ONE} ssid-regexp="SHOP|POS"'], None, None),
        ([f"action=reject mac-address={_ONE} time=7h-19h,mon"], None, None),
        (["action=reject mac-address=02:00:00:00:00:00 mac-address-mask=02:00:00:00:00:00"], None, None),
        (["action=query-radius"], None, None),
        (["action=reject signal-range=-120..-40"], None, None),
    ],
)
def test_who_is_let_in(entries: list[str], policy: MacPolicy | None, macs: tuple[str, ...] | None) -> None:
    lists = "".join(f"add {entry}\n" for entry in entries)
    # wifi2 is there as another interface, so that entries for it are not about wifi1.
    found = bsses(f"{WIFI}/interface wifi access-list\n{lists}")
    bss = found["wifi2" if any("interface=wifi2" in entry for entry in entries) else "wifi1"]
    if policy is None:
        assert isinstance(bss.mac_policy, Unknown)
        return
    assert value(bss.mac_policy) is policy
    if macs is not None:
        assert value(bss.mac_list) == macs


def test_an_entry_for_another_interface_is_not_asked() -> None:
    found = bsses(f"{WIFI}/interface wifi access-list\nadd action=reject mac-address={_ONE} interface=wifi2\n")
    assert value(found["wifi1"].mac_policy) is MacPolicy.OFF


def test_an_entry_may_isolate_everybody() -> None:
    found = bsses(f"{WIFI}/interface wifi access-list\nadd client-isolation=yes\n")
    assert value(found["wifi1"].isolation) is IsolationScope.SAME_BSS


def test_an_entry_that_isolates_one_station_is_a_doubt() -> None:
    found = bsses(f"{WIFI}/interface wifi access-list\nadd client-isolation=yes mac-address={_ONE}\n")
    assert isinstance(found["wifi1"].isolation, Unknown)


def test_an_entry_with_a_vlan_is_a_doubt() -> None:
    found = bsses(f"{WIFI}/interface wifi access-list\nadd vlan-id=40 mac-address={_ONE}\n")
    assert isinstance(found["wifi1"].networks, Unknown)


def test_an_entry_with_the_vlan_of_the_ssid_changes_nothing() -> None:
    text = WIFI.replace("disabled=no", "datapath.bridge=bridge .vlan-id=30 disabled=no")
    found = bsses(f"{text}/interface wifi access-list\nadd vlan-id=30 mac-address={_ONE}\n")
    assert value(found["wifi1"].networks) == ("pos",)


def test_an_entry_with_a_passphrase_for_all_counts_instead_of_the_ssids() -> None:
    found = bsses(f"{WIFI}/interface wifi access-list\nadd passphrase=redacted-passphrase-01234567\n")
    assert value(found["wifi1"].passphrase) is Passphrase.EXTERNAL


# -- any text --------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    [
        "security=sec1", "security=*1", "configuration=cfg", "security.authentication-types=", "datapath.vlan-id=x",
        "channel.band=9ghz-x", "channel.frequency=-", "master-interface=wifi1", "name=wifi2", "configuration.manager=?",
        "channel.width=/", "datapath.bridge-horizon=a", "radio-mac=zz", '"', "\\", "[", "disabled=maybe",
    ]
)  # fmt: skip
_MENUS = st.sampled_from(
    ["", " security", " configuration", " access-list", " provisioning", " capsman", " cap", " datapath", " network"]
)


@given(
    st.lists(st.tuples(_MENUS, st.sampled_from(["add", "set [ find default-name=wifi1 ]", "set"]), st.lists(_WORDS)))
)
def test_no_text_makes_the_reader_raise(statements: list[tuple[str, str, list[str]]]) -> None:
    text = "".join(f"/interface wifi{menu} {verb} {' '.join(words)}\n" for menu, verb, words in statements)
    radios, found = read(text)
    assert len({bss.key for bss in found}) == len(found)
    assert len({radio.key for radio in radios}) == len(radios)


def test_the_settings_of_a_configuration_alone() -> None:
    config = config_of("/interface wifi configuration\nadd name=cfg ssid=A security.ft=yes\n")
    settings = Settings(Menus.of(config), None, config.items(CONFIGURATION)[0])
    assert settings.stated("security", "ft", lambda text: text == "yes") == Stated(
        True, config.span(config.items(CONFIGURATION)[0], "security.ft")
    )
