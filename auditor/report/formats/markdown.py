"""Markdown (CommonMark with tables), for tickets and the summaries of build servers: what is wrong, site by site.

Passes and what does not concern a site are counted only. Text that somebody else chose is shown as it is: what
Markdown could obey within a line stands behind a backslash, so that no name becomes a link, an image or HTML.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any, TextIO

from auditor.report.formats.agreed import waiver_of, was_there
from auditor.report.formats.base import Run, SiteTold, Waiting, utc
from auditor.report.json_report import SiteJson
from auditor.report.outcome import Outcome
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.text import visible

_OBEYED = re.compile(r"([\\`*_\[\]<>&|~!#@$]|:(?=/)|(?<=www)\.)", re.IGNORECASE)
"""Emphasis, code, links, HTML, entities, cells, mentions, formulas, and addresses that become links by themselves."""
_OPEN = ("fail", "error", "unknown", "not_checked")
_EXITS = {0: "nothing found", 1: "findings", 3: "something could not be decided"}


class Document:
    """Takes sites in any order; a row and a section of each wait on disk until the last is there."""

    def __init__(self, stream: TextIO, spool: IO[bytes], run: Run) -> None:
        self._stream = stream
        self._run = run
        self._waiting = Waiting(spool)
        self._results: Counter[str] = Counter()

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number."""
        told = SiteTold.of(site)
        self._results[told.site["result"]] += 1
        section = "".join(_section(told, self._run.now.date()))
        self._waiting.put(number, [_site_row(told), section])

    def finish(self, outcome: Outcome, shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
        """Write the summary, a table of all sites, and a table for each site that has something to tell."""
        write = self._stream.write
        sites = ", ".join(f"{self._results[name]} {name}" for name in ("fail", "unknown", "warn", "pass"))
        write("# Audit\n\n")
        write(f"- {text(utc(self._run.now))}, exit code {outcome.code}: {_EXITS.get(outcome.code, 'stopped')}\n")
        write(f"- {_number(sum(self._results.values()), 'site')}: {sites}\n")
        write(f"- {_number(outcome.findings, 'finding')} that count, {outcome.undecided} undecided\n")
        write(f"- {outcome.unaudited} of {_number(outcome.devices, 'device')} not audited\n\n")
        write(_row("site", "result", "errors", "warnings", "notes", "unknown", "by hand", "not audited"))
        write(f"|{' --- |' * 2}{' ---: |' * 6}\n")
        for row, _ in self._waiting.all():
            write(row)
        for _, section in self._waiting.all():
            write(section)


def text(said: str) -> str:
    """Show a text as it is, on one line."""
    return _OBEYED.sub(r"\\\1", visible(said)).strip()


def _site_row(told: SiteTold) -> str:
    counts = told.site["counts"]
    undecided = counts["unknown"] + counts["broken"]
    numbers = (counts["errors"], counts["warnings"], counts["notes"], undecided, counts["person"], len(told.failures))
    return _row(text(told.name), told.site["result"], *map(str, numbers))


def _section(told: SiteTold, today: date) -> Iterator[str]:
    listed = [verdict for verdict in told.verdicts if verdict["result"] in _OPEN]
    if not listed and not told.failures:
        return
    yield f"\n## {text(told.name)}\n\n{text(told.policy)}; captured {text(told.site['captured_at'] or 'never')}\n\n"
    for failure in told.failures:
        yield f"- **not audited**: {text(failure['device'])}: {text(failure['why'])}. {text(failure['hint'])}\n"
    if listed:
        yield "\n" + _row("result", "rule", "device", "what", "where", "fix") + f"|{' --- |' * 6}\n"
        for verdict in listed:
            yield _verdict(verdict, today)


def _verdict(verdict: Mapping[str, Any], today: date) -> str:
    result = (verdict["severity"] or "error") if verdict["result"] == "fail" else _WORDS[verdict["result"]]
    waiver = waiver_of(verdict, today)
    notes = [waiver.text] if waiver is not None else []
    notes += ["in the baseline already"] if was_there(verdict) else []
    what = verdict["message"] + "".join(f" ({note})" for note in notes)
    first = next((each for each in verdict["evidence"] if each["line"] is not None), None)
    where = "" if first is None else f"{first['file']}:{first['line']}"
    fix = verdict["fixes"][0]["title"] if verdict["fixes"] else verdict["settle"]
    about = " ".join(part for part in (verdict["device"], verdict["subject"]) if part)
    return _row(result, text(verdict["rule"]), text(about), text(what), text(where), text(fix))


_WORDS = {"unknown": "unknown", "error": "rule broke", "not_checked": "by hand"}


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
