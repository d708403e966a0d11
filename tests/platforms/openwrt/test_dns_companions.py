"""Resolvers, redirects and block lists of packages beside dnsmasq."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from auditor.model import Assumed, Device, Resolver, Unknown
from tests.platforms.openwrt.captures import ZONES, model

DOH = """\
config main 'config'
	option force_dns '1'

config https-dns-proxy
	option resolver_url 'https://dns.example/dns-query'
	option listen_port '5053'

config https-dns-proxy
	option resolver_url 'https://dns2.example/dns-query'
"""


def resolver(device: Device, key: str) -> Resolver:
    return next(one for one in device.resolvers if one.key == key)


def by_software(device: Device, software: str) -> list[Resolver]:
    return [one for one in device.resolvers if one.software == software]


def test_doh_proxies_listen_on_ports_of_their_own_and_ask_where_nobody_sees() -> None:
    first, second = by_software(model({"https-dns-proxy": DOH}), "https-dns-proxy")
    assert first.port.value == 5053  # type: ignore[union-attr]
    assert second.port.value == 5054  # type: ignore[union-attr]
    assert first.drops_private.value is False  # type: ignore[union-attr]
    (hole,) = first.forwarders.holes
    assert "https://dns.example/dns-query" in hole.why
    assert hole.near[0].first == 5


def test_force_dns_redirects_the_zone() -> None:
    (redirect,) = model({"https-dns-proxy": DOH, "firewall": ZONES}).dns_redirects.items
    assert redirect.key == "config"
    assert redirect.interfaces.value == ("lan",)  # type: ignore[union-attr]
    guests = DOH.replace("config https", "\tlist force_dns_src_interface 'guest'\nconfig https", 1)
    (redirect,) = model({"https-dns-proxy": guests, "firewall": ZONES}).dns_redirects.items
    assert redirect.interfaces.value == ("guest",)  # type: ignore[union-attr]


def test_force_dns_is_on_by_default_and_off_by_a_line_or_without_the_service() -> None:
    (redirect,) = model({"https-dns-proxy": "config main 'config'\n", "firewall": ZONES}).dns_redirects.items
    assert isinstance(redirect.interfaces, Assumed)
    off = DOH.replace("force_dns '1'", "force_dns '0'")
    assert not model({"https-dns-proxy": off, "firewall": ZONES}).dns_redirects.items
    stopped = {"https-dns-proxy": DOH, "firewall": ZONES, "commands/enabled-services.txt": "S19dnsmasq\n"}
    assert not model(stopped).dns_redirects.items
    assert by_software(model(stopped), "https-dns-proxy")[0].serving.value is False  # type: ignore[union-attr]


UNBOUND = "config unbound 'main'\n\toption listen_port '1053'\n"


def test_unbound_drops_private_answers_unless_told() -> None:
    found = resolver(model({"unbound": UNBOUND}), "unbound.main")
    assert found.port.value == 1053  # type: ignore[union-attr]
    assert isinstance(found.drops_private, Assumed)
    assert found.drops_private.value is True
    assert IPv4Network("100.64.0.0/10") in found.private_ranges
    assert isinstance(found.exempt_domains, Unknown)
    assert found.forwarders.holes == ()
    off = resolver(model({"unbound": UNBOUND + "\toption rebind_protection 0\n"}), "unbound.main")
    assert off.drops_private.value is False  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "port"), [("", 53), ("\toption listen_port 80\n", 53)])
def test_unbound_takes_port_53_instead_of_an_odd_one(text: str, port: int) -> None:
    found = resolver(model({"unbound": "config unbound 'main'\n" + text}), "unbound.main")
    assert found.port.value == port  # type: ignore[union-attr]


def test_unbound_with_its_own_file_is_unknown() -> None:
    found = resolver(model({"unbound": UNBOUND + "\toption manual_conf 1\n"}), "unbound.main")
    assert isinstance(found.port, Unknown)
    assert isinstance(found.drops_private, Unknown)
    assert found.forwarders.holes


def test_unbound_forwards() -> None:
    zone = (
        "config zone 'up'\n\toption enabled 1\n\toption zone_type forward_zone\n\tlist zone_name '.'\n"
        "\tlist zone_name 'corp.example.'\n\tlist server 192.0.2.53\n\tlist server '192.0.2.54@5353'\n\tlist server x\n"
    )
    found = resolver(model({"unbound": UNBOUND + zone}), "unbound.main").forwarders
    assert [(one.domain, one.address, one.port) for one in found] == [
        (None, IPv4Address("192.0.2.53"), 53),
        ("corp.example", IPv4Address("192.0.2.53"), 53),
        (None, IPv4Address("192.0.2.54"), 5353),
        ("corp.example", IPv4Address("192.0.2.54"), 5353),
    ]
    assert [hole.why for hole in found.holes] == ["cannot read server 'x'"]
    off = zone.replace("enabled 1", "enabled 0")
    assert not resolver(model({"unbound": UNBOUND + off}), "unbound.main").forwarders.items


@pytest.mark.parametrize(
    ("package", "switch"),
    [("adblock", "adb_enabled"), ("adblock-fast", "enabled"), ("simple-adblock", "enabled"), ("banip", "ban_enabled")],
)
def test_blocklists(package: str, switch: str) -> None:
    text = f"config {package} 'g'\n\toption {switch} 1\n"
    (found,) = model({package: text}).blocklists.items
    assert (found.key, found.software) == (f"{package}.g", package)
    assert found.enabled.value is True  # type: ignore[union-attr]
    (stopped,) = model({package: text, "commands/enabled-services.txt": "S19dnsmasq\n"}).blocklists.items
    assert stopped.enabled.value is False  # type: ignore[union-attr]
    (off,) = model({package: text.replace(" 1", " 0")}).blocklists.items
    assert off.enabled.value is False  # type: ignore[union-attr]


def test_blocklists_that_keep_clients_from_asking_elsewhere() -> None:
    text = "config adblock-fast 'config'\n\toption enabled 1\n\toption force_dns 1\n"
    (redirect,) = model({"adblock-fast": text, "firewall": ZONES}).dns_redirects.items
    assert redirect.key == "adblock-fast.config"
    assert redirect.interfaces.value == ("lan",)  # type: ignore[union-attr]
    assert not model({"adblock-fast": text.replace("enabled 1", "enabled 0")}).dns_redirects.items
    newer = "config adblock 'global'\n\toption adb_enabled 1\n\toption adb_nftforce 1\n"
    assert len(model({"adblock": newer, "firewall": ZONES}).dns_redirects) == 1
    assert not model({"adblock": newer.replace("nftforce 1", "nftforce 0")}).dns_redirects.items


def test_a_resolver_that_is_not_read_is_a_hole() -> None:
    device = model({"commands/enabled-services.txt": "S19dnsmasq\nS99AdGuardHome\n"})
    assert [hole.near[0].file for hole in device.resolvers.holes] == ["commands/enabled-services.txt"]


def test_a_package_that_was_not_captured_is_a_hole() -> None:
    device = model({"commands/config-list.txt": "adblock\nhttps-dns-proxy\nunbound\n"})
    assert len(device.blocklists.holes) == 1
    assert len(device.dns_redirects.holes) == 1
    assert len(device.resolvers.holes) == 2
