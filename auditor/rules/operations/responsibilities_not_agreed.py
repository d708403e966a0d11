"""Who runs this network and finds its faults should be agreed; only the people concerned can do that.

## What it checks
Nothing by itself: it asks for one name for each part of the way to Stripe.

## Why it matters
Stripe helps with networks in a basic way only. If nobody is named for a part, a fault in it is everybody's and
nobody's.
Source: stripe-terminal T2.

## About the fix
None: an agreement.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield NotChecked(
        Card(
            title="Who is responsible for which part",
            steps=(
                "Internet line: who calls the provider, with which contract number?",
                "Router, access points, switches: who may change them, and who else has access?",
                "Point of sale and its integration: who looks at its logs?",
                "Readers: who may open their settings, and who talks to Stripe's support?",
            ),
            expect="one name for each part",
            note="part, name, telephone number",
        )
    )


RULE = Rule(
    id="responsibilities-not-agreed",
    items=("T2",),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
