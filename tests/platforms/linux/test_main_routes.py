"""The routes of the main table, as `ip -j route show table all` prints them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Listed, Route, Unknown
from auditor.platforms.linux import main_routes
from auditor.platforms.linux.outputs import ROUTES, RULES
from tests.platforms.linux.host_outputs import bridge, link, outputs, pretty, reading

ROUTER = (link("eth0", "198.18.0.2/24"), bridge("br-lan", "192.168.10.1/24"))
TRANSIT = {"dst": "10.8.0.0/16", "gateway": "192.168.10.254", "dev": "br-lan"}


def routes(*given: Any) -> Listed[Route]:
    return main_routes.routes(reading(outputs(*ROUTER, routes=given)))


def said(route: Route) -> tuple[Any, ...]:
    facts = (route.destination, route.gateway, route.interface, route.discards, route.distance)
    values = ["?" if isinstance(fact, Unknown) else fact.value for fact in facts]
    return tuple(value if value is None or isinstance(value, bool | int) else str(value) for value in values)


@pytest.mark.parametrize(
    ("given", "route"),
    [
        (TRANSIT, ("10.8.0.0/16", "192.168.10.254", "br-lan", False, 0)),
        (TRANSIT | {"metric": 100, "protocol": "static"}, ("10.8.0.0/16", "192.168.10.254", "br-lan", False, 100)),
        (TRANSIT | {"protocol": "ospf", "metric": 20}, ("10.8.0.0/16", "192.168.10.254", "br-lan", False, 20)),
        (TRANSIT | {"dst": "default", "protocol": "dhcp"}, ("0.0.0.0/0", "192.168.10.254", "br-lan", False, 0)),
        ({"dst": "10.9.0.1", "dev": "wg0", "scope": "link"}, ("10.9.0.1/32", None, "wg0", False, 0)),
        ({"dst": "10.9.0.0/24", "via": {"family": "inet6", "host": "fe80::1"}, "dev": "eth0"},
         ("10.9.0.0/24", "?", "eth0", False, 0)),
        ({"dst": "10.9.0.0/24", "nhid": 7}, ("10.9.0.0/24", "?", None, False, 0)),
        ({"dst": "what", "dev": "eth0"}, ("?", None, "eth0", False, 0)),
        ({"type": "blackhole", "dst": "10.0.0.0/8"}, ("10.0.0.0/8", None, None, True, 0)),
        ({"type": "unreachable", "dst": "default", "dev": "lo", "metric": 4278198272},
         ("0.0.0.0/0", None, None, True, 4278198272)),
    ],
)  # fmt: skip
def test_a_route(given: Any, route: tuple[Any, ...]) -> None:
    (found,) = routes(given)
    assert said(found) == route


@pytest.mark.parametrize(
    "given",
    [
        {"dst": "192.168.10.0/24", "dev": "br-lan", "protocol": "kernel", "scope": "link", "prefsrc": "192.168.10.1"},
        TRANSIT | {"table": "100"},
        TRANSIT | {"flags": ["dead", "linkdown"]},
        {"type": "local", "dst": "192.168.10.1", "dev": "br-lan", "table": "local"},
        {"type": "broadcast", "dst": "192.168.10.255", "dev": "br-lan"},
    ],
)
def test_what_is_none(given: Any) -> None:
    assert routes(given) == Listed()


def test_each_next_hop_is_a_route() -> None:
    hops = [{"gateway": "192.168.10.253", "dev": "br-lan", "weight": 1}, {"gateway": "198.18.0.9", "dev": "eth0"}]
    dead = {"gateway": "198.18.0.10", "dev": "eth0", "flags": ["dead"]}
    found = routes({"dst": "default", "metric": 5, "nexthops": [*hops, dead]})
    assert list(map(said, found)) == [
        ("0.0.0.0/0", "192.168.10.253", "br-lan", False, 5),
        ("0.0.0.0/0", "198.18.0.9", "eth0", False, 5),
    ]
    assert len({route.key for route in found}) == 2


def test_each_fact_names_its_line() -> None:
    read = reading(outputs(*ROUTER, routes=[TRANSIT | {"metric": 7}]))
    (found,) = main_routes.routes(read)
    lines = read.lines(ROUTES)
    quoted = [
        lines[fact.spans[0].first - 1].strip()
        for fact in (found.destination, found.gateway, found.interface, found.distance)
    ]
    assert quoted == ['"dst": "10.8.0.0/16",', '"gateway": "192.168.10.254",', '"dev": "br-lan",', '"metric": 7']


def test_what_was_not_captured_is_a_hole() -> None:
    files = outputs(*ROUTER, routes=[TRANSIT])
    without = {path: text for path, text in files.items() if path != ROUTES}
    assert [ROUTES in hole.why for hole in main_routes.routes(reading(without)).holes] == [True]
    del files[RULES]
    found = main_routes.routes(reading(files))
    assert (len(found), [RULES in hole.why for hole in found.holes]) == (1, [True])


def test_a_route_for_some_packets_only_is_a_hole() -> None:
    found = routes(TRANSIT | {"tos": "0x10"}, TRANSIT | {"dst": "10.9.0.0/16"})
    assert (len(found), len(found.holes)) == (1, 1)


LEAVES = st.one_of(
    st.none(),
    st.integers(),
    st.sampled_from(["default", "10.0.0.0/8", "10.0.0.1", "::1", "eth0", "blackhole", "main", ""]),
)
KEYS = st.sampled_from(
    ["dst", "gateway", "dev", "via", "host", "metric", "type", "table", "flags", "nexthops", "protocol"]
)
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=15,
)


@given(st.lists(SHAPES, max_size=4))
def test_no_output_makes_it_raise(given: list[Any]) -> None:
    found = main_routes.routes(reading({ROUTES: pretty(given), RULES: "[]"}))
    assert len({route.key for route in found}) == len(found)
    for route in found:
        assert all(fact.spans for fact in (route.destination, route.gateway, route.interface, route.distance))
