"""`auditor audit`: an inventory, or one saved configuration."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console

from auditor.capture import Capture
from auditor.cli import selection
from auditor.cli.gathering import Gathered, gather, live_devices
from auditor.cli.keeping import keep
from auditor.cli.outputs import Wanted, opened
from auditor.cli.progress import Shown
from auditor.cli.single import inventory_for
from auditor.cli.spool import Remembering, Spool
from auditor.cli.workplace import Workplace
from auditor.errors import InventoryError, UsageError
from auditor.inventory import Inventory
from auditor.model import Device
from auditor.pipeline import SiteReport, audit, read
from auditor.platforms import PLATFORMS, platform
from auditor.policies import load_policy
from auditor.rules import Rule


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    platform: str | None
    readers: tuple[str, ...]
    pos: tuple[str, ...]
    integration: str | None
    hours: str | None
    sites: tuple[str, ...]
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


def run(target: Path, options: Options) -> int:
    """Audit and report; returns the exit code."""
    found = _inventory(target, options)
    chosen = selection.rules(options.rules)
    sites = selection.sites(found, options.sites)
    single = options.platform is not None
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
    )
    shared = selection.sites_of(found)
    reader = Remembering(frozenset(shared), read)
    with TemporaryFile("w+b") as file, opened(wanted, Console(), now=now, sites_of=shared) as outputs:
        spool = Spool(chosen, reader, file)

        async def everything() -> None:
            with Shown(Console(stderr=True), len(live_devices(sites))) as progress:
                gathered = gather(sites, workplace, progress, accept_new=options.accept_new, strict=single)
                async for report in audited(gathered, found, chosen, clock=_now, reader=reader):
                    with progress.aside():
                        outputs.add(report)
                    spool.add(report, outputs.shared.of(report.site.entry) if len(sites) > 1 else ())
                    if options.keep and not single:
                        keep(workplace, report)

        asyncio.run(everything())
        return outputs.finish(spool.trials)


def _inventory(target: Path, options: Options) -> Inventory:
    if options.platform is None:
        for name in ("readers", "pos", "integration", "hours"):
            if getattr(options, name):
                option = "open" if name == "hours" else name
                raise UsageError(f"--{option} goes with --platform; write it in the inventory")
        return _listed(target)
    platform(options.platform)
    if not target.exists():
        raise UsageError(f"there is no saved configuration {target}")
    return inventory_for(
        target,
        options.platform,
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
    """Lines of the inventory, so that declarations can be quoted."""
    if not found.path.is_file():
        return {}
    text = found.path.read_text(encoding="utf-8", errors="replace")
    return {("", str(found.path)): tuple(text.splitlines())}
