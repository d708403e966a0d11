"""The readers' Wi-Fi lets in leased addresses only, and the readers have static ones.

## What it checks
Where readers are declared to have static addresses, no BSS that they may join asks for a lease before it lets a station
send anything (Cisco: `ipv4 dhcp required` of the policy profile).

## Why it matters
Such a reader joins the Wi-Fi, then stays without any connection, and after some time it is thrown out.
Source: stripe-terminal R15.

## About the fix
Set the readers to DHCP and reserve their addresses on the server: they keep them. To let all addresses in would weaken
the network, as it also lets in those that somebody made up.
"""

from collections.abc import Iterator

from auditor.inventory import Addressing
from auditor.model import Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, judged, unaudited
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict

_LEASES = Fix("set the readers to DHCP and reserve their addresses", manual="it is set on the readers themselves")


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    yield from judged(audible(readers), lambda bss: _opinion(site, bss))


def _opinion(site: Site, bss: Bss) -> Opinion:
    match bss.leases_only:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value:
            text = "lets in only stations that got a lease, and the readers have static addresses"
            return Fail(text, known, site.policy.severity("static-without-lease"), (_LEASES,), about="lease")
        case known:
            return Pass("lets in stations with static addresses", known)


def _dynamic(site: Site, readers: Readers) -> str:
    return "" if readers.addressing is Addressing.STATIC else "the readers are not declared to have static addresses"


RULE = Rule(
    id="static-reader-without-lease",
    items=("R15",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers, _dynamic),
)
