"""A reader has an address of another network.

## What it checks
The addresses that leases, or else the neighbour tables, show for the declared MAC addresses lie in the readers'
network. Readers that were not seen, or whose MAC addresses are not declared, are left to a person.

## Why it matters
A second DHCP server or a wrong cable puts a reader where the point of sale does not find it.
Source: stripe-terminal T10.

## About the fix
Where the address comes from must be found first: another DHCP server, another SSID, a setting on the reader.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from auditor.model import Device, Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Readers, Segment, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    segment = readers.attachment.segment
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
