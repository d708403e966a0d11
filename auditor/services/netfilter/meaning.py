"""What base chains mean, in a form in which two ways of writing the same can be compared."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.model import Unknown
from auditor.services.base import Host
from auditor.services.netfilter.conditions import Context, View
from auditor.services.netfilter.filters import Base
from auditor.services.netfilter.links import links_of
from auditor.services.netfilter.program import Jump, Return, Step, Undecided


def meaning(host: Host, bases: Iterable[Base]) -> list[object]:
    """Each base chain with all steps of its table, for each kind of packets."""
    links = links_of(host)
    found: list[object] = []
    for base in bases:
        policy = "accept" if isinstance(base.policy, Unknown) else base.policy.value
        context = Context(base.hook, View.FIRST, links, bridged=base.family in ("bridge", "netdev"))
        for view in View:
            chains = base.build(replace(context, view=view))
            written = ((name, tuple(each)) for name, each in chains.items())
            steps = sorted((name, tuple(_rules(each))) for name, each in written if each)
            found.append((base.chain, base.type, base.hook, base.priority, policy, view.value, steps))
    return found


def _rules(steps: tuple[Step, ...]) -> Iterator[tuple[str, ...]]:
    """The steps of each rule, whose own order does not matter."""
    at = 0
    while at < len(steps):
        key, group = steps[at].source.key, list[str]()
        while at < len(steps) and steps[at].source.key == key:
            group += _words(steps[at])
            at += 1
        yield tuple(sorted(group))


def _words(step: Step) -> Iterator[str]:
    match step.does:
        case Jump(chain, back):
            shown = f"{chain} {back}"
        case Return() | Undecided():
            shown = type(step.does).__name__
        case does:
            shown = repr(does)
    for clause in step.clauses:
        box = clause.box
        names = [sorted(one) if one is not None else None for one in (box.entering, box.leaving, box.protocols)]
        yield f"{names} {box.sources} {box.destinations} {box.ports} {bool(clause.doubt)} {shown}"
