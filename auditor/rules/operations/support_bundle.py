"""What to send to support when a fault follows the readers into another network, a person has to gather.

## What it checks
Nothing by itself: it says what support needs, and which files of this audit to send along.

## Why it matters
A report that holds errors, times and reader is answered at once; one that says that it does not work is asked
back.
Source: stripe-terminal T4.

## About the fix
None. Reports and stored captures of this program hold no passwords or keys; look through what you send anyway:
names of shops, SSIDs and addresses are in it.
"""

from collections.abc import Iterator

from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotChecked, Verdict


def check(site: Site) -> Iterator[Verdict]:
    yield NotChecked(
        Card(
            title="What to send if the fault is not in this network",
            steps=(
                "Look into the log of the point of sale for the first error, not the last, and note its time.",
                "Note serial number, model and software version of the reader, and SDK and its version.",
                "Add the JSON report of this audit; do not add captures that were made with --with-secrets.",
                "Send errors, logs and times to Stripe's support, the report to whoever maintains the integration.",
            ),
            command="auditor audit inventory.yaml --report json=report.json",
            expect="a JSON file in which passwords and keys are redacted",
            note="number of the support case, date, what was sent",
        )
    )


RULE = Rule(
    id="support-bundle",
    items=("T4",),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
