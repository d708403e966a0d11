"""Access points whose SSIDs are audited at the controller of the same site."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from auditor.model import ControlledRadio, Device, Fact, Listed, Unknown
from auditor.site.controllers import with_controllers
from tests.site.built import bss, device, interface, said

HOLE = Unknown("a controller tells ap1 what its radio carries")
OTHER = Unknown("the export ends early")


def controller(name: str = "gw", **more: Any) -> Device:
    given = bss("cfg-pos", "lan", device=name, **{"given_by": "CAPWAP", **more})
    return device(name, interface("lan", "192.168.1.1/24", device=name), bsses=Listed((given,)))


def access_point(*asked: str, controllers: Fact[tuple[IPv4Address, ...]] | None = None) -> Device:
    told = controllers or said(tuple(map(IPv4Address, asked)))
    radio = ControlledRadio("ap1", "radio1", "CAPWAP", told, HOLE)
    return device("ap1", bsses=Listed((), (HOLE, OTHER)), controlled_radios=Listed((radio,)))


def holes(*devices: Device) -> tuple[Unknown, ...]:
    """What is left open of the access point, which both lists agree on."""
    ap1 = next(each for each in with_controllers(devices) if each.name == "ap1")
    assert {radio.hole for radio in ap1.controlled_radios} == {HOLE} & set(ap1.bsses.holes)
    return ap1.bsses.holes


@pytest.mark.parametrize("asked", [(), ("192.168.1.1",), ("192.168.1.1", "192.168.1.1")])
def test_an_audited_controller_fills_the_hole_and_no_other(asked: tuple[str, ...]) -> None:
    assert holes(access_point(*asked), controller()) == (OTHER,)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param((), id="no controller"),
        pytest.param((device("gw", interface("lan", "192.168.1.1/24")),), id="a device without any SSID"),
        pytest.param((controller(given_by=""),), id="SSIDs of its own"),
        pytest.param((controller(given_by="CAPsMAN"),), id="another system"),
        pytest.param((controller(enabled=said(False)),), id="nothing that is on"),
    ],
)
def test_without_an_audited_controller_it_stays(others: tuple[Device, ...]) -> None:
    assert holes(access_point(), *others) == (HOLE, OTHER)


@pytest.mark.parametrize("asked", [("198.51.100.7",), ("192.168.1.1", "198.51.100.7"), ("127.0.0.1",)])
def test_all_controllers_that_it_asks_must_be_audited(asked: tuple[str, ...]) -> None:
    assert holes(access_point(*asked), controller()) == (HOLE, OTHER)


def test_a_controller_that_nobody_knows_is_none_of_the_site() -> None:
    assert holes(access_point(controllers=Unknown("a name")), controller()) == (HOLE, OTHER)


def test_a_device_may_be_its_own_controller() -> None:
    radio = ControlledRadio("gw", "wlan1", "CAPWAP", said((IPv4Address("127.0.0.1"),)), HOLE)
    own = bss("cfg-pos", "lan", given_by="CAPWAP")
    (joined,) = with_controllers((device(bsses=Listed((own,), (HOLE,)), controlled_radios=Listed((radio,))),))
    assert not joined.bsses.holes


def test_devices_without_such_radios_stay_as_they_are() -> None:
    devices = (controller(), device("ap2"))
    assert with_controllers(devices) is devices
