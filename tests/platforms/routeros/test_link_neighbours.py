"""Neighbours at the ports of a RouterOS device, as `/ip neighbor print detail` shows them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Kind
from auditor.model import LinkNeighbour, Listed, Port, Stated, Unknown
from auditor.platforms.routeros import link_neighbours
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.platforms.routeros.network_shop import value

NOTHING: Stated[None] = Stated(None, ())
PORTS = Listed(tuple(Port("gw", f"ether{n}", Stated((), ()), Stated(False, ()), NOTHING) for n in (1, 2, 3)))
OUTPUT = """\
 0 interface=ether2,bridge address=192.168.30.2 address4=192.168.30.2 mac-address=02:00:5E:00:00:02 identity="till sw"
   platform="MikroTik" version="7.15.1 (stable) 2024-06-07 12:49:11" unpack=none age=7s uptime=1d8h board="X"
   interface-name="bridge/ether1" system-caps=bridge,router system-caps-enabled=bridge

 1 interface=ether3,bridge address=fe80::1 mac-address=02:00:5E:00:00:03 identity="" platform="" version=""
   interface-name="GigabitEthernet1/0/5"

 2 interface=wifi1,bridge mac-address=02:00:5E:00:00:04 identity="reader"
 3 interface=bridge mac-address=02:00:5E:00:00:05 identity="somewhere"
"""


def read(text: str | None, ports: Listed[Port] = PORTS) -> Listed[LinkNeighbour]:
    files = () if text is None else (CapturedFile("commands/neighbours.txt", text, Kind.STATE),)
    taken = Capture("gw", "routeros", files, (), datetime(2026, 3, 2, tzinfo=UTC), False, "test")
    return link_neighbours.read(Reading(taken, load_profile("routeros")), ports)


def test_who_is_at_the_other_end_of_a_cable() -> None:
    first, second = read(OUTPUT)
    assert (value(first.port), value(first.system), value(first.remote_port)) == ("ether2", "till sw", "ether1")
    assert [str(each) for each in first.addresses] == ["192.168.30.2"]
    assert first.macs == ("02:00:5e:00:00:02",)
    assert [span.first for span in first.port.spans] == [1]
    assert isinstance(second.system, Unknown)
    assert (value(second.remote_port), second.addresses) == ("GigabitEthernet1/0/5", ()), "a name of another vendor"


def test_without_the_output_nothing_is_known_and_nothing_missing() -> None:
    for text in (None, ""):
        found = read(text)
        assert (found.items, found.holes) == ((), ())


def test_a_name_that_poses_as_properties_spoils_its_row_only() -> None:
    forged = OUTPUT.replace('identity="till sw"', 'identity=x" interface=ether1 identity="y"')
    found = read(forged)
    assert [value(each.port) for each in found] == ["ether3"]
    assert [hole.near[0].first for hole in found.holes] == [1]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_name_is_read(name: str) -> None:
    found = read(OUTPUT.replace("till sw", name))
    assert {value(each.port) for each in found} <= {"ether1", "ether2", "ether3"}
    assert len({each.key for each in found}) == len(found)
    assert all(each.key.isprintable() for each in found)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read(text)
