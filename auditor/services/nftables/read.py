"""What nftables adds to the model of its host."""

from dataclasses import replace

from auditor.model import Span
from auditor.services.base import Host, Instance, Part
from auditor.services.netfilter.assemble import assemble, output_doubts
from auditor.services.netfilter.kernel import connection_tracking, own_timers
from auditor.services.nftables.rulesets import Chosen, chosen
from auditor.syntax.nft_tree import Aside


def read(host: Host, instance: Instance) -> Part:
    """Read the ruleset that counts, and the kernel's own timers."""
    found = chosen(host)
    part = assemble(host, found.ruleset)
    timers = connection_tracking(host)
    return replace(
        part,
        connection_tracking=replace(timers, holes=timers.holes + own_timers(_timed(host, found))),
        output_doubts=output_doubts(host, found.ruleset),
        disagreements=found.disagreements,
    )


def _timed(host: Host, found: Chosen) -> tuple[Span, ...]:
    """Rules that give connections timers of their own, in the file or else as they run."""
    tree = found.file or found.running
    chains = [chain for table in tree.tables.values() for chain in table.chains.values()] if tree is not None else []
    return tuple(
        host.reading.span(rule.file, rule.first, rule.last)
        for chain in chains
        for rule in chain.rules
        if "ct timeout" in rule.words or Aside("ct timeout") in rule.statements
    )
