"""Readers must repeat their 802.1X authentication during the working day.

## What it checks
The period after which stations of a BSS authenticate again lasts at least one working day. Shorter is a note, as the
station stays connected meanwhile; below one hour it is a warning. With a passphrase there is no such period.

## Why it matters
Each repetition needs the RADIUS server: where it does not answer, the reader loses a connection that worked.
Source: stripe-terminal R13.

## About the fix
It weakens: who is locked out on the RADIUS server stays connected until the period is over. A note is no reason for
that, so only a period below one hour gets a fix.
"""

from collections.abc import Iterator

from auditor.intents import SetReauthPeriod, duration
from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, judged
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    day = site.working_day(readers)
    match bss.reauth_period:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value is None:
            return Pass("asks for no repeated authentication", known)
        case known if known.value >= day.with_margin:
            return Pass(f"asks for a repeated authentication every {duration(known.value)} only", known)
        case known:
            text = f"asks for a repeated authentication every {duration(known.value)}"
            if known.value >= site.policy.thresholds.reauthentication:
                return Fail(text, known, site.policy.severity("reauthentication"), about="reauthentication")
            weakens = f"who is locked out on the RADIUS server stays connected for up to {duration(day.proposed_lease)}"
            fix = Fix.one(bss.device, SetReauthPeriod(bss.key, day.proposed_lease), weakens=weakens)
            return Fail(text, known, site.policy.severity("reauthentication-short"), (fix,), about="reauthentication")


RULE = Rule(
    id="wifi-reauthentication",
    items=("R13",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
