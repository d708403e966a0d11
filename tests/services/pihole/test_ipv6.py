"""Pi-hole's switch for IPv6: it advertises itself on its interface."""

from dataclasses import replace
from ipaddress import IPv6Address

import pytest

from auditor.model import Span, Stated
from auditor.services.pihole import SERVICE
from tests.services.hosts import host_of
from tests.services.pihole.test_pihole import INSTANCE, TOML, V6


@pytest.mark.parametrize(("ipv6", "told"), [("true", ["br-lan"]), ("false", [])])
def test_dhcp_ipv6(ipv6: str, told: list[str]) -> None:
    text = V6.replace('  leaseTime = ""\n', f'  leaseTime = ""\n  ipv6 = {ipv6}\n')
    host = replace(host_of({TOML: text}, "dnsmasq", "pihole"), ipv6={"br-lan": (IPv6Address("fd00:30::1"),)})
    found = SERVICE.read(host, INSTANCE).ipv6_resolvers
    line = text.split("\n").index(f"  ipv6 = {ipv6}") + 1
    span = Span("gw", TOML, line, line)
    assert [each.interface for each in found] == [Stated(link, (span,)) for link in told]
    assert [each.address for each in found] == [Stated(None, (span,)) for _ in told]
    assert not found.holes
