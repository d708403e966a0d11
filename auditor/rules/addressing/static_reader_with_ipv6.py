"""Readers with static addresses stand in a network that offers IPv6.

## What it checks
Where the network of the readers offers IPv6 (router advertisements or DHCPv6), no reader is declared to have a
static address. Of readers that are declared to use DHCP, a person makes sure that nobody set anything by hand.

## Why it matters
Stripe does not support settings by hand (address, router, mask, DNS) on a reader together with IPv6.
Source: stripe-terminal R4c.

## About the fix
Set the reader back to DHCP and reserve its address on the server: it keeps the address all the same.
"""

from collections.abc import Iterator

from auditor.model import Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Undecided, Verdict

_CARD = Card(
    "no reader has network settings made by hand",
    ("on each reader open Settings, then Network, then the connected network, then Advanced",),
    expect="address, router, mask and DNS are automatic",
    note="addressing: dhcp or static at the readers in the inventory",
)


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    facts = tuple(interface.ipv6_offered for interface in readers.attachment.segment.interfaces)
    offered = [fact for fact in facts if not isinstance(fact, Unknown) and fact.value]
    unknown = [fact for fact in facts if isinstance(fact, Unknown)]
    if not offered and not unknown:
        yield Pass("the readers' network offers no IPv6", facts)
    elif readers.addressing.value != "static":
        yield NotChecked(_CARD)
    elif not offered:
        yield Undecided(unknown[0])
    else:
        fix = Fix("set the readers to DHCP and reserve their addresses", manual="it is set on the readers themselves")
        message = "the readers have static addresses, and their network offers IPv6"
        yield Fail(message, offered[0], site.policy.severity("static-with-ipv6"), (fix,))


RULE = Rule(
    id="static-reader-with-ipv6",
    items=("R4c",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
