"""Interfaces, VLANs and ports of both generations of syntax."""

from ipaddress import IPv4Interface

import pytest

from auditor.model import Device, Interface, Unknown
from tests.platforms.openwrt.captures import line, model

WAN = "config interface 'wan'\n\toption device eth1\n\toption proto static\n\toption ipaddr '192.0.2.2/24'\n"
ROUTE = "config route\n\toption interface wan\n\toption target {}\n\toption gateway 192.0.2.1\n"
FILE = "/etc/config/network"


def interface(text: str, key: str) -> Interface:
    found = model({"network": text}).interface(key)
    assert found is not None
    return found


def unknown_lines(device: Device) -> list[tuple[str, int]]:
    return [(file.file, each.line) for file in device.coverage for each in file.unknown]


@pytest.mark.parametrize(
    ("route", "gateway"),
    [
        ("", None),
        (ROUTE.format("0.0.0.0/0"), "192.0.2.1"),
        (ROUTE.format("0.0.0.0") + "\toption netmask 0.0.0.0\n", "192.0.2.1"),
        (ROUTE.format("198.51.100.0/24"), None),
        (ROUTE.format("0.0.0.0/0") + "\toption disabled 1\n", None),
        (ROUTE.format("0.0.0.0/0").replace("wan", "lan"), None),
    ],
)
def test_a_default_route_is_a_gateway(route: str, gateway: str | None) -> None:
    found = interface(WAN + route, "wan")
    assert found.gateway.value == gateway  # type: ignore[union-attr]
    assert found.uplink.value is (gateway is not None)  # type: ignore[union-attr]
    assert not unknown_lines(model({"network": WAN + route}))


def test_an_interface_that_takes_no_default_route_is_no_uplink() -> None:
    text = "config interface 'wan'\n\toption device eth1\n\toption proto dhcp\n\toption defaultroute 0\n"
    assert interface(text, "wan").uplink.value is False  # type: ignore[union-attr]
    assert interface(text, "wan").uplink.spans == (line(text, "defaultroute", FILE),)
    assert interface(text.replace("defaultroute 0", "defaultroute 1"), "wan").uplink.value is True  # type: ignore[union-attr]


def test_an_interface_may_wait_for_somebody() -> None:
    assert isinstance(interface(WAN + "\toption auto 0\n", "wan").enabled, Unknown)
    assert interface(WAN + "\toption auto 1\n", "wan").enabled.value is True  # type: ignore[union-attr]
    assert interface(WAN + "\toption auto 0\n\toption disabled 1\n", "wan").enabled.value is False  # type: ignore[union-attr]
    assert interface(WAN + "\toption enabled 0\n", "wan").enabled.value is True  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "vlan"),
    [
        ("config interface 'pos'\n\toption device br-lan.30\n", 30),
        ("config interface 'pos'\n\toption type bridge\n\toption ifname 'eth0.30'\n", 30),
        ("config interface 'pos'\n\toption type bridge\n\toption ifname 'eth0.30 eth1.30'\n", 30),
        ("config interface 'pos'\n\toption type bridge\n\toption ifname 'eth0.30 eth1'\n", None),
        ("config interface 'pos'\n\toption type bridge\n\toption ifname 'eth0.30 eth1.40'\n", None),
        (
            "config interface 'pos'\n\toption device br-pos\n\nconfig device\n\toption name br-pos\n"
            "\toption type bridge\n\tlist ports eth0.30\n",
            30,
        ),
        ("config interface 'pos'\n\toption device eth0.4095\n", None),
    ],
)
def test_the_vlan_of_a_segment_is_in_the_names_of_its_ports(text: str, vlan: int | None) -> None:
    assert interface(text, "pos").vlan.value == vlan  # type: ignore[union-attr]


def test_all_lines_of_an_older_router_are_known() -> None:
    text = (
        "config interface 'loopback'\n\toption ifname lo\n\toption proto static\n\toption ipaddr 127.0.0.1\n"
        "\toption netmask 255.0.0.0\n\nconfig interface 'lan'\n\toption type bridge\n\toption ifname 'eth0.1'\n"
        "\toption proto static\n\toption ipaddr 192.168.30.1\n\toption netmask 255.255.255.0\n\n"
        "config switch\n\toption name switch0\n\toption reset 1\n\toption enable_vlan 1\n\n"
        "config switch_vlan\n\toption device switch0\n\toption vlan 1\n\toption ports '0 1 2 3 6t'\n\n"
        "config wireguard_vpn 'peer'\n\toption public_key 'made up'\n\tlist allowed_ips 10.0.0.2/32\n"
    )
    device = model({"network": text})
    assert not unknown_lines(device)
    lan = device.interface("lan")
    assert lan is not None
    assert lan.addresses.value == (IPv4Interface("192.168.30.1/24"),)  # type: ignore[union-attr]
    assert [one.key for one in device.interfaces] == ["lan"]


BRIDGE = (
    "config device\n\toption name br-lan\n\toption type bridge\n\tlist ports lan1\n{}\n"
    "config bridge-vlan\n\toption device br-lan\n\toption vlan 30\n\tlist ports lan1\n"
)


def test_a_bridge_told_to_ignore_vlans_hides_where_its_ports_are() -> None:
    (plain,) = model({"network": BRIDGE.format("")}).ports.items
    assert plain.links.value == ("br-lan.30",)  # type: ignore[union-attr]
    (told,) = model({"network": BRIDGE.format("\toption vlan_filtering 1\n")}).ports.items
    assert told.links.value == ("br-lan.30",)  # type: ignore[union-attr]
    (unsure,) = model({"network": BRIDGE.format("\toption vlan_filtering 0\n")}).ports.items
    assert isinstance(unsure.links, Unknown)


@pytest.mark.parametrize(
    ("before", "device", "there"),
    [
        (BRIDGE.format(""), "br-lan.30", True),
        (BRIDGE.format("").replace("type bridge", "type macvlan"), "br-lan.30", True),
        ("config interface 'lan'\n\toption type bridge\n\toption ifname eth0\n\n", "br-lan", True),
        ("", "tun0", True),
        ("", "eth0.30", True),
        ("", "br-lan.30", False),
        (BRIDGE.format("").replace("type bridge", "mtu 1500"), "br-lan.30", False),
        (BRIDGE.format("").partition("\n\n")[2].replace("br-lan", "switch"), "switch.30", False),
        ("config device\n\toption name v30\n\toption type 8021q\n\toption ifname br-lan\n\n", "v30", False),
    ],
)
def test_a_bridge_that_no_section_makes_may_be_missing(before: str, device: str, there: bool) -> None:
    found = interface(f"{before}\nconfig interface 'pos'\n\toption device {device}\n\toption proto none\n", "pos")
    assert isinstance(found.enabled, Unknown) is not there


PLAIN = (
    "config interface 'pos'\n\toption device 'eth2'\n\toption proto 'static'\n\toption ipaddr '192.168.30.1/24'\n\n"
    "config interface 'tills'\n\toption device 'eth2.20'\n\toption proto 'static'\n"
    "\toption ipaddr '192.168.20.1/24'\n\n"
    "config device\n\toption name 'eth2'\n\toption speed '1000'\n\n"
    "config interface 'radio'\n\toption device 'wlan0'\n\toption proto 'static'\n\n"
    "config interface 'vpn'\n\toption device 'tun0'\n\toption proto 'none'\n"
)


def test_a_socket_without_a_bridge_is_a_port() -> None:
    (found,) = model({"network": PLAIN}).ports.items
    assert found.key == "eth2"
    assert found.links.value == ("eth2", "eth2.20")  # type: ignore[union-attr]
    assert found.speed.value == 1000  # type: ignore[union-attr]


def test_a_vlan_device_is_on_the_port_that_it_names() -> None:
    text = (
        "config device\n\toption name 'tills'\n\toption type '8021q'\n\toption ifname 'eth1'\n\toption vid '30'\n\n"
        "config interface 'pos'\n\toption device 'tills'\n\toption proto 'static'\n"
    )
    (found,) = model({"network": text}).ports.items
    assert (found.key, found.links.value) == ("eth1", ("tills",))  # type: ignore[union-attr]


def test_behind_a_switch_chip_no_socket_shows() -> None:
    assert not model({"network": PLAIN + "\nconfig switch\n\toption name 'switch0'\n"}).ports.items


def test_a_port_of_a_bridge_is_one_port() -> None:
    text = (
        "config device\n\toption name 'br-lan'\n\toption type 'bridge'\n\tlist ports 'eth1'\n\n"
        "config interface 'lan'\n\toption device 'br-lan'\n\toption proto 'static'\n\n"
        "config interface 'modem'\n\toption device 'eth1'\n\toption proto 'static'\n"
    )
    (found,) = model({"network": text}).ports.items
    assert (found.key, found.links.value) == ("eth1", ("br-lan",))  # type: ignore[union-attr]
