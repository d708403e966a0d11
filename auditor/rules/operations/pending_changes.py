"""A device has changes that somebody made and that do not act yet.

## What it checks
What each device reports of staged changes, or of files that are younger than the service that reads them. Where that
was not captured, a person looks before anything is applied.

## Why it matters
The device does not run what its configuration says: the audit may judge lines that do not act yet, and the next
commit takes them along. After a restart they are gone.
Source: good practice; stripe-terminal T5 asks to look at recent changes.

## About the fix
By hand: whoever made the changes commits them (or restarts the service) or takes them back, then audit again.
"""

from collections.abc import Iterator

from auditor.model import Severity, Unknown
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, Fail, Fix, NotApplicable, NotChecked, Pass, Verdict

_ASK = Fix(
    "put these changes in force or take them back, then audit again",
    manual="only their author knows if they are wanted",
)


def check(site: Site) -> Iterator[Verdict]:
    if not site.devices:
        yield NotApplicable("no device was audited")
    for device in site.devices:
        match device.pending_changes:
            case Unknown():
                yield NotChecked(_card(device.name), about=device.name, device=device.name)
            case known if known.value:
                severity = site.policy.severity("changes-pending")
                words = f"{device.name} has changes that do not act yet; they were judged as if they did"
                yield Fail(words, known, severity, (_ASK,), about=device.name, device=device.name)
            case known:
                yield Pass(
                    f"{device.name} has no changes that do not act yet", known, about=device.name, device=device.name
                )


def _card(name: str) -> Card:
    return Card(
        title=f"Uncommitted changes on {name}",
        steps=(
            f"Log in to {name} and list the changes that are staged and not committed.",
            "If there are any, ask who made them before anything is applied or committed.",
        ),
        expect="no staged changes",
        note="what was staged, by whom, and what became of it",
    )


RULE = Rule(
    id="pending-changes",
    items=(),
    severity=Severity.WARNING,
    doc=__doc__,
    check_site=check,
    state=("pending_changes",),
)
