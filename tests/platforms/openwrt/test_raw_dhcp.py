"""Raw lines of dnsmasq that reach past UCI into scopes and reservations."""

import pytest

from auditor.model import DhcpScope, Unknown
from tests.platforms.openwrt.captures import model

DHCP = "config dnsmasq\n\nconfig dhcp 'lan'\n\toption interface 'lan'\n"


def scope(raw: str) -> DhcpScope:
    (found,) = model({"dhcp": DHCP, "/etc/dnsmasq.conf": raw}).dhcp_scopes.items
    return found


FACTS = ("domain_name_servers", "routers", "lease_time", "ipv6_only_preferred")


@pytest.mark.parametrize(
    ("raw", "spoiled"),
    [
        ("", None),
        ("# dhcp-option=6,192.0.2.1\n", None),
        ("dhcp-option=42,192.0.2.1\n", None),
        ("dhcp-option=6,192.0.2.1\n", "domain_name_servers"),
        ("dhcp-option=tag:pos,option:dns-server,192.0.2.1\n", "domain_name_servers"),
        ("dhcp-option-force=option:router,192.0.2.1\n", "routers"),
        ("dhcp-option=51,600\n", "lease_time"),
        ("dhcp-option=108,00:00:01:2c\n", "ipv6_only_preferred"),
    ],
)
def test_a_raw_option_spoils_its_fact_and_no_other(raw: str, spoiled: str | None) -> None:
    found = scope(raw)
    assert [name for name in FACTS if isinstance(getattr(found, name), Unknown)] == ([spoiled] if spoiled else [])
    if spoiled:
        assert getattr(found, spoiled).near[0].file == "/etc/dnsmasq.conf"


def test_raw_scopes_and_reservations_are_holes() -> None:
    device = model(
        {"dhcp": DHCP, "/etc/dnsmasq.conf": "dhcp-range=192.168.30.50,192.168.30.60,1h\ndhcp-host=02:00:00:00:00:01\n"}
    )
    assert [hole.near[0].first for hole in device.dhcp_scopes.holes] == [1]
    assert [hole.near[0].first for hole in device.reservations.holes] == [2]
