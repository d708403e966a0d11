"""`/ip firewall nat` of RouterOS: who gets another address, and whose questions go to another resolver."""

import pytest

from auditor.model import DnsRedirect, Listed, Unknown
from auditor.services import Part
from tests.platforms.routeros.filter_shop import SHOP, Networks, forward, interface, part_of


def _nat(*rules: str) -> str:
    return "".join(f"/ip firewall nat add {rule}\n" for rule in rules)


def _translated(part: Part) -> set[str] | None:
    """The interfaces by which packets leave with another source; None if that is not decided."""
    facts = [nat.leaving for nat in part.source_nats]
    if part.source_nats.holes or any(isinstance(fact, Unknown) for fact in facts):
        return None
    return {name for fact in facts if not isinstance(fact, Unknown) for name in fact.value}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("action=masquerade chain=srcnat out-interface=ether1", {"ether1"}),
        ("action=masquerade chain=srcnat out-interface-list=WAN ipsec-policy=out,none", {"ether1"}),
        ("action=masquerade chain=srcnat", {"bridge", "ether1", "vlan30"}),
        ("action=src-nat chain=srcnat out-interface=ether1 to-addresses=198.51.100.2", {"ether1"}),
        ("action=netmap chain=srcnat out-interface=ether1 to-addresses=198.51.100.0/24", {"ether1"}),
        ("action=same chain=srcnat out-interface=ether1 to-addresses=198.51.100.2-198.51.100.9", {"ether1"}),
        ("action=masquerade chain=srcnat disabled=yes out-interface=ether1", set()),
        ("action=accept chain=srcnat out-interface=ether1", set()),
        ("action=masquerade chain=srcnat out-interface=bridge src-address=192.168.0.0/16", {"bridge"}),
        ("action=masquerade chain=srcnat out-interface=bridge src-address=192.168.30.0/24", {"bridge"}),
        ("action=masquerade chain=srcnat out-interface=bridge src-address=192.168.1.0/24", set()),  # a way back only
        ("action=masquerade chain=srcnat out-interface=bridge layer7-protocol=x", None),
        ("action=masquerade chain=srcnat out-interface=bridge src-address-list=nobody", set()),
        ("action=jump chain=srcnat jump-target=out", set()),
    ],
)
def test_source_addresses(rule: str, expected: set[str] | None) -> None:
    assert _translated(part_of(_nat(rule))) == expected


def test_segments_without_an_address_are_no_networks_of_the_router() -> None:
    bare = Networks(Listed((*SHOP.interfaces, interface("bridge.40", link="bridge.40"))), SHOP.ports)
    rule = "action=masquerade chain=srcnat out-interface=bridge src-address=192.168.30.0/24"
    assert _translated(part_of(_nat(rule), bare)) == {"bridge"}


DNS = [
    # rules, interfaces of the redirect (None: not decided), address, port
    ("action=redirect chain=dstnat dst-port=53 protocol=udp in-interface-list=LAN", {"bridge", "vlan30"}, None, 53),
    ("action=redirect chain=dstnat dst-port=53 protocol=udp to-ports=5353 in-interface=vlan30", {"vlan30"}, None, 5353),
    ("action=redirect chain=dstnat dst-port=53 protocol=udp", {"bridge", "vlan30"}, None, 53),
    (
        "action=dst-nat chain=dstnat dst-port=53 protocol=tcp in-interface=vlan30 to-addresses=192.168.1.5",
        {"vlan30"}, "192.168.1.5", 53,
    ),
    (
        "action=dst-nat chain=dstnat dst-port=53 protocol=udp in-interface=vlan30 to-addresses=192.168.30.1",
        {"vlan30"}, None, 53,
    ),
    (
        "action=dst-nat chain=dstnat dst-port=53 protocol=udp in-interface=vlan30 dst-address=!192.168.30.1 "
        "to-addresses=192.168.1.5 to-ports=5353",
        {"vlan30"}, "192.168.1.5", 5353,
    ),
    (
        "action=dst-nat chain=dstnat dst-port=53 protocol=udp dst-address=8.8.8.8 to-addresses=192.168.1.5",
        None, "192.168.1.5", 53,
    ),
    ("action=redirect chain=dstnat dst-port=53 protocol=udp src-mac-address=00:00:5E:00:53:01", None, None, 53),
    (
        "action=dst-nat chain=dstnat dst-port=53 protocol=udp in-interface=vlan30 to-addresses=192.0.2.1-192.0.2.9",
        {"vlan30"}, "?", 53,
    ),
    ("action=dst-nat chain=dstnat dst-port=53 protocol=udp in-interface=vlan30 to-ports=5353", {"vlan30"}, "?", "?"),
    ("action=socksify chain=dstnat in-interface=vlan30", {"vlan30"}, "?", "?"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "interfaces", "address", "port"), DNS, ids=[str(n) for n in range(len(DNS))])
def test_dns_redirects(rule: str, interfaces: set[str] | None, address: str | None, port: int | str) -> None:
    (found,) = part_of(_nat(rule)).dns_redirects
    assert _who(found) == interfaces
    assert (None if address is None else address) == _shown(found.to_address)
    assert port == _shown(found.to_port, int)


def _who(found: DnsRedirect) -> set[str] | None:
    if isinstance(found.interfaces, Unknown):
        return None
    assert found.interfaces.value is not None
    return set(found.interfaces.value)


def _shown(fact: object, kind: type = str) -> object:
    if isinstance(fact, Unknown):
        return "?"
    value = fact.value  # type: ignore[attr-defined]
    return None if value is None else kind(value)


@pytest.mark.parametrize(
    "rule",
    [
        "action=dst-nat chain=dstnat dst-port=53 protocol=udp in-interface-list=WAN to-addresses=192.168.1.5",
        "action=dst-nat chain=dstnat dst-port=443 protocol=tcp in-interface=vlan30 to-addresses=192.168.1.5",
        "action=redirect chain=dstnat dst-port=53 protocol=udp disabled=yes",
    ],
)
def test_what_redirects_no_questions(rule: str) -> None:
    assert part_of(_nat(rule)).dns_redirects == Listed()


def test_an_exception_before_a_redirect_leaves_some_questions_alone() -> None:
    rules = _nat(
        "action=accept chain=dstnat src-address=192.168.30.9", "action=redirect chain=dstnat dst-port=53 protocol=udp"
    )
    (found,) = part_of(rules).dns_redirects
    assert _who(found) is None


def test_ports_that_are_forwarded_from_outside_take_nothing_from_inside() -> None:
    own = interface("ether1", "198.51.100.2/24", uplink=True)
    networks = Networks(Listed((*SHOP.interfaces.items[:2], own)), SHOP.ports)
    target = "dst-port=443 protocol=tcp to-addresses=192.168.1.5"
    for rule in (
        f"action=dst-nat chain=dstnat dst-address=198.51.100.2 {target}",
        f"action=dst-nat chain=dstnat dst-address-type=local {target}",
        f"action=dst-nat chain=dstnat in-interface-list=WAN {target}",
    ):
        (found,) = part_of(_nat(rule), networks).port_forwards
        assert not isinstance(found.entering, Unknown)
        assert found.entering.value == {"ether1"}
    (taken,) = part_of(_nat(f"action=dst-nat chain=dstnat {target}"), networks).port_forwards
    assert not isinstance(taken.entering, Unknown)
    assert {"vlan30", "bridge"} <= taken.entering.value


def test_translated_packets_pass_a_rule_about_those_that_are_not() -> None:
    rules = _nat("action=dst-nat chain=dstnat dst-port=443 protocol=tcp in-interface-list=WAN to-addresses=192.168.1.5")
    rules += "/ip firewall filter add action=drop chain=forward connection-nat-state=!dstnat in-interface-list=WAN\n"
    rules += "connection-state=new\n"
    part = part_of(rules.replace("WAN\nconnection-state", "WAN connection-state"))
    assert forward(part, "ether1", "bridge", number=443, target="192.168.1.5/32") == "unknown"
    assert forward(part, "ether1", "bridge", number=80, target="192.168.1.5/32") == "stop"


def test_keys_carry_menu_and_chain() -> None:
    text = _nat(
        'action=redirect chain=dstnat comment="force dns" dst-port=53 protocol=udp', "action=masquerade chain=srcnat"
    )
    part = part_of(text)
    assert part.dns_redirects.items[0].key == "ip firewall nat dstnat/'force dns'"
    assert part.source_nats.items[0].key.startswith("ip firewall nat srcnat/")
