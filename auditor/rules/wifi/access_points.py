"""BSSs that readers may join, and what rules say of them: one verdict for each access point, not for each BSS."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TypeAlias, TypeVar

from auditor.inventory import Role
from auditor.model import Band, Bss, Fact, Unknown
from auditor.site import Readers, Site
from auditor.verdicts import Evidence, Fail, Fix, NotApplicable, Pass, Undecided, Verdict

Opinion: TypeAlias = Pass | Fail | Undecided
"""What a rule thinks of one BSS. Its message goes on after the SSID; `about` is a stable word for the flaw."""

Key = TypeVar("Key")
Item = TypeVar("Item")

_READERS_BANDS = frozenset({Band.GHZ_2_4, Band.GHZ_5})


def unaudited(site: Site, readers: Readers) -> Iterator[Undecided]:
    """Say `unknown` for access points that may carry the readers' network and were not audited."""
    names = [failure.device for failure in site.missing_access_points]
    holes = [*zip(names, site.bsses(readers).holes, strict=True), *_without_wireless(site)]
    for name, hole in holes:
        yield Undecided(hole, about=f"{name}/not audited", device=name)
    if not readers.attachment.bsses and not holes:
        why = f"no audited device has an SSID on {readers.attachment.segment.name}"
        yield Undecided(Unknown(why, settle="add the access points as devices"), about="no access point")


def _without_wireless(site: Site) -> Iterator[tuple[str, Unknown]]:
    """Access points, declared or seen to be such, whose wireless part was not captured, or not all of it."""
    declared = {entry.name for entry in site.entry.devices if Role.ACCESS_POINT in entry.roles}
    for device in site.devices:
        if device.name in declared or device.bsses.items or device.controlled_radios:
            yield from ((device.name, hole) for hole in device.bsses.holes)


def audible(readers: Readers) -> tuple[Bss, ...]:
    """The BSSs in bands that readers have; one whose band is unknown may be in them."""
    return tuple(
        bss for bss in readers.attachment.bsses if isinstance(bss.band, Unknown) or bss.band.value in _READERS_BANDS
    )


def judged(
    bsses: Iterable[Bss], opinion: Callable[[Bss], Opinion], *, otherwise: str = "no audited BSS is in their bands"
) -> Iterator[Verdict]:
    """Ask for an opinion of each BSS and join equal ones; without any BSS the rule does not apply."""
    opinions = [(bss, opinion(bss)) for bss in bsses]
    if not opinions:
        yield NotApplicable(otherwise, about="no BSS")
    yield from joined(opinions)


def joined(opinions: Iterable[tuple[Bss, Opinion]]) -> Iterator[Verdict]:
    """Join opinions: failures by access point, SSID and flaw, unknowns by access point and SSID, passes in one."""
    passes: list[tuple[Bss, Pass]] = []
    fails: list[tuple[Bss, Fail]] = []
    unknowns: list[tuple[Bss, Undecided]] = []
    for bss, opinion in opinions:
        match opinion:
            case Pass():
                passes.append((bss, opinion))
            case Fail():
                fails.append((bss, opinion))
            case Undecided():
                unknowns.append((bss, opinion))
    yield from (_failure(group) for group in grouped(fails, lambda each: (*place(each[0]), each[1].about)))
    yield from (_doubt(group) for group in grouped(unknowns, lambda each: place(each[0])))
    if passes:
        words = dict.fromkeys(f"SSID '{ssid(bss)}' {opinion.message}" for bss, opinion in passes)
        yield Pass("; ".join(words), _evidence(opinion.evidence for _, opinion in passes))


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> list[list[Item]]:
    """Put items with equal keys together, in the order in which the keys first come."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def siblings(readers: Readers, bss: Bss) -> tuple[str, ...]:
    """The other BSSs of the readers' SSID on one access point, which get the same change where they share a setting."""
    same = (each.key for each in readers.attachment.bsses if place(each) == place(bss) and each.key != bss.key)
    return tuple(sorted(same))


def place(bss: Bss) -> tuple[str, str]:
    """Access point and SSID: the same network in the same place, on one radio or several."""
    return bss.device, ssid(bss)


def ssid(bss: Bss) -> str:
    """The SSID, or a question mark."""
    return "?" if isinstance(bss.ssid, Unknown) else bss.ssid.value


def named(bsses: Iterable[Bss]) -> str:
    """Name BSSs of one SSID: `SSID 'SHOP-POS' (pos_2g, pos_5g)`."""
    listed = list(bsses)
    return f"SSID '{ssid(listed[0])}' ({', '.join(dict.fromkeys(bss.key for bss in listed))})"


def together(fixes: Iterable[Fix]) -> Fix:
    """Make one fix of several that belong together; what only a person can do makes all of it so."""
    listed = list(fixes)
    manual = "; ".join(dict.fromkeys(fix.manual for fix in listed if fix.manual))
    return Fix(
        title="; ".join(dict.fromkeys(fix.title for fix in listed)),
        changes=() if manual else tuple(dict.fromkeys(chain.from_iterable(fix.changes for fix in listed))),
        weakens="; ".join(dict.fromkeys(fix.weakens for fix in listed if fix.weakens)),
        risks=tuple(dict.fromkeys(chain.from_iterable(fix.risks for fix in listed))),
        manual=manual,
    )


def _failure(group: list[tuple[Bss, Fail]]) -> Fail:
    """One failure of several BSSs: fixes of equal rank become one."""
    bss, first = group[0]
    opinions = [opinion for _, opinion in group]
    words = "; ".join(dict.fromkeys(opinion.message for opinion in opinions))
    return replace(
        first,
        message=f"{named(bss for bss, _ in group)} {words}",
        evidence=_evidence(opinion.evidence for opinion in opinions),
        severity=max((opinion.severity for opinion in opinions), key=lambda severity: severity.rank),
        fixes=tuple(together(ranked) for ranked in zip(*(opinion.fixes for opinion in opinions), strict=False)),
        about="/".join((*place(bss), first.about)),
        device=bss.device,
    )


def _doubt(group: list[tuple[Bss, Undecided]]) -> Undecided:
    opinions = [opinion for _, opinion in group]
    unknowns = [opinion.unknown for opinion in opinions]
    return Undecided(
        Unknown(
            "; ".join(dict.fromkeys(unknown.why for unknown in unknowns)),
            tuple(dict.fromkeys(span for unknown in unknowns for span in unknown.near)),
            "; ".join(dict.fromkeys(unknown.settle for unknown in unknowns if unknown.settle)),
        ),
        _evidence(opinion.evidence for opinion in opinions),
        card=next((opinion.card for opinion in opinions if opinion.card is not None), None),
        about="/".join((*place(group[0][0]), "unknown")),
        device=group[0][0].device,
    )


def _evidence(parts: Iterable[Evidence]) -> tuple[Fact[object], ...]:
    facts = (part if isinstance(part, tuple) else (part,) for part in parts)
    return tuple(dict.fromkeys(chain.from_iterable(facts)))
