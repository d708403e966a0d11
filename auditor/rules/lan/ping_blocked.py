"""A packet filter drops pings from the point of sale to the readers.

## What it checks
Where point of sale and readers are in different networks: whether echo requests from the one to the other pass
the router between them. In one network: whether packet filters within a bridge let them pass.

## Why it matters
Payments do not need ping, but it is the first thing to try when a reader does not answer: where it is dropped,
a healthy reader looks dead.
Source: stripe-terminal T13.

## About the fix
One rule before the one that blocks, for these two networks and ICMP only; where several filters on the way block,
one in each of them.
"""

from collections.abc import Iterator

from auditor.model import Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import separate_pos
from auditor.rules.lan.crossing import closed, opening, stopping, way, within
from auditor.rules.pairs import each_pair, server_driven
from auditor.rules.several_hops import then_stopped
from auditor.site import Passage, Pos, Readers, Site
from auditor.verdicts import Fail, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from each_pair(site, readers, _judge)


def _judge(site: Site, pos: Pos, readers: Readers, subject: str) -> Iterator[Verdict]:
    path = site.path(pos, readers, protocol="icmp", port=None)
    if path.same_segment and not within(path):
        yield Pass("inside one network pings never meet the packet filter", (pos.place, readers.place), subject=subject)
    elif hop := stopping(path, Passage.BLOCKED):
        yield Fail(
            f"ping {way(hop, pos, readers)} does not pass{then_stopped(hop, closed(path))}",
            tuple(each.fact for each in closed(path)),
            site.policy.severity("ping-blocked"),
            opening(path, pos, readers, "icmp", None),
            server_driven(site),
            subject=subject,
            device=hop.device,
        )
    elif (hop := stopping(path, Passage.UNKNOWN)) and isinstance(hop.fact, Unknown):
        yield Undecided(hop.fact, subject=subject)
    else:
        yield Pass("pings pass", path.evidence, subject=subject)


RULE = Rule(
    id="ping-blocked",
    items=("T13",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
)
