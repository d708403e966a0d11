"""Judged ways of the diagram: answers that agree are one, each with its number and its finding on the page."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from auditor.model import spans_of
from auditor.report.diagram.answers import Answer, answers, badness
from auditor.report.diagram.stations import Map
from auditor.report.diagram.view import AtClients, Mark, Purpose, ThroughDevice, Way
from auditor.site import Passage, Site
from auditor.verdicts import Finding, Result

_RULES = {
    Purpose.READER: frozenset({"reader-port-blocked", "station-isolation", "port-isolation"}),
    Purpose.EGRESS: frozenset({"egress-blocked"}),
    Purpose.NAMES: frozenset({"dns-rebind", "dns-rebind-readers", "dns-redirected", "dns-upstream-unverified"}),
}
"""Whose verdicts may know more than the hops do: what was attested, or what a missing device leaves open."""


def ways(site: Site, map_: Map, findings: tuple[Finding, ...], anchors: Mapping[str, str]) -> tuple[Way, ...]:
    """All judged ways, numbered as they are drawn; `anchors` are the places of findings on the page."""
    judged = [_with_verdicts(answer, findings) for answer in answers(site, map_)]
    merged: dict[tuple[object, ...], list[Answer]] = {}
    for each in judged:
        key = (each.purpose, each.passage, each.stations, each.at, each.words)
        merged.setdefault(key, []).append(each)
    found = [_way(group, site, findings, anchors) for group in merged.values()]
    return _numbered(found)


def passed(ways_: Iterable[Way]) -> frozenset[str]:
    """Names of the devices that ways pass."""
    return frozenset(each.name for way in ways_ for each in way.stations if isinstance(each, ThroughDevice))


def routing(ways_: Iterable[Way]) -> frozenset[str]:
    """Names of the devices by which ways get into another network, or out to the internet."""
    return frozenset(
        device.name
        for way in ways_
        for before, device, after in zip(way.stations, way.stations[1:], way.stations[2:], strict=False)
        if isinstance(device, ThroughDevice) and before != after
    )


def _with_verdicts(answer: Answer, findings: tuple[Finding, ...]) -> Answer:
    """Follow the verdicts where hops alone do not decide: what a rule holds for unknown, or finds attested."""
    about = [f for f in findings if f.rule in _RULES[answer.purpose] and f.subject == answer.subject]
    unknown = [f for f in about if f.result is Result.UNKNOWN]
    failed = [f for f in about if f.result is Result.FAIL]
    if answer.passage is Passage.OPEN and unknown:
        return replace(answer, passage=Passage.UNKNOWN, words=unknown[0].message, device=unknown[0].device)
    attested = any(f.result is Result.PASS for f in about) and not unknown and not failed
    if answer.passage is Passage.UNKNOWN and attested:
        return replace(answer, passage=Passage.OPEN, at=None, words="attested", facts=())
    return answer


def _way(group: list[Answer], site: Site, findings: tuple[Finding, ...], anchors: Mapping[str, str]) -> Way:
    first = group[0]
    sources = ", ".join(dict.fromkeys(each.source for each in group))
    title = f"{sources} → {_goal(first.purpose, dict.fromkeys(each.target for each in group), site)}"
    mark = None
    if first.passage is not Passage.OPEN:
        place = next((str(span) for span in spans_of(*first.facts)), "")
        mark = Mark(first.at, first.words, place, _anchor(group, findings, anchors))
    return Way(
        0,
        first.purpose,
        first.passage,
        title,
        f"on {first.device}: {first.words}" if first.device and first.words else first.words,
        first.stations,
        mark,
    )


def _goal(purpose: Purpose, targets: Iterable[str], site: Site) -> str:
    match purpose:
        case Purpose.READER:
            return f"{', '.join(targets)}, {site.policy.lan_ports[0]}"
        case Purpose.EGRESS:
            return "internet"
        case Purpose.NAMES:
            return "DNS, readers' names"


def _anchor(group: list[Answer], findings: tuple[Finding, ...], anchors: Mapping[str, str]) -> str:
    """Where on the page the finding stands that is about these ways: same subject, then same lines or same device."""
    subjects, spans = {each.subject for each in group}, set(spans_of(*group[0].facts))
    best, found = 0, ""
    for finding in findings:
        anchor = anchors.get(finding.fingerprint, "")
        if not anchor or finding.result not in (Result.FAIL, Result.UNKNOWN):
            continue
        same_lines = any(quote.span in spans for quote in finding.evidence if quote.span is not None)
        own_rule = finding.rule in _RULES[group[0].purpose]
        if not own_rule and not same_lines:
            continue
        fits = 4 * (finding.subject in subjects) + 2 * same_lines + (finding.device == group[0].device) + own_rule
        if fits > max(best, 2):
            best, found = fits, anchor
    return found


def _numbered(found: list[Way]) -> tuple[Way, ...]:
    """Number the ways that are drawn: the worst of each purpose between the same two ends."""
    drawn: dict[tuple[object, ...], Way] = {}
    for way in found:
        key = (way.purpose, way.stations[0], way.stations[-1] if isinstance(way.stations[-1], AtClients) else None)
        if key not in drawn or badness(way.passage) > badness(drawn[key].passage):
            drawn[key] = way
    chosen = {id(way) for way in drawn.values()}
    numbers = iter(range(1, len(found) + 1))
    return tuple(replace(way, number=next(numbers)) if id(way) in chosen else way for way in found)
