"""Where an Unbound listens and whose questions it answers: `interface`, `port`, `access-control`."""

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from auditor.model import Fact, Span, Stated, Unknown
from auditor.services.address_sets import EVERYTHING, NOTHING, AddressSet, addresses_of
from auditor.services.base import Host
from auditor.services.name_service import LOOPBACK, interfaces_with
from auditor.services.reading import Reading, printable
from auditor.services.unbound.settings import Clause, Setting

_TLS_PORTS = ("tls-port", "ssl-port", "https-port", "dnscrypt-port", "tls-additional-port", "additional-tls-port",
              "additional-ssl-port", "tls-additional-ports")  # fmt: skip
_USUAL_TLS_PORTS = frozenset({853, 443})
_ALLOW = frozenset({"allow", "allow_setrd", "allow_snoop"})
_REFUSE = frozenset({"deny", "refuse", "deny_non_local", "refuse_non_local"})
# A netblock of these gets `allow` if no access-control names it (unbound.conf(5), access-control-tag).
_IMPLIED = ("access-control-tag", "access-control-tag-action", "access-control-tag-data", "access-control-view")
_BY_INTERFACE = ("interface-action", "interface-tag", "interface-tag-action", "interface-tag-data", "interface-view")


def number(text: str) -> int:
    """A port as Unbound reads it."""
    found = re.match(r"\s*(\d{1,5})", text)
    if found is None or not 0 < int(found[1]) < 65536:
        raise ValueError("not a port number")
    return int(found[1])


def netblock(text: str) -> IPv4Network | None:
    """`10.0.0.0/8`, or one address; None for IPv6. Bits behind the prefix do not matter, nor what follows it."""
    address, slash, prefix = text.partition("/")
    try:
        where = ip_address(address)
    except ValueError:
        raise ValueError("not an address or a netblock") from None
    if isinstance(where, IPv6Address):
        return None
    found = re.match(r"\s*(\d{1,3})", prefix) if slash else None
    length = 32 if not slash else int(found[1]) if found else -1
    if not 0 <= length <= 32:
        raise ValueError("not a length of a prefix")
    return IPv4Network((where, length), strict=False)


@dataclass(frozen=True, slots=True)
class Listening:
    """Where plain DNS is served: port, interfaces, and clients that get answers."""

    port: Fact[int]
    interfaces: Fact[tuple[str, ...] | None]
    clients: Fact[tuple[IPv4Network, ...] | None]


def listening(host: Host, server: Clause) -> Listening:
    """Read all that decides who can ask."""
    usual = _port(host.reading, server)
    sockets, unread = _sockets(server, usual)
    port = _one_port(usual, sockets, server)
    return Listening(port, unread or _interfaces(host, server, sockets), _clients(host, server))


def _port(reading: Reading, server: Clause) -> Fact[int]:
    found = server.last("port")
    if found is None:
        return reading.default("unbound.port", int, *server.spans[:1])
    return reading.stated(found.value, number, found.span, what="port")


@dataclass(frozen=True, slots=True)
class _Socket:
    """One `interface` line; `port` None: the usual one."""

    where: IPv4Address | IPv6Address | str
    port: int | None
    span: Span


def _sockets(server: Clause, usual: Fact[int]) -> tuple[list[_Socket], Unknown | None]:
    """The sockets for plain DNS; those for TLS, HTTPS and DNSCrypt are other ports."""
    others = set(_USUAL_TLS_PORTS)
    for setting in server.all(*_TLS_PORTS):
        if setting.value.isdecimal():
            others.add(int(setting.value[:6]))
    if not isinstance(usual, Unknown):
        others.discard(usual.value)
    found: list[_Socket] = []
    for setting in server.all("interface", "ip-address"):
        name, at, text = setting.value.partition("@")
        where: IPv4Address | IPv6Address | str = name
        try:
            port = number(text) if at else None
        except ValueError:
            return found, Unknown(f"cannot read interface '{printable(setting.value)}'", (setting.span,))
        with suppress(ValueError):  # else it is the name of an interface
            where = ip_address(name)
        if port is None or port not in others:
            found.append(_Socket(where, port, setting.span))
    return found, None


def _one_port(usual: Fact[int], sockets: list[_Socket], server: Clause) -> Fact[int]:
    """The port of all sockets; if they have several, which one counts for a client is not one answer."""
    ports = server.last("interface-automatic-ports")
    if ports is not None and server.says("interface-automatic", default=False) and ports.value.strip():
        return Unknown("interface-automatic-ports names several ports", (ports.span,))
    if isinstance(usual, Unknown) or not any(socket.port for socket in sockets):
        return usual
    distinct = {socket.port or usual.value for socket in sockets}
    spans = tuple(socket.span for socket in sockets)
    if len(distinct) > 1:
        return Unknown("Unbound listens on several ports", spans, could_be=tuple(sorted(distinct)))
    return Stated(distinct.pop(), spans)


def _interfaces(host: Host, server: Clause, sockets: list[_Socket]) -> Fact[tuple[str, ...] | None]:
    automatic = server.last("interface-automatic")
    if automatic is not None and automatic.value == "yes":
        return Stated(None, (automatic.span,))
    if not server.all("interface", "ip-address"):
        return host.reading.default("unbound.interface", lambda _: (), *server.spans[:1])
    addresses = [s.where for s in sockets if isinstance(s.where, IPv4Address)]
    spans = tuple(socket.span for socket in sockets)
    if IPv4Address(0) in addresses:
        return interfaces_with(host, EVERYTHING, *spans)
    names = tuple(s.where for s in sockets if isinstance(s.where, str))
    return interfaces_with(host, addresses_of(map(IPv4Network, addresses)), *spans, names=names)


def _clients(host: Host, server: Clause) -> Fact[tuple[IPv4Network, ...] | None]:
    """The networks that may ask. The longest netblock decides, and nobody but localhost may without a line."""
    by_interface = server.all(*_BY_INTERFACE)
    stated = server.all("access-control")
    spans = tuple(setting.span for setting in (*stated, *server.all(*_IMPLIED), *by_interface))
    actions: dict[IPv4Network, str] = {LOOPBACK: "allow"}
    explicit: set[IPv4Network] = set()
    for setting in (*stated, *server.all(*_IMPLIED)):
        try:
            block = netblock(setting.value)
        except ValueError as error:
            return Unknown(f"cannot read {setting.keyword} '{printable(setting.value)}': {error}", (setting.span,))
        if block is None:
            continue
        if setting.keyword == "access-control":
            actions[block] = setting.values[1]
            explicit.add(block)
        elif block not in explicit:
            actions[block] = "allow"
    if by_interface:
        return _by_interface(by_interface, server, actions, spans)
    allowed = AddressSet()
    for block in sorted(actions, key=lambda block: block.prefixlen):
        if actions[block] in _ALLOW:
            allowed |= addresses_of((block,))
        elif actions[block] in _REFUSE:
            allowed -= addresses_of((block,))
        else:
            why = f"what access-control '{printable(actions[block])}' means to clients of {block} is not known"
            return Unknown(why, spans)
    if not spans:
        return host.reading.default("unbound.access-control", lambda _: allowed.networks, *server.spans[:1])
    return Stated(None if allowed == EVERYTHING else allowed.networks, spans)


def _by_interface(
    settings: tuple[Setting, ...], server: Clause, actions: dict[IPv4Network, str], spans: tuple[Span, ...]
) -> Fact[tuple[IPv4Network, ...] | None]:
    """Interfaces that all have `interface-action: … allow` answer everybody, unless a netblock is refused."""
    allowed = {s.value for s in settings if s.keyword == "interface-action" and s.values[1] in _ALLOW}
    listed = {setting.value for setting in server.all("interface", "ip-address")}
    plain = all(setting.keyword == "interface-action" for setting in settings)
    if plain and listed <= allowed and set(actions.values()) <= _ALLOW:
        return Stated(None, spans)
    return Unknown("who may ask depends on the interface (interface-action)", spans, "look the test name up from a POS")


def private_addresses(server: Clause) -> tuple[tuple[IPv4Network, ...], tuple[Span, ...], tuple[Unknown, ...]]:
    """The netblocks of `private-address`, their lines, and what cannot be read."""
    found = NOTHING
    spans: list[Span] = []
    unread: list[Unknown] = []
    for setting in server.all("private-address"):
        try:
            block = netblock(setting.value)
        except ValueError as error:
            why = f"cannot read private-address '{printable(setting.value)}': {error}"
            unread.append(Unknown(why, (setting.span,), "correct private-address"))
            continue
        if block is not None:
            found |= addresses_of((block,))
            spans.append(setting.span)
    return found.networks, tuple(spans), tuple(unread)
