"""What a device was doing when it was captured: leases, neighbours, associated stations, Ethernet ports.

An output that was not captured is a hole, unless the running configuration has nothing of the kind; an empty one says
that there is nothing. What napalm's getters give stands for the output that they replace.

Source: Cisco IOS Command Reference, `show ip dhcp binding`, `show ip arp`, `show interfaces`, `show dot11
associations`; Catalyst 9800 Command Reference, `show wireless client summary`; napalm's documentation of its getters.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Fact, Learned, Lease, Listed, Neighbour, PortState, Span, Stated, StationState, Unknown
from auditor.platforms.cisco_ios import napalm_state
from auditor.platforms.cisco_ios.hardware import dotted
from auditor.platforms.cisco_ios.interface_names import canonical
from auditor.platforms.cisco_ios.outputs import (
    AP_TAGS,
    ARP,
    ASSOCIATIONS,
    CLIENTS,
    DHCP_BINDINGS,
    INTERFACES,
    INTERFACES_STATUS,
    MAC_TABLE,
    NAPALM_ARP,
    NAPALM_INTERFACES,
    WLANS,
    at,
    client_path,
    rows,
    table,
)
from auditor.platforms.cisco_ios.port_states import port_of, port_of_status
from auditor.services.reading import Reading, printable
from auditor.syntax.ios import parse
from auditor.syntax.textfsm_tables import Row

# An address that a host pool keeps for a client stands in the table whether the client is there or not.
_KEPT = "Manual"
_POOL = ("ip dhcp pool ",)
_CONTROLLER = ("wlan ", "wireless tag policy ")
_RADIO = ("interface Dot11Radio",)
# `11n(2.4)`, `11ax(5)`; of those without a band, each is used in one only.
_BANDS = {"2.4": "24ghz", "5": "5ghz", "6": "6ghz", "11b": "24ghz", "11g": "24ghz", "11a": "5ghz", "11ac": "5ghz"}
_PROTOCOL = re.compile(r"(11[a-z]{1,2})(?:\((2\.4|5|6)\))?")
_ASSOCIATED = frozenset({"Assoc", "EAP-Assoc", "MAC-Assoc"})


@dataclass(frozen=True, slots=True)
class State:
    """The lists of the model that outputs fill."""

    leases: Listed[Lease]
    neighbours: Listed[Neighbour]
    stations: Listed[StationState]
    port_states: Listed[PortState]
    learned: Listed[Learned]


def read(reading: Reading) -> State:
    """Read the state of a device, and mark the lines that its facts rest on."""
    return State(leases(reading), neighbours(reading), stations(reading), port_states(reading), learned(reading))


def leases(reading: Reading) -> Listed[Lease]:
    """`show ip dhcp binding`: what clients hold now.

    A client that names itself by another word than its MAC address is looked up by its address in the ARP table; where
    it is not in there, its lease has no MAC address, and is still one.
    """
    if not _expected(reading, DHCP_BINDINGS, _POOL):
        return Listed()
    listed = rows(reading, DHCP_BINDINGS)
    holes = list(listed.holes)
    found: dict[str, Lease] = {}
    by_address = {known.address: known.mac for known in neighbours(reading)}
    for row in listed:
        if row.text("TYPE") == _KEPT or row.text("STATE") not in ("", "Active"):
            continue
        address = _ipv4(row.text("ADDRESS"))
        if address is None or not row.text("TYPE"):
            holes.append(reading.unreadable(DHCP_BINDINGS, row.first))
            continue
        mac = _client(row) or by_address.get(address, "")
        where = f"{mac or address} in {row.text('VRF')}" if row.text("VRF") else mac or str(address)
        key = where if where not in found else f"{where} {address}"
        if key in found:
            holes.append(reading.unreadable(DHCP_BINDINGS, row.first))
            continue
        spans = at(reading, DHCP_BINDINGS, row, "ADDRESS", "CLIENT")
        found[key] = Lease(reading.device, key, mac, Stated(address, spans))
    return Listed(tuple(found.values()), tuple(holes))


def _client(row: Row) -> str | None:
    """The MAC address in a client identifier: behind its type 01 (Ethernet, RFC 2132, 9.14), or all of it."""
    digits = f"{row.text('CLIENT')}{row.text('MORE')}".replace(".", "").replace(",", "").lower()
    return dotted(digits[2:] if len(digits) == 14 and digits.startswith("01") else digits)


def neighbours(reading: Reading) -> Listed[Neighbour]:
    """`show ip arp`: addresses that others have. Those without an age are the device's own, or typed in by hand."""
    if reading.file(ARP) is None and reading.file(NAPALM_ARP) is not None:
        return napalm_state.neighbours(reading)
    listed = rows(reading, ARP)
    holes = list(listed.holes)
    found: dict[str, Neighbour] = {}
    for row in listed:
        if not row.text("AGE").isdecimal() or row.text("MAC_ADDRESS") == "Incomplete":
            continue
        mac, address = dotted(row.text("MAC_ADDRESS")), _ipv4(row.text("IP_ADDRESS"))
        link = row.text("INTERFACE")
        key = f"{address} on {printable(link)}"
        if mac is None or address is None or not link or key in found:
            holes.append(reading.unreadable(ARP, row.first))
            continue
        spans = at(reading, ARP, row, "IP_ADDRESS")
        now = napalm_state.not_told(spans)
        found[key] = Neighbour(reading.device, key, mac, address, Stated(link, spans), now)
    return Listed(tuple(found.values()), tuple(holes))


def learned(reading: Reading) -> Listed[Learned]:
    """`show mac address-table`: behind which port the switch has learned an address. Without it nothing is known."""
    if reading.file(MAC_TABLE) is None:
        return Listed()
    listed = rows(reading, MAC_TABLE)
    found: dict[str, Learned] = {}
    for row in listed:
        mac, port = dotted(row.text("MAC")), canonical(row.text("PORTS"))
        key = f"{mac} in VLAN {printable(row.text('VLAN'))}"
        if mac is not None and row.text("TYPE").lower() == "dynamic" and "," not in port and key not in found:
            found[key] = Learned(reading.device, key, mac, Stated(port, at(reading, MAC_TABLE, row, "MAC")))
    return Listed(tuple(found.values()), listed.holes)


def stations(reading: Reading) -> Listed[StationState]:
    """The clients of a controller, and the associations of an autonomous access point."""
    found: dict[str, StationState] = {}
    holes: list[Unknown] = []
    for path, configured, read_one in ((CLIENTS, _CONTROLLER, _client_of_controller), (ASSOCIATIONS, _RADIO, _station)):
        if not _expected(reading, path, configured):
            continue
        listed = rows(reading, path)
        holes += listed.holes
        for row in listed:
            station = read_one(reading, row)
            if station is not None:
                found[station.key] = station
    return Listed(tuple(found.values()), tuple(holes))


def _client_of_controller(reading: Reading, row: Row) -> StationState | None:
    mac = dotted(row.text("MAC"))
    # Others are not let in yet, or are on a cable of the access point.
    if mac is None or row.text("STATE") != "Run" or row.text("TYPE") != "WLAN":
        return None
    spans = at(reading, CLIENTS, row)
    detail = client_path(row.text("MAC"))
    more = next(iter(table(reading, detail).rows), None) if reading.file(detail) is not None else None
    return StationState(
        device=reading.device,
        key=f"{mac} on {printable(row.text('AP'))}",
        mac=mac,
        bss=_bss(reading, row, spans),
        signal=_decibels(reading, detail, more, "SIGNAL", "the signal", spans),
        snr=_decibels(reading, detail, more, "SNR", "the noise floor", spans),
    )


def _bss(reading: Reading, row: Row, spans: tuple[Span, ...]) -> Fact[str]:
    """`pos@shop 5ghz`: the WLAN by its number, the policy tag of the access point, and the band of the protocol."""
    wlans = [each for each in table(reading, WLANS).rows if each.text("ID") == row.text("ID")]
    tags = [each for each in table(reading, AP_TAGS).rows if each.text("AP") == row.text("AP")]
    protocol = _PROTOCOL.fullmatch(row.text("PROTOCOL"))
    band = _BANDS.get(protocol[2] or protocol[1]) if protocol is not None else None
    if len(wlans) != 1 or len(tags) != 1 or band is None:
        why = f"which policy tag and band client {row.text('MAC')} uses is not known"
        return Unknown(why, spans, f"add {WLANS} and {AP_TAGS} to the capture")
    shown = (*at(reading, WLANS, wlans[0]), *at(reading, AP_TAGS, tags[0]))
    return Stated(f"{wlans[0].text('PROFILE')}@{tags[0].text('POLICY')} {band}", (*spans, *shown))


def _station(reading: Reading, row: Row) -> StationState | None:
    mac = dotted(row.text("MAC"))
    if mac is None or row.text("STATE") not in _ASSOCIATED:
        return None
    bss = f"{row.text('SSID')} {row.text('RADIO')}"
    spans = at(reading, ASSOCIATIONS, row, "MAC", "SSID", "RADIO")
    return StationState(
        device=reading.device,
        key=f"{mac} on {printable(row.text('RADIO'))}",
        mac=mac,
        bss=Stated(bss, spans),
        signal=_decibels(reading, ASSOCIATIONS, None, "SIGNAL", "the signal", spans),
        snr=_decibels(reading, ASSOCIATIONS, None, "SNR", "the noise floor", spans),
    )


def _decibels(reading: Reading, path: str, row: Row | None, name: str, what: str, near: tuple[Span, ...]) -> Fact[int]:
    text = row.text(name) if row is not None else ""
    if row is None or not text:
        return Unknown(f"the list of clients does not tell {what}", near, "measure it with a site survey")
    return Stated(int(text), at(reading, path, row, name))


def port_states(reading: Reading) -> Listed[PortState]:
    """`show interfaces`: the Ethernet ports. Which speeds they offer is not in there."""
    if reading.file(INTERFACES) is None and reading.file(NAPALM_INTERFACES) is not None:
        return napalm_state.port_states(reading)
    short = reading.file(INTERFACES) is None and reading.file(INTERFACES_STATUS) is not None
    path = INTERFACES_STATUS if short else INTERFACES
    listed = rows(reading, path)
    holes = list(listed.holes)
    found: dict[str, PortState] = {}
    for row in listed:
        port = port_of_status(reading, row) if short else port_of(reading, row)
        if port is not None and port.key in found:
            holes.append(reading.unreadable(path, row.first))
        elif port is not None:
            found[port.key] = port
    return Listed(tuple(found.values()), tuple(holes))


def _expected(reading: Reading, path: str, configured: tuple[str, ...]) -> bool:
    """Whether an output has something to tell: it was captured, was asked for in vain, or its feature is in use."""
    if reading.file(path) is not None or any(gap.path == path for gap in reading.capture.gaps):
        return True
    configurations = (file.path for file in reading.capture.files if not file.is_output)
    return any(each.text.startswith(configured) for path in configurations for each in reading.once(parse, path).top)


def _ipv4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None
