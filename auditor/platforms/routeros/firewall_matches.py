"""Matchers of `/ip firewall` rules as clauses: what is matched exactly, and what may or may not match.

Source: MikroTik's manual, "Filter", "NAT", "Mangle" and the command reference of /ip/firewall/filter. A `!` before a
list negates all of it; only `tcp-flags` and `hotspot` negate single words.
"""

from auditor.platforms.routeros.firewall_ends import ENDS, Answer, negatable
from auditor.platforms.routeros.firewall_scene import Scene
from auditor.platforms.routeros.items import Item
from auditor.services.netfilter import conditions
from auditor.services.netfilter.boxes import ALL, PORTS, Box
from auditor.services.netfilter.conditions import (
    ALWAYS,
    NEVER,
    WITH_PORTS,
    Clause,
    Context,
    doubted,
    narrowed,
    outside,
)
from auditor.services.reading import printable

OPTIONS = frozenset(
    {"action", "address-list", "address-list-timeout", "chain", "comment", "disabled", "hw-offload", "jump-target"}
    | {"log", "log-prefix", "new-connection-mark", "new-dscp", "new-mss", "new-packet-mark", "new-priority"}
    | {"new-routing-mark", "new-ttl", "passthrough", "randomise-ports", "randomize-ports", "reject-with", "route-dst"}
    | {"same-not-by-dst", "sniff-id", "sniff-target", "sniff-target-port", "socks5-port", "socks5-server"}
    | {"socksify-service", "to-addresses", "to-ports"}
)
"""What a rule says besides its matchers."""

_ALIASES = {
    "ip-encap": "ipencap", "ipsec-esp": "esp", "ipsec-ah": "ah", "ipv6-encap": "ipv6", "udp-lite": "udplite",
    "icmpv6": "ipv6-icmp",
}  # fmt: skip
_TCP = Box(protocols=frozenset({"tcp"}))


def clauses_of(item: Item, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """The packets that a rule matches."""
    if item.damaged:
        return doubted("the rule cannot be read")
    return matched(item, context, scene, MATCHERS, OPTIONS)


def matched(
    item: Item, context: Context, scene: Scene, matchers: dict[str, Answer], options: frozenset[str]
) -> tuple[Clause, ...]:
    """All conditions of a rule at once; what no table knows may or may not hold."""
    current: tuple[Clause, ...] = ALWAYS
    for name in (*item.found_by, *item.properties):
        text = item.text(name)
        if name in options or text is None:
            continue
        answer = matchers.get(name)
        current = narrowed(current, doubted(printable(name)) if answer is None else answer(item, text, context, scene))
        if not current:
            return NEVER
    return current


def maybe(why: str, box: Box = ALL) -> Answer:
    """A matcher that is not followed: it may match packets of the box, and negated it may match all."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        return doubted(why, ALL if text.startswith("!") else box)

    return answer


# -- protocols and ports ---------------------------------------------------------------------------------------


def _protocol(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    negated, word = negatable(text)
    return conditions.protocols([_ALIASES.get(word, word)], negated, context)


def ports(source: bool, protocol: str = "protocol") -> Answer:
    """Source or destination ports of the protocol that the matcher called `protocol` names."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        of = _ports_of(item, protocol)
        try:
            negated, intervals = _port_list(text)
        except ValueError:
            return doubted("a port that was not understood", Box(protocols=of))
        return conditions.ports(of, intervals, negated, source=source, context=context)

    return answer


def _ports_of(item: Item, protocol: str) -> frozenset[str]:
    """The protocols whose ports a rule can look at."""
    word = item.text(protocol) or ""
    named = conditions.protocol(_ALIASES.get(word, word)) if word else ""
    return frozenset({named}) if named in WITH_PORTS else WITH_PORTS


def _port_list(text: str) -> tuple[bool, list[tuple[int, int]]]:
    """`80`, `80,443,1000-2000`, `!53`; `ValueError` if it is none."""
    negated, words = negatable(text)
    intervals = []
    for word in words.split(","):
        low, dash, high = word.partition("-")
        first = _number(low, PORTS[0][1])
        intervals.append((first, _number(high, PORTS[0][1]) if dash else first))
    return negated, intervals


def _number(word: str, most: int) -> int:
    if not (word.isascii() and word.isdecimal()) or len(word) > 5 or int(word) > most:
        raise ValueError("no number")
    return int(word)


def _any_port(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`port`: the source port, or the destination port."""
    of = _ports_of(item, "protocol")
    try:
        negated, intervals = _port_list(text)
    except ValueError:
        return doubted("a port that was not understood", Box(protocols=of))
    found = tuple(
        clause
        for source in (False, True)
        for clause in conditions.ports(of, intervals, False, source=source, context=context)
    )
    return narrowed(outside(found, context), (Clause(Box(protocols=of)),)) if negated else found


def _icmp(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`8:0-255`: type and codes; an echo and its answer have code 0."""
    negated, word = negatable(text)
    kind, _, codes = word.partition(":")
    low, _, _ = codes.partition("-")
    try:
        types = [str(_number(kind, 255))] if not low or _number(low, 255) == 0 else []
    except ValueError:
        return doubted("an ICMP type that was not understood", Box(protocols=frozenset({"icmp"})))
    return conditions.ping(types, negated, context)


def _flags(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`syn,!ack`: these are set, and those are not; a `!` of its own in front negates it all."""
    words = text.split(",")
    negated = words[:1] == ["!"]
    words = [word.replace("ece", "ecn") for word in words if word not in ("!", "")]
    wanted = {word for word in words if not word.startswith("!")}
    unwanted = {word[1:] for word in words if word.startswith("!")}
    return conditions.flags(
        lambda flags: (wanted <= flags and not unwanted & flags) != negated, wanted | unwanted, context
    )


def _fragment(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """With connections tracked, packets are whole when a filter sees them; before that, those of TCP are."""
    if text not in ("yes", "no"):
        return doubted("fragments")
    whole = ALWAYS if text == "no" else NEVER
    if context.tracked and not item.menu.endswith(" raw"):
        return whole
    others = Box(protocols=context.universe.protocols - {"tcp"})
    return (*((Clause(_TCP),) if whole else ()), Clause(others, "fragments"))


def _options(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """Packets of readers and points of sale have no IPv4 options."""
    return ALWAYS if text == "none" or text.startswith("no-") else NEVER


# -- connections and marks -------------------------------------------------------------------------------------


def _states(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    negated, words = negatable(text)
    return conditions.states(words.split(","), negated, context)


def _nat_state(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    negated, words = negatable(text)
    kinds = frozenset(words.split(","))
    if not kinds <= {"dstnat", "srcnat"} or not context.tracked:
        return doubted("how the addresses of a connection were changed")
    if "srcnat" in kinds:
        return doubted("a changed source address")
    return conditions.translated(negated, context)


def _mark(kind: str) -> Answer:
    """A mark that no rule sets is on no packet."""

    def answer(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
        negated, word = negatable(text)
        names = scene.marks[kind]
        if names is None or (word in names) or (word == "no-mark" and names) or word == "main":
            return doubted(f"a {kind} mark")
        return ALWAYS if (word == "no-mark") != negated else NEVER

    return answer


def _hotspot(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """Without a HotSpot nobody is its client."""
    if scene.hotspot:
        return doubted("what the HotSpot knows of a client")
    return ALWAYS if all(word.startswith("!") for word in text.split(",")) else NEVER


def _ipsec(item: Item, text: str, context: Context, scene: Scene) -> tuple[Clause, ...]:
    """`in,none`: not out of a tunnel; `out,ipsec`: into one."""
    way, _, policy = text.partition(",")
    if way not in ("in", "out") or policy not in ("none", "ipsec"):
        return doubted("an IPsec policy")
    found = scene.ipsec[way]
    return outside(found, context) if policy == "none" else found


MATCHERS: dict[str, Answer] = {
    **ENDS,
    "protocol": _protocol, "src-port": ports(True), "dst-port": ports(False), "port": _any_port,
    "icmp-options": _icmp, "tcp-flags": _flags, "fragment": _fragment, "ipv4-options": _options,
    "connection-state": _states, "connection-nat-state": _nat_state, "ipsec-policy": _ipsec, "hotspot": _hotspot,
    "packet-mark": _mark("packet"), "connection-mark": _mark("connection"), "routing-mark": _mark("routing"),
    "src-mac-address": maybe("a MAC address"), "layer7-protocol": maybe("what a connection carries"),
    "content": maybe("what a packet carries"), "tls-host": maybe("the name that a client asks for by TLS", _TCP),
    "limit": maybe("a rate"), "dst-limit": maybe("a rate"), "time": maybe("the time of day"),
    "random": maybe("chance"), "nth": maybe("each nth packet"), "psd": maybe("a scan of ports"),
    "per-connection-classifier": maybe("a share of the connections"), "ttl": maybe("the time to live"),
    "dscp": maybe("a class of service"), "tos": maybe("a class of service"), "priority": maybe("a priority"),
    "ingress-priority": maybe("a priority"), "packet-size": maybe("the size of a packet"),
    "tcp-mss": maybe("the segment size of TCP", _TCP), "realm": maybe("a realm"), "routing-table": maybe("a table"),
    "connection-limit": maybe("how many connections there are"), "p2p": maybe("file sharing"),
    "connection-bytes": maybe("how much a connection carried"), "connection-rate": maybe("a rate of a connection"),
    "connection-type": maybe("a helper of connections"),
}  # fmt: skip
