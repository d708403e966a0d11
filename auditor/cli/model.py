"""`auditor model`: the normalised model of one device."""

import asyncio
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from auditor.capture import Capture
from auditor.cli import dry_run, selection
from auditor.cli.gathering import gather, live_devices, saved_capture
from auditor.cli.progress import Shown
from auditor.cli.workplace import Workplace, redactor
from auditor.errors import UsageError
from auditor.inventory import Inventory, SiteEntry
from auditor.pipeline import read
from auditor.report.explain import model_view
from auditor.rules.engine import Lines


def run(
    name: str,
    platform: str | None,
    inventory: Path,
    selected: selection.Selection,
    *,
    accept_new: bool,
    dry: dry_run.DryRun | None = None,
) -> None:
    """Show every fact with its value, its origin, and its line or default."""
    if dry is not None:
        if platform is not None:
            raise UsageError("a saved capture is only read, so there is nothing for --dry-run to tell")
        found, only = _device(name, inventory, selected)
        dry_run.show(found, (only,), dry, Console())
        return
    if platform is not None:
        capture = saved_capture(Path(name).resolve().name.partition(".")[0], platform, Path(name), redactor())
    else:
        capture = _from_inventory(name, inventory, selected, accept_new=accept_new)
    Console().print(model_view(read(capture), Lines.of([capture])))


def _device(name: str, path: Path, selected: selection.Selection) -> tuple[Inventory, SiteEntry]:
    """Find one device of an inventory, named `device` or `site/device`; its site has no others."""
    found = selection.inventory(path)
    sites = selected.of(found).sites
    matches = [
        (site, device)
        for site in sites
        for device in site.devices
        if name in (device.name, device.key, f"{site.name}/{device.name}")
    ]
    if not matches:
        known = ", ".join(f"{site.name}/{device.name}" for site in sites[:5] for device in site.devices)
        raise UsageError(f"no device is called '{name}'; devices: {known}; a saved capture needs --platform")
    if len({device.key for _, device in matches}) > 1:
        raise UsageError(f"several sites have a device '{name}'; write site/device")
    site, device = matches[0]
    return found, replace(site, devices=(device,))


def _from_inventory(name: str, path: Path, selected: selection.Selection, *, accept_new: bool) -> Capture:
    """Collect one device of an inventory."""
    found, only = _device(name, path, selected)

    async def one() -> Capture:
        with Shown(Console(stderr=True), len(live_devices([only]))) as progress:
            async for ready in gather([only], Workplace(found.path), progress, accept_new=accept_new):
                for failure in ready.failures:
                    raise UsageError(f"{failure.device}: {failure.why}; {failure.hint}")
                return ready.captures[0]
        raise UsageError(f"{name} gave nothing")

    return asyncio.run(one())
