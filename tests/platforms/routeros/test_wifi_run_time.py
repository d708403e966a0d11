"""Stations on interfaces that a manager makes at run time, and the SSID of the manager that each of these carries."""

import pytest

from auditor.model import Device, Stated, Unknown
from auditor.platforms.routeros.parse import parse
from auditor.profiles import load_profile
from tests.platforms.routeros.test_wifi_capsman import ON, PROFILES, RULES
from tests.platforms.routeros.wifi_shop import capture

SHOWN = """\
Flags: M - master; D - dynamic; B - bound; X - disabled, I - inactive, R - running
 0 MDBR name="hall" radio-mac=02:00:5E:BB:01:50 configuration=pos-5g configuration.mode=ap .ssid="SHOP-POS"

 1  DBR name="hall-guests" master-interface=hall configuration=guest configuration.mode=ap .ssid="GUEST"

 2  DBR name="lost" master-interface=gone configuration=guest configuration.mode=ap .ssid="GUEST"

 3 MDBR name="other" configuration=nowhere configuration.mode=ap .ssid="OTHER"
"""


def device(text: str, interface: str, shown: str = SHOWN) -> Device:
    row = f' 0 A  interface={interface} ssid="SHOP-POS" mac-address=02:00:5E:10:00:01 signal=-52\n'
    taken = capture(text, wifi=shown, wifi_stations=row)
    return parse(taken, load_profile("routeros"))


@pytest.mark.parametrize(
    ("interface", "bss"),
    [
        ("hall", "pos-5g 5ghz-ac"),
        ("hall-guests", "guest 5ghz-ac"),
        # A master interface that is not shown, or a configuration that no rule gives, tells nothing.
        ("lost", "lost"),
        ("other", "other"),
        ("unseen", "unseen"),
    ],
)
def test_the_configuration_of_an_interface_tells_its_ssid(interface: str, bss: str) -> None:
    (station,) = device(PROFILES + ON + RULES, interface).stations
    assert isinstance(station.bss, Stated)
    assert station.bss.value == bss
    assert {span.file for span in station.bss.spans} <= {"commands/wifi-stations.txt", "commands/wifi.txt"}


def test_two_rules_with_the_same_configurations_are_not_told_apart() -> None:
    rules = RULES.replace("master-configuration=pos-2g", "master-configuration=pos-5g")
    (station,) = device(PROFILES + ON + rules, "hall").stations
    assert isinstance(station.bss, Unknown)
    assert station.bss.could_be == ("pos-5g 5ghz-ac", "pos-5g 2ghz-n")


def test_without_the_output_the_interface_stays() -> None:
    (station,) = device(PROFILES + ON + RULES, "hall", shown="").stations
    assert isinstance(station.bss, Stated)
    assert station.bss.value == "hall"


def test_a_name_that_stands_twice_tells_nothing() -> None:
    twice = SHOWN.replace('name="other"', 'name="hall" name="other"')
    (station,) = device(PROFILES + ON + RULES, "other", shown=twice).stations
    assert isinstance(station.bss, Stated)
    assert station.bss.value == "other"
