"""Findings of a site, and what was agreed about them.

Only what failed and what is unknown can be accepted. A rule that broke, a device that was not audited and a changed
host key never are, and nothing is done to what passes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from auditor.agreed.baseline import Baseline
from auditor.agreed.use import NO_USE, Use
from auditor.agreed.waivers import Waiver
from auditor.inventory import SiteEntry
from auditor.verdicts import Finding, Result

_CAN_WAIT = (Result.FAIL, Result.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that does not count: somebody waived it, or, without a waiver, the baseline has it already."""

    finding: Finding
    waiver: Waiver | None

    @property
    def why(self) -> str:
        """Who accepted it, until when and why."""
        if self.waiver is None:
            return "in the baseline already"
        ticket = f", {self.waiver.ticket}" if self.waiver.ticket else ""
        return f"waived by {self.waiver.owner} until {self.waiver.expires}{ticket}: {self.waiver.reason}"


@dataclass(frozen=True, slots=True)
class Waived:
    """The findings of a site, sorted: `open` ones count, `accepted` ones are listed only.

    `expired` are the waivers whose findings count again, by fingerprint and device; `use` says what waivers did.
    """

    open: tuple[Finding, ...]
    accepted: tuple[Accepted, ...] = ()
    expired: Mapping[tuple[str, str], Waiver] = field(default_factory=dict)
    use: Use = NO_USE
    compared: bool = False
    """Whether there was a baseline to compare with."""


NOT_ASKED = Waived(())
"""The findings of a site of which nothing was agreed, and which nobody gave."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """All that was agreed: waivers in the order of their file, and the baseline if there is one."""

    waivers: tuple[Waiver, ...] = ()
    baseline: Baseline | None = None

    def applied(self, site: SiteEntry, findings: tuple[Finding, ...], today: date) -> Waived:
        """Sort the findings of a site. One whose waiver expired is open, and its message says so."""
        if not self.waivers and self.baseline is None:
            return Waived(findings)
        covering = [(number, each) for number, each in enumerate(self.waivers) if each.covers(site)]
        opened: list[Finding] = []
        accepted: list[Accepted] = []
        expired: dict[tuple[str, str], Waiver] = {}
        held: set[int] = set()
        lapsed: set[int] = set()
        for finding in findings:
            if finding.result not in _CAN_WAIT:
                opened.append(finding)
                continue
            meeting = [(number, each) for number, each in covering if each.meets(finding, site)]
            holding = [each for number, each in meeting if each.holds(today)]
            held.update(number for number, each in meeting if each.holds(today))
            lapsed.update(number for number, each in meeting if not each.holds(today))
            if holding:
                accepted.append(Accepted(finding, max(holding, key=lambda each: each.expires)))
            elif self.baseline is not None and self.baseline.knows(finding):
                accepted.append(Accepted(finding, None))
            elif meeting:
                _, last = max(meeting, key=lambda pair: pair[1].expires)
                expired[finding.fingerprint, finding.device] = last
                said = f"{finding.message}; the waiver of {last.owner} expired on {last.expires}"
                opened.append(replace(finding, message=said))
            else:
                opened.append(finding)
        use = Use(frozenset(held), frozenset(lapsed))
        return Waived(tuple(opened), tuple(accepted), expired, use, self.baseline is not None)


NOTHING_AGREED = Agreed()
