"""Fast transition (802.11r) is on in the readers' Wi-Fi network.

## What it checks
No BSS that readers may join offers fast transition.

## Why it matters
Fast transition adds authentication methods that some stations stumble over, most of all together with WPA3 or PMF.
Readers stand still and gain nothing by it. The vendor says nothing about it; this is our own advice, and a note.
Source: stripe-terminal R8.

## About the fix
Phones that move between access points take a little longer to do so on this network.
"""

from collections.abc import Iterator

from auditor.intents import DisableFastTransition
from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, judged, siblings
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    match bss.fast_transition:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value:
            risk = "stations that move between access points take longer to do so"
            intent = DisableFastTransition(bss.key, siblings(readers, bss))
            fix = Fix.one(bss.device, intent, risks=(risk,))
            severity = site.policy.severity("fast-transition")
            return Fail("offers fast transition (802.11r)", known, severity, (fix,), about="ft")
        case known:
            return Pass("is without fast transition (802.11r)", known)


RULE = Rule(
    id="wifi-fast-transition",
    items=("R8",),
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
