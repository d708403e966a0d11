"""Where reports go: the terminal, files of fixes, and one file for each `--report`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console

from auditor.cli.sites import SiteParts
from auditor.cli.wanted import Wanted
from auditor.policies import load_policy
from auditor.report import files, formats, html, terminal
from auditor.report.fleet import Fleet, SiteNote, render_fleet, render_note
from auditor.report.outcome import Tally
from auditor.report.shared import SharedDevices, SharedReport


@dataclass(slots=True)
class Outputs:
    """Takes the reports of sites one after the other and passes each to everything that was asked for."""

    wanted: Wanted
    console: Console
    now: datetime
    tally: Tally
    shared: SharedDevices = field(default_factory=SharedDevices)
    fleet: Fleet = field(default_factory=Fleet)
    _documents: list[formats.Document] = field(default_factory=list)
    _html: list[html.Writer] = field(default_factory=list)
    _written: int = 0

    def add(self, parts: SiteParts) -> None:
        """Show one site, and keep what the reports say of it."""
        policy = load_policy(parts.counted.policy)
        self.tally.take(parts.counted, policy)
        before = self.shared.take(parts.number, parts.shared)
        match parts.shown:
            case SiteNote() as note:
                self.fleet.add(note, parts.number)
                render_note(note, self.console)
            case pieces:
                terminal.show_site(pieces, self.console, before)
        self._written += parts.files
        for document in self._documents:
            assert parts.json is not None
            document.take(parts.number, parts.json)
        for page in self._html:
            assert parts.html is not None
            page.take(parts.number, parts.html, policy)

    def finish(self, tried: Callable[[SharedDevices], Iterator[SharedReport]]) -> int:
        """Write what comes last, the fixes of shared devices `tried` at all their sites; returns the exit code."""
        outcome = self.tally.outcome()
        several = self.wanted.several_sites
        reports = tuple(tried(self.shared)) if several else ()
        for document in self._documents:
            document.finish(outcome, self.shared, reports)
        for page in self._html:
            page.finish(outcome, self.shared, reports)
        if several:
            terminal.render_shared(self.shared, reports, self.console)
            if self.wanted.out is not None:
                self._written += len(files.write_shared(reports, self.wanted.out, self.shared.devices))
        if self.wanted.as_fleet:
            render_fleet(self.fleet, self.console, command=self.wanted.command)
        terminal.render_summary(self.tally, self.console, now=self.now)
        if self._written:
            number = "1 file" if self._written == 1 else f"{self._written} files"
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
            if kind == "html":
                several = wanted.several_sites
                page = html.writing(path, now=now, several_sites=several, sites_of=sites_of)
                outputs._html.append(stack.enter_context(page))  # noqa: SLF001 - this function is the class's constructor
            else:
                document = formats.writing(kind, path, formats.Run(now))
                outputs._documents.append(stack.enter_context(document))  # noqa: SLF001
        yield outputs
