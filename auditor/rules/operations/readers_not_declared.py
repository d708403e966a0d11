"""No readers are declared for the site, so nothing was judged.

## What it checks
The inventory names at least one group of readers.

## Why it matters
Only networks of readers and points of sale are judged. A site without readers would have no failures and would
look healthy.
Source: stripe-terminal; it is what all its requirements start from.

## About the fix
In the inventory: say by SSID, VLAN, subnet or address where the readers are.
"""

from collections.abc import Iterator

from auditor.model import Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Pass, Undecided, Verdict


def check(site: Site) -> Iterator[Verdict]:
    if site.readers:
        names = ", ".join(readers.name for readers in site.readers)
        yield Pass(f"readers are declared: {names}", Stated(names, tuple(readers.line for readers in site.readers)))
    else:
        settle = f"declare readers in the inventory, or with --readers; here are {_candidates(site)}"
        yield Undecided(Unknown("no readers are declared", (site.entry.span,), settle))


def _candidates(site: Site) -> str:
    """What they may be declared by; named, never chosen."""
    found = (bss.ssid.value for device in site.devices for bss in device.bsses if not isinstance(bss.ssid, Unknown))
    ssids = ", ".join(sorted(set(found))) or "none"
    networks = ", ".join(segment.name for segment in site.segments if not segment.is_uplink) or "none"
    return f"the SSIDs {ssids} and the networks {networks}"


RULE = Rule(id="readers-not-declared", items=(), severity=Severity.ERROR, doc=__doc__, check_site=check)
