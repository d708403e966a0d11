"""A reader has an address of another network, or its network disagrees about mask or router.

## What it checks
The addresses that leases, or else the neighbour tables, show for the declared MAC addresses lie in the readers'
network. All devices in that network use the same mask and addresses of their own, all scopes that serve it name
the same router, and the readers' SSID leads there on every access point.
Readers that were not seen, or whose MAC addresses are not declared, are left to a person.

## Why it matters
A second DHCP server or a wrong cable puts a reader where the point of sale does not find it.
Source: stripe-terminal T10.

## About the fix
Where the address comes from must be found first: another DHCP server, another SSID, a setting on the reader.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import combinations
from typing import Any

from auditor.model import Bss, Device, Fact, Interface, Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Segment, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    segment = readers.attachment.segment
    yield from _masks(site, segment)
    yield from _routers(site, readers)
    yield from _elsewhere(site, readers)
    missing: list[str] = []
    macs = tuple(dict.fromkeys(readers.macs + readers.macs_ethernet))
    for mac in macs:
        seen = _seen(site.devices, mac)
        if not seen or isinstance(segment.subnets, Unknown):
            missing.append(mac)
            continue
        strange = [fact for fact in seen if not segment.holds(fact.value)]
        if len(strange) < len(seen):
            yield Pass(f"{mac} has an address in {segment.name}", tuple(seen), about=mac)
            continue
        fix = Fix(
            f"find out where {mac} got its address", manual="another DHCP server, SSID or cable; then reconnect it"
        )
        message = f"{mac} has {strange[0].value}, which is not in {segment.name}"
        yield Fail(message, tuple(strange), site.policy.severity("unexpected-subnet"), (fix,), about=mac)
    if missing or not macs:
        yield NotChecked(_card(segment, missing), about="seen")


def _seen(devices: tuple[Device, ...], mac: str) -> list[Stated[IPv4Address]]:
    """Addresses of a MAC address by leases; where there is none, by neighbour tables, which forget slowly."""
    leases = [
        Stated(lease.address.value, lease.address.spans)
        for device in devices
        for lease in device.leases
        if lease.mac == mac and not isinstance(lease.address, Unknown)
    ]
    neighbours = [
        Stated(neighbour.address, neighbour.link.spans)
        for device in devices
        for neighbour in device.neighbours
        if neighbour.mac == mac
    ]
    return leases or neighbours


def _masks(site: Site, segment: Segment) -> Iterator[Verdict]:
    """Two subnets of one segment that overlap without being equal are one network with two masks."""
    facts = [i.addresses for i in segment.interfaces if not isinstance(i.addresses, Unknown)]
    own = [(address.network, fact) for fact in facts for address in fact.value]
    taken: dict[IPv4Address, tuple[str, Fact[Any]]] = {}
    for interface, address, fact in _own_addresses(segment):
        device, first = taken.setdefault(address, (interface.device, fact))
        if device != interface.device:
            fix = Fix("give each device an address of its own", manual="the clients of one of them must be told")
            severity = site.policy.severity("unexpected-subnet")
            message = f"{device} and {interface.device} both have the address {address}"
            yield Fail(message, (first, fact), severity, (fix,), about=f"twice {address}")
    for (one, here), (other, there) in combinations(own, 2):
        if one != other and one.overlaps(other):
            message = f"one network with two masks: {one} and {other}"
            fix = Fix("use one mask on all devices", manual="find out which one is right")
            severity = site.policy.severity("network-disagrees")
            yield Fail(message, (here, there), severity, (fix,), about="masks")


def _own_addresses(segment: Segment) -> Iterator[tuple[Interface, IPv4Address, Fact[Any]]]:
    """The addresses of the devices themselves, of interfaces that are not switched off."""
    for interface in segment.interfaces:
        on = isinstance(interface.enabled, Unknown) or interface.enabled.value
        if on and not isinstance(interface.addresses, Unknown):
            for address in interface.addresses.value:
                yield interface, address.ip, interface.addresses


def _elsewhere(site: Site, readers: Readers) -> Iterator[Verdict]:
    """A reader joins any access point with its SSID; one that leads elsewhere gives it an address of elsewhere."""
    here = readers.attachment.segment
    ssids = {bss.ssid.value for bss in readers.attachment.bsses if not isinstance(bss.ssid, Unknown)}
    if not readers.wireless or len(ssids) != 1:
        return
    for segment in site.segments:
        for bss in segment.bsses if segment.key != here.key else ():
            if isinstance(bss.ssid, Unknown) or bss.ssid.value not in ssids or not _is_on(bss):
                continue
            fix = Fix(f"put SSID '{bss.ssid.value}' on one network everywhere", manual="find out which one is right")
            message = f"SSID '{bss.ssid.value}' of {bss.device} ({bss.key}) leads to {segment.name}, not to {here.name}"
            severity = site.policy.severity("network-disagrees")
            yield Fail(message, (bss.ssid, bss.networks), severity, (fix,), about=f"{bss.device}/{bss.key}")


def _is_on(bss: Bss) -> bool:
    return not isinstance(bss.enabled, Unknown) and bss.enabled.value


def _routers(site: Site, readers: Readers) -> Iterator[Verdict]:
    scopes = [s for s in site.scopes_serving(readers) if not isinstance(s.routers, Unknown)]
    for one, other in combinations(scopes, 2):
        facts: tuple[Fact[tuple[IPv4Address, ...]], ...] = (one.routers, other.routers)
        first, second = one.routers, other.routers
        if isinstance(first, Unknown) or isinstance(second, Unknown) or set(first.value) == set(second.value):
            continue
        words = f"scopes '{one.key}' of {one.device} and '{other.key}' of {other.device}"
        fix = Fix("let one DHCP server serve the network", manual="find out which one is right")
        severity = site.policy.severity("network-disagrees")
        yield Fail(f"{words} name different routers", facts, severity, (fix,), about="routers")


def _card(segment: Segment, missing: list[str]) -> Card:
    which = f"the readers {', '.join(missing)}" if missing else "each reader"
    return Card(
        "the readers have addresses of their network",
        (f"on {which} open Settings, then Network, and read address, mask and router",),
        expect=f"an address in {segment.name}",
        note="mac or ip at the readers in the inventory; it is compared with the leases from then on",
    )


RULE = Rule(
    id="reader-address-unexpected",
    items=("T10",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
    state=("leases", "neighbours"),
)
