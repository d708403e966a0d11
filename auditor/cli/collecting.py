"""`auditor collect`: save what devices give."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from auditor.cli import dry_run, selection
from auditor.cli.gathering import Gathered, gather, live_devices
from auditor.cli.progress import Shown
from auditor.cli.recording import Resume, recording
from auditor.cli.workplace import Workplace, folder_name
from auditor.collect.store import store_capture
from auditor.inventory import SiteEntry


def run(
    inventory: Path,
    out: Path,
    selected: selection.Selection,
    *,
    with_secrets: bool,
    accept_new: bool,
    dry: dry_run.DryRun | None = None,
    quiet: bool = False,
    resume: Resume = Resume(),  # noqa: B008 - a frozen value
) -> int:
    """Save each device under `out/<site>/<device>`; returns 3 if a device could not be collected."""
    found = selection.inventory(inventory)
    sites = selected.of(found).narrowed
    if dry is not None:
        dry_run.show(found, sites, dry, Console())
        return 0
    console = Console(quiet=quiet)
    workplace = Workplace(found.path)
    live = bool(live_devices(sites)) and not with_secrets

    def told(ready: Gathered) -> None:
        for capture in ready.captures:
            folder = out / folder_name(ready.site.name) / folder_name(capture.device)
            store_capture(capture, folder)
            console.print(f"{folder}", markup=False, highlight=False, soft_wrap=True)
        for failure in ready.failures:
            words = f"{ready.site.name}/{failure.device}: {failure.why}; {failure.hint}"
            console.print(words, markup=False, highlight=False, soft_wrap=True)

    async def everything() -> int:
        lost = 0
        with Shown(Console(stderr=True), len(live_devices(sites)), quiet=quiet) as progress:
            gathered = gather(
                device_by_device(sites),
                workplace,
                progress,
                accept_new=accept_new,
                raw=with_secrets,
                at_once=found.at_once,
                recording=recorded,
            )
            async for ready in gathered:
                with progress.aside():
                    told(ready)
                lost += len(ready.failures)
        return lost

    with recording(workplace, found, command="collect", resume=resume, wanted=live, quiet=quiet) as recorded:
        failed = asyncio.run(everything())
        if with_secrets:
            console.print("these files hold secrets in clear; keep them safe", markup=False)
        return recorded.code(3 if failed else 0)


def device_by_device(sites: tuple[SiteEntry, ...]) -> Iterator[SiteEntry]:
    """Make a site of each device, so that each is written as soon as it arrives."""
    for site in sites:
        yield from (replace(site, devices=(device,)) for device in site.devices)
