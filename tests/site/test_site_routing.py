"""The questions of a site that lead over several routers: who is on the way out, and which uplink counts."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from auditor.inventory import loads
from auditor.model import Device, Listed
from auditor.policies import load_policy
from auditor.site import Passage, Site, join
from tests.site.built import device, filtered, interface, route, said, scope, uplink

INVENTORY = b"""
sites:
  shop:
    readers: {tills: {subnet: 192.168.20.0/24}}
    pos: {tablets: {subnet: 192.168.30.0/24}}
    devices:
      core: {captures: core/, platform: linux}
      fw: {captures: fw/, platform: linux}
"""


def shop(*, told: str = "192.168.30.1") -> Site:
    """A switch that routes for both networks, and a firewall behind it."""
    nets = ("pos", "192.168.30.1/24"), ("readers", "192.168.20.1/24"), ("transit", "192.168.99.2/30")
    routers = said((IPv4Address(told),))
    core = device(
        "core",
        *(interface(key, address, device="core") for key, address in nets),
        routes=Listed((route("0.0.0.0/0", "192.168.99.1", device="core"),)),
        dhcp_scopes=Listed((
            scope("pos", device="core", routers=routers),
            scope("readers", device="core", routers=said((IPv4Address("192.168.20.1"),))),
        )),
    )  # fmt: skip
    fw = device(
        "fw",
        interface("inside", "192.168.99.1/30", device="fw"),
        uplink(device="fw"),
        forward_filters=Listed((replace(filtered(), device="fw"),)),
    )
    return _joined(core, fw)


def _joined(*devices: Device) -> Site:
    entry = loads(INVENTORY, Path("inventory.yaml")).sites[0]
    return join(entry, load_policy(entry.policy), devices, (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


def test_the_uplink_of_the_last_router_counts() -> None:
    site = shop()
    (pos,) = site.pos
    assert [(leg.device, leg.entering) for leg in site.legs_out(pos)] == [("core", "pos"), ("fw", "inside")]
    assert [each.name for each in site.gateways(pos)] == ["core", "fw"]
    assert [(each.device, each.key) for each in site.uplinks(pos)] == [("fw", "wan")]
    assert site.egress(pos, "api.stripe.com", protocol="tcp", port=443).passage is Passage.OPEN


def test_both_ends_ask_the_router_that_dhcp_names() -> None:
    site, stray = shop(), shop(told="192.168.30.9")
    open_way = site.path(site.pos[0], site.readers[0], protocol="tcp", port=4443)
    assert (open_way.passage, [leg.device for leg in open_way.legs]) == (Passage.OPEN, ["core"])
    for source, target in ((stray.pos[0], stray.readers[0]), (stray.readers[0], stray.pos[0])):
        assert stray.path(source, target, protocol="tcp", port=4443).passage is Passage.UNKNOWN
    assert stray.gateways(stray.pos[0]) == ()
