"""Changes of WLANs, policy profiles and bands: the text after them, the way back, and what only a person may do."""

from datetime import timedelta
from typing import Any

import pytest

from auditor.intents import (
    AcceptStationsWithoutAx,
    AdmitStations,
    DisableFastTransition,
    DisableStationIsolation,
    GoWithoutAx,
    Intent,
    PollSilentStations,
    SetAuthentication,
    SetIdleTimeout,
    SetPhy,
    SetPmf,
    SetSessionTimeout,
    UseCcmpOnly,
)
from auditor.model import Akm, Device, Phy, Pmf, moved
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import Texts, apply
from auditor.platforms.cisco_ios.config import RUNNING
from auditor.platforms.cisco_ios.wlan_edit import BUILDERS
from auditor.services.base import NotPossible
from tests.platforms.cisco_ios.configs import capture
from tests.platforms.cisco_ios.wireless_device import SHOP, changed, device, with_wlan

DAY = timedelta(hours=24)
FIVE, TWO = "pos@shop 5ghz", "pos@shop 24ghz"
_WPA3 = ("no security wpa wpa2", "security wpa wpa3", "security wpa akm sae", "security pmf mandatory")
SAE = with_wlan(*_WPA3, "radio policy dot11 5ghz").replace(" security wpa akm psk\n", "")
BLANKS = SHOP.replace("wlan pos 1", "wlan till net 1").replace(" wlan pos policy pos", " wlan till net policy till net")
BLANKS = BLANKS.replace("wireless profile policy pos", "wireless profile policy till net")
"""Names with blanks, as releases show them that leave the quotes out."""


def built(text: str, intent: Intent, version: str = "17.9") -> tuple[str, Edit, Device]:
    """The whole text, the edit of an intent, and the device."""
    whole = f"version {version}\n{text}end\n"
    found = device(text, version)
    edit = BUILDERS[type(intent)](Texts.of(capture(whole)), found, intent)
    assert edit is not None
    return whole, edit, found


def edited(text: str, operations: tuple[Any, ...]) -> str:
    file = apply(capture(text), operations).file(RUNNING)
    assert file is not None
    return file.text


@pytest.mark.parametrize(
    ("text", "intent", "gone", "come"),
    [
        (changed("session-timeout 86400", "session-timeout 1800"), SetSessionTimeout(FIVE, DAY, (TWO,)),
         "session-timeout 1800", "session-timeout 86400"),
        (changed("session-timeout 86400", ""), SetSessionTimeout(FIVE, DAY, (TWO,)), "", "session-timeout 86400"),
        (changed("idle-timeout 86400", "idle-timeout 300"), SetIdleTimeout(TWO, DAY, (FIVE,)),
         "idle-timeout 300", "idle-timeout 86400"),
        (with_wlan("peer-blocking drop"), DisableStationIsolation(FIVE, (TWO,)), "peer-blocking drop", ""),
        (SHOP, GoWithoutAx(FIVE, (TWO,)), "", "no dot11ax"),
        (SHOP, SetPhy("5ghz", Phy.AC, (FIVE,)), "", "no ap dot11 5ghz dot11ax"),
        (SHOP, SetPhy("24ghz", Phy.N, (TWO,)), "", "no ap dot11 24ghz dot11ax"),
        (SHOP, SetPmf(FIVE, Pmf.OPTIONAL, (TWO,)), "", "security pmf optional"),
        (with_wlan("security pmf mandatory"), SetPmf(FIVE, Pmf.DISABLED, (TWO,)), "security pmf mandatory", ""),
        (with_wlan("security pmf mandatory"), SetPmf(FIVE, Pmf.OPTIONAL, (TWO,)),
         "security pmf mandatory", "security pmf optional"),
        (with_wlan("security wpa wpa1", "security wpa wpa1 ciphers tkip"), UseCcmpOnly(FIVE, (TWO,)),
         "security wpa wpa1 ciphers tkip", "security wpa wpa1 ciphers aes"),
        (with_wlan("security ft"), DisableFastTransition(FIVE, (TWO,)), "security ft", "no security ft"),
        (SAE, SetAuthentication(FIVE, frozenset({Akm.WPA2_PSK, Akm.WPA3_SAE}), Pmf.OPTIONAL),
         "no security wpa wpa2", "security wpa akm psk"),
    ],
)  # fmt: skip
def test_an_edit_does_what_it_says_and_no_more(text: str, intent: Intent, gone: str, come: str) -> None:
    whole, edit, before = built(text, intent)
    after = edited(whole, edit.operations)
    lines = [line.strip() for line in after.splitlines()]
    assert not gone or gone not in lines
    assert not come or lines.count(come) == 1
    assert edited(after, edit.operations) == after
    assert edited(after, edit.undo) == whole
    moves = moved(before, device(after.removeprefix("version 17.9\n").removesuffix("end\n")))
    assert moves
    assert all(any(key.startswith(allowed) for allowed in intent.footprint) for key in moves)


@pytest.mark.parametrize(
    ("text", "intent", "version", "why"),
    [
        (SHOP, SetSessionTimeout(FIVE, DAY * 2, (TWO,)), "17.9", "longest session"),
        (SHOP, SetIdleTimeout(FIVE, DAY * 2, (TWO,)), "17.9", "longest idle"),
        (SHOP, SetSessionTimeout(FIVE, DAY), "17.9", "also serves pos@shop 24ghz"),
        (SHOP, GoWithoutAx(FIVE), "17.9", "also serves"),
        (SHOP, GoWithoutAx(FIVE, (TWO,)), "17.3", "since 17.5"),
        (with_wlan("dot11ax twt-broadcast-support"), GoWithoutAx(FIVE, (TWO,)), "17.9", "more settings"),
        (SHOP, DisableStationIsolation(FIVE, (TWO,)), "17.9", "no line peer-blocking"),
        (SHOP, SetPhy("5ghz", Phy.N, (FIVE,)), "17.9", "802.11ax as a whole"),
        (SHOP, UseCcmpOnly(FIVE, (TWO,)), "17.9", "TKIP"),
        (with_wlan("security wpa akm ft psk"), DisableFastTransition(FIVE, (TWO,)), "17.9", "AKMs of 802.11r"),
        (SHOP, SetAuthentication(FIVE, frozenset({Akm.WPA3_SAE}), Pmf.REQUIRED, (TWO,)), "17.9", "go together"),
        (
            SHOP,
            AdmitStations(FIVE, ("02:00:5e:10:00:01",), allowed_by_list=True),
            "17.9",
            "lists of the whole controller",
        ),
        (SHOP, PollSilentStations(FIVE), "17.9", "does not poll"),
        (BLANKS, SetSessionTimeout("till net@shop 5ghz", DAY, ("till net@shop 24ghz",)), "17.9", "without quotes"),
        (BLANKS, GoWithoutAx("till net@shop 5ghz", ("till net@shop 24ghz",)), "17.9", "without quotes"),
    ],
)
def test_what_only_a_person_may_do(text: str, intent: Intent, version: str, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        built(text, intent, version)


@pytest.mark.parametrize(
    "intent",
    [
        SetSessionTimeout("nobody", DAY),
        SetPhy("radio0", Phy.AC, ()),
        AcceptStationsWithoutAx("radio0", ()),
        PollSilentStations("nobody"),
    ],
)
def test_what_is_no_wlan_of_the_controller_is_somebody_else_s(intent: Intent) -> None:
    whole = f"version 17.9\n{SHOP}end\n"
    assert BUILDERS[type(intent)](Texts.of(capture(whole)), device(SHOP), intent) is None
