"""Chooses, proves and orders the fixes of a site."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from auditor.capture import Capture
from auditor.intents import AllowTraffic
from auditor.platforms import ByHand
from auditor.remediation.attempt import Equipment, attempt
from auditor.remediation.devices import DeviceChange, device_changes
from auditor.remediation.proof import Laboratory, Proof, prove
from auditor.remediation.ranked import PlannedFix, RenderedChange, Safety
from auditor.remediation.reach import bystanders
from auditor.remediation.render import render
from auditor.remediation.wanted import Wanted, wanted
from auditor.verdicts import Change, Finding, Fix

MOST_FIXES = 30
"""So many fixes are tried for one site in one run; each costs another audit in memory."""


@dataclass(frozen=True, slots=True)
class Remediation:
    """All fixes of a site in order, and what each device gets. `proof` is that of the plan as a whole."""

    fixes: tuple[PlannedFix, ...]
    devices: tuple[DeviceChange, ...]
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class _Means:
    """What every fix of a site is planned with; see `remedy`. `earlier` are the changes of fixes planned before it."""

    captures: Mapping[str, Capture]
    laboratory: Laboratory
    equipment: Equipment
    managed: Mapping[str, str]
    sites_of: Mapping[str, tuple[str, ...]]
    earlier: tuple[RenderedChange, ...] = ()


@dataclass(frozen=True, slots=True)
class _Together:
    """Fixes that hold together, their proof, and by label why others do not."""

    fixes: tuple[PlannedFix, ...] = ()
    proof: Proof | None = None
    dropped: Mapping[str, str] = field(default_factory=dict)


def remedy(
    findings: tuple[Finding, ...],
    captures: Mapping[str, Capture],
    laboratory: Laboratory,
    equipment: Equipment,
    managed: Mapping[str, str],
    sites_of: Mapping[str, tuple[str, ...]],
) -> Remediation:
    """Take the first fix of each failure that can be made and proven; then prove all of them together.

    `managed` names, by device, the place where its configuration is really made; such fixes are advice. `sites_of`
    names, by device, the sites that it serves. A fix that does not hold together with those before it is withheld.
    """
    means = _Means(captures, laboratory, equipment, managed, sites_of)
    planned: list[PlannedFix] = []
    for number, each in enumerate(wanted(findings)):
        earlier = tuple(change for fix in planned for change in fix.changes)
        planned.append(_best(each, replace(means, earlier=earlier)) if number < MOST_FIXES else _for_later(each))
    planned.sort(key=_order)
    usable = tuple(fix for fix in planned if fix.proof is not None and fix.proof.holds)
    held = _add(_Together(), usable, means)
    labels = {fix.label: f"F{number}" for number, fix in enumerate(planned, start=1)}
    fixes = tuple(
        replace(fix, label=labels[fix.label], withheld=held.dropped.get(fix.label, fix.withheld)) for fix in planned
    )
    kept = tuple(replace(fix, label=labels[fix.label]) for fix in held.fixes)
    return Remediation(fixes, tuple(device_changes(kept, captures, equipment)), held.proof)


def _for_later(asked: Wanted) -> PlannedFix:
    """A fix that waits for the next audit, because this one has enough."""
    return _by_hand(
        asked, f"not tried: the {MOST_FIXES} worst findings come first; apply their fixes, then audit again"
    )


def _by_hand(asked: Wanted, *reasons: str) -> PlannedFix:
    """A fix without a snippet, and why."""
    return PlannedFix(asked.label, asked.fix, asked.findings, asked.others, Safety.MANUAL, reasons, (), None, "")


def _best(asked: Wanted, means: _Means) -> PlannedFix:
    """Plan the first fix that can be made and proven; if there is none, the first one, with the reason.

    What a platform cannot do at all is no alternative to what was found in its stead.
    """
    first: PlannedFix | None = None
    impossible: list[Fix] = []
    for each in asked.ranked:
        planned = _plan(each, means)
        if planned.proof is not None and planned.proof.holds:
            return replace(planned, others=tuple(other for other in planned.others if other not in impossible))
        first = first or planned
        if planned.proof is None and not each.fix.manual:
            impossible.append(each.fix)
    assert first is not None
    return first


def _plan(asked: Wanted, means: _Means) -> PlannedFix:
    """Render and prove one fix; where that cannot be done, say why instead."""
    fix = asked.fix
    if fix.manual or not fix.changes:
        return _by_hand(asked, fix.manual or "no configuration change settles this")
    elsewhere = next((change for change in fix.changes if change.device in means.managed), None)
    if elsewhere is not None:
        place = means.managed[elsewhere.device]
        why = f"the configuration is made in {place}; change it there, not on the device"
        return _by_hand(asked, f"{_which(fix, elsewhere)}{why}")
    rendered: list[RenderedChange] = []
    for change in fix.changes:
        platform, profile = means.equipment[change.device]
        device = means.laboratory.devices[change.device]
        result = platform.edit(_so_far(change, rendered, means), device, change.intent)
        if isinstance(result, ByHand):
            result = platform.edit(means.captures[change.device], device, change.intent)
        if isinstance(result, ByHand):
            return _by_hand(asked, f"{_which(fix, change)}{result.why}", result.advice)
        if any(each.change.device == change.device and each.edit.operations == result.operations for each in rendered):
            continue  # one setting of the device serves both
        try:
            snippet = render(platform, change.intent, result)
        except ValueError as error:
            return _by_hand(asked, f"{_which(fix, change)}{error}; the value on the device must be corrected first")
        effects = tuple(profile.effects[service] for service in result.services if service in profile.effects)
        rendered.append(RenderedChange(change, result, snippet, effects))
    tried = attempt(rendered, means.captures, means.equipment)
    if isinstance(tried, str):
        return _by_hand(asked, tried)
    proof = _judged(prove(means.laboratory, tried, gone=asked.findings), rendered)
    reasons = _reasons(fix, means, {each.change.device for each in rendered if not each.radio_stays})
    safety = Safety.RISKY if reasons else Safety.SAFE
    withheld = "" if proof.holds else proof.why
    return PlannedFix(
        asked.label,
        fix,
        asked.findings,
        asked.others,
        safety,
        reasons,
        tuple(rendered),
        proof,
        withheld,
        _sites(fix, means),
    )


def _which(fix: Fix, change: Change) -> str:
    """The device that one half of a fix fails on, with which the other half fails too; '' if it has one only."""
    several = len({each.device for each in fix.changes}) > 1
    return f"its part on {change.device}: " if several else ""


def _so_far(change: Change, rendered: list[RenderedChange], means: _Means) -> Capture:
    """The text that a change is made for: where entries have numbers, no two changes may take the same one."""
    original, (platform, _) = means.captures[change.device], means.equipment[change.device]
    if not platform.numbers_entries or not isinstance(change.intent, AllowTraffic):
        return original
    capture = original
    for each in (*means.earlier, *rendered):
        if each.change.device == change.device and isinstance(each.change.intent, AllowTraffic):
            try:
                capture = platform.apply(capture, each.edit.operations)
            except ValueError:
                return original
    return capture


def _sites(fix: Fix, means: _Means) -> tuple[str, ...]:
    """All sites that share a device which a fix changes; none where no other site does."""
    several = (sites for c in fix.changes if len(sites := means.sites_of.get(c.device, ())) > 1)
    return tuple(dict.fromkeys(site for sites in several for site in sites))


def _judged(proof: Proof, rendered: list[RenderedChange]) -> Proof:
    """Name the programs that check the changed configuration on the device before it acts, if every part has one."""
    judges = [effect.judge for change in rendered for effect in change.effects]
    if not judges or not all(judges):
        return proof
    programs = ", ".join(dict.fromkeys(judges))
    return replace(proof, judge=f"simulated here; on the device, {programs} checks the change before it acts")


def _reasons(fix: Fix, means: _Means, restarting: set[str]) -> tuple[str, ...]:
    """Why a person must think before applying a fix: what it weakens, and who else is hit.

    `restarting` are the devices whose radios restart, with all their SSIDs.
    """
    reasons = fix.risks + ((f"weakens: {fix.weakens}",) if fix.weakens else ())
    shared = {c.device: means.sites_of.get(c.device, ()) for c in fix.changes}
    reasons += tuple(
        f"{device} serves {len(sites)} sites: {', '.join(sites[:5])}"
        for device, sites in shared.items()
        if len(sites) > 1
    )
    hit = {
        ssid
        for c in fix.changes
        for ssid in bystanders(means.laboratory.devices[c.device], c.intent, radio_stays=c.device not in restarting)
    }
    if hit and not fix.risks:
        what = "restarts radios that also carry" if restarting else "interrupts, too,"
        reasons += (f"{what} {', '.join(sorted(hit))}",)
    return reasons


def _add(held: _Together, fixes: tuple[PlannedFix, ...], means: _Means) -> _Together:
    """Add fixes to those that hold together; halve what does not hold, until those that spoil it stand alone."""
    if not fixes:
        return held
    proof = _prove(held.fixes + fixes, means)
    if proof.holds:
        return replace(held, fixes=held.fixes + fixes, proof=proof)
    if len(fixes) == 1:
        why = f"does not hold together with the other fixes: {proof.why}"
        return replace(held, dropped={**held.dropped, fixes[0].label: why})
    half = len(fixes) // 2
    return _add(_add(held, fixes[:half], means), fixes[half:], means)


def _prove(fixes: tuple[PlannedFix, ...], means: _Means) -> Proof:
    """Prove all changes of several fixes in order; one alone has its proof already."""
    if len(fixes) == 1 and fixes[0].proof is not None:
        return fixes[0].proof
    tried = attempt([change for fix in fixes for change in fix.changes], means.captures, means.equipment)
    if isinstance(tried, str):
        return Proof(holds=False, why=tried)
    return prove(means.laboratory, tried, gone=tuple(f for fix in fixes for f in fix.findings))


def _order(fix: PlannedFix) -> tuple[object, ...]:
    """What interrupts nobody first, radios and what may cut the management path last, manual ones at the end."""
    cuts = any(effect.cuts_management for change in fix.changes for effect in change.effects)
    return (fix.safety is Safety.MANUAL, cuts, fix.disconnects != "nobody", fix.seconds, int(fix.label[1:]))
