"""Stations as `hostapd_cli -i INTERFACE all_sta` lists them: an address, then `key=value` lines about it.

Source: hostap 2.10 src/ap/ctrl_iface_ap.c, hostapd_ctrl_iface_sta_mib and hostapd_get_sta_info.
"""

import re
from collections.abc import Iterator

from auditor.model import Bss, Fact, Listed, Span, Stated, StationState, Unknown
from auditor.services.reading import Reading, printable

_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,6}")
_ABOUT = re.compile(r"[A-Za-z0-9_\[\]-]+=.*|Selected interface .*")


def path_of(interface: str) -> str:
    """Where the list of an interface is captured."""
    return f"commands/stations-{interface}.txt"


def stations(reading: Reading, device: str, bsses: tuple[Bss, ...]) -> Listed[StationState]:
    """Read the lists of all BSSs that are on; one that was not captured is a hole."""
    found: dict[str, StationState] = {}
    holes: list[Unknown] = []
    for bss in bsses:
        path = path_of(bss.key)
        if reading.file(path) is None:
            if bss.may_be_on:
                holes.append(reading.missing(path))
            continue
        for station in _listed(reading, device, bss, path, holes):
            found[station.key] = station
    return Listed(tuple(found.values()), tuple(holes))


def _listed(reading: Reading, device: str, bss: Bss, path: str, holes: list[Unknown]) -> Iterator[StationState]:
    block: list[tuple[int, str]] = []
    for number, line in enumerate((*reading.lines(path), ""), start=1):
        if _MAC.fullmatch(line) or (not line and number > len(reading.lines(path))):
            if block:
                yield from _station(reading, device, bss, path, block)
            block = [(number, line)]
        elif block and _ABOUT.fullmatch(line):
            block.append((number, line))
        elif not line or _ABOUT.fullmatch(line):
            reading.irrelevant(path, (number,))
        else:
            reading.unknown(path, number, "")
            span = reading.span(path, number)
            holes.append(Unknown(f"line {number} of {path} is not understood", (span,), "run hostapd_cli all_sta"))


def _station(
    reading: Reading, device: str, bss: Bss, path: str, block: list[tuple[int, str]]
) -> Iterator[StationState]:
    """An entry that is only authenticating is no station yet."""
    about = {key: (number, value) for number, line in block[1:] for key, _, value in (line.partition("="),)}
    used = {"flags", "signal"}
    reading.irrelevant(path, (number for key, (number, _) in about.items() if key not in used))
    spans = reading.understood(
        *(reading.span(path, n) for n in (block[0][0], *(about[k][0] for k in sorted(used & set(about)))))
    )
    if "[ASSOC]" not in about.get("flags", (0, "[ASSOC]"))[1]:
        return
    mac = block[0][1].lower()
    yield StationState(
        device=device,
        key=f"{mac} on {printable(bss.key)}",
        mac=mac,
        bss=Stated(bss.key, spans[:1]),
        signal=_signal(about.get("signal", (0, ""))[1], spans),
        snr=Unknown("hostapd does not tell the noise floor", spans, "measure it with a site survey"),
    )


def _signal(text: str, spans: tuple[Span, ...]) -> Fact[int]:
    if _NUMBER.fullmatch(text) and int(text) < 0:
        return Stated(int(text), spans)
    return Unknown("the driver does not tell the signal of the station", spans, "measure it with a site survey")
