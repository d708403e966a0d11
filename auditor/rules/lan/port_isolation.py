"""Bridge port isolation keeps the point of sale from the readers.

## What it checks
Whether the bridge ports behind which readers and point of sale are may exchange frames: those of their BSSs,
and, for wired devices, the Ethernet ports of their network. Which port a wired device uses is in no
configuration, so only if all are isolated is it certain, or if its MAC address is declared and the switch has learned
it. In two networks: whether isolation keeps one of them from its router.

## Why it matters
Two isolated ports of one bridge never exchange frames, so the point of sale cannot connect to the reader.
Wi-Fi against cable is the usual case: everything reaches the internet, and nothing reaches its neighbour.
Source: stripe-terminal R15, T12.

## About the fix
It is enough to take one end out: the readers' SSID can then reach other isolated ports of that bridge. Other
isolated SSIDs and ports stay apart from one another. A wired port is taken out where it is known.
"""

from collections.abc import Iterator

from auditor.model import Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import separate_pos
from auditor.rules.isolated_ports import taken_out
from auditor.rules.pairs import each_pair, lan_path, server_driven
from auditor.site import Hop, HopKind, Passage, Pos, Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from each_pair(site, readers, _judge)


def _judge(site: Site, pos: Pos, readers: Readers, subject: str) -> Iterator[Verdict]:
    path = lan_path(site, pos, readers)
    hops = tuple(hop for hop in path.hops if hop.kind is HopKind.PORT_ISOLATION)
    if not path.same_segment and not hops:
        words = "they are in different networks, and isolation of ports keeps neither from its router"
        yield NotApplicable(words, subject=subject)
        return
    blocked = tuple(hop for hop in hops if hop.passage is Passage.BLOCKED)
    unknown = [hop.fact for hop in hops if isinstance(hop.fact, Unknown)]
    if blocked:
        names = ", ".join(dict.fromkeys(f"'{hop.item}'" for hop in blocked))
        what = "them apart" if path.same_segment else "one of them from its router"
        yield Fail(
            f"bridge port isolation of {names} keeps {what}",
            tuple(hop.fact for hop in blocked),
            site.policy.severity("lan-blocked"),
            (_fix(site, pos, readers, blocked, same_segment=path.same_segment),),
            server_driven(site),
            subject=subject,
        )
    elif unknown:
        yield Undecided(unknown[0], subject=subject)
    else:
        facts = tuple(hop.fact for hop in hops)
        yield Pass("no port isolation between them" if hops else "no bridge lies between them", facts, subject=subject)


def _fix(site: Site, pos: Pos, readers: Readers, blocked: tuple[Hop, ...], *, same_segment: bool) -> Fix:
    """Take the readers out of isolation, or else the point of sale; a port that nobody knows is a person's choice."""
    fixes = [fix for end in (readers, pos) if (fix := taken_out(site, end, blocked)) is not None]
    if len(fixes) > 1 and not same_segment:
        # Each of the two is cut off from its router by itself.
        both = tuple(change for fix in fixes for change in fix.changes)
        risks = tuple(risk for fix in fixes for risk in fix.risks)
        return Fix("; ".join(fix.title for fix in fixes), both, fixes[0].weakens, risks)
    if fixes:
        return fixes[0]
    ports = ", ".join(sorted(hop.item for hop in blocked))
    which = "the readers use" if same_segment else "leads to the router"
    return Fix(
        f"take the port that {which} out of isolation; it is one of {ports}",
        weakens="what is plugged in there can reach the other isolated ports",
        manual=f"no configuration tells which port {which}",
    )


RULE = Rule(
    id="port-isolation",
    items=("R15", "T12"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
)
