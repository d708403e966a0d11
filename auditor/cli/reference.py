"""`auditor explain`, `rules` and `platforms`: what the program knows."""

from collections.abc import Iterator
from difflib import get_close_matches

from rich.console import Console

from auditor.collect.elevation import sudoers_line
from auditor.errors import UsageError
from auditor.pipeline import SITE_NOT_JUDGED
from auditor.platforms import PLATFORMS, platform
from auditor.policies import load_policy
from auditor.profiles import Profile, load_profile
from auditor.report import explain as views
from auditor.rules import load_rules

_NOT_JUDGED = f"""\
{SITE_NOT_JUDGED} is no rule: it stands in the report of a site at which the program itself failed.

Nothing of that site is decided, so a fault may hide behind it; none of its devices counts as audited, and the run ends
with exit code 3 or 1, never 0. Other sites are not touched by it. It is no fault of the shop, and nothing is to be
changed there: run `auditor audit INVENTORY --site SITE` for this site alone, with `auditor --debug` before `audit`, and
report what it logs.
"""


def explain_rule(name: str) -> None:
    """Print the documentation of a rule and the requirements that it checks."""
    if name == SITE_NOT_JUDGED:
        Console().print(_NOT_JUDGED, end="", markup=False, highlight=False, soft_wrap=True)
        return
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
            for sent, why in views.sent_besides(profile):
                console.print(f"{sent}\n    {why}", markup=False, highlight=False, soft_wrap=True)
            for line in _sudoers(profile):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            console.print(views.platform_view(profile, load_rules(), load_policy("stripe-terminal")))


def _sudoers(profile: Profile) -> Iterator[str]:
    """The lines that let a user without root's rights read it all; what a device names itself comes with its report."""
    elevated = [command for command in profile.commands if command.sudo]
    if not elevated:
        return
    yield ""
    yield "# Where the user may not read something, it is asked for once more with sudo -n. What lets that pass, for"
    yield "# `visudo -f /etc/sudoers.d/auditor`; of files that a device names itself, the report shows the line to add."
    for command in elevated:
        for value in next(iter(command.values.values()), ()) if command.holes else ("",):
            yield sudoers_line(command, value, "")
