"""Bridge port isolation keeps the point of sale from the readers.

## What it checks
Whether the bridge ports behind which readers and point of sale are may exchange frames: those of their BSSs,
and, for wired devices, the Ethernet ports of their network. Which port a wired device uses is in no
configuration, so only if all are isolated is it certain.

## Why it matters
Two isolated ports of one bridge never exchange frames, so the point of sale cannot connect to the reader.
Wi-Fi against cable is the usual case: everything reaches the internet, and nothing reaches its neighbour.
Source: stripe-terminal R15, T12.

## About the fix
It is enough to take one end out: the readers' SSID can then reach other isolated ports of that bridge. Other
isolated SSIDs and ports stay apart from one another.
"""

from collections.abc import Iterator

from auditor.intents import DisablePortIsolation
from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import separate_pos
from auditor.rules.pairs import called, each_pair, lan_path, others_there, server_driven
from auditor.site import Hop, HopKind, Passage, Pos, Readers, Site
from auditor.verdicts import Change, Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from each_pair(site, readers, _judge)


def _judge(site: Site, pos: Pos, readers: Readers, subject: str) -> Iterator[Verdict]:
    path = lan_path(site, pos, readers)
    if not path.same_segment:
        yield NotApplicable("they are in different networks, where isolation of ports does not apply", subject=subject)
        return
    hops = tuple(hop for hop in path.hops if hop.kind is HopKind.PORT_ISOLATION)
    blocked = tuple(hop for hop in hops if hop.passage is Passage.BLOCKED)
    unknown = [hop.fact for hop in hops if isinstance(hop.fact, Unknown)]
    if blocked:
        names = ", ".join(dict.fromkeys(f"'{hop.item}'" for hop in blocked))
        yield Fail(
            f"bridge port isolation of {names} keeps them apart",
            tuple(hop.fact for hop in blocked),
            site.policy.severity("lan-blocked"),
            (_fix(site, pos, readers, blocked),),
            server_driven(site),
            subject=subject,
        )
    elif unknown:
        yield Undecided(unknown[0], subject=subject)
    else:
        facts = tuple(hop.fact for hop in hops)
        yield Pass("no port isolation between them" if hops else "no bridge lies between them", facts, subject=subject)


def _fix(site: Site, pos: Pos, readers: Readers, blocked: tuple[Hop, ...]) -> Fix:
    """Take the readers' SSID out of isolation, or else that of the point of sale; a wired port is a person's choice."""
    concerned = {(hop.device, hop.item) for hop in blocked}
    for end in (readers, pos):
        bsses = [bss for bss in end.attachment.bsses if (bss.device, bss.key) in concerned]
        if bsses:
            return _for_bsses(site, bsses)
    ports = ", ".join(sorted(hop.item for hop in blocked))
    return Fix(
        f"take the port that the readers use out of isolation; it is one of {ports}",
        weakens="what is plugged in there can reach the other isolated ports",
        manual="no configuration tells which port the readers use",
    )


def _for_bsses(site: Site, bsses: list[Bss]) -> Fix:
    names = ", ".join(sorted({called(bss) for bss in bsses}))
    return Fix(
        f"bridge port isolation off for '{names}'" + (f" on {len(bsses)} BSSs" if len(bsses) > 1 else ""),
        tuple(Change(bss.device, DisablePortIsolation(bss.key, also=others_there(site, bss, bsses))) for bss in bsses),
        weakens=f"stations of '{names}' can reach other isolated ports of the bridge",
        risks=(f"all other clients of '{names}' are no longer kept from isolated ports either",),
    )


RULE = Rule(
    id="port-isolation",
    items=("R15", "T12"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
)
