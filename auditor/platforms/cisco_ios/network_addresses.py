"""IPv4 addresses of interfaces: `ip address`, DHCP and PPP clients, addresses shared with a second router.

Hosts may be told the virtual address of HSRP, VRRP or GLBP as their gateway; the device answers to it as to its own.
Source: Cisco, "IP Addressing: IPv4 Addressing Configuration Guide", "First Hop Redundancy Protocols Configuration
Guide".
"""

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError

from auditor.model import AddressSource, Fact, Span, Stated, Unknown
from auditor.platforms.cisco_ios.blocks import Line
from auditor.platforms.cisco_ios.interface_names import Kind
from auditor.platforms.cisco_ios.network_links import Link
from auditor.services.reading import printable

_LEARNED = "add the output of `show ip interface brief` as commands/ip-interface-brief.txt, or declare egress"


@dataclass(frozen=True, slots=True)
class Addressing:
    """How one interface gets its addresses, which ones it has, and the routing table it is in ('' for the global)."""

    source: Fact[AddressSource]
    addresses: Fact[tuple[IPv4Interface, ...]]
    vrf: str

    @property
    def is_addressed(self) -> bool:
        """Whether it has, gets, or may have an address."""
        return (
            isinstance(self.addresses, Unknown)
            or bool(self.addresses.value)
            or isinstance(self.source, Unknown)
            or self.source.value in (AddressSource.DHCP, AddressSource.PPP)
        )


def read(link: Link) -> Addressing:
    """Read the addresses of one interface."""
    settings = link.settings
    vrf = settings.said("vrf forwarding") or settings.said("ip vrf forwarding")
    table = vrf.rest if vrf is not None and not vrf.no else ""
    lines = list(settings.each("ip address"))
    said = [line for line in lines if not line.no]
    if not said:
        return Addressing(*_without(link, lines), table)
    spans = tuple(line.span for line in said)
    first = said[-1].words[:1]
    if first in (("dhcp",), ("negotiated",), ("autoconf",)):
        source = AddressSource.DHCP if first == ("dhcp",) else AddressSource.PPP
        return Addressing(Stated(source, spans), Stated((), spans), table)
    if first in (("pool",), ("slarp",)):
        why = f"{settings.title} takes its address from elsewhere"
        doubt = Unknown(why, spans, _LEARNED)
        return Addressing(Stated(AddressSource.NONE, spans), doubt, table)
    return Addressing(Stated(AddressSource.STATIC, spans), _static(link, said), table)


def _without(link: Link, lines: list[Line]) -> tuple[Fact[AddressSource], Fact[tuple[IPv4Interface, ...]]]:
    settings = link.settings
    nothing: Fact[tuple[IPv4Interface, ...]] = Stated((), (lines[-1].span if lines else link.header,))
    borrowed = settings.said("ip unnumbered")
    if borrowed is not None and not borrowed.no:
        none = Stated(AddressSource.NONE, (borrowed.span,))
        if link.kind in (Kind.POINT_TO_POINT, Kind.LOOPBACK):
            return none, Stated((), (borrowed.span,))
        why = f"{settings.title} borrows the address of {printable(borrowed.rest)}, and serves hosts one by one"
        return none, Unknown(
            why, (borrowed.span,), "look at `show ip interface` for it, or give it a subnet of its own"
        )
    silent = None if lines else settings.unsaid("ip address")
    if silent is not None:
        return silent, silent
    return Stated(AddressSource.NONE, nothing.spans), nothing


def _static(link: Link, lines: list[Line]) -> Fact[tuple[IPv4Interface, ...]]:
    """The primary address first, whatever the order of lines."""
    found: list[IPv4Interface] = []
    spans: list[Span] = []
    for line in lines:
        try:
            address = _address(line)
        except ValueError as error:
            why = f"cannot read '{printable(line.rest)}' of {link.settings.title}: {error}"
            return Unknown(why, (line.span,), "correct the address")
        if "secondary" in line.words:
            found.append(address)
        else:
            found.insert(0, address)
        spans.append(line.span)
    for protocol in ("standby", "vrrp", "glbp"):
        for line in link.settings.each(protocol):
            shared = _shared(line, found)
            if shared is not None:
                found.append(shared)
                spans.append(line.span)
    return Stated(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(spans)))


def _address(line: Line) -> IPv4Interface:
    if len(line.words) < 2:
        raise ValueError("an address has a mask")
    try:
        address = IPv4Interface(f"{line.words[0]}/{line.words[1]}")
    except (AddressValueError, NetmaskValueError, ValueError):
        raise ValueError("not an address with its mask") from None
    if "." not in line.words[1]:
        raise ValueError("the mask is not written in four numbers")
    return address


def _shared(line: Line, own: list[IPv4Interface]) -> IPv4Interface | None:
    """`standby 30 ip 192.168.30.1`, `vrrp 30 ip …`: a virtual address in one of the subnets of the interface."""
    words = line.words
    for index in (0, 1):
        if words[index : index + 1] == ("ip",) and len(words) > index + 1 and not line.no:
            try:
                virtual = IPv4Address(words[index + 1])
            except ValueError:
                return None
            subnet = next((each.network for each in own if virtual in each.network), None)
            return IPv4Interface(f"{virtual}/{subnet.prefixlen}") if subnet is not None else None
    return None
