"""Members of interface lists."""

import pytest

from auditor.model import Unknown
from auditor.platforms.routeros import interface_lists
from tests.platforms.routeros.network_shop import config, value

LISTS = """\
/interface bridge add name=bridge
/interface list add name=LAN
/interface list add name=WAN
/interface list add include=LAN name=MGMT
/interface list add exclude=WAN include=all name=INSIDE
/interface list add include=B name=A
/interface list add include=A name=B
/interface list member add interface=bridge list=LAN
/interface list member add disabled=yes interface=ether4 list=LAN
/interface list member add interface=*9 list=LAN
/interface list member add interface=ether1 list=WAN
/interface list member add interface=vpn list=MGMT
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LAN", {"bridge"}),
        ("WAN", {"ether1"}),
        ("MGMT", {"bridge", "vpn"}),
        ("INSIDE", {"bridge", "vpn", "ether4"}),
        ("none", set()),
        ("dynamic", set()),
        ("all", {"bridge", "ether1", "ether4", "vpn"}),
    ],
)
def test_members(name: str, expected: set[str]) -> None:
    assert value(interface_lists.members(config(LISTS), name)) == expected


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("OTHER", "", "nowhere defined"),
        ("A", "", "includes itself"),
        ("LAN", "/interface detect-internet set lan-interface-list=LAN\n", "by itself"),
        ("LAN", "/caps-man datapath add interface-list=LAN name=dp\n", "when they appear"),
        ("LAN", "/interface list member set 0 interface=ether7\n", "not known"),
    ],
)
def test_what_is_not_known(name: str, line: str, words: str) -> None:
    found = interface_lists.members(config(LISTS + line), name)
    assert isinstance(found, Unknown)
    assert words in found.why
