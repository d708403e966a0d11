"""The readers' WPA2 network refuses stations without protected management frames.

## What it checks
No BSS that offers WPA- or WPA2-authentication requires protected management frames (PMF, 802.11w). Where only WPA3
is offered, they are part of it.

## Why it matters
PMF is optional with WPA2. A reader that joins with WPA2 and does not use PMF is refused, on a network that looks
right otherwise. The vendor says nothing about PMF; this is our own advice.
Source: stripe-terminal R8.

## About the fix
With PMF optional, stations that know it still use it. It weakens: the others can be disconnected by forged frames.
"""

from collections.abc import Iterator

from auditor.intents import SetPmf
from auditor.model import Akm, Bss, Pmf, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, judged, siblings
from auditor.rules.wifi.akms import words
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict

_PMF_IS_OPTIONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA_EAP, Akm.WPA2_EAP})


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    if isinstance(bss.akms, Unknown):
        return Undecided(bss.akms)
    older = bss.akms.value & _PMF_IS_OPTIONAL
    if not older:
        return Pass(f"offers {words(bss.akms.value)}, where PMF is no choice", bss.akms)
    match bss.pmf:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value is Pmf.REQUIRED:
            weakens = "stations without PMF can be disconnected by forged frames"
            intent = SetPmf(bss.key, Pmf.OPTIONAL, siblings(readers, bss))
            fix = Fix.one(bss.device, intent, weakens=weakens)
            text = f"offers {words(older)} and requires PMF, which readers need not know"
            return Fail(text, (known, bss.akms), site.policy.severity("pmf-required"), (fix,), about="pmf")
        case known:
            return Pass(f"does not require PMF ({known.value.value})", known)


RULE = Rule(
    id="wifi-pmf",
    items=("R8",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
