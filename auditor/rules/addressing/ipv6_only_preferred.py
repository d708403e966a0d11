"""DHCP tells the readers to do without IPv4.

## What it checks
The scopes that serve the readers do not send option 108 (IPv6-only preferred).

## Why it matters
A client that knows the option gives its IPv4 address back. Readers do not work with IPv6 alone; whether a reader
knows the option is not documented, hence a warning. A network without any IPv4 is an error of `ipv4-missing`.
Source: stripe-terminal R4a; RFC 8925.

## About the fix
Clients that did without IPv4 take an address again: the pool must have room for them.
"""

from collections.abc import Iterator

from auditor.intents import StopPreferringIpv6Only
from auditor.model import Declared, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import dhcp_readers, smart_readers
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    scopes, attested = site.scopes_serving(readers), site.declared("dhcp")
    for scope in scopes:
        about = f"{scope.device}/{scope.key}"
        match scope.ipv6_only_preferred:
            case Unknown() as unknown:
                yield Undecided(unknown, about=about)
            case sent if sent.value:
                yield Fail(
                    f"scope '{scope.key}' sends option 108 (IPv6-only preferred)",
                    sent,
                    site.policy.severity("ipv6-only-preferred"),
                    (Fix.one(scope.device, StopPreferringIpv6Only(scope.key)),),
                    about=about,
                )
            case sent:
                yield Pass(f"scope '{scope.key}' does not send option 108", sent, about=about)
    for hole in scopes.holes:
        if isinstance(attested, Declared):
            yield Pass(f"DHCP is attested: {attested.value}", attested)
        else:
            yield Undecided(attested or hole)
    if not scopes.items and not scopes.holes:
        yield NotApplicable("no audited device gives addresses to the readers; see dhcp-lease-too-short")


RULE = Rule(
    id="ipv6-only-preferred",
    items=("R4a",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(smart_readers, dhcp_readers),
)
