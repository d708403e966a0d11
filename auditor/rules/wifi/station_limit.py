"""The access points of the readers' Wi-Fi take fewer stations than there are readers and points of sale.

## What it checks
The limits of stations of all BSSs that readers may join, together, against the number of declared readers and points
of sale that use them. A group without a declared number counts as one. Other clients take places as well; how many,
nobody declares.

## Why it matters
A reader that comes too late is refused, although its passphrase is right and the signal is strong.
Source: stripe-terminal R15.

## About the fix
By hand: a limit is set because a radio, or a contract, carries no more. Raise it, or add an access point.
"""

from collections.abc import Iterator

from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import audible
from auditor.site import Pos, Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_RAISE = Fix(
    "take more stations, or add an access point",
    manual="how many stations the radios carry is for whoever planned them; raise the limit if they carry more",
)


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    limits = [bss.station_limit for bss in audible(readers)]
    if not limits:
        yield NotApplicable("no audited BSS is in their bands")
        return
    needed = _needed(site, frozenset(audible(readers)))
    unlimited = [fact for fact in limits if not isinstance(fact, Unknown) and fact.value is None]
    known = [fact for fact in limits if not isinstance(fact, Unknown)]
    places = sum(fact.value or 0 for fact in known)
    if unlimited:
        yield Pass("an access point takes any number of stations", unlimited[0])
    elif places >= needed:
        yield Pass(f"the access points take {places} stations, {needed} are needed", tuple(known))
    elif len(known) < len(limits):
        yield Undecided(next(fact for fact in limits if isinstance(fact, Unknown)), tuple(known))
    elif any(bss.given_by for bss in audible(readers)):
        why = f"how many access points take {places} stations or more is not in the configuration of their controller"
        near = tuple(span for fact in known for span in fact.spans)
        yield Undecided(Unknown(why, near, f"count the access points; {needed} stations are needed"), tuple(known))
    else:
        word = "station" if places == 1 else "stations"
        text = f"the access points take {places} {word}, {needed} are needed for readers and points of sale"
        yield Fail(text, tuple(known), site.policy.severity("too-few-stations"), (_RAISE,))


def _needed(site: Site, bsses: frozenset[Bss]) -> int:
    """How many stations are known to share these BSSs."""
    readers = sum(max(group.count or 0, len(group.macs), 1) for group in site.readers if _joins(group, bsses))
    return readers + sum(max(len(group.macs), 1) for group in site.pos if _joins(group, bsses))


def _joins(clients: Readers | Pos, bsses: frozenset[Bss]) -> bool:
    placed = not isinstance(clients.place, Unknown)
    return placed and clients.media.wireless and not bsses.isdisjoint(clients.attachment.bsses)


RULE = Rule(
    id="wifi-station-limit",
    items=("R15",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
