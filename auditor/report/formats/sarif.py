"""SARIF 2.1.0 (OASIS), for code scanning and other collectors of findings.

Every verdict is a result, not only failures: `kind` says pass, fail, open (unknown, or the rule broke), review (a check
for a person) or notApplicable, and only failures have a level. Artifacts are the captures: `SITE/DEVICE/PATH` below the
base `CAPTURES`. Text is plain ASCII, and what cannot be seen is shown as an escape.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, TextIO

import auditor
from auditor.pipeline import SITE_NOT_JUDGED
from auditor.report.formats.agreed import waiver_of
from auditor.report.formats.base import Run, SiteTold, Waiting, utc
from auditor.report.formats.places import CAPTURES, location
from auditor.report.formats.sarif_fixes import fixes_of
from auditor.report.json_report import SiteJson
from auditor.report.outcome import Outcome
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.text import visible
from auditor.rules import Rule, load_rules

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "auditor/v1"

_KINDS = {
    "pass": "pass",
    "fail": "fail",
    "unknown": "open",
    "error": "open",
    "not_checked": "review",
    "not_applicable": "notApplicable",
}


class Document:
    """Takes sites in any order; results wait on disk until the last is there."""

    def __init__(self, stream: TextIO, spool: IO[bytes], run: Run) -> None:
        self._stream = stream
        self._run = run
        self._waiting = Waiting(spool)
        self._rules = {rule.id: number for number, rule in enumerate(load_rules())}

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number."""
        told = SiteTold.of(site)
        results = [_text(self._result(told, verdict)) for verdict in told.verdicts]
        self._waiting.put(number, [results, [_text(each) for each in _notifications(told)]])

    def finish(self, outcome: Outcome, shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
        """Write the log; devices that could not be audited are notifications of its one invocation."""
        driver = {
            "name": "auditor",
            "version": auditor.__version__,
            "rules": [*map(_rule, load_rules()), _NOT_JUDGED],
        }
        complete = not any(notifications for _, notifications in self._waiting.all())
        ended = {
            "executionSuccessful": complete,
            "exitCode": outcome.code,
            "startTimeUtc": utc(self._run.now),
            "properties": {
                "findings": outcome.findings,
                "undecided": outcome.undecided,
                "unaudited": outcome.unaudited,
                "devices": outcome.devices,
            },
        }
        base = {CAPTURES: {"description": {"text": "What was read from devices, redacted: a folder for each site."}}}
        self._stream.write(f'{{"version": "2.1.0",\n"$schema": {_text(SCHEMA)},\n"runs": [{{\n')
        self._stream.write(f'"tool": {_text({"driver": driver})},\n"columnKind": "unicodeCodePoints",\n')
        self._stream.write(f'"originalUriBaseIds": {_text(base)},\n')
        self._stream.write(f'"invocations": [{_text(ended)[:-1]}, "toolExecutionNotifications": [')
        self._items(text for _, notifications in self._waiting.all() for text in notifications)
        self._stream.write(']}],\n"results": [')
        self._items(text for results, _ in self._waiting.all() for text in results)
        self._stream.write("]}]}\n")

    def _items(self, texts: Iterable[str]) -> None:
        for number, text in enumerate(texts):
            self._stream.write(f"{',' if number else ''}\n{text}")

    def _result(self, told: SiteTold, verdict: Mapping[str, Any]) -> dict[str, Any]:
        kind = _KINDS[verdict["result"]]
        result: dict[str, Any] = {
            "ruleId": verdict["rule"],
            "kind": kind,
            # Anything but a failure has the level "none", or the log is not valid.
            "level": (verdict["severity"] or "error") if kind == "fail" else "none",
            "message": {"text": _message(verdict)},
            "locations": [_main(told, verdict)],
            "partialFingerprints": {FINGERPRINT: fingerprint(told.name, verdict["fingerprint"])},
            "properties": _properties(verdict),
        }
        if verdict["rule"] in self._rules:
            result["ruleIndex"] = self._rules[verdict["rule"]]
        related = [location(told.name, each) for each in verdict["evidence"] if each["line"] is not None]
        if related[1:]:
            result["relatedLocations"] = [{"id": number, **each} for number, each in enumerate(related[1:], start=1)]
        if found := fixes_of(told.name, verdict):
            result["fixes"] = found
        waiver = waiver_of(verdict, self._run.now.date())
        if waiver is not None:
            status = "accepted" if waiver.holds else "rejected"
            result["suppressions"] = [
                {"kind": "external", "status": status, "justification": _plain(visible(waiver.text))}
            ]
        if verdict.get("baseline") in ("new", "unchanged", "updated", "absent"):
            result["baselineState"] = verdict["baseline"]
        return result


def fingerprint(site: str, verdict: str) -> str:
    """Return the fingerprint of a verdict of one site: that of the JSON report is the same in all shops of a chain."""
    return hashlib.sha256(f"{site}\0{verdict}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _message(verdict: Mapping[str, Any]) -> str:
    text = visible(verdict["message"]) or verdict["rule"]
    said = f"{text}; to settle it: {visible(verdict['settle'])}" if verdict["settle"] else text
    return _plain(said)


def _plain(text: str) -> str:
    """Take the links out: in a message `[words](place)` is one, and a name of a device could be written so."""
    return text.replace("](", "] (")


def _main(told: SiteTold, verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Where it is: the first line that shows it, if there is one, and always site, device and subject."""
    first = next((each for each in verdict["evidence"] if each["line"] is not None), None)
    names = [told.name, verdict["device"], verdict["subject"]]
    logical = {
        "name": visible(verdict["device"] or verdict["subject"] or told.name),
        "fullyQualifiedName": "/".join(visible(name) for name in names if name),
        "kind": "device" if verdict["device"] else "site",
    }
    return {**({} if first is None else location(told.name, first)), "logicalLocations": [logical]}


def _properties(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """What SARIF has no word for; the result of an unknown and of a broken rule are both `open` there."""
    steps = [
        {"device": visible(each["device"]), "lines": list(map(visible, each["lines"] + each["activate"]))}
        for fix in verdict["fixes"]
        for each in fix["commands"]
    ]
    told: dict[str, Any] = {
        "result": verdict["result"],
        "mayBe": verdict["may_be"],
        "items": verdict["items"],
        "site": visible(verdict["site"]),
        "device": visible(verdict["device"]),
        "subject": visible(verdict["subject"]),
        "about": visible(verdict["about"]),
        "fingerprint": verdict["fingerprint"],
    }
    if steps:
        told["commands"] = steps
    if verdict["card"]:
        told["steps"] = list(map(visible, verdict["card"]["steps"]))
    return told


def _notifications(told: SiteTold) -> Iterator[dict[str, Any]]:
    for failure in told.failures:
        text = f"{told.name}/{failure['device']} was not audited: {failure['why']}"
        yield {
            "level": "error",
            "message": {"text": _plain(visible(f"{text}; {failure['hint']}" if failure["hint"] else text))},
            "properties": {"site": visible(told.name), "device": visible(failure["device"]), "why": failure["kind"]},
        }
    for verdict in told.verdicts:
        if verdict["result"] == "error":
            yield {
                "level": "error",
                "message": {"text": _plain(visible(f"{told.name}: {verdict['rule']} failed: {verdict['message']}"))},
                "associatedRule": {"id": verdict["rule"]},
            }


def _rule(rule: Rule) -> dict[str, Any]:
    doc = rule.doc.strip()
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": doc.partition("\n\n")[0].replace("\n", " ")},
        "help": {"text": doc, "markdown": doc},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": ["network", "stripe-terminal", *rule.items]},
    }


_NOT_JUDGED: dict[str, Any] = {
    "id": SITE_NOT_JUDGED,
    "shortDescription": {"text": "The program itself failed on this site, so nothing of it is decided."},
    "defaultConfiguration": {"level": "error"},
}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
