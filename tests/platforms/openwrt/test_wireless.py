"""Radios and BSSs: what the shell scripts (up to 24.10) and ucode (from 25.12) make of the same lines."""

from datetime import timedelta

import pytest

from auditor.model import Akm, Band, Bss, Cipher, IsolationScope, MacPolicy, Passphrase, Phy, Pmf, Stated, Unknown
from auditor.platforms.openwrt.security import encryption
from auditor.secrets import Redactor
from tests.platforms.openwrt.captures import NETWORK, model

SHELL, UCODE, UNNAMED = (f"DISTRIB_RELEASE='{name}'\n" for name in ("24.10.2", "25.12.0", "SNAPSHOT"))
RADIO = "config wifi-device 'radio0'\n\toption type mac80211\n\toption band 5g\n\toption htmode VHT80\n\n"
AP = "config wifi-iface 'tills'\n\toption device radio0\n\toption mode ap\n\toption ssid POS\n\toption network lan\n"
BRIDGE = "\nconfig device\n\toption name br-lan\n\toption type bridge\n\tlist ports lan1\n"


def bss(options: str = "", *, release: str = SHELL, radio: str = RADIO, network: str = NETWORK + BRIDGE) -> Bss:
    (found,) = model({"wireless": radio + AP + options, "network": network}, release=release).bsses.items
    return found


def known(fact: object) -> object:
    """The value of a fact, or the word `unknown`."""
    return "unknown" if isinstance(fact, Unknown) else fact.value  # type: ignore[attr-defined]


PSK2, SAE, EAP = frozenset({Akm.WPA2_PSK}), frozenset({Akm.WPA3_SAE}), frozenset({Akm.WPA2_EAP})
OPEN, WPA = frozenset({Akm.OPEN}), frozenset({Akm.WPA_PSK})


@pytest.mark.parametrize(
    ("word", "shell", "ucode"),
    [
        ("none", OPEN, OPEN),
        ("foo", OPEN, OPEN),
        ("PSK2", OPEN, OPEN),
        ("psk2", PSK2, PSK2),
        ("psk2+tkip+aes", PSK2, PSK2),
        ("psk", WPA, WPA),
        ("psk-mixed", PSK2 | WPA, PSK2 | WPA),
        ("mixed-psk", WPA, None),
        ("wpa-psk2", PSK2, None),
        ("sae", SAE, SAE),
        ("psk3", SAE, SAE),
        ("sae-mixed", SAE | PSK2, SAE | PSK2),
        ("psk3-mixed", SAE | PSK2, SAE | PSK2),
        ("owe", frozenset({Akm.OWE}), frozenset({Akm.OWE})),
        ("wpa2", EAP, EAP),
        ("wpa-mixed", EAP | {Akm.WPA_EAP}, EAP | {Akm.WPA_EAP}),
        ("wpa3-mixed", EAP | {Akm.WPA3_EAP}, EAP | {Akm.WPA3_EAP}),
        ("wpa3-192", frozenset({Akm.WPA3_EAP_192}), frozenset({Akm.WPA3_EAP_192})),
        ("wep-shared", frozenset({Akm.WEP}), None),
        ("8021x", None, None),
        ("sae-ext", SAE, None),
    ],
)
def test_encryption_words(word: str, shell: frozenset[Akm] | None, ucode: frozenset[Akm] | None) -> None:
    for generation, expected in ((False, shell), (True, ucode), (None, shell if shell == ucode else None)):
        if expected is None:
            with pytest.raises(ValueError, match=r"may come up open|depends on the OpenWrt version"):
                encryption(word, generation)
        else:
            assert encryption(word, generation).akms == expected


@pytest.mark.parametrize(
    ("word", "ciphers"),
    [
        ("psk2", {Cipher.CCMP}),
        ("psk2+ccmp+tkip", {Cipher.CCMP, Cipher.TKIP}),
        ("psk2+tkip", {Cipher.TKIP}),
        ("psk2+gcmp256", {Cipher.GCMP_256}),
        ("psk2+word", {Cipher.CCMP}),
        ("wpa3-192", {Cipher.GCMP_256}),
        ("none", set()),
    ],
)
def test_ciphers(word: str, ciphers: set[Cipher]) -> None:
    assert encryption(word).ciphers == ciphers


@pytest.mark.parametrize(
    ("options", "shell", "ucode", "unnamed"),
    [
        ("\toption encryption sae\n\toption ieee80211w 1\n", Pmf.OPTIONAL, Pmf.REQUIRED, "unknown"),
        ("\toption encryption sae\n\toption ieee80211w 2\n", Pmf.REQUIRED, Pmf.REQUIRED, Pmf.REQUIRED),
        ("\toption encryption wpa3\n\toption ieee80211w 0\n", Pmf.DISABLED, Pmf.REQUIRED, "unknown"),
        ("\toption encryption sae-mixed\n\toption ieee80211w 0\n", Pmf.DISABLED, Pmf.DISABLED, Pmf.DISABLED),
        ("\toption encryption psk2\n\toption ieee80211w 2\n", Pmf.REQUIRED, Pmf.REQUIRED, Pmf.REQUIRED),
        ("\toption encryption psk\n\toption ieee80211w 2\n", Pmf.DISABLED, Pmf.DISABLED, Pmf.DISABLED),
        ("\toption encryption sae\n", Pmf.REQUIRED, Pmf.REQUIRED, Pmf.REQUIRED),
    ],
)
def test_ucode_requires_pmf_whatever_is_written(options: str, shell: object, ucode: object, unnamed: object) -> None:
    for release, expected in ((SHELL, shell), (UCODE, ucode), (UNNAMED, unnamed)):
        assert known(bss(options, release=release).pmf) == expected


@pytest.mark.parametrize(
    ("options", "shell", "ucode", "unnamed"),
    [
        ("\toption ap_isolate 1\n", "none", "same_bss", "unknown"),
        ("\toption ap_isolate 0\n", "none", "none", "none"),
        ("\toption isolate 1\n", "same_bss", "same_bss", "same_bss"),
        ("\toption isolate 1\n\toption ap_isolate 1\n", "same_bss", "same_bss", "same_bss"),
        ("\toption isolate 0\n\toption ap_isolate 1\n", "none", "unknown", "unknown"),
        ("\toption per_sta_vif 1\n", "unknown", "unknown", "unknown"),
        ("\toption proxy_arp 1\n", "none", "none", "none"),
        ("\toption multicast_to_unicast 1\n", "none", "none", "none"),
        ("\tlist hostapd_bss_options ap_isolate=1\n", "unknown", "unknown", "unknown"),
    ],
)
def test_isolation_under_both_names(options: str, shell: str, ucode: str, unnamed: str) -> None:
    for release, expected in ((SHELL, shell), (UCODE, ucode), (UNNAMED, unnamed)):
        found = known(bss(options, release=release).isolation)
        assert (found.value if isinstance(found, IsolationScope) else found) == expected


def test_without_a_bridge_multicast_to_unicast_isolates_in_ucode() -> None:
    routed = NETWORK.replace("br-lan", "phy0-ap0")
    on = "\toption multicast_to_unicast 1\n"
    assert isinstance(bss(on, release=UCODE, network=routed).isolation, Unknown)
    assert known(bss(on, release=SHELL, network=routed).isolation) is IsolationScope.NONE
    assert known(bss(release=UCODE, network=routed).isolation) is IsolationScope.NONE


@pytest.mark.parametrize(
    ("options", "shell", "ucode"),
    [
        ("", None, None),
        ("\toption maxassoc 10\n", 10, 10),
        ("\toption maxassoc 0\n", None, "unknown"),
        ("\toption max_num_sta 5\n", None, 5),
    ],
)
def test_station_limit(options: str, shell: object, ucode: object) -> None:
    assert known(bss(options, release=SHELL).station_limit) == shell
    assert known(bss(options, release=UCODE).station_limit) == ucode


@pytest.mark.parametrize(
    ("options", "shell", "ucode"),
    [
        ("\toption max_inactivity 0\n", timedelta(minutes=5), "unknown"),
        ("\toption ap_max_inactivity 60\n", timedelta(minutes=5), timedelta(minutes=1)),
        ("\toption max_inactivity 60\n", timedelta(minutes=1), timedelta(minutes=1)),
    ],
)
def test_silence(options: str, shell: object, ucode: object) -> None:
    options += "\toption skip_inactivity_poll 1\n"
    assert known(bss(options, release=SHELL).idle_timeout) == shell
    assert known(bss(options, release=UCODE).idle_timeout) == ucode


@pytest.mark.parametrize(
    ("options", "policy"),
    [
        ("", MacPolicy.OFF),
        ("\toption macfilter allow\n", MacPolicy.ALLOW_LISTED),
        ("\toption macfilter whitelist\n", MacPolicy.OFF),
        ("\toption encryption psk2\n\tlist auth_server 192.0.2.1\n", "unknown"),
        ("\tlist auth_server_addr 192.0.2.1\n", "unknown"),
        ("\toption encryption wpa2\n\tlist auth_server 192.0.2.1\n", MacPolicy.OFF),
    ],
)
def test_who_decides_about_mac_addresses(options: str, policy: object) -> None:
    assert known(bss(options).mac_policy) == policy


def test_a_file_of_mac_addresses_is_not_captured() -> None:
    assert isinstance(bss("\toption macfilter allow\n\toption macfile /etc/macs\n").mac_list, Unknown)


def test_a_radio_without_a_driver_type_is_not_set_up() -> None:
    bare = RADIO.replace("\toption type mac80211\n", "")
    device = model({"wireless": bare + AP})
    (radio,), (found,) = device.radios.items, device.bsses.items
    assert (known(radio.enabled), known(radio.phy), known(radio.band)) == (False, Phy.AC, Band.GHZ_5)
    assert known(found.enabled) is False
    assert found.enabled.because.entry == "wireless.type"  # type: ignore[union-attr]
    vendor = model({"wireless": RADIO.replace("mac80211", "mtwifi") + AP}).radios.items[0]
    assert (known(vendor.enabled), known(vendor.phy)) == (True, "unknown")


def test_a_section_without_mode_is_no_access_point() -> None:
    assert not model({"wireless": RADIO + AP.replace("\toption mode ap\n", "")}).bsses.items


def test_who_is_switched_off_under_another_name() -> None:
    off = "\toption default_disabled 1\n"
    assert [known(bss(off, release=release).enabled) for release in (SHELL, UCODE, UNNAMED)] == [True, False, "unknown"]
    waits = "\toption start_disabled 1\n"
    assert [known(bss(waits, release=release).enabled) for release in (SHELL, UCODE)] == [True, "unknown"]


def test_owe_transition_adds_an_open_network_in_ucode() -> None:
    options = "\toption encryption owe\n\toption owe_transition 1\n"
    assert known(bss(options, release=UCODE).akms) == {Akm.OWE, Akm.OPEN}
    assert known(bss(options, release=SHELL).akms) == {Akm.OWE}


def test_sae_by_hash_to_element_only_may_keep_readers_out() -> None:
    assert isinstance(bss("\toption encryption sae\n\toption sae_pwe 1\n").akms, Unknown)
    assert known(bss("\toption encryption sae-mixed\n\toption sae_pwe 1\n").akms) == SAE | PSK2
    assert known(bss("\toption encryption sae\n\toption sae_pwe 2\n").akms) == SAE


@pytest.mark.parametrize(
    "options",
    [
        "\toption dynamic_vlan 1\n",
        "\toption vlan_file /etc/vlans\n",
        "config wifi-station\n\toption key 'made-up key'\n\toption vid 30\n",
        "config wifi-station\n\toption iface tills\n\toption vid 30\n",
    ],
)
def test_stations_may_join_another_network(options: str) -> None:
    assert isinstance(bss(options).networks, Unknown)


def test_stations_of_others_and_vlans_that_are_off_change_nothing() -> None:
    assert known(bss("\toption dynamic_vlan 0\n\toption vlan_naming 0\n").networks) == ("lan",)
    assert known(bss("config wifi-station\n\toption iface office\n\toption vid 30\n").networks) == ("lan",)


def test_one_beacon_for_all_ssids_may_hide_one_from_older_stations() -> None:
    ax = RADIO.replace("VHT80", "HE80")
    assert isinstance(bss(radio=ax.replace("HE80\n", "HE80\n\toption mbssid 1\n")).ax_required, Unknown)
    assert known(bss(radio=ax.replace("HE80\n", "HE80\n\toption mbssid 0\n")).ax_required) is False
    assert known(bss(radio=RADIO.replace("VHT80\n", "VHT80\n\toption mbssid 1\n")).ax_required) is False


def test_a_bss_on_several_radios_is_not_told_apart() -> None:
    for options in ("\toption mlo 1\n", "\tlist device radio1\n"):
        found = bss(options)
        assert isinstance(found.phy, Unknown)
        assert isinstance(found.band, Unknown)


def test_a_switch_that_is_off_names_no_external_keys() -> None:
    options = "\toption encryption psk2\n\toption key 'made-up key'\n\toption ppsk 0\n"
    assert known(bss(options).passphrase) is Passphrase.USABLE
    assert known(bss(options.replace("ppsk 0", "ppsk 1")).passphrase) is Passphrase.EXTERNAL


RADIOS = (
    "config wifi-device radio0\n\toption type mac80211\n\toption band 2g\n\n"
    "config wifi-device radio1\n\toption type mac80211\n\toption band 5g\n\n"
)
ONE = "config wifi-iface {0}\n\toption device {1}\n\toption mode ap\n\toption ssid SHOP\n\toption network '{2}'\n{3}\n"
KEYED = "\toption encryption psk2\n\toption key '{}'\n"


def _bsses(text: str, network: str = NETWORK) -> dict[str, Bss]:
    return {bss.key: bss for bss in model({"wireless": RADIOS + text, "network": network}).bsses}


def test_a_bss_that_names_two_bridges_joins_one_of_them() -> None:
    found = _bsses(ONE.format("a", "radio0", "lan guest", ""))["a"].networks
    assert isinstance(found, Unknown)
    assert found.near
    assert found.settle


def test_two_networks_on_one_link_are_one_place() -> None:
    text = NETWORK + "\nconfig interface 'lan6'\n\toption device 'br-lan'\n\toption proto 'dhcpv6'\n"
    found = _bsses(ONE.format("a", "radio0", "lan lan6", ""), text)["a"].networks
    assert isinstance(found, Stated)
    assert found.value == ("lan", "lan6")


POCKET = NETWORK + "\nconfig interface 'pocket'\n\toption proto 'static'\n\toption ipaddr '192.168.50.1/24'\n"


def test_two_bsses_cannot_share_a_network_without_a_bridge() -> None:
    both = ONE.format("a", "radio0", "pocket", "") + ONE.format("b", "radio1", "pocket", "")
    found = _bsses(both, POCKET)
    assert isinstance(found["a"].networks, Unknown)
    assert isinstance(found["b"].networks, Unknown)
    alone = _bsses(ONE.format("a", "radio0", "pocket", ""), POCKET)["a"].networks
    assert isinstance(alone, Stated)
    one_off = ONE.format("a", "radio0", "pocket", "") + ONE.format("b", "radio1", "pocket", "\toption disabled 1\n")
    assert isinstance(_bsses(one_off, POCKET)["a"].networks, Stated)


def test_two_bsses_share_a_bridge() -> None:
    both = ONE.format("a", "radio0", "lan", "") + ONE.format("b", "radio1", "lan", "")
    assert all(isinstance(bss.networks, Stated) for bss in _bsses(both).values())


def test_a_network_behind_relayd_is_joined_to_what_nobody_looked_at() -> None:
    relay = NETWORK + "\nconfig interface 'relay'\n\toption proto 'relay'\n\tlist network 'lan'\n\tlist network 'wan'\n"
    text = ONE.format("a", "radio0", "lan", "") + ONE.format("b", "radio1", "guest", "")
    found = _bsses(text, relay)
    assert isinstance(found["a"].networks, Unknown)
    assert "relayd" in found["a"].networks.why
    assert isinstance(found["b"].networks, Stated)
    off = relay.replace("option proto 'relay'", "option proto 'relay'\n\toption disabled '1'")
    assert isinstance(_bsses(text, off)["a"].networks, Stated)


def test_equal_passphrases_have_one_identity_and_never_show() -> None:
    text = "".join(
        ONE.format(key, "radio0", "lan", KEYED.format(word))
        for key, word in (("a", "made-up words"), ("b", "made-up words"), ("c", "other made-up words"))
    )
    found = {key: bss.passphrase_identity for key, bss in _bsses(text).items()}
    assert found["a"].value == found["b"].value != found["c"].value  # type: ignore[union-attr]
    assert "made-up" not in repr(found)


def test_a_redacted_passphrase_is_known_by_its_token() -> None:
    token = Redactor(b"a key for tests").token("made-up words")
    found = _bsses(ONE.format("a", "radio0", "lan", KEYED.format(token)))["a"].passphrase_identity
    assert isinstance(found, Stated)
    assert found.value == token


def test_a_masked_passphrase_has_no_identity_and_an_open_network_an_empty_one() -> None:
    text = ONE.format("a", "radio0", "lan", KEYED.format("REDACTED")) + ONE.format("b", "radio0", "lan", "")
    found = _bsses(text)
    assert isinstance(found["a"].passphrase_identity, Unknown)
    assert found["b"].passphrase_identity.value == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "options", [KEYED.format("0" * 64), "\toption encryption psk2\n\toption wpa_psk_file /etc/psk\n"]
)
def test_keys_that_may_be_the_same_in_other_words_have_no_identity(options: str) -> None:
    found = _bsses(ONE.format("a", "radio0", "lan", options))["a"].passphrase_identity
    assert isinstance(found, Unknown)
    assert found.settle
