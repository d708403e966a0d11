"""What a history keeps of one site; it is small, and loads no database library where sites are judged."""

from dataclasses import dataclass
from datetime import datetime

from auditor.pipeline import SiteReport
from auditor.report.json_report import SiteJson, site_json
from auditor.runs.texts import packed


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """The redacted capture of one device as one content, and what is not part of it."""

    device: str
    content: bytes
    taken_at: datetime
    time_is_weak: bool
    source: str


@dataclass(frozen=True, slots=True)
class KeptSite:
    """Verdicts, coverage and failures as the report for programs has them, and the captures they rest on."""

    site: str
    json: SiteJson
    captures: tuple[KeptCapture, ...]


def kept_site(report: SiteReport, json: SiteJson | None = None) -> KeptSite:
    """Return what is kept of a report; `json` if it was made already."""
    captures = tuple(
        KeptCapture(each.device, packed(each), each.taken_at, each.time_is_weak, each.source)
        for each in report.captures
    )
    return KeptSite(report.site.name, json or site_json(report), captures)
