"""Which resolvers dnsmasq tells clients by router advertisements and DHCPv6."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Listed, Stated, Unknown
from auditor.services import Host
from auditor.services.dnsmasq import SERVICE
from tests.services.dnsmasq.built import MAIN, PROCESS, SYSTEM, instance
from tests.services.hosts import SHOP, host_of

OWN = {"br-lan": (IPv6Address("fd00:30::1"),), "wan": (IPv6Address("2001:db8::2"),)}
OFFER = "interface=br-lan\ndhcp-range=::,constructor:br-lan,ra-stateless\n"


def host(text: str, ipv6: dict[str, tuple[IPv6Address, ...]] | None = None) -> Host:
    given = host_of({MAIN: text, **SYSTEM}, "dnsmasq")
    return Host(given.name, given.reading, Listed(SHOP), Listed(), None, OWN if ipv6 is None else ipv6)


def told(text: str, ipv6: dict[str, tuple[IPv6Address, ...]] | None = None) -> list[tuple[str, str]]:
    found = SERVICE.read(host(text, ipv6), instance()).ipv6_resolvers
    assert not found.holes
    assert all(isinstance(each.interface, Stated) for each in found)
    return [
        (each.interface.value, "?" if isinstance(each.address, Unknown) else str(each.address.value))  # type: ignore[union-attr]
        for each in found
    ]


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("::,constructor:br-lan,ra-stateless", ["br-lan"]),
        ("set:home,::2,::ff,constructor:br-*,slaac,64,12h", ["br-lan"]),
        ("::,constructor:*,ra-only", ["br-lan", "wan"]),
        ("fd00:30::100,fd00:30::1ff,64,12h", ["br-lan"]),
        ("fd00:30::,ra-only", ["br-lan"]),
        ("fd00:31::,ra-only", []),
        ("fd00:30::8000,fd00:30::ffff,113", []),
        ("192.168.10.50,192.168.10.99", []),
    ],
)
def test_whose_clients_are_offered_ipv6(written: str, where: list[str]) -> None:
    assert told(f"dhcp-range={written}\n") == [(each, "None") for each in where]


@pytest.mark.parametrize(
    ("lines", "addresses"),
    [
        ("", ["None"]),
        ("port=5353", []),
        ("port=0", []),
        ("dhcp-option=option6:dns-server,[::]", ["None"]),
        ("dhcp-option=option6:dns-server,[fe80::]\nport=0", ["None"]),
        ("dhcp-option=option6:dns-server,[2001:db8::53],[::]", ["2001:db8::53", "None"]),
        ("dhcp-option=option6:23,[2001:db8::53]\nport=0", ["2001:db8::53"]),
        ("dhcp-option=option6:dns-server", []),
        ("dhcp-option=option6:ntp-server,[2001:db8::53]", ["None"]),
        ("dhcp-option=option:dns-server,192.0.2.53", ["None"]),
        ("dhcp-option=option6:dns-server,[what]", ["?"]),
        (
            "dhcp-option=tag:br-lan,option6:dns-server,[2001:db8::1]\ndhcp-option=option6:dns-server,[::]",
            ["2001:db8::1"],
        ),
        ("dhcp-option=tag:wan,option6:dns-server,[2001:db8::1]", ["None"]),
        ("dhcp-mac=set:own,02:*:*:*:*:*\ndhcp-option=tag:own,option6:dns-server,[2001:db8::1]", ["?"]),
    ],
)
def test_what_they_are_told(lines: str, addresses: list[str]) -> None:
    assert told(f"{OFFER}{lines}\n") == [("br-lan", each) for each in addresses]


@pytest.mark.parametrize("line", ["except-interface=br-lan", "no-dhcp-interface=br-lan", "interface=wan"])
def test_interfaces_that_are_left_out(line: str) -> None:
    assert told(f"dhcp-range=::,constructor:br-lan,ra-only\n{line}\n") == []


def test_without_an_address_there_is_no_prefix_to_offer() -> None:
    assert told(OFFER, {}) == []
    assert told(OFFER, {"wan": OWN["wan"]}) == []


def test_the_lines_are_those_of_range_and_option() -> None:
    text = f"{OFFER}dhcp-option=option6:dns-server,[2001:db8::53]\n"
    (found,) = SERVICE.read(host(text), instance()).ipv6_resolvers
    assert [span.first for span in found.address.spans] == [2, 3]
    assert found.key == "dnsmasq/br-lan [2001:db8::53]"


def test_one_that_does_not_run_tells_nothing() -> None:
    off = instance(running=Stated(False, (PROCESS,)))
    assert SERVICE.read(host(OFFER), off).ipv6_resolvers == Listed()


def test_what_cannot_be_read_is_a_hole() -> None:
    (hole,) = SERVICE.read(host("dhcp-range=::x,::y,constructor:br-lan\n"), instance()).ipv6_resolvers.holes
    assert hole.settle
    assert SERVICE.read(host(f"{OFFER}conf-file=/etc/more.conf\n"), instance()).ipv6_resolvers.holes


WORDS = st.lists(
    st.sampled_from(["::", "fd00:30::", "::1:2", "constructor:br-lan", "constructor:", "constructor:[", "64", "999",
                     "tag:x", "set:x", "ra-only", "12h", "[::]", "option6:dns-server", ""]),
    max_size=6,
).map(",".join)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["dhcp-range", "dhcp-option", "interface"]), WORDS), max_size=5))
def test_no_line_makes_it_raise(lines: list[tuple[str, str]]) -> None:
    text = "".join(f"{key}={words}\n" for key, words in lines)
    found = SERVICE.read(host(text), instance()).ipv6_resolvers
    assert len({each.key for each in found}) == len(found)
    assert all(each.address.spans for each in found)
