"""CSV (RFC 4180), for spreadsheets and data frames: one row for each verdict.

A device that could not be audited is a row as well, with the result `unaudited` and no rule, so that a table without
failures does not look complete when it is not. Cells that a spreadsheet would take for a formula begin with `'`.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import IO, Any, TextIO

from auditor.report.formats.agreed import waiver_of
from auditor.report.formats.base import Run, SiteTold, Waiting
from auditor.report.json_report import SiteJson
from auditor.report.outcome import Outcome
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.text import visible

COLUMNS = (
    *("site", "device", "rule", "items", "result", "severity", "may_be", "subject", "about", "message"),
    *("file", "line", "evidence", "settle", "fix", "safety", "proven", "captured_at", "fingerprint"),
    *("waived_by", "waived_until", "waived_because", "waiver_holds", "baseline"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Document:
    """Takes sites in any order; rows wait on disk until the last is there."""

    def __init__(self, stream: TextIO, spool: IO[bytes], run: Run) -> None:
        self._stream = stream
        self._run = run
        self._waiting = Waiting(spool)

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number."""
        told = SiteTold.of(site)
        times = {each["device"]: each["captured_at"] or "" for each in told.site["devices"]}
        today = self._run.now.date()
        rows = [_row(verdict, times.get(verdict["device"], ""), today) for verdict in told.verdicts]
        rows += [_unaudited(told.name, failure) for failure in told.failures]
        self._waiting.put(number, _lines([[row.get(name, "") for name in COLUMNS] for row in rows]))

    def finish(self, outcome: Outcome, shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
        """Write the head and the rows of all sites."""
        self._stream.write(_lines([COLUMNS]))
        for rows in self._waiting.all():
            self._stream.write(rows)


def cell(value: object) -> str:
    """Make a cell that a spreadsheet shows and never computes; a leading `'` is its own mark for text."""
    text = visible(str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _lines(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def _row(verdict: Mapping[str, Any], captured: str, today: date) -> dict[str, object]:
    names = ("site", "device", "rule", "result", "may_be", "subject", "about", "message", "settle", "fingerprint")
    row: dict[str, object] = {name: verdict[name] for name in names}
    row |= {"items": " ".join(verdict["items"]), "severity": verdict["severity"] or "", "captured_at": captured}
    row |= dict(_shown(verdict)) | dict(_fix(verdict))
    waiver = waiver_of(verdict, today)
    if waiver is not None:
        row |= {"waived_by": waiver.owner, "waived_until": waiver.expires, "waived_because": waiver.reason}
        row["waiver_holds"] = "yes" if waiver.holds else "no"
    row["baseline"] = verdict.get("baseline") or ""
    return row


def _shown(verdict: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The first line that shows it; a default that no line changes has no line, only a note."""
    listed = verdict["evidence"]
    first = next((each for each in listed if each["line"] is not None), listed[0] if listed else None)
    if first is not None:
        yield from {
            "file": first["file"],
            "line": first["line"] or "",
            "evidence": first["text"] or first["note"],
        }.items()


def _fix(verdict: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    if verdict["fixes"]:
        fix = verdict["fixes"][0]
        proven = "yes" if fix["proven"] else "no"
        yield from {"fix": fix["title"], "safety": fix["safety"] or "", "proven": proven}.items()


def _unaudited(site: str, failure: Mapping[str, Any]) -> dict[str, object]:
    told = {"site": site, "device": failure["device"], "result": "unaudited"}
    return {**told, "message": failure["why"], "settle": failure["hint"]}
