"""What a fix interrupts and weakens, and whether a person must think first."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.platforms import Edit
from auditor.profiles import Effect
from auditor.remediation.proof import Proof
from auditor.remediation.render import Snippet
from auditor.verdicts import Change, Fix


class Safety(StrEnum):
    """`safe`: nobody else is hit and no protection goes. `risky`: read why first. `manual`: no snippet."""

    SAFE = "safe"
    RISKY = "risky"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class RenderedChange:
    """One change with its operations and commands, and the profile's effects of activating it."""

    change: Change
    edit: Edit
    snippet: Snippet
    effects: tuple[Effect, ...]

    @property
    def radio_stays(self) -> bool:
        """Whether other SSIDs of the radio go on, by what the profile says of all that is activated."""
        return bool(self.effects) and all(effect.radio_stays for effect in self.effects)


@dataclass(frozen=True, slots=True)
class PlannedFix:
    """The chosen fix of one or more findings, proven or withheld.

    `label` is F1, F2 …; `findings` are fingerprints; `others` are the fixes that rank behind it. `withheld`
    says why no snippet is given although one was tried. `sites` are all that a device of the fix serves, if it serves
    several; `proven_for` those at which it was tried, none: only at the site that asks for it.
    """

    label: str
    fix: Fix
    findings: tuple[str, ...]
    others: tuple[Fix, ...]
    safety: Safety
    reasons: tuple[str, ...]
    changes: tuple[RenderedChange, ...]
    proof: Proof | None
    withheld: str
    sites: tuple[str, ...] = ()
    proven_for: tuple[str, ...] = ()

    @property
    def interrupts(self) -> str:
        """What activating it interrupts, in the profile's words."""
        return "; ".join(dict.fromkeys(effect.interrupts for change in self.changes for effect in change.effects))

    @property
    def disconnects(self) -> str:
        """Who is disconnected."""
        words = dict.fromkeys(e.disconnects for change in self.changes for e in change.effects)
        others = [word for word in words if word != "nobody"]
        return "; ".join(others) or "nobody"

    @property
    def seconds(self) -> int:
        """For about how long, in seconds."""
        effects = {effect for change in self.changes for effect in change.effects}
        return sum(effect.seconds for effect in effects)
