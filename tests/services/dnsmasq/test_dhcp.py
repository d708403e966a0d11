"""What clients of dnsmasq get, compared with what a real client of the real program gets."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import INFINITE, AddressRange, Assumed, Stated, Unknown
from auditor.services.dnsmasq import SERVICE
from tests.judges import dnsmasq
from tests.judges.rooted import why_not
from tests.services.dnsmasq.built import MAIN, PROCESS, RANGE, host, instance, part, scope, value
from tests.services.hosts import host_of, interface_of

real = pytest.mark.skipif(bool(why_not(dnsmasq.PROGRAM)), reason=why_not(dnsmasq.PROGRAM) or "there")
HOUR = timedelta(hours=1)
A_RANGE = "dhcp-range=192.168.10.50,192.168.10.150"


@pytest.mark.parametrize(
    ("written", "lease"),
    [
        ("", HOUR),
        (",", HOUR),
        (",deprecated", HOUR),
        (",24h", 24 * HOUR),
        (",45M", timedelta(minutes=45)),
        (",1m", timedelta(minutes=2)),
        (",h", timedelta(minutes=2)),
        (",86400", 24 * HOUR),
        (",1w", timedelta(weeks=1)),
        (",99999w", timedelta(seconds=349853056)),
        (",infinite", INFINITE),
        (",255.255.255.0,24h", 24 * HOUR),
        (",255.255.255.0,192.168.10.255,24h", 24 * HOUR),
    ],
)
@real
def test_the_lease_is_what_a_client_gets(written: str, lease: timedelta) -> None:
    text = f"{A_RANGE}{written}\nport=0\n"
    fact = scope(text).lease_time
    assert value(fact) == lease
    assert isinstance(fact, Assumed) is (lease == HOUR)
    seconds = 0xFFFFFFFF if lease == INFINITE else int(lease.total_seconds())
    assert dnsmasq.lease({MAIN: text}, MAIN)["lease"] == str(seconds)


_LINES = st.lists(
    st.sampled_from(
        [
            "dhcp-option=6,192.0.2.1",
            "dhcp-option=option:dns-server,0.0.0.0,192.0.2.2",
            "dhcp-option=6",
            "dhcp-option=tag:br-lan,6,192.0.2.3",
            "dhcp-option=tag:!br-lan,6,192.0.2.4",
            "dhcp-option=tag:nobody,6,192.0.2.5",
            "dhcp-option=own,6,192.0.2.6",
            "dhcp-option=3,192.168.10.254",
            "dhcp-option=option:router",
            "dhcp-option=108,0:0:7:8",
            "dhcp-option=108",
            "dhcp-option=51,86400",
            "dhcp-option=option:ipv6-only,1800",
            "port=5353",
            "no-dhcp-interface=br-lan",
            "except-interface=br-*",
            "interface=br-lan",
            "interface=lo",
            "listen-address=192.168.10.1",
            "listen-address=127.0.0.1",
            "dhcp-ignore=tag:br-lan",
            "dhcp-ignore=tag:nobody",
            "dhcp-ignore=tag:!known",
            "dhcp-host=02:00:00:00:00:77,192.168.10.20,till",
            "dhcp-relay=192.168.10.1,198.18.0.9",
            "dhcp-lease-max=200",
        ]
    ),
    max_size=5,
)
_RANGES = st.sampled_from(
    [
        "192.168.10.50,192.168.10.150,2h",
        "192.168.10.150,192.168.10.50,2h",
        "set:own,192.168.10.50,192.168.10.150",
        "own,192.168.10.50,192.168.10.150,3h",
        "tag:br-lan,192.168.10.50,192.168.10.150,3h",
        "tag:nobody,192.168.10.50,192.168.10.150,3h",
        "192.168.10.50,192.168.10.100,255.255.255.128,4h",
        "192.168.10.50,192.168.11.50,4h",
        "192.168.10.0,static,4h",
    ]
)


@real
@settings(max_examples=25, deadline=None)
@given(_RANGES, _LINES)
def test_facts_are_what_a_client_gets(range_: str, lines: list[str]) -> None:
    text = "\n".join([f"dhcp-range={range_}", *dict.fromkeys(lines), ""])
    read = part(text).dhcp_scopes.items[0]
    got = dnsmasq.lease({MAIN: text, "/etc/resolv.conf": "nameserver 198.51.100.53\n"}, MAIN)
    if isinstance(read.serving, Unknown):
        return
    static = value(read.pool) is None
    assert bool(got) is (read.serving.value and not static)
    if not got:
        return
    pool, lease = value(read.pool), value(read.lease_time)
    assert isinstance(pool, AddressRange)
    assert IPv4Address(got["address"]) in pool
    assert lease == timedelta(seconds=int(got["lease"]))
    assert value(read.domain_name_servers) == tuple(map(IPv4Address, got["dns"].split()))
    assert value(read.routers) == tuple(map(IPv4Address, got["router"].split()))
    assert value(read.ipv6_only_preferred) is bool(got["108"])


@pytest.mark.parametrize(
    ("line", "lease", "address"),
    [
        ("dhcp-host=02:00:00:00:00:01,192.168.10.70", 7200, "192.168.10.70"),
        ("dhcp-host=02:00:00:00:00:01,192.168.10.70,till,45m", 2700, "192.168.10.70"),
        ("dhcp-host=02:00:00:00:00:02,02:00:00:00:00:01,192.168.10.70,1m", 120, "192.168.10.70"),
        ("dhcp-host=id:*,02:00:00:00:00:01,set:x,192.168.10.70", 7200, "192.168.10.70"),
        ("dhcp-host=2:0:0:0:0:1,192.168.10.70,infinite", 0xFFFFFFFF, "192.168.10.70"),
    ],
)
@real
def test_reservations(line: str, lease: int, address: str) -> None:
    text = f"dhcp-range=192.168.10.0,static,2h\n{line}\nport=0\n"
    read = part(text)
    (reservation,) = read.reservations
    assert "02:00:00:00:00:01" in str(value(reservation.macs))
    assert str(value(reservation.address)) == address
    own = value(reservation.lease_time) or value(read.dhcp_scopes.items[0].lease_time)
    assert own == (INFINITE if lease == 0xFFFFFFFF else timedelta(seconds=lease))
    got = dnsmasq.lease({MAIN: text}, MAIN)
    assert (got["address"], got["lease"]) == (address, str(lease))


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        ("dhcp-host=02:*:*:*:*:*,ignore", "serving"),
        ("dhcp-host=02:*:*:*:*:*,45m", "lease_time"),
        ("dhcp-host=till,45m", "lease_time"),
        ("dhcp-option-force=51,86400", "lease_time"),
        ("dhcp-mac=set:pos,02:*:*:*:*:*\ndhcp-option=tag:pos,6,192.0.2.1", "domain_name_servers"),
        ("dhcp-vendorclass=set:pos,udhcp\ndhcp-option=tag:pos,108", "ipv6_only_preferred"),
        ("dhcp-host=02:00:00:00:00:01,set:pos\ndhcp-ignore=tag:pos", "serving"),
        ("dhcp-host=02:00:00:00:00:01,192.168.10.9\ndhcp-ignore=tag:!known", "serving"),
        ("dhcp-lease-max=10", "pool"),
        ("leasefile-ro", "lease_store_persistent"),
        ("conf-file=/etc/other.conf", "serving"),
        ("conf-script=/usr/local/bin/options", "domain_name_servers"),
        ("dhcp-option=6,nobody", "domain_name_servers"),
        ("dhcp-alternate-port", "serving"),
        ("no-resolv=1", "serving"),
    ],
)
def test_what_depends_on_the_client_or_is_not_read_is_unknown(lines: str, fact: str) -> None:
    read = scope(f"{RANGE}{lines}\n")
    assert isinstance(getattr(read, fact), Unknown)


def test_an_option_for_clients_of_another_subnet_does_not_concern_these() -> None:
    text = f"{RANGE}dhcp-host=02:00:00:00:00:01,192.168.99.9,set:pos\ndhcp-option=tag:pos,6,192.0.2.1\n"
    assert value(scope(text).domain_name_servers) == (IPv4Address("192.168.10.1"),)


def test_two_ranges_have_keys_that_do_not_depend_on_their_ends() -> None:
    text = "dhcp-range=192.168.10.50,192.168.10.60\ndhcp-range=set:b,192.168.10.150,192.168.10.160,3h\n"
    first, second = part(text).dhcp_scopes
    assert (first.key, second.key) == ("dnsmasq/192.168.10.50", "dnsmasq/192.168.10.150")
    assert (value(first.lease_time), value(second.lease_time)) == (HOUR, 3 * HOUR)


def test_each_range_belongs_to_the_interface_of_its_subnet() -> None:
    text = "dhcp-range=192.168.20.5,192.168.20.9\ndhcp-range=192.168.30.5,192.168.30.9,255.255.255.0\n"
    files = {MAIN: text}
    shop = (interface_of("br-lan.20", "192.168.20.1/24"), interface_of("br-lan", "192.168.10.1/24"))
    first, relayed = SERVICE.read(host_of(files, "dnsmasq", interfaces=shop), instance()).dhcp_scopes
    assert (first.key, value(first.interface)) == ("dnsmasq/192.168.20.0", "br-lan.20")
    assert value(first.subnet) == IPv4Network("192.168.20.0/24")
    assert (relayed.key, value(relayed.interface)) == ("dnsmasq/192.168.30.0", "")


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("dhcp-relay=192.168.10.1,198.18.0.9", ("198.18.0.9",)),
        ("dhcp-relay=192.168.10.1,198.18.0.9,eth1", ("198.18.0.9",)),
        ("dhcp-relay=192.168.10.1,198.18.0.9#6767", ()),
        ("dhcp-relay=192.168.10.1,,eth1", ()),
    ],
)
def test_a_relay_is_where_its_own_address_is(line: str, asked: tuple[str, ...]) -> None:
    """The interface behind the server is where its answers come in, not where clients are."""
    (relay,) = part(line + "\n").dhcp_scopes
    assert (value(relay.interface), relay.relays_to) == ("br-lan", tuple(map(IPv4Address, asked)))


def test_ipv6_and_proxy_ranges_are_no_scopes() -> None:
    read = part("dhcp-range=::,constructor:br-lan,ra-stateless\ndhcp-range=192.168.10.0,proxy\n").dhcp_scopes
    assert (read.items, read.holes) == ((), ())


@pytest.mark.parametrize(
    ("line", "kept"),
    [("", True), ("dhcp-leasefile=/tmp/x", False), ("dhcp-leasefile=/run/x", False), ("dhcp-leasefile=/srv/x", True)],
)
def test_where_leases_are_kept(line: str, kept: bool) -> None:
    assert value(scope(f"{RANGE}{line}\n").lease_store_persistent) is kept


def test_leases() -> None:
    leases = {
        "/var/lib/misc/dnsmasq.leases": "1770000000 02:00:00:00:00:01 192.168.10.61 till 01:02\n"
        "duid 00:01\n1770000000 12 2001:db8::1 till 00:01\n"
    }
    (lease,) = part(RANGE, files=leases).leases
    assert (lease.mac, value(lease.address)) == ("02:00:00:00:00:01", IPv4Address("192.168.10.61"))


def test_what_does_not_run_is_not_known_to_serve() -> None:
    found = SERVICE.read(host(RANGE), instance(running=Stated(False, (PROCESS,))))
    assert isinstance(found.dhcp_scopes.items[0].serving, Unknown)
    assert isinstance(found.resolvers.items[0].serving, Unknown)


def test_a_healthy_shop_has_nothing_unknown() -> None:
    found = part(f"interface=br-lan\n{RANGE}dhcp-authoritative\ndomain-needed\nbogus-priv\nserver=9.9.9.9\nno-resolv\n")
    read = (*found.dhcp_scopes, *found.resolvers)
    facts = [getattr(each, name) for each in read for name in each.__dataclass_fields__]
    assert not [fact for fact in facts if isinstance(fact, Unknown)]
    resolver = found.resolvers.items[0]
    lists = (found.dhcp_scopes, found.reservations, found.leases, resolver.forwarders, resolver.local_answers)
    assert [each.holes for each in lists] == [()] * 5
    assert isinstance(found.dhcp_scopes.items[0].lease_time, Stated)


def test_ethers() -> None:
    (reservation,) = part(
        f"{RANGE}read-ethers\n", files={"/etc/ethers": "02:00:00:00:00:01 192.168.10.9\n"}
    ).reservations
    assert value(reservation.address) == IPv4Address("192.168.10.9")
