"""Whatever stands in a file: the reader does not crash, no line is lost, and nothing is written for it by accident."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.intents import SetLeaseTime, StopPreferringIpv6Only
from auditor.model import Stated
from auditor.services import Instance, NotPossible
from auditor.services.kea import SERVICE
from tests.services.hosts import host_of

MAIN = "/etc/kea/kea-dhcp4.conf"
INSTANCE = Instance("kea", "kea", MAIN, (), Stated(True, ()))
WORDS = st.sampled_from(
    [
        *list('{}[]:,"#\n '),
        '"Dhcp4": {',
        '"subnet4": [',
        '"subnet": ',
        '"192.0.2.0/24"',
        '"pools": [{"pool": "192.0.2.0/28"}]',
        '"valid-lifetime": ',
        "1",
        "-1",
        "true",
        '"option-data": [{"code": 6}]',
        '"reservations": [{}]',
        '"client-classes": [{"name": "ALL"}]',
        '"hooks-libraries": [1]',
        '"interfaces-config": ',
    ]
)
TEXTS = st.lists(WORDS, max_size=30).map("".join)
CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "kea"
REAL = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []


def look(text: str) -> None:
    host = host_of({MAIN: text}, "kea")
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


@given(TEXTS | TEXTS.map(lambda text: '{"Dhcp4": {' + text + "}}") | st.text(max_size=80))
def test_any_text(text: str) -> None:
    look(text)


@pytest.mark.skipif(not REAL, reason="no published configurations here")
def test_published_configurations() -> None:
    for path in REAL:
        look(path.read_text(encoding="utf-8", errors="replace"))
