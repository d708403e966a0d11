"""`ss -Hlntup`: who listens where. Without root it shows the sockets, but not whose they are.

Source: iproute2 ss(8); misc/ss.c, sock_state_print, sock_addr_print, proc_ctx_print.
"""

import re
from ipaddress import IPv4Address, ip_address

from auditor.model import Span
from auditor.platforms.linux.outputs import SOCKETS
from auditor.services.base import Socket
from auditor.services.reading import Reading

_LINE = re.compile(
    r"(?P<protocol>tcp|udp)\s+(?P<state>\S+)\s+\d+\s+\d+\s+(?P<local>\S+):(?P<port>\d{1,5})\s+\S+(?P<more>(?:\s.*)?)"
)
_OWNER = re.compile(r'\("(?P<program>(?:[^"\\]|\\.)*)",pid=(?P<pid>\d{1,10}),fd=\d+\)')


def sockets(reading: Reading) -> tuple[Socket, ...] | None:
    """Return the sockets that take IPv4; None if they were not captured. One with several owners is there for each."""
    if reading.file(SOCKETS) is None:
        return None
    found: list[Socket] = []
    for number, line in enumerate(reading.lines(SOCKETS), start=1):
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            if line.strip() and not line.startswith("Netid"):
                reading.unknown(SOCKETS, number, line.split()[0])
            continue
        reading.irrelevant(SOCKETS, (number,))
        span = reading.span(SOCKETS, number)
        address, readable = _address(match["local"])
        if readable:
            owners = [(each["program"], int(each["pid"])) for each in _OWNER.finditer(match["more"])]
            for program, pid in owners or [("", 0)]:
                found.append(_socket(match, address, program, pid, span))
    return tuple(found)


def _socket(match: re.Match[str], address: IPv4Address | None, program: str, pid: int, span: Span) -> Socket:
    return Socket(match["protocol"], address, int(match["port"]), program, pid, span)


def _address(local: str) -> tuple[IPv4Address | None, bool]:
    """The address, and whether IPv4 can arrive: `0.0.0.0%eth0`, `*` and `[::]` take it from anybody.

    `[::]` may be set to IPv6 only (`v6only:1` in `ss -e`); such a socket of a server for both stands beside its own
    for IPv4, so to count it changes nothing.
    """
    plain = local.partition("%")[0].strip("[]")
    if plain in ("*", "0.0.0.0", "::"):  # noqa: S104 - what ss prints for any address
        return None, True
    try:
        address = ip_address(plain.removeprefix("::ffff:"))
    except ValueError:
        return None, False
    return (address, True) if isinstance(address, IPv4Address) else (None, False)
