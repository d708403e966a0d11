"""What a case claims, proven: verdicts, lines, the fix, its proof, its way back, and that nothing else is hit.

The proof is made again here, from the platform's functions alone, so that a mistake in the proof that ships
with the program cannot hide one in a fix.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.capture import Capture
from auditor.diff import unified_diff
from auditor.intents import AllowTraffic
from auditor.model import Device, leaves
from auditor.pipeline import SiteReport, read
from auditor.platforms import Edit, platform
from auditor.policies import load_policy
from auditor.remediation import PlannedFix
from auditor.remediation.render import render
from auditor.rules import Rule, load_rules
from auditor.rules.engine import Lines, judge
from auditor.secrets import has_token
from auditor.site import join
from auditor.verdicts import Finding, Fix, Result, Severity
from tests.remediation import file_shell
from tests.remediation.command_lines import COMMAND_LINES
from tests.remediation.patching import PATCHES
from tests.rules.harness.case import Case, Expected
from tests.rules.harness.judged import complaints
from tests.rules.harness.shop import NOW, Shop, shop_of

_BAD = (Result.FAIL, Result.UNKNOWN, Result.ERROR)


def problems(case: Case) -> list[str]:
    """Return everything that is not as the case says; an empty list is a case that holds."""
    slug = next((rule.id for rule in load_rules() if module_of(rule) == case.rule), None)
    if slug is None:
        return [f"there is no rule auditor.rules.{case.rule}"]
    shop, base = shop_of(case), shop_of(case, changed=False)
    report = shop.report()
    mine = [finding for finding in report.findings if finding.rule == slug]
    found = list(_verdicts(case, shop, mine))
    found += _others(case, slug, base.report(), report)
    found += judged(case)
    if not found:
        found += _fixes(case, shop, report, mine)
    if found:
        found.append("verdicts of the rule:" + "".join(f"\n      {shown(finding)}" for finding in mine or ()))
    return found


def module_of(rule: Rule) -> str:
    """Return the module of a rule without what all have in common: `dhcp.lease_too_short`."""
    check = rule.check or rule.check_site
    return check.__module__.removeprefix("auditor.rules.") if check is not None else ""


def shown(finding: Finding) -> str:
    """One finding on one line, with all its evidence."""
    severity = f" {finding.severity.value}" if finding.severity else ""
    where = " ".join(f"{q.span.device}:{q.span.file}:{q.span.first}" for q in finding.evidence if q.span) or "no line"
    about = f" ({finding.about})" if finding.about else ""
    return f"{finding.result.value}{severity} {finding.subject}{about}: {finding.message} [{where}]"


def judged(case: Case) -> Iterator[str]:
    """Real programs take what a case gives them, or refuse it where the case says so."""
    bases = {capture.device: capture for capture in shop_of(case, changed=False, redacted=False).captures}
    said = [
        found
        for capture in shop_of(case, redacted=False).captures
        if capture.platform == "linux"
        for found in complaints(bases.get(capture.device), capture)
    ]
    if not case.refused:
        yield from (f"{main} is refused (if that is right: `Judge: refuses`): {words}" for main, words in said if words)
    elif said and not any(words for _, words in said):
        yield f"`Judge: refuses`, and {', '.join(main for main, _ in said)} is taken"


# -- verdicts -------------------------------------------------------------------------------------------------


def _verdicts(case: Case, shop: Shop, mine: list[Finding]) -> Iterator[str]:
    marks = case.marks
    for mark in marks:
        if not any(_meets(mark, finding, shop) for finding in mine):
            yield f"{case.file}:{mark.markdown_line}: {_asked(mark, shop)} is not among the verdicts"
    for finding in mine:
        if finding.result in _BAD and not any(_meets(mark, finding, shop) for mark in marks):
            yield f"not expected: {shown(finding)}"
    if not marks and not any(finding.result is Result.PASS for finding in mine):
        yield "a case without marks expects the rule to pass; write `Expect: …` if it does something else"


def _meets(mark: Expected, finding: Finding, shop: Shop) -> bool:
    if mark.result is not finding.result or mark.severity is not finding.severity:
        return False
    if mark.text not in finding.message:
        return False
    if mark.anywhere:
        return True
    device, path, line = shop.places[mark]
    return any(
        quote.span is not None
        and (quote.span.device, quote.span.file) == (device, path)
        and quote.span.first <= line <= quote.span.last
        for quote in finding.evidence
    )


def _asked(mark: Expected, shop: Shop) -> str:
    severity = f" {mark.severity.value}" if mark.severity else ""
    place = "" if mark.anywhere else " at {}:{}:{}".format(*shop.places[mark])
    return f"{mark.result.value}{severity} '{mark.text}'{place}"


def _others(case: Case, slug: str, before: SiteReport, after: SiteReport) -> Iterator[str]:
    """Other rules must not get worse than in the base shop, but for those that the case names under `Also:`."""
    worse = {finding.rule: finding for finding in worsened(before.findings, after.findings) if finding.rule != slug}
    for rule, finding in worse.items():
        if not {rule, "*"} & set(case.also):
            yield f"another rule gets worse, {rule}: {shown(finding)} (if that is right: `Also: {rule}`)"
    for rule in case.also:
        if rule not in worse and not (rule == "*" and worse):
            yield f"`Also: {rule}`, but that rule is as in the base shop"


_BADNESS: Mapping[object, int] = {
    Result.PASS: 0,
    Result.NOT_APPLICABLE: 0,
    Result.NOT_CHECKED: 0,
    Severity.NOTE: 1,
    Result.UNKNOWN: 2,
    Severity.WARNING: 3,
    Severity.ERROR: 4,
    Result.ERROR: 5,
}


def worsened(before: Iterable[Finding], after: Iterable[Finding]) -> list[Finding]:
    """Findings that are worse than before; a new one counts from `pass`."""
    old = {finding.fingerprint: _badness(finding) for finding in before}
    return [finding for finding in after if _badness(finding) > old.get(finding.fingerprint, 0)]


def _badness(finding: Finding) -> int:
    return _BADNESS[finding.severity if finding.result is Result.FAIL else finding.result]


# -- fixes ----------------------------------------------------------------------------------------------------


def _fixes(case: Case, shop: Shop, report: SiteReport, mine: list[Finding]) -> Iterator[str]:
    failed = [finding for finding in mine if finding.result is Result.FAIL]
    prints = {finding.fingerprint for finding in failed}
    planned = [fix for fix in report.remediation.fixes if prints & set(fix.findings)]
    emitted = [fix for fix in planned if fix.proof is not None and fix.proof.holds and not fix.withheld]
    if case.fix.safety in ("manual", "none") or (failed and not any(finding.fixes for finding in failed)):
        yield from _by_hand(case, planned, emitted, failed)
        return
    for finding in failed:
        if not any(finding.fingerprint in fix.findings for fix in emitted):
            mine_planned = next((fix for fix in planned if finding.fingerprint in fix.findings), None)
            why = "; ".join((mine_planned.withheld, *mine_planned.reasons)) if mine_planned else "the rule offers none"
            yield f"no proven fix for '{finding.message}': {why} (if that is right: `Fix: manual …`)"
    if case.fix.safety and not all(fix.safety.value == case.fix.safety for fix in emitted):
        yield f"the fix is {', '.join(fix.safety.value for fix in emitted)}: {[fix.reasons for fix in emitted]}"
    if case.fix.reason and not any(case.fix.reason in reason for fix in emitted for reason in fix.reasons):
        yield f"no reason says '{case.fix.reason}': {[fix.reasons for fix in emitted]}"
    yield from _alternatives(case, planned)
    yield from _commands(case, emitted)
    for fix in emitted:
        yield from (f"{fix.label} ({fix.fix.title}): {problem}" for problem in proof(case, shop, report, fix))


def _by_hand(case: Case, planned: list[PlannedFix], emitted: list[PlannedFix], failed: list[Finding]) -> Iterator[str]:
    if not failed:
        yield "`no fix` is written, but nothing fails"
    if emitted:
        yield f"no snippet was expected, but there is one: {[fix.fix.title for fix in emitted]}"
    if case.fix.commands is not None:
        yield "commands are written, but no fix is offered"
    reasons = [text for fix in planned for text in (fix.withheld, fix.fix.title, *fix.reasons)]
    if case.fix.safety == "manual" and not planned:
        yield "`Fix: manual` is written, but the rule offers nothing at all; write `Fix: none`"
    if case.fix.reason and not any(case.fix.reason in reason for reason in reasons):
        yield f"no reason says '{case.fix.reason}': {reasons}"
    yield from _alternatives(case, planned)


def _alternatives(case: Case, planned: list[PlannedFix]) -> Iterator[str]:
    others: list[Fix] = [other for fix in planned for other in fix.others]
    for title in case.fix.alternatives:
        if not any(title in other.title for other in others):
            yield f"no alternative is called '{title}': {[other.title for other in others]}"


def _commands(case: Case, emitted: list[PlannedFix]) -> Iterator[str]:
    changes = [change for fix in emitted for change in fix.changes]
    for name, wanted, given in (
        ("commands", case.fix.commands, tuple(line for change in changes for line in change.snippet.apply)),
        ("undo", case.fix.undo, tuple(line for change in reversed(changes) for line in change.snippet.undo)),
    ):
        if wanted is not None and wanted != given:
            yield f"the {name} are" + "".join(f"\n      {line}" for line in given)


def proof(case: Case, shop: Shop, report: SiteReport, fix: PlannedFix) -> Iterator[str]:
    """Make the proof of a fix again from the platform's own functions."""
    captures = {capture.device: capture for capture in shop.captures}
    edited = dict(captures)
    plain = {capture.device: capture for capture in shop_of(case, redacted=False).captures}
    with_secrets = dict(plain)
    undos: list[tuple[str, tuple[Any, ...]]] = []
    for change in (each.change for each in fix.changes):
        name = change.device
        kind = platform(captures[name].platform)
        follows = isinstance(change.intent, AllowTraffic) and kind.numbers_entries
        edit = kind.edit(edited[name] if follows else captures[name], read(captures[name]), change.intent)
        if not isinstance(edit, Edit):
            edit = kind.edit(captures[name], read(captures[name]), change.intent)
        if not isinstance(edit, Edit):
            yield f"the platform refuses {change.intent.title}: {edit.why}"
            return
        after = kind.apply(edited[name], edit.operations)
        if _texts(kind.apply(after, edit.operations)) != _texts(after):
            yield f"applying {change.intent.title} twice is not applying it once"
        snippet = render(kind, change.intent, edit)
        if kind.whole_change is None:
            yield from _on_the_command_line(edited[name], after, snippet.apply, snippet.undo, change.intent.title)
        else:
            alone = kind.apply(captures[name], edit.operations)
            yield from file_shell.differences(captures[name], (*snippet.apply, *snippet.apply), alone)
            yield from file_shell.differences(alone, snippet.undo, captures[name])
        edited[name] = after
        with_secrets[name] = kind.apply(with_secrets[name], edit.operations)
        undos.append((name, edit.undo))
    undone = dict(edited)
    for name, operations in reversed(undos):
        undone[name] = platform(undone[name].platform).apply(undone[name], operations)
    for name in dict.fromkeys(change.device for change in fix.fix.changes):
        if _facts(read(undone[name])) != _facts(read(captures[name])):
            yield f"the undo does not give {name} its model back"
        yield from _patches(captures[name], edited[name])
        if captures[name].platform == "linux" and not case.refused:
            judged = complaints(plain[name], with_secrets[name])
            yield from (f"with the fix, {main} is refused: {said}" for main, said in judged if said)
    yield from _afterwards(case, shop, report, fix, tuple(edited.values()))


def _on_the_command_line(
    before: Capture, after: Capture, apply: tuple[str, ...], undo: tuple[str, ...], title: str
) -> Iterator[str]:
    """The commands, run as the device would, do what the edit does; the undo takes them back."""
    line = COMMAND_LINES[before.platform]
    done = line.run(before, apply, before)
    for difference in line.differences(done, after):
        yield f"the commands of {title} do something else than the edit: {difference}"
    for difference in line.differences(line.run(done, apply, after), after):
        yield f"the commands of {title} do something else the second time: {difference}"
    for difference in line.differences(line.run(done, undo, before), before):
        yield f"the undo commands of {title} do not lead back: {difference}"


def _afterwards(
    case: Case, shop: Shop, report: SiteReport, fix: PlannedFix, captures: tuple[Capture, ...]
) -> Iterator[str]:
    """The finding is gone, and nothing is worse; what the base shop says too was only hidden."""
    entry = shop.entry
    devices = tuple(read(capture) for capture in captures)
    site = join(entry, load_policy(entry.policy), devices, shop.failures, NOW)
    after = judge(site, load_rules(), Lines.of(captures))
    for finding in after:
        if finding.fingerprint in fix.findings and finding.result in _BAD:
            yield f"the finding stays: {shown(finding)}"
    base, seen = shop_of(case, changed=False).report(), {finding.fingerprint for finding in report.findings}
    worse_than_base = worsened(base.findings, after)
    for finding in worsened(report.findings, after):
        if finding.fingerprint not in seen and finding not in worse_than_base:
            continue
        yield f"the fix makes it worse: {shown(finding)}"


def _facts(device: Device) -> dict[str, tuple[str, Any]]:
    """Origin and value of every fact, without lines."""
    return {
        key: (type(fact).__name__, getattr(fact, "value", getattr(fact, "why", None))) for key, fact in leaves(device)
    }


def _texts(capture: Capture) -> dict[str, str]:
    return {file.path: file.text for file in capture.files}


def _patches(before: Capture, after: Capture) -> Iterator[str]:
    """The diff must make the edited text of the captured one, for whoever applies it."""
    old, new = _texts(before), _texts(after)
    for path, text in new.items():
        if text == old[path]:
            continue
        diff = unified_diff(old[path], text, path)
        if any(has_token(line) for line in diff.splitlines()):
            yield f"the diff of {path} holds a redacted line"
        for way in PATCHES:
            if way(old[path], diff) != text:
                yield f"{way.__name__} does not make the edited text of {path} with\n{diff}"
