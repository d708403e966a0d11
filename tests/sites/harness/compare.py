"""What a whole site says, compared with what the audit says: every verdict that is not fine must be expected."""

from collections.abc import Iterator

from auditor.pipeline import SiteReport
from auditor.remediation import PlannedFix, Safety
from auditor.site import Passage, Pos, Readers, Site
from auditor.verdicts import Finding, Result, Severity
from tests.rules.harness.case import Expected
from tests.rules.harness.prove import judged, proof, shown
from tests.rules.harness.shop import Shop, shop_of
from tests.sites.harness.site_file import Fixed, Names, SiteFile, Way

_BAD = (Result.FAIL, Result.UNKNOWN, Result.ERROR)


def problems(site: SiteFile) -> list[str]:
    """Return everything that is not as the file says; an empty list is a site that holds."""
    shop = shop_of(site.case)
    report = shop.report()
    return [
        *_verdicts(site, shop, report),
        *(problem for way in site.ways for problem in _way(site, way, report.site)),
        *(problem for names in site.names for problem in _names(site, names, report.site)),
        *judged(site.case),
        *_fixes(site, shop, report),
        *_commands(site, report),
    ]


# -- verdicts -------------------------------------------------------------------------------------------------


def _verdicts(site: SiteFile, shop: Shop, report: SiteReport) -> Iterator[str]:
    marks = site.case.marks
    for mark in marks:
        if not any(_meets(mark, finding, shop) for finding in report.findings):
            severity = f" {mark.severity.value}" if mark.severity else ""
            yield f"{site.case.file}:{mark.markdown_line}: {mark.result.value}{severity} '{mark.text}' is no verdict"
    alike: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if _counts(finding) and not any(_meets(mark, finding, shop) for mark in marks):
            alike.setdefault(finding.message, []).append(finding)
    for findings in alike.values():
        more = f" (and {len(findings) - 1} more that say so)" if len(findings) > 1 else ""
        yield f"not expected: {findings[0].rule}: {shown(findings[0])}{more}"


def _counts(finding: Finding) -> bool:
    """Whether a verdict must be expected; notes need not be, as most devices have some."""
    return finding.result in _BAD and finding.severity is not Severity.NOTE


def _meets(mark: Expected, finding: Finding, shop: Shop) -> bool:
    """A mark names the rule, then words of the message: `#! reader-port-blocked blocks 4443`; `any` is any rule."""
    rule, _, words = mark.text.partition(" ")
    named = finding.rule if rule == "any" else rule
    if (finding.rule, finding.result, finding.severity) != (named, mark.result, mark.severity):
        return False
    if words.strip() not in f"{finding.subject}: {finding.message}; {finding.settle}":
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


# -- ways and names -------------------------------------------------------------------------------------------


def _clients(site: Site, name: str) -> Readers | Pos:
    groups: tuple[Readers | Pos, ...] = (*site.readers, *site.pos)
    found = [each for each in groups if each.name == name]
    assert len(found) == 1, f"no group of readers or points of sale is called '{name}'"
    return found[0]


def _way(site: SiteFile, way: Way, joined: Site) -> Iterator[str]:
    where = f"{site.case.file}:{way.line}"
    path = joined.path(_clients(joined, way.source), _clients(joined, way.target), protocol=way.protocol, port=way.port)
    stop = path.decisive
    if path.passage is not way.passage:
        yield f"{where}: {way.source} → {way.target} is {path.passage.value}: {stop}"
    elif way.at and (stop is None or stop.device != way.at):
        yield f"{where}: {way.source} → {way.target} is decided at {stop.device if stop else 'no device'}: {stop}"
    routers = tuple(leg.device for leg in path.legs)
    if way.routers is not None and routers != way.routers:
        yield f"{where}: {way.source} → {way.target} goes by {' '.join(routers) or 'no router'}"


def _names(site: SiteFile, names: Names, joined: Site) -> Iterator[str]:
    where = f"{site.case.file}:{names.line}"
    chain = joined.resolver_chain(_clients(joined, names.clients))
    passages = {hop.passage for hop in chain.hops}
    passage = next(
        (each for each in (Passage.BLOCKED, Passage.UNKNOWN) if each in passages),
        Passage.UNKNOWN if chain.holes or not chain.hops else Passage.OPEN,
    )
    if passage is not names.passage:
        yield f"{where}: names of {names.clients} are {passage.value}: {chain}"
    devices = [hop.device or str(hop.address) for hop in chain.hops if hop.passage is passage]
    if names.at and names.at not in devices:
        yield f"{where}: names of {names.clients} are decided at {', '.join(devices) or 'no resolver'}"


# -- fixes ----------------------------------------------------------------------------------------------------


def _fixes(site: SiteFile, shop: Shop, report: SiteReport) -> Iterator[str]:
    """Each fix that is given is proven again; each failure has the fix that the file says, if it says one."""
    rules = {finding.fingerprint: finding.rule for finding in report.findings}
    for expected in site.fixes:
        planned = [
            fix
            for fix in report.remediation.fixes
            if expected.rule in {rules[fingerprint] for fingerprint in fix.findings}
        ]
        if not any(_is(expected, fix) for fix in planned):
            words = "; ".join(map(_said, planned)) or "none"
            yield f"{site.case.file}:{expected.line}: the fix of {expected.rule} is: {words}"
    for fix in report.remediation.fixes:
        if fix.proof is not None and fix.proof.holds and not fix.withheld:
            yield from (f"{fix.label} ({fix.fix.title}): {each}" for each in proof(site.case, shop, report, fix))
    if report.remediation.proof is not None and not report.remediation.proof.holds:
        yield f"the plan of the site is not proven: {report.remediation.proof.why}"


def _is(expected: Fixed, fix: PlannedFix) -> bool:
    return (
        _safety(fix) == expected.safety
        and (not expected.devices or _devices(fix) == expected.devices)
        and expected.words in _said(fix)
    )


def _safety(fix: PlannedFix) -> str:
    return "withheld" if fix.withheld and fix.safety is not Safety.MANUAL else fix.safety.value


def _devices(fix: PlannedFix) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.change.device for change in fix.changes))


def _said(fix: PlannedFix) -> str:
    others = "".join(f"; or {other.title}" for other in fix.others)
    reasons = "; ".join(filter(None, (fix.withheld, *fix.reasons)))
    return f"{_safety(fix)} on {' '.join(_devices(fix)) or 'no device'}: {fix.fix.title}{others} ({reasons})"


def _commands(site: SiteFile, report: SiteReport) -> Iterator[str]:
    """The commands of all fixes for one device, in the order of the plan."""
    for device, wanted in site.commands.items():
        given = tuple(
            line
            for fix in report.remediation.fixes
            if fix.proof is not None and fix.proof.holds and not fix.withheld
            for change in fix.changes
            if change.change.device == device
            for line in change.snippet.apply
        )
        if given != wanted:
            yield f"the commands for {device} are" + "".join(f"\n      {line}" for line in given)
