"""`auditor resolve`: who answers a name for some clients, and which resolver keeps the answer back."""

from datetime import UTC, datetime

from rich.console import Console

from auditor.cli.asking import Shop, clients, found, joined, only_told, source_of
from auditor.cli.path import CODES
from auditor.errors import UsageError
from auditor.inventory.formats import parse_host
from auditor.model import Unknown
from auditor.pipeline import SiteReport
from auditor.report import question_json
from auditor.report.question_names import Answer, names_json, render_names
from auditor.rules import load_rules
from auditor.rules.engine import Lines, judge
from auditor.site import Passage, Pos, Readers
from auditor.site.lookups import Resolution, resolution
from auditor.verdicts import Finding, Result, badness

_OF_READERS = frozenset({"dns-rebind", "dns-rebind-readers"})
_OF_OTHERS = frozenset({"dns-name-blocked"})


def run(shop: Shop, name: str, source: str, *, as_json: bool) -> int:
    """Answer for every group that is meant; returns the exit code."""
    inventory, entry = found(shop)
    asking = source_of(source, entry)
    wanted = _name(name)
    if only_told(shop, inventory, entry):
        return 0
    report = joined(shop, inventory, entry, [asking])
    answers = tuple(_answer(report, each, wanted) for each in clients(report.site, asking, (asking,)))
    if not answers:
        raise UsageError(f"{entry.name} declares no {source}; write them in the inventory, or name a selector")
    console = Console()
    if as_json:
        console.out(names_json(report, wanted, answers), end="", highlight=False)
    else:
        render_names(report, answers, console, now=datetime.now(UTC), command=shop.command)
    return CODES[question_json.worst(answer.passage for answer in answers)]


def _name(text: str) -> str:
    try:
        return parse_host(text.lower().rstrip("."))
    except ValueError as error:
        raise UsageError(f"'{text}' is not the name of a host") from error


def _answer(report: SiteReport, client: Pos | Readers, name: str) -> Answer:
    if isinstance(client.place, Unknown):
        return Answer(client.name, name, None, client.place)
    resolved = resolution(report.site, client, name)
    return Answer(client.name, name, resolved, finding=_finding(report, client, resolved))


def _finding(report: SiteReport, client: Pos | Readers, resolved: Resolution) -> Finding | None:
    """The failure of a rule that is about the resolver which decides here."""
    decisive = resolved.decisive
    if resolved.passage is not Passage.BLOCKED or decisive is None:
        return None
    policy_asks = any(host.covers(resolved.name) for host in report.site.policy.hosts)
    wanted = _OF_READERS if resolved.expected is not None else _OF_OTHERS if policy_asks else frozenset[str]()
    chosen = tuple(rule for rule in load_rules() if rule.id in wanted)
    failed = [
        each
        for each in judge(report.site, chosen, Lines.of(report.captures))
        if each.result is Result.FAIL and each.device == decisive.device
    ]
    return max(failed, key=badness, default=None)
