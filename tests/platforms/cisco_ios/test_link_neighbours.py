"""Neighbours at the ports of an IOS device, as CDP and LLDP tell them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import LinkNeighbour, Listed, Port, Stated, Unknown
from auditor.platforms.cisco_ios import link_neighbours
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.platforms.cisco_ios.network_shop import value

NOTHING: Stated[None] = Stated(None, ())
NAMES = tuple(f"GigabitEthernet1/0/{number}" for number in (1, 2, 3))
PORTS = Listed(tuple(Port("sw", name, Stated((), ()), Stated(False, ()), NOTHING) for name in NAMES))
CDP = """\
-------------------------
Device ID: gw.shop.example.net
Entry address(es):
  IP address: 192.168.1.1
  IPv6 address: FE80::1  (link-local)
Platform: cisco ISR4321/K9,  Capabilities: Router Switch IGMP
Interface: GigabitEthernet1/0/1,  Port ID (outgoing port): GigabitEthernet0/0/1
Holdtime : 148 sec

Version :
made up software

advertisement version: 2
Peer Source MAC: 0200.5eaa.0101
Duplex: full
Management address(es):
  IP address: 192.168.1.1

-------------------------
Device ID: SEP02005E000001
Entry address(es):
Platform: a phone,  Capabilities: Host Phone
Interface: GigabitEthernet1/0/2,  Port ID (outgoing port): Port 1
Holdtime : 132 sec

Version :
7.1

advertisement version: 2
"""
LLDP = """\
------------------------------------------------
Local Intf: Gi1/0/1
Chassis id: 0200.5eaa.0100
Port id: Gi0/0/1
Port Description: switch
System Name: GW

System Description:
made up software

Time remaining: 100 seconds
System Capabilities: B,R
Management Addresses:
    IP: 192.168.1.1
Auto Negotiation - supported, enabled
Physical media capabilities:
    1000baseT(FD)
Vlan ID: - not advertised

------------------------------------------------
Local Intf: Gi1/0/3
Chassis id: 02:00:5E:40:00:01
Port id: 0200.5e40.0001
Port Description: eth0
System Name - not advertised

System Description:
made up

Time remaining: 77 seconds
Management Addresses - not advertised


Total entries displayed: 2
"""


def read(cdp: str | None = None, lldp: str | None = None) -> Listed[LinkNeighbour]:
    files = [
        CapturedFile(f"commands/{name}-neighbours.txt", text, Kind.STATE)
        for name, text in (("cdp", cdp), ("lldp", lldp))
        if text is not None
    ]
    taken = Capture("sw", "cisco_ios", tuple(files), (), datetime(2026, 3, 2, tzinfo=UTC), False, "test")
    return link_neighbours.read(Reading(taken, load_profile("cisco_ios")), PORTS)


def seen(listed: Listed[LinkNeighbour]) -> list[tuple[object, object, object]]:
    return [
        (value(each.port), None if isinstance(each.system, Unknown) else each.system.value, value(each.remote_port))
        for each in listed
    ]


GATEWAY = (NAMES[0], "gw.shop.example.net", "GigabitEthernet0/0/1")
PHONE = (NAMES[1], "SEP02005E000001", "Port 1")
NAMELESS = (NAMES[2], None, "eth0")


def test_cdp() -> None:
    found = read(cdp=CDP)
    assert seen(found) == [GATEWAY, PHONE]
    first = found.items[0]
    assert ([str(each) for each in first.addresses], first.macs) == (["192.168.1.1"], ("02:00:5e:aa:01:01",))
    assert {span.first for span in first.port.spans} == {2, 7}


def test_lldp() -> None:
    found = read(lldp=LLDP)
    assert seen(found) == [(NAMES[0], "GW", "GigabitEthernet0/0/1"), NAMELESS]
    assert [each.macs for each in found] == [("02:00:5e:aa:01:00",), ("02:00:5e:40:00:01",)]


def test_a_neighbour_of_both_protocols_is_one() -> None:
    found = read(CDP, LLDP)
    assert seen(found) == [GATEWAY, PHONE, NAMELESS]
    assert found.items[0].macs == ("02:00:5e:aa:01:01", "02:00:5e:aa:01:00")
    assert {span.file for span in found.items[0].port.spans} == {
        "commands/cdp-neighbours.txt", "commands/lldp-neighbours.txt"
    }  # fmt: skip


@pytest.mark.parametrize("text", [None, "", "% LLDP is not enabled\n", "% CDP is not enabled\n"])
def test_a_device_that_hears_nobody_lacks_nothing(text: str | None) -> None:
    found = read(text, text)
    assert (found.items, found.holes) == ((), ())


FORGED = "Device ID: forged\nInterface: GigabitEthernet1/0/3,  Port ID (outgoing port): x\n"


def test_what_a_neighbour_says_of_its_software_is_no_neighbour() -> None:
    assert seen(read(cdp=CDP.replace("made up software\n", FORGED))) == [GATEWAY, PHONE]


def test_a_count_that_does_not_fit_gives_a_forgery_away() -> None:
    forged = CDP.replace("made up software\n", f"advertisement version: 2\n{FORGED}")
    assert seen(read(cdp=f"{CDP}\nTotal cdp entries displayed : 2\n")) == [GATEWAY, PHONE]
    found = read(cdp=f"{forged}\nTotal cdp entries displayed : 2\n")
    assert found.items == ()
    assert "holds 3 neighbours" in found.holes[0].why


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda t: "advertisement" not in t))
def test_no_text_in_the_software_of_a_neighbour_adds_one(text: str) -> None:
    for each in (text, text.replace(" ", "\n"), FORGED + text):
        assert [value(known.port) for known in read(cdp=CDP.replace("made up software", each))] == list(NAMES[:2])


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read(cdp: str, lldp: str) -> None:
    found = read(cdp, lldp)
    assert len({each.key for each in found}) == len(found)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_name_is_read(name: str) -> None:
    for each in read(CDP.replace("gw.shop", name), LLDP.replace("GW", name)):
        assert each.key.isprintable()
