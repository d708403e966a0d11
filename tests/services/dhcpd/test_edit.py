"""Edits of dhcpd's configuration: local, reversible, accepted by the real program, and of the wanted effect."""

import difflib
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from auditor.intents import (
    AddReservation,
    EnlargePool,
    Intent,
    SetDomainNameServers,
    SetLeaseTime,
    StopPreferringIpv6Only,
)
from auditor.model import Stated
from auditor.services import Instance, NotPossible, Part
from auditor.services.dhcpd import SERVICE
from tests.judges import dhcpd
from tests.judges.rooted import why_not
from tests.services.hosts import host_of

MAIN = "/etc/dhcp/dhcpd.conf"
KEY = "dhcpd/192.168.10.0"
INSTANCE = Instance("dhcpd", "dhcpd", MAIN, (), Stated(True, ()))

TALL = """# A shop.
default-lease-time 600;
max-lease-time 7200;

subnet 192.168.10.0 netmask 255.255.255.0 {
  range 192.168.10.100 192.168.10.109;   # readers
  option routers 192.168.10.1;
  option domain-name-servers 192.0.2.1;
  option v6-only-preferred 1800;
}

subnet 192.168.20.0 netmask 255.255.255.0 { range 192.168.20.10 192.168.20.99; }
"""
FLAT = "subnet 192.168.10.0 netmask 255.255.255.0 { range 192.168.10.100 192.168.10.109; option v6-only-preferred 1; }"
POOL = FLAT.replace("range", "max-lease-time 900; pool { default-lease-time 300; range").replace("109;", "109; }")

WEEK = SetLeaseTime(KEY, timedelta(days=7))
RESERVE = AddReservation(KEY, "reader_1", "02:00:00:00:00:01", IPv4Address("192.168.10.109"))
ENLARGE = EnlargePool(KEY, 100)
RESOLVERS = SetDomainNameServers(KEY, (IPv4Address("192.0.2.2"), IPv4Address("192.0.2.3")))
NO_108 = StopPreferringIpv6Only(KEY)
ALL = (WEEK, RESERVE, ENLARGE, RESOLVERS, NO_108)


def read(text: str) -> Part:
    return SERVICE.read(host_of({MAIN: text}, "dhcpd"), INSTANCE)


def edited(text: str, *wanted: Intent) -> str:
    for intent in wanted:
        puts = SERVICE.edit(host_of({MAIN: text}, "dhcpd"), INSTANCE, intent)
        assert puts
        for each in puts:
            text = SERVICE.put(text, each.place, each.value)
    return text


def scope_of(text: str, key: str = KEY) -> dict[str, object]:
    scope = next(scope for scope in read(text).dhcp_scopes if scope.key == key)
    names = ("lease_time", "pool", "domain_name_servers", "ipv6_only_preferred", "routers", "serving")
    return {name: getattr(getattr(scope, name), "value", "unknown") for name in names}


CASES: list[tuple[str, Intent]] = [(text, intent) for text in (TALL, FLAT, POOL) for intent in ALL]
CASES += [(TALL.replace("\n", "\r\n"), WEEK)]


@pytest.mark.parametrize(("text", "intent"), CASES)
def test_an_edit_is_idempotent_reversible_and_taken_by_dhcpd(text: str, intent: Intent) -> None:
    puts = SERVICE.edit(host_of({MAIN: text}, "dhcpd"), INSTANCE, intent)
    assert puts
    before = {each.place: SERVICE.get(text, each.place) for each in puts}
    after = edited(text, intent)
    assert after != text
    assert read(after) != read(text)
    if not why_not(dhcpd.PROGRAM):
        assert dhcpd.complaint({MAIN: text}, MAIN) == "" == dhcpd.complaint({MAIN: after}, MAIN)
    back = after
    for each in puts:
        assert SERVICE.get(after, each.place) == each.value
        assert SERVICE.put(after, each.place, each.value) == after
    for each in reversed(puts):
        back = SERVICE.put(back, each.place, before[each.place])
    assert scope_of(back) == scope_of(text)
    assert back == text or intent is NO_108
    if "192.168.20.0" in text:
        other = "dhcpd/192.168.20.0"
        assert scope_of(after, other) == scope_of(text, other)


@pytest.mark.parametrize("text", [TALL, FLAT, POOL])
def test_each_intent_does_what_it_says(text: str) -> None:
    now = scope_of(edited(text, *ALL))
    assert now["lease_time"] == timedelta(days=7)
    assert str(now["pool"]) == "192.168.10.100-192.168.10.199"
    assert now["domain_name_servers"] == RESOLVERS.servers
    assert now["ipv6_only_preferred"] is False
    assert now["serving"] is True
    (kept,) = read(edited(text, RESERVE)).reservations
    assert kept.key == "reader_1"
    assert kept.macs == Stated(("02:00:00:00:00:01",), kept.macs.spans)
    assert kept.address == Stated(IPv4Address("192.168.10.109"), kept.address.spans)


def test_the_diff_has_the_lines_of_the_change_only() -> None:
    diff = list(difflib.unified_diff(TALL.split("\n"), edited(TALL, WEEK, RESOLVERS, NO_108).split("\n"), n=0))[2:]
    assert [line for line in diff if line[0] in "+-"] == [
        "-  option domain-name-servers 192.0.2.1;",
        "-  option v6-only-preferred 1800;",
        "+  option domain-name-servers 192.0.2.2, 192.0.2.3;",
        "+  default-lease-time 604800;",
        "+  max-lease-time 604800;",
    ]


def test_a_lease_within_the_maximum_moves_one_line() -> None:
    text = "max-lease-time 864000;\n" + FLAT
    puts = SERVICE.edit(host_of({MAIN: text}, "dhcpd"), INSTANCE, WEEK)
    assert puts is not None
    assert [each.place[3] for each in puts] == ["default-lease-time"]


def test_two_edits_compose_in_any_order() -> None:
    puts = [p for i in ALL for p in SERVICE.edit(host_of({MAIN: TALL}, "dhcpd"), INSTANCE, i) or ()]
    results = []
    for order in (puts, puts[::-1]):
        text = TALL
        for each in order:
            text = SERVICE.put(text, each.place, each.value)
        results.append(scope_of(text))
    assert results[0] == results[1]


TWO = TALL.replace("  range 192.168.10.100", "  range 192.168.10.20 192.168.10.29;\n  range 192.168.10.100")
CLASS = 'class "x" { match hardware; default-lease-time 60; option domain-name-servers 192.0.2.9; }\n'


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        (TWO, SetLeaseTime(f"{KEY}/192.168.10.20", timedelta(days=1))),
        (TWO, EnlargePool(f"{KEY}/192.168.10.20", 100)),
        (TALL, EnlargePool(KEY, 300)),
        (CLASS + TALL, WEEK),
        (CLASS + TALL, RESOLVERS),
        (TALL.replace("max-lease-time", "option v6-only-preferred 1; max-lease-time"), NO_108),
        (TALL.replace("range 192.168.10", "if exists host-name { default-lease-time 9; } range 192.168.10"), WEEK),
        (TALL, AddReservation(KEY, "x", "02:00:00:00:00:01", IPv4Address("192.168.11.1"))),
        (TALL, AddReservation(KEY, "x; }", "02:00:00:00:00:01", IPv4Address("192.168.10.9"))),
        (TALL, AddReservation(KEY, "x", "02;", IPv4Address("192.168.10.9"))),
        ("host reader_1 { }\n" + TALL, RESERVE),
    ],
)
def test_what_cannot_be_done_says_why(text: str, intent: Intent) -> None:
    with pytest.raises(NotPossible) as raised:
        SERVICE.edit(host_of({MAIN: text}, "dhcpd"), INSTANCE, intent)
    assert raised.value.why
    assert raised.value.advice


def test_what_is_about_others_is_left_alone() -> None:
    assert SERVICE.edit(host_of({MAIN: TALL}, "dhcpd"), INSTANCE, SetLeaseTime("lan", timedelta(days=1))) is None
