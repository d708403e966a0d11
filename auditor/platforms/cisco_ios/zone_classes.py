"""Class maps and policy maps of `type inspect` as chains: which class a packet falls into, and what becomes of it.

`match-any` wants one of its lines, `match-all` all of them; classes are asked in the order of the policy, and what no
class takes falls into `class-default`, which drops unless it says otherwise. Source: Cisco, "Zone-Based Policy Firewall
Design and Application Guide" (document 98628).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from auditor.model import Span
from auditor.platforms.cisco_ios.acl_matches import steps_of
from auditor.platforms.cisco_ios.blocks import Block
from auditor.platforms.cisco_ios.filters_scene import Scene
from auditor.platforms.cisco_ios.inspection import application
from auditor.services.netfilter.conditions import ALWAYS, Clause, Context, doubted
from auditor.services.netfilter.program import Does, Jump, Return, Source, Step, Steps
from auditor.services.reading import printable

_DEEPEST = 16
_MOST_CHAINS = 600
"""Class maps that name others many times over are not followed further than this."""


class Treatment(StrEnum):
    """What a policy does with the packets of a class."""

    INSPECT = "inspect"
    PASS = "pass"
    DROP = "drop"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class PolicyClass:
    """One class of a policy in its order; `parameters` names the parameter map of `inspect`, '' for none."""

    name: str
    treatment: Treatment
    parameters: str
    spans: tuple[Span, ...]


def classes_of(scene: Scene, policy: str) -> tuple[PolicyClass, ...] | None:
    """The classes of a policy map, `class-default` at the end; None if there is no such policy."""
    block = scene.config.top.block("policy-map type inspect", policy)
    if block is None:
        return None
    found = [_class(inner) for inner in block.blocks("class")]
    default = [each for each in found if each.name == "class-default"]
    last = PolicyClass("class-default", Treatment.DROP, "", (block.header,))
    return (*(each for each in found if each.name != "class-default"), default[0] if default else last)


def _class(block: Block) -> PolicyClass:
    name = block.name.removeprefix("type inspect ").strip()
    treatment, parameters = Treatment.DROP if name == "class-default" else Treatment.UNKNOWN, ""
    spans = [block.header]
    for word in (Treatment.INSPECT, Treatment.PASS, Treatment.DROP):
        line = block.said(word.value)
        if line is not None and not line.no:
            treatment, spans = word, [block.header, line.span]
            parameters = line.words[0] if word is Treatment.INSPECT and line.words else ""
    for prefix in ("service-policy", "police", "urlfilter"):
        line = block.said(prefix)
        if line is not None and not line.no:
            # What looks into connections, or counts them, may stop some.
            treatment, spans = Treatment.UNKNOWN, [*spans, line.span]
    return PolicyClass(name, treatment, parameters, tuple(spans))


@dataclass(slots=True, eq=False)
class ClassChains:
    """Makes chains of classes; what falls into a class gets what the caller says."""

    scene: Scene
    context: Context
    base: str
    chains: dict[str, Steps] = field(default_factory=dict)
    _maps: dict[str, Block] = field(default_factory=dict)

    def step(self, each: PolicyClass, then: Does, title: str) -> Step:
        """The class as a step of its policy's chain."""
        source = Source(self.base, title, title, each.spans)
        if each.name == "class-default":
            return Step(ALWAYS, then, source)
        inner = f"{title}: {each.name}"
        return Step(ALWAYS, Jump(self._class(each.name, then, inner, title, ()), back=True), source)

    def _class(self, name: str, then: Does, inner: str, title: str, above: tuple[str, ...]) -> str:
        """The chain in which packets of a class get `then`, and all others go back."""
        if not self._maps:
            found = self.scene.config.top.blocks("class-map type inspect")
            self._maps |= {words[-1]: each for each in reversed(found) if (words := each.name.split())}
        block = self._maps.get(name)
        if block is None or name in above or len(above) > _DEEPEST or len(self.chains) > _MOST_CHAINS:
            why = f"class map {printable(name, 80)} is not there" if block is None else "class maps name each other"
            return self._chain(inner, [Step(doubted(why), then, Source(self.base, title, title, ()))])
        lines = [line for line in block.each("match") if not line.no]
        every = "match-any" not in block.name.split()[:-1]
        steps: list[Step] = []
        if every:
            following = then
            for number, line in reversed(list(enumerate(lines))):
                chain = self._match(line.rest, following, f"{inner}/{number}", title, line.span, (*above, name))
                following = Jump(chain, back=True)
            if lines:
                steps = [Step(ALWAYS, following, Source(self.base, title, title, (block.header,)))]
        else:
            for number, line in enumerate(lines):
                chain = self._match(line.rest, then, f"{inner}/{number}", title, line.span, (*above, name))
                steps.append(Step(ALWAYS, Jump(chain, back=True), Source(self.base, title, title, (line.span,))))
        return self._chain(inner, steps)

    def _match(self, text: str, then: Does, inner: str, title: str, span: Span, above: tuple[str, ...]) -> str:
        words = text.split()
        key = f"{title}: match {printable(text, 60)}"
        source = Source(self.base, key, key, (span,))
        if words[:1] == ["access-group"] and len(words) > 1:
            name = words[2] if words[1] == "name" and len(words) > 2 else words[1]
            acl = self.scene.lists.get(name)
            if acl is None or not acl.entries:
                return self._chain(
                    inner, [Step(doubted(f"access list {printable(name, 80)} is not there"), then, source)]
                )
            return self._chain(
                inner, list(self._list(steps_of(acl, self.context, self.base, permit=then, deny=Return()), key, span))
            )
        if words[:1] == ["protocol"] and len(words) == 2:
            return self._chain(inner, [Step(tuple(self._application(words[1])), then, source)])
        if words[:1] == ["class-map"] and len(words) == 2:
            return self._class(words[1], then, f"{inner}:{words[1]}", title, above)
        return self._chain(inner, [Step(doubted(f"'match {printable(text, 40)}' is not followed"), then, source)])

    def _application(self, word: str) -> Iterator[Clause]:
        yield from application(self.scene, word)

    def _list(self, steps: Iterator[Step], key: str, span: Span) -> Iterator[Step]:
        """Entries of a list under the name of the line that asks it."""
        for step in steps:
            name = f"{key}: {step.source.name}"
            yield Step(
                step.clauses,
                step.does,
                Source(self.base, f"{key}: {step.source.key}", name, (*step.source.spans, span)),
            )

    def _chain(self, name: str, steps: list[Step]) -> str:
        self.chains[name] = Steps(steps)
        return name
