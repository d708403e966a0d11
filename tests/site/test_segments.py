"""Which parts of several devices are one layer-2 domain."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import AddressSource, Device, Listed, Port, Unknown
from auditor.site.segments import segments_of
from tests.site.built import UNKNOWN, bss, device, interface, said, uplink


def test_interfaces_on_one_link_share_a_segment() -> None:
    gw = device("gw", interface("pos", "192.168.30.1/24", link="br"), interface("old", "192.168.31.1/24", link="br"))
    (segment,) = segments_of((gw,))
    assert segment.name == "192.168.30.0/24, 192.168.31.0/24"
    assert segment.holds(IPv4Address("192.168.31.9"))
    assert not segment.holds(IPv4Address("192.168.32.9"))


def test_a_bss_joins_the_first_of_its_networks() -> None:
    gw = device("gw", interface("pos"), interface("lan"), bsses=Listed((bss("both", "lan", "pos"), bss("none"))))
    assert {s.key: [b.key for b in s.bsses] for s in segments_of((gw,))} == {"gw/br-pos": [], "gw/br-lan": ["both"]}


def test_one_vlan_on_two_devices_is_one_segment() -> None:
    gw = device("gw", interface("pos", "192.168.30.1/24", vlan=30), interface("lan", "192.168.1.1/24", vlan=1))
    ap = device("ap", interface("tills", device="ap", vlan=30), bsses=Listed((bss("b", "tills", device="ap"),)))
    pos, lan = segments_of((gw, ap))
    assert pos.devices == ("gw", "ap")
    assert [b.key for b in pos.bsses] == ["b"]
    assert pos.joins
    assert lan.devices == ("gw",)


def test_one_subnet_on_two_devices_is_one_segment() -> None:
    gw = device("gw", interface("lan", "192.168.1.1/24"))
    ap = device("ap", interface("lan", "192.168.1.2/24", device="ap"))
    assert [s.devices for s in segments_of((gw, ap))] == [("gw", "ap")]


def test_different_subnets_stay_apart() -> None:
    gw = device("gw", interface("lan", "192.168.1.1/24"))
    other = device("other", interface("lan", "192.168.2.1/24", device="other"))
    assert len(segments_of((gw, other))) == 2


def by_dhcp(name: str) -> Device:
    return device(
        name, interface("lan", device=name, address_source=said(AddressSource.DHCP), addresses=Unknown("by DHCP"))
    )


def test_an_access_point_that_asks_dhcp_is_on_the_only_inside_network() -> None:
    gw = device("gw", interface("lan", "192.168.1.1/24"), uplink())
    assert [s.devices for s in segments_of((gw, by_dhcp("ap"), by_dhcp("ap2")))] == [("gw", "ap", "ap2"), ("gw",)]


def test_of_two_inside_networks_none_is_guessed() -> None:
    gw = device("gw", interface("lan", "192.168.1.1/24"), interface("pos", "192.168.30.1/24"))
    assert [s.devices for s in segments_of((gw, by_dhcp("ap")))] == [("gw",), ("gw",), ("ap",)]


def test_uplinks_are_segments_of_their_own() -> None:
    gw = device("gw", interface("lan", "192.168.1.1/24"), uplink())
    inner = device("inner", interface("lan", "192.168.2.1/24", device="inner"), uplink(device="inner"))
    assert len(segments_of((gw, inner))) == 4


def test_an_unknown_link_is_nobody_elses() -> None:
    gw = device("gw", interface("a", link="x"), interface("b"))
    strange = device("gw2", interface("c", device="gw2"))
    lost = device("gw3", *(i for i in strange.interfaces), interface("d", device="gw3", link="?"))
    assert len(segments_of((gw,))) == 2
    assert all(s.devices == ("gw3",) or "gw2" in s.devices for s in segments_of((lost,)))


@pytest.mark.parametrize("addresses", [said(()), UNKNOWN])
def test_a_segment_without_known_addresses_holds_none(addresses: object) -> None:
    gw = device("gw", interface("pos", addresses=addresses))
    (segment,) = segments_of((gw,))
    assert segment.name == "gw/br-pos"
    assert not segment.holds(IPv4Address("192.168.30.1"))


def port(device: str, *links: str, key: str = "lan1") -> Port:
    return Port(device, key, said(links), said(False), said(None))


def with_ports(name: str, *ports: Port, holes: tuple[Unknown, ...] = ()) -> Device:
    address = ("192.168.30.1/24",) if name == "gw" else ()
    return device(name, interface("pos", *address, device=name, vlan=30, link="br-lan.30"), ports=Listed(ports, holes))


def test_a_vlan_that_no_port_carries_joins_nothing() -> None:
    gw = with_ports("gw", port("gw", "br-lan.1", "br-lan.30"))
    carried = with_ports("ap", port("ap", "br-lan.1", "br-lan.30"))
    (joined,) = segments_of((gw, carried))
    assert joined.uncarried == ""
    for devices in ((gw, with_ports("ap", port("ap", "br-lan.1"))), (with_ports("ap", port("ap", "br-lan.1")), gw)):
        found = segments_of(devices)
        assert {s.key: s.uncarried for s in found} == {
            "gw/br-lan.30": "",
            "ap/br-lan.30": "no Ethernet port of ap carries br-lan.30",
        }


def test_ports_that_were_not_read_may_carry_a_vlan() -> None:
    gw = with_ports("gw", port("gw", "br-lan.30"))
    other_bridge = port("ap", "br-guest")
    doubtful = Port("ap", "lan2", UNKNOWN, said(False), said(None))
    for ap in (
        with_ports("ap"),
        with_ports("ap", port("ap", "br-lan.1"), holes=(UNKNOWN,)),
        with_ports("ap", port("ap", "br-lan.1"), doubtful),
        with_ports("ap", other_bridge),
    ):
        assert len(segments_of((gw, ap))) == 1


VLANS = st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True)


@given(st.lists(VLANS, min_size=1, max_size=4), st.randoms())
def test_vlans_join_whatever_the_order_of_devices(shops: list[list[int]], shuffle: object) -> None:
    devices = [
        device(f"d{n}", *(interface(f"v{vlan}", device=f"d{n}", vlan=vlan) for vlan in vlans))
        for n, vlans in enumerate(shops)
    ]
    shuffle.shuffle(devices)  # type: ignore[attr-defined]
    found = {frozenset((i.device, i.key) for i in s.interfaces) for s in segments_of(tuple(devices))}
    wanted = {
        frozenset((f"d{n}", f"v{vlan}") for n, vlans in enumerate(shops) if vlan in vlans)
        for vlan in {vlan for vlans in shops for vlan in vlans}
    }
    assert found == wanted
