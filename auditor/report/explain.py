"""What `explain`, `rules`, `platforms` and `model` show on a terminal."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.collect.batch import script
from auditor.errors import DataError
from auditor.intents import duration
from auditor.model import Assumed, Declared, Device, Fact, Stated, Unknown
from auditor.model.device import leaves
from auditor.policies import Item, Policy
from auditor.profiles import Command, Profile
from auditor.report.decided import Decided, Origin, decided
from auditor.report.text import visible
from auditor.rules import Rule
from auditor.rules.engine import Lines


def explain(rule: Rule, policy: Policy) -> RenderableType:
    """Show what a rule checks, why it matters, what its fix does, and the items of the policy behind it."""
    head = Text.assemble(
        (rule.id, "bold"), f"  {', '.join(rule.items) or 'good practice'}", (f"  {_strength(rule)}", "dim")
    )
    items = [item for item in (_item(policy, id) for id in rule.items) if item is not None]
    parts: list[RenderableType] = [head, Text(), Markdown(rule.doc.strip(), hyperlinks=False)]
    if items:
        parts += [Text(), Text(f"Items of {policy.name}, {policy.version}", style="bold"), _items(items)]
    return Group(*parts)


def rules_table(rules: Iterable[Rule]) -> RenderableType:
    """List all rules: id, items, the worst that each may say, and below it what it is about."""
    lines: list[RenderableType] = []
    for rule in rules:
        items = ", ".join(rule.items) or "good practice"
        lines.append(Text.assemble((f"{rule.id:<32}", "bold"), f"{items:<16}", _strength(rule), no_wrap=True))
        lines.append(Padding(Text(rule.title, style="dim"), (0, 0, 0, 4)))
    return Group(*lines)


def platform_view(profile: Profile, rules: Iterable[Rule], policy: Policy) -> RenderableType:
    """Show a platform: what is asked of it, and for each requirement what decides it there, or why nothing does."""
    slow = sum(command.slow for command in profile.commands)
    defaults = sum(map(len, profile.defaults.values()))
    listed = tuple(decided(profile, rules, policy))
    facts = (
        ("commands", f"{len(profile.commands)} read-only{f', {slow} of them slow' if slow else ''} (--commands)"),
        ("defaults", f"{defaults} documented, each with its source"),
        ("words", ", ".join(f"{term}: {word}" for term, word in profile.words.items() if term != word)),
    )
    table = _plain_table()
    for name, text in facts:
        table.add_row(Text(name, style="dim"), Text(text))
    parts: list[RenderableType] = [Text.assemble((profile.platform, "bold"), f"  {profile.title}"), table]
    for origin in Origin:
        mine = [each for each in listed if each.origin is origin]
        if mine:
            parts += [Text(f"decided by {origin.value}", style="dim"), _decided(mine, policy)]
    return Group(*parts)


def _decided(listed: Iterable[Decided], policy: Policy) -> Table:
    table = _plain_table()
    for each in listed:
        item = _item(policy, each.item)
        table.add_row(Text(each.item, style="bold"), Text(item.text if item else each.item))
        table.add_row("", Text(each.why or ", ".join(each.rules), style="dim"))
    return table


def command_note(command: Command) -> str:
    """Say in one line why a command is sent, what may stand in its hole, and where its output is kept."""
    parts = [command.why]
    for hole, kind in command.holes.items():
        if hole in command.values:
            parts.append(f"{hole}: {', '.join(command.values[hole])}")
        else:
            shown = "earlier answers show" if command.follow else f"{_in_words(command.taken_from)} shows"
            parts.append(f"{hole}: each {kind.replace('-', ' ')} that {shown}")
    if command.shown_by:
        parts.append(f"only where {command.program} is installed")
    if command.elevated:
        parts.append(f"if refused: {command.elevated}")
    parts.append(f"kept as {command.stores}")
    return "; ".join(parts)


def sent_besides(profile: Profile) -> Iterator[tuple[str, str]]:
    """What is sent beside the commands, and why: by a session itself, and by napalm in place of some."""
    if profile.posix_shell:
        function = script((), "0123456789abcdef").partition("\n")[0]
        why = "before several commands that go in one script; it stands behind each, and its mark is always a new one"
        yield function, why
    if profile.terminal is not None:
        for line in profile.terminal.preamble:
            yield line, "at the beginning of each session, so that nothing is paged or wrapped"
        yield profile.terminal.enable, "at the beginning, only where the inventory says `enable:`"
    for getter in profile.napalm:
        for line in getter.sends:
            replaced = profile.command(getter.replaces)
            if replaced is not None and replaced.run != line:
                instead = f"{getter.getter} in place of '{replaced.run}'"
                yield line, f"only where the inventory says `transport: napalm`: {instead}"


def _in_words(names: tuple[str, ...]) -> str:
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def model_view(device: Device, lines: Lines) -> RenderableType:
    """Show each fact of a device: `key = value`, then how it is known and the line or default behind it."""
    parts: list[RenderableType] = [Text.assemble((visible(device.name), "bold"), f"  {device.platform}")]
    for key, fact in leaves(device):
        parts.append(Text.assemble((visible(key), "bold"), " = ", visible(in_words(fact))))
        origin = Text.assemble(_origin(fact), "  ", (visible(_from(fact, lines)), "dim"))
        parts.append(Padding(origin, (0, 0, 0, 4)))
    return Group(*parts)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == columns[0])
    return table


def _plain_table() -> Table:
    return Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))


def _strength(rule: Rule) -> str:
    return "a person decides" if rule.card else rule.severity.value


def _item(policy: Policy, id: str) -> Item | None:
    """Another policy may not have all items of a rule."""
    try:
        return policy.item(id)
    except DataError:
        return None


def _items(items: Iterable[Item]) -> Table:
    table = _plain_table()
    for item in items:
        table.add_row(Text(item.id, style="bold"), Text(f"{item.text} Settled by {', '.join(item.settled_by)}."))
        table.add_row("", Text(str(item.source), style="dim"))
    return table


def in_words(fact: Fact[Any]) -> str:
    """Write the value of a fact as people do; of an unknown one, why it is unknown."""
    match fact:
        case Unknown(why, _, _, could_be):
            few = f" (one of {', '.join(map(_plain, could_be))})" if could_be else ""
            return f"{why}{few}"
        case Stated(value) | Assumed(value) | Declared(value):
            return _plain(value)


def _plain(value: Any) -> str:
    """Write a value of the model as people do."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case timedelta():
            return duration(value)
        case datetime() | date():
            return value.isoformat()
        case frozenset() | set():
            return ", ".join(sorted(map(_plain, value))) or "none"
        case tuple() | list():
            return ", ".join(map(_plain, value)) or "none"
        case _:
            return str(value)


def _origin(fact: Fact[Any]) -> Text:
    match fact:
        case Stated():
            return Text("stated", style="green")
        case Assumed():
            return Text("default", style="cyan")
        case Declared():
            return Text("declared", style="cyan")
        case Unknown():
            return Text("unknown", style="bold yellow")


def _from(fact: Fact[Any], lines: Lines) -> str:
    quoted = "; ".join(f"{span} {lines.quote(span).strip()}".rstrip() for span in fact.spans[:3])
    more = f"; and {len(fact.spans) - 3} more" if len(fact.spans) > 3 else ""
    match fact:
        case Assumed(_, because):
            return f"{because.word} [{because.source}]"
        case Declared(_, _, who, until):
            return f"by {who}{f', until {until}' if until else ''}; {quoted}"
        case Unknown(settle=settle):
            return "; ".join(part for part in (f"{quoted}{more}", settle and f"settle it: {settle}") if part)
        case Stated():
            return f"{quoted}{more}"
