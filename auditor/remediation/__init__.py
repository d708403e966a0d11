"""From intents to what a person pastes: commands, undo, diff, order, and the proof that it works."""

from auditor.remediation.devices import DeviceChange
from auditor.remediation.plan import Remediation, remedy
from auditor.remediation.proof import Proof
from auditor.remediation.ranked import PlannedFix, Safety

__all__ = ["DeviceChange", "PlannedFix", "Proof", "Remediation", "Safety", "remedy"]
