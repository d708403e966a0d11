"""Interfaces, ways out, and whether a host routes at all."""

from ipaddress import IPv4Interface
from typing import Any

import pytest

from auditor.capture import Gap
from auditor.model import NO_ROUTER, Action, AddressSource, Interface, Stated, Unknown
from auditor.platforms.linux import network, network_routes
from auditor.platforms.linux.outputs import ADDRESSES, ROUTES, RULES, SYSCTL
from tests.platforms.linux.host_outputs import (
    HEADER,
    INIT,
    PS,
    USUAL_RULES,
    bridge,
    link,
    outputs,
    port,
    process,
    reading,
    vlan,
)

ROUTER = (link("eth0", "198.18.0.2/24", dynamic=True), bridge("br-lan", "192.168.10.1/24"), port("eth1"))


def interfaces(*links: Any, **more: Any) -> dict[str, Interface]:
    return {each.key: each for each in network.interfaces(reading(outputs(*links, **more)))}


def values(interface: Interface) -> dict[str, Any]:
    names = ("enabled", "link", "vlan", "address_source", "addresses", "gateway", "uplink", "ipv6_offered")
    facts = {name: getattr(interface, name) for name in names}
    return {name: "?" if isinstance(fact, Unknown) else fact.value for name, fact in facts.items()}


def test_a_router() -> None:
    found = interfaces(*ROUTER)
    assert list(found) == ["eth0", "br-lan"]
    assert values(found["eth0"]) == {
        "enabled": True, "link": "eth0", "vlan": None, "address_source": AddressSource.DHCP,
        "addresses": (IPv4Interface("198.18.0.2/24"),), "gateway": "198.18.0.1", "uplink": True, "ipv6_offered": False,
    }  # fmt: skip
    assert values(found["br-lan"]) == {
        "enabled": True, "link": "br-lan", "vlan": None, "address_source": AddressSource.STATIC,
        "addresses": (IPv4Interface("192.168.10.1/24"),), "gateway": None, "uplink": False, "ipv6_offered": False,
    }  # fmt: skip


def test_each_fact_names_its_line() -> None:
    read = reading(outputs(*ROUTER))
    lines = read.lines(ADDRESSES)
    (eth0, _) = network.interfaces(read)
    assert not isinstance(eth0.addresses, Unknown)
    quoted = [lines[span.first - 1].strip() for span in eth0.addresses.spans]
    assert quoted == ['"ifname": "eth0",', '"local": "198.18.0.2",', '"prefixlen": 24,']
    assert not isinstance(eth0.uplink, Unknown)
    assert {span.file for span in eth0.uplink.spans} == {ROUTES, SYSCTL}
    (counted,) = (each for each in read.coverage() if each.file == ADDRESSES)
    assert counted.unknown == ()


def test_without_the_addresses_nothing_is_known() -> None:
    found = network.interfaces(reading({}, [Gap(ADDRESSES, "timed out", "try again")]))
    assert found.items == ()
    assert "timed out" in found.holes[0].why
    for text in ("{}", "[", "nonsense"):
        assert network.interfaces(reading({ADDRESSES: text})).holes


def test_a_server_or_an_access_point_leads_nobody_to_the_internet() -> None:
    """With one network, the default route is its own way out only; Docker switches forwarding on everywhere."""
    found = interfaces(link("eth0", "192.168.10.5/24"), link("docker0", "172.17.0.1/16", kind="bridge"))
    assert list(found) == ["eth0"]
    assert values(found["eth0"])["uplink"] is False


def test_a_bridge_with_a_radio_is_no_uplink() -> None:
    links = (
        bridge("br-lan", "192.168.10.2/24"), port("eth0"), port("wlan0"), bridge("br-guest", "10.0.0.1/24"),
    )  # fmt: skip
    found = interfaces(*links, routes=[{"dst": "default", "gateway": "192.168.10.1", "dev": "br-lan", "flags": []}])
    assert values(found["br-lan"])["uplink"] is False
    assert values(found["br-lan"])["gateway"] == "192.168.10.1"


@pytest.mark.parametrize(("forward", "uplink"), [(0, False), (1, True), (None, "?")])
def test_only_a_host_that_forwards_is_a_router(forward: int | None, uplink: object) -> None:
    read = reading(outputs(*ROUTER, forward=forward))
    found = network.interfaces(read)
    assert values(found.items[0])["uplink"] == uplink
    filters = [each for each in network.forwarding(read, found) if each.key == NO_ROUTER]
    if forward:
        assert filters == []
        return
    (closed,) = filters
    assert closed.rules.items == ()
    if forward is None:
        assert isinstance(closed.default, Unknown)
    else:
        assert isinstance(closed.default, Stated)
        assert closed.default.value is Action.DROP
        assert [(span.file, span.first) for span in closed.default.spans] == [(SYSCTL, 1)]


def test_a_host_with_one_network_has_nothing_to_forward() -> None:
    read = reading(outputs(link("eth0", "192.168.10.5/24"), forward=None))
    assert network.forwarding(read, network.interfaces(read)).items == ()


def test_without_routes_only_a_host_with_several_networks_is_in_doubt() -> None:
    files = outputs(*ROUTER)
    del files[ROUTES]
    assert isinstance(network.interfaces(reading(files)).items[0].uplink, Unknown)
    files = outputs(link("eth0", "192.168.10.5/24"))
    del files[ROUTES]
    only = network.interfaces(reading(files)).items[0]
    assert values(only)["uplink"] is False
    assert isinstance(only.gateway, Unknown)


# -- VLANs --------------------------------------------------------------------------------------------------


def test_vlans_on_a_port_and_on_a_plain_bridge() -> None:
    found = interfaces(
        link("eth0", "198.18.0.2/24"),
        vlan("eth1.30", "eth1", 30, "192.168.30.1/24"),
        link("eth1"),
        vlan("tills", "br-lan", 20, "192.168.20.1/24"),
        bridge("br-lan", "192.168.10.1/24"),
        bridge("br-guest", "192.168.40.1/24"),
        vlan("eth1.40", "eth1", 40, master="br-guest", slave={"isolated": False}),
        port("wlan1", "br-guest"),
    )
    assert {key: (values(each)["link"], values(each)["vlan"]) for key, each in found.items()} == {
        "eth0": ("eth0", None),
        "eth1.30": ("eth1.30", 30),
        "eth1": ("eth1", None),
        "tills": ("br-lan.20", 20),
        "br-lan": ("br-lan", None),
        "br-guest": ("br-guest", 40),
    }


VLANS = [
    {"ifname": "lan1", "vlans": [{"vlan": 1, "flags": ["PVID", "Egress Untagged"]}, {"vlan": 30}]},
    {"ifname": "wlan0", "vlans": [{"vlan": 30, "flags": ["PVID", "Egress Untagged"]}]},
    {"ifname": "br-lan", "vlans": [{"vlan": 1, "flags": ["PVID", "Egress Untagged"]}, {"vlan": 30}]},
]


def test_a_bridge_that_looks_at_vlans() -> None:
    links = (
        bridge("br-lan", "192.168.10.1/24", filtering=1), port("lan1"), port("wlan0"),
        vlan("br-lan.30", "br-lan", 30, "192.168.30.1/24"),
    )  # fmt: skip
    found = interfaces(*links, vlans=VLANS)
    assert (values(found["br-lan"])["link"], values(found["br-lan"])["vlan"]) == ("br-lan.1", None)
    assert (values(found["br-lan.30"])["link"], values(found["br-lan.30"])["vlan"]) == ("br-lan.30", 30)
    files = outputs(*links)
    del files["commands/bridge-vlan.json"]
    lost = network.interfaces(reading(files)).items[0]
    assert isinstance(lost.link, Unknown)
    assert isinstance(lost.vlan, Unknown)


# -- what is not a network of the shop ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "left_out",
    [
        link("docker0", "172.17.0.1/16", kind="bridge"),
        link("br-0123456789ab", "172.18.0.1/16", kind="bridge"),
        link("virbr0", "192.168.122.1/24", kind="bridge"),
        link("veth12ab", kind="veth"),
        link("eth2", master="bond0"),
        link("tunl0", kind="ipip", link_type="ipip"),
    ],
    ids=lambda each: each["ifname"],
)
def test_links_of_containers_and_ports_are_left_out(left_out: Any) -> None:
    assert list(interfaces(*ROUTER, left_out)) == ["eth0", "br-lan"]


@pytest.mark.parametrize(
    "kept",
    [link("veth0", "192.168.50.1/24", kind="veth"), link("wg0", "10.9.0.1/24", kind="wireguard", link_type="none")],
)
def test_what_has_an_address_is_kept(kept: Any) -> None:
    assert kept["ifname"] in interfaces(*ROUTER, kept)


# -- ways that lead elsewhere ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([{"priority": 500, "src": "192.168.10.0", "srclen": 24, "table": "100"}], "looks packets up in table 100"),
        ([{"priority": 500, "src": "all", "fwmark": "0x1", "table": "200"}], "looks packets up in table 200"),
        ([{"priority": 500, "src": "all", "dst": "10.0.0.0", "dstlen": 8, "action": "prohibit"}], "says prohibit"),
        ([{"priority": 500, "not": None, "src": "10.0.0.0", "table": "main", "suppress_prefixlen": 0}], "as usual"),
    ],
)
def test_rules_beyond_the_usual_three_are_doubts(rules: list[Any], says: str) -> None:
    read = reading(outputs(*ROUTER, rules=[*USUAL_RULES, *rules]))
    (found,) = network.forwarding(read, network.interfaces(read))
    (rule,) = found.rules
    assert isinstance(rule.action, Unknown)
    assert says in rule.action.why
    assert rule.action.near


DEFAULT = {"dst": "default", "gateway": "198.18.0.1", "dev": "eth0", "flags": []}


@pytest.mark.parametrize(
    ("route", "doubt"),
    [
        ({"dst": "192.168.10.0/24", "dev": "br-lan"}, ""),
        ({"dst": "10.8.0.0/16", "dev": "tun0"}, ""),
        ({"dst": "203.0.113.0/24", "dev": "tun0"}, "leads to tun0"),
        ({"dst": "0.0.0.0/1", "dev": "tun0"}, "leads to tun0"),
        ({"dst": "203.0.113.0/24", "gateway": "198.18.0.9", "dev": "eth0"}, ""),
        ({"type": "unreachable", "dst": "10.42.0.0/16"}, "type unreachable"),
        ({"type": "blackhole", "dst": "default", "metric": 4278198272}, "type blackhole"),
        ({"type": "local", "dst": "192.168.10.1", "dev": "br-lan", "table": "local"}, ""),
        ({"dst": "203.0.113.0/24", "dev": "tun0", "table": "100"}, ""),
    ],
)
def test_routes_that_lead_elsewhere_are_doubts(route: Any, doubt: str) -> None:
    read = reading(outputs(*ROUTER, routes=[DEFAULT, route]))
    filters = network.forwarding(read, network.interfaces(read)).items
    doubts = [rule.action.why for each in filters for rule in each.rules if isinstance(rule.action, Unknown)]
    assert ([doubt in why for why in doubts] == [True]) if doubt else doubts == []


def test_rules_that_were_not_captured_are_holes() -> None:
    files = outputs(*ROUTER)
    del files[RULES]
    read = reading(files)
    assert network.forwarding(read, network.interfaces(read)).holes


@pytest.mark.parametrize(
    ("listing", "gap", "hole"),
    [(None, "", True), ("nft\n", "", True), ("cron\n", "", False), (None, "commands/nft-ruleset.json", False)],
)
def test_a_packet_filter_that_was_not_captured_is_a_hole(listing: str | None, gap: str, hole: bool) -> None:
    """One that was refused is a hole of the service, with the reason; without any program for it there is none."""
    files = outputs(*ROUTER) | ({"commands/listing/usr/sbin": listing} if listing else {})
    del files["commands/nft-ruleset.json"]
    read = reading(files, [Gap(gap, "refused", "again")] if gap else [])
    assert bool(network.forwarding(read, network.interfaces(read)).holes) is hole
    unfiltered = network_routes.unfiltered(read)
    assert [each.default.spans[0].file for each in unfiltered] == (
        ["commands/listing/usr/sbin"] if listing == "cron\n" else []
    )


# -- IPv6 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "ipv6", "offered"),
    [
        ("", (), False),
        ("", ("2001:db8::1",), False),
        ("radvd", (), "?"),
        ("dnsmasq", (), False),
        ("dnsmasq", ("fd00::1",), "?"),
        ("systemd-networkd", ("2001:db8::1",), "?"),
    ],
)
def test_who_may_offer_ipv6(program: str, ipv6: tuple[str, ...], offered: object) -> None:
    lines = HEADER + INIT + (process(300, f"/usr/sbin/{program}") if program else "") + PS
    found = interfaces(ROUTER[0], bridge("br-lan", "192.168.10.1/24", ipv6=ipv6), processes=lines)
    assert values(found["br-lan"])["ipv6_offered"] == offered
    assert values(interfaces(*ROUTER, processes=None)["br-lan"])["ipv6_offered"] == "?"
