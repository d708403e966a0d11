"""Object groups: networks and services under one name, which may name further groups.

Source: Cisco, "Security Configuration Guide: Access Control Lists", "Object Groups for ACLs": masks of networks are
subnet masks, a group may hold groups of its kind, a change of a group changes all lists that name it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from itertools import pairwise

from auditor.model import Span
from auditor.platforms.cisco_ios.acl_words import OTHER_ICMP, PING, PORTS, PROTOCOLS
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.config import Config
from auditor.services.netfilter.boxes import ADDRESSES, Numbers, merged
from auditor.services.netfilter.conditions import protocol as by_number
from auditor.services.reading import printable
from auditor.syntax.ios import Command

_MOST = 4000
"""A group of more parts than these is not followed."""
_ALTOGETHER = 100_000
"""Parts that are followed in all groups of a device: groups that name each other can be as many as their square."""

_ONE_PORT = {"eq", "gt", "lt", "neq"}
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Ends:
    """Addresses at one end of a packet, None for all of them; `doubt` says why it may be others too."""

    addresses: Numbers = None
    doubt: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """Protocol (None: all), ports of both ends (None: all) and ICMP types; `doubt` as above."""

    protocols: frozenset[str] | None = None
    source_ports: Numbers = None
    destination_ports: Numbers = None
    icmp: frozenset[str] | None = None
    doubt: str = ""


@dataclass(slots=True, eq=False)
class Objects:
    """The object groups of a configuration, each read when somebody first asks for it."""

    config: Config
    _blocks: dict[str, dict[str, Block]] = field(default_factory=dict)
    _networks: dict[str, Ends] = field(default_factory=dict)
    _services: dict[str, tuple[tuple[Service, ...], tuple[Span, ...]]] = field(default_factory=dict)
    _left: int = _ALTOGETHER

    def networks(self, name: str) -> Ends:
        """The addresses of `object-group network NAME`."""
        if name not in self._networks:
            found: list[tuple[int, int]] = []
            walked = self._walk("object-group network", name, lambda words: found.extend(_network(words)))
            doubt = walked.doubt or ("" if found else f"object group '{printable(name)}' is empty")
            self._networks[name] = Ends(None if doubt else merged(found), doubt, walked.spans)
        return self._networks[name]

    def services(self, name: str) -> tuple[tuple[Service, ...], tuple[Span, ...]]:
        """The services of `object-group service NAME`, with the lines of the group."""
        if name not in self._services:
            found: list[Service] = []
            walked = self._walk("object-group service", name, lambda words: found.append(service(words)))
            if walked.doubt or not found:
                found = [Service(doubt=walked.doubt or f"object group '{printable(name)}' is empty")]
            self._services[name] = (tuple(found), walked.spans)
        return self._services[name]

    def _block(self, kind: str, name: str) -> Block | None:
        if kind not in self._blocks:
            self._blocks[kind] = {block.name: block for block in self.config.blocks(kind)}
        return self._blocks[kind].get(name)

    def _walk(self, kind: str, name: str, take: Callable[[tuple[str, ...]], None]) -> "_Walked":
        """Go through a group and all groups that it names, each once: a loop adds nothing."""
        waiting, seen, spans, parts = [name], {name}, list[Span](), 0
        while waiting:
            current = waiting.pop()
            block = self._block(kind, current)
            if block is None:
                return _Walked(tuple(spans), f"object group '{printable(current)}' is not there")
            spans.append(block.header)
            for command in block.children():
                words = tuple(command.text.split())
                self.config.understood(command)
                if words[0] == "description":
                    continue
                parts += 1
                self._left -= 1
                if parts > _MOST or self._left < 0:
                    return _Walked(tuple(spans), f"object group '{printable(name)}' has very many parts")
                if words[0] == "group-object" and len(words) == 2:
                    if words[1] not in seen:
                        seen.add(words[1])
                        waiting.append(words[1])
                    continue
                try:
                    take(words)
                except ValueError:
                    return _Walked((*spans, self.config.span(command)), _unread(name, command))
        return _Walked(tuple(spans), "")


@dataclass(frozen=True, slots=True)
class _Walked:
    spans: tuple[Span, ...]
    doubt: str


def _unread(name: str, command: Command) -> str:
    return f"'{printable(command.text, 40)}' of object group '{printable(name)}' is not understood"


def _network(words: tuple[str, ...]) -> Iterable[tuple[int, int]]:
    """`host A`, `A MASK`, `range A B`, `any`; `ValueError` if it is none."""
    match words:
        case ("any",):
            return ADDRESSES
        case ("host", one):
            return ((number(one), number(one)),)
        case ("range", first, last):
            if number(first) > number(last):
                raise ValueError("no range")
            return ((number(first), number(last)),)
        case (base, mask):
            try:
                network = IPv4Network(f"{base}/{mask.removeprefix('/')}", strict=False)
            except (AddressValueError, NetmaskValueError, ValueError):
                raise ValueError("no network") from None
            return ((int(network.network_address), int(network.broadcast_address)),)
        case _:
            raise ValueError("no network")


def number(word: str) -> int:
    """An IPv4 address as a number; `ValueError` if it is none."""
    try:
        return int(IPv4Address(word))
    except AddressValueError:
        raise ValueError("no IPv4 address") from None


# -- services --------------------------------------------------------------------------------------------------


def service(words: tuple[str, ...]) -> Service:
    """`tcp source gt 1023 eq 443`, `tcp-udp eq domain`, `icmp echo`, `ip`, `47`; `ValueError` if it is none."""
    word, rest = words[0], words[1:]
    names = ("tcp", "udp") if word == "tcp-udp" else (word,)
    protocols = None if word == "ip" else frozenset(map(protocol, names))
    if protocols == frozenset({"icmp"}):
        return Service(protocols, icmp=icmp(rest))
    source: Numbers = None
    if rest[:1] == ("source",):
        source, rest = ports(rest[1:], names)
    destination, rest = ports(rest, names) if rest else (None, ())
    if rest:
        raise ValueError("words that are not understood")
    return Service(protocols, source, destination)


def protocol(word: str) -> str:
    """A protocol as the engine calls it; `ValueError` if IOS knows none of that name."""
    if word in PROTOCOLS:
        return by_number(PROTOCOLS[word])
    if word.isascii() and word.isdecimal() and len(word) <= 3 and int(word) <= 255:
        return by_number(str(int(word)))
    raise ValueError("no protocol that is known")


def ports(words: tuple[str, ...], names: tuple[str, ...]) -> tuple[Numbers, tuple[str, ...]]:
    """`eq 80 443`, `neq`, `gt`, `lt`, `range A B`, or a port alone, at the head of words; and the words behind it."""
    table = {name: value for protocol_ in names for name, value in PORTS.get(protocol_, {}).items()}
    operator, rest = words[0], words[1:]
    if operator == "range":
        if len(rest) < 2 or port(rest[0], table) > port(rest[1], table):
            _bad()
        return ((port(rest[0], table), port(rest[1], table)),), rest[2:]
    if operator not in _ONE_PORT:
        return ((port(operator, table),) * 2,), rest
    found: list[int] = []
    while rest and is_port(rest[0], table):
        found.append(port(rest[0], table))
        rest = rest[1:]
    if not found or (operator in ("gt", "lt") and len(found) > 1):
        _bad()
    return _range(operator, found), rest


def _range(operator: str, found: list[int]) -> Numbers:
    match operator:
        case "gt":
            return merged(((found[0] + 1, _LAST_PORT),))
        case "lt":
            return merged(((0, found[0] - 1),))
        case "neq":
            edges = sorted({-1, *found, _LAST_PORT + 1})
            return merged((low + 1, high - 1) for low, high in pairwise(edges))
        case _:
            return merged((each, each) for each in found)


def _bad() -> Numbers:
    raise ValueError("no port")


def is_port(word: str, table: Mapping[str, int]) -> bool:
    """Whether a word is a port by number or name."""
    return word in table or (word.isascii() and word.isdecimal() and len(word) <= 5 and int(word) <= _LAST_PORT)


def port(word: str, table: Mapping[str, int]) -> int:
    """A port by number or name; `ValueError` if it is none."""
    if not is_port(word, table):
        raise ValueError("no port that is known")
    return table[word] if word in table else int(word)


def icmp(words: tuple[str, ...]) -> frozenset[str] | None:
    """`echo`, `8 0`, nothing for all messages: the types among them that a ping is made of."""
    if not words:
        return None
    word, code = words[0], words[1:]
    if code and (len(code) > 1 or not code[0].isdecimal()):
        raise ValueError("no code of ICMP")
    if word in PING:
        return frozenset({PING[word]})
    if word in OTHER_ICMP:
        return frozenset()
    if word.isascii() and word.isdecimal() and len(word) <= 3:
        return frozenset({str(int(word))} if not code or int(code[0]) == 0 else ())
    raise ValueError("no message of ICMP that is known")
