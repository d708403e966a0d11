"""A network of an access point without an address may be one of another device: nobody knows, and it is no failure."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.inventory import loads
from auditor.model import Device, Listed
from auditor.policies import load_policy
from auditor.site import join
from tests.site.built import bss, device, interface

GATEWAY = device("gw", interface("pos", "192.168.30.1/24"), interface("lan", "192.168.1.1/24"))
INVENTORY = b"""
sites: {shop: {readers: {tills: {ssid: SHOP-POS}}, devices: {gw: {captures: gw/, platform: linux}}}}
"""


def access_point(*addresses: str, **more: Any) -> Device:
    station = bss("wlan0", "bridge", device="ap", ssid="SHOP-POS")
    return device("ap", interface("bridge", *addresses, device="ap", **more), bsses=Listed((station,)))


@pytest.mark.parametrize(
    ("devices", "unplaced"),
    [
        ((GATEWAY, access_point()), True),
        ((access_point(),), False),  # nobody else is there whose network it could be
        ((GATEWAY, access_point("192.168.50.2/24")), False),
        ((GATEWAY, access_point(vlan=99)), False),  # a VLAN that no other device has is told apart
    ],
)
def test_where_a_network_without_an_address_leads(devices: tuple[Device, ...], unplaced: bool) -> None:
    entry = loads(INVENTORY, Path("inventory.yaml")).sites[0]
    site = join(entry, load_policy(entry.policy), devices, (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    (segment,) = (each for each in site.segments if "ap" in each.devices)
    assert (site.unplaced(segment) is not None) == unplaced
