"""`ip dhcp pool` and all around it as scopes and reservations."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import INFINITE, Assumed, Listed, Stated, Unknown
from auditor.platforms.cisco_ios.dhcp_options import lease, option_addresses
from auditor.platforms.cisco_ios.dhcp_pools import unique
from auditor.platforms.cisco_ios.dhcp_ranges import excluded
from auditor.platforms.cisco_ios.dhcp_reservations import identified, identifier_of
from tests.platforms.cisco_ios.dhcp_shop import EXCLUDED, POOL, SHOP, Networks, interface, read, value, why

PRINTER = "ip dhcp pool PRINTER\n host 192.168.30.50 255.255.255.0\n"


# -- a healthy pool --------------------------------------------------------------------------------------------


def test_a_pool_serves_the_interface_whose_network_it_holds() -> None:
    found = read(SHOP)
    scope = found.scope
    assert (scope.key, scope.server, value(scope.interface)) == ("POS", "POS", "Vlan30")
    assert value(scope.subnet) == IPv4Network("192.168.30.0/24")
    assert str(value(scope.pool)) == "192.168.30.100-192.168.30.254"
    assert found.lines(scope.pool) == ("network 192.168.30.0 255.255.255.0", EXCLUDED.strip())
    assert value(scope.routers) == (IPv4Address("192.168.30.1"),)
    assert value(scope.domain_name_servers) == (IPv4Address("1.1.1.1"), IPv4Address("1.0.0.1"))
    assert value(scope.serving)
    assert not found.unknown
    assert not found.reservations.items


def test_what_no_line_says_is_the_documented_default() -> None:
    scope = read(SHOP).scope
    for fact in (scope.lease_time, scope.serving, scope.ipv6_only_preferred, scope.lease_store_persistent):
        assert isinstance(fact, Assumed)
    assert value(scope.lease_time) == timedelta(days=1)
    assert not value(scope.ipv6_only_preferred)
    assert not value(scope.lease_store_persistent)
    assert not value(scope.hears_past_filters)
    assert (
        read(EXCLUDED + "ip dhcp pool POS\n network 192.168.30.0 /24\n").said["dhcp_scopes[POS].domain_name_servers"]
        == ()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", timedelta(days=1)),
        ("0 8", timedelta(hours=8)),
        ("0 0 20", timedelta(minutes=20)),
        ("2 3 4", timedelta(days=2, hours=3, minutes=4)),
        ("infinite", INFINITE),
    ],
)
def test_leases_are_read(text: str, expected: timedelta) -> None:
    assert lease(text) == expected
    assert value(read(f"{SHOP} lease {text}\n").scope.lease_time) == expected


@pytest.mark.parametrize("text", ["", "soon", "0", "0 0 0", "1 2 3 4", "-1", "٣", "99999"])
def test_leases_that_are_none_are_unknown(text: str) -> None:
    assert isinstance(read(f"{SHOP} lease {text}\n").scope.lease_time, Unknown)


def test_a_command_that_is_not_known_spoils_what_is_concluded_from_silence_beside_it() -> None:
    found = read("ip dhcp turbo-mode\n" + SHOP)
    assert "'ip dhcp'" in why(found.scope.pool)
    assert isinstance(found.scope.lease_store_persistent, Unknown)
    assert value(found.scope.lease_time), "which another block says"


def test_service_dhcp_off_stops_server_and_relay() -> None:
    found = read("no service dhcp\n" + SHOP + "interface Vlan30\n ip helper-address 10.0.0.9\n")
    assert [(each.key, value(each.serving)) for each in found.scopes] == [("POS", False)]
    assert found.lines(found.scope.serving) == ("no service dhcp",)


# -- addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", {"POS": "192.168.30.2-192.168.30.254"}),
        ("ip dhcp excluded-address 192.168.30.1 192.168.30.99\n", {"POS": "192.168.30.100-192.168.30.254"}),
        ("ip dhcp excluded-address 192.168.30.254\n", {"POS": "192.168.30.2-192.168.30.253"}),
        (
            "ip dhcp excluded-address 192.168.30.100 192.168.30.149\n",
            {"POS/192.168.30.2": "192.168.30.2-192.168.30.99", "POS/192.168.30.150": "192.168.30.150-192.168.30.254"},
        ),
        (
            "ip dhcp excluded-address 192.168.30.1 192.168.30.50\n"
            "ip dhcp excluded-address 192.168.30.40 192.168.30.99\n",
            {"POS": "192.168.30.100-192.168.30.254"},
        ),
        ("ip dhcp excluded-address 192.168.0.0 192.168.255.255\n", {"POS": "None"}),
        ("ip dhcp excluded-address vrf GUEST 192.168.30.0 192.168.30.255\n", {"POS": "192.168.30.2-192.168.30.254"}),
    ],
)
def test_excluded_addresses_and_the_devices_own_are_not_given_out(lines: str, expected: dict[str, str]) -> None:
    found = read(lines + POOL)
    assert {scope.key: str(value(scope.pool)) for scope in found.scopes} == expected
    assert {scope.server for scope in found.scopes} == {"POS"}


@pytest.mark.parametrize("text", ["soon", "192.168.30.9 192.168.30.1", "1.2.3.4 5.6.7.8 9.9.9.9", "", "vrf X"])
def test_an_exclusion_that_cannot_be_read_leaves_pools_in_doubt(text: str) -> None:
    with pytest.raises(ValueError, match=r"address"):
        excluded(text)
    assert isinstance(read(f"ip dhcp excluded-address {text}\n{POOL}").scope.pool, Unknown)


def test_a_pool_for_kept_addresses_only_has_no_range() -> None:
    assert value(read(f"{SHOP} reserved-only\n").scope.pool) is None


def test_a_pool_that_no_interface_has_a_network_of_is_for_no_segment_of_the_device() -> None:
    found = read(SHOP.replace("192.168.30.", "192.168.77."))
    assert value(found.scope.interface) == ""
    assert not found.unknown


@pytest.mark.parametrize(
    ("pools", "reason"),
    [
        ("ip dhcp pool A\n network 192.168.0.0 255.255.0.0\n", "more than the network"),
        ("ip dhcp pool A\n network 192.168.30.0 255.255.255.128\n", "a part of the network"),
        ("ip dhcp pool A\n network 192.168.30.0 /24\nip dhcp pool B\n network 192.168.30.0 /24\n", "both hold"),
    ],
)
def test_pools_that_do_not_fit_their_interface_are_in_doubt(pools: str, reason: str) -> None:
    found = read(pools)
    assert all(reason in why(scope.serving) for scope in found.scopes)
    assert {value(scope.interface) for scope in found.scopes} == {"Vlan30"}


def test_secondary_networks_are_scopes_of_the_same_pool() -> None:
    text = POOL + " network 192.168.31.0 255.255.255.0 secondary\n  override default-router 192.168.31.9\n"
    networks = Networks(Listed((interface("Vlan30", "192.168.30.1/24", "192.168.31.1/24"),)))
    found = read(text, networks)
    assert [(scope.key, str(value(scope.routers)[0])) for scope in found.scopes] == [
        ("POS/192.168.30.2", "192.168.30.1"),
        ("POS/192.168.31.2", "192.168.31.9"),
    ]
    assert not found.unknown


def test_pools_are_for_interfaces_of_their_vrf() -> None:
    vrf = "interface Vlan30\n vrf forwarding SHOP\n"
    assert value(read(SHOP + vrf).scope.interface) == ""
    assert value(read(SHOP + " vrf SHOP\n" + vrf).scope.interface) == "Vlan30"
    assert read("no ip dhcp use vrf connected\n" + SHOP + vrf).scopes.holes


def test_a_pool_for_classes_serves_some_clients_only() -> None:
    text = SHOP + " class TABLETS\n  address range 192.168.30.100 192.168.30.120\n"
    assert "class 'TABLETS' only" in why(read(text).scope.serving)
    assert value(read("no ip dhcp use class\n" + text).scope.serving)


def test_a_switched_off_interface_serves_nobody() -> None:
    networks = Networks(Listed((interface("Vlan30", "192.168.30.1/24", enabled=False),)))
    assert not value(read(SHOP, networks).scope.serving)


@pytest.mark.parametrize("line", ["origin dhcp", "subnet prefix-length 24 8", "authorization method RADIUS"])
def test_addresses_that_others_decide_on_are_not_known(line: str) -> None:
    found = read(f"{SHOP} {line}\n")
    assert isinstance(found.scope.pool, Unknown)
    assert isinstance(found.scope.serving, Unknown)


# -- what clients are told -------------------------------------------------------------------------------------


def test_a_database_agent_keeps_leases() -> None:
    found = read("ip dhcp database flash:leases.txt\n" + SHOP)
    assert isinstance(found.scope.lease_store_persistent, Stated)
    assert value(found.scope.lease_store_persistent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ip 192.168.30.1 192.168.30.2", ("192.168.30.1", "192.168.30.2")),
        ("hex c0a8.1e01", ("192.168.30.1",)),
        ("instance 1 ip 10.0.0.1", ("10.0.0.1",)),
    ],
)
def test_options_by_number_hold_addresses(text: str, expected: tuple[str, ...]) -> None:
    assert tuple(map(str, option_addresses(text))) == expected
    pool = POOL.replace(" dns-server 1.1.1.1 1.0.0.1 \n", f" option 6 {text}\n")
    assert tuple(map(str, value(read(pool).scope.domain_name_servers))) == expected


def test_an_option_besides_its_command_is_in_doubt_unless_they_agree() -> None:
    assert "which of the two counts" in why(read(f"{SHOP} option 6 ip 9.9.9.9\n").scope.domain_name_servers)
    assert value(read(f"{SHOP} option 6 ip 1.1.1.1 1.0.0.1\n").scope.domain_name_servers)
    assert "option 51" in why(read(f"{SHOP} option 51 hex 0000.0e10\n").scope.lease_time)
    assert not read(f"{SHOP} option 150 ip 10.0.0.9\n").unknown


def test_option_108_makes_clients_do_without_ipv4() -> None:
    found = read(f"{SHOP} option 108 hex 0000.0708\n")
    assert value(found.scope.ipv6_only_preferred)
    assert found.lines(found.scope.ipv6_only_preferred) == ("option 108 hex 0000.0708",)


def test_imported_resolvers_count_where_none_are_written() -> None:
    assert value(read(f"{SHOP} import all\n").scope.domain_name_servers)
    pool = POOL.replace(" dns-server 1.1.1.1 1.0.0.1 \n", " import all\n")
    assert "import all" in why(read(pool).scope.domain_name_servers)


def test_a_pool_takes_from_the_pools_around_it_what_it_does_not_say_but_for_the_lease() -> None:
    outer = "ip dhcp pool ALL\n network 192.168.0.0 255.255.0.0\n dns-server 9.9.9.9\n lease 0 1\n"
    inner = "ip dhcp pool POS\n network 192.168.30.0 255.255.255.0\n"
    pos = next(scope for scope in read(outer + inner).scopes if scope.key == "POS")
    assert value(pos.domain_name_servers) == (IPv4Address("9.9.9.9"),)
    assert value(pos.lease_time) == timedelta(days=1)
    assert value(pos.serving)


# -- reservations ----------------------------------------------------------------------------------------------


def test_a_pool_for_one_client_is_a_reservation_by_its_identifier() -> None:
    found = read(SHOP + PRINTER + " client-identifier 0102.005e.0001.50\n")
    (kept,) = found.reservations
    assert (kept.key, value(kept.macs), str(value(kept.address))) == (
        "PRINTER",
        ("02:00:5e:00:01:50",),
        "192.168.30.50",
    )
    assert found.lines(kept.macs) == ("client-identifier 0102.005e.0001.50",)
    assert [scope.key for scope in found.scopes] == ["POS"]
    assert not found.unknown


@pytest.mark.parametrize(
    "line",
    [
        "hardware-address 0200.5e00.0150",
        "client-identifier 0066.6f6f",
        "client-identifier soon",
        "client-name till",
    ],
)
def test_reservations_for_clients_that_are_not_known_by_a_mac_address(line: str) -> None:
    (kept,) = read(f"{SHOP}{PRINTER} {line}\n").reservations
    assert isinstance(kept.macs, Unknown)


def test_other_identities_leave_all_reservations_in_doubt() -> None:
    text = SHOP + PRINTER + " client-identifier 0102.005e.0001.50\n"
    (kept,) = read("ip dhcp use subscriber-id client-id\n" + text).reservations
    assert "subscriber-id" in why(kept.macs)


def test_addresses_within_a_pool_are_kept_for_its_clients() -> None:
    found = read(
        SHOP
        + " address 192.168.30.60 client-id 0102.005e.0001.60\n"
        + " address 192.168.30.61 hardware-address 0200.5e00.0161\n"
        + ' address 192.168.30.62 client-id "Gi1/0/4" ascii\n'
    )
    first, second, third = found.reservations
    assert (first.key, value(first.macs), first.server) == ("POS 192.168.30.60", ("02:00:5e:00:01:60",), "POS")
    assert isinstance(second.macs, Unknown)
    assert isinstance(third.macs, Unknown)


@given(st.integers(min_value=0, max_value=2**48 - 1))
def test_identifiers_are_written_as_they_are_read(number: int) -> None:
    mac = ":".join(f"{number:012x}"[at : at + 2] for at in range(0, 12, 2))
    assert identified(identifier_of(mac)) == (mac,)


# -- relays ----------------------------------------------------------------------------------------------------


def test_a_relay_leaves_the_lease_to_a_server_elsewhere() -> None:
    found = read("interface Vlan30\n ip helper-address 10.0.0.9\n ip helper-address vrf X 10.0.0.10\n")
    assert (found.scope.key, value(found.scope.interface)) == ("relay Vlan30", "Vlan30")
    assert "10.0.0.9, 10.0.0.10" in why(found.scope.lease_time)
    assert not read("no ip forward-protocol udp bootps\ninterface Vlan30\n ip helper-address 10.0.0.9\n").scopes.items


def test_a_relay_besides_a_pool_answers_when_that_is_empty() -> None:
    found = read(SHOP + "interface Vlan30\n ip helper-address 10.0.0.9\n")
    assert "no address left" in why(found.scopes.items[1].serving)


def test_a_policy_profile_of_a_controller_names_a_server_for_its_vlan() -> None:
    policy = "wireless profile policy POS\n vlan 30\n ipv4 dhcp server 10.0.0.9\n"
    vlan30 = replace(interface("Vlan30", "192.168.30.2/24"), vlan=Stated(30, ()))
    networks = Networks(Listed((vlan30, interface("Loopback0", "10.0.0.1/32"))))
    (scope,) = read(policy, networks).scopes
    assert (scope.key, value(scope.interface)) == ("relay Vlan30 policy POS", "Vlan30")
    assert "10.0.0.9" in read(policy).scopes.holes[0].why
    own = read(SHOP + policy.replace("10.0.0.9", "10.0.0.1"), networks)
    assert [each.key for each in own.scopes] == ["POS"], "the controller's own pools answer"


def test_a_pool_that_hands_requests_on_is_a_hole() -> None:
    found = read("ip dhcp pool FAR\n relay source 192.168.30.0 255.255.255.0\n relay destination 10.0.0.9\n")
    assert "hands requests" in found.scopes.holes[0].why


# -- whatever stands there -------------------------------------------------------------------------------------

_WORDS = (
    "network", "host", "lease", "dns-server", "option", "6", "108", "class", "192.168.30.0", "255.255.255.0", "/24",
    "import all", "secondary", "client-identifier", "address", "ip", "hex", "0102.005e.0001.50", "vrf", "no", "relay",
    "\x1b[31m", "١", "origin", "",
)  # fmt: skip
_lines = st.lists(st.lists(st.sampled_from(_WORDS), max_size=5).map(" ".join), max_size=8)


@given(_lines, st.lists(st.sampled_from(["POS", "pos", "P OS", "\x1b", "٣"]), min_size=1, max_size=3))
def test_no_pool_makes_it_raise_and_keys_are_unique(lines: list[str], names: list[str]) -> None:
    text = "".join(f"ip dhcp pool {name}\n" + "".join(f" {line}\n" for line in lines) for name in names)
    found = read(EXCLUDED + text)
    for listed in (found.scopes, found.reservations):
        keys = [each.key for each in listed]
        assert len(set(keys)) == len(keys)


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b", "\x07"]), max_size=12))
def test_alike_names_get_numbers(names: list[str]) -> None:
    keys = list(unique(names))
    assert len(set(keys)) == len(names)


def test_many_pools_and_exclusions_are_read_at_once() -> None:
    text = "".join(f"ip dhcp excluded-address 10.{n // 200}.{n % 200}.9\n" for n in range(4000))
    text += "".join(f"ip dhcp pool P{n}\n network 10.0.0.0 255.0.0.0\n" for n in range(400))
    networks = Networks(Listed(tuple(interface(f"Vlan{n}", "10.0.0.1/8") for n in range(400))))
    assert len(read(text, networks).scopes) == 400
