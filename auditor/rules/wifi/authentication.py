"""The readers' Wi-Fi network offers no authentication that readers can use.

## What it checks
Each BSS offers WPA-, WPA2- or WPA3-Personal, or WPA2- or WPA3-Enterprise with EAP-PEAP. The best BSS of an access
point decides; others that do not fit are a warning. WPA3 without WPA2 is a warning where the reader's model may not
know WPA3. The EAP method is the RADIUS server's: it counts as declared (`radius-eap`), else it is unknown.
A network without a password is judged by wifi-open, a model with a shorter list by wifi-p400-encryption.

## Why it matters
A reader that cannot authenticate does not join. WEP, Enterprise with WPA1 and the 192-bit suites are not supported.
Of EAP-TLS the page on networks says nothing, while the API that configures readers takes it: a warning.
Source: stripe-terminal R8.

## About the fix
WPA2 beside WPA3 keeps passphrase and stations; it weakens, because WPA2 passphrases can be guessed offline.
A new passphrase, and another EAP method on the RADIUS server, are for a person.
"""

import re
from collections.abc import Iterator

from auditor.intents import SetAuthentication
from auditor.model import Akm, Bss, Declared, Fact, Pmf, Severity, Unknown
from auditor.policies import Support
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.wifi.access_points import Opinion, audible, joined, siblings, ssid, unaudited
from auditor.rules.wifi.akms import (
    WITHOUT_PASSWORD,
    WPA3_ONLY,
    best_of_each,
    new_passphrase,
    offer_wpa2_too,
    words,
)
from auditor.site import Readers, Site
from auditor.verdicts import Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_ENTERPRISE = frozenset({Akm.WPA2_EAP, Akm.WPA3_EAP})


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    protected = [bss for bss in audible(readers) if not _is_open(bss)]
    if not protected:
        yield NotApplicable("no BSS in the readers' bands has a password (wifi-open, wifi-ax)", about="no BSS")
    opinions = [(bss, _opinion(site, readers, bss)) for bss in protected]
    yield from joined(best_of_each(opinions, site.policy.severity("other-bss-unfit")))


def _is_open(bss: Bss) -> bool:
    return not isinstance(bss.akms, Unknown) and bool(bss.akms.value & WITHOUT_PASSWORD)


def _opinion(site: Site, readers: Readers, bss: Bss) -> Opinion:
    if isinstance(bss.akms, Unknown):
        return Undecided(bss.akms)
    offered = bss.akms.value
    usable = offered & frozenset[Akm]().union(*(model.akms for model in site.policy.models))
    if not usable:
        return _not_allowed(site, readers, bss, offered)
    if usable <= WPA3_ONLY:
        doubt = _wpa3_only(site, readers, bss, usable)
        if doubt is not None:
            return doubt
    if usable <= _ENTERPRISE:
        return _enterprise(site, bss, usable)
    old = " alone: allowed, but WPA2 is better" if usable == {Akm.WPA_PSK} else ""
    return Pass(f"offers {words(usable)}{old}", bss.akms)


def _not_allowed(site: Site, readers: Readers, bss: Bss, offered: frozenset[Akm]) -> Fail:
    fix = new_passphrase(bss, ssid(bss))
    if Akm.WPA_EAP in offered and "peap" in _methods(site.declared("radius-eap")):
        pmf = Pmf.DISABLED if isinstance(bss.pmf, Unknown) else bss.pmf.value
        intent = SetAuthentication(bss.key, frozenset({Akm.WPA2_EAP}), pmf, siblings(readers, bss))
        fix = Fix.one(bss.device, intent, risks=("stations that know only WPA1 no longer join",))
    elif offered & {Akm.WPA_EAP, Akm.WPA3_EAP_192}:
        advice = "the RADIUS server must offer EAP-PEAP; then offer WPA2-Enterprise here and declare radius-eap"
        fix = Fix(f"WPA2-Enterprise with EAP-PEAP on BSS '{bss.key}'", manual=advice)
    severity = site.policy.severity("authentication-not-allowed")
    return Fail(f"offers {words(offered)}, which no reader can use", bss.akms, severity, (fix,), about="akm")


def _wpa3_only(site: Site, readers: Readers, bss: Bss, usable: frozenset[Akm]) -> Opinion | None:
    """What WPA3 without WPA2 means for this model; None if it is fine."""
    if readers.model is None or readers.model.wpa3_only is Support.UNKNOWN:
        whose = readers.model.title if readers.model else "a reader whose model is not declared"
        why = f"SSID '{ssid(bss)}' offers {words(usable)} only, and whether {whose} can use it is not known"
        settle = "try one reader there" if readers.model else "declare the readers' model"
        return Undecided(Unknown(why, bss.akms.spans, settle), bss.akms)
    if readers.model.wpa3_only is Support.SUPPORTED:
        return None
    doubtful = readers.model.wpa3_only is Support.DOUBTFUL
    severity = site.policy.severity("wpa3-only-doubtful" if doubtful else "authentication-not-allowed")
    source = site.policy.source(f"models.{readers.model.slug}.wpa3_only")
    text = f"offers {words(usable)} only, which {readers.model.title} {'may not know' if doubtful else 'does not know'}"
    return Fail(
        f"{text} [{source}]",
        bss.akms,
        severity,
        (offer_wpa2_too(bss, usable, siblings(readers, bss)),),
        about="WPA3 only",
    )


def _methods(declared: Fact[str] | None) -> frozenset[str]:
    """The words of a declared EAP method: `EAP-TTLS, PEAP` has eap, ttls and peap."""
    if not isinstance(declared, Declared):
        return frozenset()
    return frozenset(re.split(r"[^a-z0-9]+", declared.value.lower())) - {"eap", ""}


def _enterprise(site: Site, bss: Bss, usable: frozenset[Akm]) -> Opinion:
    declared = site.declared("radius-eap")
    methods = _methods(declared)
    text = f"offers {words(usable)}"
    if not isinstance(declared, Declared) or not methods & {"peap", "tls", "ttls", "fast"}:
        why = f"SSID '{ssid(bss)}' {text}; the RADIUS server chooses the EAP method, which is not visible here"
        settle = "look at the RADIUS server, and declare radius-eap (peap, tls …)"
        expired = declared if isinstance(declared, Unknown) else None
        return Undecided(expired or Unknown(why, bss.akms.spans, settle), bss.akms)
    evidence = (bss.akms, declared)
    if "peap" in methods:
        return Pass(f"{text} with EAP-PEAP", evidence)
    fix = Fix("offer EAP-PEAP", manual="enable EAP-PEAP on the RADIUS server for the readers, then declare radius-eap")
    if "tls" in methods:
        here, there = site.policy.source("items.R8"), site.policy.source("severities.eap-tls-only")
        text += f" with EAP-TLS only: the page on networks names EAP-PEAP alone [{here}], the API takes both [{there}]"
        return Fail(text, evidence, site.policy.severity("eap-tls-only"), (fix,), about="EAP-TLS only")
    text += f" with EAP-{'/'.join(sorted(methods)).upper()}; readers know EAP-PEAP"
    return Fail(text, evidence, site.policy.severity("eap-without-peap"), (fix,), about="no EAP-PEAP")


def _has_no_shorter_list(site: Site, readers: Readers) -> str:
    models = site.policy.item("R10").models
    return f"{readers.model.title}: see wifi-p400-encryption" if readers.model and readers.model.slug in models else ""


RULE = Rule(
    id="wifi-authentication",
    items=("R8",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers, _has_no_shorter_list),
)
