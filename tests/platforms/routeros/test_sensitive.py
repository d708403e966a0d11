"""Whether an export shows passwords and keys, so that one that is not there is not set."""

from datetime import UTC, datetime

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.sensitive import shows_secrets
from auditor.profiles import load_profile

SSID = "/interface wifi security add authentication-types=wpa2-psk name=sec-pos"


def config_of(*texts: str) -> Config:
    files = tuple(CapturedFile(f"{n}.rsc", f"{text}\n", Kind.CONFIGURATION) for n, text in enumerate(texts))
    taken = Capture("gw", "routeros", files, (), datetime(2026, 3, 2, tzinfo=UTC), False, "test")
    return Config.of(taken, load_profile("routeros"))


@pytest.mark.parametrize(
    ("line", "shows"),
    [
        ("", False),
        (f'{SSID} passphrase="a made-up key"', True),
        (f'{SSID} passphrase=""', False),
        ("/interface wifiwave2 set [ find default-name=wifi1 ] security.ft=yes .passphrase=made-up-key", True),
        ("/interface wireless security-profiles add name=p wpa2-pre-shared-key=made-up-key", True),
        ("/interface wireless access-list add private-pre-shared-key=made-up-key", True),
        ("/caps-man configuration add security.passphrase=made-up-key", True),
        ("/ppp secret add name=a password=made-up-key", True),
        ("/radius add secret=made-up-key", True),
        # No password, or one that some releases show anyway.
        ("/ppp secret add name=password", False),
        ("/interface wireguard add name=wg private-key=made-up-key", False),
        ("/system script add name=x source=passphrase=made-up-key", False),
    ],
)
def test_one_secret_shows_that_the_export_shows_all(line: str, shows: bool) -> None:
    assert shows_secrets(config_of(f"{SSID}\n{line}"), "interface wifi") is shows


def test_each_export_of_a_menu_counts_for_itself() -> None:
    secret = "/ppp secret add name=a password=made-up-key"
    assert not shows_secrets(config_of(SSID, secret), "interface wifi")
    assert shows_secrets(config_of(f"{SSID}\n{secret}", "/ip dns set servers=192.0.2.1"), "interface wifi")
    assert not shows_secrets(config_of(f"{SSID}\n{secret}", SSID), "interface wifi")


def test_what_no_export_speaks_of_is_not_shown() -> None:
    assert not shows_secrets(config_of("/ppp secret add name=a password=made-up-key"), "interface wifi")
