"""Cables between devices: no configuration tells where one leads, but a switch learns who is behind which port.

A VLAN that is missing on the port behind which the rest of the network is ends there, though both sides have it.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from auditor.model import Device, Interface, Port, Unknown, spans_of
from auditor.site.segments import Segment


def severed(segment: Segment, devices: tuple[Device, ...]) -> Unknown | None:
    """Say which port does not carry a tagged network between two audited devices of it; None if none is known.

    A device counts if it has an address in the network or an SSID that joins it.
    """
    vlan = None if isinstance(segment.vlan, Unknown) else segment.vlan.value
    if vlan is None or len(segment.devices) < 2:
        return None
    ends = [device for device in devices if _matters(device, segment)]
    for switch in devices:
        if not switch.learned.items:
            continue
        behind = {
            end.name: port for end in ends if end is not switch and (port := port_to(switch, end, segment, devices))
        }
        for name, port in behind.items():
            links = () if isinstance(port.links, Unknown) else port.links.value
            if isinstance(port.links, Unknown) or _names(switch, vlan) & set(links):
                continue
            others = any(each.key != port.key for each in behind.values())
            if others or _carries_elsewhere(switch, segment, vlan):
                why = f"port {port.key} of {switch.name}, behind which {name} is, does not carry VLAN {vlan}"
                settle = f"let that port carry VLAN {vlan} on both sides, if the network is meant to be one"
                return Unknown(f"{segment.name} is not one network: {why}", spans_of(port.links), settle)
    return None


def _matters(device: Device, segment: Segment) -> bool:
    addressed = any(
        interface.device == device.name and not isinstance(interface.addresses, Unknown) and interface.addresses.value
        for interface in segment.interfaces
    )
    return addressed or any(bss.device == device.name for bss in segment.bsses)


def port_to(switch: Device, end: Device, segment: Segment, devices: tuple[Device, ...]) -> Port | None:
    """Return the port of a switch behind which another device is in the segment, by one cable; None if not known."""
    own = [interface for interface in end.interfaces if interface in segment.interfaces]
    cables = _cables(end, own)
    if len(cables) != 1:
        return None
    same = [each for each in end.interfaces if _cables(end, [each]) == cables]
    macs = _macs(end, same, devices)
    ports = {each.port.value for each in switch.learned if each.mac in macs and not isinstance(each.port, Unknown)}
    return next((port for port in switch.ports if ports == {port.key}), None)


def _cables(device: Device, interfaces: list[Interface]) -> frozenset[str]:
    """The ports of a device that carry some networks; none if it is not known of all ports."""
    links = {each.link.value for each in interfaces if not isinstance(each.link, Unknown)}
    if device.ports.holes or any(isinstance(port.links, Unknown) for port in device.ports):
        return frozenset()
    return frozenset(
        port.key for port in device.ports if not isinstance(port.links, Unknown) and links & set(port.links.value)
    )


def _macs(end: Device, interfaces: list[Interface], devices: tuple[Device, ...]) -> frozenset[str]:
    """The MAC addresses that others know for addresses of these interfaces."""
    addresses = set(_addresses(interfaces))
    return frozenset(
        each.mac for device in devices for each in device.neighbours if device is not end and each.address in addresses
    )


def _addresses(interfaces: list[Interface]) -> Iterator[IPv4Address]:
    for interface in interfaces:
        if not isinstance(interface.addresses, Unknown):
            yield from (address.ip for address in interface.addresses.value)


def _names(device: Device, vlan: int) -> set[str]:
    """What a device calls a VLAN in its ports; nothing if it does not have it."""
    return {
        each.link.value
        for each in device.interfaces
        if not isinstance(each.vlan, Unknown) and each.vlan.value == vlan and not isinstance(each.link, Unknown)
    }


def _carries_elsewhere(switch: Device, segment: Segment, vlan: int) -> bool:
    """Whether any port of the switch is in the network, so that somebody may be plugged in there."""
    names = _names(switch, vlan) if switch.name in segment.devices else set()
    return any(not isinstance(port.links, Unknown) and names & set(port.links.value) for port in switch.ports)
