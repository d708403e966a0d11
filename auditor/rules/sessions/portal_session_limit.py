"""A captive portal logs readers out before the working day is over.

## What it checks
The hard limit of a portal session on the readers' network lasts at least one working day, or the portal lets every
declared reader pass without login. 0 means no limit.

## Why it matters
At the limit the portal cuts off whoever is logged in, busy or not, and a reader cannot log in again by itself.
Source: stripe-terminal R13.

## About the fix
Letting the declared readers pass is the narrow way; it weakens, because a MAC address can be copied. Without the
limit all clients of the portal stay logged in. The portal starts again: its clients must log in once more.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.rules.sessions.portals import Limit, judge_limits
from auditor.site import Readers, Site
from auditor.verdicts import Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from judge_limits(site, readers, lambda portal: Limit("session_timeout", portal.session_timeout, hard=True))


RULE = Rule(
    id="portal-session-limit",
    items=("R13",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
