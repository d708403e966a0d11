"""The lease file of dhcpd: one `lease` block a change, the last one of an address counts. Source: dhcpd.leases(5)."""

from datetime import UTC, datetime
from ipaddress import IPv4Address

from auditor.model import Fact, Lease, Listed, Stated
from auditor.services.dhcpd.config import Config
from auditor.services.dhcpd.reservations import mac_of
from auditor.services.dhcpd.serving import option_value
from auditor.syntax.dhcpd_conf import Statement, parse

DEFAULT = "/var/lib/dhcp/dhcpd.leases"
_VOLATILE = ("/run/", "/var/run/", "/tmp/", "/dev/shm/")  # noqa: S108


def lease_file(statements: tuple[Statement, ...], arguments: tuple[str, ...]) -> tuple[str, Statement | None]:
    """The lease file and the statement that names it; the command line wins."""
    told = option_value(arguments, "-lf")
    if told is not None and told.startswith("/"):
        return told, None
    for statement in reversed(statements):
        if statement.keyword == "lease-file-name" and len(statement.words) == 2:
            path = statement.words[1].text
            return (path if path.startswith("/") else DEFAULT), statement
    return DEFAULT, None


def store_persistent(config: Config, arguments: tuple[str, ...]) -> Fact[bool]:
    """Whether leases survive a restart of the host."""
    path, statement = lease_file(config.settings, arguments)
    if statement is None and path == DEFAULT:
        return config.reading.default("dhcpd.lease-file-name", lambda text: not text.startswith(_VOLATILE))
    spans = config.span(statement) if statement is not None else ()
    return Stated(not path.startswith(_VOLATILE), spans)


def leases(config: Config, arguments: tuple[str, ...]) -> Listed[Lease]:
    """The addresses that are in use, by the lease file that was captured."""
    reading = config.reading
    path, _ = lease_file(config.settings, arguments)
    captured = reading.file(path)
    if captured is None:
        return Listed((), (reading.missing(path),))
    tree = parse(path, captured.text)
    # dhcpd writes while it is read: an unfinished block at the end says nothing yet.
    reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    now = None if reading.capture.time_is_weak else reading.capture.taken_at
    found: dict[str, Lease] = {}
    for statement in tree.statements:
        if statement.keyword != "lease" or statement.block is None or len(statement.words) != 2:
            continue
        address = statement.words[1].text
        found.pop(address, None)
        lease = _lease(config, statement, now)
        if lease is not None:
            found[address] = lease
    return Listed(tuple(found.values()))


def _lease(config: Config, statement: Statement, now: datetime | None) -> Lease | None:
    said = {
        " ".join(each.arguments[:1]) if each.keyword == "binding" else each.keyword: each
        for each in statement.block or ()
    }
    state, hardware, ends = said.get("state"), said.get("hardware"), said.get("ends")
    over = _time(ends) if ends is not None else None
    mac = mac_of(hardware.arguments[-1]) if hardware is not None and hardware.arguments else None
    if (state is not None and state.arguments != ("state", "active")) or (now and over and over < now) or mac is None:
        return None
    try:
        address = IPv4Address(statement.words[1].text)
    except ValueError:
        return None
    span = config.reading.span(statement.file, statement.first, statement.last)
    return Lease(config.reading.device, str(address), mac, Stated(address, config.reading.understood(span)))


def _time(ends: Statement) -> datetime | None:
    """`ends 4 2026/03/05 10:00:00` in UTC, or `ends epoch 1772704800`; None if it never ends."""
    try:
        match ends.arguments:
            case ("epoch", seconds):
                return datetime.fromtimestamp(int(seconds), UTC)
            case (_, day, clock):
                return datetime.strptime(f"{day} {clock}", "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
            case _:
                return None
    except (ValueError, OverflowError, OSError):
        return None
