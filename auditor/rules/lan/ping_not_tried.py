"""Whether the reader really answers a ping from the point of sale, only a person can see.

## What it checks
Nothing by itself: it guides a person. What the packet filters say of pings is judged by `ping-blocked`.

## Why it matters
A ping from the point of sale goes the whole way that a payment takes on the local network, through devices
that nobody audited too.
Source: stripe-terminal T13.

## About the fix
None: the answer says where to look next.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.rules.concerns import separate_pos
from auditor.site import Readers, Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    address = str(readers.addresses[0]) if readers.addresses else "READER-ADDRESS"
    yield NotChecked(
        Card(
            title="Ping the reader from the point of sale",
            steps=(
                "On the reader, look up its IP address in the network settings.",
                "On the point of sale itself, not on another computer, ping that address.",
                "No answer, but the internet works: look for isolation and filters between the two.",
            ),
            command=f"ping {address}",
            expect="replies, none lost",
            note="reader, its address, replies received, date and time",
        )
    )


RULE = Rule(
    id="ping-not-tried",
    items=("T13",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
    needs_place=False,
    card=True,
)
