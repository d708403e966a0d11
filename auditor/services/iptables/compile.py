"""Saved tables as base chains whose rules are steps."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model import Action, Fact, Stated, Unknown
from auditor.services.iptables.matches import clauses_of
from auditor.services.netfilter.conditions import Context, doubted, narrowed, port
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.program import Chains, Does, Jump, Nat, Return, Source, Step, Steps, Undecided
from auditor.services.reading import Reading
from auditor.syntax.iptables_save import Chain, Rule, Saved, Table

_HOOKS = {
    "PREROUTING": "prerouting", "INPUT": "input", "FORWARD": "forward", "OUTPUT": "output",
    "POSTROUTING": "postrouting",
}  # fmt: skip
_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
_PASSING = frozenset(
    {"LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "TCPMSS", "CLASSIFY", "DSCP", "TOS", "TTL", "SET", "CT", "NOTRACK"}
    | {"TRACE", "AUDIT", "CHECKSUM", "CONNSECMARK", "SECMARK", "CONTINUE", "mark", "arpreply"}
)
_NATS = {
    "MASQUERADE": "masquerade", "SNAT": "snat", "DNAT": "dnat", "REDIRECT": "redirect", "TPROXY": "tproxy",
}  # fmt: skip
_ACTIONS = {"ACCEPT": Action.ACCEPT, "DROP": Action.DROP, "REJECT": Action.REJECT}
_JUMPS = ("-j", "--jump", "-g", "--goto")
_TARGET_OPTIONS = frozenset(
    {*_JUMPS, "--reject-with", "--to-destination", "--to-source", "--to-ports", "--random", "--random-fully"}
    | {"--persistent", "--log-prefix", "--log-level", "--log-ip-options", "--log-tcp-options", "--log-tcp-sequence"}
    | {"--log-uid", "--nflog-prefix", "--nflog-group", "--nflog-size", "--set-mark", "--set-xmark", "--or-mark"}
    | {"--and-mark", "--xor-mark", "--save-mark", "--restore-mark", "--nfmask", "--ctmask", "--clamp-mss-to-pmtu"}
    | {"--set-mss", "--set-class", "--set-dscp", "--set-dscp-class", "--set-tos", "--ttl-set", "--add-set"}
    | {"--del-set", "--exist", "--timeout", "--map-set", "--notrack", "--helper", "--zone", "--queue-num"}
    | {"--queue-balance", "--queue-bypass", "--on-port", "--on-ip", "--tproxy-mark", "--checksum-fill", "--log"}
    | {"--log-arp", "--log-ip", "--mark-set", "--mark-target"}
)


def bases_of(saved: Saved, path: str, reading: Reading, *, prefix: str, bridge: bool = False) -> tuple[Base, ...]:
    """The built-in chains of a saved output, with the policies that it shows."""
    holes = tuple(
        Unknown(f"'{word}' in {path} was not understood", (reading.span(path, number),), "check by hand")
        for number, word in saved.strange
    )
    found = []
    for table in saved.tables.values():
        for chain in table.chains.values():
            if chain.name not in _HOOKS:
                continue
            spans = (reading.span(path, chain.line),)
            found.append(
                Base(
                    key=f"{prefix}/{table.name} {chain.name}",
                    chain=chain.name,
                    family="bridge" if bridge else "ip",
                    type="nat" if table.name == "nat" else "filter",
                    hook=_HOOKS[chain.name],
                    priority=_PRIORITIES.get(table.name, 0),
                    policy=_policy(chain, reading, path),
                    spans=spans,
                    build=_Compiler(table, path, reading).build,
                    holes=holes,
                )
            )
    return tuple(found)


def _policy(chain: Chain, reading: Reading, path: str) -> Fact[Action]:
    spans = (reading.span(path, chain.line),)
    if chain.policy in ("ACCEPT", "DROP"):
        return Stated(_ACTIONS[chain.policy], spans)
    if not chain.policy:
        return reading.default("iptables.policy", _ACTIONS.__getitem__, *spans)
    return Unknown(f"the policy of chain {chain.name} was not understood", spans, "write ACCEPT or DROP")


@dataclass(frozen=True, slots=True)
class _Compiler:
    table: Table
    path: str
    reading: Reading

    def build(self, context: Context) -> Chains:
        return {name: Steps(self._steps(chain, context)) for name, chain in self.table.chains.items()}

    def _steps(self, chain: Chain, context: Context) -> Iterator[Step]:
        for rule in chain.rules:
            step = self._step(rule, context)
            if step is not None:
                yield step

    def _step(self, rule: Rule, context: Context) -> Step | None:
        does = self._does(rule)
        clauses = clauses_of(rule, context, _TARGET_OPTIONS)
        if does is None or not clauses:
            return None
        spans = (self.reading.span(self.path, rule.line),)
        source = Source(rule.chain, rule.key, rule.key, spans)
        if isinstance(does, Undecided):
            clauses = narrowed(clauses, doubted(f"what {rule.value(*_JUMPS)[:20]} does is not known"))
        return Step(clauses, does, source)

    def _does(self, rule: Rule) -> Does | None:
        """What a rule does; None if it lets packets go on."""
        target = rule.value(*_JUMPS)
        if not target or target in _PASSING:
            return None
        if target in self.table.chains:
            return Jump(target, back=not rule.value("-g", "--goto"))
        if target == "RETURN":
            return Return()
        if target in _ACTIONS:
            return _ACTIONS[target]
        return nat_of(rule, target) if target in _NATS else Undecided()


def nat_of(rule: Rule, target: str) -> Nat:
    """`--to-destination 192.0.2.1-192.0.2.9:8080`, `--to-ports 5353`."""
    written = rule.value("--to-destination", "--to-source")
    span, _, number = written.partition(":")
    address, _, last = span.partition("-")
    word = number or rule.value("--to-ports", "--on-port")
    if not word:
        return Nat(_NATS[target], address, last or address)
    try:
        return Nat(_NATS[target], address, last or address, port(word.partition("/")[0]))
    except ValueError:
        return Nat(_NATS[target], address, last or address, clear=False)


def untracked(saved: Saved) -> bool:
    """Whether some rule keeps packets from connection tracking."""
    rules = (rule for table in saved.tables.values() for chain in table.chains.values() for rule in chain.rules)
    return any(
        rule.value(*_JUMPS) == "NOTRACK" or any(option.name == "--notrack" for option in rule.options) for rule in rules
    )
