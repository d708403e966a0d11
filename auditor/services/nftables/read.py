"""What nftables adds to the model of its host."""

from dataclasses import replace

from auditor.model import Unknown
from auditor.services.base import Host, Instance, Part
from auditor.services.netfilter.assemble import assemble
from auditor.services.netfilter.assemble import output_doubts as doubts
from auditor.services.netfilter.kernel import connection_tracking
from auditor.services.nftables.rulesets import chosen


def read(host: Host, instance: Instance) -> Part:
    """Read the ruleset that counts, and the kernel's own timers."""
    found = chosen(host)
    part = assemble(host, found.ruleset)
    return replace(part, connection_tracking=connection_tracking(host), disagreements=found.disagreements)


def output_doubts(host: Host, instance: Instance) -> tuple[Unknown, ...]:
    """What may stop the questions of the host's own resolvers: see `assemble.output_doubts`."""
    return doubts(host, chosen(host).ruleset)
