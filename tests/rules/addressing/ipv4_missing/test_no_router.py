"""A switch alone says nothing about the addresses of the networks that it carries."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.inventory import loads
from auditor.model import Interface
from auditor.policies import load_policy
from auditor.rules.addressing.ipv4_missing import check
from auditor.site import join
from auditor.verdicts import Fail, Undecided, Verdict
from tests.site.built import device, interface, uplink

INVENTORY = b"""
sites:
  shop:
    readers: {tills: {vlan: 30, connection: ethernet}}
    devices: {sw: {captures: sw/, platform: linux}}
"""
TILLS = interface("VLAN 30", device="sw", vlan=30)
MANAGEMENT = interface("Vlan99", "192.168.99.11/24", device="sw", vlan=99)


@pytest.mark.parametrize(
    ("interfaces", "expected"),
    [
        ((TILLS,), Undecided),
        ((TILLS, MANAGEMENT), Undecided),
        ((TILLS, MANAGEMENT, uplink(device="sw")), Fail),
        ((TILLS, MANAGEMENT, interface("Vlan40", "192.168.40.1/24", device="sw", vlan=40)), Fail),
    ],
)
def test_only_a_router_must_have_an_address_there(interfaces: tuple[Interface, ...], expected: type[Verdict]) -> None:
    entry = loads(INVENTORY, Path("inventory.yaml")).sites[0]
    now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    site = join(entry, load_policy(entry.policy), (device("sw", *interfaces),), (), now)
    (verdict,) = check(site, site.readers[0])
    assert type(verdict) is expected
