"""The Wi-Fi network of Verifone P400 readers offers neither WPA- nor WPA2-Personal.

## What it checks
For readers of a model with a shorter list than the others, each BSS offers an authentication of that list. The best
BSS of an access point decides; others that do not fit are a warning.

## Why it matters
This model knows neither WPA3 nor Enterprise. On a network that offers WPA2 beside WPA3 it joins with WPA2.
Source: stripe-terminal R10, R8.

## About the fix
WPA2 beside WPA3 keeps passphrase and stations; it weakens, because WPA2 passphrases can be guessed offline.
From Enterprise or WEP only a new passphrase leads there, and that is for a person.
"""

from collections.abc import Iterator

from auditor.model import Akm, Bss, Severity, Unknown
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, joined, siblings, ssid, unaudited
from auditor.rules.wifi.akms import WITHOUT_PASSWORD, best_of_each, new_passphrase, offer_wpa2_too, words
from auditor.site import Readers, Site
from auditor.verdicts import Fail, NotApplicable, Pass, Undecided, Verdict


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    protected = [
        bss for bss in audible(readers) if isinstance(bss.akms, Unknown) or not bss.akms.value & WITHOUT_PASSWORD
    ]
    if not protected:
        yield NotApplicable("no BSS in the readers' bands has a password (wifi-open, wifi-ax)", about="no BSS")
    opinions = [(bss, _opinion(site, readers, bss)) for bss in protected]
    yield from joined(best_of_each(opinions, site.policy.severity("other-bss-unfit")))


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    allowed = frozenset[Akm]() if readers.model is None else readers.model.akms
    title = "" if readers.model is None else readers.model.title
    match bss.akms:
        case Unknown() as unknown:
            return Undecided(unknown)
        case known if known.value & allowed:
            return Pass(f"offers {words(known.value & allowed)}", known)
        case known:
            personal = Akm.WPA3_SAE in known.value
            fix = (
                offer_wpa2_too(bss, frozenset({Akm.WPA3_SAE}), siblings(readers, bss))
                if personal
                else new_passphrase(bss, ssid(bss))
            )
            text = f"offers {words(known.value)}; {title} knows {words(allowed)}"
            return Fail(text, known, site.policy.severity("p400-encryption"), (fix,), about="akm")


def _has_shorter_list(site: Site, readers: Readers) -> str:
    models = site.policy.item("R10").models
    return "" if readers.model and readers.model.slug in models else "no reader of this model is declared here"


RULE = Rule(
    id="wifi-p400-encryption",
    items=("R10", "R8"),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers, _has_shorter_list),
)
