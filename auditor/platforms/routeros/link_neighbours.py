"""What is at the other end of cables: `/ip neighbor print detail`, which MNDP, CDP and LLDP fill.

RouterOS names the port and what it is a part of (`interface=ether2,bridge`); entries of Wi-Fi and of VLANs alone tell
of no cable. MNDP passes switches that do not know it, so that several neighbours may be behind one port.
Source: MikroTik's manual, "Neighbor discovery" (properties), and outputs of RouterOS 6.43 to 7.15.
"""

import re
from ipaddress import IPv4Address

from auditor.model import Fact, LinkNeighbour, Listed, Port, Stated, Unknown
from auditor.platforms.routeros.outputs import NEIGHBOURS, at, rows
from auditor.services.reading import Reading, printable
from auditor.syntax.routeros_print import Row

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_NEEDED = ("interface", "identity", "interface-name", "mac-address")


def read(reading: Reading, ports: Listed[Port]) -> Listed[LinkNeighbour]:
    """Read all entries that name a known Ethernet port. Without the output nothing is known."""
    if reading.file(NEIGHBOURS) is None:
        return Listed()
    listed = rows(reading, NEIGHBOURS)
    holes = list(listed.holes)
    known = {port.key for port in ports}
    found: dict[str, LinkNeighbour] = {}
    for row in listed:
        if row.twice.intersection(_NEEDED):
            holes.append(reading.unreadable(NEIGHBOURS, row.first))
            continue
        port = next((name for name in (row.text("interface") or "").split(",") if name in known), None)
        if port is not None:
            each = _neighbour(reading, row, port)
            found.setdefault(each.key, each)
    return Listed(tuple(found.values()), tuple(holes))


def _neighbour(reading: Reading, row: Row, port: str) -> LinkNeighbour:
    spans = at(reading, NEIGHBOURS, row, "interface")
    name, mac = row.text("identity") or "", (row.text("mac-address") or "").lower()
    macs = (mac,) if _MAC.fullmatch(mac) else ()
    why = f"what is behind port {printable(port)} does not tell its name"
    system: Fact[str] = Unknown(why, spans, "follow the cable, or audit the device at its other end")
    if name:
        system = Stated(name, at(reading, NEIGHBOURS, row, "identity"))
    remote = _remote_port(row)
    told = at(reading, NEIGHBOURS, row, "interface-name") if remote else spans
    return LinkNeighbour(
        device=reading.device,
        key=f"{printable(mac if macs else name)} on {printable(port)}",
        port=Stated(port, spans),
        system=system,
        remote_port=Stated(remote, told),
        addresses=_addresses(row),
        macs=macs,
    )


def _remote_port(row: Row) -> str | None:
    """Its port, which RouterOS itself tells behind the bridge that it is a part of (`bridge/ether1`)."""
    name = row.text("interface-name") or ""
    if row.text("platform") == "MikroTik":
        name = name.rpartition("/")[2]
    return name or None


def _addresses(row: Row) -> tuple[IPv4Address, ...]:
    found: dict[IPv4Address, None] = {}
    for name in ("address4", "address"):
        try:
            found[IPv4Address(row.text(name) or "")] = None
        except ValueError:
            continue
    return tuple(found)
