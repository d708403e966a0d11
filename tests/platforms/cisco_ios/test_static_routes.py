"""Which static routes of IOS are in force, as far as the running configuration tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Listed, Route, Unknown
from auditor.platforms.cisco_ios import network, static_routes
from tests.platforms.cisco_ios.network_shop import SWITCH, config, value

SHOP = """\
interface GigabitEthernet0/0/0
 ip address 198.51.100.2 255.255.255.252
!
interface GigabitEthernet0/0/1
 ip address 192.168.30.1 255.255.255.0
!
interface GigabitEthernet0/0/2
 ip address 10.9.0.1 255.255.255.252
 shutdown
!
interface GigabitEthernet0/0/3
 vrf forwarding guests
 ip address 192.168.40.1 255.255.255.0
!
interface Tunnel1
 ip address 10.8.0.1 255.255.255.252
!
"""
UPLINK = "ip route 0.0.0.0 0.0.0.0 198.51.100.1\n"
TO = "ip route 10.1.0.0 255.255.0.0"
UNKNOWN = "unknown"


def routes(lines: str, head: str | None = None, shop: str = SHOP) -> Listed[Route]:
    found = config(f"{shop}{lines}line vty 0 4\n", **({"head": head} if head is not None else {}))
    return static_routes.read(found, network.read(found, found.reading))


def ways(listed: Listed[Route]) -> dict[str, tuple[str, str | None, int]]:
    """Key → gateway or that it is not known, interface, distance."""
    return {
        route.key: (
            UNKNOWN if isinstance(route.gateway, Unknown) else str(route.gateway.value),
            UNKNOWN if isinstance(route.interface, Unknown) else route.interface.value,
            int(str(value(route.distance))),
        )
        for route in listed
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{TO} 192.168.30.9", {"10.1.0.0/16 via 192.168.30.9": ("192.168.30.9", None, 1)}),
        (f"{TO} 192.168.30.9 250 name track", {"10.1.0.0/16 via 192.168.30.9": ("192.168.30.9", None, 250)}),
        (
            f"{TO} Gi0/0/1 192.168.30.9",
            {"10.1.0.0/16 via GigabitEthernet0/0/1 192.168.30.9": ("192.168.30.9", "GigabitEthernet0/0/1", 1)},
        ),
        (f"{TO} Tunnel1", {"10.1.0.0/16 via Tunnel1": ("None", "Tunnel1", 1)}),
        (f"{TO} Null0", {"10.1.0.0/16 discarded": ("None", None, 1)}),
        (f"{TO} GigabitEthernet0/0/2 10.9.0.2", {}),
        (f"{TO} 10.9.0.2", {}),
        (f"{TO} 10.9.0.2 permanent", {"10.1.0.0/16 via 10.9.0.2": ("10.9.0.2", None, 1)}),
        (f"{TO} 192.168.30.9 255", {}),
        (f"{TO} 172.31.0.1", {"10.1.0.0/16 via 172.31.0.1": (UNKNOWN, UNKNOWN, 1)}),
        (f"{TO} 192.168.40.9", {"10.1.0.0/16 via 192.168.40.9": (UNKNOWN, UNKNOWN, 1)}),
        ("ip route vrf guests 10.1.0.0 255.255.0.0 192.168.40.9", {}),
        (f"{TO} Gi0/0/0 dhcp", {"10.1.0.0/16 via GigabitEthernet0/0/0": (UNKNOWN, UNKNOWN, 1)}),
        ("ip route 0.0.0.0 0.0.0.0 dhcp 254", {}),
        (f"no {TO} 192.168.30.9", {}),
    ],
)
def test_what_a_line_says(line: str, expected: dict[str, tuple[str, str | None, int]]) -> None:
    listed = routes(f"{line}\n")
    assert (ways(listed), listed.holes) == (expected, ())


def test_a_gateway_may_be_behind_another_route() -> None:
    listed = routes(f"{TO} 192.168.30.9\nip route 10.2.0.0 255.255.0.0 10.1.0.1\n")
    assert ways(listed)["10.2.0.0/16 via 10.1.0.1"] == ("10.1.0.1", None, 1), "as it is written"


@pytest.mark.parametrize(
    ("lines", "doubted"),
    [
        (f"{UPLINK}{TO} 192.168.30.9 track 1\n", True),
        (f"{UPLINK}{TO} 192.168.30.9 name track\n", False),
        (f"{TO} 192.168.30.9 track 1\n", False),
        ("ip route 0.0.0.0 0.0.0.0 198.51.100.1 track 1\nip route 0.0.0.0 0.0.0.0 192.168.30.9 250\n", False),
    ],
    ids=["replaced by the uplink", "a name", "replaced by nothing", "leads to the internet"],
)
def test_a_tracked_route_is_a_doubt_where_another_takes_its_place(lines: str, doubted: bool) -> None:
    listed = routes(f"track 1 ip sla 1 reachability\n{lines}")
    assert any(isinstance(route.gateway, Unknown) for route in listed) is doubted


def test_a_doubt_names_the_route_and_the_object() -> None:
    listed = routes(f"track 1 ip sla 1 reachability\n{UPLINK}{TO} 192.168.30.9 track 1\n")
    gateway = next(route.gateway for route in listed if "10.1" in route.key)
    assert isinstance(gateway, Unknown)
    assert len(gateway.near) == 2
    assert gateway.settle


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("router ospf 1\n", "come from neighbours"),
        ("ip route 10.1.0.0 mask 192.168.30.9\n", "cannot be read"),
        ("ip default-network 10.0.0.0\n", "default-network"),
    ],
)
def test_what_may_be_missing_is_said(lines: str, why: str) -> None:
    (hole,) = routes(UPLINK + lines).holes
    assert why in hole.why
    assert hole.settle
    assert hole.near


def test_a_switch_that_does_not_route_has_no_routes_for_others() -> None:
    vlan = "interface Vlan10\n ip address 192.168.10.2 255.255.255.0\n!\n"
    for line in ("no ip routing\nip default-gateway 192.168.10.1\n", f"no ip routing\n{UPLINK}"):
        assert routes(line, SWITCH, vlan) == Listed()
    assert ways(routes("ip routing\nip route 0.0.0.0 0.0.0.0 192.168.10.1\n", SWITCH, vlan))


_WORD = st.sampled_from(
    ["10.0.0.0", "255.0.0.0", "0.0.0.0", "192.168.30.9", "GigabitEthernet0/0/1", "Null0", "dhcp", "track", "1", "name",
     "permanent", "tag", "global", "vrf", "x", "²", "255", "Tunnel1", "multicast"]
)  # fmt: skip


@given(st.lists(st.lists(_WORD, max_size=7).map(" ".join), max_size=5))
def test_any_lines_are_read(lines: list[str]) -> None:
    for route in routes("".join(f"ip route {line}\n" for line in lines)):
        parts = (route.gateway, route.interface, route.discards)
        known = [part.value for part in parts if not isinstance(part, Unknown)]
        assert len(known) < len(parts) or any(known), "a route says where to, or what is not known of it"


def test_the_gateway_of_a_default_route_may_be_behind_what_the_provider_gives() -> None:
    by_dhcp = SHOP.replace("ip address 198.51.100.2 255.255.255.252", "ip address dhcp")
    listed = routes(f"{UPLINK}{TO} 198.51.100.1\n", shop=by_dhcp)
    assert ways(listed) == {
        "0.0.0.0/0 via 198.51.100.1": ("198.51.100.1", "GigabitEthernet0/0/0", 1),
        "10.1.0.0/16 via 198.51.100.1": (UNKNOWN, UNKNOWN, 1),
    }
