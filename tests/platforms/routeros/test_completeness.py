"""What an export that may be cut leaves open, and what is said of it."""

from datetime import UTC, datetime

import pytest

from auditor.capture import Capture, CapturedFile, Kind
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile

HEADER = "# 2026-03-02 10:29:41 by RouterOS 7.16.2\n"
POOL = "/ip pool add name=x ranges=192.168.30.2-192.168.30.9\n"
NAMED = "/system identity set name=gw\n"


def _config(text: str, **outputs: str) -> Config:
    files = [CapturedFile("export.rsc", HEADER + text, Kind.CONFIGURATION)]
    files += [CapturedFile(f"commands/{name}.txt", shown, Kind.STATE) for name, shown in outputs.items()]
    when = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    return Config.of(Capture("gw", "routeros", tuple(files), (), when, False, "test"), load_profile("routeros"))


@pytest.mark.parametrize(
    ("text", "menu", "says"),
    [
        (POOL, "ip pool", "it holds none of the menus that come last"),
        (
            POOL + "/snmp set enabled=yes\n",
            "system scheduler",
            "it holds nothing of /system, nor of the menus behind it",
        ),
    ],
    ids=["early", "late"],
)
def test_it_says_where_an_export_may_end_too_early(text: str, menu: str, says: str) -> None:
    (hole,) = _config(text).holes(menu)
    assert says in hole.why
    assert not _config(text, resource="version: 7.16.2 (stable)\n").holes(menu)


def test_an_export_that_reaches_the_last_menus_is_whole() -> None:
    assert not _config(POOL + NAMED).holes("ip pool", "system scheduler", "tool netwatch")
