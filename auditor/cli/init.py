"""`auditor init`: ask, propose, write a commented inventory."""

import os
from pathlib import Path

from rich.console import Console

from auditor.cli.gathering import saved_capture
from auditor.cli.workplace import redactor
from auditor.errors import UsageError
from auditor.inventory.wizard import Hints, take_default, write_inventory
from auditor.pipeline import read
from auditor.platforms import PLATFORMS
from auditor.policies import load_policy
from auditor.report.text import visible
from auditor.report.writing import SHARED
from auditor.report.writing import write as write_file
from auditor.site.candidates import ssids_by_trust, subnets_by_trust


def run(output: Path, source: Path | None, platform: str | None, *, take_defaults: bool, force: bool) -> None:
    """Write the inventory; an existing file is never overwritten without `--force`."""
    if output.exists() and not force:
        raise UsageError(f"{output} exists; choose another name with -o, or --force")
    console = Console()
    hints = _hints(source, platform, output)
    text = write_inventory(take_default if take_defaults else _ask, hints)
    write_file(output, text, mode=SHARED)
    console.print(f"wrote {output}; next: auditor audit {output}", markup=False, highlight=False, soft_wrap=True)


def _hints(source: Path | None, platform: str | None, output: Path) -> Hints:
    """What can be proposed: everything that exists, and what a saved configuration shows."""
    known = tuple(known.name for known in PLATFORMS)
    models = tuple(model.slug for model in load_policy("stripe-terminal").models)
    if source is None:
        return Hints(platforms=known, models=models)
    if platform is None:
        platform = known[0] if len(known) == 1 else None
    if platform is None:
        raise UsageError(f"--from needs --platform; one of {', '.join(known)}")
    device = read(saved_capture("device", platform, source, redactor()))
    return Hints(
        # A name that cannot be shown as it is cannot be proposed either: the prompt would obey it.
        ssids=tuple(ssid for ssid in ssids_by_trust(device) if visible(ssid) == ssid),
        subnets=subnets_by_trust(device),
        captures=os.path.relpath(source, output.resolve().parent),
        platforms=(platform, *(name for name in known if name != platform)),
        models=models,
    )


def _ask(question: str, default: str, choices: tuple[str, ...]) -> str:
    import typer

    shown = f"{question} ({' '.join(choices)})" if choices else question
    try:
        answer: str = typer.prompt(shown, default=default, show_default=bool(default))
    except typer.Abort:
        raise UsageError("no answer, so nothing was written; --defaults asks nothing") from None
    return answer
