"""JUnit XML, for build servers: a test suite for each site, a test case for each verdict.

Whatever was not decided is never shown as passed. A failed verdict of any severity is a `failure` (its type is the
severity); `unknown`, a rule that broke and a device that was not audited are an `error`; a check for a person, what
does not concern a site, and what a waiver or the baseline accepts are `skipped`, and say why.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import IO, Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from auditor.report.formats.agreed import accepted
from auditor.report.formats.base import Run, SiteTold, Waiting
from auditor.report.json_report import SiteJson
from auditor.report.outcome import Outcome
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.text import visible


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case; `kind` is '' if it passed, else the element that says what became of it."""

    name: str
    kind: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


class Document:
    """Takes sites in any order; suites wait on disk until the last is there."""

    def __init__(self, stream: TextIO, spool: IO[bytes], run: Run) -> None:
        self._stream = stream
        self._run = run
        self._waiting = Waiting(spool)
        self._totals: Counter[str] = Counter()

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number."""
        told = SiteTold.of(site)
        cases = list(_cases(told, self._run.now.date()))
        counts = Counter(case.kind for case in cases)
        counts["tests"] = len(cases)
        self._totals += counts
        head = f"<testsuite name={_attribute(told.name)} {_numbers(counts)} timestamp={_attribute(self._time())}>\n"
        # The schema that most readers follow has properties first.
        policy = f'<properties><property name="policy" value={_attribute(told.policy)}/></properties>\n'
        body = "".join(_element(case, told.name) for case in cases)
        self._waiting.put(number, f"{head}{policy}{body}</testsuite>\n")

    def finish(self, outcome: Outcome, shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
        """Write the suites of all sites with their totals."""
        self._stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._stream.write(f'<testsuites name="auditor" {_numbers(self._totals)}>\n')
        for suite in self._waiting.all():
            self._stream.write(suite)
        self._stream.write("</testsuites>\n")

    def _time(self) -> str:
        """Readers expect a time without a zone; it is UTC."""
        return self._run.now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _cases(told: SiteTold, today: date) -> Iterator[_Case]:
    found = False
    for verdict in told.verdicts:
        found = True
        yield _case(verdict, today)
    for failure in told.failures:
        found = True
        name = f"device {failure['device']}"
        yield _Case(
            name, "error", "unaudited", f"{failure['device']} was not audited: {failure['why']}", failure["hint"]
        )
    if not found:
        # An empty suite would look as if all was well.
        yield _Case("site", "error", "unknown", "nothing of this site was judged")


def _case(verdict: Mapping[str, Any], today: date) -> _Case:
    about = [verdict["device"], verdict["subject"], verdict["about"]]
    name = " ".join([verdict["rule"], *(part for part in about if part)])
    message, text = verdict["message"], "\n".join(_details(verdict))
    match verdict["result"]:
        case "pass":
            return _Case(name)
        case "fail" if why := accepted(verdict, today):
            return _Case(name, "skipped", "accepted", f"{why}: {message}")
        case "fail":
            return _Case(name, "failure", verdict["severity"] or "error", message, text)
        case "not_checked":
            return _Case(name, "skipped", "person", f"a person must check this: {message}")
        case "not_applicable":
            return _Case(name, "skipped", "not-applicable", message)
        case result:
            return _Case(name, "error", result, message, text)


def _details(verdict: Mapping[str, Any]) -> Iterator[str]:
    """The lines at fault, what would settle it, and what fixes it: a reader sees no more than this."""
    for each in verdict["evidence"]:
        place = ":".join(str(part) for part in (each["device"], each["file"], each["line"]) if part)
        yield f"{place}  {each['text'] or each['note']}".strip()
    if verdict["settle"]:
        yield f"to settle it: {verdict['settle']}"
    for fix in verdict["fixes"]:
        yield f"fix: {fix['title']}" + (f" (by hand: {fix['manual']})" if fix["manual"] else "")
        for step in fix["commands"]:
            yield from (f"{step['device']}$ {line}" for line in step["lines"] + step["activate"])


def _element(case: _Case, site: str) -> str:
    head = f"<testcase classname={_attribute(site)} name={_attribute(case.name)}"
    if not case.kind:
        return f"{head}/>\n"
    # One line stays one line: what ends a line within it is shown as an escape.
    text = "\n".join(escape(visible(line)) for line in case.text.split("\n"))
    inner = f"<{case.kind} type={_attribute(case.type)} message={_attribute(case.message)}>{text}</{case.kind}>"
    return f"{head}>{inner}</testcase>\n"


def _numbers(counts: Counter[str]) -> str:
    names = (("tests", "tests"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    return " ".join(f'{name}="{counts[kind]}"' for name, kind in names)


def _attribute(text: str) -> str:
    """Quote a value; XML forbids most control characters even as references, so they are shown as escapes."""
    return quoteattr(visible(text))
