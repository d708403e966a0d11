"""Commands that say what the program knows: `explain`, `rules`, `platforms`."""

from typing import Annotated

import typer


def explain(rule: Annotated[str, typer.Argument(help="The rule, as `auditor rules` lists it.")]) -> None:
    """Explain a rule: what it checks, why it matters, what its fix does."""
    from auditor.cli.reference import explain_rule

    explain_rule(rule)


def rules() -> None:
    """List all rules with the requirements that they check."""
    from auditor.cli.reference import list_rules

    list_rules()


def platforms(
    name: Annotated[str | None, typer.Argument(help="Show only this platform.")] = None,
    commands: Annotated[bool, typer.Option("--commands", help="Print exactly what will be sent.")] = False,
) -> None:
    """List the supported platforms, what each decides, and the commands that it is asked."""
    from auditor.cli.reference import list_platforms

    list_platforms(name, commands=commands)
