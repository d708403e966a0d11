"""Intents as edits of /etc/iptables/rules.v4, and of the output beside it, so that both stay the same."""

from dataclasses import replace

from auditor.intents import AllowTraffic, Intent, StopDnsRedirect
from auditor.services.base import Host, Instance, NotPossible, Put
from auditor.services.iptables.tables import FILE, RUNNING, Chosen, chosen
from auditor.services.netfilter.assemble import context_of, views_of
from auditor.services.netfilter.filters import Base, flat_of, step_before
from auditor.services.netfilter.owners import advice
from auditor.services.netfilter.program import Nat
from auditor.services.netfilter.wording import check, listed
from auditor.syntax.iptables_save import Chain, Saved

_DNS = 53
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
    base = next((base for base in found.ruleset.bases if base.key == intent.filter), None)
    if base is None or base.hook not in ("forward", "input") or base.family != "ip":
        raise NotPossible(f"{intent.filter} is no chain at which traffic is let in", "add the rule by hand")
    check(intent)
    words = _words(intent, base)
    table = base.key.partition("/")[2].partition(" ")[0]
    _refuse(found, base, f"iptables -t {table} -I {words.removeprefix('-A ')}")
    before = ""
    if intent.before:
        context, _ = context_of(host, found.ruleset)
        source = step_before(base, replace(context, hook=base.hook), views_of(base.hook), intent.before)
        if source is None:
            why = f"later packets or replies do not pass {base.key}, whatever the first one may do"
            raise NotPossible(why, "begin the chain with `-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`")
        before = source.key
    if any(rule.key == intent.name for rule in _chain(found.file, table, base.chain).rules):
        raise NotPossible(f"chain {base.chain} has a rule called {intent.name}", "look why that rule does not help")
    return _puts(found, table, base.chain, intent.name, before, words)


def _words(intent: AllowTraffic, base: Base) -> str:
    parts = [f"-A {base.chain}"]
    for option, networks in (("-s", intent.sources), ("-d", intent.destinations)):
        names = listed(networks)
        if len(names) > 1:
            raise NotPossible("one rule of iptables takes one network", "add one rule for each of the networks")
        parts += (f"{option} {name if '/' in name else f'{name}/32'}" for name in names)
    parts += [f"-i {intent.entering}"] if intent.entering else []
    parts += [f"-o {intent.leaving}"] if intent.leaving and base.hook == "forward" else []
    parts.append(f"-p {intent.protocol}")
    if intent.protocol == "icmp":
        parts.append("-m icmp --icmp-type 8")
    elif intent.port is not None:
        parts.append(f"-m {intent.protocol} --dport {intent.port}")
    return " ".join((*parts, f"-m comment --comment {intent.name} -j ACCEPT"))


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
