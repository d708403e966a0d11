"""The readers' Wi-Fi network asks for no password, or has none that works.

## What it checks
Every BSS that readers may join asks for a passphrase or a login, and where it is a passphrase, one is set that
the access point can use (8 to 63 characters or 64 hexadecimal digits). Encryption without a password (OWE) and a
captive portal are no password protection. Where a device does not show whether a passphrase is set, a station that is
associated shows that one is; without any, a person has to join once.

## Why it matters
Readers only join networks that are password protected, and everybody can join one that is not. A network whose
key cannot be used does not come up at all.
Source: stripe-terminal R8a, R8.

## About the fix
A new passphrase is a secret that only the shop can choose: no commands are given, what to do is.
"""

from collections.abc import Iterator

from auditor.model import Akm, Bss, Fact, Passphrase, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, grouped, judged, place, ssid, unaudited
from auditor.rules.wifi.akms import PERSONAL, WITHOUT_PASSWORD, new_passphrase, words
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, NotChecked, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    bsses = readers.attachment.bsses
    untried = tuple(bss for bss in bsses if _is_hidden(bss) and not _joined(site, bss))
    if not untried or len(untried) < len(bsses):
        yield from judged((bss for bss in bsses if bss not in untried), lambda bss: _opinion(site, bss))
    for group in grouped(untried, place):
        yield NotChecked(_card(group), about="/".join((*place(group[0]), "hidden")), device=group[0].device)


def _is_hidden(bss: Bss) -> bool:
    """Whether it is certainly not open, and all that is missing is whether a passphrase is set."""
    if isinstance(bss.akms, Unknown) or isinstance(bss.passphrase, Unknown):
        return False
    akms = bss.akms.value
    return bss.passphrase.value is Passphrase.HIDDEN and bool(akms & PERSONAL) and not akms & WITHOUT_PASSWORD


def _joined(site: Site, bss: Bss) -> tuple[Fact[str], ...]:
    """What shows that stations are associated with a BSS that takes passphrases only: one of them works."""
    if isinstance(bss.akms, Unknown) or not bss.akms.value <= PERSONAL:
        return ()
    stations = (station.bss for station in site.device(bss.device).stations)
    return tuple(seen for seen in stations if not isinstance(seen, Unknown) and seen.value == bss.key)[:1]


def _card(bsses: list[Bss]) -> Card:
    akms = frozenset[Akm]().union(*(bss.akms.value for bss in bsses if not isinstance(bss.akms, Unknown)))
    keys = ", ".join(f"'{bss.key}'" for bss in bsses)
    return Card(
        title=f"Join '{ssid(bsses[0])}' once on {bsses[0].device}",
        steps=(
            f"{keys}: {words(akms)} is asked for, but the device does not show to this login whether a passphrase is "
            "set.",
            "Join with one reader, or with a telephone, and type the passphrase.",
        ),
        expect="it asks for the passphrase and lets the right one in",
        note="collect while a station is associated, then the next audit sees it by itself",
    )


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
        case known if known.value is Passphrase.HIDDEN:
            used = _joined(site, bss)
            return Pass(f"asks for a password ({words(akms)}), which a station has used", (bss.akms, *used))
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
