"""What people agreed about findings: waivers, which let one wait until a day, and the baseline, which knows it."""

from auditor.agreed.accepted import NOT_ASKED, NOTHING_AGREED, Accepted, Agreed, Waived
from auditor.agreed.baseline import Baseline, read_baseline
from auditor.agreed.reading import read_waivers
from auditor.agreed.use import NO_USE, Standing, Use, standings
from auditor.agreed.waivers import Waiver

__all__ = [
    "NOTHING_AGREED",
    "NOT_ASKED",
    "NO_USE",
    "Accepted",
    "Agreed",
    "Baseline",
    "Standing",
    "Use",
    "Waived",
    "Waiver",
    "read_baseline",
    "read_waivers",
    "standings",
]
