"""Pi-hole v6 and v5: what its files make of dnsmasq, and how they are edited."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.intents import (
    AddReservation,
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
from auditor.model import Assumed, Span, Stated, Unknown
from auditor.services import Host, Instance, NotPossible
from auditor.services.pihole import SERVICE
from auditor.syntax.toml_lines import parse, with_strings
from tests.services.dnsmasq.built import value
from tests.services.hosts import host_of

TOML = "/etc/pihole/pihole.toml"
VARS = "/etc/pihole/setupVars.conf"
DHCP = "/etc/dnsmasq.d/02-pihole-dhcp.conf"
LAN = "pihole/192.168.10.0"
DAY = timedelta(hours=24)
V6 = """# This file is managed by pihole-FTL
[dns]
  # who is asked
  upstreams = [
    "198.51.100.53",
    '127.0.0.1#5335'   # unbound
  ] ### CHANGED, default = []
  hosts = [ "192.0.2.4 till.example till" ]
  cnameRecords = []
  domainNeeded = true
  port = 53
  interface = "br-lan"
  listeningMode = "LOCAL"
  [dns.domain]
    name = "lan"
  [dns.blocking]
    active = true
    mode = "NULL"
[dhcp]
  active = true ### CHANGED, default = false
  start = "192.168.10.50"
  end = "192.168.10.99"
  router = "192.168.10.1"
  netmask = ""
  leaseTime = ""
  hosts = [
    "02:00:00:00:00:09,192.168.10.20,till,45m"
  ]
[misc]
  etc_dnsmasq_d = false
  dnsmasq_lines = [
    "stop-dns-rebind",
    "dhcp-option=108,0:0:7:8"
  ]
[webserver.api]
  pwhash = "$BALLOON-SHA256$v=1$s=1024,t=32$abc"
"""
V5 = {
    VARS: "PIHOLE_INTERFACE=br-lan\nBLOCKING_ENABLED=true\nDHCP_ACTIVE=true\nDHCP_START=192.168.10.50\n"
    "DHCP_END=192.168.10.99\nDHCP_LEASETIME=1\nWEBPASSWORD=0123\n",
    "/etc/dnsmasq.conf": "conf-dir=/etc/dnsmasq.d\n",
    "/etc/dnsmasq.d/01-pihole.conf": "no-resolv\nserver=198.51.100.53\ninterface=br-lan\n",
    DHCP: "dhcp-authoritative\ndhcp-leasefile=/etc/pihole/dhcp.leases\n"
    "dhcp-range=192.168.10.50,192.168.10.99,1h\ndhcp-option=option:router,192.168.10.1\n",
    "/etc/dnsmasq.d/04-pihole-static-dhcp.conf": "dhcp-host=02:00:00:00:00:09,192.168.10.20,till\n",
}
INSTANCE = Instance("pihole", "pihole", TOML, ("-f",), Stated(True, (Span("gw", "commands/processes.txt", 3, 3),)), 9)


def _host(files: Mapping[str, str]) -> Host:
    return host_of(files, "dnsmasq", "pihole")


def _edited(files: Mapping[str, str], intent: Intent) -> dict[str, str]:
    puts = SERVICE.edit(_host(files), INSTANCE, intent)
    assert puts
    changed = dict(files)
    for put in puts:
        assert put.service == "pihole"
        text = SERVICE.put(changed[put.path], put.place, put.value)
        assert text != changed[put.path]
        assert SERVICE.get(text, put.place) == put.value
        assert SERVICE.put(text, put.place, put.value) == text
        changed[put.path] = text
    return changed


def test_version_6() -> None:
    host = _host({TOML: V6})
    part = SERVICE.read(host, INSTANCE)
    (scope,) = part.dhcp_scopes
    assert (scope.key, value(scope.interface), value(scope.serving)) == (LAN, "br-lan", True)
    assert value(scope.lease_time) == timedelta(hours=1)
    assert isinstance(scope.lease_time, Assumed)
    assert scope.lease_time.near[0].first == V6.split("\n").index('  leaseTime = ""') + 1
    assert str(value(scope.pool)) == "192.168.10.50-192.168.10.99"
    assert value(scope.ipv6_only_preferred) is True
    assert value(scope.lease_store_persistent) is True
    (reservation,) = part.reservations
    assert (reservation.key, value(reservation.lease_time)) == ("till", timedelta(minutes=45))
    (resolver,) = part.resolvers
    assert (resolver.software, value(resolver.drops_private)) == ("Pi-hole", True)
    assert isinstance(resolver.drops_private, Stated)
    assert V6.split("\n")[resolver.drops_private.spans[0].first - 1].strip() == '"stop-dns-rebind",'
    asked = {(f.domain, str(f.address), f.port) for f in resolver.forwarders}
    assert asked == {(None, "198.51.100.53", 53), (None, "127.0.0.1", 5335), ("lan", "None", 53)}
    assert {answer.domain for answer in resolver.local_answers} == {"till.example", "till"}
    assert [value(blocklist.enabled) for blocklist in part.blocklists] == [True]
    (counted,) = host.reading.coverage()
    assert [line.keywords for line in counted.unknown] == []
    assert not (*part.dhcp_scopes.holes, *resolver.forwarders.holes, *resolver.local_answers.holes)


@pytest.mark.parametrize(
    ("intent", "line"),
    [
        (SetLeaseTime(LAN, DAY), '  leaseTime = "24h"'),
        (EnlargePool(LAN, 100), '  end = "192.168.10.149"'),
        (ExemptFromRebindProtection("pihole", "a.example"), '    "rebind-domain-ok=/a.example/",'),
        (ForwardDomain("pihole", "a.example", (IPv4Address("192.0.2.5"),)), '    "server=/a.example/192.0.2.5"'),
        (SetDomainNameServers(LAN, (IPv4Address("192.0.2.5"),)), '    "dhcp-option=6,192.0.2.5"'),
        (StopPreferringIpv6Only(LAN), '    "stop-dns-rebind"'),
        (
            AddReservation(LAN, "reader", "02:00:00:00:00:01", IPv4Address("192.168.10.60")),
            '    "02:00:00:00:00:01,192.168.10.60,reader"',
        ),
        (
            RemoveLocalAnswer("pihole", "host-record=till.example,till,192.0.2.4 till.example", "till.example"),
            '  hosts = [ "192.0.2.4 till" ]',
        ),
    ],
)
def test_edits_of_version_6(intent: Intent, line: str) -> None:
    before = SERVICE.read(_host({TOML: V6}), INSTANCE)
    changed = _edited({TOML: V6}, intent)
    assert line in changed[TOML].split("\n")
    tomllib.loads(changed[TOML])
    assert len(set(changed[TOML].split("\n")) - set(V6.split("\n"))) <= 2
    assert SERVICE.read(_host(changed), INSTANCE) != before


def test_version_5_keeps_a_forward_in_a_file_that_it_does_not_write() -> None:
    intent = ForwardDomain("pihole", "a.example", (IPv4Address("192.0.2.5"), IPv4Address("192.0.2.6")))
    for own, path in (("", "/etc/dnsmasq.conf"), ("stop-dns-rebind\n", "/etc/dnsmasq.d/99-shop.conf")):
        files = {**V5, "/etc/dnsmasq.d/99-shop.conf": own}
        changed = _edited(files, intent)
        assert [each for each in changed if changed[each] != files[each]] == [path]
        (resolver,) = SERVICE.read(_host(changed), INSTANCE).resolvers
        asked = {str(f.address) for f in resolver.forwarders if f.domain == "a.example"}
        assert asked == {"192.0.2.5", "192.0.2.6"}


def test_the_proposed_lease_is_read_again() -> None:
    (scope,) = SERVICE.read(_host(_edited({TOML: V6}, SetLeaseTime(LAN, DAY))), INSTANCE).dhcp_scopes
    assert value(scope.lease_time) == DAY


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('leaseTime = ""', "leaseTime = 24", "serving"),
        ('leaseTime = ""', 'leaseTime = """24h"""', "serving"),
        ("active = true ###", "active = 1 ###", ""),
        ('"stop-dns-rebind",', '"conf-file=/etc/other.conf",', "serving"),
        ("etc_dnsmasq_d = false", "etc_dnsmasq_d = true", "serving"),
        ('start = "192.168.10.50"', "start = 192.168.10.50", "serving"),
        ("[misc]", "[misc\nodd", "serving"),
    ],
)
def test_what_is_not_understood_is_unknown(old: str, new: str, fact: str) -> None:
    part = SERVICE.read(_host({TOML: V6.replace(old, new)}), INSTANCE)
    assert part.dhcp_scopes.holes
    for scope in part.dhcp_scopes:
        assert isinstance(getattr(scope, fact), Unknown)


def test_no_dhcp_no_scope() -> None:
    part = SERVICE.read(_host({TOML: V6.replace("active = true ###", "active = false ###")}), INSTANCE)
    assert (part.dhcp_scopes.items, part.dhcp_scopes.holes, part.reservations.items) == ((), (), ())


def test_own_files_of_dnsmasq() -> None:
    files = {TOML: V6.replace("etc_dnsmasq_d = false", "etc_dnsmasq_d = true"), "/etc/dnsmasq.d/x.conf": "filter-A\n"}
    (resolver,) = SERVICE.read(_host(files), INSTANCE).resolvers
    assert value(resolver.drops_ipv4) is True
    changed = _edited(files, GiveOutIpv4Answers("pihole"))
    assert changed["/etc/dnsmasq.d/x.conf"] == ""


def test_version_5() -> None:
    host = _host(V5)
    part = SERVICE.read(host, INSTANCE)
    (scope,) = part.dhcp_scopes
    assert (scope.key, value(scope.lease_time), value(scope.serving)) == (LAN, timedelta(hours=1), True)
    assert [value(blocklist.enabled) for blocklist in part.blocklists] == [True]
    assert not [line for counted in host.reading.coverage() for line in counted.unknown]
    changed = _edited(V5, SetLeaseTime(LAN, DAY))
    assert "DHCP_LEASETIME=24\n" in changed[VARS]
    assert "dhcp-range=192.168.10.50,192.168.10.99,24h\n" in changed[DHCP]
    part = SERVICE.read(_host(changed), INSTANCE)
    assert value(part.dhcp_scopes.items[0].lease_time) == DAY
    assert part.disagreements == ()


@pytest.mark.parametrize(("hours", "told"), [("24", 1), ("0", 0), ("x", 0)])
def test_variables_that_are_not_the_file_are_unknown(hours: str, told: int) -> None:
    files = {**V5, VARS: V5[VARS].replace("LEASETIME=1", f"LEASETIME={hours}")}
    part = SERVICE.read(_host(files), INSTANCE)
    assert isinstance(part.dhcp_scopes.items[0].lease_time, Unknown)
    assert len(part.disagreements) == told


def test_a_generated_file_is_not_edited_alone() -> None:
    with pytest.raises(NotPossible):
        SERVICE.edit(_host(V5), INSTANCE, SetDomainNameServers(LAN, (IPv4Address("192.0.2.5"),)))
    with pytest.raises(NotPossible):
        SERVICE.edit(_host(V5), INSTANCE, SetLeaseTime(LAN, timedelta(minutes=90)))


def test_a_missing_file_is_a_hole() -> None:
    files = {path: text for path, text in V5.items() if path != DHCP}
    assert SERVICE.read(_host(files), INSTANCE).dhcp_scopes.holes
    assert SERVICE.read(_host({}), INSTANCE).dhcp_scopes.holes


_TEXTS = st.text(st.sampled_from("ab=[]\"'#,.\n \\dhcp1u"), max_size=80) | st.text(max_size=60)


@given(_TEXTS)
def test_any_text_is_read_and_no_line_is_dropped(text: str) -> None:
    document = parse(text)
    lines = text.split("\n")
    told = {*document.headers, *document.unreadable}
    told |= {line for item in document.items for line in range(item.first, item.last + 1)}
    for number, line in enumerate(lines, start=1):
        assert (number in told) or not line.strip() or line.lstrip().startswith("#")
    host = _host({TOML: V6 + text})
    SERVICE.read(host, INSTANCE)
    for counted in host.reading.coverage():
        total = counted.understood + counted.irrelevant + len(counted.unknown)
        assert total == len(host.reading.lines(counted.file))


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8), max_size=4),
    st.booleans(),
)
def test_strings_of_an_array(values: list[str], one_line: bool) -> None:
    text = 'a = [ "x" ] # end\nb = 1\n' if one_line else 'a = [\n  "x"\n] # end\nb = 1\n'
    item = parse(text).item("a")
    assert item is not None
    edited = with_strings(text, item, values)
    assert tomllib.loads(edited) == {"a": values, "b": 1}
    again = parse(edited).item("a")
    assert again is not None
    assert [element.text for element in again.value if not isinstance(again.value, str)] == values  # type: ignore[union-attr]
