"""The readers' Wi-Fi network offers the TKIP cipher.

## What it checks
No BSS that readers may join offers TKIP as pairwise cipher.

## Why it matters
TKIP is allowed by the requirements (it came with WPA), but broken, ruled out by PCI DSS 4.2.1.2, and it forbids the
rates of 802.11n and newer.
Source: stripe-terminal R8.

## About the fix
Readers know CCMP. Stations that know only TKIP no longer join.
"""

from collections.abc import Iterator

from auditor.intents import UseCcmpOnly
from auditor.model import Bss, Cipher, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, judged, siblings
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    match bss.ciphers:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if Cipher.TKIP in known.value:
            intent = UseCcmpOnly(bss.key, siblings(readers, bss))
            fix = Fix.one(bss.device, intent, risks=("stations that know only TKIP no longer join",))
            names = " + ".join(sorted(cipher.value for cipher in known.value))
            return Fail(f"offers the cipher {names}", known, site.policy.severity("tkip"), (fix,), about="tkip")
        case known:
            names = " + ".join(sorted(cipher.value for cipher in known.value)) or "no pairwise cipher"
            return Pass(f"is without TKIP ({names})", known)


RULE = Rule(
    id="wifi-tkip",
    items=("R8",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
