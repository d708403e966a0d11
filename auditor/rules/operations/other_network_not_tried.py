"""Whether a fault stays when readers and point of sale use another network, only a person can try.

## What it checks
Nothing by itself: it guides a comparison. Network and internet line both have to change, or a fault of the line
is taken for one of the network.

## Why it matters
It tells in minutes where to look on: in this network, or in the integration.
Source: stripe-terminal T3.

## About the fix
None: the answer says which way to go. Put everything back afterwards.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield NotChecked(
        Card(
            title="Try another network with another internet line",
            steps=(
                "Write down what fails now: connecting to the reader, or paying, and how often in ten attempts.",
                "Switch on the hotspot of a phone, with mobile data and without the shop's Wi-Fi.",
                "Connect one reader and one point of sale to it, both to the same hotspot.",
                "Ping the reader from the point of sale: some hotspots keep clients apart.",
                "Repeat the same ten attempts.",
                "Put reader and point of sale back into the shop's network and remove the hotspot from the reader.",
            ),
            expect="good there and bad here: this network is at fault; bad in both: see support-bundle",
            note="shop's network: __ of 10 good; hotspot: __ of 10 good; phone, provider, reader, date and time",
        )
    )


RULE = Rule(
    id="other-network-not-tried",
    items=("T3",),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
