"""Statements of nftables as clauses: what is matched exactly, and what may or may not match."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from auditor.services.netfilter import conditions
from auditor.services.netfilter.boxes import PORTS, Box, inverted, merged, without
from auditor.services.netfilter.conditions import ALWAYS, NEVER, Clause, Context, doubted, narrowed, outside
from auditor.syntax.nft_tree import BITS, Element, Match, Named, Selector, Set, Table, Values

_BIGGEST_CONCATENATION = 200
_ETHER = {"ip": "ip", "0x0800": "ip", "ipv4": "ip", "2048": "ip", "ip6": "ip6", "ipv6": "ip6", "arp": "arp"}
_TCP_BITS = {"0x1": "fin", "0x2": "syn", "0x4": "rst", "0x8": "psh", "0x10": "ack", "0x20": "urg"}


def members(right: Values | Named, table: Table) -> tuple[Element, ...] | str:
    """The members of what is compared with, or why they are not known."""
    if isinstance(right, Values):
        return right.elements
    found = table.sets.get(right.name)
    reason = unclear(found, right.name)
    return reason if reason or found is None else tuple(found.elements)


def unclear(found: Set | None, name: str) -> str:
    """Why the members of a set are not known, '' if they are."""
    if found is None:
        return f"set {name} is not in what was captured"
    if found.changing:
        return f"the members of set {name} come and go at run time"
    return f"set {name} has members that were not understood" if found.unclear else ""


def matching(statement: Match, table: Table, context: Context) -> tuple[Clause, ...]:
    """Return the packets that a condition holds for."""
    known = members(statement.right, table)
    if isinstance(known, str):
        return _implied(statement.selector, context, known)
    if statement.selector.keys[0] in BITS and len(statement.selector.keys) == 1 and statement.op in ("==", "!="):
        one_value = isinstance(statement.right, Values) and not statement.right.braces
        return _bits(statement, known, context, one_value=one_value)
    return elements(statement.selector, statement.op, known, context)


def _bits(statement: Match, known: tuple[Element, ...], context: Context, *, one_value: bool) -> tuple[Clause, ...]:
    """Bits that are compared as a whole: with one value that has all of those written, or with each member of a set.

    A connection has one state, so no packet's is `established,related` and each packet's is not. Seen with nft 1.0.6,
    which loads `ct state != established,related` as one comparison with the number 6.
    """
    key, negated = statement.selector.keys[0], statement.op == "!="
    if key == "ct status":
        return doubted("all bits of a connection's status")
    if one_value and key == "ct state" and len(known) > 1:
        return ALWAYS if negated else NEVER
    if one_value or key == "ct state" or len(known) == 1:
        return elements(statement.selector, statement.op, known, context)
    found = tuple(clause for one in known for clause in elements(statement.selector, "==", (one,), context))
    return narrowed(outside(found, context), _applicable(statement.selector, context)) if negated else found


def elements(selector: Selector, op: str, known: tuple[Element, ...], context: Context) -> tuple[Clause, ...]:
    """The packets whose value is, or is not, one of some."""
    if len(selector.keys) == 1:
        if any(len(element) != 1 for element in known):
            return _implied(selector, context, "a value that was not understood")
        return _single(selector, op, [element[0] for element in known], context)
    if selector.mask is not None or op not in ("==", "!=") or len(known) > _BIGGEST_CONCATENATION:
        return _implied(selector, context, "values that belong together")
    found: list[Clause] = []
    for element in known:
        if len(element) != len(selector.keys):
            return _implied(selector, context, "a value that was not understood")
        clauses: tuple[Clause, ...] = ALWAYS
        for key, scalar in zip(selector.keys, element, strict=True):
            clauses = narrowed(clauses, _single(Selector((key,)), "==", [scalar], context))
        found += clauses
    if op == "!=":
        return narrowed(outside(found, context), _applicable(selector, context))
    return tuple(found)


def _applicable(selector: Selector, context: Context) -> tuple[Clause, ...]:
    """Packets that have all of these values at all: only TCP has a TCP port."""
    clauses: tuple[Clause, ...] = ALWAYS
    for key in selector.keys:
        header, _, name = key.partition(" ")
        if name in ("sport", "dport"):
            of = conditions.WITH_PORTS if header == "th" else frozenset({header})
            clauses = narrowed(clauses, conditions.protocols(of, False, context))
        elif key == "tcp flags":
            clauses = narrowed(clauses, conditions.protocols(("tcp",), False, context))
        elif header == "ip":
            clauses = narrowed(clauses, conditions.ipv4(context))
        elif header in ("ip6", "icmpv6"):
            return NEVER
    return clauses


def _implied(selector: Selector, context: Context, why: str) -> tuple[Clause, ...]:
    """A condition that is not known still says what kind of packets it is about."""
    return tuple(Clause(clause.box, clause.doubt or why) for clause in _applicable(selector, context))


def _single(selector: Selector, op: str, scalars: list[tuple[str, str]], context: Context) -> tuple[Clause, ...]:
    key = selector.keys[0]
    header, _, name = key.partition(" ")
    words = [low for low, _ in scalars]
    negated = op == "!="
    if key == "tcp flags":
        return _flags(selector.mask, op, words, context)
    if selector.mask is not None:
        return _implied(selector, context, f"bits of {key}")
    if name in ("sport", "dport") and header in (*conditions.WITH_PORTS, "th"):
        return _ports(header, name, op, scalars, context)
    if op not in ("==", "!=", "in"):
        return _implied(selector, context, key)
    if key in ("ip saddr", "ip daddr"):
        return _addresses(selector, scalars, negated, context)
    simple = _SIMPLE.get(key)
    if simple is not None:
        return simple(words, negated, context)
    if header in ("ip6", "icmpv6", "mh", "hbh", "dst"):
        return NEVER
    if header == "arp":
        return doubted(key, Box(protocols=frozenset({"arp"}))) if context.bridged else NEVER
    return doubted(key)


@lru_cache(maxsize=256)
def _numbers(scalars: tuple[tuple[str, str], ...]) -> tuple[tuple[int, int], ...]:
    """Addresses as intervals; a set may have many members, and is asked about for each kind of packets."""
    return merged(conditions.address(*scalar) for scalar in scalars)


def _addresses(
    selector: Selector, scalars: list[tuple[str, str]], negated: bool, context: Context
) -> tuple[Clause, ...]:
    try:
        intervals = _numbers(tuple(scalars))
    except ValueError:
        return _implied(selector, context, "an address that was not understood")
    return conditions.addresses(intervals, negated, destination=selector.keys[0] == "ip daddr", context=context)


def _ports(header: str, name: str, op: str, scalars: list[tuple[str, str]], context: Context) -> tuple[Clause, ...]:
    of = conditions.WITH_PORTS if header == "th" else frozenset({header})
    try:
        intervals = merged((conditions.port(low), conditions.port(high)) for low, high in scalars)
    except ValueError:
        return doubted("a port that was not understood", Box(protocols=of))
    if op in ("<", "<=", ">", ">="):
        if len(intervals) != 1:
            return doubted("a port that was not understood", Box(protocols=of))
        edge = intervals[0][0]
        chosen = {"<": (0, edge - 1), "<=": (0, edge), ">": (edge + 1, PORTS[0][1]), ">=": (edge, PORTS[0][1])}[op]
        intervals = merged((chosen,)) if chosen[0] <= chosen[1] else ()
    elif op == "!=":
        intervals = inverted(intervals, PORTS)
    if not intervals:
        return NEVER
    clauses = conditions.ports(of, intervals, False, source=name == "sport", context=context)
    if header == "th":
        # Without a protocol before it, the bytes of any other protocol are looked at as well.
        rest = without(Box(), Box(protocols=of), context.universe)
        clauses += tuple(Clause(box, "the bytes of a protocol without ports") for box in rest)
    return clauses


def _flags(mask: tuple[str, ...] | None, op: str, words: Iterable[str], context: Context) -> tuple[Clause, ...]:
    wanted = frozenset(_TCP_BITS.get(word, word) for word in words) - {"0x0", "0"}
    seen = None if mask is None else frozenset(_TCP_BITS.get(word, word) for word in mask)

    def holds(flags: frozenset[str]) -> bool:
        looked = flags if seen is None else flags & seen
        if op == "in":
            return bool(looked & wanted)
        return (looked == wanted) != (op == "!=")

    return conditions.flags(holds, wanted | (seen or frozenset()), context)


def _states(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.states(words, negated, context)


def _direction(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.direction(words[0] if len(words) == 1 else "", negated, context)


def _status(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.translated(negated, context) if words == ["dnat"] else doubted("the status of a connection")


def _ping(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.ping(words, negated, context)


def _family(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    """`meta nfproto`, `meta protocol`, `ether type`."""
    kinds = {_ETHER.get(word.lower(), "") for word in words}
    if "" in kinds and not kinds & {"ip", "arp"} and not negated:
        # Other protocols, and tagged frames, of which the packets that are asked about may be part in a bridge.
        return doubted("the protocol of a frame") if context.bridged else NEVER
    clauses: tuple[Clause, ...] = ()
    if "ip" in kinds:
        clauses += conditions.ipv4(context)
    if "arp" in kinds and context.bridged:
        clauses += (Clause(Box(protocols=frozenset({"arp"}))),)
    return outside(clauses, context) if negated else clauses


def _in(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.interfaces(words, negated, leaving=False, context=context)


def _out(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.interfaces(words, negated, leaving=True, context=context)


def _l4(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.protocols(words, negated, context)


def _local(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    if words != ["local"]:
        return doubted("the type of an address")
    found = conditions.local(context)
    return outside(found, context) if negated else found


def _cast(words: list[str], negated: bool, context: Context) -> tuple[Clause, ...]:
    return conditions.cast(words, negated, context)


_SIMPLE: dict[str, Callable[[list[str], bool, Context], tuple[Clause, ...]]] = {
    "meta iifname": _in,
    "meta iif": _in,
    "meta ibrname": _in,
    "meta oifname": _out,
    "meta oif": _out,
    "meta obrname": _out,
    "meta l4proto": _l4,
    "ip protocol": _l4,
    "meta nfproto": _family,
    "meta protocol": _family,
    "ether type": _family,
    "ct state": _states,
    "ct direction": _direction,
    "ct status": _status,
    "icmp type": _ping,
    "fib daddr type": _local,
    "meta pkttype": _cast,
}
