"""What rules about Wi-Fi authentication share: words, the best BSS of an access point, and the way back to WPA2."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.intents import SetAuthentication
from auditor.model import Akm, Bss, Pmf, Severity
from auditor.rules.wifi.access_points import Opinion, grouped, place
from auditor.verdicts import Fail, Fix

WITHOUT_PASSWORD = frozenset({Akm.OPEN, Akm.OWE})
PERSONAL = frozenset({Akm.WPA_PSK, Akm.WPA2_PSK, Akm.WPA3_SAE})
WPA3_ONLY = frozenset({Akm.WPA3_SAE, Akm.WPA3_EAP})


def words(akms: Iterable[Akm]) -> str:
    """Name AKMs: `WPA2-Personal + WPA3-Personal`."""
    return " + ".join(sorted(akm.value for akm in akms))


def best_of_each(opinions: Iterable[tuple[Bss, Opinion]], lowered: Severity) -> Iterator[tuple[Bss, Opinion]]:
    """Where another BSS of the same access point and SSID is fit, or may be, a failure is at most `lowered`."""
    for group in grouped(opinions, lambda each: place(each[0])):
        hopeless = all(isinstance(opinion, Fail) for _, opinion in group)
        for bss, opinion in group:
            if isinstance(opinion, Fail) and not hopeless and opinion.severity.rank > lowered.rank:
                yield bss, replace(opinion, severity=lowered)
            else:
                yield bss, opinion


def offer_wpa2_too(bss: Bss, akms: frozenset[Akm], also: tuple[str, ...]) -> Fix:
    """Let stations that know WPA2 only join a WPA3 network, with the passphrase or RADIUS server that it has.

    `also` are the other BSSs of its SSID there.
    """
    wanted = {Akm.WPA3_SAE: Akm.WPA2_PSK, Akm.WPA3_EAP: Akm.WPA2_EAP}
    more = frozenset(wanted[akm] for akm in akms if akm in wanted)
    weakens = "" if Akm.WPA3_SAE not in akms else "with WPA2 the passphrase can be guessed offline: make it a long one"
    intent = SetAuthentication(bss.key, (akms & WPA3_ONLY) | more, Pmf.OPTIONAL, also)
    return Fix.one(bss.device, intent, weakens=weakens)


def new_passphrase(bss: Bss, name: str) -> Fix:
    """A protected network needs a secret that only its owner can choose; the blank is to be filled in by hand."""
    steps = (
        f"choose a passphrase of 8 to 63 characters, set it on {bss.device} for BSS '{bss.key}' together with "
        "WPA2-Personal, and WPA3-Personal too if the device offers it, then on every reader. "
        f"New passphrase of SSID '{name}': ________"
    )
    return Fix(f"protect BSS '{bss.key}' with a new passphrase", manual=steps)
