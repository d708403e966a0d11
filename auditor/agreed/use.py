"""What became of waivers in a run: those that fit nothing are noise, and hide what somebody meant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from auditor.agreed.waivers import Waiver
from auditor.inventory import SiteEntry


class Standing(StrEnum):
    """How a waiver stands at the end of a run.

    `used`: it accepts a finding. `expired`: what it accepted counts again. `unused`: it fits nothing, at none of its
    sites. `untold`: not all of its sites, devices and rules were judged, so that it may yet fit.
    """

    USED = "used"
    EXPIRED = "expired"
    UNUSED = "unused"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Use:
    """Which waivers, by their number in the file, accepted a finding of a site, and which no longer do."""

    held: frozenset[int] = frozenset()
    lapsed: frozenset[int] = frozenset()

    def __or__(self, other: "Use") -> "Use":
        return Use(self.held | other.held, self.lapsed | other.lapsed)


NO_USE = Use()


def standings(
    waivers: Sequence[Waiver],
    use: Use,
    sites: Iterable[SiteEntry],
    judged: Mapping[str, bool],
    rules: Iterable[str],
    all_rules: Iterable[str],
) -> tuple[Standing, ...]:
    """Say how each waiver stands.

    `sites` are all of the inventory, `judged` says of those of the run whether they were judged with all their devices.
    `rules` ran, of `all_rules` that there are.
    """
    listed, ran = tuple(sites), frozenset(rules)
    left_out = frozenset(all_rules) - ran

    def standing(number: int, waiver: Waiver) -> Standing:
        if number in use.held:
            return Standing.USED
        if number in use.lapsed:
            return Standing.EXPIRED
        if any(waiver.rules.fit(rule) for rule in left_out):
            return Standing.UNTOLD
        whole = all(judged.get(site.name, False) for site in listed if waiver.covers(site))
        return Standing.UNUSED if whole else Standing.UNTOLD

    return tuple(standing(number, waiver) for number, waiver in enumerate(waivers))
