"""Somebody who knows the network should be on site when it fails; only a person can see to that.

## What it checks
Nothing by itself: it asks who comes, and how soon.

## Why it matters
Cables, lights of ports and the screens of readers cannot be seen from afar, and a remote session goes down
with the network that it is to mend.
Source: stripe-terminal T1.

## About the fix
None: a name and a telephone number beside the till.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield NotChecked(
        Card(
            title="Somebody on site who knows the network",
            steps=(
                "Name one person per shop who may touch router, access points and cables, and one who stands in.",
                "Leave both names with their telephone numbers, and the run sheet of this audit, at the till.",
                "Agree how soon one of them is there while the shop is open.",
            ),
            expect="a name, a number and a time",
            note="name, deputy, telephone numbers, agreed time",
        )
    )


RULE = Rule(
    id="nobody-on-site",
    items=("T1",),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
