"""The readers' Wi-Fi network asks for no password, or has none that works.

## What it checks
Every BSS that readers may join asks for a passphrase or a login, and where it is a passphrase, one is set that
the access point can use (8 to 63 characters or 64 hexadecimal digits). Encryption without a password (OWE) and a
captive portal are no password protection.

## Why it matters
Readers only join networks that are password protected, and everybody can join one that is not. A network whose
key cannot be used does not come up at all.
Source: stripe-terminal R8a, R8.

## About the fix
A new passphrase is a secret that only the shop can choose: no commands are given, what to do is.
"""

from collections.abc import Iterator

from auditor.model import Akm, Bss, Passphrase, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, judged, ssid, unaudited
from auditor.rules.wifi.akms import PERSONAL, WITHOUT_PASSWORD, new_passphrase, words
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    yield from judged(readers.attachment.bsses, lambda bss: _opinion(site, bss))


def _opinion(site: Site, bss: Bss) -> Opinion:
    match bss.akms:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value & WITHOUT_PASSWORD:
            return _fail(site, bss, f"asks for no password ({words(known.value & WITHOUT_PASSWORD)})", "open")
        case known if known.value & PERSONAL:
            return _passphrase(site, bss, known.value)
        case known:
            return Pass(f"asks for a password ({words(known.value)})", known)


def _passphrase(site: Site, bss: Bss, akms: frozenset[Akm]) -> Opinion:
    match bss.passphrase:
        case Unknown() as unknown:
            return Undecided(unknown, bss.akms)
        case known if known.value is Passphrase.ABSENT:
            return _fail(site, bss, f"offers {words(akms)}, but no passphrase is set", "no passphrase")
        case known if known.value is Passphrase.UNUSABLE:
            text = "has a passphrase that cannot be used (8 to 63 characters or 64 hexadecimal digits)"
            return _fail(site, bss, text, "unusable passphrase")
        case known:
            return Pass(f"asks for a password ({words(akms)})", (bss.akms, known))


def _fail(site: Site, bss: Bss, text: str, flaw: str) -> Fail:
    severity = site.policy.severity("no-password")
    evidence = (bss.akms,) if flaw == "open" else (bss.passphrase, bss.akms)
    return Fail(text, evidence, severity, fixes=(new_passphrase(bss, ssid(bss)),), about=flaw)


RULE = Rule(
    id="wifi-open",
    items=("R8a", "R8"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
