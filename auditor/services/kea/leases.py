"""The lease file of Kea: one row a change, the last one of an address counts; and whether it survives a restart.

Source: isc-projects/kea doc/sphinx/arm/lease-database part of dhcp4-srv.rst, src/lib/dhcpsrv/csv_lease_file4.cc.
"""

from ipaddress import IPv4Address

from auditor.model import Fact, Lease, Listed, Span, Stated, Unknown
from auditor.services.kea.config import Config
from auditor.services.kea.reservations import mac_of
from auditor.services.reading import Reading
from auditor.syntax.kea_json import Node

DEFAULT = "/var/lib/kea/kea-leases4.csv"
_VOLATILE = ("/run/", "/var/run/", "/tmp/", "/dev/shm/")  # noqa: S108


def store_persistent(config: Config) -> Fact[bool]:
    """Whether leases survive a restart of the host."""
    member = config.root.member("lease-database")
    spans = config.span(member) if member is not None else ()
    section = member.node if member is not None else config.root
    if member is not None and config.text(section, "type") != "memfile":
        return Stated(True, spans)
    kept = config.bool(section, "persist") if member is not None else None
    if kept is False:
        return Stated(False, spans)
    name = config.text(section, "name") if member is not None else None
    if name is not None:
        return Stated(not name.startswith(_VOLATILE), spans)
    default = config.reading.default("kea.persist", lambda text: text == "true", *spans)
    return Stated(True, spans) if kept and not isinstance(default, Unknown) else default


def lease_file(root: Node) -> str | None:
    """The file that leases are written to; None if they are not written to one."""
    section = root.get("lease-database")
    if section is None:
        return DEFAULT
    values = {member.key: member.node.value for member in section.members}
    if values.get("type", "memfile") != "memfile" or values.get("persist") is False:
        return None
    name = values.get("name", DEFAULT)
    return name if isinstance(name, str) and name.startswith("/") else DEFAULT


def leases(config: Config) -> Listed[Lease]:
    """The addresses that are in use, by the lease file that was captured."""
    reading = config.reading
    member = config.root.member("lease-database")
    path = lease_file(config.root)
    if path is None:
        spans = config.span(member) if member is not None else ()
        return Listed((), (Unknown("leases are not in a file", spans, "look into the server's database"),))
    if reading.file(path) is None:
        return Listed((), (reading.missing(path),))
    found: dict[str, Lease] = {}
    # A second file holds what the clean-up of the first one kept.
    for each in (f"{path}.2", path):
        _read(reading, each, found)
    return Listed(tuple(found.values()))


def _read(reading: Reading, path: str, found: dict[str, Lease]) -> None:
    columns: list[str] = []
    now = None if reading.capture.time_is_weak else reading.capture.taken_at.timestamp()
    for number, line in enumerate(reading.lines(path), start=1):
        words = line.rstrip("\r").split(",")
        if not columns:
            columns = words
            reading.irrelevant(path, [number])
            continue
        row = dict(zip(columns, words, strict=False))
        try:
            address = IPv4Address(row.get("address", ""))
            ends, state, lasts = int(row["expire"]), int(row.get("state") or 0), int(row["valid_lifetime"])
        except (ValueError, KeyError):
            reading.unknown(path, number, "")
            continue
        span = reading.span(path, number)
        reading.understood(span)
        mac = mac_of(row.get("hwaddr", ""))
        # A lease that was given back is written with no lifetime; states other than 0 are declined and expired ones.
        over = lasts == 0 or state != 0 or (now is not None and lasts != 0xFFFFFFFF and ends < now)
        if over or mac is None:
            found.pop(str(address), None)
        else:
            found[str(address)] = _lease(reading, address, mac, span)


def _lease(reading: Reading, address: IPv4Address, mac: str, span: Span) -> Lease:
    return Lease(reading.device, str(address), mac, Stated(address, (span,)))
