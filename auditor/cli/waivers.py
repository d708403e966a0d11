"""What is said of waivers at the end of a run: those that expired, and those that fit nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from auditor.agreed import NO_USE, Standing, Use, Waiver, standings
from auditor.cli.sites import SiteParts
from auditor.inventory import SiteEntry
from auditor.rules import load_rules


@dataclass(slots=True)
class WaiverNotes:
    """Gathers, site after site, what waivers did. `sites` are all of the inventory, `rules` those that ran."""

    waivers: Sequence[Waiver]
    sites: Sequence[SiteEntry]
    rules: Sequence[str]
    _use: Use = NO_USE
    _judged: dict[str, bool] = field(default_factory=dict)

    def take(self, parts: SiteParts) -> None:
        """Take in one site."""
        self._use |= parts.waivers
        self._judged[parts.shared.site] = parts.whole

    def told(self) -> tuple[str, ...]:
        """Return one line for each waiver that somebody has to look at, in the order of the file."""
        return tuple(self._told()) if self.waivers else ()

    def _told(self) -> Iterator[str]:
        known = [rule.id for rule in load_rules()]
        found = standings(self.waivers, self._use, self.sites, self._judged, self.rules, known)
        for waiver, standing in zip(self.waivers, found, strict=True):
            where = f"{waiver.file}:{waiver.line}: {', '.join(waiver.rules.texts)}"
            match standing:
                case Standing.EXPIRED:
                    yield f"{where}: expired on {waiver.expires}; what it accepted counts again (owner {waiver.owner})"
                case Standing.UNUSED:
                    yield f"{where}: fits nothing any more; remove it, or mend it (owner {waiver.owner})"
                case Standing.USED | Standing.UNTOLD:
                    pass
