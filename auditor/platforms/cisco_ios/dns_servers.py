"""The resolvers that a device itself asks: written ones, and those that a provider hands to it.

Source: Cisco IOS IP Addressing Services Command Reference: ip name-server, ip domain lookup, ip dhcp client request,
ppp ipcp (dns request).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from auditor.model import Span, Unknown
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.config import Config
from auditor.services.reading import printable

Address: TypeAlias = IPv4Address | IPv6Address

NAME_SERVER = "ip name-server"


@dataclass(frozen=True, slots=True)
class Server:
    """A resolver and the line that names it."""

    address: Address
    span: Span


@dataclass(frozen=True, slots=True)
class Servers:
    """Resolvers in order, and why there may be others."""

    servers: tuple[Server, ...]
    holes: tuple[Unknown, ...]


def written(config: Config) -> Servers:
    """`ip name-server A B …`, outside of VRFs."""
    lines = [line for line in config.top.lines(NAME_SERVER) if line.words[:1] != ("vrf",)]
    found = of_lines(config, lines, NAME_SERVER)
    silent = config.top.unsaid(NAME_SERVER)
    return Servers(found.servers, (*found.holes, *((silent,) if silent is not None else ())))


def of_lines(config: Config, lines: Iterable[Line], what: str) -> Servers:
    """Lines that name resolvers by their addresses."""
    servers: list[Server] = []
    holes: list[Unknown] = []
    for line in lines:
        listed = config.converted(line.rest, _addresses, line.span, what=what)
        if isinstance(listed, Unknown):
            holes.append(listed)
        else:
            servers += [Server(address, line.span) for address in listed.value]
    return Servers(tuple(servers), tuple(holes))


def given(config: Config) -> Iterator[Unknown]:
    """Why a provider may hand resolvers to the device, for each interface that takes some."""
    for block in config.blocks("interface"):
        takes: list[Line] = []
        address = block.said("ip address")
        if address is not None and not address.no and address.words[:1] == ("dhcp",):
            asked = block.said("ip dhcp client request dns-nameserver")
            takes += [address] if asked is None or not asked.no else []
        takes += [line for line in block.lines("ppp ipcp dns") if line.words[:1] in (("request",), ("accept",))]
        if takes:
            why = f"which resolvers the provider hands to {config.device} by {printable(block.name)} is not known"
            settle = f"look at `show ip dns view` on {config.device}"
            yield Unknown(why, tuple(line.span for line in takes), settle)


def _addresses(text: str) -> tuple[Address, ...]:
    try:
        return tuple(ip_address(word) for word in text.split())
    except ValueError as error:
        raise ValueError("not addresses") from error
