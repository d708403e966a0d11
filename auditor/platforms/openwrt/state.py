"""What the device was doing when it was captured: services, staged changes, addresses, leases, stations, ports.

Each output stands under `commands/<id of the profile's command>.txt`. One that was not captured gives a hole;
one that cannot be read gives a hole as well and its lines count as unknown.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address, IPv4Interface
from itertools import pairwise

from auditor.capture import Capture, CapturedFile
from auditor.model import (
    AddressSource,
    ConnectionTracking,
    Coverage,
    Fact,
    Interface,
    Lease,
    LinkNeighbour,
    Listed,
    Neighbour,
    PortState,
    Span,
    Stated,
    StationState,
    Unknown,
    UnknownLine,
)
from auditor.platforms.openwrt.captured import not_obtained
from auditor.platforms.openwrt.config import Config
from auditor.platforms.openwrt.port_states import port_states
from auditor.services import lldp
from auditor.services.reading import lines_of, printable
from auditor.syntax.json_text import JsonError, Node, parse

SERVICES = "commands/enabled-services.txt"
CHANGES = "commands/pending-changes.txt"
LEASES = "commands/dhcp-leases.txt"
NEIGHBOURS = "commands/neighbours.txt"
TCP_IDLE = "commands/tcp-idle.txt"
INTERFACES = "commands/interface-dump.txt"
DEVICES = "commands/device-status.txt"
WIRELESS = "commands/wireless-status.txt"
_STATIONS = re.compile(r"commands/stations-(.+)\.txt")
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_STATION = re.compile(
    r"\s*((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})\s+(-?\d+) dBm / (-?\d+ dBm|unknown) \(SNR (-?\d+)\).*"
)
# The further lines of a station: rates, throughput; and what iwinfo says of an empty list.
_STATION_DETAIL = re.compile(r"\s+(?:RX|TX|expected throughput)\b.*|No station connected.*|\s*")
# States of a neighbour (ip-neighbour(8)): nobody is there, and somebody was a moment ago.
_NOBODY = frozenset({"FAILED", "INCOMPLETE"})
_ANSWERED = frozenset({"REACHABLE", "DELAY", "PROBE"})
_LONGEST = 10 * 365 * 86400


@dataclass(slots=True)
class _Used:
    """Lines of the captured outputs by what became of them."""

    understood: set[tuple[str, int]]
    unknown: dict[tuple[str, int], str]

    def fact(self, device: str, path: str, *lines: int) -> tuple[Span, ...]:
        """Note the lines that a fact rests on and return them."""
        self.understood.update((path, line) for line in lines)
        return tuple(Span(device, path, line, line) for line in dict.fromkeys(lines))


@dataclass(frozen=True, slots=True)
class Live:
    """The state of a device; `addresses` are those that its interfaces really have."""

    pending_changes: Fact[bool]
    connection_tracking: Listed[ConnectionTracking]
    leases: Listed[Lease]
    neighbours: Listed[Neighbour]
    stations: Listed[StationState]
    port_states: Listed[PortState]
    link_neighbours: Listed[LinkNeighbour]
    addresses: dict[str, Stated[tuple[IPv4Interface, ...]]]
    coverage: tuple[Coverage, ...]

    def with_addresses(self, interfaces: Listed[Interface]) -> Listed[Interface]:
        """Fill in the addresses that configuration cannot know, since they come from outside."""
        return replace(interfaces, items=tuple(self._with_address(interface) for interface in interfaces))

    def _with_address(self, interface: Interface) -> Interface:
        source = interface.address_source
        found = self.addresses.get(interface.key)
        static = not isinstance(source, Unknown) and source.value is AddressSource.STATIC
        if found is None or static or not isinstance(interface.addresses, Unknown):
            return interface
        return replace(interface, addresses=found)


def enabled_services(capture: Capture, config: Config) -> Fact[frozenset[str]]:
    """Services that are started at boot, from the links `S19dnsmasq` in `/etc/rc.d`."""
    file = capture.file(SERVICES)
    if file is None:
        gap = not_obtained(capture, SERVICES)
        return gap or config.default("services.enabled", lambda text: frozenset(text.split()))
    names = frozenset(_services(file))
    span = Span(capture.device, SERVICES, 1, max(len(lines_of(file.text)), 1))
    if not names:
        why = f"{SERVICES} names no service, although every device starts some"
        return Unknown(why, (span,), "collect the device again")
    return Stated(names, (span,))


def _services(file: CapturedFile | None) -> Iterator[str]:
    for line in lines_of(file.text) if file is not None else ():
        found = re.fullmatch(r"S\d\d(\S+)", line.strip())
        if found:
            yield found[1]


def read(capture: Capture) -> Live:
    """Read all outputs of a capture."""
    used = _Used(set(), {})
    wireless = _json(capture, WIRELESS, used)
    live = Live(
        pending_changes=_pending_changes(capture, used),
        connection_tracking=_connection_tracking(capture, used),
        leases=_leases(capture, used),
        neighbours=_neighbours(capture, used),
        stations=_stations(capture, used, wireless),
        port_states=_port_states(capture, used),
        link_neighbours=_link_neighbours(capture, used),
        addresses=_addresses(capture, used),
        coverage=(),
    )
    _count_services(capture, used)
    return replace(live, coverage=tuple(_coverage(capture, used)))


def _count_services(capture: Capture, used: _Used) -> None:
    """The list of services is one fact; a line that is no link of `/etc/rc.d` is unknown."""
    file = capture.file(SERVICES)
    for number, line in enumerate(lines_of(file.text) if file is not None else (), start=1):
        if re.fullmatch(r"[SK]\d\d\S+\s*", line):
            used.understood.add((SERVICES, number))
        elif line.strip():
            used.unknown[SERVICES, number] = "(unreadable)"


def _coverage(capture: Capture, used: _Used) -> Iterator[Coverage]:
    """Count each line of each output; of one that nothing is read from, all are irrelevant."""
    for file in capture.files:
        if not file.path.startswith("commands/") and file.path not in ("/etc/openwrt_release", "/etc/board.json"):
            continue
        numbers = range(1, len(lines_of(file.text)) + 1)
        understood = sum((file.path, number) in used.understood for number in numbers)
        unknown = tuple(
            UnknownLine(number, used.unknown[file.path, number])
            for number in numbers
            if (file.path, number) in used.unknown and (file.path, number) not in used.understood
        )
        yield Coverage(file.path, understood, len(numbers) - understood - len(unknown), unknown)


def _absent(capture: Capture, path: str) -> Unknown:
    """Why nothing is known of an output that is not in the capture."""
    gap = next((gap for gap in capture.gaps if gap.path == path), None)
    if gap is not None:
        return Unknown(f"{path} was not captured: {gap.why}", settle=gap.settle)
    return Unknown(f"{path} was not captured from {capture.device}", settle="collect the device over SSH")


def _unreadable(capture: Capture, path: str, number: int, used: _Used) -> Unknown:
    used.unknown[path, number] = "(unreadable)"
    why = f"line {number} of {path} cannot be read"
    return Unknown(why, (Span(capture.device, path, number, number),), "collect the device again")


def _json(capture: Capture, path: str, used: _Used) -> Node | Unknown:
    """Read an answer of ubus; an empty one says that there is no such thing."""
    file = capture.file(path)
    if file is None:
        return _absent(capture, path)
    if not file.text.strip():
        return Node({}, 1, 1)
    try:
        return parse(file.text)
    except JsonError as error:
        used.unknown.update({(path, n): "(unreadable)" for n in range(1, len(lines_of(file.text)) + 1)})
        why = f"{path} is not JSON: {error}"
        return Unknown(why, (Span(capture.device, path, 1, 1),), "collect the device again")


def _pending_changes(capture: Capture, used: _Used) -> Fact[bool]:
    """`uci changes` prints nothing if nothing is staged."""
    file = capture.file(CHANGES)
    if file is None:
        return _absent(capture, CHANGES)
    lines = [number for number, line in enumerate(lines_of(file.text), start=1) if line.strip()]
    return Stated(bool(lines), used.fact(capture.device, CHANGES, *lines) or (Span(capture.device, CHANGES, 1, 1),))


def _connection_tracking(capture: Capture, used: _Used) -> Listed[ConnectionTracking]:
    file = capture.file(TCP_IDLE)
    if file is None:
        return Listed((), (_absent(capture, TCP_IDLE),))
    text = file.text.strip()
    if not text:
        return Listed()
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return Listed((), (_unreadable(capture, TCP_IDLE, 1, used),))
    number = next(n for n, line in enumerate(lines_of(file.text), start=1) if line.strip())
    timer = Stated(timedelta(seconds=min(int(text), _LONGEST)), used.fact(capture.device, TCP_IDLE, number))
    return Listed((ConnectionTracking(capture.device, "conntrack", timer),))


def _leases(capture: Capture, used: _Used) -> Listed[Lease]:
    """Dnsmasq's lease file: end, MAC address, address, name, client id; IPv6 leases stand below `duid`."""
    file = capture.file(LEASES)
    if file is None:
        return Listed((), (_absent(capture, LEASES),))
    found: dict[str, Lease] = {}
    holes: list[Unknown] = []
    for number, line in enumerate(lines_of(file.text), start=1):
        words = line.split()
        if not words or words[0] == "duid" or (len(words) >= 3 and ":" in words[2]):
            continue
        address = _ipv4(words[2]) if len(words) >= 3 else None
        if address is None or not words[0].isdecimal() or not _MAC.fullmatch(words[1].lower()):
            holes.append(_unreadable(capture, LEASES, number, used))
            continue
        mac = words[1].lower()
        key = mac if mac not in found else f"{mac} {address}"
        fact = Stated(address, used.fact(capture.device, LEASES, number))
        found[key] = Lease(capture.device, key, mac, fact)
    return Listed(tuple(found.values()), tuple(holes))


def _neighbours(capture: Capture, used: _Used) -> Listed[Neighbour]:
    """`ip -4 neigh show`: an address without `lladdr` was asked for and did not answer."""
    file = capture.file(NEIGHBOURS)
    if file is None:
        return Listed((), (_absent(capture, NEIGHBOURS),))
    found: dict[str, Neighbour] = {}
    holes: list[Unknown] = []
    for number, line in enumerate(lines_of(file.text), start=1):
        words = line.split()
        if not words or ("lladdr" not in words and len(words) >= 3 and words[1] == "dev"):
            continue
        address, link, mac = _ipv4(words[0]), _after(words, "dev"), _after(words, "lladdr").lower()
        if words[-1] in _NOBODY:
            continue
        if address is None or not link or not _MAC.fullmatch(mac):
            holes.append(_unreadable(capture, NEIGHBOURS, number, used))
            continue
        key = f"{address} on {printable(link)}"
        spans = used.fact(capture.device, NEIGHBOURS, number)
        now = Stated(not _ANSWERED.isdisjoint(words), spans)
        found[key] = Neighbour(capture.device, key, mac, address, Stated(link, spans), now)
    return Listed(tuple(found.values()), tuple(holes))


def _after(words: list[str], word: str) -> str:
    """The word that follows another, '' if there is none."""
    return next((after for before, after in pairwise(words) if before == word), "")


def _ipv4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _stations(capture: Capture, used: _Used, wireless: Node | Unknown) -> Listed[StationState]:
    """`iwinfo <ifname> assoclist`; `ubus call network.wireless status` tells which BSS an ifname is."""
    if isinstance(wireless, Unknown):
        return Listed((), (wireless,))
    sections = dict(_bss_of(capture, used, wireless))
    found: list[StationState] = []
    holes = [
        _absent(capture, f"commands/stations-{printable(ifname)}.txt")
        for ifname in sections
        if capture.file(f"commands/stations-{ifname}.txt") is None
    ]
    for file in capture.files:
        match = _STATIONS.fullmatch(file.path)
        if match is None:
            continue
        ifname = match[1]
        bss = sections.get(ifname) or Unknown(
            f"{WIRELESS} does not say which BSS {printable(ifname)} is",
            settle="collect the device again while its radios are up",
        )
        for number, line in enumerate(lines_of(file.text), start=1):
            station = _STATION.fullmatch(line)
            if station is not None:
                spans = used.fact(capture.device, file.path, number)
                found.append(_station(capture.device, ifname, bss, station, spans))
            elif not _STATION_DETAIL.fullmatch(line):
                holes.append(_unreadable(capture, file.path, number, used))
    return Listed(tuple({station.key: station for station in found}.values()), tuple(holes))


def _station(device: str, ifname: str, bss: Fact[str], station: re.Match[str], spans: tuple[Span, ...]) -> StationState:
    """Without a noise floor iwinfo prints a signal-to-noise ratio that means nothing."""
    mac, signal, noise, snr = station[1].lower(), station[2], station[3], station[4]
    ratio: Fact[int] = Stated(int(snr[:6]), spans)
    if noise == "unknown":
        ratio = Unknown("the radio reports no noise floor", spans, "measure it with a site survey")
    return StationState(device, f"{mac} on {printable(ifname)}", mac, bss, Stated(int(signal[:6]), spans), ratio)


def _bss_of(capture: Capture, used: _Used, wireless: Node) -> Iterator[tuple[str, Fact[str]]]:
    """Interface names with the section of their BSS; VLAN interfaces of a BSS are not listed here."""
    for radio in wireless.members.values():
        listed = radio.get("interfaces")
        for interface in listed.items if listed is not None else ():
            section, ifname = interface.get("section"), interface.get("ifname")
            if section is None or ifname is None:
                continue
            if isinstance(section.value, str) and isinstance(ifname.value, str):
                lines = used.fact(capture.device, WIRELESS, section.first, ifname.first)
                yield ifname.value, Stated(section.value, lines)


def _addresses(capture: Capture, used: _Used) -> dict[str, Stated[tuple[IPv4Interface, ...]]]:
    """`ubus call network.interface dump`: the IPv4 addresses of interfaces that are up and have some."""
    dump = _json(capture, INTERFACES, used)
    listed = None if isinstance(dump, Unknown) else dump.get("interface")
    found: dict[str, Stated[tuple[IPv4Interface, ...]]] = {}
    for interface in listed.items if listed is not None else ():
        name, up, own = interface.get("interface"), interface.get("up"), interface.get("ipv4-address")
        if name is None or not isinstance(name.value, str) or up is None or up.value is not True or own is None:
            continue
        read_ = [_address(item) for item in own.items]
        known = [address for address in read_ if address is not None]
        if known and len(known) == len(read_):
            lines = [line for _, lines in known for line in lines]
            spans = used.fact(capture.device, INTERFACES, *lines)
            found[name.value] = Stated(tuple(address for address, _ in known), spans)
    return found


def _address(item: Node) -> tuple[IPv4Interface, Iterable[int]] | None:
    address, mask = item.get("address"), item.get("mask")
    if address is None or mask is None:
        return None
    try:
        return IPv4Interface(f"{address.value}/{mask.value}"), (address.first, mask.first)
    except ValueError:
        return None


def _port_states(capture: Capture, used: _Used) -> Listed[PortState]:
    devices = _json(capture, DEVICES, used)
    if isinstance(devices, Unknown):
        return Listed((), (devices,))
    return Listed(
        tuple(port_states(devices, capture.device, lambda *lines: used.fact(capture.device, DEVICES, *lines)))
    )


def _link_neighbours(capture: Capture, used: _Used) -> Listed[LinkNeighbour]:
    """What lldpd heard at the ports; a router without it hears nothing, which is no hole."""
    gap = not_obtained(capture, lldp.OUTPUT)
    if capture.file(lldp.OUTPUT) is None:
        return Listed((), () if gap is None else (gap,))
    heard = _json(capture, lldp.OUTPUT, used)
    if isinstance(heard, Unknown):
        return Listed((), (heard,))
    lines = partial(used.fact, capture.device, lldp.OUTPUT)
    return Listed(lldp.link_neighbours(heard, capture.device, lines))
