"""What the texts of dhcpd mean: each valid one judged by the real program, leases also by a real client."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import INFINITE, Assumed, DhcpScope, Stated, Unknown
from auditor.services import Instance, Part
from auditor.services.dhcpd import SERVICE, includes, main_file, owns, state_files
from tests.judges import dhcpd
from tests.judges.rooted import why_not
from tests.services.hosts import host_of

MAIN = "/etc/dhcp/dhcpd.conf"
DEFAULTS = "/etc/default/isc-dhcp-server"
LEASES = "/var/lib/dhcp/dhcpd.leases"
RANGE = "range 192.168.10.100 192.168.10.199;"
WHY_NOT = why_not(dhcpd.PROGRAM) or why_not("udhcpc")
JUDGED = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


def subnet(inside: str = RANGE, network: str = "192.168.10.0") -> str:
    return f"subnet {network} netmask 255.255.255.0 {{ {inside} }}\n"


def instance_of(*, running: bool = True, arguments: tuple[str, ...] = ()) -> Instance:
    return Instance("dhcpd", "dhcpd", MAIN, arguments, Stated(running, ()))


def read(
    text: str, more: dict[str, str] | None = None, *, judged: bool = True, arguments: tuple[str, ...] = (), **host: Any
) -> Part:
    files = {MAIN: text, **(more or {})}
    if judged and not why_not(dhcpd.PROGRAM):
        assert dhcpd.complaint(files, MAIN) == ""
    return SERVICE.read(host_of(files, "dhcpd", **host), instance_of(arguments=arguments))


def scope_of(text: str, **more: Any) -> DhcpScope:
    part = read(text, **more)
    assert len(part.dhcp_scopes) == 1, part.dhcp_scopes
    return part.dhcp_scopes.items[0]


HEALTHY = """# A shop.
authoritative;
default-lease-time 86400; max-lease-time 172800;
subnet 192.168.10.0 netmask 255.255.255.0 {
  range 192.168.10.100
        192.168.10.199;
  option routers 192.168.10.1;
  option domain-name-servers 192.168.10.1, 198.18.0.53;   # "; {"
}
"""


def test_a_healthy_subnet_has_no_unknown() -> None:
    files = {MAIN: HEALTHY, LEASES: "# leases\n", DEFAULTS: '# x\nINTERFACESv4="br-lan"\n'}
    host = host_of(files, "dhcpd")
    part = SERVICE.read(host, instance_of())
    (scope,) = part.dhcp_scopes
    assert not any((part.dhcp_scopes.holes, part.reservations.holes, part.leases.holes, part.disagreements))
    assert scope.key == "dhcpd/192.168.10.0"
    assert (scope.interface.value, scope.serving.value) == ("br-lan", True)  # type: ignore[union-attr]
    assert isinstance(scope.lease_time, Stated)
    assert scope.lease_time.value == timedelta(days=1)
    assert [span.first for span in scope.lease_time.spans] == [3]
    assert isinstance(scope.pool, Stated)
    assert str(scope.pool.value) == "192.168.10.100-192.168.10.199"
    assert [(span.first, span.last) for span in scope.pool.spans] == [(5, 6)]
    assert [str(a) for a in scope.domain_name_servers.value] == ["192.168.10.1", "198.18.0.53"]  # type: ignore[union-attr]
    assert isinstance(scope.ipv6_only_preferred, Assumed)
    assert not scope.ipv6_only_preferred.value
    assert isinstance(scope.lease_store_persistent, Assumed)
    assert scope.lease_store_persistent.value
    assert [line for page in host.reading.coverage() for line in page.unknown] == []


CLASS = 'class "tills" { match if substring(hardware, 1, 1) = 02; %s }\n'
LEASED = [
    (subnet(), 43200),
    ("default-lease-time 172800;" + subnet(), 86400),
    ("max-lease-time 200000;" + subnet(RANGE + "default-lease-time 172800;"), 172800),
    (subnet(RANGE + "default-lease-time 60;"), 300),
    (subnet(RANGE + "default-lease-time 60; max-lease-time 30;"), 30),
    (subnet(RANGE + "default-lease-time 60; min-lease-time 500; max-lease-time 100;"), 500),
    (subnet(RANGE + "default-lease-time 600; default-lease-time 900;"), 900),
    (subnet(f"default-lease-time 86400; pool {{ {RANGE} default-lease-time 900; }}"), 900),
    ("group { default-lease-time 444;" + subnet() + "}", 444),
    ("shared-network s { default-lease-time 555;" + subnet() + "}", 555),
    ("shared-network s {" + subnet("default-lease-time 600;") + f"pool {{ {RANGE} default-lease-time 700; }} }}", 700),
    (subnet(RANGE + "default-lease-time infinite;"), 86400),
    (subnet(RANGE + "if exists host-name { default-lease-time 800; } default-lease-time 900;"), 900),
    (subnet(RANGE + "min-lease-time 0; default-lease-time 100;"), 100),
]


@pytest.mark.parametrize(("text", "expected"), LEASED)
def test_the_lease_of_a_silent_client(text: str, expected: int) -> None:
    lease = scope_of(text).lease_time
    assert not isinstance(lease, Unknown)
    assert lease.value == timedelta(seconds=expected)


@JUDGED
@pytest.mark.parametrize("text", [text for text, _ in LEASED])
def test_a_real_client_gets_that_lease(text: str) -> None:
    lease = scope_of(text, judged=False).lease_time
    got = dhcpd.leased({MAIN: text}, MAIN)
    assert got is not None
    assert not isinstance(lease, Unknown)
    assert lease.value == timedelta(seconds=got[0])


NUMBERS = st.fixed_dictionaries(
    {},
    optional={
        "default-lease-time": st.sampled_from([60, 600, 90000, 172800]),
        "max-lease-time": st.sampled_from([30, 7200, 604800]),
        "min-lease-time": st.sampled_from([0, 100, 100000]),
    },
)


@JUDGED
@settings(max_examples=6)
@given(NUMBERS, NUMBERS, NUMBERS)
def test_made_up_lifetimes_are_what_a_real_client_gets(
    top: dict[str, int], middle: dict[str, int], inner: dict[str, int]
) -> None:
    lines = ["".join(f"{name} {value};" for name, value in level.items()) for level in (top, middle, inner)]
    text = lines[0] + subnet(f"{lines[1]} pool {{ {RANGE} {lines[2]} }}")
    lease, got = scope_of(text).lease_time, dhcpd.leased({MAIN: text}, MAIN)
    assert got is not None
    assert not isinstance(lease, Unknown)
    assert lease.value == timedelta(seconds=got[0])


def test_a_lease_without_end() -> None:
    lease = scope_of(subnet(RANGE + "default-lease-time -1; max-lease-time infinite;")).lease_time
    assert isinstance(lease, Stated)
    assert lease.value == INFINITE


@pytest.mark.parametrize(
    ("text", "could_be"),
    [
        (CLASS % "default-lease-time 600;" + subnet(), {600, 43200}),
        (subnet(RANGE + "if exists host-name { default-lease-time 600; }"), {600, 43200}),
        (
            subnet(
                RANGE + "if exists host-name { max-lease-time 600; } elsif exists fqdn.fqdn { max-lease-time 700; }"
            ),
            {600, 700, 43200},
        ),
        (subnet(RANGE + "adaptive-lease-time-threshold 80;"), set()),
        (subnet(RANGE + "default-lease-time = 5;"), set()),
    ],
)
def test_a_lease_that_cannot_be_decided(text: str, could_be: set[int]) -> None:
    lease = scope_of(text).lease_time
    assert isinstance(lease, Unknown)
    assert lease.near
    assert set(lease.could_be) == {timedelta(seconds=each) for each in could_be}


def test_conditions_that_change_nothing_leave_the_lease_known() -> None:
    text = CLASS % "default-lease-time 43200;" + subnet(RANGE + "if exists host-name { max-lease-time 86400; }")
    assert scope_of(text).lease_time.value == timedelta(hours=12)  # type: ignore[union-attr]
    whole = subnet(RANGE + "if exists host-name { default-lease-time 600; } else { default-lease-time 600; }")
    assert scope_of(whole).lease_time.value == timedelta(minutes=10)  # type: ignore[union-attr]


PEER = (
    'failover peer "two" { primary; address 192.168.10.1; port 647; peer address 192.168.10.2; peer port 647;'
    " max-response-delay 30; max-unacked-updates 10; mclt 1800; split 128; load balance max seconds 3; }\n"
)


def test_a_failover_pair_gives_a_short_first_lease() -> None:
    lease = scope_of(PEER + subnet(f'pool {{ failover peer "two"; {RANGE} }}')).lease_time
    assert isinstance(lease, Unknown)
    assert "mclt" in lease.why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (subnet(RANGE + "default-lease-tim 600;"), "does not know 'default-lease-tim'"),
        (subnet("range 192.168.11.1 192.168.11.9;"), "a range outside"),
        (subnet(RANGE)[:-3], "not closed"),
        (subnet(RANGE + " max-lease-time 600"), "no semicolon"),
        (subnet() + "}", "nothing opened"),
        (subnet() + 'include "/etc/dhcp/gone.conf";', "not captured"),
        (subnet() + 'filename "x;', "does not end"),
    ],
)
def test_what_dhcpd_refuses_serves_nobody_for_certain(text: str, why: str) -> None:
    part = read(text, judged=False)
    reasons = [s.serving.why for s in part.dhcp_scopes if isinstance(s.serving, Unknown)]
    assert any(why in each for each in (*reasons, *(hole.why for hole in part.dhcp_scopes.holes)))
    assert all(isinstance(scope.serving, Unknown) for scope in part.dhcp_scopes)
    if not why_not(dhcpd.PROGRAM):
        assert dhcpd.complaint({MAIN: text}, MAIN)


HOST = "host till { hardware ethernet 2:0:0:0:0:A; %s }\n"
SERVED = [
    (subnet(), True),
    (subnet(RANGE + "deny unknown-clients;"), None),
    (subnet(RANGE + "deny unknown-clients; allow unknown-clients;"), True),
    (subnet(RANGE + "ignore booting;"), False),
    (subnet(RANGE + "deny bootp;"), True),
    (subnet(f"pool {{ {RANGE} deny all clients; }}"), False),
    (subnet(f"pool {{ {RANGE} allow unknown-clients; }}"), True),
    (subnet(f"pool {{ {RANGE} allow known-clients; }}"), None),
    (HOST % "" + subnet(f"pool {{ {RANGE} allow unknown-clients; }}"), None),
    (CLASS % "" + subnet(f'pool {{ {RANGE} allow members of "tills"; }}'), None),
    (CLASS % "" + subnet(f'pool {{ {RANGE} deny members of "tills"; }}'), None),
    (subnet(""), False),
    (HOST % "fixed-address 192.168.10.20;" + subnet(""), True),
]


@pytest.mark.parametrize(("text", "expected"), SERVED)
def test_whether_a_range_serves(text: str, expected: bool | None) -> None:
    serving = scope_of(text).serving
    assert (None if isinstance(serving, Unknown) else serving.value) == expected


@JUDGED
@pytest.mark.parametrize(("text", "expected"), [each for each in SERVED[:8] if each[1] is not None])
def test_a_real_client_is_served_or_not(text: str, expected: bool) -> None:
    assert (dhcpd.leased({MAIN: text}, MAIN) is not None) == expected


@pytest.mark.parametrize(
    ("more", "arguments", "expected"),
    [
        ({}, (), True),
        ({DEFAULTS: 'INTERFACESv4=""\n'}, (), True),
        ({DEFAULTS: 'INTERFACESv4="wan"\n'}, (), False),
        ({DEFAULTS: 'INTERFACESv4="wan br-lan"\n'}, (), True),
        ({DEFAULTS: 'INTERFACESv4="wan"\n'}, ("-4", "-cf", MAIN, "br-lan"), True),
        ({}, ("-4", "-q", "-cf", MAIN, "wan"), False),
        ({}, ("-4", "-cf", MAIN), True),
    ],
)
def test_the_interfaces_it_was_told(more: dict[str, str], arguments: tuple[str, ...], expected: bool) -> None:
    serving = scope_of(subnet(), more=more, arguments=arguments).serving
    assert not isinstance(serving, Unknown)
    assert serving.value == expected


def test_a_server_that_does_not_run_or_is_deaf() -> None:
    (scope,) = SERVICE.read(host_of({MAIN: subnet()}, "dhcpd"), instance_of(running=False)).dhcp_scopes
    assert isinstance(scope.serving, Unknown)
    assert "not running" in scope.serving.why
    part = read(subnet(), sockets=())
    assert len(part.disagreements) == 1
    assert isinstance(part.dhcp_scopes.items[0].serving, Unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (subnet(), ""),
        ("option domain-name-servers 192.0.2.1;" + subnet(), "192.0.2.1"),
        (
            "option domain-name-servers 192.0.2.1;" + subnet(RANGE + "option domain-name-servers 192.0.2.2,192.0.2.3;"),
            "192.0.2.2, 192.0.2.3",
        ),
        ("option Domain-Name-Servers 192.0.2.1;" + subnet(RANGE + "append domain-name-servers 192.0.2.2;"), None),
        ("option own code 6 = array of ip-address; option own 192.0.2.7;" + subnet(), "192.0.2.7"),
        (CLASS % "option domain-name-servers 192.0.2.9;" + subnet(), None),
        (subnet(RANGE + "option domain-name-servers = encode-int(3221225985, 32);"), None),
    ],
)
def test_domain_name_servers_of_the_innermost_scope(text: str, expected: str | None) -> None:
    told = scope_of(text, judged="own code" not in text).domain_name_servers
    assert (None if isinstance(told, Unknown) else ", ".join(map(str, told.value))) == expected


def test_option_108_by_any_name() -> None:
    for text in (
        "option six code 108 = unsigned integer 32;" + subnet(RANGE + "option six 1800;"),
        subnet(RANGE + "option v6-only-preferred 1800;"),
    ):
        preferred = scope_of(text, judged=False).ipv6_only_preferred
        assert isinstance(preferred, Stated)
        assert preferred.value


@pytest.mark.parametrize(
    ("text", "address", "lease"),
    [
        (HOST % "fixed-address 192.168.10.20;", "192.168.10.20", None),
        (HOST % "fixed-address 192.168.10.20; default-lease-time 1200;", "192.168.10.20", 1200),
        ("group { default-lease-time 1300;" + HOST % "fixed-address 192.168.10.20;" + "}", "192.168.10.20", 1300),
        (HOST % "fixed-address 192.168.10.20, 192.168.20.20;", None, None),
        (HOST % "fixed-address till.example;", None, None),
        (HOST % "", "None", None),
    ],
)
def test_host_entries(text: str, address: str | None, lease: int | None) -> None:
    (kept,) = read(text + subnet()).reservations
    assert kept.key == "till"
    assert kept.macs == Stated(("02:00:00:00:00:0a",), kept.macs.spans)
    assert (None if isinstance(kept.address, Unknown) else str(kept.address.value)) == address
    told = None if lease is None else timedelta(seconds=lease)
    assert not isinstance(kept.lease_time, Unknown)
    assert kept.lease_time.value == told


def test_ranges_of_one_subnet_have_keys_of_their_own() -> None:
    part = read(subnet("range 192.168.10.10 192.168.10.19; pool { range 192.168.10.30; }"))
    assert [(scope.key, str(scope.pool.value)) for scope in part.dhcp_scopes] == [  # type: ignore[union-attr]
        ("dhcpd/192.168.10.0/192.168.10.10", "192.168.10.10-192.168.10.19"),
        ("dhcpd/192.168.10.0/192.168.10.30", "192.168.10.30-192.168.10.30"),
    ]


def test_leases_the_last_block_of_an_address_counts() -> None:
    block = "lease 192.168.10.{} {{\n  ends {};\n  binding state {};\n  hardware ethernet 02:00:00:00:00:0{};\n}}\n"
    text = "".join(
        (
            block.format(101, "never", "active", 1),
            block.format(102, "4 2030/01/01 00:00:00", "active", 2),
            block.format(103, "4 2020/01/01 00:00:00", "active", 3),
            block.format(101, "never", "free", 1),
            "lease 192.168.10.104 {\n  ends",
        )
    )
    found = read(subnet(), {LEASES: text}, judged=False).leases
    assert [(lease.key, lease.mac) for lease in found] == [("192.168.10.102", "02:00:00:00:00:02")]
    assert read(subnet(), judged=False).leases.holes


def test_includes_keep_their_own_lines() -> None:
    part = {"/etc/dhcp/shop.conf": "# x\n" + subnet(RANGE + "default-lease-time 900;")}
    (scope,) = read('include "/etc/dhcp/shop.conf";\n', part).dhcp_scopes
    assert isinstance(scope.lease_time, Stated)
    assert [(span.file, span.first) for span in scope.lease_time.spans] == [("/etc/dhcp/shop.conf", 2)]


def test_names_of_files() -> None:
    assert main_file(("-q", "-cf", "/etc/dhcp/own.conf", "eth0")) == "/etc/dhcp/own.conf"
    assert owns("dhcpd.conf", "") == MAIN
    assert owns("dhcpd.leases", "") == LEASES
    assert owns("etc/dhcp/dhcpd.d/a.conf", "") == "/etc/dhcp/dhcpd.d/a.conf"
    assert owns("dnsmasq.conf", "") is None
    found = {each.path: each.required for each in includes(MAIN, 'group { include "/a"; }', ())}
    assert found == {"/a": True, DEFAULTS: False}
    assert state_files({MAIN: 'lease-file-name "/x.leases";'}, ()) == ("/x.leases",)
    assert state_files({MAIN: ""}, ("-lf", "/y.leases")) == ("/y.leases",)
