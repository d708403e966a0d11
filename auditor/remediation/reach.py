"""Whom activating a change disconnects besides the readers: the SSIDs of the radios that restart.

Where the radio stays, as on a controller that shuts one WLAN, these are the SSIDs that share what is changed.
"""

from auditor.intents import Intent
from auditor.model import Bss, Device, Unknown


def restarted_ssids(device: Device, intent: Intent, *, radio_stays: bool = False) -> tuple[str, ...]:
    """Return the SSIDs that a wireless change restarts, () for other changes."""
    if radio_stays and not getattr(intent, "radio", ""):
        keys = (getattr(intent, "bss", ""), *getattr(intent, "also", ()))
        hit = [bss for bss in device.bsses if bss.key in keys]
    else:
        radio = _radio(device, intent)
        hit = [bss for bss in device.bsses if radio and bss.radio == radio]
    return tuple(dict.fromkeys(_ssid(bss) for bss in hit if bss.may_be_on))


def bystanders(device: Device, intent: Intent, *, radio_stays: bool = False) -> tuple[str, ...]:
    """Return the SSIDs that restart only because they share the radio, or the setting, of the BSS that changes."""
    own = {_ssid(bss) for bss in device.bsses if bss.key == getattr(intent, "bss", "")}
    hit = restarted_ssids(device, intent, radio_stays=radio_stays)
    return tuple(name for name in hit if own and name not in own)


def _radio(device: Device, intent: Intent) -> str:
    """The radio that an intent restarts: its own, or that of its BSS."""
    named: str = getattr(intent, "radio", "")
    bss = getattr(intent, "bss", "")
    return named or next((item.radio for item in device.bsses if item.key == bss), "")


def _ssid(bss: Bss) -> str:
    return f"{bss.key} (SSID unknown)" if isinstance(bss.ssid, Unknown) else bss.ssid.value
