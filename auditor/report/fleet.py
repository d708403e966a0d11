"""The report of many sites on a terminal: a line for each that has something, and at the end what they have in common.

A few sites are told whole. Of two thousand, what counts is which of them fail, what fails at many, and which devices
were not audited; `--verbose` tells all of them whole, and so do the other reports.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from shlex import quote

from rich.console import Console
from rich.text import Text

from auditor.capture import Failure, FailureKind
from auditor.pipeline import SiteReport
from auditor.report.failures import WORDS, FailureGroup, FailureGroups, without_numbers
from auditor.report.summary import Counts, Standing, count, message, standing, unknown_causes
from auditor.report.text import visible
from auditor.verdicts import Finding, Result, Severity

MANY = 20
"""Above so many sites, a run is told as a fleet."""
_FEW = 8
_FEW_RULES = 3
_MOST_UNDECIDED = 12
_INDENT = 9
_STYLES = {
    "FAIL": "bold red",
    "UNKNOWN": "bold yellow",
    "WARN": "bold yellow",
    "ERROR": "bold red",
    "WARNING": "bold yellow",
    "BROKEN": "bold magenta",
    "PASS": "bold green",
}
_LABELS = ("ERROR", "WARNING", "BROKEN", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Hit:
    """What is wrong at a site: one rule that fails or breaks, or one reason why rules are undecided."""

    label: str
    rules: tuple[str, ...]
    device: str
    message: str

    @property
    def likeness(self) -> tuple[str, object]:
        """What makes hits of several sites one: the rule; of what is undecided, the reason but for its numbers."""
        return (self.label, without_numbers(self.message) if self.label == "UNKNOWN" else self.rules)


@dataclass(frozen=True, slots=True)
class SiteNote:
    """What is remembered of one site: how it stands, and what is wrong, in a few words each."""

    name: str
    standing: Standing
    counts: Counts
    hits: tuple[Hit, ...]
    failures: tuple[tuple[str, Failure], ...]
    """Devices by their key in the inventory, so that a shared one is there once."""

    @classmethod
    def of(cls, report: SiteReport) -> "SiteNote":
        keys = {device.name: device.key for device in report.site.entry.devices}
        failures = ((keys.get(each.device, f"{report.site.name}/{each.device}"), each) for each in report.failures)
        hits = {hit.likeness: hit for hit in reversed(list(_hits(report)))}
        return cls(report.site.name, standing(report), count(report.findings), tuple(hits.values()), tuple(failures))


@dataclass(slots=True)
class Cluster:
    """The same at several sites, as the first of the inventory tells it, with all rules that it is about."""

    number: int
    site: str
    first: Hit
    sites: list[str]
    rules: set[str]


@dataclass(slots=True)
class Fleet:
    """Gathers notes of sites: names and one text for each cluster, never reports.

    Sites arrive as they become ready. What is told of them does not depend on that: the site with the lowest number,
    its place in the inventory, speaks for the others.
    """

    sites: int = 0
    _clusters: dict[tuple[str, object], Cluster] = field(default_factory=dict)
    _failures: dict[str, tuple[int, Failure]] = field(default_factory=dict)

    def add(self, note: SiteNote, number: int) -> None:
        """Take in one site; `number` is its place in the inventory."""
        self.sites += 1
        for hit in note.hits:
            cluster = self._clusters.setdefault(hit.likeness, Cluster(number, note.name, hit, [], set()))
            cluster.sites.append(note.name)
            cluster.rules.update(hit.rules)
            if number < cluster.number:
                cluster.number, cluster.site, cluster.first = number, note.name, hit
        for key, failure in note.failures:
            known = self._failures.get(key)
            if known is None or number < known[0]:
                self._failures[key] = (number, failure)

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Worst first; of one result, what hits most sites."""
        ranked = sorted(
            self._clusters.values(), key=lambda each: (-len(each.sites), each.number, each.first.rules, str(each.first))
        )
        return tuple(sorted(ranked, key=lambda each: _LABELS.index(each.first.label)))

    @property
    def failures(self) -> FailureGroups:
        """The devices that were not audited, in the order of the inventory."""
        groups = FailureGroups()
        for key, (_, failure) in sorted(self._failures.items(), key=lambda each: (each[1][0], each[0])):
            groups.add(failure, key)
        return groups


def render_note(note: SiteNote, console: Console) -> None:
    """Print one line of a site, if it does not simply pass."""
    if note.standing is Standing.PASS:
        return
    counts = note.counts
    told = [
        f"{number:,} {word if number == 1 or word == 'unknown' else word + 's'}"
        for number, word in (
            (counts.errors, "error"),
            (counts.warnings, "warning"),
            (counts.unknown, "unknown"),
            (counts.broken, "broken rule"),
        )
        if number
    ]
    if note.failures:
        devices = "device" if len(note.failures) == 1 else "devices"
        told.append(f"{len(note.failures)} {devices} not audited")
    line = Text.assemble(
        (visible(note.name), "bold"),
        "  ",
        (note.standing.value, _STYLES[note.standing.value]),
        f"  {'  '.join(told)}",
    )
    wrong = sorted((hit for hit in note.hits if hit.label in ("ERROR", "WARNING")), key=lambda hit: hit.label)
    rules = list(dict.fromkeys(rule for hit in wrong for rule in hit.rules))
    _line(console, Text.assemble(line, (_fitting(rules, console.width - line.cell_len), "dim")))


def _fitting(words: list[str], room: int) -> str:
    """As many of the words as there is room for on the line."""
    for number in range(len(words), 0, -1):
        text = f"  {', '.join(words[:number])}{', …' if number < len(words) else ''}"
        if len(text) <= room:
            return text
    return ""


def render_fleet(fleet: Fleet, console: Console, *, command: str = "auditor audit …") -> None:
    """Print what the sites have in common. `command` is how the audit of one of them begins."""
    clusters = fleet.clusters
    undecided = [each for each in clusters if each.first.label == "UNKNOWN"]
    if clusters:
        _line(console, Text(f"what {fleet.sites:,} sites have in common", style="bold"))
    for cluster in [each for each in clusters if each not in undecided] + undecided[:_MOST_UNDECIDED]:
        _cluster(console, cluster)
    if len(undecided) > _MOST_UNDECIDED:
        _hang(console, Text(f"and {len(undecided) - _MOST_UNDECIDED:,} more reasons why something is unknown"))
    for group in fleet.failures:
        _not_audited(console, group)
    if clusters:
        one = visible(quote(clusters[0].site))
        hint = f"{visible(command)} --site {one} tells one site whole, --verbose all, --report html=PATH as a page"
        _hang(console, Text(hint, style="dim"), indent=1)


def _cluster(console: Console, cluster: Cluster) -> None:
    first, number = cluster.first, len(cluster.sites)
    named = ", ".join(sorted(cluster.rules)) if len(cluster.rules) <= _FEW_RULES else f"{len(cluster.rules)} rules"
    where = f"{number:,} {'site' if number == 1 else 'sites'}"
    _line(
        console, Text.assemble((f" {first.label:<{_INDENT - 2}} ", _STYLES[first.label]), (named, "bold"), f"  {where}")
    )
    _hang(console, Text(_named(cluster.sites), style="cyan"))
    at = f"at {visible(cluster.site)}: " if number > 1 else ""
    device = f"{visible(first.device)}: " if first.device else ""
    _hang(console, Text(f"{at}{device}{visible(first.message)}"))


def _not_audited(console: Console, group: FailureGroup) -> None:
    loud = group.kind is FailureKind.HOST_KEY_CHANGED
    number = len(group.devices)
    head = Text.assemble(
        (" NOT AUDITED ", "bold red"),
        (WORDS[group.kind], "bold white on red" if loud else "bold"),
        f"  {number:,} {'device' if number == 1 else 'devices'}",
    )
    _line(console, head)
    _hang(console, Text(_named(group.devices, len(group.devices) if loud else _FEW), style="cyan"))
    behind = f"jump host {visible(group.jump_host)}: " if group.jump_host else ""
    like = "" if number == 1 else " (the first one)"
    _hang(console, Text(f"{behind}{visible(group.why)}{like}"))
    if group.hint:
        _hang(console, Text(f"try: {visible(group.hint)}"))


def _hits(report: SiteReport) -> Iterator[Hit]:
    for finding in report.findings:
        label = _label(finding)
        if label:
            yield Hit(label, (finding.rule,), finding.device, message(report, finding))
    for cause in unknown_causes(report.findings):
        yield Hit("UNKNOWN", cause.rules, cause.first.device, message(report, cause.first))


def _label(finding: Finding) -> str:
    match finding.result:
        case Result.FAIL:
            severity = finding.severity or Severity.ERROR
            return "" if severity is Severity.NOTE else severity.value.upper()
        case Result.ERROR:
            return "BROKEN"
        case Result.UNKNOWN | Result.PASS | Result.NOT_APPLICABLE | Result.NOT_CHECKED:
            return ""


def _named(names: list[str], most: int = _FEW) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return visible(", ".join(sorted(names)[:most])) + more


def _line(console: Console, text: Text) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _hang(console: Console, text: Text, indent: int = _INDENT) -> None:
    for line in text.wrap(console, max(20, console.width - indent), overflow="fold"):
        line.rstrip()
        _line(console, Text(" " * indent) + line)
