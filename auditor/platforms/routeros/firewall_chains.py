"""Menus of `/ip firewall` as base chains whose rules are steps, for the engine that all of netfilter shares.

RouterOS asks its menus in netfilter's order: raw, connection tracking, mangle, destination NAT, filter, source NAT. In
a chain the first rule that decides counts, and what no rule decides passes.

Source: MikroTik's manual, "Packet Flow in RouterOS", "Firewall" (chains), "Filter", "NAT", "Mangle".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from auditor.model import Action, Fact, Span, Unknown
from auditor.platforms.routeros.address_lists import interval
from auditor.platforms.routeros.config import Config
from auditor.platforms.routeros.firewall_matches import MATCHERS, OPTIONS, clauses_of
from auditor.platforms.routeros.firewall_scene import Scene
from auditor.platforms.routeros.items import Item
from auditor.services.netfilter.conditions import Clause, Context, View, doubted, narrowed
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Does, Jump, Nat, Return, Source, Step, Steps, Undecided
from auditor.services.reading import printable

FILTER, RAW, NAT, MANGLE = (f"ip firewall {name}" for name in ("filter", "raw", "nat", "mangle"))

_HOOKS: Mapping[str, Mapping[str, str]] = {
    RAW: {"prerouting": "prerouting", "output": "output"},
    MANGLE: {name: name for name in ("prerouting", "input", "forward", "output", "postrouting")},
    NAT: {"dstnat": "prerouting", "srcnat": "postrouting"},
    FILTER: {name: name for name in ("input", "forward", "output")},
}
_PRIORITIES = {RAW: -300, MANGLE: -150, NAT: -100, FILTER: 0}

PASSING = frozenset(
    {"passthrough", "log", "add-src-to-address-list", "add-dst-to-address-list", "notrack", "mark-connection"}
    | {"mark-packet", "mark-routing", "change-dscp", "change-mss", "change-ttl", "clear-df", "set-priority"}
    | {"sniff-tzsp", "sniff-pc", "strip-ipv4-options"}
)
"""Actions that let a packet go on; what a routing mark leads to belongs to routing."""

_DECIDING = {"accept": Action.ACCEPT, "drop": Action.DROP, "reject": Action.REJECT, "tarpit": Action.DROP}
_SOURCE_NATS = frozenset({"src-nat", "netmap", "same", "endpoint-independent-nat"})
_DESTINATION_NATS = frozenset({"dst-nat", "netmap", "same"})
_WORD = re.compile(r"[A-Za-z0-9_.:@-]{1,120}", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule that is switched on, with a key that is its own within its chain. `unsure`: it may be switched off."""

    item: Item
    chain: str
    key: str
    unsure: bool


def rules_of(config: Config, menu: str, known: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of a menu in their order, their lines counted as understood; `known` are properties that are read."""
    names = frozenset(known)
    found: list[Rule] = []
    seen: dict[tuple[str, str], int] = {}
    for item in config.items(menu):
        enabled = config.enabled(item)
        if not isinstance(enabled, Unknown) and not enabled.value:
            config.understood(item)
            continue
        config.span(item, *(name for name in item.properties if name in names))
        chain = item.text("chain") or ""
        key = key_of(item)
        seen[chain, key] = number = seen.get((chain, key), 0) + 1
        unique = key if number == 1 else f"{key} #{number}"
        found.append(Rule(item, chain, unique, isinstance(enabled, Unknown)))
    return tuple(found)


def key_of(item: Item) -> str:
    """A rule's comment, as it is if it is one plain word; without a comment a hash of what the rule says."""
    return item.comment if _WORD.fullmatch(item.comment) else item.key


def title_of(item: Item) -> str:
    """How people know a rule: by its comment, else by what it says."""
    if item.comment:
        return printable(item.comment, 60)
    said = (f"{name}={value}" for name, value in item.terms if name not in ("log", "log-prefix"))
    return printable(" ".join(said), 80)


def ip_bases(scene: Scene) -> tuple[Base, ...]:
    """The built-in chains of all four menus; those of raw and mangle only if they have rules, or may have some."""
    found: list[Base] = []
    for menu in (RAW, MANGLE, NAT, FILTER):
        rules = rules_of(scene.config, menu, (*MATCHERS, *OPTIONS))
        holes = scene.config.holes(menu)
        if holes or menu == FILTER or (rules and (menu != MANGLE or not _harmless(rules))):
            found += bases_of(scene, menu, rules, holes)
    return tuple(found)


def _harmless(rules: tuple[Rule, ...]) -> bool:
    """Whether all rules of `/ip firewall mangle` only mark packets, as they nearly always do."""
    known = PASSING | {"accept", "jump", "return"}
    return all(rule.item.text("action") in (known | {None}) and not rule.item.damaged for rule in rules)


def bases_of(scene: Scene, menu: str, rules: tuple[Rule, ...], holes: tuple[Unknown, ...]) -> Iterator[Base]:
    """The built-in chains of one menu."""
    near = tuple(rule.item.header for rule in rules[:1])
    policy: Fact[Action] = scene.config.default("ip firewall filter.default-policy", Action, *near)
    compiler = _Compiler(scene, menu, rules)
    for chain, hook in _HOOKS[menu].items():
        yield Base(
            key=f"{menu} {chain}",
            chain=chain,
            family="ip",
            type="nat" if menu == NAT else "filter",
            hook=hook,
            priority=_PRIORITIES[menu],
            policy=policy,
            spans=_spans(rules, chain),
            build=compiler.build,
            holes=holes,
        )


def _spans(rules: tuple[Rule, ...], chain: str) -> tuple[Span, ...]:
    return tuple(rule.item.header for rule in rules if rule.chain == chain)[:1]


@dataclass(frozen=True, slots=True, eq=False)
class _Compiler:
    scene: Scene
    menu: str
    rules: tuple[Rule, ...]

    def build(self, context: Context) -> Chains:
        chains = dict(build(self.rules, _HOOKS[self.menu], lambda rule: self._step(rule, context)))
        offloaded = self.scene.offloaded
        if self.menu == FILTER and context.hook == "forward" and offloaded is not None and self.rules:
            clause = Clause(doubt="a switch chip may route such packets by itself")
            source = Source("forward", "hardware routing", "packets that a switch chip routes", (offloaded,))
            chains["forward"] = Steps((Step((clause,), Action.ACCEPT, source), *chains["forward"]))
        return chains

    def _step(self, rule: Rule, context: Context) -> Step | None:
        does = self._does(rule, context)
        return None if does is None else step_of(rule, does, clauses_of(rule.item, context, self.scene))

    def _does(self, rule: Rule, context: Context) -> Does | None:
        """What a rule does; None if packets go on."""
        item, action = rule.item, rule.item.text("action") or "accept"
        if action in PASSING:
            return None
        if action == "fasttrack-connection":
            # The first packet goes on; later ones of the connection may not come to this filter any more.
            return None if context.view is View.FIRST else Action.ACCEPT
        if action == "jump":
            return Jump(item.text("jump-target") or "", back=True)
        if action == "return":
            return Return()
        if action in _DECIDING:
            return _DECIDING[action]
        return nat_of(item, action, context) if self.menu == NAT else Undecided()


def build(rules: tuple[Rule, ...], built_in: Iterable[str], step: Callable[[Rule], Step | None]) -> Chains:
    """All chains of a menu; one that a rule jumps to may have no rules."""
    chains: dict[str, list[Rule]] = {name: [] for name in built_in}
    for rule in rules:
        chains.setdefault(rule.chain, []).append(rule)
    for rule in rules:
        if rule.item.text("action") == "jump":
            chains.setdefault(rule.item.text("jump-target") or "", [])
    return {name: Steps(filter(None, map(step, some))) for name, some in chains.items()}


def step_of(rule: Rule, does: Does, clauses: tuple[Clause, ...]) -> Step | None:
    """One rule as a step; None if it matches nothing."""
    action = rule.item.text("action") or "accept"
    if rule.unsure or rule.item.damaged:
        clauses = narrowed(clauses, doubted("whether the rule counts is not known"))
        does = Undecided() if rule.item.damaged else does
    if action == "fasttrack-connection":
        clauses = narrowed(clauses, doubted("fasttracked connections pass by most of the filter"))
    if isinstance(does, Undecided):
        clauses = narrowed(clauses, doubted(f"what action={printable(action, 24)} does is not known"))
    source = Source(rule.chain, rule.key, title_of(rule.item), (rule.item.header,))
    return Step(clauses, does, source) if clauses else None


def nat_of(item: Item, action: str, context: Context) -> Does:
    """What a rule of `/ip firewall nat` does to packets in a chain before or behind routing."""
    behind = context.hook == "postrouting"
    if action == "masquerade":
        return Nat("masquerade")
    if action == "redirect":
        return _target(item, "redirect")
    if action in (_SOURCE_NATS if behind else _DESTINATION_NATS):
        return _target(item, "snat" if behind else "dnat")
    # Through a SOCKS server, wherever that is.
    return Nat("redirect", clear=False) if action == "socksify" else Undecided()


def _target(item: Item, kind: str) -> Nat:
    """`to-addresses` (one, a network or a range) and `to-ports`; `dst-nat` to ports alone leaves the address."""
    addresses, ports = item.text("to-addresses") or "", item.text("to-ports") or ""
    first, _, last = addresses.partition("-")
    if "/" in addresses:
        try:
            first, last = (str(IPv4Address(each)) for each in interval(addresses))
        except ValueError:
            return Nat(kind, clear=False)
    low_port, _, high_port = ports.partition("-")
    number = int(low_port) if low_port.isascii() and low_port.isdecimal() and len(low_port) <= 5 else None
    clear = (kind != "dnat" or bool(addresses)) and (not ports or (number is not None and high_port in ("", low_port)))
    return Nat(kind, first, last or first, number, clear)
