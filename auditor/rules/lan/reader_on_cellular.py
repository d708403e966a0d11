"""A reader that falls back to cellular leaves the local network of the point of sale.

## What it checks
Nothing by itself: it guides a person, where a reader model with a cellular modem is declared and an SDK on a separate
point of sale talks to it.

## Why it matters
Such a reader takes Ethernet before Wi-Fi before cellular. On cellular it is online and yet out of reach of the point
of sale, which needs it on the local network: cellular is no spare way for that.
Source: stripe-terminal R15.

## About the fix
None in the network: keep its Wi-Fi or cable up. A server-driven integration goes on over cellular.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.policies import Support
from auditor.rules.base import Rule
from auditor.rules.concerns import separate_pos
from auditor.site import Readers, Site
from auditor.verdicts import Card, NotApplicable, NotChecked, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    model = readers.model
    if model is None or model.cellular is not Support.SUPPORTED:
        yield NotApplicable("no model with a cellular modem is declared")
        return
    yield NotChecked(
        Card(
            title=f"See what becomes of a {model.title} that loses Wi-Fi and Ethernet",
            steps=(
                "Agree on what tills do while a reader is on cellular: the SDK does not reach it then.",
                "On a reader, look at the network settings: it has to show Wi-Fi or Ethernet, not cellular.",
                "If readers fall back to cellular often, look for weak signal or cables first.",
                site.policy.advice["server_driven"],
            ),
            expect="each reader shows Wi-Fi or Ethernet",
            note="readers that showed cellular, and when",
        )
    )


RULE = Rule(
    id="reader-on-cellular",
    items=("R15",),
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    concerns=(separate_pos,),
    needs_place=False,
    card=True,
)
