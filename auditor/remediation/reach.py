"""Whom activating a change disconnects besides the readers: the SSIDs of the radios that restart."""

from auditor.intents import Intent
from auditor.model import Bss, Device, Unknown


def restarted_ssids(device: Device, intent: Intent) -> tuple[str, ...]:
    """Return the SSIDs of the radio that a wireless change restarts, () for other changes."""
    radio = _radio(device, intent)
    names = (_ssid(bss) for bss in device.bsses if radio and bss.radio == radio and bss.may_be_on)
    return tuple(dict.fromkeys(names))


def bystanders(device: Device, intent: Intent) -> tuple[str, ...]:
    """Return the SSIDs that restart only because they share the radio of the BSS that changes."""
    own = {_ssid(bss) for bss in device.bsses if bss.key == getattr(intent, "bss", "")}
    return tuple(name for name in restarted_ssids(device, intent) if own and name not in own)


def _radio(device: Device, intent: Intent) -> str:
    """The radio that an intent restarts: its own, or that of its BSS."""
    named: str = getattr(intent, "radio", "")
    bss = getattr(intent, "bss", "")
    return named or next((item.radio for item in device.bsses if item.key == bss), "")


def _ssid(bss: Bss) -> str:
    return f"{bss.key} (SSID unknown)" if isinstance(bss.ssid, Unknown) else bss.ssid.value
