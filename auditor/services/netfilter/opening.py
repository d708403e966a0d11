"""What a chain is short of so that a connection passes: a rule for its first packets, one for those that follow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from auditor.intents import AllowTraffic
from auditor.services.base import NotPossible
from auditor.services.netfilter.assemble import views_of
from auditor.services.netfilter.boxes import ALL, Box, Numbers, both, merged
from auditor.services.netfilter.conditions import ARP, Context, View
from auditor.services.netfilter.filters import BRIDGED, Base, entry_of, flat_of, later_key, policy_of
from auditor.services.netfilter.program import Source, lost

FOLLOWING = "terminal_following_packets"
"""The name of a rule that lets the packets of known connections pass; one of them is enough for all fixes."""

_BY_HAND = "let established and related connections pass before that rule"


@dataclass(frozen=True, slots=True)
class Opening:
    """New rules for a base chain: each stands in front of the rule with this key, '' at the end, None: not needed."""

    base: Base
    first: str | None
    following: str | None


def opening(intent: AllowTraffic, bases: Iterable[Base], context: Context, *, answers_by_port: bool = False) -> Opening:
    """Find the places of new rules, or raise `NotPossible`; `context` without its hook.

    `answers_by_port`: who asks can let answers pass a bridge by the port that they come from.
    """
    base, view = _base(intent, bases)
    at = replace(context, hook=base.hook, bridged=base.family == "bridge")
    first: str | None = None
    if view is View.FIRST:
        first = _before(base, at, intent) if intent.before else ""
    # The new rule lets later packets pass as well as the first one; replies come from the other side.
    asked = {View.FIRST: {View.REPLY}}.get(view, {View.ONWARD, View.REPLY})
    places = {
        place
        for one in views_of(base.hook)
        if one in asked
        for place in _losing(base, replace(at, view=one), intent, narrow=at.bridged and answers_by_port)
    }
    if len(places) > 1 or (first is None and not places):
        raise NotPossible(f"several rules of {base.key} stop packets of known connections", _BY_HAND)
    if places and base.family == "bridge" and not answers_by_port:
        words = f"{intent.protocol} from these networks, and {intent.protocol} back from its port"
        why = f"{base.key} stops what follows the first packet, and not every kernel has connections of bridges tracked"
        raise NotPossible(why, f"let pass {words}")
    return Opening(base, first, places.pop() if places else None)


def _base(intent: AllowTraffic, bases: Iterable[Base]) -> tuple[Base, View]:
    """The base chain behind a filter of the model, and the packets that the filter is about."""
    key = intent.filter.removesuffix(BRIDGED)
    for base in bases:
        for view in View:
            if key == (base.key if view is View.FIRST else later_key(base, view)) and base.hook in ("forward", "input"):
                return base, view
    raise NotPossible(f"{intent.filter} is no chain at which traffic is let in", "add the rule by hand")


def _before(base: Base, context: Context, intent: AllowTraffic) -> str:
    """The rule of the base chain itself that leads to the one that blocks."""
    entry = entry_of(base, context, intent.before or "")
    if entry is None:
        raise NotPossible(f"no rule of {base.key} leads to '{intent.before}'", "add the rule by hand")
    if entry.clause.box.protocols == frozenset({ARP}):
        why = f"'{entry.source.name}' stops ARP, without which {intent.protocol} never begins"
        raise NotPossible(why, "let ARP pass before that rule")
    return (entry.via[0] if entry.via else entry.source).key


def _losing(base: Base, context: Context, intent: AllowTraffic, *, narrow: bool) -> Iterator[str]:
    """Keys of the rules that stop packets which follow, '' for the policy; only what stops everything is no reason.

    `narrow`: what stops some of them is none either, since a bridge does not know connections.
    """
    flat = flat_of(base, context)
    gone = None if flat.trouble else lost(flat.entries, policy_of(base), context.universe)
    if gone is None:
        raise NotPossible(f"{base.key} splits packets into too many parts", "add the rule by hand")
    wanted = _wanted(intent)
    sweeping = {entry.source for entry in flat.entries if entry.clause.box == ALL and not entry.clause.doubt}
    for one in gone:
        box = one.clause.box.mirrored() if context.view is View.REPLY else one.clause.box
        if one.clause.doubt or both(box, wanted) is None:
            continue
        meant = one.source is not None and one.source not in sweeping and not narrow
        if one.source is not None and (meant or one.source.chain != base.chain):
            raise NotPossible(f"'{one.source.name}' stops {context.view.value} of {base.key} on purpose", _BY_HAND)
        yield _key(one.source)


def _key(source: Source | None) -> str:
    return "" if source is None else source.key


def _wanted(intent: AllowTraffic) -> Box:
    return Box(
        frozenset({intent.entering}) if intent.entering else None,
        frozenset({intent.leaving}) if intent.leaving else None,
        _numbers(intent.sources),
        _numbers(intent.destinations),
        frozenset({intent.protocol}),
        None if intent.port is None else ((intent.port, intent.port),),
    )


def _numbers(networks: tuple[IPv4Network, ...] | None) -> Numbers:
    if networks is None:
        return None
    return merged((int(each.network_address), int(each.broadcast_address)) for each in networks)
