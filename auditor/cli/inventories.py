"""Commands that look at an inventory alone: `inventory check` and `inventory show`."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.options import (
    DeviceOption,
    GroupOption,
    InventoryOption,
    JsonOption,
    PlatformsOption,
    SiteOption,
    TagOption,
)
from auditor.cli.typed import selection_of

app = typer.Typer(help="What an inventory says in the end, and where.", no_args_is_help=True, rich_markup_mode=None)


@app.command(
    short_help="Count what an inventory holds, and find its mistakes.", epilog="Example: auditor inventory check"
)
def check(
    inventory: Annotated[Path, typer.Argument(help="The inventory.")] = Path("inventory.yaml"),
    site: SiteOption = None,
    group: GroupOption = None,
    tag: TagOption = None,
    device: DeviceOption = None,
    platform: PlatformsOption = None,
) -> None:
    """Read an inventory with all that it includes: what it holds, what is wrong, what is probably not meant.

    All of it is read and all mistakes are told; with options, what is counted is what they leave.

    Exit codes: 0 no mistakes, 2 mistakes.
    """
    from auditor.cli.inventory import check

    raise typer.Exit(check(inventory, selection_of(site, group, tag, device, platform)))


@app.command(short_help="Show a site as all layers make it.", epilog="Example: auditor inventory show lyon-01")
def show(
    site: Annotated[str, typer.Argument(help="The site.")],
    inventory: InventoryOption = Path("inventory.yaml"),
    as_json: JsonOption = False,
) -> None:
    """Show what an inventory says about a site in the end, each value with the file and line that says it."""
    from auditor.cli.inventory import show

    raise typer.Exit(show(site, inventory, as_json=as_json))
