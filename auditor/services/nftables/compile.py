"""Tables of nftables as base chains whose rules are steps: clauses, and what becomes of the packets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Action, Fact, Span, Stated, Unknown
from auditor.services.netfilter.conditions import ALWAYS, Clause, Context, doubted, narrowed, port
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Does, Jump, Nat, Return, Source, Step, Steps, Undecided
from auditor.services.nftables.matches import elements, matching, unclear
from auditor.services.reading import Reading
from auditor.syntax.nft_tree import (
    Aside,
    Chain,
    Choose,
    Element,
    Match,
    Named,
    Opaque,
    Rule,
    Table,
    Translate,
    Verdict,
)

_PRIORITIES = {
    "raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100, "out": 100,
}  # fmt: skip
_BRIDGE_PRIORITIES = {"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}
_ACTIONS = {"accept": Action.ACCEPT, "drop": Action.DROP, "reject": Action.REJECT}
_PRIORITY = re.compile(r"([a-z]+)?([+-]?[0-9]{1,10})?")


def bases_of(table: Table, reading: Reading, prefix: str) -> tuple[Base, ...]:
    """The base chains of a table that is not asleep."""
    if table.dormant:
        return ()
    holes = tuple(
        Unknown(f"'{words}' in table {table.key} was not understood", (reading.span(file, line),), "check by hand")
        for words, file, line in table.holes
    )
    return tuple(_base(table, chain, reading, prefix, holes) for chain in table.chains.values() if chain.hook)


def _base(table: Table, chain: Chain, reading: Reading, prefix: str, holes: tuple[Unknown, ...]) -> Base:
    spans = tuple(reading.span(chain.file, line) for line in dict.fromkeys(chain.header or (chain.first,)))
    priority = priority_of(chain.priority, table.family)
    if priority is None:
        holes += (Unknown(f"the priority of chain {chain.name} was not understood", spans),)
    compiled = _Compiler(table, reading)
    return Base(
        key=f"{prefix}/{table.key} {chain.name}",
        chain=chain.name,
        family=table.family,
        type=chain.type,
        hook=chain.hook,
        priority=priority or 0,
        policy=_policy(chain, reading, spans),
        spans=spans,
        build=compiled.build,
        holes=holes,
    )


def priority_of(text: str, family: str) -> int | None:
    """`filter`, `dstnat - 5`, `-100` as a number; None if it cannot be read. Source: nft(8), table 7."""
    found = _PRIORITY.fullmatch(text.replace(" ", ""))
    names = _BRIDGE_PRIORITIES if family == "bridge" else _PRIORITIES
    if found is None or not text or (found[1] and found[1] not in names):
        return None
    return names.get(found[1] or "", 0) + int(found[2] or 0)


def _policy(chain: Chain, reading: Reading, spans: tuple[Span, ...]) -> Fact[Action]:
    if not chain.policy:
        return reading.default("nftables.policy", _ACTIONS.__getitem__, *spans)
    if chain.policy in ("accept", "drop"):
        return Stated(_ACTIONS[chain.policy], spans)
    return Unknown(f"the policy of chain {chain.name} was not understood", spans, "write accept or drop")


@dataclass(frozen=True, slots=True)
class _Compiler:
    table: Table
    reading: Reading

    def build(self, context: Context) -> Chains:
        """The steps of all chains of the table."""
        return {name: Steps(self._steps(chain, context)) for name, chain in self.table.chains.items()}

    def _steps(self, chain: Chain, context: Context) -> Iterator[Step]:
        for rule in chain.rules:
            yield from self._of_rule(chain, rule, context)

    def _of_rule(self, chain: Chain, rule: Rule, context: Context) -> list[Step]:
        spans = (self.reading.span(rule.file, rule.first, rule.last),)
        source = Source(chain.name, rule.key, rule.comment or _shown(rule), spans)
        current: tuple[Clause, ...] = ALWAYS
        found: list[Step] = []
        for statement in rule.statements:
            match statement:
                case Match():
                    current = narrowed(current, matching(statement, self.table, context))
                case Choose():
                    steps, current = self._choose(statement, current, source, context)
                    found += steps
                case Verdict():
                    does = verdict(statement)
                    return [*found, Step(current, does, source)] if does is not None and current else found
                case Translate():
                    if current:
                        found.append(Step(current, translate(statement), source))
                    if statement.kind != "tproxy":
                        return found
                case Opaque(words, understood):
                    current = narrowed(current, doubted(f"'{words[:40]}'"))
                    if not understood and current:
                        found.append(Step(current, Undecided(), source))
                case Aside():
                    pass
            if not current:
                return found
        return found

    def _choose(
        self, statement: Choose, current: tuple[Clause, ...], source: Source, context: Context
    ) -> tuple[list[Step], tuple[Clause, ...]]:
        """A verdict map. Only packets with the verdict `continue` see the rest of the rule.

        Source: Linux, net/netfilter/nft_lookup.c: a packet that no member holds breaks the rule off.
        """
        if isinstance(statement.table, Named):
            found = self.table.sets.get(statement.table.name)
            why = unclear(found, statement.table.name)
            if why or found is None:
                maybe = narrowed(current, doubted(why))
                return [Step(maybe, Undecided(), source)], maybe
            pairs: tuple[tuple[Element, Verdict], ...] = tuple(found.verdicts)
        else:
            pairs = statement.table
        steps: list[Step] = []
        on: list[Clause] = []
        for element, decided in pairs:
            clauses = elements(statement.selector, "==", (element,), context)
            does = verdict(decided)
            inside = narrowed(current, clauses)
            if does is None:
                on += inside
            elif inside:
                steps.append(Step(inside, does, source))
        return steps, tuple(on)


def _shown(rule: Rule) -> str:
    """A short text of a rule for people."""
    words = rule.words
    plain = words if words.isprintable() else "".join(c if c.isprintable() else "?" for c in words)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def verdict(statement: Verdict) -> Does | None:
    """What a verdict does; None for `continue`."""
    match statement.kind:
        case "accept" | "drop" | "reject":
            return _ACTIONS[statement.kind]
        case "jump" | "goto":
            return Jump(statement.target, back=statement.kind == "jump")
        case "return":
            return Return()
        case "continue":
            return None
        case _:
            return Undecided()


def translate(statement: Translate) -> Nat:
    """A translation with its port as a number."""
    address, last = statement.address or ("", "")
    number, clear = None, statement.clear
    if statement.port is not None:
        try:
            number = port(statement.port[0])
            clear = clear and statement.port[0] == statement.port[1]
        except ValueError:
            clear = False
    return Nat(statement.kind, address, last, number, clear)
