"""Networks of routers: addresses, sub-interfaces, bridge groups, uplinks, and what is not certain about them."""

from dataclasses import fields

import pytest

from auditor.model import AddressSource, Unknown
from auditor.platforms.cisco_ios import network
from tests.platforms.cisco_ios.configs import capture, config
from tests.platforms.cisco_ios.network_shop import CLASSIC, ROUTER, SWITCH, config_of, interface, links, read, value

WAN = """interface GigabitEthernet0/0/0
 ip address 192.0.2.2 255.255.255.252
"""
LAN = """interface GigabitEthernet0/0/1
 no ip address
interface GigabitEthernet0/0/1.30
 encapsulation dot1Q 30
 ip address 192.168.30.1 255.255.255.0
"""
DEFAULT = "ip route 0.0.0.0 0.0.0.0 192.0.2.1\n"


def test_a_router_on_a_stick() -> None:
    found = read(WAN + LAN + DEFAULT)
    pos, wan = interface(found, "GigabitEthernet0/0/1.30"), interface(found, "GigabitEthernet0/0/0")
    assert value(pos.vlan) == 30
    assert value(pos.link) == "GigabitEthernet0/0/1.30"
    assert [str(address) for address in value(pos.addresses)] == ["192.168.30.1/24"]  # type: ignore[attr-defined]
    assert (value(pos.uplink), value(wan.uplink), value(wan.gateway)) == (False, True, "192.0.2.1")
    assert "GigabitEthernet0/0/1.30" in links(found, "GigabitEthernet0/0/1")  # type: ignore[operator]
    assert found.interfaces.holes == found.ports.holes == found.doubts == ()
    for each in found.interfaces:
        assert not any(isinstance(getattr(each, part.name), Unknown) for part in fields(each))


@pytest.mark.parametrize(
    ("lines", "key", "expected"),
    [
        ("interface Vlan30\n ip address dhcp\n", "Vlan30", AddressSource.DHCP),
        ("interface Dialer1\n ip address negotiated\n", "Dialer1", AddressSource.PPP),
        ("interface Vlan30\n no ip address\n", "Vlan30", AddressSource.NONE),
        ("interface Vlan30\n ip address 10.0.0.1 255.0.0.0\n", "Vlan30", AddressSource.STATIC),
    ],
)
def test_how_an_interface_gets_its_address(lines: str, key: str, expected: AddressSource) -> None:
    assert value(interface(read(lines), key).address_source) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            " ip address 10.1.0.1 255.255.255.0 secondary\n ip address 10.0.0.1 255.255.255.0\n",
            ["10.0.0.1", "10.1.0.1"],
        ),
        (" ip address 10.0.0.2 255.255.255.0\n standby 1 ip 10.0.0.1\n", ["10.0.0.2", "10.0.0.1"]),
        (" ip address 10.0.0.2 255.255.255.0\n vrrp 1 ip 10.9.9.1\n", ["10.0.0.2"]),
    ],
)
def test_addresses_that_a_device_answers_to(lines: str, expected: list[str]) -> None:
    addresses = value(interface(read("interface Vlan10\n" + lines), "Vlan10").addresses)
    assert [str(each.ip) for each in addresses] == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", ["10.0.0.1", "10.0.0.1 255.0.255.0", "10.0.0.1 24", "10.0.0.999 255.0.0.0"])
def test_an_address_that_cannot_be_read_is_unknown(said: str) -> None:
    assert isinstance(interface(read(f"interface Vlan10\n ip address {said}\n"), "Vlan10").addresses, Unknown)


@pytest.mark.parametrize(
    ("lines", "key", "expected"),
    [
        ("interface GigabitEthernet0/0/0\n ip address dhcp\n", "GigabitEthernet0/0/0", True),
        (
            "interface GigabitEthernet0/0/0\n ip address dhcp\n no ip dhcp client request router\n",
            "GigabitEthernet0/0/0",
            False,
        ),
        ("interface Dialer1\n ip address negotiated\nip route 0.0.0.0 0.0.0.0 Dialer1\n", "Dialer1", True),
        ("interface Dialer1\n ip address negotiated\n ppp ipcp route default\n", "Dialer1", True),
        ("interface Dialer1\n ip address negotiated\n", "Dialer1", False),
        (WAN + "ip route 0.0.0.0 0.0.0.0 198.51.100.1\nip route 198.51.100.0 255.255.255.0 192.0.2.1\n",
         "GigabitEthernet0/0/0", True),
        (WAN + " shutdown\n" + DEFAULT, "GigabitEthernet0/0/0", True),
        (WAN + DEFAULT + "no ip routing\n", "GigabitEthernet0/0/0", False),
        (WAN + "ip route vrf guest 0.0.0.0 0.0.0.0 192.0.2.1\n", "GigabitEthernet0/0/0", False),
    ],
)  # fmt: skip
def test_uplinks(lines: str, key: str, expected: bool) -> None:
    assert value(interface(read(LAN + lines), key).uplink) is expected


def test_a_device_with_one_network_leads_nobody_anywhere() -> None:
    lines = "interface Vlan10\n ip address 192.168.1.2 255.255.255.0\nip route 0.0.0.0 0.0.0.0 192.168.1.1\n"
    found = read(lines, SWITCH)
    assert value(interface(found, "Vlan10").uplink) is False
    assert found.routing is None


@pytest.mark.parametrize(
    ("lines", "hole"),
    [
        ("router ospf 1\n network 10.0.0.0 0.0.0.255 area 0\n", True),
        ("router ospf 1\n network 10.0.0.0 0.0.0.255 area 0\n" + DEFAULT, False),
        ("router bgp 64512\nip route 0.0.0.0 0.0.0.0 192.0.2.1 250\n", True),
        ("ip route 0.0.0.0 0.0.0.0 203.0.113.1\n", True),
        ("ip route 0.0.0.x 0.0.0.0 192.0.2.1\n", True),
    ],
)
def test_a_way_out_that_may_be_another(lines: str, hole: bool) -> None:
    assert bool(read(WAN + LAN + lines).interfaces.holes) is hole


@pytest.mark.parametrize(
    ("lines", "head", "expected"),
    [
        ("", ROUTER, True),
        ("no ip routing\n", ROUTER, False),
        ("ip routing\n", SWITCH, True),
        ("", SWITCH, None),
    ],
)
def test_whether_packets_are_handed_on(lines: str, head: str, expected: bool | None) -> None:
    two = "interface Vlan10\n ip address 10.0.0.1 255.0.0.0\ninterface Vlan30\n ip address 192.168.30.1 255.255.255.0\n"
    routing = read(lines + two, head).routing
    assert (None if isinstance(routing, Unknown) or routing is None else routing.value) is expected


@pytest.mark.parametrize(
    ("own", "head", "expected"),
    [
        (" ipv6 address 2001:db8::1/64\n", "ipv6 unicast-routing\n", True),
        (" ipv6 address 2001:db8::1/64\n", "", False),
        (" ipv6 address 2001:db8::1/64\n ipv6 nd ra suppress all\n", "ipv6 unicast-routing\n", False),
        (" ipv6 enable\n ipv6 address autoconf\n ipv6 address dhcp\n", "ipv6 unicast-routing\n", False),
        ("", "ipv6 unicast-routing\n", False),
    ],
)
def test_ipv6_is_offered_with_a_prefix(own: str, head: str, expected: bool) -> None:
    lines = f"{head}interface Vlan10\n ip address 10.0.0.1 255.0.0.0\n{own}"
    assert value(interface(read(lines), "Vlan10").ipv6_offered) is expected


@pytest.mark.parametrize("tags", ["dot1Q 30 second-dot1q 40", "isl 30", "dot1Q 4095", "dot1Q x"])
def test_other_tags_than_one_are_unknown(tags: str) -> None:
    lines = f"interface GigabitEthernet0/0/1.30\n encapsulation {tags}\n ip address 10.0.0.1 255.0.0.0\n"
    lines = "interface GigabitEthernet0/0/1\n no ip address\n" + lines
    assert isinstance(interface(read(lines), "GigabitEthernet0/0/1.30").vlan, Unknown)


ACCESS_POINT = """bridge irb
interface Dot11Radio0
 no ip address
interface Dot11Radio0.30
 encapsulation dot1Q 30
 bridge-group 30
 bridge-group 30 port-protected
interface GigabitEthernet0
 no ip address
interface GigabitEthernet0.10
 encapsulation dot1Q 10 native
 bridge-group 1
interface GigabitEthernet0.30
 encapsulation dot1Q 30
 bridge-group 30
interface BVI1
 ip address 192.168.1.4 255.255.255.0
bridge 1 protocol ieee
bridge 1 route ip
ip default-gateway 192.168.1.1
"""


def test_bridge_groups_of_an_access_point() -> None:
    found = read(ACCESS_POINT, CLASSIC)
    assert [value(interface(found, key).vlan) for key in ("BVI1", "bridge-group 30")] == [10, 30]
    assert value(found.networks_of("Dot11Radio0.30")) == ("bridge-group 30",)
    assert value(found.networks_of_vlan(found.vlan_named("10"))) == ("BVI1",)
    assert {"bridge-group.1", "bridge-group.30"} <= set(links(found, "GigabitEthernet0"))  # type: ignore[call-overload]
    assert value(interface(found, "BVI1").uplink) is False
    assert value(interface(found, "BVI1").gateway) == "192.168.1.1"


@pytest.mark.parametrize(
    ("rewrite", "known"),
    [(" rewrite ingress tag pop 1 symmetric\n", True), ("", False), (" rewrite egress tag x\n", False)],
)
def test_service_instances_join_a_bridge_domain(rewrite: str, known: bool) -> None:
    lines = "interface GigabitEthernet0/0/1\n no ip address\n service instance 30 ethernet\n  encapsulation dot1q 30\n"
    lines += f" {rewrite}" if rewrite else ""
    lines += "  bridge-domain 30\ninterface BDI30\n ip address 192.168.30.1 255.255.255.0\n"
    found = read(lines)
    vlan = interface(found, "BDI30").vlan
    assert (not isinstance(vlan, Unknown) and vlan.value == 30) is known
    assert value(found.networks_of("Gi0/0/1")) == ("BDI30",)


def test_a_sub_interface_is_down_with_its_port() -> None:
    found = read(LAN.replace(" no ip address\n", " no ip address\n shutdown\n"))
    assert value(interface(found, "GigabitEthernet0/0/1.30").enabled) is False
    assert found.ports.items == ()


def test_a_cut_configuration_leaves_holes_and_doubts() -> None:
    cut = config_of(capture(ROUTER + WAN))
    found = network.read(cut, cut.reading)
    assert found.interfaces.holes
    assert isinstance(interface(found, "GigabitEthernet0/0/0").enabled, Unknown)


@pytest.mark.parametrize(("line", "known"), [("", True), (" shutdown\n", False)])
def test_a_default_route_by_an_interface_that_is_shut_leaves_room_for_learned_ones(line: str, known: bool) -> None:
    text = (
        f"interface GigabitEthernet0/0/0\n ip address 192.0.2.2 255.255.255.252\n{line}!\nrouter bgp 65000\n!\n"
        "ip route 0.0.0.0 0.0.0.0 192.0.2.1"
    )
    given = config(text)
    assert (network.read(given, given.reading).routes.lost is None) == known
