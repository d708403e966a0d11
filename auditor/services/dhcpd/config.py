"""The configuration of one dhcpd: its statements with all includes, and the scopes that hold them.

A scope inherits from what encloses it. For a client with a dynamic address the classes that it is in count before its
pool, then subnet, shared network and global level; groups count where they stand around them.
Source: dhcpd.conf(5), isc-projects/dhcp server/dhcp.c ack_lease; measured with dhcpd 4.4.3-P1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from auditor.model import AddressRange, Span, Unknown
from auditor.services.reading import Reading, printable
from auditor.syntax.dhcpd_conf import Statement, Trouble, included, parse, with_block

SETTLE = "correct the line; `dhcpd -t` on the host names it too"
MAIN = "/etc/dhcp/dhcpd.conf"
DEFAULTS = "/etc/default/isc-dhcp-server"
_SCOPES = ("subnet", "shared-network", "group", "class", "subclass", "pool", "host", "if", "elsif", "else", "failover")
_UNDERSTOOD = (
    *_SCOPES,
    "default-lease-time",
    "max-lease-time",
    "min-lease-time",
    "adaptive-lease-time-threshold",
    "lease-file-name",
    "option",
    "range",
    "range6",
    "allow",
    "deny",
    "ignore",
    "include",
    "fixed-address",
    "host-identifier",
    "lease",
    "mclt",
    "switch",
    "case",
    "default",
    "supersede",
    "append",
    "prepend",
    "send",
)
_ELSEWHERE = ("failover", "key", "zone", "on", "subnet6")
"""Blocks whose statements are their own."""


@dataclass(frozen=True, slots=True)
class Range:
    """One `range` of a subnet. `scopes` are the blocks that it is in: pool (if any), subnet, what encloses it."""

    statement: Statement
    addresses: AddressRange | None
    scopes: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """One `subnet`; `scopes` are itself and what encloses it, inner first, without the global level."""

    statement: Statement
    network: IPv4Network
    scopes: tuple[Statement, ...]
    ranges: tuple[Range, ...]

    @property
    def shared(self) -> Statement | None:
        """The shared network that it is in."""
        return next((each for each in self.scopes if each.keyword == "shared-network"), None)


@dataclass(frozen=True, slots=True)
class HostEntry:
    """One `host` and the groups and subnets around it, inner first."""

    statement: Statement
    scopes: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """All that one server reads: `settings` are what applies to all clients; `refusals` say why it does not start."""

    reading: Reading
    statements: tuple[Statement, ...]
    settings: tuple[Statement, ...]
    subnets: tuple[Subnet, ...]
    hosts: tuple[HostEntry, ...]
    classes: tuple[Statement, ...]
    refusals: tuple[Unknown, ...]

    def span(self, *statements: Statement) -> tuple[Span, ...]:
        """The lines of statements, of blocks only their heads, marked as understood."""
        spans = (self.reading.span(each.file, each.first, each.head) for each in statements)
        return self.reading.understood(*dict.fromkeys(spans))


def absolute(path: str) -> str:
    """An include as a service manager starts dhcpd, in the root of the file system."""
    return path if path.startswith("/") else f"/{path}"


def load(reading: Reading, file: str) -> Config | Unknown:
    """Read a configuration with its includes, or say why it cannot be read."""
    statements = _file(reading, file, ())
    if isinstance(statements, Unknown):
        return statements
    found: list[Unknown] = []
    subnets: list[Subnet] = []
    hosts: list[HostEntry] = []
    classes: list[Statement] = []
    pools: list[tuple[Statement, tuple[Statement, ...]]] = []
    for statement, around in _scoped(statements):
        _look_at(reading, statement, around, found)
        match statement.keyword:
            case "subnet":
                network = _network(statement)
                if network is None:
                    found.append(_refusal(reading, statement, "a subnet that cannot be read"))
                else:
                    ranges = tuple(_ranges(statement, (statement, *around)))
                    subnets.append(Subnet(statement, network, (statement, *around), ranges))
            case "host":
                hosts.append(HostEntry(statement, around))
            case "class" | "subclass" if statement.block:
                classes.append(statement)
            case "pool" if not any(each.keyword == "subnet" for each in around):
                pools.append((statement, around))
    placed = tuple(_with_pools(subnet, pools) for subnet in subnets)
    found += (_refusal(reading, r.statement, why) for s in placed for r in s.ranges if (why := _bad(s, r)))
    conditions = ("if", "elsif", "else", "switch")
    settings = tuple(each for each in statements if each.block is None or each.keyword in conditions)
    return Config(reading, statements, settings, placed, tuple(hosts), tuple(classes), tuple(found))


def _file(reading: Reading, path: str, above: tuple[str, ...]) -> tuple[Statement, ...] | Unknown:
    captured = reading.file(path)
    if captured is None:
        return reading.missing(path)
    if path in above or len(above) > 10:
        return Unknown(f"{path} includes itself", settle=SETTLE)
    tree = parse(path, captured.text)
    if tree.trouble is not None:
        return _unreadable(reading, tree.trouble)
    reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    return _expanded(reading, tree.statements, (*above, path))


def _unreadable(reading: Reading, trouble: Trouble) -> Unknown:
    reading.unknown(trouble.file, trouble.line, "")
    span = reading.span(trouble.file, trouble.line)
    return Unknown(f"dhcpd's configuration cannot be read: {trouble.why}", (span,), SETTLE)


def _expanded(
    reading: Reading, statements: tuple[Statement, ...], above: tuple[str, ...]
) -> tuple[Statement, ...] | Unknown:
    found: list[Statement] = []
    for statement in statements:
        path = included(statement)
        if path is not None:
            more = _file(reading, absolute(path), above)
            if isinstance(more, Unknown):
                span = reading.span(statement.file, statement.first, statement.last)
                return Unknown(more.why, (*more.near, span), more.settle)
            found += more
        elif statement.block is not None:
            block = _expanded(reading, statement.block, above)
            if isinstance(block, Unknown):
                return block
            found.append(with_block(statement, block))
        else:
            found.append(statement)
    return tuple(found)


def _scoped(
    statements: tuple[Statement, ...], around: tuple[Statement, ...] = ()
) -> Iterator[tuple[Statement, tuple[Statement, ...]]]:
    """All statements with the blocks around them, inner first; conditions are no scopes."""
    for statement in statements:
        yield statement, around
        if statement.block is not None and statement.keyword not in _ELSEWHERE:
            inner = around if statement.keyword in ("if", "elsif", "else", "switch") else (statement, *around)
            yield from _scoped(statement.block, inner)


def _look_at(reading: Reading, statement: Statement, around: tuple[Statement, ...], found: list[Unknown]) -> None:
    known = reading.profile.irrelevant.get("dhcpd", {}).get("statement", frozenset())
    keyword = statement.keyword
    if keyword in _UNDERSTOOD or keyword in known or any(each.keyword in _ELSEWHERE for each in around):
        return
    reading.unknown(statement.file, statement.first, keyword)
    found.append(_refusal(reading, statement, f"it does not know '{printable(keyword)}'"))


def _refusal(reading: Reading, statement: Statement, why: str) -> Unknown:
    span = reading.span(statement.file, statement.first, statement.head)
    return Unknown(f"dhcpd does not start with this configuration: {why}", (span,), SETTLE)


def _network(statement: Statement) -> IPv4Network | None:
    words = statement.arguments
    if len(words) != 3 or words[1].lower() != "netmask" or statement.block is None:
        return None
    try:
        return IPv4Network(f"{words[0]}/{words[2]}")
    except ValueError:
        return None


def _ranges(block: Statement, scopes: tuple[Statement, ...]) -> Iterator[Range]:
    for statement in block.block or ():
        if statement.keyword == "range":
            yield Range(statement, _addresses(statement), scopes)
        elif statement.keyword == "pool" or statement.keyword == "group":
            yield from _ranges(statement, (statement, *scopes))


def _addresses(statement: Statement) -> AddressRange | None:
    words = [word for word in statement.arguments if word.lower() not in ("dynamic-bootp", "temporary")]
    try:
        ends = sorted(IPv4Address(word) for word in words)
    except ValueError:
        return None
    return AddressRange(ends[0], ends[-1]) if 1 <= len(ends) <= 2 else None


def _with_pools(subnet: Subnet, pools: list[tuple[Statement, tuple[Statement, ...]]]) -> Subnet:
    """Pools of a shared network hold ranges of any of its subnets; the pool counts before the subnet."""
    more = [
        found
        for pool, around in pools
        if subnet.shared is not None and subnet.shared in around
        for found in _ranges(pool, (pool, *subnet.scopes))
        if found.addresses is not None and found.addresses.first in subnet.network
    ]
    return Subnet(subnet.statement, subnet.network, subnet.scopes, (*subnet.ranges, *more)) if more else subnet


def _bad(subnet: Subnet, found: Range) -> str:
    if found.addresses is None:
        return "a range that cannot be read"
    inside = found.addresses.first in subnet.network and found.addresses.last in subnet.network
    return "" if inside else f"a range outside subnet {subnet.network}"
