"""Edits of Kea's configuration: local, reversible, accepted by the real program, and of the wanted effect."""

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
from auditor.services.kea import SERVICE
from tests.judges import kea
from tests.judges.rooted import why_not
from tests.services.hosts import host_of

MAIN = "/etc/kea/kea-dhcp4.conf"
KEY = "kea/192.168.10.0"
INSTANCE = Instance("kea", "kea", MAIN, ("-c", MAIN), Stated(True, ()))

TALL = """{
  # A shop.
  "Dhcp4": {
    "interfaces-config": { "interfaces": [ "br-lan" ] },
    "valid-lifetime": 3600,
    "max-valid-lifetime": 7200,
    "subnet4": [
      {
        "subnet": "192.168.10.0/24",   // readers
        "pools": [ { "pool": "192.168.10.100-192.168.10.109" } ],
        "option-data": [
          { "name": "routers", "data": "192.168.10.1" },
          { "name": "domain-name-servers", "data": "192.0.2.1" },
          { "code": 108, "data": "1800" }
        ]
      },
      { "subnet": "192.168.20.0/24", "pools": [ { "pool": "192.168.20.0/25" } ] }
    ]
  }
}
"""
FLAT = (
    '{"Dhcp4":{"interfaces-config":{"interfaces":["br-lan"]},"subnet4":[{"subnet":"192.168.10.0/24",'
    '"pools":[{"pool":"192.168.10.100-192.168.10.109"}],"option-data":[{"code":108,"data":"1800"}]}]}}'
)
BARE = FLAT.replace(',"option-data":[{"code":108,"data":"1800"}]', "")

DAY = SetLeaseTime(KEY, timedelta(days=1))
RESERVE = AddReservation(KEY, "reader_1", "02:00:00:00:00:01", IPv4Address("192.168.10.109"))
ENLARGE = EnlargePool(KEY, 100)
RESOLVERS = SetDomainNameServers(KEY, (IPv4Address("192.0.2.2"), IPv4Address("192.0.2.3")))
NO_108 = StopPreferringIpv6Only(KEY)


def read(text: str) -> Part:
    return SERVICE.read(host_of({MAIN: text}, "kea"), INSTANCE)


def edited(text: str, *wanted: Intent) -> str:
    for intent in wanted:
        puts = SERVICE.edit(host_of({MAIN: text}, "kea"), INSTANCE, intent)
        assert puts
        for each in puts:
            text = SERVICE.put(text, each.place, each.value)
    return text


def scope_of(text: str) -> dict[str, object]:
    scope = next(scope for scope in read(text).dhcp_scopes if scope.key == KEY)
    names = ("lease_time", "pool", "domain_name_servers", "ipv6_only_preferred", "routers", "serving")
    return {name: getattr(getattr(scope, name), "value", "unknown") for name in names}


CASES: list[tuple[str, Intent]] = [
    (text, intent) for text in (TALL, FLAT, BARE) for intent in (DAY, RESERVE, ENLARGE, RESOLVERS)
]
CASES += [(TALL, NO_108), (FLAT, NO_108), (TALL.replace("\n", "\r\n"), DAY)]


@pytest.mark.parametrize(("text", "intent"), CASES)
def test_an_edit_is_idempotent_reversible_and_taken_by_kea(text: str, intent: Intent) -> None:
    puts = SERVICE.edit(host_of({MAIN: text}, "kea"), INSTANCE, intent)
    assert puts
    before = {each.place: SERVICE.get(text, each.place) for each in puts}
    after = edited(text, intent)
    assert after != text
    assert read(after) != read(text)
    if not why_not(kea.PROGRAM):
        assert kea.complaint({MAIN: text}, MAIN) == "" == kea.complaint({MAIN: after}, MAIN)
    back = after
    for each in puts:
        assert SERVICE.get(after, each.place) == each.value
        assert SERVICE.put(after, each.place, each.value) == after
        back = SERVICE.put(back, each.place, before[each.place])
    assert scope_of(back) == scope_of(text)
    assert back == text or any(value is not None for value in before.values())
    # What the server says of other networks stays.
    others = [[s for s in read(t).dhcp_scopes if s.key != KEY] for t in (text, after)]
    assert next([(s.key, getattr(s.lease_time, "value", None)) for s in o] for o in others) == [
        (s.key, getattr(s.lease_time, "value", None)) for s in others[1]
    ]


def test_each_intent_does_what_it_says() -> None:
    for text in (TALL, FLAT):
        now = scope_of(edited(text, DAY, RESERVE, ENLARGE, RESOLVERS, NO_108))
        assert now["lease_time"] == timedelta(days=1)
        assert str(now["pool"]) == "192.168.10.100-192.168.10.199"
        assert now["domain_name_servers"] == RESOLVERS.servers
        assert now["ipv6_only_preferred"] is False
        assert now["serving"] is True
        (kept,) = read(edited(text, RESERVE)).reservations
        assert kept.key == "reader_1"
        assert kept.macs == Stated(("02:00:00:00:00:01",), kept.macs.spans)
        assert kept.address == Stated(IPv4Address("192.168.10.109"), kept.address.spans)


def test_the_diff_has_the_lines_of_the_change_only() -> None:
    diff = list(difflib.unified_diff(TALL.split("\n"), edited(TALL, DAY, RESOLVERS).split("\n"), n=0))[2:]
    assert [line for line in diff if line[0] in "+-"] == [
        '+        "max-valid-lifetime": 86400,',
        '+        "valid-lifetime": 86400,',
        '-          { "name": "domain-name-servers", "data": "192.0.2.1" },',
        '+          { "name": "domain-name-servers", "data": "192.0.2.2, 192.0.2.3" },',
    ]


def test_two_edits_compose_in_any_order() -> None:
    one = [p for i in (DAY, ENLARGE, RESERVE) for p in SERVICE.edit(host_of({MAIN: TALL}, "kea"), INSTANCE, i) or ()]
    results = []
    for puts in (one, one[::-1]):
        text = TALL
        for each in puts:
            text = SERVICE.put(text, each.place, each.value)
        results.append(scope_of(text))
    assert results[0] == results[1]


TWO_POOLS = TALL.replace('"192.168.10.100-192.168.10.109" }', '"192.168.10.100/31" }, { "pool": "192.168.10.200/31" }')


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        (TWO_POOLS, SetLeaseTime("kea/192.168.10.0/192.168.10.200", timedelta(days=1))),
        (TALL, EnlargePool(KEY, 300)),
        (TALL, AddReservation(KEY, "x", "02:00:00:00:00:01", IPv4Address("192.168.11.1"))),
        (TALL, AddReservation(KEY, 'x"}', "02:00:00:00:00:01", IPv4Address("192.168.10.9"))),
        (TALL, AddReservation(KEY, "x", '"', IPv4Address("192.168.10.9"))),
        (
            TALL.replace(
                '"valid-lifetime"', '"client-classes": [{"name": "ALL", "valid-lifetime": 60}], "valid-lifetime"'
            ),
            DAY,
        ),
        (TALL.replace('"valid-lifetime"', '"option-data": [{"code": 108, "data": "1"}], "valid-lifetime"'), NO_108),
        (
            FLAT.replace(
                '"subnet4"', '"lease-database":{"type":"mysql","password":"redacted-short-00000000"},"subnet4"'
            ),
            DAY,
        ),
    ],
)
def test_what_cannot_be_done_says_why(text: str, intent: Intent) -> None:
    with pytest.raises(NotPossible) as raised:
        SERVICE.edit(host_of({MAIN: text}, "kea"), INSTANCE, intent)
    assert raised.value.why
    assert raised.value.advice


def test_what_is_about_others_is_left_alone() -> None:
    assert SERVICE.edit(host_of({MAIN: TALL}, "kea"), INSTANCE, SetLeaseTime("lan", timedelta(days=1))) is None


def test_resolvers_of_one_of_two_pools_go_into_that_pool() -> None:
    key = "kea/192.168.10.0/192.168.10.200"
    after = read(edited(TWO_POOLS, SetDomainNameServers(key, (IPv4Address("192.0.2.9"),)))).dhcp_scopes
    told = {scope.key: getattr(scope.domain_name_servers, "value", ()) for scope in after}
    assert [str(a) for a in told[key]] == ["192.0.2.9"]
    assert [str(a) for a in told["kea/192.168.10.0/192.168.10.100"]] == ["192.0.2.1"]
