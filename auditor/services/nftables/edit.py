"""Intents as edits of the file that holds the ruleset, and of the running one beside it, so that both stay the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from auditor.intents import AllowTraffic, Intent, StopDnsRedirect
from auditor.services.base import Host, Instance, NotPossible, Put
from auditor.services.netfilter.assemble import context_of
from auditor.services.netfilter.conditions import Context
from auditor.services.netfilter.filters import Base, flat_of
from auditor.services.netfilter.nat import translations
from auditor.services.netfilter.opening import FOLLOWING, opening
from auditor.services.netfilter.owners import advice, owner_of
from auditor.services.netfilter.program import Nat, Source
from auditor.services.netfilter.wording import check, listed
from auditor.services.nftables.rulesets import FILE, Chosen, chosen, running_path
from auditor.syntax.nft_tree import Chain, Rule, Table

_BY_HAND = "make the change where the ruleset comes from, then load it"
_DNS = 53
_Match: TypeAlias = Sequence[Mapping[str, object]]
_FOLLOWING = "ct state established,related"
_FOLLOWING_JSON: _Match = (
    {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}},
)


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent about a filter or redirect of this ruleset."""
    if isinstance(intent, AllowTraffic) and intent.filter.startswith("nftables/"):
        return _allow(host, intent)
    if isinstance(intent, StopDnsRedirect) and intent.redirect.startswith("nftables/"):
        return _stop(host, intent)
    return None


def _allow(host: Host, intent: AllowTraffic) -> tuple[Put, ...]:
    found = chosen(host)
    check(intent)
    context, _ = context_of(host, found.ruleset)
    wanted = opening(intent, found.ruleset.bases, context)
    table, chain = _place(found, wanted.base)
    new: list[tuple[str, str, str, _Match]] = []
    if wanted.following is not None:
        new.append((FOLLOWING, wanted.following, _FOLLOWING, _FOLLOWING_JSON))
    if wanted.first is not None:
        new.append((intent.name, wanted.first, _words(intent, wanted.base), _match(intent, wanted.base)))
    commands = (f"nft insert rule {table.key} {chain.name} {words}" for _, _, words, _ in reversed(new))
    _refuse(found, table, "; ".join(commands))
    return tuple(put for one in new for put in _insert(host, found, table, chain, *one))


def _insert(
    host: Host, found: Chosen, table: Table, chain: Chain, name: str, before: str, words: str, match: _Match
) -> Iterator[Put]:
    """A new rule in the file, in front of another or at the end of its chain, and in the running ruleset beside it."""
    if any(rule.key == name for rule in chain.rules):
        raise NotPossible(f"chain {chain.name} has a rule called {name}", "look why that rule does not help")
    rule = next((rule for rule in chain.rules if rule.key == before), None)
    beside_it = rule if rule is not None else next(reversed(chain.rules), None)
    path = chain.file if beside_it is None else beside_it.file
    place = ("rule", table.family, table.name, chain.name, name, before)
    words = f'{words} accept comment "{name}"'
    yield Put("nftables", path, place, words)
    live = _live_chain(found, table, chain)
    if live is not None:
        index = chain.rules.index(rule) if rule is not None else len(chain.rules)
        beside = live.rules[index].key if index < len(live.rules) else ""
        captured = host.reading.file(running_path(host.reading))
        if captured is not None and captured.text.lstrip().startswith("{"):
            shown = {"family": table.family, "table": table.name, "chain": chain.name, "comment": name}
            words = json.dumps({"rule": {**shown, "expr": [*match, {"accept": None}]}})
        yield Put("nftables", running_path(host.reading), (*place[:5], beside), words)


def _at(context: Context, base: Base) -> Context:
    return replace(context, hook=base.hook)


def _words(intent: AllowTraffic, base: Base) -> str:
    parts = [f'iifname "{intent.entering}"'] if intent.entering else []
    if base.hook == "forward" and intent.leaving:
        parts.append(f'oifname "{intent.leaving}"')
    for side, networks in (("saddr", intent.sources), ("daddr", intent.destinations)):
        names = listed(networks)
        if len(names) == 1:
            parts.append(f"ip {side} {names[0]}")
        elif names:
            parts.append(f"ip {side} {{ {', '.join(names)} }}")
    if intent.protocol == "icmp":
        parts.append("icmp type echo-request")
    elif intent.port is None:
        parts.append(f"meta l4proto {intent.protocol}")
    else:
        parts.append(f"{intent.protocol} dport {intent.port}")
    return " ".join(parts)


def _match(intent: AllowTraffic, base: Base) -> _Match:
    """The same as nft shows it in JSON."""

    def match(left: dict[str, object], right: object) -> dict[str, object]:
        return {"match": {"op": "==", "left": left, "right": right}}

    def payload(protocol: str, field: str) -> dict[str, object]:
        return {"payload": {"protocol": protocol, "field": field}}

    found = [match({"meta": {"key": "iifname"}}, intent.entering)] if intent.entering else []
    if base.hook == "forward" and intent.leaving:
        found.append(match({"meta": {"key": "oifname"}}, intent.leaving))
    for side, networks in (("saddr", intent.sources), ("daddr", intent.destinations)):
        values: list[object] = [
            str(each.network_address)
            if each.prefixlen == 32
            else {"prefix": {"addr": str(each.network_address), "len": each.prefixlen}}
            for each in networks or ()
        ]
        if values:
            found.append(match(payload("ip", side), values[0] if len(values) == 1 else {"set": values}))
    if intent.protocol == "icmp":
        found.append(match(payload("icmp", "type"), "echo-request"))
    elif intent.port is None:
        found.append(match({"meta": {"key": "l4proto"}}, intent.protocol))
    else:
        found.append(match(payload(intent.protocol, "dport"), intent.port))
    return found


# -- redirects -------------------------------------------------------------------------------------------------


def _stop(host: Host, intent: StopDnsRedirect) -> tuple[Put, ...]:
    found = chosen(host)
    context, _ = context_of(host, found.ruleset)
    for base in found.ruleset.bases:
        if not intent.redirect.startswith(f"{base.key}/"):
            continue
        single = translations(host, (base,), context)
        if not any(redirect.key == intent.redirect for redirect in single.dns_redirects):
            continue
        source = _source(host, base, intent.redirect, context)
        table, _chain = _place(found, base)
        chain = table.chains[source.chain]
        rule = next(rule for rule in chain.rules if rule.key == source.key)
        _refuse(found, table, f"delete '{rule.words}' from chain {chain.name} of table {table.key}")
        return _delete(host, found, table, chain, rule)
    raise NotPossible(f"no rule is called {intent.redirect}", _BY_HAND)


def _source(host: Host, base: Base, key: str, context: Context) -> Source:
    """The rule behind a redirect, if it does nothing but redirect questions."""
    flat = flat_of(base, _at(context, base))
    entries = [entry for entry in flat.entries if isinstance(entry.does, Nat)]
    for entry in entries:
        same = [other for other in entries if other.source == entry.source]
        chain = "" if entry.source.chain == base.chain else f"{entry.source.chain}: "
        if f"{base.key}/{chain}{entry.source.key}" != key:
            continue
        if len(same) == 1 and entry.clause.box.ports == ((_DNS, _DNS),):
            return entry.source
        break
    raise NotPossible("the rule translates more than DNS questions", "take port 53 out of the rule")


def _delete(host: Host, found: Chosen, table: Table, chain: Chain, rule: Rule) -> tuple[Put, ...]:
    index = chain.rules.index(rule)
    after = chain.rules[index + 1].key if index + 1 < len(chain.rules) else ""
    place = ("rule", table.family, table.name, chain.name)
    puts = [Put("nftables", rule.file, (*place, rule.key, after), None)]
    live = _live_chain(found, table, chain)
    if live is not None:
        beside = live.rules[index + 1].key if index + 1 < len(live.rules) else ""
        puts.append(Put("nftables", running_path(host.reading), (*place, live.rules[index].key, beside), None))
    return tuple(puts)


# -- whether the file may be changed ---------------------------------------------------------------------------


def _place(found: Chosen, base: Base) -> tuple[Table, Chain]:
    """The table and chain of a base chain, in the file if it is there."""
    for tree in (found.file, found.running):
        for table in tree.tables.values() if tree is not None else ():
            if base.key == f"nftables/{table.key} {base.chain}" and base.chain in table.chains:
                return table, table.chains[base.chain]
    raise NotPossible(f"{base.key} is in no captured text", _BY_HAND)


def _live_chain(found: Chosen, table: Table, chain: Chain) -> Chain | None:
    """The same chain as it runs; None if that was not captured."""
    if found.running is None:
        return None
    live = found.running.tables[table.family, table.name].chains[chain.name]
    if len(live.rules) != len(chain.rules):
        raise NotPossible(f"chain {chain.name} runs with other rules than {FILE} has", _BY_HAND)
    return live


def _refuse(found: Chosen, table: Table, command: str) -> None:
    """Raise `NotPossible` where loading the file again would do more than the change, or not hold it."""
    owner = owner_of(table.name, table.chains)
    if owner:
        raise NotPossible(f"the rules of table {table.key} are written by {owner}", advice(owner))
    if found.file is None or (table.family, table.name) not in found.file.tables:
        raise NotPossible(f"{FILE} does not hold table {table.key}", f"{command}, and write it where it comes from")
    if found.ruleset.holes:
        raise NotPossible("the ruleset was not captured whole", found.ruleset.holes[0].settle or _BY_HAND)
    if found.disagreements:
        raise NotPossible(f"what runs is not what {FILE} says", f"make them the same first; then: {command}")
    if found.others:
        owners = " and ".join(found.others)
        raise NotPossible(f"loading {FILE} again would delete the rules of {owners}", f"{command}, and write it there")
    if not found.file.flushed:
        raise NotPossible(
            f"{FILE} does not begin with `flush ruleset`: loading it again would double its rules",
            f"{command}, and write it into {FILE}",
        )
