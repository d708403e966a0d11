"""A selector finds one segment, or says what is missing; it never guesses."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.capture import Failure
from auditor.inventory import Selector, loads
from auditor.model import Device, Listed, Unknown
from auditor.site.attachment import attach
from auditor.site.segments import segments_of
from tests.site.built import bss, device, interface


def _selector(words: str) -> Selector:
    data = f"sites: {{s: {{readers: {{tills: {{{words}}}}}}}}}".encode()
    return loads(data, Path("inventory.yaml")).sites[0].readers[0].entries[0].selector


def _shop(*networks: str) -> tuple[Device, ...]:
    """A router with two networks, and the SSID SHOP once for each network named."""
    bsses = Listed(tuple(bss(f"b{number}", network) for number, network in enumerate(networks)))
    inside = (interface("pos", "192.168.30.1/24", vlan=30), interface("lan", "192.168.1.1/24"))
    return (device("gw", *inside, bsses=bsses),)


@pytest.mark.parametrize(
    "words", ["ssid: SHOP", "vlan: 30", "subnet: 192.168.30.0/24", "ip: 192.168.30.9", "ssid: SHOP, vlan: 30"]
)
def test_each_key_finds_the_segment(words: str) -> None:
    devices = _shop("pos", "pos")
    place = attach(_selector(words), segments_of(devices), devices, ())
    assert not isinstance(place, Unknown)
    assert place.value.segment.name == "192.168.30.0/24"
    assert [b.key for b in place.value.bsses] == ["b0", "b1"]


@pytest.mark.parametrize(
    ("networks", "words", "why"),
    [
        (("pos", "lan"), "ssid: SHOP", "more than one network"),
        (("pos",), "ssid: OTHER", "on no audited device"),
        (("pos",), "ssid: SHOP, vlan: 31", "SSID 'SHOP' and VLAN 31"),
        (("pos",), "mac: '02:00:5e:10:00:01'", "MAC address 02:00:5e:10:00:01"),
        (("pos", "poss"), "ssid: SHOP", "joins no network that was captured"),
    ],
)
def test_none_or_several_are_unknown(networks: tuple[str, ...], words: str, why: str) -> None:
    devices = _shop(*networks)
    place = attach(_selector(words), segments_of(devices), devices, ())
    assert isinstance(place, Unknown)
    assert why in place.why
    assert place.settle


def test_mobile_readers_are_nowhere() -> None:
    devices = _shop("pos")
    place = attach(_selector("connection: bluetooth"), segments_of(devices), devices, ())
    assert isinstance(place, Unknown)
    assert place.why == "mobile readers have no network of their own"


def test_a_device_that_was_not_audited_may_have_the_ssid() -> None:
    devices = _shop("pos")
    failure = Failure("ap2", "openwrt", "timed out", "try again", 3)
    place = attach(_selector("ssid: OTHER"), segments_of(devices), devices, (failure,))
    assert isinstance(place, Unknown)
    assert "ap2" in place.settle


def test_where_no_network_was_captured_that_is_what_settles_it() -> None:
    hole = Unknown("the addresses were not captured", settle="add the addresses")
    devices = (replace(device("gw"), interfaces=Listed((), (hole,))),)
    place = attach(_selector("ssid: SHOP"), segments_of(devices), devices, ())
    assert isinstance(place, Unknown)
    assert place.settle == "add the addresses; without it no network of this shop is known"
