"""The routes of the main table: `config route`, and gateways of interfaces."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Listed, Route, Unknown
from auditor.platforms.openwrt.parse import parse
from auditor.profiles import load_profile
from tests.platforms.openwrt.captures import NETWORK, capture, line, model

FILE = "/etc/config/network"
TRANSIT = """
config interface 'transit'
	option device 'eth2'
	option proto 'static'
	option ipaddr '192.168.99.2/24'
"""


def routes(text: str = "", **files: str) -> Listed[Route]:
    return model({"network": NETWORK + TRANSIT + text, **files}).routes


def said(route: Route) -> tuple[Any, ...]:
    facts = (route.destination, route.gateway, route.interface, route.discards, route.distance)
    values = ["?" if isinstance(fact, Unknown) else fact.value for fact in facts]
    return tuple(value if value is None or isinstance(value, bool | int) else str(value) for value in values)


def only(text: str) -> tuple[Any, ...]:
    (found,) = routes(text)
    return said(found)


def test_a_stock_router_learns_its_only_route() -> None:
    assert routes() == Listed()


@pytest.mark.parametrize(
    ("options", "route"),
    [
        ("target '10.8.0.0/16'", ("10.8.0.0/16", "192.168.99.1", "transit", False, 0)),
        ("target '10.8.0.0'\n\toption netmask '255.255.0.0'", ("10.8.0.0/16", "192.168.99.1", "transit", False, 0)),
        ("target '10.8.0.9'", ("10.8.0.9/32", "192.168.99.1", "transit", False, 0)),
        ("target '10.8.0.0/16'\n\toption type unicast", ("10.8.0.0/16", "192.168.99.1", "transit", False, 0)),
        ("target '10.8.0.0/16'\n\toption table main", ("10.8.0.0/16", "192.168.99.1", "transit", False, 0)),
        ("target '10.8.0.0/16'\n\toption type local", ("10.8.0.0/16", "192.168.99.1", "transit", "?", 0)),
        ("target '10.8.0.0/16'\n\toption metric soon", ("10.8.0.0/16", "192.168.99.1", "transit", False, "?")),
        ("target 'anywhere'", ("?", "192.168.99.1", "transit", False, 0)),
        ("mtu 1400", ("?", "192.168.99.1", "transit", False, 0)),
    ],
)
def test_a_route(options: str, route: tuple[Any, ...]) -> None:
    text = f"\nconfig route\n\toption interface transit\n\toption gateway 192.168.99.1\n\toption {options}\n"
    assert only(text) == route


@pytest.mark.parametrize(("metric", "counts"), [("0", True), ("20", False)])
def test_a_default_route_behind_that_of_the_uplink_is_none(metric: str, counts: bool) -> None:
    """The uplink asks by DHCP for a default route of metric 0."""
    text = "\nconfig route 'r'\n\toption interface transit\n\toption target 0.0.0.0/0\n\toption gateway 192.168.99.1\n"
    assert [route.key for route in routes(f"{text}\toption metric {metric}\n")] == ["r"] * counts


@pytest.mark.parametrize(
    "options",
    [
        "option target 10.8.0.0/16\n\toption gateway 192.168.99.1",
        "option interface transit\n\toption target 10.8.0.0/16\n\toption disabled 1",
        "option interface transit\n\toption target 10.8.0.0/16\n\toption table 100",
    ],
)
def test_what_is_not_in_the_main_table(options: str) -> None:
    assert routes(f"\nconfig route\n\t{options}\n") == Listed()


def test_ipv6_is_another_table() -> None:
    assert routes("\nconfig route6\n\toption interface wan\n\toption target ::/0\n") == Listed()


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit", "throw", "6"])
def test_what_is_thrown_away_leaves_by_nothing(kind: str) -> None:
    text = f"\nconfig route\n\toption interface loopback\n\toption target 10.0.0.0/8\n\toption type {kind}\n"
    (found,) = routes(text)
    assert said(found) == ("10.0.0.0/8", None, None, True, 0)
    assert found.discards.spans == (line(NETWORK + TRANSIT + text, "option type", FILE),)


def test_an_interface_that_is_off_takes_its_routes_along() -> None:
    text = "\nconfig route\n\toption interface guest\n\toption target 10.8.0.0/16\n"
    off = NETWORK.replace("config interface 'guest'", "config interface 'guest'\n\toption disabled 1")
    assert len(routes(text)) == 1
    assert model({"network": off + text}).routes == Listed()


def test_a_route_by_an_interface_that_is_not_there() -> None:
    assert only("\nconfig route\n\toption interface gone\n\toption target 10.8.0.0/16\n") == (
        "10.8.0.0/16", None, "?", False, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("option gateway 192.168.99.1", ("0.0.0.0/0", "192.168.99.1", "transit", False, 0)),
        ("option gateway 192.168.99.1\n\toption metric 5", None),
        ("option gateway here", ("0.0.0.0/0", "?", "transit", False, 0)),
        ("option gateway 192.168.99.1\n\toption defaultroute 0", None),
        ("option gateway 192.168.99.1\n\toption ip4table 100", None),
        ("option gateway 192.168.99.1\n\toption disabled 1", None),
        ("option gateway 0.0.0.0", None),
        ("option dns 192.168.99.1", None),
    ],
)
def test_the_gateway_of_an_interface(options: str, found: tuple[Any, ...] | None) -> None:
    assert list(map(said, routes(f"\t{options}\n"))) == ([found] if found else [])


def test_a_default_route_counts_where_no_uplink_asks_for_one() -> None:
    plain = (
        NETWORK.replace("proto 'dhcp'", "proto 'none'") + TRANSIT + "\toption gateway 192.168.99.1\n\toption metric 5\n"
    )
    (found,) = model({"network": plain}).routes
    assert said(found) == ("0.0.0.0/0", "192.168.99.1", "transit", False, 5)
    assert found.distance.spans == (line(plain, "option metric", FILE),)


def test_the_metric_of_an_interface_is_that_of_its_routes() -> None:
    text = "\toption metric 7\n\nconfig route\n\toption interface transit\n\toption target 10.8.0.0/16\n"
    assert only(text)[-1] == 7


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\nconfig route\n\toption interface transit\n\toption 'target\n", "cannot be read"),
        (
            "\nconfig route\n\toption interface transit\n\toption target 10.0.0.0/8\n\toption disabled maybe\n",
            "disabled",
        ),
    ],
)
def test_a_route_that_may_be_any_is_a_hole(text: str, why: str) -> None:
    found = routes(text)
    assert not found.items
    assert [why in hole.why for hole in found.holes] == [True]


def test_a_routing_daemon_is_a_hole() -> None:
    found = routes(**{"commands/enabled-services.txt": "S19dnsmasq\nS70bird\n"})
    assert ["bird may learn routes" in hole.why and bool(hole.settle) for hole in found.holes] == [True]
    assert not routes(**{"commands/enabled-services.txt": "S19dnsmasq\n"}).holes


def test_without_the_network_nothing_is_known() -> None:
    (hole,) = parse(capture({"dhcp": "config dnsmasq\n"}), load_profile("openwrt")).routes.holes
    assert "network" in hole.why


def test_keys_stay_when_sections_before_them_go() -> None:
    first = "\nconfig route\n\toption interface transit\n\toption target 10.1.0.0/16\n"
    second = "\nconfig route\n\toption interface transit\n\toption target 10.2.0.0/16\n"
    assert routes(first + second).items[1].key == routes(second).items[0].key


WORDS = st.sampled_from(
    [
        "interface transit", "interface lan", "interface loopback", "interface x", "target 10.0.0.0/8",
        "target 0.0.0.0/0", "target ::/0", "target 1.2.3.4/33", "netmask 255.0.255.0", "netmask 24",
        "gateway 192.168.99.1", "gateway ::1",
        "metric 5", "metric -1", "metric ²", "type blackhole", "type x", "table 100", "disabled 1", "disabled x",
        "source 192.168.30.1", "onlink 1",
    ]
)  # fmt: skip


@given(st.lists(st.lists(WORDS, max_size=6), max_size=4))
def test_no_route_makes_it_raise_and_keys_are_unique(sections: list[list[str]]) -> None:
    text = "".join("\nconfig route\n" + "".join(f"\toption {words}\n" for words in each) for each in sections)
    found = routes(text)
    assert len({route.key for route in found}) == len(found)
    for route in found:
        assert not (isinstance(route.destination, Unknown) and not route.destination.settle)
        assert route.destination.spans
        assert route.interface.spans
