"""A list of MAC addresses keeps readers out of their Wi-Fi network.

## What it checks
Where a BSS admits only listed addresses, every declared reader is listed; where it refuses listed ones, none is.
With such a list, readers whose MAC address is not declared are `unknown`.

## Why it matters
A reader that the list keeps out cannot join, whatever its passphrase is. Replaced readers are the usual case.
Source: stripe-terminal R15.

## About the fix
Only the addresses of declared readers are changed on the list. Take them from the reader or from the list of
stations, not from its box: some devices use another address for each network.
"""

from collections.abc import Iterator

from auditor.intents import AdmitStations
from auditor.model import Bss, MacPolicy, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, judged, siblings
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from judged(audible(readers), lambda bss: _opinion(site, readers, bss))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    if isinstance(bss.mac_policy, Unknown):
        return Undecided(bss.mac_policy)
    policy = bss.mac_policy.value
    if policy is MacPolicy.OFF:
        return Pass("has no list of MAC addresses", bss.mac_policy)
    if isinstance(bss.mac_list, Unknown):
        return Undecided(bss.mac_list, bss.mac_policy)
    admits = policy is MacPolicy.ALLOW_LISTED
    listed = frozenset(mac.lower().replace("-", ":") for mac in bss.mac_list.value)
    evidence = (bss.mac_list, bss.mac_policy)
    if not listed and not admits:
        return Pass("refuses no MAC address", evidence)
    kept_out = tuple(mac for mac in readers.macs if (mac in listed) is not admits)
    if kept_out:
        fix = Fix.one(bss.device, AdmitStations(bss.key, kept_out, admits, siblings(readers, bss)))
        how = "not on the list of admitted addresses" if admits else "on the list of refused addresses"
        text = f"keeps out {', '.join(kept_out)}: {how}"
        return Fail(text, evidence, site.policy.severity("mac-not-admitted"), (fix,), about="mac list")
    if admits and not listed:
        fix = Fix("admit the readers", manual="declare the readers' MAC addresses, then audit again")
        text = "admits listed MAC addresses only, and none is listed"
        return Fail(text, evidence, site.policy.severity("mac-not-admitted"), (fix,), about="mac list")
    if not readers.macs or (readers.count or 0) > len(readers.macs):
        how = "admits only listed" if admits else "refuses listed"
        why = f"BSS '{bss.key}' {how} MAC addresses, and not all readers' addresses are declared"
        unknown = Unknown(why, (*bss.mac_list.spans, *bss.mac_policy.spans), "declare mac of every reader")
        return Undecided(unknown, evidence)
    return Pass("admits all declared MAC addresses", evidence)


RULE = Rule(
    id="wifi-mac-filter",
    items=("R15",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
