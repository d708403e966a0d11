"""Options of iptables and ebtables as clauses: what is matched exactly, and what may or may not match.

Source: iptables(8), iptables-extensions(8), ebtables(8).
"""

from collections.abc import Callable

from auditor.services.netfilter import conditions
from auditor.services.netfilter.boxes import Box
from auditor.services.netfilter.conditions import NEVER, WITH_PORTS, Clause, Context, doubted, narrowed, outside
from auditor.syntax.iptables_save import Option, Rule

_MODULES = frozenset(
    {"tcp", "udp", "icmp", "conntrack", "state", "multiport", "comment", "set", "iprange", "pkttype", "addrtype"}
    | {"physdev", "sctp", "udplite", "dccp", "ip", "arp"}
)
Answer = Callable[[Rule, Option, Context], tuple[Clause, ...]]


def clauses_of(rule: Rule, context: Context, targets: frozenset[str]) -> tuple[Clause, ...]:
    """The packets that a rule matches; `targets` are options that belong to what it does."""
    current: tuple[Clause, ...] = conditions.ALWAYS
    for option in rule.options:
        if option.name in targets or option.name in ("--comment", ""):
            more = conditions.ALWAYS if option.name or not option.values else doubted("a word that was not understood")
        elif option.name in ("-m", "--match"):
            known = bool(option.values) and option.values[0] in _MODULES
            more = conditions.ALWAYS if known else doubted(f"match {' '.join(option.values)[:20]}")
        else:
            answer = (_BRIDGED if context.bridged and option.name in _BRIDGED else _OPTIONS).get(option.name)
            more = doubted(option.name[:24]) if answer is None else answer(rule, option, context)
        current = narrowed(current, more)
        if not current:
            return NEVER
    return current


def _link(option: Option) -> list[str]:
    """`eth+` stands for all that begin with `eth`."""
    return [f"{word[:-1]}*" if word.endswith("+") else word for word in option.values]


def _in(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    return conditions.interfaces(_link(option), option.negated, leaving=False, context=context)


def _out(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    return conditions.interfaces(_link(option), option.negated, leaving=True, context=context)


def _address(destination: bool) -> Answer:
    def answer(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
        try:
            intervals = [conditions.address(word) for value in option.values for word in value.split(",")]
        except ValueError:
            return doubted("an address that was not understood")
        return conditions.addresses(intervals, option.negated, destination=destination, context=context)

    return answer


def _interval(destination: bool) -> Answer:
    def answer(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
        low, dash, high = "".join(option.values[:1]).partition("-")
        try:
            interval = conditions.address(low, high if dash else low)
        except ValueError:
            return doubted("addresses that were not understood")
        return conditions.addresses([interval], option.negated, destination=destination, context=context)

    return answer


def _protocol(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    if option.values[:1] in (("all",), ("0",)):
        return NEVER if option.negated else conditions.ALWAYS
    return conditions.protocols(option.values[:1], option.negated, context)


def _ports_of(rule: Rule) -> frozenset[str]:
    named = conditions.protocol(rule.value("-p", "--protocol", "--ip-proto", "--ip-protocol"))
    return frozenset({named}) if named in WITH_PORTS else WITH_PORTS


def _ports(source: bool) -> Answer:
    def answer(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
        of = _ports_of(rule)
        intervals = []
        try:
            for word in "".join(option.values[:1]).split(","):
                low, colon, high = word.partition(":")
                first = conditions.port(low) if low else 0
                last = (conditions.port(high) if high else 65535) if colon else first
                intervals.append((first, last))
        except ValueError:
            return doubted("a port that was not understood", Box(protocols=of))
        return conditions.ports(of, intervals, option.negated, source=source, context=context)

    return answer


def _states(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    words = frozenset(word for value in option.values for word in value.lower().split(","))
    if words & {"dnat", "snat"}:
        plain = conditions.states(words - {"dnat", "snat"}, False, context) if words - {"dnat", "snat"} else NEVER
        found = plain + (conditions.translated(False, context) if "dnat" in words else doubted("a changed source"))
        return outside(found, context) if option.negated else found
    return conditions.states(words, option.negated, context)


def _direction(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    return conditions.direction("".join(option.values[:1]), option.negated, context)


def _ping(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    word = "".join(option.values[:1]).partition("/")[0]
    words = ("echo-request", "echo-reply") if word in ("any", "255") else (word,)
    return conditions.ping(words, option.negated, context)


def _flags(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    every = {"fin", "syn", "rst", "psh", "ack", "urg"}
    if option.name == "--syn":
        mask, wanted = {"fin", "syn", "rst", "ack"}, {"syn"}
    elif len(option.values) >= 2:
        mask, wanted = (
            every if word == "ALL" else set() if word == "NONE" else set(word.lower().split(","))
            for word in option.values[:2]
        )
    else:
        return doubted("TCP flags")
    return conditions.flags(lambda flags: (flags & mask == wanted) != option.negated, mask | wanted, context)


def _cast(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    return conditions.cast(option.values[:1], option.negated, context)


def _local(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    if option.values[:1] != ("LOCAL",):
        return doubted("the type of an address")
    found = conditions.local(context)
    return outside(found, context) if option.negated else found


def _frames(rule: Rule, option: Option, context: Context) -> tuple[Clause, ...]:
    """`-p` of ebtables: the protocol that a frame carries."""
    word = "".join(option.values[:1]).lower()
    if word in ("ipv4", "0800", "0x0800", "0x800"):
        found: tuple[Clause, ...] = conditions.ipv4(context)
    elif word in ("arp", "0806", "0x0806", "0x806"):
        found = (Clause(Box(protocols=frozenset({conditions.ARP}))),)
    elif word in ("ipv6", "86dd", "0x86dd"):
        found = NEVER
    else:
        return doubted("the protocol of a frame")
    return outside(found, context) if option.negated else found


_OPTIONS: dict[str, Answer] = {
    "-i": _in, "--in-interface": _in, "-o": _out, "--out-interface": _out,
    "-s": _address(False), "--source": _address(False), "-d": _address(True), "--destination": _address(True),
    "--src-range": _interval(False), "--dst-range": _interval(True),
    "-p": _protocol, "--protocol": _protocol,
    "--dport": _ports(False), "--destination-port": _ports(False), "--dports": _ports(False),
    "--sport": _ports(True), "--source-port": _ports(True), "--sports": _ports(True),
    "--ctstate": _states, "--state": _states, "--ctdir": _direction, "--icmp-type": _ping,
    "--tcp-flags": _flags, "--syn": _flags, "--pkt-type": _cast, "--dst-type": _local,
}  # fmt: skip
_BRIDGED: dict[str, Answer] = {
    "-p": _frames, "--protocol": _frames, "-s": lambda *_: doubted("a MAC address"),
    "-d": lambda *_: doubted("a MAC address"),
    "--logical-in": _in, "--logical-out": _out, "--ip-src": _address(False), "--ip-source": _address(False),
    "--ip-dst": _address(True), "--ip-destination": _address(True), "--ip-proto": _protocol,
    "--ip-protocol": _protocol, "--ip-dport": _ports(False), "--ip-destination-port": _ports(False),
    "--ip-sport": _ports(True), "--ip-source-port": _ports(True),
}  # fmt: skip
