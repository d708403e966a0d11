"""The report on a terminal: worst first, each finding with its lines and its fix, at any width, with or without colour.

No markup is parsed: every text is a `Text`, and what devices say is made visible first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, Literal, cast

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.text import Text

from auditor.agreed import Accepted
from auditor.capture import Failure, FailureKind
from auditor.pipeline import SiteReport
from auditor.remediation import PlannedFix
from auditor.report.alarms import ADVICE
from auditor.report.alarms import TITLE as ALARM
from auditor.report.fixes import by_finding, judges, status, why_not
from auditor.report.outcome import Tally
from auditor.report.shared import SharedDevices, SharedReport, made_once, of_shared
from auditor.report.summary import (
    Counts,
    Standing,
    UnknownCause,
    count,
    due_cards,
    in_words_of,
    lines_of,
    message,
    oldest,
    place,
    quoted,
    short_note,
    standing,
    unknown_causes,
    worst_first,
)
from auditor.report.text import visible
from auditor.report.times import age, moment, zone_of
from auditor.verdicts import Card, Finding, Quote, Result, Severity

_INDENT = 9
_FEW_RULES = 3
"""More rules than these with one cause are counted first and named below."""
_MOST_LINES = 6
_FEW_SITES = 8
_ADDS = " add the line"
"""How advice ends that is followed by a line for a file of the device."""
_STYLES = {
    "FAIL": "bold red",
    "UNKNOWN": "bold yellow",
    "WARN": "bold yellow",
    "PASS": "bold green",
    "ERROR": "bold red",
    "WARNING": "bold yellow",
    "NOTE": "bold cyan",
    "BROKEN": "bold magenta",
    "CHECK": "bold blue",
}
_PLURALS = {"unknown": "unknown", "accepted": "accepted", "device not audited": "devices not audited"}


@dataclass(frozen=True, slots=True)
class Look:
    """What a terminal is like, for whoever renders a site for it elsewhere."""

    width: int
    colours: Literal["auto", "standard", "256", "truecolor", "windows"] | None
    no_colour: bool

    @classmethod
    def of(cls, console: Console) -> "Look":
        system = console.color_system
        return cls(console.width, cast("Any", system), console.no_color)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what a terminal shows of a site, ready to be written.

    Findings on shared devices are shown whole once. Which site comes first is known only where all sites come
    together, so the pieces that depend on it say on which findings: one `about` a finding on `device` gives way to a
    reference if that finding was shown at another site; one with `needs` stands if any of these findings was not.
    """

    text: str
    about: str = ""
    device: str = ""
    needs: frozenset[str] | None = None


def render_site(
    report: SiteReport,
    console: Console,
    *,
    verbose: bool = False,
    checklist: bool = False,
    brief: bool = False,
    files: bool = False,
    now: datetime,
    before: Mapping[str, str] | None = None,
) -> None:
    """Print one site. `brief` gives a site without any finding one line, as runs over many sites want it.

    `files`: the fixes are written to files as well, so that nobody has to be told how. `before`: findings on shared
    devices, by fingerprint, that were shown whole at another site, and its name.
    """
    look = Look.of(console)
    pieces = site_pieces(report, look, verbose=verbose, checklist=checklist, brief=brief, files=files, now=now)
    show_site(pieces, console, before or {})


def show_site(pieces: Iterable[Piece], console: Console, before: Mapping[str, str]) -> None:
    """Write what was rendered of one site."""
    page = _Page(console)
    for piece in pieces:
        if piece.about in before:
            words = f"as at {visible(before[piece.about])}: {visible(piece.device)} is shared"
            page.hang(Text(words, style="dim"), indent=_INDENT)
        elif piece.needs is None or piece.needs - before.keys():
            console.print(_Written(piece.text), end="", crop=False, soft_wrap=True)


def site_pieces(
    report: SiteReport,
    look: Look,
    *,
    verbose: bool = False,
    checklist: bool = False,
    brief: bool = False,
    files: bool = False,
    now: datetime,
) -> tuple[Piece, ...]:
    """Render one site for a terminal of this look."""
    page = _Pieces(look)
    _whole(page, report, verbose=verbose, checklist=checklist, brief=brief, files=files, now=now)
    page.cut()
    return tuple(page.pieces)


def _whole(
    page: "_Pieces", report: SiteReport, *, verbose: bool, checklist: bool, brief: bool, files: bool, now: datetime
) -> None:
    counts = count(report.findings)
    due, other = due_cards(report.findings)
    header = _header(report, counts, now)
    nothing = not (report.agreed.accepted or counts.notes or due)
    if brief and nothing and standing(report) is Standing.PASS and not (verbose or checklist):
        page.flow([*header, [Text(f"+ {_checks(other)}")]] if other else header)
        return
    page.flow(header)
    for failure in report.failures:
        _not_audited(page, failure)
    fixes = by_finding(report.remediation)
    wrong, fine = _sorted(report.findings, verbose=verbose)
    for finding in wrong:
        fix = fixes.get(finding.fingerprint)
        told = f"fix {fix.label}  {visible(status(report, fix))}" if fix else ""
        _finding(page, report, finding, told, verbose=verbose)
    for cause in unknown_causes(report.findings):
        _unknown(page, report, cause)
    for finding in [*due, *(other if checklist else ())]:
        _card(page, finding)
    for finding in fine:
        _finding(page, report, finding, "", verbose=verbose)
    for each in report.agreed.accepted:
        _accepted(page, report, each)
    _advice(page, report)
    _fixes(page, report, verbose=verbose, once=of_shared(report.remediation) if brief else ())
    if not files and any(not why_not(fix) for fix in report.remediation.fixes):
        page.hang(
            Text("reads, activation, checks and the way back of each fix (--out DIR)", style="dim"),
            indent=3,
            first=Text(" + ", style="dim"),
        )
    folded = [f"{_checks(other)} (--checklist)"] if other and not checklist else []
    if counts.notes and not verbose:
        folded.append(f"{counts.notes} {_plural('note', counts.notes)} (--verbose)")
    for line in folded:
        page.line(Text(f" + {line}", style="dim"))
    _coverage(page, report, verbose=verbose)


def render_shared(shared: SharedDevices, reports: tuple[SharedReport, ...], console: Console) -> None:
    """Print what sites have in common because they share a device: each failure and each fix once, with its sites."""
    page = _Page(console)
    if shared.findings or shared.failures:
        page.line(Text("shared devices", style="bold"))
    for failed in shared.failures:
        _not_audited(page, failed.failure)
        page.hang(Text(_sites(failed.sites)), indent=_INDENT)
    for each in shared.findings:
        if each.finding.severity is not Severity.NOTE:
            _entry(page, _label(each.finding), (each.finding.rule,), each.finding.items, each.device, each.message)
            where = ", ".join(map(visible, each.places[:_MOST_LINES]))
            page.hang(Text.assemble((where, "cyan"), "     " if where else "", _sites(each.sites)), indent=_INDENT)
    for report in reports:
        for fix in report.fixes:
            title = f"{visible(report.device)}  {visible(in_words_of(report.report, report.device, fix.fix.title))}"
            page.hang(Text(title), indent=_INDENT, first=Text(f" {fix.label:<{_INDENT - 1}}", style="bold green"))
            done = why_not(fix) or f"touches {_sites(fix.sites)}; proven at {_sites(fix.proven_for)}"
            page.hang(Text(visible(done)), indent=_INDENT)
            if not why_not(fix):
                _lines(page, fix)


def _sites(sites: Sequence[str]) -> str:
    """Name some of the sites; the files and the other reports name all."""
    more = f" and {len(sites) - _FEW_SITES} more" if len(sites) > _FEW_SITES else ""
    return visible(f"{len(sites)} {_plural('site', len(sites))}: {', '.join(sites[:_FEW_SITES])}{more}")


def render_summary(tally: Tally, console: Console, *, now: datetime) -> None:
    """Print how the whole run ended, under which policy, and who is responsible for what."""
    page = _Page(console)
    outcome = tally.outcome()
    page.line(Text("─" * min(console.width, 100), style="dim"))
    for alarm in tally.alarms:
        page.hang(Text(visible(alarm.why)), indent=_INDENT, first=Text(f" {ALARM} ", style="bold white on red"))
        page.hang(Text(f"not audited for this: {visible(alarm.named)}"), indent=_INDENT)
    if tally.alarms:
        page.hang(Text(ADVICE, style="bold"), indent=_INDENT)
    number = sum(tally.sites.values())
    parts = [Text(f"{number} {_plural('site', number)}", style="bold")]
    parts += [
        Text.assemble(f"{tally.sites[each]} ", (each.value, _STYLES[each.value]))
        for each in Standing
        if tally.sites[each]
    ]
    least = tally.limits.fail_on
    counted = (
        "" if least is Severity.NOTE else f" ({least.value}{'s only' if least is Severity.ERROR else ' or worse'})"
    )
    parts.append(
        Text(f"{outcome.findings} {_plural('finding', outcome.findings)}, {outcome.undecided} undecided{counted}")
    )
    parts.append(Text(f"{outcome.unaudited} of {tally.devices} {_plural('device', tally.devices)} not audited"))
    if tally.accepted:
        parts.append(Text(f"{tally.accepted} accepted"))
    page.flow([parts, [Text(f"exit code {outcome.code}")]])
    for note in outcome.waivers:
        page.hang(Text(visible(note)), indent=_INDENT, first=Text(" WAIVER  ", style="bold yellow"))
    for policy in tally.policies.values():
        days = (now.date() - policy.version).days
        old = f", {days} days old" if days > 0 else ""
        page.hang(Text(f"policy {policy.name} of {policy.version}{old}", style="dim"), indent=0)
        responsibility = policy.advice.get("responsibility", "")
        if responsibility:
            page.hang(Text(responsibility, style="dim"), indent=0)


class _Page:
    """A console that wraps with a hanging indent and never parses markup."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = max(40, console.width)

    def line(self, text: Text) -> None:
        self._console.print(text, no_wrap=True, overflow="ignore", crop=False, highlight=False)

    def fits(self, *texts: Text) -> bool:
        return sum(text.cell_len for text in texts) <= self.width

    def hang(self, text: Text, *, indent: int, first: Text | None = None) -> None:
        """Print a text in lines of this width, each behind `indent` spaces; `first` stands before the first."""
        lead = first if first is not None else Text(" " * indent)
        for piece in text.wrap(self._console, max(20, self.width - indent), overflow="fold"):
            piece.rstrip()
            self.line(lead + piece)
            lead = Text(" " * indent)

    def flow(self, groups: Sequence[Sequence[Text]]) -> None:
        """Print parts one behind the other, groups divided by a bar; what does not fit goes to the next line."""
        current = Text()
        for number, group in enumerate(groups):
            for position, part in enumerate(group):
                divider = "" if not current else " | " if number and not position else "  "
                if current and not self.fits(current, Text(divider), part):
                    self.line(current)
                    current, divider = Text(" "), ""
                current = Text.assemble(current, divider, part)
        if current:
            self.line(current)


class _Pieces(_Page):
    """A page of which each piece can be left out later."""

    def __init__(self, look: Look) -> None:
        self._stream = StringIO()
        self.pieces: list[Piece] = []
        console = Console(
            file=self._stream,
            width=look.width,
            height=100,
            color_system=look.colours,
            force_terminal=look.colours is not None,
            no_color=look.no_colour,
            legacy_windows=False,
            _environ={},
        )
        super().__init__(console)

    def cut(self, *, about: str = "", device: str = "", needs: frozenset[str] | None = None) -> None:
        """End a piece, with what it depends on."""
        text = self._stream.getvalue()
        self._stream.seek(0)
        self._stream.truncate()
        if text:
            self.pieces.append(Piece(text, about, device, needs))


class _Written:
    """Text that is rendered already: it goes to the console as it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        yield Segment(self._text)


def _header(report: SiteReport, counts: Counts, now: datetime) -> list[list[Text]]:
    entry = report.site.entry
    result = standing(report).value
    told = [Text(visible(entry.name), style="bold"), Text(result, style=_STYLES[result])]
    for number, word in (
        (counts.errors, "error"),
        (counts.warnings, "warning"),
        (counts.unknown, "unknown"),
        (counts.broken, "broken rule"),
        (len(report.failures), "device not audited"),
        (len(report.agreed.accepted), "accepted"),
    ):
        if number:
            plural = _PLURALS.get(word, f"{word}s")
            told.append(Text(f"{number} {word if number == 1 else plural}"))
    groups = [told, [Text(f"{counts.ok} ok")]]
    taken = oldest(report)
    if taken is not None:
        weak = ", time of the file" if any(capture.time_is_weak for capture in report.captures) else ""
        groups.append([Text(f"captured {moment(taken, zone_of(entry), now=now)} ({age(now - taken)}{weak})")])
    groups.append([Text(f"integration {entry.integration.value} ({visible(entry.integration_from)})")])
    return groups


def _sorted(findings: Iterable[Finding], *, verbose: bool) -> tuple[list[Finding], list[Finding]]:
    """Split what is shown into what is wrong and what is fine; unknowns and cards have places of their own."""
    wrong: list[Finding] = []
    fine: list[Finding] = []
    for finding in worst_first(findings):
        match finding.result:
            case Result.FAIL:
                if verbose or finding.severity is not Severity.NOTE:
                    wrong.append(finding)
            case Result.ERROR:
                wrong.append(finding)
            case Result.PASS | Result.NOT_APPLICABLE:
                if verbose:
                    fine.append(finding)
            case Result.UNKNOWN | Result.NOT_CHECKED:
                pass
    return wrong, fine


def _finding(page: _Pieces, report: SiteReport, finding: Finding, fix: str, *, verbose: bool) -> None:
    words = message(report, finding)
    kind = (finding.result, finding.rule, finding.device)
    hit = {other.subject for other in report.findings if (other.result, other.rule, other.device) == kind}
    whose = f" ({finding.subject})" if finding.subject and len(hit) > 1 else ""
    _entry(page, _label(finding), (finding.rule,), finding.items, finding.device, f"{words}{whose}")
    page.cut()
    _lines_of_finding(page, report, finding, fix, verbose=verbose)
    if verbose:
        page.cut()
    else:
        page.cut(about=finding.fingerprint, device=finding.device)


def _lines_of_finding(page: _Page, report: SiteReport, finding: Finding, fix: str, *, verbose: bool) -> None:
    quotes = finding.evidence if verbose else finding.evidence[:_MOST_LINES]
    lines = [_quote(report, quote, finding.device, verbose=verbose) for quote in quotes]
    if len(quotes) < len(finding.evidence):
        lines.append(Text(f"and {len(finding.evidence) - len(quotes)} more (--verbose)", style="dim"))
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        if last and fix and page.fits(Text(" " * (_INDENT + 4)), line, Text(fix)):
            gap = " " * max(4, min(page.width, 118) - _INDENT - line.cell_len - len(fix))
            page.line(Text.assemble(" " * _INDENT, line, gap, (fix, "green")))
            return
        page.hang(line, indent=_INDENT)
    if fix:
        page.hang(Text(fix, style="green"), indent=_INDENT)


_SIGNS = {"+": "green", "-": "red"}
"""Colours of a patch; no command begins with a sign."""


def _label(finding: Finding) -> str:
    match finding.result:
        case Result.FAIL:
            return (finding.severity or Severity.ERROR).value.upper()
        case Result.ERROR:
            return "BROKEN"
        case Result.NOT_APPLICABLE:
            return "n/a"
        case Result.PASS:
            return "ok"
        case Result.UNKNOWN:
            return "UNKNOWN"
        case Result.NOT_CHECKED:
            return "CHECK"


def _entry(page: _Page, label: str, rules: Iterable[str], items: Iterable[str], device: str, words: str) -> None:
    """Print the first line of an entry; the message follows on the same line if there is room."""
    head = Text.assemble(
        (f" {label:<{_INDENT - 2}} ", _STYLES.get(label, "dim")),
        (", ".join(rules), "bold"),
        f" {','.join(items)}" if items else "",
        "   ",
        visible(device) or "-",
    )
    body = Text(visible(words))
    if page.fits(head, Text("  "), body):
        page.line(Text.assemble(head, "  ", body))
    else:
        page.hang(head, indent=0)
        page.hang(body, indent=_INDENT)


def _quote(report: SiteReport, quote: Quote, device: str, *, verbose: bool) -> Text:
    """Show one piece of evidence: where it stands and the line, or the default that applies."""
    note = quote.note if verbose else short_note(report, quote, device)
    where = place(quote) or (visible(device) if quote.origin == "assumed" else "")
    line = quoted(report, quote).strip()
    said = note if quote.origin in ("assumed", "unknown") else line
    if quote.origin == "unknown" and line:
        said = f"{line}   {note}"
    text = Text.assemble((visible(where), "cyan"), "     " if where and said else "", visible(said))
    if quote.origin == "declared" and note:
        text.append(f"   {visible(note)}", style="dim")
    return text


def _unknown(page: _Page, report: SiteReport, cause: UnknownCause) -> None:
    first = cause.first
    words = in_words_of(report, first.device, first.message)
    told_below = first.card is not None and bool(first.card.command) and first.card.command in (first.settle or "")
    settle = f"; settle it: {first.settle}" if first.settle and not told_below else ""
    many = len(cause.rules) > _FEW_RULES
    named = (f"{len(cause.rules)} rules",) if many else cause.rules
    _entry(page, "UNKNOWN", named, () if many else cause.items, first.device, f"{words}{settle}")
    if many:
        page.hang(Text(", ".join(cause.rules), style="dim"), indent=_INDENT)
    shown = {quote.span: quote for quote in first.evidence if quote.span is not None}
    for quote in list(shown.values())[:2]:
        line = Text.assemble((visible(place(quote)), "cyan"), f"     {visible(quoted(report, quote).strip())}")
        page.hang(line, indent=_INDENT)
    if first.card is not None:
        _steps(page, first.card)


def _card(page: _Page, finding: Finding) -> None:
    if finding.card is not None:
        _entry(page, "CHECK", (finding.rule,), finding.items, finding.device, finding.card.title)
        _steps(page, finding.card)


def _steps(page: _Page, card: Card) -> None:
    for step in card.steps:
        page.hang(Text(visible(step)), indent=_INDENT + 2, first=Text(" " * _INDENT + "- "))
    for word, text in (("command", card.command), ("expect", card.expect), ("note it", card.note)):
        if text:
            page.hang(Text(visible(text)), indent=_INDENT + 9, first=Text(" " * _INDENT + f"{word:<9}", style="dim"))


def _accepted(page: _Page, report: SiteReport, accepted: Accepted) -> None:
    """Print what a waiver or the baseline accepts: it does not count, and is not forgotten."""
    finding = accepted.finding
    label = "KNOWN" if accepted.waiver is None else "WAIVED"
    _entry(page, label, (finding.rule,), finding.items, finding.device, message(report, finding))
    page.hang(Text(visible(accepted.why), style="dim"), indent=_INDENT)


def _not_audited(page: _Page, failure: Failure) -> None:
    tries = f" ({failure.attempts} {_plural('attempt', failure.attempts)})" if failure.attempts else ""
    changed = failure.kind is FailureKind.HOST_KEY_CHANGED
    head = Text(f" {ALARM} ", style="bold white on red") if changed else Text(" NOT AUDITED ", style="bold red")
    page.hang(Text(f"{visible(failure.device)}: {visible(failure.why)}{tries}"), indent=_INDENT, first=head)
    if failure.hint:
        page.hang(Text(f"try: {visible(failure.hint)}"), indent=_INDENT)


def _advice(page: _Page, report: SiteReport) -> None:
    """Print each piece of advice once, with the rules that give it.

    A note that is folded away is told with its advice. Lines that somebody is to add stand alone and unwrapped, below
    what says where they go, so that they can be copied.
    """
    given: dict[str, list[str]] = {}
    added: dict[str, list[str]] = {}
    for finding in worst_first(report.findings):
        told = f"{message(report, finding)}; " if finding.severity is Severity.NOTE else ""
        for advice in finding.advice:
            where, colon, line = advice.partition(": ")
            text = f"{told}{where}" if where.endswith(_ADDS) else f"{told}{advice}"
            given.setdefault(text, []).append(finding.rule)
            if where.endswith(_ADDS) and colon:
                added.setdefault(text, []).append(line)
    for advice, rules in given.items():
        lines = added.get(advice, ())
        text = f"{visible(advice)}{'s' if len(lines) > 1 else ''} ({', '.join(dict.fromkeys(rules))})"
        page.hang(Text(text), indent=_INDENT, first=Text(" advice  ", style="bold"))
        for line in lines:
            page.line(Text(" " * (_INDENT + 2) + visible(line), style="cyan"))


def _fixes(page: _Pieces, report: SiteReport, *, verbose: bool, once: tuple[PlannedFix, ...]) -> None:
    """Print what each fix is, and what is typed for it; reads, activation and the way back are in the files.

    A fix whose findings are folded away, or were shown at another site, stays with them.

    `once` are told at the end of the run.
    """
    shown = {finding.fingerprint for finding in _sorted(report.findings, verbose=verbose)[0]}
    fixes = {fix.label: fix for fix in report.remediation.fixes if shown.intersection(fix.findings)}
    page.cut()
    for fix in fixes.values():
        _fix(page, report, fix, verbose=verbose, once=fix in once)
        page.cut(needs=None if verbose else frozenset(shown.intersection(fix.findings)))
    for judge in judges(fixes.values()):
        page.hang(Text(judge, style="dim"), indent=_INDENT, first=Text(" proof   ", style="dim"))
        checked = (fix for fix in fixes.values() if judges([fix]) == (judge,))
        needs = frozenset(shown.intersection(found for fix in checked for found in fix.findings))
        page.cut(needs=None if verbose else needs)


def _fix(page: _Page, report: SiteReport, fix: PlannedFix, *, verbose: bool, once: bool) -> None:
    device = next((f.device for f in report.findings if f.fingerprint in fix.findings), "")
    title = f"{visible(device) or '-'}  {visible(in_words_of(report, device, fix.fix.title))}"
    page.hang(Text(title), indent=_INDENT, first=Text(f" {fix.label:<{_INDENT - 1}}", style="bold green"))
    for reason in fix.reasons:
        page.hang(Text(visible(reason)), indent=_INDENT)
    if once:
        page.hang(Text(visible(made_once(fix)), style="dim"), indent=_INDENT)
        return
    if why_not(fix):
        if why_not(fix) not in (*fix.reasons, "; ".join(fix.reasons)):
            page.hang(Text(visible(why_not(fix))), indent=_INDENT)
        return
    _lines(page, fix)
    if verbose:
        for other in fix.others:
            page.hang(Text(f"or: {visible(other.title)}", style="dim"), indent=_INDENT)


def _lines(page: _Page, fix: PlannedFix) -> None:
    several = len({each.change.device for each in fix.changes}) > 1
    before = ""
    for each in fix.changes:
        device = each.change.device
        if several and device != before:
            page.line(Text(f"{' ' * _INDENT}on {visible(device)}", style="bold"))
        before = device
        for line in each.snippet.shown:
            # Not wrapped: a terminal joins a line that it broke itself when it is copied, not ours.
            page.line(Text(" " * (_INDENT + 2) + visible(line), style=_SIGNS.get(line[:1], "cyan")))


def _coverage(page: _Page, report: SiteReport, *, verbose: bool) -> None:
    lines = lines_of(file for files in report.coverage.values() for file in files)
    gaps = [(capture.device, gap) for capture in report.captures for gap in capture.gaps]
    if lines.total:
        more = " (--verbose lists them)" if lines.unknown and not verbose else ""
        missed = f" · {len(gaps)} {_plural('text', len(gaps))} not obtained" if gaps else ""
        text = (
            f"{lines.total} lines: {lines.understood} understood · {lines.irrelevant} irrelevant · "
            f"{lines.unknown} unknown{missed}{more}"
        )
        page.hang(Text(text, style="dim"), indent=_INDENT, first=Text(" lines   ", style="dim"))
    if not verbose:
        return
    for device, files in report.coverage.items():
        for file in files:
            for unknown in file.unknown:
                text = f"{visible(device)}:{visible(file.file)}:{unknown.line}     {visible(unknown.keywords)}"
                page.hang(Text(text, style="dim"), indent=_INDENT)
    for device, gap in gaps:
        settle = f"; {visible(gap.settle)}" if gap.settle else ""
        text = f"{visible(device)}:{visible(gap.path)}     not obtained: {visible(gap.why)}{settle}"
        page.hang(Text(text, style="dim"), indent=_INDENT)


def _checks(cards: Sequence[Finding]) -> str:
    return f"{len(cards)} {_plural('check', len(cards))} for a person"


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"
