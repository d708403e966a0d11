"""What stops frames within a VLAN: VLAN maps, lists on ports of a switch."""

import pytest

from tests.platforms.cisco_ios.firewall_shop import firewall_of, question, says

SWITCH = """\
version 17.9
hostname sw
switch 1 provision c9200l-24p-4g
vtp mode transparent
ip routing
vlan 10
vlan 30
interface GigabitEthernet1/0/1
 switchport access vlan 30
 switchport mode access
 {one}
interface GigabitEthernet1/0/2
 switchport access vlan 30
 switchport mode access
 {two}
interface GigabitEthernet1/0/24
 no switchport
 ip address 192.0.2.2 255.255.255.252
interface Vlan10
 ip address 192.168.1.1 255.255.255.0
interface Vlan30
 ip address 192.168.30.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
access-list 101 permit tcp any any eq 443
access-list 102 permit ip any any
{lines}
end
"""
ONE, TWO = "GigabitEthernet1/0/1", "GigabitEthernet1/0/2"


def within(lines: str = "", one: str = "!", two: str = "!", protocol: str = "tcp", port: int | None = 443) -> str:
    """Frames from one port to another, in VLAN 30."""
    found = firewall_of(SWITCH.format(lines=lines, one=one, two=two))
    asked = question(
        ONE, TWO, protocol, port, source="192.168.30.7/32", target="192.168.30.9/32", within={"Vlan30", "vlan30"}
    )
    return says(found.bridge_filters, asked)


def routed(lines: str = "", one: str = "!", port: int = 443) -> str:
    """Packets from VLAN 30 that are routed to VLAN 10."""
    found = firewall_of(SWITCH.format(lines=lines, one=one, two="!"))
    return says(
        found.forward_filters,
        question("Vlan30", "Vlan10", "tcp", port, source="192.168.30.7/32", target="192.168.1.9/32"),
    )


MAP = "vlan access-map GUARD 10\n match ip address {name}\n action {action}\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (MAP.format(name="101", action="forward"), "stop"),  # replies match no entry
        (MAP.format(name="102", action="forward"), "pass"),
        (MAP.format(name="102", action="drop"), "stop"),
        (MAP.format(name="101", action="drop") + "vlan access-map GUARD 20\n action forward\n", "stop"),
        (MAP.format(name="GONE", action="drop") + "vlan access-map GUARD 20\n action forward\n", "stop"),
        ("vlan access-map GUARD 10\n match mac address ODD\n action drop\n", "pass"),
        ("vlan access-map GUARD 10\n action drop\n", "stop"),
        ("", "unknown"),
    ],
)
def test_a_vlan_map_is_asked_about_all_frames_of_its_vlans(lines: str, said: str) -> None:
    assert within(f"{lines}vlan filter GUARD vlan-list 20,30-40\n") == said
    assert routed(f"{lines}vlan filter GUARD vlan-list 30\n") == said
    assert within(f"{lines}vlan filter GUARD vlan-list 40\n") == "pass"


def test_a_vlan_map_leaves_arp_alone() -> None:
    lines = "vlan access-map GUARD 10\n match ip address 102\n action drop\nvlan filter GUARD vlan-list 30\n"
    assert within(lines, protocol="arp", port=None) == "pass"


@pytest.mark.parametrize(
    ("one", "two", "protocol", "said"),
    [
        ("ip access-group 101 in", "!", "tcp", "pass"),
        ("ip access-group 101 in", "!", "udp", "stop"),
        ("ip access-group 101 in", "!", "arp", "pass"),
        ("!", "ip access-group 101 in", "tcp", "stop"),  # replies
        ("!", "ip access-group 101 out", "tcp", "pass"),
        ("mac access-group ODD in", "!", "tcp", "pass"),
        ("mac access-group ODD in", "!", "arp", "unknown"),
        ("mac access-group ALL in", "!", "arp", "pass"),
    ],
)
def test_a_list_on_a_port_is_asked_about_what_comes_in_there(one: str, two: str, protocol: str, said: str) -> None:
    lists = "mac access-list extended ALL\n permit any any\nmac access-list extended ODD\n deny any any\n"
    assert within(lists, one, two, protocol, 443 if protocol != "arp" else None) == said


def test_a_list_on_the_interface_of_a_vlan_sees_no_frames_within_it() -> None:
    lines = "interface Vlan30\n ip access-group 103 in\naccess-list 103 deny ip any any"
    assert within(lines) == "pass"
    assert routed(lines) == "stop"


def test_a_list_on_one_port_leaves_open_what_becomes_of_packets_that_are_routed() -> None:
    assert routed(one="ip access-group 101 in", port=80) == "unknown"
    assert routed(one="ip access-group 102 in", port=80) == "pass"
