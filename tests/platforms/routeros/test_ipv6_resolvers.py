"""What hosts of a RouterOS network are told of resolvers by IPv6."""

import pytest

from auditor.model import Ipv6Resolver, Listed, Unknown
from auditor.platforms.routeros import ipv6_resolvers, network
from auditor.platforms.routeros.config import Config
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.platforms.routeros.network_shop import V6, V7, capture

NEWEST = V7.replace("7.16.2", "7.21.1")
SHOP = """\
/interface vlan add name=tills interface=ether2 vlan-id=30
/ip address add address=192.168.30.1/24 interface=tills
/ipv6 address add address=2001:db8:30::1/64 interface=tills
"""
SHOWN = """\
Flags: X - disabled, I - invalid; * - default
 0   * interface=all ra-interval=3m20s-10m ra-lifetime=30m advertise-dns={} managed-address-configuration=no
       other-configuration=no dns=unspecified
"""
SELF, UNKNOWN = None, "unknown"


def read(lines: str, header: str = V7, shop: str = SHOP, **outputs: str) -> Listed[Ipv6Resolver]:
    shown = {id.replace("_", "-"): text for id, text in outputs.items()}
    taken, profile = capture(shop + lines, header, **shown), load_profile("routeros")
    config, reading = Config.of(taken, profile), Reading(taken, profile)
    return ipv6_resolvers.read(config, network.read(config, reading), reading)


def told(listed: Listed[Ipv6Resolver]) -> list[str | None]:
    """Addresses; None for the device itself, a word for what is not known."""
    return [
        UNKNOWN if isinstance(each.address, Unknown) else str(each.address.value) if each.address.value else SELF
        for each in listed
    ]


DEFAULT = "/ipv6 nd set [ find default=yes ] "


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (DEFAULT + "advertise-dns=no\n", []),
        (DEFAULT + "advertise-dns=self\n", [SELF]),
        (DEFAULT + "advertise-dns=yes dns=2001:db8::53,2001:db8:30::1\n", ["2001:db8::53", SELF]),
        (DEFAULT + "advertise-dns=yes dns=here\n", [UNKNOWN]),
        (DEFAULT + "advertise-dns=perhaps\n", [UNKNOWN]),
        (DEFAULT + "advertise-dns=yes\n/ip dns set servers=192.0.2.53,2001:db8::53\n", ["2001:db8::53"]),
        (DEFAULT + "advertise-dns=yes\n/ip dns set servers=192.0.2.53\n", [UNKNOWN]),
        (DEFAULT + "advertise-dns=self\n/ipv6 nd add interface=tills advertise-dns=no\n", []),
        ("/ipv6 nd add interface=tills advertise-dns=self disabled=yes\n", []),
        ("/ipv6 nd add interface=tills\n", [UNKNOWN]),
        ("/ip dns set servers=2001:db8::53\n", ["2001:db8::53"]),
    ],
)
def test_router_advertisements(lines: str, expected: list[str | None]) -> None:
    assert told(read(lines)) == expected


@pytest.mark.parametrize(("header", "expected"), [(V6, []), (V7, ["2001:db8::53"]), (NEWEST, [UNKNOWN])])
def test_defaults_depend_on_the_release(header: str, expected: list[str | None]) -> None:
    assert told(read("/ip dns set servers=2001:db8::53\n", header)) == expected


@pytest.mark.parametrize(("word", "expected"), [("no", []), ("self", [SELF])])
def test_what_the_device_shows_settles_a_default(word: str, expected: list[str | None]) -> None:
    assert told(read("", NEWEST, ipv6_nd=SHOWN.format(word))) == expected
    (unsettled,) = read("", NEWEST)
    assert isinstance(unsettled.address, Unknown)
    assert "commands/ipv6-nd.txt" in unsettled.address.settle


SERVER = DEFAULT + "advertise-dns=no {}=yes\n/ipv6 dhcp-server add interface=tills name=six {}\n"
OPTION = '/ipv6 dhcp-server option add name=dns code=23 value="{}"\n'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (SERVER.format("other-configuration", "dhcp-option=dns") + OPTION.format("'2001:db8::53'"), ["2001:db8::53"]),
        (
            SERVER.format("managed-address-configuration", "dhcp-option=dns")
            + OPTION.format("0x20010db8000000000000000000000053"),
            ["2001:db8::53"],
        ),
        (SERVER.format("other-configuration", "dhcp-option=dns") + OPTION.format("'2001:db8:30::1'"), [SELF]),
        (SERVER.format("other-configuration", "dhcp-option=dns") + OPTION.format("word"), [UNKNOWN]),
        (SERVER.format("other-configuration", ""), [UNKNOWN]),
        (SERVER.format("other-configuration", "disabled=yes"), []),
        (SERVER.format("hop-limit", "dhcp-option=dns") + OPTION.format("'2001:db8::53'"), []),
    ],
    ids=["text", "hexadecimal", "itself", "unreadable", "no option", "switched off", "nobody is sent there"],
)
def test_dhcpv6(lines: str, expected: list[str | None]) -> None:
    assert told(read(lines)) == expected


def test_a_network_without_ipv6_tells_nothing() -> None:
    without = "".join(line for line in SHOP.splitlines(keepends=True) if "ipv6" not in line)
    found = read(DEFAULT + "advertise-dns=self\n", shop=without)
    assert (found.items, found.holes) == ((), ())


def test_evidence_names_both_lines() -> None:
    (found,) = read(DEFAULT + "advertise-dns=yes\n/ip dns set servers=2001:db8::53\n")
    assert [span.first for span in found.address.spans] == [5, 6]
    assert [span.first for span in found.interface.spans] == [4]
