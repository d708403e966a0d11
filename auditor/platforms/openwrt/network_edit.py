"""Intents about ports as edits of `/etc/config/network`: how they negotiate, isolation, VLANs of a bridge."""

from collections.abc import Mapping
from dataclasses import replace

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.openwrt.changes import Builder, Texts, add_value, delete_option, set_option
from auditor.services.base import NotPossible


def _port_isolation(texts: Texts, device: Device, intent: intents.DisablePortIsolation) -> Edit:
    if intent.bss:
        edit = set_option(texts, "wireless", intent.bss, "bridge_isolate", "0")
        return replace(edit, context={**edit.context, "package": "wireless", "option": "bridge_isolate"})
    edit = set_option(texts, "network", _device_section(texts, intent.port), "isolate", "0")
    return replace(edit, context={**edit.context, "package": "network", "option": "isolate"})


def _negotiate(texts: Texts, device: Device, intent: intents.NegotiateSpeed) -> Edit:
    return delete_option(texts, "network", _device_section(texts, intent.port), "speed")


def _carry_vlan(texts: Texts, device: Device, intent: intents.CarryVlan) -> Edit:
    """`list ports 'lan4:t'` of the VLAN's `config bridge-vlan`; VLANs of switch chips number their ports otherwise."""
    for section in texts.sections("network", "bridge-vlan"):
        bridge, vlan = section.option("device"), section.option("vlan")
        if bridge is None or vlan is None or vlan.value != str(intent.vlan):
            continue
        if bridge.value not in _bridges_of(texts, intent.port):
            continue
        written = texts.values("network", section.id, "ports")
        if any(" " in value.strip() for value in written):
            raise NotPossible("ports is one option with several ports", "rewrite it as a list, then audit again")
        if any(value.partition(":")[0] == intent.port for value in written):
            why = f"port {intent.port} is a port of VLAN {intent.vlan} already"
            raise NotPossible(why, "see whether both ends of the cable put the same tag on it")
        return add_value(texts, "network", section.id, "ports", f"{intent.port}:t")
    raise NotPossible(
        f"no `config bridge-vlan` is for VLAN {intent.vlan} on a bridge of port {intent.port}",
        "give the port the VLAN where its switch has it (`switch_vlan`, or a device of its own)",
    )


def _bridges_of(texts: Texts, port: str) -> set[str]:
    """The bridges that a port belongs to."""
    return {
        name.value
        for section in texts.sections("network", "device")
        if (name := section.option("name")) is not None
        and any(port in statement.value.split() for statement in section.values("ports"))
    }


def _device_section(texts: Texts, port: str) -> str:
    for section in texts.sections("network", "device"):
        name = section.option("name")
        if name is not None and name.value == port:
            return section.id
    raise NotPossible(f"port {port} has no `config device` section", "look at /etc/config/network")


BUILDERS: Mapping[type, Builder] = {
    intents.DisablePortIsolation: _port_isolation,
    intents.NegotiateSpeed: _negotiate,
    intents.CarryVlan: _carry_vlan,
}
