"""One waiver: which findings somebody accepts, why, and until when."""

import re
from dataclasses import dataclass, field
from datetime import date
from fnmatch import translate

from auditor.inventory import SiteEntry
from auditor.verdicts import Finding


@dataclass(frozen=True, slots=True)
class Patterns:
    """Names and globs, of which one must fit; without any, everything fits."""

    texts: tuple[str, ...] = ()
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        whole = "|".join(translate(text) for text in self.texts)
        object.__setattr__(self, "_pattern", re.compile(whole) if self.texts else None)

    def fit(self, *names: str) -> bool:
        """Say whether one of the names is meant; upper and lower case differ, as in names of devices."""
        return self._pattern is None or any(self._pattern.match(name) for name in names)


@dataclass(frozen=True, slots=True)
class Waiver:
    """An entry of a file of waivers, which stands in `line` of `file`.

    `expires` is its last day, by the date in UTC at which a run judges. All patterns that are given must fit. Lines of
    configurations play no part, so a finding keeps its waiver when they move.
    """

    rules: Patterns
    reason: str
    owner: str
    expires: date
    file: str
    line: int
    ticket: str = ""
    sites: Patterns = Patterns()
    groups: Patterns = Patterns()
    tags: Patterns = Patterns()
    devices: Patterns = Patterns()
    subjects: Patterns = Patterns()
    fingerprints: Patterns = Patterns()

    def holds(self, today: date) -> bool:
        return today <= self.expires

    def covers(self, site: SiteEntry) -> bool:
        """Say whether it may be about this site; the tag of one of its devices is enough."""
        return (
            self.sites.fit(site.name)
            and (not self.groups.texts or self.groups.fit(*site.groups))
            and (not self.tags.texts or self.tags.fit(*site.tags, *(tag for each in site.devices for tag in each.tags)))
        )

    def meets(self, finding: Finding, site: SiteEntry) -> bool:
        """Say whether it is about this finding of a site that it covers."""
        return (
            self.rules.fit(finding.rule)
            and self.devices.fit(finding.device)
            and self.subjects.fit(finding.subject)
            and self.fingerprints.fit(finding.fingerprint)
            and self._meets_tag(finding.device, site)
        )

    def _meets_tag(self, name: str, site: SiteEntry) -> bool:
        """A tag counts if the site has it, or the device that the finding is about."""
        if not self.tags.texts:
            return True
        own = next((each.tags for each in site.devices if each.name == name), ())
        return self.tags.fit(*site.tags, *own)
