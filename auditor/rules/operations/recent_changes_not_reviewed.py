"""What changed lately in a network that used to work, only the people who changed it know for certain.

## What it checks
Nothing by itself: it guides through a comparison with an older capture. The other rules are the complete review
that the requirement asks for.

## Why it matters
Readers that worked yesterday fail because of something that is different today: a new access point, an update,
a new filter list, another provider.
Source: stripe-terminal T5.

## About the fix
None: the difference between two captures names the lines.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield NotChecked(
        Card(
            title="What changed since it last worked",
            steps=(
                "Keep a capture of each device from a day on which all was well: auditor collect writes it, redacted.",
                "After any change, and when something fails, collect again into another directory and compare the two.",
                "Ask for what no capture shows: provider, cables, updates of readers and tills, new Wi-Fi next door.",
                "Audit again after each change; do not change two things at once.",
            ),
            command="diff -ru captures-good captures-now",
            expect="only differences that somebody can explain",
            note="what changed, when, by whom",
        )
    )


RULE = Rule(
    id="recent-changes-not-reviewed",
    items=("T5",),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
