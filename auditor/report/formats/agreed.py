"""What people agreed about a verdict: a waiver that still holds, or that it was there before (the baseline).

Both keys are optional in a verdict, so a report without waivers and without a baseline reads the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody accepts a finding for a while; `holds` says whether that is still so."""

    reason: str
    owner: str
    expires: str
    holds: bool

    @property
    def text(self) -> str:
        until = f"until {self.expires}" if self.holds else f"expired on {self.expires}"
        return f"waived by {self.owner}, {until}: {self.reason}"


def waiver_of(verdict: Mapping[str, Any], today: date) -> Waiver | None:
    """Return the waiver of a verdict; one whose last day is over or cannot be read does not hold."""
    told = verdict.get("waiver")
    if not isinstance(told, Mapping):
        return None
    expires = str(told.get("expires", ""))
    try:
        over = date.fromisoformat(expires[:10]) < today
    except ValueError:
        over = True
    return Waiver(str(told.get("reason", "")), str(told.get("owner", "")), expires, not over)


def was_there(verdict: Mapping[str, Any]) -> bool:
    """Say whether the baseline has this verdict already."""
    return verdict.get("baseline") == "unchanged"


def accepted(verdict: Mapping[str, Any], today: date) -> str:
    """Say why a failure is not reported as one, '' if it is."""
    waiver = waiver_of(verdict, today)
    if waiver is not None and waiver.holds:
        return waiver.text
    return "in the baseline already" if was_there(verdict) else ""
