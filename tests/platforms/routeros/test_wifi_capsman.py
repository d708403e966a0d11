"""The CAPsMAN of `/interface wifi`: what its rules make of the radios of other access points."""

import pytest

from auditor.model import Akm, Band, IsolationScope, Phy, Unknown
from tests.platforms.routeros.wifi_shop import bsses, read, value

PROFILES = """\
/interface wifi datapath
add bridge=bridge client-isolation=no name=dp-pos vlan-id=30
add bridge=bridge client-isolation=yes name=dp-guest vlan-id=40
/interface wifi security
add authentication-types=wpa2-psk,wpa3-psk name=sec-pos
/interface wifi configuration
add channel.band=5ghz-ac datapath=dp-pos name=pos-5g security=sec-pos ssid=SHOP-POS
add channel.band=2ghz-n datapath=dp-pos name=pos-2g security=sec-pos ssid=SHOP-POS
add datapath=dp-guest name=guest security.authentication-types=wpa2-psk ssid=GUEST
"""
ON = "/interface wifi capsman\nset enabled=yes interfaces=bridge\n"
RULES = """\
/interface wifi provisioning
add action=create-dynamic-enabled master-configuration=pos-5g slave-configurations=guest supported-bands=5ghz-ac
add action=create-dynamic-enabled master-configuration=pos-2g slave-configurations=guest supported-bands=2ghz-n
"""


def test_a_rule_makes_a_master_and_further_ssids() -> None:
    radios, found = read(PROFILES + ON + RULES)
    assert [radio.key for radio in radios] == ["pos-5g 5ghz-ac", "pos-2g 2ghz-n"]
    by_key = {bss.key: bss for bss in found}
    assert list(by_key) == ["pos-5g 5ghz-ac", "guest 5ghz-ac", "pos-2g 2ghz-n", "guest 2ghz-n"]
    pos, guest = by_key["pos-5g 5ghz-ac"], by_key["guest 5ghz-ac"]
    assert value(pos.enabled) is True
    assert (value(pos.band), value(pos.phy)) == (Band.GHZ_5, Phy.AC)
    assert (value(guest.band), value(guest.phy), guest.radio) == (Band.GHZ_5, Phy.AC, pos.radio)
    assert value(pos.akms) == {Akm.WPA2_PSK, Akm.WPA3_SAE}
    assert (value(pos.networks), value(guest.networks)) == (("pos",), ("guest",))
    assert value(pos.isolation) is IsolationScope.NONE
    assert value(guest.isolation) is IsolationScope.SAME_BSS
    assert not found.holes


@pytest.mark.parametrize("manager", ["", "/interface wifi capsman\nset enabled=no\n"])
def test_a_manager_that_is_off_makes_nothing(manager: str) -> None:
    assert not bsses(PROFILES + manager + RULES)


@pytest.mark.parametrize("action", ["none", "create-disabled"])
def test_rules_that_switch_nothing_on(action: str) -> None:
    assert not bsses(PROFILES + ON + RULES.replace("create-dynamic-enabled", action))


def test_static_interfaces_stand_for_the_rule_that_made_them() -> None:
    text = (
        PROFILES
        + "/interface wifi\nadd configuration=pos-5g disabled=no name=cap1 radio-mac=02:00:00:00:00:01\n"
        + ON
        + "/interface wifi provisioning\n"
        + "add action=create-enabled master-configuration=pos-5g supported-bands=5ghz-ac\n"
    )
    assert list(bsses(text)) == ["cap1"]
    assert value(bsses(text)["cap1"].networks) == ("pos",)


@pytest.mark.parametrize("rule", ["master-configuration=nowhere", "action=use-network-config", "action=dance"])
def test_a_rule_that_cannot_be_followed_is_a_hole(rule: str) -> None:
    action = "" if "action" in rule else "action=create-dynamic-enabled "
    _, found = read(f"{PROFILES}{ON}/interface wifi provisioning\nadd {action}{rule}\n")
    assert not found.items
    assert found.holes


@pytest.mark.parametrize(
    ("rules", "phys"),
    [
        (["5ghz-ax", "5ghz-ac"], [None, Phy.AC]),
        (["5ghz-ac"], [None]),
        (["5ghz-ac", "5ghz-ac,5ghz-ax"], [None, None]),
    ],
    ids=["what has ax is taken before", "ax is not excluded", "too late"],
)
def test_without_a_band_the_standard_follows_from_the_rules_before(rules: list[str], phys: list[Phy | None]) -> None:
    configurations = "".join(f"add name=cfg{n} ssid=SHOP-POS datapath=dp-pos\n" for n, _ in enumerate(rules))
    listed = "".join(
        f"add action=create-dynamic-enabled master-configuration=cfg{n} supported-bands={bands}\n"
        for n, bands in enumerate(rules)
    )
    radios, _ = read(f"{PROFILES}{configurations}{ON}/interface wifi provisioning\n{listed}")
    assert [None if isinstance(radio.phy, Unknown) else radio.phy.value for radio in radios] == phys
    assert all(value(radio.band) is Band.GHZ_5 for radio in radios)


def test_without_a_band_it_is_certain_that_ax_is_there_where_the_rule_asks_for_it() -> None:
    radios, _ = read(PROFILES + ON + RULES.replace("supported-bands=5ghz-ac", "supported-bands=5ghz-ax"))
    assert value(radios.items[0].phy) is Phy.AC
    guest = PROFILES.replace("channel.band=5ghz-ac ", "")
    radios, _ = read(guest + ON + RULES.replace("supported-bands=5ghz-ac", "supported-bands=5ghz-ax"))
    phy = radios.items[0].phy
    assert isinstance(phy, Unknown)
    assert set(phy.could_be) == {Phy.AX, Phy.BE}


def test_the_manager_lists_the_radios_that_it_has() -> None:
    radios = (
        " 0   radio-mac=02:00:00:00:00:01 bands=5ghz-a:20mhz,5ghz-ac:20mhz,5ghz-ax:20/40/80mhz interface=cap-wifi1\n"
    )
    found, _ = read(PROFILES.replace("channel.band=5ghz-ac ", "") + ON + RULES, wifi_radios=radios)
    assert value(found.items[0].phy) is Phy.AX


def test_a_rule_for_all_radios_says_nothing_of_the_band() -> None:
    rule = "/interface wifi provisioning\nadd action=create-dynamic-enabled master-configuration=guest\n"
    found = bsses(PROFILES + ON + rule)
    assert isinstance(found["guest"].band, Unknown)


@pytest.mark.parametrize(
    ("datapath", "networks"),
    [
        ("bridge=bridge vlan-id=30", ("pos",)),
        ("vlan-id=30", ("pos",)),
        ("bridge=bridge", None),
        ("", None),
        ("bridge=bridge traffic-processing=on-capsman", ("bridge",)),
    ],
    ids=["bridge and VLAN", "VLAN", "bridge of many VLANs", "nothing", "traffic comes to the manager"],
)
def test_stations_of_an_access_point_join_the_vlan_that_is_named(
    datapath: str, networks: tuple[str, ...] | None
) -> None:
    profiles = PROFILES.replace("bridge=bridge client-isolation=no name=dp-pos vlan-id=30", f"{datapath} name=dp-pos")
    fact = bsses(profiles + ON + RULES)["pos-5g 5ghz-ac"].networks
    if networks is None:
        assert isinstance(fact, Unknown)
        assert "access point" in fact.why
    else:
        assert value(fact) == networks


def test_an_access_list_for_run_time_interfaces_is_a_doubt_only_where_it_may_fit() -> None:
    listed = "/interface wifi access-list\nadd action=reject interface={}\n"
    for name, certain in (("any", True), ("made-at-run-time", False)):
        bss = bsses(PROFILES + listed.format(name) + ON + RULES)["pos-5g 5ghz-ac"]
        assert isinstance(bss.mac_policy, Unknown) is not certain


@pytest.mark.parametrize(
    ("before", "reaches"),
    [
        ("", False),
        ("supported-bands=5ghz-ac", False),
        ("disabled=yes supported-bands=5ghz-ac", True),
        ("identity-regexp=^hall supported-bands=5ghz-ac", True),
        ("supported-bands=2ghz-n", True),
        ("radio-mac=02:00:00:00:00:01", True),
    ],
)
@pytest.mark.parametrize("action", ["create-dynamic-enabled", "none"])
def test_the_first_rule_that_fits_counts(before: str, reaches: bool, action: str) -> None:
    first = f"/interface wifi provisioning\nadd action={action} master-configuration=guest {before}\n"
    _, found = read(PROFILES + ON + first + RULES)
    keys = [bss.key for bss in found]
    assert ("pos-5g 5ghz-ac" in keys) is reaches
    assert len(keys) == len(set(keys))
    assert not found.holes


def test_each_ssid_has_a_key_of_its_own() -> None:
    rules = RULES.replace("supported-bands=5ghz-ac", "identity-regexp=x").replace(
        "supported-bands=2ghz-n", "common-name-regexp=x"
    )
    _, found = read(PROFILES + ON + rules)
    assert [bss.key for bss in found] == ["pos-5g x", "guest x", "pos-2g x", "guest x (pos-2g x)"]
