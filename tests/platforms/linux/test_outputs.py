"""Sockets, neighbours, the release, and what happens to any text at all."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.capture import Gap, Kind
from auditor.model import Span, Stated, Unknown
from auditor.platforms.linux import bridge, discovery, network, sockets, state
from auditor.platforms.linux.discovery_files import wanted
from auditor.platforms.linux.extract import extract
from auditor.platforms.linux.outputs import (
    ADDRESSES,
    NEIGHBOURS,
    PROCESSES,
    RELEASE,
    ROUTES,
    RULES,
    SOCKETS,
    SYSCTL,
    VLANS,
)
from auditor.platforms.linux.recognise import recognise
from auditor.platforms.linux.redaction import redact
from auditor.platforms.linux.services import SERVICES
from auditor.profiles import load_profile
from auditor.secrets import Redactor
from auditor.services.lldp import OUTPUT
from tests.platforms.linux.host_outputs import HEADER, INIT, PS, outputs, port, process, reading
from tests.platforms.linux.host_outputs import bridge as a_bridge

REDACTOR = Redactor(b"the key of the tests")
PROFILE = load_profile("linux")


def test_sockets() -> None:
    text = (
        'udp UNCONN 0      0         127.0.0.1:53 0.0.0.0:* users:(("dnsmasq",pid=19,fd=6))\n'
        'udp UNCONN 0      0      0.0.0.0%br0:67   0.0.0.0:* users:(("dhcpd",pid=20,fd=6),("dhcpd",pid=21,fd=6))\n'
        "tcp LISTEN 0      32            [::1]:53    [::]:*\n"
        "tcp LISTEN 0      32             [::]:22    [::]:*\n"
        "tcp LISTEN 0      32                *:80       *:*\n"
        "tcp LISTEN 0      32 [::ffff:10.0.0.1]:81      *:*\n"
        "what is this\n"
    )
    read = reading({SOCKETS: text})
    found = sockets.sockets(read)
    assert found is not None
    assert [(each.protocol, each.address, each.port, each.program, each.pid, each.span.first) for each in found] == [
        ("udp", IPv4Address("127.0.0.1"), 53, "dnsmasq", 19, 1),
        ("udp", None, 67, "dhcpd", 20, 2),
        ("udp", None, 67, "dhcpd", 21, 2),
        ("tcp", None, 22, "", 0, 4),
        ("tcp", None, 80, "", 0, 5),
        ("tcp", IPv4Address("10.0.0.1"), 81, "", 0, 6),
    ]
    (counted,) = read.coverage()
    assert [(each.line, each.keywords) for each in counted.unknown] == [(7, "what")]
    assert sockets.sockets(reading({})) is None


def test_neighbours() -> None:
    text = (
        "192.168.10.7 dev br-lan lladdr 02:00:00:00:00:0A REACHABLE\n"
        "192.168.10.8 dev br-lan lladdr 02:00:00:00:00:0b ref 1 used 0/0/0 probes 1 STALE\n"
        "192.168.10.9 dev br-lan FAILED\n"
    )
    found = state.neighbours(reading({NEIGHBOURS: text}))
    assert [(n.mac, str(n.address), n.link, n.reachable) for n in found] == [
        (
            "02:00:00:00:00:0a",
            "192.168.10.7",
            Stated("br-lan", found.items[0].link.spans),
            Stated(True, found.items[0].link.spans),
        ),
        (
            "02:00:00:00:00:0b",
            "192.168.10.8",
            Stated("br-lan", found.items[1].link.spans),
            Stated(False, found.items[1].link.spans),
        ),
    ]
    assert state.neighbours(reading({})).holes


LLDP = '{"lldp": {"interface": {"eth1": {"chassis": {"sw": {"id": {"type": "mac", "value": "02:00:5e:00:30:01"}}}}}}}'


def test_what_is_at_the_other_end_of_a_cable() -> None:
    (found,) = state.link_neighbours(reading({OUTPUT: LLDP}))
    span = (Span("gw", OUTPUT, 1, 1),)
    assert (found.port, found.system, found.macs) == (Stated("eth1", span), Stated("sw", span), ("02:00:5e:00:30:01",))


@pytest.mark.parametrize(
    ("files", "gaps", "holes"),
    [
        ({}, [], 0),
        ({OUTPUT: ""}, [], 0),
        ({OUTPUT: LLDP[:-1]}, [], 1),
        ({OUTPUT: "[]"}, [], 0),
        ({}, [Gap(OUTPUT, "the device refused it", "again")], 1),
    ],
)
def test_a_host_without_lldp_hears_nothing(files: dict[str, str], gaps: list[Gap], holes: int) -> None:
    found = state.link_neighbours(reading(files, gaps))
    assert (len(found), len(found.holes)) == (0, holes)
    assert all(hole.settle for hole in found.holes)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ('NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', "Debian GNU/Linux 12 (bookworm)"),
        ("ID=alpine\n", "alpine"),
        ("NAME='A \\'b\\''\n", "A 'b'"),
        ("PRETTY_NAME=\n", None),
        ("nonsense\n", None),
    ],
)
def test_the_release(text: str, release: str | None) -> None:
    found = state.version(reading({RELEASE: text}))
    assert isinstance(found, Unknown) if release is None else found == Stated(release, found.spans)
    assert isinstance(state.version(reading({})), Unknown)


# -- redaction ----------------------------------------------------------------------------------------------


def test_the_list_of_processes_keeps_services_only() -> None:
    program = SERVICES[0].programs[0]
    text = (
        HEADER
        + INIT
        + process(200, "/usr/bin/backup --token=hunter22hunter22 /home/ada")
        + process(300, f"/usr/sbin/{program} -B /etc/x.conf --password=hunter22hunter22")
        + process(301, "/opt/AdGuardHome/AdGuardHome --secret hunter22hunter22")
        + PS
    )
    hidden = redact(PROCESSES, text, REDACTOR)
    assert redact(PROCESSES, hidden, REDACTOR) == hidden
    assert "hunter22" not in hidden
    assert "ada" not in hidden.replace("AdGuard", "")
    assert hidden.count("\n") == text.count("\n")
    lines = hidden.split("\n")
    assert [bool(line) for line in lines] == [True, True, False, True, True, True, False]
    raw, redacted = reading({PROCESSES: text}), reading({PROCESSES: hidden})
    assert discovery.instances(raw, SERVICES).holes == discovery.instances(redacted, SERVICES).holes
    keys = [each.key for each in discovery.instances(redacted, SERVICES)]
    assert keys == [each.key for each in discovery.instances(raw, SERVICES)] == [SERVICES[0].name]


# -- saved files --------------------------------------------------------------------------------------------


def test_saved_files_are_recognised() -> None:
    assert recognise("etc/os-release", "") == (RELEASE, Kind.CONFIGURATION)
    assert recognise("commands/ip-addr.json", "") == (ADDRESSES, Kind.CONFIGURATION)
    assert recognise("commands/processes.txt", "") == (PROCESSES, Kind.STATE)
    assert recognise("commands/anything.txt", "") == ("commands/anything.txt", Kind.STATE)
    assert recognise("commands/ethtool-eth1.txt", "") == ("commands/ethtool-eth1.txt", Kind.CONFIGURATION)
    assert recognise("commands/stations-wlan0.txt", "") == ("commands/stations-wlan0.txt", Kind.STATE)
    assert recognise("commands/listing/etc/x", "") == ("commands/listing/etc/x", Kind.STATE)
    assert recognise("resolv.conf", "") == ("/etc/resolv.conf", Kind.CONFIGURATION)
    assert recognise("holiday.jpg", "x") is None
    for service in SERVICES:
        for file in service.files:
            assert recognise(file.lstrip("/"), "") == (file, Kind.CONFIGURATION), service.name


def test_the_usual_main_files_are_asked_for() -> None:
    command = PROFILE.command("main-files")
    assert command is not None
    files = {file for service in SERVICES for file in service.files if not file.startswith("commands/")}
    assert set(command.values["path"]) == files
    assert set(PROFILE.services) == {service.name for service in SERVICES}


# -- any text -----------------------------------------------------------------------------------------------

LIKE_OUTPUTS = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                '{"ifname": "eth0"}', "[", "]", ",", "1 0 - - namesd -C", "udp UNCONN 0 0 *:53 *:*", "\n", "\t", "\x00",
                "net.ipv4.ip_forward = x", "10.0.0.1 dev x lladdr", '{"dst": "default", "nexthops": 3}', "include /",
            ]
        ),
        max_size=30,
    ).map("".join),
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from([ADDRESSES, ROUTES, RULES, VLANS, SYSCTL, SOCKETS, PROCESSES, NEIGHBOURS, RELEASE]),
        LIKE_OUTPUTS,
    )
)
def test_no_text_stops_the_reading_and_no_line_is_lost(texts: dict[str, str]) -> None:
    read = reading(texts)
    interfaces = network.interfaces(read)
    bridge.ports(read)
    network.forwarding(read, interfaces)
    sockets.sockets(read)
    state.neighbours(read)
    state.version(read)
    discovery.instances(read, SERVICES)
    for path, text in texts.items():
        (counted,) = (each for each in read.coverage() if each.file == path)
        lines = text.split("\n")
        assert counted.understood + counted.irrelevant + len(counted.unknown) == len(lines) - (lines[-1] == "")
        assert redact(path, text, REDACTOR).count("\n") == text.count("\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["eth0", "bridge", "vlan", "br-lan", "", "inet"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            [
                "ifname", "flags", "linkinfo", "info_kind", "info_data", "info_slave_data", "id", "master", "link",
                "vlans", "vlan", "vlanEnd", "addr_info", "family", "local", "prefixlen", "dst", "dev", "gateway",
                "nexthops", "table", "src", "srclen", "action", "vlan_filtering", "isolated", "link_type",
            ]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@given(st.lists(JSON, max_size=4), st.lists(JSON, max_size=4), st.lists(JSON, max_size=4))
def test_no_json_stops_the_reading(links: list[object], routes: list[object], vlans: list[object]) -> None:
    files = outputs(a_bridge("br-lan", filtering=1), port("eth1"), *links, routes=routes, rules=routes, vlans=vlans)
    read = reading(files)
    found = network.interfaces(read)
    network.forwarding(read, found)
    bridge.ports(read)
    for id in ("ethtool", "configuration", "listing", "stations"):
        command = PROFILE.command(id)
        assert command is not None
        extract(command, files)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_no_list_of_processes_stops_the_search_for_files(arguments: list[str]) -> None:
    lines = "".join(
        process(300, f"{service.programs[0]} {' '.join(arguments)}") for service in SERVICES if service.programs
    )
    wanted({PROCESSES: HEADER + INIT + lines + PS}, SERVICES)
