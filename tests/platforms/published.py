"""Audits of configurations that other people published: the shop that such a device might serve."""

from datetime import UTC, datetime
from pathlib import Path

from auditor.capture import Capture
from auditor.inventory import Inventory, loads
from auditor.model import Unknown
from auditor.pipeline import read

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def inventory(capture: Capture) -> Inventory:
    """A shop whose readers use the first SSID of the device, or its first network, or whatever there may be."""
    device = read(capture)
    ssids = [bss.ssid.value for bss in device.bsses if not isinstance(bss.ssid, Unknown)]
    subnets = [
        str(address.network)
        for interface in device.interfaces
        if not isinstance(interface.addresses, Unknown)
        for address in interface.addresses.value
    ]
    if ssids and ssids[0].isprintable():
        quoted = ssids[0].replace("'", "''")
        where = f"ssid: '{quoted}'"
    else:
        where = f"subnet: {subnets[0] if subnets else '192.168.1.0/24'}"
    text = f"""
sites:
  shop:
    integration: javascript-sdk
    opening_hours: {{daily: "08:00-20:00"}}
    readers: {{tills: {{{where}, model: bbpos-wisepos-e}}}}
    pos: {{tablets: {{subnet: {subnets[0] if subnets else "192.168.1.0/24"}}}}}
    devices: {{gw: {{captures: gw, platform: {capture.platform}}}}}
"""
    return loads(text.encode(), Path("inventory.yaml"))
