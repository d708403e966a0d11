"""`auditor model`: the normalised model of one device."""

import asyncio
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from auditor.capture import Capture
from auditor.cli import selection
from auditor.cli.gathering import gather, is_live, saved_capture
from auditor.cli.progress import Shown
from auditor.cli.workplace import Workplace, redactor
from auditor.errors import UsageError
from auditor.pipeline import read
from auditor.report.explain import model_view
from auditor.rules.engine import Lines


def run(name: str, platform: str | None, inventory: Path, *, accept_new: bool) -> None:
    """Show every fact with its value, its origin, and its line or default."""
    if platform is not None:
        capture = saved_capture(Path(name).resolve().name.partition(".")[0], platform, Path(name), redactor())
    else:
        capture = _from_inventory(name, inventory, accept_new=accept_new)
    Console().print(model_view(read(capture), Lines.of([capture])))


def _from_inventory(name: str, path: Path, *, accept_new: bool) -> Capture:
    """Collect one device of an inventory, named `device` or `site/device`."""
    found = selection.inventory(path)
    matches = [
        (site, device)
        for site in found.sites
        for device in site.devices
        if name in (device.name, device.key, f"{site.name}/{device.name}")
    ]
    if not matches:
        known = ", ".join(f"{site.name}/{device.name}" for site in found.sites[:5] for device in site.devices)
        raise UsageError(f"no device is called '{name}'; devices: {known}; a saved capture needs --platform")
    if len({device.key for _, device in matches}) > 1:
        raise UsageError(f"several sites have a device '{name}'; write site/device")
    site, device = matches[0]
    only = replace(site, devices=(device,))

    async def one() -> Capture:
        with Shown(Console(stderr=True), int(is_live(device))) as progress:
            async for ready in gather([only], Workplace(found.path), progress, accept_new=accept_new):
                for failure in ready.failures:
                    raise UsageError(f"{failure.device}: {failure.why}; {failure.hint}")
                return ready.captures[0]
        raise UsageError(f"{name} gave nothing")

    return asyncio.run(one())
