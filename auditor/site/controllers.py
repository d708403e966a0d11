"""Access points that a controller of the same site tells what to carry.

Such an access point shows no SSID of its own; those of its controller are audited there, once for all access points.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address

from auditor.model import ControlledRadio, Device, Listed, Unknown


def with_controllers(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Fill the holes that access points have for their controller, where that one was audited.

    It counts if it gives SSIDs to access points by the same system. Where an access point names the addresses that it
    asks, all of them must be of such devices; where it names none, it finds the one that is there.
    """
    if not any(device.controlled_radios for device in devices):
        return devices
    return tuple(_filled(device, devices) for device in devices)


def _filled(device: Device, devices: tuple[Device, ...]) -> Device:
    filled = {radio.hole for radio in device.controlled_radios if _is_audited(radio, device, devices)}
    holes = tuple(hole for hole in device.bsses.holes if hole not in filled)
    left = tuple(radio for radio in device.controlled_radios if radio.hole not in filled)
    return replace(device, bsses=Listed(device.bsses.items, holes), controlled_radios=Listed(left))


def _is_audited(radio: ControlledRadio, device: Device, devices: tuple[Device, ...]) -> bool:
    controllers = [
        each for each in devices if any(bss.given_by == radio.system and bss.may_be_on for bss in each.bsses)
    ]
    if isinstance(radio.controllers, Unknown):
        return False
    return bool(controllers) and all(
        device in controllers if address.is_loopback else any(address in _addresses(each) for each in controllers)
        for address in radio.controllers.value
    )


def _addresses(device: Device) -> Iterator[IPv4Address]:
    for interface in device.interfaces:
        if not isinstance(interface.addresses, Unknown):
            yield from (address.ip for address in interface.addresses.value)
