"""What a firewall rule matches: addresses, ports and protocols, with lists, ranges and negation.

Source: openwrt/firewall4 root/usr/share/ucode/fw4.uc, parse_network, parse_port, parse_protocol.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range

from auditor.model import Fact, Interface, Listed, PortRange, Span, Stated, Unknown, spans_of
from auditor.platforms.openwrt.config import Config, Located
from auditor.services.reading import printable

_LAST_ADDRESS, _LAST_PORT = 0xFFFFFFFF, 0xFFFF
_ANY = frozenset({"all", "any", "*"})
_NUMBERS = {"1": "icmp", "6": "tcp", "17": "udp"}
_ICMPV6 = frozenset({"58", "icmpv6", "ipv6-icmp"})


def addresses(
    config: Config, located: Located, option: str, interfaces: Listed[Interface]
) -> Fact[tuple[IPv4Network, ...] | None]:
    """Read `src_ip` or `dest_ip`: None without one, empty if it names IPv6 addresses alone.

    What stands without `!` is matched, less all that stands with it. The name of an interface stands for
    its subnets.
    """
    words = config.words(located, option)
    if not words:
        return Stated(None, (config.header(located),))
    spans = _lines(words)
    inside: list[tuple[int, int]] = []
    outside: list[tuple[int, int]] = []
    families: set[int] = set()
    for word, span in words:
        negated, text = _negation(word)
        match _networks(text, span, interfaces):
            case Unknown() as unknown:
                return unknown
            case known:
                families |= known.value[1]
                (outside if negated else inside).extend(known.value[0])
                spans += known.spans
    if 4 not in families:
        return Stated((), spans)
    positive = any(not word.startswith("!") for word, _ in words)
    left = _without(inside if positive else [(0, _LAST_ADDRESS)], outside)
    networks = tuple(
        network for low, high in left for network in summarize_address_range(IPv4Address(low), IPv4Address(high))
    )
    return Stated(networks, tuple(dict.fromkeys(spans)))


def _networks(text: str, span: Span, interfaces: Listed[Interface]) -> Fact[tuple[list[tuple[int, int]], set[int]]]:
    """The addresses behind one word as intervals, with the IP versions that it speaks of."""
    interface = next((i for i in interfaces if i.key == text), None)
    if interface is not None:
        match interface.addresses:
            case Unknown() as unknown:
                return Unknown(unknown.why, (span, *unknown.near), unknown.settle)
            case known:
                nets = [(int(a.network.network_address), int(a.network.broadcast_address)) for a in known.value]
                return Stated((nets, {4}), spans_of(known))
    try:
        return Stated(_literal(text), (span,))
    except ValueError as error:
        return Unknown(f"cannot read address '{printable(text)}': {error}", (span,), "look at the loaded ruleset")


def _literal(text: str) -> tuple[list[tuple[int, int]], set[int]]:
    if ":" in text:
        first, dash, last = text.partition("-")
        if dash:
            IPv6Address(first), IPv6Address(last)
        elif "/" not in text or text.partition("/")[2].isdecimal():
            IPv6Network(text, strict=False)
        return [], {6}
    first, dash, last = text.partition("-")
    if dash and "/" not in text:
        low, high = int(IPv4Address(first)), int(IPv4Address(last))
        if low > high:
            raise ValueError("the range runs backwards")
        return [(low, high)], {4}
    address, slash, mask = text.partition("/")
    if slash and "." in mask and not _contiguous(int(IPv4Address(mask))):
        raise ValueError("its mask has holes")
    if slash and not mask:
        raise ValueError("its mask is empty")
    network = IPv4Network(text, strict=False) if slash else IPv4Network(address)
    return [(int(network.network_address), int(network.broadcast_address))], {4}


def _contiguous(mask: int) -> bool:
    """Whether a mask is ones and then zeros; `ipaddress` would also take a Cisco wildcard."""
    rest = ~mask & _LAST_ADDRESS
    return rest & (rest + 1) == 0


def ports(config: Config, located: Located, option: str) -> Fact[tuple[PortRange, ...] | None]:
    """Read `dest_port`: numbers, ranges with `-` or `:`, lists, `!` for all others; None without one."""
    words = config.words(located, option)
    if not words:
        return Stated(None, (config.header(located),))
    inside: list[tuple[int, int]] = []
    outside: list[tuple[int, int]] = []
    for word, span in words:
        negated, text = _negation(word)
        try:
            found = port_range(text)
        except ValueError as error:
            return Unknown(
                f"cannot read {option} '{printable(word)}': {error}", (span,), settle="correct the option in its rule"
            )
        (outside if negated else inside).append((found.first, found.last))
    positive = any(not word.startswith("!") for word, _ in words)
    left = _without(inside if positive else [(0, _LAST_PORT)], outside)
    return Stated(tuple(PortRange(low, high) for low, high in left), _lines(words))


def port_range(text: str) -> PortRange:
    """Read `443`, `4000-4010` or `4000:4010`."""
    found = re.fullmatch(r"([0-9]{1,5})(?:[-:]([0-9]{1,5}))?", text)
    if found is None:
        raise ValueError("not a port or a range of ports")
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last <= _LAST_PORT:
        raise ValueError("not a range within 0-65535")
    return PortRange(first, last)


def protocols(config: Config, located: Located) -> Fact[frozenset[str] | None]:
    """Read `proto`: None is every protocol, empty is none of IPv4; without a line it is TCP and UDP."""
    words = config.words(located, "proto")
    if not words:
        return config.default("firewall.proto", _protocol_names, config.header(located))
    spans = _lines(words)
    for word, span in words:
        if word.startswith("!"):
            return Unknown(
                f"all protocols but '{printable(word[1:])}': not modelled",
                (span,),
                settle="name the protocols that the rule is about",
            )
    return Stated(_protocol_names(" ".join(word for word, _ in words)), spans)


def _protocol_names(text: str) -> frozenset[str] | None:
    names: set[str] = set()
    for word in text.lower().split():
        if word in _ANY:
            return None
        if word == "tcpudp":
            names |= {"tcp", "udp"}
        elif word not in _ICMPV6:
            names.add(_NUMBERS.get(word, word))
    return frozenset(names)


def _negation(word: str) -> tuple[bool, str]:
    return word.startswith("!"), word.removeprefix("!")


def _lines(words: tuple[tuple[str, Span], ...]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for _, span in words))


def _without(inside: Iterable[tuple[int, int]], outside: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Take closed intervals away from closed intervals."""
    left = list(inside)
    for low, high in outside:
        rest: list[tuple[int, int]] = []
        for first, last in left:
            if high < first or last < low:
                rest.append((first, last))
                continue
            if first < low:
                rest.append((first, low - 1))
            if high < last:
                rest.append((high + 1, last))
        left = rest
    return left
