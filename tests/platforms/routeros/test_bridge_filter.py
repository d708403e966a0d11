"""Frames between ports of a bridge: `/interface bridge filter`, `use-ip-firewall`, and rules of switch chips."""

import pytest

from auditor.model import Listed, Unknown
from auditor.services import Part
from tests.platforms.routeros.filter_shop import SHOP, Networks, part_of, port, question, says

WIFI = "/interface wireless set [ find default-name=wlan1 ] name=wlan1 ssid=SHOP\n"


def _bridge(*rules: str, chain: str = "forward") -> str:
    return "".join(f"/interface bridge filter add chain={chain} {rule}\n" for rule in rules)


def _says(part: Part, entering: str, leaving: str, protocol: str = "tcp", number: int | None = 4443) -> str:
    ends = {"source": "192.168.1.7/32", "target": "192.168.1.9/32"}
    return says(part.bridge_filters, question(entering, leaving, protocol, number, within=("bridge",), **ends))


RULES = [
    # a rule that drops, from Wi-Fi to the wire: TCP 4443, and ARP
    ("", "stop", "stop"),
    ("in-interface=wlan1", "stop", "stop"),
    ("out-interface=wlan1", "stop", "stop"),  # the answers
    ("in-interface=ether3", "pass", "pass"),
    ("in-interface=!wlan1 in-bridge=nowhere", "pass", "pass"),
    ("in-interface=bridge", "pass", "pass"),  # is no port of itself
    ("in-interface=cap7", "unknown", "unknown"),  # the device alone knows
    ("in-interface-list=LAN", "pass", "pass"),
    ("in-bridge=bridge", "stop", "stop"),
    ("in-bridge=!bridge", "pass", "pass"),
    ("mac-protocol=ip", "stop", "pass"),
    ("mac-protocol=arp", "pass", "stop"),
    ("mac-protocol=!ip", "pass", "stop"),
    ("mac-protocol=ipv6", "pass", "pass"),
    ("mac-protocol=vlan", "unknown", "unknown"),
    ("mac-protocol=ip ip-protocol=tcp dst-port=4443", "stop", "pass"),
    ("mac-protocol=ip ip-protocol=tcp dst-port=4000-5000", "stop", "pass"),
    ("mac-protocol=ip ip-protocol=udp", "pass", "pass"),
    ("mac-protocol=ip dst-address=192.168.1.9/32", "stop", "pass"),
    ("mac-protocol=ip dst-address=10.0.0.0/8", "pass", "pass"),
    ("mac-protocol=arp arp-dst-address=192.168.1.0/24", "pass", "stop"),
    ("mac-protocol=arp arp-src-address=10.0.0.0/8", "pass", "pass"),
    ("mac-protocol=arp arp-opcode=request", "pass", "unknown"),
    ("packet-type=multicast", "pass", "pass"),
    ("packet-type=broadcast", "pass", "unknown"),
    ("src-mac-address=00:00:5E:00:53:01/FF:FF:FF:FF:FF:FF", "unknown", "unknown"),
    ("vlan-id=30", "unknown", "unknown"),
    ("stp-type=config", "pass", "pass"),
    ("next-year=1", "unknown", "unknown"),
    ("disabled=yes", "pass", "pass"),
]


@pytest.mark.parametrize(("rule", "over_tcp", "arp"), RULES, ids=[rule for rule, _, _ in RULES])
def test_a_rule_that_drops(rule: str, over_tcp: str, arp: str) -> None:
    part = part_of(WIFI + _bridge(f"action=drop {rule}"))
    assert _says(part, "wlan1", "ether2") == over_tcp
    assert _says(part, "wlan1", "ether2", "arp", None) == arp


def test_a_port_that_is_not_meant() -> None:
    part = part_of(WIFI + _bridge("action=drop in-interface=!wlan1 out-interface=!wlan1"))
    assert _says(part, "wlan1", "ether2") == "pass"


def test_frames_between_wired_ports_may_never_meet_the_filter() -> None:
    drop = _bridge("action=drop")
    assert _says(part_of(WIFI + drop), "ether2", "ether3") == "unknown"
    slow = "".join(f"/interface bridge port add bridge=bridge hw=no interface=ether{n}\n" for n in (4, 5))
    ports = Listed((*SHOP.ports, port("ether4", "bridge"), port("ether5", "bridge")))
    assert _says(part_of(WIFI + slow + drop, Networks(SHOP.interfaces, ports)), "ether4", "ether5") == "stop"
    assert _says(part_of(WIFI + _bridge("action=accept")), "ether2", "ether3") == "pass"


def test_jumps_and_order() -> None:
    part = part_of(
        WIFI
        + _bridge("action=jump jump-target=guests in-interface=wlan1", "action=drop")
        + _bridge("action=accept ip-protocol=tcp mac-protocol=ip", "action=return", chain="guests")
    )
    assert _says(part, "wlan1", "ether2", "arp", None) == "stop"
    assert _says(part_of(WIFI + _bridge("action=accept", "action=drop")), "wlan1", "ether2") == "pass"
    assert _says(part_of(WIFI + _bridge("action=teleport")), "wlan1", "ether2") == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "pass"),
        ("/interface bridge settings set use-ip-firewall=yes\n", "stop"),
        ("/interface bridge settings set use-ip-firewall=perhaps\n", "unknown"),
        (
            "/interface bridge settings set use-ip-firewall=yes\n/interface bridge set [ find name=bridge ] "
            "vlan-filtering=yes\n",
            "unknown",
        ),
        (
            "/interface bridge settings set use-ip-firewall=yes use-ip-firewall-for-vlan=yes\n"
            "/interface bridge set [ find name=bridge ] vlan-filtering=yes\n",
            "stop",
        ),
    ],
)
def test_the_ip_filter_of_bridged_frames(text: str, expected: str) -> None:
    drop = "/ip firewall filter add action=drop chain=forward dst-port=4443 protocol=tcp\n"
    part = part_of(text + drop)
    assert _says(part, "wlan1", "ether2") == expected
    assert expected == "unknown" or _says(part, "wlan1", "ether2", "arp", None) == "pass"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('/interface ethernet switch rule add new-dst-ports="" ports=ether2 switch=switch1\n', False),
        ('/interface ethernet switch rule add disabled=yes new-dst-ports="" ports=ether2 switch=switch1\n', True),
        ("/interface ethernet switch rule add mirror=yes ports=ether2 switch=switch1\n", True),
        ("/interface ethernet switch acl add action=drop src-ports=ether2\n", False),
        ("/interface bridge nat add action=arp-reply chain=dstnat mac-protocol=arp\n", False),
        ("/interface bridge nat add action=accept chain=dstnat\n", True),
        ("/interface bridge filter add action=drop chain=input in-interface=wlan1\n", False),
        ("/interface bridge filter add action=drop chain=input mac-protocol=ipv6\n", True),
        ("/interface bridge filter set 0 disabled=no\n", False),
    ],
)
def test_what_else_may_stop_frames(text: str, *, known: bool) -> None:
    part = part_of(WIFI + text)
    assert (_says(part, "wlan1", "ether2") == "pass") == known
    if "chain=input" in text or "switch" in text:
        assert (not part.forward_filters.holes) == known
        assert (not part.input_filters.holes) == known


def test_all_but_some_ports_needs_all_names() -> None:
    some = Networks(SHOP.interfaces, Listed(SHOP.ports.items, (Unknown("which ports there are"),)))
    rule = _bridge("action=drop in-interface=!ether3")
    assert _says(part_of(WIFI + rule, some), "wlan1", "ether2") == "unknown"
    manager = "/caps-man provisioning add action=create-dynamic-enabled master-configuration=pos\n"
    assert _says(part_of(WIFI + rule + manager), "cap7", "ether2") == "unknown"
    assert _says(part_of(WIFI + rule), "wlan1", "ether2") == "stop"
