"""What is at the other end of cables: `show cdp neighbors detail` and `show lldp neighbors detail`.

A neighbour that both protocols tell of is one. What neighbours say of themselves may be any text, and hold lines that
look like the device's own: where the device counts its neighbours, an output with another number of them is not read.
Source: Cisco IOS command reference, `show cdp neighbors`, `show lldp neighbors`; outputs of IOS 12.2 to IOS-XE 17.10.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Fact, LinkNeighbour, Listed, Port, Span, Stated, Unknown
from auditor.platforms.cisco_ios.hardware import dotted
from auditor.platforms.cisco_ios.interface_names import canonical
from auditor.platforms.cisco_ios.outputs import CDP, LLDP, at, rows
from auditor.services.reading import Reading, printable
from auditor.syntax.textfsm_tables import Row

_TOTAL = re.compile(r"Total (?:cdp )?entries displayed\s*:\s*(\d{1,6})\s*")
_MOST = 32
"""Neighbours of one port; so many are no longer at the end of a cable."""
# `Gi1/0/5`: only what has a slash is certainly a name that Cisco's devices shorten.
_CISCO_PORT = re.compile(r"[A-Z][A-Za-z-]{1,30}\d{1,3}(?:/\d{1,3}){1,4}")


@dataclass(frozen=True, slots=True)
class _Told:
    """What one protocol tells of one neighbour, or both of them; '' for what is not told."""

    port: str
    name: str
    remote: str
    addresses: tuple[IPv4Address, ...]
    macs: tuple[str, ...]
    spans: tuple[Span, ...]

    def is_same(self, other: "_Told") -> bool:
        """Whether both are about one neighbour: by the first part of its name, by an address or a MAC address."""
        mine, its = (each.name.partition(".")[0].lower() for each in (self, other))
        named = bool(mine) and mine == its
        return named or not set(self.addresses).isdisjoint(other.addresses) or not set(self.macs).isdisjoint(other.macs)

    def joined(self, other: "_Told") -> "_Told":
        """All that is told of it; what was told first counts."""
        return _Told(
            port=self.port,
            name=self.name or other.name,
            remote=self.remote or other.remote,
            addresses=tuple(dict.fromkeys((*self.addresses, *other.addresses))),
            macs=tuple(dict.fromkeys((*self.macs, *other.macs))),
            spans=tuple(dict.fromkeys((*self.spans, *other.spans))),
        )


def read(reading: Reading, ports: Listed[Port]) -> Listed[LinkNeighbour]:
    """Read the neighbours of known Ethernet ports. Without the outputs nothing is known."""
    by_port: dict[str, list[_Told]] = {port.key: [] for port in ports}
    by_cdp, more = _told(reading, CDP, _by_cdp)
    by_lldp, yet_more = _told(reading, LLDP, _by_lldp)
    for each in (*by_cdp, *by_lldp):
        if each.port in by_port:
            _add(by_port[each.port], each)
    found = [_neighbour(reading, told) for told_of_port in by_port.values() for told in told_of_port]
    return Listed(tuple({each.key: each for each in found}.values()), (*more, *yet_more))


def _add(there: list[_Told], other: _Told) -> None:
    """Put a neighbour to those of its port, or what is told of it to what was told before."""
    for index, one in enumerate(there):
        if one.is_same(other):
            there[index] = one.joined(other)
            return
    if len(there) < _MOST:
        there.append(other)


def _told(
    reading: Reading, path: str, tell: Callable[[Reading, Row], _Told]
) -> tuple[list[_Told], tuple[Unknown, ...]]:
    if reading.file(path) is None:
        return [], ()
    listed = rows(reading, path)
    lines = reading.lines(path)
    last = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 1)
    total = _TOTAL.fullmatch(lines[last - 1].strip()) if lines else None
    # Old releases leave the port out: they tell of neighbours, and not where they are.
    if total is not None and len(listed) not in (0, int(total[1])):
        why = f"{path} holds {len(listed)} neighbours, and says that they are {total[1]}"
        return [], (Unknown(why, (reading.span(path, last),), "collect the device again"),)
    return [tell(reading, row) for row in listed], listed.holes


def _by_cdp(reading: Reading, row: Row) -> _Told:
    spans = at(reading, CDP, row, "DEVICE", "PORT")
    macs = _macs(row.text("MAC"))
    return _Told(canonical(row.text("PORT")), row.text("DEVICE"), row.text("REMOTE"), _addresses(row), macs, spans)


def _by_lldp(reading: Reading, row: Row) -> _Told:
    """A port whose identifier is a MAC address is named by its description."""
    identifier = row.text("PORT_ID")
    remote = row.text("DESCRIPTION") if dotted(identifier) is not None else identifier
    macs = _macs(row.text("CHASSIS"), identifier, row.text("MAC"))
    spans = at(reading, LLDP, row, "PORT", "NAME", "PORT_ID")
    return _Told(canonical(row.text("PORT")), row.text("NAME"), remote, _addresses(row), macs, spans)


def _macs(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mac for text in texts if (mac := dotted(text)) is not None))


def _addresses(row: Row) -> tuple[IPv4Address, ...]:
    found: dict[IPv4Address, None] = {}
    for text in row.text("ADDRESS").split(","):
        try:
            found[IPv4Address(text)] = None
        except ValueError:
            continue
    return tuple(found)


def _neighbour(reading: Reading, told: _Told) -> LinkNeighbour:
    system: Fact[str] = Stated(told.name, told.spans)
    if not told.name:
        why = f"what is behind port {printable(told.port)} does not tell its name"
        system = Unknown(why, told.spans, "follow the cable, or audit the device at its other end")
    return LinkNeighbour(
        device=reading.device,
        key=f"{printable(told.name or next(iter(told.macs), 'somebody'))} on {printable(told.port)}",
        port=Stated(told.port, told.spans),
        system=system,
        remote_port=Stated(_port(told.remote), told.spans),
        addresses=told.addresses,
        macs=told.macs,
    )


def _port(name: str) -> str | None:
    return (canonical(name) if _CISCO_PORT.fullmatch(name) else name) or None
