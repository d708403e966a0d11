"""The access point disconnects readers for being silent, without asking whether they are still there.

## What it checks
An idle limit of a BSS that disconnects whoever is silent lasts at least one working day. An access point that polls
a silent station first has no such limit: a reader that is there answers. With the policy option `sessions: literal`
a shorter limit is an error.

## Why it matters
Readers talk at least every few minutes, so the limit seldom strikes; while one sleeps it may, and then the reader is
gone until it joins again.
Source: stripe-terminal R13.

## About the fix
Weakens nothing: stations that left are still found out, by the poll, or after the longer time. What shares the setting
gets it too.
"""

from collections.abc import Iterator

from auditor.intents import PollSilentStations, SetIdleTimeout, duration
from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.sessions.portals import need
from auditor.rules.sessions.sharing import Sharing
from auditor.rules.wifi.access_points import Opinion, audible, judged, unaudited
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    day = site.working_day(readers)
    match bss.idle_timeout:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value is None:
            return Pass("disconnects nobody for being silent", known)
        case known if known.value >= day.with_margin:
            return Pass(f"disconnects stations that are silent for {duration(known.value)}", known)
        case known:
            key = "idle-below-day" if known.value < day.length else "session-below-margin"
            severity = site.policy.severity(key, site.entry.policy_options.sessions)
            poll = Fix.one(bss.device, PollSilentStations(bss.key))
            sharing = Sharing.of(site, bss, lambda each: each.idle_timeout)
            longer = SetIdleTimeout(bss.key, day.proposed_lease, sharing.keys)
            fixes = (poll, Fix.one(bss.device, longer, risks=sharing.risks))
            text = f"disconnects stations that are silent for {duration(known.value)}; {need(site, readers)}"
            return Fail(text, known, severity, fixes, about="idle")


RULE = Rule(
    id="wifi-idle-timeout",
    items=("R13",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
