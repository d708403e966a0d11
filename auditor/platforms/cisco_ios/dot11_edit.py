"""Changes of an autonomous access point: isolation, ciphers, PMF, fast transition, the time for silent stations."""

from collections.abc import Mapping

from auditor.intents import (
    DisableFastTransition,
    DisableStationIsolation,
    SetAuthentication,
    SetIdleTimeout,
    SetPmf,
    UseCcmpOnly,
)
from auditor.model import Device, Pmf
from auditor.platforms.base import Edit
from auditor.platforms.cisco_ios.changes import Builder, Texts, combine, drop_line, set_line
from auditor.services.base import NotPossible

_LONGEST = 100_000
"""Seconds that `dot11 activity-timeout` takes at most."""


def _place(texts: Texts, device: Device, key: str) -> tuple[str, str, str] | None:
    """SSID, radio and VLAN ('' if it has none) of a BSS; None if it is no autonomous one.

    Old releases define an SSID within each radio: that is not written.
    """
    name, _, radio = key.rpartition(" ")
    if not radio.startswith("Dot11Radio") or not any(bss.key == key for bss in device.bsses):
        return None
    if not texts.has_block((f"dot11 ssid {name}",)):
        raise NotPossible("the SSID is defined within the radio", "write it as `dot11 ssid`, as newer releases do")
    vlans = [line.split() for line in texts.lines((f"dot11 ssid {name}",), "vlan") if line.startswith("vlan ")]
    return name, radio, vlans[-1][1] if vlans else ""


def _isolation(texts: Texts, device: Device, intent: DisableStationIsolation) -> Edit | None:
    """Each radio has its own sub-interface of the VLAN: no other BSS follows."""
    place = _place(texts, device, intent.bss)
    if place is None:
        return None
    edits = [
        drop_line(texts, path, line, services=("port-protected",))
        for path in _interfaces(texts, place[1], place[2])
        for line in texts.lines(path, "bridge-group")
        if line.endswith(" port-protected") and not line.startswith("no ")
    ]
    if not edits:
        raise NotPossible("no line keeps the stations apart", "look at `show running-config` on the access point")
    return combine(edits)


def _interfaces(texts: Texts, radio: str, vlan: str) -> tuple[tuple[str, ...], ...]:
    """The blocks of the radio, or of its sub-interfaces that carry a VLAN."""
    if not vlan:
        return ((f"interface {radio}",),)
    number = next(
        (words[4] for words in map(str.split, texts.lines((), "dot11 vlan-name")) if words[2:4] == [vlan, "vlan"]), vlan
    )
    heads = (head for head in texts.entries(()) if head.startswith(f"interface {radio}."))
    return tuple(
        (head,)
        for head in heads
        if any(line.split()[2:3] == [number] for line in texts.lines((head,), "encapsulation dot1Q"))
    )


def _encryption(texts: Texts, radio: str, vlan: str) -> Edit:
    """CCMP alone on a radio, for one VLAN."""
    words = f"encryption vlan {vlan} mode" if vlan else "encryption mode"
    line = f"{words} ciphers aes-ccm"
    return set_line(texts, (f"interface {radio}",), line, instead=words, services=("dot11-radio",))


def _ccmp(texts: Texts, device: Device, intent: UseCcmpOnly) -> Edit | None:
    """Ciphers are those of one radio: no other BSS follows."""
    place = _place(texts, device, intent.bss)
    return _encryption(texts, place[1], place[2]) if place is not None else None


def _authentication(texts: Texts, device: Device, intent: SetAuthentication) -> Edit | None:
    if _place(texts, device, intent.bss) is None:
        return None
    why = "autonomous releases know WPA2 at most, and a change from or to RADIUS needs more than these lines"
    raise NotPossible(why, "write `authentication key-management wpa version 2` with a pre-shared key")


def _pmf(texts: Texts, device: Device, intent: SetPmf) -> Edit | None:
    edits: list[Edit] = []
    for name in _names(texts, device, intent.bss, *intent.also):
        path, words = (f"dot11 ssid {name}",), "11w-pmf client"
        if intent.pmf is Pmf.DISABLED:
            edits += [drop_line(texts, path, line, services=("dot11-radio",)) for line in texts.lines(path, words)]
        else:
            line = f"{words} {'required' if intent.pmf is Pmf.REQUIRED else 'optional'}"
            edits.append(set_line(texts, path, line, instead=words, services=("dot11-radio",)))
    return combine(edits) if edits else None


def _fast_transition(texts: Texts, device: Device, intent: DisableFastTransition) -> Edit | None:
    edits: list[Edit] = []
    for name in _names(texts, device, intent.bss, *intent.also):
        path, words = (f"dot11 ssid {name}",), "authentication key-management"
        for line in texts.lines(path, words):
            kept = " ".join(word for word in line.split() if word != "dot11r")
            if kept != line:
                edits.append(set_line(texts, path, kept, instead=words, services=("dot11-radio",)))
    for key in (intent.bss, *intent.also):
        path = (f"interface {key.rpartition(' ')[2]}",)
        edits += [
            drop_line(texts, path, line, services=("dot11-radio",))
            for line in (texts.lines(path, "dot11 dot11r") if _names(texts, device, key) else ())
        ]
    return combine(edits) if edits else None


def _names(texts: Texts, device: Device, *keys: str) -> tuple[str, ...]:
    """The SSIDs of some BSSs; () if they are no autonomous ones."""
    places = [_place(texts, device, key) for key in keys]
    return tuple(dict.fromkeys(place[0] for place in places if place is not None)) if all(places) else ()


def _idle(texts: Texts, device: Device, intent: SetIdleTimeout) -> Edit | None:
    if _place(texts, device, intent.bss) is None:
        return None
    seconds = int(intent.limit.total_seconds())
    if seconds > _LONGEST:
        raise NotPossible(f"the access point takes {_LONGEST} s at most", "shorten the working day that is declared")
    words = "dot11 activity-timeout unknown"
    line = f"{words} default {seconds} maximum {seconds}"
    return set_line(texts, (), line, instead=words, services=("activity-timeout",))


BUILDERS: Mapping[type, Builder] = {
    DisableStationIsolation: _isolation,
    UseCcmpOnly: _ccmp,
    SetAuthentication: _authentication,
    SetPmf: _pmf,
    DisableFastTransition: _fast_transition,
    SetIdleTimeout: _idle,
}
