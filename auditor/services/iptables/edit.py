"""Intents as edits of /etc/iptables/rules.v4, and of the output beside it, so that both stay the same."""

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import product

from auditor.intents import AllowTraffic, Intent, StopDnsRedirect
from auditor.services.base import Host, Instance, NotPossible, Put
from auditor.services.iptables.tables import FILE, RUNNING, Chosen, chosen
from auditor.services.netfilter.assemble import context_of
from auditor.services.netfilter.filters import Base, flat_of
from auditor.services.netfilter.opening import FOLLOWING, opening
from auditor.services.netfilter.owners import advice
from auditor.services.netfilter.program import Nat
from auditor.services.netfilter.wording import check, listed
from auditor.syntax.iptables_save import Chain, Saved

_DNS = 53
_MOST_RULES = 64
"""A fix of more lines than these is better made otherwise."""

_OURS = ("iptables/", "iptables-legacy/", "ebtables/")


def edit(host: Host, instance: Instance, intent: Intent) -> tuple[Put, ...] | None:
    """Return the puts that carry out an intent about a filter or redirect of these tables."""
    if isinstance(intent, AllowTraffic) and intent.filter.startswith(_OURS):
        return _allow(host, intent)
    if isinstance(intent, StopDnsRedirect) and intent.redirect.startswith(_OURS):
        return _stop(host, intent)
    return None


def _allow(host: Host, intent: AllowTraffic) -> tuple[Put, ...]:
    found = chosen(host)
    check(intent)
    if intent.filter.startswith("ebtables/"):
        raise NotPossible("no file that is read holds the rules of ebtables", _of_ebtables(intent))
    context, _ = context_of(host, found.ruleset)
    wanted = opening(intent, found.ruleset.bases, context)
    base, table = wanted.base, wanted.base.key.partition("/")[2].partition(" ")[0]
    new: list[tuple[str, str, str]] = []
    if wanted.following is not None:
        new.append((FOLLOWING, wanted.following, "-m conntrack --ctstate RELATED,ESTABLISHED"))
    if wanted.first is not None:
        pairs = list(product(_networks(intent.sources), _networks(intent.destinations)))
        if len(pairs) > _MOST_RULES:
            raise NotPossible(f"it would take {len(pairs)} rules", "add a rule with a set of networks by hand")
        names = intent.rules(len(pairs))
        new += ((name, wanted.first, _words(intent, base, *pair)) for name, pair in zip(names, pairs, strict=True))
    commands = (f"iptables -t {table} -I {base.chain} {words} -j ACCEPT" for _, _, words in reversed(new))
    _refuse(found, base, "; ".join(commands))
    taken = {rule.key for rule in _chain(found.file, table, base.chain).rules}
    for name, _, _ in new:
        if name in taken:
            raise NotPossible(f"chain {base.chain} has a rule called {name}", "look why that rule does not help")
    return tuple(
        put
        for name, before, words in new
        for put in _puts(
            found, table, base.chain, name, before, f"-A {base.chain} {words} -m comment --comment {name} -j ACCEPT"
        )
    )


def _networks(networks: tuple[IPv4Network, ...] | None) -> tuple[str, ...]:
    """Networks as iptables shows them; one of any source or destination is ''."""
    return tuple(name if "/" in name else f"{name}/32" for name in listed(networks)) or ("",)


def _of_ebtables(intent: AllowTraffic) -> str:
    sides = (("--ip-src", _networks(intent.sources)), ("--ip-dst", _networks(intent.destinations)))
    words = ["-p IPv4", *(f"{option} {names[0]}" for option, names in sides if names[0])]
    words += [f"--ip-proto {intent.protocol}", *([f"--ip-dport {intent.port}"] if intent.port is not None else [])]
    return f"ebtables -I FORWARD {' '.join(words)} -j ACCEPT, and write it where these rules come from"


def _words(intent: AllowTraffic, base: Base, source: str, destination: str) -> str:
    """What a rule matches; one rule of iptables takes one network on each side."""
    parts = [*([f"-s {source}"] if source else []), *([f"-d {destination}"] if destination else [])]
    parts += [f"-i {intent.entering}"] if intent.entering else []
    parts += [f"-o {intent.leaving}"] if intent.leaving and base.hook == "forward" else []
    parts.append(f"-p {intent.protocol}")
    if intent.protocol == "icmp":
        parts.append("-m icmp --icmp-type 8")
    elif intent.port is not None:
        parts.append(f"-m {intent.protocol} --dport {intent.port}")
    return " ".join(parts)


def _puts(found: Chosen, table: str, chain: str, key: str, before: str, value: str | None) -> tuple[Put, ...]:
    puts = [Put("iptables", FILE, ("rule", table, chain, key, before), value)]
    if found.running is not None:
        mine, live = _chain(found.file, table, chain), _chain(found.running, table, chain)
        if len(mine.rules) != len(live.rules):
            raise NotPossible(f"chain {chain} runs with other rules than {FILE} has", "make them the same first")
        # The same rule may be written otherwise in the output, and is then called otherwise.
        names = {rule.key: other.key for rule, other in zip(mine.rules, live.rules, strict=True)}
        place = ("rule", table, chain, names.get(key, key), names.get(before, before))
        puts.append(Put("iptables", RUNNING, place, value))
    return tuple(puts)


def _chain(saved: Saved | None, table: str, chain: str) -> Chain:
    found = saved.tables.get(table) if saved is not None else None
    if found is None or chain not in found.chains:
        raise NotPossible(f"chain {chain} of table {table} is not in {FILE}", "save what runs with iptables-save first")
    return found.chains[chain]


def _stop(host: Host, intent: StopDnsRedirect) -> tuple[Put, ...]:
    found = chosen(host)
    context, _ = context_of(host, found.ruleset)
    for base in found.ruleset.bases:
        if not intent.redirect.startswith(f"{base.key}/"):
            continue
        flat = flat_of(base, replace(context, hook=base.hook))
        for entry in flat.entries:
            chain = "" if entry.source.chain == base.chain else f"{entry.source.chain}: "
            if not isinstance(entry.does, Nat) or f"{base.key}/{chain}{entry.source.key}" != intent.redirect:
                continue
            if entry.clause.box.ports != ((_DNS, _DNS),):
                raise NotPossible("the rule translates more than DNS questions", "take port 53 out of the rule")
            _refuse(found, base, f"delete '{entry.source.name}' from chain {entry.source.chain}")
            rules = _chain(found.file, "nat", entry.source.chain).rules
            index = next(n for n, rule in enumerate(rules) if rule.key == entry.source.key)
            after = rules[index + 1].key if index + 1 < len(rules) else ""
            return _puts(found, "nat", entry.source.chain, entry.source.key, after, None)
    raise NotPossible(f"no rule is called {intent.redirect}", "make the change where the rules come from")


def _refuse(found: Chosen, base: Base, command: str) -> None:
    """Raise `NotPossible` where loading the file again would do more than the change, or not hold it."""
    if found.owner:
        raise NotPossible(f"the rules of iptables are written by {found.owner}", advice(found.owner))
    if found.file is None or not base.key.startswith("iptables/"):
        raise NotPossible(f"the rule is not in {FILE}", f"{command}, and write it where it comes from")
    if found.ruleset.holes:
        raise NotPossible("the rules were not captured whole", found.ruleset.holes[0].settle or command)
    if not found.same:
        raise NotPossible(f"what runs is not what {FILE} says", f"make them the same first; then: {command}")
