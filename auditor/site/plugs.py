"""Behind which ports clients are: wired ones by MAC addresses that switches have learned, others by access points.

That is as of the time of the capture. Stations of Wi-Fi roam, so that of them only the cables of all access points
with their SSID count. Source: IEEE 802.1Q, section 8.7 (learning).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from auditor.model import Bss, Device, Known, Listed, Port, Unknown, known_like
from auditor.site.cables import ports_to
from auditor.site.ports import ports_of
from auditor.site.segments import Segment


@dataclass(frozen=True, slots=True)
class Plug:
    """A port of a device behind which somebody is known to be, and the state that shows it, if it is at hand."""

    device: str
    port: str
    seen: Known[str] | None = None


def plugs(macs: Iterable[str], segment: Segment, devices: tuple[Device, ...]) -> tuple[Plug, ...]:
    """Return the ports behind which clients with these MAC addresses are, device by device.

    A device counts if it has learned all of them, each behind one of its ports that carry the segment.
    """
    wanted = frozenset(macs)
    here = set(segment.devices)
    found = [_of(device, wanted, segment) for device in devices if device.name in here and device.learned.items]
    return tuple(plug for each in found for plug in each)


def _of(device: Device, wanted: frozenset[str], segment: Segment) -> tuple[Plug, ...]:
    carrying = {port.key for port in ports_of(segment, (device,))}
    rows = [(row.mac, row.port) for row in device.learned if row.mac in wanted and not isinstance(row.port, Unknown)]
    seen = [(mac, fact) for mac, fact in rows if fact.value in carrying]
    if (
        not wanted
        or {mac for mac, _ in seen} != wanted
        or len({(mac, fact.value) for mac, fact in seen}) != len(wanted)
    ):
        return ()
    return tuple({fact.value: Plug(device.name, fact.value, fact) for _, fact in seen}.values())


def by_access_points(bsses: tuple[Bss, ...], segment: Segment, devices: tuple[Device, ...]) -> tuple[Plug, ...]:
    """Return the ports of other devices behind which the access points of stations are; all of them must be known.

    Only devices count where it matters by which port frames come in. Stations of access points that a controller tells
    what to carry may come in by the ports of these, or by that of the controller.
    """
    if any(bss.given_by or bss.local_vlan is not None for bss in bsses):
        return ()
    names = {bss.device for bss in bsses}
    points = [device for device in devices if device.name in names]
    here = set(segment.devices)
    found: list[Plug] = []
    for device in devices:
        if device.name not in here or device.name in names or not _tells_ports_apart(device):
            continue
        known = ports_to(device, points, segment, devices)
        if len(known) == len(points):
            found += [Plug(device.name, port.key, None if isinstance(seen, Unknown) else seen) for port, seen in known]
    return tuple(dict.fromkeys(found))


def _tells_ports_apart(device: Device) -> bool:
    isolating = any(isinstance(port.isolated, Unknown) or port.isolated.value for port in device.ports)
    return isolating or bool(device.bridge_filters.items)


def macs_of(addresses: Iterable[IPv4Address], devices: tuple[Device, ...]) -> tuple[str, ...]:
    """The MAC addresses that devices know for addresses; none unless each address has exactly one."""
    found: list[str] = []
    for address in addresses:
        known = {each.mac for device in devices for each in device.neighbours if each.address == address}
        if len(known) != 1:
            return ()
        found += known
    return tuple(found)


def narrowed(ports: Listed[Port], device: str, behind: tuple[Plug, ...]) -> Listed[Port]:
    """The ports of a device that somebody may be behind; what shows it becomes part of what is known of them."""
    known = {plug.port: plug for plug in behind if plug.device == device}
    chosen = [port for port in ports if port.key in known]
    if len(chosen) < len(known) or not known:
        return ports
    return Listed(tuple(_seen_at(port, known[port.key]) for port in chosen))


def _seen_at(port: Port, plug: Plug) -> Port:
    if isinstance(port.isolated, Unknown) or plug.seen is None:
        return port
    return replace(port, isolated=known_like(port.isolated.value, port.isolated, plug.seen))
