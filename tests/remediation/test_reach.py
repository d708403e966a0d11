"""Whom a wireless change disconnects: the whole radio, or only those that share what is changed."""

from datetime import timedelta

import pytest

from auditor.intents import GoWithoutAx, Intent, SetPhy, SetSessionTimeout
from auditor.model import Phy
from auditor.remediation.reach import bystanders, restarted_ssids
from tests.platforms.cisco_ios.wireless_device import SHOP, device

CONTROLLER = SHOP.replace(" wlan pos policy pos\n", " wlan guest policy pos\n wlan pos policy pos\n") + (
    "wlan guest 2 SHOP-GUEST\n no shutdown\n"
)
POS, GUEST = "pos@shop 5ghz", "guest@shop 5ghz"
DAY = timedelta(days=1)
BOTH = ("SHOP-GUEST", "SHOP-POS")


@pytest.mark.parametrize(
    ("intent", "radio_stays", "hit", "others"),
    [
        (SetSessionTimeout(POS, DAY), False, BOTH, ("SHOP-GUEST",)),
        (SetSessionTimeout(POS, DAY), True, ("SHOP-POS",), ()),
        (SetSessionTimeout(POS, DAY, also=(GUEST,)), True, BOTH, ("SHOP-GUEST",)),
        (GoWithoutAx(POS), True, ("SHOP-POS",), ()),
        (SetPhy("5ghz", Phy.AC, (POS, GUEST)), True, BOTH, ()),
    ],
)
def test_who_is_disconnected(intent: Intent, radio_stays: bool, hit: tuple[str, ...], others: tuple[str, ...]) -> None:
    controller = device(CONTROLLER)
    assert tuple(sorted(restarted_ssids(controller, intent, radio_stays=radio_stays))) == hit
    assert bystanders(controller, intent, radio_stays=radio_stays) == others
