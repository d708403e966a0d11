"""A shared device need not stand in the network of a site: what its VLANs have to do with those of the shop."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.inventory import loads
from auditor.model import AddressSource, Device, Fact, Listed, Unknown
from auditor.policies import load_policy
from auditor.site import Segment, Site, join
from tests.site.built import bss, device, interface, said, scope

SWITCH = device("sw", interface("v30", device="sw", vlan=30))
ROUTER = device("gw", interface("pos", "192.168.30.1/24", vlan=30), dhcp_scopes=Listed((scope("pos"),)))


def site(*devices: Device, at: str = "{}") -> Site:
    text = f"""
devices: {{wlc: {{captures: wlc/, platform: linux}}, hq: {{captures: hq/, platform: linux}}}}
sites:
  shop:
    readers: {{tills: {{ssid: SHOP}}}}
    devices:
      gw: {{captures: gw/, platform: linux}}
      sw: {{captures: sw/, platform: linux}}
      wlc: {at}
      hq: {{}}
"""
    entry = loads(text.encode(), Path("inventory.yaml")).sites[0]
    return join(entry, load_policy(entry.policy), devices, (), datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


def controller(*address: str, **more: Any) -> Device:
    return device(
        "wlc", interface("v30", *address, device="wlc", vlan=30), bsses=Listed((bss("b", "v30", device="wlc", **more),))
    )


def local(vlan: Fact[int | None]) -> Device:
    """A controller whose access points put stations on their own ports."""
    return controller(local_vlan=vlan, networks=said(()))


def place(found: Site) -> Segment:
    return found.readers[0].attachment.segment


def test_one_vlan_id_in_two_buildings_is_two_networks() -> None:
    found = site(ROUTER, SWITCH, controller())
    assert place(found).devices == ("wlc",)
    assert {each.devices for each in found.segments} == {("gw", "sw"), ("wlc",)}
    assert isinstance(found.unplaced(place(found)), Unknown)
    (hole,) = found.scopes_serving(found.readers[0]).holes
    assert "on_site" in hole.settle


def test_a_shared_device_may_stand_in_the_shop() -> None:
    found = site(ROUTER, SWITCH, controller(), at="{on_site: true}")
    assert place(found).devices == ("gw", "sw", "wlc")
    assert found.unplaced(place(found)) is None


def test_the_shop_has_a_vlan_whose_router_may_be_the_shared_one() -> None:
    found = site(SWITCH, controller("192.168.30.1/24"))
    (mine,) = (each for each in found.segments if each.devices == ("sw",))
    unplaced = found.unplaced(mine)
    assert unplaced is not None
    assert "wlc" in unplaced.settle


@pytest.mark.parametrize("devices", [(SWITCH,), (ROUTER, controller("10.0.0.1/24"))])
def test_a_network_that_nothing_shared_has_is_what_it_seems(devices: tuple[Device, ...]) -> None:
    found = site(*devices)
    assert all(found.unplaced(each) is None for each in found.segments)


def test_one_subnet_is_one_link_wherever_the_device_stands() -> None:
    assert place(site(ROUTER, controller("192.168.30.2/24"))).devices == ("gw", "wlc")


def test_shared_devices_have_one_network_with_each_other() -> None:
    core = device("hq", interface("v30", "10.0.30.1/24", device="hq", vlan=30))
    found = site(ROUTER, controller(), core)
    assert place(found).devices == ("wlc", "hq")
    assert found.unplaced(place(found)) is None


@pytest.mark.parametrize("at", ["{}", "{on_site: true}"])
def test_stations_that_access_points_switch_locally_are_in_the_shop(at: str) -> None:
    found = site(ROUTER, SWITCH, local(said(30)), at=at)
    assert {"gw", "sw"} <= set(place(found).devices)
    assert [each.key for each in found.readers[0].attachment.bsses] == ["b"]
    assert len(found.scopes_serving(found.readers[0])) == 1


def test_holes_of_the_controller_count_where_its_stations_are() -> None:
    wlc = local(said(30))
    hole = Unknown("the configuration ends early")
    wlc = device("wlc", *wlc.interfaces, bsses=Listed(wlc.bsses.items, (hole,)))
    assert site(ROUTER, wlc).readers[0].attachment.unseen == (hole,)


@pytest.mark.parametrize(
    ("vlan", "devices", "says"),
    [
        (said(30), (device("sw", *(interface(k, device="sw", vlan=30, link=k) for k in "ab")),), "more than one"),
        (said(None), (ROUTER, device("sw", interface("v1", device="sw", vlan=1))), "untagged"),
        (Unknown("the profile was cut off"), (ROUTER,), "cut off"),
    ],
)
def test_where_no_network_of_the_shop_is_theirs_nobody_knows(
    vlan: Fact[int | None], devices: tuple[Device, ...], says: str
) -> None:
    place = site(*devices, local(vlan)).readers[0].place
    assert isinstance(place, Unknown)
    assert says in place.why


@pytest.mark.parametrize("devices", [(), (ROUTER, SWITCH)])
def test_a_vlan_that_only_access_points_have_is_a_network_without_a_known_address(devices: tuple[Device, ...]) -> None:
    found = site(*devices, local(said(31)))
    assert [each.key for each in found.readers[0].attachment.bsses] == ["b"]
    assert (place(found).vlan, place(found).is_uplink) == (said(31), False)
    unplaced = found.unplaced(place(found))
    assert unplaced is not None
    assert "VLAN 31" in unplaced.settle
    assert found.scopes_serving(found.readers[0]) == Listed((), (unplaced,))
    assert not found.gateways(found.readers[0])


def test_two_vlans_of_access_points_are_two_networks() -> None:
    both = Listed(tuple(bss(f"b{v}", device="wlc", local_vlan=said(v), networks=said(())) for v in (31, 32)))
    place = site(device("wlc", bsses=both)).readers[0].place
    assert isinstance(place, Unknown)
    assert "more than one network" in place.why


def test_untagged_stations_are_in_the_only_network_of_the_shop() -> None:
    assert place(site(ROUTER, local(said(None)))).devices == ("gw",)


def test_an_untagged_network_may_be_that_of_a_shared_router() -> None:
    asks = {"address_source": said(AddressSource.DHCP), "addresses": Unknown("by DHCP")}
    ap = device("sw", interface("lan", device="sw", **asks), bsses=Listed((bss("b", "lan", device="sw"),)))
    router = device("wlc", interface("lan", "192.168.1.1/24", device="wlc"), dhcp_scopes=Listed(()))
    apart, joined = site(ap, router), site(ap, router, at="{on_site: true}")
    assert place(apart).devices == ("sw",)
    assert isinstance(apart.unplaced(place(apart)), Unknown)
    assert apart.scopes_serving(apart.readers[0]).holes
    assert place(joined).devices == ("sw", "wlc")
