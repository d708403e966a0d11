"""The signal between readers and access point is too weak.

## What it checks
The signal that the access points hear from each declared reader, and its distance from the noise, at the time of
the capture. Where no station list was captured, or a reader was not on the air, a person has to look.

## Why it matters
With a weak signal readers lose the connection in the middle of a payment. An access point hears a reader about as
well as the reader hears it, but not quite: it is a measure, not a proof.
Source: stripe-terminal T8.

## About the fix
Where access points stand is nothing that a configuration can change.
"""

from collections.abc import Iterator

from auditor.model import Severity, StationState, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, Fix, NotChecked, Pass, Undecided, Verdict

_MOVE = Fix(
    "better coverage where the reader stands",
    manual="move the access point or the reader, or add an access point; metal, mirrors and shelves between them hurt",
)


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    heard = [station for device in site.devices for station in device.stations]
    silent: list[str] = []
    for mac in readers.macs:
        mine = [station for station in heard if station.mac.lower() == mac]
        if mine:
            yield _verdict(site, max(mine, key=_strength))
        else:
            silent.append(mac)
    if silent or not readers.macs:
        yield NotChecked(_card(site, silent), about="by hand")


def _strength(station: StationState) -> int:
    """A reader that moved may still be listed at its former access point, with the weaker signal."""
    return -1000 if isinstance(station.signal, Unknown) else station.signal.value


def _verdict(site: Site, station: StationState) -> Verdict:
    limits = site.policy.thresholds
    signal, snr = station.signal, station.snr
    if isinstance(signal, Unknown):
        return Undecided(signal, snr, about=station.mac)
    ratio = None if isinstance(snr, Unknown) else snr.value
    text = f"{station.mac} is heard with {signal.value} dBm" + ("" if ratio is None else f", {ratio} dB above noise")
    evidence = (signal, snr)
    if signal.value < limits.signal_error or (ratio is not None and ratio < limits.snr_error):
        text += f"; {limits.signal_error} dBm and {limits.snr_error} dB are needed"
        return Fail(text, evidence, site.policy.severity("signal-too-weak"), (_MOVE,), about=station.mac)
    if signal.value < limits.signal_warning:
        text += f"; {limits.signal_warning} dBm is good"
        return Fail(text, evidence, site.policy.severity("signal-weak"), (_MOVE,), about=station.mac)
    return Pass(text, evidence, about=station.mac)


def _card(site: Site, silent: list[str]) -> Card:
    limits = site.policy.thresholds
    whom = f"readers {', '.join(silent)}" if silent else "all readers (their MAC addresses are not declared)"
    return Card(
        "Wi-Fi signal where the readers stand",
        (
            f"look at the signal of {whom}, each in the place where it is used, with the shop full if possible",
            "on the reader: Settings, Diagnostics; or in the access point's list of stations",
        ),
        expect=f"{limits.signal_warning} dBm or more (closer to 0), and {limits.snr_error} dB or more above noise",
        note="declare mac of every reader, then the next audit measures by itself",
    )


RULE = Rule(
    id="wifi-signal",
    items=("T8",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
    state=("stations",),
)
