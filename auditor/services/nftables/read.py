"""What nftables adds to the model of its host."""

from dataclasses import replace

from auditor.services.base import Host, Instance, Part
from auditor.services.netfilter.assemble import assemble, output_doubts
from auditor.services.netfilter.kernel import connection_tracking
from auditor.services.nftables.rulesets import chosen


def read(host: Host, instance: Instance) -> Part:
    """Read the ruleset that counts, and the kernel's own timers."""
    found = chosen(host)
    part = assemble(host, found.ruleset)
    return replace(
        part,
        connection_tracking=connection_tracking(host),
        output_doubts=output_doubts(host, found.ruleset),
        disagreements=found.disagreements,
    )
