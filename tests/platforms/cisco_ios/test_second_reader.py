"""What we read is what readers of others read: access lists with ntc-templates, interfaces with ciscoconfparse2."""

import json
import subprocess
from functools import cache
from importlib.resources import files
from io import StringIO
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textfsm import TextFSM, TextFSMError

from auditor.model import Action, Unknown
from auditor.platforms.cisco_ios import network
from auditor.platforms.cisco_ios.acl import AccessList, AccessLists, Entry
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.network import Network
from auditor.platforms.cisco_ios.objects import Objects
from auditor.platforms.cisco_ios.parse import config_of
from auditor.profiles import load_profile
from auditor.services.reading import Reading
from tests.platforms.cisco_ios.configs import config as config_with
from tests.platforms.cisco_ios.test_any_text import DEVICES, RUNNING, capture
from tests.syntax.ios_texts import real_files

TEXTS = {f"{folder.parent.name}-{folder.name}": folder / RUNNING for folder in DEVICES} | {
    f"{path.parent.name}-{path.name}": path for path in real_files()
}

ALL = (0, 2**32 - 1)
Ranges = tuple[tuple[int, int], ...]
Said = tuple[str, str, tuple[int, int] | None, tuple[int, int] | None, Ranges, Ranges]


@cache
def read(path: Path) -> Config:
    captured = capture({RUNNING: path.read_bytes().decode(errors="replace")})
    return config_of(Reading(captured, load_profile("cisco_ios")))


# -- access lists ----------------------------------------------------------------------------------------------

PORTS = {"www": 80, "domain": 53, "ntp": 123, "bootps": 67, "bootpc": 68, "telnet": 23, "ftp": 21, "smtp": 25}


@cache
def _template() -> str:
    template = files("ntc_templates") / "templates/cisco_ios_show_running-config_partition_access-list.textfsm"
    return template.read_text(encoding="utf-8")


def theirs(shown: str, *, standard: bool) -> Said | None:
    """One entry by ntc-templates; None if they do not know it."""
    machine = TextFSM(StringIO(_template()))
    head = f"ip access-list {'standard' if standard else 'extended'} X"
    try:
        rows = machine.ParseText(f"{head}\n {' '.join(shown.split())}\n")
    except TextFSMError:
        return None
    names = [value.name for value in machine.values]
    found = next((row for row in (dict(zip(names, row, strict=True)) for row in rows) if row["ACTION"]), None)
    if found is None:
        return None
    ends = (_addresses(found, "SRC"), (ALL if standard else _addresses(found, "DST")))
    return found["ACTION"], found["PROTOCOL"] or "ip", *ends, _ports(found, "SRC"), _ports(found, "DST")


def _addresses(row: dict[str, Any], end: str) -> tuple[int, int] | None:
    if row[f"{end}_ANY"]:
        return ALL
    base = int(IPv4Address(row[f"{end}_HOST"] or row[f"{end}_NETWORK"]))
    mask = int(IPv4Address(row[f"{end}_WILDCARD"] or 0))
    return None if mask & (mask + 1) else (base & ~mask, base | mask)


def _ports(row: dict[str, Any], end: str) -> Ranges:
    def number(word: str) -> int:
        return int(word) if word.isdecimal() else PORTS[word]

    words = row[f"{end}_PORT"].split()
    match row[f"{end}_PORT_MATCH"]:
        case "eq":
            return tuple(sorted({(number(each), number(each)) for each in words}))
        case "range":
            return ((number(row[f"{end}_PORT_RANGE_START"]), number(row[f"{end}_PORT_RANGE_END"])),)
        case "gt":
            return ((number(words[0]) + 1, 65535),)
        case "lt":
            return ((0, number(words[0]) - 1),)
        case "neq":
            return ((0, number(words[0]) - 1), (number(words[0]) + 1, 65535))
        case _:
            return ()


def ours(entry: Entry) -> Said:
    (service,) = entry.match.services
    (protocol,) = service.protocols or ("ip",)
    source, destination = entry.match.source.addresses or (ALL,), entry.match.destination.addresses or (ALL,)
    return (
        {Action.ACCEPT: "permit", Action.DROP: "deny"}[entry.action],
        protocol,
        source[0] if len(source) == 1 else None,
        destination[0] if len(destination) == 1 else None,
        tuple(service.source_ports or ()),
        tuple(service.destination_ports or ()),
    )


def _lists(config: Config) -> list[AccessList]:
    lists = AccessLists(config, Objects(config))
    heads = [line.rest for line in config.top.each("ip access-list")]
    names = {rest.split()[1] for rest in heads if len(rest.split()) > 1}
    names |= {line.words[0] for line in config.top.each("access-list") if line.words}
    return [found for name in sorted(names) if (found := lists.get(name)) is not None]


@pytest.mark.parametrize("name", TEXTS)
def test_access_lists(name: str) -> None:
    for found in _lists(read(TEXTS[name])):
        for entry in found.entries:
            expected = theirs(entry.shown, standard=found.standard)
            doubtful = entry.match.doubts or entry.match.source.doubt or entry.match.destination.doubt
            if expected is not None and not doubtful:
                assert ours(entry) == expected, entry.shown


def test_most_published_entries_were_compared() -> None:
    shown = [(e, found.standard) for path in TEXTS.values() for found in _lists(read(path)) for e in found.entries]
    known = [e for e, standard in shown if theirs(e.shown, standard=standard) is not None and not e.match.doubts]
    assert len(known) > 0.9 * len(shown)


_ADDRESS = st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number)))
_MASK = st.sampled_from(["0.0.0.0", "0.0.0.255", "0.0.3.255", "0.255.255.255", "255.255.255.255", "0.0.255.0"])
_END = st.one_of(
    st.just("any"), _ADDRESS.map("host {}".format), st.tuples(_ADDRESS, _MASK).map(lambda pair: f"{pair[0]} {pair[1]}")
)
_NUMBER = st.integers(1, 65534).map(str) | st.sampled_from(["www", "domain", "telnet", "ftp", "smtp"])
_PORT = st.one_of(
    st.just(""),
    st.tuples(st.sampled_from(["eq", "gt", "lt", "neq"]), _NUMBER).map(lambda pair: f" {pair[0]} {pair[1]}"),
    st.lists(st.integers(1, 65535), min_size=2, max_size=2).map(lambda ends: " range {} {}".format(*sorted(ends))),
)


@given(st.sampled_from(["permit", "deny"]), st.sampled_from(["tcp", "udp", "ip", "icmp"]), _END, _END, _PORT, _PORT)
def test_entries_made_up(action: str, protocol: str, source: str, destination: str, one: str, other: str) -> None:
    if protocol not in ("tcp", "udp"):
        one = other = ""
    if protocol == "udp" and any(word in one + other for word in ("www", "telnet", "ftp", "smtp")):
        protocol = "tcp"
    text = f"{action} {protocol} {source}{one} {destination}{other}"
    expected = theirs(text, standard=False)
    (found,) = _lists(config_with(f"ip access-list extended X\n 10 {text}"))
    assert expected is not None
    assert ours(found.entries[0]) == expected


# -- interfaces ------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[3]
PEER = ROOT / "build" / "bench-ciscoconfparse2" / "bin" / "python"
"""What `make bench` makes: it cannot be installed beside what the tests need."""


@cache
def peer_interfaces() -> dict[str, dict[str, dict[str, Any]]]:
    script = Path(__file__).with_name("peer_interfaces.py")
    paths = [str(path) for path in TEXTS.values()]
    done = subprocess.run([str(PEER), str(script), *paths], capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def our_interface(config: Config, networks: Network, name: str) -> dict[str, Any]:
    """The same facts as `peer_interfaces.py` prints; what is unknown to us is left out."""
    settings = networks.links.by_name[name].settings
    groups = {words[1]: words[0] for line in settings.each("ip access-group") if len(words := line.words) == 2}
    addresses, enabled = networks.addressing[name].addresses, networks.links.by_name[name].on
    found: dict[str, Any] = {
        "in": groups.get("in", ""),
        "out": groups.get("out", ""),
        "helpers": [line.words[-1] for line in settings.each("ip helper-address") if not line.no],
    }
    if not isinstance(addresses, Unknown):
        found["address"] = str(addresses.value[0]) if addresses.value else ""
    if not isinstance(enabled, Unknown):
        found["shutdown"] = not enabled.value
    port = networks.switchports.get(name)
    if port is not None and not isinstance(port.isolated, Unknown):
        found["protected"] = port.isolated.value
    if port is not None and not isinstance(port.vlans, Unknown):
        mode = settings.said("switchport mode")
        found["trunk" if port.trunk else "access"] = sorted(port.vlans.value)
        if mode is None:
            del found["trunk" if port.trunk else "access"]
    return found


@pytest.mark.skipif(not PEER.exists(), reason="ciscoconfparse2 is not installed; `make bench` does that")
@pytest.mark.parametrize("name", TEXTS)
def test_interfaces(name: str) -> None:
    config = read(TEXTS[name])
    networks = network.read(config, config.reading)
    for port, theirs_say in peer_interfaces()[str(TEXTS[name])].items():
        for fact, value in our_interface(config, networks, port).items():
            expected = theirs_say.get(fact, value)
            if fact in ("access", "trunk") and networks.vlans.whole:
                there = {1, *networks.vlans.by_id}
                expected = sorted(there & set(range(1, 4095) if expected is None else expected))
            assert value == expected, f"{fact} of {port}"
