"""Devices disagree about the network of the readers or of a point of sale.

## What it checks
All devices in that network use the same mask and addresses of their own, all scopes that serve it name the same
router, and the readers' SSID leads there on every access point. Two routers that stand in for one another and share
an address besides their own are in order. The network of a point of sale is judged too, where it is another one.

## Why it matters
Devices that take different addresses for local do not find each other, and two that have one address take turns in
answering. A reader that moves to an access point which leads elsewhere is gone for the point of sale.
Source: stripe-terminal T10.

## About the fix
By hand: which of the devices is right is the owner's to say.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from auditor.model import Bss, Fact, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.rules.networks import concerned
from auditor.site import Pos, Readers, Segment, Site, conflicts
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_WHICH = "find out which one is right"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    for client in concerned(site, readers):
        for verdict in _judge(site, client):
            yield replace(verdict, subject=client.name)


def _judge(site: Site, client: Readers | Pos) -> Iterator[Verdict]:
    segment = client.attachment.segment
    failures = [
        *_addresses(site, segment),
        *_masks(site, segment),
        *_routers(site, client),
        *(_elsewhere(site, client) if isinstance(client, Readers) else ()),
    ]
    yield from failures
    if failures:
        return
    unread = conflicts.unread_address(segment)
    known = [i.addresses for i in segment.interfaces if not isinstance(i.addresses, Unknown) and i.addresses.value]
    if unread is not None:
        yield Undecided(unread)
    elif known:
        yield Pass(f"all audited devices agree about {segment.name}", tuple(known))
    else:
        yield NotApplicable(f"no audited device has a known address in {segment.name}, so none can disagree")


def _addresses(site: Site, segment: Segment) -> Iterator[Fail]:
    for found in conflicts.same_address(segment):
        (one, other), (address, _) = found.devices, found.words
        fix = Fix("give each device an address of its own", manual="the clients of one of them must be told")
        severity = site.policy.severity("unexpected-subnet")
        message = f"{one} and {other} both have the address {address}"
        yield Fail(message, found.facts, severity, (fix,), about=f"twice {address}")


def _masks(site: Site, segment: Segment) -> Iterator[Fail]:
    for found in conflicts.two_masks(segment):
        words = f"one network with two masks: {found.words[0]} and {found.words[1]}"
        yield _disagreeing(site, words, found.facts, "use one mask on all devices", "masks")


def _routers(site: Site, client: Readers | Pos) -> Iterator[Fail]:
    for one, other in combinations(site.scopes_serving(client), 2):
        first, second = one.routers, other.routers
        if isinstance(first, Unknown) or isinstance(second, Unknown) or set(first.value) == set(second.value):
            continue
        words = f"scopes '{one.key}' of {one.device} and '{other.key}' of {other.device} name different routers"
        yield _disagreeing(site, words, (first, second), "let one DHCP server serve the network", "routers")


def _elsewhere(site: Site, readers: Readers) -> Iterator[Fail]:
    """A reader joins any access point with its SSID; one that leads elsewhere gives it an address of elsewhere."""
    here = readers.attachment.segment
    ssids = {bss.ssid.value for bss in readers.attachment.bsses if not isinstance(bss.ssid, Unknown)}
    if not readers.wireless or len(ssids) != 1:
        return
    for segment in site.segments:
        for bss in segment.bsses if segment.key != here.key else ():
            if isinstance(bss.ssid, Unknown) or bss.ssid.value not in ssids or not _is_on(bss):
                continue
            words = f"SSID '{bss.ssid.value}' of {bss.device} ({bss.key}) leads to {segment.name}, not to {here.name}"
            title = f"put SSID '{bss.ssid.value}' on one network everywhere"
            yield _disagreeing(site, words, (bss.ssid, bss.networks), title, f"{bss.device}/{bss.key}")


def _is_on(bss: Bss) -> bool:
    return not isinstance(bss.enabled, Unknown) and bss.enabled.value


def _disagreeing(site: Site, words: str, facts: tuple[Fact[Any], ...], title: str, about: str) -> Fail:
    return Fail(words, facts, site.policy.severity("network-disagrees"), (Fix(title, manual=_WHICH),), about=about)


RULE = Rule(
    id="network-disagrees",
    items=("T10",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
