"""What outputs of show commands, and napalm's getters, tell of the state of a device."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Capture, CapturedFile, Gap, Kind
from auditor.model import Stated, Unknown
from auditor.platforms.cisco_ios import outputs, state_outputs
from auditor.platforms.cisco_ios.state_outputs import State
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.rules.harness.shop import SHOPS


def reading(files: dict[str, str], *gaps: Gap) -> Reading:
    captured = tuple(
        CapturedFile(path, text, Kind.STATE if path.startswith("commands/") else Kind.CONFIGURATION)
        for path, text in files.items()
    )
    when = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    return Reading(Capture("gw", "cisco_ios", captured, gaps, when, False, "a test"), load_profile("cisco_ios"))


def state(files: dict[str, str], *gaps: Gap) -> State:
    return state_outputs.read(reading(files, *gaps))


def of_shop(shop: str, device: str) -> Reading:
    folder = SHOPS / "cisco_ios" / shop / device
    return reading(
        {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*.txt") if p.is_file()}
    )


READERS = {"02:00:5e:10:00:01": "192.168.30.101", "02:00:5e:10:00:02": "192.168.30.102"}
WIRED = {"02:00:5e:11:00:01": "192.168.30.101", "02:00:5e:11:00:02": "192.168.30.102"}


@pytest.mark.parametrize(
    ("shop", "readers", "link"),
    [("healthy", READERS, "GigabitEthernet0/0/1.30"), ("router", WIRED, "Vlan30"), ("autonomous", READERS, "Vlan30")],
)
def test_leases_and_neighbours(shop: str, readers: dict[str, str], link: str) -> None:
    read = state_outputs.read(of_shop(shop, "gw"))
    assert (read.leases.holes, read.neighbours.holes) == ((), ())
    leases = {lease.mac: str(lease.address.value) for lease in read.leases if isinstance(lease.address, Stated)}
    near = {
        known.mac: (str(known.address), known.link.value) for known in read.neighbours if isinstance(known.link, Stated)
    }
    for mac, address in readers.items():
        assert leases[mac] == address
        assert near[mac] == (address, link)
    assert "192.168.30.1" not in {str(known.address) for known in read.neighbours}, "the device's own address"
    assert "02:00:5e:00:01:50" not in leases, "a host pool keeps an address whether the client is there or not"


BINDINGS = """Bindings from all pools not associated with VRF:
IP address      Client-ID/ \t\tLease expiration \tType       State      Interface
\t\tHardware address/
\t\tUser name
"""


def test_a_switch_has_learned_who_is_behind_which_port() -> None:
    read = state_outputs.read(of_shop("healthy", "sw"))
    ports = {each.key: each.port.value for each in read.learned if isinstance(each.port, Stated)}
    assert ports["02:00:5e:aa:01:01 in VLAN 30"] == "GigabitEthernet1/0/1"
    assert len(ports) == 12  # the addresses of the switch itself are no neighbours


def test_a_client_that_names_itself_by_another_word_is_found_by_its_address() -> None:
    bindings = BINDINGS + (
        "192.168.30.7    0073.686f.702d.7469.    Mar 03 2026 08:43 AM    Automatic  Active     Vlan30\n"
        "                6c6c\n"
        "192.168.30.8    0073.686f.702d.7469.    Infinite                Automatic  Active     Vlan30\n"
        "192.168.30.9    0200.5e10.0009          Infinite                Automatic  Selecting  Vlan30\n"
        "192.168.30.10   0200.5e10.0010          Infinite                Automatic  Active     Vlan30\n"
    )
    arp = (
        "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
        "Internet  192.168.30.7            4   0200.5e10.0007  ARPA   Vlan30\n"
        "Internet  192.168.30.11           0   Incomplete      ARPA   \n"
    )
    read = state({"commands/dhcp-bindings.txt": bindings, "commands/arp.txt": arp})
    assert [(lease.key, lease.mac) for lease in read.leases] == [
        ("02:00:5e:10:00:07", "02:00:5e:10:00:07"),
        ("192.168.30.8", ""),
        ("02:00:5e:10:00:10", "02:00:5e:10:00:10"),
    ]
    assert [known.mac for known in read.neighbours] == ["02:00:5e:10:00:07"]
    assert not read.leases.holes
    assert not read.neighbours.holes


@pytest.mark.parametrize("path", ["commands/dhcp-bindings.txt", "commands/arp.txt", "commands/wireless-clients.txt"])
def test_a_line_that_is_none_of_the_table_is_a_hole_with_its_line(path: str) -> None:
    read = state({path: "\nwhat is this\n"})
    holes = [hole for listed in (read.leases, read.neighbours, read.stations) for hole in listed.holes]
    (hole,) = [hole for hole in holes if hole.near]
    assert [(span.file, span.first) for span in hole.near] == [(path, 2)]


def test_clients_of_a_controller_name_their_bss() -> None:
    read = state_outputs.read(of_shop("healthy", "wlc"))
    assert read.stations.holes == ()
    places = {each.mac: each.bss.value for each in read.stations if isinstance(each.bss, Stated)}
    assert places == {
        "02:00:5e:10:00:01": "pos@shop 5ghz",
        "02:00:5e:10:00:02": "pos@shop 24ghz",
        "02:00:5e:20:00:01": "pos@shop 5ghz",
        "02:00:5e:40:00:07": "guest@shop 5ghz",
    }
    assert all(isinstance(each.signal, Unknown) and each.signal.settle for each in read.stations)


CLIENT = (
    "MAC Address    AP Name     Type ID   State             Protocol Method     Role\n"
    "0200.5e10.0001 counter     WLAN 1    {state:<17} {protocol:<8} None       Local\n"
)
DETAIL = """Client MAC Address : 0200.5e10.0001
  Radio Signal Strength Indicator : -61 dBm
  Signal to Noise Ratio : 31 dB
"""


def test_details_of_a_client_tell_its_signal() -> None:
    files = {
        "commands/wireless-clients.txt": CLIENT.format(state="Run", protocol="11ac"),
        "commands/wireless-client-0200.5e10.0001.txt": DETAIL,
    }
    (station,) = state(files).stations
    assert isinstance(station.bss, Unknown)
    assert station.signal == Stated(-61, station.signal.spans if isinstance(station.signal, Stated) else ())
    assert isinstance(station.snr, Stated)
    assert station.snr.value == 31


@pytest.mark.parametrize("waiting", ["Authenticating", "IP Learn", "Webauth Pending"])
def test_a_client_that_is_not_let_in_is_no_station(waiting: str) -> None:
    assert not state({"commands/wireless-clients.txt": CLIENT.format(state=waiting, protocol="11ac")}).stations.items


def test_associations_of_an_autonomous_access_point() -> None:
    read = state_outputs.read(of_shop("autonomous", "ap"))
    assert {(each.mac, each.bss.value) for each in read.stations if isinstance(each.bss, Stated)} == {
        ("02:00:5e:10:00:01", "SHOP-POS Dot11Radio1"),
        ("02:00:5e:10:00:02", "SHOP-POS Dot11Radio0"),
        ("02:00:5e:20:00:01", "SHOP-POS Dot11Radio1"),
        ("02:00:5e:40:00:07", "SHOP-GUEST Dot11Radio1"),
    }


@pytest.mark.parametrize(
    ("configuration", "path", "name"),
    [
        ("ip dhcp pool POS\n", "commands/dhcp-bindings.txt", "leases"),
        ("wlan pos 1 SHOP-POS\n", "commands/wireless-clients.txt", "stations"),
        ("interface Dot11Radio0\n", "commands/dot11-associations.txt", "stations"),
    ],
)
def test_what_was_not_collected_is_a_hole_where_there_is_something_to_see(
    configuration: str, path: str, name: str
) -> None:
    assert not getattr(state({"running-config.txt": "hostname gw\n"}), name).holes
    (hole,) = getattr(state({"running-config.txt": configuration}), name).holes
    assert path in hole.why
    assert hole.settle
    (refused,) = getattr(state({"running-config.txt": ""}, Gap(path, "not authorised", "let it")), name).holes
    assert "not authorised" in refused.why


PORT = """GigabitEthernet1/0/5 is {link}, line protocol is down (notconnect) 
  Description: Half-duplex, 10Mb/s
  {duplex}, {speed}, media type is 10/100/1000BaseTX
     {errors} input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
"""  # noqa: W291


@pytest.mark.parametrize(
    ("link", "duplex", "speed", "expected"),
    [
        ("up", "Full-duplex", "1000Mb/s", (True, 1000, True)),
        ("up", "Half-duplex", "10Mb/s", (True, 10, False)),
        ("up", "Full Duplex", "1Gbps", (True, 1000, True)),
        ("up", "Full-duplex", "2.5Gb/s", (True, 2500, True)),
        ("up", "Full Duplex", "10000Mbps", (True, 10000, True)),
        ("down", "Auto-duplex", "Auto-speed", (False, None, None)),
        ("administratively down", "Full-duplex", "100Mb/s", (False, None, None)),
    ],
)
def test_ports(link: str, duplex: str, speed: str, expected: tuple[bool, int | None, bool | None]) -> None:
    text = PORT.format(link=link, duplex=duplex, speed=speed, errors=7)
    (port,) = state({"commands/interfaces.txt": text}).port_states
    facts = (port.up, port.speed, port.full_duplex, port.receive_errors)
    assert all(isinstance(fact, Stated) for fact in facts)
    assert tuple(fact.value for fact in facts if isinstance(fact, Stated)) == (*expected, 7)


def test_only_ethernet_ports_count() -> None:
    names = {port.key for port in state_outputs.read(of_shop("healthy", "gw")).port_states}
    assert names == {"GigabitEthernet0/0/0", "GigabitEthernet0/0/1", "GigabitEthernet0"}
    names = {port.key for port in state_outputs.read(of_shop("autonomous", "ap")).port_states}
    assert names == {"GigabitEthernet0", "GigabitEthernet1"}


def test_the_short_list_of_ports_stands_for_the_long_one() -> None:
    whole = of_shop("healthy", "sw").capture.files
    files = {file.path: file.text for file in whole if file.path != "commands/interfaces.txt"}
    long = {port.key: port for port in state_outputs.read(of_shop("healthy", "sw")).port_states}
    short = {port.key: port for port in state(files).port_states}
    assert short.keys() == long.keys() - {"GigabitEthernet0/0"}, "the management port is not of the switch"
    for name, port in short.items():
        for one, other in ((port.up, long[name].up), (port.speed, long[name].speed)):
            assert isinstance(one, Stated)
            assert isinstance(other, Stated)
            assert one.value == other.value


def test_a_port_that_stands_twice_is_a_hole() -> None:
    text = PORT.format(link="up", duplex="Full-duplex", speed="100Mb/s", errors=0)
    read = state({"commands/interfaces.txt": text + text})
    assert len(read.port_states.items) == 1
    assert read.port_states.holes


def test_napalm_tells_neighbours_and_links() -> None:
    arp = [
        {"interface": "Vlan30", "mac": "02:00:5E:10:00:01", "ip": "192.168.30.101", "age": 4.0},
        {"interface": "Vlan30", "mac": "02:00:5E:AA:04:01", "ip": "192.168.30.1", "age": -1},
    ]
    ports = {
        "GigabitEthernet1": {"is_up": True, "is_enabled": True, "speed": 1000.0},
        "GigabitEthernet2": {"is_up": False, "is_enabled": True, "speed": 10.0},
        "Vlan30": {"is_up": True, "is_enabled": True, "speed": 1000.0},
    }
    read = state(
        {
            "commands/napalm-arp.json": json.dumps(arp, indent=1),
            "commands/napalm-interfaces.json": json.dumps(ports, indent=1),
        }
    )
    (known,) = read.neighbours
    assert (known.mac, str(known.address)) == ("02:00:5e:10:00:01", "192.168.30.101")
    assert isinstance(known.link, Stated)
    assert [(span.first, span.last) for span in known.link.spans] == [(2, 7)]
    assert {port.key: isinstance(port.speed, Stated) for port in read.port_states} == {
        "GigabitEthernet1": False,
        "GigabitEthernet2": True,
    }
    assert state({"commands/napalm-arp.json": "{"}).neighbours.holes


@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("Cisco IOS XE Software, Version 17.09.04a", "17.9.4"),
        ("Cisco IOS Software, C800 Software (C800-UNIVERSALK9-M), Version 15.7(3)M3, RELEASE SOFTWARE (fc2)", "15.7"),
        ("Cisco IOS Software [Cupertino], ISR Software (X86), Version 17.9.4a, RELEASE SOFTWARE (fc3)", "17.9.4"),
    ],
)
def test_the_release(line: str, release: str) -> None:
    found = outputs.version(reading({"commands/version.txt": f"gw#show version\n{line}\n"}))
    assert isinstance(found, Stated)
    assert found.value == release
    assert [span.first for span in found.spans] == [2]


def test_no_release() -> None:
    assert outputs.version(reading({})) is None
    assert isinstance(outputs.version(reading({"commands/version.txt": "what\n"})), Unknown)


_PATHS = st.sampled_from(
    [
        f"commands/{name}.txt"
        for name in ("dhcp-bindings", "arp", "interfaces", "wireless-clients", "dot11-associations")
    ]
    + ["commands/napalm-arp.json", "commands/napalm-interfaces.json", "running-config.txt"]
)
_SHOWN = st.sampled_from(
    [
        line
        for path in SHOPS.glob("cisco_ios/*/*/commands/*.txt")
        for line in path.read_text(encoding="utf-8").split("\n")
    ]
)


@given(
    st.dictionaries(_PATHS, st.lists(st.one_of(_SHOWN, st.text(max_size=30)), max_size=12).map("\n".join), max_size=4)
)
def test_no_text_makes_it_raise_and_no_two_share_a_key(files: dict[str, str]) -> None:
    device = reading(files)
    read = state_outputs.read(device)
    for listed in (read.leases, read.neighbours, read.stations, read.port_states):
        keys = [each.key for each in listed]
        assert len(keys) == len(set(keys))
    for counted in outputs.coverage(device):
        whole = counted.understood + counted.irrelevant + len(counted.unknown)
        file = device.file(counted.file)
        assert file is not None
        assert whole == len(device.lines(counted.file))
