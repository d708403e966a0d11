"""Station isolation on the access point keeps the point of sale from the readers.

## What it checks
For each BSS that readers or point of sale may join: whether its isolation reaches the other end. A point of
sale whose entry names no SSID counts as a Wi-Fi client where its network has Wi-Fi.

## Why it matters
The point of sale connects to the reader directly. An isolating access point drops these frames although both
have good addresses and reach the internet. 802.11 defines no isolation: how far it goes is each vendor's own.
Source: stripe-terminal R15, T12.

## About the fix
Stations of that SSID can then reach each other, which is what the tills need; an SSID for guests must keep its
isolation. The access point restarts the radio's SSIDs for some seconds.
"""

from collections.abc import Iterator

from auditor.intents import DisableStationIsolation
from auditor.model import Declared, IsolationScope, Severity, Unknown
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
        yield NotApplicable("they are in different networks, where isolation does not apply", subject=subject)
        return
    hops = tuple(hop for hop in path.hops if hop.kind is HopKind.STATION_ISOLATION)
    blocked = tuple(hop for hop in hops if hop.passage is Passage.BLOCKED)
    unknown = [hop.fact for hop in hops if isinstance(hop.fact, Unknown)]
    if blocked:
        yield _failure(site, pos, readers, blocked, subject)
        return
    declared = site.declared("isolation")
    if not isinstance(declared, Declared):
        unknown += [*site.bsses(readers).holes] if readers.wireless or pos.wireless else []
        unknown += [*readers.attachment.unseen] if readers.wireless else []
    evidence = tuple(hop.fact for hop in hops)
    if unknown:
        yield Undecided(unknown[0], evidence=evidence, subject=subject)
    elif not hops:
        yield NotApplicable("neither of them uses Wi-Fi here", subject=subject)
    elif any(_is_on(hop) for hop in hops):
        words = "station isolation is on, but does not reach from one to the other; a till that moves there is cut off"
        yield Fail(words, evidence, site.policy.severity("isolation-elsewhere"), subject=subject)
    else:
        attested = (declared,) if isinstance(declared, Declared) else ()
        yield Pass("no station isolation between them", (*evidence, *attested), subject=subject)


def _is_on(hop: Hop) -> bool:
    return not isinstance(hop.fact, Unknown) and hop.fact.value is not IsolationScope.NONE


def _failure(site: Site, pos: Pos, readers: Readers, blocked: tuple[Hop, ...], subject: str) -> Fail:
    concerned = {(hop.device, hop.item) for hop in blocked}
    both = (*readers.attachment.bsses, *pos.attachment.bsses)
    bsses = [bss for bss in dict.fromkeys(both) if (bss.device, bss.key) in concerned]
    names = ", ".join(f"'{name}'" for name in sorted({called(bss) for bss in bsses}))
    scopes = ", ".join(dict.fromkeys(_scope(hop) for hop in blocked))
    assumed = "" if pos.connection else f" ({pos.name}: no connection is declared, they count as Wi-Fi clients)"
    fix = Fix(
        f"station isolation off for {names}" + (f" on {len(bsses)} BSSs" if len(bsses) > 1 else ""),
        tuple(Change(bss.device, DisableStationIsolation(bss.key, others_there(site, bss, both))) for bss in bsses),
        weakens=f"stations of {names} can reach each other",
        risks=(f"all other clients of {names} are no longer kept apart either",),
    )
    return Fail(
        f"station_isolation of SSID {names} ({scopes}) keeps them apart{assumed}",
        tuple(hop.fact for hop in blocked),
        site.policy.severity("lan-blocked"),
        (fix,),
        server_driven(site),
        subject=subject,
    )


def _scope(hop: Hop) -> str:
    return "" if isinstance(hop.fact, Unknown) else str(hop.fact.value.value)


RULE = Rule(
    id="station-isolation",
    items=("R15", "T12"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
)
