"""`auditor collect`: save what devices give."""

import asyncio
from pathlib import Path

from rich.console import Console

from auditor.cli import selection
from auditor.cli.gathering import Gathered, gather, live_devices
from auditor.cli.progress import Shown
from auditor.cli.workplace import Workplace, folder_name
from auditor.collect.store import store_capture


def run(inventory: Path, out: Path, patterns: tuple[str, ...], *, with_secrets: bool, accept_new: bool) -> int:
    """Save each device under `out/<site>/<device>`; returns 3 if a device could not be collected."""
    found = selection.inventory(inventory)
    sites = selection.sites(found, patterns)
    console = Console()
    failed = 0

    def told(ready: Gathered) -> None:
        for capture in ready.captures:
            folder = out / folder_name(ready.site.name) / folder_name(capture.device)
            folder.parent.mkdir(parents=True, exist_ok=True)
            store_capture(capture, folder)
            console.print(f"{folder}", markup=False, highlight=False, soft_wrap=True)
        for failure in ready.failures:
            words = f"{ready.site.name}/{failure.device}: {failure.why}; {failure.hint}"
            console.print(words, markup=False, highlight=False, soft_wrap=True)

    async def everything() -> int:
        lost = 0
        with Shown(Console(stderr=True), len(live_devices(sites))) as progress:
            gathered = gather(sites, Workplace(found.path), progress, accept_new=accept_new, raw=with_secrets)
            async for ready in gathered:
                with progress.aside():
                    told(ready)
                lost += len(ready.failures)
        return lost

    failed = asyncio.run(everything())
    if with_secrets:
        console.print("these files hold secrets in clear; keep them safe", markup=False)
    return 3 if failed else 0
