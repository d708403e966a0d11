"""Whether a fault stays when the reader uses a cable instead of Wi-Fi, only a person can try.

## What it checks
Nothing by itself: it guides the trial. The cable has to lead into the same network as the Wi-Fi did.

## Why it matters
If it works over the cable, radio, isolation and authentication of the Wi-Fi are what is left to look at.
Source: stripe-terminal T7.

## About the fix
None. Use one connection at a time: a reader must not have both.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield NotChecked(
        Card(
            title="Try the other kind of connection",
            steps=(
                "Take a port that is in the same VLAN and subnet as the readers' Wi-Fi.",
                "Remove the Wi-Fi network on the reader, put it on its dock with a network cable, and restart it.",
                "Then the point of sale as well, if it can; change one at a time and note which step helped.",
                "Discover the reader again on the point of sale and pay once.",
            ),
            expect="better: look at the Wi-Fi; no change: look at addresses, DNS and filters",
            note="which device, which connection, better or not, date and time",
        )
    )


RULE = Rule(
    id="other-medium-not-tried",
    items=("T7",),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
