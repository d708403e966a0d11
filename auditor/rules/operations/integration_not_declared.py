"""The integration is not declared; the site is judged as if it used the strictest one.

## What it checks
The inventory says how the point of sale talks to the readers.

## Why it matters
The integration decides which requirements apply: a server-driven one needs no connection between point of sale
and reader in the shop, and newer native SDKs do not ask DNS for the reader's name.
Source: stripe-terminal; the scope of R14, R15 and R16.

## About the fix
In the inventory: `integration`, and `sdk_version` for the iOS and Android SDKs.
"""

from collections.abc import Iterator

from auditor.inventory import Integration
from auditor.model import Severity, Stated
from auditor.rules.base import Rule
from auditor.rules.concerns import is_mobile
from auditor.site import Site
from auditor.verdicts import Fail, NotApplicable, Pass, Verdict


def check(site: Site) -> Iterator[Verdict]:
    if not site.readers:
        yield NotApplicable("no readers are declared")
        return
    smart = [readers for readers in site.readers if not is_mobile(readers)]
    if not smart:
        yield NotApplicable("mobile readers need nothing that depends on the integration")
        return
    without = [readers for readers in smart if readers.integration is Integration.UNKNOWN]
    line = site.entry.span
    if not without:
        kinds = sorted({readers.integration.value for readers in site.readers})
        yield Pass(f"integration: {', '.join(kinds)} ({site.entry.integration_from})", Stated(kinds, (line,)))
        return
    judged_as = site.policy.integration(Integration.UNKNOWN.value)
    names = ", ".join(readers.name for readers in without)
    words = f"the integration of {names} is not declared; they are judged as {judged_as.title}"
    advice = ("declare integration in the inventory: some requirements may not apply",)
    severity = site.policy.severity("integration-unknown")
    yield Fail(words, Stated("unknown", (line,)), severity, advice=advice)


RULE = Rule(id="integration-not-declared", items=(), severity=Severity.NOTE, doc=__doc__, check_site=check)
