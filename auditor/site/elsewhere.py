"""Shared devices that need not stand in the network of a site: where their VLANs end, no configuration says."""

from auditor.model import Unknown
from auditor.site.segments import Segment


def apart(segment: Segment, segments: tuple[Segment, ...], elsewhere: frozenset[str]) -> Unknown | None:
    """Say why a network without an address may reach further than the audited devices show, None if it does not.

    Either it is one of a shared device, whose router may be anywhere; or a shared device has a VLAN of the same id, and
    one VLAN id in two buildings is two networks. Of a VLAN that only access points have, no device shows anything.
    """
    if segment.adrift is not None:
        return segment.adrift
    if segment.is_uplink or (not isinstance(segment.subnets, Unknown) and segment.subnets.value):
        return None
    device, name = segment.devices[0], _named(segment)
    if elsewhere.issuperset(segment.devices):
        why = f"no device has a known IPv4 address in {name}, a device that sites share"
        settle = f"{_declare(device)}; if not, add the router of that network to the shared devices"
        return Unknown(why, segment.subnets.spans, settle)
    for other in segments:
        if not other.is_uplink and elsewhere.issuperset(other.devices) and _may_be_one(segment, other):
            there = f"{_named(other)}, a device that sites share"
            settle = f"{_declare(other.devices[0])}; if not, audit the router of {name}"
            spans = (*segment.subnets.spans, *other.subnets.spans)
            return Unknown(f"whether {name} and {there}, are one network is not known", spans, settle)
    return None


def _may_be_one(segment: Segment, other: Segment) -> bool:
    """Whether two networks would be taken for one if both devices stood in one place: one VLAN id, or untagged."""
    if isinstance(segment.vlan, Unknown) or isinstance(other.vlan, Unknown):
        return False
    return segment.vlan.value == other.vlan.value


def _named(segment: Segment) -> str:
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    return f"network {segment.key}" if vlan is None else segment.label


def _declare(device: str) -> str:
    return f"write `on_site: true` behind {device} in this site if it stands in the shop's own network"
