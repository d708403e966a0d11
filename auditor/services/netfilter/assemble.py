"""All base chains of one packet filter as a part of the model, hook by hook, in the order of their priorities."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.model import Fact, Filter, Listed, Span, Unknown, spans_of
from auditor.services.base import Host, Part
from auditor.services.netfilter.boxes import Box, merged
from auditor.services.netfilter.conditions import Context, View
from auditor.services.netfilter.filters import (
    Base,
    bridged,
    filters_of,
    flat_of,
    later_filter,
    open_filter,
    policy_of,
    stops,
)
from auditor.services.netfilter.kernel import bridges_ask
from auditor.services.netfilter.links import Links, links_of
from auditor.services.netfilter.nat import Translations, translations
from auditor.services.netfilter.program import lost

_ROUTED = frozenset({"ip", "inet"})
_DNS = 53


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What a service found. `tracked` false: some rule keeps packets from connection tracking.

    `spans` name the text as a whole; `holes` are what may hold further rules. Where the platform is no Linux host that
    shows its kernel, it says itself what `links` there are, and whether frames within a bridge are `asked` about too.
    """

    service: str
    bases: tuple[Base, ...]
    tracked: bool
    spans: tuple[Span, ...]
    holes: tuple[Unknown, ...] = ()
    links: Links | None = None
    asked: Fact[bool] | None = None


def context_of(host: Host, ruleset: Ruleset) -> tuple[Context, Translations]:
    """What conditions need to know of a host, and the translations of its ruleset; the hook is still to be set."""
    context = Context("", View.FIRST, _links(host, ruleset), tracked=ruleset.tracked, own=_own(host))
    bases = sorted(ruleset.bases, key=lambda base: base.priority)
    nat = translations(host, tuple(each for each in bases if each.type == "nat" and each.family in _ROUTED), context)
    rewritten = None if nat.port_forwards.holes or ruleset.holes else nat.rewritten
    return replace(context, rewritten=rewritten, redirected=nat.redirected), nat


def _links(host: Host, ruleset: Ruleset) -> Links:
    return links_of(host) if ruleset.links is None else ruleset.links


def views_of(hook: str) -> tuple[View, ...]:
    """The kinds of packets besides the first that pass a hook of the way through, or to, the host."""
    return (View.ONWARD,) if hook == "input" else (View.ONWARD, View.REPLY)


def assemble(host: Host, ruleset: Ruleset) -> Part:
    """Make filters and translations of a ruleset."""
    context, nat = context_of(host, ruleset)
    bases = tuple(sorted(ruleset.bases, key=lambda base: base.priority))
    routed = tuple(base for base in bases if base.family in _ROUTED)
    forward = (*_around(host, routed, context, "prerouting", "forward"), *_at(host, routed, context, "forward"))
    forward += tuple(_around(host, routed, context, "postrouting", "forward"))
    input_ = (*_around(host, routed, context, "prerouting", "input"), *_at(host, routed, context, "input"))
    input_ += tuple(_answers(host, routed, context))
    edges = tuple(_edges(bases, context)) + ruleset.holes
    name = ruleset.service
    return Part(
        forward_filters=Listed(forward or (open_filter(host.name, f"{name}/no forward chain", ruleset.spans),), edges),
        input_filters=Listed(input_ or (open_filter(host.name, f"{name}/no input chain", ruleset.spans),), edges),
        bridge_filters=_bridges(host, bases, forward, context, ruleset),
        source_nats=Listed(nat.source_nats.items, nat.source_nats.holes + ruleset.holes),
        port_forwards=Listed(nat.port_forwards.items, nat.port_forwards.holes + ruleset.holes),
        dns_redirects=Listed(nat.dns_redirects.items, nat.dns_redirects.holes + ruleset.holes),
    )


def _own(host: Host) -> tuple[tuple[int, int], ...] | None:
    """The host's own addresses, None if some are not known."""
    if host.interfaces.holes:
        return None
    found = [(127 << 24, (128 << 24) - 1)]
    for interface in host.interfaces:
        if isinstance(interface.addresses, Unknown):
            return None
        found += ((int(each.ip), int(each.ip)) for each in interface.addresses.value)
    return merged(found)


def _at(host: Host, bases: tuple[Base, ...], context: Context, hook: str) -> Iterator[Filter]:
    """Filters of the hook itself: each is shown, whatever it does."""
    for base in bases:
        if base.hook == hook and base.type != "nat":
            yield from filters_of(host.name, base, replace(context, hook=hook), views_of(hook))


def _around(host: Host, bases: tuple[Base, ...], context: Context, hook: str, way: str) -> Iterator[Filter]:
    """Filters before and behind routing, if they may stop anything on the way through, or to, the host."""
    at = replace(context, hook=hook)
    for base in bases:
        if base.hook == hook and stops(base, at):
            yield from filters_of(host.name, base, at, views_of(way))


def _answers(host: Host, bases: tuple[Base, ...], context: Context) -> Iterator[Filter]:
    """Answers of the host's own services that are stopped where they leave."""
    for base in bases:
        at = replace(context, hook=base.hook, view=View.REPLY)
        if base.hook in ("output", "postrouting") and base.type != "nat":
            found = later_filter(host.name, f"{base.key} (answers)", base, at)
            yield from () if found is None else (found,)


def output_doubts(host: Host, ruleset: Ruleset) -> tuple[Unknown, ...]:
    """What may stop the questions that the host's own resolvers ask, with the lines that do."""
    context = Context("output", View.FIRST, _links(host, ruleset), tracked=ruleset.tracked, own=_own(host))
    uplinks = frozenset(i.key for i in host.interfaces if not isinstance(i.uplink, Unknown) and i.uplink.value)
    found: list[Unknown] = []
    for base in ruleset.bases:
        if base.hook != "output" or base.family not in _ROUTED or base.type == "nat":
            continue
        flat = flat_of(base, context)
        for one in lost(flat.entries, policy_of(base), context.universe) or ():
            if _may_be_dns(one.clause.box, uplinks):
                name = one.source.name if one.source is not None else f"policy of {base.key}"
                spans = one.source.spans if one.source is not None else spans_of(base.policy)
                why = f"'{name}' stops packets of the host itself; questions of its resolvers may be among them"
                found.append(Unknown(why, spans, f"look a name up from a POS that asks {host.name}"))
    return tuple(dict.fromkeys(found))


def _may_be_dns(box: Box, uplinks: frozenset[str]) -> bool:
    if box.protocols is not None and not box.protocols & {"tcp", "udp"}:
        return False
    if box.leaving is not None and not box.leaving & uplinks:
        return False
    return box.ports is None or any(low <= _DNS <= high for low, high in box.ports)


def _edges(bases: tuple[Base, ...], context: Context) -> Iterator[Unknown]:
    """Chains at the edge of the host that may stop packets, and are not followed."""
    for base in bases:
        at_edge = base.family == "netdev" or base.hook in ("ingress", "egress")
        bridge = base.family == "bridge" and base.hook != "forward"
        at = replace(context, hook="ingress", bridged=True)
        if (at_edge or bridge) and stops(base, at):
            why = f"{base.key} may drop frames before they are routed"
            yield Unknown(why, base.spans, "look at the counters of its rules while a POS connects")


def _bridges(
    host: Host, bases: tuple[Base, ...], forward: tuple[Filter, ...], context: Context, ruleset: Ruleset
) -> Listed[Filter]:
    at = replace(context, hook="forward", bridged=True)
    found = [
        filter_
        for base in bases
        if base.family == "bridge" and base.hook == "forward"
        for filter_ in filters_of(host.name, base, at, (View.ONWARD, View.REPLY))
    ]
    holes = (*(hole for hole in _edges(bases, context)), *ruleset.holes)
    asked = bridges_ask(host) if ruleset.asked is None else ruleset.asked
    stopping = [each for each in forward if _may_stop(each)]
    if isinstance(asked, Unknown):
        holes += (asked,) if stopping else ()
    elif asked.value:
        found += (bridged(each, context.links, asked.spans) for each in stopping)
    return Listed(tuple(found), holes)


def _may_stop(filter_: Filter) -> bool:
    facts = (filter_.default, *(rule.action for rule in filter_.rules))
    return bool(filter_.rules.holes) or any(isinstance(fact, Unknown) or fact.value.blocks for fact in facts)
