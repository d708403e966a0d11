"""Chooses, proves and orders the fixes of a site, and writes down what each device gets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.capture import Capture
from auditor.platforms import ByHand, Platform
from auditor.profiles import Effect, Profile
from auditor.remediation.diff import unified_diff
from auditor.remediation.proof import Attempt, Laboratory, Proof, prove
from auditor.remediation.ranked import PlannedFix, RenderedChange, Safety
from auditor.remediation.reach import bystanders
from auditor.remediation.render import render
from auditor.verdicts import Finding, Fix, Result, badness

MOST_FIXES = 30
"""So many fixes are tried for one site in one run; each costs another audit in memory."""

Equipment = Mapping[str, tuple[Platform, Profile]]
"""Platform and profile of each device, by the device's name."""


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """Everything that one device gets: the proven changes in order, and the texts before and after.

    `effects` are in the order of activation, each once. `diffs` are unified diffs by path.
    """

    device: str
    platform: str
    fixes: tuple[PlannedFix, ...]
    changes: tuple[RenderedChange, ...]
    effects: tuple[Effect, ...]
    before: Capture
    after: Capture
    diffs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remediation:
    """All fixes of a site in order, and what each device gets. `proof` is that of the plan as a whole."""

    fixes: tuple[PlannedFix, ...]
    devices: tuple[DeviceChange, ...]
    proof: Proof | None


def remedy(
    findings: tuple[Finding, ...],
    captures: Mapping[str, Capture],
    laboratory: Laboratory,
    equipment: Equipment,
    managed: Mapping[str, str],
    sites_of: Mapping[str, tuple[str, ...]],
) -> Remediation:
    """Take the first fix of each failure that can be made and proven; then prove all of them together.

    `managed` names, by device, the place where its configuration is really made; such fixes are advice. If the
    plan as a whole does not hold, each fix must hold together with those before it, or it is withheld.
    """
    planned = [
        _best(label, (fix, *others), fingerprints, captures, laboratory, equipment, managed, sites_of)
        if number < MOST_FIXES
        else _for_later(label, fix, others, fingerprints)
        for number, (label, (fix, others, fingerprints)) in enumerate(_labelled(_chosen(findings)))
    ]
    usable = [fix for fix in planned if fix.proof is not None and fix.proof.holds]
    usable.sort(key=_order)
    proof = _prove_together(usable, captures, laboratory, equipment)
    dropped: dict[str, str] = {}
    if proof is not None and not proof.holds:
        usable, proof, dropped = _holding(usable, captures, laboratory, equipment)
    fixes = [
        replace(fix, withheld=dropped[fix.label]) if fix.label in dropped else fix
        for fix in sorted(planned, key=_order)
    ]
    labels = {fix.label: f"F{number}" for number, fix in enumerate(fixes, start=1)}
    usable = [replace(fix, label=labels[fix.label]) for fix in usable]
    fixes = [replace(fix, label=labels[fix.label]) for fix in fixes]
    return Remediation(tuple(fixes), tuple(_device_changes(usable, captures, equipment)), proof)


def _for_later(label: str, fix: Fix, others: tuple[Fix, ...], fingerprints: tuple[str, ...]) -> PlannedFix:
    """A fix that waits for the next audit, because this one has enough."""
    why = f"not tried: the {MOST_FIXES} worst findings come first; apply their fixes, then audit again"
    return PlannedFix(label, fix, fingerprints, others, Safety.MANUAL, (why,), (), None, "")


def _best(
    label: str,
    ranked: tuple[Fix, ...],
    fingerprints: tuple[str, ...],
    captures: Mapping[str, Capture],
    laboratory: Laboratory,
    equipment: Equipment,
    managed: Mapping[str, str],
    sites_of: Mapping[str, tuple[str, ...]],
) -> PlannedFix:
    """Plan the first fix that can be made and proven; if there is none, the first one, with the reason."""
    first: PlannedFix | None = None
    for fix in ranked:
        others = tuple(other for other in ranked if other is not fix)
        planned = _plan(label, fix, others, fingerprints, captures, laboratory, equipment, managed, sites_of)
        if planned.proof is not None and planned.proof.holds:
            return planned
        first = first or planned
    assert first is not None
    return first


def _holding(
    fixes: list[PlannedFix], captures: Mapping[str, Capture], laboratory: Laboratory, equipment: Equipment
) -> tuple[list[PlannedFix], Proof | None, dict[str, str]]:
    """Add fix after fix; return those that hold together, their proof, and by label why the others do not."""
    kept: list[PlannedFix] = []
    proof: Proof | None = None
    dropped: dict[str, str] = {}
    for fix in fixes:
        tried = _prove_together([*kept, fix], captures, laboratory, equipment)
        if tried is not None and not tried.holds:
            dropped[fix.label] = f"does not hold together with the other fixes: {tried.why}"
        else:
            kept, proof = [*kept, fix], tried
    return kept, proof, dropped


def _chosen(findings: tuple[Finding, ...]) -> list[tuple[Fix, tuple[Fix, ...], tuple[str, ...]]]:
    """The first fix of each failure, worst first; findings that ask for the same changes share one."""
    found: dict[tuple[object, ...], tuple[Fix, tuple[Fix, ...], tuple[str, ...]]] = {}
    for finding in sorted(findings, key=badness, reverse=True):
        if finding.result is not Result.FAIL or not finding.fixes:
            continue
        first, *others = finding.fixes
        key: tuple[object, ...] = (first.changes, first.manual and first.title)
        if key in found:
            fix, alternatives, fingerprints = found[key]
            merged = replace(fix, risks=tuple(dict.fromkeys(fix.risks + first.risks)))
            found[key] = (merged, tuple(dict.fromkeys((*alternatives, *others))), (*fingerprints, finding.fingerprint))
        else:
            found[key] = (first, tuple(others), (finding.fingerprint,))
    return list(found.values())


def _labelled(
    chosen: list[tuple[Fix, tuple[Fix, ...], tuple[str, ...]]],
) -> Iterable[tuple[str, tuple[Fix, tuple[Fix, ...], tuple[str, ...]]]]:
    return ((f"F{number}", item) for number, item in enumerate(chosen, start=1))


def _plan(
    label: str,
    fix: Fix,
    others: tuple[Fix, ...],
    fingerprints: tuple[str, ...],
    captures: Mapping[str, Capture],
    laboratory: Laboratory,
    equipment: Equipment,
    managed: Mapping[str, str],
    sites_of: Mapping[str, tuple[str, ...]],
) -> PlannedFix:
    """Render and prove one fix; where that cannot be done, say why instead."""

    def by_hand(*reasons: str) -> PlannedFix:
        return PlannedFix(label, fix, fingerprints, others, Safety.MANUAL, reasons, (), None, "")

    if fix.manual or not fix.changes:
        return by_hand(fix.manual or "no configuration change settles this")
    place = next((managed[c.device] for c in fix.changes if c.device in managed), None)
    if place is not None:
        return by_hand(f"the configuration is made in {place}; change it there, not on the device")
    rendered: list[RenderedChange] = []
    for change in fix.changes:
        platform, profile = equipment[change.device]
        result = platform.edit(captures[change.device], laboratory.devices[change.device], change.intent)
        if isinstance(result, ByHand):
            return by_hand(result.why, result.advice)
        try:
            snippet = render(platform, change.intent, result)
        except ValueError as error:
            return by_hand(f"{error}; the value on the device must be corrected first")
        effects = tuple(profile.effects[service] for service in result.services if service in profile.effects)
        rendered.append(RenderedChange(change, result, snippet, effects))
    attempt = _attempt(rendered, captures, equipment)
    if isinstance(attempt, str):
        return by_hand(attempt)
    proof = prove(laboratory, attempt, gone=fingerprints)
    reasons = fix.risks + ((f"weakens: {fix.weakens}",) if fix.weakens else ())
    shared = {c.device: sites_of.get(c.device, ()) for c in fix.changes}
    reasons += tuple(
        f"{device} serves {len(sites)} sites: {', '.join(sites[:5])}"
        for device, sites in shared.items()
        if len(sites) > 1
    )
    hit = {ssid for c in fix.changes for ssid in bystanders(laboratory.devices[c.device], c.intent)}
    if hit and not fix.risks:
        reasons += (f"restarts radios that also carry {', '.join(sorted(hit))}",)
    safety = Safety.RISKY if reasons else Safety.SAFE
    withheld = "" if proof.holds else proof.why
    return PlannedFix(label, fix, fingerprints, others, safety, reasons, tuple(rendered), proof, withheld)


def _attempt(changes: Iterable[RenderedChange], captures: Mapping[str, Capture], equipment: Equipment) -> Attempt | str:
    """Apply, apply again, undo, and show the difference; a text says why the edit itself is impossible."""
    edited: dict[str, Capture] = {}
    footprint: dict[str, tuple[str, ...]] = {}
    listed = list(changes)
    try:
        for item in listed:
            name = item.change.device
            edited[name] = equipment[name][0].apply(edited.get(name, captures[name]), item.edit.operations)
            footprint[name] = footprint.get(name, ()) + item.change.intent.footprint
        twice = dict(edited)
        for item in listed:
            twice[item.change.device] = equipment[item.change.device][0].apply(
                twice[item.change.device], item.edit.operations
            )
        undone = dict(edited)
        for item in reversed(listed):
            undone[item.change.device] = equipment[item.change.device][0].apply(
                undone[item.change.device], item.edit.undo
            )
        for name, capture in edited.items():
            _diffs(captures[name], capture)
    except ValueError as error:
        return f"the captured text cannot be edited: {error}"
    return Attempt(captures, edited, twice, undone, footprint)


def _prove_together(
    fixes: list[PlannedFix], captures: Mapping[str, Capture], laboratory: Laboratory, equipment: Equipment
) -> Proof | None:
    """Prove the plan of the site as a whole: all changes in order."""
    if not fixes:
        return None
    attempt = _attempt([change for fix in fixes for change in fix.changes], captures, equipment)
    if isinstance(attempt, str):
        return Proof(holds=False, why=attempt)
    return prove(laboratory, attempt, gone=tuple(f for fix in fixes for f in fix.findings))


def _order(fix: PlannedFix) -> tuple[object, ...]:
    """What interrupts nobody first, radios and what may cut the management path last, manual ones at the end."""
    cuts = any(effect.cuts_management for change in fix.changes for effect in change.effects)
    return (fix.safety is Safety.MANUAL, cuts, fix.disconnects != "nobody", fix.seconds, int(fix.label[1:]))


def _device_changes(
    fixes: list[PlannedFix], captures: Mapping[str, Capture], equipment: Equipment
) -> Iterable[DeviceChange]:
    """Gather the proven changes by device, in the order of the plan."""
    for name in dict.fromkeys(change.change.device for fix in fixes for change in fix.changes):
        mine = tuple(fix for fix in fixes if any(change.change.device == name for change in fix.changes))
        changes = tuple(change for fix in mine for change in fix.changes if change.change.device == name)
        after = captures[name]
        for change in changes:
            after = equipment[name][0].apply(after, change.edit.operations)
        effects = tuple(dict.fromkeys(effect for change in changes for effect in change.effects))
        platform = equipment[name][0].name
        yield DeviceChange(name, platform, mine, changes, effects, captures[name], after, _diffs(captures[name], after))


def _diffs(before: Capture, after: Capture) -> Mapping[str, str]:
    """The diff of every file that changed; `ValueError` if one would show a redacted line."""
    texts = {file.path: file.text for file in before.files}
    return {
        file.path: unified_diff(texts[file.path], file.text, file.path)
        for file in after.files
        if file.text != texts[file.path]
    }
