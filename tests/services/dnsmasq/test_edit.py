"""Intents become edits of dnsmasq's files that the real program accepts, and that move nothing else."""

from dataclasses import fields
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from auditor.intents import (
    AddReservation,
    DisableStationIsolation,
    EnlargePool,
    ExemptFromRebindProtection,
    ForwardDomain,
    GiveOutIpv4Answers,
    Intent,
    RemoveLocalAnswer,
    SetDomainNameServers,
    SetLeaseTime,
    StopPreferringIpv6Only,
)
from auditor.model import INFINITE, Assumed, DhcpScope, Resolver, Stated, Unknown, content
from auditor.services import NotPossible, Part, Put
from auditor.services.dnsmasq import SERVICE
from tests.judges import dnsmasq
from tests.judges.rooted import why_not
from tests.services.dnsmasq.built import MAIN, SYSTEM, instance, value
from tests.services.hosts import host_of, interface_of

real = pytest.mark.skipif(bool(why_not(dnsmasq.PROGRAM)), reason=why_not(dnsmasq.PROGRAM) or "there")
SHOP = (interface_of("br-lan", "192.168.10.1/24"), interface_of("br-lan.20", "192.168.20.1/24"))
SERVERS = (IPv4Address("192.0.2.53"), IPv4Address("192.0.2.54"))
LAN, GUEST, WHO = "dnsmasq/192.168.10.0", "dnsmasq/192.168.20.0", "dnsmasq"
DROP_IN = "/etc/dnsmasq.d/shop.conf"
FILES = {
    MAIN: "conf-dir=/etc/dnsmasq.d,*.conf\nstop-dns-rebind\nno-resolv\nserver=198.51.100.53\n"
    "address=/a.example/b.example/192.0.2.9\nserver=/c.example/d.example/\nhost-record=e.example,f.example,192.0.2.8\n"
    "cname=g.example,e.example\nfilter-rr=A,MX\nfilter-A\n",
    DROP_IN: "dhcp-range=192.168.10.50,192.168.10.99   # readers\ndhcp-range=set:guest,192.168.20.50,192.168.20.99,1h\n"
    "dhcp-option=tag:br-lan,108,0:0:7:8\ndhcp-option=6,192.0.2.1\n"
    "dhcp-host=02:00:00:00:00:09,192.168.10.20,till\n",
    "/etc/hosts": "127.0.0.1 localhost\n192.0.2.7 h.example i.example\n",
}
DAY = timedelta(hours=24)
ADDRESS = IPv4Address("192.168.10.60")


def _host(files: dict[str, str]) -> tuple[Part, dict[str, object]]:
    part = SERVICE.read(host_of({**SYSTEM, **files}, "dnsmasq", interfaces=SHOP), instance())
    return part, _leaves(part)


def _leaves(part: Part) -> dict[str, object]:
    """All facts by key, and what lists hold."""
    found: dict[str, object] = {}
    for kind, items in (
        ("dhcp_scopes", part.dhcp_scopes),
        ("reservations", part.reservations),
        ("resolvers", part.resolvers),
    ):
        for item in items:
            for field in fields(item):
                fact = getattr(item, field.name)
                name = f"{kind}[{item.key}].{field.name}"
                if field.name in ("forwarders", "local_answers"):
                    found[name] = sorted(each.key for each in fact), fact.holes
                elif isinstance(fact, Stated | Assumed | Unknown):
                    found[name] = content(fact)
    return found


def _edited(files: dict[str, str], puts: tuple[Put, ...]) -> dict[str, str]:
    """Each put twice: the second changes nothing."""
    for put in puts:
        text = SERVICE.put(files[put.path], put.place, put.value)
        assert SERVICE.get(text, put.place) == put.value
        assert SERVICE.put(text, put.place, put.value) == text
        files = {**files, put.path: text}
    return files


def _edit(files: dict[str, str], intent: Intent) -> tuple[Put, ...]:
    puts = SERVICE.edit(host_of({**SYSTEM, **files}, "dnsmasq", interfaces=SHOP), instance(), intent)
    assert puts
    return puts


def _local(name: str) -> RemoveLocalAnswer:
    (resolver,) = _host(FILES)[0].resolvers
    answers = (*resolver.local_answers, *(f for f in resolver.forwarders if f.address is None))
    (key,) = {answer.key for answer in answers if answer.domain == name}
    return RemoveLocalAnswer(WHO, key, name)


INTENTS: list[Intent] = [
    SetLeaseTime(LAN, DAY),
    SetLeaseTime(GUEST, INFINITE),
    AddReservation(LAN, "reader_020000000001", "02:00:00:00:00:01", ADDRESS),
    EnlargePool(LAN, 150),
    SetDomainNameServers(LAN, (IPv4Address("192.0.2.5"), IPv4Address("192.0.2.6"))),
    SetDomainNameServers(GUEST, (IPv4Address("192.0.2.5"),)),
    StopPreferringIpv6Only(LAN),
    ExemptFromRebindProtection(WHO, "stripe-terminal-local-reader.net"),
    ForwardDomain(WHO, "stripe-terminal-local-reader.net", SERVERS),
    GiveOutIpv4Answers(WHO),
    *(_local(f"{letter}.example") for letter in "abcdefghi"),
]


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: f"{type(intent).__name__} {intent.title[-20:]}")
@real
def test_only_the_footprint_moves_and_dnsmasq_takes_it(intent: Intent) -> None:
    before, puts = _host(FILES)[1], _edit(FILES, intent)
    was = [(put, SERVICE.get(FILES[put.path], put.place)) for put in puts]
    files = _edited(FILES, puts)
    after = _host(files)[1]
    moved = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert moved
    assert all(key.startswith(intent.footprint) for key in moved)
    assert dnsmasq.complaint(files, MAIN) == ""
    for put, old in reversed(was):
        files = {**files, put.path: SERVICE.put(files[put.path], put.place, old)}
    back = _host(files)[1]
    known = {key: fact for key, fact in before.items() if not key.endswith(("forwarders", "local_answers"))}
    assert {key: back.get(key) for key in known} == known


def test_all_edits_compose_in_any_order() -> None:
    both = [intent for intent in INTENTS if intent != INTENTS[1]]
    results = []
    for order in (both, both[::-1]):
        files = FILES
        for intent in order:
            files = _edited(files, _edit(FILES, intent))
        results.append(_host(files)[1])
    assert results[0] == results[1]


@real
def test_what_is_meant_is_what_is_read() -> None:
    files = FILES
    for intent in INTENTS:
        files = _edited(files, _edit(FILES, intent))
    part = _host(files)[0]
    lan, guest = part.dhcp_scopes
    assert isinstance(lan, DhcpScope)
    assert value(lan.lease_time) == DAY
    assert str(value(lan.pool)) == "192.168.10.50-192.168.10.199"
    assert value(lan.domain_name_servers) == (IPv4Address("192.0.2.5"), IPv4Address("192.0.2.6"))
    assert value(guest.domain_name_servers) == (IPv4Address("192.0.2.5"),)
    assert value(lan.ipv6_only_preferred) is False
    assert [value(r.address) for r in part.reservations if r.key == "reader_020000000001"] == [ADDRESS]
    (resolver,) = part.resolvers
    assert isinstance(resolver, Resolver)
    assert value(resolver.exempt_domains) == ("stripe-terminal-local-reader.net",)
    assert value(resolver.drops_ipv4) is False
    assert [answer.domain for answer in resolver.local_answers] == ["localhost"]
    assert not [forwarder for forwarder in resolver.forwarders if forwarder.address is None]
    assert dnsmasq.complaint(files, MAIN) == ""


def test_the_line_of_a_lease_keeps_its_comment() -> None:
    files = _edited(FILES, _edit(FILES, SetLeaseTime(LAN, DAY)))
    assert files[DROP_IN].startswith("dhcp-range=192.168.10.50,192.168.10.99,24h   # readers\n")


@pytest.mark.parametrize(
    ("intent", "why"),
    [
        (AddReservation(LAN, "x\ndhcp-script=/bin/sh", "02:00:00:00:00:01", ADDRESS), "cannot be written"),
        (AddReservation(LAN, "reader", "02:00:00:00:00:01,ignore", ADDRESS), "cannot be written"),
        (AddReservation(LAN, "reader", "02:00:00:00:00:01", IPv4Address("192.168.10.20")), "another dhcp-host"),
        (AddReservation(LAN, "reader", "02:00:00:00:00:01", IPv4Address("192.168.99.1")), "is not in"),
        (EnlargePool(LAN, 400), "do not fit"),
        (ExemptFromRebindProtection(WHO, "a b.example"), "cannot be written"),
        (ExemptFromRebindProtection(WHO, "*.example"), "cannot be written"),
        (ForwardDomain(WHO, "a/b", SERVERS), "cannot be written"),
        (ForwardDomain(WHO, "c.example", SERVERS), "another line"),
    ],
)
def test_what_is_not_possible_says_why(intent: Intent, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        _edit(FILES, intent)


def test_what_stands_on_the_command_line_is_not_edited() -> None:
    host = host_of({MAIN: "", **SYSTEM}, "dnsmasq")
    running = instance("-F", "192.168.10.50,192.168.10.99,1h")
    with pytest.raises(NotPossible, match="command line"):
        SERVICE.edit(host, running, SetLeaseTime(LAN, DAY))


@pytest.mark.parametrize(
    "intent", [SetLeaseTime("kea/1", DAY), GiveOutIpv4Answers("unbound"), DisableStationIsolation("x")]
)
def test_what_is_not_about_this_instance(intent: Intent) -> None:
    host = host_of({**SYSTEM, **FILES}, "dnsmasq", interfaces=SHOP)
    assert SERVICE.edit(host, instance(), intent) is None
