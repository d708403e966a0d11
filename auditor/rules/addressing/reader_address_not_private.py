"""Readers get addresses that are not private.

## What it checks
The subnets of the readers' network, and every address that is reserved, leased or declared for a reader outside
of them, lie in the private blocks of the policy. 100.64.0.0/10 is a warning: not everybody takes it for private.

## Why it matters
The point of sale takes the reader's address from a name; public ones are refused, and the reader would stand
open to the internet.
Source: stripe-terminal R5.

## About the fix
A network gets other addresses only by renumbering it; a person plans that.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from auditor.model import Fact, Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    segment = readers.attachment.segment
    match segment.subnets:
        case Unknown() as unknown:
            yield Undecided(unknown)
        case subnets if not subnets.value:
            yield NotApplicable("the network has no IPv4 subnet; see ipv4-missing")
        case subnets:
            for network in subnets.value:
                yield _judge(site, network, f"the readers' network {network}", subnets, about=str(network))
    for address, fact, words in _addresses(site, readers):
        if not segment.holds(address):
            network = IPv4Network(address)
            verdict = _judge(site, network, f"{words} {address}", fact, about=words)
            if isinstance(verdict, Fail):
                yield verdict


def _judge(site: Site, network: IPv4Network, words: str, fact: Fact[Any], *, about: str) -> Verdict:
    block = next((p for p in site.policy.private_networks if network.subnet_of(p.network)), None)
    if block is not None and block.accepted:
        return Pass(f"{words} is private", fact, about=about)
    fix = Fix("give the readers' network a private subnet", manual="renumbering needs a plan for all its devices")
    if block is None:
        return Fail(f"{words} is not private", fact, site.policy.severity("not-private"), (fix,), about=about)
    message = f"{words} is shared address space ({block.network}), which some DNS filters drop"
    return Fail(message, fact, site.policy.severity("shared-address-space"), (fix,), about=about)


def _addresses(site: Site, readers: Readers) -> Iterator[tuple[IPv4Address, Fact[Any], str]]:
    """Addresses that are meant for these readers, or that they have."""
    macs = set(readers.macs + readers.macs_ethernet)
    for address in readers.addresses:
        yield address, Stated(address, (readers.line,)), "the declared address"
    for device in site.devices:
        for reservation in device.reservations:
            if isinstance(reservation.macs, Unknown) or isinstance(reservation.address, Unknown):
                continue
            if reservation.address.value is not None and macs & set(reservation.macs.value):
                yield reservation.address.value, reservation.address, f"reservation '{reservation.key}':"
        for lease in device.leases:
            if lease.mac in macs and not isinstance(lease.address, Unknown):
                yield lease.address.value, lease.address, f"the lease of {lease.mac}:"


RULE = Rule(
    id="reader-address-not-private",
    items=("R5",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
