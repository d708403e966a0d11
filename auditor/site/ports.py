"""The Ethernet ports of a segment."""

from auditor.model import Device, Interface, Listed, Port, Unknown
from auditor.site.segments import Segment


def ports_of(segment: Segment, devices: tuple[Device, ...]) -> Listed[Port]:
    """Return the ports that belong to a segment, tagged or not; a port whose networks are unknown is a hole."""
    found: list[Port] = []
    holes: list[Unknown] = []
    for device in devices:
        links = {_link(interface) for interface in segment.interfaces if interface.device == device.name}
        if not links:
            continue
        holes.extend(device.ports.holes)
        for port in device.ports:
            match port.links:
                case Unknown() as unknown:
                    # Where few networks are possible, the others are not concerned.
                    if not unknown.could_be or any(links & set(names) for names in unknown.could_be):
                        holes.append(unknown)
                case known:
                    found += [port] if links & set(known.value) else []
    return Listed(tuple(found), tuple(holes))


def _link(interface: Interface) -> str:
    return "" if isinstance(interface.link, Unknown) else interface.link.value
