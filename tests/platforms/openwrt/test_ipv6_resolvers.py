"""Which resolvers clients are told by router advertisements and DHCPv6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Assumed, Ipv6Resolver, Listed, Stated, Unknown
from tests.platforms.openwrt.captures import line, model

FILE = "/etc/config/dhcp"
SERVED = (
    "config dnsmasq\n\nconfig dhcp 'lan'\n\toption interface 'lan'\n\toption ra 'server'\n\toption dhcpv6 'server'\n"
)
SERVICES = "commands/enabled-services.txt"


def resolvers(dhcp: str, **files: str) -> Listed[Ipv6Resolver]:
    return model({"dhcp": dhcp, **files}).ipv6_resolvers


def said(found: Listed[Ipv6Resolver]) -> list[tuple[str, str]]:
    assert all(isinstance(each.interface, Stated) for each in found)
    return [
        (each.interface.value, "?" if isinstance(each.address, Unknown) else str(each.address.value))  # type: ignore[union-attr]
        for each in found
    ]


def test_the_router_names_itself_unless_a_line_says_otherwise() -> None:
    (found,) = resolvers(SERVED)
    assert found.interface == Stated("lan", (line(SERVED, "option interface", FILE),))
    assert isinstance(found.address, Assumed)
    assert found.address.value is None
    assert found.address.because.entry == "dhcp.dns_service"
    assert line(SERVED, "option ra", FILE) in found.address.spans


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("list dns '2001:db8::53'", ["2001:db8::53"]),
        ("list dns '2001:db8::53'\n\tlist dns '192.0.2.53'\n\tlist dns 'fd00::53'", ["2001:db8::53", "fd00::53"]),
        ("list dns '192.0.2.53'", ["None"]),
        ("option dns_service 0", []),
        ("option dns_service 0\n\tlist dns 2001:db8::53", ["2001:db8::53"]),
        ("option ra_dns 0", ["None"]),  # DHCPv6 still tells
        ("list dns '2001:db8::x'", ["?"]),
        ("option dhcpv6_raw '0017000100'", ["?"]),
        ("option ignore 1", []),
    ],
)
def test_what_is_announced(options: str, told: list[str]) -> None:
    assert said(resolvers(f"{SERVED}\t{options}\n")) == [("lan", each) for each in told]


@pytest.mark.parametrize(
    ("ra", "dhcpv6", "more", "told"),
    [
        ("server", "disabled", "", ["None"]),
        ("disabled", "server", "", ["None"]),
        ("server", "disabled", "option ra_dns 0", []),
        ("disabled", "disabled", "", []),
        ("relay", "relay", "", ["?"]),
        ("relay", "relay", "option master 1", []),
        ("hybrid", "server", "", ["?"]),
        ("what", "server", "", ["?"]),
    ],
)
def test_who_offers_ipv6(ra: str, dhcpv6: str, more: str, told: list[str]) -> None:
    text = SERVED.replace("ra 'server'", f"ra '{ra}'").replace("dhcpv6 'server'", f"dhcpv6 '{dhcpv6}'")
    found = resolvers(f"{text}\t{more}\n")
    assert said(found) == [("lan", each) for each in told]
    assert all(each.address.settle for each in found if isinstance(each.address, Unknown))


def test_networks_without_ipv6_are_told_nothing() -> None:
    assert resolvers("config dnsmasq\n\nconfig dhcp 'lan'\n\toption interface 'lan'\n") == Listed()
    assert resolvers(SERVED.replace("interface 'lan'", "interface 'gone'")) == Listed()
    assert said(resolvers(SERVED.replace("\toption interface 'lan'\n", ""))) == [("lan", "None")]


def test_without_odhcpd_it_depends_on_dnsmasq() -> None:
    (found,) = resolvers(SERVED, **{SERVICES: "S19dnsmasq\n"})
    assert isinstance(found.address, Unknown)
    assert found.address.could_be == (None,)
    (listed,) = resolvers(f"{SERVED}\tlist dns 2001:db8::53\n", **{SERVICES: "S19dnsmasq\n"})
    assert isinstance(listed.address, Unknown)
    assert listed.address.could_be == ()
    (running,) = resolvers(SERVED, **{SERVICES: "S19dnsmasq\nS35odhcpd\n"})
    assert not isinstance(running.address, Unknown)


def test_a_damaged_section_may_tell_anything() -> None:
    (found,) = resolvers(f"{SERVED}\toption 'x\n")
    assert isinstance(found.address, Unknown)


def test_a_raw_range_of_ipv6_is_a_hole() -> None:
    raw = {"/etc/dnsmasq.conf": "dhcp-range=::,constructor:br-lan,ra-stateless\n"}
    assert ["name resolvers" in hole.why for hole in resolvers("config dnsmasq\n", **raw).holes] == [True]
    assert not resolvers("config dnsmasq\n", **{"/etc/dnsmasq.conf": "dhcp-range=10.0.0.2,10.0.0.9\n"}).holes


WORDS = st.sampled_from(
    [
        "option interface lan", "option interface guest", "option ra server", "option ra relay", "option ra ''",
        "option dhcpv6 server", "option dhcpv6 x", "list dns ::1", "list dns :", "list dns '%lan:'", "option dns ::2",
        "option ra_dns 0", "option ra_dns x", "option dns_service 0", "option master 1", "option ignore 1", "junk",
    ]
)  # fmt: skip


@given(st.lists(st.lists(WORDS, max_size=7), max_size=3))
def test_no_section_makes_it_raise_and_keys_are_unique(sections: list[list[str]]) -> None:
    text = "config dnsmasq\n" + "".join(
        "\nconfig dhcp\n" + "".join(f"\t{words}\n" for words in each) for each in sections
    )
    found = resolvers(text)
    assert len({each.key for each in found}) == len(found)
    assert all(each.address.spans for each in found)
