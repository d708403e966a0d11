"""Networks of a RouterOS device: interfaces, segments, ports."""

from ipaddress import IPv4Interface
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import AddressSource, Fact, Stated, Unknown
from tests.platforms.routeros.network_shop import V6, V7, V7_OLD, interface, lines_of, port, read, value

FILTERING = """\
/interface bridge add name=bridge vlan-filtering=yes
/interface vlan add interface=bridge name=pos vlan-id=30
/interface vlan add interface=bridge name=guest vlan-id=40
/interface bridge port add bridge=bridge interface=ether2
/interface bridge port add bridge=bridge interface=ether3 pvid=30
/interface bridge port add bridge=bridge interface=ether5 frame-types=admit-only-vlan-tagged
/interface bridge port add bridge=bridge interface=wlan1 pvid=30
/interface bridge vlan add bridge=bridge tagged=bridge,ether5 vlan-ids=30
/interface bridge vlan add bridge=bridge tagged=bridge,ether5 vlan-ids=40
/ip address add address=192.168.1.1/24 interface=bridge network=192.168.1.0
/ip address add address=192.168.30.1/24 interface=pos network=192.168.30.0
/ip address add address=192.168.40.1/24 interface=guest network=192.168.40.0
/ip dhcp-client add interface=ether1
"""
SEPARATE = """\
/interface bridge add name=bridge-lan
/interface bridge add name=bridge-pos
/interface vlan add interface=ether5 name=vlan30-ether5 vlan-id=30
/interface bridge port add bridge=bridge-lan interface=ether2
/interface bridge port add bridge=bridge-pos interface=vlan30-ether5
/interface bridge port add bridge=bridge-pos interface=wlan1
/ip address add address=192.168.1.1/24 interface=bridge-lan network=192.168.1.0
/ip address add address=192.168.30.1/24 interface=bridge-pos network=192.168.30.0
/ip dhcp-client add disabled=no interface=ether1
"""


def test_a_filtering_bridge_has_a_segment_for_each_vlan() -> None:
    found = read(FILTERING)
    assert not found.interfaces.holes
    assert [(i.key, value(i.link), value(i.vlan)) for i in found.interfaces] == [
        ("bridge", "bridge", None),
        ("pos", "bridge.30", 30),
        ("guest", "bridge.40", 40),
        ("ether1", "ether1", None),
    ]
    assert value(interface(found, "pos").addresses) == (IPv4Interface("192.168.30.1/24"),)
    assert {p.key: value(p.links) for p in found.ports} == {
        "ether1": ("ether1",),
        "ether2": ("bridge",),
        "ether3": ("bridge.30",),
        "ether5": ("bridge.30", "bridge.40"),
    }
    assert value(found.networks_of("wlan1")) == ("pos",)
    assert value(found.networks_of("bridge", Stated(40, ()))) == ("guest",)
    assert value(found.networks_of("bridge")) == ("bridge",)


def test_separate_bridges_carry_the_vlan_of_their_ports() -> None:
    found = read(SEPARATE, V6)
    assert not found.interfaces.holes
    assert value(interface(found, "bridge-pos").vlan) == 30
    assert value(interface(found, "bridge-lan").vlan) is None
    assert {p.key: value(p.links) for p in found.ports} == {
        "ether1": ("ether1",),
        "ether2": ("bridge-lan",),
        "ether5": ("bridge-pos",),
    }
    assert value(found.networks_of("wlan1")) == ("bridge-pos",)


@pytest.mark.parametrize("lines", [FILTERING, SEPARATE])
def test_the_client_of_a_router_leads_out_and_its_networks_do_not(lines: str) -> None:
    found = read(lines)
    assert [i.key for i in found.interfaces if value(i.uplink)] == ["ether1"]
    assert value(interface(found, "ether1").address_source) is AddressSource.DHCP
    assert isinstance(interface(found, "ether1").addresses, Unknown)


def test_the_device_tells_what_its_client_was_given() -> None:
    shown = (
        " 0   interface=ether1 status=bound address=203.0.113.7/24\n     gateway=203.0.113.1 dhcp-server=203.0.113.1\n"
    )
    uplink = interface(read(FILTERING, dhcp_clients=shown), "ether1")
    assert value(uplink.addresses) == (IPv4Interface("203.0.113.7/24"),)
    assert value(uplink.gateway) == "203.0.113.1"


def test_an_access_point_leads_nobody_anywhere() -> None:
    lines = """\
/interface bridge add name=bridge
/interface bridge port add bridge=bridge interface=ether1
/interface bridge port add bridge=bridge interface=wlan1
/interface wireless set [ find default-name=wlan1 ] vlan-id=30 vlan-mode=use-tag
/ip dhcp-client add disabled=no interface=bridge
"""
    found = read(lines)
    assert not value(interface(found, "bridge").uplink)
    assert value(found.networks_of("wlan1", Stated(30, ()))) == ("bridge.30",)
    assert value(interface(found, "bridge.30").addresses) == ()
    assert value(port(found, "ether1").links) == ("bridge", "bridge.30")


def test_without_a_line_that_makes_the_bridge_a_member_a_vlan_hears_nothing_before_7_16() -> None:
    lines = FILTERING.replace("tagged=bridge,ether5 vlan-ids=30", "tagged=ether5 vlan-ids=30")
    assert value(interface(read(lines, V7), "pos").link) == "bridge.30"
    link = interface(read(lines, V7_OLD), "pos").link
    assert isinstance(link, Unknown)
    assert "no tagged member of VLAN 30" in link.why


def test_an_address_on_a_port_is_one_of_its_bridge() -> None:
    lines = SEPARATE.replace("interface=bridge-lan network", "interface=ether2 network")
    found = read(lines)
    assert value(interface(found, "bridge-lan").addresses) == (IPv4Interface("192.168.1.1/24"),)
    assert found.known("ether2") is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/ip address add address=192.168.1.999/24 interface=bridge", "cannot read address"),
        ("/interface vlan set [ find name=pos ] vlan-id=5000", "no VLAN id"),
        ("/interface vlan set [ find name=pos ] interface=guest", "two tags"),
        ("/interface vlan set [ find name=pos ] use-service-tag=yes", "two tags"),
        ("/interface bridge set [ find name=bridge ] mvrp=yes", "mvrp"),
        ("/interface bridge vlan add bridge=bridge tagged=ether5 vlan-ids=x", "cannot read vlan-ids"),
    ],
)
def test_what_is_not_understood_is_no_network(line: str, words: str) -> None:
    found = read(FILTERING + line + "\n")
    facts: list[Fact[Any]] = [fact for i in found.interfaces for fact in (i.link, i.vlan, i.addresses)]
    facts += [p.links for p in found.ports]
    assert any(words in fact.why for fact in facts if isinstance(fact, Unknown))


def test_a_deleted_interface_names_nothing() -> None:
    found = read(
        FILTERING + "/ip address add address=10.0.0.1/8 interface=*7\n/interface vlan add interface=*9 name=old\n"
    )
    assert not value(interface(found, "old").enabled)
    assert {i.key for i in found.interfaces} == {"bridge", "pos", "guest", "old", "ether1"}


def test_wide_ranges_count_for_vlans_in_use_only() -> None:
    lines = FILTERING.replace("vlan-ids=40", "vlan-ids=2-4094")
    assert {i.key for i in read(lines).interfaces} == {"bridge", "pos", "guest", "ether1"}


def test_a_client_that_is_off_by_default_in_version_6() -> None:
    lines = FILTERING.replace("/ip dhcp-client add interface", "/ip dhcp-client add comment=x interface")
    assert read(lines, V6).known("ether1") is None
    assert read(lines, V7).known("ether1") is not None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("add-default-route=yes disabled=no interface=ether1 name=pppoe-out1", True),
        ("disabled=no interface=ether1 name=pppoe-out1", False),
    ],
)
def test_a_ppp_client_leads_out_where_it_adds_the_route(line: str, expected: bool) -> None:
    lines = FILTERING.replace("/ip dhcp-client add interface=ether1\n", f"/interface pppoe-client add {line}\n")
    uplink = interface(read(lines), "pppoe-out1")
    assert value(uplink.address_source) is AddressSource.PPP
    assert value(uplink.uplink) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", False),
        ("/ipv6 address add address=2001:db8::1/64 interface=pos\n", True),
        ("/ipv6 address add address=::1 from-pool=isp interface=pos\n", True),
        ("/ipv6 address add address=2001:db8::1/64 advertise=no interface=pos\n", False),
        ("/ipv6 address add address=2001:db8::1/64 interface=guest\n", False),
        ("/ipv6 address add address=2001:db8::1/64 interface=pos\n/ipv6 settings set disable-ipv6=yes\n", False),
        (
            "/ipv6 address add address=2001:db8::1/64 interface=pos\n/ipv6 nd set [ find default=yes ] disabled=yes\n",
            False,
        ),
        ("/ipv6 dhcp-server add address-pool=isp interface=pos name=six\n", True),
    ],
)
def test_ipv6_is_offered_by_prefixes_and_dhcp(lines: str, expected: bool) -> None:
    assert value(interface(read(FILTERING + lines), "pos").ipv6_offered) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("l2mtu=1598", None),
        ("auto-negotiation=no speed=100Mbps", 100),
        ("auto-negotiation=no speed=1G-baseT-full", 1000),
        ("advertise=1G-baseT-full,2.5G-baseT", 1000),
        ("advertise=100M-full,1000M-full", None),
        ("speed=100Mbps", None),
    ],
)
def test_the_speed_of_a_port(said: str, expected: int | None) -> None:
    found = read(f"/interface ethernet set [ find default-name=ether2 ] {said}\n{FILTERING}")
    assert value(port(found, "ether2").speed) == expected


def test_a_port_that_is_off_carries_nothing() -> None:
    found = read("/interface ethernet set [ find default-name=ether3 ] disabled=yes\n" + FILTERING)
    assert "ether3" not in {p.key for p in found.ports}


def test_a_bonding_carries_its_networks_on_each_slave() -> None:
    lines = FILTERING.replace("interface=ether5", "interface=bond1").replace("bridge,ether5", "bridge,bond1")
    found = read("/interface bonding add name=bond1 slaves=ether5,ether6\n" + lines)
    assert value(port(found, "ether5").links) == value(port(found, "ether6").links) == ("bridge.30", "bridge.40")


def test_vlans_of_a_switch_chip_are_not_guessed() -> None:
    chip = "/interface ethernet switch vlan add ports=ether2,switch1-cpu switch=switch1 vlan-id=30\n"
    assert isinstance(port(read(chip + SEPARATE), "ether2").links, Unknown)
    assert isinstance(
        port(read("/interface ethernet switch port set 1 vlan-mode=secure\n" + SEPARATE), "ether2").links, Unknown
    )


def test_evidence_names_the_lines() -> None:
    found = read(FILTERING)
    assert lines_of(interface(found, "pos").addresses) == (12,)
    assert 5 in lines_of(port(found, "ether2").links)


_LINES = st.sampled_from([*FILTERING.splitlines(), *SEPARATE.splitlines()])
_WORDS = st.sampled_from(
    ["bridge", "ether2", "*3", "30", "1-4094", "yes", "none", "", "10.0.0.1/24", "0.0.0.0/0", "all"]
)
_MADE = st.tuples(
    st.sampled_from(["bridge", "bridge port", "bridge vlan", "vlan", "bonding", "ethernet", "list", "list member"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "name",
                    "interface",
                    "bridge",
                    "slaves",
                    "tagged",
                    "vlan-ids",
                    "vlan-id",
                    "pvid",
                    "horizon",
                    "list",
                    "include",
                    "master-port",
                    "vlan-filtering",
                    "disabled",
                ]
            ),
            _WORDS,
        ),
        max_size=5,
    ),
).map(lambda made: f"/interface {made[0]} add " + " ".join(f"{name}={word}" for name, word in made[1]))


@given(st.lists(_LINES | _MADE, max_size=25).map("\n".join), st.sampled_from([V6, V7, ""]))
def test_no_export_makes_the_reader_raise(lines: str, header: str) -> None:
    found = read(lines + "\n", header)
    assert all(len({each.key for each in listed}) == len(listed) for listed in (found.interfaces, found.ports))
    for name in ("bridge", "ether2", "wlan1", "nobody"):
        found.networks_of(name)
        found.port_isolated(name)
