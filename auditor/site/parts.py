"""Parts of a shared device: what of a controller serves one site, as its inventory entry says (`part`).

Only BSSs have parts. What a whole device does, such as its addresses, leases and restarts, concerns every site.
"""

from collections.abc import Iterable
from dataclasses import replace

from auditor.capture import Failure
from auditor.inventory import DeviceEntry, SiteEntry
from auditor.model import Bss, Device, Listed, Unknown, spans_of

_MOST_NAMED = 10


def unknown_parts(entry: SiteEntry, devices: Iterable[Device]) -> tuple[Failure, ...]:
    """Return a failure for each shared device that has no part of the name that this site gives.

    What it does for this site nobody can tell then, as if it had not been audited. Where more parts may be there than
    were read, the name may be right.
    """
    named = {each.name: each for each in entry.devices if each.part is not None}
    failures = []
    for device in devices:
        wanted = named.get(device.name)
        if wanted is None or wanted.part in _parts(device.bsses) or _may_have_more(device):
            continue
        known = _parts(device.bsses)
        why = (
            f"it has no part '{wanted.part}'" if known else f"it has no parts, and the inventory names '{wanted.part}'"
        )
        hint = f"name one of its parts: {_listed(known)}" if known else "leave `part` out"
        failures.append(Failure(device.name, device.platform, why, f"correct the inventory: {hint}", 0))
    return tuple(failures)


def _may_have_more(device: Device) -> bool:
    return bool(device.bsses.holes) or any(bss.parts.holes for bss in device.bsses)


def served(entry: SiteEntry, devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Leave out the BSSs of shared devices that are another part's; one that may be is left out with a hole.

    Without a part, all BSSs of the device count, and a hole says so if no part carries all that the site selects.
    """
    shared = {each.name: each for each in entry.devices if each.shared}
    return tuple(_served(device, shared[device.name], entry) if device.name in shared else device for device in devices)


def _served(device: Device, known: DeviceEntry, entry: SiteEntry) -> Device:
    if not any(bss.parts.items or bss.parts.holes for bss in device.bsses):
        return device
    bsses, doubts = _of_part(known.part, device, entry) if known.part else _undivided(known, device, entry)
    return replace(device, bsses=Listed(bsses, device.bsses.holes + doubts))


def _of_part(part: str, device: Device, entry: SiteEntry) -> tuple[tuple[Bss, ...], tuple[Unknown, ...]]:
    """The BSSs of one part. A BSS without any part is in all of them."""
    mine: list[Bss] = []
    doubts: list[Unknown] = []
    exclusive = any(each.only and each.key == part for bss in device.bsses for each in bss.parts)
    for bss in device.bsses:
        if not bss.parts.items and not bss.parts.holes:
            mine.append(bss)
            continue
        carries = next((each.carries for each in bss.parts if each.key == part), None)
        if carries is None and bss.parts.holes and not (exclusive and any(each.only for each in bss.parts)):
            carries = bss.parts.holes[0]
        if carries is None or not bss.may_be_on:
            continue
        if isinstance(carries, Unknown):
            if _is_wanted(bss, entry):
                why = f"whether '{bss.key}' of {device.name} serves the part '{part}' is not known: {carries.why}"
                doubts.append(Unknown(why, carries.near, carries.settle))
        elif carries.value:
            mine.append(bss)
    return tuple(mine), tuple(doubts)


def _undivided(known: DeviceEntry, device: Device, entry: SiteEntry) -> tuple[tuple[Bss, ...], tuple[Unknown, ...]]:
    """All BSSs; a hole if those of one SSID that the site selects are not all carried by one part."""
    by_ssid: dict[str, list[Bss]] = {}
    for bss in device.bsses:
        if bss.may_be_on and not isinstance(bss.ssid, Unknown) and _is_wanted(bss, entry):
            by_ssid.setdefault(bss.ssid.value, []).append(bss)
    doubts = []
    for ssid, bsses in by_ssid.items():
        divided = [bss for bss in bsses if bss.parts.items or bss.parts.holes]
        if not divided or set.intersection(*(_certain(bss) for bss in divided)):
            continue
        parts = _parts(divided)
        several = f"{device.name} carries SSID '{ssid}' in several parts ({_listed(parts)})"
        why = f"{several}; which one serves this site is not said"
        if not parts:
            why = f"which parts of {device.name} carry SSID '{ssid}' is not known: {divided[0].parts.holes[0].why}"
        settle = (
            f"write `part` behind {known.name} in this site of the inventory, one of: {_listed(parts) or 'its parts'}"
        )
        doubts.append(Unknown(why, spans_of(*(bss.ssid for bss in divided)), settle))
    return device.bsses.items, tuple(doubts)


def _certain(bss: Bss) -> set[str]:
    return {each.key for each in bss.parts if not isinstance(each.carries, Unknown) and each.carries.value}


def _is_wanted(bss: Bss, entry: SiteEntry) -> bool:
    """Whether readers or points of sale may be on a BSS: its SSID is selected, or something else than an SSID is."""
    selectors = [each.selector for group in entry.readers for each in group.entries]
    selectors += [each.selector for group in entry.pos for each in group.entries]
    ssids = {selector.ssid for selector in selectors if not selector.is_empty}
    return isinstance(bss.ssid, Unknown) or not ssids or None in ssids or bss.ssid.value in ssids


def _parts(bsses: Iterable[Bss]) -> tuple[str, ...]:
    return tuple(sorted({part.key for bss in bsses for part in bss.parts}))


def _listed(parts: tuple[str, ...]) -> str:
    more = f" and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else ""
    return f"{', '.join(parts[:_MOST_NAMED])}{more}"
