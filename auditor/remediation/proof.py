"""Proof of a fix: applied to the captured text in memory, parsed and audited again.

What must hold: the finding is gone, no verdict of the site got worse, only facts in the footprint of the
intents moved, applying twice is applying once, and the undo gives the model back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auditor.capture import Capture
from auditor.model import Device, moved
from auditor.verdicts import Finding, Result, badness


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of a proof; `judge` names who checked the edited text besides ourselves."""

    holds: bool
    why: str
    judge: str = "simulated only: this platform has no independent judge"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is to be proven: the captures of a site with some of them edited.

    `before` are the captures as they were. `edited` and `undone` hold only captures that changed, by device; `twice`
    is `edited` with the same operations applied once more. `footprint` are the key prefixes that may move, by device.
    """

    before: Mapping[str, Capture]
    edited: Mapping[str, Capture]
    twice: Mapping[str, Capture]
    undone: Mapping[str, Capture]
    footprint: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What a proof needs: the devices and findings as they are, and how to read and judge changed ones."""

    devices: Mapping[str, Device]
    findings: tuple[Finding, ...]
    read: Callable[[Capture], Device]
    judge: Callable[[Mapping[str, Device]], tuple[Finding, ...]]


def prove(laboratory: Laboratory, attempt: Attempt, *, gone: tuple[str, ...]) -> Proof:
    """Prove that the findings with these fingerprints are gone, and nothing else got worse or moved."""
    changed: dict[str, Device] = {}
    for name, capture in attempt.edited.items():
        if attempt.twice[name].files != capture.files:
            return Proof(holds=False, why=f"applying twice changes {name} again")
        changed[name] = laboratory.read(capture)
        stray = _strays(moved(laboratory.devices[name], changed[name]), attempt.footprint[name])
        if stray:
            return Proof(holds=False, why=f"{name}: {', '.join(stray[:3])} would change as well")
        left = _left_behind(laboratory, attempt, name)
        if left:
            return Proof(holds=False, why=f"{name}: the undo does not bring back {', '.join(left[:3])}")
    after = {finding.fingerprint: finding for finding in laboratory.judge({**laboratory.devices, **changed})}
    for fingerprint in gone:
        found = after.get(fingerprint)
        if found is not None and found.result is not Result.PASS and found.result is not Result.NOT_APPLICABLE:
            return Proof(holds=False, why=f"the finding stays: {found.message}")
    worse = worsened(laboratory.findings, tuple(after.values()))
    if worse:
        return Proof(holds=False, why=f"{worse[0].rule} gets worse: {worse[0].message}")
    return Proof(holds=True, why="finding gone, no verdict worse, nothing else moved, undo restores the model")


def _left_behind(laboratory: Laboratory, attempt: Attempt, name: str) -> list[str]:
    """Keys of the facts that the undo does not bring back; none if the text itself is the former one."""
    if attempt.undone[name].files == attempt.before[name].files:
        return []
    return sorted(moved(laboratory.devices[name], laboratory.read(attempt.undone[name])))


def _strays(keys: frozenset[str], footprint: tuple[str, ...]) -> list[str]:
    """Moved keys outside of the footprint."""
    return sorted(key for key in keys if not in_footprint(key, footprint))


def in_footprint(key: str, footprint: tuple[str, ...]) -> bool:
    """Say whether a part of a footprint is a key, or the beginning of it up to a dot or bracket."""
    return any(
        key.startswith(part) and (part.endswith(".") or key[len(part) :][:1] in ("", ".", "[")) for part in footprint
    )


def worsened(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings whose result got worse, or that are new and bad; pass → unknown is worse.

    What could not be seen at all before is no worse for being seen: where several rules knew nothing of a subject for
    one reason, such as a network that ends at a port, and that reason is gone, their verdicts are first ones.
    """
    old = {finding.fingerprint: finding for finding in before}
    hidden = _hidden(before, after)
    return tuple(
        finding
        for finding in after
        if badness(finding) > (badness(old[finding.fingerprint]) if finding.fingerprint in old else 0)
        and (finding.fingerprint in old or (finding.rule, finding.subject) not in hidden)
    )


def _hidden(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> frozenset[tuple[str, str]]:
    """Rules and subjects of which nothing was known for a reason that several rules gave and that none gives now."""
    rules: dict[str, set[str]] = {}
    blind = [each for each in before if each.result is Result.UNKNOWN and not each.about]
    for each in blind:
        rules.setdefault(each.message, set()).add(each.rule)
    left = {each.message for each in after}
    gone = {reason for reason, named in rules.items() if len(named) > 1 and reason not in left}
    return frozenset((each.rule, each.subject) for each in blind if each.message in gone)
