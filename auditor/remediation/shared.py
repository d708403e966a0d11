"""Fixes on a device that several sites share: made once, and tried at every one of them that was audited.

Each site proves a fix for itself only. What is good for one may be bad for another that has the same device, so a fix
that is to be pasted for all of them is carried out in memory at each.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.capture import Capture
from auditor.remediation.attempt import Equipment, attempt
from auditor.remediation.devices import device_changes
from auditor.remediation.plan import Remediation
from auditor.remediation.proof import Laboratory, Proof, prove
from auditor.remediation.ranked import PlannedFix


@dataclass(frozen=True, slots=True)
class Trial:
    """One site, ready to try changes at."""

    site: str
    captures: Mapping[str, Capture]
    laboratory: Laboratory
    equipment: Equipment


@dataclass(frozen=True, slots=True)
class SharedFix:
    """A fix that touches one shared device only; `asked_by` are the findings (by fingerprint) of each site."""

    fix: PlannedFix
    asked_by: Mapping[str, tuple[str, ...]]


Trials = Callable[[], Iterable[Trial]]
"""Gives the sites of a run that have the device, one after the other, and again as often as it is called."""


def of_one_device(remediation: Remediation, device: str) -> tuple[PlannedFix, ...]:
    """Return the proven fixes of a site that change this device and no other."""
    return tuple(
        fix
        for fix in remediation.fixes
        if fix.changes
        and not fix.withheld
        and fix.proof is not None
        and fix.proof.holds
        and all(change.change.device == device for change in fix.changes)
    )


def gathered(known: tuple[SharedFix, ...], fix: PlannedFix, site: str) -> tuple[SharedFix, ...]:
    """Add what one site asks for; the same edit for two sites is one fix."""
    for number, each in enumerate(known):
        if _edits(each.fix) == _edits(fix):
            findings = (*each.asked_by.get(site, ()), *fix.findings)
            reasons = tuple(dict.fromkeys((*each.fix.reasons, *fix.reasons)))
            joined = SharedFix(replace(each.fix, reasons=reasons), {**each.asked_by, site: findings})
            return (*known[:number], joined, *known[number + 1 :])
    return (*known, SharedFix(replace(fix, label=f"F{len(known) + 1}"), {site: fix.findings}))


def _edits(fix: PlannedFix) -> list[object]:
    return [change.edit.operations for change in fix.changes]


def shared_plan(device: str, asked: tuple[SharedFix, ...], trials: Trials) -> Remediation:
    """Keep the fixes that hold together at every site; the others are withheld with the site that speaks against them.

    A fix that one site speaks against is left out, and what is left is tried everywhere again.
    """
    dropped: dict[str, str] = {}
    held, sites = asked, tuple[str, ...]()
    captures: Mapping[str, Capture] = {}
    equipment: Equipment = {}
    while held:
        tried: list[str] = []
        lost: dict[str, str] = {}
        for trial in trials():
            if device not in trial.captures:
                continue
            captures, equipment = {device: trial.captures[device]}, trial.equipment
            _hold((), tuple(each for each in held if each.fix.label not in lost), trial, lost)
            tried.append(trial.site)
        sites = tuple(tried)
        if not lost:
            break
        dropped |= lost
        held = tuple(each for each in held if each.fix.label not in lost)
    kept = {each.fix.label for each in held} if sites else set[str]()
    fixes = tuple(_said(each, sites, dropped.get(each.fix.label, ""), held=each.fix.label in kept) for each in asked)
    usable = tuple(fix for fix in fixes if not fix.withheld)
    proof = usable[0].proof if usable else None
    return Remediation(fixes, tuple(device_changes(usable, captures, equipment)), proof)


def _said(each: SharedFix, sites: tuple[str, ...], why: str, *, held: bool) -> PlannedFix:
    findings = tuple(dict.fromkeys(found for listed in each.asked_by.values() for found in listed))
    if not held:
        return replace(each.fix, findings=findings, withheld=why or "it could not be tried at any site")
    others = tuple(site for site in each.fix.sites if site not in sites)
    words = f"finding gone, no verdict worse at {len(sites)} of {max(len(each.fix.sites), len(sites))} sites"
    rest = f"; not tried at {', '.join(others)}" if others else ""
    assert each.fix.proof is not None
    proof = replace(each.fix.proof, why=f"{words}{rest}")
    return replace(each.fix, findings=findings, proof=proof, proven_for=sites)


def _hold(
    held: tuple[SharedFix, ...], fixes: tuple[SharedFix, ...], trial: Trial, lost: dict[str, str]
) -> tuple[SharedFix, ...]:
    """Add fixes that hold together at one site; halve what does not hold and note, by label, what spoils it."""
    if not fixes:
        return held
    proof = _proof((*held, *fixes), trial)
    if proof.holds:
        return (*held, *fixes)
    if len(fixes) == 1:
        lost[fixes[0].fix.label] = f"not for all its sites; at {trial.site}: {proof.why}"
        return held
    half = len(fixes) // 2
    return _hold(_hold(held, fixes[:half], trial, lost), fixes[half:], trial, lost)


def _proof(fixes: tuple[SharedFix, ...], trial: Trial) -> Proof:
    changes = [change for each in fixes for change in each.fix.changes]
    tried = attempt(changes, trial.captures, trial.equipment)
    if isinstance(tried, str):
        return Proof(holds=False, why=tried)
    gone = tuple(found for each in fixes for found in each.asked_by.get(trial.site, ()))
    return prove(trial.laboratory, tried, gone=gone)
