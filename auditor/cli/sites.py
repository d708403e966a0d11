"""One site from its captures to what the outputs say of it: the work that may be done in another process.

Sites are large and what is told of them is small, so a site is rendered where it was judged, and only that goes back.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auditor.agreed import NO_USE, NOTHING_AGREED, Agreed, Use
from auditor.capture import Capture, Failure
from auditor.cli.keeping import keep
from auditor.cli.remembering import Remembering
from auditor.cli.wanted import Wanted
from auditor.cli.workplace import Workplace
from auditor.errors import AuditorError
from auditor.history.kept import KeptSite, kept_site
from auditor.inventory import SiteEntry
from auditor.pipeline import SITE_NOT_JUDGED, SiteReport, audit, not_judged, read
from auditor.policies import load_policy
from auditor.report import files, html, json_report, terminal
from auditor.report.fleet import SiteNote
from auditor.report.html import SiteSection
from auditor.report.json_report import SiteJson
from auditor.report.outcome import SiteCount, site_count
from auditor.report.shared import SharedDevices, SharedPart
from auditor.report.terminal import Look, Piece
from auditor.rules import load_rules

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A site whose devices are collected or failed; `number` is its place in the inventory, `now` when it is judged."""

    number: int
    entry: SiteEntry
    captures: tuple[Capture, ...]
    failures: tuple[Failure, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class SiteParts:
    """What the outputs say of one site; `shown` is for the terminal, `files` how many files of fixes were written."""

    number: int
    counted: SiteCount
    shared: SharedPart
    shown: SiteNote | tuple[Piece, ...]
    json: SiteJson | None
    html: SiteSection | None
    files: int
    waivers: Use = NO_USE
    whole: bool = True
    """Whether the site was judged with all its devices."""
    kept: KeptSite | None = None


@dataclass(slots=True)
class SiteWork:
    """Audits sites and renders them. It can be sent to another process, which then has a memory of its own.

    `now` is the time of the run, which ages are counted to; `keep_in` is where captures are kept, if they are.
    """

    rules: tuple[str, ...]
    sites_of: Mapping[str, tuple[str, ...]]
    lines: Mapping[tuple[str, str], tuple[str, ...]]
    wanted: Wanted
    look: Look
    now: datetime
    keep_in: Workplace | None
    agreed: Agreed = NOTHING_AGREED
    _reader: Remembering | None = field(default=None, init=False)

    def __call__(self, ready: Ready) -> SiteParts:
        """Audit and render one site. What nobody foresaw costs this site, and the report says so."""
        try:
            report = self._audited(ready)
            parts = self._parts(ready.number, report)
        except AuditorError:
            raise
        except Exception as error:
            logger.exception("the audit of %s failed", ready.entry.name)
            return self.failed(ready, type(error).__name__)
        if self.keep_in is not None:
            keep(self.keep_in, report)
        return parts

    def failed(self, ready: Ready, why: str) -> SiteParts:
        """Render a site at which the program itself failed: nothing of it is decided, and nothing is kept."""
        policy = load_policy(ready.entry.policy)
        return self._parts(ready.number, not_judged(ready.entry, ready.failures, policy, ready.now, why))

    def _audited(self, ready: Ready) -> SiteReport:
        if self._reader is None:
            self._reader = Remembering(frozenset(self.sites_of), read)
        return audit(
            ready.entry,
            ready.captures,
            ready.failures,
            load_policy(ready.entry.policy),
            ready.now,
            rules=tuple(rule for rule in load_rules() if rule.id in self.rules),
            sites_of=self.sites_of,
            extra_lines=self.lines,
            reader=self._reader,
            agreed=self.agreed,
        )

    def _parts(self, number: int, report: SiteReport) -> SiteParts:
        wanted = self.wanted
        kinds = {kind for kind, _ in wanted.reports}
        several = wanted.several_sites
        shared = SharedDevices(self.sites_of)
        apart = frozenset(shared.of(report.site.entry)) if several else frozenset[str]()
        written = () if wanted.out is None else files.write(report, wanted.out, several_sites=several, shared=apart)
        return SiteParts(
            number,
            site_count(report, wanted.limits.fail_on),
            shared.part(report),
            SiteNote.of(report) if wanted.as_fleet else self._pieces(report),
            json_report.site_json(report) if kinds - {"html"} else None,
            html.site_section(report, number, now=self.now, several_sites=several, sites_of=self.sites_of)
            if "html" in kinds
            else None,
            len(written),
            report.agreed.use,
            not report.failures and all(each.rule != SITE_NOT_JUDGED for each in report.findings),
            None if wanted.history is None else kept_site(report),
        )

    def _pieces(self, report: SiteReport) -> tuple[Piece, ...]:
        return terminal.site_pieces(
            report,
            self.look,
            verbose=self.wanted.verbose,
            checklist=self.wanted.checklist,
            brief=self.wanted.several_sites,
            files=self.wanted.out is not None,
            now=self.now,
        )
