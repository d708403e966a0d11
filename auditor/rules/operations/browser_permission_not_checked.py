"""Whether the browser of the point of sale may reach the local network, only a person can see there.

## What it checks
Nothing by itself: it guides to the permission. It concerns points of sale that run in a browser.

## Why it matters
Chrome asks since version 142, once for each site, before a page may connect to devices of the local network.
Whoever said no, or never saw the question, has readers that are found and cannot be connected, in a network
without a fault. macOS asks a question of its own, for the browser as a whole.
Source: stripe-terminal R15; Stripe's page on network requirements describes it.

## About the fix
By hand, in the browser; on managed devices by whoever manages them.
"""

from collections.abc import Iterator

from auditor.inventory import Integration
from auditor.model import Severity
from auditor.rules.base import Rule
from auditor.site import Site
from auditor.verdicts import Card, NotApplicable, NotChecked, Verdict

_IN_A_BROWSER = frozenset({Integration.JAVASCRIPT_SDK, Integration.UNKNOWN})


def check(site: Site) -> Iterator[Verdict]:
    if not any(readers.integration in _IN_A_BROWSER for readers in site.readers):
        yield NotApplicable("no point of sale here uses the JavaScript SDK")
        return
    yield NotChecked(
        Card(
            title="Permission of the browser for the local network",
            steps=(
                "On each point of sale open its page and look at the site settings beside the address.",
                "Local network access must be allowed, not blocked, and not left to ask.",
                "On macOS look in the privacy settings, local network, too: the browser must be switched on.",
                "Look for extensions that block connections, and try without them.",
            ),
            expect="local network access: allowed",
            note="point of sale, browser and version, what it was set to",
        )
    )


RULE = Rule(
    id="browser-permission-not-checked",
    items=(),
    severity=Severity.NOTE,
    doc=__doc__,
    check_site=check,
    card=True,
)
