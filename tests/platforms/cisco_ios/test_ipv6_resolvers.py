"""What hosts of an IOS network are told of resolvers by IPv6."""

import pytest

from auditor.model import Ipv6Resolver, Listed, Unknown
from auditor.platforms.cisco_ios import ipv6_resolvers, network
from tests.platforms.cisco_ios.configs import config

SELF, UNKNOWN = None, "unknown"
POOL = "ipv6 dhcp pool SIX\n address prefix 2001:DB8:30::/64\n dns-server 2001:DB8::53\n dns-server 2001:DB8:30::1\n!\n"
SERVED = ["2001:db8::53", SELF]
MANAGED = "ipv6 nd managed-config-flag"


def read(
    *lines: str, top: str = "", routing: str = "ipv6 unicast-routing\n", whole: bool = True
) -> Listed[Ipv6Resolver]:
    own = "".join(f" {line}\n" for line in lines)
    text = f"{routing}{top}interface Vlan30\n ipv6 address 2001:DB8:30::1/64\n{own}"
    found = config(text, whole=whole)
    return ipv6_resolvers.read(found, network.read(found, found.reading))


def told(listed: Listed[Ipv6Resolver]) -> list[str | None]:
    """Addresses; None for the device itself, a word for what is not known."""
    return [
        UNKNOWN if isinstance(each.address, Unknown) else str(each.address.value) if each.address.value else SELF
        for each in listed
    ]


@pytest.mark.parametrize(
    ("lines", "top", "expected"),
    [
        ((), "", []),
        (("ipv6 nd ra dns server 2001:DB8::53",), "", ["2001:db8::53"]),
        (("ipv6 nd ra dns server 2001:DB8:30::1 infinite sequence 0",), "", [SELF]),
        (("ipv6 nd ra dns server 2001:DB8::53 0",), "", []),
        (("ipv6 nd ra dns server here",), "", [UNKNOWN]),
        (("ipv6 dhcp server SIX", MANAGED), POOL, SERVED),
        (("ipv6 dhcp server SIX rapid-commit", "ipv6 nd other-config-flag"), POOL, SERVED),
        (("ipv6 dhcp server automatic", MANAGED), POOL, SERVED),
        (("ipv6 dhcp server automatic", MANAGED), POOL + POOL.replace("SIX", "TWO"), [UNKNOWN]),
        (("ipv6 dhcp server OTHER", MANAGED), POOL, [UNKNOWN]),
        (("ipv6 dhcp server SIX",), POOL, []),
        (("ipv6 dhcp server SIX", MANAGED), "ipv6 dhcp pool SIX\n import dns-server\n!\n", [UNKNOWN]),
        (("ipv6 dhcp relay destination 2001:DB8::547", MANAGED), "", [UNKNOWN]),
        (("ipv6 nd ra dns server 2001:DB8::53", "ipv6 nd ra suppress"), "", []),
    ],
)
def test_what_hosts_are_told(lines: tuple[str, ...], top: str, expected: list[str | None]) -> None:
    found = read(*lines, top=top)
    assert (told(found), found.holes) == (expected, ())


def test_without_ipv6_routing_nobody_is_told_anything() -> None:
    assert told(read("ipv6 nd ra dns server 2001:DB8::53", routing="")) == []


def test_evidence_names_the_interface_and_the_pool() -> None:
    first = next(iter(read("ipv6 dhcp server SIX", MANAGED, top=POOL)))
    assert [span.first for span in first.address.spans] == [11, 6]


def test_a_configuration_that_is_cut_may_hold_more() -> None:
    assert read(whole=False).holes
