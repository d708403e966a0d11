"""The captures of the last audit of each site, kept so that `auditor verify` can say what moved."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from auditor.capture import Capture
from auditor.cli.gathering import saved_capture
from auditor.cli.workplace import Workplace, folder_name, redactor
from auditor.collect.store import store_capture
from auditor.errors import AuditorError, UsageError
from auditor.inventory import SiteEntry
from auditor.pipeline import SiteReport
from auditor.report.writing import PRIVATE, SHARED, write
from auditor.verdicts import Result

_SUMMARY = "audit.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of one site: when it was audited, the captures that were judged, and what failed."""

    audited_at: datetime
    captures: tuple[Capture, ...]
    failed: frozenset[str]


def keep(workplace: Workplace, report: SiteReport) -> None:
    """Keep the redacted captures of a site. That they cannot be written is no reason to fail an audit."""
    with suppress(OSError, AuditorError):
        folder = workplace.last(report.site.name)
        folder.mkdir(parents=True, exist_ok=True)
        ignore = workplace.root / ".gitignore"
        if not ignore.exists():
            write(ignore, "*\n", mode=SHARED)
        for capture in report.captures:
            store_capture(capture, folder / folder_name(capture.device))
        summary = {
            "audited_at": report.site.now.isoformat(),
            "devices": [capture.device for capture in report.captures],
            "failed": [finding.fingerprint for finding in report.findings if finding.result is Result.FAIL],
        }
        write(folder / _SUMMARY, json.dumps(summary), mode=PRIVATE)


def kept(workplace: Workplace, site: SiteEntry) -> Kept:
    """Return what the last audit of a site kept; `UsageError` if there was none."""
    folder = workplace.last(site.name)
    try:
        summary = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
        audited_at, failed = datetime.fromisoformat(summary["audited_at"]), frozenset(map(str, summary["failed"]))
        audited = frozenset(map(str, summary["devices"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = f"run `auditor audit {workplace.inventory}` first"
        raise UsageError(f"{site.name} was not audited before; {hint}") from error
    hide = redactor()
    captures = tuple(
        replace(saved_capture(device.name, device.platform, path, hide), device=device.name)
        for device in site.devices
        if device.name in audited and (path := folder / folder_name(device.name)).exists()
    )
    return Kept(audited_at, captures, failed)
