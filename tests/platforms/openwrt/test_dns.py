"""Dnsmasq as a resolver: where it listens, what it answers itself, and lines that reach it past UCI."""

from ipaddress import IPv4Address

import pytest

from auditor.capture import Gap, Kind
from auditor.model import Resolver, Unknown
from auditor.platforms.openwrt.recognise import recognise
from tests.platforms.openwrt.captures import ZONES, model

MAIN = "config dnsmasq 'main'\n\toption noresolv 1\n"


def resolver(options: str = "", **files: str) -> Resolver:
    (found,) = model({"dhcp": MAIN + options, **files}).resolvers.items
    return found


def test_local_answers_a_domain_without_asking() -> None:
    found = resolver("\toption local '/lan/'\n\tlist server '/corp.example/192.0.2.53'\n").forwarders
    assert [(one.domain, one.address) for one in found] == [
        ("corp.example", IPv4Address("192.0.2.53")),
        ("lan", None),
    ]
    assert not found.holes


@pytest.mark.parametrize(
    ("options", "drops"),
    [
        ("", False),
        ("\toption filter_a 1\n", True),
        ("\tlist filter_rr A\n", True),
        ("\tlist filter_rr 'AAAA,A'\n", True),
        ("\tlist filter_rr AAAA\n", False),
        ("\tlist filter_rr ANY\n", False),
    ],
)
def test_filter_rr_a_is_filter_a(options: str, drops: bool) -> None:
    assert resolver(options).drops_ipv4.value is drops  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "interfaces"),
    [
        ("", None),
        ("\tlist interface lan\n", ("lan",)),
        ("\tlist notinterface guest\n", ("lan", "wan", "wan6")),
        ("\tlist listen_address 127.0.0.1\n\tlist listen_address 192.168.40.1\n", ("guest",)),
        ("\tlist interface lan\n\tlist listen_address 192.168.40.1\n", ("lan", "guest")),
    ],
)
def test_interfaces_on_which_it_answers(options: str, interfaces: tuple[str, ...] | None) -> None:
    assert resolver(options).interfaces.value == interfaces  # type: ignore[union-attr]


def test_an_address_that_nobody_has_is_unknown() -> None:
    assert isinstance(resolver("\tlist listen_address 203.0.113.9\n").interfaces, Unknown)


@pytest.mark.parametrize(
    "options",
    [
        "\tlist addnhosts /etc/blocked.hosts\n",
        "\tlist bogusnxdomain 10.42.42.42\n",
        "\tlist bogusnxdomain 10.0.0.0/8\n",
        "\toption confdir /etc/dnsmasq.d\n",
        "\toption extraconftext 'cname=a.example,b.example'\n",
    ],
)
def test_answers_that_may_come_from_elsewhere_are_holes(options: str) -> None:
    assert len(resolver(options).local_answers.holes) == 1


def test_a_public_address_that_is_turned_away_says_nothing() -> None:
    assert not resolver("\tlist bogusnxdomain 8.8.4.4\n").local_answers.holes


def test_a_file_of_servers_is_a_hole() -> None:
    assert len(resolver("\toption serversfile /etc/servers\n").forwarders.holes) == 1


def test_extra_text_is_read_line_by_line() -> None:
    found = resolver("\toption rebind_protection 0\n\toption extraconftext 'stop-dns-rebind\\nfilter-A'\n")
    assert found.drops_private.value is True  # type: ignore[union-attr]
    assert found.drops_ipv4.value is True  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("raw", "fact"),
    [("port=5353\n", "port"), ("interface=br-lan\n", "interfaces"), ("listen-address=::1\n", "interfaces")],
)
def test_a_raw_line_takes_the_place_of_an_option(raw: str, fact: str) -> None:
    assert isinstance(getattr(resolver(**{"/etc/dnsmasq.conf": raw}), fact), Unknown)


def test_a_file_of_one_instance_takes_the_place_of_the_shared_one() -> None:
    text = "config dnsmasq 'a'\n\toption rebind_protection 0\n\nconfig dnsmasq 'b'\n\toption rebind_protection 0\n"
    files = {"dhcp": text, "/etc/dnsmasq.conf": "stop-dns-rebind\n", "/etc/dnsmasq.a.conf": "filter-A\n"}
    first, second = model(files).resolvers.items
    assert (first.drops_private.value, first.drops_ipv4.value) == (False, True)  # type: ignore[union-attr]
    assert (second.drops_private.value, second.drops_ipv4.value) == (True, False)  # type: ignore[union-attr]
    assert recognise("dnsmasq.a.conf", "filter-A\n") == ("/etc/dnsmasq.a.conf", Kind.CONFIGURATION)


def test_files_of_other_packages_are_holes_unless_they_are_block_lists() -> None:
    listing = {"commands/dnsmasq-fragments-tmp.txt": "/tmp/dnsmasq.d/adb_list.overall\n/tmp/dnsmasq.d/mine.conf\n"}
    holes = resolver(**listing).forwarders.holes
    assert [hole.near[0].first for hole in holes] == [2]


def test_a_refused_raw_file_is_not_taken_for_an_empty_one() -> None:
    device = model({"dhcp": MAIN}, gaps=(Gap("/etc/dnsmasq.conf", "refused", "collect again"),))
    (found,) = device.resolvers.items
    assert found.forwarders.holes
    assert found.local_answers.holes
    assert device.dhcp_scopes.holes
    assert device.reservations.holes


def test_records_need_an_address_and_may_belong_to_an_instance() -> None:
    records = (
        "config domain\n\toption name a.example\n\toption ip 192.168.30.9\n\nconfig domain\n\toption name b.example\n\n"
        "config hostrecord\n\tlist name c.example\n\tlist name d.example\n\toption ip 192.168.30.8\n\n"
        "config domain\n\toption name e.example\n\toption ip 192.168.30.7\n\toption instance other\n"
    )
    found = resolver("\n" + records).local_answers
    assert [(one.domain, one.address) for one in found] == [
        ("a.example", "192.168.30.9"),
        ("c.example", "192.168.30.8"),
        ("d.example", "192.168.30.8"),
    ]


def test_an_old_switch_of_adblock_redirects_too() -> None:
    text = "config adblock 'global'\n\toption adb_enabled 1\n\toption adb_forcedns 1\n"
    (redirect,) = model({"adblock": text, "firewall": ZONES}).dns_redirects.items
    assert redirect.interfaces.value == ("lan",)  # type: ignore[union-attr]
    assert not model({"adblock": text.replace("forcedns 1", "forcedns 0")}).dns_redirects.items


def test_a_refused_listing_hides_every_package() -> None:
    device = model(gaps=(Gap("commands/config-list.txt", "refused", "collect again"),))
    assert device.blocklists.holes
    assert device.portals.holes
    assert device.dns_redirects.holes
