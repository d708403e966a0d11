"""What a host was doing when it was captured: neighbours, also those at its cables; and which release it is."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import pairwise

from auditor.model import Fact, LinkNeighbour, Listed, Neighbour, Span, Stated, Unknown
from auditor.platforms.linux.outputs import CLOCK, NEIGHBOURS, RELEASE, RESOLVERS
from auditor.services import lldp
from auditor.services.reading import Reading
from auditor.syntax.json_text import JsonError, parse

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
# States of a neighbour (ip-neighbour(8)): nobody is there, and somebody was a moment ago.
_NOBODY = frozenset({"FAILED", "INCOMPLETE", "NOARP", "NONE"})
_ANSWERED = frozenset({"REACHABLE", "DELAY", "PROBE"})


def neighbours(reading: Reading) -> Listed[Neighbour]:
    """`ip -4 neigh`: which address is behind which MAC address on which link."""
    if reading.file(NEIGHBOURS) is None:
        return Listed((), (reading.missing(NEIGHBOURS),))
    return Listed(tuple(_neighbours(reading)))


def _neighbours(reading: Reading) -> Iterator[Neighbour]:
    for number, line in enumerate(reading.lines(NEIGHBOURS), start=1):
        words = line.split()
        try:
            address = IPv4Address(words[0] if words else "")
        except ValueError:
            if words:
                reading.unknown(NEIGHBOURS, number, words[0])
            continue
        pairs = dict(pairwise(words))
        mac, link = pairs.get("lladdr", "").lower(), pairs.get("dev", "")
        if _NOBODY & set(words) or not _MAC.fullmatch(mac) or not link:
            reading.irrelevant(NEIGHBOURS, (number,))
            continue
        spans = reading.understood(reading.span(NEIGHBOURS, number))
        yield Neighbour(
            device=reading.device,
            key=f"{link}/{address}",
            mac=mac,
            address=address,
            link=Stated(link, spans),
            reachable=Stated(bool(_ANSWERED & set(words)), spans),
        )


def link_neighbours(reading: Reading) -> Listed[LinkNeighbour]:
    """What lldpd heard at the ports. A host without it hears nothing, which is no hole; one that refused to tell is."""
    path = lldp.OUTPUT
    file = reading.file(path)
    if file is None:
        asked = any(gap.path == path for gap in reading.capture.gaps)
        return Listed((), (reading.missing(path),) if asked else ())
    if not file.text.strip():
        return Listed()
    try:
        heard = reading.once(parse, path)
    except JsonError as error:
        return Listed((), (Unknown(f"{path} cannot be read: {error}", settle="collect the device again"),))
    reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))

    def lines(*numbers: int) -> tuple[Span, ...]:
        return reading.understood(*(reading.span(path, number) for number in dict.fromkeys(numbers)))

    return Listed(lldp.link_neighbours(heard, reading.device, lines))


def version(reading: Reading) -> Fact[str]:
    """The release from os-release(5): `Debian GNU/Linux 12 (bookworm)`."""
    for path in (CLOCK, RESOLVERS):
        reading.irrelevant(path, range(1, len(reading.lines(path)) + 1))
    if reading.file(RELEASE) is None:
        return Unknown("the release of the system was not captured", settle=f"add {RELEASE} to the capture")
    names: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(reading.lines(RELEASE), start=1):
        found = re.fullmatch(r"([A-Z][A-Z0-9_]*)=(.*)", line.strip())
        if found is None:
            if line.strip() and not line.startswith("#"):
                reading.unknown(RELEASE, number, line.split("=")[0].split()[0] if line.split("=")[0].split() else "")
            continue
        names[found[1]] = (_unquoted(found[2]), number)
        reading.irrelevant(RELEASE, (number,))
    for name in ("PRETTY_NAME", "NAME", "ID"):
        if name in names and names[name][0].isprintable() and names[name][0]:
            value, number = names[name]
            return Stated(value[:80], reading.understood(reading.span(RELEASE, number)))
    return Unknown(f"{RELEASE} names no release", settle=f"capture {RELEASE} again")


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if quoted else text
