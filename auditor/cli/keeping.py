"""The captures of the last audit of each site, kept so that `auditor verify` can say what moved.

A site has one small file that names its captures; their texts lie among the objects that runs share.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auditor.capture import Capture, FailureKind
from auditor.cli.workplace import Workplace
from auditor.errors import AuditorError, UsageError
from auditor.inventory import SiteEntry
from auditor.pipeline import SiteReport
from auditor.report.writing import PRIVATE, SHARED, write
from auditor.runs import tidy
from auditor.runs.journal import Saved
from auditor.runs.run import saved
from auditor.runs.texts import packed
from auditor.verdicts import Finding, Result

_SUMMARY = "audit.json"
_VERSION = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of one site: when it was audited, the captures that were judged, and what failed."""

    audited_at: datetime
    captures: tuple[Capture, ...]
    failed: frozenset[str]


def keep(workplace: Workplace, report: SiteReport) -> None:
    """Keep the redacted captures of a site. That they cannot be written is no reason to fail an audit.

    What a run that was stopped has of a site does not take the place of a whole audit.
    """
    if any(failure.kind is FailureKind.INTERRUPTED for failure in report.failures):
        return
    with suppress(OSError, AuditorError):
        folder = workplace.last(report.site.name)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        hide_from_git(workplace)
        with workplace.objects.in_use():
            captures = {capture.device: _named(workplace, capture) for capture in report.captures}
            summary = {
                "version": _VERSION,
                "audited_at": report.site.now.isoformat(),
                "captures": captures,
                "failed": [finding.fingerprint for finding in _all(report) if finding.result is Result.FAIL],
            }
            write(folder / _SUMMARY, json.dumps(summary), mode=PRIVATE)


def _all(report: SiteReport) -> Iterator[Finding]:
    """What is waived failed as well: `verify` knows of no waivers, and must not take it for new."""
    yield from report.findings
    yield from (each.finding for each in report.agreed.accepted)


def hide_from_git(workplace: Workplace) -> None:
    """Keep what is kept out of the repository that the inventory may stand in."""
    ignore = workplace.root / ".gitignore"
    if not ignore.exists():
        write(ignore, "*\n", mode=SHARED)


def _named(workplace: Workplace, capture: Capture) -> dict[str, object]:
    return {
        "texts": workplace.objects.put(packed(capture)),
        "taken_at": capture.taken_at.isoformat(),
        "time_is_weak": capture.time_is_weak,
        "source": capture.source,
    }


def kept(workplace: Workplace, site: SiteEntry) -> Kept:
    """Return what the last audit of a site kept; `UsageError` if there was none, or it is damaged."""
    folder = workplace.last(site.name)
    hint = f"run `auditor audit {workplace.inventory}` first"
    try:
        summary = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
        audited_at, failed = datetime.fromisoformat(summary["audited_at"]), frozenset(map(str, summary["failed"]))
        named = {str(device): _line(str(device), data) for device, data in summary["captures"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{site.name} was not audited before; {hint}") from error
    captures = tuple(saved(workplace.objects, named[each.name]) for each in site.devices if each.name in named)
    whole = tuple(capture for capture in captures if capture is not None)
    if len(whole) < len(captures):
        raise UsageError(f"what the last audit of {site.name} kept is damaged; {hint}")
    return Kept(audited_at, whole, failed)


def _line(device: str, data: dict[str, str]) -> Saved:
    taken_at = datetime.fromisoformat(data["taken_at"])
    return Saved(device, "", data["texts"], taken_at, bool(data["time_is_weak"]), data["source"])


def tidied(workplace: Workplace) -> None:
    """Remove old runs and the texts that no run and no last audit names; that it cannot be done is no error."""
    with suppress(OSError, AuditorError):
        roots = [folder for folder in (workplace.root / "runs").iterdir() if folder.is_dir()]
        tidy(roots, workplace.objects, lambda: _texts(workplace.root / "last"))


def _texts(last: Path) -> Iterator[str]:
    for file in last.glob(f"*/*/{_SUMMARY}"):
        with suppress(ValueError, AttributeError):
            for data in json.loads(file.read_text(encoding="utf-8")).get("captures", {}).values():
                yield str(data["texts"])
