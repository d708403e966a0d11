"""Intents about `/interface wireless` and `/caps-man`: where they are written, and what is left to people."""

import pytest

from auditor.intents import (
    AdmitStations,
    DisablePortIsolation,
    DisableStationIsolation,
    PollSilentStations,
    SetAuthentication,
    SetPmf,
    UseCcmpOnly,
)
from auditor.model import Akm, Cipher, IsolationScope, MacPolicy, Pmf
from tests.platforms.routeros.legacy_shop import PROFILES, bss, capture, changed, commands, refused, usual, value
from tests.platforms.routeros.test_capsman import RULES, SHOWN, STATIC
from tests.platforms.routeros.test_capsman import usual as manager

READER = "02:00:5e:00:00:01"
LIST = "/interface wireless access-list\n"
CAPS_LIST = "/caps-man access-list\n"
ISOLATED = ("band=2ghz-g/n", "band=2ghz-g/n default-forwarding=no")


# -- legacy wireless -------------------------------------------------------------------------------------------


def test_default_forwarding() -> None:
    found, after = changed(capture(*usual(*ISOLATED)), DisableStationIsolation("wlan1"))
    assert commands(found) == ["/interface wireless set [default-name=wlan1] default-forwarding=yes"]
    assert value(bss(after).isolation) is IsolationScope.NONE
    assert found.services == ("wireless",)


def test_entries_that_isolate() -> None:
    own = capture(*usual(extra=f"{LIST}add forwarding=no interface=wlan1\n"))
    found, after = changed(own, DisableStationIsolation("wlan1"))
    assert commands(found) == ["/interface wireless access-list set [interface=wlan1] forwarding=yes"]
    assert value(bss(after).isolation) is IsolationScope.NONE
    shared = capture(*usual(extra=f"{LIST}add forwarding=no\n"))
    assert "wlan1-guest" in refused(shared, DisableStationIsolation("wlan1", ("wlan2",))).why


@pytest.mark.parametrize("also", [(), ("wlan2",)])
def test_a_profile_changes_for_all_that_the_intent_is_about(also: tuple[str, ...]) -> None:
    text = capture(*usual(profiles=PROFILES.replace("name=sec-pos", "management-protection=required name=sec-pos")))
    intent = SetPmf("wlan1", Pmf.OPTIONAL, also)
    if not also:
        found = refused(text, intent)
        assert "also serves wlan2" in found.why
        assert "of its own" in found.advice
        return
    edit, after = changed(text, intent)
    assert commands(edit) == ["/interface wireless security-profiles set [name=sec-pos] management-protection=allowed"]
    assert value(bss(after).pmf) is value(bss(after, "wlan2").pmf) is Pmf.OPTIONAL


def test_a_client_with_the_same_profile_stands_in_the_way() -> None:
    text = capture(*usual("set [ find default-name=wlan2 ] band=5ghz-n/ac disabled=no mode=ap-bridge",
                          "set [ find default-name=wlan2 ] band=5ghz-n/ac disabled=no mode=station"))  # fmt: skip
    assert "wlan2" in refused(text, UseCcmpOnly("wlan1")).why


def test_ccmp_alone() -> None:
    tkip = "unicast-ciphers=tkip,aes-ccm group-ciphers=tkip name=sec-pos"
    edit, after = changed(
        capture(*usual(profiles=PROFILES.replace("name=sec-pos", tkip))), UseCcmpOnly("wlan2", ("wlan1",))
    )
    assert len(commands(edit)) == 2
    assert value(bss(after).ciphers) == {Cipher.CCMP}


def test_authentication() -> None:
    profiles = PROFILES.replace(
        'wpa2-psk eap-methods="" mode=dynamic-keys name=sec-pos', "wpa-eap mode=dynamic-keys name=sec-pos"
    )
    text = capture(*usual(profiles=profiles))
    intent = SetAuthentication("wlan1", frozenset({Akm.WPA2_EAP}), Pmf.DISABLED, ("wlan2",))
    edit, after = changed(text, intent)
    assert commands(edit) == ["/interface wireless security-profiles set [name=sec-pos] authentication-types=wpa2-eap"]
    assert value(bss(after, "wlan2").akms) == {Akm.WPA2_EAP}
    wpa3 = SetAuthentication("wlan1", frozenset({Akm.WPA3_SAE}), Pmf.OPTIONAL, ("wlan2",))
    assert "does not know WPA3" in refused(text, wpa3).why
    personal = SetAuthentication("wlan1", frozenset({Akm.WPA2_PSK, Akm.WPA_PSK}), Pmf.DISABLED, ("wlan2",))
    assert "wpa-pre-shared-key" in refused(capture(*usual()), personal).why


@pytest.mark.parametrize(
    ("entries", "place"),
    [
        ("add authentication=no comment=others\n", "[comment=others]"),
        (f"add authentication=no mac-address={READER.upper()}\n", f"[authentication=no mac-address={READER.upper()}]"),
    ],
)
def test_admitting_stations_before_what_refuses_them(entries: str, place: str) -> None:
    text = capture(*usual(extra=LIST + entries))
    allowed = "comment" in entries
    edit, after = changed(text, AdmitStations("wlan1", (READER,), allowed))
    what = f"authentication=yes interface=wlan1 mac-address={READER.upper()}"
    assert commands(edit) == [f"/interface wireless access-list add {place} {what}"]
    found = bss(after)
    assert value(found.mac_policy) is (MacPolicy.ALLOW_LISTED if allowed else MacPolicy.DENY_LISTED)
    assert (READER in value(found.mac_list)) is allowed
    assert value(bss(after, "wlan2").mac_list) == value(bss(after, "wlan1-guest").mac_list)


def test_admitted_stations_stay_apart_where_others_are() -> None:
    closed = "band=2ghz-g/n default-authentication=no default-forwarding=no"
    edit, after = changed(capture(*usual("band=2ghz-g/n", closed)), AdmitStations("wlan1", (READER,), True))
    assert "forwarding=no" in commands(edit)[0]
    assert value(bss(after).mac_list) == (READER,)


def test_what_there_is_no_setting_for() -> None:
    assert "no timer" in refused(capture(*usual()), PollSilentStations("wlan1")).why
    assert "no timer" in refused(capture(*manager()), PollSilentStations("pos-2")).why


# -- CAPsMAN ---------------------------------------------------------------------------------------------------

APART = (" client-to-client-forwarding=yes", "")
BOTH = ("pos-2/guest", "pos-5", "pos-5/guest")


def test_a_datapath_changes_for_both_bands() -> None:
    intent = DisableStationIsolation("pos-2", ("pos-5",))
    edit, after = changed(capture(*manager(*APART)), intent)
    assert commands(edit) == ["/caps-man datapath set [name=dp-pos] client-to-client-forwarding=yes"]
    assert value(bss(after, "pos-5").isolation) is IsolationScope.NONE
    assert value(bss(after, "pos-5/guest").isolation) is IsolationScope.SAME_BSS
    assert edit.services == ("caps-man",)


def test_alone_it_goes_into_the_configuration() -> None:
    edit, after = changed(capture(*manager(*APART)), DisableStationIsolation("pos-2"))
    assert commands(edit) == ["/caps-man configuration set [name=pos-2] datapath.client-to-client-forwarding=yes"]
    assert value(bss(after, "pos-5").isolation) is IsolationScope.SAME_BSS


def test_a_value_changes_where_it_is_written_or_nearer() -> None:
    written = (" client-to-client-forwarding=yes", " client-to-client-forwarding=no")
    both, _ = changed(capture(*manager(*written)), DisableStationIsolation("pos-2", ("pos-5",)))
    assert commands(both) == ["/caps-man datapath set [name=dp-pos] client-to-client-forwarding=yes"]
    nearer = ("datapath=dp-pos name=pos-2", "datapath=dp-pos datapath.client-to-client-forwarding=no name=pos-2")
    alone, _ = changed(capture(*manager(*nearer)), DisableStationIsolation("pos-2", ("pos-5",)))
    assert commands(alone) == ["/caps-man configuration set [name=pos-2] datapath.client-to-client-forwarding=yes"]


def test_a_configuration_on_several_radios_is_one_place() -> None:
    found = refused(capture(*manager()), DisableStationIsolation("pos-2/guest"))
    assert "pos-5/guest" in found.why
    edit, _ = changed(capture(*manager()), DisableStationIsolation("pos-2/guest", ("pos-5/guest",)))
    assert commands(edit) == ["/caps-man datapath set [name=dp-guest] client-to-client-forwarding=yes"]


def test_a_static_interface_gets_a_value_of_its_own() -> None:
    second = STATIC + "add configuration=pos-5 disabled=no master-interface=none name=bar-5\n"
    edit, _ = changed(capture(*manager(*APART, rules=second)), DisableStationIsolation("till-5"))
    assert commands(edit) == ["/caps-man interface set [name=till-5] datapath.client-to-client-forwarding=yes"]


def test_an_interface_that_is_shown_changes_by_its_configuration() -> None:
    edit, after = changed(capture(*manager(*APART), capsman=SHOWN), DisableStationIsolation("5ghz-bar"))
    assert commands(edit) == ["/caps-man configuration set [name=pos-5] datapath.client-to-client-forwarding=yes"]
    assert value(bss(after, "5ghz-bar").isolation) is IsolationScope.NONE


def test_security_of_a_manager() -> None:
    tkip = ("encryption=aes-ccm", "encryption=aes-ccm,tkip group-encryption=tkip")
    edit, after = changed(capture(*manager(*tkip)), UseCcmpOnly("pos-2", BOTH))
    assert commands(edit) == [
        "/caps-man security set [name=sec] encryption=aes-ccm",
        "/caps-man security set [name=sec] group-encryption=aes-ccm",
    ]
    assert value(bss(after, "pos-5").ciphers) == {Cipher.CCMP}
    intent = SetAuthentication("pos-2", frozenset({Akm.WPA_PSK, Akm.WPA2_PSK}), Pmf.DISABLED)
    alone, _ = changed(capture(*manager()), intent)
    assert commands(alone) == [
        "/caps-man configuration set [name=pos-2] security.authentication-types=wpa-psk,wpa2-psk"
    ]
    optional = SetAuthentication("pos-2", frozenset({Akm.WPA2_PSK}), Pmf.OPTIONAL)
    assert "no management frame protection" in refused(capture(*manager()), optional).why


def test_admitting_stations_of_a_manager() -> None:
    text = capture(*manager(extra=f"{CAPS_LIST}add action=reject comment=others\n"))
    assert "pos-5" in refused(text, AdmitStations("pos-2", (READER,), True)).why
    edit, after = changed(text, AdmitStations("pos-2", (READER,), True, BOTH))
    assert commands(edit) == [f"/caps-man access-list add [comment=others] action=accept mac-address={READER.upper()}"]
    assert value(bss(after, "pos-2").mac_list) == (READER,)
    static = capture(*manager(rules=STATIC, extra=f"{CAPS_LIST}add action=reject comment=others\n"))
    named, _ = changed(static, AdmitStations("till-5", (READER,), True))
    assert "interface=till-5" in commands(named)[0]


def test_the_horizon_of_a_port_that_a_manager_adds() -> None:
    horizon = ("datapath=dp-pos name=pos-2", "datapath=dp-pos datapath.bridge-horizon=1 name=pos-2")
    edit, after = changed(capture(*manager(*horizon, rules=RULES)), DisablePortIsolation(bss="pos-2"))
    assert commands(edit) == ["/caps-man configuration set [name=pos-2] !datapath.bridge-horizon"]
    assert not value(bss(after, "pos-2").port_isolated)
