"""Whole sites of small devices, joined as an audit joins them."""

from datetime import UTC, datetime
from pathlib import Path

from auditor.capture import Failure
from auditor.inventory import loads
from auditor.model import Device
from auditor.policies import load_policy
from auditor.site import Site, join

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def site(
    *devices: Device,
    readers: str = "subnet: 192.168.30.0/24",
    pos: str = "subnet: 192.168.30.0/24",
    declared: str = "",
    missing: tuple[Failure, ...] = (),
) -> Site:
    """A site with one group of readers, `counter`, and one of points of sale, `tills`."""
    names = ", ".join(f"{device.name}: {{host: 192.0.2.1, platform: openwrt}}" for device in devices)
    groups = f"readers: {{counter: {{{readers}}}}}, pos: {{tills: {{{pos}}}}}"
    attested = f"declared: {{{declared}}}, " if declared else ""
    text = f"sites: {{s: {{{groups}, {attested}devices: {{{names}}}}}}}"
    entry = loads(text.encode(), Path("inventory.yaml")).sites[0]
    return join(entry, load_policy(entry.policy), devices, missing, NOW)
