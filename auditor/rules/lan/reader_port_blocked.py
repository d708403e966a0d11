"""A router or packet filter keeps the point of sale from the readers' port.

## What it checks
Where point of sale and readers are in different networks: whether new connections from the one network to the
required port of the other pass the router between them, whole networks against whole networks. In one network:
whether packet filters within a bridge let them pass, and the ARP frames before them.

## Why it matters
The point of sale opens a TLS connection to the reader itself; if the filter drops it, the reader is found and
never connected. Replies need no rule of their own.
Source: stripe-terminal R15.

## About the fix
One rule before the one that blocks, for these two networks and this port only; where several filters on the way
block, one in each of them, which belong together. It opens a way between two
networks that somebody kept apart on purpose: look at PCI DSS scope first. One common network is the better way.
"""

from collections.abc import Iterator

from auditor.model import Severity, Unknown
from auditor.policies import Port
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
    for port in site.policy.lan_ports:
        yield _port(site, pos, readers, subject, port)


def _port(site: Site, pos: Pos, readers: Readers, subject: str, port: Port) -> Verdict:
    path = site.path(pos, readers, protocol=port.protocol.value, port=port.number)
    if path.same_segment and not within(path):
        words = "inside one network frames never meet the packet filter"
        return Pass(words, (pos.place, readers.place), subject=subject, about=str(port))
    if hop := stopping(path, Passage.BLOCKED):
        where = f" ({hop.subset})" if hop.subset else ""
        return Fail(
            f"{port} {way(hop, pos, readers)} does not pass{where}{then_stopped(hop, closed(path))}",
            tuple(each.fact for each in closed(path)),
            site.policy.severity("lan-blocked"),
            opening(path, pos, readers, port.protocol.value, port.number),
            server_driven(site),
            subject=subject,
            about=str(port),
            device=hop.device,
        )
    if (hop := stopping(path, Passage.UNKNOWN)) and isinstance(hop.fact, Unknown):
        return Undecided(hop.fact, subject=subject, about=str(port))
    return Pass(f"{port} passes", path.evidence, subject=subject, about=str(port))


RULE = Rule(
    id="reader-port-blocked",
    items=("R15",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
)
