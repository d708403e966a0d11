"""Intents about `/interface wifi`: where the value goes, what else moves, and the way back."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from auditor.capture import Capture
from auditor.intents import (
    AdmitStations,
    DisableFastTransition,
    DisablePortIsolation,
    DisableStationIsolation,
    GoWithoutAx,
    Intent,
    SetAuthentication,
    SetPhy,
    SetPmf,
    SetReauthPeriod,
    UseCcmpOnly,
)
from auditor.model import Akm, Bss, Device, IsolationScope, Listed, MacPolicy, Phy, Pmf, Stated
from auditor.platforms.base import Edit
from auditor.platforms.routeros import network, wifi
from auditor.platforms.routeros.changes import Texts, apply
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.wifi_edit import BUILDERS
from auditor.profiles import load_profile
from auditor.services.base import NotPossible
from tests.platforms.routeros.test_wifi_capsman import ON, PROFILES, RULES
from tests.platforms.routeros.wifi_shop import WIFI, capture, value

SHARED = """\
/interface wifi datapath
add client-isolation=yes name=dp
/interface wifi security
add authentication-types=wpa3-psk ft=yes management-protection=required name=sec
/interface wifi configuration
add datapath=dp name=cfg security=sec ssid=SHOP-POS
/interface wifi
set [ find default-name=wifi1 ] channel.band=5ghz-ax configuration=cfg disabled=no
"""
ALSO = "set [ find default-name=wifi2 ] channel.band=2ghz-ax configuration=cfg configuration.ssid=STAFF disabled=no\n"


def device_of(taken: Capture) -> Device:
    """The device with its Wi-Fi, and nothing else."""
    config = Config.of(taken, load_profile("routeros"))
    radios, bsses = wifi.read(config, network.read(config))
    known: dict[str, Any] = {field.name: Listed() for field in fields(Device)}
    known |= {"name": "ap1", "platform": "routeros", "version": config.version, "radios": radios, "bsses": bsses}
    return Device(**{**known, "pending_changes": Stated(False, ()), "coverage": ()})


def bsses_of(taken: Capture) -> dict[str, Bss]:
    config = Config.of(taken, load_profile("routeros"))
    return {bss.key: bss for bss in wifi.read(config, network.read(config))[1]}


def build(taken: Capture, intent: Intent) -> Edit | None:
    return BUILDERS[type(intent)](Texts.of(taken), device_of(taken), intent)


def done(wifi_lines: str, intent: Intent) -> tuple[dict[str, Bss], Edit, list[str]]:
    """The model after an intent, the edit, and the lines that changed; the way back leads to the same text."""
    taken = capture(wifi_lines)
    edit = build(taken, intent)
    assert edit is not None
    after = apply(taken, edit.operations)
    assert apply(after, edit.operations) == after
    assert bsses_of(apply(after, edit.undo)) == bsses_of(taken)
    before = set(taken.files[0].text.splitlines())
    return bsses_of(after), edit, [line for line in after.files[0].text.splitlines() if line not in before]


CASES: list[tuple[Intent, str, Any]] = [
    (DisableStationIsolation("wifi1"), "isolation", IsolationScope.NONE),
    (DisableFastTransition("wifi1"), "fast_transition", False),
    (SetPmf("wifi1", Pmf.OPTIONAL), "pmf", Pmf.OPTIONAL),
    (
        SetAuthentication("wifi1", frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL),
        "akms",
        frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}),
    ),
    (UseCcmpOnly("wifi1"), "ciphers", None),
    (SetPhy("wifi1", Phy.AC, ("wifi1",)), "phy", Phy.AC),
]


@pytest.mark.parametrize(("intent", "name", "wanted"), CASES)
def test_a_profile_of_one_ssid_changes_itself(intent: Intent, name: str, wanted: Any) -> None:
    after, edit, lines = done(SHARED, intent)
    if wanted is not None:
        assert value(getattr(after["wifi1"], name)) == wanted
    assert edit.services
    assert all(service in load_profile("routeros").effects for service in edit.services)
    assert lines or isinstance(intent, UseCcmpOnly)


def test_a_profile_of_one_ssid_is_the_place() -> None:
    _, _, lines = done(SHARED, DisableStationIsolation("wifi1"))
    assert lines == ["add client-isolation=no name=dp"]


@pytest.mark.parametrize(("intent", "name", "wanted"), CASES)
def test_a_profile_that_others_use_stays_as_it_is(intent: Intent, name: str, wanted: Any) -> None:
    before = bsses_of(capture(SHARED + ALSO))
    after, _, lines = done(SHARED + ALSO, intent)
    assert after["wifi2"] == before["wifi2"]
    if wanted is not None:
        assert value(getattr(after["wifi1"], name)) == wanted
    assert all(line.startswith("set [ find default-name=wifi1 ]") for line in lines)


BOTH = SHARED + "set [ find default-name=wifi2 ] channel.band=2ghz-ax configuration=cfg disabled=no\n"


@pytest.mark.parametrize(
    ("intent", "name"),
    [
        (DisableStationIsolation("wifi1", ("wifi2",)), "isolation"),
        (SetPmf("wifi1", Pmf.OPTIONAL, ("wifi2",)), "pmf"),
        (SetAuthentication("wifi1", frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL, ("wifi2",)), "akms"),
    ],
)
def test_a_place_that_only_followers_share_changes_once(intent: Intent, name: str) -> None:
    after, _, lines = done(BOTH, intent)
    assert value(getattr(after["wifi1"], name)) == value(getattr(after["wifi2"], name))
    assert [line.split()[0] for line in lines] == ["add"]


def test_a_place_that_another_ssid_shares_is_left_alone() -> None:
    _, _, lines = done(BOTH, DisableStationIsolation("wifi1"))
    assert [line.partition(" ]")[0] for line in lines] == ["set [ find default-name=wifi1"]


def test_pmf_goes_beside_the_types_that_it_is_about() -> None:
    text = BOTH.replace("wpa3-psk ft=yes management-protection=required", "wpa2-psk,wpa3-psk ft=yes")
    intent = SetAuthentication("wifi1", frozenset({Akm.WPA2_EAP}), Pmf.DISABLED, ("wifi2",))
    _, _, lines = done(text, intent)
    assert lines == ["add authentication-types=wpa2-eap ft=yes name=sec management-protection=disabled"]


def test_authentication_moves_pmf_only_where_it_has_to() -> None:
    both = frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE})
    intent = SetAuthentication("wifi1", both, Pmf.OPTIONAL)
    after, _, lines = done(WIFI.replace("wpa2-psk,wpa3-psk", "wpa3-psk"), intent)
    assert value(after["wifi1"].pmf) is Pmf.OPTIONAL
    assert "management-protection" not in "".join(lines)
    after, _, lines = done(SHARED, intent)
    assert value(after["wifi1"].pmf) is Pmf.OPTIONAL
    assert "management-protection=allowed" in "".join(lines)


def test_tkip_goes_from_broadcasts_too() -> None:
    text = WIFI.replace("wpa3-psk\n", "wpa3-psk .encryption=tkip,ccmp .group-encryption=tkip\n", 1)
    _, _, lines = done(text, UseCcmpOnly("wifi1"))
    assert ".encryption=ccmp .group-encryption=ccmp" in "".join(lines)


def test_one_ssid_cannot_go_without_ax_alone() -> None:
    with pytest.raises(NotPossible, match="whole radio"):
        build(capture(SHARED), GoWithoutAx("wifi1"))


@pytest.mark.parametrize("intent", [GoWithoutAx("wifi1"), SetPhy("wifi1", Phy.AC, ("wifi1",))])
def test_where_only_the_device_knows_the_band_a_person_gets_a_line_for_each(intent: Any) -> None:
    with pytest.raises(NotPossible) as caught:
        build(capture(SHARED.replace("channel.band=5ghz-ax ", "")), intent)
    assert "`/interface wifi radio print detail` shows the bands of 'wifi1'" in caught.value.advice
    for line in ("channel.band=5ghz-ac` if it has 5 GHz", "channel.band=2ghz-n` if it has 2.4 GHz"):
        assert f'`/interface wifi set [find default-name="wifi1"] {line}' in caught.value.advice


def test_what_the_menu_has_no_setting_for() -> None:
    with pytest.raises(NotPossible, match="no setting"):
        build(capture(SHARED), SetReauthPeriod("wifi1", timedelta(hours=1)))


@pytest.mark.parametrize("intent", [*(intent for intent, _, _ in CASES), GoWithoutAx("wifi1")])
def test_other_menus_are_none_of_its_business(intent: Any) -> None:
    assert build(capture(""), intent) is None


def test_a_radio_at_6_ghz_has_nothing_older() -> None:
    with pytest.raises(NotPossible, match="6 GHz"):
        build(capture(SHARED.replace("5ghz-ax", "6ghz-ax")), SetPhy("wifi1", Phy.AC, ("wifi1",)))


# -- what a manager provisions ---------------------------------------------------------------------------------

_AX = PROFILES.replace("channel.band=5ghz-ac", "channel.band=5ghz-ax")


def test_a_configuration_is_the_narrowest_place_of_a_manager() -> None:
    after, edit, lines = done(_AX + ON + RULES, SetPhy("pos-5g 5ghz-ac", Phy.AC, ("pos-5g 5ghz-ac", "guest 5ghz-ac")))
    assert value(after["pos-5g 5ghz-ac"].phy) is Phy.AC
    assert value(after["guest 5ghz-ac"].phy) is Phy.AC
    assert edit.services == ("wifi-capsman",)
    assert len(lines) == 1
    assert "channel.band=5ghz-ac" in lines[0]


def test_a_profile_of_two_configurations_gets_a_value_in_one() -> None:
    before = bsses_of(capture(PROFILES + ON + RULES))
    intent = SetAuthentication("pos-5g 5ghz-ac", frozenset({Akm.WPA2_PSK}), Pmf.OPTIONAL)
    after, _, lines = done(PROFILES + ON + RULES, intent)
    assert value(after["pos-5g 5ghz-ac"].akms) == {Akm.WPA2_PSK}
    assert after["pos-2g 2ghz-n"] == before["pos-2g 2ghz-n"]
    assert len(lines) == 1
    assert lines[0].startswith("add channel.band=5ghz-ac datapath=dp-pos name=pos-5g")


def test_a_configuration_of_two_bands_keeps_its_band() -> None:
    rules = RULES.replace("master-configuration=pos-2g", "master-configuration=pos-5g")
    with pytest.raises(NotPossible, match="pos-5g 2ghz-n"):
        build(capture(_AX + ON + rules), SetPhy("pos-5g 5ghz-ac", Phy.AC, ()))


def test_an_ssid_on_both_bands_shares_its_configuration() -> None:
    text = PROFILES + ON + RULES
    after, _, _ = done(text, DisableStationIsolation("guest 5ghz-ac"))
    assert value(after["guest 2ghz-n"].isolation) is IsolationScope.NONE


# -- access list and horizon -----------------------------------------------------------------------------------

_READER = "02:00:00:00:00:0c"


@pytest.mark.parametrize(
    ("entries", "allowed"),
    [
        ("add action=accept mac-address=02:00:00:00:00:0A\nadd action=reject\n", True),
        (f"add action=reject mac-address={_READER.upper()}\n", False),
    ],
)
def test_readers_are_admitted_before_the_entry_that_refuses_them(entries: str, allowed: bool) -> None:
    text = f"{WIFI}/interface wifi access-list\n{entries}"
    before = bsses_of(capture(text))
    after, edit, lines = done(text, AdmitStations("wifi1", (_READER,), allowed))
    assert lines == [f"add action=accept interface=wifi1 mac-address={_READER.upper()}"]
    listed = value(after["wifi1"].mac_list)
    assert isinstance(listed, tuple)
    assert (_READER in listed) is allowed
    assert value(after["wifi1"].mac_policy) is (MacPolicy.ALLOW_LISTED if allowed else MacPolicy.DENY_LISTED)
    assert value(after["wifi2"].mac_list) == value(before["wifi2"].mac_list)
    assert edit.services == ("wifi-access-list",)


def test_an_entry_that_isolates_is_for_a_person() -> None:
    text = f"{WIFI}/interface wifi access-list\nadd client-isolation=yes\n"
    with pytest.raises(NotPossible, match="isolates"):
        build(capture(text), DisableStationIsolation("wifi1"))


def test_a_horizon_of_a_datapath_goes() -> None:
    text = (
        "/interface wifi\nset [ find default-name=wifi3 ] configuration.ssid=A datapath.bridge=bridge "
        ".bridge-horizon=1 disabled=no\nset [ find default-name=wifi4 ] configuration.ssid=B datapath.bridge=bridge "
        ".bridge-horizon=1 disabled=no\n"
    )
    assert value(bsses_of(capture(text))["wifi3"].port_isolated) is True
    after, _, _ = done(text, DisablePortIsolation(bss="wifi3"))
    assert value(after["wifi3"].port_isolated) is False
    assert build(capture(WIFI), DisablePortIsolation(bss="wifi1")) is None
