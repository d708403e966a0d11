"""The readers' Wi-Fi network ends sessions before the working day is over.

## What it checks
The session limit of each BSS lasts at least one working day. Where readers log in with 802.1X, the RADIUS server can
set limits for each session, for its length and for silence: unknown, unless declared (`radius-session`).

## Why it matters
At the limit the access point disconnects the reader, in the middle of a payment too.
Source: stripe-terminal R13.

## About the fix
Weakens nothing where a passphrase lets stations in. The limit is often part of a profile that other networks share:
they get it too. Where a platform has no such setting it is done by hand.
"""

from collections.abc import Iterator
from datetime import timedelta

from auditor.intents import SetSessionTimeout, duration
from auditor.model import Bss, Declared, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.sessions.portals import need, too_short
from auditor.rules.sessions.sharing import Sharing
from auditor.rules.wifi.access_points import Opinion, audible, judged, unaudited
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    match bss.session_timeout:
        case Unknown() as unknown:
            return _declared(site, readers, unknown)
        case known if known.value is None:
            return Pass("has no session limit", known)
        case known if known.value >= site.working_day(readers).with_margin:
            return Pass(f"ends sessions after {duration(known.value)}", known)
        case known:
            limit = duration(known.value)
            day = site.working_day(readers)
            sharing = Sharing.of(site, bss, lambda each: each.session_timeout)
            longer = SetSessionTimeout(bss.key, day.proposed_lease, sharing.keys)
            enough = duration(day.with_margin)
            by_hand = Fix("a longer session", manual=f"set the session limit of BSS '{bss.key}' to at least {enough}")
            fixes = (Fix.one(bss.device, longer, risks=sharing.risks), by_hand)
            text = f"ends sessions after {limit}; {need(site, readers)}"
            return Fail(text, known, too_short(site, readers, known.value), fixes, about="session")


def _declared(site: Site, readers: Readers, unknown: Unknown) -> Opinion:
    """What the operator attests of the RADIUS server: `none`, or a number of hours such as `24h`."""
    declared = site.declared("radius-session")
    if not isinstance(declared, Declared):
        return Undecided(declared or unknown)
    if declared.value == "none":
        return Pass("gets no session limit from RADIUS, as declared", declared)
    hours = declared.value.removesuffix("h").strip()
    if not hours.isdecimal() or len(hours) > 4:
        return Undecided(Unknown("radius-session is neither none nor hours such as 24h", (declared.span,)), unknown)
    limit = timedelta(hours=int(hours))
    if limit >= site.working_day(readers).with_margin:
        return Pass(f"gets {duration(limit)} from RADIUS, as declared", declared)
    fix = Fix("a longer session", manual="raise Session-Timeout for the readers on the RADIUS server")
    text = f"gets {duration(limit)} from RADIUS, as declared; {need(site, readers)}"
    return Fail(text, declared, too_short(site, readers, limit), (fix,), about="session")


RULE = Rule(
    id="wifi-session-timeout",
    items=("R13",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
