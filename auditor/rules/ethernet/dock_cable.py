"""A network cable may be in the dock of a reader that uses Wi-Fi; only a person can see it.

## What it checks
Nothing by itself: it guides a person to the docks of readers on Wi-Fi.

## Why it matters
A reader that is put on a dock with a network cable changes to Ethernet, takes another address, and is lost to
the point of sale; taken off, it changes back.
Source: stripe-terminal R7a.

## About the fix
By hand: unplug the cable from the dock, and leave only power.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.policies import Support
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.site import Readers, Site
from auditor.verdicts import Card, NotApplicable, NotChecked, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    if readers.model is not None and readers.model.ethernet is Support.UNSUPPORTED:
        yield NotApplicable(f"a {readers.model.title} has no Ethernet")
        return
    yield NotChecked(
        Card(
            title="Docks of Wi-Fi readers without a network cable",
            steps=(
                "Look at the dock or hub of each reader that uses Wi-Fi.",
                "Unplug any network cable; power may stay.",
                "If the cable is wanted, use Ethernet for this reader and remove its Wi-Fi network instead.",
            ),
            expect="no network cable in any dock of a Wi-Fi reader",
            note="docks that had one, date and time",
        )
    )


RULE = Rule(
    id="dock-cable",
    items=("R7a",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
    needs_place=False,
    card=True,
)
