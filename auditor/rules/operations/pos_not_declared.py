"""No point of sale is declared, so nothing between it and the readers can be judged.

## What it checks
Where an SDK on a separate point of sale talks to readers: the inventory names at least one point of sale.

## Why it matters
Isolation, filters and DNS are judged for the way from the point of sale to the reader. Without the one end
those requirements stay unknown.
Source: stripe-terminal; R14, R15 and R16 speak of the point of sale.

## About the fix
In the inventory: say by SSID, VLAN, subnet or address where the points of sale are.
"""

from collections.abc import Iterator

from auditor.model import Severity, Stated
from auditor.rules.base import Rule
from auditor.rules.clients import NO_POS
from auditor.rules.concerns import separate_pos
from auditor.site import Site
from auditor.verdicts import NotApplicable, Pass, Undecided, Verdict


def check(site: Site) -> Iterator[Verdict]:
    if all(separate_pos(site, readers) for readers in site.readers):
        yield NotApplicable("no readers here are talked to over the local network")
    elif site.pos:
        names = ", ".join(pos.name for pos in site.pos)
        yield Pass(f"points of sale are declared: {names}", Stated(names, tuple(pos.line for pos in site.pos)))
    else:
        yield Undecided(NO_POS)


RULE = Rule(id="pos-not-declared", items=(), severity=Severity.ERROR, doc=__doc__, check_site=check)
