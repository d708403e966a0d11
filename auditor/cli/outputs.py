"""Where reports go: the terminal, files of fixes, and one file for each `--report`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console

from auditor.errors import UsageError
from auditor.model import Severity
from auditor.pipeline import SiteReport
from auditor.remediation.shared import Trials
from auditor.report import files, html, json_report, terminal
from auditor.report.outcome import Limits, Outcome, Share, Tally
from auditor.report.shared import SharedDevices, SharedReport


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports were asked for, and how the terminal shall look."""

    out: Path | None
    reports: tuple[tuple[str, Path], ...]
    limits: Limits
    checklist: bool
    verbose: bool
    several_sites: bool

    @classmethod
    def read(
        cls,
        *,
        out: Path | None,
        reports: tuple[str, ...],
        fail_on: str,
        allow_unknown: bool,
        max_unaudited: str,
        checklist: bool,
        verbose: bool,
        several_sites: bool,
    ) -> "Wanted":
        """Read the options as typed; `UsageError` says what to type instead."""
        if out is not None and out.exists() and not out.is_dir():
            raise UsageError(f"--out takes a directory, and {out} is a file")
        limits = Limits(severity_of(fail_on), allow_unknown, Share.read(max_unaudited))
        return cls(out, tuple(map(_report, reports)), limits, checklist, verbose, several_sites)


def severity_of(text: str) -> Severity:
    """Read the argument of `--fail-on`."""
    if text not in list(Severity):
        raise UsageError(f"--fail-on takes {', '.join(Severity)}, not '{text}'")
    return Severity(text)


def _report(text: str) -> tuple[str, Path]:
    kind, equals, path = text.partition("=")
    if not equals or not path or kind not in ("json", "html"):
        raise UsageError(f"--report takes json=PATH or html=PATH, not '{text}'")
    if not Path(path).resolve().parent.is_dir():
        raise UsageError(f"--report {text}: the directory {Path(path).resolve().parent} does not exist")
    return kind, Path(path)


@dataclass(slots=True)
class Outputs:
    """Takes the reports of sites one after the other and passes each to everything that was asked for."""

    wanted: Wanted
    console: Console
    now: datetime
    tally: Tally
    shared: SharedDevices = field(default_factory=SharedDevices)
    _adders: list[Callable[[SiteReport], None]] = field(default_factory=list)
    _finishers: list[Callable[[Outcome, SharedDevices, tuple[SharedReport, ...]], None]] = field(default_factory=list)
    _written: list[Path] = field(default_factory=list)

    def add(self, report: SiteReport) -> None:
        """Show and write one site."""
        self.tally.add(report)
        before = self.shared.add(report)
        apart = frozenset(self.shared.of(report.site.entry)) if self.wanted.several_sites else frozenset[str]()
        terminal.render_site(
            report,
            self.console,
            verbose=self.wanted.verbose,
            checklist=self.wanted.checklist,
            brief=self.wanted.several_sites,
            files=self.wanted.out is not None,
            now=self.now,
            before=before,
        )
        if self.wanted.out is not None:
            self._written += files.write(report, self.wanted.out, several_sites=self.wanted.several_sites, shared=apart)
        for add in self._adders:
            add(report)

    def finish(self, trials: Callable[[str], Trials]) -> int:
        """Write what comes last, the fixes of shared devices tried at all their sites; returns the exit code."""
        outcome = self.tally.outcome()
        several = self.wanted.several_sites
        reports = tuple(self.shared.reports(trials)) if several else ()
        for finish in self._finishers:
            finish(outcome, self.shared, reports)
        if several:
            terminal.render_shared(self.shared, reports, self.console)
            if self.wanted.out is not None:
                self._written += files.write_shared(reports, self.wanted.out, self.shared.devices)
        terminal.render_summary(self.tally, self.console, now=self.now)
        if self._written:
            number = "1 file" if len(self._written) == 1 else f"{len(self._written)} files"
            words = f"wrote {number} to {self.wanted.out}; begin with the run sheet"
            self.console.print(words, markup=False, highlight=False, soft_wrap=True)
        for kind, path in self.wanted.reports:
            self.console.print(f"wrote {kind} report {path}", markup=False, highlight=False, soft_wrap=True)
        return outcome.code


@contextmanager
def opened(
    wanted: Wanted, console: Console, *, now: datetime, sites_of: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Outputs]:
    """Give outputs; report files appear when all of them is written. `sites_of` names the sites of shared devices."""
    with ExitStack() as stack:
        outputs = Outputs(wanted, console, now, Tally(wanted.limits), SharedDevices(sites_of or {}))
        for kind, path in wanted.reports:
            writer: json_report.Writer | html.Writer
            if kind == "json":
                writer = stack.enter_context(json_report.writing(path, now=now))
            else:
                several = wanted.several_sites
                writer = stack.enter_context(html.writing(path, now=now, several_sites=several, sites_of=sites_of))
            outputs._adders.append(writer.add)  # noqa: SLF001 - this function is the class's constructor
            outputs._finishers.append(writer.finish)  # noqa: SLF001
        yield outputs
