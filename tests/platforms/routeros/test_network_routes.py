"""Static routes, uplinks by them, and filters of doubts."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from auditor.model import NO_ROUTER, Action, Filter, Unknown
from auditor.platforms.routeros import network, routes
from auditor.site.filters import Question, evaluate, interval
from tests.platforms.routeros.network_shop import V6, V7, config, interface, read, value
from tests.platforms.routeros.test_network import FILTERING

STATIC = FILTERING.replace(
    "/ip dhcp-client add interface=ether1\n", "/ip address add address=198.51.100.2/30 interface=ether1\n"
)
STRIPE = interval(IPv4Network("203.0.113.0/24"))


def _filters(lines: str, header: str = V7) -> tuple[Filter, ...]:
    read_ = config(lines, header)
    found = routes.forwarding(read_, network.read(read_))
    assert not found.holes
    return found.items


def _asked(filters: tuple[Filter, ...], entering: str) -> set[Action | None]:
    """What may become of packets from a network to a public host; None: nobody knows."""
    source = (int(IPv4Address("192.168.30.10")),) * 2
    question = Question(entering, "ether1", (source,), (STRIPE,), "tcp", 443)
    outcomes = [evaluate(each, question) for each in filters]
    return {None if each.undecided() else Action.DROP if each.blocked() else Action.ACCEPT for each in outcomes}


@pytest.mark.parametrize(
    "route",
    [
        "gateway=198.51.100.1",
        "distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.1",
        "gateway=ether1",
        "gateway=198.51.100.1%ether1",
        "gateway=198.51.100.1@main",
        "gateway=192.0.2.53 target-scope=11\n/ip route add dst-address=192.0.2.53/32 gateway=198.51.100.1 scope=10",
    ],
)
def test_a_default_route_leads_out(route: str) -> None:
    found = read(STATIC + f"/ip route add {route}\n")
    assert [i.key for i in found.interfaces if value(i.uplink)] == ["ether1"]


@pytest.mark.parametrize(
    "route",
    [
        "",
        "/ip route add disabled=yes gateway=198.51.100.1\n",
        "/ip route add gateway=203.0.113.1\n",
        "/ip route add dst-address=10.0.0.0/8 gateway=198.51.100.1\n",
        "/ip route add gateway=198.51.100.1 routing-table=other\n",
        "/ip route add gateway=198.51.100.1 type=blackhole\n",
    ],
)
def test_other_routes_do_not(route: str) -> None:
    assert not [i.key for i in read(STATIC + route).interfaces if value(i.uplink)]


def test_a_host_at_the_other_end_is_a_gateway() -> None:
    lines = STATIC.replace(
        "address=198.51.100.2/30 interface=ether1", "address=198.51.100.2 interface=ether1 network=192.0.2.1"
    )
    found = read(lines + "/ip route add gateway=192.0.2.1\n")
    assert value(interface(found, "ether1").uplink)


def test_a_gateway_that_nobody_knows_may_be_behind_a_client() -> None:
    lines = FILTERING.replace("add interface=ether1", "add add-default-route=no interface=ether1")
    uplink = interface(read(lines + "/ip route add gateway=203.0.113.1\n"), "ether1").uplink
    assert isinstance(uplink, Unknown)
    assert not value(interface(read(lines), "ether1").uplink)


def test_routes_of_neighbours_are_a_hole() -> None:
    assert read(FILTERING + "/routing ospf interface-template add area=backbone\n").interfaces.holes


def test_a_plain_router_has_no_filter_of_doubts() -> None:
    assert _filters(FILTERING) == ()
    assert (
        _filters(STATIC + "/ip route add gateway=198.51.100.1\n/ip route add distance=254 type=blackhole\n", V6) == ()
    )


def test_a_device_that_does_not_forward_is_no_router() -> None:
    (found,) = _filters(FILTERING + "/ip settings set ip-forward=no\n")
    assert found.key == NO_ROUTER
    assert value(found.default) is Action.DROP


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("/ip route add dst-address=203.0.113.0/24 type=unreachable\n", {None}),
        ("/ip route add blackhole dst-address=203.0.113.0/24\n", {None}),
        ("/ip route add dst-address=203.0.113.0/24 gateway=192.168.40.9\n", {None}),
        ("/ip route add dst-address=10.0.0.0/8 gateway=192.168.40.9\n", set()),
        ("/routing rule add action=drop src-address=192.168.30.0/24\n", {None}),
        ("/routing rule add action=drop src-address=192.168.40.0/24\n", {Action.ACCEPT}),
        ("/routing rule add action=lookup table=main\n", set()),
        ("/routing rule add action=lookup-only-in-table interface=pos table=vpn\n", {None}),
        ("/routing rule add action=lookup interface=pos table=vpn\n", set()),
        ("/ip vrf add interfaces=pos name=tills\n", {None}),
        ("/ip vrf add interfaces=guest name=visitors\n", {Action.ACCEPT}),
        ("/ip firewall mangle add action=mark-routing chain=prerouting new-routing-mark=isp2\n", set()),
        (
            "/ip firewall mangle add action=mark-routing chain=prerouting in-interface=pos new-routing-mark=isp2\n"
            "/ip route add gateway=192.168.40.9 routing-table=isp2\n",
            {None},
        ),
        (
            "/ip firewall mangle add action=mark-routing chain=prerouting in-interface=pos new-routing-mark=isp2\n"
            "/ip route add gateway=ether1 routing-table=isp2\n",
            {Action.ACCEPT},
        ),
    ],
)
def test_what_may_send_packets_elsewhere(lines: str, expected: set[Action | None]) -> None:
    assert _asked(_filters(FILTERING + lines), "pos") == expected


ISP2 = "/ip route add gateway=ether1 routing-table=isp2\n"
MARK = "/ip firewall mangle add action=mark-routing chain=prerouting in-interface=pos new-routing-mark=isp2{}\n" + ISP2
SHOP_LIST = "/ip firewall address-list add list=shop address=192.168.0.0/16\n"
ACCEPT = "/ip firewall mangle add action=accept chain=prerouting dst-address=192.168.0.0/16{}\n"
RULE = "/routing rule add action=lookup interface=pos table=isp2\n" + ISP2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (MARK.format(""), {None}),
        (MARK.format(" dst-address=203.0.113.0/24"), set()),
        (SHOP_LIST + MARK.format(" dst-address-list=!shop"), set()),
        (SHOP_LIST + MARK.format(" dst-address-list=!other"), {None}),
        (MARK.format(" dst-address=!192.168.0.0/16"), set()),
        (ACCEPT.format("") + MARK.format(""), set()),
        (ACCEPT.format(" src-address=10.0.0.1") + MARK.format(""), {None}),
        (MARK.format("") + ACCEPT.format(""), {None}),
        (RULE, {None}),
        ("/routing rule add action=lookup dst-address=192.168.0.0/16 table=main\n" + RULE, set()),
        (RULE + "/ip route add dst-address=192.168.40.0/24 gateway=guest routing-table=isp2\n", {Action.ACCEPT}),
    ],
)
def test_another_table_does_not_know_the_networks_of_the_shop(lines: str, expected: set[Action | None]) -> None:
    """Packets from the tills to the guests' network, where all that a rule sends elsewhere leaves by an uplink."""
    source = (int(IPv4Address("192.168.30.10")),) * 2
    question = Question("pos", "guest", (source,), (interval(IPv4Network("192.168.40.0/24")),), "tcp", 4443)
    outcomes = [evaluate(each, question) for each in _filters(FILTERING + lines)]
    assert {None if each.undecided() else Action.ACCEPT for each in outcomes} == expected
    assert _asked(_filters(FILTERING + lines), "pos") <= {Action.ACCEPT}, "the internet is reached all the same"


ARP = FILTERING.replace("name=pos vlan-id=30", "arp=reply-only name=pos vlan-id=30")
POOL = """\
/ip pool add name=tills ranges=192.168.30.5-192.168.30.99
/ip dhcp-server add {}address-pool=tills interface=pos
"""


@pytest.mark.parametrize(
    ("lines", "entering", "expected"),
    [
        (ARP, "pos", {None, Action.ACCEPT}),
        (ARP, "guest", {Action.ACCEPT}),
        (ARP + POOL.format(""), "pos", {None, Action.ACCEPT}),
        (ARP + POOL.format("add-arp=yes "), "pos", {Action.ACCEPT}),
        (
            ARP + "/ip arp add address=192.168.30.10 interface=pos mac-address=02:00:00:00:00:01\n",
            "pos",
            {Action.ACCEPT},
        ),
        (FILTERING.replace("name=pos vlan-id=30", "arp=proxy-arp name=pos vlan-id=30"), "pos", set()),
    ],
)
def test_a_router_that_answers_only_whom_it_was_told(lines: str, entering: str, expected: set[Action | None]) -> None:
    assert _asked(_filters(lines), entering) == expected
