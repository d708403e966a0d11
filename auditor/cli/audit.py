"""`auditor audit`: an inventory, or one saved configuration."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from tempfile import TemporaryFile

from rich.console import Console

from auditor.agreed import Agreed, read_baseline, read_waivers
from auditor.capture import Capture
from auditor.cli import dry_run, selection
from auditor.cli.gathering import Gathered, gather, live_devices
from auditor.cli.history_record import historic, usable
from auditor.cli.naming import Naming
from auditor.cli.outputs import opened
from auditor.cli.processes import processes
from auditor.cli.progress import Shown
from auditor.cli.recording import Resume, recording
from auditor.cli.single import inventory_for
from auditor.cli.sites import Ready, SiteWork
from auditor.cli.spool import Spool
from auditor.cli.trials import Trials, TrialWork
from auditor.cli.waivers import WaiverNotes
from auditor.cli.wanted import Wanted
from auditor.cli.workplace import Workplace
from auditor.errors import InventoryError, UsageError
from auditor.inventory import Inventory
from auditor.model import Device
from auditor.pipeline import SiteReport, audit, read
from auditor.platforms import PLATFORMS
from auditor.policies import load_policy
from auditor.report.fleet import MANY
from auditor.report.terminal import Look
from auditor.rules import Rule


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    selection: selection.Selection
    readers: tuple[str, ...]
    pos: tuple[str, ...]
    integration: str | None
    hours: str | None
    rules: tuple[str, ...]
    out: Path | None
    reports: tuple[str, ...]
    fail_on: str
    allow_unknown: bool
    max_unaudited: str
    checklist: bool
    verbose: bool
    accept_new: bool
    keep: bool
    dry: dry_run.DryRun | None
    quiet: bool
    workers: int | None = None
    history: str | None = None
    resume: Resume = field(default_factory=Resume)
    waivers: Path | None = None
    baseline: Path | None = None

    def agreed(self) -> Agreed:
        """Read what people agreed; raises `UsageError` and `InventoryError`."""
        waivers = () if self.waivers is None else read_waivers(self.waivers)
        return Agreed(waivers, None if self.baseline is None else read_baseline(self.baseline))


def run(target: Path, options: Options) -> int:
    """Audit and report; returns the exit code."""
    saved = selection.saved_platform(target, options.selection.platforms)
    found = _inventory(target, saved, options)
    chosen = selection.rules(options.rules)
    agreed = options.agreed()
    single = saved is not None
    selected = (replace(options.selection, platforms=()) if single else options.selection).of(found)
    sites = selected.sites
    workplace = Workplace(found.path)
    now = _now()
    wanted = Wanted.read(
        out=options.out,
        reports=options.reports,
        fail_on=options.fail_on,
        allow_unknown=options.allow_unknown,
        max_unaudited=options.max_unaudited,
        checklist=options.checklist,
        verbose=options.verbose,
        several_sites=len(sites) > 1,
        as_fleet=len(sites) > MANY and not (options.verbose or options.checklist),
        command=f"auditor audit {quote(str(target))}",
    )
    wanted = replace(wanted, history=usable(options.history))
    if options.dry is not None:
        dry_run.show(found, selected.narrowed, options.dry, Console())
        return 0
    shared = selection.sites_of(found)
    console = Console(quiet=options.quiet)
    work = SiteWork(
        tuple(rule.id for rule in chosen),
        shared,
        inventory_lines(found),
        wanted,
        Look.of(console),
        now,
        workplace if options.keep and not single else None,
        agreed,
    )
    waivers = WaiverNotes(agreed.waivers, found.sites, work.rules)
    numbers = {site.name: number for number, site in enumerate(sites, start=1)}
    with (
        recording(
            workplace,
            found,
            command="audit",
            resume=options.resume,
            wanted=options.keep and not single and bool(live_devices(sites)),
            quiet=options.quiet,
        ) as recorded,
        TemporaryFile("w+b") as file,
        opened(wanted, console, now=now, sites_of=shared) as outputs,
        historic(options.history, found, now, len(sites)) as history,
    ):
        naming = Naming(frozenset(shared))
        spool = Spool(naming, file)
        tried = Trials(TrialWork(work.rules, naming.shared), spool, naming, options.workers)

        async def ready(progress: Shown) -> AsyncIterator[Ready]:
            gathered = gather(
                sites,
                workplace,
                progress,
                accept_new=options.accept_new,
                strict=single,
                at_once=found.at_once,
                recording=recorded,
            )
            async for each in gathered:
                site = Ready(numbers[each.site.name], each.site, each.captures, each.failures, _now())
                spool.add(site, outputs.shared.of(site.entry) if len(sites) > 1 else ())
                yield site

        async def everything() -> None:
            with (
                Shown(Console(stderr=True), len(live_devices(sites)), quiet=options.quiet) as progress,
                processes(work, options.workers, len(sites), naming) as audit_all,
            ):
                async for parts in audit_all(ready(progress)):
                    with progress.aside():
                        waivers.take(parts)
                        outputs.add(parts)
                        history.add(parts)

        asyncio.run(everything())
        outputs.tally.waivers = waivers.told()
        code = recorded.code(outputs.finish(tried))
        history.finish(code)
        return code


def _inventory(target: Path, platform: str | None, options: Options) -> Inventory:
    if platform is None:
        for name in ("readers", "pos", "integration", "hours"):
            if getattr(options, name):
                option = "open" if name == "hours" else name
                raise UsageError(f"--{option} goes with --platform; write it in the inventory")
        return _listed(target)
    if not target.exists():
        raise UsageError(f"there is no saved configuration {target}")
    return inventory_for(
        target,
        platform,
        readers=options.readers,
        pos=options.pos,
        integration=options.integration,
        hours=options.hours,
    )


def _listed(target: Path) -> Inventory:
    """Load an inventory; a saved configuration in its place lacks an option."""
    try:
        return selection.inventory(target)
    except InventoryError as error:
        if target.suffix in (".yaml", ".yml"):
            raise
        names = ", ".join(known.name for known in PLATFORMS)
        hint = f"if {target} is a saved configuration, add --platform, one of: {names}"
        raise UsageError(f"{error}\n{hint}") from error


def _now() -> datetime:
    return datetime.now(UTC)


async def audited(
    gathered: AsyncIterator[Gathered],
    found: Inventory,
    rules: tuple[Rule, ...],
    *,
    clock: Callable[[], datetime],
    reader: Callable[[Capture], Device] = read,
) -> AsyncIterator[SiteReport]:
    """Audit each site as it becomes complete."""
    lines = inventory_lines(found)
    shared = selection.sites_of(found)
    async for ready in gathered:
        yield audit(
            ready.site,
            ready.captures,
            ready.failures,
            load_policy(ready.site.policy),
            clock(),
            rules=rules,
            sites_of=shared,
            extra_lines=lines,
            reader=reader,
        )


def inventory_lines(found: Inventory) -> dict[tuple[str, str], tuple[str, ...]]:
    """Lines of all files of the inventory, so that what they say can be quoted."""
    lines = {}
    for path in found.files or (found.path,):
        if path.is_file():
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            lines["", str(path)] = tuple(text.splitlines())
    return lines
