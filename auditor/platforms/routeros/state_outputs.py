"""What a device was doing when it was captured: leases, neighbours, associated stations, Ethernet ports.

An output that was not captured is a hole; an empty one says that there is nothing, or that the device has no such
menu. A row in which a needed property stands twice is unreadable: text without quotes may have forged it.

Source: MikroTik's manual, "DHCP" (leases), "IP/ARP", "WiFi", "Wireless Interface", "CAPsMAN" (registration tables),
"Ethernet" (monitor), and its CLI reference for the names of properties and flags.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TypeVar

from auditor.model import Fact, Lease, Listed, Neighbour, PortState, Span, Stated, StationState, Unknown
from auditor.platforms.routeros.outputs import (
    ARP,
    CAPSMAN_STATIONS,
    COUNTERS,
    ETHERNET,
    LEASES,
    WIFI_STATIONS,
    WIFIWAVE2_STATIONS,
    WIRELESS_STATIONS,
    at,
    link_path,
    rows,
)
from auditor.services.reading import Reading, printable
from auditor.syntax.routeros_print import Row, parse_pairs

T = TypeVar("T")

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
# `-55`, `-55dBm`, `-55dBm@6Mbps`, `-30@24Mbps`.
_SIGNAL = re.compile(r"(-\d{1,3})(?:dBm)?(?:@\S*)?")
_RATIO = re.compile(r"(-?\d{1,3})(?:dB)?")
# `1Gbps`, `2.5Gbps`, `100Mbps`; and offered speeds: `10M-half`, `1000M-full`, `100M-baseT-full`, `2.5G-baseT`.
_RATE = re.compile(r"(\d{1,4}(?:\.\d)?)([MG])(?:bps)?(?:-.*)?")
# Here A stands for a station that is authorized (MikroTik's manual, "WiFi", registration table).
_WITH_FLAGS = (WIFI_STATIONS, WIFIWAVE2_STATIONS)
# States of an ARP entry from 7.16 on; before, no state is printed.
_ANSWERED = frozenset({"reachable", "delay", "probe"})
_NOBODY = frozenset({"failed", "incomplete"})


@dataclass(frozen=True, slots=True)
class State:
    """The lists of the model that outputs fill."""

    leases: Listed[Lease]
    neighbours: Listed[Neighbour]
    stations: Listed[StationState]
    port_states: Listed[PortState]


def read(reading: Reading) -> State:
    """Read the state of a device, and mark the lines that its facts rest on."""
    return State(leases(reading), neighbours(reading), stations(reading), port_states(reading))


def leases(reading: Reading) -> Listed[Lease]:
    """`/ip dhcp-server lease print detail`: only those that a client holds now are `bound`."""
    listed = rows(reading, LEASES)
    holes = list(listed.holes)
    found: dict[str, Lease] = {}
    for row in listed:
        if _is(row, "status", "waiting", "offered", "testing", "authorizing", "declined", "conflict") or (
            "X" in row.flags and "status" not in row.properties
        ):
            continue
        mac, address = _mac(row, "active-mac-address"), _ipv4(row, "active-address")
        if mac is None or address is None or not _is(row, "status", "bound"):
            holes.append(reading.unreadable(LEASES, row.first))
            continue
        key = mac if mac not in found else f"{mac} {address}"
        spans = at(reading, LEASES, row, "active-address", "active-mac-address")
        found[key] = Lease(reading.device, key, mac, Stated(address, spans))
    return Listed(tuple(found.values()), tuple(holes))


def neighbours(reading: Reading) -> Listed[Neighbour]:
    """`/ip arp print detail`: entries that were learned. An entry without MAC address was asked for in vain."""
    listed = rows(reading, ARP)
    holes = list(listed.holes)
    found: dict[str, Neighbour] = {}
    for row in listed:
        if "D" not in row.flags or row.flags & {"X", "I"} or _is(row, "status", *_NOBODY):
            continue
        if "mac-address" not in row.properties:
            continue
        mac, address, link = _mac(row, "mac-address"), _ipv4(row, "address"), row.text("interface")
        if mac is None or address is None or not link:
            holes.append(reading.unreadable(ARP, row.first))
            continue
        key = f"{address} on {printable(link)}"
        spans = at(reading, ARP, row, "address", "mac-address", "interface")
        now = _reachable(reading, row, spans)
        found[key] = Neighbour(reading.device, key, mac, address, Stated(link, spans), now)
    return Listed(tuple(found.values()), tuple(holes))


def _reachable(reading: Reading, row: Row, spans: tuple[Span, ...]) -> Fact[bool]:
    status = row.text("status")
    if status:
        return Stated(status in _ANSWERED, at(reading, ARP, row, "status"))
    return Unknown("this RouterOS does not tell whether an ARP entry answered just now", spans, "ping the address")


def stations(reading: Reading) -> Listed[StationState]:
    """The registration tables of all Wi-Fi menus; a device has at most two of them. The BSS is the interface."""
    found: dict[str, StationState] = {}
    holes: list[Unknown] = []
    for path, signal, ratio in (
        (WIFI_STATIONS, "signal", ""),
        (WIFIWAVE2_STATIONS, "signal", ""),
        (WIRELESS_STATIONS, "signal-strength", "signal-to-noise"),
        (CAPSMAN_STATIONS, "rx-signal", ""),
    ):
        listed = rows(reading, path)
        holes += listed.holes
        for row in listed:
            if _is(row, "ap", "yes"):
                continue  # the radio is a client of that access point
            if path in _WITH_FLAGS and "A" not in row.flags:
                continue  # associated, and not let in yet: it may not know the passphrase
            mac, interface = _mac(row, "mac-address"), row.text("interface")
            if mac is None or not interface:
                holes.append(reading.unreadable(path, row.first))
                continue
            station = StationState(
                device=reading.device,
                key=f"{mac} on {printable(interface)}",
                mac=mac,
                bss=Stated(interface, at(reading, path, row, "interface", "mac-address")),
                signal=_decibels(reading, path, row, signal, _SIGNAL, "the signal"),
                snr=_decibels(reading, path, row, ratio, _RATIO, "the noise floor"),
            )
            found[station.key] = station
    return Listed(tuple(found.values()), tuple(holes))


def _decibels(reading: Reading, path: str, row: Row, name: str, form: re.Pattern[str], what: str) -> Fact[int]:
    match = form.fullmatch(row.text(name) or "")
    if match is None:
        near = (reading.span(path, row.first),)
        return Unknown(f"the registration table does not tell {what}", near, "measure it with a site survey")
    return Stated(int(match[1]), at(reading, path, row, name))


def port_states(reading: Reading) -> Listed[PortState]:
    """`/interface ethernet monitor` of each port that the device lists, and the counters of its interfaces."""
    listed = rows(reading, ETHERNET)
    holes = list(listed.holes)
    counters = {name: row for row in rows(reading, COUNTERS) if (name := row.text("name"))}
    found: dict[str, PortState] = {}
    for row in listed:
        name = row.text("name")
        if not name:
            holes.append(reading.unreadable(ETHERNET, row.first))
        elif "X" not in row.flags:
            path = link_path(name)
            if reading.file(path) is None:
                holes.append(reading.missing(path))
            else:
                found[name] = _port(reading, name, path, counters.get(name))
    return Listed(tuple(found.values()), tuple(holes))


def _port(reading: Reading, name: str, path: str, counters: Row | None) -> PortState:
    link = _Link(reading, name, path)
    up = link.fact("status", "its link", _is_up)
    down = isinstance(up, Stated) and not up.value
    return PortState(
        device=reading.device,
        key=name,
        up=up,
        speed=Stated(None, up.spans) if down else link.fact("rate", "its speed", _megabits),
        full_duplex=Stated(None, up.spans) if down else link.fact("full-duplex", "its duplex mode", _yes_no),
        advertised=link.fact("advertising", "the speeds that it offers", _speeds),
        receive_errors=_errors(reading, name, counters),
    )


@dataclass(frozen=True, slots=True)
class _Link:
    """What one port reports."""

    reading: Reading
    name: str
    path: str

    def fact(self, key: str, what: str, convert: Callable[[str], T]) -> Fact[T]:
        text, line = self.reading.once(parse_pairs, self.path).get(key, ("", 1))
        span = self.reading.span(self.path, line)
        try:
            return Stated(convert(text), self.reading.understood(span))
        except ValueError:
            why = f"port {printable(self.name)} does not report {what}"
            return Unknown(why, (span,), "look at the port on the device")


def _errors(reading: Reading, name: str, counters: Row | None) -> Fact[int]:
    text = (counters.text("rx-error") or "").replace(" ", "") if counters is not None else ""
    if counters is None or not re.fullmatch(r"[0-9]{1,18}", text):
        why = f"port {printable(name)} does not report receive errors"
        return Unknown(why, settle=f"see `/interface ethernet print stats` on {reading.device}")
    return Stated(int(text), at(reading, COUNTERS, counters, "rx-error"))


def _is_up(text: str) -> bool:
    match text:
        case "link-ok":
            return True
        case "no-link" | "disabled":
            return False
        case _:
            raise ValueError


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError
    return text == "yes"


def _megabits(text: str) -> int:
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError
    return round(float(match[1]) * (1000 if match[2] == "G" else 1))


def _speeds(text: str) -> frozenset[int]:
    return frozenset(_words(text))


def _words(text: str) -> Iterator[int]:
    for word in re.split(r"[,\s]+", text):
        if word:
            yield _megabits(word)


def _is(row: Row, name: str, *values: str) -> bool:
    return row.text(name) in values


def _mac(row: Row, name: str) -> str | None:
    mac = (row.text(name) or "").lower()
    return mac if _MAC.fullmatch(mac) else None


def _ipv4(row: Row, name: str) -> IPv4Address | None:
    try:
        return IPv4Address((row.text(name) or "").partition("%")[0])
    except ValueError:
        return None
