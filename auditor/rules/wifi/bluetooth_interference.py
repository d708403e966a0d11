"""Something in the shop may disturb the Bluetooth connection of mobile readers.

## What it checks
A person looks for sources of interference near the readers. The audit adds hints: radios that fill half of the
2.4 GHz band with channels of 40 MHz.

## Why it matters
Bluetooth shares 2.4 GHz with Wi-Fi, microwave ovens and much else; no configuration shows what is on the air.
Source: stripe-terminal R3.

## About the fix
What disturbs is moved away or switched off; Wi-Fi leaves more room on 5 GHz or with channels of 20 MHz.
"""

from collections.abc import Iterator

from auditor.model import Band, Radio, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import mobile_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    wide = [radio for device in site.devices for radio in device.radios if _fills_the_band(radio)]
    hints = tuple(f"hint: radio '{radio.key}' of {radio.device} uses 40 MHz or more in 2.4 GHz" for radio in wide)
    yield NotChecked(
        Card(
            "interference with Bluetooth around the readers",
            (
                "look for microwave ovens, wireless cameras, audio transmitters and USB 3 disks within 3 m",
                "pay with the reader while they run, and again with them switched off or moved away",
                *hints,
            ),
            expect="the reader stays connected in both cases",
            note="the report of this site",
        )
    )


def _fills_the_band(radio: Radio) -> bool:
    return (
        not isinstance(radio.enabled, Unknown)
        and radio.enabled.value
        and not isinstance(radio.band, Unknown)
        and radio.band.value is Band.GHZ_2_4
        and not isinstance(radio.width, Unknown)
        and radio.width.value >= 40
    )


RULE = Rule(
    id="bluetooth-interference",
    items=("R3",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(mobile_readers,),
    needs_place=False,
    card=True,
)
