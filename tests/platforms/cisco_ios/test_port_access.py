"""Who is let in at a switch port, DHCP snooping, and what keeps packets from passing through a router."""

import pytest

from auditor.model import Filter, Listed, Unknown
from auditor.platforms.cisco_ios import network, port_access, routes
from tests.platforms.cisco_ios.network_shop import ROUTER, TRANSPARENT, config, value

PORT = "GigabitEthernet1/0/5"
ACCESS = f"interface {PORT}\n switchport access vlan 30\n switchport mode access\n"
STICKY = " switchport port-security mac-address sticky 0200.5e00.0001\n"
SECURE = " switchport port-security mac-address sticky\n switchport port-security\n"


def _doubts(lines: str, head: str = TRANSPARENT + "vlan 30\n") -> tuple[Unknown, ...]:
    found = config(lines, head)
    listed = port_access.filters(found, network.read(found, found.reading))
    rules = [rule for each in listed for rule in each.rules]
    assert len({rule.key for rule in rules}) == len(rules)
    assert all(value(rule.entering) == frozenset((PORT,)) for rule in rules)
    return tuple(rule.action for rule in rules if isinstance(rule.action, Unknown))


@pytest.mark.parametrize(
    ("own", "count"),
    [
        ("", 0),
        (SECURE, 0),
        (SECURE + STICKY, 1),
        (SECURE + STICKY + " switchport port-security maximum 2\n", 0),
        (SECURE + STICKY + " switchport port-security maximum 2\n switchport port-security maximum 1 vlan voice\n", 0),
        (SECURE + STICKY + " switchport port-security maximum many\n", 1),
        (STICKY, 0),
        (" authentication port-control auto\n", 1),
        (" authentication port-control auto\n mab\n dot1x pae authenticator\n", 1),
        (" access-session port-control auto\n mab\n", 1),
        (" access-session port-control auto\n access-session closed\n", 1),
        (" access-session port-control auto\n", 0),  # open unless it is closed
        (" access-session port-control auto\n service-policy type control subscriber P\n", 1),
        (" authentication open\n authentication port-control auto\n", 0),
        (" authentication open\n authentication port-control auto\n mab\n", 1),
        (" authentication port-control auto\n authentication event no-response action authorize vlan 9\n", 1),
        (" authentication port-control force-authorized\n", 0),
        (" dot1x port-control force-unauthorized\n", 1),
        (" ip verify source\n", 1),
        (" ip verify source\n authentication port-control auto\n", 2),
    ],
)
def test_who_is_let_in(own: str, count: int) -> None:
    assert len(_doubts(ACCESS + own)) == count


def test_frames_for_silent_devices_may_not_leave_by_a_port() -> None:
    found = config(ACCESS + " switchport block unicast\n", TRANSPARENT + "vlan 30\n")
    ((rule,),) = (each.rules.items for each in port_access.filters(found, network.read(found, found.reading)))
    assert value(rule.leaving) == frozenset((PORT,))
    assert isinstance(rule.action, Unknown)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("ip arp inspection vlan 30\n" + ACCESS, 1),
        ("ip arp inspection vlan 10-20\n" + ACCESS, 0),
        ("ip arp inspection vlan 30\n" + ACCESS + " ip arp inspection trust\n", 0),
        ("ip arp inspection vlan 30\n" + ACCESS + " shutdown\n", 0),
    ],
)
def test_arp_inspection(lines: str, count: int) -> None:
    assert len(_doubts(lines)) == count


@pytest.mark.parametrize(
    ("own", "snooping", "count"),
    [
        ("", "ip dhcp snooping\nip dhcp snooping vlan 30\n", 1),
        (" ip dhcp snooping trust\n", "ip dhcp snooping\nip dhcp snooping vlan 30\n", 0),
        ("", "ip dhcp snooping vlan 30\n", 0),
        ("", "ip dhcp snooping\nip dhcp snooping vlan 10\n", 0),
        (
            "interface Vlan30\n ip address 192.168.30.1 255.255.255.0\n",
            "ip dhcp snooping\nip dhcp snooping vlan 30\n",
            0,
        ),
    ],
)
def test_dhcp_snooping_trusts_no_port(own: str, snooping: str, count: int) -> None:
    found = config(snooping + ACCESS + own, TRANSPARENT + "vlan 30\n")
    assert len(port_access.dhcp_doubts(found, network.read(found, found.reading))) == count


# -- routing ---------------------------------------------------------------------------------------------------

SHOP = """interface GigabitEthernet0/0/0
 ip address 192.0.2.2 255.255.255.252
interface Vlan30
 ip address 192.168.30.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
"""


def _forwarding(lines: str) -> Listed[Filter]:
    found = config(lines, ROUTER)
    return routes.forwarding(found, network.read(found, found.reading))


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        ("", []),
        ("ip route 192.168.99.0 255.255.255.0 192.168.30.9\n", []),
        ("ip route 0.0.0.0 0.0.0.0 Null0 254\n", []),
        ("ip route 198.51.100.0 255.255.255.0 192.0.2.1\n", []),
        ("ip route 198.51.100.0 255.255.255.0 Null0\n", ["route 198.51.100.0/24"]),
        ("ip route 198.51.100.0 255.255.255.0 192.168.30.9\n", ["route 198.51.100.0/24"]),
        ("interface Vlan40\n vrf forwarding GUEST\n ip address 192.168.40.1 255.255.255.0\n",
         ["table global", "table GUEST"]),
    ],
)  # fmt: skip
def test_packets_that_do_not_go_the_usual_way(lines: str, keys: list[str]) -> None:
    rules = [rule for each in _forwarding(SHOP + lines) for rule in each.rules if not rule.key.startswith("subnet ")]
    assert [rule.key for rule in rules] == keys
    assert all(isinstance(rule.action, Unknown) for rule in rules)
