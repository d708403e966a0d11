"""Whatever stands in a file: the reader does not crash, no line is lost, and nothing is written for it by accident."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.intents import SetLeaseTime, StopPreferringIpv6Only
from auditor.model import Stated
from auditor.services import Instance, NotPossible
from auditor.services.dhcpd import SERVICE
from tests.services.hosts import host_of

MAIN = "/etc/dhcp/dhcpd.conf"
INSTANCE = Instance("dhcpd", "dhcpd", MAIN, (), Stated(True, ()))
WORDS = st.sampled_from(
    [
        *list('{};,="#\n '),
        "subnet 192.0.2.0 netmask 255.255.255.0 {",
        "pool {",
        "range 192.0.2.9;",
        "range x;",
        "host a {",
        "default-lease-time 9;",
        "max-lease-time",
        "option routers ",
        "option a code 108 = text;",
        "if x {",
        "} else {",
        'class "c" {',
        "deny booting;",
        "fixed-address 192.0.2.7;",
        "hardware ethernet 2;",
        "group {",
        "shared-network s {",
        'include "i";',
        "lease limit 4;",
    ]
)
TEXTS = st.lists(WORDS, max_size=30).map("".join)
CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "dhcpd"
REAL = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []


def look(text: str) -> None:
    host = host_of({MAIN: text}, "dhcpd")
    part = SERVICE.read(host, INSTANCE)
    (page,) = host.reading.coverage()
    lines = text.count("\n") + (not text.endswith("\n") and text != "")
    assert page.understood + page.irrelevant + len(page.unknown) == lines
    keys = [scope.key for scope in part.dhcp_scopes]
    assert len(set(keys)) == len(keys)
    kept = [reservation.key for reservation in part.reservations]
    assert len(set(kept)) == len(kept)
    for key in keys:
        for intent in (SetLeaseTime(key, timedelta(days=9)), StopPreferringIpv6Only(key)):
            try:
                puts = SERVICE.edit(host, INSTANCE, intent)
            except NotPossible:
                continue
            for each in puts or ():
                after = SERVICE.put(text, each.place, each.value)
                assert SERVICE.put(after, each.place, each.value) == after
                assert SERVICE.get(after, each.place) == each.value
    SERVICE.includes(MAIN, text, ())
    SERVICE.state_files({MAIN: text}, ())


@given(TEXTS | TEXTS.map(lambda text: "subnet 192.0.2.0 netmask 255.255.255.0 {" + text + "}") | st.text(max_size=80))
def test_any_text(text: str) -> None:
    look(text)


@pytest.mark.skipif(not REAL, reason="no published configurations here")
def test_published_configurations() -> None:
    for path in REAL:
        look(path.read_text(encoding="utf-8", errors="replace"))
