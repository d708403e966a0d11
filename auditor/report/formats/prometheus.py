"""The text format of Prometheus, for the textfile collector of the node exporter.

All samples of one metric must stand together, and sites come one after the other, so samples wait on disk and are
read once for each metric.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import IO, TextIO, TypeAlias

import auditor
from auditor.report.formats.agreed import accepted
from auditor.report.formats.base import Run, SiteTold, Waiting
from auditor.report.json_report import SiteJson
from auditor.report.outcome import Outcome
from auditor.report.shared import SharedDevices, SharedReport
from auditor.report.text import visible

_SITE_METRICS = {
    "auditor_verdicts": "Verdicts of a site by rule and result; unknown and error are never a pass.",
    "auditor_findings": "Failed verdicts of a site by severity, without those that a waiver or the baseline accepts.",
    "auditor_accepted": "Failed verdicts of a site that a waiver or the baseline accepts.",
    "auditor_device_audited": "Whether a device was audited (1) or could not be (0).",
    "auditor_capture_timestamp_seconds": "When the capture of a device was taken.",
    "auditor_capture_age_seconds": "How old the capture of a device was when the run began.",
}

_Sample: TypeAlias = tuple[str, dict[str, str], float]


class Document:
    """Takes sites in any order; their samples wait on disk until the last is there."""

    def __init__(self, stream: TextIO, spool: IO[bytes], run: Run) -> None:
        self._stream = stream
        self._run = run
        self._waiting = Waiting(spool)
        self._sites = 0

    def take(self, number: int, site: SiteJson) -> None:
        """Take the site with this number."""
        lines: dict[str, dict[str, str]] = {}
        for metric, labels, value in _samples(SiteTold.of(site), self._run.now):
            # By their labels: a series that stands twice makes the exporter refuse the whole file.
            series = _series(metric, labels)
            lines.setdefault(metric, {})[series] = f"{series} {_value(value)}\n"
        self._sites += 1
        self._waiting.put(number, {metric: "".join(found.values()) for metric, found in lines.items()})

    def finish(self, outcome: Outcome, shared: SharedDevices, reports: tuple[SharedReport, ...]) -> None:
        """Write what is told of each site, and of the run."""
        for metric, words in _SITE_METRICS.items():
            self._head(metric, words)
            for found in self._waiting.all():
                self._stream.write(found.get(metric, ""))
        took = (self._run.clock() - self._run.now).total_seconds()
        for metric, words, value in (
            ("auditor_sites", "Sites of the run.", self._sites),
            ("auditor_devices", "Devices of the run; one that sites share counts once.", outcome.devices),
            ("auditor_unaudited_devices", "Devices that could not be audited.", outcome.unaudited),
            ("auditor_run_findings", "Failed verdicts that count for the exit code.", outcome.findings),
            ("auditor_run_undecided", "Results that may hide such a failure.", outcome.undecided),
            ("auditor_exit_code", "0 nothing found, 1 findings, 3 something could not be decided.", outcome.code),
            ("auditor_last_run_timestamp_seconds", "When the run began.", self._run.now.timestamp()),
            ("auditor_run_duration_seconds", "How long the run took.", max(0.0, took)),
        ):
            self._head(metric, words)
            self._stream.write(f"{metric} {_value(value)}\n")
        self._head("auditor_build_info", "The version of auditor.")
        self._stream.write(f"{_series('auditor_build_info', {'version': auditor.__version__})} 1\n")

    def _head(self, metric: str, words: str) -> None:
        self._stream.write(f"# HELP {metric} {words}\n# TYPE {metric} gauge\n")


def _samples(told: SiteTold, now: datetime) -> Iterator[_Sample]:
    site = {"site": told.name}
    verdicts = Counter((verdict["rule"], verdict["result"]) for verdict in told.verdicts)
    for (rule, result), number in sorted(verdicts.items()):
        yield "auditor_verdicts", {**site, "rule": rule, "result": result}, number
    failed = [verdict for verdict in told.verdicts if verdict["result"] == "fail"]
    counted = [verdict for verdict in failed if not accepted(verdict, now.date())]
    severities = Counter(verdict["severity"] or "error" for verdict in counted)
    for severity in ("error", "warning", "note"):  # zeros as well: a series that vanishes raises no alarm
        yield "auditor_findings", {**site, "severity": severity}, severities[severity]
    yield "auditor_accepted", site, len(failed) - len(counted)
    for device in told.site["devices"]:
        labels = {**site, "device": device["device"]}
        yield "auditor_device_audited", labels, int(device["audited"])
        if device["captured_at"]:
            taken = datetime.fromisoformat(device["captured_at"])
            yield "auditor_capture_timestamp_seconds", labels, taken.timestamp()
            yield "auditor_capture_age_seconds", labels, (now - taken).total_seconds()


def _series(metric: str, labels: dict[str, str]) -> str:
    return metric + "{" + ",".join(f'{name}="{_label(value)}"' for name, value in labels.items()) + "}"


def _label(value: str) -> str:
    """Escape a label's value; visible text has no line end any more."""
    return visible(value).replace("\\", "\\\\").replace('"', '\\"')


def _value(value: float) -> str:
    return f"{value:.15g}"
