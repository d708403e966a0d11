"""Leases, neighbours, stations and ports as outputs of RouterOS 6 and 7 show them, and what hidden items look like."""

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address

import pytest

from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.model import Stated, Unknown
from auditor.platforms.routeros import outputs
from auditor.platforms.routeros.effective import effective, hidden
from auditor.platforms.routeros.extract import extract
from auditor.platforms.routeros.state_outputs import State, read
from auditor.profiles import load_profile
from auditor.services.reading import Reading

PROFILE = load_profile("routeros")
EMPTY = dict.fromkeys(
    (
        outputs.LEASES,
        outputs.ARP,
        outputs.WIFI_STATIONS,
        outputs.WIFIWAVE2_STATIONS,
        outputs.WIRELESS_STATIONS,
        outputs.CAPSMAN_STATIONS,
        outputs.ETHERNET,
        outputs.COUNTERS,
    ),
    "",
)
LEASES = """\
Flags: X - disabled, R - radius, D - dynamic, B - blocked
 0   ;;; till one
     address=192.168.30.11 mac-address=02:00:00:00:00:01 server=tills status=bound expires-after=20h
     active-address=192.168.30.12 active-mac-address=02:00:00:00:00:0A active-server=tills host-name="x"

 1   address=192.168.30.13 mac-address=02:00:00:00:00:02 server=tills status=waiting last-seen=never

 2 D address=192.168.30.14 mac-address=02:00:00:00:00:03 status=bound active-address=192.168.30.14
     active-mac-address=02:00:00:00:00:03 active-server=tills
"""
ARP = """\
Flags: X - disabled, I - invalid, H - DHCP, D - dynamic, P - published, C - complete
 0 DC address=192.168.30.14 mac-address=02:00:00:00:00:03 interface=vlan 30 published=no status="reachable"
 1 D  address=192.168.30.99 interface=vlan 30 published=no status="failed"
 2 DC address=192.168.30.12 mac-address=02:00:00:00:00:0A interface=vlan 30 published=no status="stale"
 3    address=192.168.30.50 mac-address=02:00:00:00:00:50 interface=vlan 30 published=no
 4 DC address=192.168.30.16 mac-address=02:00:00:00:00:06 interface=vlan 30 published=no
"""


def reading(files: Mapping[str, str], gaps: tuple[Gap, ...] = ()) -> Reading:
    captured = tuple(CapturedFile(path, text, Kind.STATE) for path, text in files.items())
    return Reading(Capture("gw", "routeros", captured, gaps, datetime(2026, 3, 2, tzinfo=UTC), False, "test"), PROFILE)


def state(**files: str) -> State:
    return read(reading(EMPTY | {f"commands/{name.replace('_', '-')}.txt": text for name, text in files.items()}))


def test_empty_outputs_say_that_there_is_nothing() -> None:
    found = state()
    for listed in (found.leases, found.neighbours, found.stations, found.port_states):
        assert (listed.items, listed.holes) == ((), ())


def test_outputs_that_were_not_captured_are_holes() -> None:
    gap = Gap(outputs.LEASES, "not enough permissions (9)", "give the policy read")
    found = read(reading({}, (gap,)))
    assert found.leases.holes[0].settle == "give the policy read"
    assert all(listed.holes for listed in (found.neighbours, found.stations, found.port_states))


def test_leases_are_those_that_a_client_holds() -> None:
    found = state(dhcp_leases=LEASES).leases
    assert [(lease.mac, lease.address) for lease in found] == [
        ("02:00:00:00:00:0a", Stated(IPv4Address("192.168.30.12"), found.items[0].address.spans)),
        ("02:00:00:00:00:03", Stated(IPv4Address("192.168.30.14"), found.items[1].address.spans)),
    ]
    assert [span.first for span in found.items[0].address.spans] == [4]
    assert [span.first for span in found.items[1].address.spans] == [8, 9]
    assert not found.holes


@pytest.mark.parametrize(
    "row",
    [
        " 0 D status=bound active-address=1.2.3.4 active-mac-address=02:00:00:00:00:03 host-name=x active-address=9.9",
        " 0 D status=bound active-address=1.2.3 active-mac-address=02:00:00:00:00:03",
        " 0 D status=unheard-of active-address=1.2.3.4 active-mac-address=02:00:00:00:00:03",
        "who is there",
    ],
)
def test_a_lease_that_cannot_be_read_is_a_hole(row: str) -> None:
    found = state(dhcp_leases=f"{row}\n").leases
    assert (len(found), len(found.holes)) == (0, 1)


def test_neighbours_are_learned_entries() -> None:
    found = {str(each.address): each for each in state(arp=ARP).neighbours}
    assert set(found) == {"192.168.30.14", "192.168.30.12", "192.168.30.16"}
    reachable = [found[f"192.168.30.{last}"].reachable for last in (14, 12)]
    assert [fact.value for fact in reachable if isinstance(fact, Stated)] == [True, False]
    assert isinstance(found["192.168.30.16"].reachable, Unknown), "releases before 7.16 print no state"
    link = found["192.168.30.14"].link
    assert isinstance(link, Stated)
    assert link.value == "vlan 30"


@pytest.mark.parametrize(
    ("name", "row", "bss", "signal", "ratio"),
    [
        ("wifi_stations", ' 0 A interface=wifi1 ssid="T" mac-address=02:00:00:00:00:0A signal=-56', "wifi1", -56, None),
        (
            "wireless_stations",
            " 0 interface=wlan1 mac-address=02:00:00:00:00:0A ap=no signal-strength=-55dBm@6Mbps signal-to-noise=47dB",
            "wlan1",
            -55,
            47,
        ),
        (
            "wireless_stations",
            " 0 interface=till wlan mac-address=02:00:00:00:00:0A signal-strength=-30@24Mbps signal-to-noise=69"
            " strength-at-rates=-38@1Mbps 23s470ms,-30@6Mbps 26m",
            "till wlan",
            -30,
            69,
        ),
        (
            "capsman_stations",
            ' 0 interface=cap1 ssid="T" mac-address=02:00:00:00:00:0A rx-signal=-61',
            "cap1",
            -61,
            None,
        ),
        ("wifiwave2_stations", " 0 A interface=wifi2 mac-address=02:00:00:00:00:0A uptime=1s", "wifi2", None, None),
    ],
)
def test_stations(name: str, row: str, bss: str, signal: int | None, ratio: int | None) -> None:
    found = state(**{name: f"{row}\n"}).stations
    (station,) = found
    assert not found.holes
    assert station.mac == "02:00:00:00:00:0a"
    assert station.key == f"02:00:00:00:00:0a on {bss}"
    told = (station.bss, station.signal, station.snr)
    assert tuple(fact.value if isinstance(fact, Stated) else None for fact in told) == (bss, signal, ratio)


def test_the_access_point_of_a_radio_in_station_mode_is_no_station() -> None:
    row = " 0 interface=wlan1 mac-address=02:00:00:00:00:0A ap=yes signal-strength=-55dBm@6Mbps\n"
    assert state(wireless_stations=row).stations.items == ()


def test_a_station_that_was_not_let_in_yet_is_none() -> None:
    row = " 0   interface=wifi1 mac-address=02:00:00:00:00:0A signal=-50\n"
    assert state(wifi_stations=row).stations.items == ()


def test_ports() -> None:
    listing = ' 0 R name="ether1" speed=100Mbps\n 1   name="ether2"\n 2 X name="ether3"\n 3 R name="ether4"\n'
    files = {
        outputs.ETHERNET: listing,
        outputs.COUNTERS: ' 0 R name="ether1" rx-byte=205 164 277 rx-error=1 234\n',
        outputs.link_path("ether1"): (
            "                      name: ether1\n                    status: link-ok\n"
            "                      rate: 1Gbps\n               full-duplex: yes\n"
            "               advertising: 10M-baseT-half\n                            100M-baseT-full\n"
            "                            1G-baseT-full,2.5G-baseT\n"
        ),
        outputs.link_path("ether2"): "  name: ether2\n  status: no-link\n  advertising: 10M-half,1000M-full\n",
    }
    found = read(reading(EMPTY | files)).port_states
    first, second = found
    told = (first.up, first.speed, first.full_duplex, first.advertised, first.receive_errors)
    assert [fact.value for fact in told if isinstance(fact, Stated)] == [True, 1000, True, {10, 100, 1000, 2500}, 1234]
    down = (second.up, second.speed, second.full_duplex, second.advertised)
    assert [fact.value for fact in down if isinstance(fact, Stated)] == [False, None, None, {10, 1000}]
    assert isinstance(second.receive_errors, Unknown)
    assert [hole.why for hole in found.holes] == ["commands/link-ether4.txt was not captured"]


def test_each_line_is_counted_once() -> None:
    read_ = reading(EMPTY | {outputs.LEASES: f"hello\n{LEASES}", outputs.CLOCK: "  time: 10:00:00\n"})
    read(read_)
    counted = {each.file: each for each in outputs.coverage(read_)}
    leases = counted[outputs.LEASES]
    assert (leases.understood, [line.line for line in leases.unknown]) == (3, [1])
    assert leases.understood + leases.irrelevant + len(leases.unknown) == len(f"hello\n{LEASES}".splitlines())
    assert (counted[outputs.CLOCK].irrelevant, counted[outputs.CLOCK].unknown) == (1, ())


def test_the_version() -> None:
    assert outputs.version(reading({outputs.RESOURCE: "  uptime: 1w\n version: 6.49.10 (long-term)\n"})) == Stated(
        "6.49.10", (reading({}).span(outputs.RESOURCE, 2),)
    )
    assert isinstance(outputs.version(reading({outputs.RESOURCE: "  version: beta\n"})), Unknown)
    assert isinstance(outputs.version(reading({})), Unknown)


def test_effective_values_have_the_names_of_exports() -> None:
    files = {
        outputs.DHCP_SERVERS: ' 0 X name="tills" interface=bridge lease-time=10m\n',
        outputs.WIFI: ' 0 M B name="wifi1" configuration.ssid="a b" security.ft=no\n 1 D name="cap1" mtu=1500\n',
    }
    shown = effective(reading(files))
    assert shown["ip dhcp-server"]["tills"]["lease-time"].text == "10m"
    assert shown["ip dhcp-server"]["tills"]["disabled"].text == "yes"
    assert shown["interface wifi"]["wifi1"]["configuration.ssid"].text == "a b"
    assert set(shown["interface wifi"]) == {"wifi1", "cap1"}


def test_what_the_device_has_and_the_export_lacks_is_hidden() -> None:
    files = {
        outputs.FILTER_COUNT: "12\n",
        outputs.NAT_COUNT: "1\n",
        outputs.DHCP_SERVERS: ' 0 D name="dynamic"\n 1   name="tills"\n',
        outputs.ADDRESSES: " 0 address=192.168.30.1/24 interface=b\n 1 D address=192.0.2.7/24 interface=wan\n",
    }
    named = {"ip dhcp-server": frozenset({"other"}), "ip address": frozenset({"192.168.30.1/24"})}
    found = hidden(reading(files), counts={"ip firewall filter": 11, "ip firewall nat": 1}, named=named)
    assert set(found) == {"ip firewall filter", "ip dhcp-server"}
    assert found["ip dhcp-server"].near[0].first == 2
    assert not hidden(reading({}), counts={}, named={}), "without outputs nothing is known to be hidden"


def test_names_of_ports_are_taken_from_the_listing() -> None:
    command = PROFILE.command("link")
    assert command is not None
    text = ' 0 R name="ether1 wan"\r\n 1   name="ether2"\r\n 2   name=\r\n'
    assert extract(command, {outputs.ETHERNET: text}) == ("ether1 wan", "ether2")
