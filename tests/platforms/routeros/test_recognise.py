"""Which file of a saved capture is what, by its name or by what stands in it."""

import pytest

from auditor.capture import Kind
from auditor.platforms.routeros.recognise import recognise
from auditor.platforms.routeros.redaction import redact
from auditor.secrets import Redactor

HEADER = "# 2026-03-01 10:00:00 by RouterOS 7.16.1\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("export.rsc", "", id="by its name"),
        pytest.param("backup/ap-1.rsc", "anything", id="in a folder"),
        pytest.param("shop.txt", f"{HEADER}/ip dns\nset servers=192.0.2.1\n", id="header"),
        pytest.param("shop.txt", f"[admin@My Shop] > /export\r\n{HEADER}", id="log of a terminal"),
        pytest.param("shop.txt", "/ip dns\nset servers=192.0.2.1\n", id="menus"),
        pytest.param("shop.txt", "/ip/dns/set servers=192.0.2.1\n", id="menus of version 7"),
        pytest.param("shop.txt", "# nov/14/2022 17:12:03 by RouterOS 6.49.7\n" + 20_000 * "/ip dns\n", id="long"),
    ],
)
def test_exports(name: str, text: str) -> None:
    assert recognise(name, text) == (name, Kind.CONFIGURATION)


@pytest.mark.parametrize("name", ["commands/arp.txt", "commands/unknown.txt"])
def test_outputs_are_state(name: str) -> None:
    assert recognise(name, HEADER) == (name, Kind.STATE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", ""),
        ("notes.txt", "the router is by the door"),
        ("dhcp", "config dhcp 'lan'\n\toption interface 'lan'\n"),
        ("fstab", "/dev/sda1 / ext4 defaults 0 1\n"),
        ("script.sh", "#!/bin/sh\n/etc/init.d/network set x=1\n/usr/bin/add a=b\n"),
        ("hosts", "192.0.2.1 shop\n"),
    ],
)
def test_other_texts_are_not_of_routeros(name: str, text: str) -> None:
    assert recognise(name, text) is None


def test_a_text_is_redacted_by_what_it_is() -> None:
    redactor = Redactor(b"a key of the tests")
    token = redactor.token("open-sesame-99")
    assert redact("export.rsc", "/radius\nadd secret=open-sesame-99\n", redactor) == f"/radius\nadd secret={token}\n"
    shown = ' 0   passphrase="open-sesame-99"\r\n'
    assert redact("commands/wifi.txt", shown, redactor) == f' 0   passphrase="{token}"\r\n'
