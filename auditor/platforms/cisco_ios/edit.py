"""Intents as edits of the running configuration: each topic says which are about its parts, and what they are there."""

import re
from collections.abc import Mapping

from auditor.capture import Capture
from auditor.intents import Intent
from auditor.model import Device
from auditor.platforms.base import EditResult
from auditor.platforms.cisco_ios import dhcp_edit, dns_edit, dot11_edit, firewall_edit, network_edit, wlan_edit
from auditor.platforms.cisco_ios.changes import Builder, Texts
from auditor.platforms.topics import first_edit


def builders() -> tuple[Mapping[type, Builder], ...]:
    """The builders of all topics, by intent."""
    modules = (dhcp_edit, dns_edit, firewall_edit, network_edit, dot11_edit, wlan_edit)
    return tuple(module.BUILDERS for module in modules)


def edit(capture: Capture, device: Device, intent: Intent) -> EditResult:
    """Turn an intent into operations on the captured running configuration, or say why a person must do it."""
    return first_edit(builders(), Texts.of(capture), device, intent, system="IOS")


ARCHIVE = "archive"
"""A way back of the profile needs an archive: `configure terminal revert timer` keeps the configuration there."""

_LOCAL = re.compile(r"path (?:boot|flash|bootflash|crashinfo|disk|harddisk|nvram|usb|usbflash|slot)[0-9-]*:\S*")


def meets(capture: Capture, condition: str) -> bool:
    """Whether the running configuration has what a way back needs: an archive on the device itself."""
    return condition == ARCHIVE and any(
        _LOCAL.fullmatch(line) for line in Texts.of(capture).lines(("archive",), "path")
    )
