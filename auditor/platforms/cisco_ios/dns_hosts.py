"""`ip host`: names that a DNS server on the device answers itself, and zones that it is the authority for.

Source: Cisco IOS IP Addressing Services Command Reference: ip host, ip dns primary ("authoritative for the zone").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from auditor.model import Fact, Listed, LocalAnswer, Span, Stated, Unknown
from auditor.platforms.cisco_ios.config import Config
from auditor.platforms.cisco_ios.dhcp_pools import unique
from auditor.platforms.cisco_ios.dns_views import DEFAULT, Member
from auditor.services.reading import printable

HOST, HOST_IPV6, PRIMARY = "ip host", "ipv6 host", "ip dns primary"
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?", re.ASCII)
_RECORDS = frozenset({"mx", "ns", "srv"})
"""Records that give no address for a name."""


@dataclass(frozen=True, slots=True)
class Host:
    """One line: a name, the addresses it has, and the view that it is for. `record`: it gives no address."""

    text: str
    name: str
    addresses: tuple[IPv4Address | IPv6Address, ...]
    view: str
    record: bool


def hosts(text: str) -> Host | None:
    """Read what stands behind `ip host`; None for one of a VRF; raises `ValueError`."""
    words = text.split()
    if words[:1] == ["vrf"]:
        return None
    view = DEFAULT
    if words[:1] == ["view"] and len(words) > 2:
        view, words = words[1], words[2:]
    if len(words) < 2 or not _NAME.fullmatch(words[0]) or len(words[0]) > 255:
        raise ValueError("not a name and its addresses")
    name, rest = words[0].lower().rstrip("."), words[1:]
    if rest[0] in _RECORDS:
        return Host(text, name, (), view, record=True)
    rest = rest[1:] if rest[0] == "additional" or rest[0].isdecimal() else rest  # a port for telnet may stand there
    try:
        return Host(text, name, tuple(ip_address(word) for word in rest), view, record=False)
    except ValueError as error:
        raise ValueError("not a name and its addresses") from error


def answers(config: Config, views: tuple[Member, ...]) -> Listed[LocalAnswer]:
    """Return the names that the server answers itself in these views."""
    found: list[LocalAnswer] = []
    holes: list[Unknown] = list(config.holes())
    members = {member.view: member for member in views}
    for line in (*config.top.lines(HOST), *config.top.lines(HOST_IPV6)):
        host = config.converted(line.rest, hosts, line.span, what=HOST)
        if isinstance(host, Unknown):
            holes.append(host)
        elif host.value is not None and host.value.view in members:
            found += _answers(host.value, members[host.value.view], line.span)
    for line in config.top.lines(PRIMARY):
        zone = line.words[0] if line.words else ""
        if _NAME.fullmatch(zone):
            zone = zone.lower().rstrip(".")
            found.append(LocalAnswer(f"zone {zone}", zone, None, Stated(zone, (line.span,))))
        else:
            holes.append(Unknown(f"cannot read `{printable(line.text)}`", (line.span,), "correct the line"))
    keyed = zip(unique(each.key for each in found), found, strict=True)
    return Listed(
        tuple(LocalAnswer(key, a.domain, a.address, a.fact, a.exact) for key, a in keyed), tuple(dict.fromkeys(holes))
    )


def key_of(host: Host) -> str:
    """A name goes by itself, with its view where that is not the usual one."""
    return host.name if host.view == DEFAULT else f"{host.name} in {host.view}"


def _answers(host: Host, member: Member, span: Span) -> Iterator[LocalAnswer]:
    fact: Fact[str] = Stated(host.name, (span,))
    if member.patterns is not None or member.unread is not None:
        why = f"'{printable(host.name)}' is answered in view '{printable(host.view)}', which is for some questions only"
        fact = Unknown(why, (span, member.span), "look the name up from a POS")
    elif host.record:
        return
    addresses = [address for address in host.addresses if isinstance(address, IPv4Address)]
    if host.addresses and not addresses:
        why = f"what '{printable(host.name)}' is answered to who asks for an IPv4 address is not documented"
        fact = Unknown(why, (span,), "look the name up from a POS")
    for address in addresses or (None,):
        yield LocalAnswer(key_of(host), host.name, str(address) if address else None, fact, exact=True)
