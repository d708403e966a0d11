"""The run sheet of a site: who does what in which order, when, what is out meanwhile, and the way back."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from auditor.inventory import after_closing
from auditor.pipeline import SiteReport
from auditor.profiles import load_profile
from auditor.remediation import PlannedFix
from auditor.report.fixes import judges, minutes, part_of, who, why_not
from auditor.report.summary import due_cards, in_words_of
from auditor.report.text import visible
from auditor.report.times import about, moment, zone_of
from auditor.verdicts import Finding

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to paste: a file of commands for one device, the fixes in it, and the way back."""

    device: str
    commands: str
    undo: str
    fixes: tuple[PlannedFix, ...]
    risky: bool


@dataclass(frozen=True, slots=True)
class SharedStep:
    """Fixes that are made once on a device that other sites have, too: where their run sheet lies."""

    device: str
    sheet: str
    fixes: tuple[PlannedFix, ...]


def runsheet(report: SiteReport, steps: tuple[Step, ...], shared: tuple[SharedStep, ...] = ()) -> str:
    """Write the run sheet; steps come in the order in which they are to be done. `shared` are done elsewhere."""
    lines = [*_head(report, steps, shared), ""]
    number = 0
    for number, step in enumerate(steps, start=1):
        lines += [*_step(report, number, step), ""]
    if steps:
        rules = ",".join(sorted(_rules(report, steps)))
        lines += [f"{number + 1:>2} [ ] check   {_verify(report, steps, rules)}", ""]
        lines += [*_saving(report, number + 2, steps), ""]
        lines += ["         done by ____________________   at ____________________", ""]
    for each in shared:
        lines += [*_shared(report, each), ""]
    lines += _by_hand(report)
    lines += _for_a_person(report)
    return "\n".join(lines).rstrip("\n") + "\n"


def _shared(report: SiteReport, step: SharedStep) -> Iterator[str]:
    sites = max((len(fix.sites) for fix in step.fixes), default=1)
    yield f"   [ ] shared  {visible(step.device)} serves {sites} sites; its fixes are made once: {step.sheet}"
    for fix in step.fixes:
        yield f"         {fix.label} {visible(in_words_of(report, step.device, fix.fix.title))}"


def _head(report: SiteReport, steps: tuple[Step, ...], shared: tuple[SharedStep, ...]) -> Iterator[str]:
    entry = report.site.entry
    zone = zone_of(entry)
    title = f"run sheet {visible(report.site.name)}"
    yield f"{title}{'ticket ____________'.rjust(max(20, _WIDTH - len(title)))}"
    yield "=" * _WIDTH
    for device in dict.fromkeys(step.device for step in steps):
        capture = next(capture for capture in report.captures if capture.device == device)
        weak = ", time of the file" if capture.time_is_weak else ""
        yield (
            f"valid while   {visible(device)}: capture sha256 {capture.sha256[:16]}… "
            f"({moment(capture.taken_at, zone)}{weak})"
        )
    if steps:
        yield f"when          {_window(report, steps)}"
        yield "how           by hand, line by line; nothing is sent by this program. Stop where an answer is different."
        for judge in judges(fix for step in steps for fix in step.fixes):
            yield f"proof         {judge}"
    else:
        yield "There is nothing to paste for this site alone." if shared else "There is nothing to paste."


def _window(report: SiteReport, steps: tuple[Step, ...]) -> str:
    shared = max((len(fix.sites) for step in steps for fix in step.fixes if fix.proven_for), default=0)
    if shared:
        return f"in a window agreed with all {shared} sites that share the device"
    if all(fix.disconnects == "nobody" for step in steps for fix in step.fixes) and not any(s.risky for s in steps):
        quiet = "nobody is disconnected; short interruptions are named below"
        closing = after_closing(report.site.entry.hours, report.site.entry.timezone)
        return f"{closing} ({quiet})" if closing else f"any time that is quiet ({quiet})"
    closing = after_closing(report.site.entry.hours, report.site.entry.timezone)
    return closing or "in a window agreed with the shop: its opening hours are not known, or it never closes"


def _step(report: SiteReport, number: int, step: Step) -> Iterator[str]:
    labels = "+".join(fix.label for fix in step.fixes)
    yield (
        f"{number:>2} [ ] {labels:<8} {visible(step.device)}   {step.commands}   "
        f"about {minutes(step.fixes)} min   back-out: {step.undo}"
    )
    if step.risky:
        yield "         RISKY: read the reasons, decide first; leave this step out if in doubt"
    for fix in step.fixes:
        yield f"         {fix.label} {visible(in_words_of(report, step.device, fix.fix.title))}"
        for reason in fix.reasons:
            yield f"            risk: {visible(reason)}"
        if part := part_of(fix, step.device):
            yield f"            {visible(part)}"
    # A service is started again once, however many fixes it takes up.
    for out in _out(step):
        yield from wrap(f"interrupted: {out}", _WIDTH, initial_indent=" " * 9, subsequent_indent=" " * 22)
    hit = dict.fromkeys(who(report, fix) for fix in step.fixes if fix.disconnects != "nobody")
    yield f"         disconnected: {visible('; '.join(hit)) or 'nobody'}"
    yield f"         sites: {sites_touched(report, step)}"


def _out(step: Step) -> Iterator[str]:
    effects = dict.fromkeys(effect for fix in step.fixes for change in fix.changes for effect in change.effects)
    yield from (f"{visible(effect.interrupts)} ({about(effect.seconds)})" for effect in effects)
    if not effects:
        yield "nothing"


def sites_touched(report: SiteReport, step: Step) -> int:
    """How many sites a step touches: those that its devices serve."""
    return max((len(fix.sites) for fix in step.fixes if fix.sites), default=1)


def _verify(report: SiteReport, steps: tuple[Step, ...], rules: str) -> str:
    """How to see that it took: at the site, or at all sites of a shared device."""
    proven = any(fix.proven_for for step in steps for fix in step.fixes)
    return f"auditor verify{'' if proven else f' {visible(report.site.name)}'} --rule {rules}"


def _rules(report: SiteReport, steps: tuple[Step, ...]) -> set[str]:
    wanted = {fingerprint for step in steps for fix in step.fixes for fingerprint in fix.findings}
    return {finding.rule for finding in report.findings if finding.fingerprint in wanted}


def _saving(report: SiteReport, number: int, steps: tuple[Step, ...]) -> Iterator[str]:
    platforms = {capture.device: capture.platform for capture in report.captures}
    for device in dict.fromkeys(step.device for step in steps):
        snippet = load_profile(platforms[device]).snippet
        what = "; ".join(snippet.save) or snippet.saved or "nothing to save on this platform"
        yield f"{number:>2} [ ] save    {visible(device)}: {what}"
        number += 1


def _by_hand(report: SiteReport) -> Iterator[str]:
    fixes = [fix for fix in report.remediation.fixes if why_not(fix)]
    if fixes:
        yield "advice: no command is given for these"
    for fix in fixes:
        about_it = next((f for f in report.findings if f.fingerprint in fix.findings), None)
        device = about_it.device if about_it else ""
        yield f"   [ ] {fix.label} {visible(in_words_of(report, device, fix.fix.title))}"
        yield f"         {visible(why_not(fix))}"
        if about_it is not None:
            yield f"         for {about_it.rule} ({', '.join(about_it.items)}): {visible(about_it.message)}"
    if fixes:
        yield ""


def _for_a_person(report: SiteReport) -> Iterator[str]:
    due, _ = due_cards(report.findings)
    if due:
        yield "check on site, because something that belongs to it fails"
    for finding in due:
        yield from card_lines(finding)


def card_lines(finding: Finding) -> Iterator[str]:
    """Write a guided check: what to do, the command, the answer to expect, where to note it."""
    card = finding.card
    if card is None:
        return
    yield f"   [ ] {visible(card.title)} ({', '.join(finding.items) or finding.rule})"
    for step in card.steps:
        yield f"         - {visible(step)}"
    for word, text in (("command", card.command), ("expect", card.expect), ("note", card.note)):
        if text:
            yield f"         {word + ':':<9}{visible(text)}"
