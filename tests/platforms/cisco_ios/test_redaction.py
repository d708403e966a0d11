"""Texts of a device leave without secrets, whatever they are."""

import pytest

from auditor.platforms.cisco_ios.redaction import redact
from auditor.secrets import Redactor

REDACTOR = Redactor(b"a key of the tests")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("running-config.txt", "enable secret 5 {}\n"),
        ("gw.cfg", "username till password 0 {}\n"),
        ("commands/version.txt", "gw#show run | include username\nusername till secret 9 {}\n"),
        ("commands/napalm-interfaces.json", '{{"Vlan1": {{"description": "x", "password": "{}"}}}}\n'),
    ],
)
def test_no_secret_is_left(path: str, text: str) -> None:
    shown = redact(path, text.format("open-sesame-99"), REDACTOR)
    assert shown == text.format(REDACTOR.token("open-sesame-99"))


def test_facts_of_an_output_stay() -> None:
    text = "    PSK                                        : Enabled\nAuth Key Management\n    802.1x     : Disabled\n"
    assert redact("commands/wlan-all.txt", text, REDACTOR) == text
