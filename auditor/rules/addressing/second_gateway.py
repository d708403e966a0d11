"""Two devices lead from the network of the readers or of a point of sale to the internet.

## What it checks
Whether more than one audited device with an address in that network leads to the internet by an uplink of its own,
without standing in for the other (a shared address), and which of them DHCP names. If it names one of them, the other
is worth a note where it translates addresses, as an access point in router mode does. If it names several, or none, it
is a warning.

## Why it matters
By which of two ways a client leaves is chance then, and each has filters and a resolver of its own: what works
at one till does not at the next.
Source: stripe-terminal T10.

## About the fix
By hand: an access point that was left in router mode is to be made one without routing and without a server; of two
routers DHCP has to name one, or they need an address that they share.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from auditor.model import Fact, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.rules.networks import concerned
from auditor.site import Pos, Readers, Site
from auditor.site.conflicts import WayOut, stand_in, ways_out
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_ONE_WAY = "which of them is the router is the owner's to say"


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    for client in concerned(site, readers):
        yield replace(_judge(site, client), subject=client.name)


def _judge(site: Site, client: Readers | Pos) -> Verdict:
    segment = client.attachment.segment
    ways = ways_out(segment, site.devices)
    if len(ways) < 2:
        facts = tuple(fact for way in ways for fact in way.facts)
        known = Pass(f"{ways[0].device} alone leads out of {segment.name}", facts) if ways else None
        return known or NotApplicable(f"no audited device leads from {segment.name} to the internet")
    if all(stand_in(ways[0], way) for way in ways[1:]):
        facts = tuple(way.inside.addresses for way in ways)
        return Pass(f"{_names(ways)} stand in for one another: they share an address", facts)
    told = _told(site, client)
    if isinstance(told, Unknown):
        why = f"{_names(ways)} both lead out of {segment.name}, and which of them clients are told is not known"
        settle = told.settle or "audit the DHCP server of that network"
        return Undecided(Unknown(f"{why}: {told.why}", told.near, settle), tuple(f for way in ways for f in way.facts))
    return _told_apart(site, segment.name, ways, *told)


def _told(site: Site, client: Readers | Pos) -> tuple[frozenset[IPv4Address], tuple[Fact[Any], ...]] | Unknown:
    """The routers that all scopes name, with their lines."""
    scopes = site.scopes_serving(client)
    if scopes.holes:
        return scopes.holes[0]
    unknown = next((scope.routers for scope in scopes if isinstance(scope.routers, Unknown)), None)
    if unknown is not None:
        return unknown
    known = [scope.routers for scope in scopes if not isinstance(scope.routers, Unknown)]
    return frozenset(address for fact in known for address in fact.value), tuple(known)


def _told_apart(
    site: Site,
    network: str,
    ways: tuple[WayOut, ...],
    routers: frozenset[IPv4Address],
    lines: tuple[Fact[Any], ...],
) -> Verdict:
    named = [way for way in ways if not routers.isdisjoint(way.addresses)]
    others = tuple(way for way in ways if way not in named)
    facts = tuple(fact for way in ways for fact in way.facts)
    if not named or not all(stand_in(named[0], way) for way in named):
        which = f"clients are told {_names(tuple(named))}" if named else "DHCP tells clients neither"
        fix = Fix(f"let clients know one router: {' or '.join(way.device for way in ways)}", manual=_ONE_WAY)
        words = f"{_names(ways)} both lead out of {network}; {which}"
        return Fail(words, (*facts, *lines), site.policy.severity("two-gateways"), (fix,), about="gateways")
    translating = tuple(way for way in others if way.translates is not None)
    if not translating:
        return Pass(
            f"clients of {network} are told {_names(tuple(named))}, and no other one", (*lines, *named[0].facts)
        )
    fix = Fix(f"take {_names(translating)} out of router mode, if it is an access point", manual=_ONE_WAY)
    words = f"clients are told {_names(tuple(named))}, but {_names(translating)} leads out of {network} too"
    severity = site.policy.severity("second-gateway")
    return Fail(words, (*(f for way in translating for f in way.facts), *lines), severity, (fix,), about="gateways")


def _names(ways: tuple[WayOut, ...]) -> str:
    return " and ".join(way.device for way in ways)


RULE = Rule(
    id="second-gateway",
    items=("T10",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
