"""What hostapd itself makes of generated files, and what we say of them: whether it starts, and with which values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Akm, Cipher, Unknown
from auditor.services.hostapd import MAIN
from tests.judges import hostapd
from tests.judges.rooted import why_not
from tests.services.hostapd.access_point import RADIO, bss_of, value

pytestmark = pytest.mark.skipif(bool(why_not("hostapd")), reason=why_not("hostapd"))

REFUSED = [
    " ap_isolate=1",
    "ap_isolate =1",
    " # indented",
    "ap_isolate",
    "   ",
    "=1",
    "no_such_key=1",
    "wpa_passphrase=short",
    "wpa_passphrase=" + "x" * 64,
    "wpa_psk=" + "0" * 63,
    "wpa_psk=" + "g" * 64,
    "wpa_key_mgmt=WPA-PSX",
    "wpa_key_mgmt=",
    "wpa_pairwise=AES",
    "wpa_pairwise=",
    "rsn_pairwise=CCMP,TKIP",
    "rsn_pairwise=WEP40",
    "macaddr_acl=3",
    "max_num_sta=-1",
    "max_num_sta=2008",
    "auth_algs=0",
    "hw_mode=n",
    "hw_mode=g\r",
    "ssid=",
    "ssid=" + "x" * 33,
    "ssid2=x",
    'ssid2="x',
    "country_code=de",
    "ieee80211d=1\ncountry_code=DE\nieee80211d=0\nieee80211h=1",
    "ieee8021x=1",
    "wpa=2\nwpa_key_mgmt=WPA-PSK",
    "wpa=2\nwep_key0=0123456789\nwpa_passphrase=a made-up secret",
    "wpa=1\nwpa_key_mgmt=SAE\nsae_password=x",
    "wpa=3\nwpa_key_mgmt=SAE\nsae_password=x",
    "wpa=2\nwpa_passphrase=a made-up secret\nwpa_key_mgmt=FT-PSK",
    "wpa=2\nwpa_passphrase=a made-up secret\nwpa_psk_radius=1",
    "wpa=2\nwpa_passphrase=a made-up secret\nmbo=1",
    "wpa=2\nwpa_passphrase=a made-up secret\nocv=1\nieee80211w=0",
    "macaddr_acl=1\naccept_mac_file=/etc/hostapd/missing",
    "eap_reauth_period=-1",
    "wpa_psk_radius=3",
    "op_class=131",
    "op_class=131\nwpa=2\nwpa_key_mgmt=SAE\nsae_password=x",
    "op_class=131\nwpa=2\nwpa_passphrase=a made-up secret\nieee80211w=2\nrsn_pairwise=CCMP",
    "op_class=131\nwpa=2\nwpa_key_mgmt=SAE\nsae_password=x\nieee80211w=2",
    "wep_key0=abc",
    "wep_key0=0123456789\nwep_key0=0123456789",
]


@pytest.mark.parametrize("lines", REFUSED)
def test_with_a_file_that_hostapd_refuses_nothing_is_said_to_be_on(lines: str) -> None:
    text = f"{RADIO}ssid=shop\n{lines}\n"
    assert hostapd.complaint({MAIN: text}, MAIN)
    bss = bss_of(text)
    assert isinstance(bss.enabled, Unknown)
    assert bss.enabled.spans


LINES = [
    "wpa=2", "wpa=3", "wpa=1", "wpa=0", "wpa=banana", "wpa=2x", "wpa= 2", "wpa=-1", "wpa=4", "wpa=6",
    "wpa_passphrase=a made-up secret", "wpa_passphrase=" + "x" * 63, "wpa_psk=" + "ab" * 32, "sae_password=x",
    "sae_password=x|mac=02:00:00:00:00:01", "sae_password=x|id=tills",
    "wpa_key_mgmt=WPA-PSK", "wpa_key_mgmt=SAE", "wpa_key_mgmt=WPA-PSK SAE", "wpa_key_mgmt=WPA-EAP",
    "wpa_key_mgmt=WPA-PSK-SHA256", "wpa_key_mgmt=FT-PSK WPA-PSK", "wpa_key_mgmt=OWE", "wpa_key_mgmt= WPA-PSK\tSAE ",
    "wpa_key_mgmt=WPA-EAP-SHA256 WPA-EAP", "nas_identifier=ap", "nas_identifier=",
    "wpa_pairwise=CCMP", "wpa_pairwise=TKIP", "wpa_pairwise=TKIP CCMP", "rsn_pairwise=CCMP",
    "rsn_pairwise=CCMP GCMP-256", "rsn_pairwise=TKIP", "ieee80211w=1", "ieee80211w=2", "ieee80211w=0",
    "ieee8021x=1", "ieee8021x=0", "eap_server=1", "auth_server_addr=192.0.2.1", "auth_algs=1", "auth_algs=2",
    'wep_key0="abcde"', "wep_key0=", "ssid=other shop ", "ssid2=\"quoted\"", "ssid2=63616665", "hw_mode=g", "hw_mode=b",
    "ieee80211n=0", "ieee80211ax=1", "macaddr_acl=0", "macaddr_acl=1", "max_num_sta=0", "max_num_sta=2007",
    "ap_isolate=1", "mbo=1", "ocv=1", "op_class=131", 'wep_key1="abcde"', "wep_key0=0123456789",
    "wep_key_len_unicast=5", "# a remark", "",
]  # fmt: skip
_MANAGEMENT = {
    "WPA-PSK": Akm.WPA2_PSK,
    "WPA-PSK-SHA256": Akm.WPA2_PSK,
    "SAE": Akm.WPA3_SAE,
    "WPA-EAP": Akm.WPA2_EAP,
    "WPA-EAP-SHA256": Akm.WPA3_EAP,
    "OWE": Akm.OWE,
}
_WPA1 = {Akm.WPA_PSK: Akm.WPA2_PSK, Akm.WPA_EAP: Akm.WPA2_EAP}
_CIPHERS = {"TKIP": Cipher.TKIP, "CCMP": Cipher.CCMP, "GCMP-256": Cipher.GCMP_256}


@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_it_starts_and_works_with_what_we_read(lines: list[str]) -> None:
    text = "\n".join((RADIO + "ssid=shop", *lines, ""))
    complaint, values = hostapd.tried({MAIN: text}, MAIN)
    bss = bss_of(text)
    assert isinstance(bss.enabled, Unknown) == bool(complaint), (complaint, value(bss.enabled))
    if complaint:
        return
    told = values["wlan0"]
    assert told["ssid"] == value(bss.ssid)
    if isinstance(bss.akms, Unknown):
        return
    offered = {_WPA1.get(akm, akm) for akm in bss.akms.value} - {Akm.OPEN, Akm.WEP}
    assert offered == {_MANAGEMENT[word] for word in told.get("key_mgmt", "").split() if word in _MANAGEMENT}
    if offered:
        version = int(told["wpa"])
        names = told.get("rsn_pairwise_cipher", "").split() if version & 2 else []
        names += told.get("wpa_pairwise_cipher", "").split() if version & 1 else []
        assert value(bss.ciphers) == {_CIPHERS[name] for name in names}
