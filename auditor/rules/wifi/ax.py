"""The readers' Wi-Fi network is there with 802.11ax (Wi-Fi 6) only.

## What it checks
For each access point: is one BSS of the readers' network without 802.11ax, in a band that readers have? If not, it
is a warning where stations without 802.11ax may still join, and an error where they may not (802.11ax is required,
or only 6 GHz is left). With the policy option `wifi6: strict` any 802.11ax on the network is an error.

## Why it matters
Readers do not support 802.11ax. By the standard it is backward compatible below 6 GHz, which is why it is a warning.
Source: stripe-terminal R9.

## About the fix
One radio of each access point goes without 802.11ax, the one that carries the fewest other networks; they lose it
there too, and stations of the radio are disconnected for some seconds. A network of its own for the readers on such
a radio is the alternative.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from auditor.intents import AcceptStationsWithoutAx, GoWithoutAx, SetPhy
from auditor.inventory import Wifi6
from auditor.model import Band, Bss, Fact, Phy, Severity, Unknown, combine
from auditor.policies import Support
from auditor.rules.base import Rule
from auditor.rules.concerns import wireless_readers
from auditor.rules.pairs import others_there
from auditor.rules.wifi.access_points import grouped, named, place, ssid, together, unaudited
from auditor.site import Readers, Site
from auditor.verdicts import Change, Fail, Fix, NotApplicable, Pass, Undecided, Verdict

_WITHOUT_AX = {Band.GHZ_2_4: Phy.N, Band.GHZ_5: Phy.AC}


class _Offer(StrEnum):
    """What a BSS offers to a reader."""

    PLAIN = "without 802.11ax"
    COMPATIBLE = "802.11ax, others may join"
    CLOSED = "802.11ax required, or a band that readers do not have"


@dataclass(frozen=True, slots=True)
class _Place:
    """The BSSs of one SSID on one access point by what they offer; an `Unknown` offers nothing known."""

    bsses: tuple[Bss, ...]
    offers: tuple[_Offer | Unknown, ...]

    def of(self, offer: _Offer) -> tuple[Bss, ...]:
        return tuple(bss for bss, found in zip(self.bsses, self.offers, strict=True) if found is offer)

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        return tuple(offer for offer in self.offers if isinstance(offer, Unknown))


def check(site: Site, readers: Readers) -> Iterator[Verdict]:
    yield from unaudited(site, readers)
    groups = grouped(readers.attachment.bsses, place)
    places = [_Place(tuple(group), tuple(map(_offer, group))) for group in groups]
    if not places:
        return
    if readers.model is not None and readers.model.wifi6 is Support.SUPPORTED:
        yield NotApplicable(f"{readers.model.title} supports 802.11ax")
        return
    for verdict in _verdicts(site, places, strict=site.entry.policy_options.wifi6 is Wifi6.STRICT):
        yield _if_the_model_cares(readers, verdict)


def _offer(bss: Bss) -> _Offer | Unknown:
    """What a BSS offers. What is not known does not matter where each of its possible values means the same."""
    elsewhere = combine(lambda band: band not in _WITHOUT_AX, bss.band)
    for closed in (elsewhere, bss.ax_required):
        if not isinstance(closed, Unknown) and closed.value:
            return _Offer.CLOSED
    ax = combine(lambda phy: phy.includes_ax, bss.phy)
    if isinstance(ax, Unknown):
        return ax
    if not ax.value:
        return _Offer.PLAIN
    for fact in (elsewhere, bss.ax_required):
        if isinstance(fact, Unknown):
            return fact
    return _Offer.COMPATIBLE


def _verdicts(site: Site, places: list[_Place], *, strict: bool) -> Iterator[Verdict]:
    warned: list[_Place] = []
    for here in places:
        plain = here.of(_Offer.PLAIN)
        if plain and (not strict or len(plain) == len(here.bsses)):
            yield Pass(f"{named(plain)} is without 802.11ax", _facts(plain), about="/".join(place(plain[0])))
        elif here.unknowns:
            why = "; ".join(dict.fromkeys(unknown.why for unknown in here.unknowns))
            settle = "; ".join(dict.fromkeys(unknown.settle for unknown in here.unknowns if unknown.settle))
            unknown = Unknown(f"{named(here.bsses)}: {why}", here.unknowns[0].near, settle)
            yield Undecided(unknown, _facts(here.bsses), about="/".join(place(here.bsses[0])))
        elif not plain and not here.of(_Offer.COMPATIBLE):
            yield _closed(site, here, strict=strict)
        else:
            warned.append(here)
    if warned:
        yield _compatible(site, warned, strict=strict)


def _compatible(site: Site, places: list[_Place], *, strict: bool) -> Fail:
    """One failure for the site: 802.11ax that lets other stations join too."""
    guilty = [
        bss for here in places for bss in (*here.of(_Offer.COMPATIBLE), *(here.of(_Offer.CLOSED) if strict else ()))
    ]
    names = "; ".join(f"{named(group)} on {group[0].device}" for group in grouped(guilty, place))
    rest = "uses 802.11ax" if strict else "has no BSS without 802.11ax; stations without it may still join"
    severity = site.policy.severity("wifi6-compatible", site.entry.policy_options.wifi6)
    return Fail(
        f"{names} {rest}", _facts(guilty), severity, fixes=_fixes(site, places, strict=strict), about="compatible"
    )


def _closed(site: Site, here: _Place, *, strict: bool) -> Fail:
    required = [bss for bss in here.bsses if not isinstance(bss.ax_required, Unknown) and bss.ax_required.value]
    why = "refuses stations without 802.11ax" if required else "is in no band that readers have"
    fixes = _fixes(site, [here], strict=strict)
    accept = tuple(
        Change(bss.device, AcceptStationsWithoutAx(bss.radio, _keys_on_radio(site, bss)))
        for bss in required
        if _can_do_without_ax(bss)
    )
    if accept:
        title = "; ".join(change.intent.title for change in accept)
        fixes = (*fixes[:-1], Fix(title, accept, risks=("802.11ax stays on: a warning remains",)), fixes[-1])
    return Fail(
        f"{named(here.bsses)} {why}",
        _facts(here.bsses),
        site.policy.severity("wifi6-required"),
        fixes=fixes,
        about="/".join((*place(here.bsses[0]), "required")),
        device=here.bsses[0].device,
    )


def _fixes(site: Site, places: list[_Place], *, strict: bool) -> tuple[Fix, ...]:
    """The readers' SSID alone, then the least hurtful radio of each place, then the next one.

    A network of the readers' own comes last.
    """
    name = ssid(places[0].bsses[0])
    own = "put the readers on an SSID of their own on a 2.4 or 5 GHz radio without 802.11ax; its passphrase: ________"
    last = Fix(f"another radio or SSID for '{name}'", manual=own)
    ranked = [_radios(site, here) for here in places]
    stuck = strict and any(not _can_do_without_ax(bss) for here in places for bss in here.bsses)
    if stuck or not all(ranked):
        return (last,)
    alone = [_bsses(site, here) for here in places]
    if strict:
        return (together(chain.from_iterable(alone)), together(chain.from_iterable(ranked)), last)
    first = together(fixes[0] for fixes in ranked)
    second = together(fixes[min(1, len(fixes) - 1)] for fixes in ranked)
    return tuple(dict.fromkeys((together(fixes[0] for fixes in alone), first, second, last)))


def _bsses(site: Site, here: _Place) -> list[Fix]:
    """One fix for each BSS with 802.11ax that can do without; its radio keeps it for other networks."""
    return [Fix.one(bss.device, GoWithoutAx(bss.key, others_there(site, bss, here.bsses))) for bss in _able(site, here)]


def _radios(site: Site, here: _Place) -> list[Fix]:
    """One fix for each radio with 802.11ax that can do without."""
    return [_without_ax(site, bss) for bss in {bss.radio: bss for bss in reversed(_able(site, here))}.values()][::-1]


def _able(site: Site, here: _Place) -> list[Bss]:
    """The BSSs with 802.11ax that can do without; the fewer other networks their radio carries the earlier."""
    able = [
        bss
        for bss, offer in zip(here.bsses, here.offers, strict=True)
        if offer is not _Offer.PLAIN and _can_do_without_ax(bss)
    ]
    return sorted(able, key=lambda bss: (len(_others(site, bss)), _band(bss) is not Band.GHZ_2_4, bss.radio))


def _without_ax(site: Site, bss: Bss) -> Fix:
    phy = _WITHOUT_AX[_band(bss) or Band.GHZ_5]
    others = _others(site, bss)
    risks = (f"radio '{bss.radio}' of {bss.device} also carries {', '.join(others)}: no 802.11ax there either",)
    intent = SetPhy(bss.radio, phy, _keys_on_radio(site, bss))
    return Fix.one(bss.device, intent, risks=risks if others else ())


def _can_do_without_ax(bss: Bss) -> bool:
    """Whether its radio is in a band that has something older, be it that nobody knows in which one."""
    able = combine(lambda band: band in _WITHOUT_AX, bss.band)
    return not isinstance(able, Unknown) and able.value


def _band(bss: Bss) -> Band | None:
    return None if isinstance(bss.band, Unknown) else bss.band.value


def _keys_on_radio(site: Site, bss: Bss) -> tuple[str, ...]:
    return tuple(other.key for other in site.bsses_of_radio(bss))


def _others(site: Site, bss: Bss) -> tuple[str, ...]:
    """Other SSIDs on the radio of a BSS that are on, or may be."""
    on = (other for other in site.bsses_of_radio(bss) if other.may_be_on)
    return tuple(sorted({ssid(other) for other in on} - {ssid(bss)}))


def _facts(bsses: Iterable[Bss]) -> tuple[Fact[object], ...]:
    """The lines that tell: what makes 802.11ax mandatory if something does, else the PHY."""
    facts: list[Fact[object]] = []
    for bss in bsses:
        facts.append(bss.phy)
        if not isinstance(bss.ax_required, Unknown) and bss.ax_required.value:
            facts.append(bss.ax_required)
        if not _can_do_without_ax(bss):
            facts.append(bss.band)
    return tuple(dict.fromkeys(facts))


def _if_the_model_cares(readers: Readers, verdict: Verdict) -> Verdict:
    """The sentence on Wi-Fi 6 may not hold for models that came after it."""
    model = readers.model
    if not isinstance(verdict, Fail) or model is None or model.wifi6 is not Support.UNKNOWN:
        return verdict
    why = f"{verdict.message}, and whether {model.title} supports 802.11ax is not known"
    return Undecided(Unknown(why, settle="try one reader there"), verdict.evidence, about=verdict.about)


RULE = Rule(
    id="wifi-ax",
    items=("R9",),
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    concerns=(wireless_readers,),
)
