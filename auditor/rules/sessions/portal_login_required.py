"""A captive portal wants readers to log in.

## What it checks
There is no captive portal on the readers' network, or it lets every declared reader pass without login.

## Why it matters
A reader has no browser in which a person could log in; before the login the portal blocks the internet.
Source: stripe-terminal R13.

## About the fix
Only the declared readers pass without login; it weakens, because a MAC address can be copied. A network without a
portal is better, and is for a person: it moves the readers. The portal starts again: its clients must log in once
more.
"""

from collections.abc import Iterator

from auditor.model import Portal, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.rules.sessions.portals import addresses, admitted, bypass, label, portals_of
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict

_ELSEWHERE = Fix(
    "a network without a portal",
    manual="move readers and points of sale to a network without a captive portal, or declare mac of every reader, "
    "then the next audit proposes to let them pass",
)


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    for found in portals_of(site, readers):
        yield _verdict(site, readers, found) if isinstance(found, Portal) else found


def _verdict(site: Site, readers: Readers, portal: Portal) -> Verdict:
    match admitted(readers, portal):
        case Unknown() as unknown:
            return Undecided(unknown, (portal.enabled, portal.interfaces), about=label(portal))
        case True:
            text = f"all readers pass portal '{portal.key}' without login"
            return Pass(text, portal.bypass_macs, about=label(portal))
        case False:
            missing = [mac for mac in addresses(readers) if mac not in _listed(portal)]
            whom = ", ".join(missing) or "any reader"
            text = f"portal '{portal.key}' ({portal.software}) lets {whom} pass only after a login"
            evidence = (portal.interfaces, portal.enabled, portal.bypass_macs)
            fixes = (*bypass(readers, portal), _ELSEWHERE)
            severity = site.policy.severity("portal-without-bypass")
            return Fail(text, evidence, severity, fixes, about=label(portal))


def _listed(portal: Portal) -> tuple[str, ...]:
    return () if isinstance(portal.bypass_macs, Unknown) else portal.bypass_macs.value


RULE = Rule(
    id="portal-login-required",
    items=("R13",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(smart_readers,),
)
