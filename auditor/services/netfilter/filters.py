"""Base chains as filters of the model. A chain counts for every kind of packet that a connection needs.

A filter of the model speaks of first packets and says that replies pass. Where a chain may lose later packets or
replies, it gives one more filter for each of these kinds, about the connections that would need them: its rules are
those of the chain as these packets meet them. Their keys are those of the rules, whatever else the chain holds.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

from auditor.model import Action, Fact, Filter, FilterRule, Listed, PortRange, Span, Stated, Unknown, spans_of
from auditor.services.netfilter.boxes import Box, Numbers, both, without
from auditor.services.netfilter.conditions import ARP, Clause, Context, View
from auditor.services.netfilter.links import Links
from auditor.services.netfilter.program import Chains, Entry, Flat, Nat, Source, flatten, lost

BRIDGED = " (bridged)"
"""How the key of a filter of routed packets ends where frames within a bridge meet it."""

_TRACKING, _CONNECTIONS = ("prerouting", "output"), -200
"""Where packets get their connection. Source: linux/netfilter_ipv4.h, NF_IP_PRI_CONNTRACK."""

_ASK = "look at the counters of the rule while a POS connects"


@dataclass(frozen=True, slots=True)
class Base:
    """A chain that the kernel calls at a hook. `build` gives the steps of all chains of its table.

    `type` is `filter`, `nat` or `route`; `family` is nft's. `priority` orders the chains of one hook. `holes` are
    statements of the table that were not understood and may belong to it. `stateless`: over TCP, later packets fare
    as the first one does.
    """

    key: str
    chain: str
    family: str
    type: str
    hook: str
    priority: int
    policy: Fact[Action]
    spans: tuple[Span, ...]
    build: Callable[[Context], Chains]
    holes: tuple[Unknown, ...] = ()
    stateless: bool = False

    @property
    def early(self) -> bool:
        """Whether packets have no connection yet when they get here."""
        return self.hook == "ingress" or (self.hook in _TRACKING and self.priority < _CONNECTIONS)


def flat_of(base: Base, context: Context) -> Flat:
    """The chain without jumps, for one kind of packets."""
    tracked = context.tracked and not (base.hook in _TRACKING and base.priority == _CONNECTIONS)
    placed = replace(context, early=base.early, tracked=tracked)
    return flatten(base.build(placed), base.chain, context.universe)


def policy_of(base: Base) -> Action:
    """What becomes of the rest; an unknown policy counts as one that stops."""
    return Action.DROP if isinstance(base.policy, Unknown) else base.policy.value


def filters_of(device: str, base: Base, context: Context, views: tuple[View, ...]) -> Iterator[Filter]:
    """One filter for first packets, and one for each other kind of packets (`views`) that may be lost here."""
    flat = flat_of(base, replace(context, view=View.FIRST))
    holes = base.holes + ((Unknown(f"{base.key}: {flat.trouble}", base.spans, _ASK),) if flat.trouble else ())
    rules = _unique(rule_of(entry, base.chain) for entry in flat.entries)
    yield Filter(device, base.key, Listed(tuple(rules), holes), base.policy)
    for view in views if not holes else ():
        later = later_filter(device, later_key(base, view), base, replace(context, view=view))
        if later is not None:
            yield later


def entry_of(base: Base, context: Context, key: str) -> Entry | None:
    """What a rule of the filter for one kind of packets was made of; None if there is no such rule."""
    flat = flat_of(base, context)
    rules = _unique(rule_of(entry, base.chain) for entry in flat.entries)
    return next((entry for entry, rule in zip(flat.entries, rules, strict=True) if rule.key == key), None)


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


def later_key(base: Base, view: View) -> str:
    """The key of the filter for packets that follow the first ones."""
    return f"{base.key} ({view.value})"


def later_filter(device: str, key: str, base: Base, context: Context) -> Filter | None:
    """Connections whose later packets, or replies, a chain may lose; None if it loses none."""
    flat = flat_of(base, context)
    if flat.trouble:
        hole = Unknown(f"{key}: {flat.trouble}", base.spans, _ASK)
        return Filter(device, key, Listed((), (hole,)), Stated(Action.ACCEPT, base.spans))
    if lost(flat.entries, policy_of(base), context.universe) == ():
        return None
    if context.view is View.REPLY:
        entries = (
            replace(entry, clause=replace(entry.clause, box=entry.clause.box.mirrored())) for entry in flat.entries
        )
        return Filter(device, key, Listed(tuple(_unique(rule_of(entry, base.chain) for entry in entries))), base.policy)
    rules = [rule_of(part, base.chain) for entry in flat.entries for part in _needed(entry, context)]
    if isinstance(base.policy, Unknown) or not base.policy.value.blocks:
        return Filter(device, key, Listed(tuple(_unique(rules))), base.policy)
    spans = spans_of(base.policy)
    rest = Entry(
        Clause(), base.policy.value, Source(base.chain, f"policy of {base.key}", f"policy of {base.key}", spans)
    )
    rules += (rule_of(part, base.chain) for part in _needed(rest, context))
    return Filter(device, key, Listed(tuple(_unique(rules))), Stated(Action.ACCEPT, spans))


def _needed(entry: Entry, context: Context) -> Iterator[Entry]:
    """What stops later packets certainly stops TCP; a question and one reply, as over UDP, do without them."""
    clause, tcp = entry.clause, Box(protocols=frozenset({"tcp"}))
    if clause.doubt or not isinstance(entry.does, Action) or not entry.does.blocks:
        yield entry
        return
    inside = both(clause.box, tcp)
    if inside is not None:
        yield replace(entry, clause=Clause(inside))
    for other in without(clause.box, tcp, context.universe):
        yield replace(entry, clause=Clause(other, "a question and one reply would do without later packets"))


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
        destination_names=clause.hosts,
    )


def networks(intervals: Numbers) -> tuple[IPv4Network, ...] | None:
    """Intervals of addresses as networks."""
    if intervals is None:
        return None
    return tuple(network for low, high in intervals for network in _networks(low, high))


@lru_cache(maxsize=4096)
def _networks(low: int, high: int) -> tuple[IPv4Network, ...]:
    return tuple(summarize_address_range(IPv4Address(low), IPv4Address(high)))


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
    return replace(filter_, key=f"{filter_.key}{BRIDGED}", rules=Listed(tuple(_unique(rules)), filter_.rules.holes))


def _no_ports(names: Fact[frozenset[str] | None], links: Links) -> Fact[frozenset[str] | None] | None:
    """Without the ports of bridges; None if nothing is left."""
    if isinstance(names, Unknown) or names.value is None:
        return names
    kept = names.value - links.ports
    return replace(names, value=kept) if kept else None
