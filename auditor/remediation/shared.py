"""Fixes on a device that several sites share: made once, and tried at every one of them that was audited.

Each site proves a fix for itself only. What is good for one may be bad for another that has the same device, so a fix
that is to be pasted for all of them is carried out in memory at each. Who carries it out, in which process, is not
decided here: a `Course` says what is tried where, and takes the answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from auditor.capture import Capture
from auditor.remediation.attempt import Equipment, attempt
from auditor.remediation.devices import device_changes
from auditor.remediation.plan import Remediation
from auditor.remediation.proof import Laboratory, Proof, prove
from auditor.remediation.ranked import PlannedFix

MOST_FIXES = 30
"""So many fixes of one device are tried in one run, those that most sites ask for; each costs an audit of each site."""

MOST_LAPS = 5
"""So often all sites of a device are gone through before its fixes are given up."""

_NAMED = 5
"""So many sites are named where a sentence lists them."""


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


def edits(fix: PlannedFix) -> list[object]:
    """What a fix does to the text; fixes that do the same are one."""
    return [change.edit.operations for change in fix.changes]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out of a trial at one site.

    `lost` says, by label, which fixes spoil it and why; all others hold together there. `broken` says why the program
    could not try at all.
    """

    site: str
    has_device: bool = True
    lost: Mapping[str, str] = field(default_factory=dict)
    broken: str = ""


@dataclass(slots=True)
class Course:
    """Which fixes of a shared device are tried at which site next, until what is left has held at all of them.

    Sites are gone through in the order of the inventory, again from the start after the last. A fix that one site
    speaks against is left out from there on, and what is left is tried at all others again. The answer for a site
    depends on nothing but the site and the fixes that are held, so answers may be computed ahead, and count for as long
    as these fixes are.
    """

    device: str
    asked: tuple[SharedFix, ...]
    places: int
    held: tuple[SharedFix, ...] = field(init=False)
    place: int = 0
    _dropped: dict[str, str] = field(default_factory=dict)
    _quiet: int = 0
    _steps: int = 0
    _sites: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.held = self.asked
        by_weight = sorted(self.asked, key=lambda each: -len(each.asked_by))
        words = f"the {MOST_FIXES} fixes of {self.device} that most sites ask for come first"
        self._drop(
            {each.fix.label: f"not tried: {words}; apply them, then audit again" for each in by_weight[MOST_FIXES:]}
        )

    @property
    def finished(self) -> bool:
        """Whether all sites in a row had nothing against what is held, or nothing is held."""
        return not self.held or self._quiet >= self.places

    def ahead(self, number: int) -> tuple[int, ...]:
        """Return the next places, at most so many, if no fix is lost there."""
        return tuple((self.place + step) % self.places for step in range(min(number, self.places - self._quiet)))

    def take(self, tried: Tried) -> bool:
        """Take the answer of the next place; returns whether the fixes that are held stay the same."""
        before = self.held
        if tried.broken:
            self._drop_all(f"not tried at all its sites: the program failed at {tried.site}: {tried.broken}")
            return False
        if tried.has_device:
            self._sites[self.place] = tried.site
        self._drop(tried.lost)
        # A site that lost fixes was tried with those that are left, too.
        self._quiet = 1 if tried.lost else self._quiet + 1
        self.place = (self.place + 1) % self.places
        self._steps += 1
        if self._steps >= MOST_LAPS * self.places and not self.finished:
            self._drop_all(f"its {self.places} sites were gone through {MOST_LAPS} times, and still fixes were lost")
        return self.held == before

    def plan(self, captures: Mapping[str, Capture], equipment: Equipment) -> Remediation:
        """Return what the device gets: fixes that held at every site; the others with what speaks against them.

        `captures` and `equipment` are those of the device.
        """
        sites = tuple(site for _, site in sorted(self._sites.items()))
        kept = {each.fix.label for each in self.held} if sites and self.finished else set[str]()
        fixes = tuple(
            _said(each, sites, self._dropped.get(each.fix.label, ""), held=each.fix.label in kept)
            for each in self.asked
        )
        usable = tuple(fix for fix in fixes if not fix.withheld)
        proof = usable[0].proof if usable else None
        return Remediation(fixes, tuple(device_changes(usable, captures, equipment)), proof)

    def _drop(self, lost: Mapping[str, str]) -> None:
        if lost:
            self._dropped |= lost
            self.held = tuple(each for each in self.held if each.fix.label not in lost)

    def _drop_all(self, why: str) -> None:
        self._drop({each.fix.label: why for each in self.held})


def try_at(device: str, fixes: tuple[SharedFix, ...], trial: Trial) -> Tried:
    """Try fixes of a device together at one site."""
    if device not in trial.captures:
        return Tried(trial.site, has_device=False)
    lost: dict[str, str] = {}
    _hold((), fixes, trial, lost)
    return Tried(trial.site, lost=lost)


def _said(each: SharedFix, sites: tuple[str, ...], why: str, *, held: bool) -> PlannedFix:
    findings = tuple(dict.fromkeys(found for listed in each.asked_by.values() for found in listed))
    if not held:
        return replace(each.fix, findings=findings, withheld=why or "it could not be tried at any site")
    known = frozenset(sites)
    others = tuple(site for site in each.fix.sites if site not in known)
    words = f"finding gone, no verdict worse at {len(sites)} of {max(len(each.fix.sites), len(sites))} sites"
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    rest = f"; not tried at {', '.join(others[:_NAMED])}{more}" if others else ""
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
