"""What the reader itself says of its network, only a person at the reader can see.

## What it checks
Nothing by itself: it guides through the diagnostics of the reader and says which rules speak of the same thing.

## Why it matters
It is the view from the reader, through everything that nobody audited. The DNS light is about the resolver of
the reader's own network: it can be red while the point of sale, with another resolver, is fine.
Source: stripe-terminal R6, R16 and T8; Stripe's pages of the WisePOS E and S700 describe the diagnostics.

## About the fix
None: follow the rule that a light points to.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.rules.concerns import smart_readers
from auditor.site import Site
from auditor.verdicts import Card, NotApplicable, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    if all(smart_readers(site, readers) for readers in site.readers):
        yield NotApplicable("mobile readers have no network diagnostics of their own")
        return
    yield NotChecked(
        Card(
            title="Run the diagnostics on the reader",
            steps=(
                "On the reader open the settings (admin PIN 07139, as Stripe documents it) and run the diagnostics.",
                "Stripe connectivity must be good. If not: rules of R6 and T6, which say what the firewall lets out.",
                "Terminal events connectivity is judged by the same rules.",
                "DNS resolution: rules of R16, but for the resolver of the readers' own network.",
                "Wi-Fi frequency and signal: rules of R9 and T8.",
            ),
            expect="all good; Stripe connectivity in any case",
            note="reader, each light, frequency and signal, date and time",
        )
    )


RULE = Rule(
    id="reader-diagnostics-not-run",
    items=(),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
