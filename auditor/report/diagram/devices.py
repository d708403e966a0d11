"""Boxes of the diagram: what each device is, what it does in the shop, and which access points are drawn as one."""

from collections.abc import Mapping
from dataclasses import replace

from auditor.inventory import DeviceEntry, Role
from auditor.model import Bss, Device, LinkNeighbour, Unknown
from auditor.profiles import load_profile
from auditor.report.diagram.places import bars_of
from auditor.report.diagram.view import DeviceBox, Layer, NetworkBar, Standing
from auditor.report.words import vendor
from auditor.site import Site

_MOST_ONE_BY_ONE, _MOST_APART = 8, 14
"""Up to so many devices each has a box; of more, access points that are alike are drawn as one, of yet more all."""

_MOST_NAMES = 14

_LAYERS = {
    Role.ROUTER: Layer.ROUTER,
    Role.FIREWALL: Layer.ROUTER,
    Role.ACCESS_POINT: Layer.ACCESS_POINT,
}


def device_boxes(
    site: Site,
    bars: tuple[NetworkBar, ...],
    sites_of: Mapping[str, tuple[str, ...]],
    *,
    passing: frozenset[str],
    routing: frozenset[str],
) -> tuple[DeviceBox, ...]:
    """Boxes in the order of layers, then of the inventory.

    Devices that judged ways pass (`passing`) keep a box of their own; those by which they change networks (`routing`)
    are routers.
    """
    entries = {entry.name: entry for entry in site.entry.devices}
    boxes = [
        _audited(device, site, bars, entries.get(device.name), sites_of, routes=device.name in routing)
        for device in site.devices
    ]
    boxes += [_missing(failure.device, failure.platform, entries.get(failure.device)) for failure in site.missing]
    order = {name: number for number, name in enumerate(entries)}
    boxes = [replace(box, layer=Layer.ROUTER) if box.key in routing else box for box in boxes]
    boxes.sort(key=lambda box: (box.layer, order.get(box.key, len(order))))
    return tuple(boxes) if len(boxes) <= _MOST_ONE_BY_ONE else _folded(boxes, passing, apart=len(boxes) <= _MOST_APART)


def _audited(
    device: Device,
    site: Site,
    bars: tuple[NetworkBar, ...],
    entry: DeviceEntry | None,
    sites_of: Mapping[str, tuple[str, ...]],
    *,
    routes: bool,
) -> DeviceBox:
    networks = bars_of(device.name, site, bars)
    sites = len(sites_of.get(device.name, ()))
    shared = entry is not None and entry.shared
    tag = f"shared by {sites} sites" if sites > 1 else "shared by sites" if shared else ""
    version = "" if isinstance(device.version, Unknown) else f" {device.version.value}"
    return DeviceBox(
        names=(device.name,),
        title=device.name,
        platform=f"{_platform(device.platform)}{version}",
        layer=_layer(device, entry),
        standing=Standing.ELSEWHERE if device.name in site.elsewhere else Standing.AUDITED,
        lines=tuple(
            filter(
                None, (_roles(device, routes=routes), _ssids(device.bsses.items, device.name), *_cables(device, site))
            )
        ),
        networks=networks,
        uplink=_is_outermost(device, site),
        tag=tag,
    )


def _missing(name: str, platform: str, entry: DeviceEntry | None) -> DeviceBox:
    roles = () if entry is None else entry.roles
    layer = next((_LAYERS[role] for role in roles if role in _LAYERS), Layer.CORE)
    said = ", ".join(role.value for role in roles)
    lines = (f"declared: {said}",) if said else ()
    return DeviceBox((name,), name, _platform(platform), layer, Standing.MISSING, lines, (), tag="not audited")


def _platform(name: str) -> str:
    return vendor(load_profile(name)) if name else ""


def _layer(device: Device, entry: DeviceEntry | None) -> Layer:
    """What the configuration shows counts first: an uplink makes a router; then what the inventory says."""
    if _has_uplink(device):
        return Layer.ROUTER
    declared = next((_LAYERS[role] for role in (() if entry is None else entry.roles) if role in _LAYERS), None)
    if declared is not None:
        return declared
    carries = any(not bss.given_by for bss in device.bsses) or bool(device.controlled_radios.items)
    return Layer.ACCESS_POINT if carries else Layer.CORE


def _has_uplink(device: Device) -> bool:
    return any(not isinstance(i.uplink, Unknown) and i.uplink.value for i in device.interfaces)


def _is_outermost(device: Device, site: Site) -> bool:
    """Whether an uplink leads out of what was audited: none does behind which an audited router has its inside."""
    inside = [
        address.network
        for other in site.devices
        for interface in other.interfaces
        if other.name != device.name
        and not isinstance(interface.addresses, Unknown)
        and not isinstance(interface.uplink, Unknown)
        and not interface.uplink.value
        for address in interface.addresses.value
    ]
    return any(
        isinstance(each.addresses, Unknown)
        or not any(address.network.overlaps(network) for address in each.addresses.value for network in inside)
        for each in device.interfaces
        if not isinstance(each.uplink, Unknown) and each.uplink.value
    )


def _roles(device: Device, *, routes: bool) -> str:
    """What it does for the shop, as far as its configuration shows it."""
    does: list[str] = []
    if routes or _has_uplink(device):
        does.append("routes")
    if any(not isinstance(nat.leaving, Unknown) and nat.leaving.value for nat in device.source_nats):
        does.append("NAT")
    if any(not isinstance(s.serving, Unknown) and s.serving.value for s in device.dhcp_scopes):
        does.append("DHCP")
    if any(scope.relays_to for scope in device.dhcp_scopes):
        does.append("DHCP relay")
    if any(not isinstance(r.serving, Unknown) and r.serving.value for r in device.resolvers):
        does.append("DNS")
    if any(bss.given_by for bss in device.bsses):
        does.append("controls access points")
    if device.controlled_radios.items:
        does.append("access point of a controller")
    if not does and not device.bsses.items and device.ports.items:
        does.append(f"switch, {len(device.ports)} ports")
    return " · ".join(does)


def _ssids(bsses: tuple[Bss, ...], device: str) -> str:
    found = (bss.key if isinstance(bss.ssid, Unknown) else bss.ssid.value for bss in bsses if bss.may_be_on)
    names = list(dict.fromkeys(found))
    if not names:
        return ""
    return f"Wi-Fi {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _cables(device: Device, site: Site) -> tuple[str, ...]:
    """Cables to other audited devices, as its ports were told by LLDP or the like."""
    told = [_cable(each, site) for each in device.link_neighbours]
    known = list(dict.fromkeys(words for words in told if words))
    more = [f"and {len(known) - 2} more cables"] if len(known) > 2 else []
    return (*known[:2], *more)


def _cable(told: LinkNeighbour, site: Site) -> str:
    system = "" if isinstance(told.system, Unknown) else told.system.value
    named = next((each.name for each in site.devices if each.name == system.partition(".")[0]), "")
    other = named or next((each.name for each in site.devices if _has_address(each, told)), "")
    if not other or other == told.device or isinstance(told.port, Unknown):
        return ""
    remote = "" if isinstance(told.remote_port, Unknown) or told.remote_port.value is None else told.remote_port.value
    return f"cable: {told.port.value} to {other}{' ' + remote if remote else ''}"


def _has_address(device: Device, told: LinkNeighbour) -> bool:
    return any(
        address.ip in told.addresses
        for interface in device.interfaces
        if not isinstance(interface.addresses, Unknown)
        for address in interface.addresses.value
    )


def _folded(boxes: list[DeviceBox], passing: frozenset[str], *, apart: bool) -> tuple[DeviceBox, ...]:
    """Draw boxes that look the same as one, unless a judged way passes them; `apart`: only access points."""
    alike: dict[tuple[object, ...], list[DeviceBox]] = {}
    for box in boxes:
        alone = box.key in passing or box.layer is Layer.ROUTER or (apart and box.layer is not Layer.ACCESS_POINT)
        own = box.key if alone else ""
        cables = tuple(line for line in box.lines if not line.startswith(("cable", "and ")))
        look = (own, box.platform, box.layer, box.standing, cables, box.networks, box.tag)
        alike.setdefault(look, []).append(replace(box, lines=cables) if not own else box)
    return tuple(_one(group) for group in alike.values())


def _one(group: list[DeviceBox]) -> DeviceBox:
    if len(group) == 1:
        return group[0]
    names = tuple(name for box in group for name in box.names)
    kind = "access points" if group[0].layer is Layer.ACCESS_POINT else "devices"
    listed = ", ".join(names) if len(names) <= _MOST_NAMES else f"{names[0]} … {names[-1]}"
    return replace(group[0], names=names, title=f"{len(names)} {kind}", lines=(listed, *group[0].lines))
