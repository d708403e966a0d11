"""A device does something else than its configuration says.

## What it checks
Where both were captured: whether the programs that a configuration is for run and listen, and whether what is in
force (a packet filter, a bridge) is what the files say; and whether a device was changed after its configuration was
saved last.

## Why it matters
The audit may judge lines that do not act. After the next restart the device behaves as the files say, which nobody
has tried.
Source: good practice; stripe-terminal T5 asks to look at recent changes.

## About the fix
By hand: whether the files or what runs is meant, only their author knows. Then audit again.
"""

from collections.abc import Iterator

from auditor.model import Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Verdict

_ASK = Fix("make the files and what runs the same, then audit again", manual="only their author knows which is meant")


def check(site: Site) -> Iterator[Verdict]:
    if not site.devices:
        yield NotApplicable("no device was audited")
    severity = site.policy.severity("state-differs")
    for device in site.devices:
        for each in device.disagreements:
            words = each.what.why if isinstance(each.what, Unknown) else each.what.value
            about = f"{device.name}/{each.key}"
            yield Fail(f"{device.name}: {words}", each.what, severity, (_ASK,), about=about, device=device.name)
        if not device.disagreements.items:
            words = f"nothing that {device.name} was seen to do contradicts its configuration"
            yield Pass(words, Stated("agrees", ()), about=device.name, device=device.name)


RULE = Rule(
    id="state-differs",
    items=(),
    severity=Severity.WARNING,
    doc=__doc__,
    check_site=check,
    state=("disagreements",),
)
