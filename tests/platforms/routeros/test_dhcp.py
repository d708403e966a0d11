"""`/ip dhcp-server` and `/ip pool` as scopes and reservations."""

from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import AddressRange, Assumed, Stated, Unknown
from auditor.platforms.routeros.dhcp_options import octets
from auditor.platforms.routeros.pools import joined, read_ranges
from auditor.platforms.routeros.times import duration, limit
from tests.platforms.routeros.dhcp_shop import (
    DEVICE,
    NETWORK,
    POOL,
    SERVER,
    SHOP,
    V6,
    V7,
    Read,
    capture_of,
    read,
    read_capture,
)


def told(found: Read) -> tuple[str, ...]:
    fact = found.scope.domain_name_servers
    assert not isinstance(fact, Unknown), fact
    return tuple(map(str, fact.value))


# -- durations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", timedelta(minutes=10)),
        ("1d10m", timedelta(days=1, minutes=10)),
        ("00:30:00", timedelta(minutes=30)),
        ("1d00:10:00", timedelta(days=1, minutes=10)),
        ("3d", timedelta(days=3)),
        ("1w2d", timedelta(days=9)),
        ("1w2d03:00:00", timedelta(days=9, hours=3)),
        ("0s", timedelta(0)),
        ("90", timedelta(seconds=90)),
        ("2s500ms", timedelta(seconds=2, milliseconds=500)),
        ("00:00:00.5", timedelta(milliseconds=500)),
    ],
)
def test_durations_are_read_in_all_forms(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1h1d", "1:2", "10 m", "٣d", "-1d", "99999999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        duration(text)


@pytest.mark.parametrize("text", ["none", "forever", "infinity"])
def test_words_for_no_limit(text: str) -> None:
    assert limit(text) is None
    assert limit("1d") == timedelta(days=1)


# -- scopes ----------------------------------------------------------------------------------------------------


def test_a_server_with_its_pool_and_network_is_a_scope() -> None:
    found = read(SHOP)
    scope = found.scope
    assert (scope.key, scope.device) == ("pos", DEVICE)
    assert scope.interface.value == "vlan30"  # type: ignore[union-attr]
    assert isinstance(scope.serving, Assumed)
    assert str(scope.subnet.value) == "192.168.30.0/24"  # type: ignore[union-attr]
    assert scope.pool.value == AddressRange(IPv4Address("192.168.30.100"), IPv4Address("192.168.30.149"))  # type: ignore[union-attr]
    assert scope.lease_time == Stated(timedelta(days=1), scope.lease_time.spans)
    assert found.line(scope.lease_time.spans[0].first) == SERVER.strip()
    assert told(found) == ("192.168.30.1",)
    assert found.line(scope.domain_name_servers.spans[0].first) == NETWORK.strip()
    assert scope.routers.value == (IPv4Address("192.168.30.1"),)  # type: ignore[union-attr]
    for fact, value in (
        (scope.ipv6_only_preferred, False),
        (scope.lease_store_persistent, True),
        (scope.hears_past_filters, True),
    ):
        assert isinstance(fact, Assumed)
        assert fact.value is value
    assert not found.scopes.holes
    assert not any(isinstance(fact, str) and "unknown" in fact for fact in found.said.values())


@pytest.mark.parametrize(
    ("header", "minutes", "serves"), [(V6, 10, False), (V7, 30, True), (V7.replace("7.16.1", "7.1.5"), 30, True)]
)
def test_what_no_line_says_depends_on_the_version(header: str, minutes: int, serves: bool) -> None:
    scope = read(SHOP.replace("lease-time=1d ", ""), header=header).scope
    assert isinstance(scope.lease_time, Assumed)
    assert scope.lease_time.value == timedelta(minutes=minutes)
    assert isinstance(scope.serving, Assumed)
    assert scope.serving.value is serves


def test_without_a_version_nothing_is_assumed() -> None:
    scope = read(SHOP.replace("lease-time=1d ", ""), header="").scope
    assert isinstance(scope.lease_time, Unknown)
    assert set(scope.lease_time.could_be) == {timedelta(minutes=10), timedelta(minutes=30)}
    assert isinstance(scope.serving, Unknown)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("disabled=yes", "switched off"),
        ("interface=*69", "the interface was deleted"),
    ],
)
def test_servers_that_do_not_answer(change: str, why: str) -> None:
    server = SERVER.replace("interface=vlan30 ", "") if "interface" in change else SERVER
    scope = read(POOL + server.replace("name=pos", f"{change} name=pos") + NETWORK).scope
    assert isinstance(scope.serving, Stated), why
    assert scope.serving.value is False


@pytest.mark.parametrize(
    ("relay", "interface", "only"),
    [
        ("10.0.0.9", "", IPv4Address("10.0.0.9")),
        ("255.255.255.255", "", None),
        ("0.0.0.0", "vlan30", None),
    ],
)
def test_a_server_for_relays_is_on_no_interface(relay: str, interface: str, only: IPv4Address | None) -> None:
    """Its pool need not lie in the subnets of the interface at which relays find it."""
    shop = SHOP.replace("192.168.30.", "192.168.77.") if not interface else SHOP
    scope = read(shop.replace("name=pos", f"relay={relay} name=pos")).scope
    assert (scope.interface.value, scope.only_relay) == (interface, only)  # type: ignore[union-attr]
    assert scope.serving.value is True  # type: ignore[union-attr]


def test_a_relay_that_cannot_be_read_leaves_open_whom_a_server_is_for() -> None:
    scope = read(SHOP.replace("name=pos", "relay=branch name=pos")).scope
    assert isinstance(scope.serving, Unknown)
    assert isinstance(scope.interface, Unknown)


def test_a_server_of_static_leases_for_a_relay() -> None:
    server = SERVER.replace("address-pool=pool-pos", "address-pool=static-only relay=192.168.30.9")
    scope = read(POOL + server + NETWORK).scope
    assert scope.subnet.value == IPv4Network("192.168.30.0/24")  # type: ignore[union-attr]


def test_a_server_on_the_port_of_a_bridge_does_not_answer() -> None:
    port = "/interface bridge port add bridge=bridge interface=vlan30\n"
    scope = read(port + SHOP).scope
    assert isinstance(scope.serving, Stated)
    assert scope.serving.value is False
    assert len(scope.serving.spans) == 2
    assert read(port.replace("interface=vlan30", "disabled=yes interface=vlan30") + SHOP).scope.serving.value is True  # type: ignore[union-attr]


def test_what_the_device_says_above_a_server_counts() -> None:
    export = (
        POOL + "/ip dhcp-server\n# No IP address on interface\n" + SERVER.removeprefix("/ip dhcp-server ") + NETWORK
    )
    assert read(export).scope.serving.value is False  # type: ignore[union-attr]


def test_an_interface_without_addresses_is_in_doubt() -> None:
    assert isinstance(read(SHOP.replace("vlan30", "ether9")).scope.serving, Unknown)


@pytest.mark.parametrize("pool", ["192.168.31.100-192.168.31.149", "192.168.30.100-192.168.31.20"])
def test_a_pool_outside_the_subnets_of_its_interface_is_in_doubt(pool: str) -> None:
    found = read(SHOP.replace("192.168.30.100-192.168.30.149", pool).replace("30.0/24", "0.0/16"))
    assert "is not within the subnets" in found.scope.serving.why  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("pool", "keys"),
    [
        ("192.168.30.10-192.168.30.19,192.168.30.20-192.168.30.29", ["pos"]),
        ("192.168.30.10-192.168.30.19,192.168.30.40-192.168.30.49", ["pos/192.168.30.10", "pos/192.168.30.40"]),
        ("192.168.30.9", ["pos"]),
    ],
)
def test_ranges_that_do_not_touch_are_scopes_of_their_own(pool: str, keys: list[str]) -> None:
    found = read(SHOP.replace("192.168.30.100-192.168.30.149", pool))
    assert [scope.key for scope in found.scopes] == keys
    assert all(str(scope.subnet.value) == "192.168.30.0/24" for scope in found.scopes)  # type: ignore[union-attr]


def test_the_next_pool_is_given_out_too() -> None:
    pools = (
        POOL.replace("ranges", "next-pool=more ranges") + "/ip pool add name=more ranges=192.168.31.2-192.168.31.9\n"
    )
    found = read(pools + SERVER + NETWORK + NETWORK.replace("192.168.30", "192.168.31"))
    assert [str(scope.subnet.value) for scope in found.scopes] == ["192.168.30.0/24", "192.168.31.0/24"]  # type: ignore[union-attr]
    ring = POOL.replace("ranges", "next-pool=pool-pos ranges")
    assert len(read(ring + SERVER + NETWORK).scopes) == 1


@pytest.mark.parametrize("pool", ["", POOL + POOL, POOL.replace("100-", "200-"), POOL.replace("ranges=", "ranges=x")])
def test_a_pool_that_cannot_be_told_is_unknown(pool: str) -> None:
    assert isinstance(read(pool + SERVER + NETWORK).scope.pool, Unknown)


def test_static_only_gives_out_no_pool() -> None:
    scope = read(SERVER.replace("address-pool=pool-pos ", "") + NETWORK).scope
    assert isinstance(scope.pool, Assumed)
    assert scope.pool.value is None
    assert str(scope.subnet.value) == "192.168.30.0/24"  # type: ignore[union-attr]


def test_the_narrowest_network_counts() -> None:
    wide = "/ip dhcp-server network add address=192.168.0.0/16 dns-server=8.8.8.8\n"
    assert told(read(wide + SHOP)) == ("192.168.30.1",)
    other = "/ip dhcp-server network add address=192.168.30.140/32 dns-server=9.9.9.9 gateway=192.168.30.1\n"
    found = read(SHOP + other)
    assert isinstance(found.scope.domain_name_servers, Unknown)
    assert found.scope.routers.value == (IPv4Address("192.168.30.1"),)  # type: ignore[union-attr]


def test_the_netmask_of_a_network_counts_for_clients() -> None:
    assert str(read(SHOP.replace("gateway=", "netmask=16 gateway=")).scope.subnet.value) == "192.168.0.0/16"  # type: ignore[union-attr]
    assert str(read(SHOP.replace("gateway=", "netmask=0 gateway=")).scope.subnet.value) == "192.168.30.0/24"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "network", ["", NETWORK.replace("192.168.30.0/24", "10.0.0.0/8"), NETWORK.replace("address=192", "address=x")]
)
def test_without_a_network_nobody_knows_what_clients_are_told(network: str) -> None:
    scope = read(POOL + SERVER + network).scope
    assert isinstance(scope.domain_name_servers, Unknown)
    assert isinstance(scope.subnet, Unknown)
    assert isinstance(scope.lease_time, Stated)


# -- resolvers that clients are told ---------------------------------------------------------------------------

_SILENT = SHOP.replace("dns-server=192.168.30.1 ", "")
_STATIC = "/ip dns set servers=1.1.1.1,2606:4700:4700::1111\n"
_CLIENT = "/ip dhcp-client add interface=ether1\n"


def test_without_resolvers_clients_get_those_of_the_router() -> None:
    assert told(read(_SILENT + _STATIC)) == ("1.1.1.1",)
    assert told(read(_SILENT + _STATIC + _CLIENT.replace("interface", "use-peer-dns=no interface"))) == ("1.1.1.1",)
    assert told(read(_SILENT)) == ()


def test_what_the_uplink_hands_out_goes_before() -> None:
    unknown = read(_SILENT + _STATIC + _CLIENT).scope.domain_name_servers
    assert isinstance(unknown, Unknown)
    assert "/ip dns print" in unknown.settle
    shown = "                      servers: 1.1.1.1\n              dynamic-servers: 10.0.0.53\n"
    assert told(read(_SILENT + _STATIC + _CLIENT, dns=shown)) == ("10.0.0.53",)
    assert told(read(_SILENT + _STATIC + _CLIENT, dns=shown.replace("10.0.0.53", ""))) == ("1.1.1.1",)


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        ("/interface pppoe-client add disabled=no interface=ether1 name=wan\n", False),
        ("/interface pppoe-client add disabled=no interface=ether1 name=wan use-peer-dns=yes\n", True),
        ("/interface l2tp-client add disabled=no connect-to=192.0.2.1 name=vpn\n", False),
        ("/interface l2tp-client add disabled=no connect-to=192.0.2.1 name=vpn use-peer-dns=exclusively\n", True),
        ("/interface lte set [ find default-name=lte1 ] name=lte1\n", True),
        ("/interface lte apn set [ find default=yes ] use-peer-dns=no\n/interface lte set lte1 mtu=1500\n", False),
        ("/interface ppp-client add disabled=no name=modem port=usb1\n", True),
        ("/ip dhcp-client add disabled=yes interface=ether1\n", False),
    ],
)
def test_who_takes_resolvers_from_the_other_side(lines: str, taken: bool) -> None:
    assert isinstance(read(_SILENT + _STATIC + lines).scope.domain_name_servers, Unknown) is taken


def test_dns_none_stops_it() -> None:
    assert told(read(_SILENT.replace("gateway=", "dns-none=yes gateway=") + _STATIC + _CLIENT)) == ()
    assert isinstance(read(SHOP.replace("gateway=", "dns-none=yes gateway=")).scope.domain_name_servers, Unknown)


# -- options ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0x0a000001", bytes([10, 0, 0, 1])),
        ("'10.0.0.1'", bytes([10, 0, 0, 1])),
        ("'10.0.0.1''10.0.0.2'", bytes([10, 0, 0, 1, 10, 0, 0, 2])),
        ("s'10.0.0.1'", b"10.0.0.1"),
        ("s'160'", b"160"),
        ("'10'", b"\n"),
        ("'test'", b"test"),
        ("0x01'vards'", b"\x01vards"),
        ("", b""),
    ],
)
def test_values_of_options(value: str, expected: bytes) -> None:
    assert octets(value) == expected


@pytest.mark.parametrize("value", ["$(HOSTNAME)", "'a'$(NETWORK_GATEWAY)", "test", "'300'", "'open", "0x0"])
def test_values_that_cannot_be_told(value: str) -> None:
    with pytest.raises(ValueError, match=r"it is made|neither|a number"):
        octets(value)


def _option(code: int, value: str, name: str = "o") -> str:
    return f'/ip dhcp-server option add code={code} name={name} value="{value}"\n'


_SET = "/ip dhcp-server option sets add name=s options=o\n"


@pytest.mark.parametrize(
    "export",
    [
        _SILENT.replace("gateway=", "dhcp-option=o gateway="),
        SHOP.replace("gateway=", "dhcp-option-set=s gateway="),
        SHOP.replace("interface=", "dhcp-option-set=s interface="),
    ],
)
def test_option_6_says_whom_to_ask(export: str) -> None:
    assert told(read(export + _option(6, "'9.9.9.9'") + _SET)) == ("9.9.9.9",)


def test_an_option_beside_the_setting_must_say_the_same() -> None:
    both = SHOP.replace("gateway=", "dhcp-option=o gateway=")
    assert told(read(both + _option(6, "'192.168.30.1'"))) == ("192.168.30.1",)
    assert isinstance(read(both + _option(6, "'9.9.9.9'")).scope.domain_name_servers, Unknown)
    assert told(read(both + _option(66, "'9.9.9.9'"))) == ("192.168.30.1",)


def test_options_for_other_facts() -> None:
    network = SHOP.replace("gateway=", "dhcp-option=o gateway=")
    assert isinstance(read(network + _option(51, "0x00015180")).scope.lease_time, Unknown)
    preferred = read(network + _option(108, "0x00000708")).scope.ipv6_only_preferred
    assert isinstance(preferred, Stated)
    assert preferred.value is True
    routers = read(SHOP.replace("gateway=192.168.30.1", "dhcp-option=o") + _option(3, "'192.168.30.2'")).scope.routers
    assert routers.value == (IPv4Address("192.168.30.2"),)  # type: ignore[union-attr]


def test_options_for_some_clients_are_in_doubt_for_all() -> None:
    lease = "/ip dhcp-server lease add address=192.168.30.7 dhcp-option=o mac-address=02:00:5E:00:00:07 server=pos\n"
    scope = read(SHOP + lease + _option(6, "'9.9.9.9'")).scope
    assert isinstance(scope.domain_name_servers, Unknown)
    assert isinstance(scope.lease_time, Stated)
    assert told(read(SHOP + lease + _option(6, "'192.168.30.1'"))) == ("192.168.30.1",)
    assert told(read(SHOP + lease.replace(".30.7", ".40.7") + _option(6, "'9.9.9.9'"))) == ("192.168.30.1",)
    assert told(read(SHOP + lease.replace("add ", "add disabled=yes ") + _option(6, "'9.9.9.9'"))) == ("192.168.30.1",)


def test_a_matcher_sends_clients_to_another_pool() -> None:
    matcher = "/ip dhcp-server matcher add address-pool=x code=60 name=m option-set=s server=pos value=phone\n"
    scope = read(SHOP + matcher + _option(6, "'9.9.9.9'") + _SET).scope
    assert isinstance(scope.pool, Unknown)
    assert isinstance(scope.domain_name_servers, Unknown)
    assert isinstance(scope.lease_time, Stated)
    assert isinstance(read(SHOP + matcher.replace("server=pos", "server=guest") + _SET).scope.pool, Stated)


def test_radius_may_say_anything() -> None:
    scope = read(SHOP.replace("interface=vlan30", "interface=vlan30 use-radius=yes")).scope
    for fact in (scope.lease_time, scope.pool, scope.domain_name_servers):
        assert isinstance(fact, Unknown)
        assert "RADIUS" in fact.why
    assert isinstance(
        read(SHOP.replace("interface=vlan30", "interface=vlan30 use-radius=accounting")).scope.pool, Stated
    )


# -- where leases are kept -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "kept"), [("never", False), ("immediately", True), ("5m", True), ("12h", True), ("2d", False)]
)
def test_leases_survive_if_they_are_written_in_time(every: str, kept: bool) -> None:
    scope = read(SHOP + f"/ip dhcp-server config set store-leases-disk={every}\n").scope
    assert isinstance(scope.lease_store_persistent, Stated)
    assert scope.lease_store_persistent.value is kept


# -- relays, holes ---------------------------------------------------------------------------------------------


def test_a_relay_is_a_scope_of_which_nothing_is_known() -> None:
    relay = "/ip dhcp-relay add dhcp-server=10.0.0.2 interface=vlan30 local-address=192.168.30.1 name=r\n"
    scope = read(relay).scope
    assert (scope.key, scope.interface.value) == ("relay r", "vlan30")  # type: ignore[union-attr]
    assert isinstance(scope.serving, Unknown)
    assert "10.0.0.2" in scope.serving.settle
    assert scope.relays_to == (IPv4Address("10.0.0.2"),)
    several = read(relay.replace("10.0.0.2", "10.0.0.2,10.0.0.3")).scope
    assert several.relays_to == (IPv4Address("10.0.0.2"), IPv4Address("10.0.0.3"))
    assert not read(relay.replace("add ", "add disabled=yes ")).scopes.items


def test_a_part_of_an_export_has_holes() -> None:
    found = read("/interface bridge add name=bridge\n", ends="")
    assert found.scopes.holes
    assert found.reservations.holes
    assert read_capture(capture_of(SHOP)).scopes.holes == ()


@pytest.mark.parametrize("damage", ["/ip dhcp-server remove 0\n", "/ip dhcp-server set 0 lease-time=10m\n"])
def test_statements_about_unknown_items_are_holes(damage: str) -> None:
    assert read(SHOP + damage).scopes.holes


def test_what_is_read_counts_as_understood() -> None:
    found = read(SHOP + "/ip dhcp-server lease add address=192.168.30.7 mac-address=02:00:5E:00:00:07 server=pos\n")
    (coverage,) = found.config.coverage()
    assert [each for each in coverage.unknown if "system" not in each.keywords] == []


# -- reservations ----------------------------------------------------------------------------------------------

_LEASE = "/ip dhcp-server lease add address=192.168.30.7 comment=till mac-address=02:00:5E:00:00:0A server=pos\n"


def test_a_static_lease_is_a_reservation() -> None:
    (found,) = read(SHOP + _LEASE).reservations
    assert (found.key, found.macs.value) == ("till", ("02:00:5e:00:00:0a",))  # type: ignore[union-attr]
    assert found.address.value == IPv4Address("192.168.30.7")  # type: ignore[union-attr]
    assert found.lease_time.value is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [("comment=till ", "", "02:00:5e:00:00:0a"), ("comment=till", 'comment="a\\nb"', "a\\nb")],
)
def test_what_a_reservation_goes_by(old: str, new: str, key: str) -> None:
    assert [each.key for each in read(SHOP + _LEASE.replace(old, new)).reservations] == [key]


def test_leases_with_one_comment_are_told_apart() -> None:
    found = read(SHOP + _LEASE + _LEASE.replace("0A", "0B").replace(".30.7", ".30.8")).reservations
    assert [each.key for each in found] == ["till 02:00:5e:00:00:0a", "till 02:00:5e:00:00:0b"]


@pytest.mark.parametrize(
    ("change", "macs"),
    [
        ("client-id=1:2:0:5e:0:0:a mac-address=02:00:5E:00:00:0A", ("02:00:5e:00:00:0a",)),
        ("client-id=1:2:0:5e:0:0:a", ("02:00:5e:00:00:0a",)),
        ("client-id=1:2:0:5e:0:0:b mac-address=02:00:5E:00:00:0A", None),
        ("client-id=ff:1:2:3 mac-address=02:00:5E:00:00:0A", None),
        ("mac-address=00:00:00:00:00:00", None),
        ("mac-address=nonsense", None),
    ],
)
def test_whom_a_lease_is_for(change: str, macs: tuple[str, ...] | None) -> None:
    (found,) = read(SHOP + _LEASE.replace("mac-address=02:00:5E:00:00:0A", change)).reservations
    assert isinstance(found.macs, Unknown) if macs is None else found.macs.value == macs  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["0.0.0.0", "pool-pos"])
def test_a_lease_without_an_address_of_its_own(word: str) -> None:
    (found,) = read(
        SHOP + _LEASE.replace("192.168.30.7", word).replace("server=", "lease-time=2h server=")
    ).reservations
    assert found.address.value is None  # type: ignore[union-attr]
    assert found.lease_time.value == timedelta(hours=2)  # type: ignore[union-attr]


def test_leases_that_are_not_in_force() -> None:
    assert not read(SHOP + _LEASE.replace("add ", "add disabled=yes ")).reservations.items
    assert not read(SHOP + _LEASE.replace("server=pos", "server=*5")).reservations.items
    (blocked,) = read(SHOP + _LEASE.replace("add ", "add block-access=yes ")).reservations
    assert isinstance(blocked.address, Unknown)


# -- any text --------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    [
        "/ip dhcp-server add ", "/ip pool add ", "/ip dhcp-server network add ", "/ip dhcp-server lease add ",
        "/ip dhcp-server option add ", "/ip dhcp-server option sets add ", "/ip dhcp-server matcher add ", "name=", "s",
        "options=", "address-pool=", "ranges=", "next-pool=", "address=", "192.168.30.1", "-", ",", "/", "24",
        "0.0.0.0", "dns-server=", "dhcp-option=", "dhcp-option-set=", "code=", "6", "value=", "'", "0x",
        "lease-time=", "1d", "w",
        "mac-address=", "client-id=", "1:", ":", "use-radius=", "yes", "\n", " ", '"', "\\", "netmask=", "relay=",
    ]
)  # fmt: skip


@given(st.lists(_WORDS | st.text(max_size=3), max_size=60).map("".join))
def test_any_text_is_read(text: str) -> None:
    found = read(SHOP + text)
    assert isinstance(found.said, dict)


@given(st.text(alphabet="0123456789wdhms:. ", max_size=12))
def test_durations_are_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert duration(text) >= timedelta(0)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 5)).map(
            lambda pair: AddressRange(IPv4Address(pair[0]), IPv4Address(pair[0] + pair[1]))
        ),
        max_size=8,
    ).map(tuple)
)
def test_joined_ranges_hold_the_same_addresses(ranges: tuple[AddressRange, ...]) -> None:
    def held(listed: tuple[AddressRange, ...]) -> set[int]:
        return {number for each in listed for number in range(int(each.first), int(each.last) + 1)}

    result = joined(ranges)
    assert held(result) == held(ranges)
    assert all(int(one.last) + 1 < int(other.first) for one, other in pairwise(result))
    assert read_ranges(",".join(map(str, result))) == result if result else True
