"""What a rule looks at, as clauses: a box of packets, and the reason why it may not hold for all of them.

Three kinds of packets are followed, since a connection needs all of them: the first one, the later ones of the same
direction, and the replies. In replies the service's port is the source port.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from itertools import combinations

from auditor.services.netfilter.boxes import ADDRESSES, ALL, PORTS, Box, Universe, both, inverted, merged, without
from auditor.services.netfilter.links import Links

MOST = 256
"""A rule of more parts than these is not followed any more."""

_MOST_ADDRESSES = 2000
"""Of a list of more addresses only the networks are looked at."""

PROTOCOLS = {
    "ip": 0, "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "egp": 8, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47,
    "esp": 50, "ah": 51, "ipv6-icmp": 58, "ospf": 89, "ipip": 94, "comp": 108, "vrrp": 112, "l2tp": 115, "sctp": 132,
    "udplite": 136,
}  # fmt: skip
_BY_NUMBER = {str(number): name for name, number in PROTOCOLS.items()}
_ALIASES = {"icmpv6": "ipv6-icmp", "ipcomp": "comp"}
WITH_PORTS = frozenset({"tcp", "udp", "udplite", "sctp", "dccp"})
PORT_NAMES = {
    "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69, "http": 80,
    "pop3": 110, "sunrpc": 111, "ntp": 123, "imap2": 143, "imap": 143, "snmp": 161, "https": 443, "submission": 587,
    "ldap": 389, "microsoft-ds": 445, "isakmp": 500, "syslog": 514, "domain-s": 853, "imaps": 993, "pop3s": 995,
    "openvpn": 1194, "mysql": 3306, "ipsec-nat-t": 4500, "sip": 5060, "mdns": 5353, "postgresql": 5432,
    "http-alt": 8080, "netbios-ns": 137, "netbios-dgm": 138, "netbios-ssn": 139,
}  # fmt: skip
"""Source: Debian /etc/services (package netbase)."""

ARP = "arp"
_PACKETS = frozenset(PROTOCOLS) | {"other"}
_FRAMES = _PACKETS | {ARP}
_EPHEMERAL = (1024, 65535)
_USUAL = 32768
_BOOTPC, _BOOTPS = 68, 67


class View(Enum):
    """Which packets of a connection a filter is asked about."""

    FIRST = "first packets"
    ONWARD = "later packets"
    REPLY = "replies"


@dataclass(frozen=True, slots=True)
class Clause:
    """A box of packets; `doubt` says why the rule may not hold for all of them, '' if it does.

    `hosts`: the only doubt is whether the server's address is one that these names have; for these hosts it is.
    """

    box: Box = ALL
    doubt: str = ""
    hosts: frozenset[str] = frozenset()

    def within(self, box: Box, other: "Clause") -> "Clause":
        """What holds in a box where two conditions meet: of two doubts neither is the only one."""
        if self.doubt and other.doubt:
            return Clause(box, self.doubt)
        return Clause(box, self.doubt or other.doubt, self.hosts or other.hosts)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a chain stands: family, hook, the kind of packets asked about, and the names of this host.

    `bridged`: frames between ports of one bridge. `tracked` false: some packets are kept from connection tracking.
    `own` are the host's addresses, None if not all are known. `rewritten` are the packets that some rule sends to
    another address, None if that is not known; `redirected` are those that it sends to the host itself. `early`: the
    chain is asked before packets get their connection.
    """

    hook: str
    view: View
    links: Links
    bridged: bool = False
    tracked: bool = True
    early: bool = False
    own: tuple[tuple[int, int], ...] | None = None
    rewritten: tuple[Box, ...] | None = None
    redirected: tuple[Box, ...] = ()

    @property
    def universe(self) -> Universe:
        if self.bridged:
            return Universe(self.links.behind, _FRAMES)
        return Universe(self.links.routed, _PACKETS)

    @property
    def complete(self) -> bool:
        return self.links.behind_complete if self.bridged else self.links.routed_complete


NEVER: tuple[Clause, ...] = ()
ALWAYS: tuple[Clause, ...] = (Clause(),)


def doubted(why: str, box: Box = ALL) -> tuple[Clause, ...]:
    """A condition that may hold or not."""
    return (Clause(box, why),)


def narrowed(clauses: Iterable[Clause], more: Iterable[Clause]) -> tuple[Clause, ...]:
    """Both conditions at once."""
    again = tuple(more)
    if clauses == ALWAYS and len(again) <= MOST:
        return again
    if again == ALWAYS and isinstance(clauses, tuple) and len(clauses) <= MOST:
        return clauses
    found = []
    for clause in clauses:
        for other in again:
            box = both(clause.box, other.box)
            if box is not None:
                found.append(clause.within(box, other))
    return tuple(found) if len(found) <= MOST else doubted("a rule of too many parts")


def outside(clauses: Iterable[Clause], context: Context) -> tuple[Clause, ...]:
    """All packets for which a condition does not hold."""
    rest = [ALL]
    doubts: list[Clause] = []
    for clause in clauses:
        if clause.doubt:
            doubts.append(clause)
            continue
        rest = [part for box in rest for part in without(box, clause.box, context.universe)]
        if len(rest) > MOST:
            return doubted("a rule of too many parts")
    kept = [Clause(box) for box in rest]
    for clause in doubts:
        kept = [part for one in kept for part in _doubting(one, clause, context)]
        if len(kept) > MOST:
            return doubted("a rule of too many parts")
    return tuple(kept)


def _doubting(one: Clause, doubt: Clause, context: Context) -> Iterator[Clause]:
    """Cut out what a condition may hold for: the doubt is about that alone."""
    inside = both(one.box, doubt.box)
    if one.doubt or inside is None:
        yield one
    elif not context.complete and (doubt.box.entering is not None or doubt.box.leaving is not None):
        yield Clause(one.box, doubt.doubt)
    else:
        yield Clause(inside, doubt.doubt)
        yield from (Clause(part) for part in without(one.box, inside, context.universe))


# -- interfaces ------------------------------------------------------------------------------------------------


def interfaces(words: Iterable[str], negated: bool, *, leaving: bool, context: Context) -> tuple[Clause, ...]:
    """`eth0`, `eth*` (nft) or `eth+` (iptables, given as `eth*`), all of them, or all but them."""
    words = tuple(words)
    if (leaving and context.hook in ("input", "prerouting")) or (not leaving and context.hook == "output"):
        return ALWAYS if negated else NEVER
    if not leaving and context.hook == "postrouting":
        return doubted("the incoming interface is not known behind routing")
    if any(word.isdecimal() for word in words):
        return doubted("an interface is named by its number")
    names = context.universe.interfaces
    found = frozenset(name for name in names if any(_named(name, word) for word in words))
    found |= frozenset(word for word in words if not word.endswith("*"))
    if not context.complete and (negated or any(word.endswith("*") for word in words)):
        return doubted("which interfaces there are is not known")
    chosen = names - found if negated else found
    if not chosen:
        return NEVER
    return (Clause(Box(leaving=chosen) if leaving else Box(entering=chosen)),)


def _named(name: str, word: str) -> bool:
    return name == word or (word.endswith("*") and name.startswith(word[:-1]))


# -- addresses -------------------------------------------------------------------------------------------------


def address(text: str, end: str = "") -> tuple[int, int]:
    """An IPv4 address, a network, or an interval with both ends; `ValueError` if it is none."""
    try:
        if end and end != text:
            return int(IPv4Address(text)), int(IPv4Address(end))
        if "/" not in text:
            return (single := int(IPv4Address(text))), single
        network = IPv4Network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise ValueError("no IPv4 address") from None
    return int(network.network_address), int(network.broadcast_address)


def addresses(
    intervals: Iterable[tuple[int, int]], negated: bool, *, destination: bool, context: Context
) -> tuple[Clause, ...]:
    """Packets from or to addresses; in a bridge that means that they are IPv4."""
    wanted = merged(intervals)
    if len(wanted) > _MOST_ADDRESSES:
        return _roughly(wanted, negated, destination=destination, context=context)
    if negated:
        wanted = inverted(wanted, ADDRESSES)
    if not wanted:
        return NEVER
    box = Box(destinations=wanted) if destination else Box(sources=wanted)
    return narrowed((Clause(box),), ipv4(context))


def _roughly(
    wanted: tuple[tuple[int, int], ...], negated: bool, *, destination: bool, context: Context
) -> tuple[Clause, ...]:
    """A long list, as block lists are, by the /16 networks that hold any of its addresses: outside of them is sure."""
    held = merged((low & ~0xFFFF, high | 0xFFFF) for low, high in wanted)
    rest = inverted(held, ADDRESSES)
    maybe = Box(destinations=held) if destination else Box(sources=held)
    found = doubted(f"a list of {len(wanted)} addresses is only looked at roughly", maybe)
    if negated and rest:
        found += (Clause(Box(destinations=rest) if destination else Box(sources=rest)),)
    return narrowed(found, ipv4(context))


def ipv4(context: Context) -> tuple[Clause, ...]:
    """IPv4 packets: all, except that a bridge carries ARP too."""
    return (Clause(Box(protocols=context.universe.protocols - {ARP})),) if context.bridged else ALWAYS


def local(context: Context) -> tuple[Clause, ...]:
    """Packets to an address of this host."""
    if context.hook == "input":
        return ALWAYS if context.view is View.ONWARD else doubted("the type of an address")
    if context.hook in ("forward", "postrouting"):
        return NEVER
    if context.own is None or context.hook != "prerouting":
        return doubted("which addresses this host has is not known")
    return (Clause(Box(destinations=context.own)),)


def cast(words: Iterable[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    """`meta pkttype`: a broadcast goes to 255.255.255.255 (that of a subnet is in doubt), a multicast to 224/4."""
    if context.bridged:
        return doubted("the kind of a frame")
    everyone, group = (2**32 - 1, 2**32 - 1), address("224.0.0.0/4")
    kinds: dict[str, tuple[tuple[int, int], ...]] = {"broadcast": (everyone,), "multicast": (group,)}
    kinds["unicast"] = kinds["host"] = inverted(merged((everyone, group)), ADDRESSES)
    words = tuple(words)
    if any(word not in kinds for word in words):
        return doubted("the kind of a packet")
    wanted = merged(interval for word in words for interval in kinds[word])
    return addresses(wanted, negated, destination=True, context=context)


# -- protocols and ports ---------------------------------------------------------------------------------------


def protocol(word: str) -> str:
    """The name of a protocol, by name or number; `other` is what no rule asks about."""
    word = word.lower()
    word = _ALIASES.get(word, word)
    name = _BY_NUMBER.get(word, word)
    return name if name in PROTOCOLS else "other"


def protocols(words: Iterable[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    """IPv4 packets of some protocols."""
    words = tuple(words)
    found = frozenset(map(protocol, words))
    every = context.universe.protocols - {ARP}
    chosen = (every - found) | ({"other"} & every) if negated else found
    return (Clause(Box(protocols=chosen)),) if chosen else NEVER


def port(word: str) -> int:
    """A port by number or by one of the usual names; `ValueError` if it is none."""
    if word.isdecimal() and len(word) <= 5 and int(word) <= PORTS[0][1]:
        return int(word)
    if word in PORT_NAMES:
        return PORT_NAMES[word]
    raise ValueError("no port that is known")


def ports(
    of: frozenset[str], intervals: Iterable[tuple[int, int]], negated: bool, *, source: bool, context: Context
) -> tuple[Clause, ...]:
    """Packets of protocols with ports, by source or destination port."""
    wanted = merged(intervals)
    if negated:
        wanted = inverted(wanted, PORTS)
    if not wanted:
        return NEVER
    if source != (context.view is View.REPLY):
        return _client_port(of, wanted, context)
    return (Clause(Box(protocols=of, ports=wanted)),)


def _client_port(of: frozenset[str], wanted: tuple[tuple[int, int], ...], context: Context) -> tuple[Clause, ...]:
    """A client may take any port above 1023 and takes one above 32767, except that one of DHCP has 68.

    Source: RFC 6335, 6 (49152 to 65535); Linux, Documentation/networking/ip-sysctl.rst, ip_local_port_range (32768 to
    60999); RFC 2131, 4.1.
    """
    low, high = _EPHEMERAL
    if any(first <= low and high <= last for first, last in wanted):
        sure: tuple[Clause, ...] = (Clause(Box(protocols=of)),)
    elif wanted[-1][1] < _USUAL:
        sure = NEVER
    else:
        sure = doubted("the client's own port", Box(protocols=of))
    if "udp" not in of or context.view is not View.FIRST:
        return sure
    dhcp = Box(protocols=frozenset({"udp"}), ports=((_BOOTPS, _BOOTPS),))
    others = tuple(replace(c, box=part) for c in sure for part in without(c.box, dhcp, context.universe))
    return (Clause(dhcp), *others) if any(first <= _BOOTPC <= last for first, last in wanted) else others


def ping(types: Iterable[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    """ICMP types; what is asked about is the echo request, and its reply."""
    names = {"8": "echo-request", "0": "echo-reply", "ping": "echo-request", "pong": "echo-reply"}
    asked = "echo-reply" if context.view is View.REPLY else "echo-request"
    holds = asked in {names.get(word, word) for word in types}
    return (Clause(Box(protocols=frozenset({"icmp"}))),) if holds != negated else NEVER


# -- state -----------------------------------------------------------------------------------------------------

_STATES = frozenset({"new", "established", "related", "invalid", "untracked"})
_FIRST_FLAGS = ({"syn"},)
_REPLY_FLAGS = ({"syn", "ack"},)
_LATER_FLAGS = ({"ack"}, {"psh", "ack"}, {"fin", "ack"}, {"fin", "psh", "ack"}, {"rst"}, {"rst", "ack"})
_FLAGS = frozenset({"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"})


def states(words: Iterable[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    """`ct state`: the first packet of a connection is new, all others are established.

    Before connections are known every packet counts as invalid. Source: Linux, net/netfilter/nft_ct.c (NFT_CT_STATE)
    and xt_conntrack.c.
    """
    words = frozenset(word.lower() for word in words)
    if not context.tracked:
        return doubted("some packets are kept from connection tracking")
    if not words <= _STATES:
        return doubted("a state of connections that is not modelled")
    state = "invalid" if context.early else "new" if context.view is View.FIRST else "established"
    return ALWAYS if (state in words) != negated else NEVER


def direction(word: str, negated: bool, context: Context) -> tuple[Clause, ...]:
    """`ct direction original` or `reply`; neither, nor what is not one of them, before connections are known."""
    if context.early:
        return NEVER
    if word.lower() not in ("original", "reply") or not context.tracked:
        return doubted("the direction within a connection")
    return ALWAYS if ((word.lower() == "reply") == (context.view is View.REPLY)) != negated else NEVER


def translated(negated: bool, context: Context) -> tuple[Clause, ...]:
    """`ct status dnat`: packets that some rule sends to another address; no forward chain meets those for the host."""
    if context.early:
        return NEVER
    if context.rewritten is None:
        return doubted("which packets are sent to another address is not known")
    boxes = context.rewritten + (() if context.hook == "forward" else context.redirected)
    if context.view is View.REPLY:
        boxes = tuple(box.mirrored() for box in boxes)
    found = tuple(Clause(box, "the packet's address was changed") for box in boxes)
    return outside(found, context) if negated else found


def flags(holds: Callable[[frozenset[str]], bool], words: Iterable[str], context: Context) -> tuple[Clause, ...]:
    """TCP flags: decided if all packets that a sound connection has at this point agree."""
    tcp = Box(protocols=frozenset({"tcp"}))
    if not frozenset(words) <= _FLAGS:
        return doubted("TCP flags", tcp)
    usual = {View.FIRST: _FIRST_FLAGS, View.ONWARD: _LATER_FLAGS, View.REPLY: (*_REPLY_FLAGS, *_LATER_FLAGS)}
    sets = [frozenset(one) for one in usual[context.view]]
    congestion = [frozenset(some) for n in range(3) for some in combinations(("ecn", "cwr"), n)]
    answers = {holds(one | more) for one in sets for more in congestion}
    if len(answers) > 1:
        return doubted("TCP flags", tcp)
    return (Clause(tcp),) if answers == {True} else NEVER
