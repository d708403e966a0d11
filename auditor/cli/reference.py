"""`auditor explain`, `rules` and `platforms`: what the program knows."""

from difflib import get_close_matches

from rich.console import Console

from auditor.errors import UsageError
from auditor.platforms import PLATFORMS, platform
from auditor.policies import load_policy
from auditor.profiles import load_profile
from auditor.report import explain as views
from auditor.rules import load_rules


def explain_rule(name: str) -> None:
    """Print the documentation of a rule and the requirements that it checks."""
    rule = next((rule for rule in load_rules() if rule.id == name), None)
    if rule is None:
        close = get_close_matches(name, [rule.id for rule in load_rules()], n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; `auditor rules` lists them"
        raise UsageError(f"no rule is called '{name}'{hint}")
    Console().print(views.explain(rule, load_policy("stripe-terminal")))


def list_rules() -> None:
    """Print all rules with items, highest severity and title."""
    Console().print(views.rules_table(load_rules()))


def list_platforms(name: str | None, *, commands: bool) -> None:
    """Print platforms, or exactly the commands that are sent to them."""
    chosen = [platform(name)] if name else list(PLATFORMS)
    console = Console()
    for known in chosen:
        profile = load_profile(known.name)
        if commands:
            for command in profile.commands:
                console.print(command.run, markup=False, highlight=False, soft_wrap=True)
                console.print(f"    {views.command_note(command)}", markup=False, highlight=False, soft_wrap=True)
        else:
            console.print(views.platform_view(profile, load_rules(), load_policy("stripe-terminal")))
