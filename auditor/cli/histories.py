"""Commands on a history: `history`, `diff`."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from auditor.cli.options import HistoryOption


class _Listing(TyperGroup):
    """`auditor history PATH` means `auditor history list PATH`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


_app = typer.Typer(
    cls=_Listing,
    help="What was kept of earlier audits. `auditor history PATH` lists the runs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(_app, name="history", short_help="List, show and prune the runs of a history.")
    app.command(
        short_help="Compare two runs: new, fixed, back again, and what moved.",
        epilog="Example: auditor diff previous last --history shops.db",
    )(diff)


@_app.command(name="list", short_help="List the runs.", epilog="Example: auditor history shops.db")
def listed(
    place: Annotated[str, typer.Argument(help="The history: a file, or a URL.", envvar="AUDITOR_HISTORY")],
) -> None:
    """List all runs, the oldest first; one that ended early is marked and counts nowhere."""
    from auditor.cli.history import listed

    listed(place)


@_app.command(short_help="Show what a run found.", epilog="Example: auditor history show last --history shops.db")
def show(
    run: Annotated[str, typer.Argument(help="The beginning of an id, last, or previous.")] = "last",
    history: HistoryOption = None,
) -> None:
    """Show a run: its failures by site, and what could not be audited."""
    from auditor.cli.history import show

    show(run, history)


@_app.command(
    short_help="Remove old runs, except one a month.", epilog="Example: auditor history prune --keep 60 --history a.db"
)
def prune(
    keep: Annotated[int, typer.Option("--keep", min=1, help="So many of the last runs stay.")],
    history: HistoryOption = None,
) -> None:
    """Remove all runs but the last ones and the last of each month, and the texts that no run needs any more."""
    from auditor.cli.history import prune

    prune(keep, history)


def diff(
    old: Annotated[str, typer.Argument(help="The earlier run: the beginning of an id, last, or previous.")],
    new: Annotated[str, typer.Argument(help="The later run.")],
    history: HistoryOption = None,
) -> None:
    """Compare two runs by what is wrong, never by line numbers, and show how the configurations moved.

    Exit codes: 0 nothing is new or back again, 1 something is, 2 usage.
    """
    from auditor.cli.history import diff

    raise typer.Exit(diff(old, new, history))
