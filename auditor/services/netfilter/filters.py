"""Base chains as filters of the model. A chain counts for every kind of packet that a connection needs.

A filter of the model speaks of first packets and says that replies pass. Where a chain does not let later packets or
replies pass, rules in front of the others say so, about the connections that would need them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

from auditor.model import Action, Fact, Filter, FilterRule, Listed, PortRange, Span, Stated, Unknown, spans_of
from auditor.services.netfilter.boxes import Box, Numbers, both, without
from auditor.services.netfilter.conditions import ARP, Clause, Context, View
from auditor.services.netfilter.links import Links
from auditor.services.netfilter.program import Entry, Flat, Lost, Nat, Source, Step, flatten, lost

_MOST_PARTS = 256
_ASK = "look at the counters of the rule while a POS connects"


@dataclass(frozen=True, slots=True)
class Base:
    """A chain that the kernel calls at a hook. `build` gives the steps of all chains of its table.

    `type` is `filter`, `nat` or `route`; `family` is nft's. `priority` orders the chains of one hook. `holes` are
    statements of the table that were not understood and may belong to it.
    """

    key: str
    chain: str
    family: str
    type: str
    hook: str
    priority: int
    policy: Fact[Action]
    spans: tuple[Span, ...]
    build: Callable[[Context], Mapping[str, tuple[Step, ...]]]
    holes: tuple[Unknown, ...] = ()


def flat_of(base: Base, context: Context) -> Flat:
    """The chain without jumps, for one kind of packets."""
    return flatten(base.build(context), base.chain, context.universe)


def policy_of(base: Base) -> Action:
    """What becomes of the rest; an unknown policy counts as one that stops."""
    return Action.DROP if isinstance(base.policy, Unknown) else base.policy.value


def filter_of(device: str, base: Base, context: Context, views: tuple[View, ...]) -> Filter:
    """Make one filter; `views` are the kinds of packets besides the first that must pass this chain."""
    flat = flat_of(base, replace(context, view=View.FIRST))
    holes = base.holes + ((Unknown(f"{base.key}: {flat.trouble}", base.spans, _ASK),) if flat.trouble else ())
    front = tuple(_front(base, context, flat, views)) if not holes else ()
    rules = _unique([*front, *(rule_of(entry, base.chain) for entry in flat.entries)])
    return Filter(device, base.key, Listed(tuple(rules), holes), base.policy)


def step_before(base: Base, context: Context, views: tuple[View, ...], key: str) -> Source | None:
    """The rule of the base chain itself that leads to a rule of the filter; None if no rule of it does.

    Rules in front, about later packets and replies, come from no single rule.
    """
    filter_ = filter_of("", base, context, views)
    flat = flat_of(base, replace(context, view=View.FIRST))
    front = len(filter_.rules) - len(flat.entries)
    index = next((n for n, rule in enumerate(filter_.rules) if rule.key == key), -1)
    if index < front:
        return None
    entry = flat.entries[index - front]
    return entry.via[0] if entry.via else entry.source


def open_filter(device: str, key: str, spans: tuple[Span, ...]) -> Filter:
    """Nothing stands in the way: no base chain is at this hook."""
    return Filter(device, key, Listed(), Stated(Action.ACCEPT, spans))


def stops(base: Base, context: Context) -> bool:
    """Whether anything may be lost in a chain, as a first packet or a later one."""
    for view in View:
        flat = flat_of(base, replace(context, view=view))
        if flat.trouble or base.holes or lost(flat.entries, policy_of(base), context.universe) != ():
            return True
    return False


def _front(base: Base, context: Context, first: Flat, views: tuple[View, ...]) -> Iterator[FilterRule]:
    """Connections of which a later packet or a reply is lost although the first packet passes."""
    gone = lost(first.entries, policy_of(base), context.universe)
    stopped = [one.clause.box for one in gone or () if not one.clause.doubt]
    for view in views:
        flat = flat_of(base, replace(context, view=view))
        found = None if flat.trouble else lost(flat.entries, policy_of(base), context.universe)
        if found is None:
            why = f"whether {view.value} pass {base.key} is not known: it splits packets into too many parts"
            yield _rule(f"{view.value}", base.key, Clause(doubt=why), Stated(Action.DROP, base.spans), base.spans)
            continue
        for one in found:
            yield from _losing(base, view, one, stopped, context)


def _losing(base: Base, view: View, one: Lost, stopped: list[Box], context: Context) -> Iterator[FilterRule]:
    parts = [one.clause.box.mirrored() if view is View.REPLY else one.clause.box]
    for box in stopped:
        parts = [rest for part in parts for rest in without(part, box, context.universe)]
        if len(parts) > _MOST_PARTS:
            break
    name = one.source.name if one.source is not None else f"policy of {base.key}"
    spans = one.source.spans if one.source is not None else spans_of(base.policy)
    for part, why in _needed(view, parts, one.clause.doubt, context):
        doubt = why and f"{view.value} may not pass: {why}"
        yield _rule(f"{view.value}: {name}", name, Clause(part, doubt), Stated(Action.DROP, spans), spans)


def _needed(view: View, parts: list[Box], doubt: str, context: Context) -> Iterator[tuple[Box, str]]:
    """Parts with their doubt: a question and one reply, as over UDP, need no later packets; TCP always does."""
    tcp = Box(protocols=frozenset({"tcp"}))
    for part in parts:
        if view is not View.ONWARD or doubt:
            yield part, doubt
            continue
        inside = both(part, tcp)
        if inside is not None:
            yield inside, ""
        for other in without(part, tcp, context.universe):
            yield other, "a question and one reply would do without"


def rule_of(entry: Entry, chain: str) -> FilterRule:
    """One part of a flat chain as a rule of the model."""
    source = entry.source
    spans = tuple(dict.fromkeys((*source.spans, *(span for one in entry.via for span in one.spans))))
    does: Fact[Action]
    match entry.does:
        case Action() as action:
            does = Stated(action, spans)
        case Nat():
            does = Stated(Action.ACCEPT, spans)
        case _:
            does = Unknown(f"what '{source.name}' does with a packet is not known", spans, _ASK)
    return _rule(label(source, chain), source.name, entry.clause, does, spans)


def label(source: Source, chain: str) -> str:
    """The key of a rule in the filter of a base chain: that of another chain carries its chain's name."""
    return source.key if source.chain == chain else f"{source.chain}: {source.key}"


def _rule(key: str, name: str, clause: Clause, action: Fact[Action], spans: tuple[Span, ...]) -> FilterRule:
    box = clause.box
    narrow: Fact[bool] = Stated(False, spans)
    if clause.doubt:
        narrow = Unknown(f"'{name}' may or may not match: {clause.doubt}", spans, _ASK)
    return FilterRule(
        key=key,
        name=name,
        entering=Stated(box.entering, spans),
        leaving=Stated(box.leaving, spans),
        sources=Stated(networks(box.sources), spans),
        destinations=Stated(networks(box.destinations), spans),
        protocols=Stated(box.protocols, spans),
        destination_ports=Stated(
            None if box.ports is None else tuple(PortRange(low, high) for low, high in box.ports), spans
        ),
        narrow=narrow,
        action=action,
    )


def networks(intervals: Numbers) -> tuple[IPv4Network, ...] | None:
    """Intervals of addresses as networks."""
    if intervals is None:
        return None
    return tuple(
        network for low, high in intervals for network in summarize_address_range(IPv4Address(low), IPv4Address(high))
    )


def _unique(rules: Iterable[FilterRule]) -> Iterator[FilterRule]:
    """Number what has the same key: one rule of which several parts are left, or that two jumps lead to."""
    seen: dict[str, int] = {}
    for rule in rules:
        seen[rule.key] = seen.get(rule.key, 0) + 1
        yield rule if seen[rule.key] == 1 else replace(rule, key=f"{rule.key} ({seen[rule.key]})")


def bridged(filter_: Filter, links: Links, spans: tuple[Span, ...]) -> Filter:
    """The same filter for frames within a bridge, where it sees IPv4 but no ARP, and bridges instead of their ports.

    Source: Linux, net/bridge/br_netfilter_hooks.c (physical ports are known to `physdev` alone).
    """
    arp = _rule(ARP, "ARP frames", Clause(Box(protocols=frozenset({ARP}))), Stated(Action.ACCEPT, spans), spans)
    rules = [arp]
    for rule in filter_.rules:
        entering, leaving = _no_ports(rule.entering, links), _no_ports(rule.leaving, links)
        if entering is not None and leaving is not None:
            rules.append(replace(rule, entering=entering, leaving=leaving))
    return replace(filter_, key=f"{filter_.key} (bridged)", rules=Listed(tuple(_unique(rules)), filter_.rules.holes))


def _no_ports(names: Fact[frozenset[str] | None], links: Links) -> Fact[frozenset[str] | None] | None:
    """Without the ports of bridges; None if nothing is left."""
    if isinstance(names, Unknown) or names.value is None:
        return names
    kept = names.value - links.ports
    return replace(names, value=kept) if kept else None
