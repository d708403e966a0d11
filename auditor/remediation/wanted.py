"""What the findings of a site ask for: findings that ask for the same changes share one fix."""

from dataclasses import dataclass, replace

from auditor.verdicts import Finding, Fix, Result, badness


@dataclass(frozen=True, slots=True)
class Wanted:
    """One fix, those that rank behind it, and the findings (by fingerprint) that it is for.

    `label` is F1, F2 …, by the badness of the findings.
    """

    label: str
    fix: Fix
    others: tuple[Fix, ...]
    findings: tuple[str, ...]

    @property
    def ranked(self) -> tuple["Wanted", ...]:
        """Itself, then each of the other fixes in its place."""
        fixes = (self.fix, *self.others)
        return tuple(replace(self, fix=fix, others=tuple(o for o in fixes if o is not fix)) for fix in fixes)


def wanted(findings: tuple[Finding, ...]) -> tuple[Wanted, ...]:
    """Return the first fix of each failure, worst first."""
    found: dict[tuple[object, ...], Wanted] = {}
    for finding in sorted(findings, key=badness, reverse=True):
        if finding.result is not Result.FAIL or not finding.fixes:
            continue
        first, *others = finding.fixes
        key: tuple[object, ...] = (first.changes, first.manual and first.title)
        known = found.get(key)
        if known is None:
            found[key] = Wanted(f"F{len(found) + 1}", first, tuple(others), (finding.fingerprint,))
        else:
            found[key] = Wanted(
                known.label,
                replace(known.fix, risks=tuple(dict.fromkeys(known.fix.risks + first.risks))),
                tuple(dict.fromkeys((*known.others, *others))),
                (*known.findings, finding.fingerprint),
            )
    return tuple(found.values())
