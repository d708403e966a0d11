"""No secret of hostapd's files survives, and the audit sees the same with and without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Unknown
from auditor.secrets import Redactor, is_token
from auditor.services.hostapd import SERVICE
from tests.services.hostapd.access_point import RADIO, bss_of, value

REDACTOR = Redactor(b"k" * 32)


@pytest.mark.parametrize(
    "line",
    [
        "wpa_passphrase=S3CRET of the shop",
        "wpa_psk=" + "5ec4e7" * 10 + "5ec4",
        "sae_password=S3CRET of the shop",
        "sae_password=S3CRET of the shop|mac=02:00:00:00:00:01|vlanid=3|pk=S3CRET|id=S3CRET",
        'wep_key0="S3CRET"',
        "wep_key3=5ec4e75ec4",
        "auth_server_shared_secret=S3CRET",
        "acct_server_shared_secret=S3CRET",
        "radius_das_client=192.0.2.1 S3CRET",
        "r0kh=02:00:00:00:00:01 ap.example S3CRET5ec4",
        "r1kh=02:00:00:00:00:01 02:00:00:00:00:01 S3CRET5ec4",
        "ap_pin=53C8E7",
        "private_key_passwd=S3CRET",
        "multi_ap_backhaul_wpa_passphrase=S3CRET of the shop",
        "vendor_password=S3CRET",
        "#wpa_passphrase=S3CRET of the shop",
        "  # wpa_passphrase = S3CRET of the shop",
        "wpa_passphrase =S3CRET of the shop",
        "password S3CRET",
        "02:00:00:00:00:01 S3CRET of the shop",
        "keyid=till vlanid=3 00:00:00:00:00:00 S3CRET of the shop",
        '"till" MSCHAPV2 "S3CRET" [2]',
        '"till" MSCHAPV2 hash:5ec4e75ec4 [2]',
        '* PEAP "S3CRET"',
    ],
)
def test_secrets_go(line: str) -> None:
    text = f"# a remark\n{line}\nssid=shop\n"
    redacted = SERVICE.redact(text, REDACTOR)
    assert not any(secret in redacted for secret in ("S3CRET", "5ec4", "53C8E7", "of the shop"))
    assert redacted.count("\n") == text.count("\n")
    assert redacted.startswith("# a remark\n")
    assert redacted.endswith("\nssid=shop\n")
    assert SERVICE.redact(redacted, REDACTOR) == redacted


@pytest.mark.parametrize(
    "line",
    [
        "ssid=password=1",
        "wpa_key_mgmt=WPA-PSK",
        "wpa_psk_file=/etc/hostapd/hostapd.wpa_psk",
        "private_key=/etc/hostapd/server.prv",
        "wpa_group_rekey=3600",
        "wep_default_key=0",
        "rsn_pairwise=CCMP",
        "wpa_ptk_rekey=600",
        "ft_psk_generate_local=1",
        "02:00:00:00:00:01",
        "02:00:00:00:00:01 30",
        '"till" PEAP',
        "# only a remark",
        "auth_server_addr=192.0.2.1",
        "r0_key_lifetime=10000",
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert SERVICE.redact(line, REDACTOR) == line


@pytest.mark.parametrize(
    "lines",
    [
        "wpa=2\nwpa_passphrase=a made-up secret",
        "wpa=2\nwpa_passphrase=short",
        "wpa=2\nwpa_psk=" + "ab" * 32,
        "wpa=2\nwpa_key_mgmt=SAE\nieee80211w=2\nsae_password=x",
        "wpa=2\nwpa_key_mgmt=SAE\nieee80211w=2\nsae_password=secret|mac=02:00:00:00:00:01",
        "wpa=2\nwpa_key_mgmt=SAE\nieee80211w=2\nsae_password=secret|id=tills",
        "wpa=2\nwpa_key_mgmt=WPA-PSK SAE\nsae_password=one secret\nwpa_passphrase=another secret",
        'wep_key0="abcde"',
        "wep_key0=",
        "wpa_passphrase=a made-up secret\r",
    ],
)
def test_the_audit_sees_the_same(lines: str) -> None:
    raw = f"{RADIO}ssid=shop\n{lines}\n"
    clear, hidden = bss_of(raw), bss_of(SERVICE.redact(raw, REDACTOR))
    for name in ("akms", "passphrase", "enabled", "phy"):
        assert value(getattr(clear, name)) == value(getattr(hidden, name))
    assert isinstance(clear.passphrase_identity, Unknown) == isinstance(hidden.passphrase_identity, Unknown)


def test_equal_keys_have_equal_tokens() -> None:
    def identity(key: str) -> object:
        text = f"{RADIO}ssid=shop\nwpa=2\nwpa_passphrase={key}\n"
        return value(bss_of(SERVICE.redact(text, REDACTOR)).passphrase_identity)

    assert identity("a made-up secret") == identity("a made-up secret") != identity("another secret")
    assert is_token(str(identity("a made-up secret")))


@given(st.text())
def test_any_text_keeps_its_lines_and_twice_is_once(text: str) -> None:
    once = SERVICE.redact(text, REDACTOR)
    assert once.count("\n") == text.count("\n")
    assert SERVICE.redact(once, REDACTOR) == once
