"""The readers' SSID has another passphrase on another radio or access point.

## What it checks
All BSSs of the readers' SSID that take a passphrase, on every audited access point, take the same one. Passphrases are
compared by tokens that stand for them; nobody sees them. What was masked before it came here, or is shown encrypted in
several places, cannot be compared. That an access point was not audited is said by wifi-authentication.

## Why it matters
A reader keeps one passphrase for an SSID. Where it meets the other one it is refused, on a network that looks right: it
works at one till and not at the next, or until it changes the band. The vendor says nothing about it; this is our own
advice.
Source: stripe-terminal R8.

## About the fix
By hand: a passphrase is a secret, which this program neither sees nor writes. Change the BSS that fewer devices use.
"""

from collections.abc import Iterator

from auditor.model import ENCRYPTED, Bss, Fact, Severity, Stated, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import audible, named, ssid
from auditor.site import Readers, Site
from auditor.verdicts import Card, Fail, Fix, NotApplicable, NotChecked, Pass, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    bsses = tuple(bss for bss in audible(readers) if not _has_none(bss))
    for name in dict.fromkeys(map(ssid, bsses)):
        yield _judge(site, name, tuple(bss for bss in bsses if ssid(bss) == name))
    if not bsses:
        yield NotApplicable("no BSS of the readers' SSID takes a passphrase")


def _has_none(bss: Bss) -> bool:
    return not isinstance(bss.passphrase_identity, Unknown) and not bss.passphrase_identity.value


def _judge(site: Site, name: str, bsses: tuple[Bss, ...]) -> Verdict:
    groups: dict[str, list[Bss]] = {}
    for bss in bsses:
        if not isinstance(bss.passphrase_identity, Unknown):
            groups.setdefault(bss.passphrase_identity.value, []).append(bss)
    sealed = [token for token in groups if token.startswith(ENCRYPTED)] if len(groups) > 1 else []
    hidden = [bss for token in sealed for bss in groups.pop(token)]
    if len(groups) > 1:
        fewest = min(groups.values(), key=len)
        places = ", ".join(f"'{bss.key}' of {bss.device}" for bss in fewest)
        fix = Fix("one passphrase for the readers' SSID", manual=f"type the passphrase of the other BSSs into {places}")
        words = "; another one on ".join(_places(group) for group in groups.values())
        evidence = tuple(_line(group[0]) for group in groups.values())
        severity = site.policy.severity("passphrase-differs")
        return Fail(f"SSID '{name}' has one passphrase on {words}", evidence, severity, (fix,), about=name)
    hidden += [bss for bss in bsses if isinstance(bss.passphrase_identity, Unknown)]
    if len(bsses) == 1:
        return NotApplicable(f"only one BSS has the SSID '{name}'", about=name)
    if hidden:
        return NotChecked(_card(name, bsses), about=name)
    return Pass(f"{named(bsses)} has one passphrase", tuple(map(_line, bsses)), about=name)


def _places(bsses: list[Bss]) -> str:
    return ", ".join(f"'{bss.key}' of {bss.device}" for bss in bsses)


def _line(bss: Bss) -> Fact[str]:
    """The line of a passphrase, without what stands for it."""
    return Stated("passphrase", bss.passphrase_identity.spans)


def _card(name: str, bsses: tuple[Bss, ...]) -> Card:
    return Card(
        title=f"See whether '{name}' has one passphrase everywhere",
        steps=(
            f"Compare the passphrases of {_places(list(bsses))}.",
            "Or join each of them once with one reader.",
        ),
        expect="one passphrase on all of them",
        note="the radio or access point where a reader was refused",
    )


RULE = Rule(
    id="wifi-passphrase-differs",
    items=("R8",),
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
