"""Parts of a device were asked for and not obtained.

## What it checks
Whether each audited device gave all that it was asked for. What depends on a missing part is unknown in the
rule that needs it; here the missing parts stand together, each with what would settle it.

## Why it matters
An audit is as good as what it saw. A user with fewer rights, or a file that was not saved, leaves holes that
look like many different unknowns.
Source: good practice beyond the policy.

## About the fix
By hand: collect again with the rights or the file that is missing.
"""

from collections.abc import Iterator

from auditor.model import Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Fail, NotApplicable, Pass, Verdict

_NAMED = 5


def check(site: Site) -> Iterator[Verdict]:
    if not site.devices:
        yield NotApplicable("no device was audited")
    for device in site.devices:
        gaps = site.gaps.get(device.name, ())
        if not gaps:
            words = f"{device.name} gave all that it was asked for"
            yield Pass(words, Stated("complete", ()), about=device.name, device=device.name)
            continue
        more = f" and {len(gaps) - _NAMED} more" if len(gaps) > _NAMED else ""
        words = f"not obtained from {device.name}: {', '.join(gap.path for gap in gaps[:_NAMED])}{more}"
        evidence = tuple(Unknown(f"{gap.path}: {gap.why}", settle=gap.settle) for gap in gaps)
        settle = tuple(dict.fromkeys(gap.settle for gap in gaps if gap.settle))
        severity = site.policy.severity("capture-incomplete")
        yield Fail(words, evidence, severity, advice=settle, about=device.name, device=device.name)


RULE = Rule(id="capture-incomplete", items=(), severity=Severity.NOTE, doc=__doc__, check_site=check)
