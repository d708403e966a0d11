"""Which static routes of RouterOS are in force, as far as an export tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Assumed, Listed, Route, Stated, Unknown
from auditor.platforms.routeros import static_routes
from auditor.platforms.routeros.network import read as read_network
from tests.platforms.routeros.network_shop import V6, V7, config, value

SHOP = """\
/interface vlan add name=tills interface=ether2 vlan-id=30
/interface wireguard add name=wg1
/ip address add address=198.51.100.2/30 interface=ether1
/ip address add address=192.168.30.1/24 interface=tills
/ip address add address=10.9.0.1/30 interface=ether5
"""
UPLINK = "/ip route add gateway=198.51.100.1\n"


def routes(lines: str, header: str = V7, shop: str = SHOP) -> Listed[Route]:
    found = config(shop + lines, header)
    return static_routes.read(found, read_network(found))


def ways(listed: Listed[Route]) -> dict[str, tuple[str, str | None, bool]]:
    """Destination → gateway or why it is not known, interface, whether packets are thrown away."""
    return {
        str(value(route.destination)): (
            "unknown" if isinstance(route.gateway, Unknown) else str(route.gateway.value),
            None if isinstance(route.interface, Unknown) else route.interface.value,
            bool(value(route.discards)),
        )
        for route in listed
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gateway=198.51.100.1", {"0.0.0.0/0": ("198.51.100.1", None, False)}),
        ("dst-address=10.1.0.0/16 gateway=192.168.30.9", {"10.1.0.0/16": ("192.168.30.9", None, False)}),
        ("dst-address=10.1.0.0/16 gateway=192.168.30.9%tills", {"10.1.0.0/16": ("192.168.30.9", "tills", False)}),
        ("dst-address=10.1.0.0/16 gateway=tills", {"10.1.0.0/16": ("None", "tills", False)}),
        ("dst-address=10.1.0.0/16 blackhole", {"10.1.0.0/16": ("None", None, True)}),
        ("dst-address=10.1.0.0/16 type=prohibit", {"10.1.0.0/16": ("None", None, True)}),
        ("dst-address=10.1.0.0/16 gateway=172.31.0.1", {}),
        ("dst-address=10.1.0.0/16 gateway=192.168.30.9 disabled=yes", {}),
        ("dst-address=10.1.0.0/16 gateway=192.168.30.9 routing-table=lte", {}),
        ("dst-address=10.1.0.0/16 gateway=192.168.30.9 routing-mark=lte", {}),
        ("dst-address=10.1.0.0/16 gateway=192.168.30.9@lte", {"10.1.0.0/16": ("unknown", None, False)}),
        ("dst-address=2001:db8::/32 gateway=2001:db8::1", {}),
    ],
)
def test_what_a_line_says(line: str, expected: dict[str, tuple[str, str | None, bool]]) -> None:
    listed = routes(f"/ip route add {line}\n")
    assert (ways(listed), listed.holes) == (expected, ())


def test_a_gateway_may_be_behind_another_route() -> None:
    lines = "/ip route add dst-address=10.1.0.0/16 gateway=192.168.30.9\n"
    lines += "/ip route add dst-address=10.2.0.0/16 gateway=10.1.0.1\n"
    assert ways(routes(lines))["10.2.0.0/16"] == ("10.1.0.1", None, False), "as it is written"


def test_packets_may_take_any_of_several_gateways() -> None:
    found = routes("/ip route add dst-address=10.1.0.0/16 gateway=192.168.30.9,10.9.0.2\n")
    assert [str(value(route.gateway)) for route in found] == ["192.168.30.9", "10.9.0.2"]


def test_distances_are_written_or_assumed() -> None:
    lines = UPLINK + "/ip route add gateway=10.9.0.2 distance=10\n/ip route add gateway=10.9.0.2 distance=far\n"
    first, second, third = routes(lines)
    assert isinstance(first.distance, Assumed)
    assert first.distance.value == 1
    assert isinstance(second.distance, Stated)
    assert second.distance.value == 10
    assert isinstance(third.distance, Unknown)


def test_a_route_by_an_interface_that_is_off_is_not_active() -> None:
    line = "/ip route add dst-address=10.1.0.0/16 gateway=192.168.30.9\n"
    off = SHOP.replace("vlan-id=30", "vlan-id=30 disabled=yes")
    assert ways(routes(line))
    assert not ways(routes(line, shop=off))


def test_a_tunnel_leads_to_somebody_unknown() -> None:
    (route,) = routes("/ip route add dst-address=10.1.0.0/16 gateway=wg1\n")
    assert isinstance(route.interface, Unknown)
    assert "wg1" in route.interface.why


@pytest.mark.parametrize(
    ("lines", "doubted"),
    [
        (UPLINK + "/ip route add dst-address=10.1.0.0/16 gateway=192.168.30.9 check-gateway=ping\n", True),
        (UPLINK + "/ip route add dst-address=10.1.0.0/16 gateway=192.168.30.9 check-gateway=none\n", False),
        ("/ip route add dst-address=10.1.0.0/16 gateway=192.168.30.9 check-gateway=ping\n", False),
        ("/ip route add gateway=198.51.100.1 check-gateway=ping\n/ip route add gateway=10.9.0.2 distance=2\n", False),
    ],
    ids=["replaced by the uplink", "not watched", "replaced by nothing", "leads to the internet, as what replaces it"],
)
def test_a_watched_gateway_is_a_doubt_where_another_route_takes_its_place(lines: str, doubted: bool) -> None:
    assert any(isinstance(route.gateway, Unknown) for route in routes(lines)) is doubted


def test_a_gateway_in_no_subnet_may_be_behind_an_address_from_outside() -> None:
    lines = (
        "/ip dhcp-client add interface=ether3 disabled=no\n/ip route add dst-address=10.1.0.0/16 gateway=172.31.0.1\n"
    )
    (route,) = routes(lines)
    assert isinstance(route.gateway, Unknown)
    assert "ether3" in route.gateway.why


@pytest.mark.parametrize(
    ("lines", "header", "why"),
    [
        ("/ip route add dst-address=here gateway=192.168.30.9\n", V7, "cannot be read"),
        ("/routing ospf network add area=backbone network=192.168.30.0/24\n", V6, "come from neighbours"),
        ("/routing bgp connection add name=up remote.address=198.51.100.1\n", V7, "come from neighbours"),
    ],
)
def test_what_may_be_missing_is_said(lines: str, header: str, why: str) -> None:
    (hole,) = routes(UPLINK + lines, header).holes
    assert why in hole.why
    assert hole.settle
    assert hole.near


_WORDS = st.one_of(
    st.builds("{}={}".format,
              st.sampled_from(["dst-address", "gateway", "distance", "type", "check-gateway", "routing-table",
                               "disabled", "blackhole"]),
              st.sampled_from(["10.0.0.0/8", "0.0.0.0/0", "10.9.0.2", "10.9.0.2,tills", "tills%", "%", "@x", "x@",
                               "1", "-1", "", "yes", "ping", "²", "10.9.0.2%wg1@main"])),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(lambda text: "#" not in text),
)  # fmt: skip


@given(st.lists(st.lists(_WORDS, max_size=5).map(" ".join), max_size=6))
def test_any_lines_are_read(lines: list[str]) -> None:
    listed = routes("".join(f"/ip route add {line}\n" for line in lines))
    for route in listed:
        parts = (route.gateway, route.interface, route.discards)
        known = [part.value for part in parts if not isinstance(part, Unknown)]
        assert len(known) < len(parts) or any(known), "a route says where to, or what is not known of it"


def test_the_gateway_of_a_default_route_may_be_behind_what_the_provider_gives() -> None:
    client = "/ip dhcp-client add interface=ether1\n"
    shop = SHOP.replace("/ip address add address=198.51.100.2/30 interface=ether1\n", client)
    assert ways(routes(UPLINK, shop=shop)) == {"0.0.0.0/0": ("198.51.100.1", "ether1", False)}
