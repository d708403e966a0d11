"""The readers' network has no IPv4.

## What it checks
The network of the readers has an IPv4 subnet, and if it offers IPv6, something gives out IPv4 addresses too, so
that no reader is left with IPv6 alone. Readers with static addresses need the subnet only. An interface that is
switched off counts as none.

## Why it matters
Readers do not work in networks of IPv6 alone; some use IPv6, but beside an IPv4 address.
Source: stripe-terminal R4, R4a, R4b.

## About the fix
Which subnet the readers get is a decision about the whole network; a person makes it.
"""

from collections.abc import Iterator

from auditor.model import Declared, Device, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    segment, attested = readers.attachment.segment, site.declared("dhcp")
    match segment.subnets:
        case Unknown() as unknown:
            if isinstance(attested, Declared):
                yield Pass(f"DHCP is attested: {attested.value}", attested)
            else:
                yield Undecided(unknown)
        case subnets if subnets.value:
            yield _switched_on(site, readers) or _addresses(site, readers)
        case subnets if site.missing and not isinstance(attested, Declared):
            names = ", ".join(sorted(failure.device for failure in site.missing))
            why = f"no audited device has an IPv4 address in {segment.name}; {names} was not audited"
            yield Undecided(Unknown(why, subnets.spans, f"audit {names} as well, or declare dhcp"))
        case subnets if isinstance(attested, Declared):
            yield Pass(f"DHCP is attested: {attested.value}", (attested, subnets))
        case _ if (unread := _unread(readers)) is not None:
            yield Undecided(unread)
        case _ if (unplaced := site.unplaced(segment)) is not None:
            yield Undecided(unplaced)
        case subnets if not any(map(_may_route, site.devices)):
            why = f"no audited device has an IPv4 address in {segment.name}, and none of them is a router"
            yield Undecided(Unknown(why, subnets.spans, "audit the router of that network as well, or declare dhcp"))
        case subnets:
            yield Fail(
                f"no device has an IPv4 address in {segment.name}",
                subnets,
                site.policy.severity("no-ipv4"),
                (Fix("give the readers' network an IPv4 subnet with DHCP", manual="choose a private subnet first"),),
            )


def _may_route(device: Device) -> bool:
    """Whether a device may have addresses in two networks; a switch or an access point has one, to be managed by."""
    return sum(isinstance(i.addresses, Unknown) or bool(i.addresses.value) for i in device.interfaces) > 1


def _unread(readers: Readers) -> Unknown | None:
    """Why an interface of the network may have an address all the same."""
    addresses = (each.addresses for each in readers.attachment.segment.interfaces)
    return next((each for each in addresses if isinstance(each, Unknown)), None)


def _switched_on(site: Site, readers: Readers) -> Verdict | None:
    """Not a pass if every interface with an address there is switched off, or may be; None if one is on."""
    segment = readers.attachment.segment
    states = [i.enabled for i in segment.interfaces if not isinstance(i.addresses, Unknown) and i.addresses.value]
    known = [state for state in states if not isinstance(state, Unknown)]
    if not states or any(state.value for state in known):
        return None
    if len(known) < len(states):
        return Undecided(next(state for state in states if isinstance(state, Unknown)))
    fix = Fix("switch the readers' network on", manual="find out why it was switched off")
    message = f"the network {segment.name} is switched off"
    return Fail(message, tuple(known), site.policy.severity("no-ipv4"), (fix,))


def _addresses(site: Site, readers: Readers) -> Verdict:
    """Whether IPv4 addresses are given out beside IPv6 ones."""
    segment = readers.attachment.segment
    scopes = site.scopes_serving(readers)
    offered = [i.ipv6_offered for i in segment.interfaces]
    ipv6 = [fact for fact in offered if not isinstance(fact, Unknown) and fact.value]
    attested = site.declared("dhcp")
    if not ipv6 or scopes.items or readers.addressing.value == "static":
        return Pass(f"the network speaks IPv4: {segment.name}", segment.subnets)
    if isinstance(attested, Declared):
        return Pass(f"DHCP is attested: {attested.value}", (segment.subnets, attested))
    why = f"{segment.name} offers IPv6, and no audited device gives out IPv4 addresses there"
    settle = "add the DHCP server as a device, or declare dhcp"
    return Undecided(attested or Unknown(why, ipv6[0].spans, settle), (segment.subnets, *scopes.holes))


RULE = Rule(
    id="ipv4-missing",
    items=("R4", "R4a", "R4b"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
