"""Intents as edits of exports: each topic says which of them are about its items, and what they are there."""

from collections.abc import Mapping

from auditor.capture import Capture
from auditor.intents import Intent
from auditor.model import Device
from auditor.platforms.base import EditResult
from auditor.platforms.routeros import (
    capsman_edit,
    dhcp_edit,
    dns_edit,
    firewall_edit,
    hotspot_edit,
    legacy_edit,
    network_edit,
    wifi_edit,
)
from auditor.platforms.routeros.changes import Builder, Texts
from auditor.platforms.topics import first_edit


def builders() -> tuple[Mapping[type, Builder], ...]:
    """The builders of all topics, by intent."""
    modules = (dhcp_edit, dns_edit, wifi_edit, legacy_edit, capsman_edit, hotspot_edit, firewall_edit, network_edit)
    return tuple(module.BUILDERS for module in modules)


def edit(capture: Capture, device: Device, intent: Intent) -> EditResult:
    """Turn an intent into operations on the captured exports, or say why a person must do it."""
    return first_edit(builders(), Texts.of(capture), device, intent, system="RouterOS")
