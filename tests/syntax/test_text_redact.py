"""Secrets in texts that have no reader of their own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Redactor, is_token
from auditor.syntax.text_redact import redact_text

REDACTOR = Redactor(b"a key of the tests")
TOKEN = REDACTOR.token
SECRET = "open sesame 99"

NAMES = st.sampled_from(["key", "password", "sae_password", "wpa_passphrase", "wpa_psk", "auth_server_shared_secret"])
SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\\\""), min_size=4, max_size=20
).map(lambda secret: "Zq9" + secret)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("wpa_passphrase=S\n", "wpa_passphrase=T\n"),
        ("wpa_psk=S\r\n", "wpa_psk=T\r\n"),
        ("sae_password=S", "sae_password=T"),
        ("auth_server_shared_secret=S\n", "auth_server_shared_secret=T\n"),
        ('\tpsk="S"\n', '\tpsk="T"\n'),
        ("password S\n", "password T\n"),
        ("password: S\n", "password: T\n"),
        ("\toption key 'S'\n", "\toption key 'T'\n"),
        ("wireless.w.key='S'\n", "wireless.w.key='T'\n"),
        ('{"key": "S", "ssid": "key"}', '{"key": "T", "ssid": "key"}'),
        ('{"sae_password": ["S", "S"]}', '{"sae_password": ["T", "T"]}'),
        ('"sae_password": [\n\t"S"\n]\n', '"sae_password": [\n\t"T"\n]\n'),
        ('{"a": "{\\"password\\": \\"S\\"}"}', '{"a": "{\\"password\\": \\"T\\"}"}'),
        ('{"key": "a\\\\\\"S"}', '{"key": "U"}'),
        ("run -v=1 --password='S' -x\n", "run -v=1 --password='T' -x\n"),
    ],
)
def test_secret(before: str, after: str) -> None:
    assert redact_text(before.replace("S", SECRET), REDACTOR) == after.replace("T", TOKEN(SECRET)).replace(
        "U", TOKEN('a\\\\\\"' + SECRET)
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"match": {"left": {"meta": {"key": "iifname"}}, "right": "br-lan"}}',
        '{"ct": {"dir": "original", "key": "saddr"}}',
        "wpa_key_mgmt=WPA-PSK\n",
        "wpa_psk_file=/etc/hostapd.psk\n",
        "wep_default_key=2\n",
        "wpa_group_rekey=600\n",
        '{"public_key": "bm90IHNlY3JldA=="}',
        "1764000000 02:00:00:00:00:01 192.168.1.20 printer *\n",
        "interface=wlan0\nssid=SHOP-POS\n",
    ],
)
def test_no_secret(text: str) -> None:
    assert redact_text(text, REDACTOR) == text


def test_a_number_becomes_a_string_and_the_text_stays_json() -> None:
    redacted = json.loads(redact_text('{"pin": 12345670, "x_key": 1}', REDACTOR))
    assert redacted == {"pin": TOKEN("12345670"), "x_key": 1}


def test_a_secret_of_uci_show_over_lines() -> None:
    text = "a.b.password='one\ntwo'\\''s\nthree'\na.b.c='1'\n"
    assert redact_text(text, REDACTOR).split("\n")[1:] == ["", "", "a.b.c='1'", ""]
    assert "one" not in redact_text(text, REDACTOR)


def test_hashes() -> None:
    line = "root:$6$saltsalt$abcdefghijklmnop/.:19000:0:99999:7:::\n"
    assert "abcdefghijklmnop" not in redact_text(line, REDACTOR)


@given(
    NAMES,
    SECRETS,
    st.sampled_from(
        [
            "{name}={secret}\n",
            "x.y.{name}='{secret}'\n",
            "{name} {secret}\n",
            "\toption {name} '{secret}'\n",
            '{{"{name}": "{secret}", "b": [1]}}',
            '{{"a": {{"{name}": [ "{secret}" ]}}}}',
        ]
    ),
    st.text(max_size=30),
)
def test_no_planted_secret_is_left(name: str, secret: str, shape: str, before: str) -> None:
    text = before.replace("'", "").replace('"', "") + "\n" + shape.format(name=name, secret=secret)
    redacted = redact_text(text, REDACTOR)
    assert secret not in redacted
    assert redacted.count("\n") == text.count("\n")
    assert redact_text(redacted, REDACTOR) == redacted


@given(st.recursive(SECRETS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=5))
def test_json_stays_json_and_every_secret_is_a_token(tree: object) -> None:
    redacted = json.loads(redact_text(json.dumps({"top": tree}, indent=1), REDACTOR))

    def walk(old: object, new: object) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            assert old.keys() == new.keys()
            for key, value in old.items():
                if key != "top" and isinstance(value, str):
                    assert is_token(new[key])
                walk(value, new[key])

    walk({"top": tree}, redacted)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    redacted = redact_text(text, REDACTOR)
    assert redacted.count("\n") == text.count("\n")
    assert redact_text(redacted, REDACTOR) == redacted
