"""What the texts of Kea mean, each valid one judged by the real program."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import INFINITE, Assumed, DhcpScope, Stated, Unknown
from auditor.services import Instance, Part, Socket
from auditor.services.kea import SERVICE, includes, main_file, owns, state_files
from tests.judges import kea
from tests.judges.rooted import why_not
from tests.services.hosts import host_of, interface_of

MAIN = "/etc/kea/kea-dhcp4.conf"
SUBNET: dict[str, Any] = {"subnet": "192.168.10.0/24", "pools": [{"pool": "192.168.10.100 - 192.168.10.199"}]}
JUDGED = pytest.mark.skipif(bool(why_not(kea.PROGRAM)), reason=why_not(kea.PROGRAM))


def dhcp4(*subnets: dict[str, Any], **settings: Any) -> str:
    """A whole configuration; underscores in names are hyphens."""
    base: dict[str, Any] = {"interfaces-config": {"interfaces": ["br-lan"]}, "subnet4": list(subnets or (SUBNET,))}
    own = {name.replace("_", "-"): value for name, value in settings.items()}
    return json.dumps({"Dhcp4": base | own}, indent=2)


def instance_of(*, running: bool = True) -> Instance:
    return Instance("kea", "kea", MAIN, ("-c", MAIN) if running else (), Stated(running, ()))


def read(text: str, more: dict[str, str] | None = None, *, judged: bool = True, **given_host: Any) -> Part:
    files = {MAIN: text, **(more or {})}
    if judged and not why_not(kea.PROGRAM):
        assert kea.complaint(files, MAIN) == ""
    return SERVICE.read(host_of(files, "kea", **given_host), instance_of())


def scope_of(text: str, *, judged: bool = True, **more: Any) -> DhcpScope:
    part = read(text, judged=judged, **more)
    assert len(part.dhcp_scopes) == 1, part.dhcp_scopes
    return part.dhcp_scopes.items[0]


def test_a_healthy_subnet_has_no_unknown() -> None:
    routers = [{"name": "routers", "data": "192.168.10.1"}, {"code": 6, "data": "192.168.10.1, 198.18.0.53"}]
    leases = {"/var/lib/kea/kea-leases4.csv": "address,hwaddr,client_id,valid_lifetime,expire\n"}
    host = host_of({MAIN: dhcp4(SUBNET | {"option-data": routers}, valid_lifetime=86400), **leases}, "kea")
    part = SERVICE.read(host, instance_of())
    (scope,) = part.dhcp_scopes
    assert not any((part.dhcp_scopes.holes, part.reservations.holes, part.leases.holes, part.disagreements))
    assert scope.key == "kea/192.168.10.0"
    assert (scope.interface.value, scope.serving.value) == ("br-lan", True)  # type: ignore[union-attr]
    assert isinstance(scope.lease_time, Stated)
    assert scope.lease_time.value == timedelta(days=1)
    assert scope.lease_time.spans[0].first == host.reading.lines(MAIN).index('    "valid-lifetime": 86400') + 1
    assert [str(a) for a in scope.domain_name_servers.value] == ["192.168.10.1", "198.18.0.53"]  # type: ignore[union-attr]
    assert str(scope.pool.value) == "192.168.10.100-192.168.10.199"  # type: ignore[union-attr]
    assert isinstance(scope.ipv6_only_preferred, Assumed)
    assert not scope.ipv6_only_preferred.value
    assert isinstance(scope.lease_store_persistent, Assumed)
    assert scope.lease_store_persistent.value
    assert [line for page in host.reading.coverage() for line in page.unknown] == []


CLASS = {"name": "tills", "test": "substring(option[60].hex,0,4) == 'till'"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (dhcp4(), 7200),
        (dhcp4(max_valid_lifetime=86400), 7200),
        (dhcp4(SUBNET | {"valid-lifetime": 86400}, valid_lifetime=600), 86400),
        (dhcp4(valid_lifetime=0xFFFFFFFF), None),
        (dhcp4(SUBNET | {"valid-lifetime": 86400}, client_classes=[{"name": "ALL", "valid-lifetime": 600}]), 600),
        (dhcp4(valid_lifetime=86400, client_classes=[{"name": "ALL", "max-valid-lifetime": 700}]), 700),
        (dhcp4(valid_lifetime=86400, client_classes=[{"name": "ALL", "min-valid-lifetime": 700}]), 700),
        (dhcp4(valid_lifetime=900, client_classes=[CLASS | {"valid-lifetime": 900}]), 900),
        (dhcp4(valid_lifetime=900, client_classes=[{"name": "vip", "valid-lifetime": 60}]), 900),
        (dhcp4(valid_lifetime=900, client_classes=[CLASS | {"valid-lifetime": 1, "only-if-required": True}]), 900),
    ],
)
def test_the_lease_of_a_silent_client(text: str, expected: int | None) -> None:
    lease = scope_of(text).lease_time
    assert not isinstance(lease, Unknown)
    assert lease.value == (INFINITE if expected is None else timedelta(seconds=expected))


def test_a_class_that_cannot_be_decided_leaves_both_leases_open() -> None:
    lease = scope_of(dhcp4(valid_lifetime=86400, client_classes=[CLASS | {"valid-lifetime": 600}])).lease_time
    assert isinstance(lease, Unknown)
    assert set(lease.could_be) == {timedelta(minutes=10), timedelta(days=1)}
    assert len(lease.near) == 2


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "valid-lifetime": st.sampled_from([600, 7200, 86400]),
        "min-valid-lifetime": st.sampled_from([60, 600]),
        "max-valid-lifetime": st.sampled_from([86400, 604800]),
    },
)


@JUDGED
@given(SETTINGS, SETTINGS, SETTINGS, st.booleans())
def test_effective_lifetimes_are_those_that_kea_prints(
    top: dict[str, int], middle: dict[str, int], inner: dict[str, int], shared: bool
) -> None:
    network = {"name": "shop", **middle, "subnet4": [SUBNET | inner]}
    text = dhcp4(**{"subnet4": [], "shared-networks": [network]}, **top) if shared else dhcp4(SUBNET | inner, **top)
    printed = kea.lifetimes({MAIN: text}, MAIN)
    scope = scope_of(text, judged=False)
    refused = kea.complaint({MAIN: text}, MAIN) != ""
    assert isinstance(scope.serving, Unknown) == refused
    if not refused:
        assert scope.lease_time.value == timedelta(seconds=printed["192.168.10.0/24"])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (dhcp4(valid_lifetime=7200, max_valid_lifetime=600), "minimum and its maximum"),
        (dhcp4(valid_lifetime="7200"), "not of type integer"),
        (dhcp4(valid_life_time=7200), "does not know the key"),
        (dhcp4(SUBNET | {"pools": [{"pool": "192.168.11.1-192.168.11.9"}]}), "a pool outside"),
        (dhcp4(SUBNET | {"pools": [{"pool": "192.168.10.9-192.168.10.1"}]}), "cannot be read"),
        (
            dhcp4(SUBNET | {"reservations": [{"hw-address": "02:00:00:00:00:01", "ip-address": "192.168.11.9"}]}),
            "not in",
        ),
        (dhcp4(authoritative="yes"), "not of type boolean"),
        ('{"Dhcp4": {"subnet4": []}, "Dhcp6": {}}', "key at the top"),
        ('{"Dhcp4": {"valid-lifetime": 1, "valid-lifetime": 2}}', "said twice"),
        ('{"Dhcp4": {"valid-lifetime": 1 "x": 2}}', "no comma"),
        ('{"Dhcp4": {"valid-lifetime": True}}', "neither a value"),
        ('{"Dhcp4": [<?include "/etc/kea/gone.json"?>]}', "was not captured"),
    ],
)
def test_what_kea_refuses_serves_nobody_for_certain(text: str, why: str) -> None:
    part = read(text, judged=False)
    reasons = [s.serving.why for s in part.dhcp_scopes if isinstance(s.serving, Unknown)]
    assert any(why in each for each in (*reasons, *(hole.why for hole in part.dhcp_scopes.holes)))
    assert all(isinstance(scope.serving, Unknown) for scope in part.dhcp_scopes)
    if not why_not(kea.PROGRAM):
        assert kea.complaint({MAIN: text}, MAIN)


@pytest.mark.parametrize(
    ("text", "given_host", "expected"),
    [
        (dhcp4(interfaces_config={"interfaces": []}), {}, False),
        (dhcp4(interfaces_config={"interfaces": ["*"]}), {}, True),
        (dhcp4(interfaces_config={"interfaces": ["wan"]}), {}, False),
        (dhcp4(interfaces_config={"interfaces": ["br-lan/192.168.10.1"]}), {}, True),
        (dhcp4(interfaces_config={"interfaces": ["*"], "dhcp-socket-type": "udp"}), {}, None),
        (dhcp4(SUBNET | {"client-class": "ALL"}), {}, True),
        (dhcp4(SUBNET | {"client-class": "tills"}, client_classes=[CLASS]), {}, None),
        (dhcp4(client_classes=[{"name": "DROP", "test": "member('KNOWN')"}]), {}, None),
        (dhcp4({"subnet": "192.168.10.0/24"}), {}, False),
        (dhcp4(), {"sockets": ()}, None),
    ],
)
def test_whether_a_subnet_serves(text: str, given_host: dict[str, Any], expected: bool | None) -> None:
    serving = scope_of(text, **given_host).serving
    assert (None if isinstance(serving, Unknown) else serving.value) == expected


def test_a_server_that_does_not_run() -> None:
    part = SERVICE.read(host_of({MAIN: dhcp4()}, "kea"), instance_of(running=False))
    (scope,) = part.dhcp_scopes
    assert isinstance(scope.serving, Unknown)
    assert "not running" in scope.serving.why


def test_a_server_that_runs_and_is_deaf_is_a_disagreement() -> None:
    part = SERVICE.read(host_of({MAIN: dhcp4()}, "kea", sockets=()), instance_of())
    assert len(part.disagreements) == 1
    host = host_of({MAIN: dhcp4()}, "kea")
    span = host.reading.span(MAIN, 1)
    heard = Socket("udp", interface_of("x", "192.168.10.1/24").addresses.value[0].ip, 67, "kea-dhcp4", 1, span)  # type: ignore[union-attr]
    assert not SERVICE.read(host_of({MAIN: dhcp4()}, "kea", sockets=(heard,)), instance_of()).disagreements


def test_a_relayed_subnet_is_on_no_interface_and_one_of_a_shared_network_follows() -> None:
    far = {"subnet": "192.168.40.0/24", "pools": [{"pool": "192.168.40.16/28"}]}
    alone = read(dhcp4(SUBNET, far)).dhcp_scopes.items[1]
    assert isinstance(alone.interface, Stated)
    assert alone.interface.value == ""
    network = {"name": "shop", "subnet4": [SUBNET, far]}
    together = read(dhcp4(**{"subnet4": [], "shared-networks": [network]})).dhcp_scopes.items[1]
    assert isinstance(together.interface, Stated)
    assert together.interface.value == "br-lan"
    assert str(together.pool.value) == "192.168.40.16-192.168.40.31"  # type: ignore[union-attr]


OPTIONS = {"option-data": [{"name": "domain-name-servers", "data": "192.0.2.1"}]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (dhcp4(), ""),
        (dhcp4(**OPTIONS), "192.0.2.1"),
        (
            dhcp4(SUBNET | {"option-data": [{"code": 6, "csv-format": False, "data": "0xC0000202"}]}, **OPTIONS),
            "192.0.2.2",
        ),
        (
            dhcp4(SUBNET | OPTIONS, client_classes=[CLASS | {"option-data": [{"code": 6, "data": "192.0.2.9"}]}]),
            "192.0.2.1",
        ),
        (dhcp4(client_classes=[{"name": "ALL", **OPTIONS}]), "192.0.2.1"),
        (dhcp4(**OPTIONS, client_classes=[CLASS | {"option-data": [{"code": 6, "data": "192.0.2.9"}]}]), None),
        (dhcp4(**OPTIONS, client_classes=[CLASS | OPTIONS]), "192.0.2.1"),
    ],
)
def test_domain_name_servers_of_the_innermost_level(text: str, expected: str | None) -> None:
    told = scope_of(text).domain_name_servers
    assert (None if isinstance(told, Unknown) else ", ".join(map(str, told.value))) == expected


def test_option_108_and_hooks() -> None:
    preferred = scope_of(dhcp4(SUBNET | {"option-data": [{"code": 108, "data": "1800"}]})).ipv6_only_preferred
    assert isinstance(preferred, Stated)
    assert preferred.value
    hooked = scope_of(dhcp4(hooks_libraries=[{"library": "/opt/libdhcp_own.so"}]), judged=False)
    assert isinstance(hooked.lease_time, Unknown)
    assert isinstance(hooked.routers, Unknown)
    harmless = scope_of(dhcp4(hooks_libraries=[{"library": "/usr/lib/kea/libdhcp_stat_cmds.so"}]), judged=False)
    assert not isinstance(harmless.lease_time, Unknown)
    stored = read(dhcp4(config_control={"config-databases": [{"type": "mysql", "name": "kea"}]}), judged=False)
    assert not stored.dhcp_scopes.items
    assert stored.dhcp_scopes.holes


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ({"type": "memfile"}, True),
        ({"type": "memfile", "persist": False}, False),
        ({"type": "memfile", "name": "/run/kea/leases.csv"}, False),
        ({"type": "memfile", "name": "/var/lib/kea/own.csv"}, True),
    ],
)
def test_where_leases_are_kept(database: dict[str, Any], expected: bool) -> None:
    kept = scope_of(dhcp4(lease_database=database)).lease_store_persistent
    assert not isinstance(kept, Unknown)
    assert kept.value == expected


MINE = {"hw-address": "02:00:00:00:00:0A", "ip-address": "192.168.10.20"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (dhcp4(SUBNET | {"reservations": [MINE]}), ["192.168.10.20"]),
        (dhcp4(SUBNET | {"reservations": [MINE], "reservations-in-subnet": False}), []),
        (dhcp4(SUBNET | {"reservations": [MINE]}, reservation_mode="off"), []),
        (dhcp4(SUBNET | {"reservations": [MINE]}, host_reservation_identifiers=["client-id"]), []),
        (dhcp4(reservations=[MINE]), []),
        (dhcp4(reservations=[MINE], reservations_global=True), ["192.168.10.20"]),
    ],
)
def test_reservations_that_count(text: str, expected: list[str]) -> None:
    found = read(text).reservations
    assert [str(each.address.value) for each in found if not isinstance(each.address, Unknown)] == expected
    assert all(each.macs.value == ("02:00:00:00:00:0a",) for each in found if not isinstance(each.macs, Unknown))


def test_leases_of_both_files_the_last_row_counts() -> None:
    head = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state\n"
    row = "192.168.10.{},02:00:00:00:00:{:02},,3600,{},1,0,0,,{}\n"
    older = head + row.format(101, 1, 4000000000, 0) + row.format(102, 2, 4000000000, 0)
    newer = head + row.format(102, 2, 4000000000, 2) + row.format(103, 3, 1000, 0) + "rubbish\n"
    path = "/var/lib/kea/kea-leases4.csv"
    found = read(dhcp4(), {f"{path}.2": older, path: newer}).leases
    assert [lease.key for lease in found] == ["192.168.10.101"]
    assert not found.holes
    assert read(dhcp4()).leases.holes


def test_comments_and_includes_are_read_with_their_own_lines() -> None:
    part = {
        "/etc/kea/shop.json": '# the shop\n{ "subnet": "192.168.10.0/24", "valid-lifetime": 900,\n  "pools": [] },\n'
    }
    text = '{ "Dhcp4": { // all of it\n "subnet4": [ <?include "/etc/kea/shop.json"?> ], /* x */ } }\n'
    (scope,) = read(text, part).dhcp_scopes
    assert isinstance(scope.lease_time, Stated)
    assert [(span.file, span.first) for span in scope.lease_time.spans] == [("/etc/kea/shop.json", 2)]


def test_names_of_files() -> None:
    assert main_file(("-d", "-c", "/etc/kea/own.conf")) == "/etc/kea/own.conf"
    assert owns("kea-dhcp4.conf", dhcp4()) == MAIN
    assert owns("etc/kea/own.conf", dhcp4()) == "/etc/kea/own.conf"
    assert owns("dhcpd.conf", "subnet") is None
    assert [each.path for each in includes(MAIN, '// <?include "/no"?>\n{<?include "a.json"?>', ())] == ["/a.json"]
    named = dhcp4(lease_database={"type": "memfile", "name": "/x.csv"})
    assert state_files({MAIN: named}, ()) == ("/x.csv", "/x.csv.2")


@pytest.mark.parametrize(("kind", "past"), [(None, True), ("raw", True), ("udp", False)])
def test_raw_sockets_hear_past_the_packet_filter(kind: str | None, past: bool) -> None:
    more = {"dhcp-socket-type": kind} if kind else {}
    found = scope_of(dhcp4(interfaces_config={"interfaces": ["*"], **more}))
    assert found.hears_past_filters.value is past  # type: ignore[union-attr]
